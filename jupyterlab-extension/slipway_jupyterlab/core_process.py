"""One running core: a Node process that listens on a Unix socket which only its own user can reach."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import SlipwayError
from .socket_folder import make_socket_folder, socket_name

_goodbye_seconds = 5.0
_line_limit = 1024 * 1024


@dataclass(frozen=True)
class Greeting:
    """What a core says of itself when it listens."""

    version: str
    protocol_version: str


class CoreProcess:
    """
    A core that has said where it listens.

    Its standard input is the life line: it leaves when this process closes it, or dies.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        folder: Path,
        secret: str,
        greeting: Greeting,
        log: Callable[[str], None],
    ) -> None:
        """Take over a process; `start` makes one."""
        self._process = process
        self._folder = folder
        self.secret = secret
        self.version = greeting.version
        self.protocol_version = greeting.protocol_version
        self.socket_path = folder / socket_name
        self._log_pump = asyncio.ensure_future(_pump_log(process, log))

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        environment: Mapping[str, str],
        timeout_seconds: float,
        log: Callable[[str], None],
    ) -> CoreProcess:
        """
        Start ``command`` with ``serve --socket PATH`` and wait until it listens.

        Raises SlipwayError, with what the core said, where it does not come up in time.
        """
        folder = make_socket_folder(environment)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                "serve",
                "--socket",
                str(folder / socket_name),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(environment),
                limit=_line_limit,
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise SlipwayError(f"The core of Slipway cannot be started: {command[0]} ({error.strerror})") from error
        secret = secrets.token_urlsafe(32)
        try:
            greeting = await asyncio.wait_for(_greet(process, secret), timeout_seconds)
        except BaseException as error:
            said = await _kill(process)
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, (SlipwayError, asyncio.TimeoutError, OSError)):
                raise SlipwayError(_start_failure(said, timeout_seconds), action=_start_advice) from error
            raise
        return cls(process, folder, secret, greeting, log)

    @property
    def pid(self) -> int:
        """The process id of the core."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.returncode is None

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection to the core; what is sent on it has to begin with the secret."""
        return await asyncio.open_unix_connection(str(self.socket_path))

    async def wait(self, seconds: float) -> None:
        """Wait until the process has ended, ``seconds`` at most."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), seconds)

    async def stop(self) -> None:
        """Close the life line, wait, and kill what does not leave. Runs go on."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _goodbye_seconds)
        except asyncio.TimeoutError:
            self._process.kill()
            await self._process.wait()
        finally:
            await self._log_pump
            shutil.rmtree(self._folder, ignore_errors=True)


_start_advice = "Look into the log of the Jupyter server; a longer wait is set with c.SlipwayApp.start_timeout."


async def _greet(process: asyncio.subprocess.Process, secret: str) -> Greeting:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{secret}\n".encode())
    await process.stdin.drain()
    line = await process.stdout.readline()
    try:
        said = json.loads(line)
    except ValueError as error:
        raise SlipwayError("The core did not say where it listens.") from error
    if not isinstance(said, dict) or not isinstance(said.get("version"), str) or "listening" not in said:
        raise SlipwayError("The core did not say where it listens.")
    return Greeting(version=said["version"], protocol_version=str(said.get("protocolVersion")))


async def _kill(process: asyncio.subprocess.Process) -> str:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    _, errors = await process.communicate()
    return errors.decode("utf-8", "replace").strip()


async def _pump_log(process: asyncio.subprocess.Process, log: Callable[[str], None]) -> None:
    assert process.stderr is not None
    rest = b""
    while chunk := await process.stderr.read(65536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            log(line.decode("utf-8", "replace"))
        rest = rest[-_line_limit:]
    if rest:
        log(rest.decode("utf-8", "replace"))


def _start_failure(said: str, timeout_seconds: float) -> str:
    if said:
        return f"The core of Slipway did not start: {said[-2000:]}"
    return f"The core of Slipway did not start within {timeout_seconds:g} s."
