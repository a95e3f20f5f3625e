"""The run's folder: `run.json` in, results and progress out. Layout: docs/decisions/0002-run-folder.md."""

from __future__ import annotations

import errno
import json
import os
import time

from slipway_steps.files import append_line, read_text, remove, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import Result, RunFile


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_HELD_BACK_BYTES = 48 * 1024


class Settled(Exception):
    """A plan came to the end of its step: nothing is left to run."""

    def __init__(self, result: Result) -> None:
        """Hold the result that is to be written."""
        super().__init__(result["step"])
        self.result = result


class RunFolder:
    """Paths and files of one run."""

    def __init__(self, root: str) -> None:
        """Name the folder; nothing is read yet."""
        self.root = root
        self.inputs = os.path.join(root, "inputs")
        self.work = os.path.join(root, "work")
        self.output = os.path.join(root, "output")
        self._run_file: RunFile | None = None

    @property
    def run_file(self) -> RunFile:
        """The content of run.json, read once."""
        if self._run_file is None:
            content: RunFile = json.loads(read_text(os.path.join(self.root, "run.json")))
            self._run_file = content
        return self._run_file

    def result_path(self, step: str) -> str:
        """Return where a step's result lies."""
        return os.path.join(self.root, "results", step + ".json")

    def result(self, step: str) -> Result | None:
        """Return a step's result; None when it left none, or a broken one."""
        try:
            result: Result = json.loads(read_text(self.result_path(step)))
        except (OSError, ValueError):
            return None
        return result if isinstance(result, dict) and "state" in result else None

    def write_result(self, result: Result) -> None:
        """Write a step's result in one go, also on a full disk: then with what was held back, if need be shortened."""
        path = self.result_path(result["step"])
        self.release(result["step"])
        try:
            write_json(path, result)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            result.pop("failedCell", None)
            write_json(path, result)

    def hold_back(self) -> None:
        """Take a little space for every step's result, so that a notebook that fills the disk is told of it."""
        for step in self.run_file["steps"]:
            with open(self._held_back(step), "wb") as file:
                file.write(b"\0" * _HELD_BACK_BYTES)

    def release(self, step: str) -> None:
        """Give back what is held for a step."""
        remove(self._held_back(step))

    def _held_back(self, step: str) -> str:
        return os.path.join(self.root, "results", step + ".reserve")

    def report(self, **event: object) -> None:
        """Append a line to progress.jsonl, at once."""
        event["time"] = int(time.time() * 1000)
        append_line(os.path.join(self.root, "progress.jsonl"), event)

    def note(self, step: str, text: str) -> None:
        """Tell people what a step is doing."""
        self.report(type="stepNote", step=step, text=text)

    def python(self) -> str | None:
        """Return the interpreter that prepare chose; None when it is not there or cannot be started."""
        try:
            with open(os.path.join(self.root, "python"), encoding="utf-8", errors="surrogateescape") as file:
                path = file.read().rstrip("\n")
        except OSError:
            return None
        return path if os.access(path, os.X_OK) else None

    @property
    def notebook_folder(self) -> str:
        """Where the notebook lies in work/, its working folder; work/ itself for a command."""
        notebook = self.run_file.get("notebook")
        return os.path.dirname(os.path.join(self.work, notebook["path"])) if notebook else self.work

    def executed_notebook(self) -> str | None:
        """Return the executed notebook's path, there or not; None for a command."""
        notebook = self.run_file.get("notebook")
        return os.path.join(self.output, notebook["name"] + "_output.ipynb") if notebook else None

    def report_path(self) -> str | None:
        """Return the HTML report's path, there or not; None for a command."""
        notebook = self.run_file.get("notebook")
        return os.path.join(self.output, notebook["name"] + "_output.html") if notebook else None
