"""The page that ends a sign-in in the browser: words and nothing else, under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from html import escape

_style = """
:root { color-scheme: light dark; }
body { max-width: 34em; margin: 15vh auto 0; padding: 0 1.5em; font: 16px/1.6 system-ui, sans-serif; }
h1 { font-size: 1.4em; line-height: 1.3; }
p { overflow-wrap: anywhere; }
"""

page_policy = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_style.encode()).digest()).decode()}'"
)
"""The Content-Security-Policy that the page is sent with."""

_longest_paragraph = 600


def callback_page(locale: str, heading: str, paragraphs: list[str]) -> str:
    """Return the page. Whatever stands in its words, they are text."""
    body = "".join(f"<p>{escape(_cut(text))}</p>" for text in paragraphs if text)
    title = escape(heading)
    return (
        f'<!doctype html><html lang="{escape(locale)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title} · Slipway</title><style>{_style}</style></head>"
        f'<body><main role="status"><h1>{title}</h1>{body}</main></body></html>'
    )


def _cut(text: str) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return printable if len(printable) <= _longest_paragraph else f"{printable[:_longest_paragraph]}…"
