from __future__ import annotations

import time
from typing import TYPE_CHECKING

from slipway_steps import building
from slipway_steps.pip_output import PipOutput

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_tells_while_pip_is_silent_how_many_packages_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_LOOK_SECONDS", 0.01)
    # Of an earlier pip in the same environment: its packages are not of those that are installed now.
    (tmp_path / "papermill-2.6.0.dist-info").mkdir()
    told: list[str] = []
    output = PipOutput(told.append)

    def waits_for(text: str) -> None:
        end = time.monotonic() + 30
        while told[-1] != text:
            assert time.monotonic() < end, told
            time.sleep(0.01)

    with building.installed_told(str(tmp_path), output, told.append):
        (tmp_path / "a-1.dist-info").mkdir()
        output.read("Installing collected packages: a, b, c")
        waits_for("building environment: installed 1 of 3 packages")
        (tmp_path / "b").mkdir()
        (tmp_path / "b-1.dist-info").mkdir()
        (tmp_path / "c-1.dist-info").mkdir()
        waits_for("building environment: installed 3 of 3 packages")
    count = len(told)
    (tmp_path / "d-1.dist-info").mkdir()
    time.sleep(0.05)
    assert told[0] == "building environment: installing 3 packages"
    assert len(told) == count
