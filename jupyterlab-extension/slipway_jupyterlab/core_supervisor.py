"""Keeps one core for this Jupyter server: started on first need, again when it died, ended when nobody needs it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from .core_process import CoreProcess

_death_seconds = 1.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class CoreSupervisor:
    """The one owner of the core's process. Connections are counted: without one, the core leaves after a while."""

    def __init__(self, start: Callable[[], Awaitable[CoreProcess]], idle_seconds: float, log: logging.Logger) -> None:
        """Start nothing yet; ``start`` makes a core when one is needed."""
        self._start = start
        self._idle_seconds = idle_seconds
        self._log = log
        self._lock = asyncio.Lock()
        self._core: CoreProcess | None = None
        self._users = 0
        self._idle: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def core(self) -> CoreProcess | None:
        """The running core, if there is one."""
        return self._core if self._core is not None and self._core.alive else None

    @contextlib.asynccontextmanager
    async def frames(self) -> AsyncIterator[Streams]:
        """
        Open a connection for frames, authenticated. Raises SlipwayError where no core can be had.

        It is over when the core's death is known, if that is why the connection ended: who connects again then gets
        a fresh core. The kernel closes a dying process's connections first, and for a moment it still seems to listen.
        """
        async with self._connection() as (core, (reader, writer)):
            writer.write(f"{json.dumps({'secret': core.secret})}\n".encode())
            try:
                yield reader, writer
            except ConnectionError:
                await core.wait(_death_seconds)
                raise
            if reader.at_eof():
                await core.wait(_death_seconds)

    @contextlib.asynccontextmanager
    async def http(self) -> AsyncIterator[tuple[str, Streams]]:
        """Open a connection for one HTTP request; with it comes the secret that the request has to carry."""
        async with self._connection() as (core, streams):
            yield core.secret, streams

    async def stop(self) -> None:
        """End the core for good. Runs go on."""
        self._stopped = True
        self._cancel_idle()
        async with self._lock:
            await self._end_core()

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[CoreProcess, Streams]]:
        self._users += 1
        self._cancel_idle()
        try:
            core, (reader, writer) = await self._open()
            try:
                yield core, (reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
        finally:
            self._users -= 1
            if self._users == 0 and not self._stopped:
                self._idle = asyncio.ensure_future(self._leave_when_idle())

    async def _open(self) -> tuple[CoreProcess, Streams]:
        async with self._lock:
            core = await self._running()
            try:
                return core, await core.open()
            except OSError:
                # It died between two looks, or stopped to listen: a fresh one takes its place.
                await self._end_core()
                core = await self._running()
                return core, await core.open()

    async def _running(self) -> CoreProcess:
        if self._core is not None and not self._core.alive:
            self._log.warning("The core of Slipway ended unexpectedly; a new one starts.")
            await self._end_core()
        if self._core is None:
            self._core = await self._start()
            self._log.info("The core of Slipway runs with process id %d.", self._core.pid)
        return self._core

    async def _end_core(self) -> None:
        core, self._core = self._core, None
        if core is not None:
            await core.stop()

    async def _leave_when_idle(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        async with self._lock:
            # From here on nobody cancels this: who comes now waits for the lock and gets a fresh core.
            self._idle = None
            if self._users == 0:
                await self._end_core()

    def _cancel_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
