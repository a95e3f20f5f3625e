from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable

import pytest
from slipway_devenv.job_runner import Log, job_environment
from slipway_devenv.job_store import JobError, JobStore, identity_of

PROGRAM = Path(__file__).parent.parent / "image/job"


class Workspace:
    """A workspace, and the program as a client calls it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "SLIPWAY_WORKSPACE": str(folder)}
        self.store = JobStore(folder)

    def call(self, *arguments: str, given: str | None = None) -> dict[str, Any]:
        ended = subprocess.run(
            [sys.executable, "-I", "-B", str(PROGRAM), *arguments],
            env=self.environment,
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        answer: dict[str, Any] = json.loads(ended.stdout)
        assert ended.returncode == (1 if "error" in answer else 0)
        return answer

    def start(self, *command: str) -> str:
        return str(self.call("start", "--", *command)["job"]["id"])

    def job(self, job: str) -> dict[str, Any]:
        return dict(self.call("wait", job, "--wait", "0")["job"])

    def output(self, job: str) -> bytes:
        return base64.b64decode(self.call("read", job)["data"])


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def eventually(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_job_goes_on_after_the_call_that_started_it_and_keeps_output_and_exit_code(workspace: Workspace) -> None:
    job = workspace.start("sh", "-c", "echo out; echo err >&2; pwd; exit 3")
    ended = workspace.call("wait", job)["job"]
    assert (ended["state"], ended["exitCode"]) == ("failed", 3)
    assert ended["endedAt"] >= ended["startedAt"] > 1e12
    assert workspace.output(job).decode() == f"out\nerr\n{workspace.folder}\n"
    assert workspace.call("list")["jobs"] == [ended]


def test_the_call_that_starts_a_job_ends_at_once(workspace: Workspace) -> None:
    # Its output would stay open as long as the job had it.
    job = workspace.start("sleep", "1000")
    assert workspace.job(job)["state"] == "running"
    assert workspace.store.running() == 1
    stopped = workspace.call("stop", job)["job"]
    assert (stopped["state"], stopped["exitCode"]) == ("stopped", 128 + signal.SIGTERM)
    assert workspace.store.running() == 0


def test_stopping_reaches_what_the_job_started_and_what_ended_stays_as_it_is(workspace: Workspace) -> None:
    job = workspace.start("sh", "-c", "sleep 1000 & echo $!; wait")
    eventually(lambda: workspace.output(job) != b"")
    inner = int(workspace.output(job))
    workspace.call("stop", job)
    eventually(lambda: identity_of(inner) is None)
    assert workspace.call("stop", job)["job"]["state"] == "stopped"


def test_a_command_that_is_not_there_fails_and_says_so(workspace: Workspace) -> None:
    job = workspace.start("no-such-program")
    assert workspace.job(job)["exitCode"] == 127
    assert b"no-such-program could not be started: No such file" in workspace.output(job)


def is_lost(workspace: Workspace, job: str) -> bool:
    return bool(workspace.job(job)["state"] == "lost")


def test_a_job_whose_pod_ended_is_lost(workspace: Workspace) -> None:
    told = workspace.start("sleep", "1000")
    killed = workspace.start("sleep", "1000")
    runners = [workspace.store.facts(job)["runner"]["pid"] for job in (told, killed)]
    # A pod ends with TERM, at times with no word at all.
    os.kill(runners[0], signal.SIGTERM)
    os.kill(runners[1], signal.SIGKILL)
    os.killpg(workspace.store.facts(killed)["pid"], signal.SIGKILL)
    for job in (told, killed):
        eventually(partial(is_lost, workspace, job))
        assert "exitCode" not in workspace.job(job)
        assert workspace.job(job)["endedAt"] > 0


def test_a_process_that_got_the_same_id_is_not_the_job(workspace: Workspace) -> None:
    job = workspace.start("true")
    workspace.call("wait", job)
    (workspace.folder / ".slipway/jobs" / job / "end.json").unlink()
    facts = workspace.store.facts(job)
    runner = {**facts["runner"], "pid": os.getpid()}
    workspace.store.write(job, "job.json", {**facts, "runner": runner})
    assert workspace.job(job)["state"] == "lost"
    mine = identity_of(os.getpid())
    assert mine is not None
    runner = {"boot": "another", "pid": mine.pid, "started": mine.started}
    workspace.store.write(job, "job.json", {**facts, "runner": runner})
    assert workspace.job(job)["state"] == "lost"


def test_reads_on_from_where_one_was_and_waits_for_news(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = 'printf 0123456789; until [ -e "$0" ]; do sleep 0.02; done; sleep 0.5; printf abc'
    job = workspace.start("sh", "-c", script, str(go))
    eventually(lambda: len(workspace.output(job)) == 10)
    piece = workspace.call("read", job, "--offset", "2", "--max", "3")
    assert (piece["offset"], base64.b64decode(piece["data"])) == (5, b"234")
    go.touch()
    later = workspace.call("read", job, "--offset", "10", "--wait", "60")
    assert base64.b64decode(later["data"]) == b"abc"
    workspace.call("wait", job)
    end = workspace.call("read", job, "--offset", "13", "--wait", "60")
    assert (end["data"], end["job"]["state"]) == ("", "succeeded")


def test_whoever_waits_and_leaves_is_not_waited_for(workspace: Workspace) -> None:
    job = workspace.start("sleep", "1000")
    assert workspace.call("wait", job, "--attended", given="")["job"]["state"] == "running"
    workspace.call("stop", job)


def test_a_command_comes_by_the_input_too_so_that_no_list_of_processes_shows_it(workspace: Workspace) -> None:
    wish = {"command": ["echo", "a b", "中"], "title": " two\nlines ", "cwd": "/"}
    job = workspace.call("start", "--stdin", given=json.dumps(wish))["job"]
    assert (job["title"], job["cwd"], job["command"]) == ("two lines", "/", ["echo", "a b", "中"])
    workspace.call("wait", job["id"])
    assert workspace.output(job["id"]).decode() == "a b 中\n"


@pytest.mark.parametrize("given", ["", "{", "[]", "{}", '{"command": "x"}', '{"command": []}', '{"command": [1]}'])
def test_refuses_what_is_no_command(workspace: Workspace, given: str) -> None:
    assert workspace.call("start", "--stdin", given=given)["error"]["code"] == "invalid"
    assert workspace.call("list")["jobs"] == []


def test_refuses_a_folder_that_is_not_there(workspace: Workspace) -> None:
    assert workspace.call("start", "--cwd", "nowhere", "--", "true")["error"]["code"] == "invalid"


@pytest.mark.parametrize("job", ["nope", "../../etc", "20260101-000000-abcdef", ".", "20260101-000000-abcdef\n"])
def test_knows_no_job_of_that_name(workspace: Workspace, job: str) -> None:
    for verb in ("stop", "read", "wait"):
        assert workspace.call(verb, job)["error"]["code"] == "notFound"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"command": 3, "runner": [], "startedAt": "x"}', "[" * 99999]
)
def test_files_that_somebody_else_wrote_break_nothing(workspace: Workspace, content: str) -> None:
    good = workspace.start("true")
    workspace.call("wait", good)
    bad = workspace.folder / ".slipway/jobs/20260101-000000-abcdef"
    bad.mkdir()
    for name in ("job.json", "end.json"):
        (bad / name).write_text(content)
    assert good in [job["id"] for job in workspace.call("list")["jobs"]]
    assert workspace.store.running() == 0


def test_links_are_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    job = workspace.start("true")
    workspace.call("wait", job)
    secret = tmp_path / "secret"
    secret.write_text("secret")
    output = workspace.folder / ".slipway/jobs" / job / "output.log"
    output.unlink()
    output.symlink_to(secret)
    assert "error" in workspace.call("read", job)
    with pytest.raises(JobError):
        workspace.store.facts("../x")


def test_output_beyond_the_limit_is_not_kept_and_the_job_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "output.log"
    log = Log(os.open(path, os.O_WRONLY | os.O_CREAT), 10)
    for piece in (b"123456", b"789abcdef", b"more"):
        log.write(piece)
    log.close()
    assert path.read_text() == "123456789a\n[slipway: the output is longer than 10 bytes; the rest is not kept]\n"


def test_jobs_have_the_home_and_the_programs_of_their_user() -> None:
    environment = job_environment({"PATH": "/usr/bin", "HOME": "/", "HF_ENDPOINT": "x"}, Path("/workspace"))
    assert environment["HOME"] == "/workspace"
    assert environment["PATH"] == "/workspace/.local/bin:/usr/bin"
    assert environment["HF_ENDPOINT"] == "x"


def test_old_jobs_go_when_there_are_many(workspace: Workspace) -> None:
    job = workspace.start("true")
    workspace.call("wait", job)
    jobs = workspace.folder / ".slipway/jobs"
    for number in range(205):
        old = jobs / f"2020{number:04d}-000000-abcdef"
        old.mkdir()
        (old / "job.json").write_text("{}")
        (old / "end.json").write_text('{"state": "succeeded"}')
    workspace.store.prune()
    assert len(list(jobs.iterdir())) == 200
    assert (jobs / job).exists()
