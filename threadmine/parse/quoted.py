"""Messages that are known only because others quote them.

Every level of quotation whose own mail is not at hand becomes a message of its writer: its text without the
marks, its date as the attribution line tells it, an id that is the same for everybody who quotes it. When the
real mail arrives these stand-ins give way (:mod:`threadmine.reconcile`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from threadmine.model import (
    Message,
    Moment,
    Origin,
    Person,
    Stretch,
    StretchKind,
    Unknown,
    stand_in_id,
)
from threadmine.parse.attribution_date import stated_moment
from threadmine.parse.bots import bot_name
from threadmine.parse.diff import parse_patch
from threadmine.parse.quotes import find_stretches
from threadmine.parse.subject import parse_subject, strip_reply
from threadmine.parse.trailers import find_trailers
from threadmine.people import name_key, straight_name, uncertain_name

STANDS_FOR_MARK = "Stands-For"
"""The header of a stand-in whose real id is known."""

_MAX_LEVELS = 32


@dataclass(slots=True)
class _Level:
    """The text of one quote level (of one writer, or of one set of possible writers)."""

    depth: int
    writer: str
    candidates: tuple[str, ...]
    date: Moment
    parts: list[str] = field(default_factory=list)
    says_something: bool = False
    is_code: bool = True  # nothing but code

    def text(self) -> str:
        return "".join(self.parts).strip("\n") + "\n"


def quoted_messages(
    message: Message, is_known: Callable[[str], bool], ancestors: Sequence[str] = ()
) -> tuple[Message, ...]:
    """The stand-ins for what ``message`` quotes, shallow levels first.

    Args:
        message: a message with its stretches.
        is_known: whether the mail with an id is at hand, so that nothing has to stand in for it.
        ancestors: ids of parent, grandparent and so on; taken from the references where empty.
    """
    chain = list(ancestors) or list(reversed(message.references))
    levels = [level for level in _levels(message) if level.says_something][:_MAX_LEVELS]
    levels = [level for level in levels if not _is_at_hand(level, chain, is_known)]
    ids = [_stand_in_id(level, _real_id(level, chain)) for level in levels]
    out: list[Message] = []
    for number, level in enumerate(levels):
        parent = next((ids[n] for n in range(number + 1, len(levels)) if levels[n].depth > level.depth), None)
        real_parent = chain[level.depth] if level.depth < len(chain) else None
        out.append(_stand_in(message, level, ids[number], _real_id(level, chain), real_parent or parent))
    return tuple(out)


def _is_at_hand(level: _Level, chain: Sequence[str], is_known: Callable[[str], bool]) -> bool:
    return level.depth <= len(chain) and is_known(chain[level.depth - 1])


def _real_id(level: _Level, chain: Sequence[str]) -> str:
    """The id of the real mail: the references name it, unless it is made up itself."""
    if level.candidates or level.depth > len(chain):
        return ""
    found = chain[level.depth - 1]
    return "" if found.endswith(".invalid") else found


def _levels(message: Message) -> list[_Level]:
    """The quote levels of a message, each writer's text together, in the order of their depths."""
    found: dict[tuple[int, str, tuple[str, ...]], _Level] = {}
    dates: dict[int, str] = {}
    level_writers: dict[int, str] = {}
    for stretch in message.stretches:
        if stretch.kind is StretchKind.ATTRIBUTION:
            dates[stretch.depth + 1] = message.body[stretch.start : stretch.end]
            level_writers[stretch.depth] = stretch.writer
            continue
        if not stretch.depth:
            continue
        key = (stretch.depth, stretch.writer, stretch.candidates)
        level = found.get(key)
        if level is None:
            date = Unknown("the attribution line is not there")
            level = found[key] = _Level(stretch.depth, stretch.writer, stretch.candidates, date)
            if stretch.depth in dates and not stretch.candidates:
                level.date = _date(dates[stretch.depth], message, level_writers.get(stretch.depth - 1, ""))
        text = _without_marks(message.body, stretch)
        level.parts.append(text if text.endswith("\n") else text + "\n")
        said = stretch.kind is StretchKind.PROSE and any(c.isalnum() for c in text)
        level.says_something = level.says_something or said
        level.is_code = level.is_code and stretch.kind is StretchKind.CODE
    levels = sorted(found.values(), key=lambda level: level.depth)
    if levels and levels[-1].is_code and message.from_page and message.subject.is_patch:
        levels[-1].says_something = True  # lines of the patch itself, see parse.pages.pasted
    return levels


def _date(line: str, message: Message, quoter: str) -> Moment:
    """The date of an attribution line that ``quoter`` (empty: the message's writer) wrote.

    A date without a zone is in the zone of the client that wrote the line; that of the message's writer is
    known.
    """
    zone: tzinfo | None = None
    own = not quoter or name_key(quoter) == name_key(message.author.name)
    if own and isinstance(message.date, datetime) and not message.id_made_up:
        zone = message.date.tzinfo
    found = stated_moment(line, zone)
    if found is None:
        return Unknown("the attribution line gives no time zone: " + " ".join(line.split())[:80])
    return found


def _without_marks(body: str, stretch: Stretch) -> str:
    """The text of a stretch without its quote marks."""
    pattern = re.compile(rf"(?: (?=>))?(?:>[ \t]?){{0,{stretch.depth}}}")
    lines = body[stretch.start : stretch.end].split("\n")
    return "\n".join(line[match.end() :] if (match := pattern.match(line)) else line for line in lines)


def _author(level: _Level) -> Person:
    if level.candidates:
        return Person(uncertain_name(level.candidates, bool(level.writer)), "")
    return Person(straight_name(level.writer), "")


def _stand_in_id(level: _Level, real_id: str) -> str:
    """From the real id where it is known, else from the writer and the beginning of the text."""
    if real_id:
        return stand_in_id(real_id)
    return stand_in_id(f"{name_key(_author(level).name)}\x1f{squeezed(level.text())[:60]}")


def squeezed(text: str) -> str:
    """Letters and digits alone, lower case: what survives re-wrapping, lost blanks and added marks."""
    return re.sub(r"[\W_]+", "", text).lower()


def is_code_alone(stretches: Sequence[Stretch]) -> bool:
    """Whether a text is nothing but code: the stand-in of a patch of which a reviewer pasted some lines."""
    return bool(stretches) and all(stretch.kind is StretchKind.CODE for stretch in stretches)


def _title(message: Message, stretches: Sequence[Stretch], parent: str | None) -> str:
    """The subject: an answer's, so that a quotation makes no series, unless it quotes the posting itself."""
    title = strip_reply(message.subject.raw)[0]
    posted = {StretchKind.DIFF, StretchKind.DIFFSTAT, StretchKind.SHORTLOG}
    is_posting = any(s.kind in posted and not s.depth for s in stretches) or is_code_alone(stretches)
    if not title or (parent is None and is_posting):
        return title
    return f"Re: {title}"


def _stand_in(message: Message, level: _Level, own_id: str, real_id: str, parent: str | None) -> Message:
    body = level.text()
    patch = parse_patch(body)
    stretches = find_stretches(body, patch)
    if level.is_code:
        stretches = (Stretch(0, len(body), 0, StretchKind.CODE),)
    subject = parse_subject(_title(message, stretches, parent))
    older = tuple(message.references[: -level.depth]) if len(message.references) > level.depth else ()
    above = (*(found for found in older if found != parent), *((parent,) if parent else ()))
    references = (*above, real_id) if real_id else above  # its own real id keeps it in the thread of that
    return Message(
        message_id=own_id,
        subject=subject,
        author=_author(level),
        date=level.date,
        body=body,
        origin=Origin(message.origin.source, f"quoted in {message.message_id}", message.origin.list_name),
        id_made_up=True,
        in_reply_to=parent,
        references=references,
        list_id=message.list_id,
        stretches=stretches,
        trailers=find_trailers(body, stretches),
        patch=patch,
        is_cover=subject.number == 0 and not subject.is_reply and not (patch and patch.files),
        quoted_only=True,
        bot=bot_name(_author(level)),
        headers=((STANDS_FOR_MARK, real_id),) if real_id else (),
        stands_for=real_id,
        around=message.body,
        from_page=message.from_page,
    )
