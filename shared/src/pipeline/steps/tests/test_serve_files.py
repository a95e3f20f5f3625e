from __future__ import annotations

import hashlib
import json
import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slipway_steps.run import RunFolder

STEPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "slipway_steps")


class Serving:
    """The verb in a process of its own."""

    def __init__(self, root: str, buffering: int = -1) -> None:
        env = {**os.environ, "SLIPWAY_RUN_DIR": root}
        command = [sys.executable, "-I", "-S", STEPS, "files"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, buffering, stdin=pipe, stdout=pipe, env=env)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout

    def say(self, request: object) -> None:
        self._in.write((request if isinstance(request, bytes) else json.dumps(request).encode()) + b"\n")
        self._in.flush()

    def line(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._out.readline())
        return answer

    def ask(self, request: object) -> dict[str, Any]:
        self.say(request)
        return self.line()

    def read(self, path: object, **more: object) -> tuple[dict[str, Any], bytes]:
        answer = self.ask({"read": path, **more})
        return answer, self._out.read(answer.get("length", 0))

    def end(self) -> int:
        self._in.close()
        return self.process.wait(20)


@pytest.fixture
def files(run: RunFolder) -> Iterator[Serving]:
    serving = Serving(run.root)
    yield serving
    serving.process.kill()
    serving.process.wait()


def test_a_file_is_sent_as_a_whole_in_parts_and_with_a_checksum(files: Serving, tmp_path: Path) -> None:
    content = os.urandom(700_000)
    (tmp_path / "output" / "x.bin").write_bytes(content)
    assert files.read("output/x.bin") == ({"bytes": 700_000, "length": 700_000}, content)
    assert files.read("output/x.bin", start=10, end=20)[1] == content[10:20]
    assert files.read("output/x.bin", start=699_990, end=10**12)[1] == content[-10:]
    assert files.read("output/x.bin", start=10**12) == ({"bytes": 700_000, "length": 0}, b"")
    assert files.read("output/x.bin", start=20, end=10) == ({"bytes": 700_000, "length": 0}, b"")
    _, part = files.read("output/x.bin", start=5, checksum=True)
    assert files.line() == {"sha256": hashlib.sha256(part).hexdigest(), "length": 699_995}
    assert files.end() == 0


@pytest.mark.parametrize(
    "path", ["../run.json", "/etc/passwd", "output/../../x", "", ".", "output//x", 7, None, ["a"], "a\0b"]
)
def test_a_path_that_is_none_is_refused(files: Serving, path: object) -> None:
    assert files.ask({"read": path})["error"] == "path.refused"


def test_links_that_leave_are_refused_and_others_followed(files: Serving, tmp_path: Path) -> None:
    (tmp_path / "output" / "real").write_bytes(b"x")
    (tmp_path / "output" / "inside").symlink_to("real")
    (tmp_path / "output" / "out").symlink_to("/etc/passwd")
    (tmp_path / "output" / "folder").symlink_to("/etc")
    (tmp_path / "output" / "circle").symlink_to("circle")
    (tmp_path / "output" / "gone").symlink_to("nowhere")
    assert files.read("output/inside") == ({"bytes": 1, "length": 1}, b"x")
    for name in ("out", "folder/passwd"):
        assert files.ask({"read": f"output/{name}"})["error"] == "path.refused"
    for name in ("circle", "gone", "missing", "real/below", "x" * 300):
        assert files.ask({"read": f"output/{name}"})["error"] == "artifact.notFound"


def test_only_regular_files_are_sent(files: Serving, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "output" / "pipe")
    assert files.ask({"read": "output/pipe"})["error"] == "artifact.notFound"
    assert files.ask({"read": "output"})["error"] == "artifact.notFound"


@pytest.mark.parametrize(
    "request_line",
    [b"no json", b"[]", b"{}", b'{"read": "run.json", "start": -1}', b'{"read": "run.json", "end": "x"}'],
)
def test_a_request_that_is_none_is_answered_and_the_next_one_too(files: Serving, request_line: bytes) -> None:
    assert files.ask(request_line)["error"] == "request.invalid"
    assert files.read("run.json")[0]["length"] > 0


def test_a_file_that_gets_shorter_ends_the_connection(run: RunFolder, tmp_path: Path) -> None:
    path = tmp_path / "output" / "x.bin"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    serving = Serving(run.root)
    try:
        assert serving.ask({"read": "output/x.bin"})["length"] == 50_000_000
        with path.open("r+b") as file:
            file.truncate(10)
        assert serving.process.stdout is not None
        assert len(serving.process.stdout.read()) < 50_000_000
        assert serving.process.wait(20) == 1
    finally:
        serving.process.kill()
        serving.process.wait()


def _waiting(serving: Serving) -> int:
    """How many bytes it sends before it waits."""
    sent = 0
    assert serving.process.stdout is not None
    source = serving.process.stdout.fileno()
    while select.select([source], [], [], 0.5)[0]:
        sent += len(os.read(source, 1 << 20))
    return sent


@pytest.mark.parametrize("window", [1, 1_000_000])
def test_no_more_is_sent_than_a_window_beyond_what_was_taken(run: RunFolder, tmp_path: Path, window: int) -> None:
    with (tmp_path / "output" / "huge").open("wb") as file:
        file.truncate(5_000_000_000)
    serving = Serving(run.root, buffering=0)
    try:
        answer = serving.ask({"read": "output/huge", "window": window})
        assert answer == {"bytes": 5_000_000_000, "length": 5_000_000_000, "window": window}
        assert _waiting(serving) == window
        serving.say({"taken": window // 2})
        assert _waiting(serving) == window // 2
        # What was said before counts no more, and what nobody understands does not count.
        for line in ({"taken": 0}, {"taken": -5}, {"taken": "x"}, b"", b"no json"):
            serving.say(line)
        assert _waiting(serving) == 0
        assert serving.end() == 1
    finally:
        serving.process.kill()
        serving.process.wait()


def test_what_was_taken_of_an_answer_is_no_request_after_it(files: Serving, tmp_path: Path) -> None:
    (tmp_path / "output" / "x.bin").write_bytes(b"0123456789")
    assert files.read("output/x.bin", window=100)[1] == b"0123456789"
    for taken in (3, 10):
        files.say({"taken": taken})
    assert files.read("output/x.bin", window=0, end=1)[1] == b"0"
    assert files.ask({"read": "output/x.bin", "window": -1})["error"] == "request.invalid"
    assert files.end() == 0


def test_the_list_is_what_is_there_now_and_the_index_once_there_is_one(
    files: Serving, run: RunFolder, tmp_path: Path
) -> None:
    (tmp_path / "output" / "analysis_output.ipynb").write_text("{}")
    (tmp_path / "output" / ".partial.ipynb").write_text("{}")
    (tmp_path / "work" / "new.csv").write_text("1,2")
    assert files.ask({"list": True}) == {
        "version": 1,
        "live": True,
        "artifacts": [
            {
                "path": "output/analysis_output.ipynb",
                "bytes": 2,
                "mediaType": "application/x-ipynb+json",
                "role": "executedNotebook",
            },
            {"path": "work/new.csv", "bytes": 3, "mediaType": "text/csv", "role": "file"},
        ],
    }
    index = {"path": "output/x", "bytes": 1, "sha256": "0" * 64, "mediaType": "a/b", "role": "file"}
    (tmp_path / "artifacts.json").write_text(json.dumps({"version": 1, "artifacts": [index]}, indent=2))
    assert files.ask({"list": True}) == {"version": 1, "artifacts": [index]}
    (tmp_path / "artifacts.json").write_text('{"artifacts": [{"path": "../x"}]}')
    assert files.ask({"list": True})["live"] is True
    assert run.root == str(tmp_path)


def test_a_run_that_never_began_has_nothing(files: Serving, tmp_path: Path) -> None:
    (tmp_path / "run.json").unlink()
    assert files.ask({"list": True}) == {"version": 1, "live": True, "artifacts": []}
    (tmp_path / "run.json").write_text("[]")
    assert files.ask({"list": True})["error"] == "artifact.unreadable"
    assert files.read("run.json")[1] == b"[]"


def test_ten_thousand_files_are_listed(files: Serving, tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / "output" / f"f{number}").touch()
    assert len(files.ask({"list": True})["artifacts"]) == 10_000


def test_inputs_are_listed(files: Serving, tmp_path: Path) -> None:
    (tmp_path / "inputs" / "data").mkdir()
    (tmp_path / "inputs" / "data" / "a.csv").write_text("abc")
    listed = files.ask({"inputs": True})["inputs"]
    assert {"path": "data/a.csv", "bytes": 3} in listed
    assert [entry["path"] for entry in listed] == ["analysis.ipynb", "data/a.csv"]


def test_runs_are_listed_with_their_files_and_results(tmp_path: Path) -> None:
    for name in ("a-1", "b-2", "empty", "broken"):
        (tmp_path / name / "results").mkdir(parents=True)
    (tmp_path / "a-1" / "run.json").write_text('{"run": "a-1", "steps": ["prepare", "collect", 7, "../x"]}')
    (tmp_path / "a-1" / "results" / "prepare.json").write_text('{"step": "prepare", "state": "succeeded"}')
    (tmp_path / "a-1" / "results" / "collect.json").write_text('{"st')
    (tmp_path / "b-2" / "run.json").symlink_to("/etc/hostname")
    (tmp_path / "broken" / "run.json").write_text("[")
    (tmp_path / "file").write_text("x")
    serving = Serving(str(tmp_path))
    try:
        answer = serving.ask({"runs": True})
        modified = int(os.stat(tmp_path / "a-1" / "results").st_mtime * 1000)
        assert answer["runFile"]["run"] == answer["run"] == "a-1"
        assert answer["results"] == {"prepare": {"step": "prepare", "state": "succeeded"}}
        assert answer["modified"] == modified
        assert serving.line() == {"end": 1}
        assert serving.read("a-1/run.json")[0]["length"] > 0
        assert serving.end() == 0
    finally:
        serving.process.kill()
        serving.process.wait()


def test_a_huge_file_takes_no_memory(run: RunFolder, tmp_path: Path) -> None:
    with (tmp_path / "output" / "huge").open("wb") as file:
        file.truncate(5_000_000_000)
    serving = Serving(run.root)
    try:
        assert serving.ask({"read": "output/huge"})["length"] == 5_000_000_000
        assert serving.process.stdout is not None
        left = 300_000_000
        while left > 0:
            left -= len(os.read(serving.process.stdout.fileno(), 1 << 20))
        with open(f"/proc/{serving.process.pid}/status", encoding="ascii") as file_of_process:
            peak = next(int(line.split()[1]) for line in file_of_process if line.startswith("VmHWM"))
        assert peak < 64 * 1024
    finally:
        serving.process.kill()
        serving.process.wait()
