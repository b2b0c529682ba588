"""Judging outside an ingest: a sentence on the command line, a stored claim asked about again.

Pure: makes the same values out of a text or a stored mail that the pipeline makes out of a mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from threadmine.errors import UsageError
from threadmine.memmap import Layout
from threadmine.memmap.drawing import Row, lanes_for, rows
from threadmine.memmap.versions import parse_version
from threadmine.model import Claim, Message, Origin, Person, RawMail, StoredMessage, Subject, Unknown
from threadmine.parse.diff import parse_patch
from threadmine.parse.message import parse_mail
from threadmine.parse.quotes import find_stretches
from threadmine.parse.subject import parse_subject

_MAIL = re.compile(r"(?:From |Return-Path:|Received:|Date:|From:|Message-ID:|Subject:|Delivered-To:)", re.I)
_HEADER = re.compile(r"^(?:Date|From|Message-ID|Subject): ", re.I | re.M)

SENTENCE_ID = "sentence@threadmine.invalid"
"""The message-id of a sentence that came from no mail."""


def checked_kernel(version: str | None) -> str:
    """``version`` without the leading v, or the empty text for None.

    Raises:
        UsageError: it is no kernel version.
    """
    if version is None:
        return ""
    parsed = parse_version(version)
    if parsed is None:
        raise UsageError(f"'{version}' is no kernel version", remedy="write it like 6.12, 6.19.14 or 7.3-rc7")
    return str(parsed)


def message_of(text: str, now: datetime) -> Message:
    """A mail if ``text`` is one (its first lines are headers), else a message of today that says ``text``."""
    head = text.lstrip("\n")[:2_000]
    if _MAIL.match(head) and len(_HEADER.findall(head.split("\n\n")[0])) >= 2:
        return parse_mail(RawMail(text.encode("utf-8", "surrogateescape"), Origin("standard input")))
    body = text if text.endswith("\n") else text + "\n"
    patch = parse_patch(body)
    return Message(
        message_id=SENTENCE_ID,
        subject=Subject("", ""),
        author=Person("", ""),
        date=now,
        body=body,
        origin=Origin("command line"),
        stretches=find_stretches(body, patch),
        patch=patch,
    )


def message_from(stored: StoredMessage) -> Message:
    """A stored message as it was when it was judged."""
    patch = parse_patch(stored.body)
    return Message(
        message_id=stored.message_id,
        subject=parse_subject(stored.subject),
        author=stored.author,
        date=stored.date,
        body=stored.body,
        origin=Origin("database"),
        in_reply_to=stored.in_reply_to,
        stretches=find_stretches(stored.body, patch),
        trailers=stored.trailers,
        patch=patch,
        bot=stored.bot,
        quoted_only=stored.quoted_only,
    )


@dataclass(frozen=True, slots=True)
class Word:
    """One machine word of the array of struct pages. ``lanes``: (struct, names of the members there)."""

    page: int
    offset: int
    size: int
    lanes: tuple[tuple[str, str], ...]


_MEMBER = re.compile(r"^(\w+)(?:\[(\d{1,3})\])?\.(\w+)")
MAX_WORDS = 8


def words_of(claim: Claim, layout: Layout) -> tuple[Word, ...]:
    """The words that the members of a claim lie in, in the order of memory; empty where it names none."""
    struct = _whole(layout)
    found: list[Word] = []
    for row in rows_of((claim.subject, claim.object, *claim.entities), layout):
        lanes = tuple(
            (title, ", ".join(dict.fromkeys(box.name for box in lane)) or "-")
            for title, lane in zip(lanes_for(layout, struct), row.lanes, strict=True)
        )
        found.append(Word(row.page, row.offset, row.size, lanes))
    return tuple(found)


def rows_of(names: Iterable[str], layout: Layout) -> tuple[Row, ...]:
    """The words that the members among ``names`` lie in, as drawn for a folio (or page), in the order of
    memory; no more than a few."""
    names = tuple(dict.fromkeys(names))
    wanted: set[tuple[int, int]] = set()
    page = next((int(m[2]) for n in names if (m := _MEMBER.match(n)) and m[2]), None)
    places = []
    for name in names:
        place = layout.place(name) if _MEMBER.match(name) else Unknown("")
        if not isinstance(place, Unknown):
            places.append(place)
    second = max((p.page for p in places if p.member.struct == "folio"), default=page or 0)
    for place in places:
        index = place.page if place.member.struct == "folio" or place.page else second
        first = place.start - place.start % layout.pointer_size
        wanted |= {(index, at) for at in range(first, place.end, layout.pointer_size)}
    found = [row for row in rows(layout, _whole(layout)) if (row.page, row.offset) in wanted]
    return tuple(found[:MAX_WORDS])


def _whole(layout: Layout) -> str:
    return "folio" if layout.struct("folio") else "page"
