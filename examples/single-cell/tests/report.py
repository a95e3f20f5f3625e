"""Reads what a person would see out of an HTML report."""

from __future__ import annotations

from html.parser import HTMLParser


class Report(HTMLParser):
    """Visible text, headings and image sources of an HTML page."""

    def __init__(self, html: str) -> None:
        """Parse ``html``."""
        super().__init__(convert_charrefs=True)
        self.headings: list[str] = []
        self.images: list[str] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """All visible text, white space collapsed."""
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember images, and where scripts, styles and headings begin."""
        if tag == "img":
            self.images.append(dict(attrs).get("src") or "")
        if tag in ("script", "style", "h1", "h2"):
            self._open.append(tag)
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave a script, style or heading."""
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Collect text that is shown."""
        if "script" in self._open or "style" in self._open:
            return
        self._words.append(data)
        if self._open:
            self.headings[-1] += data
