"""The run's folder: `run.json` in, results and progress out. Layout: docs/decisions/0002-run-folder.md."""

from __future__ import annotations

import errno
import json
import os
import time

from slipway_steps.files import append_line, read_text, remove, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import DatasetPart, Result, RunFile


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_HELD_BACK_BYTES = 48 * 1024
# A volume may be small, and a report with its maths has some megabytes.
_HELD_BACK_FOR_A_REPORT = 4 << 20
_DATASET_VOLUMES = "/slipway/datasets"


def on_cluster() -> bool:
    """Tell whether this is a pod."""
    return os.environ.get("SLIPWAY_TARGET") == "cluster"


class Settled(Exception):
    """A plan came to the end of its step: nothing is left to run."""

    def __init__(self, result: Result, *, is_new: bool = True) -> None:
        """Hold the result that is to be written, unless it is there already."""
        super().__init__(result["step"])
        self.result = result
        self.is_new = is_new

    @property
    def exit_code(self) -> int:
        """What the script ends with: the result's code, and in a pod the verdict where the run has one."""
        if on_cluster() and "verdict" in self.result:
            return int(self.result["verdict"] != "succeeded")
        return self.result["exitCode"]


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
            # In a pod what was submitted is mounted read-only: prepare may have failed, and a notebook can write here.
            folder = os.environ.get("SLIPWAY_INPUTS") or self.root
            content: RunFile = json.loads(read_text(os.path.join(folder, "run.json")))
            self._run_file = content
        return self._run_file

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked for the run's end, in a pod; on a laptop the target ends the steps itself."""
        return on_cluster() and os.path.lexists(os.path.join(self.root, "cancel"))

    def reuses(self, step: str) -> bool:
        """Tell whether the step's result is taken from another run."""
        reuse = self.run_file.get("reuse")
        return on_cluster() and reuse is not None and step in reuse["steps"]

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
            if error.errno not in FULL:
                raise
            result.pop("failedCell", None)
            write_json(path, result)
        if on_cluster():
            self._tell_end(result)

    def _tell_end(self, result: Result) -> None:
        """Tell those who follow how a step ended: its exit code says no more than that it failed."""
        words = {key: result[key] for key in ("state", "exitCode", "reason", "note") if key in result}
        try:
            self.report(type="stepFinished", step=result["step"], **words)
        except OSError as error:
            # The result is written; on a full disk nobody hears of it before the end.
            if error.errno not in FULL:
                raise

    def hold_back(self) -> None:
        """Take a little space for every step's result, so that a notebook that fills the disk is told of it."""
        for step in self.run_file["steps"]:
            held_back = _HELD_BACK_FOR_A_REPORT if step == "report" and on_cluster() else _HELD_BACK_BYTES
            with open(self._held_back(step), "wb") as file:
                file.write(b"\0" * held_back)

    def release(self, step: str) -> None:
        """Give back what is held for a step."""
        remove(self._held_back(step))

    def _held_back(self, step: str) -> str:
        return os.path.join(self.root, "results", step + ".reserve")

    def report(self, **event: object) -> None:
        """Append a line to progress.jsonl, at once."""
        event["time"] = int(time.time() * 1000)
        try:
            append_line(os.path.join(self.root, "progress.jsonl"), event)
        except OSError as error:
            # A full disk is for the work itself to fail of.
            if error.errno not in FULL:
                raise

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

    @property
    def repository(self) -> str:
        """Where the run's Git repository is checked out, in a pod."""
        return os.path.join(self.root, "repository")

    @property
    def suite_root(self) -> str:
        """What the path of the tests is relative to: the checkout of their own repository, else work/."""
        return os.path.join(self.root, "suite") if "suite" in self.run_file else self.work

    def dataset_path(self, dataset: DatasetPart) -> str:
        """Return where the run's data set lies, fetched or not: on a mounted volume, or in the cache of data sets."""
        if "path" in dataset:
            return os.path.join(os.environ.get("SLIPWAY_DATASET_VOLUMES") or _DATASET_VOLUMES, dataset["path"])
        import hashlib

        # By content where that is known, so that all runs share it.
        place = dataset.get("url", "") + ("\n" + dataset["endpoint"] if "endpoint" in dataset else "")
        key = dataset.get("sha256") or hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()
        folder = os.environ.get("SLIPWAY_DATASETS") or os.path.join(self.root, "datasets")
        return os.path.join(folder, key, dataset["name"])

    def executed_notebook(self) -> str | None:
        """Return the executed notebook's path, there or not; None for a command."""
        notebook = self.run_file.get("notebook")
        return os.path.join(self.output, notebook["name"] + "_output.ipynb") if notebook else None

    def report_path(self) -> str | None:
        """Return the HTML report's path, there or not; None for a command."""
        notebook = self.run_file.get("notebook")
        return os.path.join(self.output, notebook["name"] + "_output.html") if notebook else None
