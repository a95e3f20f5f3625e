from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from slipway_steps import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Start = Callable[[object], "Following"]

STEPS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "slipway_steps")
PATIENCE = 20
# The second way of waiting, for machines without inotify.
POLLING = (
    "import sys; sys.path.insert(0, sys.argv[1]); from slipway_steps import follow; "
    "sys.exit(follow.main(sys.argv[2], inotify=False))"
)


class Following:
    """The verb in a process of its own, and what it said so far."""

    def __init__(self, root: Path, request: object, *, polling: bool = False) -> None:
        command = [sys.executable, "-I", "-S", STEPS, "follow"]
        if polling:
            command = [sys.executable, "-I", "-S", "-c", POLLING, os.path.dirname(STEPS), str(root)]
        env = {**os.environ, "SLIPWAY_RUN_DIR": str(root)}
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)
        self.say(json.dumps(request).encode() + b"\n")
        self.contents: dict[str, bytes] = {}
        self.frames: list[dict[str, Any]] = []
        # How many bytes had come before each sign of life.
        self.signs: list[int] = []
        # The offset of the last one: 1 says that nothing more will come.
        self.last_sign = -1
        self._rest = b""

    def say(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def read(self) -> bool:
        """Take what comes next; False at the end."""
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert ready, "nothing came"
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        self._rest += data
        while b"\n" in self._rest:
            head, _, rest = self._rest.partition(b"\n")
            frame = json.loads(head)
            if len(rest) < frame["length"]:
                break
            self._take(frame, rest[: frame["length"]])
            self._rest = rest[frame["length"] :]
        return bool(data)

    def _take(self, frame: dict[str, Any], content: bytes) -> None:
        if not frame["path"]:
            self.signs.append(sum(len(content) for content in self.contents.values()))
            self.last_sign = frame["offset"]
            return
        assert self.last_sign != 1
        assert 0 < frame["length"] <= 65536
        assert abs(frame["time"] - time.time() * 1000) < 60_000
        before = self.contents.get(frame["path"], b"")
        if frame["path"] in self.contents and frame["offset"] != 0:
            assert frame["offset"] == self.frames_end[frame["path"]]
        if frame["offset"] == 0:
            before = b""
        self.contents[frame["path"]] = before + content
        self.frames.append(frame)

    @property
    def frames_end(self) -> dict[str, int]:
        return {frame["path"]: frame["offset"] + frame["length"] for frame in self.frames}

    def until(self, path: str, content: bytes) -> None:
        while self.contents.get(path) != content:
            assert self.read(), f"it ended; {path} is {self.contents.get(path)!r}"

    def to_the_end(self) -> int:
        while self.read():
            pass
        code = self.process.wait(PATIENCE)
        assert (self.last_sign == 1) == (code == 0)
        return code


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("logs", "results"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def followings() -> Iterator[list[Following]]:
    started: list[Following] = []
    yield started
    for following in started:
        following.process.kill()
        following.process.wait()


@pytest.fixture(params=[False, True], ids=["inotify", "polling"])
def start(request: pytest.FixtureRequest, root: Path, followings: list[Following]) -> Start:
    def make(asked: object) -> Following:
        following = Following(root, asked, polling=request.param)
        followings.append(following)
        return following

    return make


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def end(root: Path) -> None:
    (root / "results" / "collect.json").write_text("{}")
    (root / "results" / "collect.ended").write_text("")


def test_what_is_there_what_grows_and_what_is_new_is_sent(start: Start, root: Path) -> None:
    append(root / "logs" / "prepare.log", b"prepared\n")
    append(root / "progress.jsonl", b"{}\n")
    following = start({})
    following.until("logs/prepare.log", b"prepared\n")
    following.until("progress.jsonl", b"{}\n")
    append(root / "logs" / "notebook.log", b"one\n")
    following.until("logs/notebook.log", b"one\n")
    append(root / "logs" / "notebook.log", b"two")
    following.until("logs/notebook.log", b"one\ntwo")
    append(root / "progress.jsonl", b"{1}\n")
    following.until("progress.jsonl", b"{}\n{1}\n")
    append(root / "logs" / "collect.log", b"last\n")
    end(root)
    assert following.to_the_end() == 0
    assert following.contents["logs/collect.log"] == b"last\n"


def test_a_resume_begins_at_its_offset(start: Start, root: Path) -> None:
    append(root / "logs" / "notebook.log", b"0123456789")
    following = start({"offsets": {"logs/notebook.log": 4, "logs/report.log": 0}})
    following.until("logs/notebook.log", b"456789")
    end(root)
    assert following.to_the_end() == 0
    assert [frame["offset"] for frame in following.frames] == [4]


def test_frames_are_bounded_and_whole_however_much_there_is(start: Start, root: Path) -> None:
    content = os.urandom(3_000_000)
    append(root / "logs" / "notebook.log", content)
    append(root / "progress.jsonl", b"{}\n")
    end(root)
    following = start({})
    # Its output is a full pipe meanwhile.
    time.sleep(0.3)
    assert following.to_the_end() == 0
    assert following.contents["logs/notebook.log"] == content
    # A large log does not hold up the progress.
    paths = [frame["path"] for frame in following.frames]
    assert paths.index("progress.jsonl") < len(paths) - 2


def test_a_log_comes_after_what_those_before_it_had(start: Start, root: Path) -> None:
    content = os.urandom(3_000_000)
    for step in ("prepare", "notebook", "report"):
        append(root / "logs" / f"{step}.log", content)
    end(root)
    # What was read already need not be waited for.
    following = start({"offsets": {"logs/prepare.log": 0, "logs/notebook.log": 5, "logs/report.log": 2_999_999}})
    assert following.to_the_end() == 0
    assert following.contents["logs/prepare.log"] == content
    paths = [frame["path"] for frame in following.frames]
    assert paths == sorted(paths, key=["logs/prepare.log", "logs/notebook.log", "logs/report.log"].index)


class Recorder(follow.Reader):
    """Has read some, and keeps what is sent to it."""

    def __init__(self, offsets: dict[str, int]) -> None:
        self.offsets = offsets
        self.contents: dict[str, bytes] = {}
        self.poll = select.poll()

    def send(self, *parts: bytes) -> None:
        path = json.loads(parts[0])["path"]
        if not path:
            return
        self.contents[path] = self.contents.get(path, b"") + b"".join(parts[1:])

    def hear(self, ready: list[tuple[int, int]]) -> None:
        pass


def test_a_log_that_is_held_back_in_the_last_moment_is_sent(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = root / "logs" / "notebook.log"
    append(notebook, b"first\n")
    append(root / "logs" / "report.log", b"report\n")
    end(root)
    stat = os.stat
    grown: list[bytes] = []

    def stat_while_another_grows(
        path: str, *, dir_fd: int | None = None, follow_symlinks: bool = True
    ) -> os.stat_result:
        # It has had its turn already.
        if path == "report.log" and not grown:
            grown.append(b"late\n")
            append(notebook, b"late\n")
        return stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "stat", stat_while_another_grows)
    recorder = Recorder({"logs/notebook.log": len(b"first\n"), "logs/report.log": 0})
    monkeypatch.setattr(follow, "Reader", lambda: recorder)
    assert follow.main(str(root), inotify=False) == 0
    assert recorder.contents == {"logs/notebook.log": b"late\n", "logs/report.log": b"report\n"}


def test_a_log_without_an_end_or_that_cannot_be_read_holds_up_no_other(start: Start, root: Path) -> None:
    append(root / "logs" / "notebook.log", b"endless\n")
    following = start({"offsets": {"logs/notebook.log": 0, "logs/pipe.log": 0, "logs/report.log": 0}})
    following.until("logs/notebook.log", b"endless\n")
    os.mkfifo(root / "logs" / "pipe.log")
    append(root / "logs" / "report.log", b"report\n")
    following.until("logs/report.log", b"report\n")
    append(root / "logs" / "notebook.log", b"more\n")
    (root / "logs" / "notebook.log").write_bytes(b"cut\n")
    append(root / "logs" / "test.log", b"test\n")
    following.until("logs/test.log", b"test\n")


def test_the_first_sign_of_life_says_that_what_was_there_has_come(start: Start, root: Path) -> None:
    append(root / "logs" / "notebook.log", os.urandom(300_000))
    append(root / "logs" / "report.log", b"report\n")
    following = start({})
    while not following.signs:
        assert following.read()
    assert following.signs == [300_007]
    append(root / "logs" / "report.log", b"more\n")
    following.until("logs/report.log", b"report\nmore\n")
    assert len(following.signs) == 1


def test_a_file_that_was_cut_starts_again(start: Start, root: Path) -> None:
    append(root / "logs" / "notebook.log", b"before, and long\n")
    following = start({})
    following.until("logs/notebook.log", b"before, and long\n")
    (root / "logs" / "notebook.log").write_bytes(b"after\n")
    following.until("logs/notebook.log", b"after\n")


def test_a_file_that_was_replaced_starts_again_unless_it_goes_on_as_before(start: Start, root: Path) -> None:
    log = root / "logs" / "notebook.log"
    append(log, b"one\n")
    following = start({})
    following.until("logs/notebook.log", b"one\n")
    # Whole when it is seen: an empty file in between would be another one.
    (root / "fresh").mkdir()
    (root / "fresh" / "notebook.log").write_bytes(b"one\ntwo\n")
    shutil.rmtree(root / "logs")
    (root / "fresh").rename(root / "logs")
    following.until("logs/notebook.log", b"one\ntwo\n")
    assert [frame["offset"] for frame in following.frames] == [0, 4]
    (root / "logs" / "new").write_bytes(b"something else altogether\n")
    (root / "logs" / "new").rename(log)
    following.until("logs/notebook.log", b"something else altogether\n")
    assert following.frames[-1]["offset"] == 0


def test_what_is_no_log_is_left_alone(start: Start, root: Path) -> None:
    (root / "logs" / "secret.log").symlink_to("/etc/passwd")
    os.mkfifo(root / "logs" / "pipe.log")
    (root / "logs" / "folder.log").mkdir()
    append(root / "logs" / "notes.txt", b"x")
    append(root / "logs" / "notebook.log", b"y")
    end(root)
    following = start({"offsets": {"../../etc/passwd": 0, "logs/notebook.log": "x"}})
    assert following.to_the_end() == 0
    assert following.contents == {"logs/notebook.log": b"y"}


def test_it_ends_soon_after_the_result_even_when_nobody_says_that_the_log_is_complete(start: Start, root: Path) -> None:
    following = start({})
    (root / "results" / "collect.json").write_text("{}")
    append(root / "logs" / "collect.log", b"last")
    assert following.to_the_end() == 0
    assert following.contents == {"logs/collect.log": b"last"}


def test_the_index_of_the_artifacts_comes_last_and_whole(start: Start, root: Path) -> None:
    index = json.dumps({"version": 1, "artifacts": ["x" * 100] * 20_000}).encode()
    (root / "artifacts.json").write_bytes(index)
    append(root / "logs" / "collect.log", b"last\n")
    following = start({"offsets": {"artifacts.json": 5}})
    following.until("logs/collect.log", b"last\n")
    assert "artifacts.json" not in following.contents
    end(root)
    assert following.to_the_end() == 0
    assert following.contents["artifacts.json"] == index
    assert following.frames[-1]["path"] == "artifacts.json"


def test_a_reader_that_says_nothing_any_more_is_gone(start: Start, root: Path) -> None:
    following = start({"aliveSeconds": 0.5})
    append(root / "logs" / "notebook.log", os.urandom(1_000_000))
    # Nobody reads: the pipe is full, and the verb has to end all the same.
    assert following.process.wait(PATIENCE) == 1


def test_a_reader_that_hangs_up_is_gone(start: Start, root: Path) -> None:
    following = start({})
    append(root / "logs" / "notebook.log", b"x")
    following.until("logs/notebook.log", b"x")
    assert following.process.stdout is not None
    following.process.stdout.close()
    append(root / "logs" / "notebook.log", b"y")
    assert following.process.wait(PATIENCE) == 1
