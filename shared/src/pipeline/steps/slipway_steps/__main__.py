"""Entry of the helpers: `python -I -S STEPS/slipway_steps VERB …`. Has to parse on any Python 3."""

import os
import sys

OLDEST = 0x03090000


def start() -> int:
    """Run the verb, or say that this Python is too old."""
    if sys.hexversion < OLDEST:
        found = " ".join([sys.version.split()[0], "at", sys.executable])
        sys.stderr.write("The steps need Python 3.9 or newer; this is " + found + "\n")
        return 70
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from slipway_steps.verbs import main

    return main(sys.argv[1:])


sys.exit(start())
