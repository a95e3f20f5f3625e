from __future__ import annotations

import logging

from slipway_steps.log_lines import LogLines, OwnRecords


def written(*records: tuple[str, str]) -> str:
    lines = LogLines()
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


def test_a_bar_is_seen_as_it_grows() -> None:
    assert written(("stderr", "\r 10%"), ("stderr", "\r 20%"), ("", "Ending")) == "\r 10%\n\r 20%\nEnding\n"


def test_papermills_records_are_logged_and_warnings_of_others() -> None:
    def passes(name: str, level: int, text: str) -> bool:
        record = logging.makeLogRecord({"name": name, "levelno": level, "msg": text})
        return OwnRecords().filter(record)

    assert passes("papermill", logging.INFO, "Ending Cell")
    assert passes("asyncio", logging.WARNING, "slow")
    assert not passes("asyncio", logging.DEBUG, "Using selector")
    assert not passes("papermill", logging.DEBUG, "msg_type: %s")
