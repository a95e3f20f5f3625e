from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest
from slipway_devenv.jupyter_activity import works
from slipway_devenv.jupyter_command import Server, running_server

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000.0


def at(seconds: float) -> str:
    return datetime.fromtimestamp(NOW - seconds, tz=timezone.utc).isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        ([], False),
        ([{"execution_state": "busy", "last_activity": at(9_000)}], True),
        ([{"execution_state": "idle", "last_activity": at(59)}], True),
        ([{"execution_state": "idle", "last_activity": at(61)}], False),
        ([{"execution_state": "idle", "last_activity": at(61)}, {"execution_state": "busy"}], True),
        ([{"execution_state": "idle", "last_activity": "yesterday"}], False),
        ([{}, None, 7], False),
        ({"message": "Forbidden"}, False),
    ],
)
def test_kernels_that_work_are_work_and_open_pages_are_not(kernels: object, expected: bool) -> None:
    assert works(kernels, NOW) is expected


def test_a_server_that_runs_is_found_and_what_ended_ones_left_goes(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    for pid in (ended.pid, os.getpid()):
        facts = {"pid": pid, "port": 8888, "token": f"of {pid}"}
        (tmp_path / f"jpserver-{pid}.json").write_text(json.dumps(facts))
    (tmp_path / "jpserver-0.json").write_text("half of a fi")
    assert running_server(tmp_path) == Server(os.getpid(), 8888, f"of {os.getpid()}")
    (tmp_path / f"jpserver-{os.getpid()}.json").unlink()
    assert running_server(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
