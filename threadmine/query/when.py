"""Points in time as people write them: ``7d``, ``2w``, ``2026-01-16``, ``yesterday``, ``2026-W06``."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from threadmine.errors import UsageError
from threadmine.model import Moment, Unknown

_SPAN = re.compile(r"(\d{1,5})\s?(h|hours?|d|days?|w|weeks?|m|mo|months?|y|years?)(?: ago)?", re.IGNORECASE)
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
_UNITS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30.44, "y": 365.25}
_WORDS = {"today": 0, "yesterday": 1}
HINT = "write 7d, 2w, 3mo, 1y, a date like 2026-01-16, a week like 2026-W03, today or yesterday"


def parse_span(text: str) -> timedelta | None:
    """A length of time (``7d``, ``2 weeks``), or None where ``text`` is none."""
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return None
    return timedelta(days=int(found.group(1)) * _UNITS[found.group(2)[0].lower()])


def parse_when(text: str, now: datetime) -> datetime:
    """The moment (UTC) that ``text`` means, seen from ``now``; a date or a week means its first instant.

    Raises:
        UsageError: ``text`` is no moment.
    """
    word = text.strip()
    span = parse_span(word)
    if span is not None:
        try:
            return now - span
        except OverflowError:
            raise UsageError(f"'{text}' is too long ago", remedy=HINT) from None
    if word.lower() in _WORDS:
        return day_start(now) - timedelta(days=_WORDS[word.lower()])
    if _WEEK.fullmatch(word):
        return parse_week(word)[0]
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(f"'{text}' is no point in time", remedy=HINT) from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def parse_week(text: str) -> tuple[datetime, datetime]:
    """First and last instant (half open, UTC) of an ISO week: ``2026-W06`` is Monday 2 to Sunday 8 February.

    Raises:
        UsageError: ``text`` is no ISO week.
    """
    found = _WEEK.fullmatch(text.strip())
    try:
        if not found:
            raise ValueError(text)
        monday = date.fromisocalendar(int(found.group(1)), int(found.group(2)), 1)
        start = datetime.combine(monday, time(0), UTC)
        return start, start + timedelta(days=7)
    except (ValueError, OverflowError):
        raise UsageError(f"'{text}' is no week", remedy="write it as 2026-W06") from None


def day_start(moment: datetime) -> datetime:
    """Midnight (UTC) of the day that ``moment`` lies in."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def is_after(moment: Moment, start: datetime | None) -> bool:
    """Whether ``moment`` is not before ``start``; an unknown moment is before every start but None."""
    if start is None:
        return True
    if isinstance(moment, Unknown):
        return False
    return (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment) >= start
