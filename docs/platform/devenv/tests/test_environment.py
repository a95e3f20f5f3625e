from __future__ import annotations

import pytest
from slipway_devenv.environment import session_environment, set_env_line
from slipway_devenv.server import worth_telling
from slipway_devenv.settings import read_settings


def test_sessions_get_what_the_pod_has_but_for_their_own_and_the_cluster_s() -> None:
    pod = {
        "PATH": "/opt/conda/bin:/usr/bin",
        "HF_ENDPOINT": "https://hub.example",
        "SLIPWAY_DEVENV": "devenv-alice",
        "NVIDIA_DRIVER_CAPABILITIES": "all",
        "MLFLOW_PORT": "see the docs",
        "HOME": "/root",
        "LD_PRELOAD": "x.so",
        "KUBERNETES_SERVICE_HOST": "10.0.0.1",
        "WEB_PORT": "tcp://10.0.0.2:80",
        "WEB_PORT_80_TCP_ADDR": "10.0.0.2",
        "LINES_OF_TEXT": "a\nb",
    }
    assert session_environment(pod) == {
        "PATH": "/opt/conda/bin:/usr/bin",
        "SLIPWAY_PATH": "/opt/conda/bin:/usr/bin",
        "HF_ENDPOINT": "https://hub.example",
        "SLIPWAY_DEVENV": "devenv-alice",
        "NVIDIA_DRIVER_CAPABILITIES": "all",
        "MLFLOW_PORT": "see the docs",
    }


def test_one_line_holds_all_quoted() -> None:
    # That a real sshd reads any value back: test/integration/devenv/image.cluster.test.ts.
    assert set_env_line({"B": 'a "b" \\', "A": ""}) == 'SetEnv "A=" "B=a \\"b\\" \\\\"\n'
    assert set_env_line({}) == ""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("error: kex_exchange_identification: Connection closed by remote host", False),
        ("Connection closed by 10.200.0.1 port 51234", False),
        ("Connection reset by fe80::1 port 51234", False),
        ("Attempt to write login records by non-root user (aborting)", False),
        ("Connection closed by authenticating user dev 127.0.0.1 port 5 [preauth]", True),
        ("Accepted publickey for dev from 127.0.0.1 port 39592 ssh2: ED25519 SHA256:x", True),
        ("", False),
    ],
)
def test_probes_of_the_port_do_not_fill_the_log(line: str, told: bool) -> None:
    assert worth_telling(line) is told


def test_settings_that_are_no_numbers_are_told_and_left_aside() -> None:
    settings, complaints = read_settings({"SLIPWAY_IDLE_STOP_SECONDS": "7200", "SLIPWAY_IDLE_CPU_CORES": "much"})
    assert (settings.stop_after, settings.warn_before, settings.cpu_cores) == (7200, 600, 0.2)
    assert len(complaints) == 1
    assert read_settings({"SLIPWAY_IDLE_STOP_SECONDS": "30"})[0].warn_before == 10
    for text in ("-1", "inf", "nan", "1e999"):
        assert read_settings({"SLIPWAY_IDLE_STOP_SECONDS": text})[0].stop_after == 0
