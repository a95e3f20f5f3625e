from __future__ import annotations

import hashlib
import http.server
import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from slipway_steps import dataset, download
from slipway_steps.download import Download
from slipway_steps.remote import RemoteFile
from slipway_steps.web import Access, DownloadFailed, Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTENT = bytes(range(256)) * 1000


class Server(http.server.ThreadingHTTPServer):
    """Serves one file, with the faults that a test asks for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = CONTENT
        self.etag: str | None = '"v1"'
        self.ranges = True
        self.sized = True
        self.cut_after: list[int] = []
        self.statuses: list[int] = []
        self.redirect = ""
        self.silent = False
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/data.bin?signature=secret"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(dict(self.headers.items()))
        if server.statuses:
            self._status(server.statuses.pop(0))
            return
        if server.redirect and self.path.startswith("/data.bin"):
            self.send_response(308)
            self.send_header("Location", server.redirect)
            self.end_headers()
            return
        if server.etag and self.headers.get("If-None-Match") == server.etag:
            self._status(304)
            return
        self._send()

    def _status(self, status: int) -> None:
        self.send_response(status)
        if status == 503:
            self.send_header("Retry-After", "0")
        self.end_headers()

    def _send(self) -> None:
        server = self.server
        wanted = self.headers.get("Range")
        same = self.headers.get("If-Range", server.etag) == server.etag
        first = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.ranges and same else 0
        if first and first >= len(server.content):
            self._status(416)
            return
        body = server.content[first:]
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(server.content) - 1}/{len(server.content)}")
        if server.sized:
            self.send_header("Content-Length", str(len(body)))
        if server.etag:
            self.send_header("ETag", server.etag)
        self.end_headers()
        if server.cut_after:
            body = body[: server.cut_after.pop(0)]
        self.wfile.write(body)
        self.wfile.flush()
        if server.silent:
            time.sleep(1)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield started
    started.shutdown()
    thread.join()
    started.server_close()


class Fetch:
    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.partial = folder / "data.bin.partial"
        self.told: list[str] = []

    def __call__(
        self, size: int | None = None, known: dict[str, str] | None = None, silence: float = 5
    ) -> download.Got | None:
        job = Download(RemoteFile(self.url, size=size), str(self.partial), Access(), self.told.append)
        job.patience = Patience(silence, 0.001)
        return job.run(known)

    def reason(self, size: int | None = None) -> str:
        with pytest.raises(DownloadFailed) as failed:
            self(size)
        return str(failed.value)


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Fetch:
    return Fetch(server.url, tmp_path)


def test_a_file_comes_whole(fetch: Fetch) -> None:
    got = fetch()
    assert got is not None
    assert (got.version, got.resumed) == ({"etag": '"v1"'}, False)
    assert fetch.partial.read_bytes() == CONTENT


def test_a_connection_that_is_cut_is_resumed(fetch: Fetch, server: Server) -> None:
    server.cut_after = [1000, 5000, 1]
    got = fetch()
    assert got is not None
    assert got.resumed
    assert fetch.partial.read_bytes() == CONTENT
    assert [asked.get("Range") for asked in server.asked] == [None, "bytes=1000-", "bytes=6000-", "bytes=6001-"]
    assert {asked.get("If-Range") for asked in server.asked[1:]} == {'"v1"'}
    assert "the connection ended after 1000 of 256000 bytes" in "".join(fetch.told)
    assert "secret" not in "".join(fetch.told)


def test_without_ranges_it_starts_again(fetch: Fetch, server: Server) -> None:
    server.ranges = False
    server.cut_after = [1000]
    assert fetch() is not None
    assert fetch.partial.read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(fetch: Fetch, server: Server) -> None:
    fetch.partial.write_bytes(b"old" * 100)
    (fetch.partial.parent / "data.bin.partial.version").write_text('{"etag": "\\"v0\\""}')
    assert fetch() is not None
    assert fetch.partial.read_bytes() == CONTENT
    assert server.asked[0]["If-Range"] == '"v0"'


def test_the_rest_of_a_file_without_a_version_is_not_trusted(fetch: Fetch, server: Server) -> None:
    fetch.partial.write_bytes(b"old" * 100)
    assert fetch() is not None
    assert "Range" not in server.asked[0]
    assert fetch.partial.read_bytes() == CONTENT


def test_what_is_there_already_is_enough(fetch: Fetch) -> None:
    fetch.partial.write_bytes(CONTENT)
    assert fetch(len(CONTENT)) is not None


def test_the_same_version_is_not_fetched_again(fetch: Fetch, server: Server) -> None:
    assert fetch(known={"etag": '"v1"'}) is None
    server.etag = '"v2"'
    assert fetch(known={"etag": '"v1"'}) is not None


def test_errors_of_the_server_are_tried_again(fetch: Fetch, server: Server) -> None:
    server.statuses = [500, 503, 429]
    assert fetch() is not None
    assert "the server answered 503" in fetch.told[1]


def test_it_gives_up_after_some_tries_in_vain(fetch: Fetch, server: Server) -> None:
    server.statuses = [502] * 9
    assert "could not be fetched in 5 tries: the server answered 502" in fetch.reason()
    assert len(server.asked) == 5


@pytest.mark.parametrize(("status", "words"), [(404, "there is no such file"), (403, "signed address"), (401, "login")])
def test_refusals_are_not_tried_again(fetch: Fetch, server: Server, status: int, words: str) -> None:
    server.statuses = [status] * 2
    reason = fetch.reason()
    assert words in reason
    assert "secret" not in reason
    assert len(server.asked) == 1


def test_a_wrong_size_is_seen_before_it_is_fetched(fetch: Fetch) -> None:
    assert "has 256000 bytes, not the 7 that were expected" in fetch.reason(7)
    assert not fetch.partial.exists()


def test_more_than_was_expected_is_refused(fetch: Fetch, server: Server) -> None:
    server.sized = False
    assert "sends more than the 1000 bytes" in fetch.reason(1000)


def test_a_silent_server_is_given_up(fetch: Fetch, server: Server) -> None:
    server.cut_after = [1000] * 3
    server.silent = True
    fetch(silence=0.2)
    assert "nothing came for 0.2 s" in "".join(fetch.told)
    assert fetch.partial.read_bytes() == CONTENT


def test_redirects_are_followed_with_the_range(fetch: Fetch, server: Server) -> None:
    server.redirect = "/elsewhere"
    server.cut_after = [1000]
    assert fetch() is not None
    assert fetch.partial.read_bytes() == CONTENT
    assert server.asked[3]["Range"] == "bytes=1000-"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_redirects_to_anything_else_are_refused(fetch: Fetch, server: Server, target: str) -> None:
    server.redirect = target
    assert "not as safe" in fetch.reason()


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://host/x", "https://", "x", "https://host/a b", "http://h:99999/x", "s3://b/k"]
)
def test_only_http_is_spoken(tmp_path: Path, url: str) -> None:
    assert "has to begin with https://" in Fetch(url, tmp_path).reason()


def test_nobody_there_is_told(tmp_path: Path) -> None:
    assert "Connection refused" in Fetch("http://127.0.0.1:9/x", tmp_path).reason()


def test_a_full_volume_is_seen_before(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    class Volume:
        f_bavail, f_frsize = 10, 1000

    monkeypatch.setattr(os, "statvfs", lambda _: Volume)
    assert "needs 256 kB, and 10.0 kB are free on the volume" in fetch.reason()


@pytest.fixture
def cached(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cached:
    monkeypatch.setenv("SLIPWAY_DATASETS", str(tmp_path / "cache"))
    return Cached(server, tmp_path)


class Cached:
    """The step's work on a run folder of its own."""

    def __init__(self, server: Server, base: Path) -> None:
        self._server = server
        self.base = base

    def fetch(self, **part: object) -> dict[str, Any]:
        """Run it as a run with this data set does."""
        from slipway_steps.run import RunFolder

        address = {} if "path" in part else {"url": self._server.url}
        content = {"run": "r", "steps": [], "timeouts": {}, "dataset": {"name": "data.bin", **address, **part}}
        (self.base / "run.json").write_text(json.dumps(content))
        return {**dataset.fetch(RunFolder(str(self.base)))}

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.base / "cache").rglob("*") if path.is_file())


DIGEST = hashlib.sha256(CONTENT).hexdigest()


def test_by_content_it_is_fetched_once(cached: Cached, server: Server) -> None:
    assert cached.fetch(sha256=DIGEST, bytes=len(CONTENT))["note"] == "data.bin fetched (256 kB)"
    assert (cached.base / "cache" / DIGEST / "data.bin").read_bytes() == CONTENT
    assert cached.files() == [".complete", ".lock", "data.bin"]
    assert cached.fetch(sha256=DIGEST)["note"] == "data.bin from the cache (256 kB)"
    assert len(server.asked) == 1


def test_by_address_it_is_asked_for_each_time_and_fetched_when_it_changed(cached: Cached, server: Server) -> None:
    assert cached.fetch()["note"] == "data.bin fetched (256 kB)"
    assert cached.fetch()["note"] == "data.bin from the cache, unchanged (256 kB)"
    server.content, server.etag = b"new", '"v2"'
    assert cached.fetch()["note"] == "data.bin fetched (3 B)"


def test_a_wrong_checksum_is_said_and_nothing_of_it_kept(cached: Cached) -> None:
    wrong = "0" * 64
    result = cached.fetch(sha256=wrong)
    assert (result["state"], result["reason"]) == (
        "failed",
        f"the sha256 of data.bin is {DIGEST}, not the expected {wrong}",
    )
    assert cached.files() == [".lock"]


def test_what_was_resumed_and_does_not_fit_is_fetched_once_more(cached: Cached, server: Server) -> None:
    server.etag = None
    folder = cached.base / "cache" / DIGEST
    folder.mkdir(parents=True)
    (folder / "data.bin.partial").write_bytes(b"x" * 1000)
    assert cached.fetch(sha256=DIGEST, bytes=len(CONTENT))["state"] == "succeeded"
    assert [asked.get("Range") for asked in server.asked] == ["bytes=1000-", None]


def test_a_copy_that_was_cut_is_not_taken_from_the_cache(cached: Cached) -> None:
    cached.fetch(sha256=DIGEST)
    (cached.base / "cache" / DIGEST / "data.bin").write_bytes(b"x")
    assert cached.fetch(sha256=DIGEST)["note"] == "data.bin fetched (256 kB)"


def test_progress_is_told(cached: Cached) -> None:
    cached.fetch(sha256=DIGEST)
    lines = [json.loads(line) for line in (cached.base / "progress.jsonl").read_text().splitlines()]
    assert all(line["type"] == "stepNote" and line["step"] == "dataset" for line in lines)
    assert lines[-1]["text"] == "checking data.bin (256 kB)"


def test_a_file_on_a_volume_is_checked_where_it_is(cached: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    volumes = cached.base / "volumes"
    (volumes / "shared").mkdir(parents=True)
    (volumes / "shared" / "d.bin").write_bytes(CONTENT)
    monkeypatch.setenv("SLIPWAY_DATASET_VOLUMES", str(volumes))
    assert cached.fetch(path="shared/d.bin", sha256=DIGEST)["note"] == f"{volumes}/shared/d.bin (256 kB)"
    assert cached.fetch(path="shared")["state"] == "succeeded"
    assert "not the 3 that were expected" in cached.fetch(path="shared/d.bin", bytes=3)["reason"]
    assert "is its volume mounted?" in cached.fetch(path="gone/d.bin")["reason"]
    assert "a folder" in cached.fetch(path="shared", sha256=DIGEST)["reason"]
    os.mkfifo(volumes / "shared" / "pipe")
    assert "neither a file nor a folder" in cached.fetch(path="shared/pipe")["reason"]
