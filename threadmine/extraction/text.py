"""Sentences and list items of the text that a message's author wrote, with their place in the body.

Statements are found sentence by sentence, so everything above this module stands or falls with it:
quotations, code, logs and trailers must not leak in (``parse.quotes`` tells them apart), a list must keep
the line that introduces it, and a full stop inside ``e.g.`` or before a lower-case C name must be told from
the end of a sentence. Comments that a patch adds are text of their own kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from threadmine.model import Message, StretchKind, fold

MAX_SENTENCE = 1200
"""Characters of one sentence that are looked at; what is longer is no prose."""

MIN_SENTENCE = 3
"""Characters below which a piece of text says nothing."""

MAX_PROSE = 400_000
"""Characters of own prose that are looked at in one message."""


class Place(StrEnum):
    """Where in a message a sentence stands; it decides how its tense is read."""

    REPLY = "reply"
    COMMIT = "commit"  # the commit message of a patch
    COVER = "cover"
    NOTES = "notes"  # below the --- of a patch
    COMMENT = "comment"  # a code comment on an added line


class Sentence(NamedTuple):
    """One sentence or list item; a named tuple, which is quick to make.

    ``text`` has its white space folded; ``start`` and ``end`` are its place in the body. ``lead`` is the
    text that introduces the list an item belongs to, empty elsewhere. ``code`` is the code a comment stands
    beside. ``paragraph`` counts from 0 within the message: what "it" means is looked for in the same
    paragraph.
    """

    text: str
    start: int
    end: int
    place: Place
    paragraph: int
    lead: str = ""
    code: str = ""
    item: bool = False
    scope: str = ""  # the function or struct that a comment stands in


_BLANK = re.compile(r"\n[ \t]*\n\s*")
_ITEM = re.compile(r"(?m)^[ \t]*(?:[-*+o•][ \t]+|\(?(?:\d{1,2}|[a-z])[.)][ \t]+)(?=\S)")
_STOP = re.compile(r"[.!?:](?:(?<=:)(?=[^\S\n]*\n)|(?<!:)(?<![.!?].)[.!?]*+[\"'”’)\]]*+(?=\s))")
"""The marks at the end of a sentence, or a colon at the end of a line; begins with the mark itself, so that
the search goes from one to the next."""

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[])(?:e\.?g|i\.?e|etc|vs|cf|resp|approx|incl|wrt|aka|a\.k\.a|ca|no|fig|Mr|Dr|St)\.$",
    re.IGNORECASE,
)
_CAPITAL_AHEAD = re.compile(r"\s+[\"'(`@&]*[A-Z]")
_NOTHING_AHEAD = re.compile(r"\s*+\Z")
_CODE_LINE = re.compile(
    r"(?m)^(?:[ \t]*(?:#[ \t]*(?:if|endif|define|include|else)\b|[{}]|//|/\*).*"
    r"|.*[;{}][ \t]*|\t+\S.*[,(][ \t]*)$"
)
_CODE_SIGNS = (";", "{", "}", "#", "//", "/*", "\t")
"""One of these is in every line that :data:`_CODE_LINE` finds."""

_HEADER_LINE = re.compile(
    r"(?m)^[ \t]*(?:\[(?:RFC )?(?:PATCH|GIT|RESEND|v\d)|(?:From|Subject|Date|Message-I[Dd]|To|Cc|Link): "
    r"|\d{1,2}/\d{1,2} |From [0-9a-f]{40} |[0-9a-f]{12,40} \(\").*$"
)
_PROSE_WORD = re.compile(r"(?<![\w(.>&*-])[a-z]{2,}(?![\w(\[]|->)")
_PROSE_WORDS_IN_CODE = 5
_SAID_FIRST = re.compile(r"[ \t]*[A-Z][a-z]+(?: [a-z]{2,}){0,2}, [^{}]*$")


_INLINE = re.compile(r"(?m)^(?:-{2,8} ?(?:>8|8<)[ -]{0,80}|\[(?:RFC )?PATCH\b[^\]\n]{0,40}\].*|Subject: .*)$")
"""What stands above the commit message of a patch in a reply: scissors, or the patch's title."""


def sentences(message: Message, worth: Callable[[str], bool] | None = None) -> Iterator[Sentence]:
    """The sentences of ``message``'s own prose in order of their place.

    Args:
        message: the mail.
        worth: paragraphs for which this is false are passed over uncut (all are cut where it is None).
    """
    count = 0
    seen = 0
    inline, message_end = _inline_message(message)
    for stretch in message.stretches:
        if stretch.depth or stretch.kind is not StretchKind.PROSE or seen > MAX_PROSE:
            continue
        seen += stretch.end - stretch.start
        at = _place(message, stretch.start)
        for start, end in _paragraphs(
            message.body, stretch.start, min(stretch.end, stretch.start + MAX_PROSE)
        ):
            place = Place.COMMIT if 0 <= inline <= start < message_end else at
            if worth is None or worth(message.body[start:end]):
                yield from _of_paragraph(message.body, start, end, place, count)
            count += 1


def _place(message: Message, start: int) -> Place:
    if message.is_cover:
        return Place.COVER
    if message.patch is None or not message.patch.has_diff or message.subject.is_reply:
        return Place.REPLY
    return Place.COMMIT if start < message.patch.message_end else Place.NOTES


def _inline_message(message: Message) -> tuple[int, int]:
    """Where the commit message of a patch begins and ends that is sent in a reply, (-1, 0) where none is."""
    if message.patch is None or not message.patch.has_diff or not message.subject.is_reply:
        return -1, 0
    head = _INLINE.search(message.body, 0, message.patch.message_end)
    return (head.end(), message.patch.message_end) if head is not None else (-1, 0)


def _paragraphs(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans between blank lines; a list that a colon introduces stays with its introduction."""
    begin = start
    for blank in _BLANK.finditer(body, start, end):
        before = body[begin : blank.start()].rstrip()
        if before.endswith(":") and _ITEM.match(body, body.rfind("\n", 0, blank.end()) + 1):
            continue
        if before:
            yield begin, blank.start()
        begin = blank.end()
    if body[begin:end].strip():
        yield begin, end


def _of_paragraph(body: str, start: int, end: int, place: Place, number: int) -> Iterator[Sentence]:
    items = list(_ITEM.finditer(body, start, end))
    if not items or (len(items) == 1 and items[0].start() != start):
        yield from _split(body, start, end, place, number)
        return
    first = items[0].start()
    lead = ""
    if body[start:first].strip():
        spans = list(_split(body, start, first, place, number))
        yield from spans
        if spans and spans[-1].text.endswith(":"):
            lead = spans[-1].text
    for item, following in zip(items, [*items[1:], None], strict=True):
        stop = following.start() if following else end
        yield from _split(body, item.end(), stop, place, number, lead=lead, item=True)


def _split(
    body: str, start: int, end: int, place: Place, number: int, lead: str = "", item: bool = False
) -> Iterator[Sentence]:
    """Cut ``body[start:end]`` at the ends of its sentences."""
    begin = start
    mixed = _has_code(body, start, end)
    for stop in _STOP.finditer(body, start, end):
        if not _ends_here(body, begin, stop, end):
            continue
        yield from _sentence(body, begin, stop.end(), place, number, lead, item, mixed)
        begin = stop.end()
    yield from _sentence(body, begin, end, place, number, lead, item, mixed)


def split_text(text: str) -> Iterator[tuple[int, int]]:
    """The sentences of a text without line breaks, as spans without blanks around them."""
    begin = 0
    for stop in [*_STOP.finditer(text), None]:
        if stop is not None and not _ends_here(text, begin, stop, len(text)):
            continue
        end = stop.end() if stop else len(text)
        piece = text[begin:end]
        if len(piece.strip()) >= MIN_SENTENCE:
            yield begin + len(piece) - len(piece.lstrip()), begin + len(piece.rstrip())
        begin = end


def _ends_here(body: str, begin: int, stop: re.Match[str], end: int) -> bool:
    mark = stop.group()
    if mark == ":":
        return True
    if "." in mark and _ABBREVIATION.search(body, max(begin, stop.start() - 12), stop.start() + 1):
        return False
    if "?" in mark or "!" in mark:
        return True
    if len(mark.rstrip("\"')]")) > 1:  # an ellipsis goes on, unless a capital follows
        return (
            _CAPITAL_AHEAD.match(body, stop.end(), end) is not None
            or _NOTHING_AHEAD.match(body, stop.end(), end) is not None
        )
    return True


def _sentence(
    body: str, start: int, end: int, place: Place, number: int, lead: str, item: bool, mixed: bool
) -> Iterator[Sentence]:
    """What is prose between two places; ``mixed``: code may stand in it."""
    for piece_start, piece_end in _without_code(body, start, end) if mixed else ((start, end),):
        raw = body[piece_start:piece_end]
        inner = raw.strip()
        numbered = inner.count("/") > 2 and _NUMBERED.search(inner, 0, MAX_SENTENCE)
        if len(inner) >= MIN_SENTENCE and not numbered:
            first = piece_start + len(raw) - len(raw.lstrip())
            text = fold(inner[:MAX_SENTENCE])
            yield Sentence(text, first, first + len(inner), place, number, lead, item=item)


_NUMBERED = re.compile(r"\b\d{1,2}/\d{1,2}\b[^/]*\b\d{1,2}/\d{1,2}\b[^/]*\b\d{1,2}/\d{1,2}\b")


def _has_code(body: str, start: int, end: int) -> bool:
    """Whether a line looks like C, or like the header of a mail or patch."""
    text = body[start:end]
    may_be = any(map(text.__contains__, _CODE_SIGNS)) and _CODE_LINE.search(body, start, end)
    return bool(may_be) or _HEADER_LINE.search(body, start, end) is not None


def _without_code(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The runs of lines in ``body[start:end]`` that are no code pasted into the text."""
    if not _has_code(body, start, end):
        yield start, end
        return
    begin = start
    at = start
    while at < end:
        stop = body.find("\n", at, end)
        stop = end if stop < 0 else stop + 1
        code = _CODE_LINE.match(body, at, stop) and _is_code(body[at:stop])
        if code or _HEADER_LINE.match(body, at, stop):
            if begin < at:
                yield begin, at
            begin = stop
        at = stop
    if begin < end:
        yield begin, end


def _is_code(line: str) -> bool:
    """Whether a line that looks like C is no prose that happens to end in a semicolon."""
    if _SAID_FIRST.match(line):
        return False  # "Pointless, f() -> g() -> p->x = NULL;"
    return len(_PROSE_WORD.findall(line)) < _PROSE_WORDS_IN_CODE
