"""A server for tests that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from typing import TYPE_CHECKING, Any

from slipway_steps import dataset
from slipway_steps.run import RunFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message
    from pathlib import Path

    Answer = tuple[int, dict[str, str], bytes]


class Server(http.server.ThreadingHTTPServer):
    """Answers by `answer(path with query, headers)`."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, Message], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers.items())))
        status, headers, body = self.server.answer(self.path, self.headers)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serving(answer: Callable[[str, Message], Answer]) -> Iterator[Server]:
    server = Server(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def part_of(content: bytes, headers: Message, etag: str) -> Answer:
    """Answer with a file, or the rest of it that was asked for."""
    wanted = headers.get("If-Match")
    if wanted is not None and wanted != etag:
        return 412, {}, b""
    if headers.get("If-None-Match") == etag:
        return 304, {}, b""
    first = int(headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
    ranged = {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"} if first else {}
    return (206 if first else 200), {"ETag": etag, **ranged}, content[first:]


class Step:
    """The step's work on a run folder of its own."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.cache = base / "cache"

    def fetch(self, **part: object) -> dict[str, Any]:
        """Run it as a run with this data set does."""
        content = {"run": "r", "steps": [], "timeouts": {}, "dataset": part}
        (self.base / "run.json").write_text(json.dumps(content))
        return {**dataset.fetch(RunFolder(str(self.base)))}

    def reason(self, **part: object) -> str:
        result = self.fetch(**part)
        assert result["state"] == "failed"
        return str(result["reason"])

    def files(self, name: str) -> dict[str, bytes]:
        """Return what the run finds, by path."""
        (folder,) = self.cache.glob(f"*/{name}")
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def told(self) -> str:
        return (self.base / "progress.jsonl").read_text()
