"""The ssh server: its configuration, its life, what it says."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

from slipway_devenv.environment import session_environment, set_env_line
from slipway_devenv.files import private_folder, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from slipway_devenv.settings import Settings

PORT = 2222
# Known to some servers only. All clients have one address here, so the penalty of one would be everybody's.
_OPTIONAL = ("PerSourcePenalties no\n",)
_MOST_PATIENCE = 30.0
_LONG_LIFE = 60.0
_CHECK_SECONDS = 20.0
# What a probe of the port leaves every few seconds, and what a server that is not root says of every terminal.
_NOISE = re.compile(
    r"(error: )?(kex_exchange_identification|banner exchange): .*|Connection (closed|reset) by [0-9a-fA-F.:]+ port \d+"
    r"|Timeout before authentication .*|Attempt to write login records by non-root user .*"
)


def worth_telling(line: str) -> bool:
    """Return whether a line of the server belongs into the pod's log."""
    return line.strip() != "" and _NOISE.fullmatch(line.strip()) is None


class SshServer:
    """One sshd that is there again when it dies. Sessions are processes of their own and survive that."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], log: Callable[[str], None]) -> None:
        """Start nothing yet."""
        self._settings = settings
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._next_start = 0.0
        self._patience = 1.0
        self.output, self._input = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        search = f"{environment.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin"
        self._program = shutil.which("sshd", path=search)

    def keep_running(self, monotonic: float) -> None:
        """Start it where it does not run, not too often."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            if monotonic - self._started > _LONG_LIFE:
                self._patience = 1.0
            self._next_start = monotonic + self._patience
            self._log(f"The ssh server ended with {code}; it starts again in {self._patience:g} s.")
            self._patience = min(2 * self._patience, _MOST_PATIENCE)
        if monotonic >= self._next_start:
            self._start(monotonic)

    def reload(self) -> None:
        """Make it read its host key anew. Sessions go on."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it. Nobody can log in from now on."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _start(self, monotonic: float) -> None:
        if self._program is None:
            self._next_start = monotonic + _MOST_PATIENCE
            self._log("The image has no sshd: install openssh-server.")
            return
        self._started = monotonic
        self._process = subprocess.Popen(
            [self._program, "-D", "-e", "-f", str(self._configure(self._program))],
            stdin=subprocess.DEVNULL,
            stdout=self._input,
            stderr=self._input,
            cwd="/",
            env={"PATH": self._environment.get("PATH", os.defpath)},
        )

    def _configure(self, program: str) -> Path:
        """Write what it reads: the image's file, what this pod gives to sessions, and what this server knows."""
        path = self._settings.private / "sshd_config"
        private_folder(self._settings.private)
        text = (self._settings.programs / "sshd_config").read_text()
        text += "\n# Of this pod.\n" + set_env_line(session_environment(self._environment))
        for option in _OPTIONAL:
            replace_file(path, (text + option).encode(), 0o600)
            if self._is_valid(program, path):
                text += option
        replace_file(path, text.encode(), 0o600)
        return path

    def _is_valid(self, program: str, path: Path) -> bool:
        try:
            return (
                subprocess.run(
                    [program, "-t", "-f", str(path)],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    timeout=_CHECK_SECONDS,
                ).returncode
                == 0
            )
        except subprocess.TimeoutExpired:
            return False
