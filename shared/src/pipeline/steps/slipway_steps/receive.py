"""receive FOLDER: takes files over an exec into a folder, checked, and resumable after a cut.

1. In: a line `{"files": [{"path", "bytes", "sha256", "executable"?: true}]}`.
2. Out: a line `{"missing": [{"file": INDEX, "offset": N}]}`: what is not there whole, and from where on to send it.
3. In, for each of these in order: a line `{"file": INDEX, "offset": N, "length": N}`, then that many bytes.
4. Out: a line `{"ok": true, "files": COUNT, "bytes": SUM}`.

What goes wrong is a last line `{"ok": false, "error": CODE, "message", "file"?: INDEX}` and exit code 1, once the input
has ended or nothing more comes. A file shows under its name when it is whole and its hash is right; until then it lies
in `.slipway-upload`, where a later call finds it. Two calls at once do no harm: they write the same bytes to the same
places.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import select
import stat
import sys

from slipway_steps.contained import PathRefused, parts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from typing_extensions import TypeGuard

_CHUNK = 256 * 1024
_HEADER_BYTES = 64 << 20
_INBOX = ".slipway-upload"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
# Whoever sends has heard by then, or has gone.
_LAST_WORDS_SECONDS = 5
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_IN_THE_WAY = frozenset({errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EEXIST, errno.ENOTEMPTY})


class Refused(Exception):
    """What is sent cannot be taken: a code and a sentence."""

    def __init__(self, message: str, code: str, file: int | None = None) -> None:
        """Hold what is to be said."""
        super().__init__(message)
        self.code = code
        self.file = file


class Cut(Exception):
    """The input ended in the middle."""


class Entry:
    """A file that is to be there afterwards."""

    def __init__(self, value: object, index: int) -> None:
        """Check an entry of the header. Raises Refused."""
        fields = value if isinstance(value, dict) else {}
        size, digest = fields.get("bytes"), fields.get("sha256")
        if not _is_size(size) or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            message = f"file {index} of the header needs bytes and sha256"
            raise Refused(message, "protocol.invalid")
        try:
            self.parts = parts_of(fields.get("path"))
        except PathRefused as error:
            raise Refused(str(error), "path.refused", index) from error
        if self.parts[0] == _INBOX:
            message = f"the name {_INBOX} is kept for uploads"
            raise Refused(message, "path.refused", index)
        self.index = index
        self.size = size
        self.digest = digest
        self.mode = 0o700 if fields.get("executable") is True else 0o600
        self.path = "/".join(self.parts)
        key = f"{self.path}\0{self.size}\0{self.digest}".encode("utf-8", "surrogatepass")
        self.partial = hashlib.sha256(key).hexdigest()[:32]


def main(folder: str) -> int:
    """Take files until all are there; returns the exit code."""
    try:
        entries = _header(sys.stdin.buffer.readline(_HEADER_BYTES))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with _opened(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)) as root:
            _receive(root, entries, sys.stdin.buffer)
    except Cut as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Refused as error:
        place = {} if error.file is None else {"file": error.file}
        return _end({"ok": False, "error": error.code, "message": str(error), **place})
    except OSError as error:
        code = "disk.full" if error.errno in _FULL else "disk.denied"
        return _end({"ok": False, "error": code, "message": error.strerror or str(error)})
    return _end({"ok": True, "files": len(entries), "bytes": sum(entry.size for entry in entries)})


def _receive(root: int, entries: list[Entry], source: IO[bytes]) -> None:
    with contextlib.suppress(FileExistsError):
        os.mkdir(_INBOX, 0o700, dir_fd=root)
    with _opened(os.open(_INBOX, _FOLDER, dir_fd=root)) as inbox:
        missing = [(entry, _partial_size(inbox, entry)) for entry in entries if not _is_whole(root, entry)]
        _say({"missing": [{"file": entry.index, "offset": offset} for entry, offset in missing]})
        for entry, offset in missing:
            _expect(source, entry, offset)
            _take(inbox, entry, offset, source)
            _put(root, inbox, entry)
        for name in os.listdir(inbox):
            os.unlink(name, dir_fd=inbox)
    os.rmdir(_INBOX, dir_fd=root)


def _header(line: bytes) -> list[Entry]:
    if not line.endswith(b"\n"):
        message = "the input ended before the list of files"
        raise Cut(message)
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    values = header.get("files") if isinstance(header, dict) else None
    if not isinstance(values, list):
        message = "the first line has no list of files"
        raise Refused(message, "protocol.invalid")
    entries = [Entry(value, index) for index, value in enumerate(values)]
    if len({entry.path for entry in entries}) < len(entries):
        message = "a path is listed twice"
        raise Refused(message, "path.refused")
    return entries


def _expect(source: IO[bytes], entry: Entry, offset: int) -> None:
    """Read the line before a file's bytes."""
    line = source.readline(_CHUNK)
    if not line.endswith(b"\n"):
        message = f"the input ended before {entry.path!r}"
        raise Cut(message)
    try:
        frame = json.loads(line)
    except ValueError:
        frame = None
    if frame != {"file": entry.index, "offset": offset, "length": entry.size - offset}:
        message = f"file {entry.index} from {offset} on was to come, and did not"
        raise Refused(message, "protocol.invalid")


def _take(inbox: int, entry: Entry, offset: int, source: IO[bytes]) -> None:
    """Append to what is there of a file, and check the whole."""
    descriptor = os.open(entry.partial, os.O_RDWR | os.O_CREAT | _FILE, 0o600, dir_fd=inbox)
    with open(descriptor, "r+b", buffering=0) as file:
        digest = hashlib.sha256()
        left = offset
        while left:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                message = f"what was there of {entry.path!r} has gone"
                raise Refused(message, "run.conflict", entry.index)
            digest.update(chunk)
            left -= len(chunk)
        left = entry.size - offset
        while left:
            chunk = source.read(min(_CHUNK, left))
            if not chunk:
                message = f"the input ended in the middle of {entry.path!r}"
                raise Cut(message)
            _write(file, chunk)
            digest.update(chunk)
            left -= len(chunk)
        if digest.hexdigest() == entry.digest:
            os.fchmod(descriptor, entry.mode)
            return
    os.unlink(entry.partial, dir_fd=inbox)
    message = f"the content of {entry.path!r} is not what was announced (SHA-256)"
    raise Refused(message, "files.refused", entry.index)


def _write(file: IO[bytes], chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[file.write(view) :]


def _put(root: int, inbox: int, entry: Entry) -> None:
    """Give a whole file its name."""
    try:
        with _opened(_parent(root, entry.parts, make=True)) as parent:
            os.replace(entry.partial, entry.parts[-1], src_dir_fd=inbox, dst_dir_fd=parent)
    except OSError as error:
        if error.errno not in _IN_THE_WAY:
            raise
        message = f"something else is in the way of {entry.path!r}"
        raise Refused(message, "path.refused", entry.index) from error


def _partial_size(inbox: int, entry: Entry) -> int:
    """Return how much of a file an earlier call left."""
    try:
        status = os.stat(entry.partial, dir_fd=inbox, follow_symlinks=False)
    except FileNotFoundError:
        return 0
    if stat.S_ISREG(status.st_mode) and status.st_size <= entry.size:
        return status.st_size
    os.unlink(entry.partial, dir_fd=inbox)
    return 0


def _is_whole(root: int, entry: Entry) -> bool:
    """Tell whether a file is there, with the right content."""
    try:
        with _opened(_parent(root, entry.parts, make=False)) as parent:
            descriptor = os.open(entry.parts[-1], os.O_RDONLY | _FILE, dir_fd=parent)
    except OSError:
        return False
    with _opened(descriptor):
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size != entry.size:
            return False
        digest = hashlib.sha256()
        while chunk := os.read(descriptor, _CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == entry.digest


def _parent(root: int, parts: list[str], *, make: bool) -> int:
    """Open the folder of a path without following links; the caller closes it."""
    folder = os.dup(root)
    try:
        for part in parts[:-1]:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=folder)
            below = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
    except OSError:
        os.close(folder)
        raise
    return folder


@contextlib.contextmanager
def _opened(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_size(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _say(answer: object) -> None:
    sys.stdout.buffer.write(json.dumps(answer, separators=(",", ":")).encode("ascii") + b"\n")
    sys.stdout.buffer.flush()


def _end(verdict: dict[str, object]) -> int:
    with contextlib.suppress(BrokenPipeError):
        _say(verdict)
    if verdict["ok"] is True:
        return 0
    _discard_input()
    return 1


def _discard_input() -> None:
    """Read on: a program that ends while input is on its way has its connection reset, and its last words are lost."""
    with contextlib.suppress(OSError):
        while select.select([sys.stdin], [], [], _LAST_WORDS_SECONDS)[0] and os.read(sys.stdin.fileno(), _CHUNK):
            pass
