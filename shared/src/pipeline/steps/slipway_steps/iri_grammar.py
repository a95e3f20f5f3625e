"""Puts off the grammar of IRIs that jsonschema has made at its import, 0.7 s of a processor: no notebook needs it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_PACKAGE = "rfc3987_syntax"


def put_off() -> None:
    """Let an import of the package cost nothing, where it is installed; its first use makes the grammar."""
    spec = None if _PACKAGE in sys.modules else importlib.util.find_spec(_PACKAGE)
    if spec is not None:
        sys.modules[_PACKAGE] = _Later(spec)


class _Later(ModuleType):
    """Stands in for the package until more is wanted of it than its one function by name."""

    def __init__(self, spec: ModuleSpec) -> None:
        super().__init__(spec.name)
        # Python asks any package for it from which something is imported.
        self.__path__ = spec.submodule_search_locations or []

    def is_valid_syntax(self, term: str, value: str) -> bool:
        """Check as the package does."""
        return bool(_package().is_valid_syntax(term, value))

    def __getattr__(self, name: str) -> object:
        return getattr(_package(), name)


def _package() -> ModuleType:
    if isinstance(sys.modules.get(_PACKAGE), _Later):
        del sys.modules[_PACKAGE]
    return importlib.import_module(_PACKAGE)
