from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from slipway_steps.reuse import ReuseRefused, take_over
from slipway_steps.run import RunFolder

if TYPE_CHECKING:
    from pathlib import Path


class Retry:
    """Two run folders: the original with its effects, and the new one as prepare has made it."""

    def __init__(self, base: Path) -> None:
        self.before = base / "before"
        self.after = base / "after"
        for folder in (self.before, self.after):
            for name in ("inputs", "work", "output", "logs", "results"):
                (folder / name).mkdir(parents=True)
            for name in ("data.txt", "gone.txt", "same.txt"):
                self.write(folder, f"inputs/{name}", name)
                self.write(folder, f"work/{name}", name)

    def write(self, folder: Path, path: str, text: str) -> None:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)

    def end(self, *steps: str) -> None:
        for step in steps:
            self.write(self.before, f"results/{step}.json", json.dumps({"step": step, "state": "succeeded"}))
            self.write(self.before, f"logs/{step}.log", f"{step} ran\n")

    def take_over(self, *steps: str) -> None:
        content = {"steps": [], "notebook": {"path": "a.ipynb", "name": "a"}, "reuse": {"run": "b", "steps": [*steps]}}
        self.write(self.after, "run.json", json.dumps(content))
        take_over(RunFolder(str(self.after)), RunFolder(str(self.before)), lambda: None)

    def files(self, folder: str) -> list[str]:
        root = self.after / folder
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink())


@pytest.fixture
def retry(tmp_path: Path) -> Retry:
    return Retry(tmp_path)


def test_the_effect_of_the_notebook_is_repeated(retry: Retry) -> None:
    retry.end("prepare", "notebook")
    work = retry.before / "work"
    (work / "data.txt").write_text("changed")
    (work / "gone.txt").unlink()
    (work / "sub" / "new").mkdir(parents=True)
    (work / "sub" / "new" / "file").write_text("new")
    (work / "sub" / "new" / "file").chmod(0o400)
    (work / "link").symlink_to("data.txt")
    (work / "empty").mkdir()
    os.mkfifo(work / "pipe")
    for name in ("a_output.ipynb", "figures/x.png", "requirements.lock.txt", "a_output.html", "pytest_results.xml"):
        retry.write(retry.before, f"output/{name}", name)
    (retry.before / "python").write_text("/opt/python\n")
    # What is in the way gives way.
    (retry.after / "work" / "link").mkdir()
    retry.write(retry.after, "work/same.txt", "edited")
    retry.take_over("prepare", "notebook")
    assert retry.files("output") == ["a_output.ipynb", "figures/x.png", "requirements.lock.txt"]
    assert retry.files("work") == ["data.txt", "link", "same.txt", "sub/new/file"]
    assert (retry.after / "work" / "data.txt").read_text() == "changed"
    assert (retry.after / "work" / "same.txt").read_text() == "edited"
    assert (retry.after / "work" / "link").readlink().name == "data.txt"
    assert (retry.after / "work" / "empty").is_dir()
    assert (retry.after / "work" / "sub" / "new" / "file").stat().st_mode & 0o777 == 0o400
    assert (retry.after / "python").read_text() == "/opt/python\n"
    assert (retry.after / "logs" / "notebook.log").read_text() == "notebook ran\n"
    assert retry.files("results") == ["notebook.json", "prepare.json"]


def test_with_prepare_alone_nothing_of_the_notebook_is_taken(retry: Retry) -> None:
    retry.end("prepare", "notebook")
    retry.write(retry.before, "output/mine.csv", "x")
    retry.write(retry.before, "output/requirements.lock.txt", "x")
    retry.write(retry.before, "work/made", "x")
    retry.take_over("prepare")
    assert retry.files("output") == ["requirements.lock.txt"]
    assert "made" not in retry.files("work")
    assert retry.files("results") == ["prepare.json"]


def test_what_the_stage_fetched_is_taken_with_its_steps(retry: Retry) -> None:
    retry.end("dataset", "clone", "prepare")
    retry.write(retry.before, "datasets/key/data.csv", "x")
    retry.write(retry.before, "repository/a.py", "x")
    retry.write(retry.before, "suite/test_a.py", "x")
    retry.take_over("dataset", "prepare")
    assert retry.files("datasets") == ["key/data.csv"]
    assert not (retry.after / "repository").exists()
    retry.take_over("clone", "prepare")
    assert retry.files("repository") == ["a.py"]
    assert retry.files("suite") == ["test_a.py"]


def test_a_step_without_a_result_is_refused(retry: Retry) -> None:
    retry.end("prepare")
    with pytest.raises(ReuseRefused, match="the notebook step of the earlier run left no result to reuse"):
        retry.take_over("prepare", "notebook")
