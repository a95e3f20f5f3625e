"""The pure parts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from slipway_jupyterlab.artifact_forward import read_answer, request_head
from slipway_jupyterlab.core_environment import core_environment
from slipway_jupyterlab.errors import SlipwayError
from slipway_jupyterlab.unfinished import UnfinishedRuns


def test_jupyters_keys_stay_behind() -> None:
    kept = core_environment(
        {
            "PATH": "/usr/bin",
            "HOME": "/home/alice",
            "JUPYTERHUB_API_TOKEN": "a",
            "JUPYTERHUB_OAUTH_SCOPES": "b",
            "JPY_API_TOKEN": "c",
            "JUPYTER_TOKEN": "d",
            "CONFIGPROXY_AUTH_TOKEN": "e",
            "JUPYTER_PATH": "/kernels",
        },
        "/venv",
        "/usr",
    )
    assert kept == {
        "PATH": "/venv/bin:/usr/bin",
        "HOME": "/home/alice",
        "JUPYTER_PATH": "/kernels",
        "VIRTUAL_ENV": "/venv",
    }


def test_a_python_that_is_no_virtual_environment_is_not_called_one() -> None:
    assert core_environment({"PATH": "/usr/bin"}, "/usr", "/usr") == {"PATH": "/usr/bin"}


def test_what_was_activated_around_the_server_does_not_replace_its_own_python() -> None:
    around = {"PATH": "/other/bin:/venv/bin:/usr/bin", "VIRTUAL_ENV": "/other", "CONDA_PREFIX": "/conda"}
    assert core_environment(around, "/venv", "/usr") == {
        "PATH": "/venv/bin:/other/bin:/usr/bin",
        "VIRTUAL_ENV": "/venv",
    }
    assert core_environment(around, "/usr", "/usr") == {"PATH": "/usr/bin:/other/bin:/venv/bin"}
    conda = {"PATH": "/conda/bin:/usr/bin", "CONDA_PREFIX": "/conda"}
    assert core_environment(conda, "/conda", "/conda") == conda


@pytest.mark.parametrize("text", ["", "x", "-3", "\uff11", "9" * 100])
def test_a_spoilt_file_counts_as_little(tmp_path: Path, text: str) -> None:
    file = tmp_path / "unfinished"
    file.write_text(text)
    assert UnfinishedRuns(file).read() >= 0


def test_a_number_is_kept_and_nothing_else_is_left(tmp_path: Path) -> None:
    runs = UnfinishedRuns(tmp_path / "deep" / "unfinished")
    assert runs.read() == 0
    runs.write(7)
    assert UnfinishedRuns(tmp_path / "deep" / "unfinished").read() == 7
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["unfinished"]


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX: y", "/\x00", "/ü"])
def test_a_target_cannot_break_the_head(target: str) -> None:
    with pytest.raises(SlipwayError):
        request_head("GET", target, "secret", None)


def test_a_range_cannot_break_the_head() -> None:
    with pytest.raises(SlipwayError):
        request_head("GET", "/runs/a", "secret", "bytes=0-1\r\nAuthorization: x")


def _reader(data: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return reader


async def test_an_answer_is_read() -> None:
    reader = _reader(b"HTTP/1.1 206 Partial Content\r\ncontent-type: text/html\r\nX-Other: a:b\r\n\r\nbody")
    answer = await read_answer(reader)
    assert (answer.status, answer.headers) == (206, {"Content-Type": "text/html", "X-Other": "a:b"})
    assert await reader.read() == b"body"


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1\r\n\r\n", b"nonsense", b"HTTP/1.1 200 OK\r\nA: b\r\n"])
async def test_a_broken_answer_is_a_named_failure(data: bytes) -> None:
    with pytest.raises(SlipwayError):
        await read_answer(_reader(data))
