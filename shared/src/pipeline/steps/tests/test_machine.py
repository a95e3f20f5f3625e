from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slipway_steps import machine

if TYPE_CHECKING:
    from pathlib import Path

    from slipway_steps.run import RunFolder

NVIDIA_SMI = """#!/bin/sh
case "$1" in
--query-gpu=*) echo 'NVIDIA A100-SXM4-40GB, 40960, 535.161.08'; echo 'Odd, name, [N/A], 535.161.08' ;;
*) echo '| NVIDIA-SMI 535.161.08   Driver Version: 535.161.08   CUDA Version: 12.2 |' ;;
esac
"""


@pytest.fixture
def recorded(run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    (tmp_path / "bin").mkdir()
    (tmp_path / "dev").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("SLIPWAY_IMAGE", "registry.example/runner:1")
    monkeypatch.setattr(machine, "_DEVICES", str(tmp_path / "dev"))
    return Recorded(run, tmp_path)


class Recorded:
    def __init__(self, run: RunFolder, base: Path) -> None:
        self._run = run
        self._base = base

    def program(self, text: str) -> None:
        path = self._base / "bin" / "nvidia-smi"
        path.write_text(text)
        path.chmod(0o755)

    def device(self, name: str) -> None:
        (self._base / "dev" / name).touch()

    def facts(self) -> dict[str, object]:
        machine.record(self._run)
        content: dict[str, object] = json.loads((self._base / "output" / "environment.json").read_text())
        return {
            name: content[name] for name in ("gpus", "driver", "cuda", "gpuDevices", "cudaUsable", "cudaError", "image")
        }


def test_without_a_gpu_nothing_is_asked(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_cuda_answer", lambda: pytest.fail("CUDA was asked"))
    recorded.device("null")
    assert recorded.facts() == {
        "gpus": [],
        "driver": None,
        "cuda": None,
        "gpuDevices": [],
        "cudaUsable": None,
        "cudaError": None,
        "image": "registry.example/runner:1",
    }


def test_a_gpu_is_told_with_its_driver_and_cuda(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_cuda_answer", lambda: "0")
    recorded.program(NVIDIA_SMI)
    recorded.device("nvidia0")
    recorded.device("nvidiactl")
    facts = recorded.facts()
    assert facts["gpus"] == [
        {"name": "NVIDIA A100-SXM4-40GB", "memoryMiB": 40960},
        {"name": "Odd, name", "memoryMiB": None},
    ]
    assert (facts["driver"], facts["cuda"], facts["gpuDevices"]) == ("535.161.08", "12.2", ["nvidia0"])
    assert (facts["cudaUsable"], facts["cudaError"]) == (True, None)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("100", "cuInit: no device can be used (error 100)"),
        ("7", "cuInit: 7"),
        ("it did not answer", "cuInit: it did not answer"),
    ],
)
def test_a_gpu_that_is_seen_need_not_be_usable(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch, answer: str, words: str
) -> None:
    monkeypatch.setattr(machine, "_cuda_answer", lambda: answer)
    recorded.device("nvidia3")
    facts = recorded.facts()
    assert (facts["cudaUsable"], facts["cudaError"]) == (False, words)


def test_a_library_that_is_missing_is_said(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_CUDA", "libno-such-cuda.so.1")
    recorded.program(NVIDIA_SMI)
    facts = recorded.facts()
    assert facts["cudaUsable"] is False
    assert "libno-such-cuda.so.1" in str(facts["cudaError"])


@pytest.mark.parametrize(
    "program", ["#!/bin/sh\nexit 9\n", "#!/bin/sh\necho 'No devices were found'\n", "no program at all"]
)
def test_an_nvidia_smi_that_fails_fails_nothing(recorded: Recorded, program: str) -> None:
    recorded.program(program)
    assert recorded.facts()["gpus"] == []
