"""Downloads one file over HTTP or HTTPS: resumes, tries again, and never takes half a file for a whole one."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request

from slipway_steps.files import read_text, remove, size_words, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from typing import IO

    Tell = Callable[[str], None]

# Tries in a row that bring nothing; one that brings bytes starts the count anew.
_FRUITLESS_TRIES = 5
_LONGEST_WAIT_SECONDS = 60.0
_CHUNK = 1 << 20
_NOTE_SECONDS = 1.0
# Left free on the volume beside the file.
_SPARE_BYTES = 64 << 20
_WORTH_A_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
_OK, _PARTIAL, _NOT_MODIFIED, _BEYOND_THE_END = 200, 206, 304, 416
_PERMANENTLY = 308
_OTHER_PART = "the server sent another part than the one asked for"
_OTHER_FILE = "what was there of it does not fit any more"
_CONTENT_RANGE = re.compile(r"bytes (?P<first>\d+)-\d+/(?P<size>\d+|\*)")


class Patience:
    """How long a server may be silent, and how long the first wait between two tries is; in seconds."""

    def __init__(self, silence: float = 60, wait: float = 1) -> None:
        """Take what suits servers on the internet unless told otherwise."""
        self.silence = silence
        self.wait = wait


class DownloadFailed(Exception):
    """The file did not come: a sentence."""


class _TryAgain(Exception):
    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Got:
    """What came."""

    def __init__(self, version: dict[str, str], *, resumed: bool) -> None:
        """Keep how the server names this version of the file, and whether it came in several parts."""
        self.version = version
        self.resumed = resumed


class _Redirects(urllib.request.HTTPRedirectHandler):
    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> IO[bytes] | None:
        target = urllib.parse.urljoin(req.full_url, headers.get("Location") or "")
        scheme = urllib.parse.urlsplit(target).scheme
        if scheme not in {"http", "https"} or (req.type == "https" and scheme != "https"):
            message = f"{shown(req.full_url)} redirects to {shown(target)}, which is not as safe"
            raise DownloadFailed(message)
        # Before Python 3.11 nobody knows 308.
        return super().http_error_302(req, fp, 307 if code == _PERMANENTLY else code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def shown(url: str) -> str:
    """Return an address for people: without its query and its user, which may be secrets."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _check_url(url: str) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\x00-\x20\x7f]", url):
        message = "the address of the data set has to begin with https:// or http:// and name a host"
        raise DownloadFailed(message)


class Download:
    """A download into the file `partial`, going on where an earlier one stopped."""

    def __init__(self, url: str, partial: str, size: int | None, tell: Tell) -> None:
        """`size` is what the file is expected to have."""
        self.patience = Patience()
        self._url = url
        self._partial = partial
        self._size = size
        self._tell = tell
        self._opener = urllib.request.build_opener(_Redirects)
        self._resumed = False
        self._told_at = 0.0

    def run(self, known: dict[str, str] | None) -> Got | None:
        """Download, trying as often as it is worth it.

        With `known`, the version of a copy, None is returned where the server says that it is still the same.
        Raises DownloadFailed, and OSError where the file cannot be written.
        """
        _check_url(self._url)
        fruitless = 0
        while True:
            before = self.have
            try:
                return self._attempt(known)
            except _TryAgain as error:
                fruitless = 0 if self.have > before else fruitless + 1
                if fruitless >= _FRUITLESS_TRIES:
                    message = f"{shown(self._url)} could not be fetched in {fruitless} tries: {error}"
                    raise DownloadFailed(message) from error
                self._wait(fruitless, error)

    def _wait(self, fruitless: int, error: _TryAgain) -> None:
        wait = error.after if error.after is not None else self.patience.wait * 2**fruitless
        wait = min(wait, _LONGEST_WAIT_SECONDS) * random.SystemRandom().uniform(0.8, 1.2)
        self._tell(f"{shown(self._url)}: {error}; trying again in {wait:.0f} s")
        time.sleep(wait)

    @property
    def have(self) -> int:
        """How many bytes are there."""
        try:
            return os.path.getsize(self._partial)
        except OSError:
            return 0

    def _attempt(self, known: dict[str, str] | None) -> Got | None:
        """Ask once for what is missing. Raises _TryAgain where that is worth it."""
        have = self.have
        version = self._partial_version()
        if have and not version and self._size is None:
            have = 0  # nothing says that the rest would be of the same file
        try:
            self._opener.addheaders = list(self._headers(have, version, known).items())
            with self._opener.open(self._url, timeout=self.patience.silence) as response:
                return self._take(response, have, version)
        except urllib.error.HTTPError as error:
            return self._refused(error, have)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                message = f"{shown(self._url)}: the server's certificate is not trusted by this image"
                raise DownloadFailed(message) from error
            raise _TryAgain(self._cause(error)) from error

    def _headers(self, have: int, version: dict[str, str], known: dict[str, str] | None) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", "User-Agent": "slipway"}
        if have:
            headers["Range"] = f"bytes={have}-"
            validator = version.get("etag") or version.get("modified")
            # A weak ETag does not vouch for bytes.
            if validator and not validator.startswith("W/"):
                headers["If-Range"] = validator
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
            raise _TryAgain(why)
        remove(self._partial + ".version")
        return Got(version, resumed=self._resumed)

    def _total(self, response: http.client.HTTPResponse, have: int) -> int | None:
        """Return the size of the whole file, as far as it is known. Raises DownloadFailed where it is a wrong one."""
        length = response.headers.get("Content-Length")
        total = int(length) if length is not None and length.isdigit() else None
        if response.status == _PARTIAL:
            part = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            if part is None or int(part["first"]) != have:
                remove(self._partial)
                raise _TryAgain(_OTHER_PART)
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
        volume = os.statvfs(os.path.dirname(self._partial))
        free = volume.f_bavail * volume.f_frsize
        there = self.have - have  # what is overwritten
        if total is not None and total - have > free + there - min(_SPARE_BYTES, total):
            message = f"the data set needs {size_words(total - have)}, and {size_words(free)} are free on the volume"
            raise DownloadFailed(message)

    def _copy(self, response: http.client.HTTPResponse, file: IO[bytes], have: int, total: int | None) -> None:
        start, began = have, time.monotonic()
        self._told_at = began
        while True:
            try:
                chunk = response.read1(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _TryAgain(self._cause(error)) from error
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
        with error:
            status = error.code
            if status == _NOT_MODIFIED:
                return None
            if status == _BEYOND_THE_END:
                if have and have == self._size:
                    return Got(self._partial_version(), resumed=True)
                remove(self._partial)
                raise _TryAgain(_OTHER_FILE)
            what = f"the server answered {status} {error.reason}"
            if status in _WORTH_A_TRY:
                after = error.headers.get("Retry-After", "")
                raise _TryAgain(what, float(after) if after.isdigit() else None)
            words = {
                401: "it wants a login",
                403: "access is refused; a signed address may have expired",
                404: "there is no such file",
            }
            hint = f" ({words[status]})" if status in words else ""
            message = f"{shown(self._url)}: {what}{hint}"
            raise DownloadFailed(message)

    def _cause(self, error: BaseException) -> str:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, TimeoutError):
            return f"nothing came for {self.patience.silence:g} s"
        if isinstance(reason, http.client.IncompleteRead):
            return "the connection ended in the middle"
        return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__

    def _partial_version(self) -> dict[str, str]:
        try:
            version = json.loads(read_text(self._partial + ".version"))
        except (OSError, ValueError):
            return {}
        return version if isinstance(version, dict) else {}


def _version(headers: Message) -> dict[str, str]:
    etag, modified = headers.get("ETag"), headers.get("Last-Modified")
    return {**({"etag": etag} if etag else {}), **({"modified": modified} if modified else {})}
