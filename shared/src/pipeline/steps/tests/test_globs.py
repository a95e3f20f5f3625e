from __future__ import annotations

import pytest

from slipway_steps.globs import matcher


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "d/a.csv", False),
        ("**/*.csv", "a.csv", True),
        ("**/*.csv", "d/e/a.csv", True),
        ("d/**", "d/e/a.csv", True),
        ("d", "d/e/a.csv", True),
        ("./d/", "d/a", True),
        ("d", "dd/a", False),
        ("*.{png,svg}", "a.svg", True),
        ("*.{png,svg}", "a.pdf", False),
        ("a?.txt", "ab.txt", True),
        ("a?.txt", "a/.txt", False),
        ("[a-c]*", "b1", True),
        ("[!a-c]*", "b1", False),
        ("[", "[", True),
        ("a}b,c", "a}b,c", True),
        ("{a", "a", True),
        ("a.b(c)+", "a.b(c)+", True),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
        ("../**", "a", False),
    ],
)
def test_matches_like_a_shell_with_double_stars(pattern: str, path: str, matches: bool) -> None:
    expression = matcher([pattern])
    assert expression is not None
    assert bool(expression.fullmatch(path)) is matches


def test_no_patterns_match_nothing() -> None:
    assert matcher([]) is None
    assert matcher(["", "/"]) is None
