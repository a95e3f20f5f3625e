"""Words that several steps use for how they ended."""

from __future__ import annotations

from slipway_steps.run import Settled, on_cluster

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Ending, ReasonCode, Result

_TIMED_OUT = 124
_KILLED = 137
STOPPED = 143
_SIGNAL_NAMES = {1: "HUP", 2: "INT", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 11: "SEGV", 15: "TERM"}
_SIGNAL_BASE = 128
_MINUTE = 60
_HOUR_IN_MINUTES = 60


def succeeded(step: str, note: str) -> Result:
    """Return the result of a step that did what it was for."""
    return {"step": step, "state": "succeeded", "exitCode": 0, "note": note}


def skipped(step: str, reason: str, code: ReasonCode | None = None) -> Result:
    """Return the result of a step that had nothing to do, or could not because of an earlier one."""
    result: Result = {"step": step, "state": "skipped", "exitCode": 0, "reason": reason}
    if code is not None:
        result["reasonCode"] = code
    return result


def failed(step: str, exit_code: int, reason: str, code: ReasonCode = "other") -> Result:
    """Return the result of a failed step; its exit code is never 0."""
    return {"step": step, "state": "failed", "exitCode": exit_code or 1, "reason": reason, "reasonCode": code}


def timed_out(ending: Ending) -> bool:
    """Tell whether `timeout` ended the step: its 124, or 137 where the program had to be killed 60 s later."""
    limit = ending["limit"]
    if limit is None or ending["seconds"] + 1 < limit:
        return False
    return ending["exitCode"] in (_TIMED_OUT, _KILLED)


def from_outside(step: str, ending: Ending) -> Result | None:
    """Return the result of a step that was ended by its time limit or by a stop; None when it ended by itself."""
    if ending["stopped"]:
        return failed(step, ending["exitCode"] or STOPPED, "stopped before it was done")
    if timed_out(ending):
        limit = duration_words(ending["limit"] or 0)
        return failed(step, ending["exitCode"], f"the time limit of {limit} was reached", "timeout")
    return None


def exit_words(code: int) -> str:
    """Return "exit code 3", with the signal where the code stands for one."""
    if code == _KILLED:
        return "exit code 137 (killed; often for want of memory)"
    name = _SIGNAL_NAMES.get(code - _SIGNAL_BASE)
    return f"exit code {code} (ended by signal {name})" if name else f"exit code {code}"


def duration_words(seconds: float) -> str:
    """Return "1h 2m", "1m 12s", "5s", "0.5s"."""
    if seconds < _MINUTE:
        return f"{seconds:g}s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    if minutes < _HOUR_IN_MINUTES:
        return f"{minutes}m {rest}s" if rest else f"{minutes}m"
    hours, minutes = divmod(minutes, _HOUR_IN_MINUTES)
    return f"{hours}h {minutes}m" if minutes else f"{hours}h"


def plan_fields(run: RunFolder, step: str) -> list[tuple[str, str]]:
    """Return what every plan begins with: the environment that prepare made and the step's time limit.

    Raises Settled when prepare did not succeed, or its environment has gone since.
    """
    prepared = run.result("prepare")
    if prepared is None or prepared["state"] != "succeeded":
        raise Settled(skipped(step, "the environment was not prepared", "previousStep"))
    python = run.python()
    if python is None:
        reason = "the Python environment that this run was prepared with is gone; run it again from prepare"
        raise Settled(failed(step, 1, reason, "environment"))
    limit = run.run_file["timeouts"].get(step)
    return [("python", python), ("limit", "" if limit is None else f"{limit:f}")]


def environment_fields(run: RunFolder, env: dict[str, str]) -> list[tuple[str, str]]:
    """Return the job's own environment variables, and where what the stage steps fetched lies.

    The names of the step contract are not the job's to set.
    """
    own = {name: value for name, value in env.items() if not name.startswith("SLIPWAY_")}
    if on_cluster() and "dataset" in run.run_file:
        own["SLIPWAY_DATASET"] = run.dataset_path(run.run_file["dataset"])
    if on_cluster() and "repository" in run.run_file:
        own["SLIPWAY_REPOSITORY"] = run.repository
    return [("environment", f"{name}={value}") for name, value in own.items()]
