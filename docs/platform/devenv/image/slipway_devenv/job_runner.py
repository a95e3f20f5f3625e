"""The process that looks after one job: starts it, keeps its output, notes how it ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from slipway_devenv.job_store import JobError, identity_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slipway_devenv.job_store import JobStore

_KILL_SECONDS = 10.0
# The pod itself has ten in all.
_POD_END_SECONDS = 4.0
_LAST_OUTPUT_SECONDS = 0.3
_LOG_LIMIT = 1_073_741_824
_SIGNAL_BASE = 128
_NOT_STARTED = 127


def job_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return what a job is started with: as a session has it, whoever started the job."""
    local = f"{home}/.local/bin"
    path = environment.get("PATH", os.defpath)
    return {
        **environment,
        "HOME": str(home),
        "USER": "dev",
        "LOGNAME": "dev",
        "SHELL": "/bin/bash",
        "PATH": path if local in path.split(":") else f"{local}:{path}",
        # So that what it says is there to be read while it runs.
        "PYTHONUNBUFFERED": environment.get("PYTHONUNBUFFERED", "1"),
    }


def start_detached(store: JobStore, job: str, environment: Mapping[str, str]) -> None:
    """Start a job's runner as a process that nobody's leaving ends; return when the job runs, or could not."""
    ready, tell = os.pipe2(os.O_CLOEXEC)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setsid()
            # A second time, so that the first process of the pod is its parent, which notices its end.
            if os.fork() == 0:
                os.close(ready)
                _leave_terminal()
                status = Runner(store, job, environment).run(tell)
            else:
                status = 0
        finally:
            os._exit(status)
    os.close(tell)
    os.waitpid(child, 0)
    with open(ready, "rb") as pipe:
        pipe.read()


def _leave_terminal() -> None:
    """Let go of the connection that started the job, or it would stay open as long."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    os.chdir("/")


class Log:
    """The output of a job in a file that does not grow for ever, nor break when the volume is full."""

    def __init__(self, descriptor: int, limit: int) -> None:
        """Write to an open file, up to `limit` bytes."""
        self._descriptor = descriptor
        self._limit = limit
        self._left = limit
        self._is_full = False
        self._lost = 0

    def write(self, piece: bytes) -> None:
        """Keep what there is room for."""
        kept = piece[: self._left]
        done = 0
        with contextlib.suppress(OSError):
            while done < len(kept):
                done += os.write(self._descriptor, kept[done:])
        self._left -= done
        self._lost += len(kept) - done
        if len(kept) < len(piece) and not self._is_full:
            self._is_full = True
            self.say(f"the output is longer than {self._limit} bytes; the rest is not kept")

    def close(self) -> None:
        """Say what is missing."""
        if self._lost > 0:
            self.say(f"{self._lost} bytes of the output could not be written: the volume was full")
        os.close(self._descriptor)

    def say(self, text: str) -> None:
        """Write a line of our own."""
        with contextlib.suppress(OSError):
            os.write(self._descriptor, f"\n[slipway: {text}]\n".encode())


class Runner:
    """Runs one job to its end."""

    def __init__(self, store: JobStore, job: str, environment: Mapping[str, str]) -> None:
        """Prepare."""
        self._store = store
        self._job = job
        self._environment = environment
        self._ending: str | None = None
        self._kill_at: float | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, ready: int) -> int:
        """Start the job, tell by closing `ready`, and stay until it ended."""
        wake, waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGUSR1, lambda _number, _frame: self._end("stopped", _KILL_SECONDS))
        signal.signal(signal.SIGTERM, lambda _number, _frame: self._end("lost", _POD_END_SECONDS))
        facts = self._store.facts(self._job)
        log = Log(self._store.open_output(self._job, os.O_WRONLY | os.O_APPEND), _log_limit(self._environment))
        try:
            process = self._start(facts["command"], facts["cwd"])
        except OSError as error:
            log.say(f"{facts['command'][0]} could not be started: {error.strerror or error}")
            log.close()
            self._note("failed", _NOT_STARTED)
            os.close(ready)
            return 0
        self._process = process
        me = identity_of(os.getpid())
        if me is not None:
            runner = {"boot": me.boot, "pid": me.pid, "started": me.started}
            self._store.write(self._job, "job.json", {**facts, "runner": runner, "pid": process.pid})
        os.close(ready)
        self._follow(process, log, wake)
        log.close()
        code = process.returncode
        exit_code = code if code >= 0 else _SIGNAL_BASE - code
        self._note(self._ending or ("succeeded" if code == 0 else "failed"), exit_code)
        return 0

    def _start(self, command: list[str], cwd: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _follow(self, process: subprocess.Popen[bytes], log: Log, wake: int) -> None:
        """Keep the output until the job's first process has ended and what it said is read."""
        if process.stdout is None:
            return
        output = process.stdout.fileno()
        os.set_blocking(output, False)
        until: float | None = None
        open_ends = [output, wake]
        while True:
            now = time.monotonic()
            if process.poll() is not None and until is None:
                until = now + _LAST_OUTPUT_SECONDS
            if until is not None and (now >= until or output not in open_ends):
                return
            if self._kill_at is not None and now >= self._kill_at and process.poll() is None:
                self._signal(signal.SIGKILL)
                self._kill_at = None
            readable = select.select(open_ends, [], [], 0.1 if until is not None else 1.0)[0]
            if wake in readable:
                os.read(wake, 4096)
            if output in readable:
                piece = os.read(output, 65536)
                log.write(piece)
                if not piece:
                    open_ends.remove(output)

    def _end(self, state: str, seconds: float) -> None:
        """Ask the job to end, and see to it after some seconds."""
        # Whoever asked first is the reason.
        self._ending = self._ending or state
        kill_at = time.monotonic() + seconds
        self._kill_at = kill_at if self._kill_at is None else min(self._kill_at, kill_at)
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, number)

    def _note(self, state: str, exit_code: int) -> None:
        end = {"state": state, "exitCode": exit_code, "endedAt": round(time.time() * 1000)}
        if state == "lost":
            del end["exitCode"]
        # A full volume has room again at some time, and nobody else can tell how it ended.
        for _ in range(3600):
            try:
                self._store.write(self._job, "end.json", end)
            except OSError:
                time.sleep(1)
            except JobError:
                return
            else:
                return


def _log_limit(environment: Mapping[str, str]) -> int:
    text = environment.get("SLIPWAY_JOB_LOG_BYTES", "")
    return int(text) if text.isdigit() and int(text) > 0 else _LOG_LIMIT


def signal_runner(pid: int) -> None:
    """Ask a runner to stop its job."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGUSR1)
