"""What a data set is made of at the place it comes from: files with addresses, sizes and checksums."""

from __future__ import annotations

import os
import re

from slipway_steps.contained import PathRefused, parts_of
from slipway_steps.web import Access, DownloadFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import DatasetPart

# A list that is longer than any data set that somebody waits for.
MOST_FILES = 200_000
# What would end or overwrite a line of a log, and what no encoding can write.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class RemoteFile:
    """A file to be fetched."""

    def __init__(
        self,
        url: str,
        path: str = "",
        *,
        size: int | None = None,
        etag: str | None = None,
        digests: dict[str, str] | None = None,
    ) -> None:
        """`path` is relative to the data set's folder; `digests` are checksums in hex by their kind.

        With `etag`, no other version of the file is taken.
        """
        self.url = url
        self.path = path
        self.size = size
        self.etag = etag
        self.digests = digests or {}

    @property
    def name(self) -> str:
        """The file as messages call it."""
        return self.path or "the data set"

    @property
    def identity(self) -> str | None:
        """What the content is known by before it is fetched; None where only asking tells."""
        named = self.digests or ({"etag": self.etag} if self.etag else {})
        return ",".join(f"{kind}:{value}" for kind, value in sorted(named.items())) or None


class Found:
    """What was found at an address: one file, or a folder of them."""

    def __init__(self, files: list[RemoteFile], access: Access, *, is_folder: bool, commit: str | None = None) -> None:
        """`commit` is the version of the repository that they are of."""
        self.files = files
        self.access = access
        self.is_folder = is_folder
        self.commit = commit


def check_paths(files: list[RemoteFile], what: str, *, folders: bool = False) -> None:
    """Raise DownloadFailed for a list of paths that cannot all be files of a folder, or lead out of it.

    With `folders`, folders are in the list as well.
    """
    if len(files) > MOST_FILES:
        message = f"{what} has more than {MOST_FILES} files"
        raise DownloadFailed(message)
    paths: set[str] = set()
    above: set[str] = set()
    for file in files:
        try:
            parts = parts_of(file.path)
        except PathRefused as error:
            message = f"{what} has a file named {file.path!r}, which is no path below a folder"
            raise DownloadFailed(message) from error
        if _UNPRINTABLE.search(file.path):
            message = f"{what} has a file named {file.path!r}, which no log could show"
            raise DownloadFailed(message)
        if file.path in paths:
            message = f"{what} has two files named {file.path!r}"
            raise DownloadFailed(message)
        paths.add(file.path)
        above.update("/".join(parts[:length]) for length in range(1, len(parts)))
    both = paths & above
    if both and not folders:
        message = f"{what} has {min(both)!r} as a file and as a folder; a volume cannot have both"
        raise DownloadFailed(message)


class Credentials:
    """The Secret of a data set, mounted as files."""

    def __init__(self, dataset: DatasetPart) -> None:
        """Name the Secret for people; its files lie in the folder that the step is told of."""
        self.secret = dataset.get("secret")
        self._folder = os.environ.get("SLIPWAY_DATASET_CREDENTIALS", "")

    def value(self, *keys: str) -> str | None:
        """Return the first of these keys that the Secret has; None where it has none of them.

        Raises DownloadFailed for one that cannot stand in a header. No message has the value in it.
        """
        for key in keys if self.secret is not None else ():
            try:
                with open(os.path.join(self._folder, key), "rb") as file:
                    content = file.read().strip()
            except OSError:
                continue
            if re.fullmatch(rb"[\x21-\x7e]+", content):
                return content.decode("ascii")
            message = f"{key} of the Secret {self.secret} is empty or has blanks in it; correct the Secret"
            raise DownloadFailed(message)
        return None

    def needed(self, *keys: str) -> str:
        """Return the first of these keys that the Secret has. Raises DownloadFailed where it has none of them."""
        value = self.value(*keys)
        if value is None:
            message = f"the Secret {self.secret} has no key {' or '.join(keys)}; add it"
            raise DownloadFailed(message)
        return value


def checked_endpoint(text: str) -> str:
    """Return the address of a server without a slash at its end. Raises DownloadFailed for what is none."""
    from slipway_steps.web import check_url

    check_url(text)
    if "@" in text or "?" in text or "#" in text:
        message = "the endpoint of the data set is not the plain address of a server"
        raise DownloadFailed(message)
    return text.rstrip("/")
