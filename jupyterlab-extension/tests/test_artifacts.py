"""Files of runs over HTTP: whole, in part, and what they may do in a page."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

Fetch = Callable[..., Awaitable[HTTPResponse]]

_content = bytes(range(256)) * 4096
_names = ("plain.bin", "ü &<b> %41 #1?.bin", "日本.bin")
_run_file = {
    "version": 1,
    "run": "done-1",
    "spec": {"notebook": "done.ipynb"},
    "steps": [],
    "parameters": {},
    "env": {},
    "environment": {"base": "interpreter"},
    "timeouts": {},
    "outputs": [],
    "inputHashes": {"notebook": "", "requirements": "", "tests": ""},
}


@pytest.fixture
def run(jp_server_config: dict[str, Any]) -> str:
    """A run that has ended, with files of bytes that nothing may change on the way."""
    assert "SlipwayApp" in jp_server_config
    folder = Path(os.environ["XDG_DATA_HOME"]) / "slipway/runs/done-1"
    (folder / "output").mkdir(parents=True)
    for name in _names:
        (folder / "output" / name).write_bytes(_content)
    (folder / "output/report.html").write_text("<script>1</script>")
    submitted = {
        "name": "done-1",
        "context": "local",
        "title": "done.ipynb",
        "state": "submitting",
        "createdAt": 1,
        "cancelRequested": False,
        "steps": [],
    }
    events = [
        {"type": "submitted", "time": 1, "run": submitted},
        {"type": "finished", "time": 2, "state": "succeeded"},
    ]
    (folder / "run.json").write_text(json.dumps(_run_file))
    (folder / "events.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    return "done-1"


def _path(run: str, name: str) -> tuple[str, ...]:
    return ("slipway", "runs", "local", run, "artifacts", "output", name)


@pytest.mark.parametrize("name", _names)
async def test_a_file_comes_whole_whatever_its_name(jp_fetch: Fetch, run: str, name: str) -> None:
    response = await jp_fetch(*_path(run, name))
    assert response.code == 200
    assert response.body == _content
    assert response.headers["Content-Length"] == str(len(_content))
    assert response.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=1000-70000", 1000, 70001), ("bytes=-7", len(_content) - 7, len(_content))],
)
async def test_a_range_is_a_part(jp_fetch: Fetch, run: str, asked: str, start: int, end: int) -> None:
    response = await jp_fetch(*_path(run, "plain.bin"), headers={"Range": asked})
    assert response.code == 206
    assert response.body == _content[start:end]
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(_content)}"
    assert response.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize("validator", ['"an-old-version"', "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_a_part_of_a_version_that_nobody_knows_is_the_whole(jp_fetch: Fetch, run: str, validator: str) -> None:
    headers = {"Range": "bytes=5-9", "If-Range": validator}
    response = await jp_fetch(*_path(run, "plain.bin"), headers=headers)
    assert response.code == 200
    assert response.body == _content


async def test_a_range_outside_the_file_is_refused(jp_fetch: Fetch, run: str) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(*_path(run, "plain.bin"), headers={"Range": f"bytes={len(_content)}-"})
    response = refused.value.response
    assert refused.value.code == 416
    assert response is not None
    assert response.headers["Content-Range"] == f"bytes */{len(_content)}"


async def test_head_says_what_get_would(jp_fetch: Fetch, run: str) -> None:
    head = await jp_fetch(*_path(run, "report.html"), method="HEAD")
    got = await jp_fetch(*_path(run, "report.html"))
    assert head.body == b""
    for name in ("Content-Length", "Content-Type", "Content-Security-Policy", "X-Content-Type-Options"):
        assert head.headers[name] == got.headers[name], name
    assert got.headers["Content-Security-Policy"].startswith("sandbox allow-scripts;")
    assert "allow-same-origin" not in got.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("http_server")
@pytest.mark.parametrize("path", ["..%2F..%2Fevents.jsonl", "output/../../../events.jsonl", "output%2F..%2Frun.json"])
async def test_a_path_out_of_the_run_is_refused(run: str, jp_serverapp: Any, jp_http_port: int, path: str) -> None:
    address = f"http://127.0.0.1:{jp_http_port}{jp_serverapp.base_url}slipway/runs/local/{run}/artifacts/{path}"
    headers = {"Authorization": f"token {jp_serverapp.identity_provider.token}"}
    request = HTTPRequest(address, headers=headers, follow_redirects=False)
    response = await AsyncHTTPClient().fetch(request, raise_error=False)
    assert response.code in (400, 404)
    assert b"submitted" not in response.body
