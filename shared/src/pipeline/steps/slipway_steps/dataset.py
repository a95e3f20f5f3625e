"""dataset: fetches the run's data set into a cache on a volume, or checks the one that is mounted."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import sys

from slipway_steps import outcome
from slipway_steps.contained import PathRefused, parts_of
from slipway_steps.files import read_text, remove, size_words, write_json
from slipway_steps.run import FULL, Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import DatasetPart, Result

_CHUNK = 1 << 20
_COMPLETE = ".complete"


class NotFetched(Exception):
    """The data set is not there as it was asked for: a sentence."""


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Raise Settled when the run has no data set."""
    dataset = run.run_file.get("dataset")
    if dataset is None:
        raise Settled(outcome.skipped("dataset", "this run has no data set"))
    if ("url" in dataset) == ("path" in dataset) or dataset["name"] in {"", ".", ".."} or "/" in dataset["name"]:
        raise Settled(outcome.failed("dataset", 1, "run.json describes no data set: it needs a url or a path"))
    try:
        parts_of(dataset.get("path", "x"))
    except PathRefused as error:
        raise Settled(outcome.failed("dataset", 1, str(error).replace("the run", "the data sets' volumes"))) from error
    limit = run.run_file["timeouts"].get("dataset")
    return [("limit", "" if limit is None else f"{limit:f}")]


def fetch(run: RunFolder) -> Result:
    """Fetch or check the data set."""
    dataset = run.run_file["dataset"]

    def tell(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        run.note("dataset", text)

    try:
        note = _mounted(run, dataset, tell) if "path" in dataset else _cached(run, dataset, tell)
    except NotFetched as error:
        return outcome.failed("dataset", 1, str(error))
    except OSError as error:
        return outcome.failed("dataset", 1, _words(error))
    return outcome.succeeded("dataset", note)


def _words(error: OSError) -> str:
    if error.errno in FULL:
        return "no space is left on the volume for the data set"
    where = f": {error.filename}" if error.filename else ""
    return f"the data set could not be kept: {error.strerror or error}{where}"


def _mounted(run: RunFolder, dataset: DatasetPart, tell: Callable[[str], None]) -> str:
    """Check a file or folder on a mounted volume; it is read where it is."""
    path = run.dataset_path(dataset)
    try:
        status = os.stat(path)
    except OSError as error:
        message = f"there is no data set at {path} ({error.strerror}); is its volume mounted?"
        raise NotFetched(message) from error
    if stat.S_ISDIR(status.st_mode):
        if "sha256" in dataset or "bytes" in dataset:
            message = f"{path} is a folder; a size and a sha256 are checked of files only"
            raise NotFetched(message)
        if not os.access(path, os.R_OK | os.X_OK):
            message = f"the folder {path} cannot be read as uid {os.getuid()}"
            raise NotFetched(message)
        return f"{path}"
    if not stat.S_ISREG(status.st_mode):
        message = f"{path} is neither a file nor a folder"
        raise NotFetched(message)
    if not os.access(path, os.R_OK):
        message = f"{path} cannot be read as uid {os.getuid()}"
        raise NotFetched(message)
    check(dataset, path, tell)
    return f"{path} ({size_words(status.st_size)})"


def _cached(run: RunFolder, dataset: DatasetPart, tell: Callable[[str], None]) -> str:
    """Download the file unless the cache has it; one run at a time does so."""
    from slipway_steps import download

    path = run.dataset_path(dataset)
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    with _locked(os.path.join(folder, ".lock"), tell):
        known = _complete(folder, dataset)
        if known is not None and "sha256" in dataset:
            return f"{dataset['name']} from the cache ({size_words(os.path.getsize(path))})"
        try:
            job = download.Download(dataset["url"], path + ".partial", dataset.get("bytes"), tell)
            got = job.run(known)
            if got is None:
                return f"{dataset['name']} from the cache, unchanged ({size_words(os.path.getsize(path))})"
            remove(os.path.join(folder, _COMPLETE))
            try:
                check(dataset, path + ".partial", tell)
            except NotFetched:
                remove(path + ".partial")
                if not got.resumed:
                    raise
                # What an earlier try left may be of another version of the file.
                tell("what was resumed does not fit together: fetching it from the start")
                got = job.run(None) or got
                check(dataset, path + ".partial", tell)
        except download.DownloadFailed as error:
            raise NotFetched(str(error)) from error
        except NotFetched:
            remove(path + ".partial")
            raise
        os.replace(path + ".partial", path)
        size = os.path.getsize(path)
        write_json(os.path.join(folder, _COMPLETE), {"bytes": size, "name": dataset["name"], "version": got.version})
    return f"{dataset['name']} fetched ({size_words(size)})"


def _complete(folder: str, dataset: DatasetPart) -> dict[str, str] | None:
    """Return how the server names the version in the cache; None where the file is not there as a whole."""
    try:
        known: dict[str, Any] = json.loads(read_text(os.path.join(folder, _COMPLETE)))
        size = os.path.getsize(os.path.join(folder, dataset["name"]))
    except (OSError, ValueError):
        return None
    if size != known.get("bytes") or size != dataset.get("bytes", size):
        return None
    version = known.get("version")
    return version if isinstance(version, dict) else {}


@contextlib.contextmanager
def _locked(path: str, tell: Callable[[str], None]) -> Iterator[None]:
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("waiting for another run that fetches the same data set")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            # Some network file systems have no locks; two runs then may fetch the same file twice.
            if error.errno not in {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}:
                raise
        yield
    finally:
        os.close(descriptor)


def check(dataset: DatasetPart, path: str, tell: Callable[[str], None]) -> None:
    """Compare a file with its size and sha256 where they are given. Raises NotFetched."""
    size = os.path.getsize(path)
    wanted = dataset.get("bytes", size)
    if size != wanted:
        message = f"{dataset['name']} has {size} bytes, not the {wanted} that were expected"
        raise NotFetched(message)
    digest = dataset.get("sha256")
    if digest is None:
        return
    import hashlib

    tell(f"checking {dataset['name']} ({size_words(size)})")
    found = hashlib.sha256()
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    if found.hexdigest() != digest:
        message = f"the sha256 of {dataset['name']} is {found.hexdigest()}, not the expected {digest}"
        raise NotFetched(message)
