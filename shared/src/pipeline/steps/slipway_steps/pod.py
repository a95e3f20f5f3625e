"""What a step does first in a pod, before its plan: the run's file, a cancel, results that are reused."""

from __future__ import annotations

import json
import os

from slipway_steps import outcome
from slipway_steps.files import read_text, remove, write_text
from slipway_steps.run import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Result

# They run in a task of their own before `prepare`, so each of them may be the first to see the run's folder.
_STAGE = ("dataset", "clone")


def begin(run: RunFolder, step: str) -> None:
    """Raise Settled where the step has nothing to do."""
    if step in _STAGE or step == "prepare":
        write_text(os.path.join(run.root, "run.json"), read_text(os.path.join(_inputs(), "run.json")))
    if run.reuses(step) and step != "prepare":
        result = run.result(step)
        if result is not None:
            raise Settled(result, is_new=False)
        if step in _STAGE:
            raise Settled(_reused(step))
    remove(run.result_path(step))
    if run.cancelled:
        raise Settled(outcome.skipped(step, "the run was cancelled"))


def check_stage(run: RunFolder) -> None:
    """Raise Settled where what `prepare` builds on was not fetched."""
    for step in run.run_file["steps"]:
        if step not in _STAGE or run.reuses(step):
            continue
        result = run.result(step)
        if result is None or result["state"] == "failed":
            raise Settled(outcome.skipped("prepare", f"the step {step} failed", "previousStep"))


def check_cancel(run: RunFolder, step: str) -> None:
    """Raise Settled when the run was cancelled; for work that takes its time."""
    if run.cancelled:
        raise Settled(outcome.failed(step, outcome.STOPPED, "the run was cancelled"))


def _inputs() -> str:
    """Return where the run's ConfigMap is mounted. Raises Settled where it is not."""
    folder = os.environ.get("SLIPWAY_INPUTS")
    if folder is None or not os.path.isfile(os.path.join(folder, "run.json")):
        reason = f"the run's inputs are not mounted: there is no run.json in {folder or 'SLIPWAY_INPUTS'}"
        raise Settled(outcome.failed("prepare", 1, reason, "environment"))
    return folder


def _reused(step: str) -> Result:
    try:
        path = os.path.join(os.environ.get("SLIPWAY_REUSE", ""), "results", step + ".json")
        result: Result = json.loads(read_text(path))
    except (OSError, ValueError):
        return outcome.failed(step, 1, f"the {step} step of the earlier run left no result to reuse", "environment")
    return result
