"""summary.md: a run on a page, for people."""

from __future__ import annotations

from slipway_steps.failures import place
from slipway_steps.files import size_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Artifact, FailedCell, Result

_VERDICTS = {"succeeded": "passed", "failed": "failed", "timedOut": "timed out", "cancelled": "cancelled"}
_LISTED = 200
_LINES_AROUND = 3
_SPECIAL = str.maketrans({character: "\\" + character for character in "\\`*_{}[]<>|#~$"})


def summary(run: RunFolder, results: dict[str, Result | None], verdict: Result, found: list[Artifact]) -> str:
    """Return the text, in Markdown."""
    word = _VERDICTS[verdict.get("verdict", "failed")]
    reason = verdict.get("reason")
    lines = [f"# {_plain(run.run_file['run'])}: {word}", ""]
    if reason and reason != word:
        lines += [_plain(reason), ""]
    lines += ["| step | state | |", "|---|---|---|"]
    for step, result in results.items():
        said = "" if result is None else result.get("note") or result.get("reason", "")
        lines.append(f"| {step} | {'killed' if result is None else result['state']} | {_plain(said)} |")
    lines.append("")
    if "failedCell" in verdict:
        lines += _cell(verdict["failedCell"])
    lines += _artifacts(found)
    return "\n".join(lines) + "\n"


def _cell(cell: FailedCell) -> list[str]:
    source = cell["source"].splitlines()
    at = cell.get("line")
    first, last = (max(0, at - 1 - _LINES_AROUND), at + _LINES_AROUND) if at else (0, 2 * _LINES_AROUND)
    marked = [f"    {'>' if number == at else ' '} {number:>4} | {text}" for number, text in enumerate(source, 1)]
    said = f"{cell['errorName']}: {cell['errorValue']}".splitlines() or [""]
    return [f"## {place(cell).capitalize()}", "", *marked[first:last], "", f"    {said[0]}", ""]


def _artifacts(found: list[Artifact]) -> list[str]:
    lines = ["## Artifacts", "", "| path | size |", "|---|---|"]
    lines += [f"| {_plain(artifact['path'])} | {size_words(artifact['bytes'])} |" for artifact in found[:_LISTED]]
    if len(found) > _LISTED:
        lines.append(f"| and {len(found) - _LISTED} more, all in artifacts.json | |")
    return lines


def _plain(text: str) -> str:
    """Return text for one line of Markdown, every character of it standing for itself."""
    return " ".join(text.split()).translate(_SPECIAL)
