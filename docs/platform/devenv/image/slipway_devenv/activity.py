"""Puts together when somebody, or something of theirs, last worked."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slipway_devenv.meters import CpuMeter, GpuMeter, used_cpu_seconds
from slipway_devenv.terminals import last_input

if TYPE_CHECKING:
    from slipway_devenv.settings import Settings

_WINDOW = 60.0
_GPU_INTERVAL = 15.0
_SHORTEST = 2.0


@dataclass(frozen=True)
class Activity:
    """What was seen."""

    # Epoch seconds by kind; the start where none of the kind was seen yet.
    last: dict[str, float]
    cpu_cores: float
    # None where there is no GPU.
    gpu_percent: float | None

    @property
    def newest(self) -> float:
        """Return when anything last happened."""
        return max(self.last.values())


class ActivityWatch:
    """Looks at terminals, the file that editors touch, jobs, processors, GPUs; an open connection is nothing."""

    def __init__(self, settings: Settings, wall: float) -> None:
        """Count from now on."""
        self._settings = settings
        self._last = dict.fromkeys(("terminal", "editor", "job", "cpu", "gpu"), wall)
        # With a limit of seconds, as in a trial, an average over a minute would come too late.
        share = settings.stop_after / 4 if settings.stop_after > 0 else _WINDOW
        self._cpu = CpuMeter(min(_WINDOW, max(_SHORTEST, share)))
        self._gpu = GpuMeter(min(_GPU_INTERVAL, max(_SHORTEST, share)))

    def look(self, wall: float, monotonic: float, running_jobs: int) -> Activity:
        """See what happened until now."""
        self._saw("terminal", last_input(self._settings.terminals), wall)
        with contextlib.suppress(OSError):
            self._saw("editor", (self._settings.run / "activity").stat().st_mtime, wall)
        if running_jobs > 0:
            self._saw("job", wall, wall)
        used = used_cpu_seconds()
        cores = 0.0 if used is None else self._cpu.add(monotonic, used)
        if cores >= self._settings.cpu_cores > 0:
            self._saw("cpu", wall, wall)
        percent = self._gpu.percent(monotonic)
        if percent is not None and percent >= self._settings.gpu_percent > 0:
            self._saw("gpu", wall, wall)
        return Activity(dict(self._last), cores, percent)

    def reap(self, monotonic: float) -> None:
        """Let go of programs that were asked and have answered."""
        self._gpu.take(monotonic)

    def _saw(self, kind: str, when: float, wall: float) -> None:
        # A time that is yet to come would keep the DevEnv for good.
        self._last[kind] = max(self._last[kind], min(when, wall))
