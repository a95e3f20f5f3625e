"""`environment.py plan`: says before a run which environment its prepare step will choose. Changes nothing.

A JSON request on standard input (`PlanRequest` in shapes.py), the answer on standard output: `mode` (asIs, reused,
toBuild), `path` of the interpreter that the steps will use, `interpreterVersion`, `missing` tools. It has to be started
with the interpreter in question, without -I and -S. Exit code 1 with a sentence on standard error: it cannot be done.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from slipway_steps.shapes import PlanRequest

_USAGE = 2


def start(arguments: list[str]) -> int:
    """Answer one request; returns the exit code."""
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from slipway_steps import layers
    from slipway_steps.requirements import Refused

    if arguments != ["plan"]:
        sys.stderr.write("usage: environment.py plan < request.json\n")
        return _USAGE
    request: PlanRequest = json.load(sys.stdin)
    try:
        environment = layers.Environment(request)
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    answer = {
        "mode": environment.mode,
        "path": environment.python,
        "interpreterVersion": layers.version(),
        "missing": [tool.requirement for tool in environment.missing],
    }
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
