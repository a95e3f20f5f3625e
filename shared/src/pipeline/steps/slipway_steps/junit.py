"""Reads the counts off pytest's JUnit file, and the rate off the coverage file."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

from slipway_steps.files import first_line

_MESSAGE_LIMIT = 200
_NAMES = 10


class Counted:
    """What a test run came to."""

    def __init__(self, total: int, failed: int, errors: int, skipped: int) -> None:
        """Take the counts; names and the first error are added while reading."""
        self.total = total
        self.failed = failed
        self.errors = errors
        self.skipped = skipped
        self.bad_names: list[str] = []
        self.first_error = ""

    def words(self) -> str:
        """Return "2 failed, 16 passed, 1 skipped", leaving out what there is none of."""
        passed = self.total - self.failed - self.errors - self.skipped
        parts = ((self.failed, "failed"), (self.errors, "errors"), (passed, "passed"), (self.skipped, "skipped"))
        return ", ".join(f"{number} {word}" for number, word in parts if number) or "no tests"


def read(path: str) -> Counted | None:
    """Return the counts of a JUnit file; None when there is none that can be read."""
    counted: Counted | None = None
    try:
        for event, element in ET.iterparse(path, events=("start", "end")):
            if event == "start" and element.tag == "testsuite" and counted is None:
                counted = Counted(*(int(element.get(name) or 0) for name in ("tests", "failures", "errors", "skipped")))
            elif event == "end" and element.tag == "testcase":
                if counted is not None:
                    _add_case(counted, element)
                element.clear()
    except (OSError, ET.ParseError, ValueError):
        return None
    return counted


def coverage_percent(path: str) -> int | None:
    """Return the covered lines in percent, rounded down; None without a coverage file or without lines."""
    try:
        for _, element in ET.iterparse(path, events=("start",)):
            if int(element.get("lines-valid") or 0) == 0:
                return None
            # A rate of 0.29 is 28.999… as a float.
            return math.floor(float(element.get("line-rate") or 0) * 100 + 1e-6)
    except (OSError, ET.ParseError, ValueError):
        return None
    return None


def _add_case(counted: Counted, case: ET.Element) -> None:
    for outcome in case:
        if outcome.tag not in {"failure", "error"}:
            continue
        if len(counted.bad_names) < _NAMES:
            counted.bad_names.append(case.get("name") or "?")
        if not counted.first_error:
            raised = re.findall(r"^E\s+(\S.*)$", outcome.text or "", re.MULTILINE)
            counted.first_error = first_line(raised[-1] if raised else outcome.get("message") or "", _MESSAGE_LIMIT)
