from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

import pytest

from slipway_steps.later import put_off

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

_NAME = "seldom_used"
_PACKAGE = """
import builtins
builtins.times_imported += 1
from . import inner
answer = inner.half * 2
"""


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a package that counts how often it is imported, with a part that it needs and one that it does not."""
    (tmp_path / _NAME).mkdir()
    (tmp_path / _NAME / "__init__.py").write_text(_PACKAGE)
    (tmp_path / _NAME / "inner.py").write_text("half = 21")
    (tmp_path / _NAME / "other.py").write_text("from .inner import half")
    monkeypatch.setattr("builtins.times_imported", 0, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    _forget()
    yield
    _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.startswith(_NAME)]:
        del sys.modules[name]


def _imported() -> ModuleType:
    return importlib.import_module(_NAME)


def _times() -> object:
    import builtins

    return vars(builtins)["times_imported"]


def test_an_import_costs_nothing_until_something_is_wanted_of_it() -> None:
    put_off(_NAME)
    package = _imported()
    assert _times() == 0
    assert [package.answer, package.answer, _imported().answer] == [42, 42, 42]
    assert _times() == 1
    with pytest.raises(AttributeError):
        _ = package.nothing


def test_a_part_that_was_imported_before_is_the_packages_own() -> None:
    put_off(_NAME)
    other = importlib.import_module(f"{_NAME}.other")
    inner = sys.modules[f"{_NAME}.inner"]
    assert _times() == 0
    assert _imported().answer == 42
    assert _imported().other is other
    assert _imported().inner is inner


def test_what_is_not_installed_or_is_there_already_stays_as_it_is() -> None:
    package = _imported()
    put_off(_NAME)
    put_off("no_such_package_anywhere")
    assert _imported() is package
    assert "no_such_package_anywhere" not in sys.modules
