"""`jupyter`: answers with one JSON object: where JupyterLab listens in the pod and its token, or `error`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_devenv.files import private_folder
from slipway_devenv.job_runner import job_environment
from slipway_devenv.jupyter_activity import watch
from slipway_devenv.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_START_SECONDS = 90.0
_POLL_SECONDS = 0.1
_LAST_WORDS = 2_000
_MISSING = "The image has no JupyterLab."


@dataclass(frozen=True)
class Server:
    """A JupyterLab that runs in this pod."""

    pid: int
    port: int
    token: str


class JupyterError(Exception):
    """Why there is no JupyterLab, as a sentence."""


def main(arguments: Sequence[str]) -> int:
    """Do what was asked: nothing, or `--serve` for the process that goes on."""
    settings, _ = read_settings(os.environ)
    folder = settings.private / "jupyter"
    if list(arguments) == ["--serve"]:
        return _serve(folder, settings.workspace, settings.run / "activity")
    try:
        private_folder(settings.private)
        private_folder(folder)
        server = _server(folder, settings.workspace)
        answer: dict[str, Any] = {"port": server.port, "token": server.token}
    except JupyterError as error:
        answer = {"error": str(error)}
    except OSError as error:
        answer = {"error": f"JupyterLab could not be started: {error.strerror or error}."}
    print(json.dumps(answer), flush=True)
    return 1 if "error" in answer else 0


def running_server(folder: Path) -> Server | None:
    """Return the server that says in this folder that it runs; what is left of one that has ended goes."""
    for file in sorted(folder.glob("jpserver-*.json")):
        server = _parse(file)
        if server is not None and _is_alive(server.pid):
            return server
        with contextlib.suppress(OSError):
            file.unlink()
    return None


def _parse(file: Path) -> Server | None:
    try:
        facts = json.loads(file.read_text())
        return Server(int(facts["pid"]), int(facts["port"]), str(facts["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return pid > 0


def _server(folder: Path, workspace: Path) -> Server:
    """Return the one that runs, else start one. Two who ask at once get the same."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = running_server(folder)
        if server is not None:
            return server
        if shutil.which("jupyter") is None:
            raise JupyterError(_MISSING)
        output = folder / "output.log"
        with output.open("wb") as log:
            program = Path(__file__).resolve().parent.parent / "jupyter"
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", str(program), "--serve"],
                cwd=workspace,
                env=job_environment(os.environ, workspace),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and process.poll() is None:
            server = running_server(folder)
            if server is not None and _answers(server.port):
                return server
            time.sleep(_POLL_SECONDS)
        raise JupyterError(_not_started(output))


def _not_started(output: Path) -> str:
    words = " ".join(output.read_bytes()[-_LAST_WORDS:].decode(errors="replace").split())
    return f"JupyterLab did not start: {words or 'it said nothing'}"


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _serve(folder: Path, workspace: Path, activity: Path) -> int:
    """Run JupyterLab to its end, and report its kernels' work as that of an editor."""
    command = ["jupyter", "lab", "--no-browser", "--ip=127.0.0.1", f"--port={_free_port()}"]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder)}
    process = subprocess.Popen([*command, f"--ServerApp.root_dir={workspace}"], env=environment)
    while process.poll() is None:
        server = running_server(folder)
        if server is not None:
            watch(server.port, server.token, activity)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
    return process.returncode


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
