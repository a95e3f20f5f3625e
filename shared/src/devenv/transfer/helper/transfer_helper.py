"""The far end of a file transfer: reads requests on standard input, answers on standard output.

It is sent over an SSH session with the modules beside it and needs Python 3.6, nothing else. Frames: four bytes of length, big endian, then JSON with an
``id`` and an ``op``. File contents follow ``put`` requests and answers with ``blocks``: pieces of a length and bytes, then length
0, one byte (1: whole, 0: given up) and the SHA-256 of the whole file. With ``beside`` the pieces and the length 0 go over a
connection of their own, which ``contents`` opens.

Paths are relative to a root that the person named, and are walked without following a link. A file has its final name only
when it is whole and its checksum is right; until then its bytes are in a part file in the same folder.
"""

import errno
import hashlib
import io
import json
import os
import struct
import time

from transfer_contents import open_contents
from transfer_parts import PartWriter
from transfer_tree import (
    BLOCK,
    DEEPEST,
    FILE_FLAGS,
    PART,
    Cut,
    Refused,
    Root,
    facts,
    kind_of,
    look,
    milliseconds,
    part_name,
    problem,
    remove_quietly,
    shown,
)

OLD_PART_SECONDS = 7 * 86400
HASH_NOTICE = 64 * 1024 * 1024


class Input(io.RawIOBase):
    """Standard input. Answers are sent before it is waited for, and many of them at once where requests are there already."""

    def __init__(self, answers):
        io.RawIOBase.__init__(self)
        self.answers = answers

    def readable(self):
        return True

    def readinto(self, buffer):
        try:
            self.answers.flush()
        except BrokenPipeError:
            raise Cut()
        return os.readv(0, [buffer])


class Helper:
    def __init__(self):
        self.answers = io.BufferedWriter(io.FileIO(1, "wb", closefd=False), BLOCK)
        self.source = io.BufferedReader(Input(self.answers), BLOCK)
        self.roots = []
        self.contents = None

    # Frames

    def read(self, count):
        data = self.source.read(count)
        if len(data) < count:
            raise Cut()
        return data

    def number(self, source=None):
        return struct.unpack(">I", (source or self).read(4))[0]

    def answer(self, message):
        data = json.dumps(message, separators=(",", ":")).encode("ascii")
        self.answers.write(struct.pack(">I", len(data)) + data)

    def tell(self, message):
        """An answer that is not the last one, sent at once."""
        self.answer(message)
        self.answers.flush()

    def serve(self):
        self.answers.write(b"\n\0slipway-transfer-1\n")
        while self.source.peek(1):
            request = json.loads(self.read(self.number()).decode("utf-8"))
            try:
                self.answer(dict(getattr(self, "do_" + request["op"])(request), id=request["id"]))
            except Refused as refused:
                self.answer({"id": request["id"], "refused": refused.reason, "text": str(refused)})
            except OSError as error:
                self.answer(dict(self.failure(request, error), id=request["id"]))

    def failure(self, request, error):
        told = {"errno": errno.errorcode.get(error.errno, str(error.errno)), "text": error.strerror or str(error)}
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            try:
                told["space"] = self.space(request)
            except OSError:
                pass
        return told

    # Requests

    def root(self, request):
        return self.roots[request["root"]]

    def do_root(self, request):
        """Opens a root: the folder itself, or with ``parent`` the folder that the named thing is in."""
        path = os.path.expanduser(request["path"]).encode("utf-8", "surrogateescape")
        if not os.path.isabs(path):
            base = request["base"].encode("utf-8")
            path = os.path.join(base if os.path.isdir(base) else os.path.expanduser(b"~"), path)
        path = os.path.normpath(path)
        if request.get("make"):
            os.makedirs(path, exist_ok=True)
        try:
            status = os.stat(path)
        except FileNotFoundError:
            return {"kind": None, "path": os.fsdecode(path)}
        told = dict(facts(status), path=path.decode("utf-8", "backslashreplace"))
        if kind_of(status.st_mode) == "d":
            folder = path
        else:
            # Who names a link to a file means the file.
            folder, name = os.path.split(os.path.realpath(path))
            told["name"] = name.decode("utf-8", "backslashreplace")
        self.roots.append(Root(folder))
        return dict(told, root=len(self.roots) - 1)

    def do_list(self, request):
        root = self.root(request)
        only = None if "only" not in request else {name.encode("utf-8") for name in request["only"]}
        prune = {name.encode("utf-8") for name in request.get("prune", [])}
        batch = []
        problems = []
        pending = [[]]
        count = 0
        part_bytes = 0
        while pending:
            parts = pending.pop()
            try:
                if len(parts) >= DEEPEST:
                    raise Refused("path", "more than {} folders deep".format(DEEPEST))
                fd = root.folder(parts)
                names = sorted(os.fsencode(name) for name in os.listdir(fd))
                if only is not None and not parts:
                    names = [name for name in names if name in only]
            except (OSError, Refused) as error:
                problems.append([shown(parts), problem(error)])
                continue
            for name in names:
                found = parts + [name]
                try:
                    text = b"/".join(found).decode("utf-8")
                except UnicodeDecodeError:
                    problems.append([shown(found), "name"])
                    continue
                try:
                    status = os.stat(name, dir_fd=root.folder(parts), follow_symlinks=False)
                    kind = kind_of(status.st_mode)
                    entry = [text, kind, status.st_size, milliseconds(status), status.st_mode & 0o777]
                    if kind == "l":
                        entry.append(os.readlink(name, dir_fd=root.folder(parts)).decode("utf-8", "backslashreplace"))
                except FileNotFoundError:
                    continue
                except OSError as error:
                    problems.append([text, problem(error)])
                    continue
                if kind == "f" and name.startswith(PART):
                    if time.time() - status.st_mtime > OLD_PART_SECONDS and not request["keep"]:
                        remove_quietly(name, root.folder(parts))
                    else:
                        part_bytes += status.st_size
                    continue
                count += 1
                if count > request["limit"]:
                    raise Refused("many", "more than {} entries".format(request["limit"]))
                if kind == "d" and not (name in prune or (prune and name.startswith(b"."))):
                    pending.append(found)
                batch.append(entry)
                if len(batch) >= 500:
                    self.answer({"id": request["id"], "entries": batch})
                    batch = []
        return {"entries": batch, "problems": problems[:1000], "parts": part_bytes, "done": True}

    def do_look(self, request):
        parent, name = self.root(request).locate(request["path"])
        return {"found": look(parent, name)}

    def do_part(self, request):
        """What is there of a big file: the file of that name, and the part of it that came before a cut."""
        parent, name = self.root(request).locate(request["path"])
        part = look(parent, part_name(name))
        told = {"found": look(parent, name), "bytes": 0}
        if part is not None and part["kind"] == "f" and part["bytes"] > 0:
            length = min(part["bytes"], request["bytes"])
            told["bytes"] = length
            told["sha256"] = self.digest(parent, part_name(name), length, request["id"]).hexdigest()
        return told

    def do_hash(self, request):
        parent, name = self.root(request).locate(request["path"])
        before = look(parent, name)
        if before is None or before["kind"] != "f":
            raise Refused("changed", "it is no file any more")
        length = request.get("bytes", before["bytes"])
        digest = self.digest(parent, name, length, request["id"]).hexdigest()
        return {"sha256": digest, "same": look(parent, name) == before}

    def digest(self, parent, name, length, notice):
        """Of the first bytes. Says now and then that it goes on: a big file takes a while."""
        digest = hashlib.sha256()
        fd = os.open(name, os.O_RDONLY | FILE_FLAGS, dir_fd=parent)
        try:
            done = 0
            while done < length:
                data = os.read(fd, min(BLOCK * 4, length - done))
                if not data:
                    raise Refused("changed", "it is shorter than it was")
                digest.update(data)
                if (done + len(data)) // HASH_NOTICE > done // HASH_NOTICE:
                    self.tell({"id": notice, "hashed": done + len(data)})
                done += len(data)
        finally:
            os.close(fd)
        return digest

    def do_mkdir(self, request):
        parent, name = self.root(request).locate(request["path"])
        try:
            os.mkdir(name, request["mode"] | 0o700, dir_fd=parent)
        except FileExistsError:
            found = look(parent, name)
            if found is None or found["kind"] != "d":
                raise Refused("link", "a link or a file is in the place of a folder")
        return {}

    def do_link(self, request):
        parent, name = self.root(request).locate(request["path"])
        temporary = PART + os.urandom(12).hex().encode()
        os.symlink(request["target"].encode("utf-8"), temporary, dir_fd=parent)
        try:
            os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
        except OSError:
            remove_quietly(temporary, parent)
            raise
        return {}

    def do_remove(self, request):
        root = self.root(request)
        parent, name = root.locate(request["path"])
        found = look(parent, name)
        if found is None:
            return {"removed": False}
        if found["kind"] == "d":
            root.forget()
            parent, name = root.locate(request["path"])
            try:
                os.rmdir(name, dir_fd=parent)
            except OSError as error:
                if error.errno == errno.ENOTEMPTY:
                    return {"removed": False}
                raise
        else:
            os.unlink(name, dir_fd=parent)
        return {"removed": True}

    def do_times(self, request):
        parent, name = self.root(request).locate(request["path"])
        fd = os.open(name, os.O_RDONLY | FILE_FLAGS, dir_fd=parent)
        try:
            os.fchmod(fd, request["mode"])
            os.utime(fd, ns=(request["mtime"] * 1000000,) * 2)
        finally:
            os.close(fd)
        return {}

    def do_space(self, request):
        return self.space(request)

    def space(self, request):
        told = os.fstatvfs(self.root(request).fd)
        return {"free": told.f_bavail * told.f_frsize, "total": told.f_blocks * told.f_frsize}

    # Contents

    def do_contents(self, request):
        """Opens the connection for contents, on a port that it tells first."""
        self.contents = open_contents(request, lambda port: self.tell({"id": request["id"], "port": port}))
        return {"opened": True}

    def do_nothing(self, request):
        return {}

    def do_put(self, request):
        """Takes a file. Its blocks are read to the end also where they cannot be written: the next request is behind them."""
        source = self.contents if request.get("beside") else self
        writer = None
        failure = None
        try:
            writer = PartWriter(self, self.root(request), request)
        except (OSError, Refused) as error:
            failure = error
        try:
            while True:
                length = self.number(source)
                if length == 0:
                    break
                data = source.read(length)
                if failure is None:
                    try:
                        writer.write(data)
                    except OSError as error:
                        failure = error
                        writer.discard()
            whole, sha256 = self.read(1) == b"\1", self.read(32)
        except Cut:
            if writer is not None and failure is None:
                writer.keep()
            raise
        if failure is not None:
            raise failure
        if not whole:
            writer.discard()
            raise Refused("changed", "it changed while it was sent")
        return writer.finish(sha256)

    def do_get(self, request):
        """Gives a file from an offset on; the checksum is of the whole file."""
        parent, name = self.root(request).locate(request["path"])
        fd = os.open(name, os.O_RDONLY | FILE_FLAGS, dir_fd=parent)
        try:
            before = facts(os.fstat(fd))
            if before["kind"] != "f":
                raise Refused("changed", "it is no file any more")
            offset = request["offset"]
            digest = hashlib.sha256()
            if offset > 0:
                digest = self.digest(parent, name, offset, request["id"])
                if digest.hexdigest() != request["sha256"]:
                    raise Refused("part", "the part that is there is of another file")
                os.lseek(fd, offset, os.SEEK_SET)
            self.answer(dict(before, id=request["id"], blocks=True))
            sink = self.answers
            if request.get("beside"):
                # They are waited for until they are taken.
                self.answers.flush()
                sink = self.contents
            left = before["bytes"] - offset
            while left > 0:
                data = os.read(fd, min(BLOCK, left))
                if not data:
                    break
                digest.update(data)
                sink.write(struct.pack(">I", len(data)) + data)
                left -= len(data)
            sink.write(struct.pack(">I", 0))
            whole = left == 0 and facts(os.fstat(fd)) == before and not os.read(fd, 1)
            self.answers.write((b"\1" if whole else b"\0") + digest.digest())
        finally:
            os.close(fd)
        return {"whole": whole}


def main():
    try:
        Helper().serve()
    except (Cut, BrokenPipeError):
        pass
