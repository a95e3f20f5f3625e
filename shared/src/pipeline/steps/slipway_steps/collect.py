"""collect: artifacts.json, summary.md, and the verdict on the run."""

from __future__ import annotations

import os
import sys

from slipway_steps import artifacts
from slipway_steps.files import count, size_words, write_json, write_text
from slipway_steps.run import Settled
from slipway_steps.summary import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Result, Verdict


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Do the whole step; there is nothing for a program to do. Raises Settled."""
    run.release("collect")
    found = artifacts.find(run)
    write_json(os.path.join(run.root, "artifacts.json"), {"version": 1, "artifacts": found})
    for artifact in found:
        sys.stderr.write(f"{artifact['sha256'][:12]}  {size_words(artifact['bytes']):>9}  {artifact['path']}\n")
    results = {step: run.result(step) for step in run.run_file["steps"] if step != "collect"}
    result = _result(results)
    total = size_words(sum(artifact["bytes"] for artifact in found))
    result["note"] = f"{count(len(found), 'artifact')}, {total}" if found else "no artifacts"
    write_text(os.path.join(run.root, "summary.md"), summary(run, results, result, found))
    for step in run.run_file["steps"]:
        run.release(step)
    raise Settled(result)


def _result(results: dict[str, Result | None]) -> Result:
    """Return the verdict with the reason of the first step that failed; a step without a result was killed."""
    result: Result = {"step": "collect", "state": "succeeded", "exitCode": 0, "verdict": "succeeded"}
    for step, ended in results.items():
        if ended is not None and ended["state"] != "failed":
            continue
        result["verdict"] = _verdict(ended)
        result["reason"] = f"the step {step} was killed" if ended is None else ended.get("reason", f"{step} failed")
        if ended is not None and "reasonCode" in ended:
            result["reasonCode"] = ended["reasonCode"]
        break
    for ended in results.values():
        if ended is not None and "failedCell" in ended:
            result["failedCell"] = ended["failedCell"]
    if os.environ.get("SLIPWAY_CANCELLED") == "1":
        result["verdict"] = "cancelled"
        result["reason"] = "cancelled"
        result.pop("reasonCode", None)
    return result


def _verdict(ended: Result | None) -> Verdict:
    return "timedOut" if ended is not None and ended.get("reasonCode") == "timeout" else "failed"
