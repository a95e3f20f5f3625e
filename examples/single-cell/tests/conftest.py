"""The results that the tests look at.

A Slipway run puts the report and the executed notebook into ``input/`` beside the tests, and names the folder with the
notebook's own files in ``SLIPWAY_OUTPUT``. By hand, put the two files there; the others are then taken from ``output/``
beside the notebook.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from report import Report

HERE = Path(__file__).parent
# The helpers lie beside the notebook, wherever pytest was started.
sys.path.insert(0, str(HERE.parent))


def only_file(pattern: str) -> Path:
    """The one file in ``input/`` that matches."""
    found = sorted((HERE / "input").glob(pattern))
    assert len(found) == 1, f"expected one {pattern} in {HERE / 'input'}, found {[path.name for path in found]}"
    return found[0]


@pytest.fixture(scope="session")
def results() -> Path:
    """The folder that the notebook wrote its tables and figures to."""
    return Path(os.environ.get("SLIPWAY_OUTPUT") or HERE.parent / "output")


@pytest.fixture(scope="session")
def notebook() -> dict[str, Any]:
    """The executed notebook."""
    content: dict[str, Any] = json.loads(only_file("*_output.ipynb").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def report() -> Report:
    """The HTML report, parsed."""
    return Report(only_file("*_output.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def summary(results: Path) -> dict[str, Any]:
    """The numbers that the notebook sums itself up with."""
    content: dict[str, Any] = json.loads((results / "summary.json").read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def cells(results: Path) -> list[dict[str, str]]:
    """One row for every cell that passed quality control."""
    with (results / "clusters.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
