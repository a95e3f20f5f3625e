"""The terminals of the pod: when somebody last typed, and telling those who look at one."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _terminals(folder: Path) -> Iterator[str]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.isdigit():
                yield entry.path


def last_input(folder: Path) -> float:
    """Return when something was last typed, epoch seconds; Linux keeps that to 8 seconds. 0 without a terminal."""
    newest = 0.0
    for path in _terminals(folder):
        # The kernel notes what a program reads from the terminal (typed) as access, what it writes as modification.
        with contextlib.suppress(OSError):
            newest = max(newest, os.stat(path).st_atime)
    return newest


def tell(folder: Path, text: str) -> int:
    """Write a line to every terminal, and return how many there were. One that is stopped misses it."""
    told = 0
    line = f"\r\n\a{text}\r\n".encode()
    for path in _terminals(folder):
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                os.write(descriptor, line)
                told += 1
            finally:
                os.close(descriptor)
    return told
