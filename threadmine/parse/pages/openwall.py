"""lists.openwall.net ("blists"): headers without a blank line below them, domains with three dots.

The site deletes blank lines and leading white space and replaces the first three characters of every domain
by dots; ids and links stay whole. Quote marks stay, so that depths are sure.
"""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.model import Origin, Person
from threadmine.parse.headers import clean_id, decode_text, parse_date, people
from threadmine.parse.pages.shape import Draft, Page, finish, header_fields

_NAVIGATION = re.compile(
    r"\s*\[<prev\]|\s*\[day\]|\s*\[thread-next>\]|\s*\[next>\]|\s*\[list\]|\s*\[month\]|\s*\[year\]"
)
_HEADERS = ("Message-ID", "Date", "From", "To", "Cc", "Subject", "Reply-To", "In-Reply-To")
_FOOTER = "Powered by blists"


def recognise(text: str) -> bool:
    """The row of links above, or the footer with headers on top."""
    head = text.lstrip()[:400]
    lines = text.lstrip().split("\n", 3)
    return (head.startswith(("[<prev", "[prev", "[<thread")) and "[list]" in lines[0]) or (
        _FOOTER in text[-3000:] and re.search(r"^Message-ID: <", head, re.MULTILINE) is not None
    )


def read(text: str, origin: Origin) -> Page:
    """The one message of a page."""
    lines = text.split("\n")
    while lines and (not lines[0].strip() or _NAVIGATION.match(lines[0])):
        lines.pop(0)
    for number in range(len(lines) - 1, -1, -1):
        if lines[number].startswith(_FOOTER):
            del lines[number:]
            break
    values, used = header_fields(lines, _HEADERS)
    author = (people(values.get("from", "")) or (Person("", ""),))[0]
    draft = Draft(
        body="\n".join(lines[used:]),
        author=_without_dots(author),
        subject=decode_text(values.get("subject", "")),
        date=parse_date(values.get("date", "")),
        message_id=clean_id(values.get("message-id", "")),
        to=tuple(map(_without_dots, people(values.get("to", "")))),
        cc=tuple(map(_without_dots, people(values.get("cc", "")))),
    )
    draft.lists = tuple(p.address for p in (*draft.to, *draft.cc) if not p.name and p.address)
    parent = clean_id(values.get("in-reply-to", ""))
    draft.parent = parent or None
    return Page("openwall", (finish(draft, origin),))


def _without_dots(person: Person) -> Person:
    """The person; an address with dots for letters is kept as it is (people are matched by what remains)."""
    return replace(person, name=person.name.strip())
