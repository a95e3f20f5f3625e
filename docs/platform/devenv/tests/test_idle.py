from __future__ import annotations

import random

from slipway_devenv.idle import IdleWatch, Step

LIMIT = 7200.0
WARN = 600.0


def test_warns_before_it_stops_and_stops_when_nobody_answers() -> None:
    watch = IdleWatch(LIMIT, WARN)
    assert watch.look(6599, 6599, 0).step is Step.NOTHING
    warned = watch.look(6600, 6600, 0)
    assert (warned.step, warned.stops_at) == (Step.WARN, 7200)
    assert watch.look(7199, 7199, 0).step is Step.NOTHING
    assert watch.look(7200, 7200, 0).step is Step.STOP


def test_any_activity_takes_the_warning_back() -> None:
    watch = IdleWatch(LIMIT, WARN)
    watch.look(6600, 6600, 0)
    taken_back = watch.look(6602, 6602, 6601)
    assert (taken_back.step, taken_back.stops_at) == (Step.TAKE_BACK, None)
    assert watch.look(7200, 7200, 6601).step is Step.NOTHING
    assert watch.look(6601 + 6600, 6601 + 6600, 6601).step is Step.WARN


def test_a_limit_of_zero_never_stops() -> None:
    watch = IdleWatch(0, 0)
    assert watch.look(1e9, 1e9, 0).step is Step.NOTHING


def test_a_machine_that_slept_warns_first() -> None:
    watch = IdleWatch(LIMIT, WARN)
    watch.look(10, 10, 0)
    # The wall clock went on for a day, the other did not.
    warned = watch.look(86_410, 12, 0)
    assert (warned.step, warned.stops_at) == (Step.WARN, 86_410 + WARN)
    assert watch.look(86_412, 14, 0).step is Step.NOTHING
    # It slept again after the warning.
    assert watch.look(200_000, 16, 0).step is Step.NOTHING
    assert watch.look(200_600, 612, 0).step is Step.STOP


def test_activity_that_is_yet_to_come_is_of_now() -> None:
    watch = IdleWatch(LIMIT, WARN)
    assert watch.look(100, 100, 1e12).idle_seconds == 0


def test_there_is_a_time_without_a_warning_however_it_is_set() -> None:
    watch = IdleWatch(60, 3600)
    assert watch.look(29, 29, 0).step is Step.NOTHING
    assert watch.look(30, 30, 0).step is Step.WARN


def test_never_stops_without_a_warning_that_was_long_enough() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        watch = IdleWatch(100, 30)
        wall, monotonic, activity, warned = 1000.0, 0.0, 1000.0, None
        for _ in range(400):
            step = chance.choice((0.5, 1, 2, 5, 40))
            monotonic += step
            wall += step + chance.choice((0, 0, 0, 500, -3))
            if chance.random() < 0.02:
                activity = wall
            verdict = watch.look(wall, monotonic, activity)
            if verdict.step is Step.WARN:
                warned = monotonic
            elif verdict.step is Step.TAKE_BACK:
                warned = None
            elif verdict.step is Step.STOP:
                assert warned is not None
                assert monotonic - warned >= 30
                assert verdict.idle_seconds >= 0
                break
