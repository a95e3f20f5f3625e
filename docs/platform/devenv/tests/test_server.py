from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest
from slipway_devenv.server import SshServer
from slipway_devenv.settings import Settings

PROGRAMS = Path(__file__).parent.parent / "image"
# Checks its configuration as sshd does, then runs until it is told to end.
STAND_IN = """#!/bin/sh
if [ "$1" = -t ]; then
  ! grep -q PerSourcePenalties "$3" || exit {exit_code}
  exit 0
fi
echo "listening $$"
exec sleep 1000
"""


class Pod:
    def __init__(self, folder: Path, exit_code: int) -> None:
        program = folder / "sshd"
        program.write_text(STAND_IN.format(exit_code=exit_code))
        program.chmod(0o755)
        self.said: list[str] = []
        self.settings = Settings(run=folder, programs=PROGRAMS)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HF_ENDPOINT": "x"}
        self.server = SshServer(self.settings, environment, self.said.append)

    def pid(self) -> int:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                return int(os.read(self.server.output, 1000).split()[-1])
            except BlockingIOError:
                time.sleep(0.01)
        raise TimeoutError

    @property
    def configuration(self) -> Path:
        return self.settings.private / "sshd_config"


@pytest.mark.parametrize(("exit_code", "expected"), [(0, True), (255, False)])
def test_has_options_that_this_server_knows_and_no_others(tmp_path: Path, exit_code: int, expected: bool) -> None:
    pod = Pod(tmp_path, exit_code)
    pod.server.keep_running(0)
    pod.pid()
    text = pod.configuration.read_text()
    assert ("\nPerSourcePenalties no\n" in text) is expected
    assert '\nSetEnv "HF_ENDPOINT=x"' in text
    assert text.startswith((PROGRAMS / "sshd_config").read_text())
    assert stat.S_IMODE(pod.configuration.stat().st_mode) == 0o600
    pod.server.stop()


def test_starts_a_server_that_died_again_with_ever_longer_pauses(tmp_path: Path) -> None:
    pod = Pod(tmp_path, 0)
    now = 0.0
    pod.server.keep_running(now)
    for patience in (1.0, 2.0, 4.0):
        pid = pod.pid()
        os.kill(pid, 9)
        while not pod.said:
            pod.server.keep_running(now)
        assert pod.said.pop() == f"The ssh server ended with -9; it starts again in {patience:g} s."
        pod.server.keep_running(now + patience - 0.1)
        with pytest.raises(BlockingIOError):
            os.read(pod.server.output, 1)
        now += patience
        pod.server.keep_running(now)
    pod.pid()
    pod.server.stop()


def test_an_image_without_sshd_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    server = SshServer(Settings(run=tmp_path, programs=PROGRAMS), {"PATH": "/nowhere"}, said.append)
    server._program = None  # a machine may have one outside of PATH
    server.keep_running(0)
    assert said == ["The image has no sshd: install openssh-server."]
