"""clone: the run's Git repository, and the one with its tests, each into a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time

from slipway_steps import outcome
from slipway_steps.files import first_line
from slipway_steps.git import Git, GitFailed, check_revision, check_url
from slipway_steps.run import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Result

_TRIES = 3
_FIRST_WAIT_SECONDS = 2.0
_BACKUP = re.compile(r"\.backup-(\d{8}T\d{6}Z)(-\d+)?$")
_TIME = "%Y%m%dT%H%M%SZ"
_DAYS_KEPT = 7
_DAY = 86_400
_SHORT_HASH = 12


class Wanted:
    """A repository to clone, and where to."""

    def __init__(self, url: str, revision: str, folder: str, credentials: str | None) -> None:
        """`credentials` is a folder with the files of a Secret."""
        self.url = url
        self.revision = revision
        self.folder = folder
        self.credentials = credentials


def wanted(run: RunFolder) -> list[Wanted]:
    """Return what is to be cloned."""
    found = []
    repository = run.run_file.get("repository")
    if repository is not None:
        secret = os.environ.get("SLIPWAY_GIT_CREDENTIALS")
        found.append(Wanted(repository["url"], repository.get("revision", ""), run.repository, secret))
    suite = run.run_file.get("suite")
    if suite is not None:
        secret = os.environ.get("SLIPWAY_SUITE_GIT_CREDENTIALS")
        found.append(Wanted(suite["url"], suite.get("revision", ""), run.suite_root, secret))
    return found


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Raise Settled when there is nothing to clone, or something that Git must not be given."""
    repositories = wanted(run)
    if not repositories:
        raise Settled(outcome.skipped("clone", "this run has no Git repository"))
    try:
        for repository in repositories:
            check_url(repository.url)
            check_revision(repository.revision)
    except GitFailed as error:
        raise Settled(outcome.failed("clone", 1, str(error))) from error
    limit = run.run_file["timeouts"].get("clone")
    return [("limit", "" if limit is None else f"{limit:f}")]


def clone(run: RunFolder) -> Result:
    """Clone what is wanted."""

    def tell(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        run.note("clone", text)

    try:
        notes = [fetch(repository, tell, _FIRST_WAIT_SECONDS) for repository in wanted(run)]
    except GitFailed as error:
        return outcome.failed("clone", 1, str(error), error.code)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return outcome.failed("clone", 1, f"the checkout could not be written: {error.strerror or error}{where}")
    return outcome.succeeded("clone", "; ".join(notes))


def fetch(repository: Wanted, tell: Callable[[str], None], wait: float) -> str:
    """Clone one repository; what was in its place before is kept for a week. Returns a note.

    The checkout is made beside its place and put there as a whole, so that a failure leaves what was. Raises GitFailed.
    """
    partial = repository.folder + ".partial"
    _remove_old_backups(repository.folder)
    with Git(repository.url, repository.credentials, tell) as git:
        tell(f"cloning {git.shown_url}")
        for tries_left in reversed(range(_TRIES)):
            shutil.rmtree(partial, ignore_errors=True)
            try:
                commit = git.check_out(repository.revision, partial)
                break
            except GitFailed as error:
                shutil.rmtree(partial, ignore_errors=True)
                if not error.worth_a_try or not tries_left:
                    raise
                tell(f"{first_line(str(error), 200)}; trying again in {wait:g} s")
                time.sleep(wait)
                wait *= 2
    _put_in_place(partial, repository.folder)
    revision = f"{repository.revision} " if repository.revision and not commit.startswith(repository.revision) else ""
    return f"{git.shown_url} at {revision}{commit[:_SHORT_HASH]}"


def _put_in_place(partial: str, folder: str) -> None:
    backup = ""
    if os.path.lexists(folder):
        backup = f"{folder}.backup-{time.strftime(_TIME, time.gmtime())}"
        while os.path.lexists(backup):
            backup += f"-{os.getpid()}"
        os.rename(folder, backup)
    try:
        os.rename(partial, folder)
    except OSError:
        if backup:
            os.rename(backup, folder)
        raise


def _remove_old_backups(folder: str) -> None:
    parent, name = os.path.split(folder)
    oldest = time.strftime(_TIME, time.gmtime(time.time() - _DAYS_KEPT * _DAY))
    for entry in os.listdir(parent):
        match = _BACKUP.search(entry)
        if match is not None and entry[: match.start()] == name and match[1] < oldest:
            shutil.rmtree(os.path.join(parent, entry), ignore_errors=True)
