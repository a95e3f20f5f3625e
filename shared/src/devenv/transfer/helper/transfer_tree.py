"""Folders that transfers stay in, and what is said of what is in them."""

import errno
import hashlib
import os
import stat

BLOCK = 262144
PART = b".slipway-part-"
DEEPEST = 200
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FILE_FLAGS = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Refused(Exception):
    """A request that cannot be done, with a reason for people's programs."""

    def __init__(self, reason, text=""):
        Exception.__init__(self, text or reason)
        self.reason = reason


class Cut(Exception):
    """The other end is gone."""


def raw_path(text):
    """The bytes of a path; raises Refused for one that could lead elsewhere."""
    raw = text.encode("utf-8", "surrogateescape")
    parts = raw.split(b"/")
    if raw.startswith(b"/") or b"\0" in raw or any(part in (b"", b".", b"..") for part in parts):
        raise Refused("path", "the path could lead elsewhere")
    if len(parts) > DEEPEST:
        raise Refused("path", "more than {} folders deep".format(DEEPEST))
    return parts


class Root:
    """A folder that transfers stay in. Folders below it are opened one by one, never through a link."""

    def __init__(self, path):
        self.path = path
        self.fd = os.open(path, FOLDER_FLAGS)
        self.cached = {}

    def folder(self, parts):
        key = b"/".join(parts)
        if key == b"":
            return self.fd
        found = self.cached.get(key)
        if found is not None:
            return found
        parent = self.folder(parts[:-1])
        try:
            fd = os.open(parts[-1], FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=parent)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise Refused("link", "a link or a file is in the place of a folder")
            raise
        if len(self.cached) >= 256:
            self.forget()
            # The parent's number may have been closed with the others.
            os.close(fd)
            return self.folder(parts)
        self.cached[key] = fd
        return fd

    def forget(self):
        for fd in self.cached.values():
            os.close(fd)
        self.cached = {}

    def locate(self, text):
        parts = raw_path(text)
        return self.folder(parts[:-1]), parts[-1]


def kind_of(mode):
    if stat.S_ISREG(mode):
        return "f"
    if stat.S_ISDIR(mode):
        return "d"
    return "l" if stat.S_ISLNK(mode) else "o"


def milliseconds(status):
    return (status.st_mtime_ns + 500000) // 1000000


def facts(status):
    return {
        "kind": kind_of(status.st_mode),
        "bytes": status.st_size,
        "mtime": milliseconds(status),
        "mode": status.st_mode & 0o777,
    }


def problem(error):
    """Why something could not be listed: the reason of a Refused, or the name of a system error."""
    if isinstance(error, Refused):
        return error.reason
    return errno.errorcode.get(error.errno, str(error))


def look(parent, name):
    try:
        return facts(os.stat(name, dir_fd=parent, follow_symlinks=False))
    except FileNotFoundError:
        return None


def part_name(name):
    return PART + hashlib.sha256(name).hexdigest()[:24].encode()


def remove_quietly(name, parent):
    try:
        os.unlink(name, dir_fd=parent)
    except OSError:
        pass


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def shown(parts):
    return b"/".join(parts).decode("utf-8", "backslashreplace")
