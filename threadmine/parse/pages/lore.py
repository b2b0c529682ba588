"""lore.kernel.org: a message as public-inbox shows it, with the overview of its thread below.

As text the page has lost its blank lines and indentation, so that the headers end where the last of them does
and the overview's tree has to be found again: rows stand in depth-first order, siblings by date, patches hang
below their cover letter, and the row of this message says by its In-Reply-To whom it answers. Where all that
leaves more than one place, the parent stays untold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from threadmine.model import Origin, OverviewRow, Person
from threadmine.parse.attribution import find_attributions
from threadmine.parse.attribution_date import stated_moment
from threadmine.parse.headers import clean_id, decode_text, parse_date, people
from threadmine.parse.pages.html import LINK_MARK
from threadmine.parse.pages.shape import Draft, Page, finish, header_fields, known_date
from threadmine.parse.subject import parse_subject

_HEADERS = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
_ROW = re.compile(r"\s*(\d{4}-\d\d-\d\d)\s+(\d{1,2}:\d\d)\s(\s*\S.*)$")
_OVERVIEW = re.compile(r"(?:next|prev)?\s*.*[Tt]hread overview: (\d+)\+? messages?")
_REPLY_INSTRUCTIONS = re.compile(
    r"Reply instructions:|This is a public inbox|This is an external index|Be sure your reply"
)
_NEXT_PREV = re.compile(r"(?:next|prev|parent|reply|\s)*\bother threads:\[~|(?:next|prev|parent|reply|\s)+$")
_THIS = "[this message]"


def recognise(text: str) -> bool:
    """A message-id with its link to the raw mail, and headers around it."""
    head = text[:20_000]
    if re.search(r"^Message-ID: <[^<>\s]+>\s*\(raw\)", head, re.MULTILINE | re.IGNORECASE) is None:
        return False
    return re.search(r"^From: \S", head, re.MULTILINE) is not None


def read(text: str, origin: Origin) -> Page:
    """The message of the page and the rows of its thread overview."""
    lines = text.split("\n")
    begin = next(i for i, line in enumerate(lines) if line.startswith("From: "))
    lines = lines[begin:]
    values, used = header_fields(lines, _HEADERS)
    body_end = _body_end(lines, used)
    draft = Draft(
        body="\n".join(lines[used:body_end]),
        author=(people(values.get("from", "")) or (Person("", ""),))[0],
        subject=decode_text(values.get("subject", "")),
        date=parse_date(values.get("date", "").replace("[thread overview]", "").strip()),
        message_id=clean_id(values.get("message-id", "")),
        to=people(values.get("to", "")),
        cc=people(values.get("cc", "")),
    )
    draft.parent = clean_id(values.get("in-reply-to", "")) or None
    draft.keeps_blanks = True  # in pages saved as HTML; the others have no indentation left
    rows, stated = _rows(lines[body_end:], draft)
    return Page("lore", (finish(draft, origin),), rows, stated_messages=stated)


def _body_end(lines: Sequence[str], start: int) -> int:
    for number in range(start, len(lines)):
        line = lines[number]
        if _NEXT_PREV.match(line) and line.strip() and ("other threads:[~" in line or "parent" in line):
            return number
        if line.lstrip().lower().startswith("thread overview:") or _REPLY_INSTRUCTIONS.match(line):
            return number
    return len(lines)


# ------------------------------------------------------------------------------------ the overview


def _rows(lines: Sequence[str], shown: Draft) -> tuple[tuple[OverviewRow, ...], int]:
    stated = 0
    found: list[tuple[datetime, str, bool, int]] = []
    ids: list[str] = []
    inside = False
    for line in lines:
        match = _OVERVIEW.match(line)
        if match is not None:
            stated, inside = int(match.group(1)), True
            continue
        if not inside:
            continue
        line, message_id = _without_link(line)
        row = _ROW.match(line)
        if row is None:
            if _REPLY_INSTRUCTIONS.match(line.strip()) or (found and line.strip().startswith("--")):
                break
            continue
        date = datetime.strptime(f"{row.group(1)} {row.group(2)}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        text = row.group(3)
        indent = len(text) - len(text.lstrip())
        ticked = text.lstrip().startswith("`")
        found.append((date, text.strip().removeprefix("`").strip(), ticked, indent))
        ids.append(message_id)
    names = _names(found, shown)
    rows = [replace(_row(n, item, names, shown), message_id=ids[n]) for n, item in enumerate(found)]
    indents = [indent + ticked for _, _, ticked, indent in found] if any(item[3] for item in found) else []
    return tuple(_with_parents(rows, indents, shown)), stated


def _without_link(line: str) -> tuple[str, str]:
    """A line without the id that its link names, and that id."""
    before, mark, rest = line.partition(LINK_MARK)
    name, _, after = rest.partition(LINK_MARK)
    return (before + after, clean_id(name)) if mark else (line, "")


def _row(
    number: int, item: tuple[datetime, str, bool, int], names: Sequence[str], shown: Draft
) -> OverviewRow:
    date, text, _, _ = item
    this = text.endswith(_THIS)
    text = text.removesuffix(_THIS).strip()
    if "  " in text:  # HTML keeps two blanks between subject and author
        subject, _, author = text.rpartition("  ")
        return OverviewRow(number, date, subject.strip(), author.strip(), this)
    for name in names:
        if text == name:
            return OverviewRow(number, date, "", _plain(name), this)
        if text.endswith(" " + name):
            return OverviewRow(number, date, text[: -len(name)].strip(), _plain(name), this)
    words = text.split()
    subject = " ".join(words[:-2]) if len(words) > 2 else ""
    return OverviewRow(number, date, subject, " ".join(words[-2:]), this)


def _plain(name: str) -> str:
    """A name without the employer in brackets."""
    return re.sub(r"\s*\([^()]*\)$", "", name)


def _names(found: Sequence[tuple[datetime, str, bool, int]], shown: Draft) -> list[str]:
    """Names that rows can end with: of the headers, and of rows that hold nothing else; longest first."""
    names = {p.name for p in (shown.author, *shown.to, *shown.cc) if p.name}
    for _, text, _, _ in found:
        text = text.removesuffix(_THIS).strip()
        if not text.startswith("[") and ":" not in text and 1 < len(text.split()) <= 5:
            names.add(text)
    return sorted(names, key=lambda name: (-len(name), name))


def _with_parents(rows: list[OverviewRow], indents: Sequence[int], shown: Draft) -> list[OverviewRow]:
    rows = [replace(row, message_id=shown.message_id) if row.this_message else row for row in rows]
    if indents:
        return _by_indent(rows, indents)
    if not rows:
        return rows
    placed = [replace(rows[0], parent=None, parent_stated=True)]
    has_cover = parse_subject(rows[0].subject).number == 0
    for row in rows[1:]:
        subject = parse_subject(row.subject)
        if row.subject and has_cover and not subject.is_reply and subject.number is not None:
            placed.append(replace(row, parent=0, parent_stated=True))
        else:
            placed.append(replace(row, parent=_only_parent(placed, row, rows)))
    return _answered_by_this(placed, shown)


def _by_indent(rows: list[OverviewRow], indents: Sequence[int]) -> list[OverviewRow]:
    """The tree as its indentation shows it (pages saved as HTML)."""
    out: list[OverviewRow] = []
    stack: list[tuple[int, int]] = []
    for row, indent in zip(rows, indents, strict=True):
        while stack and stack[-1][0] >= indent:
            stack.pop()
        out.append(replace(row, parent=stack[-1][1] if stack else None, parent_stated=True))
        stack.append((indent, row.number))
    return out


def _only_parent(placed: Sequence[OverviewRow], row: OverviewRow, rows: Sequence[OverviewRow]) -> int:
    """The one row that ``row`` can hang below, -1 where the order leaves more than one.

    It hangs below the row before it or one of that row's ancestors; siblings stand in the order of their
    dates, so that an ancestor with a younger child before, or an older child after it, is out.
    """
    possible: list[int] = []
    at: int | None = placed[-1].number
    while at is not None:
        if at < 0:
            return -1
        if not _breaks_order(at, row, placed, rows):
            possible.append(at)
        at = placed[at].parent
    return possible[0] if len(possible) == 1 else -1


def _breaks_order(
    parent: int, row: OverviewRow, placed: Sequence[OverviewRow], rows: Sequence[OverviewRow]
) -> bool:
    when = known_date(row.date)
    if when is None:
        return False
    before = [known_date(r.date) for r in placed if r.parent == parent]
    after = [known_date(r.date) for r in rows[row.number + 1 :] if parent == 0 and r.subject]
    return any(d is not None and d > when for d in before) or any(d is not None and d < when for d in after)


def _answered_by_this(placed: list[OverviewRow], shown: Draft) -> list[OverviewRow]:
    """This message's own row, hung below the row that its attribution line's date names."""
    this = next((row for row in placed if row.this_message), None)
    if this is None:
        return placed
    found = find_attributions(shown.body)
    when = stated_moment(shown.body[found[0].start : found[0].end]) if found else None
    if not isinstance(when, datetime):
        return placed
    same = [
        row
        for row in placed
        if row.number < this.number and isinstance(row.date, datetime) and _same_minute(row.date, when)
    ]
    if len(same) == 1:
        above = same[0].number
        placed[this.number] = replace(this, parent=above, parent_stated=True)
        placed[above] = replace(placed[above], message_id=placed[above].message_id or shown.parent or "")
    return placed


def _same_minute(one: datetime, other: datetime) -> bool:
    return abs(one - other.replace(second=0)) < timedelta(minutes=1)
