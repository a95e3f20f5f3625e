"""papermill's own engine, which also reports the cells and saves the notebook less often.

Progress comes from these calls and never from reading papermill's output, which a cell could imitate.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import tempfile
import time
from typing import TYPE_CHECKING, ClassVar

import zmq
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager
from papermill.iorw import write_ipynb
from papermill.log import logger

from slipway_steps.failures import Raised, without_colours
from slipway_steps.files import remove
from slipway_steps.outcome import duration_words
from slipway_steps.printed import as_shown

if TYPE_CHECKING:
    from slipway_steps.cells import CellReporter

# A save may take this share of the time. Saving twice a cell is quadratic in the size of the outputs.
_SHARE_OF_TIME_FOR_SAVING = 0.05
# Seconds for the rest of a finished cell's output to arrive; papermill's 4 are too few for hundreds of megabytes.
_OUTPUT_TIMEOUT = 600
_KERNEL_START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run_kernel.py")
_MANAGER_OPTIONS = ("output_path", "progress_bar", "log_output", "autosave_cell_every")


class Stopped(SystemExit):
    """The step was asked to stop (TERM).

    What a callback raises asyncio logs and forgets, unless it ends the process; and TERM may come while one saves the
    notebook.
    """

    def __init__(self) -> None:
        """Take the exit code from the signal, as shells do."""
        super().__init__(128 + signal.SIGTERM)


class ReportingManager(NotebookExecutionManager):
    """Follows a notebook's execution: papermill calls it at the start and the end of every cell."""

    def __init__(self, reporter: CellReporter, cell_limit: int | None, nb: NotebookNode, **options: object) -> None:
        """Wrap a notebook; `cell_limit` is in seconds."""
        self._reporter = reporter
        self._cell_limit = cell_limit
        self._save_seconds = 0.0
        self._saved_at = 0.0
        self._to_save = False
        super().__init__(nb, **options)

    def notebook_start(self, **options: object) -> None:
        """Save the notebook as it is before the first cell."""
        self._saved_at = 0.0
        super().notebook_start(**options)

    def cell_start(self, cell: NotebookNode, cell_index: int | None = None, **options: object) -> None:
        """Report that a cell begins, before papermill does anything about it."""
        self._reporter.started(cell.get("id", ""))
        super().cell_start(cell, cell_index, **options)

    def cell_executes(self, **_cell: object) -> None:
        """Make up for a save that was too early while the cell runs, which may take hours and print nothing."""
        if self._to_save:
            pause = self._saved_at + self._save_seconds / _SHARE_OF_TIME_FOR_SAVING - time.monotonic()
            asyncio.get_running_loop().call_later(max(0.0, pause), self._save_late)

    def _save_late(self) -> None:
        if self._to_save:
            self.save()

    def cell_exception(self, cell: NotebookNode, cell_index: int | None = None, **options: object) -> None:
        """Keep what a cell raised."""
        super().cell_exception(cell, cell_index, **options)
        self._reporter.raised(cell.get("id", ""), cell.source, _raised(cell, options.get("exception")))

    def cell_complete(self, cell: NotebookNode, cell_index: int | None = None, **options: object) -> None:
        """Report how a cell ended; papermill calls this also while an exception passes."""
        passing = sys.exc_info()[1]
        if passing is not None:
            self._end_in(cell, passing)
        super().cell_complete(cell, cell_index, **options)
        self._reporter.finished(cell.get("id", ""), failed=cell.metadata.papermill["status"] == self.FAILED)

    def notebook_complete(self, **options: object) -> None:
        """Save the notebook once more, what was printed as it is shown and the source of failed cells unhidden."""
        for cell in self.nb.cells:
            # Not earlier: a later cell may change what one has displayed, and finds it by its place among the outputs.
            if "outputs" in cell:
                cell.outputs = as_shown(cell.outputs)
            errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
            if errors:
                cell.metadata.setdefault("jupyter", {})["source_hidden"] = False
            # Also what a cell tagged `raises-exception` raised: papermill goes on after it, and fails at the end.
            if any(error.ename != "SystemExit" or error.evalue not in {"", "0"} for error in errors):
                self._reporter.raised(cell.get("id", ""), cell.source, _raised(cell, None))
        self._saved_at = 0.0
        super().notebook_complete(**options)

    def save(self, **options: object) -> None:
        """Save in one go, unless the last save was so slow that it is too early for another."""
        nb = options.get("nb")
        if isinstance(nb, NotebookNode):
            self.nb = nb
        now = time.monotonic()
        self._to_save = bool(self._saved_at) and now - self._saved_at < self._save_seconds / _SHARE_OF_TIME_FOR_SAVING
        if self._to_save:
            return
        if self.output_path:
            # Of a short name: the notebook's own may be as long as names can be.
            partial = os.path.join(os.path.dirname(self.output_path), ".partial.ipynb")
            try:
                write_ipynb(self.nb, partial)
                os.replace(partial, self.output_path)
            except OSError:
                remove(partial)
                raise
        self._saved_at = time.monotonic()
        self._save_seconds = self._saved_at - now
        self.last_save_time = self.now()

    def _end_in(self, cell: NotebookNode, error: BaseException) -> None:
        """Mark the cell in which the run ended without its raising anything, and say so under it."""
        super().cell_exception(cell)
        cell_id, source = cell.get("id", ""), cell.get("source", "")
        if isinstance(error, DeadKernelError):
            raised = Raised("DeadKernelError", "the kernel died while this cell ran", [], None)
            what = "the kernel died (often for want of memory) in"
            self._reporter.ended_in(cell_id, source, "kernelDied", raised, what)
        elif isinstance(error, CellTimeoutError) and "IOPub" in str(error):
            limit = duration_words(_OUTPUT_TIMEOUT)
            raised = Raised("CellTimeoutError", f"the cell's output did not arrive within {limit} of its end", [], None)
            self._reporter.ended_in(cell_id, source, "other", raised, "output was lost in")
        elif isinstance(error, CellTimeoutError):
            limit = duration_words(self._cell_limit or 0)
            raised = Raised("CellTimeoutError", f"the cell ran longer than its limit of {limit}", [], None)
            self._reporter.ended_in(cell_id, source, "timeout", raised, f"the time limit of {limit} was reached by")
        elif isinstance(error, KeyboardInterrupt):
            raised = Raised("TimeoutError", "the step's time limit was reached while this cell ran", [], None)
            self._reporter.ended_in(cell_id, source, "timeout", raised, "the time limit was reached in")
        elif isinstance(error, Stopped):
            raised = Raised("Stopped", "the run was stopped while this cell ran", [], None)
        else:
            raised = Raised(type(error).__name__, str(error), [], None)
            self._reporter.ended_in(cell_id, source, "other", raised, f"{raised.name}: {raised.value} in")
        if cell.cell_type == "code":
            text = f"{raised.name}: {raised.value}"
            cell.outputs.append(
                NotebookNode(output_type="error", ename=raised.name, evalue=raised.value, traceback=[text])
            )


class OwnPythonKernelManager(AsyncKernelManager):
    """Starts Python kernels with the interpreter of this run, and speaks to them where nobody else can.

    A kernel spec names an interpreter of its own, often the one of another environment (`ipython kernel install --user`
    overwrites `python3`), and never that of a layer which prepare has built on it.

    Whoever is on the same machine may read what a kernel sends over TCP on loopback. Kernels of other languages may
    know nothing else.
    """

    def __init__(self, **options: object) -> None:
        """Choose how to speak to the kernel."""
        super().__init__(**options)
        with contextlib.suppress(NoSuchKernel, OSError):
            spec = self.kernel_spec
            if spec is not None and "ipykernel_launcher" in spec.argv and zmq.has("ipc"):
                self._use_private_sockets()

    def _use_private_sockets(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="slipway-kernel-")
        address = os.path.join(folder.name, "k")
        try:
            # Not every file system has sockets, and their addresses may not be longer than some 100 bytes (unix(7)).
            with socket.socket(socket.AF_UNIX) as trial:
                trial.bind(f"{address}-0")
        except OSError:
            folder.cleanup()
            return
        self._sockets = folder  # it goes with this, at the latest when this process ends
        self.connection_file = os.path.join(folder.name, "kernel.json")
        self.transport = "ipc"
        self.ip = address

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the kernel's command line."""
        command = super().format_kernel_cmd(extra_arguments)
        if self.kernel_name in {"python", "python3"} or _same_folder(command[0], os.environ.get("SLIPWAY_PYTHON", "")):
            command[0] = sys.executable
            module = command.index("-m") if "-m" in command else len(command)
            if command[module : module + 2] == ["-m", "ipykernel_launcher"]:
                command[module : module + 2] = [_KERNEL_START]
        return command


class LoggedBar:
    """The file that papermill's progress bar is drawn into: the log, where LogLines keeps it on a line of its own."""

    encoding = "utf-8"

    def write(self, text: str) -> None:
        """Log what tqdm draws."""
        logger.info("%s", text, extra={"stream": "bar"})

    def flush(self) -> None:
        """Do nothing: records are written at once."""


class PrintingClient(PapermillNotebookClient):
    """Says of what is printed to which stream it was, for LogLines."""

    def log_output_message(self, output: NotebookNode) -> None:
        """Log an output of a cell."""
        if output.output_type != "stream":
            super().log_output_message(output)
            return
        level = logging.WARNING if output.name == "stderr" else logging.INFO
        # Joining a str takes it apart into its characters first: for 200 MB three seconds, and eight bytes a character.
        text = output.text if isinstance(output.text, str) else "".join(output.text)
        self.log.log(level, "%s", text, extra={"stream": output.name})


class ReportingEngine(NBClientEngine):
    """The engine that the front registers as papermill's default."""

    reporter: ClassVar[CellReporter]

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        *,
        execution_timeout: int | None = None,
        **options: object,
    ) -> NotebookNode:
        """Run the notebook under a ReportingManager."""
        options["execution_timeout"] = execution_timeout
        for_manager = {name: options.pop(name) for name in _MANAGER_OPTIONS if name in options}
        if for_manager.get("progress_bar") is True:
            for_manager["progress_bar"] = {"file": LoggedBar()}
        manager = ReportingManager(cls.reporter, execution_timeout, nb, **for_manager)
        options["iopub_timeout"] = _OUTPUT_TIMEOUT
        options["on_cell_execute"] = manager.cell_executes
        options["kernel_manager_class"] = OwnPythonKernelManager
        options["log_output"] = for_manager.get("log_output", False)
        manager.notebook_start()
        try:
            cls.execute_managed_notebook(manager, kernel_name, **options)
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        return manager.nb

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: object
    ) -> NotebookNode:
        """Run the notebook as papermill's engine does, with a client of our own."""
        options.pop("input_path", None)
        options["startup_timeout"] = options.pop("start_timeout", 60)
        options["timeout"] = options.pop("execution_timeout", None)
        return PrintingClient(nb_man, kernel_name=kernel_name, log=logger, **options).execute()


def _raised(cell: NotebookNode, exception: object) -> Raised:
    """Return what the cell raised, by its last error output, else by the exception that nbclient made of it."""
    for output in reversed(cell.get("outputs", [])):
        if output.output_type == "error":
            return Raised(output.ename, output.evalue, list(output.traceback), cell.execution_count)
    name, value = getattr(exception, "ename", "Error"), getattr(exception, "evalue", "")
    return Raised(name, value, without_colours(str(exception)).splitlines(), cell.execution_count)


def _same_folder(one: str, other: str) -> bool:
    folder = os.path.dirname(other)
    return bool(folder) and os.path.realpath(os.path.dirname(one)) == os.path.realpath(folder)
