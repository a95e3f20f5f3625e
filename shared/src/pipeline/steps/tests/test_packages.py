from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slipway_steps.packages import Tool, frozen, installed

if TYPE_CHECKING:
    from pathlib import Path


def distribution(folder: Path, name: str, origin: object = None) -> None:
    (folder / name).mkdir(parents=True)
    if origin is not None:
        (folder / name / "direct_url.json").write_text(json.dumps(origin))


def test_reads_names_and_versions_off_the_folders(tmp_path: Path) -> None:
    distribution(tmp_path / "a", "scikit_learn-1.6.1.dist-info")
    distribution(tmp_path / "a", "ruamel.yaml-0.18-py3.11.egg-info")
    distribution(tmp_path / "a", "torch-2.5.1+cu124.dist-info")
    distribution(tmp_path / "a", "~umpy-1.0.dist-info")
    distribution(tmp_path / "b", "Scikit_Learn-0.1.dist-info")
    found = installed([str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "nowhere")])
    assert found == {"scikit-learn": "1.6.1", "ruamel-yaml": "0.18", "torch": "2.5.1+cu124"}


def test_freezes_as_pip_does(tmp_path: Path) -> None:
    distribution(tmp_path, "zed-1.0.dist-info")
    distribution(tmp_path, "local-2.0.dist-info", {"url": "file:///x", "dir_info": {}})
    distribution(
        tmp_path, "cloned-3.0.dist-info", {"url": "https://g/x", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    )
    assert frozen([str(tmp_path)]) == ["cloned @ git+https://g/x@abc", "local @ file:///x", "zed==1.0"]


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ("2.6", True),
        ("2.6.0", True),
        ("2.10.1", True),
        ("2.5.9", False),
        ("3", False),
        ("3.0.0rc1", False),
        ("x", False),
    ],
)
def test_compares_versions_by_number(version: str, accepted: bool) -> None:
    assert Tool("papermill>=2.6,<3").accepts(version) is accepted


def test_a_tool_without_a_range_takes_any_version() -> None:
    tool = Tool("pytest_cov  # coverage")
    assert (tool.name, tool.accepts("0.1")) == ("pytest-cov", True)
