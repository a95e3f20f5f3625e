"""papermill's command line with our engine, and what is kept of a failure. Started by run_papermill.py."""

from __future__ import annotations

import logging
import os
import signal
import sys

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from papermill.cli import papermill
from papermill.engines import papermill_engines

from slipway_steps.cells import CellReporter
from slipway_steps.engine import ReportingEngine, Stopped
from slipway_steps.log_lines import LogLines, OwnRecords
from slipway_steps.run import RunFolder


def main() -> None:
    """Run papermill; leaves the failure for `finish` where there is one, and never ends with 0 then."""
    reporter = CellReporter(RunFolder(os.environ["SLIPWAY_RUN_DIR"]))
    reporter.counted()
    ReportingEngine.reporter = reporter
    papermill_engines.register(None, ReportingEngine)

    handler = logging.StreamHandler()
    handler.terminator = ""
    handler.addFilter(OwnRecords())
    handler.setFormatter(LogLines())
    logging.basicConfig(level=logging.DEBUG, handlers=[handler])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _stop)
    try:
        papermill()
    except SystemExit as end:
        # papermill takes SystemExit(0) in a cell for success, but cells after it have not run.
        if end.code in {0, None} and reporter.failed:
            sys.exit(1)
        raise
    except NoSuchKernel as error:
        names = ", ".join(sorted(KernelSpecManager().find_kernel_specs())) or "none"
        reporter.broke(f"there is no kernel {error.name!r}; the kernels that exist: {names}", "environment")
        raise
    except Exception as error:
        reporter.broke(
            f"papermill could not run the notebook: {type(error).__name__}: {error}",
            "kernelDied" if "Kernel died" in str(error) else "other",
        )
        raise


def _stop(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped
