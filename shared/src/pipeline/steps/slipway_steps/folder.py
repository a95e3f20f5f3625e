"""A data set of many files in the cache: fetched one after the other, those that are there already left alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time

from slipway_steps.cache import COMPLETE, Fetcher, complete
from slipway_steps.download import check_room
from slipway_steps.files import append_line, count, read_text, remove, size_words, write_json, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.remote import Found, RemoteFile
    from slipway_steps.web import Patience, Tell

# What is in the folder, a line for each file as it came: a run that is cut off loses no more than one file.
_JOURNAL = ".fetched"
_PARTS = ".parts"
_NOTE_SECONDS = 1.0


class CachedFolder:
    """A data set of many files in the cache."""

    def __init__(self, path: str, found: Found, tell: Tell) -> None:
        """`path` is where its files lie, in a folder of its own."""
        self._path = path
        self._base, self._name = os.path.split(path)
        self._parts = os.path.join(self._base, _PARTS)
        self._found = found
        self._tell = tell
        self._told_at = 0.0

    def keep(self, patience: Patience) -> str:
        """Fetch what is missing or changed, remove what is gone. Raises NotFetched, DownloadFailed, OSError."""
        files = self._found.files
        missing = self._missing()
        size = sum(file.size or 0 for file in files)
        at = "" if self._found.commit is None else f", commit {self._found.commit}"
        words = f"({count(len(files), 'file')}, {size_words(size)}){at}"
        marker = complete(self._base)
        if not missing and marker is not None and marker.get("files") == len(files) and marker.get("bytes") == size:
            return f"{self._name} from the cache, unchanged {words}"
        for folder in (self._path, self._parts):
            self._make_folder(folder)
        check_room(self._base, sum((file.size or 0) - self._have(file) for file in missing))
        remove(os.path.join(self._base, COMPLETE))
        fetcher = Fetcher(self._found, patience)
        for number, file in enumerate(missing, 1):
            self._fetch(fetcher, file, f"{number} of {len(missing)}, {file.path}")
        self._clean()
        facts = {"name": self._name, "files": len(files), "bytes": size, "commit": self._found.commit}
        write_json(os.path.join(self._base, COMPLETE), {key: fact for key, fact in facts.items() if fact is not None})
        return f"{self._name} fetched {words}"

    def _missing(self) -> list[RemoteFile]:
        known = self._journal()
        return [
            file
            for file in self._found.files
            if file.identity is None or known.get(file.path) != file.identity or self._size(file) != file.size
        ]

    def _journal(self) -> dict[str, str]:
        try:
            lines = read_text(os.path.join(self._base, _JOURNAL)).splitlines()
        except (OSError, ValueError):
            return {}
        known = {}
        for line in lines:
            try:
                path, identity = json.loads(line)
            except (ValueError, TypeError):
                continue  # the line on which a run was ended
            if isinstance(path, str) and isinstance(identity, str):
                known[path] = identity
        return known

    def _size(self, file: RemoteFile) -> int | None:
        """Return the size of a file in the cache; None where no regular file is there."""
        try:
            status = os.lstat(os.path.join(self._path, file.path))
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    def _partial(self, file: RemoteFile) -> str:
        # By version, too: what is there of another one is no beginning of this one.
        key = f"{file.path}\n{file.identity}".encode("utf-8", "surrogateescape")
        return os.path.join(self._parts, hashlib.sha256(key).hexdigest()[:32])

    def _have(self, file: RemoteFile) -> int:
        try:
            return min(os.path.getsize(self._partial(file)), file.size or 0)
        except OSError:
            return 0

    def _fetch(self, fetcher: Fetcher, file: RemoteFile, words: str) -> None:
        def tell(text: str) -> None:
            now = time.monotonic()
            if now - self._told_at >= _NOTE_SECONDS:
                self._told_at = now
                self._tell(f"{words}: {text}")

        tell(f"fetching {size_words(file.size or 0)}")
        partial = self._partial(file)
        fetcher.fetch(file, partial, tell)
        target = os.path.join(self._path, file.path)
        self._make_folder(os.path.dirname(target))
        if os.path.isdir(target) and not os.path.islink(target):
            shutil.rmtree(target)
        os.replace(partial, target)
        if file.identity is not None:
            append_line(os.path.join(self._base, _JOURNAL), [file.path, file.identity])

    def _make_folder(self, path: str) -> None:
        """Make a folder below the data set's own; a link there, or a file, is of an earlier version or a notebook's."""
        at = self._base
        for part in os.path.relpath(path, self._base).split("/"):
            at = os.path.join(at, part)
            if os.path.islink(at) or os.path.isfile(at):
                os.unlink(at)
            os.makedirs(at, mode=0o700, exist_ok=True)

    def _clean(self) -> None:
        """Remove files that are not of this version, and make the journal short."""
        wanted = {file.path: file.identity for file in self._found.files}
        for folder, folders, names in os.walk(self._path):
            below = os.path.relpath(folder, self._path)
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in names + links:
                if (name if below == "." else f"{below}/{name}") not in wanted:
                    os.unlink(os.path.join(folder, name))
        shutil.rmtree(self._parts, ignore_errors=True)
        lines = [json.dumps([path, identity]) + "\n" for path, identity in wanted.items() if identity is not None]
        write_text(os.path.join(self._base, _JOURNAL), "".join(lines))
