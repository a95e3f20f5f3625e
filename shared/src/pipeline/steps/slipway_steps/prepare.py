"""prepare: the run's folders, and the environment. Runs with the interpreter's own site-packages."""

from __future__ import annotations

import os
import sys

from slipway_steps import layers, outcome, packages
from slipway_steps.files import count, read_text, write_text
from slipway_steps.requirements import Refused
from slipway_steps.run import RunFolder, Settled, on_cluster

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import PlanRequest, Result

# NAME_MAX of every file system in use.
_LONGEST_NAME = 255


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Do all but building. Raises Settled unless an environment has to be built."""
    if on_cluster():
        _restore(run)
    run.hold_back()
    _make_work(run)
    if on_cluster():
        _take_over(run)
    _check_inputs(run)
    try:
        chosen = layers.Environment(_request(run))
    except Refused as refusal:
        raise Settled(outcome.failed("prepare", 1, str(refusal), "environment")) from refusal
    if chosen.as_is:
        _hand_over(run, chosen, layers.module_path())
        met = " (requirements met)" if chosen.has_requirements else ""
        raise Settled(outcome.succeeded("prepare", f"python {layers.version()} as it is{met}"))
    if chosen.complete:
        _hand_over(run, chosen, _layer_path(chosen))
        unchanged = " (requirements unchanged)" if chosen.has_requirements else ""
        raise Settled(outcome.succeeded("prepare", f"environment reused{unchanged}"))
    limit = run.run_file["timeouts"].get("prepare")
    return [("limit", "" if limit is None else f"{limit:f}")]


def build(run: RunFolder) -> Result:
    """Build the environment, or wait for the run that is building the same."""
    from slipway_steps import building

    chosen = layers.Environment(_request(run))

    def tell(text: str) -> None:
        run.note("prepare", text)

    try:
        reused = building.build(chosen, _requirements_path(run), tell)
    except building.BuildError as error:
        return outcome.failed("prepare", 1, str(error), "environment")
    lines = _hand_over(run, chosen, _layer_path(chosen))
    if reused:
        return outcome.succeeded("prepare", "environment reused (built by another run)")
    return outcome.succeeded("prepare", f"environment built ({count(len(lines), 'package')})")


def _restore(run: RunFolder) -> None:
    """Make inputs/ what was submitted; on a laptop the target has done that."""
    from slipway_steps import pod
    from slipway_steps.restoring import NotRestored, restore

    pod.check_stage(run)
    try:
        restore(
            os.environ["SLIPWAY_INPUTS"],
            run.inputs,
            lambda text: run.note("prepare", text),
            lambda: pod.check_cancel(run, "prepare"),
        )
    except NotRestored as refusal:
        raise Settled(outcome.failed("prepare", 1, str(refusal), "environment")) from refusal


def _take_over(run: RunFolder) -> None:
    """Take over what a retry reuses. Raises Settled where it reuses `prepare`, too."""
    from slipway_steps import pod
    from slipway_steps.reuse import ReuseRefused, take_over

    if "reuse" not in run.run_file:
        return
    original = RunFolder(os.environ.get("SLIPWAY_REUSE", ""))
    try:
        take_over(run, original, lambda: pod.check_cancel(run, "prepare"))
    except ReuseRefused as refusal:
        raise Settled(outcome.failed("prepare", 1, str(refusal), "environment")) from refusal
    result = run.result("prepare") if run.reuses("prepare") else None
    if result is not None:
        raise Settled(result, is_new=False)


def _make_work(run: RunFolder) -> None:
    """Copy what was submitted, where the target has not done that."""
    if os.path.isdir(run.work):
        return
    import shutil

    partial = run.work + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    if os.path.isdir(run.inputs):
        shutil.copytree(run.inputs, partial, symlinks=True)
    else:
        os.mkdir(partial)
    os.rename(partial, run.work)


def _check_inputs(run: RunFolder) -> None:
    notebook = run.run_file.get("notebook")
    wanted = [notebook["path"]] if notebook else []
    executed = run.executed_notebook()
    if executed is not None and len(os.fsencode(os.path.basename(executed))) > _LONGEST_NAME:
        reason = f"the notebook's name is too long: with _output.ipynb a name may have {_LONGEST_NAME} bytes"
        raise Settled(outcome.failed("prepare", 1, reason, "environment"))
    requirements = run.run_file["environment"].get("requirements")
    if requirements is not None:
        wanted.append(requirements)
    for path in wanted:
        if not os.path.isfile(os.path.join(run.work, path)):
            raise Settled(outcome.failed("prepare", 1, f"{path} is not among the run's files", "environment"))


def _requirements_path(run: RunFolder) -> str | None:
    name = run.run_file["environment"].get("requirements")
    return None if name is None else os.path.join(run.work, name)


def _request(run: RunFolder) -> PlanRequest:
    path = _requirements_path(run)
    notebook = run.run_file.get("notebook")
    return {
        "environments": os.environ["SLIPWAY_ENVIRONMENTS"],
        "base": run.run_file["environment"]["base"],
        "runs": "notebook" if notebook else "command",
        "tests": "tests" in run.run_file,
        "language": notebook["language"] if notebook else None,
        "requirements": None if path is None else read_text(path),
        "folder": None if path is None else os.path.dirname(path),
    }


def _layer_path(chosen: layers.Environment) -> list[str]:
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    own = os.path.join(chosen.path, "lib", name, "site-packages")
    return [own] if chosen.isolated else [own, *layers.module_path()]


def _hand_over(run: RunFolder, chosen: layers.Environment, folders: list[str]) -> list[str]:
    """Tell the other steps which Python it is, and write down what it has."""
    lines = packages.frozen(folders)
    write_text(os.path.join(run.output, "requirements.lock.txt"), "".join(line + "\n" for line in lines))
    write_text(os.path.join(run.root, "python"), chosen.python + "\n")
    sys.stderr.write(f"python {layers.version()}: {chosen.python} ({count(len(lines), 'package')})\n")
    return lines
