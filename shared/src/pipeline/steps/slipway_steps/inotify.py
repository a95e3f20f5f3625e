"""Waits for changes in folders: by inotify where the kernel has it, else by looking again and again."""

from __future__ import annotations

import contextlib
import os
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

_MODIFY, _MOVED_TO, _CREATE, _DELETE = 0x2, 0x80, 0x100, 0x200
_ONLY_FOLDERS, _NO_LINKS = 0x01000000, 0x02000000
_EVENTS = _MODIFY | _MOVED_TO | _CREATE | _DELETE | _ONLY_FOLDERS | _NO_LINKS
_BUFFER = 64 * 1024
# inotify tells of this machine's writes alone, and of folders that are watched: now and then somebody has to look.
_LOOK_ANYWAY_SECONDS = 0.5
_BUSY_SECONDS, _IDLE_SECONDS = 0.01, 0.1


class Watcher:
    """Watches folders that may come and go. A context, because the kernel keeps a queue for it."""

    def __init__(self, folders: list[str], *, inotify: bool = True) -> None:
        """Name the folders; `inotify` is false for tests of the other way."""
        self._folders = [os.fsencode(folder) for folder in folders]
        self._add: Callable[[int, bytes, int], int] | None = None
        self._descriptor = -1
        self._watched: set[int] = set()
        if inotify:
            # ctypes, or the kernel call, may be missing.
            with contextlib.suppress(ImportError, OSError, AttributeError):
                self._start()

    def _start(self) -> None:
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
        descriptor: int = library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if descriptor < 0:
            return
        self._descriptor = descriptor
        self._add = library.inotify_add_watch

    def __enter__(self) -> Self:
        """Watch what is there already."""
        self._watch()
        return self

    def __exit__(self, *_ending: object) -> None:
        """Give the queue back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def wait(self, poll: select.poll, *, busy: bool, at_most: float = _LOOK_ANYWAY_SECONDS) -> list[tuple[int, int]]:
        """Wait until something may have changed, or one of the descriptors of `poll` is ready; returns the latter."""
        if self._descriptor < 0:
            return poll.poll(1000 * min(at_most, _BUSY_SECONDS if busy else _IDLE_SECONDS))
        if self._watch():
            return []  # a folder that was made anew may have something in it already
        poll.register(self._descriptor, select.POLLIN)
        ready = poll.poll(1000 * min(at_most, _LOOK_ANYWAY_SECONDS))
        poll.unregister(self._descriptor)
        self._empty()
        return [event for event in ready if event[0] != self._descriptor]

    def _watch(self) -> bool:
        """Watch the folders that are there; tells whether one of them is new."""
        if self._add is None:
            return False
        watched = {self._add(self._descriptor, folder, _EVENTS) for folder in self._folders}
        new = bool(watched - self._watched - {-1})
        self._watched = watched
        return new

    def _empty(self) -> None:
        """Take what is queued; the events' content does not matter."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._descriptor, _BUFFER):
                pass
