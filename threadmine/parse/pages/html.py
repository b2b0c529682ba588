"""Pages as a browser saves them, turned into the text that the formats read."""

from __future__ import annotations

import re
from urllib.parse import unquote

from threadmine.parse.html_text import LineReader, read_bounded

_SILENT = frozenset({"script", "style", "title", "template", "noscript", "svg", "select", "option"})
_BREAKS = frozenset(
    {"p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "ul", "ol", "table", "hr", "dt", "dd", "section",
     "header", "footer", "article", "nav", "form", "details", "summary", "blockquote"}
)  # fmt: skip
LINK_MARK = "\x02"
"""Stands before and behind the message-id of a link in a row of a thread overview."""

_ROW_START = re.compile(r"\s*\d{4}-\d\d-\d\d\s+\d{1,2}:\d\d\s[\s`]*$")
_MESSAGE_LINK = re.compile(r"\.\./([^/\s\x02]{1,500})/$")
_HTML = re.compile(r"\s{0,100}(?:<!--[^>]{0,500}-->\s{0,100})?<(?:!doctype html|html)\b", re.IGNORECASE)


def looks_like_html(text: str) -> bool:
    """Whether a text starts as an HTML page does."""
    return _HTML.match(text) is not None


class _PageReader(LineReader):
    """Text with its line breaks; what stands in ``pre`` keeps its white space."""

    def flush(self, keep_empty: bool = False) -> None:
        text = "".join(self.line)
        self.line = []
        if not self.verbatim:
            text = " ".join(text.replace("\xa0", "\x01").split()).replace("\x01", "\xa0")
        if text or keep_empty:
            self.lines.append(self.mark() + text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "a" and self.verbatim:
            self._note_link(dict(attrs).get("href") or "")
        elif tag == "br":
            self.flush(keep_empty=True)
        elif tag == "pre":
            self.flush()
            self.verbatim += 1
        elif tag in _BREAKS:
            self.flush()
            if tag == "blockquote" and not self.verbatim:
                self.depth += 1

    def _note_link(self, target: str) -> None:
        """Keeps the message-id that a row of a thread overview links to; the text does not show it."""
        found = _MESSAGE_LINK.match(target)
        if found is not None and _ROW_START.match("".join(self.line)):
            self.line.append(f"{LINK_MARK}{unquote(found.group(1))}{LINK_MARK}")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "pre":
            self.flush()
            self.verbatim = max(0, self.verbatim - 1)
        elif tag in _BREAKS:
            self.flush()
            if tag == "blockquote" and not self.verbatim:
                self.depth = max(0, self.depth - 1)
            elif tag in ("p", "hr"):
                self.lines.append("")


def page_text(page: str) -> str:
    """The words of a saved page, line by line."""
    reader = _PageReader()
    read_bounded(reader, page)
    reader.flush()
    return "\n".join(reader.lines).lstrip("\n") + "\n"
