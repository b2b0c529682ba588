"""The date in an attribution line, in the notations of mail clients, with its zone where one is given."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

_MONTHS = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_DATES = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{2,4})"),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{2,4})"),
    re.compile(r"(?P<day>\d{1,2})\.? (?P<month>[A-Z][a-z]{2})[a-z]* (?P<year>\d{4})"),
    re.compile(r"(?P<month>[A-Z][a-z]{2})[a-z]* (?P<day>\d{1,2}),? (?P<year>\d{4})"),
)
_TIME = re.compile(
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?\s?([AaPp]\.?[Mm]\.?)?(?:\s*(?:UTC|GMT)?\s?([+-]\d{2}):?(\d{2}))?(?:\s*(UTC|GMT|Z)\b)?"
)


def stated_moment(text: str, zone: tzinfo | None = None) -> datetime | None:
    """The moment that an attribution line names; None where it names none, or no zone and none is given.

    Args:
        text: the line or lines, quote marks and all.
        zone: the zone of the client that wrote the line, for dates without one.
    """
    naive, stated = clock_time(text)
    if naive is None:
        return None
    use = stated or zone
    return naive.replace(tzinfo=use) if use is not None else None


def clock_time(text: str) -> tuple[datetime | None, tzinfo | None]:
    """Date and time as the line shows them, and the zone if it shows one."""
    line = " ".join(text.replace(">", " ").split())[:300]
    for pattern in _DATES:
        match = pattern.search(line)
        if match is None:
            continue
        day = _day(match)
        if day is None:
            continue
        time = _TIME.search(line, match.end())
        if time is None:
            return day, None
        return _with_time(day, time)
    return None, None


def _day(match: re.Match[str]) -> datetime | None:
    month_text = match["month"]
    month = _MONTHS.get(month_text.lower(), 0) if month_text.isalpha() else int(month_text)
    day, year = int(match["day"]), int(match["year"])
    if month > 12 >= day:
        month, day = day, month
    if year < 100:
        year += 2000
    try:
        return datetime(year, month, day)
    except ValueError:
        return None


def _with_time(day: datetime, time: re.Match[str]) -> tuple[datetime, tzinfo | None]:
    hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
    if time[4]:
        hour = hour % 12 + (12 if time[4][0] in "pP" else 0)
    try:
        day = day.replace(hour=hour, minute=minute, second=min(second, 59))
    except ValueError:
        return day, None
    if time[5]:
        minutes = int(time[5][1:]) * 60 + int(time[6])
        if minutes >= 24 * 60:
            return day, None
        return day, timezone(timedelta(minutes=-minutes if time[5][0] == "-" else minutes))
    return day, timezone(timedelta(0)) if time[7] else None
