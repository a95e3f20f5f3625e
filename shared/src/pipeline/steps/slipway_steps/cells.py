"""Reports a notebook's cells while papermill runs them, and keeps how the notebook failed."""

from __future__ import annotations

import os

from slipway_steps.failures import Raised, failed_cell, place, reason
from slipway_steps.files import first_line, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Failure, ReasonCode

_REASON_LIMIT = 300


def failure_path(run: RunFolder) -> str:
    """Return where the front leaves the failure until `finish` has taken it into results/notebook.json."""
    return os.path.join(run.root, "results", "notebook.failure.json")


class CellReporter:
    """Writes progress.jsonl in terms of the submitted code cells; others (markdown, inserted ones) are left out."""

    def __init__(self, run: RunFolder) -> None:
        """Read which cells were submitted."""
        self._run = run
        notebook = run.run_file.get("notebook")
        self._cells = notebook["cells"] if notebook else []
        self._ids = {cell["id"] for cell in self._cells}
        self.failed = False

    def counted(self) -> None:
        """Tell which cells there are."""
        cells = [{"id": cell["id"], "label": cell["label"]} for cell in self._cells]
        self._run.report(type="cellsCounted", cells=cells)

    def started(self, cell_id: str) -> None:
        """Tell that a cell begins."""
        if cell_id in self._ids:
            self._run.report(type="cellStarted", id=cell_id)

    def finished(self, cell_id: str, *, failed: bool) -> None:
        """Tell that a cell has ended."""
        if cell_id in self._ids:
            self._run.report(type="cellFinished", id=cell_id, failed=failed)

    def raised(self, cell_id: str, source: str, raised: Raised) -> None:
        """Keep that a cell raised; the first one counts."""
        if self.failed:
            return
        cell = failed_cell(self._run, cell_id, source, raised)
        text = reason(cell)
        if raised.name == "SystemExit" and raised.value in {"", "0"}:
            text = f"{place(cell)} ended the notebook (SystemExit); what comes after it did not run"
        self._keep({"reasonCode": "cellFailed", "reason": text, "failedCell": cell})

    def ended_in(self, cell_id: str, source: str, code: ReasonCode, raised: Raised, what: str) -> None:
        """Keep that the run ended in a cell that did not raise: its kernel died, or its time was over."""
        cell = failed_cell(self._run, cell_id, source, raised)
        self._keep({"reasonCode": code, "reason": f"{what} {place(cell)}", "failedCell": cell})

    def broke(self, text: str, code: ReasonCode) -> None:
        """Keep that the notebook could not be run, unless it is known why already."""
        if not self.failed:
            self._keep({"reasonCode": code, "reason": first_line(text, _REASON_LIMIT)})

    def _keep(self, failure: Failure) -> None:
        if not self.failed:
            self.failed = True
            self._run.release("notebook")
            write_json(failure_path(self._run), failure)
