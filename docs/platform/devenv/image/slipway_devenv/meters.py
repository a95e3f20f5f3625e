"""How busy processors and GPUs are."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections import deque
from pathlib import Path

_V2 = Path("/sys/fs/cgroup/cpu.stat")
_V1 = (Path("/sys/fs/cgroup/cpuacct/cpuacct.usage"), Path("/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage"))
_QUERY = ("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits")
_QUERY_SECONDS = 20.0


def used_cpu_seconds(v2: Path = _V2, v1: tuple[Path, ...] = _V1) -> float | None:
    """Return the processor time used so far, as the control group counts it; None where it does not."""
    with contextlib.suppress(OSError, ValueError):
        match = re.search(r"^usage_usec (\d+)$", v2.read_text(), re.MULTILINE)
        if match is not None:
            return int(match.group(1)) / 1e6
    for path in v1:
        with contextlib.suppress(OSError, ValueError):
            return int(path.read_text()) / 1e9
    return None


class CpuMeter:
    """Cores in use, on average over a window: a moment's work is nobody's."""

    def __init__(self, window: float) -> None:
        """Average over the last `window` seconds."""
        self._window = window
        self._readings: deque[tuple[float, float]] = deque()

    def add(self, monotonic: float, used: float) -> float:
        """Take a reading, and return the cores in use; 0 until the window is full."""
        self._readings.append((monotonic, used))
        # The oldest that stays is just outside of the window.
        while len(self._readings) > 1 and self._readings[1][0] <= monotonic - self._window:
            self._readings.popleft()
        since, before = self._readings[0]
        elapsed = monotonic - since
        if elapsed < self._window or elapsed <= 0:
            return 0.0
        return max(0.0, used - before) / elapsed


def busiest(output: str) -> float | None:
    """Return the highest number that nvidia-smi says, percent; None where it says none."""
    numbers = [float(word) for word in re.findall(r"^\s*(\d{1,3})(?:\s*%)?\s*$", output, re.MULTILINE)]
    return max(numbers, default=None)


class GpuMeter:
    """Asks nvidia-smi every now and then without waiting for it: beside a driver in trouble it hangs."""

    def __init__(self, interval: float, command: tuple[str, ...] = _QUERY) -> None:
        """Ask every `interval` seconds."""
        self._interval = interval
        self._command = command
        self._asked: float | None = None
        self._query: subprocess.Popen[str] | None = None
        self._percent: float | None = None

    def percent(self, monotonic: float) -> float | None:
        """Return how busy the busiest GPU was when it last told; None where there is none."""
        self.take(monotonic)
        if self._query is None and (self._asked is None or monotonic - self._asked >= self._interval):
            self._ask(monotonic)
        return self._percent

    def _ask(self, monotonic: float) -> None:
        self._asked = monotonic
        if shutil.which(self._command[0]) is None:
            return
        with contextlib.suppress(OSError):
            self._query = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                errors="replace",
            )

    def take(self, monotonic: float) -> None:
        """Take the answer where it is there; what has ended does not stay as a zombie."""
        query = self._query
        if query is None or self._asked is None:
            return
        if query.poll() is None:
            if monotonic - self._asked > _QUERY_SECONDS:
                query.kill()
            return
        self._query = None
        output = query.communicate()[0]
        self._percent = busiest(output) if query.returncode == 0 else None
