"""Entry of the helpers: `python -I -S STEPS/slipway_steps VERB …`. Has to parse on any Python 3.

`STEPS/slipway_steps/__main__.py VERB …` does the same, and starts in a little less time.
"""

import os
import sys

OLDEST = 0x03090000
BROKEN = 70


def start() -> int:
    """Run the verb, or say that this Python is too old."""
    if sys.hexversion < OLDEST:
        if sys.argv[1:2] == ["keep-log"]:
            return copy()
        return refuse(sys.argv[2] if sys.argv[2:] else "prepare")
    here = os.path.dirname(os.path.abspath(__file__))
    # Of a folder that is started its path comes first. An isolated Python leaves that of a file out.
    if os.path.abspath(sys.path[0]) == here:
        del sys.path[0]
    sys.path.insert(0, os.path.dirname(here))
    if sys.argv[1:2] == ["keep-log"]:
        # Each step starts one: what the verbs import takes longer than all else it does.
        from slipway_steps import keep_log

        return keep_log.main(sys.argv[2])
    from slipway_steps.verbs import main

    return main(sys.argv[1:])


def copy() -> int:
    """Hand on a step's output, which is that it refuses; the log on the volume is left out."""
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(line)
    return 0


def refuse(step: str) -> int:
    """Leave the step's result; the module that does so elsewhere needs a newer Python."""
    import json

    found = " ".join(["Python", sys.version.split()[0], "at", sys.executable])
    reason = "the steps need Python 3.9 or newer; this is " + found
    sys.stderr.write(reason + "\n")
    if sys.argv[1:2] == ["plan"]:
        result = {"step": step, "state": "failed", "exitCode": BROKEN, "reason": reason, "reasonCode": "environment"}
        with open(os.path.join(os.environ["SLIPWAY_RUN_DIR"], "results", step + ".json"), "w") as file:
            json.dump(result, file)
    if sys.argv[1:3] == ["plan", "collect"] and os.environ.get("SLIPWAY_RESULT"):
        least = {"version": 1, "verdict": "failed", "reason": reason, "steps": {}, "logs": {}}
        with open(os.environ["SLIPWAY_RESULT"], "w") as file:
            json.dump(least, file)
    return BROKEN


sys.exit(start())
