"""An nbconvert preprocessor: pictures beside the notebook travel inside the report.

The executed notebook lies in output/, so that relative paths in its markdown would lead nowhere.
"""

from __future__ import annotations

import base64
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from nbconvert.preprocessors import Preprocessor

if TYPE_CHECKING:
    from nbformat import NotebookNode

_MEDIA_TYPES = {
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_LARGEST = 20_000_000
_MARKDOWN = re.compile(
    r"(?P<before>!\[[^\]\n]*\]\(\s*)(?P<place><[^>\n]+>|[^\s()]+)(?P<after>(\s+[\"'][^\n]*?[\"'])?\s*\))"
)
_CODE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.MULTILINE | re.DOTALL)
_HTML = re.compile(r"(?P<before><img\b[^>]*?\bsrc\s*=\s*[\"'])(?P<place>[^\"'>]+)(?P<after>[\"'])", re.IGNORECASE)


class Pictures(Preprocessor):
    """Replaces the paths of pictures in markdown cells by data URLs."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Look at every markdown cell."""
        folder = os.environ["SLIPWAY_NOTEBOOK_FOLDER"]
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.source = inlined(cell.source, folder)
        return nb, resources


def inlined(source: str, folder: str) -> str:
    """Return markdown with the pictures that lie in the folder, or below it, put in."""

    def replace(match: re.Match[str]) -> str:
        url = _data_url(match["place"].strip("<>"), folder)
        return match[0] if url is None else f"{match['before']}{url}{match['after']}"

    parts = _CODE.split(source)
    for at in range(0, len(parts), 2):
        parts[at] = _HTML.sub(replace, _MARKDOWN.sub(replace, parts[at]))
    return "".join(parts)


def _data_url(place: str, folder: str) -> str | None:
    if re.match(r"^([a-z][a-z0-9+.-]*:|/|#)", place, re.IGNORECASE):
        return None
    media_type = _MEDIA_TYPES.get(os.path.splitext(place)[1].lower())
    if media_type is None:
        return None
    root = os.path.realpath(folder)
    try:
        path = os.path.realpath(os.path.join(root, unquote(place)))
        if os.path.commonpath([root, path]) != root or os.path.getsize(path) > _LARGEST:
            return None
        with open(path, "rb") as file:
            return f"data:{media_type};base64,{base64.b64encode(file.read()).decode('ascii')}"
    except (OSError, ValueError):
        return None  # the report shows that it is missing
