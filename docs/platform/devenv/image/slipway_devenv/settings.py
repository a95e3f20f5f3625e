"""What the pod's environment says, checked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_WARN_SECONDS = 600.0
_CPU_CORES = 0.2
_GPU_PERCENT = 5.0


@dataclass(frozen=True)
class Settings:
    """All that can be set. Times are seconds; a time of 0 means never."""

    name: str = "devenv"
    stop_after: float = 0.0
    warn_before: float = 0.0
    cpu_cores: float = _CPU_CORES
    gpu_percent: float = _GPU_PERCENT
    chinese: bool = False
    run: Path = Path("/run/slipway")
    secret: Path = Path("/etc/slipway/ssh")
    workspace: Path = Path("/workspace")
    terminals: Path = Path("/dev/pts")
    termination: Path = Path("/dev/termination-log")
    programs: Path = field(default_factory=lambda: Path(__file__).resolve().parent.parent)

    @property
    def private(self) -> Path:
        """The folder that only the user of the pod may read."""
        return self.run / "private"


def read_settings(environment: Mapping[str, str]) -> tuple[Settings, list[str]]:
    """Return the settings, and complaints about values that were left aside."""
    complaints: list[str] = []

    def number(name: str, default: float) -> float:
        text = environment.get(name, "").strip()
        if text == "":
            return default
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value) and value >= 0:
            return value
        complaints.append(f"{name} is not a number of 0 or more; {default:g} is used.")
        return default

    stop_after = number("SLIPWAY_IDLE_STOP_SECONDS", 0.0)
    warn_before = number("SLIPWAY_IDLE_WARN_SECONDS", min(_WARN_SECONDS, stop_after / 3))
    language = environment.get("SLIPWAY_LANGUAGE", environment.get("LANG", ""))
    return (
        Settings(
            name=environment.get("SLIPWAY_DEVENV", "devenv"),
            stop_after=stop_after,
            warn_before=warn_before,
            cpu_cores=number("SLIPWAY_IDLE_CPU_CORES", _CPU_CORES),
            gpu_percent=number("SLIPWAY_IDLE_GPU_PERCENT", _GPU_PERCENT),
            chinese=language.lower().startswith("zh"),
        ),
        complaints,
    )
