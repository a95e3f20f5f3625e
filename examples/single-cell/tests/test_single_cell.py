"""Is the finished analysis complete, consistent with itself, and as good as it should be on synthetic data?"""

from __future__ import annotations

import base64
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from report import Report
from sklearn.metrics import adjusted_rand_score

pytestmark = pytest.mark.single_cell

KNOWN_TYPES = {"CD4 T", "CD8 T", "NK", "B", "CD14 monocyte", "CD16 monocyte", "Dendritic"}
PNG_START = b"\x89PNG\r\n\x1a\n"


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The code cells, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_every_code_cell_ran_in_order_without_an_error(notebook: dict[str, Any]) -> None:
    cells = code_cells(notebook)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    errors = [output["ename"] for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert errors == []


def test_report_says_that_the_data_are_synthetic(report: Report) -> None:
    assert "The data are synthetic." in report.text


def test_report_has_every_section_of_the_notebook(report: Report, notebook: dict[str, Any]) -> None:
    expected = [
        line.lstrip("# ").strip()
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for line in "".join(cell["source"]).splitlines()
        if line.startswith(("# ", "## "))
    ]
    assert len(expected) == 8
    # nbconvert ends each heading with a link sign.
    assert [heading.rstrip("¶").strip() for heading in report.headings] == expected


def test_report_carries_four_figures_inside_itself(report: Report) -> None:
    prefix = "data:image/png;base64,"
    figures = [source for source in report.images if source.startswith(prefix)]
    assert len(figures) == len(report.images) == 4
    for figure in figures:
        assert base64.b64decode(figure.removeprefix(prefix)).startswith(PNG_START)


def test_report_shows_the_same_score_as_the_summary(report: Report, summary: dict[str, Any]) -> None:
    assert f"Adjusted Rand index {summary['adjusted_rand_index']:.3f}" in report.text


def test_score_follows_from_the_table_of_cells(cells: list[dict[str, str]], summary: dict[str, Any]) -> None:
    single = [row for row in cells if row["true_type"] in KNOWN_TYPES]
    score = adjusted_rand_score([row["true_type"] for row in single], [row["cluster"] for row in single])
    assert score == pytest.approx(summary["adjusted_rand_index"], abs=1e-4)


def test_clusters_agree_with_the_true_types_far_better_than_chance(summary: dict[str, Any]) -> None:
    assert summary["adjusted_rand_index"] > 0.75
    assert abs(summary["adjusted_rand_index_shuffled"]) < 0.02


def test_quality_control_kept_cells_and_no_empty_droplet(cells: list[dict[str, str]], summary: dict[str, Any]) -> None:
    assert len(cells) == summary["cells_kept"] == len({row["barcode"] for row in cells})
    assert 0.8 < summary["cells_kept"] / summary["cells_simulated"] < 0.95
    kinds = Counter(row["true_type"] for row in cells)
    assert kinds["none"] == 0
    assert set(kinds) == KNOWN_TYPES | {"doublet"}


def test_every_cluster_has_cells_and_one_name(cells: list[dict[str, str]], summary: dict[str, Any]) -> None:
    names = {(row["cluster"], row["name"]) for row in cells}
    assert len(names) == len({row["cluster"] for row in cells}) == summary["clusters"]
    assert {name for _, name in names} <= KNOWN_TYPES


def test_figures_are_files_too_unless_the_run_was_told_not_to(results: Path, summary: dict[str, Any]) -> None:
    figures = sorted((results / "figures").glob("*.png"))
    expected = ["1-quality", "2-choices", "3-clusters", "4-markers"] if summary["figures_saved"] else []
    assert [path.stem for path in figures] == expected
    assert all(path.read_bytes().startswith(PNG_START) for path in figures)
