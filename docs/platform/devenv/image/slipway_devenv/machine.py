"""Facts about the pod for those who look from outside."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ESTABLISHED = "01"
_STATE = 3


def connections_in(table: Iterable[str], port: int) -> int:
    """Count the open connections to a local port in a table as /proc/net/tcp has it."""
    wanted = f":{port:04X}"
    rows = (line.split() for line in table)
    return sum(1 for row in rows if len(row) > _STATE and row[1].endswith(wanted) and row[_STATE] == _ESTABLISHED)


def connections(port: int, tables: tuple[Path, ...] = _TABLES) -> int:
    """Count the open connections to a port of the pod."""
    count = 0
    for path in tables:
        with contextlib.suppress(OSError), path.open() as table:
            count += connections_in(table, port)
    return count


def volume(folder: Path) -> dict[str, int]:
    """Return how full the volume of a folder is. @raises OSError: it cannot be asked."""
    facts = os.statvfs(folder)
    return {
        "usedBytes": (facts.f_blocks - facts.f_bfree) * facts.f_frsize,
        # What root has in reserve is nobody's here.
        "totalBytes": (facts.f_blocks - facts.f_bfree + facts.f_bavail) * facts.f_frsize,
    }


def glibc() -> str | None:
    """Return the version of glibc, `2.36`; None for another C library, with which VS Code's server does not start."""
    try:
        text = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (ValueError, OSError):
        return None
    name, _, version = text.partition(" ")
    return version if name == "glibc" else None
