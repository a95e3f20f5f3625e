"""Ends what runs in the pod: asks first."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

_PROC = Path("/proc")
_PAUSE = 0.1
_ZOMBIE = "Z"
_FIELDS = 2


def process_state(stat: str) -> tuple[str, str, int]:
    """Return name, state and parent from a line of /proc/PID/stat. @raises ValueError: it is none."""
    # The name is what a program calls itself, parentheses and spaces included.
    name, _, rest = stat.partition("(")[2].rpartition(")")
    fields = rest.split()
    if len(fields) < _FIELDS:
        raise ValueError(stat)
    return name, fields[0], int(fields[1])


def others(proc: Path = _PROC) -> dict[int, str]:
    """Return the processes of the pod but this one and those that started it, by id, with their names."""
    known: dict[int, tuple[str, str, int]] = {}
    for entry in proc.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                known[int(entry.name)] = process_state((entry / "stat").read_text(errors="replace"))
    spared = {1}
    pid = os.getpid()
    while pid in known and pid not in spared:
        spared.add(pid)
        pid = known[pid][2]
    return {pid: name for pid, (name, state, _) in known.items() if pid not in spared and state != _ZOMBIE}


def end_others(seconds: float) -> None:
    """Tell all others to end, and make those end that have not after some seconds."""
    for pid, name in others().items():
        # Shells leave at a hang-up, not at a request. To the ssh server that would mean "read your configuration".
        if not name.startswith("sshd"):
            _send(pid, signal.SIGHUP)
        _send(pid, signal.SIGTERM)
    until = time.monotonic() + seconds
    while others() and time.monotonic() < until:
        time.sleep(_PAUSE)
    for pid in others():
        _send(pid, signal.SIGKILL)


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)
