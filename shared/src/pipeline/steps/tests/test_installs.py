from __future__ import annotations

from slipway_steps.building import installs
from slipway_steps.layers import Environment


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
