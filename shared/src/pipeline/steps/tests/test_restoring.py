from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from slipway_steps.restoring import NotRestored, restore

if TYPE_CHECKING:
    from pathlib import Path


def entry(path: str, content: bytes, key: str | None = None, **more: object) -> dict[str, Any]:
    value = {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}
    return value if key is None else {**value, "key": key}


class Pod:
    def __init__(self, base: Path) -> None:
        self.mounted = base / "mounted"
        self.inputs = base / "inputs"
        self.mounted.mkdir()
        self.inputs.mkdir()
        self.told: list[str] = []

    def restore(self, *files: object, content: object = None) -> None:
        listed = {"version": 1, "files": list(files)} if content is None else content
        (self.mounted / "files.json").write_text(json.dumps(listed))
        restore(str(self.mounted), str(self.inputs), self.told.append, lambda: None)

    def reason(self, *files: object, content: object = None) -> str:
        with pytest.raises(NotRestored) as refused:
            self.restore(*files, content=content)
        return str(refused.value)


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_files_come_from_the_config_map_and_from_the_upload(pod: Pod) -> None:
    (pod.mounted / "f0").write_bytes(b"notebook")
    (pod.mounted / "f1").write_bytes(b"#!/bin/sh\n")
    (pod.inputs / "big").mkdir()
    (pod.inputs / "big" / "b.bin").write_bytes(b"big")
    files = [entry("sub/a.ipynb", b"notebook", "f0"), entry("run.sh", b"#!/bin/sh\n", "f1", executable=True)]
    pod.restore(*files, entry("big/b.bin", b"big"))
    assert (pod.inputs / "sub" / "a.ipynb").read_bytes() == b"notebook"
    assert os.access(pod.inputs / "run.sh", os.X_OK)
    assert not os.access(pod.inputs / "sub" / "a.ipynb", os.X_OK)
    # Once more, as when prepare is started again.
    pod.restore(*files, entry("big/b.bin", b"big"))


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a//b", "", "a/./b", "a/", "\0", 7, None])
def test_a_path_that_escapes_is_refused_before_anything_is_written(pod: Pod, path: object) -> None:
    (pod.mounted / "f0").write_bytes(b"x")
    assert "not a plain path" in pod.reason({**entry("x", b"x", "f0"), "path": path})
    assert list(pod.inputs.iterdir()) == []


@pytest.mark.parametrize("key", ["../f0", "/etc/passwd", "..", "", 7, "a/b"])
def test_a_key_is_a_plain_name(pod: Pod, key: object) -> None:
    assert "no plain key" in pod.reason({**entry("x", b"x"), "key": key})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "not of a version"),
        ({"version": 2, "files": []}, "not of a version"),
        ({"version": 1, "files": {}}, "not of a version"),
        ({"version": 1, "files": ["x"]}, "not an object"),
        ({"version": 1, "files": [{"path": "x", "key": "f0", "bytes": "1", "sha256": "0" * 64}]}, "does not say"),
        ({"version": 1, "files": [{"path": "x", "key": "f0", "bytes": 1, "sha256": "0"}]}, "does not say"),
    ],
)
def test_a_list_that_is_none_is_refused(pod: Pod, content: object, reason: str) -> None:
    assert reason in pod.reason(content=content)


def test_a_path_twice_or_below_a_file_is_refused(pod: Pod) -> None:
    assert "twice" in pod.reason(entry("a", b"x", "f0"), entry("a", b"x", "f1"))
    assert "twice" in pod.reason(entry("a", b"x", "f0"), entry("a/b", b"x", "f1"))


def test_damage_is_seen(pod: Pod) -> None:
    (pod.mounted / "f0").write_bytes(b"other")
    assert pod.reason(entry("a", b"right", "f0")) == "a did not arrive as it was submitted: its sha256 is another one"
    assert pod.reason(entry("a", b"longer than that", "f0")) == "a did not arrive whole: 5 of 16 bytes"
    assert pod.reason(entry("a", b"x", "f9")) == "a is not in the run's ConfigMap (key f9)"


def test_an_upload_is_a_file_of_its_own(pod: Pod, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"x")
    (pod.inputs / "link").symlink_to(tmp_path / "elsewhere")
    assert "was not uploaded" in pod.reason(entry("link", b"x"))
    (pod.inputs / "link").unlink()
    os.mkfifo(pod.inputs / "pipe")
    assert "something else in its place" in pod.reason(entry("pipe", b"x"))
    (pod.inputs / "pipe").unlink()
    (pod.inputs / "folder").symlink_to(tmp_path)
    assert "was not uploaded" in pod.reason(entry("folder/elsewhere", b"x"))
    assert (tmp_path / "elsewhere").exists()
