"""The core behind the server: started on need, reached by frames and HTTP, started again, ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse
from tornado.websocket import WebSocketClientConnection

Fetch = Callable[..., Awaitable[HTTPResponse]]
Connect = Callable[..., Awaitable[WebSocketClientConnection]]

_initialize = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "1.0",
        "host": {"name": "jupyterlab", "version": "0.1.0"},
        "capabilities": {"files": False},
    },
}


async def _ask(socket: WebSocketClientConnection, request: dict[str, Any]) -> dict[str, Any]:
    await socket.write_message(json.dumps(request))
    answer = await asyncio.wait_for(socket.read_message(), 30)
    assert answer is not None
    result: dict[str, Any] = json.loads(answer)
    return result


async def _status(jp_fetch: Fetch) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((await jp_fetch("slipway", "status")).body)
    return result


def _process(pid: int, what: str) -> str:
    return Path(f"/proc/{pid}/{what}").read_text()


def _mode_of_folder(path: str) -> int:
    return Path(path).parent.stat().st_mode & 0o777


def _is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("It did not come to pass within 10 s.")


async def test_a_page_that_loads_starts_no_node(jp_fetch: Fetch, jp_root_dir: Path) -> None:
    status = await _status(jp_fetch)
    assert status["core"] is None
    assert status["unfinished"] == 0
    assert status["contentsRoot"] == str(jp_root_dir)


async def test_frames_reach_the_core(jp_ws_fetch: Connect, jp_fetch: Fetch) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    answer = await _ask(socket, _initialize)
    assert answer["result"]["contexts"] == ["local"]
    assert (await _status(jp_fetch))["core"]["pid"] == answer["result"]["core"]["pid"]
    socket.close()


async def test_two_tabs_share_one_core(jp_ws_fetch: Connect) -> None:
    sockets = await asyncio.gather(*(jp_ws_fetch("slipway", "core") for _ in range(8)))
    answers = await asyncio.gather(*(_ask(socket, _initialize) for socket in sockets))
    assert len({answer["result"]["core"]["pid"] for answer in answers}) == 1
    for socket in sockets:
        socket.close()


async def test_the_core_gets_neither_tokens_nor_a_visible_secret(jp_ws_fetch: Connect, jp_serverapp: Any) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    pid = (await _ask(socket, _initialize))["result"]["core"]["pid"]
    environment, command = _process(pid, "environ"), _process(pid, "cmdline")
    assert "the-key-to-the-hub" not in environment
    assert jp_serverapp.identity_provider.token not in environment + command
    socket_path = next(part for part in command.split("\0") if part.endswith("core.sock"))
    assert _mode_of_folder(socket_path) == 0o700
    socket.close()


async def test_a_message_of_several_lines_is_refused(jp_ws_fetch: Connect) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    await socket.write_message('{"jsonrpc": "2.0",\n"method": "shutdown"}')
    assert await asyncio.wait_for(socket.read_message(), 30) is None
    assert socket.close_code == 1007


async def test_a_long_message_passes(jp_ws_fetch: Connect) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    await _ask(socket, _initialize)
    text = "x" * (20 * 1024 * 1024)
    answer = await _ask(socket, {"jsonrpc": "2.0", "id": 2, "method": "jobs/validate", "params": {"text": text}})
    assert answer["id"] == 2
    socket.close()


async def test_a_killed_core_is_started_again(jp_ws_fetch: Connect) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    first = (await _ask(socket, _initialize))["result"]["core"]["pid"]
    os.kill(first, signal.SIGKILL)
    assert await asyncio.wait_for(socket.read_message(), 30) is None
    again = await jp_ws_fetch("slipway", "core")
    second = (await _ask(again, _initialize))["result"]["core"]["pid"]
    assert second != first
    again.close()


async def test_the_core_leaves_when_nobody_is_connected(jp_ws_fetch: Connect, jp_fetch: Fetch) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    pid = (await _ask(socket, _initialize))["result"]["core"]["pid"]
    socket.close()
    await _until(lambda: _is_gone(pid))
    assert (await _status(jp_fetch))["core"] is None
    again = await jp_ws_fetch("slipway", "core")
    assert (await _ask(again, _initialize))["result"]["core"]["pid"] != pid
    again.close()


async def test_the_core_ends_with_the_extension(jp_ws_fetch: Connect, jp_serverapp: Any) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    pid = (await _ask(socket, _initialize))["result"]["core"]["pid"]
    await jp_serverapp.extension_manager.stop_all_extensions()
    await _until(lambda: _is_gone(pid))
    socket.close()


async def test_an_artifact_that_is_not_there_is_the_cores_answer(jp_fetch: Fetch) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("slipway", "runs", "local", "none", "artifacts", "output", "a.html")
    response = refused.value.response
    assert refused.value.code == 404
    assert response is not None
    assert json.loads(response.body)["code"] == "run.notFound"
    assert "sandbox allow-scripts" in response.headers["Content-Security-Policy"]
    assert "connect-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("count", [0, 3, 1_000_000])
async def test_what_is_unfinished_is_remembered(jp_fetch: Fetch, count: int) -> None:
    await jp_fetch("slipway", "status", method="PUT", body=json.dumps({"unfinished": count}))
    assert (await _status(jp_fetch))["unfinished"] == count


@pytest.mark.parametrize("body", ["{}", "[]", '{"unfinished": -1}', '{"unfinished": true}', '{"unfinished": "1"}'])
async def test_nonsense_is_not_remembered(jp_fetch: Fetch, body: str) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("slipway", "status", method="PUT", body=body)
    assert refused.value.code == 400
