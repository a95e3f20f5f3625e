"""Which distributions an interpreter has, read off the names of their metadata folders.

`importlib.metadata` tells the same in ten times the time, and this is asked before every run.
"""

from __future__ import annotations

import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_METADATA = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._]*)-(?P<version>[^-]+)(-py[^-]*(-[^-]+)?)?\.(dist|egg)-info$")
_REQUIREMENT = re.compile(r"^\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?P<ranges>[^#;]*)")
_RANGE = re.compile(r"^\s*(?P<operator>>=|<=|==|>|<)\s*(?P<version>[0-9.]+)\s*$")


class Tool:
    """A distribution that a step needs, with the range of versions that will do."""

    def __init__(self, line: str) -> None:
        """Parse a line of tools.txt, such as `papermill>=2.6,<3`."""
        match = _REQUIREMENT.match(line)
        if match is None:
            message = f"not a requirement: {line!r}"
            raise ValueError(message)
        self.requirement = line.strip()
        self.name = normalised(match["name"])
        self._ranges: list[tuple[str, tuple[int, ...]]] = []
        for part in match["ranges"].split(","):
            limits = _RANGE.match(part)
            if limits is not None:
                self._ranges.append((limits["operator"], _release(limits["version"])))

    def accepts(self, version: str) -> bool:
        """Tell whether a version is in range, by its release numbers."""
        release = _release(version)
        return all(_in_range(release, operator, limit) for operator, limit in self._ranges)


def normalised(name: str) -> str:
    """Return a distribution's name in the spelling by which names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(folders: Iterable[str]) -> dict[str, str]:
    """Return name → version of the distributions in the folders of a module path; the first one counts."""
    found: dict[str, str] = {}
    for folder in folders:
        for name, version, _ in distributions(folder):
            found.setdefault(name, version)
    return found


def frozen(folders: Iterable[str]) -> list[str]:
    """Return requirement lines for what is installed, as `pip freeze` has them."""
    found: dict[str, str] = {}
    for folder in folders:
        for name, version, metadata in distributions(folder):
            if name not in found:
                found[name] = f"{name} @ {url}" if (url := _direct_url(metadata)) else f"{name}=={version}"
    return [line for _, line in sorted(found.items())]


def distributions(folder: str) -> list[tuple[str, str, str]]:
    """Return name, version and metadata folder of each distribution in a folder."""
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return []  # a module path may name zip files and folders that are not there
    found = []
    for name in names:
        match = _METADATA.match(name) if name.endswith("-info") else None
        if match is not None:
            found.append((normalised(match["name"]), match["version"], os.path.join(folder, name)))
    return found


def _direct_url(metadata: str) -> str | None:
    try:
        with open(os.path.join(metadata, "direct_url.json"), encoding="utf-8") as file:
            origin = json.load(file)
    except (OSError, ValueError):
        return None  # installed from an index
    url = origin.get("url")
    source = origin.get("vcs_info")
    if isinstance(source, dict):
        return f"{source.get('vcs')}+{url}@{source.get('commit_id')}"
    return url if isinstance(url, str) else None


def _release(version: str) -> tuple[int, ...]:
    match = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version)
    numbers = [int(part) for part in match[1].split(".")] if match else [0]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _in_range(release: tuple[int, ...], operator: str, limit: tuple[int, ...]) -> bool:
    if operator == ">=":
        return release >= limit
    if operator == "<=":
        return release <= limit
    if operator == ">":
        return release > limit
    if operator == "<":
        return release < limit
    return release == limit
