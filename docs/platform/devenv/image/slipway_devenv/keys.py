"""Copies of the Secret with the modes that sshd asks for. A volume of a Secret can have neither of its own."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from slipway_devenv.files import private_folder, replace_file

if TYPE_CHECKING:
    from pathlib import Path

HOST_KEY = "ssh_host_ed25519_key"
AUTHORIZED_KEYS = "authorized_keys"
_NAMES = (HOST_KEY, f"{HOST_KEY}.pub", AUTHORIZED_KEYS)
# A Secret holds at most 1 MiB.
_LIMIT = 1_048_576


class KeyCopies:
    """The copies in `private` of the files in `secret`."""

    def __init__(self, secret: Path, private: Path) -> None:
        """Copy nothing yet."""
        self._secret = secret
        self._private = private
        self._copied: dict[str, bytes | None] = {}

    def refresh(self) -> set[str]:
        """Copy what has another content than before, and return the names. @raises OSError: it could not be written."""
        changed = set()
        for name in _NAMES:
            content: bytes | None
            try:
                content = self._read(name)
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                    continue  # It cannot be read just now, which says nothing about what it holds.
                # A list of keys that is gone lets nobody in. A host key that is gone is no reason to end sessions.
                content = b"" if name == AUTHORIZED_KEYS and self._secret.is_dir() else None
            if content is None or (name in self._copied and self._copied[name] == content):
                continue
            private_folder(self._private)
            replace_file(self._private / name, content, 0o600)
            self._copied[name] = content
            changed.add(name)
        return changed

    @property
    def complete(self) -> bool:
        """True when a server could start."""
        return HOST_KEY in self._copied and AUTHORIZED_KEYS in self._copied

    def _read(self, name: str) -> bytes:
        with (self._secret / name).open("rb") as file:
            return file.read(_LIMIT)
