"""The one program of a DevEnv that always runs: keys, ssh server, idleness, the end."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import sys
import time
from typing import TYPE_CHECKING

from slipway_devenv.activity import Activity, ActivityWatch
from slipway_devenv.ending import end_others
from slipway_devenv.files import replace_file
from slipway_devenv.idle import IdleWatch, Step, Verdict
from slipway_devenv.job_store import JobStore
from slipway_devenv.keys import HOST_KEY, KeyCopies
from slipway_devenv.machine import connections, glibc, volume
from slipway_devenv.seed import seed, tighten
from slipway_devenv.server import PORT, SshServer, worth_telling
from slipway_devenv.settings import Settings, read_settings
from slipway_devenv.terminals import tell
from slipway_devenv.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

_TICK = 1.0
_STATUS_SECONDS = 2.0
# Of the ten that the pod is given.
_END_SECONDS = 6.0
_LAST_WORD_SECONDS = 0.5
_LINE_LIMIT = 8192


def log(text: str) -> None:
    """Write a line to the pod's log."""
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, flush=True)


class Supervisor:
    """Runs until somebody stops the pod or nobody works in it."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        """Prepare; `run` does the work."""
        self._settings = settings
        self._words = Words(settings.chinese)
        self._keys = KeyCopies(settings.secret, settings.private)
        self._jobs = JobStore(settings.workspace)
        self._server = SshServer(settings, environment, log)
        self._activity = ActivityWatch(settings, time.time())
        self._idle = IdleWatch(settings.stop_after, settings.warn_before)
        self._wake, self._waker = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._asked_to_end = False
        self._next_status = 0.0
        self._next_complaint = 0.0
        self._heard = b""
        self._glibc = glibc()

    def run(self) -> int:
        """Return the exit code: 0 when nobody worked or somebody stopped it."""
        self._listen_to_signals()
        log(f"{self._settings.name} starts; " + self._limit())
        for complaint in seed(self._settings.workspace, self._settings.programs / "seed"):
            log(complaint)
        tighten(self._settings.workspace)
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake, selectors.EVENT_READ)
            selector.register(self._server.output, selectors.EVENT_READ)
            while not self._asked_to_end:
                verdict = self._tick()
                if verdict is not None and verdict.step is Step.STOP:
                    return self._stop_idle(verdict.idle_seconds)
                selector.select(_TICK)
                self._drain()
        log(f"{self._settings.name} is being stopped.")
        return self._end(self._words.ending(self._settings.name), {"reason": "stopped"})

    def _listen_to_signals(self) -> None:
        def end(_number: int, _frame: object) -> None:
            self._asked_to_end = True

        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        # Only to wake up: a server that died is started again at once.
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)

    def _limit(self) -> str:
        words = Words(chinese=False)
        if self._settings.stop_after == 0:
            return "it never stops by itself."
        return f"it stops by itself after {words.duration(self._settings.stop_after)} without work."

    def _tick(self) -> Verdict | None:
        monotonic = time.monotonic()
        self._activity.reap(monotonic)
        self._copy_keys(monotonic)
        if self._keys.complete:
            self._server.keep_running(monotonic)
        if monotonic < self._next_status:
            return None
        self._next_status = monotonic + _STATUS_SECONDS
        wall = time.time()
        running_jobs = self._jobs.running()
        activity = self._activity.look(wall, monotonic, running_jobs)
        verdict = self._idle.look(wall, monotonic, activity.newest)
        self._announce(verdict)
        self._write_status(activity, verdict, running_jobs)
        return verdict

    def _copy_keys(self, monotonic: float) -> None:
        try:
            changed = self._keys.refresh()
        except OSError as error:
            changed = set()
            self._complain(monotonic, f"The keys cannot be copied: {error}.")
        if changed:
            log(f"Taken from the Secret: {', '.join(sorted(changed))}.")
        if HOST_KEY in changed:
            self._server.reload()
        if not self._keys.complete:
            self._complain(monotonic, f"{self._settings.secret} has no {HOST_KEY} or no authorized_keys yet.")

    def _complain(self, monotonic: float, text: str) -> None:
        if monotonic >= self._next_complaint:
            self._next_complaint = monotonic + 30
            log(text)

    def _announce(self, verdict: Verdict) -> None:
        name = self._settings.name
        if verdict.step is Step.WARN:
            left = (verdict.stops_at or 0.0) - time.time()
            log(Words(chinese=False).warning(name, verdict.idle_seconds, left))
            tell(self._settings.terminals, self._words.warning(name, verdict.idle_seconds, left))
        elif verdict.step is Step.TAKE_BACK:
            log(Words(chinese=False).taken_back(name))
            tell(self._settings.terminals, self._words.taken_back(name))

    def _write_status(self, activity: Activity, verdict: Verdict, running_jobs: int) -> None:
        status: dict[str, object] = {
            "version": 1,
            "idleSeconds": round(verdict.idle_seconds, 1),
            "stopAfterSeconds": self._settings.stop_after,
            "stopsAt": verdict.stops_at,
            "lastActivity": activity.last,
            "cpuCores": round(activity.cpu_cores, 3),
            "gpuPercent": activity.gpu_percent,
            "runningJobs": running_jobs,
            "connections": connections(PORT),
            "glibc": self._glibc,
        }
        with contextlib.suppress(OSError):
            status["workspace"] = volume(self._settings.workspace)
        try:
            replace_file(self._settings.run / "status.json", json.dumps(status).encode(), 0o644)
        except OSError as error:
            self._complain(time.monotonic(), f"The status cannot be written: {error}.")

    def _stop_idle(self, idle_seconds: float) -> int:
        name = self._settings.name
        log(Words(chinese=False).stopping(name, idle_seconds))
        message = {"reason": "idle", "idleSeconds": round(idle_seconds)}
        return self._end(self._words.stopping(name, idle_seconds), message)

    def _end(self, text: str, message: dict[str, object]) -> int:
        if tell(self._settings.terminals, text) > 0:
            # Until it is on its way to those who look.
            time.sleep(_LAST_WORD_SECONDS)
        try:
            self._settings.termination.write_text(json.dumps(message))
        except OSError as error:
            log(f"{self._settings.termination} cannot be written: {error}.")
        self._server.stop()
        end_others(_END_SECONDS)
        self._drain()
        return 0

    def _drain(self) -> None:
        """Hand on what the ssh server says, line by line."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wake, 4096):
                pass
        with contextlib.suppress(BlockingIOError):
            while piece := os.read(self._server.output, 65536):
                *lines, self._heard = (self._heard + piece).split(b"\n")
                for line in lines:
                    text = line.decode("utf-8", "replace")
                    if worth_telling(text):
                        log(f"sshd: {text.strip()}")
                self._heard = self._heard[-_LINE_LIMIT:]


def main() -> int:
    """Supervise this pod."""
    settings, complaints = read_settings(os.environ)
    for complaint in complaints:
        log(complaint)
    try:
        return Supervisor(settings, os.environ).run()
    finally:
        sys.stdout.flush()
