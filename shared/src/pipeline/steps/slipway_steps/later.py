"""Puts off packages that others import at once and seldom use, until something is wanted of them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


class Later(ModuleType):
    """Stands in for a package until it is looked into."""

    def __init__(self, spec: ModuleSpec) -> None:
        """Take the package's place for who imports it, or a part of it."""
        super().__init__(spec.name)
        # Python asks any package for it from which something is imported.
        self.__path__ = spec.submodule_search_locations or []

    def package(self) -> ModuleType:
        """Import the package; it takes its own place."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        package = importlib.import_module(self.__name__)
        for name, part in vars(self).items():
            # Parts that were imported before it.
            if isinstance(part, ModuleType) and not hasattr(package, name):
                setattr(package, name, part)
        return package

    def __getattr__(self, name: str) -> object:
        """Return what the package has by that name."""
        return getattr(self.package(), name)


def put_off(name: str, stand_in: type[Later] = Later) -> None:
    """Let an import of the package cost nothing, where it is installed; its first use imports it."""
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is not None:
        sys.modules[name] = stand_in(spec)
