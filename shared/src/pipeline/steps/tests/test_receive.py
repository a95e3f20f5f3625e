from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_STEPS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CALL = (
    "import sys; sys.path.insert(0, sys.argv[1]); from slipway_steps.receive import main; sys.exit(main(sys.argv[2]))"
)


def _entry(path: str, content: bytes, **more: object) -> dict[str, Any]:
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}


class _Sender:
    """Speaks to a receiver as a core does."""

    def __init__(self, folder: Path, entries: list[dict[str, Any]]) -> None:
        self.entries = entries
        command = [sys.executable, "-I", "-S", "-c", _CALL, _STEPS, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.write(json.dumps({"files": entries}).encode() + b"\n")

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def send(self, index: int, offset: int, data: bytes) -> None:
        length = self.entries[index]["bytes"] - offset
        self.write(json.dumps({"file": index, "offset": offset, "length": length}).encode() + b"\n" + data)

    def end(self) -> int:
        self.process.communicate(timeout=30)
        return self.process.returncode


def _upload(folder: Path, files: dict[str, bytes], **more: object) -> dict[str, Any]:
    sender = _Sender(folder, [_entry(path, content, **more) for path, content in files.items()])
    first = sender.line()
    if "missing" not in first:
        return first
    contents = list(files.values())
    for part in first["missing"]:
        sender.send(part["file"], part["offset"], contents[part["file"]][part["offset"] :])
    verdict = sender.line()
    sender.end()
    return verdict


def test_takes_files_with_folders_and_modes(tmp_path: Path) -> None:
    files = {"a.ipynb": b"{}", "d/e/ü \n.txt": b"x" * 1_000_000, "empty": b""}
    assert _upload(tmp_path / "inputs", files) == {"ok": True, "files": 3, "bytes": 1_000_002}
    root = tmp_path / "inputs"
    assert {path: (root / path).read_bytes() for path in files} == files
    assert stat.S_IMODE((root / "a.ipynb").stat().st_mode) == 0o600
    assert stat.S_IMODE((root / "d" / "e").stat().st_mode) == 0o700
    assert sorted(os.listdir(root)) == ["a.ipynb", "d", "empty"]


def test_makes_executable_what_is_said_to_be(tmp_path: Path) -> None:
    assert _upload(tmp_path, {"run.sh": b"#!/bin/sh\n"}, executable=True)["ok"] is True
    assert stat.S_IMODE((tmp_path / "run.sh").stat().st_mode) == 0o700


def test_goes_on_after_a_cut(tmp_path: Path) -> None:
    content = os.urandom(2_000_000)
    entries = [_entry("whole", b"whole"), _entry("big", content)]
    cut = _Sender(tmp_path, entries)
    assert cut.line() == {"missing": [{"file": 0, "offset": 0}, {"file": 1, "offset": 0}]}
    cut.send(0, 0, b"whole")
    cut.send(1, 0, content[:1_500_000])
    assert cut.end() == 1
    assert sorted(os.listdir(tmp_path)) == [".slipway-upload", "whole"]

    again = _Sender(tmp_path, entries)
    assert again.line() == {"missing": [{"file": 1, "offset": 1_500_000}]}
    again.send(1, 1_500_000, content[1_500_000:])
    assert again.line()["ok"] is True
    assert again.end() == 0
    assert (tmp_path / "big").read_bytes() == content
    assert sorted(os.listdir(tmp_path)) == ["big", "whole"]


def test_takes_the_rest_while_an_earlier_call_still_writes(tmp_path: Path) -> None:
    content = os.urandom(600_000)
    entries = [_entry("big", content)]
    old = _Sender(tmp_path, entries)
    old.line()
    old.send(0, 0, content[:300_000])
    new = _Sender(tmp_path, entries)
    offset = new.line()["missing"][0]["offset"]
    new.send(0, offset, content[offset:500_000])
    old.write(content[300_000:400_000])
    new.write(content[500_000:])
    assert new.line()["ok"] is True
    old.end()
    assert (tmp_path / "big").read_bytes() == content


def test_shows_nothing_whose_hash_is_wrong(tmp_path: Path) -> None:
    sender = _Sender(tmp_path, [_entry("a", b"right")])
    sender.line()
    sender.send(0, 0, b"wrong")
    verdict = sender.line()
    assert (verdict["ok"], verdict["error"], verdict["file"]) == (False, "files.refused", 0)
    assert sender.end() == 1
    assert not (tmp_path / "a").exists()
    assert _upload(tmp_path, {"a": b"right"})["ok"] is True


def test_replaces_what_is_different(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"older")
    assert _upload(tmp_path, {"a": b"newer"})["ok"] is True
    assert (tmp_path / "a").read_bytes() == b"newer"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a", "d/../../a", "d//a", "", ".", "a/.", "a\0b", ".slipway-upload/x", 7]
)
def test_refuses_paths_that_are_not_plain(tmp_path: Path, path: object) -> None:
    sender = _Sender(tmp_path, [{**_entry("a", b""), "path": path}])
    assert sender.line()["error"] == "path.refused"
    assert sender.end() == 1
    assert os.listdir(tmp_path) == []


def test_refuses_to_go_through_links_and_files(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(outside)
    (root / "file").write_text("x")
    (root / "folder").mkdir()
    for path in ("link/a", "file/a", "folder"):
        assert _upload(root, {path: b"x"})["error"] == "path.refused"
    assert os.listdir(outside) == []


def test_replaces_a_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"same")
    (tmp_path / "link").symlink_to("target")
    assert _upload(tmp_path, {"link": b"other"})["ok"] is True
    assert (tmp_path / "target").read_bytes() == b"same"
    assert not (tmp_path / "link").is_symlink()


@pytest.mark.parametrize(
    "header",
    [b"no JSON\n", b"[]\n", b'{"files": 1}\n', b'{"files": [{"path": "a"}]}\n', b'{"files": [null]}\n'],
)
def test_refuses_a_header_that_is_none(tmp_path: Path, header: bytes) -> None:
    command = [sys.executable, "-I", "-S", "-c", _CALL, _STEPS, str(tmp_path)]
    done = subprocess.run(command, input=header, capture_output=True, check=False)
    assert json.loads(done.stdout)["error"] == "protocol.invalid"
    assert done.returncode == 1


def test_refuses_a_path_twice(tmp_path: Path) -> None:
    sender = _Sender(tmp_path, [_entry("a", b"1"), _entry("a", b"2")])
    assert sender.line()["error"] == "path.refused"
    sender.end()


def test_says_when_another_file_comes_than_was_asked_for(tmp_path: Path) -> None:
    sender = _Sender(tmp_path, [_entry("a", b"1"), _entry("b", b"2")])
    sender.line()
    sender.send(1, 0, b"2")
    assert sender.line()["error"] == "protocol.invalid"
    sender.end()


def test_takes_what_is_on_its_way_when_it_has_refused(tmp_path: Path) -> None:
    sender = _Sender(tmp_path, [_entry("a", b"x" * 10_000_000)])
    sender.line()
    sender.send(0, 1, b"")
    assert sender.line()["error"] == "protocol.invalid"
    # More than a pipe holds.
    sender.write(b"x" * 10_000_000)
    assert sender.process.poll() is None
    assert sender.end() == 1


def test_ends_quietly_where_the_input_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", "-c", _CALL, _STEPS, str(tmp_path)]
    done = subprocess.run(command, input=b"", capture_output=True, check=False)
    assert (done.stdout, done.returncode) == (b"", 1)
