"""test: the suite's input before, the result after."""

from __future__ import annotations

import os
import re

from slipway_steps import outcome
from slipway_steps.files import count, remove
from slipway_steps.run import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps import junit
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Ending, Result

_TESTS_FAILED = 1
_INTERRUPTED = 2
_USAGE = 4
_NO_TESTS = 5
_NAMES_IN_REASON = 3
_POETRY_PROJECT = re.compile(r"^\s*(\[tool\.poetry[].]|build-backend\s*=\s*[\"']poetry\.core\.)", re.MULTILINE)


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Return what test.sh starts pytest with. Raises Settled when the tests are not to be run."""
    tests = run.run_file.get("tests")
    if tests is None:
        raise Settled(outcome.skipped("test", "no tests"))
    fields = outcome.plan_fields(run, "test")
    _check_what_ran(run, always=tests["always"])
    suite = os.path.normpath(os.path.join(run.suite_root, tests["path"]))
    if not os.path.exists(suite):
        reason = f"{tests['path']} is not among the run's files"
        raise Settled(
            outcome.failed("test", _USAGE, reason, "noTests") if tests["asked"] else outcome.skipped("test", reason)
        )
    folder = suite if os.path.isdir(suite) else os.path.dirname(suite)
    if run.suite_root != run.work:
        # A repository of its own is a project as a whole, but for a Poetry project in it that the tests lie in.
        folder = _poetry_folder(folder, run.suite_root) or run.suite_root
    for name in ("coverage.xml", "pytest_results.xml", "pytest_report.html"):
        remove(os.path.join(run.output, name))
    _give_input(run, folder)
    poetry = _poetry(folder)
    modules = [run.notebook_folder, folder]
    fields += [
        ("suite", suite),
        ("folder", folder if poetry else run.notebook_folder),
        ("marker", tests.get("marker", "")),
        ("poetry", poetry),
    ]
    env = dict(run.run_file["env"])
    before = env.get("PYTHONPATH") or os.environ.get("PYTHONPATH")
    env["PYTHONPATH"] = os.pathsep.join([*dict.fromkeys(modules), *([before] if before else [])])
    return fields + outcome.environment_fields(run, env)


def finish(run: RunFolder, ending: Ending) -> Result:
    """Return the result: pytest's exit code decides, its reports say the rest."""
    result = outcome.from_outside("test", ending)
    if result is not None:
        return result
    from slipway_steps import junit

    tests = run.run_file.get("tests")
    code = ending["exitCode"]
    counted = junit.read(os.path.join(run.output, "pytest_results.xml"))
    if code == 0:
        return outcome.succeeded("test", _note(run, counted))
    if code == _NO_TESTS:
        marker = f" with the marker {tests['marker']}" if tests is not None and "marker" in tests else ""
        reason = f"no tests were collected{marker}"
        if tests is not None and not tests["asked"]:
            return outcome.skipped("test", reason, "noTests")
        return outcome.failed("test", code, reason, "noTests")
    result = outcome.failed("test", code, _reason(code, counted), "testsFailed")
    if counted is not None and counted.total:
        result["note"] = _note(run, counted)
    return result


def _check_what_ran(run: RunFolder, *, always: bool) -> None:
    what = "notebook" if "notebook" in run.run_file else "command"
    result = run.result(what)
    if not always and (result is None or result["state"] != "succeeded"):
        raise Settled(outcome.skipped("test", f"the {what} failed", "previousStep"))


def _give_input(run: RunFolder, folder: str) -> None:
    """Give the suite the executed notebook and its report in `input/`, and nothing else."""
    if os.path.realpath(folder) == os.path.realpath(run.notebook_folder):
        return  # tests beside the notebook: `input/` there is the notebook's, not the suite's
    results = [path for path in (run.executed_notebook(), run.report_path()) if path is not None]
    if not results:
        return
    import shutil

    target = os.path.join(folder, "input")
    if os.path.islink(target) or os.path.isfile(target):
        os.unlink(target)
    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(target)
    for path in results:
        if os.path.isfile(path):
            shutil.copyfile(path, os.path.join(target, os.path.basename(path)))


def _poetry_folder(folder: str, top: str) -> str | None:
    """Return the folder of the Poetry project that `folder` lies in, up to `top`; None where there is none."""
    while not _is_poetry_project(folder):
        if folder == top or not folder.startswith(top + os.sep):
            return None
        folder = os.path.dirname(folder)
    return folder


def _is_poetry_project(folder: str) -> bool:
    """Poetry 2 needs no table of its own where `[project]` says everything; its build backend tells it then."""
    try:
        with open(os.path.join(folder, "pyproject.toml"), encoding="utf-8", errors="replace") as file:
            return _POETRY_PROJECT.search(file.read()) is not None
    except OSError:
        return False


def _poetry(folder: str) -> str:
    """Return the path of poetry where the suite is a poetry project, else an empty string."""
    if not _is_poetry_project(folder):
        return ""
    import shutil

    path = shutil.which("poetry")
    if path is None:
        reason = "the suite is a poetry project, and poetry was not found on PATH"
        raise Settled(outcome.failed("test", _USAGE, reason, "environment"))
    return path


def _note(run: RunFolder, counted: junit.Counted | None) -> str:
    from slipway_steps import junit

    note = counted.words() if counted is not None else "passed"
    coverage = junit.coverage_percent(os.path.join(run.output, "coverage.xml"))
    return note if coverage is None else f"{note} · coverage {coverage} %"


def _reason(code: int, counted: junit.Counted | None) -> str:
    if code == _TESTS_FAILED and counted is not None and counted.bad_names:
        bad = counted.failed + counted.errors
        names = ", ".join(counted.bad_names[:_NAMES_IN_REASON]) + (", …" if bad > _NAMES_IN_REASON else "")
        return f"{bad} of {count(counted.total, 'test')} failed: {names}"
    if code == _INTERRUPTED and counted is not None and counted.first_error:
        return f"the tests could not be collected: {counted.first_error}"
    if code == _USAGE:
        return "pytest did not start: it could not use its options or the path of the tests (exit code 4)"
    return f"pytest ended with {outcome.exit_words(code)}"
