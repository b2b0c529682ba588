"""The digest as Markdown and as one self-contained page of HTML; text of mails can start nothing in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from threadmine.digest.items import Digest
from threadmine.digest.layout import Block, Kind, blocks, title

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&])")
_LEADING = re.compile(r"^(\d+)([.)])|^([-=:])")


def markdown_lines(found: Digest) -> Iterator[str]:
    """CommonMark; whatever a mail says stands escaped."""
    before: Block | None = None
    for block in blocks(found):
        item = block.kind in (Kind.ITEM, Kind.SUB)
        if before is not None and not (item and before.kind in (Kind.ITEM, Kind.SUB)):
            yield ""
        before = block
        text = markdown_text(block.text)
        if block.kind is Kind.TITLE:
            yield f"# {text}"
        elif block.kind is Kind.HEADING:
            yield f"## {text}"
        elif block.kind is Kind.PARAGRAPH:
            yield text
        else:
            yield f"{'- ' if block.kind is Kind.ITEM else '  - '}{_markdown_item(block, text)}"


def _markdown_item(block: Block, text: str) -> str:
    lead = "**NEW** " if block.new else ""
    own = f" `{block.id}`" if block.id else ""
    link = f" ([message](<{_address(block.link)}>))" if block.link else ""
    return f"{lead}{text}{own}{link}"


def markdown_text(text: str) -> str:
    """``text`` so that CommonMark shows it as it is."""
    escaped = _MARKS.sub(r"\\\1", text)
    return _LEADING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)


def _address(link: str) -> str:
    """A link without what would end it in Markdown or HTML."""
    return "".join(c if c.isascii() and c.isprintable() and c not in '<>"\\ ' else _percent(c) for c in link)


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


STYLE = """\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid}
li{margin:.5rem 0;overflow-wrap:anywhere}code{font-size:.85em}
.new{font-weight:bold}ul ul li{margin:.2rem 0}"""


def html_lines(found: Digest) -> Iterator[str]:
    """One page: no script, nothing loaded from anywhere, light and dark."""
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield f"<title>{escape(title(found))}</title><style>{STYLE}</style></head><body><main>"
    yield from html_body(found)
    yield "</main></body></html>"


def html_body(found: Digest) -> Iterator[str]:
    """The digest as well-formed elements (also XHTML), each list item with the items that belong to it."""
    depth = 0
    for block in blocks(found):
        wanted = {Kind.ITEM: 1, Kind.SUB: 2}.get(block.kind, 0)
        while depth > wanted:
            yield "</li></ul>"
            depth -= 1
        if wanted and depth == wanted:
            yield "</li>"
        while depth < wanted:
            yield "<ul>" if depth + 1 == wanted else "<ul><li>"
            depth += 1
        text = escape(block.text)
        if block.kind is Kind.TITLE:
            yield f"<h1>{text}</h1>"
        elif block.kind is Kind.HEADING:
            yield f"<h2>{text}</h2>"
        elif block.kind is Kind.PARAGRAPH:
            yield f"<p>{text}</p>"
        else:
            yield f"<li>{_html_item(block, text)}"
    yield "</li></ul>" * depth


def _html_item(block: Block, text: str) -> str:
    lead = '<span class="new">NEW</span> ' if block.new else ""
    own = f" <code>{escape(block.id)}</code>" if block.id else ""
    link = f' <a href="{escape(_address(block.link))}" rel="noreferrer">message</a>' if block.link else ""
    return f"{lead}{text}{own}{link}"
