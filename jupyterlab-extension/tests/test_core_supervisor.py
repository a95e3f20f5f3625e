"""The supervisor on its own, with a program in the core's place that hangs up when it is told to."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator

from slipway_jupyterlab.core_process import CoreProcess
from slipway_jupyterlab.core_supervisor import CoreSupervisor

# The kernel can close the connections of a process that dies before the socket it listens on: here 0.3 s lie between.
_stand_in = """
import json, os, socket, sys, threading, time

def leave_with_the_server():
    sys.stdin.read()
    os._exit(0)

sys.stdin.readline()
threading.Thread(target=leave_with_the_server, daemon=True).start()
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[3])
listener.listen()
print(json.dumps({"listening": sys.argv[3], "version": "0", "protocolVersion": "1.0"}), flush=True)
told = ""
while told != "die":
    connection, _ = listener.accept()
    with connection, connection.makefile("rw") as stream:
        stream.readline()
        stream.write(f"{os.getpid()}\\n")
        stream.flush()
        told = stream.readline().strip()
time.sleep(0.3)
"""


async def _start() -> CoreProcess:
    return await CoreProcess.start([sys.executable, "-c", _stand_in], os.environ, 30, logging.debug)


@contextlib.asynccontextmanager
async def _supervisor() -> AsyncIterator[CoreSupervisor]:
    supervisor = CoreSupervisor(_start, 60, logging.getLogger(__name__))
    try:
        yield supervisor
    finally:
        await supervisor.stop()


async def _ask(supervisor: CoreSupervisor, then: str) -> int:
    """Return the core's process id, once it has hung up."""
    async with supervisor.frames() as (reader, writer):
        pid = int(await reader.readline())
        writer.write(f"{then}\n".encode())
        assert await reader.readline() == b""
    return pid


async def test_after_a_core_that_dies_comes_a_fresh_one() -> None:
    async with _supervisor() as supervisor:
        first = await _ask(supervisor, "die")
        assert await _ask(supervisor, "stay") != first


async def test_a_core_that_hangs_up_on_one_peer_is_kept_for_the_others() -> None:
    async with _supervisor() as supervisor:
        first = await _ask(supervisor, "stay")
        assert await _ask(supervisor, "stay") == first
