"""Jobs as they lie in the workspace: `.slipway/jobs/ID/` with job.json, output.log and, once it ended, end.json."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipway_devenv.files import folder_below, new_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FOLDER = (".slipway", "jobs")
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}\Z")
_JSON_LIMIT = 4_194_304
_KEPT = 200
# After so long a job has a runner, or never gets one.
_STARTED_SECONDS = 60
_STATES = frozenset(("succeeded", "failed", "stopped", "lost"))
_OUTPUT = "output.log"
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# Of /proc/PID/stat, counted after the name.
_START_FIELD = 19


class JobError(Exception):
    """What a person asked for cannot be done. `code` is for programs: notFound, invalid, unavailable."""

    def __init__(self, code: str, message: str) -> None:
        """Say what it is."""
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Identity:
    """A process, known for the one that it is though ids are given out again: also to other pods, and after a boot."""

    boot: str
    pid: int
    started: str

    def runs(self) -> bool:
        """Return whether it still runs here."""
        return identity_of(self.pid) == self


def identity_of(pid: int, proc: Path = Path("/proc")) -> Identity | None:
    """Return who a process is; None where there is none, or where it has ended and only waits to be noticed."""
    try:
        fields = (proc / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
        if fields[0] in ("Z", "X"):
            return None
        return Identity(_BOOT.read_text().strip(), pid, fields[_START_FIELD])
    except (OSError, IndexError):
        return None


class JobStore:
    """All jobs of a workspace. Whoever can write there can have written anything: nothing of it is believed unseen."""

    def __init__(self, workspace: Path) -> None:
        """Open no file yet."""
        self.workspace = workspace
        self._ended: set[str] = set()

    def make(self, command: Sequence[str], title: str, cwd: str) -> str:
        """Make a job that has not started, and return its id."""
        now = time.time()
        job = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{secrets.token_hex(3)}"
        with self._jobs(make=True) as jobs:
            os.mkdir(job, 0o700, dir_fd=jobs)
        facts = {
            "version": 1,
            "id": job,
            "command": list(command),
            "title": title,
            "cwd": cwd,
            "startedAt": round(now * 1000),
        }
        with self.folder(job) as folder:
            new_file(folder, _OUTPUT, b"", 0o600)
        self.write(job, "job.json", facts)
        return job

    def ids(self) -> list[str]:
        """Return the ids of all jobs, the newest first."""
        try:
            with self._jobs(make=False) as jobs:
                return sorted((name for name in os.listdir(jobs) if _ID.match(name)), reverse=True)
        except OSError:
            return []

    def read(self, job: str) -> dict[str, Any]:
        """Return what there is to know about a job. @raises JobError: there is none of that id."""
        facts = self.facts(job)
        end = self._end(job)
        size, changed = self._output_facts(job)
        shown: dict[str, Any] = {
            "id": job,
            "command": [str(word) for word in _list(facts.get("command"))],
            "title": str(facts.get("title", "")),
            "cwd": str(facts.get("cwd", "")),
            "startedAt": _number(facts.get("startedAt")),
            "logBytes": size,
        }
        if end is not None:
            shown.update(end)
        elif self.runner(facts) is not None or ("runner" not in facts and self._age(job) < _STARTED_SECONDS):
            shown["state"] = "running"
        else:
            # A runner that ended writes that before: this one might have, between the two looks.
            shown.update(self._end(job) or {"state": "lost", "endedAt": max(changed, shown["startedAt"])})
        return shown

    def facts(self, job: str) -> dict[str, Any]:
        """Return job.json. @raises JobError: there is no such job."""
        facts = self._json(job, "job.json")
        if facts is None:
            raise JobError("notFound", f"There is no job {job!r} in {self.workspace}.")
        return facts

    def runner(self, facts: dict[str, Any]) -> Identity | None:
        """Return the process that looks after a job, where it runs."""
        runner = facts.get("runner")
        if not isinstance(runner, dict) or not isinstance(runner.get("pid"), int):
            return None
        identity = Identity(str(runner.get("boot")), runner["pid"], str(runner.get("started")))
        return identity if identity.runs() else None

    def write(self, job: str, name: str, content: dict[str, Any]) -> None:
        """Write one of a job's files whole. @raises OSError."""
        with self.folder(job) as folder:
            fresh = f".{name}.{os.getpid()}"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(fresh, dir_fd=folder)
            new_file(folder, fresh, json.dumps(content).encode(), 0o600)
            os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)

    def open_output(self, job: str, flags: int) -> int:
        """Open the output of a job; the caller closes it. @raises OSError."""
        with self.folder(job) as folder:
            return os.open(_OUTPUT, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)

    def running(self) -> int:
        """Count the jobs that run. What has ended once is not looked at again."""
        count = 0
        for job in self.ids():
            if job in self._ended:
                continue
            with contextlib.suppress(JobError):
                if self._end(job) is None and self.runner(self.facts(job)) is not None:
                    count += 1
                    continue
            if self._is_settled(job):
                self._ended.add(job)
        return count

    def prune(self) -> None:
        """Remove the oldest jobs that have ended, beyond 200."""
        for job in self.ids()[_KEPT:]:
            with contextlib.suppress(OSError, JobError):
                if self.read(job)["state"] != "running":
                    shutil.rmtree(self.workspace.joinpath(*_FOLDER, job))

    @contextlib.contextmanager
    def folder(self, job: str) -> Iterator[int]:
        """Open a job's folder. @raises JobError: there is none of that id; OSError."""
        if _ID.match(job) is None:
            raise JobError("notFound", f"{job!r} is no id of a job.")
        with folder_below(self.workspace, (*_FOLDER, job), make=False) as folder:
            yield folder

    def _jobs(self, *, make: bool) -> contextlib.AbstractContextManager[int]:
        return folder_below(self.workspace, _FOLDER, make=make)

    def _end(self, job: str) -> dict[str, Any] | None:
        end = self._json(job, "end.json")
        if end is None or end.get("state") not in _STATES:
            return None
        shown = {"state": end["state"], "endedAt": _number(end.get("endedAt"))}
        if isinstance(end.get("exitCode"), int):
            shown["exitCode"] = end["exitCode"]
        return shown

    def _is_settled(self, job: str) -> bool:
        # One that was made a moment ago has no runner yet.
        return self._end(job) is not None or self._age(job) > _STARTED_SECONDS

    def _age(self, job: str) -> float:
        return time.time() - self._output_facts(job)[1] / 1000

    def _output_facts(self, job: str) -> tuple[int, int]:
        """Return the size of the output and when it last grew, epoch milliseconds."""
        with contextlib.suppress(OSError, JobError), self.folder(job) as folder:
            facts = os.stat(_OUTPUT, dir_fd=folder, follow_symlinks=False)
            return facts.st_size, round(facts.st_mtime * 1000)
        return 0, 0

    def _json(self, job: str, name: str) -> dict[str, Any] | None:
        try:
            with self.folder(job) as folder:
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            with open(descriptor, "rb") as file:
                content = json.loads(file.read(_JSON_LIMIT))
        except (OSError, ValueError, RecursionError):
            return None
        return content if isinstance(content, dict) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
