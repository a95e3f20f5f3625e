"""One test passes, one fails: chrX is covered too thinly."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def result() -> dict[str, Any]:
    """What the notebook wrote."""
    folder = Path(os.environ.get("SLIPWAY_OUTPUT") or Path(__file__).parent.parent / "output")
    content: dict[str, Any] = json.loads((folder / "depth.json").read_text(encoding="utf-8"))
    return content


def test_every_chromosome_was_measured(result: dict[str, Any]) -> None:
    assert set(result["depth"]) == {"chr1", "chr2", "chrX"}


def test_every_chromosome_is_deep_enough(result: dict[str, Any]) -> None:
    too_thin = {name: depth for name, depth in result["depth"].items() if depth < result["min_depth"]}
    assert too_thin == {}
