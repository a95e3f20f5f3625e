from __future__ import annotations

import itertools
import logging

from slipway_steps.log_lines import LogLines, OwnRecords


def written(*records: tuple[str, str], seconds: float = 0.1) -> str:
    """Return what is written where one record comes so many seconds after the other, as far as bars ask."""
    lines = LogLines(itertools.count(0, seconds).__next__)
    return "".join(
        lines.format(logging.makeLogRecord({"msg": text, **({"stream": stream} if stream else {})}))
        for stream, text in records
    )


def test_a_line_that_the_kernel_sends_in_pieces_is_one() -> None:
    assert written(("stdout", "given"), ("stdout", " 1\ngiven"), ("stdout", " 2\n"), ("", "Ending")) == (
        "given 1\ngiven 2\nEnding\n"
    )


def test_what_another_says_begins_a_line() -> None:
    assert written(("stdout", "given"), ("stderr", "oh\n"), ("stdout", " 1"), ("", "Ending")) == (
        "given\noh\n 1\nEnding\n"
    )


def test_no_line_is_empty_that_was_not_printed_so() -> None:
    assert written(("", "Executing\n"), ("stdout", "1\n"), ("stdout", "\n"), ("", "[2, 3]"), ("stdout", "4\n")) == (
        "Executing\n1\n\n[2, 3]\n4\n"
    )


def test_a_bar_is_one_line_as_on_a_terminal() -> None:
    bar = [("stderr", f"\r {percent}%") for percent in (10, 20, 30)]
    assert written(*bar, ("", "Ending")) == "\r 10%\r 20%\r 30%\nEnding\n"
    assert written(*bar, ("stdout", "loss 1\n"), *bar) == "\r 10%\r 20%\r 30%\nloss 1\n\r 10%\r 20%\r 30%"
    assert written(*bar, ("stderr", "\n"), *bar) == "\r 10%\r 20%\r 30%\n\r 10%\r 20%\r 30%"


def test_a_bar_that_goes_on_begins_a_new_line_once_a_minute() -> None:
    bar = [("stderr", f"\r {percent}%") for percent in range(0, 100, 10)]
    lines = written(*bar, ("", "Ending"), seconds=25).split("\n")
    assert [line.rpartition("\r")[2] for line in lines] == [" 30%", " 70%", " 90%", "Ending", ""]


def test_papermills_records_are_logged_and_warnings_of_others() -> None:
    def passes(name: str, level: int, text: str) -> bool:
        record = logging.makeLogRecord({"name": name, "levelno": level, "msg": text})
        return OwnRecords().filter(record)

    assert passes("papermill", logging.INFO, "Ending Cell")
    assert passes("asyncio", logging.WARNING, "slow")
    assert not passes("asyncio", logging.DEBUG, "Using selector")
    assert not passes("papermill", logging.DEBUG, "msg_type: %s")
