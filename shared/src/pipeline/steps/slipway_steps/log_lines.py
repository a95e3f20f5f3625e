"""What papermill logs, as lines; what cells print, as they printed it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS_OF_A_BAR = 60
# What nbclient says of every message of the kernel. The outputs are in the log anyway, once.
_ECHOES = frozenset({"msg_type: %s", "content: %s"})


class OwnRecords(logging.Filter):
    """Lets papermill's records through, and warnings of others: at level DEBUG every library has something to say."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be logged."""
        if record.msg in _ECHOES:
            return False
        return record.levelno >= logging.WARNING or record.name.startswith("papermill")


class LogLines(logging.Formatter):
    """Ends every record with a newline, but what a cell prints only where it ends its line.

    The kernel sends what was printed at moments of its own, also in the middle of a line. What is printed to a stream
    is a record with its name as `stream`. A bar that is drawn again and again over itself stays one line, as on a
    terminal, and begins a new one once a minute, so that who reads the log later sees when it stood where.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin at the start of a line; `clock` gives seconds."""
        super().__init__("%(message)s")
        self._clock = clock
        self._open = ""
        self._bar_since: float | None = None

    def format(self, record: logging.LogRecord) -> str:
        """Give the text of a record, which goes on with an open line of its own stream and ends that of another."""
        text = super().format(record)
        stream = str(getattr(record, "stream", ""))
        begin = "\n" if self._open not in {"", stream} else ""
        last = text.rpartition("\n")[2]
        if begin or last != text:
            self._bar_since = None
        self._open = stream if last and not self._is_old_bar(last) else ""
        return begin + text if self._open else f"{begin}{text.removesuffix(chr(10))}\n"

    def _is_old_bar(self, line: str) -> bool:
        if self._bar_since is None and "\r" not in line:
            return False
        now = self._clock()
        since = self._bar_since if self._bar_since is not None else now
        is_old = now - since >= _SECONDS_OF_A_BAR
        self._bar_since = None if is_old else since
        return is_old
