from __future__ import annotations

import base64
import http.server
import os
import re
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from slipway_steps import clone
from slipway_steps import git as git_module
from slipway_steps.clone import Wanted
from slipway_steps.git import Git, GitFailed, check_revision, check_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AWKWARD = "p@ss:w0rd'$(id)"
BACKEND = "/usr/lib/git-core/git-http-backend"


class Server(http.server.ThreadingHTTPServer):
    """Git's own server program behind HTTP, with a login and failures on demand."""

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.root = root
        self.login = ""
        self.failures = 0
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/r.git"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.server.failures > 0:
            self.server.failures -= 1
            self.send_error(500)
            return
        given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if self.server.login and given != self.server.login:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
            return
        self._backend()

    def do_POST(self) -> None:
        self.do_GET()

    def _backend(self) -> None:
        path, _, query = self.path.partition("?")
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.server.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = subprocess.run([BACKEND], input=body, capture_output=True, env=env, check=False).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "init.defaultBranch=main"]
    asked = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8"
    )
    return asked.stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return a repository with two commits, a branch, a tag, and hooks and submodules that must not be used."""
    work = tmp_path / "origin"
    work.mkdir()
    git(work, "init", "-q")
    (work / "a.txt").write_text("one")
    (work / ".gitmodules").write_text('[submodule "x"]\n\tpath = x\n\turl = http://127.0.0.1:9/x.git\n')
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "one")
    git(work, "tag", "v1")
    (work / "a.txt").write_text("two")
    git(work, "commit", "-q", "-a", "-m", "two")
    git(work, "branch", "feature/x", "v1")
    git(tmp_path, "clone", "-q", "--bare", "origin", "served/r.git")
    return work


@pytest.fixture
def server(origin: Path, tmp_path: Path) -> Iterator[Server]:
    assert origin.is_dir()
    started = Server(tmp_path / "served")
    thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield started
    started.shutdown()
    thread.join()
    started.server_close()


class Cloning:
    def __init__(self, url: str, base: Path) -> None:
        self.url = url
        self.folder = base / "repository"
        self.secret: Path | None = None
        self.told: list[str] = []

    def __call__(self, revision: str = "") -> str:
        secret = None if self.secret is None else str(self.secret)
        return clone.fetch(Wanted(self.url, revision, str(self.folder), secret), self.told.append, 0)

    def reason(self, revision: str = "") -> str:
        with pytest.raises(GitFailed) as failed:
            self(revision)
        return str(failed.value)

    def beside(self) -> list[str]:
        return sorted(path.name for path in self.folder.parent.iterdir() if path.name.startswith("repository"))


@pytest.fixture
def cloning(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloning:
    # What an image or a user may have set must not matter.
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_ASKPASS", "/bin/false")
    return Cloning(server.url, tmp_path)


@pytest.mark.parametrize(("revision", "text"), [("", "two"), ("main", "two"), ("v1", "one"), ("feature/x", "one")])
def test_a_revision_is_checked_out_without_history(cloning: Cloning, revision: str, text: str) -> None:
    note = cloning(revision)
    assert re.fullmatch(re.escape(f"{cloning.url} at {revision} ".replace("  ", " ")) + "[0-9a-f]{12}", note)
    assert (cloning.folder / "a.txt").read_text() == text
    assert (cloning.folder / ".git" / "shallow").exists()
    assert not (cloning.folder / "x").exists()
    assert not (cloning.folder / ".git" / "hooks").exists()


def test_a_commit_is_checked_out_also_by_a_short_name(
    cloning: Cloning, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIT_DIR")
    commit = git(origin, "rev-parse", "v1")
    assert cloning(commit).endswith(commit[:12])
    assert (cloning.folder / "a.txt").read_text() == "one"
    assert cloning(commit[:9]).endswith(f"at {commit[:12]}")


def test_how_far_it_has_come_is_told_and_does_not_fill_the_log(
    cloning: Cloning, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(git_module, "_NOTE_SECONDS", 0)
    cloning()
    received = [line for line in cloning.told if "received" in line]
    shape = re.compile(r"cloning: \d+ % received(, [\d.]+ \w+(, [\d.]+ \w+/s)?)?")
    assert [line for line in received if shape.fullmatch(line) is None] == []
    assert received[-1].startswith("cloning: 100 % received")
    assert "Receiving objects" not in capfd.readouterr().out


def test_a_quick_clone_tells_no_percentages(cloning: Cloning) -> None:
    cloning()
    assert cloning.told == [f"cloning {cloning.url}"]


def test_what_is_not_there_is_told_at_once(cloning: Cloning, server: Server) -> None:
    assert cloning.reason("no-such-branch") == f"{server.url} could not be cloned: it has no such branch, tag or commit"
    assert cloning.reason("deadbeef").endswith("it has no such branch, tag or commit")
    cloning.url = server.url.replace("r.git", "other.git")
    assert cloning.reason().endswith("there is no such repository")
    assert cloning.told[-1].startswith("cloning ")
    assert cloning.beside() == []


def test_a_login_comes_from_the_secret_and_shows_up_nowhere(
    cloning: Cloning, server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.login = f"me:{AWKWARD}"
    assert cloning.reason().endswith("it wants a login: name a Secret with the credentials as repository.secret")
    cloning.secret = tmp_path / "it's a secret"
    cloning.secret.mkdir()
    (cloning.secret / "username").write_text("me\n")
    (cloning.secret / "password").write_text("wrong-password")
    assert cloning.reason().endswith("the login is refused")
    (cloning.secret / "password").write_text(AWKWARD + "\n")
    assert "at" in cloning()
    output = capfd.readouterr()
    for text in (output.out, output.err, "".join(cloning.told), (cloning.folder / ".git" / "config").read_text()):
        assert AWKWARD not in text
        assert "wrong-password" not in text


def test_the_login_is_for_its_host_alone(tmp_path: Path) -> None:
    with Git("https://one.example/r.git", str(tmp_path), print) as one:
        options = " ".join(one.options())
    assert "credential.https://one.example.helper=!" in options
    with Git("ssh://git@one.example/r.git", str(tmp_path), print) as other:
        assert "credential.https" not in " ".join(other.options())


def test_a_key_is_copied_for_ssh_and_removed(tmp_path: Path) -> None:
    (tmp_path / "ssh-privatekey").write_text("KEY\n")
    (tmp_path / "known_hosts").write_text("x")
    with Git("git@one.example:r.git", str(tmp_path), print) as one:
        command = one.ssh_command()
        key = re.search(r"-i (\S+)", command)
        assert key is not None
        assert os.stat(key[1]).st_mode & 0o777 == 0o600
        assert "KEY" not in command
        assert "StrictHostKeyChecking=yes" in command
    assert not os.path.exists(key[1])


def test_failures_of_the_server_are_tried_again(cloning: Cloning, server: Server) -> None:
    server.failures = 2
    cloning()
    assert sum("trying again" in line for line in cloning.told) == 2
    server.failures = 99
    server.asked = 0
    assert "500" in cloning.reason()
    assert server.asked == 3


def test_what_was_there_is_moved_aside_and_comes_back_never(cloning: Cloning) -> None:
    cloning.folder.mkdir()
    (cloning.folder / "mine").write_text("x")
    cloning.reason("no-such-branch")
    assert (cloning.folder / "mine").exists()
    assert cloning.beside() == ["repository"]
    cloning()
    assert (cloning.folder / "a.txt").exists()
    backup = cloning.beside()[1]
    assert re.fullmatch(r"repository\.backup-\d{8}T\d{6}Z", backup)
    assert (cloning.folder.parent / backup / "mine").exists()


def test_a_checkout_that_cannot_be_put_in_place_leaves_what_was(
    cloning: Cloning, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloning.folder.mkdir()
    (cloning.folder / "mine").write_text("x")
    rename = os.rename

    def broken(source: str, target: str) -> None:
        if source.endswith(".partial"):
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(OSError, match="Input/output error"):
        cloning()
    assert (cloning.folder / "mine").exists()


def test_old_backups_are_removed_and_nothing_else(cloning: Cloning) -> None:
    def name(days: float) -> str:
        return "repository.backup-" + time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - days * 86_400))

    kept = [name(6.9), "repository.backup-mine", "repository.backup", "other.backup-20200101T000000Z"]
    for folder in [*kept, name(7.1), "repository.backup-20200101T000000Z-77"]:
        (cloning.folder.parent / folder).mkdir()
    cloning()
    assert [name for name in kept if not (cloning.folder.parent / name).exists()] == []
    assert len(cloning.beside()) == 4


def test_hooks_of_the_image_are_not_run(cloning: Cloning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hooks").mkdir()
    hook = tmp_path / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    hook.chmod(0o755)
    (tmp_path / ".gitconfig").write_text(f"[core]\n\thooksPath = {tmp_path}/hooks\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    cloning()
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://host/r.git",
        "http://host:8080/r",
        "ssh://git@host:22/r.git",
        "git@host:group/r.git",
        "https://[::1]/r.git",
    ],
)
def test_these_addresses_are_cloned(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "--upload-pack=touch pwned",
        "ext::sh -c id",
        "file:///etc",
        "/etc",
        "../x",
        "git://host/r",
        "https://user:secret@host/r.git",
        "https://token@host/r.git",
        "ssh://user:secret@host/r.git",
        "ssh://-oProxyCommand=id/r",
        "-oProxyCommand=id:x",
        "https://host/r.git\nx",
        "https://host",
        "",
    ],
)
def test_these_are_not(url: str) -> None:
    with pytest.raises(GitFailed) as refused:
        check_url(url)
    assert "secret" not in str(refused.value).replace("Secret", "")


@pytest.mark.parametrize(
    "revision", ["--upload-pack=x", "-b", "a b", "a..b", "a:b", "a~1", "a^", "@{-1}", "a\n", "+a", ":"]
)
def test_these_are_no_revisions(revision: str) -> None:
    with pytest.raises(GitFailed):
        check_revision(revision)
