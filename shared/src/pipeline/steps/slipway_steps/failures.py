"""How a cell failed, in terms of the notebook as it was submitted."""

from __future__ import annotations

import json
import os
import re

from slipway_steps.files import first_line, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import FailedCell

_TEXT_LIMIT = 64 * 1024
_VALUE_LIMIT = 8 * 1024
_REASON_LIMIT = 200

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
# IPython names a cell's frame in one of these ways, the newest first.
_FRAMES = (
    r"Cell In\s?\[{count}\], line (\d+)",
    r"Input In \[{count}\], in <cell line: (\d+)>",
    r"<ipython-input-{count}-[0-9a-f]+> in <module>\s+(?:.*\n)*?-+> (\d+) ",
)


class Raised:
    """What was raised in a cell, as the kernel tells it."""

    def __init__(self, name: str, value: str, traceback: list[str], execution_count: int | None) -> None:
        """Take the fields of an `error` output; colours are removed."""
        self.name = without_colours(name)
        self.value = without_colours(value)
        self.traceback = [without_colours(part) for part in traceback]
        self.execution_count = execution_count


def failed_cell(run: RunFolder, cell_id: str, source: str, raised: Raised) -> FailedCell:
    """Return the failed cell for results/notebook.json; index -1 and number 0 for one that papermill inserted."""
    notebook = run.run_file.get("notebook")
    numbers = [cell["id"] for cell in notebook["cells"]] if notebook else []
    failed: FailedCell = {
        "id": cell_id,
        "index": _index(run, cell_id),
        "number": numbers.index(cell_id) + 1 if cell_id in numbers else 0,
        "source": cut(source, _TEXT_LIMIT),
        "errorName": raised.name or "Error",
        "errorValue": cut(raised.value, _VALUE_LIMIT),
        "traceback": _cut_parts(raised.traceback, _TEXT_LIMIT),
    }
    line = _line(raised)
    if line is not None and 1 <= line <= source.count("\n") + 1:
        failed["line"] = line
    return failed


def reason(cell: FailedCell) -> str:
    """Return "KeyError 'pca' in cell 7"."""
    value = first_line(cell["errorValue"], _REASON_LIMIT)
    # The value of a KeyError is only the key; others are sentences.
    between = " " if value[:1] in {"'", '"'} or " " not in value else ": "
    what = f"{cell['errorName']}{between}{value}" if value else cell["errorName"]
    return f"{what} in {place(cell)}"


def place(cell: FailedCell) -> str:
    """Return "cell 7", or words for a cell that is not in the submitted notebook."""
    return f"cell {cell['number']}" if cell["number"] else "the cell with the injected parameters"


def without_colours(text: str) -> str:
    """Return the text without terminal escape sequences."""
    return _ANSI.sub("", text)


def cut(text: str, limit: int) -> str:
    """Return the text, or its beginning and its end where it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    head, tail = limit // 4, limit - limit // 4
    return f"{text[:head]}\n… {len(text) - limit} characters left out …\n{text[-tail:]}"


def _cut_parts(parts: list[str], limit: int) -> list[str]:
    return parts if sum(map(len, parts)) <= limit else [cut("\n".join(parts), limit)]


def _index(run: RunFolder, cell_id: str) -> int:
    notebook = run.run_file.get("notebook")
    if notebook is None:
        return -1
    submitted = json.loads(read_text(os.path.join(run.inputs, notebook["path"])))
    for index, cell in enumerate(submitted.get("cells", [])):
        if cell.get("id") == cell_id:
            return index
    return -1


def _line(raised: Raised) -> int | None:
    text = "\n".join(raised.traceback)
    count = r"\d+" if raised.execution_count is None else str(raised.execution_count)
    for frame in _FRAMES:
        match = re.search(frame.replace("{count}", count), text)
        if match is not None:
            return int(match[1])
    return None
