from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from serving import Step

from slipway_steps import web
from slipway_steps.run import RunFolder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Return a run folder with a notebook of two code cells and a text."""
    for name in ("inputs", "work", "output", "results", "logs"):
        (tmp_path / name).mkdir()
    cells = [
        {"id": "text", "cell_type": "markdown", "source": "# Title"},
        {"id": "one", "cell_type": "code", "source": "1"},
        {"id": "two", "cell_type": "code", "source": "x = 1\ny = x / 0"},
    ]
    (tmp_path / "inputs" / "analysis.ipynb").write_text(json.dumps({"cells": cells}))
    content: dict[str, Any] = {
        "version": 1,
        "run": "analysis-7f3a",
        "steps": ["prepare", "notebook", "report", "test", "collect"],
        "notebook": {
            "path": "analysis.ipynb",
            "name": "analysis",
            "kernel": "python3",
            "language": "python",
            "cells": [{"id": "one", "label": "1"}, {"id": "two", "label": "x = 1"}],
        },
        "parameters": {},
        "env": {},
        "environment": {"base": "interpreter"},
        "timeouts": {},
        "outputs": [],
    }
    (tmp_path / "run.json").write_text(json.dumps(content))
    return RunFolder(str(tmp_path))


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    """Return the step `dataset` with a cache of its own, a Secret that it is shown, and no patience."""
    (tmp_path / "secret").mkdir()
    monkeypatch.setenv("SLIPWAY_DATASETS", str(tmp_path / "cache"))
    monkeypatch.setenv("SLIPWAY_DATASET_CREDENTIALS", str(tmp_path / "secret"))
    monkeypatch.setattr(web.Patience, "__init__", _without_patience)
    return Step(tmp_path)


def _without_patience(patience: web.Patience) -> None:
    patience.silence, patience.wait = 5, 0.001
