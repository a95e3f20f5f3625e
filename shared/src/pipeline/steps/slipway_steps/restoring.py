"""Restores inputs/ in a pod: small files from the run's ConfigMap, larger ones that were uploaded are checked.

`files.json` beside them: `{"version": 1, "files": [{"key": "f0", "path": "a.ipynb", "bytes": 9, "sha256": "…"}]}`.
Without `key` a file was uploaded to inputs/; with `"executable": true` it may be started.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat

from slipway_steps.contained import PathRefused, parts_of
from slipway_steps.files import count, read_text, size_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 1 << 20
_KEY = re.compile(r"[A-Za-z0-9][-._A-Za-z0-9]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# What is larger takes long enough to be told.
_TOLD_BYTES = 50_000_000


class NotRestored(Exception):
    """The inputs are not what was submitted: a sentence."""


class Entry:
    """A file that was submitted."""

    def __init__(self, value: object) -> None:
        """Check an entry of files.json. Raises NotRestored."""
        if not isinstance(value, dict):
            message = "files.json has an entry that is not an object"
            raise NotRestored(message)
        path, key, size, digest = (value.get(name) for name in ("path", "key", "bytes", "sha256"))
        try:
            self.parts = parts_of(path)
        except PathRefused as error:
            raise NotRestored(str(error)) from error
        self.path = "/".join(self.parts)
        if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
            message = f"files.json has no plain key for {self.path}"
            raise NotRestored(message)
        if not isinstance(size, int) or not (isinstance(digest, str) and _SHA256.fullmatch(digest)):
            message = f"files.json does not say what {self.path} is to be"
            raise NotRestored(message)
        self.key: str | None = key
        self.size = size
        self.digest = digest
        self.executable = value.get("executable") is True


def restore(mounted: str, inputs: str, tell: Callable[[str], None], check_cancel: Callable[[], None]) -> None:
    """Make `inputs` exactly what files.json in the folder `mounted` lists. Raises NotRestored."""
    entries = _entries(mounted)
    total = sum(entry.size for entry in entries)
    if total >= _TOLD_BYTES:
        tell(f"checking {count(len(entries), 'file')}, {size_words(total)}")
    _clear(inputs, {entry.path for entry in entries if entry.key is None})
    for entry in entries:
        check_cancel()
        target = os.path.join(inputs, *entry.parts)
        if entry.key is None:
            _check_uploaded(entry, target, check_cancel)
        else:
            _copy(entry, os.path.join(mounted, entry.key), target)
        if entry.executable:
            os.chmod(target, 0o700)  # of the run's own folder


def _entries(mounted: str) -> list[Entry]:
    try:
        content = json.loads(read_text(os.path.join(mounted, "files.json")))
    except FileNotFoundError as error:
        message = f"the run's inputs are not mounted: there is no files.json in {mounted}"
        raise NotRestored(message) from error
    except ValueError as error:
        message = f"files.json cannot be read: {error}"
        raise NotRestored(message) from error
    if not isinstance(content, dict) or content.get("version") != 1 or not isinstance(content.get("files"), list):
        message = "files.json is not of a version that these steps know (1)"
        raise NotRestored(message)
    entries = [Entry(value) for value in content["files"]]
    paths = {entry.path for entry in entries}
    for entry in entries:
        above = {"/".join(entry.parts[:length]) for length in range(1, len(entry.parts))}
        if above & paths or len(paths) < len(entries):
            message = f"files.json names {entry.path} twice, or as a folder and as a file"
            raise NotRestored(message)
    return entries


def _clear(folder: str, kept: set[str], prefix: str = "") -> None:
    """Remove what was not uploaded; links are removed, never followed."""
    with os.scandir(folder) as listing:
        entries = list(listing)
    for entry in entries:
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if any(name.startswith(path + "/") for name in kept):
                _clear(entry.path, kept, path + "/")
            else:
                shutil.rmtree(entry.path)
        elif path not in kept:
            os.unlink(entry.path)


def _copy(entry: Entry, source: str, target: str) -> None:
    try:
        with open(source, "rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        message = f"{entry.path} is not in the run's ConfigMap (key {entry.key})"
        raise NotRestored(message) from error
    _compare(entry, len(content), hashlib.sha256(content).hexdigest())
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)


def _check_uploaded(entry: Entry, target: str, check_cancel: Callable[[], None]) -> None:
    try:
        descriptor = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        message = f"{entry.path} was not uploaded ({error.strerror})"
        raise NotRestored(message) from error
    digest = hashlib.sha256()
    size = 0
    with open(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            message = f"{entry.path} was not uploaded (there is something else in its place)"
            raise NotRestored(message)
        if status.st_size == entry.size:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                check_cancel()
        else:
            size = status.st_size
    _compare(entry, size, digest.hexdigest())


def _compare(entry: Entry, size: int, digest: str) -> None:
    if size != entry.size:
        message = f"{entry.path} did not arrive whole: {size} of {entry.size} bytes"
        raise NotRestored(message)
    if digest != entry.digest:
        message = f"{entry.path} did not arrive as it was submitted: its sha256 is another one"
        raise NotRestored(message)
