from __future__ import annotations

import errno
import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest

from slipway_steps import collect, files, notebook, outcome
from slipway_steps.files import size_words
from slipway_steps.run import Settled

if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Ending, Result


def ending(code: int, seconds: int = 0, limit: float | None = None, *, stopped: bool = False) -> Ending:
    return {"exitCode": code, "seconds": seconds, "limit": limit, "stopped": stopped}


def collected(run: RunFolder) -> Result:
    with pytest.raises(Settled) as end:
        collect.plan(run)
    return end.value.result


def leave(run: RunFolder, **ends: str) -> None:
    for step, end in ends.items():
        state, _, code = end.partition(":")
        result = {"step": step, "state": state, "exitCode": int(state == "failed"), "reason": f"{step} said so"}
        if code:
            result["reasonCode"] = code
        with open(run.result_path(step), "w", encoding="utf-8") as file:
            json.dump(result, file)


@pytest.mark.parametrize(
    ("states", "verdict", "reason"),
    [
        ({"notebook": "succeeded", "report": "succeeded", "test": "skipped"}, "succeeded", None),
        ({"notebook": "failed:cellFailed", "report": "succeeded", "test": "skipped"}, "failed", "notebook said so"),
        ({"notebook": "failed:timeout", "report": "succeeded", "test": "skipped"}, "timedOut", "notebook said so"),
        (
            {"notebook": "failed:cellFailed", "report": "succeeded", "test": "failed:timeout"},
            "failed",
            "notebook said so",
        ),
        ({"notebook": "succeeded", "report": "failed", "test": "succeeded"}, "failed", "report said so"),
        ({"report": "skipped", "test": "skipped"}, "failed", "the step notebook was killed"),
    ],
)
def test_the_first_failed_step_gives_the_verdict(
    run: RunFolder, states: dict[str, str], verdict: str, reason: str | None
) -> None:
    leave(run, prepare="succeeded", **states)
    result = collected(run)
    assert (result.get("verdict"), result.get("reason")) == (verdict, reason)
    assert (result["state"], result["exitCode"]) == ("succeeded", 0)


def test_a_cancel_is_the_verdict_whatever_the_steps_say(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_CANCELLED", "1")
    leave(run, prepare="succeeded", notebook="failed:timeout")
    assert collected(run).get("verdict") == "cancelled"


def test_a_cancel_in_a_pod_does_not_wait_for_hashes(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_TARGET", "cluster")
    monkeypatch.setattr(collect, "_CANCELLED_HASH_SECONDS", 0)
    for path in (os.path.join(run.root, "cancel"), os.path.join(run.output, "x.csv")):
        files.write_text(path, "abc")
    assert collected(run).get("verdict") == "cancelled"
    index = json.loads(files.read_text(os.path.join(run.root, "artifacts.json")))
    assert index["artifacts"] == [{"path": "output/x.csv", "bytes": 3, "mediaType": "text/csv", "role": "file"}]


def test_a_cancel_in_a_pod_while_a_file_is_hashed_ends_that(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_TARGET", "cluster")
    monkeypatch.setattr(collect, "_CANCELLED_HASH_SECONDS", 0)
    for path in ("large.bin", "other.csv"):
        files.write_text(os.path.join(run.output, path), "x" * (3 << 20))
    sha256, updates = hashlib.sha256, []

    class Hash:
        def __init__(self) -> None:
            self._hash = sha256()

        def update(self, chunk: bytes) -> None:
            updates.append(len(chunk))
            self._hash.update(chunk)
            files.write_text(os.path.join(run.root, "cancel"), "")

        def hexdigest(self) -> str:
            return self._hash.hexdigest()

    monkeypatch.setattr(hashlib, "sha256", Hash)
    assert collected(run).get("verdict") == "cancelled"
    assert len(updates) == 1
    index = json.loads(files.read_text(os.path.join(run.root, "artifacts.json")))
    assert [(file["path"], file["bytes"], "sha256" in file) for file in index["artifacts"]] == [
        ("output/large.bin", 3 << 20, False),
        ("output/other.csv", 3 << 20, False),
    ]


def test_a_broken_result_counts_as_none(run: RunFolder) -> None:
    leave(run, prepare="succeeded", notebook="succeeded", report="succeeded", test="succeeded")
    with open(run.result_path("test"), "w", encoding="utf-8") as file:
        file.write('{"step": "te')
    assert collected(run).get("reason") == "the step test was killed"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (ending(124, 10, 10.0), "timeout"),
        (ending(137, 70, 10.0), "timeout"),
        (ending(137, 3, 10.0), None),
        (ending(124, 3, None), None),
        (ending(143, 3, 10.0, stopped=True), "other"),
    ],
)
def test_a_time_limit_is_told_from_other_ends(end: Ending, code: str | None) -> None:
    result = outcome.from_outside("command", end)
    assert (None if result is None else result.get("reasonCode")) == code


def test_papermill_killed_is_a_failure_with_its_code(run: RunFolder) -> None:
    result = notebook.finish(run, ending(137))
    assert (result["state"], result["exitCode"]) == ("failed", 137)
    assert "killed" in result.get("reason", "")


def test_papermill_ending_well_without_a_notebook_is_a_failure(run: RunFolder) -> None:
    assert notebook.finish(run, ending(0))["state"] == "failed"


def test_a_result_is_written_on_a_full_disk_without_what_is_large(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.hold_back()
    written = files.write_json

    def refuse_large(path: str, value: object) -> None:
        if os.path.exists(run.result_path("notebook")[: -len("json")] + "reserve") or "failedCell" in str(value):
            raise OSError(errno.ENOSPC, "No space left on device")
        written(path, value)

    monkeypatch.setattr("slipway_steps.run.write_json", refuse_large)
    result: Result = {"step": "notebook", "state": "failed", "exitCode": 1, "reason": "full"}
    result["failedCell"] = {
        "id": "one",
        "index": 1,
        "number": 1,
        "source": "",
        "errorName": "E",
        "errorValue": "",
        "traceback": [],
    }
    run.write_result(result)
    kept = run.result("notebook")
    assert kept is not None
    assert kept.get("reason") == "full"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (4100, "4.1 kB"),
        (999_500, "1.0 MB"),
        (3_200_000, "3.2 MB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (407_800, "408 kB"),
        (10**15, "1000 TB"),
    ],
)
def test_sizes_are_for_people(size: int, words: str) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.5, "0.5s"), (5, "5s"), (60, "1m"), (72, "1m 12s"), (3600, "1h"), (7260, "2h 1m")]
)
def test_durations_are_for_people(seconds: float, words: str) -> None:
    assert outcome.duration_words(seconds) == words
