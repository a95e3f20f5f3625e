"""Remembers, in a file of one line, whether anything was unfinished when a browser last looked."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class UnfinishedRuns:
    """
    The number of runs that had not ended when the labextension last told.

    A page that loads asks it before anything else: with nothing unfinished, no Node starts.
    """

    def __init__(self, file: Path) -> None:
        """Use ``file``; it and its folder are made when there is something to remember."""
        self._file = file

    def read(self) -> int:
        """Return the number; 0 where nothing was told yet, or the file was spoilt."""
        try:
            return max(0, int(self._file.read_text("ascii")[:20]))
        except (FileNotFoundError, ValueError):
            return 0

    def write(self, count: int) -> None:
        """Replace the number; readers see the old or the new one, never half of it."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=".unfinished-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(str(count))
            Path(name).replace(self._file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
