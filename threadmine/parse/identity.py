"""Whether two texts are the same mail: one raw, the other from a page or from quotations.

Pages and quoting clients re-wrap, drop blank lines and add blanks, so texts are compared by their letters and
digits alone, in windows: most windows of the stand-in have to stand in the mail's own text. Writers have to
be the same by name; a stand-in with several possible writers matches any of them, one without a name is told
by its text alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from threadmine.model import Message, Person, Stretch
from threadmine.parse.quoted import is_code_alone, squeezed
from threadmine.people import is_full_name, name_key, possible_names

_WINDOW = 32
_SHARE = 0.6
_SHARE_UNNAMED = 0.8
_SHORT = 48
"""Letters below which a text is too common to tell a mail by it alone: date or thread have to agree too."""


def own_text(body: str, stretches: tuple[Stretch, ...]) -> str:
    """The letters and digits of a mail's new text."""
    return squeezed("\n".join(body[s.start : s.end] for s in stretches if not s.depth))


def same_writer(stand_in: Person, real: Person) -> bool:
    """Whether the names agree; ``A or B`` and ``probably A (or B)`` are either of them."""
    key = name_key(real.display)
    return any(name_key(name) == key for name in possible_names(stand_in.display) if is_full_name(name))


def same_mail(stand_in: Message, real: Message, real_text: str = "") -> bool:
    """Whether ``stand_in`` (quoted-only, or from a page) is part of what ``real`` says.

    Args:
        real_text: ``own_text`` of ``real``, where it was computed already.
    """
    if stand_in.stands_for:
        return stand_in.stands_for == real.message_id
    if is_code_alone(stand_in.stretches):
        return _shows_lines_of(stand_in, real)
    unnamed = not stand_in.author.display
    if not unnamed and not same_writer(stand_in.author, real.author):
        return False
    wanted = own_text(stand_in.body, stand_in.stretches)
    text = real_text or own_text(real.body, real.stretches)
    if len(wanted) < _SHORT:
        return not unnamed and bool(wanted) and wanted in text and _near(stand_in, real)
    windows = [wanted[at : at + _WINDOW] for at in range(0, len(wanted) - _WINDOW + 1, _WINDOW)]
    hits = sum(window in text for window in windows)
    return hits >= len(windows) * (_SHARE_UNNAMED if unnamed else _SHARE)


def _shows_lines_of(stand_in: Message, real: Message) -> bool:
    """Whether lines that a reviewer pasted (nothing but code) are those of this very patch."""
    asked, found = stand_in.subject, real.subject
    if found.is_reply or (asked.title.lower(), asked.version, asked.number, asked.total) != (
        found.title.lower(),
        found.version,
        found.number,
        found.total,
    ):
        return False
    lines = [squeezed(line) for line in stand_in.body.split("\n") if line.strip()]
    text = squeezed(real.body)
    return sum(line in text for line in lines) >= len(lines) * _SHARE


def _near(stand_in: Message, real: Message) -> bool:
    """For short texts: the same title, and dates that do not contradict each other."""
    if stand_in.subject.title.lower() != real.subject.title.lower() or not stand_in.subject.title:
        return False
    if isinstance(stand_in.date, datetime) and isinstance(real.date, datetime):
        return abs(stand_in.date - real.date) < timedelta(minutes=2)
    return False
