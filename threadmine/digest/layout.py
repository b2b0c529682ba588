"""What a digest says, as headings, paragraphs and items, before any format: every format prints these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from threadmine.digest import said, waiting
from threadmine.digest.block import Block, Kind, more, quoted
from threadmine.digest.items import Digest, FieldChange, NewSeries, Statement
from threadmine.model import Predicate, VerdictKind, message_url
from threadmine.render.lists import person
from threadmine.render.matrix import LETTERS
from threadmine.render.text import as_utc, date_text, join_words, numbered, safe_line

__all__ = ["Block", "Kind", "blocks", "links", "title"]

MOST = 12
"""Items of one section; what is more is counted, with the command that lists it."""

TELLING = (Predicate.OVERLAPS, Predicate.OFFSET, Predicate.SIZE, Predicate.RESIDES, Predicate.MEMBER_OF)
"""Statements about the memory itself: of those that hold, they are told first."""


def blocks(found: Digest) -> Iterator[Block]:
    """The whole digest."""
    yield from _head(found)
    yield from _series(found)
    yield from _talks(found)
    yield from waiting.decisions(found)
    yield from said.statements(found)
    yield from said.findings(found)
    yield from waiting.unanswered(found)
    yield from waiting.promised(found)
    yield from waiting.settled(found)
    yield from said.plans(found)
    yield from waiting.debts(found.debts)
    yield from _gaps(found)


# ------------------------------------------------------------------------------------------------ head


def title(found: Digest) -> str:
    """``threadmine digest, week 2026-W06 (2026-02-02 to 2026-02-08)``."""
    last = found.until - timedelta(microseconds=1)
    span = f"{date_text(found.since)} to {date_text(last)}"
    year, week, day = as_utc(found.since).isocalendar()
    whole = day == 1 and found.until - found.since == timedelta(days=7) and as_utc(found.since).hour == 0
    return f"threadmine digest, week {year}-W{week:02d} ({span})" if whole else f"threadmine digest, {span}"


def _head(found: Digest) -> Iterator[Block]:
    yield Block(Kind.TITLE, title(found))
    scope = found.scope
    only = [
        f"{name} {safe_line(value)}"
        for name, value in (
            ("list", scope.list_name),
            ("field", scope.field),
            ("person", scope.person),
            ("subsystem", scope.subsystem),
        )
        if value
    ]
    parts = [
        numbered(found.messages, "message"),
        f"{numbered(found.threads, 'active thread')}",
        f"{numbered(found.older_threads, 'older thread')} with open issues",
    ]
    text = ", ".join(parts) + "."
    if only:
        text += f" Below stands only what concerns {', '.join(only)}."
    yield Block(Kind.PARAGRAPH, text)


# ---------------------------------------------------------------------------------------------- series


def _series(found: Digest) -> Iterator[Block]:
    if not found.series:
        return
    yield Block(Kind.HEADING, "New series and versions")
    for item in found.series[:MOST]:
        yield from _one_series(item)
    yield from more(len(found.series), MOST, "threadmine series --since DATE")


def _talks(found: Digest) -> Iterator[Block]:
    """Threads that moved without a new version."""
    if not found.talks:
        return
    yield Block(Kind.HEADING, "Talked about")
    for talk in found.talks[:MOST]:
        who = join_words((person(one) for one in talk.people if one.display), 5)
        about = f": {join_words(map(safe_line, talk.about), 5)}" if talk.about else ""
        raised = f", {numbered(talk.raised, 'new point')}{about}" if talk.raised else ""
        size = numbered(talk.messages, "message")
        text = f"{safe_line(talk.title) or '(no subject)'} ({size} by {who or 'unknown people'}{raised})"
        yield Block(Kind.ITEM, text, message_url(talk.message_id))
    yield from more(len(found.talks), MOST)


def _one_series(item: NewSeries) -> Iterator[Block]:
    row = item.row
    where = f"; {safe_line(row.list_name)}" if row.list_name else ""
    base = f"; base {safe_line(row.base)[:20]}" if row.base else ""
    label = row.version_text or f"v{row.version}"
    count = numbered(row.total or len(row.patches), "patch", "patches")
    head = f"[{safe_line(label)}, {count}] {safe_line(row.title)} ({person(row.author)}{where}{base})"
    yield Block(
        Kind.ITEM, head, message_url(row.cover or (row.patches[0][1] if row.patches else "")), True, row.id
    )
    if len(row.patches) < row.total and not item.named:
        yield Block(
            Kind.SUB, f"Only {len(row.patches)} of {row.total} patches in hand. {_does(item)}".rstrip()
        )
    elif item.previous is not None and item.changed:
        yield Block(Kind.SUB, f"Against {_version(item)}: {_changes(item.changed)}")
    elif item.previous is not None:
        yield Block(Kind.SUB, f"Touches the same members in the same way as {_version(item)}.")
    elif item.writes or item.reads:
        yield Block(Kind.SUB, _does(item))
    elif item.named:
        yield Block(
            Kind.SUB, f"No patch of it is in hand; it speaks of {join_words(map(safe_line, item.named), 10)}."
        )
    for judged in _told(item.statements):
        yield _checked(judged)
    open_points = [point for point in item.points if point.state.is_open]
    wrong = len(
        said.by_sentence(one for one in item.statements if one.row.verdict.kind is VerdictKind.REFUTED)
    )
    settled = len(item.points) - len(open_points)
    parts = [f"{len(open_points)} open, {settled} settled"] if item.points else []
    parts = [f"Issues: {', '.join(parts)}."] if parts else []
    parts += [f"{numbered(wrong, 'statement')} refuted, see below."] if wrong else []
    if parts:
        yield Block(Kind.SUB, " ".join(parts))
    if item.unanswered and row.total and row.patches:
        numbers = join_words((str(number) for number in item.unanswered), 15)
        every = len(item.unanswered) == len(row.patches)
        yield Block(Kind.SUB, "No patch has a reply yet." if every else f"No reply yet to patch {numbers}.")


def _does(item: NewSeries) -> str:
    """Which members a version changes, or else reads."""
    if item.writes:
        return f"Changes: {join_words(map(safe_line, item.writes), 12)}"
    return f"Reads: {join_words(map(safe_line, item.reads), 8)}" if item.reads else ""


def _version(item: NewSeries) -> str:
    assert item.previous is not None
    return safe_line(item.previous.version_text or f"v{item.previous.version}")


def _changes(changed: Sequence[FieldChange]) -> str:
    now = [safe_line(change.member) for change in changed if not change.before]
    gone = [safe_line(change.member) for change in changed if not change.after]
    other = [
        f"{safe_line(change.member)} ({_ACCESS[change.before[-1]]} before, now {_ACCESS[change.after[-1]]})"
        for change in changed
        if change.before and change.after and change.before[-1] != change.after[-1]
    ]
    parts = [
        f"{name}{join_words(members, 8)}"
        for name, members in (("now touches ", now), ("no longer ", gone), ("", other))
        if members
    ]
    return f"{'; '.join(parts) or 'the same members, on other lines'}."


_ACCESS = {letter: access.value for access, letter in LETTERS.items()}


def _told(statements: Sequence[Statement]) -> list[Statement]:
    """Up to two statements of a series that hold; what does not hold has a section of its own."""
    right = [item for item in statements if item.row.verdict.kind is VerdictKind.CONFIRMED]
    right.sort(key=lambda item: item.row.claim.predicate not in TELLING)
    return [items[0] for items in said.by_sentence(right)][:2]


def _checked(item: Statement) -> Block:
    row = item.row
    text = f'Checked: "{quoted(row.claim.quote)}": {row.verdict.kind.value}, {safe_line(row.verdict.reason)}'
    return Block(Kind.SUB, text, row.url, False, row.claim.id)


# ------------------------------------------------------------------------------------------------ gaps


def _gaps(found: Digest) -> Iterator[Block]:
    gaps = found.gaps
    yield Block(Kind.HEADING, "What was not in the archive")
    lines = []
    for row in gaps.incomplete[:MOST]:
        label = row.version_text or f"v{row.version}"
        lines.append(f"[{label}] {row.title}: {len(row.patches)} of {row.total} patches")
    if gaps.headless:
        lines.append(f"{numbered(gaps.headless, 'thread')} with answers to messages that were not read")
    if gaps.quoted:
        lines.append(f"{numbered(gaps.quoted, 'message')} known from quotations alone")
    if gaps.undated:
        lines.append(f"{numbered(gaps.undated, 'issue')} without a date, told as old")
    if not lines:
        yield Block(Kind.PARAGRAPH, "Nothing is known to be missing from the threads above.")
    for line in lines:
        yield Block(Kind.ITEM, safe_line(line))


def links(found: Iterable[Block]) -> dict[str, int]:
    """Addresses in the order of their first use, numbered from 1."""
    numbers: dict[str, int] = {}
    for block in found:
        if block.link:
            numbers.setdefault(block.link, len(numbers) + 1)
    return numbers
