"""`run_nbconvert.py OUT [OPTIONS]`: nbconvert's own command line, in less time than `python -m nbconvert`."""

from __future__ import annotations

import gc
import sys


def start() -> None:
    """Import without looking for garbage, of which imports leave none, and without the list of formats for `--help`."""
    # Modules of the steps are nobody else's; what the report needs of them is on PYTHONPATH, as a package.
    del sys.path[0]
    gc.disable()
    from slipway_steps import iri_grammar, later

    iri_grammar.put_off()
    # Beautiful Soup selects by CSS with it, which no report does; to import it takes a tenth of all.
    later.put_off("soupsieve")
    try:
        from nbconvert.exporters import base
    except ModuleNotFoundError as error:
        if error.name != "nbconvert":
            raise
        sys.stderr.write(f"{sys.executable}: No module named nbconvert\n")  # in the words of `python -m`
        sys.exit(1)
    # It loads and makes every exporter there is, twice, before the one that is wanted. Other versions may not.
    every_name = vars(base).get("get_export_names")
    if every_name is not None:
        vars(base)["get_export_names"] = _no_names
    from nbconvert import nbconvertapp

    if every_name is not None:
        vars(base)["get_export_names"] = vars(nbconvertapp)["get_export_names"] = every_name
    gc.freeze()
    gc.enable()
    nbconvertapp.main()


def _no_names(_config: object = None) -> list[str]:
    return []


if __name__ == "__main__":
    start()
