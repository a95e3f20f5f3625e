"""What cells printed, as Jupyter keeps it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from nbformat import NotebookNode

if TYPE_CHECKING:
    from collections.abc import Iterable


def as_shown(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Return a cell's outputs with one output for what was printed to one stream in a row, as a terminal shows it.

    The kernel sends what is printed in many pieces, and a bar draws itself over and over. In a front end the first are
    put together and of the second the last is left; a notebook without one would show a line for each.
    """
    shown: list[NotebookNode] = []
    for stream, group in itertools.groupby(outputs, _stream_of):
        if stream is None:
            shown.extend(group)
            continue
        pieces = list(group)
        text = "".join("".join(piece.text) if isinstance(piece.text, list) else piece.text for piece in pieces)
        shown.append(NotebookNode({**pieces[0], "text": on_terminal(text)}))
    return shown


def _stream_of(output: NotebookNode) -> str | None:
    return output.name if output.output_type == "stream" else None


def on_terminal(text: str) -> str:
    """Return what is left of a text in which a carriage return begins its line anew."""
    if "\r" not in text:
        return text
    return "\n".join(_last_drawn(line) for line in text.split("\n"))


def _last_drawn(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]
