"""The private folder in which a core's Unix socket lies, and those that killed servers have left."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

socket_name = "core.sock"
_prefix = "slipway-core-"
# A path of a socket has about 100 bytes, of which our own part takes 32.
_longest_home = 70
# A core that is just being started has no socket yet.
_spare_seconds = 600.0


def make_socket_folder(environment: Mapping[str, str]) -> Path:
    """Make a folder that only this user can enter, and remove those in which no core listens any more."""
    home = _socket_home(environment)
    _sweep(home)
    return Path(tempfile.mkdtemp(prefix=_prefix, dir=home))


def _socket_home(environment: Mapping[str, str]) -> Path:
    """Return the folder for sockets; the system's temporary one has a path that is short enough for a socket."""
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    fits = 0 < len(runtime) < _longest_home and os.access(runtime, os.W_OK)
    return Path(runtime if fits else tempfile.gettempdir())


def _sweep(home: Path) -> None:
    """Remove what is left of cores whose server was killed. Other processes may be doing the same."""
    for folder in home.glob(f"{_prefix}*"):
        with contextlib.suppress(OSError):
            about = folder.lstat()
            is_ours = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()
            if is_ours and time.time() - about.st_mtime > _spare_seconds and not _somebody_listens(folder):
                (folder / socket_name).unlink(missing_ok=True)
                folder.rmdir()


def _somebody_listens(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(folder / socket_name))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except OSError:
            return True
    return True
