from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from slipway_steps import result_summary

if TYPE_CHECKING:
    from pathlib import Path

    from slipway_steps.run import RunFolder

NASTY = [
    '"',
    "\\",
    "<script>&amp;",
    "\n\t\x00\x1b[31m",
    "日本語",
    "\U0001f680",
    "\u2028\u2029",
    "\ud800",
    "a" * 50,
    "\x7f",
]


def nasty(source: random.Random, most: int) -> str:
    return "".join(source.choice(NASTY) for _ in range(source.randrange(most)))


def go_length(text: str) -> int:
    """Count as Go's encoder writes: an independent reckoning of what `escaped_length` says."""
    length = 0
    for character in text:
        if character in '"\\':
            length += 2
        elif character in "<>&\u2028\u2029" or ord(character) < 0x20:
            length += 6
        else:
            length += len(character.encode("utf-8"))
    return length


def summary_of(source: random.Random, most: int) -> dict[str, Any]:
    steps = source.sample(["dataset", "clone", "prepare", "notebook", "report", "test"], source.randrange(1, 7))
    step = {"state": "failed", "exitCode": 1, "reasonCode": "other"}
    return {
        "version": 1,
        "verdict": "failed",
        "reason": nasty(source, most),
        "steps": {name: {**step, "note": nasty(source, most), "reason": nasty(source, most)} for name in steps},
        "cells": {"total": 12, "finished": 7},
        "failedCell": {
            "id": nasty(source, most),
            "index": 8,
            "number": 7,
            "line": 1,
            "errorName": nasty(source, most),
            "errorValue": nasty(source, most),
            "source": nasty(source, most),
        },
        "artifacts": {"count": 10_000, "bytes": 5 * 10**12},
        "logs": dict.fromkeys(steps, 10**11),
    }


@pytest.mark.parametrize("most", [2, 20, 200, 600])
@pytest.mark.parametrize("steps", [1, 5, 8])
def test_it_always_fits_and_is_always_whole(most: int, steps: int) -> None:
    source = random.Random(most * 10 + steps)
    for _ in range(25):
        summary = summary_of(source, most)
        before = json.dumps(summary)
        limit = result_summary.budget(steps)
        text = result_summary.encoded(summary, limit)
        assert go_length(text) == result_summary.escaped_length(text) <= limit
        assert text.encode("utf-8").decode("utf-8") == text
        decoded = json.loads(text)
        assert decoded["verdict"] == "failed"
        assert set(decoded["steps"]) == set(summary["steps"])
        assert decoded["logs"] == summary["logs"]
        assert json.dumps(summary) == before


def test_what_fits_is_left_alone() -> None:
    summary = summary_of(random.Random(1), 2)
    summary["failedCell"]["source"] = "x = 1\nraise"
    text = result_summary.encoded(summary, 3000)
    assert json.loads(text)["failedCell"]["source"] == "x = 1\nraise"


def test_the_reason_is_said_once_where_room_is_short_so_that_the_source_stays() -> None:
    reason = "ImportError: IProgress not found. " + "Please update it. " * 5
    failed = {"state": "failed", "exitCode": 1, "reason": reason}
    summary: dict[str, Any] = {
        "version": 1,
        "verdict": "failed",
        "reason": reason,
        "steps": {"prepare": {"state": "succeeded", "exitCode": 0}, "notebook": failed, "test": dict(failed)},
        "failedCell": {"id": "x", "index": 0, "number": 1, "errorName": "ImportError", "source": "s" * 100},
        "logs": {"notebook": 1},
    }
    fitting = json.loads(result_summary.encoded(summary, 750))
    assert fitting["reason"] == reason
    # Of the first step alone: nobody could tell what another one said.
    assert [step.get("reason") for step in fitting["steps"].values()] == [None, None, reason]
    assert fitting["failedCell"]["source"] == "s" * 100
    assert json.loads(result_summary.encoded(summary, 3000)) == summary


def test_long_words_of_an_error_leave_room_for_the_source() -> None:
    value = "boom " * 100
    summary: dict[str, Any] = {
        "version": 1,
        "verdict": "failed",
        "reason": f"ValueError: {value} in cell 1",
        "steps": {"notebook": {"state": "failed", "exitCode": 1, "note": "cell 1 of 1 failed"}},
        "failedCell": {"id": "x", "index": 0, "number": 1, "errorName": "ValueError", "source": "s" * 100},
        "logs": {"notebook": 1},
    }
    summary["failedCell"]["errorValue"] = value
    fitting = json.loads(result_summary.encoded(summary, 900))
    assert fitting["failedCell"]["source"] == "s" * 100
    assert fitting["steps"] == summary["steps"]
    assert len(fitting["failedCell"]["errorValue"]) > 120
    assert len(fitting["reason"]) > 120
    assert fitting["reason"].startswith("ValueError: boom")


def test_of_a_long_cell_the_lines_around_the_one_that_raised_stay_with_their_numbers() -> None:
    lines = [f"value_{number} = {number} * 2" for number in range(1, 81)]
    lines[60] = "raise KeyError('pca')"
    cell = {"id": "x", "index": 0, "number": 1, "errorName": "KeyError", "errorValue": "'pca'", "line": 61}
    summary: dict[str, Any] = {
        "version": 1,
        "verdict": "failed",
        "reason": "KeyError 'pca' in cell 1",
        "steps": {"notebook": {"state": "failed", "exitCode": 1, "note": "cell 1 of 1 failed"}},
        "failedCell": {**cell, "source": "\n".join(lines)},
        "logs": {"notebook": 1},
    }
    fitting = json.loads(result_summary.encoded(summary, 600))
    assert fitting["failedCell"]["source"].split("\n") == lines[58:63]
    assert fitting["failedCell"]["firstLine"] == 59
    assert "cut" not in fitting["failedCell"]
    # Nothing to number where even that is too much.
    assert "source" not in json.loads(result_summary.encoded(summary, 320)).get("failedCell", {})


def test_the_source_goes_first_then_the_value_then_notes() -> None:
    summary: dict[str, Any] = {
        "version": 1,
        "verdict": "failed",
        "reason": "KeyError 'pca' in cell 7",
        "steps": {"notebook": {"state": "failed", "exitCode": 1, "note": "cell 7 of 9 failed"}},
        "failedCell": {
            "id": "x",
            "index": 8,
            "number": 7,
            "errorName": "KeyError",
            "errorValue": "v" * 500,
            "source": "s" * 900,
        },
        "logs": {"notebook": 1},
    }
    shorter = json.loads(result_summary.encoded(summary, 1300))
    assert len(shorter["failedCell"]["errorValue"]) == 500
    assert 40 < len(shorter["failedCell"]["source"]) < 900
    assert shorter["failedCell"]["cut"] is True
    shortest = json.loads(result_summary.encoded(summary, 500))
    assert "source" not in shortest["failedCell"]
    assert "cut" not in json.loads(result_summary.encoded(summary, 3000))["failedCell"]
    assert shortest["failedCell"]["errorName"] == "KeyError"
    assert shortest["reason"] == summary["reason"]


def test_a_message_stays_below_what_the_kubelet_keeps() -> None:
    # Five steps, two init containers of Tekton and two of a service mesh share 12 KiB.
    assert result_summary.budget(5) + 240 <= 12 * 1024 // 9
    assert result_summary.budget(1) <= result_summary.MOST_BYTES


def test_it_is_written_with_cells_and_log_sizes(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "progress.jsonl").write_text(
        '{"type":"cellsCounted","cells":[]}\n{"type":"cellFinished","id":"one","failed":false}\n'
        '{"type":"cellFinished","id":"one","failed":false}\n{"type":"cellFinished","id":"elsewhere","failed":false}\n'
        '{"type":"cellFinished","id":'
    )
    (tmp_path / "logs" / "notebook.log").write_bytes(b"x" * 77)
    path = tmp_path / "result"
    result_summary.write(
        run,
        str(path),
        {"step": "collect", "state": "succeeded", "exitCode": 0, "verdict": "failed", "reason": "killed"},
        {"prepare": {"step": "prepare", "state": "succeeded", "exitCode": 0}, "notebook": None},
        [],
    )
    assert json.loads(path.read_text()) == {
        "version": 1,
        "verdict": "failed",
        "reason": "killed",
        "steps": {
            "prepare": {"state": "succeeded", "exitCode": 0},
            "notebook": {"state": "failed", "exitCode": 137, "reason": "it left no result"},
        },
        "cells": {"total": 2, "finished": 1},
        "artifacts": {"count": 0, "bytes": 0},
        "logs": {"prepare": 0, "notebook": 77},
    }
