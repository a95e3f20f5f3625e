"""A real Jupyter server with the extension, and the core from the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytest_jupyter.jupyter_server"]


@pytest.fixture
def jp_server_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "the-key-to-the-hub")
    return {
        "ServerApp": {"jpserver_extensions": {"slipway_jupyterlab": True}, "allow_unauthenticated_access": False},
        "SlipwayApp": {"idle_timeout": 0.5},
    }
