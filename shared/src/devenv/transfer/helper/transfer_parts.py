"""Files on their way to their final names."""

import fcntl
import hashlib
import os
import time

from transfer_tree import FILE_FLAGS, PART, Refused, look, part_name, remove_quietly, write_all

LOCK_TRIES = 20


class PartWriter:
    """Writes one file under the name of its part, and renames it when it is whole."""

    def __init__(self, helper, root, request):
        self.request = request
        self.parent, self.name = root.locate(request["path"])
        self.resumable = request["resumable"]
        self.part = part_name(self.name) if self.resumable else PART + os.urandom(12).hex().encode()
        self.digest = hashlib.sha256()
        found = look(self.parent, self.name)
        if found is not None and found["kind"] == "d":
            raise Refused("folder", "a folder is in its place")
        self.fd = self.open_part()
        offset = request["offset"]
        try:
            if offset > 0:
                self.digest = helper.digest(self.parent, self.part, offset, request["id"])
            os.ftruncate(self.fd, offset)
            os.lseek(self.fd, offset, os.SEEK_SET)
        except BaseException:
            os.close(self.fd)
            raise

    def open_part(self):
        flags = os.O_WRONLY | os.O_CREAT | FILE_FLAGS
        if not self.resumable:
            return os.open(self.part, flags | os.O_EXCL, 0o600, dir_fd=self.parent)
        for attempt in range(LOCK_TRIES):
            fd = os.open(self.part, flags, 0o600, dir_fd=self.parent)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Who had the lock may have given the part its final name meanwhile.
                if os.fstat(fd).st_ino == os.stat(self.part, dir_fd=self.parent, follow_symlinks=False).st_ino:
                    return fd
            except OSError:
                pass
            # What the connection before this one left may take a moment to notice that it is gone.
            os.close(fd)
            time.sleep(0.25)
        raise Refused("busy", "another transfer writes to it")

    def write(self, data):
        write_all(self.fd, data)
        self.digest.update(data)

    def keep(self):
        if not self.resumable:
            remove_quietly(self.part, self.parent)
        os.close(self.fd)

    def discard(self):
        remove_quietly(self.part, self.parent)
        os.close(self.fd)

    def finish(self, sha256):
        if self.digest.digest() != sha256:
            self.discard()
            raise Refused("checksum", "what came is not what was sent")
        try:
            os.fchmod(self.fd, self.request["mode"])
            os.utime(self.fd, ns=(self.request["mtime"] * 1000000,) * 2)
            if self.resumable:
                os.fsync(self.fd)
            os.rename(self.part, self.name, src_dir_fd=self.parent, dst_dir_fd=self.parent)
        except OSError:
            self.discard()
            raise
        os.close(self.fd)
        return {"sha256": sha256.hex()}
