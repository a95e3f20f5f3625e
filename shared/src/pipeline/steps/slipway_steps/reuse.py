"""Takes over what the reused steps of another run left. The same for runs on a laptop: targets/local/reuse.ts."""

from __future__ import annotations

import os
import shutil
import stat

from slipway_steps.files import remove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway_steps.run import RunFolder

_CHUNK = 1 << 20

# Which step writes what is not the notebook's or the command's own.
_WRITTEN_BY = {
    "requirements.lock.txt": "prepare",
    "jupyter_nbconvert.log": "report",
    "coverage.xml": "test",
    "pytest_results.xml": "test",
    "pytest_report.html": "test",
}
# What the steps before `prepare` leave beside work/ and output/.
_FETCHED = {"dataset": ("datasets",), "clone": ("repository", "suite")}


class ReuseRefused(Exception):
    """A step has nothing that could be reused: a sentence."""


def take_over(run: RunFolder, original: RunFolder, check_cancel: Callable[[], None]) -> None:
    """Copy logs and results, the environment that `prepare` found, and what is left in output/ and work/.

    Raises ReuseRefused.
    """
    reuse = run.run_file.get("reuse")
    steps = reuse["steps"] if reuse is not None else []
    for step in steps:
        for name in (f"logs/{step}.log", f"logs/{step}.times"):
            _copy_if_there(os.path.join(original.root, name), os.path.join(run.root, name))
        if not _copy_if_there(original.result_path(step), run.result_path(step)):
            message = f"the {step} step of the earlier run left no result to reuse; run it again from the start"
            raise ReuseRefused(message)
        for name in _FETCHED.get(step, ()):
            _copy_tree(original.root, run.root, check_cancel, _everything, below=name + "/")
    if "prepare" in steps:
        _copy_if_there(os.path.join(original.root, "python"), os.path.join(run.root, "python"))
    written_by = _written_by(run)
    main = "notebook" if "notebook" in run.run_file else "command"
    _copy_tree(original.output, run.output, check_cancel, lambda path, _: written_by.get(path, main) in steps)
    if main in steps:
        _take_over_work(run, original, check_cancel)


def _everything(_path: str, _kind: str) -> bool:
    return True


def _written_by(run: RunFolder) -> dict[str, str]:
    report = run.report_path()
    return {**_WRITTEN_BY, **({os.path.basename(report): "report"} if report is not None else {})}


def _take_over_work(run: RunFolder, original: RunFolder, check_cancel: Callable[[], None]) -> None:
    """Repeat the effect of the notebook or command on its folder: what it made, changed and removed there."""

    def is_effect(path: str, kind: str) -> bool:
        before = os.path.join(original.inputs, path)
        if kind == "folder":
            return not _is_folder(before)
        return not _same_file(before, os.path.join(original.work, path))

    _copy_tree(original.work, run.work, check_cancel, is_effect)
    for path, _ in _walk(original.inputs):
        if not os.path.lexists(os.path.join(original.work, path)):
            _remove_any(os.path.join(run.work, path))


def _walk(root: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and kind (file, folder, link), parents first; pipes and sockets are left out."""
    try:
        with os.scandir(os.path.join(root, prefix)) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        path = prefix + entry.name
        if entry.is_symlink():
            yield path, "link"
        elif entry.is_dir(follow_symlinks=False):
            yield path, "folder"
            yield from _walk(root, path + "/")
        elif entry.is_file(follow_symlinks=False):
            yield path, "file"


def _copy_tree(
    source: str,
    target: str,
    check_cancel: Callable[[], None],
    choose: Callable[[str, str], bool],
    below: str = "",
) -> None:
    """Copy what `choose` accepts; what is in the way gives way."""
    for path, kind in _walk(source, below):
        check_cancel()
        if not choose(path, kind):
            continue
        before, after = os.path.join(source, path), os.path.join(target, path)
        if kind == "folder":
            if not _is_folder(after):
                remove(after)
                os.makedirs(after, mode=0o700)
            continue
        _remove_any(after)
        os.makedirs(os.path.dirname(after), mode=0o700, exist_ok=True)
        if kind == "link":
            os.symlink(os.readlink(before), after)
        else:
            shutil.copy(before, after)


def _copy_if_there(source: str, target: str) -> bool:
    try:
        shutil.copy(source, target)
    except FileNotFoundError:
        return False
    return True


def _remove_any(path: str) -> None:
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        remove(path)


def _is_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _same_file(one: str, other: str) -> bool:
    try:
        left, right = os.lstat(one), os.lstat(other)
        if not (stat.S_ISREG(left.st_mode) and stat.S_ISREG(right.st_mode)) or left.st_size != right.st_size:
            return False
        with open(one, "rb") as lefts, open(other, "rb") as rights:
            while chunk := lefts.read(_CHUNK):
                if chunk != rights.read(_CHUNK):
                    return False
    except FileNotFoundError:
        return False
    return True
