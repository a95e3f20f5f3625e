from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_STEPS = Path(__file__).parent.parent


def _imported(*command: str) -> tuple[str, set[str]]:
    """Return what a Python says, and the names of the modules that it imports."""
    python = [sys.executable, "-X", "importtime", *command]
    environment = {**os.environ, "PYTHONPATH": str(_STEPS)}  # as report.sh has it
    ended = subprocess.run(python, capture_output=True, text=True, check=True, cwd=_STEPS, env=environment)
    return ended.stdout, {line.rsplit("|", 1)[-1].strip() for line in ended.stderr.splitlines()}


def test_a_report_begins_without_what_it_does_not_need() -> None:
    version, names = _imported("slipway_steps/run_nbconvert.py", "--version")
    assert version[0].isdigit()
    assert "nbconvert.exporters.html" in names
    assert "bs4.css" in names
    assert "soupsieve.css_parser" not in names


def test_who_selects_by_css_all_the_same_can() -> None:
    put_off = "from slipway_steps import later; later.put_off('soupsieve')"
    select = "from bs4 import BeautifulSoup; print(BeautifulSoup('<p>a<b>c</b></p>', 'html.parser').select('p > b'))"
    said, names = _imported("-c", f"{put_off}; {select}")
    assert said == "[<b>c</b>]\n"
    assert "soupsieve.css_parser" in names
