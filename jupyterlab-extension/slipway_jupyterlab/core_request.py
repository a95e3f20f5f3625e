"""Asks the core for one thing, as a client of its own: hello, the request, its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from ._version import __version__
from .errors import SlipwayError

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_most_frames = 1000


async def ask_core(
    streams: Streams, protocol_version: str, locale: str, method: str, params: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Send one request on a fresh connection and return its result.

    Raises SlipwayError as the core says it, in the language of ``locale``; or where the core breaks off.
    """
    hello = {
        "protocolVersion": protocol_version,
        "host": {"name": "jupyterlab", "version": __version__},
        "capabilities": {"files": False},
        "locale": locale,
    }
    await _ask(streams, 1, "initialize", hello)
    return await _ask(streams, 2, method, params)


async def _ask(streams: Streams, own: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    reader, writer = streams
    request = {"jsonrpc": "2.0", "id": own, "method": method, "params": params}
    writer.write(f"{json.dumps(request)}\n".encode())
    await writer.drain()
    for _ in range(_most_frames):
        answer = await _next_frame(reader)
        # What the core tells all its clients comes in between; a farewell has no id.
        if "error" in answer and answer.get("id") in (own, None):
            raise _failure(answer["error"])
        if answer.get("id") == own and isinstance(answer.get("result"), dict):
            result: dict[str, Any] = answer["result"]
            return result
    raise SlipwayError("The core did not answer.", action="Try again.")


async def _next_frame(reader: asyncio.StreamReader) -> dict[str, Any]:
    try:
        frame = json.loads(await reader.readuntil(b"\n"))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError, ValueError) as error:
        raise SlipwayError("The core broke off the answer.", action="Try again.") from error
    if not isinstance(frame, dict):
        raise SlipwayError("The core broke off the answer.", action="Try again.")
    return frame


def _failure(error: object) -> SlipwayError:
    said: dict[str, Any] = error if isinstance(error, dict) else {}
    about = said.get("data")
    data: dict[str, Any] = about if isinstance(about, dict) else {}
    action, code = data.get("action"), data.get("code")
    return SlipwayError(
        str(said.get("message", "The core did not answer.")),
        action=action if isinstance(action, str) else None,
        code=code if isinstance(code, str) else "internal",
    )
