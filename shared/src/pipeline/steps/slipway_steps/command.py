"""command: a program with its arguments, in work/."""

from __future__ import annotations

from slipway_steps import outcome
from slipway_steps.run import Settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.run import RunFolder
    from slipway_steps.shapes import Ending, Result

_NOT_EXECUTABLE = 126
_NOT_FOUND = 127


def plan(run: RunFolder) -> list[tuple[str, str]]:
    """Return the command. Raises Settled when there is none."""
    fields = outcome.plan_fields(run, "command")
    command = run.run_file.get("command")
    if command is None:
        raise Settled(outcome.skipped("command", "this run has no command"))
    fields.append(("folder", run.work))
    fields += [("argument", argument) for argument in command["argv"]]
    return fields + outcome.environment_fields(run, run.run_file["env"])


def finish(run: RunFolder, ending: Ending) -> Result:
    """Return the result: the command's exit code decides."""
    code = ending["exitCode"]
    result = outcome.from_outside("command", ending)
    if result is not None:
        return result
    if code == 0:
        return outcome.succeeded("command", "exit code 0")
    command = run.run_file.get("command")
    program = command["argv"][0] if command else ""
    if code == _NOT_FOUND:
        return outcome.failed("command", code, f"exit code 127: {program} was not found, or something that it starts")
    if code == _NOT_EXECUTABLE:
        return outcome.failed("command", code, f"exit code 126: {program} could not be started")
    return outcome.failed("command", code, outcome.exit_words(code))
