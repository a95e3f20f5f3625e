"""The first start in a workspace: what shells, package managers and VS Code find there."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

from slipway_devenv.files import folder_below, new_file

if TYPE_CHECKING:
    from pathlib import Path

# Path below the workspace, to the file in the image.
SEEDS = {
    ".bashrc": "bashrc",
    ".profile": "profile",
    ".mambarc": "mambarc",
    ".condarc": "mambarc",
    ".vscode-server/data/Machine/settings.json": "vscode-machine-settings.json",
}
_STATE = ".slipway"
_RECORD = "seeded.json"
_PRIVATE = 0o077


def seed(workspace: Path, seeds: Path) -> list[str]:
    """Write what was never written here, and return complaints. What is there stays; what was deleted stays away."""
    complaints: list[str] = []
    try:
        with folder_below(workspace, (_STATE,), make=True) as state:
            done = _read_record(state)
            written = {path for path in SEEDS if path not in done and _write(workspace, seeds, path, complaints)}
            if written:
                record = json.dumps({"version": 1, "seeded": sorted(done | written)})
                replace_file_in(state, _RECORD, record.encode())
    except OSError as error:
        complaints.append(f"{workspace} was not prepared: {error.strerror or error}.")
    return complaints


def replace_file_in(folder: int, name: str, content: bytes) -> None:
    """Put a whole file in the place of another in an open folder."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(f".{name}.new", dir_fd=folder)
    new_file(folder, f".{name}.new", content, 0o644)
    os.rename(f".{name}.new", name, src_dir_fd=folder, dst_dir_fd=folder)


def _read_record(state: int) -> set[str]:
    try:
        descriptor = os.open(_RECORD, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=state)
        with open(descriptor, "rb") as file:
            record = json.loads(file.read(65536))
        return {path for path in record["seeded"] if isinstance(path, str)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _write(workspace: Path, seeds: Path, path: str, complaints: list[str]) -> bool:
    """Write one seed; true when there is something of that name now."""
    *folders, name = path.split("/")
    try:
        with folder_below(workspace, tuple(folders), make=True) as folder:
            new_file(folder, name, (seeds / SEEDS[path]).read_bytes(), 0o644)
    except OSError as error:
        complaints.append(f"{workspace / path} was not written: {error.strerror or error}.")
        return False
    return True


def tighten(home: Path) -> None:
    """Take the group's rights off what programs refuse with them.

    A volume that is made writable for a group (fsGroup) may get them at every start; then ssh takes no key of it.
    """
    for folder in (".ssh", ".gnupg"):
        with contextlib.suppress(OSError), folder_below(home, (folder,), make=False) as descriptor:
            os.fchmod(descriptor, 0o700)
            for name in os.listdir(descriptor):
                _tighten_file(descriptor, name)
    with contextlib.suppress(OSError), folder_below(home, (), make=False) as descriptor:
        for name in (".netrc", ".pgpass", ".git-credentials", ".pypirc"):
            _tighten_file(descriptor, name)


def _tighten_file(folder: int, name: str) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with contextlib.suppress(OSError):
        descriptor = os.open(name, flags, dir_fd=folder)
        try:
            mode = os.fstat(descriptor).st_mode & 0o777
            os.fchmod(descriptor, mode & ~(0o033 if name.endswith(".pub") else _PRIVATE))
        finally:
            os.close(descriptor)
