"""Data sets on the Hugging Face Hub, or a mirror of it: a file, a folder or the whole of a repository at one commit."""

from __future__ import annotations

import json
import os
import re
import urllib.parse

from slipway_steps.files import first_line
from slipway_steps.remote import MOST_FILES, Credentials, Found, RemoteFile, check_paths, checked_endpoint
from slipway_steps.web import Access, DownloadFailed, Patience, ask, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from email.message import Message
    from typing import Any

    from slipway_steps.shapes import DatasetPart
    from slipway_steps.web import Refusal, Tell

_ENDPOINT = "https://huggingface.co"
_TOKEN_KEYS = ("token", "HF_TOKEN")
_NAME = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,96}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# References whose names have slashes: the converted Parquet files, and pull requests.
_REFERENCE = re.compile(r"refs/(?:convert|pr)/[^/]+")
_UNAUTHORIZED, _FORBIDDEN = 401, 403


class Place:
    """What an address names: a repository, a revision, and a path in it."""

    def __init__(self, kind: str, repository: str, revision: str, path: str) -> None:
        """`kind` is `datasets` or `models`; an empty path is the whole repository."""
        self.kind = kind
        self.repository = repository
        self.revision = revision
        self.path = path


def parse(url: str) -> Place:
    """Take `hf://[datasets/]ORG/NAME[@REVISION][/PATH]` apart. Raises DownloadFailed."""
    rest = url[len("hf://") :]
    is_dataset = rest.startswith("datasets/")
    rest = rest[len("datasets/") :] if is_dataset else rest
    owner, _, rest = rest.partition("/")
    name = rest.partition("/")[0]
    revision, path = "main", rest[len(name) + 1 :]
    if "@" in name:
        name, _, rest = rest.partition("@")
        reference = _REFERENCE.match(rest)
        revision = reference[0] if reference else rest.partition("/")[0]
        path = rest[len(revision) + 1 :]
        revision = urllib.parse.unquote(revision)
    path = path.rstrip("/")
    if not _NAME.fullmatch(owner) or not _NAME.fullmatch(name) or owner in {"datasets", "spaces"} or not revision:
        message = "the data set's address is not hf://datasets/OWNER/NAME@REVISION/PATH, nor hf://OWNER/NAME/PATH"
        raise DownloadFailed(message)
    if path:
        check_paths([RemoteFile("", path)], shown(url))
    return Place("datasets" if is_dataset else "models", f"{owner}/{name}", revision, path)


class Hub(Access):
    """The Hub or a mirror of it, asked by somebody or by anybody."""

    def __init__(self, dataset: DatasetPart, place: Place, tell: Tell) -> None:
        """Take the server from the data set, else from the team profile or the image. Raises DownloadFailed."""
        self.endpoint = checked_endpoint(dataset.get("endpoint") or os.environ.get("HF_ENDPOINT") or _ENDPOINT)
        self.place = place
        self._credentials = Credentials(dataset)
        self._token = None if self._credentials.secret is None else self._credentials.needed(*_TOKEN_KEYS)
        if self._token is not None and self.endpoint.startswith("http://"):
            tell(f"{self.endpoint} is asked without encryption; the token of the Secret can be read on its way")

    @property
    def page(self) -> str:
        """Where people see the repository."""
        folder = "datasets/" if self.place.kind == "datasets" else ""
        return f"{self.endpoint}/{folder}{self.place.repository}"

    def question(self, what: str, revision: str, path: str = "", query: str = "") -> str:
        """Return the address of an answer about the repository at a revision."""
        below = f"/{urllib.parse.quote(path)}" if path else ""
        base = f"{self.endpoint}/api/{self.place.kind}/{self.place.repository}"
        return f"{base}/{what}/{urllib.parse.quote(revision, safe='')}{below}{query}"

    def headers(self, _url: str) -> dict[str, str]:
        """Show the token."""
        return {"Authorization": f"Bearer {self._token}"} if self._token is not None else {}

    def why(self, refusal: Refusal) -> str | None:
        """Read the reason from the Hub's own code."""
        code = refusal.headers.get("X-Error-Code", "")
        repository, secret = self.place.repository, self._credentials.secret
        by_whom = "the account of its token" if secret else "an account, and a Secret with its token as dataset.secret"
        if code == "GatedRepo":
            return f"the repository asks for its terms to be accepted at {self.page}, by {by_whom}"
        if code == "RevisionNotFound":
            return f"{repository} has no revision {self.place.revision}; give a branch, a tag or a commit"
        if code == "EntryNotFound":
            return f"{repository} has no such file at {self.place.revision}"
        if code == "RepoNotFound" or (refusal.status == _UNAUTHORIZED and secret is None):
            access = f"the token of the Secret {secret} may not see it" if secret else "it is private"
            ask_for = "" if secret else "; for a private one name a Secret with the key token as dataset.secret"
            return f"there is no repository {repository}, or {access}{ask_for}"
        if refusal.status in {_UNAUTHORIZED, _FORBIDDEN} and secret:
            return (
                f"the token of the Secret {secret} is not valid or may not read {repository}; put another one into it"
            )
        said = re.sub(r"[^\x20-\x7e]", " ", refusal.headers.get("X-Error-Message", ""))
        return first_line(said, 200) or super().why(refusal)


def find(dataset: DatasetPart, tell: Tell, patience: Patience) -> Found:
    """Find what an address names, at the commit that its revision is now. Raises DownloadFailed."""
    place = parse(dataset["url"])
    hub = Hub(dataset, place, tell)
    asking = _Asking(hub, tell, patience)
    commit = asking.commit()
    folder = place.path
    if folder:
        parent = folder.rpartition("/")[0]
        entry = next((entry for entry in asking.tree(commit, parent) if entry["path"] == folder), None)
        if entry is None:
            message = f"{place.repository} has no {folder} at {place.revision}; see {hub.page}"
            raise DownloadFailed(message)
        if entry["type"] == "file":
            return Found([_file(hub, commit, entry, "")], hub, is_folder=False, commit=commit)
    entries = asking.tree(commit, folder, "?recursive=true")
    prefix = folder + "/" if folder else ""
    files = [_file(hub, commit, entry, prefix) for entry in entries if entry["type"] == "file"]
    if not files:
        message = f"{place.repository} has no files in {folder or 'it'} at {place.revision}"
        raise DownloadFailed(message)
    check_paths(files, place.repository)
    return Found(files, hub, is_folder=True, commit=commit)


class _Asking:
    """Questions about a repository."""

    def __init__(self, hub: Hub, tell: Tell, patience: Patience) -> None:
        self._hub = hub
        self._tell = tell
        self._patience = patience

    def commit(self) -> str:
        """Return the commit that the revision is now."""
        place = self._hub.place
        url = self._hub.question("revision", place.revision)
        answer = _json(ask(url, self._hub, self._patience, self._tell).body, url)
        commit = answer.get("sha") if isinstance(answer, dict) else None
        if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise DownloadFailed(_strange(url))
        self._tell(f"{place.repository} at {place.revision} is commit {commit}")
        return commit

    def tree(self, commit: str, folder: str, query: str = "") -> list[dict[str, Any]]:
        """Return the whole list of a folder, page by page."""
        entries: list[dict[str, Any]] = []
        url = self._hub.question("tree", commit, folder, query)
        asked: set[str] = set()
        while len(entries) <= MOST_FILES:
            if url in asked:
                message = f"{shown(url)} lists its files without an end"
                raise DownloadFailed(message)
            asked.add(url)
            answer = ask(url, self._hub, self._patience, self._tell)
            page = _json(answer.body, url)
            if not isinstance(page, list) or not all(_is_entry(entry) for entry in page):
                raise DownloadFailed(_strange(url))
            entries += page
            following = _next(answer.headers)
            if following is None:
                break
            # A mirror may pass on the Hub's own address: only where to go on counts, and the token stays here.
            url = url.partition("?")[0] + "?" + following
            self._tell(f"listing: {len(entries)} files")
        check_paths([RemoteFile("", entry["path"]) for entry in entries], self._hub.place.repository, folders=True)
        return entries


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("path"), str) and isinstance(entry.get("type"), str)


def _next(headers: Message) -> str | None:
    found = re.search(r'<([^<>]*)>\s*;\s*rel="next"', headers.get("Link", ""))
    return urllib.parse.urlsplit(found[1]).query if found else None


def _file(hub: Hub, commit: str, entry: dict[str, Any], prefix: str) -> RemoteFile:
    path, size, object_id, lfs = entry["path"], entry.get("size"), entry.get("oid"), entry.get("lfs")
    digests = {}
    if isinstance(lfs, dict):
        size, object_id = lfs.get("size", size), lfs.get("oid")
        if isinstance(object_id, str) and _SHA256.fullmatch(object_id):
            digests = {"sha256": object_id}
    elif isinstance(object_id, str) and _COMMIT.fullmatch(object_id):
        digests = {"git": object_id}
    if not isinstance(size, int) or size < 0 or not digests or not path.startswith(prefix):
        message = f"{hub.page} does not tell the size and checksum of {path}"
        raise DownloadFailed(message)
    url = f"{hub.page}/resolve/{commit}/{urllib.parse.quote(path)}"
    return RemoteFile(url, path[len(prefix) :] if prefix else path, size=size, digests=digests)


def _json(body: bytes, url: str) -> object:
    try:
        answer: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DownloadFailed(_strange(url)) from error
    return answer


def _strange(url: str) -> str:
    return f"{shown(url)} does not answer as the Hugging Face Hub does; is it the address of a mirror?"
