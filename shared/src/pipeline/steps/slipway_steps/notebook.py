"""notebook: papermill's arguments before, the result after."""

from __future__ import annotations

import json
import math
import os

from slipway_steps import outcome
from slipway_steps.cells import failure_path
from slipway_steps.files import count, read_text, remove, write_text
from slipway_steps.run import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Ending, Failure, Result


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Return what notebook.sh starts papermill with. Raises Settled when there is nothing to start it on."""
    fields = outcome.plan_fields(run, "notebook")
    notebook = run.run_file.get("notebook")
    executed = run.executed_notebook()
    if notebook is None or executed is None:
        raise Settled(outcome.skipped("notebook", "this run has no notebook"))
    remove(failure_path(run))
    remove(executed)
    cell_limit = run.run_file["timeouts"].get("cell")
    fields += [
        ("input", _literal(os.path.join(run.work, notebook["path"]))),
        ("output", _literal(executed)),
        ("parameters", _write_parameters(run)),
        ("kernel", notebook["kernel"]),
        ("language", notebook["language"]),
        ("folder", run.notebook_folder),
        ("cellLimit", "" if cell_limit is None else str(math.ceil(cell_limit))),
    ]
    return fields + outcome.environment_fields(run, run.run_file["env"])


def finish(run: RunFolder, ending: Ending) -> Result:
    """Return the result; never a success when the notebook raised."""
    failure = _take_failure(run)
    notebook = run.run_file.get("notebook")
    total = len(notebook["cells"]) if notebook else 0
    result = outcome.from_outside("notebook", ending)
    if result is None and failure is not None:
        result = outcome.failed("notebook", ending["exitCode"], failure["reason"], failure["reasonCode"])
    if result is None and ending["exitCode"] != 0:
        words = outcome.exit_words(ending["exitCode"])
        result = outcome.failed("notebook", ending["exitCode"], f"papermill ended with {words}")
    if result is None and not os.path.isfile(run.executed_notebook() or ""):
        result = outcome.failed("notebook", 1, "papermill left no executed notebook")
    if result is None:
        return outcome.succeeded("notebook", count(total, "cell"))
    cell = failure.get("failedCell") if failure is not None and not ending["stopped"] else None
    if cell is not None:
        result["failedCell"] = cell
        if cell["number"]:
            result["note"] = f"cell {cell['number']} of {total} failed"
    return result


def _take_failure(run: RunFolder) -> Failure | None:
    path = failure_path(run)
    try:
        failure: Failure = json.loads(read_text(path))
        os.unlink(path)
    except (OSError, ValueError):
        return None
    return failure


def _literal(path: str) -> str:
    """Return a path that papermill's formatting of paths turns back into what it was."""
    return path.replace("{", "{{").replace("}", "}}")


def _write_parameters(run: RunFolder) -> str:
    parameters = run.run_file["parameters"]
    if not parameters:
        return ""
    from slipway_steps.parameters import yaml_document

    path = os.path.join(run.root, "parameters.yaml")
    write_text(path, yaml_document(parameters))
    return path
