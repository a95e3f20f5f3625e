"""Puts off the grammar of IRIs that jsonschema has made at its import, 0.7 s of a processor: no notebook needs it."""

from __future__ import annotations

from slipway_steps import later


def put_off() -> None:
    """Let an import of the package cost nothing, where it is installed; its first use makes the grammar."""
    later.put_off("rfc3987_syntax", _Grammar)


class _Grammar(later.Later):
    """Stands in for the package until more is wanted of it than its one function by name."""

    def is_valid_syntax(self, term: str, value: str) -> bool:
        """Check as the package does."""
        return bool(self.package().is_valid_syntax(term, value))
