"""Whether somebody works in a JupyterLab: what its kernels did lately. An open page that is silent is no work."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_RECENT_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0
_MOST_READ = 1_048_576


def watch(port: int, token: str, activity: Path) -> None:
    """Touch the file that editors touch where a kernel works. What cannot be asked says nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    try:
        # Without the last part the question itself would count as activity.
        connection.request("GET", "/api/kernels?no_track_activity=1", headers={"Authorization": f"token {token}"})
        kernels = json.loads(connection.getresponse().read(_MOST_READ))
    except (OSError, ValueError, http.client.HTTPException):
        return
    finally:
        connection.close()
    if works(kernels, time.time()):
        with contextlib.suppress(OSError):
            activity.write_bytes(b"")


def works(kernels: object, now: float) -> bool:
    """Return whether a kernel is at work, or was within the last minute."""
    if not isinstance(kernels, list):
        return False
    return any(isinstance(kernel, dict) and _is_recent(kernel, now) for kernel in kernels)


def _is_recent(kernel: dict[str, object], now: float) -> bool:
    if kernel.get("execution_state") == "busy":
        return True
    try:
        last = datetime.fromisoformat(str(kernel.get("last_activity")).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return False
    return now - last < _RECENT_SECONDS
