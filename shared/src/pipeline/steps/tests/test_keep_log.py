from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from slipway_steps import keep_log
from slipway_steps.keep_log import LogFile

if TYPE_CHECKING:
    from pathlib import Path

STEPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "slipway_steps")


class FullDisk:
    """Stands between the log and the kernel, and has room for so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(descriptor, data[: self.room])
        self.room -= written
        return written


def test_a_full_disk_leaves_a_gap_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FullDisk(6)
    monkeypatch.setattr(os, "write", disk.write)
    monkeypatch.setattr(keep_log, "_RETRY_SECONDS", 0)
    path = tmp_path / "logs" / "x.log"
    log = LogFile(str(path))
    log.write(b"first\nsecond\n")
    log.write(b"third\n")
    assert path.read_bytes() == b"first\n"
    disk.room = 1000
    log.write(b"fourth\n")
    assert log.close() == ""
    note = b"\n[slipway] 13 B of output are missing here: No space left on device\n"
    assert path.read_bytes() == b"first\n" + note + b"fourth\n"


def test_times_tell_when_the_log_grew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_log, "_RETRY_SECONDS", 0)
    monkeypatch.setattr(keep_log, "_MARK_SECONDS", 0)
    clock = iter([1000.5, 1001.25, 1002.0])
    monkeypatch.setattr(time, "time", lambda: next(clock))
    log = LogFile(str(tmp_path / "logs" / "x.log"))
    log.write(b"one\n")
    log.write(b"three\n")
    assert (tmp_path / "logs" / "x.times").read_bytes() == b"0 1000500\n4 1001250\n"
    shutil.rmtree(tmp_path / "logs")
    log.write(b"two\n")
    assert log.close() == ""
    assert (tmp_path / "logs" / "x.times").read_bytes() == b"10 1002000\n"


def test_many_writes_have_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_log, "_MARK_SECONDS", 3600)
    log = LogFile(str(tmp_path / "logs" / "x.log"))
    for _ in range(100):
        log.write(b"line\n")
    assert len((tmp_path / "logs" / "x.times").read_bytes().splitlines()) == 1


def test_a_mark_that_was_cut_leaves_the_next_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_log, "_MARK_SECONDS", 0)
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    disk = FullDisk(6)
    monkeypatch.setattr(os, "write", disk.write)
    log = LogFile(str(tmp_path / "logs" / "x.log"))
    log.write(b"one\n")
    disk.room = 1000
    log.write(b"two\n")
    assert (tmp_path / "logs" / "x.log").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "logs" / "x.times").read_bytes() == b"0 \n4 1000000\n"


def test_a_disk_that_stays_full_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "write", FullDisk(3).write)
    log = LogFile(str(tmp_path / "logs" / "x.log"))
    log.write(b"123456")
    log.write(b"789")
    assert log.close() == "[slipway] logs/x.log lacks 6 B of this output: No space left on device\n"


def test_a_removed_folder_is_made_anew_with_all_it_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_log, "_RETRY_SECONDS", 0)
    path = tmp_path / "logs" / "x.log"
    log = LogFile(str(path))
    log.write(b"one\n")
    shutil.rmtree(tmp_path / "logs")
    log.write(b"two\n")
    shutil.rmtree(tmp_path / "logs")
    assert log.close() == ""
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_log_without_output_is_not_made(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "logs" / "x.log"))
    assert log.close() == ""
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("entry", ["", "/__main__.py"])
@pytest.mark.parametrize("flags", [["-I", "-S"], []])
def test_it_is_started_by_its_folder_or_its_file(tmp_path: Path, entry: str, flags: list[str]) -> None:
    # Modules of the working folder are not the helper's.
    (tmp_path / "slipway_steps.py").write_text("raise SystemExit(3)")
    log = tmp_path / "logs" / "x.log"
    command = [sys.executable, *flags, STEPS + entry, "keep-log", str(log)]
    ended = subprocess.run(command, input=b"said\n", stdout=subprocess.PIPE, cwd=tmp_path, check=True)
    assert (ended.stdout, log.read_bytes()) == (b"said\n", b"said\n")


def test_starting_it_imports_neither_the_verbs_nor_json(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-I",
        "-S",
        STEPS + "/__main__.py",
        "keep-log",
        str(tmp_path / "x.log"),
    ]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    imported = {line.rsplit("|", 1)[1].strip() for line in ended.stderr.decode().splitlines()}
    assert "slipway_steps.keep_log" in imported
    assert imported.isdisjoint({"slipway_steps.verbs", "slipway_steps.run", "json", "re"})
