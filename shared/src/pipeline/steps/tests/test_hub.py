"""The Hugging Face Hub, by a server with its routes, redirects and headers: the real one cannot be reached by tests."""

from __future__ import annotations

import hashlib
import json
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from serving import Server, part_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from serving import Answer, Step

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = b"large" * 2000
CARRIED = "hf_very-secret"


class Hub:
    """One data set, `lab/pbmc`, whose list has two entries a page; large files lie on a server of their own."""

    def __init__(self) -> None:
        self.files = {"README.md": b"# pbmc", "data/a b.parquet": LARGE, "data/deep/b.bin": b"small"}
        self.revisions = {"main": COMMIT, "refs/convert/parquet": COMMIT}
        self.token: str | None = None
        self.content: Server | None = None
        self.large = LARGE
        self.cut_after: list[int] = []
        self.link = ""

    def answer(self, path: str, headers: Message) -> Answer:
        parts = urllib.parse.urlsplit(path)
        segments = [urllib.parse.unquote(part) for part in parts.path.split("/")[1:]]
        if self.token is not None and headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"X-Error-Code": "RepoNotFound"}, b"{}"
        if segments[:5] == ["api", "datasets", "lab", "pbmc", "revision"]:
            return self._revision(segments[5])
        if segments[:6] == ["api", "datasets", "lab", "pbmc", "tree", COMMIT]:
            return self._tree("/".join(segments[6:]), dict(urllib.parse.parse_qsl(parts.query)), parts.path)
        if segments[:5] == ["datasets", "lab", "pbmc", "resolve", COMMIT]:
            return self._resolve("/".join(segments[5:]))
        if segments[:2] == ["api", "resolve-cache"]:
            return part_of(self.files["/".join(segments[2:])], headers, '"small"')
        return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"

    def _revision(self, revision: str) -> Answer:
        if revision not in self.revisions:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"{}"
        return 200, {}, json.dumps({"id": "lab/pbmc", "sha": self.revisions[revision]}).encode()

    def _tree(self, folder: str, query: dict[str, str], path: str) -> Answer:
        entries = self._entries(folder, is_recursive=query.get("recursive") == "true")
        if not entries:
            return 404, {"X-Error-Code": "EntryNotFound"}, b"{}"
        first = int(query.get("cursor", "0"))
        headers = {}
        if first + 2 < len(entries):
            following = urllib.parse.urlencode({**query, "cursor": first + 2})
            headers["Link"] = f'<{self.link or "https://huggingface.co"}{path}?{following}>; rel="next"'
        return 200, headers, json.dumps(entries[first : first + 2]).encode()

    def _entries(self, folder: str, *, is_recursive: bool) -> list[dict[str, Any]]:
        prefix = folder + "/" if folder else ""
        entries: dict[str, dict[str, Any]] = {}
        for path, content in self.files.items():
            if not path.startswith(prefix):
                continue
            below = path[len(prefix) :].split("/")
            for depth in range(1, len(below)):
                name = prefix + "/".join(below[:depth])
                entries[name] = {"type": "directory", "path": name, "oid": "1" * 40, "size": 0}
            entries[path] = self.entry(path, content)
        depth = prefix.count("/")
        return [entry for path, entry in sorted(entries.items()) if is_recursive or path.count("/") == depth]

    def entry(self, path: str, content: bytes) -> dict[str, Any]:
        oid = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        entry = {"type": "file", "path": path, "size": len(content), "oid": oid}
        if content == LARGE:
            entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 135}
        return entry

    def _resolve(self, path: str) -> Answer:
        if self.files.get(path) == LARGE and self.content is not None:
            return 302, {"Location": f"{self.content.url}/blob?X-Amz-Signature=signed", "X-Repo-Commit": COMMIT}, b""
        return 307, {"Location": "/api/resolve-cache/" + urllib.parse.quote(path)}, b""

    def blob(self, _: str, headers: Message) -> Answer:
        status, sent, body = part_of(self.large, headers, '"blob"')
        if self.cut_after:
            sent["Content-Length"] = str(len(body))
            body = body[: self.cut_after.pop(0)]
        return status, sent, body


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def server(hub: Hub, step: Step, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    (step.base / "secret" / "token").write_text(CARRIED + "\n")
    with serving(hub.answer) as started, serving(hub.blob) as content:
        hub.content = content
        monkeypatch.setenv("HF_ENDPOINT", started.url + "/")
        yield started


ALL = {"name": "pbmc", "url": "hf://datasets/lab/pbmc"}
PRIVATE = {**ALL, "secret": "mine"}
FILE = {"name": "a b.parquet", "url": "hf://datasets/lab/pbmc@main/data/a b.parquet"}


def test_a_repository_is_fetched_once_at_the_commit_that_it_has(step: Step, server: Server) -> None:
    words = f"(3 files, 10.0 kB), commit {COMMIT}"
    assert step.fetch(**ALL)["note"] == f"pbmc fetched {words}"
    assert step.files("pbmc") == {"README.md": b"# pbmc", "data/a b.parquet": LARGE, "data/deep/b.bin": b"small"}
    assert f"lab/pbmc at main is commit {COMMIT}" in step.told()
    asked = len(server.asked)
    assert step.fetch(**ALL)["note"] == f"pbmc from the cache, unchanged {words}"
    assert all(path.startswith("/api/") for path in server.paths()[asked:])


def test_a_folder_and_a_file_of_it_are_told_apart(step: Step, server: Server) -> None:
    assert "data fetched (2 files" in step.fetch(name="data", url="hf://datasets/lab/pbmc@main/data")["note"]
    assert step.files("data") == {"a b.parquet": LARGE, "deep/b.bin": b"small"}
    assert step.fetch(**FILE)["note"] == f"a b.parquet fetched (10.0 kB), commit {COMMIT}"
    asked = len(server.asked)
    assert "from the cache" in step.fetch(**FILE)["note"]
    assert not any("resolve" in path for path in server.paths()[asked:])


def test_a_large_file_is_resumed_and_its_sha256_checked(step: Step, server: Server, hub: Hub) -> None:
    hub.cut_after = [1000]
    assert step.fetch(**FILE)["state"] == "succeeded"
    assert hub.content is not None
    assert hub.content.asked[1][1]["Range"] == "bytes=1000-"
    step.cache.rename(step.base / "old")
    hub.large = b"other" * 2000
    assert "the sha256 of a b.parquet is" in step.reason(**FILE)
    assert not list(step.cache.rglob("*.parquet*"))
    assert server.asked


def test_a_small_file_is_checked_as_git_does(step: Step, server: Server, hub: Hub) -> None:
    part = {"name": "README.md", "url": "hf://datasets/lab/pbmc/README.md"}
    assert step.fetch(**part)["state"] == "succeeded"
    step.cache.rename(step.base / "old")
    with serving(lambda path, headers: _other(hub.answer(path, headers), path)) as liar:
        assert "the Git object id of README.md is" in step.reason(**part, endpoint=liar.url)
    assert server.asked


def _other(answer: Answer, path: str) -> Answer:
    return (200, {}, b"# evil") if "resolve-cache" in path else answer


def test_the_token_goes_to_its_own_server_alone(step: Step, server: Server, hub: Hub) -> None:
    hub.token = CARRIED
    assert step.fetch(**PRIVATE)["state"] == "succeeded"
    assert {headers.get("Authorization") for _, headers in server.asked} == {"Bearer " + CARRIED}
    assert hub.content is not None
    assert hub.content.asked
    assert not any("Authorization" in headers for _, headers in hub.content.asked)
    assert CARRIED not in step.told()
    assert "signed" not in step.told()


@pytest.mark.parametrize("text", ["", "two words", "a\nb: c", "käse"])
def test_what_is_no_token_is_not_sent(step: Step, server: Server, text: str) -> None:
    (step.base / "secret" / "token").write_text(text)
    assert "correct the Secret" in step.reason(**PRIVATE)
    assert server.asked == []


def test_references_with_slashes_are_revisions(step: Step, server: Server) -> None:
    for name in ("refs/convert/parquet", "refs%2Fconvert%2Fparquet"):
        part = {"name": "README.md", "url": f"hf://datasets/lab/pbmc@{name}/README.md"}
        assert step.fetch(**part)["state"] == "succeeded"
    assert "/api/datasets/lab/pbmc/revision/refs%2Fconvert%2Fparquet" in server.paths()


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "a//b", "README.md/x", "a\nb", "\ud800"])
def test_hostile_names_are_refused_before_anything_is_fetched(step: Step, server: Server, hub: Hub, path: str) -> None:
    entries = [hub.entry("README.md", b"# pbmc"), {**hub.entry("x", b"x"), "path": path}]

    def answer(asked: str, headers: Message) -> Answer:
        return (200, {}, json.dumps(entries).encode()) if "/tree/" in asked else hub.answer(asked, headers)

    with serving(answer) as hostile:
        reason = step.reason(**ALL, endpoint=hostile.url)
        assert " has " in reason
        assert "\n" not in reason
        assert not any("/resolve/" in path for path in hostile.paths())
    assert server.asked == []


@pytest.mark.parametrize(
    ("code", "part", "words"),
    [
        (("RepoNotFound", 401), ALL, "for a private one name a Secret with the key token as dataset.secret"),
        (("RepoNotFound", 404), PRIVATE, "the token of the Secret mine may not see it"),
        (("GatedRepo", 403), PRIVATE, "asks for its terms to be accepted at http"),
        (("", 401), PRIVATE, "the token of the Secret mine is not valid"),
        (("RevisionNotFound", 404), ALL, "lab/pbmc has no revision main"),
    ],
)
def test_refusals_say_what_to_do(
    server: Server, step: Step, code: tuple[str, int], part: dict[str, str], words: str
) -> None:
    refusal = (code[1], {"X-Error-Code": code[0], "X-Error-Message": "m"}, b"{}")
    with serving(lambda *_: refusal) as refusing:
        reason = step.reason(**part, endpoint=refusing.url)
        assert len(refusing.asked) == 1
    assert words in reason
    assert CARRIED not in reason
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("hf://datasets/lab/pbmc@v9", "has no revision v9"),
        ("hf://datasets/lab/pbmc/none.csv", "lab/pbmc has no none.csv at main"),
        ("hf://datasets/lab/other", "there is no repository lab/other"),
        ("hf://datasets/lab", "is not hf://datasets/OWNER/NAME"),
        ("hf://datasets/../pbmc", "is not hf://datasets/OWNER/NAME"),
        ("hf://datasets/lab/pbmc/../x", "no path below a folder"),
    ],
)
def test_what_is_not_there_is_said(step: Step, server: Server, url: str, words: str) -> None:
    assert words in step.reason(name="x", url=url)
    assert all(path.startswith("/api/") for path in server.paths())


def test_answers_of_something_else_are_told(step: Step) -> None:
    with serving(lambda *_: (200, {}, b"<html>")) as other:
        assert "is it the address of a mirror?" in step.reason(**ALL, endpoint=other.url)
