"""Whether an interpreter has all that the requirements ask for, so that pip would install nothing.

Says no wherever pip might think otherwise: options, addresses, files, a marker or a version that is not understood.
"""

from __future__ import annotations

import os

from slipway_steps.packages import distributions, normalised
from slipway_steps.requirements import requirement_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.requirements import Requirement

# With these pip installs what is there already, or asks more of it than the requirements do.
_PIP_ASKS_MORE = ("PIP_CONSTRAINT", "PIP_FORCE_REINSTALL", "PIP_IGNORE_INSTALLED", "PIP_REQUIRE_HASHES", "PIP_UPGRADE")


def are_met(text: str, folders: Iterable[str], environment: Mapping[str, str]) -> bool:
    """Tell whether the distributions in the folders of a module path meet a requirements file, and each other.

    To be asked in the interpreter in question. `environment` are the variables that pip would see.
    """
    if any(environment.get(name) for name in _PIP_ASKS_MORE):
        return False
    try:
        from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
        from packaging.requirements import InvalidRequirement, Requirement
        from packaging.version import InvalidVersion
    except ImportError:
        return False
    try:
        wanted = [Requirement(line) for line in requirement_lines(text)]
        return _Installed(folders).meets(wanted)
    except (InvalidRequirement, InvalidVersion, UndefinedComparison, UndefinedEnvironmentName, OSError, ValueError):
        return False


class _Installed:
    """The distributions of a module path; of the same name the first one counts."""

    def __init__(self, folders: Iterable[str]) -> None:
        self._found: dict[str, tuple[str, str]] = {}
        for folder in folders:
            for name, version, metadata in distributions(folder):
                self._found.setdefault(name, (version, metadata))

    def meets(self, wanted: list[Requirement]) -> bool:
        """Tell whether each of them is there, and what those need in turn. Raises what `are_met` catches."""
        seen: set[tuple[str, frozenset[str]]] = set()
        left = [(requirement, frozenset({""})) for requirement in wanted]
        while left:
            requirement, extras = left.pop()
            if not _applies(requirement, extras):
                continue
            name = normalised(requirement.name)
            if requirement.url is not None or name not in self._found:
                return False
            version, metadata = self._found[name]
            if not requirement.specifier.contains(version, prereleases=True):
                return False
            own = frozenset({"", *requirement.extras})
            if (name, own) not in seen:
                seen.add((name, own))
                left += [(needed, own) for needed in _needs(metadata)]
        return True


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)


def _needs(metadata: str) -> list[Requirement]:
    """Return what a distribution needs. Raises OSError for one that says so in an older way."""
    from packaging.requirements import Requirement

    needs = []
    with open(os.path.join(metadata, "METADATA"), encoding="utf-8") as file:
        for line in file:
            if not line.strip():
                break  # the description follows
            field, _, value = line.partition(":")
            if field.lower() == "requires-dist":
                needs.append(Requirement(value.strip()))
    return needs
