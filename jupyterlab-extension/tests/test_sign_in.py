"""The way back from a sign-in page: the address reaches the core that waits for it, and a person reads how it went."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse
from tornado.websocket import WebSocketClientConnection

from slipway_jupyterlab.callback_page import callback_page, page_policy
from slipway_jupyterlab.callback_words import callback_words, english, simplified_chinese
from slipway_jupyterlab.core_request import ask_core
from slipway_jupyterlab.errors import SlipwayError
from slipway_jupyterlab.hub_callback import hub_callback

Fetch = Callable[..., Awaitable[HTTPResponse]]
Connect = Callable[..., Awaitable[WebSocketClientConnection]]


async def _callback(jp_fetch: Fetch, **params: str) -> HTTPResponse:
    headers = {"Accept-Language": "zh-CN,zh;q=0.9" if params.pop("language", "en") == "zh" else "en-GB"}
    path = ("slipway", "oauth", "callback")
    return await jp_fetch(*path, params=params, headers=headers, raise_error=False)


def _text(response: HTTPResponse) -> str:
    return response.body.decode()


async def _status(jp_fetch: Fetch) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((await jp_fetch("slipway", "status")).body)
    return result


async def test_an_address_that_anybody_can_link_to_starts_no_node(jp_fetch: Fetch) -> None:
    response = await _callback(jp_fetch, code="abc", state="of-nobody")
    assert response.code == 400
    assert english.nobody_waits in _text(response)
    assert "Use a code instead" in _text(response)
    assert (await _status(jp_fetch))["core"] is None


async def test_the_page_lets_nothing_in_and_nothing_out(jp_fetch: Fetch) -> None:
    response = await _callback(jp_fetch, code="secret-code", state="<img src=x>", error="<script>alert(1)</script>")
    text = _text(response)
    assert "secret-code" not in text
    assert "<img" not in text
    assert "<script" not in text
    assert response.headers["Content-Security-Policy"] == page_policy
    assert "default-src 'none'" in page_policy
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


async def test_a_person_reads_their_language(jp_fetch: Fetch) -> None:
    response = await _callback(jp_fetch, code="abc", state="of-nobody", language="zh")
    assert '<html lang="zh-cn">' in _text(response)
    assert simplified_chinese.nobody_waits in _text(response)


async def test_an_address_without_an_answer_says_so(jp_fetch: Fetch) -> None:
    assert english.no_answer in _text(await _callback(jp_fetch))
    assert english.too_long in _text(await _callback(jp_fetch, state="s", code="x" * 17_000))


async def test_what_the_provider_says_is_text_and_short() -> None:
    page = callback_page("en", "<b>", ["<a href='x'>" + "y" * 5000, "", "bell\x07\u202e"])
    assert "<a" not in page
    assert "<b>" not in page
    assert len(page) < 3000
    assert "\x07" not in page
    assert "\u202e" not in page
    assert len(re.findall("<p>", page)) == 2


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-cn"),
        ("en,zh;q=0.9", "en"),
        ("zh;q=0.1, en-GB;q=0.4", "en"),
        ("de-DE,de,zh;q=0.3", "zh-cn"),
        ("", "en"),
        (";q=x,,zh;q=q", "en"),
    ],
)
def test_the_preferred_language_counts(accepted: str, locale: str) -> None:
    assert callback_words(accepted).locale == locale


def test_a_hub_has_one_address_for_all_its_users() -> None:
    below = "hub/user-redirect/slipway/oauth/callback"
    assert hub_callback({}) is None
    single = {"JUPYTERHUB_SERVICE_PREFIX": "/user/alice/", "JUPYTERHUB_BASE_URL": "/"}
    assert hub_callback(single) == f"/{below}"
    assert hub_callback({**single, "JUPYTERHUB_BASE_URL": "/jupyter/"}) == f"/jupyter/{below}"
    public = {**single, "JUPYTERHUB_PUBLIC_HUB_URL": "https://hub.example.com/hub/"}
    assert hub_callback(public) == f"https://hub.example.com/{below}"


async def test_a_running_core_is_asked_and_its_words_are_shown(jp_fetch: Fetch, jp_ws_fetch: Connect) -> None:
    socket = await jp_ws_fetch("slipway", "core")
    core = None
    for _ in range(200):
        core = (await _status(jp_fetch))["core"]
        if core is not None:
            break
        await asyncio.sleep(0.05)
    assert core is not None
    response = await _callback(jp_fetch, code="abc", state="of-another-server")
    assert response.code == 400
    text = _text(response)
    assert english.failed in text
    assert english.nobody_waits not in text
    assert "abc" not in text
    assert (await _status(jp_fetch))["core"]["pid"] == core["pid"]
    socket.close()


async def _asked_of(answers: list[bytes]) -> dict[str, Any]:
    """What comes of a request where the peer says this and leaves."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        for answer in answers:
            writer.write(answer + b"\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        streams = await asyncio.open_connection("127.0.0.1", port)
        try:
            return await ask_core(streams, "1.0", "en", "identity/complete", {"url": "x"})
        finally:
            streams[1].close()


async def test_the_core_is_asked_past_what_it_tells_everybody() -> None:
    hello = b'{"jsonrpc": "2.0", "id": 1, "result": {}}'
    told = b'{"jsonrpc": "2.0", "method": "identity/changed", "params": {}}'
    assert await _asked_of([told, hello, told, b'{"jsonrpc": "2.0", "id": 2, "result": {"a": 1}}']) == {"a": 1}


@pytest.mark.parametrize(
    "broken",
    [[], [b"no json"], [b"[]"], [b'{"id": null, "error": 3}'], [b'{"id": 1, "error": {"message": 3, "data": []}}']],
)
async def test_a_broken_answer_is_a_failure_with_words(broken: list[bytes]) -> None:
    with pytest.raises(SlipwayError) as failed:
        await _asked_of(broken)
    assert failed.value.message


async def test_a_refusal_keeps_the_next_step() -> None:
    refusal = {"message": "Nobody waits.", "data": {"code": "signIn.failed", "action": "Begin anew."}}
    with pytest.raises(SlipwayError) as failed:
        await _asked_of([json.dumps({"jsonrpc": "2.0", "id": 1, "error": refusal}).encode()])
    assert (failed.value.message, failed.value.action, failed.value.code) == (
        "Nobody waits.",
        "Begin anew.",
        "signIn.failed",
    )
