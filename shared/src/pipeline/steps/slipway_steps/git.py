"""Git, started so that neither a repository nor a server can make it do more than fetch files."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

from slipway_steps.files import first_line
from slipway_steps.git_credentials import read_secret
from slipway_steps.processes import ended_with_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from slipway_steps.shapes import ReasonCode

_PROTOCOLS = ("https", "http", "ssh")
_URL = re.compile(r"(?P<scheme>[a-z]+)://(?:(?P<user>[^@/]*)@)?(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?/.+")
_SHORT_SSH = re.compile(r"(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!/?/)\S+")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@+=,%#-]*")
_HASH = re.compile(r"[0-9a-f]{7,64}")
_FETCH = ("--progress", "--no-tags", "--no-recurse-submodules", "--no-write-commit-graph", "--no-auto-gc")
_SHORTEST_MASKED = 4
_REASON_LENGTH = 300
_WANTS_LOGIN = "it wants a login"
_NOTE_SECONDS = 1.0

# What Git shows of its progress, and what that is for people.
_PROGRESS = re.compile(
    r"(?P<what>(?:remote: )?[A-Z][a-z]+ [a-z]+): +(?P<percent>\d+)% \(\d+/\d+\)"
    r"(?:, (?P<size>[\d.]+ [KMGT]?i?[Bb](?:ytes)?)(?: \| (?P<rate>[\d.]+ [KMGT]?i?[Bb](?:ytes)?/s))?)?"
)
_PROGRESS_WORDS = {
    "remote: Compressing objects": "the server packs, {} %",
    "Receiving objects": "{} % received",
    "Resolving deltas": "{} % unpacked",
    "Updating files": "{} % of the files written",
}

# What Git and ssh say, what it means, and whether another try may bring something else.
_MEANINGS = (
    (r"could not read Username|could not read Password|terminal prompts disabled", _WANTS_LOGIN, False),
    (r"Authentication failed|HTTP Basic: Access denied|returned error: 40[13]", "the login is refused", False),
    (r"Permission denied \(|Load key|publickey", "the ssh key is refused", False),
    (r"No user exists for uid", "ssh does not work as a uid that the image does not know; use an https address", False),
    (r"Host key verification failed", "the server's ssh key is not the one in known_hosts", False),
    (
        r"[Rr]epository .*not found|not appear to be a git repository|returned error: 404",
        "there is no such repository",
        False,
    ),
    (r"transport '.*' not allowed|protocol '.*' is not supported", "its protocol is not allowed", False),
    (r"certificate verif|SSL certificate problem", "the server's certificate is not trusted by this image", False),
    (r"No space left on device|Disk quota exceeded", "no space is left on the volume", False),
    (r"Could not resolve host|Name or service not known", "its host is not known", True),
)
_NO_SUCH_REVISION = re.compile(
    r"couldn't find remote ref|not our ref|no such ref|unadvertised object|[Ii]nvalid refspec|invalid reference|"
    r"did not match any|Server does not allow request"
)


class GitFailed(Exception):
    """Git did not do it: a sentence."""

    def __init__(self, message: str, *, worth_a_try: bool = False, code: ReasonCode = "other") -> None:
        """`worth_a_try`: another try may succeed."""
        super().__init__(message)
        self.worth_a_try = worth_a_try
        self.code: ReasonCode = code


class _NoSuchRevision(GitFailed):
    pass


class _NotShallow(GitFailed):
    pass


def check_url(url: str) -> None:
    """Refuse an address that is not plain https, http or ssh, or that has a password in it. Raises GitFailed."""
    match = _URL.fullmatch(url)
    if re.search(r"[\x00-\x20\x7f]", url) or not (match or _SHORT_SSH.fullmatch(url)):
        message = "the address of the repository is not one of https://, http:// or ssh://"
        raise GitFailed(message)
    if match is None:
        return
    if match["scheme"] not in _PROTOCOLS:
        message = f"repositories are cloned over https, http and ssh, not over {match['scheme']}"
        raise GitFailed(message)
    if match["user"] is not None and (match["scheme"] != "ssh" or ":" in match["user"]):
        message = "the address of the repository has a login in it; put that into a Secret and name it"
        raise GitFailed(message)


def check_revision(revision: str) -> None:
    """Refuse what is no branch, tag or commit. Raises GitFailed."""
    if revision and (not _REVISION.fullmatch(revision) or ".." in revision or "@{" in revision):
        message = f"{revision!r} is not the name of a branch, a tag or a commit"
        raise GitFailed(message)


class Git:
    """Git for one repository, with the login of a Secret; a context, because a key has to be copied for it."""

    def __init__(self, url: str, credentials: str | None, tell: Callable[[str], None]) -> None:
        """`credentials` is a folder with `username` and `password`, or `ssh-privatekey` and perhaps `known_hosts`.

        `tell` is given how far a clone has come, once a second.
        """
        self._url = url
        self._credentials = credentials
        self._tell = tell
        self._told_at = time.monotonic()
        self._secrets: list[str] = []
        self._scratch = ""

    @property
    def shown_url(self) -> str:
        """The address for people."""
        return self._url.partition("?")[0]

    def __enter__(self) -> Self:
        """Find Git and read the Secret. Raises GitFailed."""
        if shutil.which("git") is None:
            message = "git was not found on the image's PATH"
            raise GitFailed(message, code="environment")
        if self._credentials is not None and not os.path.isdir(self._credentials):
            message = "the Secret with the login of the repository is not mounted"
            raise GitFailed(message, code="environment")
        self._scratch = tempfile.mkdtemp(prefix="slipway-git-")
        password = read_secret(self._credentials, "password") if self._credentials is not None else None
        if password is not None and len(password) >= _SHORTEST_MASKED:
            self._secrets.append(password)
        return self

    def __exit__(self, *_ending: object) -> None:
        """Remove the copied key."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def check_out(self, revision: str, folder: str) -> str:
        """Make a checkout without history in a new folder; returns the commit. Raises GitFailed."""
        # --template= : no hooks and no other files of the image's.
        self._run("init", "--quiet", "--template=", "--", folder)
        found = "FETCH_HEAD"
        try:
            self._run("-C", folder, "fetch", *_FETCH, "--depth=1", "--", self._url, revision or "HEAD")
        except _NotShallow:
            self._run("-C", folder, "fetch", *_FETCH, "--", self._url, revision or "HEAD")
        except _NoSuchRevision:
            # A commit that the server does not hand out by itself, or a short name of one.
            if not _HASH.fullmatch(revision):
                raise
            everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
            self._run("-C", folder, "fetch", *_FETCH, "--", self._url, *everything)
            found = revision
        self._run("-C", folder, "checkout", "--quiet", "--progress", "--detach", found, "--")
        return self._run("-C", folder, "rev-parse", "HEAD").strip()

    def _run(self, *arguments: str) -> str:
        """Run Git; what it says goes to the log, without the login. Returns its standard output."""
        lines: list[str] = []
        with (
            subprocess.Popen(
                ["git", *self.options(), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                encoding="utf-8",
                errors="replace",
            ) as process,
            ended_with_us(process),
        ):
            for line in process.stdout or ():
                if self._is_progress(line):
                    continue
                shown = self._masked(line)
                lines.append(shown)
                if "rev-parse" not in arguments:
                    sys.stdout.write(shown)
                    sys.stdout.flush()
        if process.returncode != 0:
            raise self._failure("".join(lines), process.returncode)
        return "".join(lines)

    def _is_progress(self, line: str) -> bool:
        """Say whether Git only shows how far it is, which is told now and then and is not for the log."""
        match = _PROGRESS.match(line)
        if match is None:
            return False
        words = _PROGRESS_WORDS.get(match["what"])
        now = time.monotonic()
        if words is not None and now - self._told_at >= _NOTE_SECONDS:
            self._told_at = now
            details = [words.format(match["percent"]), match["size"], match["rate"]]
            self._tell("cloning: " + ", ".join(detail for detail in details if detail))
        return True

    def _masked(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line

    def _failure(self, said: str, code: int) -> GitFailed:
        what = f"{self.shown_url} could not be cloned"
        for pattern, meaning, worth_a_try in _MEANINGS:
            if re.search(pattern, said):
                no_secret = meaning == _WANTS_LOGIN and self._credentials is None
                hint = ": name a Secret with the credentials as repository.secret" if no_secret else ""
                return GitFailed(f"{what}: {meaning}{hint}", worth_a_try=worth_a_try)
        if "does not support shallow" in said:
            return _NotShallow(f"{what}: the server has no shallow clones")
        if _NO_SUCH_REVISION.search(said):
            return _NoSuchRevision(f"{what}: it has no such branch, tag or commit")
        lines = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))]
        words = re.sub(r"^\s*unable to access '[^']*': ", "", lines[0].partition(":")[2]) if lines else ""
        reason = first_line(words, _REASON_LENGTH) or f"git ended with exit code {code}"
        return GitFailed(f"{what}: {reason}", worth_a_try=True)

    def options(self) -> list[str]:
        """Return Git's options: no programs but its own, and the login for this host alone."""
        options = [
            "core.hooksPath=/dev/null",
            "core.fsmonitor=false",
            "core.askPass=",
            "credential.helper=",
            "submodule.recurse=false",
            "fetch.recurseSubmodules=false",
            "protocol.allow=never",
            *(f"protocol.{name}.allow=always" for name in _PROTOCOLS),
            "safe.directory=*",  # of a checkout on a volume, some of which own all files themselves
            "http.lowSpeedLimit=1",
            "http.lowSpeedTime=60",
            "gc.auto=0",
            "fetch.unpackLimit=1",  # of fewer objects Git shows no progress, large as they may be
            "advice.detachedHead=false",
            "init.defaultBranch=main",
        ]
        match = _URL.fullmatch(self._url)
        if self._credentials is not None and match is not None and match["scheme"] in {"https", "http"}:
            host = re.match(r"[a-z]+://[^/]+", self._url)
            steps = os.path.dirname(os.path.abspath(__file__))
            helper = shlex.join([sys.executable, "-I", "-S", steps, "git-credential", self._credentials])
            options.append(f"credential.{host[0] if host else ''}.helper=!{helper}")
        return [part for option in options for part in ("-c", option)]

    def _environment(self) -> dict[str, str]:
        foreign = re.compile(r"(GIT_(?!SSL_CA)|SSH_)")
        kept = {name: value for name, value in os.environ.items() if not foreign.match(name)}
        return {
            **kept,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_ALLOW_PROTOCOL": ":".join(_PROTOCOLS),
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_SSH_COMMAND": self.ssh_command(),
            "LC_ALL": "C.UTF-8",
        }

    def ssh_command(self) -> str:
        """Return the command line that Git starts ssh with."""
        options = ["BatchMode=yes", "IdentitiesOnly=yes", "ConnectTimeout=30", "ServerAliveInterval=20"]
        command = ["ssh", "-F", "/dev/null"]
        known = os.path.join(self._credentials or "", "known_hosts")
        if self._credentials is not None and os.path.isfile(known):
            options += ["StrictHostKeyChecking=yes", f"UserKnownHostsFile={known}"]
        else:
            options += [
                "StrictHostKeyChecking=accept-new",
                f"UserKnownHostsFile={os.path.join(self._scratch, 'known_hosts')}",
            ]
        key = read_secret(self._credentials, "ssh-privatekey") if self._credentials is not None else None
        if key is not None:
            command += ["-i", self._own_key(key)]
        return shlex.join([*command, *(part for option in options for part in ("-o", option))])

    def _own_key(self, key: str) -> str:
        """Copy the key: ssh takes none that others can read, and a mounted Secret is readable for its group."""
        path = os.path.join(self._scratch, "key")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(key + "\n")
        return path
