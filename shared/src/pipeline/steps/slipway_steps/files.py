"""Reading and writing whole files, and words for sizes.

Each step's log is kept by a program that wants the words alone: what takes long to import is imported where it is used.
"""

from __future__ import annotations

import os

_UNIT_STEP = 1000
_WHOLE_FROM = 99.95


def read_text(path: str) -> str:
    """Return a UTF-8 file's text."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def write_text(path: str, text: str) -> None:
    """Write a file in one go: a reader sees the old one or the whole new one."""
    partial = path + ".partial"
    try:
        with open(partial, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        os.replace(partial, path)
    except OSError:
        remove(partial)
        raise


def write_json(path: str, value: object) -> None:
    """Write a value as JSON in one go."""
    import json

    write_text(path, json.dumps(value, indent=2, ensure_ascii=True) + "\n")


def remove(path: str) -> None:
    """Remove a file, where it is there."""
    import contextlib

    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def append_line(path: str, value: object) -> None:
    """Append a value as one line of JSON, with a single write, so that lines of several processes do not mix."""
    import json

    line = json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        written = os.write(descriptor, line)
        if written < len(line):
            # On a full disk: half a line would spoil the next one, too.
            os.ftruncate(descriptor, os.fstat(descriptor).st_size - written)
    finally:
        os.close(descriptor)


def size_words(size: int) -> str:
    """Return a size in bytes for people, as the editors write it: "4.1 kB", "150 MB"."""
    if size < _UNIT_STEP:
        return f"{size} B"
    value, units = size / _UNIT_STEP, ["kB", "MB", "GB", "TB"]
    # From here on it would round to 1000 of the smaller unit.
    while value >= _UNIT_STEP - 0.5 and len(units) > 1:
        value, units = value / _UNIT_STEP, units[1:]
    return f"{value:.{0 if value >= _WHOLE_FROM else 1}f} {units[0]}"


def count(number: int, noun: str) -> str:
    """Return "1 cell", "2 cells"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_line(text: str, limit: int) -> str:
    """Return the first line that is not blank, cut to `limit` characters."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped:
            return stripped if len(stripped) <= limit else stripped[: limit - 1] + "…"
    return ""
