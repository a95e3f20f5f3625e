from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Protocol, cast

import pytest

from slipway_steps.iri_grammar import put_off

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PACKAGE = """
import builtins
builtins.grammars_made += 1
other = "another name"
def is_valid_syntax(term, value):
    if value == "": raise ValueError("empty")
    return (term, value) == ("iri", "https://例.org")
"""


class _Grammar(Protocol):
    other: str
    nothing: str

    def is_valid_syntax(self, term: str, value: str) -> bool: ...


@pytest.fixture(autouse=True)
def _package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a package that counts how often it is made, and a module that takes its function as jsonschema does."""
    (tmp_path / "rfc3987_syntax").mkdir()
    (tmp_path / "rfc3987_syntax" / "__init__.py").write_text(_PACKAGE)
    (tmp_path / "rfc3987_syntax" / "utils.py").write_text("text = 'of utils'")
    (tmp_path / "taker.py").write_text("from rfc3987_syntax import is_valid_syntax")
    monkeypatch.setattr("builtins.grammars_made", 0, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    _forget()
    yield
    _forget()


def _forget() -> None:
    importlib.invalidate_caches()
    for name in list(sys.modules):
        if name.startswith("rfc3987_syntax") or name == "taker":
            del sys.modules[name]


def _grammar(module: str = "rfc3987_syntax") -> _Grammar:
    return cast("_Grammar", importlib.import_module(module))


def _made() -> int:
    import builtins

    return cast("int", vars(builtins)["grammars_made"])


def test_an_import_of_the_check_makes_no_grammar_and_its_first_use_makes_one() -> None:
    put_off()
    check = _grammar("taker").is_valid_syntax
    assert _made() == 0
    assert check("iri", "https://例.org")
    assert not check("iri", "no iri")
    with pytest.raises(ValueError, match="empty"):
        check("iri", "")
    assert _made() == 1


def test_whoever_wants_more_of_the_package_has_it() -> None:
    put_off()
    grammar = _grammar()
    assert vars(importlib.import_module("rfc3987_syntax.utils"))["text"] == "of utils"
    assert grammar.other == "another name"
    with pytest.raises(AttributeError):
        _ = grammar.nothing
    assert _made() == 1


def test_what_is_not_installed_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    put_off()
    with pytest.raises(ModuleNotFoundError):
        _grammar()


def test_what_has_been_imported_stays() -> None:
    grammar = _grammar()
    put_off()
    assert _grammar() is grammar
