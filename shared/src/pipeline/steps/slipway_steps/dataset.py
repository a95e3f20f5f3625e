"""dataset: fetches the run's data set into a cache on a volume, or checks the one that is mounted."""

from __future__ import annotations

import os
import stat
import sys

from slipway_steps import outcome
from slipway_steps.cache import CachedFile, NotFetched, check, locked
from slipway_steps.contained import PathRefused, parts_of
from slipway_steps.files import size_words
from slipway_steps.run import FULL, Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway_steps.remote import Found
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import DatasetPart, Result
    from slipway_steps.web import Patience


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
    from slipway_steps.remote import RemoteFile

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
    digests = {"sha256": dataset["sha256"]} if "sha256" in dataset else None
    check(RemoteFile("", dataset["name"], size=dataset.get("bytes"), digests=digests), path, None, tell)
    return f"{path} ({size_words(status.st_size)})"


def _cached(run: RunFolder, dataset: DatasetPart, tell: Callable[[str], None]) -> str:
    """Fetch what the cache has not; one run at a time does so."""
    from slipway_steps.web import DownloadFailed, Patience

    path = run.dataset_path(dataset)
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with locked(os.path.join(os.path.dirname(path), ".lock"), tell):
        cached = CachedFile(path, tell)
        if "sha256" in dataset and cached.whole(dataset.get("bytes")) is not None:
            return cached.words("from the cache")
        try:
            found = _find(dataset, tell, Patience())
            if found.is_folder:
                return _folder(path, dataset, found, tell)
            (file,) = found.files
            file.path = dataset["name"]
            file.size = dataset.get("bytes", file.size)
            file.digests.update({"sha256": dataset["sha256"]} if "sha256" in dataset else {})
            return cached.keep(found, Patience())
        except DownloadFailed as error:
            raise NotFetched(str(error)) from error


def _find(dataset: DatasetPart, tell: Callable[[str], None], patience: Patience) -> Found:
    """Find out what the address stands for."""
    from slipway_steps import hub, s3
    from slipway_steps.remote import Found, RemoteFile
    from slipway_steps.web import Access

    url = dataset["url"]
    if url.startswith("s3://"):
        return s3.find(dataset, tell, patience)
    if url.startswith("hf://"):
        return hub.find(dataset, tell, patience)
    return Found([RemoteFile(url)], Access(), is_folder=False)


def _folder(path: str, dataset: DatasetPart, found: Found, tell: Callable[[str], None]) -> str:
    from slipway_steps.folder import CachedFolder
    from slipway_steps.web import Patience

    if "sha256" in dataset or "bytes" in dataset:
        message = f"{dataset['url']} is a folder; a size and a sha256 are checked of files only"
        raise NotFetched(message)
    return CachedFolder(path, found, tell).keep(Patience())
