"""Decides when to warn and when to stop. No clock, no file: what is known goes in, what to do comes out."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Step(enum.Enum):
    """What is to be done now."""

    NOTHING = "nothing"
    WARN = "warn"
    TAKE_BACK = "take back"
    STOP = "stop"


@dataclass(frozen=True)
class Verdict:
    """How it stands."""

    step: Step
    idle_seconds: float
    # When it will stop, epoch seconds; None while nobody was warned.
    stops_at: float | None


class IdleWatch:
    """Warns `warn_before` seconds before nobody has worked for `stop_after` seconds, which is when it stops."""

    def __init__(self, stop_after: float, warn_before: float) -> None:
        """Watch; a `stop_after` of 0 never stops."""
        self._stop_after = stop_after
        # Somebody has to have a time in which nobody is warned.
        self._warn_before = min(warn_before, stop_after / 2)
        self._warned: tuple[float, float] | None = None
        self._activity = 0.0

    def look(self, wall: float, monotonic: float, last_activity: float) -> Verdict:
        """Judge the moment: `wall` and `last_activity` in epoch seconds, `monotonic` of a clock that nobody sets."""
        # What has a time that is yet to come happened now, at the latest.
        activity = min(last_activity, wall)
        idle = max(0.0, wall - activity)
        if self._stop_after == 0:
            return Verdict(Step.NOTHING, idle, None)
        if self._warned is not None:
            warned_at, stops_at = self._warned
            if activity > self._activity:
                self._warned = None
                return Verdict(Step.TAKE_BACK, idle, None)
            # By a clock that nobody sets: a machine that slept has not given anybody time to answer.
            if monotonic - warned_at >= self._warn_before:
                return Verdict(Step.STOP, idle, stops_at)
            return Verdict(Step.NOTHING, idle, stops_at)
        if idle < self._stop_after - self._warn_before:
            return Verdict(Step.NOTHING, idle, None)
        stops_at = wall + self._warn_before
        self._warned = (monotonic, stops_at)
        self._activity = activity
        return Verdict(Step.WARN, idle, stops_at)
