"""What a search found: messages with the line that holds the words, then issues and claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from threadmine.model import ClaimRow, IssueRow, StoredMessage
from threadmine.render.lists import claim_lines, issue_lines, person
from threadmine.render.style import PLAIN, Style
from threadmine.render.text import age, clip, numbered, safe, safe_line

AROUND = 30
"""Characters shown before the word that was found."""


def found_lines(
    mails: Sequence[StoredMessage],
    issues: Sequence[IssueRow],
    claims: Sequence[ClaimRow],
    words: Sequence[str],
    most: int,
    columns: int,
    now: datetime,
    style: Style = PLAIN,
) -> Iterator[str]:
    """The three lists, each with its heading and at most ``most`` entries; one more says that there are."""
    if mails:
        yield from _heading(len(mails), "message", most, style)
        for mail in mails[:most]:
            yield from _message(mail, words, columns, now, style)
    if issues:
        yield from _heading(len(issues), "issue", most, style)
        yield from issue_lines(issues[:most], columns, now, style)
    if claims:
        yield from _heading(len(claims), "claim", most, style)
        yield from claim_lines(claims[:most], columns, now, style)


def _heading(count: int, what: str, most: int, style: Style) -> Iterator[str]:
    more = ", and more: see --limit" if count > most else ""
    yield style(f"{numbered(min(count, most), what)}{more}", "title")
    yield ""


def _message(
    mail: StoredMessage, words: Sequence[str], columns: int, now: datetime, style: Style
) -> Iterator[str]:
    tail = f"  {person(mail.author)}  {age(mail.date, now)}"
    yield clip(safe_line(mail.subject) or "(no subject)", max(columns - len(tail), 20)) + style(tail, "dim")
    if text := passage(mail.body, words, columns - 4):
        yield f"    {text}"
    yield style(clip(f"    <{safe_line(mail.message_id)}>", columns), "id")
    yield ""


def passage(body: str, words: Sequence[str], columns: int) -> str:
    """The line of a body that holds the first of the words found in it, cut around the word; else nothing."""
    folded = body.casefold()
    for word in words:
        place = folded.find(word.casefold())
        if place < 0 or len(folded) != len(body):
            continue
        start = body.rfind("\n", 0, place) + 1
        end = body.find("\n", place)
        line = body[start : len(body) if end < 0 else end]
        lead = place - start
        if lead > AROUND and lead + len(word) > columns:
            line = "..." + line[lead - AROUND :]
        return clip(safe(line[:1_000]).strip().expandtabs(1), columns)
    return ""
