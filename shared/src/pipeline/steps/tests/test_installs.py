from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway_steps.building import has_pip, installs
from slipway_steps.layers import Environment

if TYPE_CHECKING:
    from pathlib import Path


def environment(requirements: str | None) -> Environment:
    """Return an isolated environment, which lacks all the tools for a command with tests."""
    return Environment(
        {
            "environments": "/nowhere",
            "base": "isolated",
            "runs": "command",
            "tests": True,
            "language": None,
            "requirements": requirements,
            "folder": None,
        }
    )


def test_one_pip_installs_tools_and_requirements() -> None:
    (only,) = installs(environment("six"), "/work/requirements.txt")
    assert only[-2:] == ["-r", "/work/requirements.txt"]
    assert only[0].startswith("pytest")


def test_tools_which_have_no_hashes_come_after_requirements_that_have() -> None:
    own, tools = installs(environment("six==1 --hash=sha256:00"), "/work/requirements.txt")
    assert own == ["-r", "/work/requirements.txt"]
    assert all(tool.startswith("pytest") for tool in tools)


def test_nothing_is_installed_where_nothing_is_wanted() -> None:
    lacks_nothing = environment(None)
    lacks_nothing.missing = []
    assert installs(lacks_nothing, None) == []


@pytest.mark.parametrize(("version", "will_do"), [("22.2.9", False), ("22.3", True), ("26.0.1", True)])
def test_a_pip_that_installs_into_other_environments_is_told_by_its_metadata(
    tmp_path: Path, version: str, *, will_do: bool
) -> None:
    assert not has_pip([str(tmp_path)])
    (tmp_path / f"pip-{version}.dist-info").mkdir()
    assert has_pip([str(tmp_path)]) is will_do
