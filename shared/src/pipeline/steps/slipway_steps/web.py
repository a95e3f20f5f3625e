"""Asking servers over HTTP and HTTPS: which redirects are taken, what is tried again, what a refusal means."""

from __future__ import annotations

import contextlib
import http.client
import random
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message
    from typing import IO, NoReturn, TypeVar

    Tell = Callable[[str], None]
    Result = TypeVar("Result")

# Tries in a row that bring nothing; one that brings bytes starts the count anew.
_FRUITLESS_TRIES = 5
_LONGEST_WAIT_SECONDS = 60.0
_WORTH_A_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
_PERMANENTLY = 308
_LONGEST_REFUSAL_BYTES = 64 << 10
_LONGEST_ANSWER_BYTES = 32 << 20
_ENDED = "the connection ended in the middle"


class Patience:
    """How long a server may be silent, and how long the first wait between two tries is; in seconds."""

    def __init__(self, silence: float = 60, wait: float = 1) -> None:
        """Take what suits servers on the internet unless told otherwise."""
        self.silence = silence
        self.wait = wait


class DownloadFailed(Exception):
    """What was asked for did not come: a sentence."""


class TryAgain(Exception):
    """It did not come this time: half a sentence."""

    def __init__(self, why: str, after: float | None = None) -> None:
        """`after` is the wait in seconds that the server asks for."""
        super().__init__(why)
        self.after = after


class Refusal:
    """What a server said when it gave nothing."""

    def __init__(self, status: int, reason: str, headers: Message, body: bytes) -> None:
        """Keep the beginning of the body: it may say more than the status."""
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body


class Access:
    """How a server wants to be asked. This one takes anybody; others send credentials and know what a refusal means."""

    # The condition under which the rest of a file is asked for.
    condition = "If-Range"
    follows_redirects = True

    def headers(self, _url: str) -> dict[str, str]:
        """Return what this server alone is to see; it does not go along with a redirect to another one."""
        return {}

    def why(self, refusal: Refusal) -> str | None:
        """Return what a refusal means and what to do about it; None where nothing is known beyond its status."""
        words = {
            401: "it wants a login",
            403: "access is refused; a signed address may have expired",
            404: "there is no such file",
        }
        return words.get(refusal.status)

    def digests(self, _headers: Message) -> dict[str, str]:
        """Return checksums of the file, in hex by their kind, that the headers of an answer vouch for."""
        return {}


def _origin(url: str) -> tuple[str, str]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.netloc


class _Redirects(urllib.request.HTTPRedirectHandler):
    def __init__(self, access: Access) -> None:
        self._access = access

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage
    ) -> IO[bytes] | None:
        if not self._access.follows_redirects:
            return None
        target = urllib.parse.urljoin(req.full_url, headers.get("Location") or "")
        scheme = urllib.parse.urlsplit(target).scheme
        if scheme not in {"http", "https"} or (req.type == "https" and scheme != "https"):
            message = f"{shown(req.full_url)} redirects to {shown(target)}, which is not as safe"
            raise DownloadFailed(message)
        # Before Python 3.11 nobody knows 308.
        return super().http_error_302(req, fp, 307 if code == _PERMANENTLY else code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _Credentials(urllib.request.BaseHandler):
    """Adds what one server alone is to see to each question that goes to it, and to no other."""

    def __init__(self, access: Access, url: str) -> None:
        self._access = access
        self._origin = _origin(url)

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if _origin(request.full_url) == self._origin:
            for name, value in self._access.headers(request.full_url).items():
                request.add_unredirected_header(name, value)
        return request

    https_request = http_request


def shown(url: str) -> str:
    """Return an address for people: without its query and its user, which may be secrets."""
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def check_url(url: str) -> None:
    """Raise DownloadFailed for what is no address over HTTP or HTTPS."""
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\x00-\x20\x7f]", url):
        message = "the address of the data set has to begin with https:// or http:// and name a host"
        raise DownloadFailed(message)


def open_url(url: str, access: Access, headers: dict[str, str], silence: float) -> http.client.HTTPResponse:
    """Ask for an address, following redirects; `headers` go along with them. Raises what urllib raises."""
    opener = urllib.request.build_opener(_Redirects(access), _Credentials(access, url))
    opener.addheaders = list({"User-Agent": "slipway", **headers}.items())
    response: http.client.HTTPResponse = opener.open(url, timeout=silence)
    return response


@contextlib.contextmanager
def failures_told(url: str, silence: float) -> Iterator[None]:
    """Turn what happens to a connection into TryAgain, or DownloadFailed where no try would help."""
    try:
        yield
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            message = f"{shown(url)}: the server's certificate is not trusted by this image"
            raise DownloadFailed(message) from error
        raise TryAgain(cause(error, silence)) from error


def cause(error: BaseException, silence: float) -> str:
    """Return what happened to a connection, in words."""
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return f"nothing came for {silence:g} s"
    if isinstance(reason, http.client.IncompleteRead):
        return _ENDED
    if isinstance(reason, socket.gaierror):
        return f"the name of its host is not known here ({reason.strerror}); is the address right?"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__


def refuse(url: str, error: urllib.error.HTTPError, access: Access) -> NoReturn:
    """Raise TryAgain or DownloadFailed for a status that brings nothing."""
    status = error.code
    what = f"the server answered {status} {error.reason}"
    if status in _WORTH_A_TRY:
        after = error.headers.get("Retry-After", "")
        raise TryAgain(what, float(after) if after.isdigit() else None)
    try:
        body = error.read(_LONGEST_REFUSAL_BYTES)
    except (OSError, http.client.HTTPException):
        body = b""
    why = access.why(Refusal(status, str(error.reason), error.headers, body))
    hint = f" ({why})" if why else ""
    message = f"{shown(url)}: {what}{hint}"
    raise DownloadFailed(message)


def patiently(
    url: str, patience: Patience, tell: Tell, attempt: Callable[[], Result], have: Callable[[], int] = int
) -> Result:
    """Try as often as it is worth it; `have` is how much came so far. Raises DownloadFailed."""
    fruitless = 0
    while True:
        before = have()
        try:
            return attempt()
        except TryAgain as error:
            fruitless = 0 if have() > before else fruitless + 1
            if fruitless >= _FRUITLESS_TRIES:
                message = f"{shown(url)} could not be fetched in {fruitless} tries: {error}"
                raise DownloadFailed(message) from error
            wait = error.after if error.after is not None else patience.wait * 2**fruitless
            wait = min(wait, _LONGEST_WAIT_SECONDS) * random.SystemRandom().uniform(0.8, 1.2)
            tell(f"{shown(url)}: {error}; trying again in {wait:.0f} s")
            time.sleep(wait)


class Answer:
    """A whole answer."""

    def __init__(self, headers: Message, body: bytes) -> None:
        """Keep both parts."""
        self.headers = headers
        self.body = body


def ask(url: str, access: Access, patience: Patience, tell: Tell) -> Answer:
    """Ask a question that has a short answer, such as a page of a list. Raises DownloadFailed."""
    check_url(url)

    def attempt() -> Answer:
        with failures_told(url, patience.silence):
            try:
                with open_url(url, access, {}, patience.silence) as response:
                    body = response.read(_LONGEST_ANSWER_BYTES + 1)
                    headers = response.headers
            except urllib.error.HTTPError as error:
                with error:
                    refuse(url, error, access)
        if len(body) > _LONGEST_ANSWER_BYTES:
            message = f"{shown(url)} answers with more than a list of files can have"
            raise DownloadFailed(message)
        if headers.get("Content-Length", str(len(body))) != str(len(body)):
            raise TryAgain(_ENDED)
        return Answer(headers, body)

    return patiently(url, patience, tell, attempt)
