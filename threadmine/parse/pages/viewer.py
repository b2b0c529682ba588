"""The viewer that shows quotations without marks, opened by a line ``quoted`` and closed by nothing.

Depths are found again by :mod:`threadmine.parse.pages.depths`; the body of the message gets the quote marks
that it had in the mail. Lines whose depth nobody can tell keep the set of their possible writers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from threadmine.model import Moment, Origin, Person, Unknown
from threadmine.parse.headers import decode_text, parse_date, people
from threadmine.parse.pages.depths import find_depths
from threadmine.parse.pages.shape import Draft, Page, finish

_FIRST = re.compile(r"Thread \((\d+) messages?\)")
_COUNTS = re.compile(r"(\d+) messages?, (\d+) authors?(?:, (\d{4}-\d\d-\d\d))?")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)\s*(Z|UTC|[+-]\d\d:?\d\d)?")
_FOOTER = "Keyboard shortcuts"


def recognise(text: str) -> bool:
    """The counts of the thread on the first lines, and From and Date above the text."""
    head = text.lstrip()[:3000]
    return _FIRST.match(head) is not None and re.search(r"^From: \S", head, re.MULTILINE) is not None


def read(text: str, origin: Origin) -> Page:
    """The one message that the page shows, with the marks of its quotations put back."""
    lines = text.lstrip("\n").split("\n")
    counts = _COUNTS.search(lines[0])
    end = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].strip() == _FOOTER:
            end = number
            break
    fields: dict[str, str] = {}
    subject = ""
    at = 1
    while at < end:
        line = lines[at].strip()
        name, colon, value = line.partition(":")
        if colon and name in ("From", "Date", "Also in", "To", "Cc"):
            fields[name.lower()] = value.strip()
        elif line and not fields and not subject:
            subject = line
        elif not line and fields:
            break
        at += 1
    author = (people(fields.get("from", "")) or (Person("", ""),))[0]
    body = lines[at:end]
    decoded = find_depths(body, author.name)
    draft = Draft(
        body=decoded.text,
        author=author,
        subject=decode_text(subject),
        date=_date(fields.get("date", "")),
        lists=tuple(word.strip() for word in fields.get("also in", "").split(",") if word.strip()),
        undecided=decoded.undecided,
        keeps_blanks=True,
    )
    return Page("viewer", (finish(draft, origin),), stated_messages=int(counts.group(1)) if counts else 0)


def _date(text: str) -> Moment:
    """The page's date; where it gives no zone it is UTC."""
    match = _DATE.match(text)
    if match is None:
        found = parse_date(text)
        return (
            Unknown(f"the page's date cannot be read: {text[:60]}") if isinstance(found, Unknown) else found
        )
    zone = match.group(3)
    when = datetime.fromisoformat(
        f"{match.group(1)}T{match.group(2)}{zone if zone and zone[0] in '+-' else ''}"
    )
    return when if when.tzinfo else when.replace(tzinfo=UTC)
