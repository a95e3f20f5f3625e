"""files: hands out what a run left, over an exec in the container of `collect`, later in a pod of its own.

Requests are lines of JSON on standard input, each answered on standard output before the next is read:

- `{"list": true}`: a line, the content of artifacts.json; while there is none, what there is now, with `"live": true`;
- `{"read": PATH, "start"?: N, "end"?: N, "checksum"?: true, "window"?: N}`: a line `{"bytes": SIZE, "length": N}`, then
  N bytes, and with `checksum` a line `{"sha256", "length"}` of what was sent. With `window` the first line has it, too,
  and no more than so many bytes are sent beyond what lines `{"taken": N}` on standard input say was taken so far;
- `{"inputs": true}`: a line `{"inputs": [{"path", "bytes"}]}`;
- `{"runs": true}`, where the folder is the one with all runs: a line for each run with `run`, `runFile`, `results`,
  `modified` (epoch ms), and a last line `{"end": COUNT}`.

It ends with standard input, or when nothing was asked for two minutes, or nothing taken for an hour. What cannot be had
is answered with a line `{"error", "message"}`. A file that gets shorter while it is sent ends the connection, with exit
code 1.
"""

from __future__ import annotations

import json
import os
import select
import stat
import sys

from slipway_steps.contained import NoSuchFile, PathRefused, open_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    import hashlib
    from collections.abc import Iterator
    from typing import IO, Any

    from slipway_steps.run import RunFolder

_CHUNK = 256 * 1024
_REQUEST_BYTES = 1 << 20
_IDLE_SECONDS = 120
# Somebody may pause a download.
_LONGEST_UNTAKEN_SECONDS = 3600
# A notebook may have put anything where the index and the like are to be.
_MOST_INDEX_BYTES = 64 << 20
_MOST_JSON_BYTES = 8 << 20
_DIGEST_LENGTH = 64


class _Cut(Exception):
    """A file became shorter, or unreadable, while it was sent."""


class _Gone(Exception):
    """Nobody reads any more."""


class _Requests:
    """Lines of standard input.

    The kubelet leaves an exec's process and both its ends open when whoever asked is gone, and takes what it writes.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._rest = b""
        self._ended = False

    def next(self, seconds: float) -> bytes | None:
        """Return the next line; None at the end, or when nothing comes for so long."""
        while not self._lines and not self._ended:
            if not select.select([sys.stdin], [], [], seconds)[0]:
                return None
            data = os.read(sys.stdin.fileno(), _CHUNK)
            *self._lines, self._rest = (self._rest + data).split(b"\n")
            if not data or len(self._rest) > _REQUEST_BYTES:
                self._ended = True
                self._lines += filter(None, [self._rest])
        return self._lines.pop(0) if self._lines else None


class _Window:
    """How much may be sent that nobody has said to have taken."""

    def __init__(self, requests: _Requests, most: int) -> None:
        self._requests = requests
        self._most = most
        self._taken = 0

    def room(self, sent: int) -> int:
        """Return how much may be sent now; waits until it is something. Raises _Gone when that is never."""
        while sent - self._taken >= self._most:
            sys.stdout.buffer.flush()
            line = self._requests.next(_LONGEST_UNTAKEN_SECONDS)
            if line is None:
                raise _Gone
            self._taken = max(self._taken, _taken(_parsed(line)) or 0)
        return self._most + self._taken - sent


def main(run: RunFolder) -> int:
    """Answer until there are no more requests."""
    requests = _Requests()
    try:
        while (line := requests.next(_IDLE_SECONDS)) is not None:
            request = _parsed(line)
            # What was taken of an answer that is sent is no news.
            if _taken(request) is None:
                _answer_or_refuse(run, request, requests)
    except _Cut as error:
        sys.stdout.flush()
        sys.stderr.write(f"{error}\n")
        return 1
    except (BrokenPipeError, _Gone):
        return 1
    return 0


def _taken(request: object) -> int | None:
    """Return how much a line says was taken; None for another line."""
    taken = request.get("taken") if isinstance(request, dict) else None
    return taken if _is_offset(taken) else None


def _parsed(line: bytes) -> object:
    try:
        request: object = json.loads(line)
    except ValueError:
        return None
    return request


def _answer_or_refuse(run: RunFolder, request: object, requests: _Requests) -> None:
    try:
        _answer(run, request, requests)
    except PathRefused as error:
        _say({"error": "path.refused", "message": str(error)})
    except NoSuchFile as error:
        _say({"error": "artifact.notFound", "message": str(error)})
    except (BrokenPipeError, _Cut, _Gone):
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # A volume that fails, or a run.json that a notebook has changed.
        _say({"error": "artifact.unreadable", "message": str(error)})


def _answer(run: RunFolder, request: object, requests: _Requests) -> None:
    if not isinstance(request, dict):
        _say({"error": "request.invalid", "message": "a request is a JSON object on a line of its own"})
    elif request.get("list") is True:
        _say(_index(run))
    elif request.get("inputs") is True:
        _say({"inputs": [{"path": path, "bytes": size} for path, size in _files(run.inputs)]})
    elif request.get("runs") is True:
        _say_runs(run.root)
    elif "read" in request:
        _send(run, request, requests)
    else:
        _say({"error": "request.invalid", "message": "a request is one of list, read, inputs and runs"})


def _say(answer: object) -> None:
    sys.stdout.buffer.write(json.dumps(answer, separators=(",", ":")).encode("ascii") + b"\n")
    sys.stdout.buffer.flush()


def _index(run: RunFolder) -> dict[str, Any]:
    index = _json_below(run.root, "artifacts.json", _MOST_INDEX_BYTES)
    artifacts = index.get("artifacts") if isinstance(index, dict) else None
    if isinstance(artifacts, list) and all(map(_is_artifact, artifacts)):
        return {"version": 1, "artifacts": artifacts}
    from slipway_steps.artifacts import listed

    try:
        found = listed(run)
    except FileNotFoundError:
        found = []  # nothing has run: there is not even a run.json
    return {"version": 1, "live": True, "artifacts": found}


def _is_artifact(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(value.get(name), str) for name in ("path", "mediaType", "role"))
        and isinstance(value.get("bytes"), int)
        and len(str(value.get("sha256", "0" * _DIGEST_LENGTH))) == _DIGEST_LENGTH
    )


def _send(run: RunFolder, request: dict[str, Any], requests: _Requests) -> None:
    start, end, most = request.get("start", 0), request.get("end"), request.get("window")
    if not _is_offset(start) or not all(size is None or _is_offset(size) for size in (end, most)):
        _say({"error": "request.invalid", "message": "start, end and window are numbers of bytes"})
        return
    descriptor = open_file(run.root, request["read"])
    with open(descriptor, "rb", buffering=0) as file:
        size = os.fstat(descriptor).st_size
        left = max(0, min(size, size if end is None else end) - start)
        _say({"bytes": size, "length": left, **({} if most is None else {"window": most})})
        length = left
        window = _Window(requests, length if most is None else max(1, most))
        digest = _sha256() if request.get("checksum") is True else None
        file.seek(start)
        while left:
            chunk = _chunk(file, min(_CHUNK, left, window.room(length - left)))
            if not chunk:
                message = f"{request['read']!r} became shorter while it was sent"
                raise _Cut(message)
            if digest is not None:
                digest.update(chunk)
            sys.stdout.buffer.write(chunk)
            left -= len(chunk)
        sys.stdout.buffer.flush()
    if digest is not None:
        _say({"sha256": digest.hexdigest(), "length": length})


def _sha256() -> hashlib._Hash:
    # Its library takes longer to load than a list to answer.
    import hashlib

    return hashlib.sha256()


def _chunk(file: IO[bytes], most: int) -> bytes:
    try:
        return file.read(most)
    except OSError as error:
        message = f"reading failed: {error.strerror or error}"
        raise _Cut(message) from error


def _is_offset(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _files(root: str, prefix: str = "") -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(os.path.join(root, prefix)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _files(root, path + "/")
        elif entry.is_file(follow_symlinks=False):
            yield path, entry.stat(follow_symlinks=False).st_size


def _say_runs(root: str) -> None:
    told = 0
    for name in sorted(os.listdir(root)):
        folder = os.path.join(root, name)
        run_file = _json_below(root, name + "/run.json", _MOST_JSON_BYTES)
        if not isinstance(run_file, dict):
            continue
        try:
            modified = os.lstat(os.path.join(folder, "results")).st_mtime
        except OSError:
            modified = os.lstat(folder).st_mtime
        results = {
            step: result
            for step in run_file.get("steps", [])
            if isinstance(step, str)
            and isinstance(result := _json_below(root, f"{name}/results/{step}.json", _MOST_JSON_BYTES), dict)
        }
        _say({"run": name, "runFile": run_file, "results": results, "modified": int(modified * 1000)})
        told += 1
    _say({"end": told})


def _json_below(root: str, path: str, most: int) -> object:
    """Return the content of a JSON file; None where there is none that can be read."""
    try:
        descriptor = open_file(root, path)
    except (PathRefused, NoSuchFile):
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or os.fstat(descriptor).st_size > most:
            return None
        try:
            content: object = json.loads(file.read())
        except ValueError:
            return None
    return content
