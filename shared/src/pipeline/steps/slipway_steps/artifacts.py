"""Finds and hashes what a run left: everything in output/, and what is new or changed in work/."""

from __future__ import annotations

import hashlib
import math
import os
import stat
import sys
import time

from slipway_steps import globs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Artifact

_CHUNK = 1 << 20

_IGNORED_FOLDERS = frozenset(
    {
        "__pycache__",
        ".cache",
        ".eggs",
        ".git",
        ".hypothesis",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "node_modules",
    }
)
# A folder with one of these is an environment, whatever its name.
_ENVIRONMENT_MARKERS = frozenset({"pyvenv.cfg", "conda-meta"})

_MEDIA_TYPES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".bz2": "application/x-bzip2",
    ".css": "text/css",
    ".csv": "text/csv",
    ".gif": "image/gif",
    ".gz": "application/gzip",
    ".h5": "application/x-hdf5",
    ".h5ad": "application/x-hdf5",
    ".hdf5": "application/x-hdf5",
    ".htm": "text/html",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".mp4": "video/mp4",
    ".npy": "application/x-npy",
    ".npz": "application/zip",
    ".onnx": "application/onnx",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".tar": "application/x-tar",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".toml": "application/toml",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".xml": "application/xml",
    ".xz": "application/x-xz",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zip": "application/zip",
    ".zst": "application/zstd",
}

_ROLES = {
    "papermill.log": "log",
    "jupyter_nbconvert.log": "log",
    "environment.json": "environment",
    "requirements.lock.txt": "requirementsLock",
    "pytest_results.xml": "junit",
    "coverage.xml": "coverage",
    "pytest_report.html": "testReport",
}
_ROLE_ORDER = (
    "report",
    "executedNotebook",
    "testReport",
    "junit",
    "coverage",
    "file",
    "environment",
    "requirementsLock",
    "log",
)


class HashTime:
    """How long files are hashed: without end, but after a cancel for some seconds only."""

    def __init__(self, is_cancelled: Callable[[], bool], seconds: float) -> None:
        """`is_cancelled` is asked again and again, as a cancel may come while a file of many gigabytes is read."""
        self._is_cancelled = is_cancelled
        self._seconds = seconds
        self._end = math.inf

    def is_over(self) -> bool:
        """Tell whether no more hashes are to be made."""
        if self._end == math.inf and self._is_cancelled():
            self._end = time.monotonic() + self._seconds
        return time.monotonic() >= self._end


def find(run: RunFolder, hash_time: HashTime) -> list[Artifact]:
    """Return the artifacts, the well-known ones first. What cannot be read is named on standard error and left out.

    After `hash_time` they come without hashes.
    """
    found: list[Artifact] = []
    for root, name, path, role in _candidates(run, _changed):
        _add(found, os.path.join(root, path), f"{name}/{path}", role, hash_time)
    return _in_order(found)


def listed(run: RunFolder) -> list[Artifact]:
    """Return what there is now, without hashes: for looking at a run that goes on."""
    found: list[Artifact] = []
    for root, name, path, role in _candidates(run, _looks_changed):
        try:
            path.encode("utf-8")
            size = os.lstat(os.path.join(root, path)).st_size
        except (OSError, UnicodeEncodeError):
            continue
        found.append({"path": f"{name}/{path}", "bytes": size, "mediaType": media_type(path), "role": role})
    return _in_order(found)


def _in_order(found: list[Artifact]) -> list[Artifact]:
    return sorted(found, key=lambda artifact: (_ROLE_ORDER.index(artifact["role"]), artifact["path"]))


def _candidates(run: RunFolder, changed: Callable[[RunFolder, str], bool]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the artifacts as root, the root's name, path below it, and role."""
    roles = _roles(run)
    for path, _ in _files(run.output):
        if path.startswith(".partial."):
            continue  # a save that was cut off
        yield run.output, "output", path, roles.get(path, "file")
    kept = globs.matcher(run.run_file["outputs"])
    suite_input = _suite_input(run)
    for path, ignored in _files(run.work, everything=kept is not None):
        wanted = kept is not None and kept.fullmatch(path) is not None
        given = suite_input is not None and path.startswith(suite_input)
        if wanted or (not given and not ignored and changed(run, path)):
            yield run.work, "work", path, "file"


def media_type(name: str) -> str:
    """Return the media type that a file's name stands for."""
    return _MEDIA_TYPES.get(os.path.splitext(name)[1].lower(), "application/octet-stream")


def _roles(run: RunFolder) -> dict[str, str]:
    roles = dict(_ROLES)
    executed, report = run.executed_notebook(), run.report_path()
    if executed is not None and report is not None:
        roles[os.path.basename(executed)] = "executedNotebook"
        roles[os.path.basename(report)] = "report"
    return roles


def _suite_input(run: RunFolder) -> str | None:
    """Return the folder that the test step filled with copies, relative to work/, with a slash at the end."""
    tests = run.run_file.get("tests")
    if tests is None or "notebook" not in run.run_file or run.suite_root != run.work:
        return None
    suite = os.path.join(run.work, tests["path"])
    folder = suite if os.path.isdir(suite) else os.path.dirname(suite)
    if os.path.realpath(folder) == os.path.realpath(run.notebook_folder):
        return None
    return os.path.relpath(os.path.join(folder, "input"), run.work).replace(os.sep, "/") + "/"


def _files(
    root: str, prefix: str = "", *, everything: bool = True, ignored: bool = False
) -> Iterator[tuple[str, bool]]:
    """Yield the regular files below a folder, relative to it, and whether each is (in) a cache or an environment.

    Links are neither followed nor yielded. Without `everything`, ignored folders are not entered.
    """
    try:
        with os.scandir(os.path.join(root, prefix)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except FileNotFoundError:
        return  # prepare failed before it made the folder
    except OSError as error:
        sys.stderr.write(f"left out: {prefix or root} ({error.strerror})\n")
        return
    if prefix and any(entry.name in _ENVIRONMENT_MARKERS for entry in entries):
        ignored = True
        if not everything:
            return
    for entry in entries:
        path = f"{prefix}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            below = ignored or entry.name in _IGNORED_FOLDERS
            if everything or not below:
                yield from _files(root, path + "/", everything=everything, ignored=below)
        elif entry.is_file(follow_symlinks=False):
            yield path, ignored or _is_cache(entry.name)


def _is_cache(name: str) -> bool:
    return name.endswith((".pyc", ".pyo")) or name == ".coverage" or name.startswith(".coverage.")


def _changed(run: RunFolder, path: str) -> bool:
    """Tell whether a file of work/ is not the same as in inputs/."""
    try:
        before = os.lstat(os.path.join(run.inputs, path))
        now = os.lstat(os.path.join(run.work, path))
        if not stat.S_ISREG(before.st_mode) or before.st_size != now.st_size:
            return True
        with open(os.path.join(run.inputs, path), "rb") as one, open(os.path.join(run.work, path), "rb") as other:
            while chunk := one.read(_CHUNK):
                if chunk != other.read(_CHUNK):
                    return True
    except OSError:
        return True
    return False


def _looks_changed(run: RunFolder, path: str) -> bool:
    """Tell the same by size and time, which work/ has from inputs/, and by content only where the times differ."""
    try:
        before = os.lstat(os.path.join(run.inputs, path))
        now = os.lstat(os.path.join(run.work, path))
    except OSError:
        return True
    same = stat.S_ISREG(before.st_mode) and before.st_size == now.st_size and before.st_mtime_ns == now.st_mtime_ns
    return not same and _changed(run, path)


def _add(found: list[Artifact], file: str, path: str, role: str, hash_time: HashTime) -> None:
    artifact: Artifact = {"path": path, "bytes": 0, "mediaType": media_type(path), "role": role}
    try:
        path.encode("utf-8")
        hashed = _hash(file, hash_time)
        if hashed is None:
            artifact["bytes"] = os.lstat(file).st_size
        else:
            artifact["bytes"], artifact["sha256"] = hashed
    except UnicodeEncodeError:
        sys.stderr.write(f"left out: {os.fsencode(path)!r} (its name is not UTF-8)\n")
        return
    except OSError as error:
        sys.stderr.write(f"left out: {path} ({error.strerror})\n")
        return
    found.append(artifact)


def _hash(path: str, hash_time: HashTime) -> tuple[int, str] | None:
    """Return the size and the sha256 of a file, both of the bytes read: a process that is left may be writing it.

    None where the time for it is over.
    """
    digest = hashlib.sha256()
    size = 0
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb", buffering=0) as file:
        while not hash_time.is_over():
            chunk = file.read(_CHUNK)
            if not chunk:
                return size, digest.hexdigest()
            digest.update(chunk)
            size += len(chunk)
    return None
