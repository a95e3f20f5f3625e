"""Paths that stay inside a folder, whatever a notebook has put there."""

from __future__ import annotations

import os
import stat


class PathRefused(Exception):
    """The path leads out of the folder, or is none: a sentence."""


class NoSuchFile(Exception):
    """There is no regular file under the path: a sentence."""


def parts_of(path: object) -> list[str]:
    """Take a path apart: relative, forward slashes, no empty part, no `.` and `..`, no NUL. Raises PathRefused."""
    parts = path.split("/") if isinstance(path, str) else [""]
    if any(part in {"", ".", ".."} or "\0" in part for part in parts):
        message = f"the path {path!r} is not a plain path inside the run"
        raise PathRefused(message)
    return parts


def open_file(root: str, path: object) -> int:
    """Open a regular file below `root` for reading; returns its descriptor.

    Links that stay inside are followed: the path is resolved, then walked again without following any.
    Raises PathRefused, NoSuchFile.
    """
    name = "/".join(parts_of(path))
    try:
        top = os.path.realpath(root)
        real = os.path.realpath(os.path.join(top, name))
        if not real.startswith(top.rstrip("/") + "/"):
            message = f"the path {name!r} leads out of the run's folder"
            raise PathRefused(message)
        return _walk(top, os.path.relpath(real, top).split("/"))
    except (OSError, ValueError) as error:
        message = f"the run has no file {name!r}"
        raise NoSuchFile(message) from error


def _walk(top: str, parts: list[str]) -> int:
    folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = below
        # O_NONBLOCK: opening a named pipe would wait for a writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(parts[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)
    if stat.S_ISREG(os.fstat(file).st_mode):
        return file
    os.close(file)
    message = "not a regular file"
    raise OSError(message)
