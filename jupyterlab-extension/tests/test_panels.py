"""The script with the panels: what a page asks for, and nothing else of the folder."""

from __future__ import annotations

import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError, HTTPResponse

import slipway_jupyterlab

Fetch = Callable[..., Awaitable[HTTPResponse]]

_folder = Path(slipway_jupyterlab.__file__).parent / "panels"


def _built() -> Path:
    (script,) = _folder.glob("panels-*")
    return script


async def test_is_sent_compressed_to_be_kept(jp_fetch: Fetch) -> None:
    path = ("slipway", "panels", _built().name[:-3])
    response = await jp_fetch(*path, headers={"Accept-Encoding": "br, gzip"}, decompress_response=False)
    assert response.body == _built().read_bytes()
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]


async def test_is_sent_as_it_is_to_who_takes_no_gzip(jp_fetch: Fetch) -> None:
    response = await jp_fetch("slipway", "panels", _built().name[:-3], decompress_response=False)
    assert "Content-Encoding" not in response.headers
    assert response.body == gzip.decompress(_built().read_bytes())
    assert b"slipway-run-detail" in response.body


async def test_that_of_devenvs_is_sent_so_too(jp_fetch: Fetch) -> None:
    (script,) = _folder.glob("devEnvs-*")
    response = await jp_fetch("slipway", "panels", script.name[:-3], decompress_response=False)
    assert response.body.startswith(b"globalThis.slipwayDevEnvs=function")


@pytest.mark.parametrize(
    "name", ["panels-AAAAAAAA.js", "panels.js", "..%2Fapp.py", "panels-AAAAAAAA.js%2F..%2F..%2Fapp.py", "."]
)
async def test_nothing_else_is_sent(jp_fetch: Fetch, name: str) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch("slipway", "panels", name)
    assert refused.value.code == 404
