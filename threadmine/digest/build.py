"""Makes a digest: what is new, what waits for whom, what does not hold, as it was known at one moment.

Deterministic: the same database and times give the same digest, whenever it is asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from threadmine.digest.gather import Arrival, Gathered, is_person
from threadmine.digest.items import (
    Debt,
    Digest,
    FieldChange,
    Gaps,
    NewSeries,
    Point,
    Scope,
    Statement,
    Talk,
    bare,
    most_named,
    subject_of,
    topics,
)
from threadmine.digest.standing import aware, sent, within
from threadmine.model import (
    Access,
    ConcernKind,
    ConcernState,
    Effect,
    FindingRow,
    Modality,
    Moment,
    Person,
    SeriesRow,
    Side,
    Tense,
    TouchRow,
    Unknown,
    VerdictKind,
    unique,
)
from threadmine.people import Directory, own_mailmap
from threadmine.query.names import split_name
from threadmine.render.matrix import changes

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

HORIZON = timedelta(weeks=26)
"""What has not moved for longer is left out; ``--horizon`` changes it."""

LATE = float("inf")


def digest(
    queries: Queries,
    since: datetime,
    until: datetime,
    scope: Scope | None = None,
    horizon: timedelta = HORIZON,
) -> Digest:
    """The digest of the time from ``since`` to ``until`` (half open).

    Args:
        queries: the database.
        since: begin; with a zone.
        until: end; with a zone.
        scope: what to cut it down to.
        horizon: how long before ``until`` an issue may lie (or its series have moved last) to be told.
    """
    scope = scope or Scope()
    found = Gathered(queries, since, until, horizon, scope)
    points = found.points
    waiting = [point for point in points if point.state.is_open]
    old = [point for point in waiting if _is_superseded(found, point)]
    current = [point for point in waiting if not _is_superseded(found, point)]
    promised = [point for point in waiting if point.state is ConcernState.ACKNOWLEDGED]
    unanswered = [point for point in current if point.state is ConcernState.OPEN and not _is_undecided(point)]
    active = {mail.thread_id for mail in found.arrivals}
    fresh = tuple(_new_series(found))
    return Digest(
        since=since,
        until=until,
        scope=scope,
        messages=sum(not mail.quoted_only for mail in found.arrivals),
        threads=len(active),
        older_threads=len({subject_of(point) for point in waiting if not point.is_new}),
        series=fresh,
        talks=tuple(_talks(found, points, {item.row.id for item in fresh})),
        decisions=topics(point for point in waiting if _is_undecided(point)),
        wrong=tuple(_verdicts(found.statements, VerdictKind.REFUTED)),
        conditional=tuple(
            item for item in _verdicts(found.statements, VerdictKind.CONDITIONAL) if item.is_new
        ),
        plans=tuple(_plans(found.statements)),
        unanswered=tuple(sorted(unanswered, key=_is_minor)),
        promised=tuple(promised),
        dropped=tuple(
            point for point in old if point.state is ConcernState.OPEN and not _is_undecided(point)
        ),
        fixed=tuple(_settled(points, since, until)),
        debts=tuple(_debts(found, promised, unanswered, scope)),
        findings=tuple(_unraised(found.findings)),
        gaps=_gaps(found),
    )


def _is_superseded(found: Gathered, point: Point) -> bool:
    """Whether a newer version of the issue's series was there at the end of the time."""
    series = found.series.get(point.row.series_id)
    return series is not None and series.superseded_by in found.series


# --------------------------------------------------------------------------------------------- series


def _new_series(found: Gathered) -> Iterable[NewSeries]:
    rows = [
        row
        for row in found.series.values()
        if within(sent(row), found.since, found.until) and found.wants_series(row)
    ]
    found.look_at(name for row in rows for name in (row.id, row.supersedes))
    for row in sorted(rows, key=lambda row: (_time(sent(row)), row.id)):
        touches = found.touches(row)
        previous = found.version(row.supersedes)
        before = found.touches(previous) if previous else ()
        own = found.by_series.get(row.id, [])
        yield NewSeries(
            row=row,
            writes=_members(touches, (Access.WRITE, Access.DECLARE, Access.REMOVE)),
            reads=_members(touches, (Access.READ,)),
            changed=tuple(FieldChange(*change) for change in changes(before, touches)) if previous else (),
            previous=previous,
            points=tuple(found.points_of.get(row.id, ())),
            statements=tuple(item for item in own if item.row.verdict.kind in _TOLD),
            unanswered=_unanswered_patches(found, row),
            named=() if touches else _named(own),
        )


_TOLD = (VerdictKind.REFUTED, VerdictKind.CONFIRMED, VerdictKind.CONDITIONAL)


def _named(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Members that statements name, in the order of the text."""
    names = (name for item in statements for name in item.row.claim.entities)
    return unique(name for name in names if split_name(name)[0])


def _members(touches: Iterable[TouchRow], accesses: tuple[Access, ...]) -> tuple[str, ...]:
    """Members that changed lines access in one of these ways, sorted."""
    return tuple(
        sorted(
            {
                row.touch.name
                for row in touches
                if row.touch.access in accesses and row.touch.side is not Side.CONTEXT
            }
        )
    )


def _unanswered_patches(found: Gathered, row: SeriesRow) -> tuple[int, ...]:
    return tuple(
        number
        for number, message_id in row.patches
        if not found.answered.get(message_id, set()) - {row.author}
    )


def _talks(found: Gathered, points: Sequence[Point], fresh: Container[str]) -> Iterable[Talk]:
    """Threads that moved and brought no new version, the busiest first."""
    threads: dict[str, list[Arrival]] = {}
    directory = Directory(own_mailmap())
    for mail in found.arrivals:
        directory.add(mail.author)
        if not mail.robot and mail.series_id not in fresh:
            threads.setdefault(mail.thread_id, []).append(mail)
    talks = []
    for mails in threads.values():
        names = {mail.message_id for mail in mails}
        raised = [point for point in points if point.row.concern.message_id in names]
        if not raised and not found.scope.is_all:
            continue
        people = {directory.key_of(mail.author): mail.author for mail in mails if mail.author.display}
        title = next((mail.subject for mail in mails if mail.subject), "")
        talks.append(
            Talk(
                bare(title),
                mails[0].message_id,
                len(mails),
                tuple(people.values()),
                len(raised),
                most_named(raised),
            )
        )
    return sorted(talks, key=lambda talk: (-talk.raised, -talk.messages, talk.title))


# --------------------------------------------------------------------------------------- open matters


def _is_minor(point: Point) -> bool:
    """Whether a point is about spelling or about how things are done: nobody has to decide it."""
    return point.row.concern.kind in (ConcernKind.PROCESS, ConcernKind.NIT)


def _is_undecided(point: Point) -> bool:
    """Whether people disagree: a dispute (no newer version settles it), or an objection without reply."""
    if _is_minor(point):
        return False
    objection = point.row.concern.kind is ConcernKind.OBJECTION and point.state is ConcernState.OPEN
    return objection or point.state is ConcernState.DISPUTED


def _settled(points: Iterable[Point], since: datetime, until: datetime) -> Iterable[Point]:
    """Points that were answered, withdrawn or fixed within the time; fixed ones first."""
    done = [
        point
        for point in points
        if not point.state.is_open and point.moved is not None and within(point.moved, since, until)
    ]
    return sorted(done, key=lambda point: point.state is not ConcernState.ADDRESSED)


def _debts(
    found: Gathered, promised: Sequence[Point], unanswered: Sequence[Point], scope: Scope
) -> Iterable[Debt]:
    """Who owes a promised change, and who was asked and has not answered, most first."""
    directory = _directory(found, promised)
    names = directory.names()
    owed: dict[str, tuple[Person, list[Point], list[Point]]] = {}

    def owes(person: Person, point: Point) -> tuple[Person, list[Point], list[Point]]:
        key = directory.key_of(person)
        return owed.setdefault(key, (Person(names.get(key, person.name), person.address), [], []))

    for point in promised:
        if point.mover is not None and point.mover.display and _binds(found, point, directory):
            owes(point.mover, point)[1].append(point)
    for point in unanswered:
        series = found.series.get(point.row.series_id)
        if series is None or not series.author.display:
            continue
        if not directory.same(series.author, point.row.concern.author):
            owes(series.author, point)[2].append(point)
    debts = [Debt(person, tuple(kept), tuple(asked)) for person, kept, asked in owed.values()]
    if scope.person:
        debts = [debt for debt in debts if is_person(debt.person, scope.person)]
    return sorted(debts, key=lambda debt: (-len(debt.promised), -len(debt.asked), debt.person.display))


def _binds(found: Gathered, point: Point, directory: Directory) -> bool:
    """Whether the words bind who wrote them: a promise, or putting it off by who sends the patches."""
    if point.effect is Effect.PROMISE:
        return True
    series = found.series.get(point.row.series_id)
    sender = series is not None and point.mover is not None and directory.same(series.author, point.mover)
    return point.effect is Effect.DEFER and sender


def _directory(found: Gathered, promised: Sequence[Point]) -> Directory:
    """Who is who among those who ask, send and promise: one person may have several addresses."""
    directory = Directory(own_mailmap())
    people = [point.row.concern.author for point in found.points]
    people += [point.mover for point in promised if point.mover is not None]
    people += [series.author for series in found.series.values()]
    for person in people:
        directory.add(person)
    return directory


# ----------------------------------------------------------------------------------------- statements


def _verdicts(statements: Iterable[Statement], kind: VerdictKind) -> Iterable[Statement]:
    """The statements with a verdict: new ones first, in each the newest first."""
    return _sorted(item for item in statements if item.row.verdict.kind is kind)


def _plans(statements: Sequence[Statement]) -> Iterable[Statement]:
    """What people announce, a sentence once: apart, because no kernel can be asked about it yet.

    A sentence that is told as wrong, or that argues about the patch at hand, is none.
    """
    judged = {(item.row.claim.message_id, item.row.claim.quote) for item in statements if _is_judged(item)}
    plans = _sorted(
        item
        for item in statements
        if item.row.verdict.kind is VerdictKind.PLANNED
        and item.row.claim.tense is Tense.PLANNED
        and item.row.claim.modality is not Modality.CONDITIONAL
        and not _is_weak(item)
    )
    once = {(item.row.claim.message_id, item.row.claim.quote): item for item in reversed(plans)}
    return [item for key, item in reversed(once.items()) if key not in judged]


def _is_judged(item: Statement) -> bool:
    return item.row.verdict.kind in (VerdictKind.REFUTED, VerdictKind.CONDITIONAL)


_PLANNED = re.compile("planned: \u201c(.*)\u201d")


@cache
def _weak() -> frozenset[str]:
    """Cues of plans that are mostly none (vocab/digest.toml)."""
    text = files("threadmine.vocab").joinpath("digest.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["weak_plans"])


def _is_weak(item: Statement) -> bool:
    cues = [cue for cue in map(_PLANNED.fullmatch, item.row.claim.inferred) if cue is not None]
    return bool(cues) and all(cue[1].lower() in _weak() for cue in cues)


def _sorted(items: Iterable[Statement]) -> list[Statement]:
    return sorted(
        items,
        key=lambda item: (not item.is_new, -_time(item.row.claim.date, 0.0), item.row.claim.id),
    )


def _time(moment: Moment, unknown: float = LATE) -> float:
    return unknown if isinstance(moment, Unknown) else aware(moment).timestamp()


def _unraised(findings: Iterable[FindingRow]) -> Iterable[FindingRow]:
    """Findings of the program, each line of code once: a newer version repeats the older one's."""
    newest: dict[tuple[str, str, str], FindingRow] = {}
    for row in sorted(findings, key=lambda row: (_time(row.date), row.finding.id)):
        newest[row.finding.rule, row.finding.file, row.finding.quote] = row
    return newest.values()


# ----------------------------------------------------------------------------------------------- gaps


def _gaps(found: Gathered) -> Gaps:
    """What the archive lacks of the threads that moved within the time."""
    parents = unique(mail.in_reply_to for mail in found.arrivals if mail.in_reply_to)
    have = set(found.queries.subjects(parents))
    headless = {
        mail.thread_id for mail in found.arrivals if mail.in_reply_to and mail.in_reply_to not in have
    }
    incomplete = [
        row
        for row in found.series.values()
        if not row.complete and within(sent(row), found.since, found.until) and found.wants_series(row)
    ]
    return Gaps(
        incomplete=tuple(sorted(incomplete, key=lambda row: (_time(sent(row)), row.id))),
        headless=len(headless),
        undated=sum(isinstance(point.row.concern.date, Unknown) for point in found.points),
        quoted=sum(mail.quoted_only for mail in found.arrivals),
    )
