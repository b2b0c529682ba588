"""What every page format gives, and the way from its findings to a Message."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from threadmine.model import (
    Defect,
    Message,
    Moment,
    Origin,
    OverviewRow,
    Person,
    Stretch,
    StretchKind,
    Unknown,
)
from threadmine.parse.bots import bot_name
from threadmine.parse.diff import parse_patch
from threadmine.parse.pages.depths import Doubt
from threadmine.parse.pages.pasted import mark_pasted
from threadmine.parse.quotes import find_stretches
from threadmine.parse.subject import parse_subject
from threadmine.parse.trailers import find_trailers
from threadmine.people import UNNAMED

NO_DATE = Unknown("the page gives no date")
PAGE_MARK = "Archive-Page"
"""The header that a message from a page gets, so that the database can tell it from raw mail."""

PAGE_ID = "@page.invalid"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page tells: the messages it shows and, apart from them, what it knows of their thread."""

    site: str
    messages: tuple[Message, ...]
    rows: tuple[OverviewRow, ...] = ()
    superseded: bool = False
    stated_messages: int = 0  # how many the page says the thread has


@dataclass(frozen=True, slots=True)
class PageFormat:
    """One site's format."""

    name: str
    recognise: Callable[[str], bool]
    read: Callable[[str, Origin], Page]


@dataclass(slots=True)
class Draft:
    """A message as a format finds it; what the page does not tell stays empty."""

    body: str
    author: Person = field(default_factory=lambda: Person("", ""))
    subject: str = ""
    date: Moment = NO_DATE
    message_id: str = ""
    parent: str | None = None
    references: tuple[str, ...] = ()
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    lists: tuple[str, ...] = ()
    defects: list[Defect] = field(default_factory=list)
    undecided: dict[int, Doubt] = field(default_factory=dict)  # by line number
    keeps_blanks: bool = False  # the page shows white space as the mail had it


def finish(draft: Draft, origin: Origin) -> Message:
    """The message of a draft, parsed as raw mail would be."""
    body = draft.body.strip("\n") + "\n"
    pasted: frozenset[int] = frozenset()
    if draft.keeps_blanks:
        body, pasted = mark_pasted(body, draft.subject)
    patch = parse_patch(body)
    stretches = find_stretches(body, patch)
    undecided = {number: names for number, names in draft.undecided.items() if number not in pasted}
    if undecided:
        stretches = _with_candidates(body, stretches, undecided)
    if pasted:
        deepest = max(stretch.depth for stretch in stretches)
        stretches = tuple(s._replace(kind=StretchKind.CODE) if s.depth == deepest else s for s in stretches)
    subject = parse_subject(draft.subject)
    message_id = draft.message_id or page_id(draft)
    return Message(
        message_id=message_id,
        subject=subject,
        author=draft.author,
        date=draft.date,
        body=body,
        origin=origin,
        id_made_up=not draft.message_id,
        in_reply_to=draft.parent,
        references=draft.references or ((draft.parent,) if draft.parent else ()),
        to=draft.to,
        cc=draft.cc,
        list_id=draft.lists[0] if draft.lists else origin.list_name,
        stretches=stretches,
        trailers=find_trailers(body, stretches),
        patch=patch,
        is_cover=subject.number == 0 and not subject.is_reply and not (patch and patch.files),
        defects=tuple(draft.defects),
        bot=bot_name(draft.author),
        headers=((PAGE_MARK, origin.source),),
        from_page=True,
    )


def page_id(draft: Draft) -> str:
    """A made-up id from what is the same on every page that shows the message: writer and text."""
    text = re.sub(r"[\W_]+", "", draft.body).lower()
    digest = hashlib.blake2b(
        f"{draft.author.name}\x1f{text}".encode("utf-8", "surrogatepass"), digest_size=10
    )
    return digest.hexdigest() + PAGE_ID


def _with_candidates(
    body: str, stretches: Sequence[Stretch], undecided: dict[int, Doubt]
) -> tuple[Stretch, ...]:
    """The stretches cut at the undecided lines, which keep the candidates and only a writer who leads."""
    starts = [0]
    for line in body.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    out: list[Stretch] = []
    for stretch in stretches:
        at = stretch.start
        for number, start in enumerate(starts):
            if not stretch.start <= start < stretch.end:
                continue
            end = min(starts[number + 1], stretch.end) if number + 1 < len(starts) else stretch.end
            doubt = undecided.get(number)
            if doubt is None:
                continue
            names = tuple(name or UNNAMED for name in doubt.names)
            writer = names[0] if doubt.leads else ""
            if start > at:
                out.append(stretch._replace(start=at, end=start))
            if out and out[-1].end == start and _is_same(out[-1], stretch._replace(writer=writer), names):
                out[-1] = out[-1]._replace(end=end)
            else:
                out.append(stretch._replace(start=start, end=end, writer=writer, candidates=names))
            at = end
        if at < stretch.end:
            out.append(stretch._replace(start=at))
    return tuple(out)


def _is_same(last: Stretch, one: Stretch, names: tuple[str, ...]) -> bool:
    return (last.kind, last.depth, last.writer, last.candidates) == (one.kind, one.depth, one.writer, names)


def header_fields(lines: Sequence[str], names: Sequence[str]) -> tuple[dict[str, str], int]:
    """``Name: value`` lines from the top, folded values whose leading blank is lost included.

    Returns the values by lower-case name and the number of lines used. The body begins with the first line
    that is neither a header of ``names`` nor what can continue one (an address list goes on after a comma).
    """
    values: dict[str, str] = {}
    known = {name.lower() for name in names}
    last = ""
    for number, line in enumerate(lines):
        name, colon, value = line.partition(":")
        low = name.strip().lower()
        if colon and low in known and low not in values:
            values[low] = value.strip()
            last = low
        elif last and (line[:1] in (" ", "\t") or values[last].endswith(",")) and line.strip():
            values[last] += " " + line.strip()
        elif last in ("to", "cc") and "@" in line and re.match(r"\S.*<[^<>\s]+>,?\s*$", line):
            values[last] += ", " + line.strip()
        else:
            return values, number
    return values, len(lines)


def known_date(moment: Moment) -> datetime | None:
    """The moment if it is one."""
    return moment if isinstance(moment, datetime) else None
