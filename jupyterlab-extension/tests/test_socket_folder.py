"""The folders of the cores' sockets."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway_jupyterlab.socket_folder import make_socket_folder, socket_name


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a folder with a short path, as a socket needs."""
    folder = Path(tempfile.mkdtemp(prefix="run-"))
    yield folder
    shutil.rmtree(folder)


def _aged(folder: Path) -> None:
    past = time.time() - 3600
    os.utime(folder, (past, past))


def test_a_folder_is_for_its_user_alone(home: Path) -> None:
    folder = make_socket_folder({"XDG_RUNTIME_DIR": str(home)})
    assert folder.parent == home
    assert folder.stat().st_mode & 0o777 == 0o700


def test_folders_in_which_nobody_listens_any_more_are_removed(home: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(home)}
    empty, dead, alive, young, other = (make_socket_folder(environment) for _ in range(5))
    (other / "notes.txt").write_text("not ours to remove")
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(dead / socket_name))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(alive / socket_name))
        listening.listen()
        for folder in (empty, dead, alive, other):
            _aged(folder)
        made = make_socket_folder(environment)
        assert sorted(home.iterdir()) == sorted([alive, young, other, made])
