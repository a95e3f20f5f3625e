"""The Task's result `summary`: what a core has to know of a final run, in the few bytes that Kubernetes keeps.

A result travels in the termination message of `collect`, as a JSON string inside JSON. The kubelet cuts messages at
12 KiB divided by the number of the pod's containers, init containers included, and Tekton adds entries of its own; a
message that was cut is no result at all. So what counts is the length of the text once Go has escaped it.
"""

from __future__ import annotations

import json
import os
import re

from slipway_steps.failures import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Artifact, FailedCell, Result

MOST_BYTES = 3000
_POD_BYTES = 12 * 1024
# Two init containers of Tekton, and a service mesh may add two of its own.
_OTHER_CONTAINERS = 4
# `[{"key":"summary","value":"…","type":1},{"key":"StartedAt",…,"type":3},{"key":"ExitCode",…,"type":3}]`
_TEKTONS_BYTES = 240
_STAGE = ("dataset", "clone")
_SHORT = 40
_TELLING = 120
_LINES_AROUND = 2
_KILLED = 137
_CUT_BYTES = len(r",\"cut\":true")
_CELL_FIELDS = frozenset({"id", "index", "number", "line", "errorName", "errorValue", "source"})
_ESCAPED_LONGER = re.compile('[\\\\"]|[<>&\u2028\u2029]')


def write(run: RunFolder, path: str, result: Result, results: dict[str, Result | None], found: list[Artifact]) -> None:
    """Write the summary of a run to the file that Tekton reads results from."""
    summary = summarise(run, result, results, found)
    # Never half of one: Tekton takes what is there.
    text = encoded(summary, budget(sum(step not in _STAGE for step in results) + 1)).encode("utf-8")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    with open(descriptor, "wb") as file:
        file.write(text)


def budget(steps: int) -> int:
    """Return how long the escaped text may be in a pod with so many steps."""
    return min(MOST_BYTES, _POD_BYTES // (steps + _OTHER_CONTAINERS) - _TEKTONS_BYTES)


def summarise(
    run: RunFolder, result: Result, results: dict[str, Result | None], found: list[Artifact]
) -> dict[str, Any]:
    """Return everything that the summary may have, at full length."""
    summary: dict[str, Any] = {"version": 1, "verdict": result.get("verdict", "failed")}
    if "reason" in result:
        summary["reason"] = result["reason"]
    summary["steps"] = {step: _step(ended) for step, ended in results.items()}
    cells = _cells(run)
    if cells is not None:
        summary["cells"] = cells
    if "failedCell" in result:
        summary["failedCell"] = _failed_cell(result["failedCell"])
    summary["artifacts"] = {"count": len(found), "bytes": sum(artifact["bytes"] for artifact in found)}
    summary["logs"] = _log_sizes(run, results)
    return summary


def encoded(summary: dict[str, Any], most: int) -> str:
    """Return the summary as JSON that takes at most `most` bytes once it is escaped.

    What the reason of the run says is not said of a step again. Then the source is cut to the lines around the one that
    raised, and other long texts to what tells what they are about. If that is not enough they are left out, in this
    order: source, errorValue, notes, reasons. Never raises for want of room: the verdict always fits.
    """
    fitting = json.loads(json.dumps(summary))
    text = _text(fitting)
    for shorten in _WAYS:
        if escaped_length(text) <= most:
            break
        over = escaped_length(text) - most
        shorten(fitting, over)
        text = _text(fitting)
    return text


def escaped_length(text: str) -> int:
    """Return how many bytes the text takes inside a JSON string as Go writes it."""
    longer = _ESCAPED_LONGER.findall(text)
    # Go writes <, >, & and the two line separators as \uXXXX; `_text` has made escapes of all control characters.
    extra = sum(1 if character in '\\"' else 6 - len(character.encode()) for character in longer)
    return len(text.encode("utf-8")) + extra


def _text(summary: dict[str, Any]) -> str:
    text = json.dumps(summary, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair is no UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def _step(ended: Result | None) -> dict[str, Any]:
    if ended is None:
        return {"state": "failed", "exitCode": _KILLED, "reason": "it left no result"}
    return {name: ended[name] for name in ("state", "exitCode", "reasonCode", "note", "reason") if name in ended}


def _failed_cell(cell: FailedCell) -> dict[str, Any]:
    return {name: value for name, value in cell.items() if name in _CELL_FIELDS}


def _cells(run: RunFolder) -> dict[str, int] | None:
    """Return how many cells there are and how many ended; None for a command."""
    notebook = run.run_file.get("notebook")
    if notebook is None:
        return None
    cells = {cell["id"] for cell in notebook["cells"]}
    ended = run.result("notebook")
    if run.reuses("notebook") and ended is not None and ended["state"] == "succeeded":
        return {"total": len(cells), "finished": len(cells)}  # its progress is the other run's
    return {"total": len(cells), "finished": len(cells & _finished(os.path.join(run.root, "progress.jsonl")))}


def _finished(progress: str) -> set[str]:
    ids = set()
    try:
        with open(progress, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                event = json.loads(line) if '"cellFinished"' in line else None
                if isinstance(event, dict) and isinstance(event.get("id"), str):
                    ids.add(event["id"])
    except (OSError, ValueError):
        pass  # what was counted so far is what is known
    return ids


def _log_sizes(run: RunFolder, results: dict[str, Result | None]) -> dict[str, int]:
    return {step: _size(os.path.join(run.root, "logs", step + ".log")) for step in results}


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _said_once(summary: dict[str, Any], _over: int) -> None:
    """Leave out the reason of the step at fault where it is the run's: a reader takes that for it."""
    for step in summary["steps"].values():
        if step["state"] == "failed":
            if step.get("reason") == summary.get("reason"):
                step.pop("reason", None)
            return


def _shorter_source(summary: dict[str, Any], over: int) -> None:
    """Keep the lines around the one that raised; `firstLine` is the number of the first of them."""
    cell = summary.get("failedCell", {})
    source, line = cell.get("source"), cell.get("line")
    if not isinstance(source, str):
        return
    if not isinstance(line, int):
        _keep_telling(cell, "source", over + _CUT_BYTES)
        _tell_cut(cell, source)
    elif len(source) > _TELLING:
        first = max(1, line - _LINES_AROUND)
        cell["source"] = "\n".join(source.split("\n")[first - 1 : line + _LINES_AROUND])
        cell["firstLine"] = first


def _tell_cut(cell: dict[str, Any], before: object) -> None:
    if "source" in cell and cell["source"] != before:
        cell["cut"] = True


def _shorter_value(summary: dict[str, Any], over: int) -> None:
    _keep_telling(summary.get("failedCell", {}), "errorValue", over)


def _shorter_reason(summary: dict[str, Any], over: int) -> None:
    _keep_telling(summary, "reason", over)


def _cut_source(summary: dict[str, Any], over: int) -> None:
    cell = summary.get("failedCell", {})
    source = cell.get("source")
    _shorten(cell, "source", over if "cut" in cell else over + _CUT_BYTES)
    _tell_cut(cell, source)


def _cut_value(summary: dict[str, Any], over: int) -> None:
    _shorten(summary.get("failedCell", {}), "errorValue", over)


def _cut_notes(summary: dict[str, Any], _over: int) -> None:
    for step in summary["steps"].values():
        step.pop("note", None)


def _cut_reasons(summary: dict[str, Any], over: int) -> None:
    """Leave out the longest ones."""
    for step in sorted(summary["steps"].values(), key=lambda step: -len(step.get("reason", ""))):
        if over > 0 and "reason" in step:
            over -= escaped_length(_text({"reason": step.pop("reason")}))


def _cut_reason(summary: dict[str, Any], over: int) -> None:
    _shorten(summary, "reason", over)


def _without_cell(summary: dict[str, Any], _over: int) -> None:
    cell = summary.get("failedCell", {})
    for name in ("source", "firstLine", "cut", "errorValue"):
        cell.pop(name, None)
    if len(_text(cell)) > 3 * _SHORT:
        summary.pop("failedCell", None)


def _least(summary: dict[str, Any], _over: int) -> None:
    for name in ("reason", "failedCell", "cells"):
        summary.pop(name, None)
    summary["steps"] = {
        step: {name: ended[name] for name in ("state", "exitCode") if name in ended}
        for step, ended in summary["steps"].items()
    }


def _keep_telling(fields: dict[str, Any], name: str, over: int) -> None:
    """Keep the beginning of a text: `over` bytes less, but no less than what tells what it is about."""
    text = fields.get(name)
    if isinstance(text, str) and len(text) > _TELLING:
        fields[name] = text[: max(_TELLING, len(text) - over - len("…".encode()))] + "…"


def _shorten(fields: dict[str, Any], name: str, over: int) -> None:
    """Cut a text so that it takes `over` bytes less, or leave it out where hardly anything would be left."""
    text = fields.get(name)
    if not isinstance(text, str):
        return
    before = escaped_length(_text({name: text}))
    length = min(max(0, len(text) - over), MOST_BYTES)
    while length >= _SHORT:
        fields[name] = cut(text, length) if len(text) > 2 * length else text[: length - 1] + "…"
        if before - escaped_length(_text({name: fields[name]})) >= over:
            return
        length = length * 3 // 4
    del fields[name]


_WAYS = (
    _said_once,
    _shorter_source,
    _shorter_value,
    _shorter_reason,
    _cut_source,
    _cut_value,
    _cut_notes,
    _cut_reasons,
    _cut_reason,
    _without_cell,
    _least,
)
