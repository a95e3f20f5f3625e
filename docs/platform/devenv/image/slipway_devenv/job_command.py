"""The verbs of `job`. Each answers with one JSON object: the result, or `error` with a code and a sentence."""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import os
import select
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_devenv.job_runner import job_environment, signal_runner, start_detached
from slipway_devenv.job_store import JobError, JobStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WORKSPACE = Path("/workspace")
_TITLE_LENGTH = 200
_SHOWN = 200
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.1
_MOST_READ = 1_048_576
_INPUT_LIMIT = 1_048_576
_CHECK_SECONDS = 5.0


def main(arguments: Sequence[str]) -> int:
    """Do what was asked."""
    asked = _parser().parse_args(arguments)
    store = JobStore(Path(os.environ.get("SLIPWAY_WORKSPACE", str(_WORKSPACE))))
    verb: Callable[[JobStore, argparse.Namespace], dict[str, Any]] = asked.verb
    try:
        answer = verb(store, asked)
    except JobError as error:
        answer = {"error": {"code": error.code, "message": error.message}}
    except OSError as error:
        answer = {"error": {"code": "unavailable", "message": f"{error.strerror or error}: {error.filename or 'job'}"}}
    print(json.dumps(answer), flush=True)
    return 1 if "error" in answer else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="job", description="Commands that go on without anybody connected.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    start = verbs.add_parser("start", help="start a command; what it says is kept")
    start.add_argument("--title")
    start.add_argument("--cwd")
    start.add_argument(
        "--stdin", action="store_true", help='take {"command": […], "title": …, "cwd": …} from the input'
    )
    start.add_argument("command", nargs="*", help="after --")
    start.set_defaults(verb=_start)
    verbs.add_parser("list", help="the newest jobs").set_defaults(verb=_list)
    stop = verbs.add_parser("stop", help="ask a job to end; it is killed after ten seconds")
    read = verbs.add_parser("read", help="a piece of what a job said, base64")
    wait = verbs.add_parser("wait", help="wait until a job has ended, or the input has")
    for one, verb in ((stop, _stop), (read, _read), (wait, _wait)):
        one.add_argument("job")
        one.set_defaults(verb=verb)
    read.add_argument("--offset", type=_natural, default=0)
    read.add_argument("--max", type=_natural, default=262_144, dest="most")
    read.add_argument("--wait", type=float, default=0.0, help="for news, so many seconds at most")
    wait.add_argument("--wait", type=float, default=86400.0, help="seconds at most")
    wait.add_argument("--attended", action="store_true", help="only as long as the input is open")
    return parser


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _start(store: JobStore, asked: argparse.Namespace) -> dict[str, Any]:
    wish: dict[str, Any] = {"command": asked.command, "title": asked.title, "cwd": asked.cwd}
    if asked.stdin:
        # A line, for there are clusters that cannot say that an input has ended.
        wish = _wish_from(sys.stdin.buffer.readline(_INPUT_LIMIT + 1))
    command = wish.get("command")
    if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
        raise JobError("invalid", "No command was given.")
    if any("\0" in word for word in command):
        raise JobError("invalid", "A command cannot hold NUL.")
    cwd = store.workspace / (wish.get("cwd") or "")
    if not cwd.is_dir():
        raise JobError("invalid", f"There is no folder {cwd}.")
    title = " ".join((wish.get("title") or " ".join(command)).split())[:_TITLE_LENGTH]
    store.prune()
    job = store.make(command, title, str(cwd))
    start_detached(store, job, job_environment(os.environ, store.workspace))
    return {"job": store.read(job)}


def _wish_from(text: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        wish = json.loads(text)
        if isinstance(wish, dict) and all(isinstance(wish.get(key, ""), str) for key in ("title", "cwd")):
            return wish
    raise JobError("invalid", "The input is no command.")


def _list(store: JobStore, _asked: argparse.Namespace) -> dict[str, Any]:
    jobs = []
    for job in store.ids()[:_SHOWN]:
        with contextlib.suppress(JobError):
            jobs.append(store.read(job))
    return {"jobs": sorted(jobs, key=lambda job: -job["startedAt"])}


def _stop(store: JobStore, asked: argparse.Namespace) -> dict[str, Any]:
    runner = store.runner(store.facts(asked.job))
    if runner is not None and store.read(asked.job)["state"] == "running":
        signal_runner(runner.pid)
        _until(lambda: store.read(asked.job)["state"] != "running", _STOP_SECONDS)
    return {"job": store.read(asked.job)}


def _read(store: JobStore, asked: argparse.Namespace) -> dict[str, Any]:
    job = store.read(asked.job)
    _until(lambda: _has_news(store, asked), asked.wait)
    # Before the output is read: what it said before it ended is in the file by then.
    job = store.read(asked.job)
    descriptor = store.open_output(asked.job, os.O_RDONLY)
    with open(descriptor, "rb") as output:
        data = os.pread(output.fileno(), min(asked.most, _MOST_READ), asked.offset)
    job["logBytes"] = max(job["logBytes"], asked.offset + len(data))
    return {"job": job, "offset": asked.offset + len(data), "data": base64.b64encode(data).decode()}


def _has_news(store: JobStore, asked: argparse.Namespace) -> bool:
    job = store.read(asked.job)
    return bool(job["logBytes"] > asked.offset or job["state"] != "running")


def _wait(store: JobStore, asked: argparse.Namespace) -> dict[str, Any]:
    until = time.monotonic() + asked.wait
    runner = store.runner(store.facts(asked.job))
    # Its end wakes us at once, where the kernel and the sandbox have this.
    end = _process_end(runner.pid) if runner is not None else None
    watched = ([] if end is None else [end]) + ([0] if asked.attended else [])
    while (left := until - time.monotonic()) > 0 and store.read(asked.job)["state"] == "running":
        readable = select.select(watched, [], [], min(left, _CHECK_SECONDS if end is not None else _POLL_SECONDS))[0]
        # Whoever waited has left: nobody reads the answer.
        if 0 in readable and os.read(0, 4096) == b"":
            break
    return {"job": store.read(asked.job)}


def _process_end(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):
        return None


def _until(is_so: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
