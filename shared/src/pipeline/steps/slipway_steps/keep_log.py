"""keep-log: copies a step's output to standard output and to its log on the volume, whatever becomes of either.

`tee` would stop writing the file at the first full disk, and lose what it wrote when somebody removes the folder.
Beside the log, `STEP.times` tells when it grew: lines "<byte offset> <epoch ms>", at most one every 50 ms.
"""

from __future__ import annotations

import os
import time

from slipway_steps.files import size_words

_CHUNK = 64 * 1024
_RETRY_SECONDS = 1.0
_MARK_SECONDS = 0.05


class LogFile:
    """A log that is appended to, made anew where it was removed, and says what it lacks."""

    def __init__(self, path: str) -> None:
        """Name the file; it is made when there is something to write."""
        self._path = path
        self._descriptor = -1
        self._missing = 0
        self._refused = ""
        self._retry_at = 0.0
        self._looked_at = 0.0
        self._marks = _Marks(os.path.splitext(path)[0] + ".times")

    def write(self, data: bytes) -> None:
        """Append, or count what could not be written."""
        now = time.monotonic()
        if self._missing and now < self._retry_at:
            self._missing += len(data)
            return
        try:
            self._open(now)
            if self._missing:
                self._append(self._gap())
                self._missing = 0
            start = os.fstat(self._descriptor).st_size
            written = self._append(data)
        except OSError as error:
            self._refused = error.strerror or str(error)
            self._missing += len(data)
            self._retry_at = now + _RETRY_SECONDS
            return
        if written < len(data):
            self._missing = len(data) - written
            self._retry_at = now + _RETRY_SECONDS
        if written:
            self._marks.note(start, now)

    def close(self) -> str:
        """Write what is left to say; returns a line for standard output where the file could not take it."""
        self._retry_at = self._looked_at = 0.0
        if self._missing or self._descriptor >= 0:
            self.write(b"")
        if not self._missing:
            return ""
        name = "/".join(self._path.split("/")[-2:])
        return f"[slipway] {name} lacks {size_words(self._missing)} of this output: {self._refused}\n"

    def _gap(self) -> bytes:
        reason = self._refused or "no space was left"
        return f"\n[slipway] {size_words(self._missing)} of output are missing here: {reason}\n".encode()

    def _append(self, data: bytes) -> int:
        """Write as much as there is room for; raises OSError where not even a byte is."""
        done = os.write(self._descriptor, data) if data else 0
        try:
            while done < len(data):
                done += os.write(self._descriptor, data[done:])
        except OSError as error:
            self._refused = error.strerror or str(error)
        return done

    def _open(self, now: float) -> None:
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        if self._descriptor < 0:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            self._descriptor = os.open(self._path, flags, 0o600)
        elif now - self._looked_at >= _RETRY_SECONDS:
            self._looked_at = now
            if os.fstat(self._descriptor).st_nlink == 0:
                self._rescue(flags)

    def _rescue(self, flags: int) -> None:
        """Write the removed file's content to a new one: it is there as long as it is open."""
        removed = self._descriptor
        os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
        self._descriptor = os.open(self._path, flags, 0o600)
        offset = 0
        while chunk := os.pread(removed, _CHUNK, offset):
            offset += len(chunk)
            self._append(chunk)
        os.close(removed)
        self._marks.restart()


class _Marks:
    """When the log grew; a log without times is better than none, so what cannot be written is left out."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = -1
        self._noted_at = -_MARK_SECONDS
        self._lead = b""

    def note(self, offset: int, now: float) -> None:
        """Say that what the log has from `offset` on came now."""
        if now - self._noted_at < _MARK_SECONDS:
            return
        self._noted_at = now
        try:
            if self._descriptor < 0:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                self._descriptor = os.open(self._path, flags, 0o600)
            mark = self._lead + b"%d %d\n" % (offset, time.time() * 1000)
            # What a full disk leaves of a mark shall not become one with the next.
            self._lead = b"" if os.write(self._descriptor, mark) == len(mark) else b"\n"
        except OSError:
            self._lead = b"\n"

    def restart(self) -> None:
        """Write to a new file: the old one was removed with its folder."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1
        self._lead = b""


def main(path: str) -> int:
    """Copy standard input until its end. A standard output that nobody reads any more is left alone."""
    log = LogFile(path)
    heard = True
    while data := os.read(0, _CHUNK):
        log.write(data)
        heard = heard and _say(data)
    last = log.close()
    if last and heard:
        _say(last.encode())
    return 0


def _say(data: bytes) -> bool:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(1, view) :]
    except OSError:
        return False
    return True
