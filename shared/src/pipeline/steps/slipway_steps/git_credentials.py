"""git-credential: answers Git's question for a login from the files of a mounted Secret.

Git starts this for one host only (`credential.URL.helper`), so what a server redirects to gets no answer. The secret
goes from the file through a pipe to Git: never onto a command line, into the environment or a log.
"""

from __future__ import annotations

import os
import sys

# Kubernetes' own names for a Secret of type basic-auth.
_FILES = ("username", "password")


def main(arguments: list[str]) -> int:
    """Answer `get`; what Git wants to store or erase is none of its business."""
    folder, operation = arguments
    if operation != "get":
        return 0
    for name in _FILES:
        value = read_secret(folder, name)
        if value is not None and "\n" not in value:
            sys.stdout.write(f"{name}={value}\n")
    return 0


def read_secret(folder: str, name: str) -> str | None:
    """Return a value of the Secret without the line end that editors leave; None where it has none."""
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read().rstrip("\r\n")
    except (OSError, ValueError):
        return None
