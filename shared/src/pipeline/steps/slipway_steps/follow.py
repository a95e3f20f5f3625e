"""follow: sends the run's progress and logs as they grow, over an exec in the container of `collect`.

On standard input a line `{"offsets": {"logs/notebook.log": 81920}, "aliveSeconds": 30}`; both may be missing. On
standard output frames: a line `{"path", "offset", "length", "time"}` and the bytes. A file that was cut or replaced by
another starts again at offset 0. A log comes after what the logs before it had when it was first there; they are in the
order of `offsets`. `artifacts.json` comes last, once it is complete. A frame of no file and without bytes is a sign of
life; the first one says that what was there has been sent, one with offset 1 that nothing more will come. With
`aliveSeconds` whoever reads has to send a line at least so often, and is taken for gone otherwise, or when standard
input ends; without it whoever reads is taken for gone after an hour. Ends with 0 when `collect` has ended and
everything was sent, with 1 when the reader is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import stat
import time

from slipway_steps.inotify import Watcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FRAME_BYTES = 64 * 1024
_FRAMES_IN_A_TURN = 16
_REQUEST_BYTES = 1 << 20
_LOG = re.compile(r"[a-z][a-z0-9-]*\.log")
_PROGRESS = "progress.jsonl"
_INDEX = "artifacts.json"
_TAIL_BYTES = 64
# What is written in one go shall not become a frame for each line.
_GATHER_SECONDS = 0.002
_BUSY_SECONDS = 1.0
# After `collect` has written its result its log may still grow a little, until its script says that it is complete.
_LOG_END_SECONDS = 1.0
_SIGN_OF_LIFE_SECONDS = 10.0
# The kubelet leaves an exec's process and both its ends open when whoever asked is gone.
_LONGEST_UNHEARD_SECONDS = 3600.0
_LAST_SIGN = 1
_LAST = 1 << 30
_IN, _OUT = 0, 1


class Gone(Exception):
    """Nobody reads any more."""


class Reader:
    """Whoever asked: sends lines on standard input, reads standard output."""

    def __init__(self, source: int = _IN, sink: int = _OUT) -> None:
        """Read the request. Raises ValueError where it is none."""
        self._source = source
        self._sink = sink
        request = json.loads(self._first_line() or b"{}")
        offsets = request.get("offsets") or {}
        self.offsets = {path: at for path, at in offsets.items() if isinstance(at, int) and at >= 0}
        alive = request.get("aliveSeconds")
        self._alive = float(alive) if isinstance(alive, (int, float)) and alive > 0 else None
        self._heard_at = self._asked_at = time.monotonic()
        os.set_blocking(sink, False)
        self.poll = select.poll()
        self.poll.register(sink, 0)  # an error is told of in any case
        if self._alive is not None:
            os.set_blocking(source, False)
            self.poll.register(source, select.POLLIN)

    def _first_line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n") and len(line) < _REQUEST_BYTES:
            byte = os.read(self._source, 1)
            if not byte:
                break
            line += byte
        return line

    def send(self, *parts: bytes) -> None:
        """Send all of it; waits as long as the reader does not read. Raises Gone."""
        for part in parts:
            view = memoryview(part)
            while view:
                with contextlib.suppress(BlockingIOError):
                    try:
                        view = view[os.write(self._sink, view) :]
                    except (BrokenPipeError, ConnectionResetError) as error:
                        raise Gone from error
                if view:
                    self.poll.modify(self._sink, select.POLLOUT)
                    self.hear(self.poll.poll(1000 if self._alive is None else 1000 * self._alive / 4))
                    self.poll.modify(self._sink, 0)

    def hear(self, ready: list[tuple[int, int]]) -> None:
        """Take what came from the reader. Raises Gone."""
        for descriptor, event in ready:
            if descriptor == self._sink and event & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
                raise Gone
            if descriptor == self._source:
                with contextlib.suppress(BlockingIOError):
                    if not os.read(self._source, _FRAME_BYTES):
                        raise Gone
                    self._heard_at = time.monotonic()
        now = time.monotonic()
        if self._alive is not None and now - self._heard_at > self._alive:
            raise Gone
        if self._alive is None and now - self._asked_at > _LONGEST_UNHEARD_SECONDS:
            raise Gone


class Source:
    """A file that grows."""

    def __init__(self, path: str, offset: int) -> None:
        """`offset`: how much of it the reader has."""
        self.path = path
        self.offset = offset
        self._inode = 0
        self._tail = b""
        # True when the last turn sent all there was.
        self._drained = False
        # What is to be sent before: other sources, up to a size; None until this one has something to send.
        self._after: list[tuple[Source, int]] | None = None

    def waits(self, folder: int, earlier: list[Source]) -> bool:
        """Tell whether its lines would come before some of `earlier` that were written before them."""
        if self._after is None:
            if not _size(folder, self.path):
                self._drained = True
                return True
            # Asked after this one's own, so that all that was written before it counts.
            sizes = [(source, _size(folder, source.path)) for source in earlier]
            self._after = [(source, size) for source, size in sizes if source.offset < size]
        else:
            self._after = [(source, size) for source, size in self._after if source.is_behind(size)]
        return bool(self._after)

    @property
    def is_held_back(self) -> bool:
        """Tell whether it has something to send and others come first."""
        return bool(self._after)

    def is_behind(self, size: int) -> bool:
        """Tell whether more up to `size` can be had of it."""
        return not self._drained and self.offset < size

    def frames(self, folder: int, name: str) -> Iterator[tuple[bytes, bytes]]:
        """Yield what the reader has not yet, as heads and contents, up to a turn's worth."""
        self._drained = True  # also where it cannot be read: nobody waits for that
        try:
            # O_NONBLOCK: a notebook may have put a named pipe here.
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except OSError:
            return  # not there yet, or between two
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return
            self._check(descriptor, status)
            for _ in range(_FRAMES_IN_A_TURN):
                content = os.pread(descriptor, _FRAME_BYTES, self.offset)
                if not content:
                    return
                head = _head(self.path, self.offset, len(content))
                self.offset += len(content)
                self._tail = (self._tail + content)[-_TAIL_BYTES:]
                yield head, content
            self._drained = False
        finally:
            os.close(descriptor)

    def _check(self, descriptor: int, status: os.stat_result) -> None:
        """Start again where the file is not the one that was read before, or not its continuation."""
        replaced = self._inode not in {0, status.st_ino}
        self._inode = status.st_ino
        if status.st_size >= self.offset:
            if not replaced:
                return
            # A log whose folder was removed is written anew with all it had.
            if os.pread(descriptor, len(self._tail), self.offset - len(self._tail)) == self._tail:
                return
        self.offset = 0
        self._tail = b""


def _size(folder: int, path: str) -> int:
    try:
        status = os.stat(os.path.basename(path), dir_fd=folder, follow_symlinks=False)
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _head(path: str, offset: int, length: int) -> bytes:
    head = {"path": path, "offset": offset, "length": length, "time": int(time.time() * 1000)}
    return json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n"


class Follower:
    """Sends what is new in the run's folder."""

    def __init__(self, root: str, reader: Reader) -> None:
        """Name the folder and the reader."""
        self._root = root
        self._reader = reader
        self._sources: dict[str, Source] = {}
        self._order = {path: at for at, path in enumerate(reader.offsets)}
        # True when a log was held back in the last turn.
        self.holds_back = False

    def send_new(self) -> int:
        """Send a turn's worth of every file that grew; returns the number of bytes. Raises Gone."""
        self.holds_back = False
        return self._send_below(self._root, self._progress) + self._send_below(
            os.path.join(self._root, "logs"), self._logs
        )

    def _send_below(self, path: str, sources: Callable[[int], list[Source]]) -> int:
        try:
            folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return 0
        sent = 0
        earlier: list[Source] = []
        try:
            for source in sources(folder):
                if source.waits(folder, earlier):
                    self.holds_back = self.holds_back or source.is_held_back
                else:
                    for head, content in source.frames(folder, os.path.basename(source.path)):
                        self._reader.send(head, content)
                        sent += len(content)
                earlier.append(source)
        finally:
            os.close(folder)
        return sent

    def _progress(self, _folder: int) -> list[Source]:
        return [self._source(_PROGRESS)]

    def _logs(self, folder: int) -> list[Source]:
        paths = ["logs/" + name for name in os.listdir(folder) if _LOG.fullmatch(name)]
        return [self._source(path) for path in sorted(paths, key=lambda path: (self._order.get(path, _LAST), path))]

    def send_index(self) -> None:
        """Send the index of the artifacts, so that nobody has to come back for it. Raises Gone."""
        try:
            descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return
        try:
            index = Source(_INDEX, 0)
            more = True
            while more:
                more = False
                for head, content in index.frames(descriptor, _INDEX):
                    self._reader.send(head, content)
                    more = True
        finally:
            os.close(descriptor)

    def _source(self, path: str) -> Source:
        if path not in self._sources:
            self._sources[path] = Source(path, self._reader.offsets.get(path, 0))
        return self._sources[path]


def main(root: str, *, inotify: bool = True) -> int:
    """Follow until the end."""
    reader = Reader()
    folders = [root, os.path.join(root, "logs"), os.path.join(root, "results")]
    try:
        with Watcher(folders, inotify=inotify) as watcher:
            _follow(root, reader, watcher)
    except Gone:
        return 1
    return 0


def _follow(root: str, reader: Reader, watcher: Watcher) -> None:
    follower = Follower(root, reader)
    ended_at: float | None = None
    grew_at = 0.0
    said_at: float | None = None
    while True:
        # Asked before looking, so that nothing that was written before the end is missed.
        complete = os.path.exists(os.path.join(root, "results", "collect.ended"))
        if ended_at is None and os.path.exists(os.path.join(root, "results", "collect.json")):
            ended_at = time.monotonic()
        over = ended_at is not None and time.monotonic() - ended_at >= _LOG_END_SECONDS
        sent = follower.send_new()
        if sent:
            grew_at = time.monotonic()
            # Whoever reads waits for the first sign of life.
            said_at = grew_at if said_at is not None else None
            if sent < _FRAME_BYTES:
                time.sleep(_GATHER_SECONDS)
            continue
        if follower.holds_back:
            # All is not sent yet: one before it grew after its turn.
            reader.hear(reader.poll.poll(1000 * _GATHER_SECONDS))
            continue
        if complete or over:
            follower.send_index()
            reader.send(_head("", _LAST_SIGN, 0))
            return
        if said_at is None or time.monotonic() - said_at >= _SIGN_OF_LIFE_SECONDS:
            reader.send(_head("", 0, 0))
            said_at = time.monotonic()
        busy = time.monotonic() - grew_at < _BUSY_SECONDS
        at_most = _LOG_END_SECONDS / 10 if ended_at is not None else 1.0
        reader.hear(watcher.wait(reader.poll, busy=busy, at_most=at_most))
