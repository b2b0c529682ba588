"""From sources to parsed messages: one bad mail never stops the others, and everything left out is named.

The database is not known here; ``pipeline`` takes what comes and stores it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from threadmine.errors import ThreadmineError
from threadmine.model import Message, Origin, RawMail, RawPage, Skipped, Withdrawn
from threadmine.parse.message import parse_mail, read_mail
from threadmine.sources import read_path

if TYPE_CHECKING:
    from threadmine.parse.pages.shape import Page

Found = Message | Skipped | Withdrawn
"""What reading gives: a message, something left out, or a mail that its archive has deleted since."""


def read_messages(paths: Iterable[str], bare: bool = False) -> Iterator[Found]:
    """The parsed messages of files, folders, archives and ``-``, in order.

    With ``bare``, mail comes as bare messages (see :class:`threadmine.model.Message`).

    A path that cannot be read at all comes as a :class:`Skipped` with ``failed`` set, and the next path is
    read. Memory does not grow with the number of messages.
    """
    for path in paths:
        try:
            yield from parse_all(read_path(path), bare)
        except ThreadmineError as error:
            reason = f"{error.what}; {error.remedy}" if error.remedy else error.what
            yield Skipped(Origin(error.where or path), reason, failed=True)


def parse_all(raws: Iterable[RawMail | RawPage | Skipped | Withdrawn], bare: bool = False) -> Iterator[Found]:
    """Parses each raw mail or page; what defeats the parser comes as a failed :class:`Skipped`.

    With ``bare``, mail comes as bare messages. Pages never do: who wrote what stands in their markup, which
    is not kept.
    """
    parse = read_mail if bare else parse_mail
    for raw in raws:
        if isinstance(raw, Skipped | Withdrawn):
            yield raw
        elif isinstance(raw, RawPage):
            yield from page_messages(raw)
        else:
            yield parse_one(raw, parse)


def page_messages(raw: RawPage) -> Iterator[Message | Skipped]:
    """The messages that a saved archive page shows, and those that it only quotes."""
    from threadmine.parse.pages import read_page  # its readers are many, and pages are few

    try:
        page = read_page(raw.data, raw.origin)
        found = _with_quoted(page) if page is not None else None
    except Exception as error:  # as in parse_one: a page that defeats its reader is named, the rest goes on
        yield _broken(raw.origin, error)
        return
    if found is None:
        yield Skipped(raw.origin, "no archive page that can be read")
    else:
        yield from found


def _with_quoted(page: Page) -> list[Message]:
    """The page's messages, each followed by the stand-ins for what only its quotations show."""
    from threadmine.parse.quoted import quoted_messages

    shown = {message.message_id for message in page.messages}
    out: dict[str, Message] = {}
    for message in page.messages:
        stand_ins = quoted_messages(message, shown.__contains__)
        parent = stand_ins[0] if stand_ins and message.in_reply_to is None else None
        if parent is not None:
            message = replace(message, in_reply_to=parent.message_id, references=(parent.message_id,))
        out[message.message_id] = message
        for stand_in in stand_ins:
            out.setdefault(stand_in.message_id, stand_in)
    return list(out.values())


def parse_one(raw: RawMail, parse: Callable[[RawMail], Message] = parse_mail) -> Message | Skipped:
    """One raw mail parsed, or why that failed."""
    try:
        return parse(raw)
    except (
        Exception
    ) as error:  # the parser is meant never to raise; if it does, one mail is named, not all lost
        return _broken(raw.origin, error)


def _broken(origin: Origin, error: Exception) -> Skipped:
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{last.name} line {last.lineno}"
    return Skipped(origin, f"could not be parsed: {type(error).__name__} in {place}", failed=True)
