"""Which Python environment a run gets: the interpreter as it is, or a layer that is built once and kept.

To be asked in the interpreter in question, started without -I and -S: what counts is what it can import.
"""

from __future__ import annotations

import os
import sys

from slipway_steps.met import are_met
from slipway_steps.packages import Tool, installed
from slipway_steps.requirements import fingerprint, has_hashes, requirement_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import PlanRequest

_NOTEBOOK_TOOLS = ("papermill", "nbconvert", "nbclient")
_KERNEL_TOOLS = ("ipykernel",)
_TEST_TOOLS = ("pytest", "pytest-cov", "pytest-html")


class Environment:
    """The environment of a run, as decided: which tools it lacks, where its layer lies."""

    def __init__(self, request: PlanRequest) -> None:
        """Decide. Reads folders, changes nothing. Raises Refused where the requirements rule it out."""
        self.isolated = request["base"] == "isolated"
        text = request.get("requirements") or ""
        self.has_requirements = bool(requirement_lines(text))
        needed = needed_tools(request, everything=self.isolated)
        have = {} if self.isolated else installed(module_path())
        self.missing = [tool for tool in needed if tool.name not in have or not tool.accepts(have[tool.name])]
        self.as_is = not self.isolated and not self.missing and self._meets(text)
        self.path = ""
        self.hashed = False
        if not self.as_is:
            parts = fingerprint(text, request.get("folder"))
            self.hashed = has_hashes(parts)
            self.path = os.path.join(request["environments"], self._key(parts))

    @property
    def python(self) -> str:
        """The interpreter that the steps use; in a layer that is still to be built it is not there yet."""
        return sys.executable if self.as_is else os.path.join(self.path, "bin", "python")

    @property
    def complete(self) -> bool:
        """Whether the layer is built and its interpreter can be started."""
        return os.path.exists(os.path.join(self.path, ".complete")) and os.access(self.python, os.X_OK)

    @property
    def mode(self) -> str:
        """`asIs`, `reused` or `toBuild`: `environment` of `pythonChoiceSchema` in protocol/plan.ts."""
        if self.as_is:
            return "asIs"
        return "reused" if self.complete else "toBuild"

    def _meets(self, text: str) -> bool:
        return not self.has_requirements or are_met(text, module_path(), os.environ)

    def _key(self, requirements: list[str]) -> str:
        import hashlib

        parts = [
            os.path.realpath(sys.executable),
            sys.version,
            "isolated" if self.isolated else sys.prefix,
            *(tool.requirement for tool in self.missing),
            "",
            *requirements,
        ]
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:20]


def needed_tools(request: PlanRequest, *, everything: bool) -> list[Tool]:
    """Return the tools that the run's steps start.

    With `everything` also those for tests that this run has not: an isolated environment is worth sharing.
    """
    names: list[str] = []
    if request["runs"] == "notebook":
        names += _NOTEBOOK_TOOLS
        if (request.get("language") or "python") == "python":
            names += _KERNEL_TOOLS
    if request["tests"] or (everything and names):
        names += _TEST_TOOLS
    return [tool for tool in _all_tools() if tool.name in names]


def module_path() -> list[str]:
    """Return the folders that the interpreter imports from, but the steps' own."""
    steps = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return [folder for folder in sys.path if os.path.abspath(folder) != steps]


def version() -> str:
    """Return the interpreter's version: "3.11.7"."""
    return sys.version.split()[0].rstrip("+")


def _all_tools() -> list[Tool]:
    path = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools.txt")
    with open(path, encoding="utf-8") as file:
        return [Tool(line) for line in requirement_lines(file.read())]
