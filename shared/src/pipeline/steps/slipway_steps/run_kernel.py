"""`run_kernel.py -f FILE …`: `python -m ipykernel_launcher`, in two thirds of its time."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import runpy
import sys

_DEBUGGER = "debugpy"


def start() -> None:
    """Import without looking for garbage, and without the debugger: there is no front end that could ask for it."""
    # Modules of the steps are not for cells to import; a kernel puts the notebook's folder there itself.
    if sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    gc.disable()
    try:
        _import_kernel()
    except ModuleNotFoundError as error:
        if error.name != "ipykernel":
            raise
        sys.stderr.write(f"{sys.executable}: No module named ipykernel_launcher\n")  # in the words of `python -m`
        sys.exit(1)
    gc.enable()
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)


def _import_kernel() -> None:
    """Import it as if no debugger were installed; cells may import that all the same."""
    modules = vars(sys)["modules"]
    if _DEBUGGER not in modules:
        modules[_DEBUGGER] = None
    try:
        importlib.import_module("ipykernel.kernelapp")
        # Newer versions would import it later; the oldest have none.
        with contextlib.suppress(ImportError):
            importlib.import_module("ipykernel.debugger")
    finally:
        if modules.get(_DEBUGGER) is None:
            modules.pop(_DEBUGGER, None)


if __name__ == "__main__":
    start()
