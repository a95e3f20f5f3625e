"""Reads what pip prints: progress for people, and the reason when it fails."""

from __future__ import annotations

import re
import time

from slipway_steps.files import count, first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_QUIET_SECONDS = 0.5
_REASON_LENGTH = 300

_COLLECTING = re.compile(r"^Collecting (?P<what>[^\s(]+)")
_DOWNLOADING = re.compile(r"^\s*Downloading (?P<what>\S+)(?P<size> \([\d.]+ ?\w+\))?")
_BUILDING = re.compile(r"^\s*Building wheel for (?P<what>\S+)")
_INSTALLING = re.compile(r"^Installing collected packages: (?P<what>.+)$")

_OFFLINE = re.compile(
    r"Failed to establish a new connection|NameResolutionError|name resolution|Name or service not known"
    r"|Connection refused|ConnectTimeoutError|ConnectionResetError|ReadTimeoutError|Network is unreachable"
    r"|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED"
)
_HOST = re.compile(r"host='(?P<host>[^']+)'")
_INDEXES = re.compile(r"^Looking in indexes: \w+://(?:[^@/\s]*@)?(?P<host>[^/:,\s]+)")
_NO_MATCH = re.compile(r"No matching distribution found for (?P<what>.+)$")
_NOT_BUILT = re.compile(r"(?:Failed building wheel for|Failed to build|Could not build wheels for) (?P<what>.+)$")
_CONFLICT = re.compile(r"^ERROR: Cannot install (?P<what>.+?) because these package versions have conflicting")
_NO_SPACE = re.compile(r"No space left on device|Disk quota exceeded")
_PYTHON_VERSION = re.compile(r"^ERROR: (?P<what>Package .+ requires a different Python.+)$")
_ERROR = re.compile(r"^(?:ERROR|error): (?P<what>.+)$")


class PipOutput:
    """Takes pip's output line by line."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Hand notes about the progress to `tell`, at most two a second."""
        self.installing = 0
        """How many packages it installs now; 0 before it does."""
        self._tell = tell
        self._told_at = 0.0
        self._host = ""
        self._offline = False
        self._reasons: dict[str, str] = {}
        self._last_error = ""

    def read(self, line: str) -> None:
        """Take one line."""
        line = line.rstrip()
        self._progress(line)
        self._failure(line)

    def reason(self) -> str:
        """Return why pip failed, in a sentence part; call it after the last line."""
        if self._offline:
            # pip names its index only where that is not the default one.
            return f"the package index could not be reached ({self._host or 'the default one'})"
        for kind in ("space", "conflict", "match", "python", "build"):
            if kind in self._reasons:
                return self._reasons[kind]
        return self._last_error or "pip failed; the log of this step says more"

    def _progress(self, line: str) -> None:
        match = _INSTALLING.match(line)
        if match is not None:
            self.installing = len(match["what"].split(", "))
            self._tell(f"building environment: installing {count(self.installing, 'package')}")
            self._told_at = time.monotonic()
            return
        if time.monotonic() - self._told_at < _QUIET_SECONDS:
            return
        for pattern, verb in ((_COLLECTING, "resolving"), (_DOWNLOADING, "downloading"), (_BUILDING, "building")):
            match = pattern.match(line)
            if match is not None:
                size = match.groupdict().get("size") or ""
                self._tell(f"building environment: {verb} {match['what']}{size}")
                self._told_at = time.monotonic()
                return

    def _failure(self, line: str) -> None:
        host = _INDEXES.search(line)
        if _OFFLINE.search(line):
            self._offline = True
            host = _HOST.search(line)
        if host is not None:
            self._host = host["host"]
        self._keep("space", _NO_SPACE, line, "no space is left on the device")
        self._keep("conflict", _CONFLICT, line, "the requirements contradict each other: {}")
        self._keep("match", _NO_MATCH, line, "no distribution matches {}; check its name, version and Python version")
        self._keep("python", _PYTHON_VERSION, line, "{}")
        self._keep("build", _NOT_BUILT, line, "{} could not be built from source; the log of this step says why")
        error = _ERROR.match(line)
        if error is not None:
            self._last_error = first_line(error["what"], _REASON_LENGTH)

    def _keep(self, kind: str, pattern: re.Pattern[str], line: str, sentence: str) -> None:
        match = pattern.search(line)
        if match is not None:
            what = match.groupdict().get("what") or ""
            self._reasons.setdefault(kind, sentence.format(first_line(what, _REASON_LENGTH)))
