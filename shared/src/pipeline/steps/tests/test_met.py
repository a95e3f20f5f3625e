from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slipway_steps.met import are_met

if TYPE_CHECKING:
    from pathlib import Path


def install(folder: Path, name: str, version: str, *needs: str) -> None:
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    (metadata / "METADATA").write_text("\n".join(lines) + "\n\nRequires-Dist: no-header\n")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    install(tmp_path, "numpy", "2.4.6")
    install(tmp_path, "scikit_learn", "1.9.1", "numpy>=1.24", "joblib (>=1.3)", 'pytest; extra == "tests"')
    install(tmp_path, "joblib", "1.5.0", 'tomli>=2; python_version < "3.9"')
    install(tmp_path, "preview", "3.0rc1")
    install(tmp_path, "broken", "1.0", "missing>=1")
    install(tmp_path, "deep", "1.0", "broken")
    install(tmp_path, "outdated", "1.0", "numpy<2")
    install(tmp_path, "odd", "1.0", "not a requirement")
    (tmp_path / "older-1.0.egg-info").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "numpy",
        "numpy>=1.26,<3\nscikit-learn>=1.4,<2  # both\n",
        "Scikit_Learn",
        "numpy!=2.0\nnumpy~=2.4",
        'numpy>=3; python_version < "3"',
        "preview>=2",
        "",
    ],
)
def test_met(site: Path, text: str) -> None:
    assert are_met(text, [str(site)], {})


@pytest.mark.parametrize(
    "text",
    [
        "numpy>=3",
        "absent",
        "numpy\nabsent",
        "scikit-learn[tests]",
        "broken",
        "deep",
        "outdated",
        "odd",
        "older",
        "numpy --hash=sha256:00",
        "-r more.txt",
        "--index-url https://pypi.example.org/simple\nnumpy",
        "./numpy",
        "numpy @ https://files.example.org/numpy.whl",
        "git+https://git.example.org/numpy",
        'numpy; nobody_knows == "1"',
    ],
)
def test_not_met_or_not_for_us_to_say(site: Path, text: str) -> None:
    assert not are_met(text, [str(site)], {})


def test_the_first_of_a_name_counts(site: Path, tmp_path: Path) -> None:
    install(tmp_path / "user", "numpy", "1.0")
    assert not are_met("numpy>=2", [str(tmp_path / "user"), str(site)], {})
    assert are_met("numpy>=2", [str(site), str(tmp_path / "user"), str(tmp_path / "nowhere")], {})


def test_leaves_it_to_pip_where_pip_is_told_more(site: Path) -> None:
    assert are_met("numpy", [str(site)], {"PIP_INDEX_URL": "https://pypi.example.org/simple", "PIP_UPGRADE": ""})
    assert not are_met("numpy", [str(site)], {"PIP_UPGRADE": "1"})
    assert not are_met("numpy", [str(site)], {"PIP_CONSTRAINT": "/etc/pip/constraint.txt"})
