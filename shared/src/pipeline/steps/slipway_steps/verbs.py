"""What the step scripts can ask for (`plan STEP`, `finish STEP …`, `build`, …), and a core through an exec."""

from __future__ import annotations

import os
import sys

from slipway_steps import outcome
from slipway_steps.run import FULL, RunFolder, Settled, on_cluster

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import Ending, Result

_BROKEN = 70  # EX_SOFTWARE of sysexits.h
_WORK = frozenset({"build", "fetch-dataset", "clone"})
_IN_A_POD = "/slipway/run"


def main(arguments: list[str]) -> int:
    """Run one verb; returns the exit code."""
    verb = arguments[0]
    if verb == "git-credential":
        from slipway_steps import git_credentials

        return git_credentials.main(arguments[1:])
    if verb == "receive":
        from slipway_steps import receive

        return receive.main(arguments[1])
    run = RunFolder(os.environ.get("SLIPWAY_RUN_DIR") or _IN_A_POD)
    if verb == "plan":
        return _plan(run, arguments[1])
    if verb == "finish":
        return _write_end(run, arguments[1:])
    if verb in _WORK:
        return _write(run, _work(run, verb))
    return _serve(run, verb)


def _serve(run: RunFolder, verb: str) -> int:
    """Run a verb that writes no result."""
    if verb == "record-machine":
        from slipway_steps import machine

        machine.record(run)
        return 0
    if verb == "follow":
        from slipway_steps import follow

        return follow.main(run.root)
    if verb == "files":
        from slipway_steps import serve_files

        return serve_files.main(run)
    sys.stderr.write(f"unknown verb {verb}\n")
    return _BROKEN


def _work(run: RunFolder, verb: str) -> Result:
    """Do what a step is for, where that is done in Python."""
    if verb == "build":
        from slipway_steps import prepare

        return prepare.build(run)
    if verb == "fetch-dataset":
        from slipway_steps import dataset

        return dataset.fetch(run)
    from slipway_steps import clone

    return clone.clone(run)


def _write(run: RunFolder, result: Result) -> int:
    run.write_result(result)
    if "reason" in result:
        sys.stderr.write(f"{result['state']}: {result['reason']}\n")
    return result["exitCode"]


def _write_end(run: RunFolder, arguments: list[str]) -> int:
    step, code, seconds, limit, stopped, planned = arguments
    ending: Ending = {
        "exitCode": int(code),
        "seconds": int(seconds),
        "limit": float(limit) if limit else None,
        "stopped": bool(stopped),
    }
    result = _finish(run, step, ending, planned=bool(planned))
    if ending["stopped"] and run.cancelled:
        result["reason"] = "the run was cancelled"
    run.write_result(result)
    return result["exitCode"]


def _plan(run: RunFolder, step: str) -> int:
    """Write the plan to standard output as name, NUL, value, NUL."""
    try:
        fields = _plan_of(run, step)
        fields.append(("planned", "1"))
    except OSError as error:
        import traceback

        traceback.print_exc()
        run.write_result(outcome.failed(step, _BROKEN, _words(error)))
        fields = [("settled", str(_BROKEN))]
    except Settled as end:
        if end.is_new:
            run.write_result(end.result)
        if "reason" in end.result and end.is_new:
            sys.stderr.write(f"{end.result.get('verdict', end.result['state'])}: {end.result['reason']}\n")
        fields = [("settled", str(end.exit_code))]
    text = "".join(f"{name}\0{value}\0" for name, value in fields)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return 0


def _words(error: OSError) -> str:
    if error.errno in FULL:
        return "no space is left on the device with the run's folder"
    where = f": {error.filename}" if error.filename else ""
    return (error.strerror or str(error)) + where


def _plan_of(run: RunFolder, step: str) -> list[tuple[str, str]]:
    if on_cluster() and step != "collect":
        from slipway_steps import pod

        pod.begin(run, step)
    if step == "dataset":
        from slipway_steps import dataset

        return dataset.plan(run)
    if step == "clone":
        from slipway_steps import clone

        return clone.plan(run)
    if step == "prepare":
        from slipway_steps import prepare

        return prepare.plan(run)
    if step == "notebook":
        from slipway_steps import notebook

        return notebook.plan(run)
    if step == "command":
        from slipway_steps import command

        return command.plan(run)
    if step == "report":
        from slipway_steps import report

        return report.plan(run)
    if step == "test":
        from slipway_steps import suite

        return suite.plan(run)
    from slipway_steps import collect

    return collect.plan(run)


def _finish(run: RunFolder, step: str, ending: Ending, *, planned: bool) -> Result:
    result: Result | None = None
    if not planned:
        pass
    elif step == "notebook":
        from slipway_steps import notebook

        result = notebook.finish(run, ending)
    elif step == "command":
        from slipway_steps import command

        result = command.finish(run, ending)
    elif step == "report":
        from slipway_steps import report

        result = report.finish(run, ending)
    elif step == "test":
        from slipway_steps import suite

        result = suite.finish(run, ending)
    if result is None:
        result = outcome.from_outside(step, ending)
    if result is None:
        # The script or a helper broke: what it said is in the step's log.
        result = outcome.failed(step, ending["exitCode"], f"the step broke ({outcome.exit_words(ending['exitCode'])})")
    return result
