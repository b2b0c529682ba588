"""mail-archive.com: the text of a mail; saved as text it has no header, only a signature names the writer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from threadmine.model import Defect, Origin, Person
from threadmine.parse.headers import decode_text, parse_date, people
from threadmine.parse.pages.shape import NO_DATE, Draft, Page, finish
from threadmine.people import straight_name
from threadmine.vocab.mail import CLOSINGS

_FOOTER = "Reply via email to"
_CLOSING = re.compile(
    r"(?:" + "|".join(map(re.escape, CLOSINGS)) + r"|thanks|thank you)[\s,.!]*$", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][\w.'’-]*(?:,? [^\W\d_][\w.'’-]*){0,4}$")
_FIELD = re.compile(r"(From|Date|Subject|To|Cc|List):\s*(\S.*)$")
_BYLINE = re.compile(
    r"(\S.{1,80}?)\s+((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4})$"
)
_NAVIGATION = re.compile(
    r"\s*(?:\[Prev\]|\[Next\]|Previous message|Next message|View by (?:thread|date)|\[Date Prev\])"
)


def recognise(text: str) -> bool:
    """The line above the reply form, near the end."""
    return any(line.strip() == _FOOTER for line in text[-4000:].split("\n"))


def read(text: str, origin: Origin) -> Page:
    """The one message of a page."""
    lines = text.split("\n")
    end = max(number for number, line in enumerate(lines) if line.strip() == _FOOTER)
    lines = lines[:end]
    fields, begin = _fields(lines)
    body = "\n".join(lines[begin:]).strip("\n") + "\n"
    author = (people(fields.get("from", "")) or (Person("", ""),))[0]
    draft = Draft(
        body=body,
        author=author,
        subject=decode_text(fields.get("subject", "")),
        date=parse_date(fields["date"]) if "date" in fields else NO_DATE,
        keeps_blanks=True,
    )
    if not author.name:
        draft.author = Person(_signer(lines), author.address)
        draft.defects.append(Defect("author-from-signature" if draft.author.name else "no-author"))
    return Page("mail-archive", (finish(draft, origin),))


def _fields(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Header lines at the very top, where the page has them."""
    fields: dict[str, str] = {}
    title = ""
    for number, line in enumerate(lines[:40]):
        match = _FIELD.match(line.strip())
        byline = _BYLINE.match(line.strip())
        if byline is not None:  # as the site shows it: the subject, and below it writer and date
            found = {"subject": title, "from": byline.group(1), "date": byline.group(2)}
            return {**found, **fields}, number + 1
        title = line.strip() or title
        if match is not None:
            fields.setdefault(match.group(1).lower(), match.group(2))
        elif fields and line.strip() and not _NAVIGATION.match(line):
            return fields, number
    return {}, 0


def _signer(lines: Sequence[str]) -> str:
    """The name in the last unquoted signature: below ``--``, or below a closing word."""
    marks = [n for n, line in enumerate(lines) if line.rstrip() == "--"]
    tail = [line.strip() for line in lines[marks[-1] + 1 :]] if marks else _after_closing(lines)
    for line in tail:
        if not line or _CLOSING.match(line):
            continue
        if _NAME.match(line) and len(line) <= 60:
            return straight_name(line)
        break
    return ""


def _after_closing(lines: Sequence[str]) -> list[str]:
    for number in range(len(lines) - 1, max(len(lines) - 12, -1), -1):
        if _CLOSING.match(lines[number].strip()):
            return [line.strip() for line in lines[number + 1 :]]
    shown = [line.strip() for line in lines if line.strip()]
    return shown[-1:] if shown and not shown[-1].startswith(">") else []
