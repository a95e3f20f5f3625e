"""`run_papermill.py IN OUT [OPTIONS]`: papermill, with its own options, reporting the cells to progress.jsonl."""

from __future__ import annotations

import gc
import os
import sys


def start() -> None:
    """Import with this folder's parent on the module path, run without it: modules of the steps are nobody else's."""
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    # Imports leave no garbage; looking for it takes a fifth of their time.
    gc.disable()
    from slipway_steps import iri_grammar, later

    iri_grammar.put_off()
    # papermill can read notebooks from the web; a run's lies in its folder.
    later.put_off("requests")
    from slipway_steps.papermill_front import main

    gc.freeze()
    gc.enable()
    del sys.path[0]
    main()


if __name__ == "__main__":
    start()
