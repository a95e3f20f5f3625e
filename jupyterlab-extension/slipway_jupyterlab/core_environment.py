"""What the core inherits from the Jupyter server: everything but the keys to that server."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_withheld_prefixes = ("JUPYTERHUB_", "JPY_")
_withheld_names = frozenset({"JUPYTER_TOKEN", "JUPYTER_PASSWORD", "CONFIGPROXY_AUTH_TOKEN"})


def core_environment(environment: Mapping[str, str], prefix: str, base_prefix: str) -> dict[str, str]:
    """
    Return the environment of the core.

    Jupyter's own tokens stay behind. The Python of this server counts as the activated one (``prefix`` and
    ``base_prefix`` as in ``sys``), because its kernels are what a local run looks for.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name not in _withheld_names and not name.startswith(_withheld_prefixes)
    }
    programs = str(Path(prefix) / ("Scripts" if os.name == "nt" else "bin"))
    path = kept.get("PATH", os.defpath)
    if programs not in path.split(os.pathsep):
        kept["PATH"] = os.pathsep.join([programs, path])
    if prefix != base_prefix and "CONDA_PREFIX" not in kept:
        kept.setdefault("VIRTUAL_ENV", prefix)
    return kept
