"""A requirements file as text: what of it decides which environment a run gets."""

from __future__ import annotations

import hashlib
import os
import re

_LOCAL = re.compile(r"^(\.{0,2}/|\.{1,2}$|file:)|.*\.(whl|tar\.gz|zip)(\s|$)")
_NAMED_LOCAL = re.compile(r"^[A-Za-z0-9._-]+(\[[^\]]*\])?\s*@\s*(?P<place>file:\S+)")
_EDITABLE = re.compile(r"^(-e|--editable)(\s+|=)(?P<place>\S.*)$")
_INCLUDED = re.compile(r"^(-r|--requirement|-c|--constraint)(\s+|=)?(?P<place>\S.*)$")
_MAXIMUM_FILES = 10_000
# Files may include each other.
_MAXIMUM_DEPTH = 8


class Refused(Exception):
    """The requirements cannot be built into an environment that runs share."""


def requirement_lines(text: str) -> list[str]:
    """Return the lines that count: without comments, blank lines and continuations."""
    joined = re.sub(r"\\\r?\n", "", text)
    lines = (re.sub(r"(^|\s)#.*$", "", line).strip() for line in joined.splitlines())
    return [line for line in lines if line]


def fingerprint(text: str, folder: str | None) -> list[str]:
    """Return what the requirements say, with a hash of every local file that they name.

    `folder` is where the requirements file lies; without it local files are taken by name alone.
    Raises Refused for a local editable install.
    """
    parts: list[str] = []
    _add(text, folder, parts, depth=0)
    return parts


def has_hashes(lines: list[str]) -> bool:
    """Tell whether pip will refuse every requirement without a hash; `lines` are what `fingerprint` returned."""
    return any(re.search(r"(^|\s)--(hash[=\s]|require-hashes(\s|$))", line) for line in lines)


def _add(text: str, folder: str | None, parts: list[str], depth: int) -> None:
    for line in requirement_lines(text):
        parts.append(line)
        editable = _EDITABLE.match(line)
        if editable is not None and not re.match(r"^(git|hg|svn|bzr)\+", editable["place"]):
            message = (
                f"the requirements have an editable install ({line}); environments are shared between runs, "
                f"so name the folder without -e"
            )
            raise Refused(message)
        if folder is None:
            continue
        included = _INCLUDED.match(line)
        if included is not None:
            _add_included(os.path.join(folder, included["place"]), parts, depth)
        place = _local_place(line)
        if place is not None:
            parts.append(_hash_of(os.path.join(folder, place)))


def _add_included(path: str, parts: list[str], depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        return
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return  # a URL, or missing: pip says so
    _add(text, os.path.dirname(path), parts, depth + 1)


def _local_place(line: str) -> str | None:
    named = _NAMED_LOCAL.match(line)
    if named is not None:
        return _without_scheme(named["place"])
    if line.startswith("-") or "://" in line.replace("file://", "") or not _LOCAL.match(line):
        return None
    return _without_scheme(re.split(r"\s*;|\s+#|\[", line)[0].strip())


def _without_scheme(place: str) -> str:
    return re.sub(r"^file:(//)?", "", place)


def _hash_of(path: str) -> str:
    """Return a hash of a file's content, or of a folder's, names included."""
    digest = hashlib.sha256()
    if os.path.isfile(path):
        _feed(digest, path)
        return digest.hexdigest()
    left = _MAXIMUM_FILES
    for parent, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in {"__pycache__", ".git", "build"})
        for name in sorted(names):
            left -= 1
            if left < 0:
                return digest.hexdigest()
            file = os.path.join(parent, name)
            digest.update(os.fsencode(os.path.relpath(file, path)) + b"\0")
            _feed(digest, file)
    return digest.hexdigest()


def _feed(digest: hashlib._Hash, path: str) -> None:
    if not os.path.isfile(path):
        return
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
