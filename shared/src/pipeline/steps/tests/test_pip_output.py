from __future__ import annotations

import pytest

from slipway_steps.pip_output import PipOutput


def reason(*lines: str) -> str:
    output = PipOutput(lambda _: None)
    for line in lines:
        output.read(line + "\n")
    return output.reason()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [
                "Looking in indexes: https://user:****@pypi.example.org/simple",
                "WARNING: Retrying after connection broken by 'NewConnectionError('Connection refused')': /simple/x/",
                "ERROR: Could not find a version that satisfies the requirement x (from versions: none)",
                "ERROR: No matching distribution found for x",
            ],
            "the package index could not be reached (pypi.example.org)",
        ),
        (
            ["ERROR: No matching distribution found for x==9"],
            "no distribution matches x==9; check its name, version and Python version",
        ),
        (
            ["ERROR: Cannot install a==1 and b==2 because these package versions have conflicting dependencies."],
            "the requirements contradict each other: a==1 and b==2",
        ),
        (
            ["error: subprocess-exited-with-error", "ERROR: Failed building wheel for x"],
            "x could not be built from source; the log of this step says why",
        ),
        (
            ["ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"],
            "no space is left on the device",
        ),
        (["ERROR: Something new: {braces}"], "Something new: {braces}"),
        (["nothing of use"], "pip failed; the log of this step says more"),
    ],
)
def test_says_why_pip_failed(lines: list[str], expected: str) -> None:
    assert reason(*lines) == expected


def test_tells_how_many_packages_are_installed() -> None:
    told: list[str] = []
    output = PipOutput(told.append)
    for line in ("Collecting numpy", "Collecting scipy", "Installing collected packages: a, b, c"):
        output.read(line)
    assert told == ["building environment: resolving numpy", "building environment: installing 3 packages"]
