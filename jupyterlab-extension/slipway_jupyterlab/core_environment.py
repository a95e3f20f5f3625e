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
    ``base_prefix`` as in ``sys``), whatever was activated around it: its kernels are those that notebooks on the screen
    run with, and so what a local run has to find first.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name not in _withheld_names and not name.startswith(_withheld_prefixes)
    }
    programs = str(Path(prefix) / ("Scripts" if os.name == "nt" else "bin"))
    others = [folder for folder in kept.get("PATH", os.defpath).split(os.pathsep) if folder != programs]
    kept["PATH"] = os.pathsep.join([programs, *others])
    if kept.get("CONDA_PREFIX") != prefix:
        kept.pop("CONDA_PREFIX", None)
    if prefix != base_prefix:
        kept["VIRTUAL_ENV"] = prefix
    else:
        kept.pop("VIRTUAL_ENV", None)
    return kept
