from __future__ import annotations

import os
import pty
import random
import sys
from typing import TYPE_CHECKING

import pytest
from slipway_devenv.ending import process_state
from slipway_devenv.machine import connections_in
from slipway_devenv.meters import CpuMeter, GpuMeter, busiest, used_cpu_seconds
from slipway_devenv.terminals import last_input, tell
from slipway_devenv.words import Words

if TYPE_CHECKING:
    from pathlib import Path


def test_processor_time_of_both_control_groups(tmp_path: Path) -> None:
    v2, v1 = tmp_path / "cpu.stat", tmp_path / "cpuacct.usage"
    assert used_cpu_seconds(v2, (v1,)) is None
    v1.write_text("2500000000\n")
    assert used_cpu_seconds(v2, (v1,)) == 2.5
    v2.write_text("usage_usec 1500000\nuser_usec 1\n")
    assert used_cpu_seconds(v2, (v1,)) == 1.5
    v2.write_text("nonsense")
    assert used_cpu_seconds(v2, (v1,)) == 2.5


def test_a_moment_of_work_is_little_on_average_and_steady_work_is_all() -> None:
    meter = CpuMeter(60)
    assert meter.add(0, 0) == 0
    assert meter.add(30, 30) == 0
    assert meter.add(60, 30) == 0.5
    for second in range(62, 200, 2):
        average = meter.add(second, 30)
    assert average == 0
    for second in range(200, 300, 2):
        average = meter.add(second, 30 + 0.5 * (second - 200))
    assert 0.3 < average <= 0.5


@pytest.mark.parametrize(
    ("output", "percent"),
    [
        ("0\n", 0),
        ("3\n97\n5\n", 97),
        ("12 %\n", 12),
        ("[N/A]\n", None),
        ("", None),
        ("Failed to initialize NVML", None),
    ],
)
def test_the_busiest_gpu_counts(output: str, percent: float | None) -> None:
    assert busiest(output) == percent


def test_nvidia_smi_is_not_waited_for() -> None:
    meter = GpuMeter(10, (sys.executable, "-c", "print(40)"))
    seen = None
    monotonic = 0.0
    while seen is None:
        seen = meter.percent(monotonic)
        monotonic += 1e-6
    assert seen == 40
    hung = GpuMeter(10, (sys.executable, "-c", "import time; time.sleep(1000)"))
    assert hung.percent(0) is None
    assert hung.percent(5) is None
    assert hung.percent(100) is None
    assert GpuMeter(10, ("no-such-program",)).percent(0) is None


def test_open_connections_to_the_port_count() -> None:
    table = (
        "  sl  local_address rem_address   st tx_queue",
        "   0: 0100007F:08AE 0100007F:9B10 01 00000000:00000000",
        "   1: 0100007F:08AE 0100007F:9B12 06 00000000:00000000",
        "   2: 00000000:08AE 00000000:0000 0A 00000000:00000000",
        "   3: 0100007F:9B10 0100007F:08AE 01 00000000:00000000",
        "garbage",
    )
    assert connections_in(table, 2222) == 1


def test_a_process_may_call_itself_anything() -> None:
    assert process_state("17 (a) Z (b) ) S 7 17 17 0") == ("a) Z (b) ", "S", 7)
    for text in ("", "17", "17 (a", "17 (a) S"):
        assert refuses(text)


def test_typing_counts_and_output_does_not(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    (tmp_path / "0").symlink_to(name)
    (tmp_path / "ptmx").write_text("")
    os.utime(name, (1000, 1000))
    assert tell(tmp_path, "hello") == 1
    assert b"hello" in os.read(ours, 100)
    assert last_input(tmp_path) == 1000
    os.write(ours, b"x\n")
    os.read(theirs, 10)
    assert last_input(tmp_path) > 1000
    os.close(ours)
    os.close(theirs)


def test_a_terminal_that_is_stopped_does_not_stop_us(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    (tmp_path / "0").symlink_to(os.ttyname(theirs))
    told = 0
    for _ in range(2000):
        told += tell(tmp_path, "x" * 1000)
    assert told < 2000
    os.close(ours)
    os.close(theirs)


def test_times_are_said_as_people_say_them() -> None:
    words = Words(chinese=False)
    assert [words.duration(seconds) for seconds in (0, 40, 119.6, 600, 5400, 7200, 7230, 9000)] == [
        "0 s",
        "40 s",
        "2 min",
        "10 min",
        "90 min",
        "2 h",
        "2 h",
        "150 min",
    ]
    assert "2 小时" in Words(chinese=True).stopping("devenv-a", 7200)


def refuses(text: str) -> bool:
    try:
        process_state(text)
    except ValueError:
        return True
    return False


def test_the_state_of_any_text_is_told_or_refused() -> None:
    chance = random.Random(3)
    texts = ("".join(chance.choices("17 ()SZ\n", k=chance.randrange(20))) for _ in range(5000))
    assert {refuses(text) for text in texts} == {True, False}
