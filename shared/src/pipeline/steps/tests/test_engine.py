"""A run of a notebook that is stopped, wherever that finds it."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager

from slipway_steps import engine
from slipway_steps.engine import OwnPythonKernelManager, Stopped


def _stop() -> None:
    raise Stopped


def test_a_stop_in_a_callback_ends_what_waits() -> None:
    loop = asyncio.new_event_loop()
    loop.call_soon(_stop)
    waiting = asyncio.sleep(5)
    try:
        with pytest.raises(Stopped) as stopped:
            loop.run_until_complete(waiting)
    finally:
        loop.close()
    assert stopped.value.code == 143


def test_a_stop_ends_the_process_as_a_signal_does() -> None:
    with pytest.raises(SystemExit) as stopped:
        _stop()
    assert stopped.value.code == 143


def _command_of(monkeypatch: pytest.MonkeyPatch, *command: str) -> list[str]:
    monkeypatch.setattr(AsyncKernelManager, "format_kernel_cmd", lambda _self, _more: list(command))
    return OwnPythonKernelManager(kernel_name="python3").format_kernel_cmd()


def test_a_kernel_of_python_starts_with_this_interpreter_by_our_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    command = _command_of(monkeypatch, "/usr/bin/python3", "-Xutf8", "-m", "ipykernel_launcher", "-f", "file")
    launcher = os.path.join(os.path.dirname(engine.__file__), "run_kernel.py")
    assert command == [sys.executable, "-Xutf8", launcher, "-f", "file"]


def test_a_kernel_that_another_module_starts_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    command = _command_of(monkeypatch, "/usr/bin/python3", "-m", "wrapped", "-m", "ipykernel_launcher")
    assert command == [sys.executable, "-m", "wrapped", "-m", "ipykernel_launcher"]


def _manager(monkeypatch: pytest.MonkeyPatch, temporary: Path) -> OwnPythonKernelManager:
    temporary.mkdir(exist_ok=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return OwnPythonKernelManager(kernel_name="python3")


def test_a_kernel_of_python_is_spoken_to_over_sockets_of_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    short = Path(tempfile.mkdtemp())  # pytest's own may be too deep for a socket
    manager = _manager(monkeypatch, short)
    (folder,) = short.iterdir()
    assert (manager.transport, os.path.dirname(manager.ip), os.path.dirname(manager.connection_file)) == (
        "ipc",
        str(folder),
        str(folder),
    )
    assert folder.stat().st_mode & 0o077 == 0
    del manager
    gc.collect()
    assert not folder.exists()
    short.rmdir()


def test_a_kernel_is_spoken_to_over_tcp_where_no_socket_can_be(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    assert _manager(monkeypatch, deep).transport == "tcp"
    assert list(deep.iterdir()) == []
