"""What people read on their terminals, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass

_MINUTE = 60
_HOUR = 3600


@dataclass(frozen=True)
class Words:
    """The sentences in one language."""

    chinese: bool

    def duration(self, seconds: float) -> str:
        """Return a time as people say it: `2 h`, `90 min`, `40 s`."""
        whole = max(0, round(seconds))
        hours, minutes, rest = ("小时", "分钟", "秒") if self.chinese else ("h", "min", "s")
        if whole >= _HOUR and whole % _HOUR < _MINUTE:
            return f"{whole // _HOUR} {hours}"
        if whole >= 2 * _MINUTE:
            return f"{whole // _MINUTE} {minutes}"
        return f"{whole} {rest}"

    def warning(self, name: str, idle: float, left: float) -> str:
        """Say that it will stop."""
        if self.chinese:
            return (
                f"[Slipway] {name} 已空闲 {self.duration(idle)}, 将在 {self.duration(left)}后停止。"
                "按任意键即可继续使用。"
            )
        return (
            f"[Slipway] {name} has been idle for {self.duration(idle)} and will stop in {self.duration(left)}. "
            "Type anything to keep it."
        )

    def taken_back(self, name: str) -> str:
        """Say that it will not stop."""
        return f"[Slipway] {name} 不会停止: 检测到活动。" if self.chinese else f"[Slipway] {name} stays: it is in use."

    def stopping(self, name: str, idle: float) -> str:
        """Say that it stops now."""
        if self.chinese:
            return f"[Slipway] {name} 已空闲 {self.duration(idle)}, 正在停止。/workspace 中的文件会保留。"
        return f"[Slipway] {name} stops now, after {self.duration(idle)} idle. What is in /workspace stays."

    def ending(self, name: str) -> str:
        """Say that somebody stops it."""
        return f"[Slipway] {name} 正在停止。" if self.chinese else f"[Slipway] {name} is being stopped."
