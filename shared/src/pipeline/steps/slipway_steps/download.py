"""Downloads one file over HTTP or HTTPS: resumes, tries again, and never takes half a file for a whole one."""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error

from slipway_steps.files import read_text, remove, size_words, write_json
from slipway_steps.web import (
    DownloadFailed,
    Patience,
    TryAgain,
    cause,
    check_url,
    failures_told,
    open_url,
    patiently,
    refuse,
    shown,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from email.message import Message
    from typing import IO

    from slipway_steps.remote import RemoteFile
    from slipway_steps.web import Access, Tell

_CHUNK = 1 << 20
_NOTE_SECONDS = 1.0
# Left free on the volume beside the file.
_SPARE_BYTES = 64 << 20
_OK, _PARTIAL, _NOT_MODIFIED, _OTHER_VERSION, _BEYOND_THE_END = 200, 206, 304, 412, 416
_OTHER_PART = "the server sent another part than the one asked for"
_OTHER_FILE = "what was there of it does not fit any more"
_CONTENT_RANGE = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<size>\d+|\*)")


class Got:
    """What came."""

    def __init__(self, version: dict[str, str], digests: dict[str, str], *, resumed: bool) -> None:
        """Keep how the server names this version, what it vouches for, and whether it came in several parts."""
        self.version = version
        self.digests = digests
        self.resumed = resumed


class Download:
    """A download into the file `partial`, going on where an earlier one stopped."""

    def __init__(self, file: RemoteFile, partial: str, access: Access, tell: Tell) -> None:
        """Take what is known of the file before it comes, and how its server is asked."""
        self.patience = Patience()
        self._url = file.url
        self._partial = partial
        self._size = file.size
        self._etag = file.etag
        self._access = access
        self._tell = tell
        self._resumed = False
        self._told_at = 0.0

    def run(self, known: dict[str, str] | None) -> Got | None:
        """Download, trying as often as it is worth it.

        With `known`, the version of a copy, None is returned where the server says that it is still the same.
        Raises DownloadFailed, and OSError where the file cannot be written.
        """
        check_url(self._url)
        return patiently(self._url, self.patience, self._tell, lambda: self._attempt(known), lambda: self.have)

    @property
    def have(self) -> int:
        """How many bytes are there."""
        try:
            return os.path.getsize(self._partial)
        except OSError:
            return 0

    def _attempt(self, known: dict[str, str] | None) -> Got | None:
        """Ask once for what is missing. Raises TryAgain where that is worth it."""
        have = self.have
        version = self._partial_version()
        unknown = self._size is None and not version
        if unknown or (self._etag and version.get("etag") != self._etag):
            have = 0  # nothing says that the rest would be of the same file
        headers = self._headers(have, version, known)
        with failures_told(self._url, self.patience.silence):
            try:
                with open_url(self._url, self._access, headers, self.patience.silence) as response:
                    return self._take(response, have, version)
            except urllib.error.HTTPError as error:
                with error:
                    return self._refused(error, have)

    def _headers(self, have: int, version: dict[str, str], known: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self._etag:
            headers["If-Match"] = self._etag
        if have:
            headers["Range"] = f"bytes={have}-"
            validator = version.get("etag")
            if validator is None and self._access.condition == "If-Range":
                validator = version.get("modified")
            # A weak ETag does not vouch for bytes.
            if validator and not validator.startswith("W/"):
                headers[self._access.condition] = validator
        elif known:
            headers.update({"If-None-Match": known["etag"]} if "etag" in known else {})
            headers.update({"If-Modified-Since": known["modified"]} if "modified" in known else {})
        return headers

    def _take(self, response: http.client.HTTPResponse, have: int, version: dict[str, str]) -> Got:
        total = self._total(response, have)
        if response.status == _OK:
            have = 0
        version = _version(response.headers) or version
        write_json(self._partial + ".version", version)
        self._check_room(total, have)
        self._resumed = self._resumed or have > 0
        with open(self._partial, "r+b" if have else "wb", buffering=0) as file:
            file.seek(have)
            file.truncate()
            self._copy(response, file, have, total)
        if total is not None and self.have < total:
            why = f"the connection ended after {self.have} of {total} bytes"
            raise TryAgain(why)
        remove(self._partial + ".version")
        return Got(version, self._access.digests(response.headers), resumed=self._resumed)

    def _total(self, response: http.client.HTTPResponse, have: int) -> int | None:
        """Return the size of the whole file, as far as it is known. Raises DownloadFailed where it is a wrong one."""
        length = response.headers.get("Content-Length")
        total = int(length) if length is not None and length.isdigit() else None
        if response.status == _PARTIAL:
            part = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if part is None or int(part["first"]) != have:
                remove(self._partial)
                raise TryAgain(_OTHER_PART)
            total = int(part["size"]) if part["size"] != "*" else self._size
        elif response.status != _OK:
            message = f"{shown(self._url)} answered with status {response.status}"
            raise DownloadFailed(message)
        if self._size is not None and total is not None and total != self._size:
            message = f"{shown(self._url)} has {total} bytes, not the {self._size} that were expected"
            remove(self._partial)
            raise DownloadFailed(message)
        return total if total is not None else self._size

    def _check_room(self, total: int | None, have: int) -> None:
        if total is not None:
            # What is overwritten is free again.
            check_room(os.path.dirname(self._partial), total - have, self.have - have)

    def _copy(self, response: http.client.HTTPResponse, file: IO[bytes], have: int, total: int | None) -> None:
        start, began = have, time.monotonic()
        self._told_at = began
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise TryAgain(cause(error, self.patience.silence)) from error
            if not chunk:
                return
            view = memoryview(chunk)
            while view:
                view = view[file.write(view) :]
            have += len(chunk)
            if total is not None and have > total:
                remove(self._partial)
                message = f"{shown(self._url)} sends more than the {total} bytes that were expected"
                raise DownloadFailed(message)
            now = time.monotonic()
            if now - self._told_at >= _NOTE_SECONDS:
                self._told_at = now
                rate = (have - start) / max(now - began, 0.001)
                of = f" of {size_words(total)}" if total is not None else ""
                self._tell(f"downloading: {size_words(have)}{of}, {size_words(round(rate))}/s")

    def _refused(self, error: urllib.error.HTTPError, have: int) -> Got | None:
        if error.code == _NOT_MODIFIED:
            return None
        if error.code == _BEYOND_THE_END:
            if have and have == self._size:
                return Got(self._partial_version(), {}, resumed=True)
            remove(self._partial)
            raise TryAgain(_OTHER_FILE)
        if error.code == _OTHER_VERSION:
            if self._etag:
                message = f"{shown(self._url)} changed while the data set was fetched; run it again"
                raise DownloadFailed(message)
            remove(self._partial)
            raise TryAgain(_OTHER_FILE)
        return refuse(self._url, error, self._access)

    def _partial_version(self) -> dict[str, str]:
        try:
            version = json.loads(read_text(self._partial + ".version"))
        except (OSError, ValueError):
            return {}
        return version if isinstance(version, dict) else {}


def check_room(folder: str, needed: int, overwritten: int = 0) -> None:
    """Raise DownloadFailed where the volume of a folder has not enough room for `needed` bytes."""
    volume = os.statvfs(folder)
    free = volume.f_bavail * volume.f_frsize
    if needed > free + overwritten - min(_SPARE_BYTES, needed):
        message = f"the data set needs {size_words(needed)}, and {size_words(free)} are free on the volume"
        raise DownloadFailed(message)


def _version(headers: Message) -> dict[str, str]:
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    return {**({"etag": etag} if etag else {}), **({"modified": modified} if modified else {})}
