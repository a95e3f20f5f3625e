"""What a page shows later than at once, as the build left it: scripts for browsers, compressed, named by content."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

_name = re.compile(r"(panels|devEnvs)-[A-Z0-9]{8}\.js")


class PanelsScript:
    """Reads the script with the panels, and that of DevEnvs."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that the build wrote."""
        self._folder = folder

    def compressed(self, name: str) -> bytes | None:
        """Return the script in gzip; None where there is none of this name, as after an update."""
        if _name.fullmatch(name) is None:
            return None
        try:
            return (self._folder / f"{name}.gz").read_bytes()
        except FileNotFoundError:
            return None

    def plain(self, name: str) -> bytes | None:
        """Return the script for whoever takes no gzip."""
        content = self.compressed(name)
        return None if content is None else gzip.decompress(content)
