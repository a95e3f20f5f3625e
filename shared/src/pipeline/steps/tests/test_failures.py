from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway_steps.failures import Raised, cut, failed_cell, reason, without_colours

if TYPE_CHECKING:
    from slipway_steps.run import RunFolder


def raised(traceback: str = "", name: str = "KeyError", value: str = "'pca'") -> Raised:
    return Raised(name, value, traceback.splitlines(), 4)


def test_the_cell_is_told_in_terms_of_the_submitted_notebook(run: RunFolder) -> None:
    cell = failed_cell(run, "two", "x = 1\ny = x / 0", raised("Cell In[4], line 2\n----> 2 y"))
    assert (cell["index"], cell["number"], cell["line"]) == (2, 2, 2)
    assert reason(cell) == "KeyError 'pca' in cell 2"


def test_an_inserted_cell_has_no_number(run: RunFolder) -> None:
    cell = failed_cell(run, "inserted", "n = ", raised(name="SyntaxError", value="invalid syntax"))
    assert (cell["index"], cell["number"]) == (-1, 0)
    assert reason(cell) == "SyntaxError: invalid syntax in the cell with the injected parameters"


@pytest.mark.parametrize(
    "traceback",
    [
        "Cell In[4], line 2\n      1 x\n----> 2 y",
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[4]\x1b[39m\x1b[32m, line 2\x1b[39m",
        "Input In [4], in <cell line: 2>()",
        "<ipython-input-4-0123abcd> in <module>\n      1 x\n----> 2 y",
        "Cell In[3], line 9, in f()\nCell In[4], line 2",
    ],
)
def test_the_line_is_found_in_tracebacks_of_all_ages(run: RunFolder, traceback: str) -> None:
    assert failed_cell(run, "two", "x\ny", raised(traceback)).get("line") == 2


@pytest.mark.parametrize("traceback", ["", "File <timed exec>:3", "Cell In[4], line 3", "Cell In[3], line 1"])
def test_no_line_is_better_than_a_wrong_one(run: RunFolder, traceback: str) -> None:
    assert "line" not in failed_cell(run, "two", "x\ny", raised(traceback))


def test_long_texts_keep_their_ends(run: RunFolder) -> None:
    cell = failed_cell(run, "one", "a" * 10**6, Raised("E", "v" * 10**6, ["t" * 10**6, "last"], 1))
    assert len(cell["source"]) < 70_000
    assert len(cell["errorValue"]) < 10_000
    assert sum(map(len, cell["traceback"])) < 70_000
    assert cell["traceback"][-1].endswith("last")
    assert cut("short", 10) == "short"


def test_colours_and_links_are_removed() -> None:
    text = "\x1b[0;31mred\x1b[0m \x1b]8;;http://x\x1b\\link\x1b]8;;\x07 \x1b[38;5;1;48mmore\x1b[K"
    assert without_colours(text) == "red link more"
