"""collect: artifacts.json, summary.md, and the verdict on the run."""

from __future__ import annotations

import json
import os
import sys

from slipway_steps import artifacts
from slipway_steps.files import count, size_words, write_text
from slipway_steps.run import FULL, Settled
from slipway_steps.summary import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Artifact, Result, Verdict

_ROOM_FOR_A_RESULT = 16 * 1024
_CANCELLED_HASH_SECONDS = 8


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Do the whole step; there is nothing for a program to do. Raises Settled."""
    run.release("collect")
    # Whoever cancels waits some time for this, not for hashes of many gigabytes.
    found = artifacts.find(run, artifacts.HashTime(lambda: run.cancelled, _CANCELLED_HASH_SECONDS))
    for artifact in found:
        sys.stderr.write(
            f"{artifact.get('sha256', '-')[:12]:<12}  {size_words(artifact['bytes']):>9}  {artifact['path']}\n"
        )
    index = json.dumps({"version": 1, "artifacts": found}, indent=2) + "\n"
    indexed = _write(run, "artifacts.json", index)
    results = {step: run.result(step) for step in run.run_file["steps"] if step != "collect"}
    result = _result(run, results)
    total = size_words(sum(artifact["bytes"] for artifact in found))
    result["note"] = f"{count(len(found), 'artifact')}, {total}" if found else "no artifacts"
    if not indexed:
        result["note"] += "; no space was left for their index"
    _write(run, "summary.md", summary(run, results, result, found))
    _write_summary(run, result, results, found)
    for step in run.run_file["steps"]:
        run.release(step)
    raise Settled(result)


def _write(run: RunFolder, name: str, text: str) -> bool:
    """Write a file of the run; without it, but with a verdict, where the disk is full."""
    try:
        try:
            write_text(os.path.join(run.root, name), text)
        except OSError as error:
            if error.errno not in FULL:
                raise
            # All other steps have ended: what was held back for them is free.
            for step in run.run_file["steps"]:
                run.release(step)
            write_text(os.path.join(run.root, name), text)
    except OSError as error:
        if error.errno not in FULL:
            raise
        sys.stderr.write(f"{name} could not be written: {error.strerror}\n")
        return False
    return True


def _write_summary(run: RunFolder, result: Result, results: dict[str, Result | None], found: list[Artifact]) -> None:
    """Write the Task's result, where this is a step of one."""
    path = os.environ.get("SLIPWAY_RESULT")
    if path:
        from slipway_steps import result_summary

        result_summary.write(run, path, result, results, found)


def _result(run: RunFolder, results: dict[str, Result | None]) -> Result:
    """Return the verdict with the reason of the first step that failed; a step without a result was killed."""
    result: Result = {"step": "collect", "state": "succeeded", "exitCode": 0, "verdict": "succeeded"}
    for step, ended in results.items():
        if ended is not None and ended["state"] != "failed":
            continue
        result["verdict"] = _verdict(ended)
        result["reason"] = _killed(run, step) if ended is None else ended.get("reason", f"{step} failed")
        if ended is not None and "reasonCode" in ended:
            result["reasonCode"] = ended["reasonCode"]
        break
    for ended in results.values():
        if ended is not None and "failedCell" in ended:
            result["failedCell"] = ended["failedCell"]
    if os.environ.get("SLIPWAY_CANCELLED") == "1" or run.cancelled:
        result["verdict"] = "cancelled"
        result["reason"] = "cancelled"
        result.pop("reasonCode", None)
    return result


def _killed(run: RunFolder, step: str) -> str:
    volume = os.statvfs(run.root)
    if volume.f_bavail * volume.f_frsize < _ROOM_FOR_A_RESULT:
        return f"the step {step} left no result: no space is left on the device with the run's folder"
    return f"the step {step} was killed"


def _verdict(ended: Result | None) -> Verdict:
    return "timedOut" if ended is not None and ended.get("reasonCode") == "timeout" else "failed"
