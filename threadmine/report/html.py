"""HTML by small pieces: whatever is not made here is text, and text is escaped.

Pages run one script at most (the search, named by its hash in the page's own security policy) and load
nothing, so that a hostile mail has nothing to work with even where an escape were forgotten.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote

from threadmine.render.text import safe, safe_line
from threadmine.report.assets import SCRIPT, STYLE

NAVIGATION = (
    ("index.html", "Fields"),
    ("series.html", "Series"),
    ("people.html", "People"),
    ("claims.html", "Claims"),
    ("search.html", "Search"),
)


class Html(str):
    """Markup made by this module; everything else is text and gets escaped."""

    __slots__ = ()


def text(value: str) -> Html:
    """One line of text of anybody's, harmless; a blank at either end stays."""
    lead, tail = (" " if end.isspace() else "" for end in (value[:1], value[-1:]))
    return Html(escape(f"{lead}{safe_line(value)}{tail}"))


def lines(value: str) -> Html:
    """Text of anybody's with its line breaks, harmless."""
    return Html(escape(safe(value)))


def element(name: str, *children: str, **attributes: str) -> Html:
    """``<name attribute="...">children</name>``; children that are not :class:`Html` are escaped.

    A trailing ``_`` of an attribute's name is dropped (``class_``), inner ones become dashes.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    inner = "".join(child if isinstance(child, Html) else text(child) for child in children)
    return Html(f"<{name}{written}>{inner}</{name}>")


def join(parts: Iterable[Html], between: str = "") -> Html:
    """Pieces one after the other."""
    return Html(between.join(parts))


def link(target: str, *children: str) -> Html:
    """A link to a page of the site (relative)."""
    return element("a", *children, href=target)


def outside(address: str, label: str) -> Html:
    """A link to a message's address; anything but http(s) stays plain text."""
    if not address.startswith(("https://", "http://")):
        return text(label)
    return element("a", label, href=quote(address, safe="/:@%+=~!$&'()*,;?#"), rel="noreferrer external")


def table(
    caption: str, head: Iterable[str], rows: Iterable[Iterable[str]], right: Iterable[int] = ()
) -> Html:
    """A table with a caption and column headings; columns ``right`` hold figures."""
    figures = set(right)

    def cell(name: str, place: int, value: str, **more: str) -> Html:
        return element(name, value, class_="n" if place in figures else "", **more)

    top = join(cell("th", place, value, scope="col") for place, value in enumerate(head))
    body = join(
        element("tr", join(cell("td", place, value) for place, value in enumerate(row))) for row in rows
    )
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", top)),
            element("tbody", body),
        ),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def page(title: str, body: Html, root: str = "", data: str = "") -> Iterator[str]:
    """A whole page.

    Args:
        title: its heading.
        body: what stands below the heading.
        root: how to get to the top folder (``../``), for links.
        data: JSON for the search; only a page with it runs the script.
    """
    policy = [
        "default-src 'none'",
        f"style-src '{_hash(STYLE)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if data:
        policy.append(f"script-src '{_hash(SCRIPT)}'")
    heading = text(title)
    yield "<!DOCTYPE html>\n"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape("; ".join(policy))}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="referrer" content="no-referrer"><title>{heading} - threadmine</title>'
    yield f"<style>{STYLE}</style></head><body>"
    yield '<a class="skip" href="#main">Skip to the text</a>'
    links = join(element("li", link(root + target, label)) for target, label in NAVIGATION)
    yield element("header", element("nav", element("ul", links), aria_label="Site"))
    yield f'<main id="main"><h1>{heading}</h1>{body}</main>'
    yield element("footer", element("p", "Made by threadmine from public mailing lists."))
    if data:
        yield f'<script type="application/json" id="data">{_inert(data)}</script><script>{SCRIPT}</script>'
    yield "</body></html>\n"


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _inert(data: str) -> str:
    """JSON that cannot end the element it stands in."""
    return data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
