"""What sessions get of the pod's environment. sshd starts each with next to nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# What a session has of its own, and what Kubernetes says about every service of the namespace.
_OWN = frozenset(
    ("HOME", "USER", "LOGNAME", "SHELL", "MAIL", "PWD", "OLDPWD", "SHLVL", "TERM", "HOSTNAME", "_", "TINI_SUBREAPER")
)
_SERVICE = re.compile(r"[A-Z0-9_]+_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_[0-9]+_(TCP|UDP|SCTP)(_[A-Z]+)?)?)\Z")
_ADDRESS = re.compile(r"((tcp|udp|sctp)://\S+|[0-9a-fA-F.:]+|tcp|udp|sctp)\Z")
# A terminal that was opened from another must not take its hook into the program loader with it.
_DANGEROUS = frozenset(("LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "ENV"))


def session_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of the pod's environment is given on to sessions."""
    given = {name: value for name, value in environment.items() if _is_given(name, value)}
    if "PATH" in given:
        # Debian's /etc/profile sets a PATH of its own; /etc/profile.d/slipway.sh puts this one back.
        given["SLIPWAY_PATH"] = given["PATH"]
    return given


def _is_given(name: str, value: str) -> bool:
    if _NAME.match(name) is None or name in _OWN or name in _DANGEROUS or name.startswith("KUBERNETES_"):
        return False
    if _SERVICE.match(name) is not None and _ADDRESS.match(value) is not None and not name.startswith("SLIPWAY_"):
        return False
    # A line of sshd's configuration cannot hold these.
    return not any(character in value for character in "\n\r\0")


def set_env_line(environment: Mapping[str, str]) -> str:
    """Return the one line of sshd's configuration that gives them to every session; a second would be ignored."""
    words = [quoted(f"{name}={value}") for name, value in sorted(environment.items())]
    return f"SetEnv {' '.join(words)}\n" if words else ""


def quoted(word: str) -> str:
    """Return a word as sshd's configuration reads it back."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
