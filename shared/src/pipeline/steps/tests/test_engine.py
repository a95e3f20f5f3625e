"""A run of a notebook that is stopped, wherever that finds it."""

from __future__ import annotations

import asyncio

import pytest

from slipway_steps.engine import Stopped


def _stop() -> None:
    raise Stopped


def test_a_stop_in_a_callback_ends_what_waits() -> None:
    loop = asyncio.new_event_loop()
    loop.call_soon(_stop)
    waiting = asyncio.sleep(5)
    try:
        with pytest.raises(Stopped) as stopped:
            loop.run_until_complete(waiting)
    finally:
        loop.close()
    assert stopped.value.code == 143


def test_a_stop_ends_the_process_as_a_signal_does() -> None:
    with pytest.raises(SystemExit) as stopped:
        _stop()
    assert stopped.value.code == 143
