"""The globs of `outputs`: `*`, `?`, `[…]`, `{a,b}`, `**` for any number of folders; a folder stands for all in it."""

from __future__ import annotations

import re

_WILDCARDS = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_TOKEN = re.compile(r"\*\*/|\*\*|\[[!^]?\]?[^\]/]*\]|\\.|.", re.DOTALL)


def matcher(patterns: list[str]) -> re.Pattern[str] | None:
    """Return one expression for all patterns, to be matched against whole relative paths; None for no patterns."""
    expressions = [_expression(pattern) for pattern in patterns if pattern.strip("/")]
    return re.compile("|".join(expressions)) if expressions else None


def _expression(pattern: str) -> str:
    pattern = re.sub(r"^(\./)+", "", pattern).strip("/")
    return f"(?:{_translate(pattern)}(?:/.*)?)"


def _translate(pattern: str) -> str:
    depth = 0
    out: list[str] = []
    for part in _TOKEN.findall(pattern):
        if part in _WILDCARDS:
            out.append(_WILDCARDS[part])
        elif part == "{":
            out.append("(?:")
            depth += 1
        elif part == "}" and depth:
            out.append(")")
            depth -= 1
        elif part == "," and depth:
            out.append("|")
        elif len(part) > 1 and part[0] == "[":
            out.append(_character_class(part))
        else:
            out.append(re.escape(part[-1]))
    return "".join(out) + ")" * depth


def _character_class(text: str) -> str:
    inner = text[1:-1]
    negated = inner[:1] in {"!", "^"}
    if negated:
        inner = inner[1:]
    inner = re.sub(r"([\\\[\]&~|^])", r"\\\1", inner)
    return f"[{'^/' if negated else ''}{inner}]"
