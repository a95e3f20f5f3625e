"""Files that others may have prepared: no link is followed, no file is seen half written."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def private_folder(path: Path) -> None:
    """Make a folder that is ours alone. What lies there and is no folder of ours goes."""
    if path.is_symlink() or (path.exists() and (not path.is_dir() or path.stat().st_uid != os.geteuid())):
        path.unlink() if not path.is_dir() or path.is_symlink() else shutil.rmtree(path)
    path.mkdir(exist_ok=True)
    path.chmod(0o700)


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Put a whole file in the place of another. @raises OSError: what was there stays."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    try:
        descriptor = os.open(fresh, _NEW_FILE, mode)
        with open(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(content)
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


@contextlib.contextmanager
def folder_below(root: Path, parts: tuple[str, ...], *, make: bool) -> Iterator[int]:
    """Open a folder below another, no part of the way a link. @raises OSError: it is a link, or not there."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o755, dir_fd=descriptor)
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def new_file(folder: int, name: str, content: bytes, mode: int) -> bool:
    """Write a file unless something is called so, be it a link to nowhere. False where there is something."""
    try:
        descriptor = os.open(name, _NEW_FILE, mode, dir_fd=folder)
    except FileExistsError:
        return False
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
    except OSError:
        # A full volume: better no file, which the next start writes, than half of one.
        os.unlink(name, dir_fd=folder)
        raise
    return True
