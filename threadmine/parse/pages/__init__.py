"""Archive pages saved from the web, told apart by their content and read into messages.

One module per site's format; each says by itself whether a page is its own. To add a format, write a module
with ``recognise`` and ``read`` and put it into ``FORMATS``.
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.model import NOTE_MESSAGES, NOTE_SUPERSEDED, Message, Origin, OverviewRow
from threadmine.parse.charsets import decode_bytes
from threadmine.parse.limits import MAX_BODY
from threadmine.parse.pages import lore, mailarchive, openwall, patchew, viewer
from threadmine.parse.pages.html import looks_like_html, page_text
from threadmine.parse.pages.shape import Page, PageFormat

__all__ = ["FORMATS", "Message", "OverviewRow", "Page", "is_page", "read_page"]

FORMATS: tuple[PageFormat, ...] = (
    PageFormat("openwall", openwall.recognise, openwall.read),
    PageFormat("lore", lore.recognise, lore.read),
    PageFormat("patchew", patchew.recognise, patchew.read),
    PageFormat("viewer", viewer.recognise, viewer.read),
    PageFormat("mail-archive", mailarchive.recognise, mailarchive.read),
)
"""In the order in which they are tried: the surest marks first."""


def is_page(data: bytes) -> bool:
    """Whether the bytes (whole, or all but a cut tail) are a page of a known archive."""
    text = _text(data)
    return any(each.recognise(text) for each in FORMATS)


def read_page(data: bytes, origin: Origin) -> Page | None:
    """The messages and overview rows of a page; None where no format is recognised."""
    text = _text(data)
    for each in FORMATS:
        if each.recognise(text):
            return _with_account(each.read(text, origin))
    return None


def _with_account(page: Page) -> Page:
    """The page, its first message carrying what the page knows of the thread, to be stored with it."""
    notes: list[tuple[str, str]] = []
    if page.stated_messages:
        notes.append((NOTE_MESSAGES, str(page.stated_messages)))
    if page.superseded:
        notes.append((NOTE_SUPERSEDED, "There is a newer version"))
    if not (notes or page.rows) or not page.messages:
        return page
    first, *others = page.messages
    return replace(page, messages=(replace(first, overview=page.rows, archive_notes=tuple(notes)), *others))


def _text(data: bytes) -> str:
    text, _ = decode_bytes(data[:MAX_BODY], "utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").lstrip("\ufeff")
    return page_text(text) if looks_like_html(text) else text
