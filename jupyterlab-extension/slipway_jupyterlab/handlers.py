"""What the browser may ask of this server. Every handler asks for Jupyter's authentication and authorization."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

from jupyter_server.auth.decorator import authorized, ws_authenticated
from jupyter_server.base.handlers import APIHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.utils import ensure_async
from tornado import web
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ._version import __version__
from .artifact_forward import forwarded_headers, read_answer, read_body, request_head
from .errors import SlipwayError
from .oauth_callback import CallbackHandler
from .services import Services, ServicesHandler, auth_resource

frame_limit_bytes = 64 * 1024 * 1024
"""Longest message in bytes in either direction, as in the core."""

_most_unfinished = 1_000_000


class StatusHandler(ServicesHandler, APIHandler):
    """Answers a page that loads, without any Node: versions, the folder, whether runs are unfinished."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Return the status."""
        core = self._services.supervisor.core
        self.finish(
            json.dumps(
                {
                    "version": __version__,
                    "unfinished": self._services.unfinished.read(),
                    "contentsRoot": self._services.contents_root,
                    "hubCallback": self._services.hub_callback,
                    "core": None if core is None else {"pid": core.pid, "version": core.version},
                }
            )
        )

    @web.authenticated
    @authorized
    async def put(self) -> None:
        """Remember how many runs are unfinished."""
        body: Any = self.get_json_body()
        count = body.get("unfinished") if isinstance(body, dict) else None
        if type(count) is not int or not 0 <= count <= _most_unfinished:
            raise web.HTTPError(400, "unfinished has to be a number of runs")
        await asyncio.to_thread(self._services.unfinished.write, count)
        self.set_status(204)
        self.finish()


class CoreSocketHandler(WebSocketMixin, WebSocketHandler, ServicesHandler):
    """One WebSocket a tab: each text message is one frame of the core's protocol, which is not read here."""

    def initialize(self, services: Services) -> None:
        """Take the services from the route."""
        super().initialize(services)
        self._writer: asyncio.StreamWriter | None = None
        self._ready = asyncio.Event()
        self._relay: asyncio.Task[None] | None = None

    @property
    def max_message_size(self) -> int:
        """Notebooks are longer than Tornado's 10 MiB."""
        return frame_limit_bytes

    def set_default_headers(self) -> None:
        """Undo the headers of pages, which upgrade requests do not need."""

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Upgrade the connection, for who may execute code here."""
        user = self.current_user
        if not await ensure_async(self.authorizer.is_authorized(self, user, "execute", auth_resource)):
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    def open(self, *args: str, **kwargs: str) -> None:
        """Begin to relay."""
        super().open(*args, **kwargs)
        self._relay = asyncio.ensure_future(self._relay_frames())

    async def on_message(self, message: str | bytes) -> None:
        """Send one frame to the core; the next message is read when the core has taken this one."""
        await self._ready.wait()
        if self._writer is None:
            return
        frame = message.encode("utf-8") if isinstance(message, str) else message
        if b"\n" in frame:
            self.close(1007, "A message has to be one line.")
            return
        with contextlib.suppress(ConnectionError):
            self._writer.write(frame)
            self._writer.write(b"\n")
            await self._writer.drain()

    def on_close(self) -> None:
        """Let the core know that the tab has gone."""
        if self._relay is not None:
            self._relay.cancel()
        super().on_close()

    async def _relay_frames(self) -> None:
        try:
            async with self._services.supervisor.frames() as (reader, writer):
                self._writer = writer
                self._ready.set()
                await self._send_all(reader)
        except SlipwayError as error:
            self.log.error("%s", error.message)
            with contextlib.suppress(WebSocketClosedError):
                await self.write_message(error.farewell())
        except (ConnectionError, StreamClosedError, WebSocketClosedError) as error:
            self.log.debug("A connection between a page and the core of Slipway ended: %s", error)
        finally:
            self._writer = None
            self._ready.set()
            self.close()

    async def _send_all(self, reader: asyncio.StreamReader) -> None:
        while line := await _read_frame(reader):
            await self.write_message(line)


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    """One line without its end; empty at the end of the stream."""
    parts: list[bytes] = []
    while True:
        try:
            parts.append(await reader.readuntil(b"\n"))
            return b"".join(parts)[:-1]
        except asyncio.LimitOverrunError as error:
            parts.append(await reader.readexactly(error.consumed))
        except asyncio.IncompleteReadError:
            return b""


class ArtifactHandler(ServicesHandler):
    """Files of runs, as the core serves them: with its Content-Security-Policy, which puts reports into a sandbox."""

    @web.authenticated
    @authorized
    async def get(self, _target: str) -> None:
        """Send a file, or the part of it that Range names."""
        await self._forward("GET")

    @web.authenticated
    @authorized
    async def head(self, _target: str) -> None:
        """Send what `get` would say about a file."""
        await self._forward("HEAD")

    async def _forward(self, method: str) -> None:
        # As it came over the wire: the core cuts the path before it decodes it.
        _, _, below = (self.request.uri or "").partition("/slipway/runs/")
        target = f"/runs/{below}"
        try:
            async with self._services.supervisor.http() as (secret, (reader, writer)):
                writer.write(request_head(method, target, secret, self._byte_range()))
                await writer.drain()
                answer = await read_answer(reader)
                self._send_head(answer.status, answer.headers)
                async for chunk in read_body(reader):
                    self.write(chunk)
                    await self.flush()
            await self.finish()
        except SlipwayError as error:
            self.set_status(400 if error.code == "path.refused" else 503)
            self.set_header("Content-Type", "application/json")
            self.finish(json.dumps({"message": error.message, **error.data()}))
        except StreamClosedError:
            self.log.debug("A download of an artifact was broken off.")

    def _byte_range(self) -> str | None:
        # The core names no version of a file that If-Range could agree with: the whole is due (RFC 9110, 13.1.5).
        return None if "If-Range" in self.request.headers else self.request.headers.get("Range")

    def _send_head(self, status: int, headers: dict[str, str]) -> None:
        self.clear()
        self.set_status(status)
        for name in forwarded_headers:
            value = headers.get(name.title())
            if value is None:
                self.clear_header(name)
            else:
                self.set_header(name, value)


class PanelsHandler(ServicesHandler):
    """The script with the panels, which a page asks for when the first one is opened."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Send the script. Its name says what is in it, so a browser may keep it."""
        panels = self._services.panels
        is_compressed = "gzip" in self.request.headers.get("Accept-Encoding", "")
        content = await asyncio.to_thread(panels.compressed if is_compressed else panels.plain, name)
        if content is None:
            raise web.HTTPError(404)
        if is_compressed:
            self.set_header("Content-Encoding", "gzip")
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        self.finish(content)


def routes(services: Services) -> list[tuple[str, type[web.RequestHandler], dict[str, Any]]]:
    """Return the routes; the server puts them below its base URL."""
    arguments = {"services": services}
    return [
        ("/slipway/status", StatusHandler, arguments),
        ("/slipway/core", CoreSocketHandler, arguments),
        ("/slipway/oauth/callback", CallbackHandler, arguments),
        ("/slipway/panels/([^/]+)", PanelsHandler, arguments),
        ("/slipway/(runs/.+)", ArtifactHandler, arguments),
    ]
