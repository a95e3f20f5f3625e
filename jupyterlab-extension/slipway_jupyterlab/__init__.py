"""Slipway for JupyterLab: the thin server half, the labextension and the core in one package."""

from __future__ import annotations

from typing import Any

from ._version import __version__

__all__ = ["__version__"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@slipway/jupyterlab"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .app import SlipwayApp

    return [{"module": "slipway_jupyterlab", "app": SlipwayApp}]
