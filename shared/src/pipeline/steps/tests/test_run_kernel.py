from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_START = os.path.join(os.path.dirname(__file__), "../slipway_steps/run_kernel.py")
_DEBUGGER = """
try:
    import debugpy
    available = True
except ImportError:
    available = False
"""
_LAUNCHER = """
import gc, json, os, sys
import ipykernel.kernelapp
debugger = sys.modules.get("ipykernel.debugger")
steps = [path for path in sys.path if os.path.basename(path) == "slipway_steps"]
known = "debugpy" in sys.modules
import debugpy
print(json.dumps([__name__, os.path.basename(sys.argv[0]), sys.argv[1:], gc.isenabled(), steps]))
print(json.dumps([known, debugpy.name, debugger and debugger.available]))
"""


@pytest.fixture(name="packages")
def _packages(tmp_path: Path) -> Path:
    """Make a kernel, a debugger, and a launcher that says how it was started."""
    (tmp_path / "ipykernel").mkdir()
    (tmp_path / "ipykernel" / "__init__.py").write_text("")
    (tmp_path / "ipykernel" / "kernelapp.py").write_text("")
    (tmp_path / "ipykernel" / "debugger.py").write_text(_DEBUGGER)
    (tmp_path / "ipykernel_launcher.py").write_text(_LAUNCHER)
    (tmp_path / "debugpy.py").write_text("name = 'a debugger'")
    return tmp_path


def _start(packages: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(packages)}
    command = [sys.executable, "-S", _START, "-f", "a file"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_launcher_runs_as_with_m_and_cells_find_the_debugger_that_the_kernel_does_without(packages: Path) -> None:
    assert _start(packages).stdout.splitlines() == [
        '["__main__", "ipykernel_launcher.py", ["-f", "a file"], true, []]',
        '[false, "a debugger", false]',
    ]


def test_a_kernel_from_before_there_was_a_debugger_starts(packages: Path) -> None:
    (packages / "ipykernel" / "debugger.py").unlink()
    assert _start(packages).stdout.endswith('[false, "a debugger", null]\n')


def test_a_python_without_ipykernel_says_what_python_says(packages: Path) -> None:
    (packages / "ipykernel").rename(packages / "other")
    ended = _start(packages)
    assert ended.returncode == 1
    assert ended.stderr == f"{sys.executable}: No module named ipykernel_launcher\n"


def test_a_kernel_that_lacks_something_else_says_what(packages: Path) -> None:
    (packages / "ipykernel" / "kernelapp.py").write_text("import no_such_module")
    assert "No module named 'no_such_module'" in _start(packages).stderr
