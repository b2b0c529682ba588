"""HTML mail and saved pages as text, with the quotation marks that the mark-up stands for.

No script, style or remote thing is looked at; depth and size are bounded by the caller's text and by the
quote-level bound.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from threadmine.parse.limits import MAX_BODY, MAX_DEPTH

_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})
_TAG = re.compile(r"<[^<>]{0,300}>")
_MAX_OPEN = 4_000
"""Characters of a comment or tag left open at the end of a page that the parser is asked to make sense of."""

_BREAKS = frozenset({"p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr"})


class LineReader(HTMLParser):
    """Collects the words of a page as lines: ``pre`` keeps its line breaks, what is silent is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.line: list[str] = []
        self.silent = 0
        self.depth = 0
        self.verbatim = 0

    def mark(self) -> str:
        """What stands before a line for the quotations that are open."""
        return "> " * min(self.depth, MAX_DEPTH)

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if not self.verbatim:
            self.line.append(data)
            return
        first, *rest = data.split("\n")
        self.line.append(first)
        for text in rest:
            self.lines.append(self.mark() + "".join(self.line))
            self.line = [text]


class _Reader(LineReader):
    def flush(self) -> None:
        text = "".join(self.line)
        self.line = []
        if not self.verbatim:
            text = " ".join(text.split())
        if text or (self.lines and self.lines[-1].strip("> ")):
            self.lines.append((self.mark() + text).rstrip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "br":
            self.flush()
        elif tag == "pre":
            self.flush()
            self.verbatim += 1
        elif tag == "blockquote":
            self.flush()
            self.depth += 1
        elif tag in _BREAKS and "".join(self.line).strip():
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag == "blockquote":
            self.flush()
            self.depth = max(0, self.depth - 1)
        elif tag == "pre":
            self.flush()
            self.verbatim = max(0, self.verbatim - 1)
        elif tag in _BREAKS and "".join(self.line).strip():
            self.flush()
            if tag == "p":
                self.flush()


def read_bounded(reader: HTMLParser, page: str) -> None:
    """Feeds a page to ``reader`` in time that grows with its length, whatever is left open in it."""
    reader.feed(page[:MAX_BODY])
    if len(reader.rawdata) > _MAX_OPEN:
        # A comment or tag that never ends: the parser would look for its end anew from every "<" in it.
        reader.handle_data(_TAG.sub(" ", reader.rawdata))
    else:
        reader.close()


def html_to_text(page: str) -> str:
    """The words of an HTML page, a line per block, quotations marked with ``>``."""
    reader = _Reader()
    read_bounded(reader, page)
    reader.flush()
    return "\n".join(reader.lines).strip("\n") + "\n"
