"""The cache of data sets on a volume: fetched once and whole, under a lock, with a marker when complete."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil

from slipway_steps.files import read_text, remove, size_words, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from slipway_steps.download import Got
    from slipway_steps.remote import Found, RemoteFile
    from slipway_steps.web import Patience, Tell

_CHUNK = 1 << 20
COMPLETE = ".complete"


class NotFetched(Exception):
    """The data set is not there as it was asked for: a sentence."""


@contextlib.contextmanager
def locked(path: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Let one run at a time fetch a data set."""
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


def complete(folder: str) -> dict[str, Any] | None:
    """Return what the marker says; None where nothing is there as a whole."""
    try:
        known: dict[str, Any] = json.loads(read_text(os.path.join(folder, COMPLETE)))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) else None


class Fetcher:
    """Fetches files of a data set, each whole and checked."""

    def __init__(self, found: Found, patience: Patience) -> None:
        """Take the place where they come from."""
        self._access = found.access
        self._patience = patience

    def fetch(self, file: RemoteFile, partial: str, tell: Tell, known: dict[str, str] | None = None) -> Got | None:
        """Download into the file `partial`; None where the server says that the version `known` is still the same.

        Raises DownloadFailed, NotFetched where what came is something else, and OSError.
        """
        from slipway_steps.download import Download

        job = Download(file, partial, self._access, tell)
        job.patience = self._patience
        got = job.run(known)
        if got is None:
            return None
        try:
            try:
                check(file, partial, got, tell)
            except NotFetched:
                remove(partial)
                if not got.resumed:
                    raise
                # What an earlier try left may be of another version of the file.
                tell("what was resumed does not fit together: fetching it from the start")
                got = job.run(None) or got
                check(file, partial, got, tell)
        except NotFetched:
            remove(partial)
            raise
        return got


class CachedFile:
    """A data set of one file in the cache."""

    def __init__(self, path: str, tell: Tell) -> None:
        """`path` is where it lies, in a folder of its own."""
        self._path = path
        self._folder, self._name = os.path.split(path)
        self._tell = tell

    def whole(self, size: int | None) -> dict[str, Any] | None:
        """Return what the marker says where the whole file is there, with this size."""
        known = complete(self._folder)
        try:
            there = os.path.getsize(self._path) if os.path.isfile(self._path) else None
        except OSError:
            return None
        return known if known and there == known.get("bytes") and there == (there if size is None else size) else None

    def words(self, what: str, commit: str | None = None) -> str:
        """Return what was done with it, for people."""
        at = "" if commit is None else f", commit {commit}"
        return f"{self._name} {what} ({size_words(os.path.getsize(self._path))}){at}"

    def keep(self, found: Found, patience: Patience) -> str:
        """Download the file unless it is there already. Raises NotFetched, DownloadFailed, OSError."""
        (file,) = found.files
        # Not the address itself: it may hold a signature.
        source = hashlib.sha256(file.url.encode("utf-8")).hexdigest()
        marker = self.whole(file.size) or {}
        if file.identity is not None and marker.get("identity") == file.identity:
            return self.words("from the cache, unchanged", found.commit)
        version = marker.get("version")
        known = version if isinstance(version, dict) and marker.get("source", source) == source else None
        partial = self._path + ".partial"
        got = Fetcher(found, patience).fetch(file, partial, self._tell, known)
        if got is None:
            return self.words("from the cache, unchanged", found.commit)
        remove(os.path.join(self._folder, COMPLETE))
        if os.path.isdir(self._path) and not os.path.islink(self._path):
            shutil.rmtree(self._path)
        os.replace(partial, self._path)
        facts = {"bytes": os.path.getsize(self._path), "name": self._name, "version": got.version, "source": source}
        named = {"identity": file.identity, "commit": found.commit}
        facts.update({key: value for key, value in named.items() if value is not None})
        write_json(os.path.join(self._folder, COMPLETE), facts)
        return self.words("fetched", found.commit)


def check(file: RemoteFile, path: str, got: Got | None, tell: Tell) -> None:
    """Compare a file with its size and checksums, where they are known. Raises NotFetched."""
    size = os.path.getsize(path)
    if file.size is not None and size != file.size:
        message = f"{file.name} has {size} bytes, not the {file.size} that were expected"
        raise NotFetched(message)
    digests = file.digests or (got.digests if got else {})
    if not digests:
        return
    tell(f"checking {file.name} ({size_words(size)})")
    for kind, found in _digests(path, digests, size).items():
        if found != digests[kind]:
            word = {"git": "Git object id", "md5": "MD5"}.get(kind, kind)
            message = f"the {word} of {file.name} is {found}, not the expected {digests[kind]}"
            raise NotFetched(message)


def _digests(path: str, kinds: Iterable[str], size: int) -> dict[str, str]:
    hashes = {}
    for kind in kinds:
        # Git and S3 say so, as checksums; nobody is asked to trust them for more.
        algorithm = {"git": "sha1"}.get(kind, kind)
        hashes[kind] = hashlib.new(algorithm, b"blob %d\0" % size if kind == "git" else b"", usedforsecurity=False)
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            for running in hashes.values():
                running.update(chunk)
    return {kind: running.hexdigest() for kind, running in hashes.items()}
