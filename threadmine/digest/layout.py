"""What a digest says, as headings, paragraphs and items, before any format: every format prints these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from threadmine.digest.items import Debt, Digest, FieldChange, NewSeries, Point, Statement, Topic
from threadmine.model import ClaimRow, ConcernState, IssueRow, Unknown, VerdictKind, message_url
from threadmine.render.detail import holding_text
from threadmine.render.lists import concern_place, person, statement
from threadmine.render.matrix import LETTERS
from threadmine.render.text import (
    age,
    as_utc,
    clip,
    date_text,
    function_text,
    join_words,
    numbered,
    safe_line,
)

MOST = 12
"""Items of one section; what is more is counted, with the command that lists it."""

MOST_POINTS = 6
"""Points of one series under "needs a decision"; new ones, then those that name something, are preferred."""

QUOTE_CELLS = 220
"""Columns of a quotation."""


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    SUB = "sub"  # belongs to the item before it


@dataclass(frozen=True, slots=True)
class Block:
    """One block; ``text`` is safe and folded, ``link`` the address of the message it is from (or empty).

    ``new`` marks what came up within the time; ``id`` is the id to ask ``threadmine show`` for.
    """

    kind: Kind
    text: str
    link: str = ""
    new: bool = False
    id: str = ""


def blocks(found: Digest) -> Iterator[Block]:
    """The whole digest."""
    yield from _head(found)
    yield from _series(found)
    yield from _talks(found)
    yield from _decisions(found)
    yield from _statements(found)
    yield from _plans(found)
    yield from _findings(found)
    yield from _unanswered(found)
    yield from _promised(found)
    yield from _settled(found)
    yield from _debts(found.debts)
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
        text += f" Only {', '.join(only)}."
    yield Block(Kind.PARAGRAPH, text)


# ---------------------------------------------------------------------------------------------- series


def _series(found: Digest) -> Iterator[Block]:
    if not found.series:
        return
    yield Block(Kind.HEADING, "New series and versions")
    for item in found.series[:MOST]:
        yield from _one_series(item)
    yield from _more(len(found.series), "threadmine series --since DATE")


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
    yield from _more(len(found.talks), "")


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
    if item.previous is not None and item.changed:
        yield Block(Kind.SUB, f"Against {_version(item)}: {_changes(item.changed)}")
    elif item.previous is not None:
        yield Block(Kind.SUB, f"Touches the same members in the same way as {_version(item)}.")
    elif item.writes:
        yield Block(Kind.SUB, f"Changes: {join_words(map(safe_line, item.writes), 12)}")
    elif item.reads:
        yield Block(Kind.SUB, f"Reads: {join_words(map(safe_line, item.reads), 8)}")
    for judged in _told(item.statements):
        yield _checked(judged)
    waiting = [point for point in item.points if point.state.is_open]
    settled = len(item.points) - len(waiting)
    if item.points:
        yield Block(Kind.SUB, f"Issues: {len(waiting)} open, {settled} settled.")
    if item.unanswered and row.total and row.patches:
        numbers = join_words((str(number) for number in item.unanswered), 15)
        every = len(item.unanswered) == len(row.patches)
        yield Block(Kind.SUB, "No patch has a reply yet." if every else f"No reply yet to patch {numbers}.")


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
    """The statements of a series worth a line: all that do not hold, one that does."""
    wrong = [item for item in statements if item.row.verdict.kind is not VerdictKind.CONFIRMED]
    right = [item for item in statements if item.row.verdict.kind is VerdictKind.CONFIRMED]
    telling = [items[0] for items in _by_sentence(wrong)]
    return [*telling[:3], *right[:1]]


def _checked(item: Statement) -> Block:
    row = item.row
    text = f'Checked: "{_quoted(row.claim.quote)}": {row.verdict.kind.value}, {safe_line(row.verdict.reason)}'
    return Block(Kind.SUB, text, row.url, False, row.claim.id)


# ---------------------------------------------------------------------------------------- open matters


def _decisions(found: Digest) -> Iterator[Block]:
    if not found.decisions:
        return
    yield Block(Kind.HEADING, "Needs a decision, oldest first")
    for topic in found.decisions[:MOST]:
        yield from _topic(topic, found)
    yield from _more(len(found.decisions), "threadmine issues --state disputed")


def _topic(topic: Topic, found: Digest) -> Iterator[Block]:
    about = f": {join_words(map(safe_line, topic.about), 5)}" if topic.about else ""
    size = numbered(len(topic.points), "point")
    text = f"{safe_line(topic.title)} ({_age(topic.points[0], found)}, {size}){about}"
    yield Block(Kind.ITEM, text, "", any(point.is_new for point in topic.points))
    telling = sorted(topic.points, key=_telling)[:MOST_POINTS]
    for point in (point for point in topic.points if point in telling):
        yield _point_block(point, found, Kind.SUB)
    yield from _more(len(topic.points), "", MOST_POINTS, Kind.SUB)


def _telling(point: Point) -> tuple[bool, bool, bool]:
    """Sorts the points worth a line first: new ones, those that name a member or function, disputed ones."""
    return (
        not point.is_new,
        not point.row.concern.targets,
        point.state is not ConcernState.DISPUTED,
    )


def _unanswered(found: Digest) -> Iterator[Block]:
    yield from _section(
        "No reply yet, oldest first", found.unanswered, found, "threadmine issues --state open"
    )
    yield from _section(
        "Left behind by a newer version",
        found.dropped,
        found,
        "threadmine issues --open",
    )


def _promised(found: Digest) -> Iterator[Block]:
    yield from _section(
        "Promised, not seen done", found.promised, found, "threadmine issues --state acknowledged"
    )


def _settled(found: Digest) -> Iterator[Block]:
    yield from _section("Settled in this time", found.fixed, found, "threadmine issues --state addressed")


def _section(heading: str, points: Sequence[Point], found: Digest, command: str) -> Iterator[Block]:
    if not points:
        return
    yield Block(Kind.HEADING, heading)
    shown = points[:MOST]
    for place, point in enumerate(shown):
        yield _point_block(point, found, Kind.ITEM)
        following = shown[place + 1] if place + 1 < len(shown) else None
        if following is not None and (following.why, following.mover) == (point.why, point.mover):
            continue  # the same words answer the next one, too: they stand below the last
        if point.why and point.state is ConcernState.ADDRESSED:
            yield Block(Kind.SUB, _quoted(point.why))
        elif point.why:
            who = f"{person(point.mover)}: " if point.mover is not None else ""
            yield Block(Kind.SUB, f'{who}"{_quoted(point.why)}"')
    yield from _more(len(points), command)


def _point_block(point: Point, found: Digest, kind: Kind) -> Block:
    row = point.row
    concern = row.concern
    about = join_words(map(safe_line, concern.targets), 2) or concern_place(row)
    place = f" on {about}" if about else ""
    state = point.state.value if point.state.value != "open" else ""
    if point.state.value == "addressed" and row.status.addressed_in:
        state = f"fixed in {safe_line(row.status.addressed_in)}"
    words = join_words(word for word in (_age(point, found), _patch(row), state) if word)
    text = f'{person(concern.author)}{place}: "{_quoted(concern.quote)}" ({words})'
    return Block(kind, text, row.url, point.is_new, concern.id)


def _patch(row: IssueRow) -> str:
    version = f"v{row.version}" if row.version else ""
    return safe_line(" ".join(part for part in (version, row.patch) if part))


def _age(point: Point, found: Digest) -> str:
    date = point.row.concern.date
    return "no date" if isinstance(date, Unknown) else age(date, found.until)


# ------------------------------------------------------------------------------------------ statements


def _statements(found: Digest) -> Iterator[Block]:
    for heading, statements, most, verdict in (
        ("Statements that do not match the code", found.wrong, MOST, VerdictKind.REFUTED),
        ("Statements that hold only under conditions", found.conditional, MOST // 2, VerdictKind.CONDITIONAL),
    ):
        sentences = _by_sentence(statements)
        if sentences:
            yield Block(Kind.HEADING, heading)
            for items in sentences[:most]:
                yield from _statement(items)
            yield from _more(len(sentences), f"threadmine claims --verdict {verdict}", most)


def _by_sentence(statements: Iterable[Statement]) -> list[list[Statement]]:
    """Statements read from the same sentence together: an enumeration says the same of each of its items."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for item in statements:
        claim = item.row.claim
        found.setdefault((claim.message_id, claim.quote), []).append(item)
    return list(found.values())


def _statement(items: Sequence[Statement]) -> Iterator[Block]:
    item = items[0]
    row = item.row
    claim = row.claim
    head = f'{person(claim.author)}, {date_text(claim.date)}: "{_quoted(claim.quote)}"'
    yield Block(Kind.ITEM, head, row.url, item.is_new, claim.id)
    yield Block(Kind.SUB, f"Read as: {statement(row)}")
    if row.verdict.reason:
        yield Block(Kind.SUB, safe_line(f"{row.verdict.reason} {_kernel(row)}"))
    if row.verdict.kind is VerdictKind.CONDITIONAL:
        yield from (Block(Kind.SUB, holding_text(item)) for item in row.verdict.holds[:4])
    if len(items) > 1:
        others = [statement(other.row) for other in items[1:]]
        yield Block(Kind.SUB, f"Likewise: {join_words(others, 8)}")
    for fact in row.verdict.evidence[:2]:
        if fact.fact and fact.fact not in row.verdict.reason:
            yield Block(Kind.SUB, f"{safe_line(fact.fact)} [{safe_line(fact.source)}]")


def _kernel(row: ClaimRow) -> str:
    """The kernel a claim was judged for, where the reason does not name it."""
    kernel = row.verdict.kernel
    return "" if kernel.version in row.verdict.reason else f"({kernel.version}, {kernel.arch})"


def _plans(found: Digest) -> Iterator[Block]:
    if not found.plans:
        return
    yield Block(Kind.HEADING, "Plans and wishes on record (not checked against any kernel)")
    for item in found.plans[:MOST]:
        claim = item.row.claim
        text = f'{person(claim.author)}, {date_text(claim.date)}: "{_quoted(claim.quote)}"'
        yield Block(Kind.ITEM, text, item.row.url, item.is_new, claim.id)
    yield from _more(len(found.plans), "threadmine claims --verdict planned")


def _findings(found: Digest) -> Iterator[Block]:
    """What the program saw in patches and nobody raised."""
    if not found.findings:
        return
    yield Block(Kind.HEADING, "Seen in patches, raised by nobody")
    for row in found.findings[:MOST]:
        finding = row.finding
        where = f"{finding.file}:{finding.line} {function_text(finding.function)}"
        patch = " ".join(part for part in (f"v{row.version}" if row.version else "", row.patch) if part)
        text = f"{safe_line(finding.text)} ({safe_line(where)}; {person(row.author)}, {safe_line(patch)})"
        yield Block(Kind.ITEM, text, row.url, True, finding.id)
        yield Block(Kind.SUB, f"`{clip(safe_line(finding.quote), QUOTE_CELLS)}`")
    yield from _more(len(found.findings), "threadmine findings")


# -------------------------------------------------------------------------------------- people and gaps


def _debts(debts: Sequence[Debt]) -> Iterator[Block]:
    if not debts:
        return
    yield Block(Kind.HEADING, "Who owes what")
    for debt in debts[:MOST]:
        parts = []
        if debt.promised:
            parts.append(f"promised: {_ids(debt.promised)}")
        if debt.asked:
            parts.append(f"was asked: {_ids(debt.asked)}")
        yield Block(Kind.ITEM, f"{person(debt.person)} {'; '.join(parts)}")
    yield from _more(len(debts), "")


def _ids(points: Sequence[Point]) -> str:
    return join_words((point.row.concern.id for point in points), 4)


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


def _more(count: int, command: str, most: int = MOST, kind: Kind = Kind.ITEM) -> Iterator[Block]:
    if count > most:
        hint = f" ({command})" if command else ""
        yield Block(kind, f"... and {count - most:,} more{hint}")


def _quoted(text: str) -> str:
    return clip(safe_line(text), QUOTE_CELLS)


def links(found: Iterable[Block]) -> dict[str, int]:
    """Addresses in the order of their first use, numbered from 1."""
    numbers: dict[str, int] = {}
    for block in found:
        if block.link:
            numbers.setdefault(block.link, len(numbers) + 1)
    return numbers
