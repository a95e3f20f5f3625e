"""report: nbconvert's arguments before, the result after."""

from __future__ import annotations

import glob
import os

from slipway_steps import outcome
from slipway_steps.files import first_line, remove
from slipway_steps.run import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Ending, Result

_LOG_END = 16 * 1024
_REASON_LIMIT = 200
_ASSETS = ("mathjax.js", "require.js")


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Return what report.sh starts nbconvert with. Raises Settled when there is no executed notebook."""
    fields = outcome.plan_fields(run, "report")
    executed, html = run.executed_notebook(), run.report_path()
    if executed is None or html is None or not os.path.isfile(executed):
        raise Settled(outcome.skipped("report", "there is no executed notebook", "previousStep"))
    run.release("report")
    assets = _unpacked(os.environ.get("SLIPWAY_ASSETS") or os.path.join(os.environ["SLIPWAY_STEPS"], "assets"))
    fields += [
        # nbconvert takes the one for a pattern and the other for a format.
        ("input", glob.escape(executed)),
        ("output", os.path.basename(html).replace("{", "{{").replace("}", "}}")),
        ("folder", run.notebook_folder),
        ("assets", assets),
        ("mathjax", _asset(assets, "mathjax.js")),
        ("require", _asset(assets, "require.js")),
    ]
    return fields


def finish(run: RunFolder, ending: Ending) -> Result:
    """Return the result."""
    result = outcome.from_outside("report", ending)
    if result is not None:
        return result
    html = run.report_path() or ""
    if ending["exitCode"] != 0 or not os.path.isfile(html):
        said = _last_line(os.path.join(run.output, "jupyter_nbconvert.log"))
        remove(html)
        return outcome.failed("report", ending["exitCode"], f"nbconvert made no report: {said}")
    notebook = run.result("notebook")
    shows = " (shows the failing cell)" if notebook is not None and "failedCell" in notebook else ""
    return outcome.succeeded("report", os.path.basename(html) + shows)


def _unpacked(folder: str) -> str:
    """Return a folder with the scripts as they are: in a ConfigMap the large one comes compressed."""
    scratch = os.environ.get("SLIPWAY_SCRATCH")
    packed = [name for name in _ASSETS if not _asset(folder, name) and _asset(folder, name + ".gz")]
    if scratch is None or not packed:
        return folder
    import gzip
    import shutil

    target = os.path.join(scratch, "assets")
    os.mkdir(target)
    for name in _ASSETS:
        source = os.path.join(folder, name)
        if name in packed:
            with gzip.open(source + ".gz", "rb") as before, open(os.path.join(target, name), "wb") as after:
                shutil.copyfileobj(before, after)
        elif os.path.isfile(source):
            shutil.copyfile(source, os.path.join(target, name))
    return target


def _asset(folder: str, name: str) -> str:
    return name if os.path.isfile(os.path.join(folder, name)) else ""


def _last_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - _LOG_END))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return "it left no log"
    return first_line(lines[-1], _REASON_LIMIT) if lines else "it said nothing"
