"""Carries one HTTP request to the core and reads its answer: bytes, untouched, as slowly as the browser takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from .errors import SlipwayError

# Of the core's answer only these reach the browser, and of the browser's request only Range reaches the core.
forwarded_headers = (
    "Accept-Ranges",
    "Allow",
    "Cache-Control",
    "Content-Disposition",
    "Content-Length",
    "Content-Range",
    "Content-Security-Policy",
    "Content-Type",
    "Referrer-Policy",
    "X-Content-Type-Options",
)

_chunk_bytes = 256 * 1024
_most_headers = 100


@dataclass(frozen=True)
class Answer:
    """The head of the core's answer."""

    status: int
    headers: dict[str, str]


def request_head(method: str, target: str, secret: str, byte_range: str | None) -> bytes:
    """
    Return the head of a request to the core.

    HTTP/1.0, so that the answer ends with the connection and is never cut into chunks. Raises SlipwayError for a
    target or a range that would break the head.
    """
    lines = [f"{method} {target} HTTP/1.0", "Host: core", f"Authorization: Bearer {secret}"]
    if byte_range is not None:
        lines.append(f"Range: {byte_range}")
    if any(not line.isprintable() or not line.isascii() for line in lines) or " " in target:
        raise SlipwayError("The address of the artifact is malformed.", code="path.refused")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Read the head of the core's answer. Raises SlipwayError where it is none."""
    try:
        status_line = (await reader.readuntil(b"\r\n")).decode("latin-1").split(" ", 2)
        status = int(status_line[1])
        headers: dict[str, str] = {}
        for _ in range(_most_headers):
            line = (await reader.readuntil(b"\r\n")).decode("latin-1").rstrip("\r\n")
            if not line:
                return Answer(status, headers)
            name, _, value = line.partition(":")
            headers[name.title()] = value.strip()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError) as error:
        raise SlipwayError("The core broke off the answer.", action="Try again.") from error
    raise SlipwayError("The core sent too many headers.")


async def read_body(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yield the rest of the answer, piece by piece."""
    while chunk := await reader.read(_chunk_bytes):
        yield chunk
