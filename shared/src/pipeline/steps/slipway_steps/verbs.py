"""What the step scripts can ask for: `plan STEP`, `finish STEP …`, `build`, `record-machine`."""

from __future__ import annotations

import os
import sys

from slipway_steps import outcome
from slipway_steps.run import RunFolder, Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import Ending, Result

_BROKEN = 70  # EX_SOFTWARE of sysexits.h


def main(arguments: list[str]) -> int:
    """Run one verb; returns the exit code."""
    run = RunFolder(os.environ["SLIPWAY_RUN_DIR"])
    verb = arguments[0]
    if verb == "plan":
        return _plan(run, arguments[1])
    if verb == "finish":
        step, code, seconds, limit, stopped, planned = arguments[1:]
        ending: Ending = {
            "exitCode": int(code),
            "seconds": int(seconds),
            "limit": float(limit) if limit else None,
            "stopped": bool(stopped),
        }
        result = _finish(run, step, ending, planned=bool(planned))
        run.write_result(result)
        return result["exitCode"]
    if verb == "build":
        from slipway_steps import prepare

        result = prepare.build(run)
        run.write_result(result)
        return result["exitCode"]
    if verb == "record-machine":
        from slipway_steps import machine

        machine.record(run)
        return 0
    sys.stderr.write(f"unknown verb {verb}\n")
    return _BROKEN


def _plan(run: RunFolder, step: str) -> int:
    """Write the plan to standard output as name, NUL, value, NUL."""
    try:
        fields = _plan_of(run, step)
        fields.append(("planned", "1"))
    except OSError as error:
        import traceback

        traceback.print_exc()
        reason = error.strerror or str(error)
        where = f": {error.filename}" if error.filename else ""
        run.write_result(outcome.failed(step, _BROKEN, reason + where))
        fields = [("settled", str(_BROKEN))]
    except Settled as end:
        run.write_result(end.result)
        if "reason" in end.result:
            sys.stderr.write(f"{end.result.get('verdict', end.result['state'])}: {end.result['reason']}\n")
        fields = [("settled", str(end.result["exitCode"]))]
    text = "".join(f"{name}\0{value}\0" for name, value in fields)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return 0


def _plan_of(run: RunFolder, step: str) -> list[tuple[str, str]]:
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
