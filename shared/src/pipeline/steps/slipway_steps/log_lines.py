"""What papermill logs, as lines; what cells print, as they printed it."""

from __future__ import annotations

import logging

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
    is a record with its name as `stream`.
    """

    def __init__(self) -> None:
        """Begin at the start of a line."""
        super().__init__("%(message)s")
        self._open = ""

    def format(self, record: logging.LogRecord) -> str:
        """Give the text of a record, which goes on with an open line of its own stream and ends that of another."""
        text = super().format(record)
        stream = str(getattr(record, "stream", ""))
        begin = "\n" if self._open not in {"", stream} else ""
        last = text.rpartition("\n")[2]
        # A bar that is drawn again and again over itself is seen as it grows.
        self._open = stream if last and "\r" not in last else ""
        return begin + text if self._open else f"{begin}{text.removesuffix(chr(10))}\n"
