"""Reads from the database everything that one digest is made of, cut down to its scope and time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Any, TypeVar

from threadmine.digest.items import Point, Scope, Statement
from threadmine.digest.maintainers import matches
from threadmine.digest.standing import Standing, aware, before, dated, within
from threadmine.errors import NotFoundError
from threadmine.model import (
    ClaimRow,
    FindingRow,
    IssueRow,
    Moment,
    Person,
    SeriesRow,
    StoredMessage,
    ThreadRow,
    TouchRow,
    Unknown,
    VerdictKind,
    message_url,
)
from threadmine.query import Where, head_of, is_list, parse
from threadmine.query.aside import is_aside
from threadmine.query.names import any_member

if TYPE_CHECKING:
    from threadmine.db.queries import Queries


Row = TypeVar("Row")

SMALL = 30_000
"""Issues or claims up to which all are read: a second's work."""

MOST_SAID = 1_000
"""Statements of one verdict that are read of a large archive."""

MOST_QUOTED = 2_000
"""Messages known from quotations alone of which it is looked up who quotes them."""

TOLD = (VerdictKind.REFUTED, VerdictKind.CONDITIONAL, VerdictKind.PLANNED)
"""The verdicts that a digest tells of, besides what holds in new series."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of the time, without its text."""

    message_id: str
    thread_id: str
    in_reply_to: str | None
    list_name: str
    subject: str
    author: Person
    series_id: str
    robot: bool
    quoted_only: bool


@dataclass
class Gathered:
    """One digest's material.

    Args:
        queries: the database.
        since: begin of the time, included.
        until: its end, not included.
        horizon: how long before ``until`` something may lie and still be told.
        scope: what to cut it down to.
    """

    queries: Queries
    since: datetime
    until: datetime
    horizon: timedelta
    scope: Scope
    _touches: dict[str, tuple[TouchRow, ...]] = field(default_factory=dict)
    _quoting: dict[str, ThreadRow | None] = field(default_factory=dict)
    _versions: dict[str, SeriesRow | None] = field(default_factory=dict)

    @cached_property
    def every_series(self) -> dict[str, SeriesRow]:
        """The series versions that moved within the horizon or later, and those without a date."""
        start = self.until - self.horizon
        moved = parse(f"since:{start.isoformat()} OR NOT has:date")
        return {row.id: row for row in self.queries.series(where=Where(moved, self.until))}

    def version(self, own_id: str) -> SeriesRow | None:
        """A version that was there at the end, however old it is."""
        if own_id not in self._versions:
            found = self.queries.series_by_id([own_id]) if own_id else ()
            self._versions[own_id] = next(iter(found), None)
        row = self._versions[own_id]
        return row if row is not None and before(row.date, self.until) else None

    @cached_property
    def series(self) -> dict[str, SeriesRow]:
        """The series versions sent before the end, by id: later ones were not known then."""
        return {own_id: row for own_id, row in self.every_series.items() if before(row.date, self.until)}

    @cached_property
    def _mails(self) -> tuple[StoredMessage, ...]:
        return tuple(self.queries.messages(since=self.since, until=self.until, bodies=False))

    @cached_property
    def arrivals(self) -> tuple[Arrival, ...]:
        """The messages of the time, oldest first."""
        return tuple(
            Arrival(
                mail.message_id,
                mail.thread_id,
                mail.in_reply_to,
                mail.list_name,
                mail.subject,
                mail.author,
                mail.series_id,
                bool(mail.bot),
                mail.quoted_only,
            )
            for mail in self._mails
            if not self.scope.list_name or self.on_list(mail.list_name, mail.message_id)
        )

    @cached_property
    def issues(self) -> tuple[IssueRow, ...]:
        """People's issues in scope that came up before the end, oldest first; robots are not people.

        One that was raised again stands where it was raised last before the end.
        """
        rows = [
            row
            for row in self._of_the_time(self._asked_issues, lambda row: row.concern.id)
            if row.concern.source == "human"
            and before(row.concern.date, self.until)
            and not is_aside(row.triage, self.until.date())
            and self._recent(row.concern.date, row.series_id)
            and self._wants(row, row.concern.targets, row.concern.author, row.concern.about_file)
        ]
        ordered = sorted(
            rows,
            key=lambda row: _oldest_first(row.concern.date, row.concern.message_id, row.concern.start),
        )
        last = {row.issue_id or row.concern.id: row for row in ordered}
        return tuple(row for row in ordered if last[row.issue_id or row.concern.id] is row)

    def _asked_issues(self, **given: Any) -> tuple[IssueRow, ...]:
        """What waited for somebody at the begin of the time, or came up since."""
        return self.queries.issues(moved_since=self.since, **given)

    def _asked_claims(self, **given: Any) -> tuple[ClaimRow, ...]:
        """What does not hold, holds in part, or is planned; what holds only where it was said in the time.

        Of a large archive the newest of each verdict: a digest shows ten, and says that there are more.
        """
        if not given:
            return self.queries.claims(verdict=(*TOLD, VerdictKind.CONFIRMED))
        late = {**given, "since": max(self.since, given.get("since") or self.since)}
        confirmed = self.queries.claims(verdict=VerdictKind.CONFIRMED, limit=MOST_SAID, **late)
        told = (self.queries.claims(verdict=verdict, limit=MOST_SAID, **given) for verdict in TOLD)
        return (*chain.from_iterable(told), *confirmed)

    @cached_property
    def by_series(self) -> dict[str, list[Statement]]:
        """The statements of each series version."""
        found: dict[str, list[Statement]] = {}
        for item in self.statements:
            found.setdefault(item.row.series_id, []).append(item)
        return found

    @cached_property
    def points_of(self) -> dict[str, list[Point]]:
        """The issues of each series version."""
        found: dict[str, list[Point]] = {}
        for point in self.points:
            found.setdefault(point.row.series_id, []).append(point)
        return found

    @cached_property
    def _is_small(self) -> bool:
        counts = self.queries.counts()
        return max(counts.concerns, counts.claims) <= SMALL

    def _of_the_time(
        self, ask: Callable[..., tuple[Row, ...]], own_id: Callable[[Row], str]
    ) -> Iterable[Row]:
        """The rows within the horizon, and the older ones of series that moved within it.

        Of an archive that is not large all are read: then those without a date are among them.
        """
        if self._is_small:
            return ask()
        start = self.until - self.horizon
        found = {own_id(row): row for row in ask(since=start, until=self.until)}
        for series in self.series.values():
            moved = within(series.last_activity, start, self.until)
            if moved and not within(series.date, start, self.until):
                found.update((own_id(row), row) for row in ask(series=series.id))
        return found.values()

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The issues as they stood at the end, oldest first."""
        names = {item.message_id for row in self.issues for item in row.status.evidence}
        mails = {mail.message_id: mail for mail in self.queries.messages_by_id(sorted(names), bodies=False)}
        standing = Standing(self.since, self.until, mails.get, self.every_series)
        points = [self._shown(standing.point(row)) for row in self.issues]
        return tuple(sorted(points, key=lambda point: _oldest_first(point.date, "", 0)))

    def _shown(self, point: Point) -> Point:
        """The point with where it can be read, and when it was quoted, where its own mail does not tell."""
        concern = point.row.concern
        if point.row.url and not isinstance(concern.date, Unknown):
            return point
        shown = self.shown_by(concern.message_id)
        if shown is None:
            return point
        latest = shown.date if isinstance(concern.date, Unknown) else None
        return replace(point, link=point.row.url or message_url(shown.message_id), latest=latest)

    def shown_by(self, message_id: str) -> ThreadRow | None:
        """The first mail in hand that answers a message which is known from quotations alone."""
        if message_id not in self._quoting and len(self._quoting) < MOST_QUOTED:
            self._quoting[message_id] = self._find_quoting(message_id)
        return self._quoting.get(message_id)

    def _find_quoting(self, message_id: str) -> ThreadRow | None:
        try:
            rows = self.queries.thread(message_id)
        except NotFoundError:
            return None
        place = next((n for n, row in enumerate(rows) if row.message_id == message_id), len(rows))
        below = takewhile(lambda row: row.level > rows[place].level, rows[place + 1 :])
        real = [row for row in below if message_url(row.message_id) and before(row.date, self.until)]
        return min(real, key=lambda row: _oldest_first(row.date, row.message_id, 0), default=None)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Claims in scope, each once: one said again (in a later version) stands where it was said last."""
        newest: dict[tuple[str, ...], ClaimRow] = {}
        first: dict[tuple[str, ...], Moment] = {}
        every = self._of_the_time(self._asked_claims, lambda row: row.claim.id)
        rows = (row for row in every if before(row.claim.date, self.until))
        for row in sorted(
            rows, key=lambda row: _oldest_first(row.claim.date, row.claim.message_id, row.claim.start)
        ):
            if not self._wants(row, row.claim.entities, row.claim.author, ""):
                continue
            key = _claim_key(row)
            first.setdefault(key, dated(row.claim.date, self.series.get(row.series_id)))
            newest[key] = row
        return tuple(
            Statement(row, within(first[key], self.since, self.until), self._link(row))
            for key, row in newest.items()
            if self._recent(row.claim.date, row.series_id)
        )

    def _link(self, row: ClaimRow) -> str:
        """Where a claim can be read; for one known from quotations, who quotes it."""
        if row.url or row.verdict.kind is VerdictKind.CONFIRMED:
            return row.url
        shown = self.shown_by(row.claim.message_id)
        return message_url(shown.message_id) if shown is not None else ""

    @cached_property
    def findings(self) -> tuple[FindingRow, ...]:
        """What the program itself saw in patches of the time, those of series in scope."""
        found = []
        for row in self.queries.findings(since=self.since, until=self.until):
            series = self.series.get(row.series_id)
            if self.scope.is_all or (series is not None and self.wants_series(series)):
                found.append(row)
        return tuple(found)

    def touches(self, series: SeriesRow) -> tuple[TouchRow, ...]:
        """What a series version touches."""
        if series.id not in self._touches:
            self.look_at([series.id])
        return self._touches[series.id]

    def look_at(self, ids: Iterable[str]) -> None:
        """Reads what series versions touch, all at once."""
        new = [own_id for own_id in ids if own_id and own_id not in self._touches]
        self._touches.update(self.queries.touched(new))

    @cached_property
    def answered(self) -> dict[str, set[Person]]:
        """Who answered which message within the time; robots do not count."""
        found: dict[str, set[Person]] = {}
        for mail in self._mails:
            if mail.in_reply_to and not mail.bot:
                found.setdefault(mail.in_reply_to, set()).add(mail.author)
        return found

    # ----------------------------------------------------------------------------------------- scope

    @cached_property
    def _sent_to(self) -> frozenset[str]:
        return self.queries.sent_to(self.scope.list_name)

    def on_list(self, list_name: str, message_id: str) -> bool:
        """Whether a message was sent to the list of the scope: its own name says so, or its recipients."""
        return is_list(list_name, self.scope.list_name) or message_id in self._sent_to

    def _recent(self, date: Moment, series_id: str) -> bool:
        """Whether something is young enough to be told: itself, or the series that it is about."""
        start = self.until - self.horizon
        if isinstance(date, Unknown) or aware(date) >= start:
            return True
        series = self.series.get(series_id)
        return series is not None and within(series.last_activity, start, self.until)

    def _wants(self, row: IssueRow | ClaimRow, names: Iterable[str], author: Person, file: str) -> bool:
        scope = self.scope
        name = row.concern.message_id if isinstance(row, IssueRow) else row.claim.message_id
        if scope.list_name and not self.on_list(row.list_name, name):
            return False
        if scope.field and not any_member(names, scope.field):
            return False
        series = self.series.get(row.series_id)
        if scope.person and not (
            is_person(author, scope.person) or (series is not None and is_person(series.author, scope.person))
        ):
            return False
        if not scope.paths or matches(file, scope.paths):
            return True
        return series is not None and self.in_paths(series)

    def wants_series(self, series: SeriesRow) -> bool:
        """Whether a series version is in scope."""
        scope = self.scope
        if scope.list_name and not self.on_list(series.list_name, head_of(series)):
            return False
        if scope.field and not any_member(series.fields, scope.field):
            return False
        if scope.person and not is_person(series.author, scope.person):
            return False
        return not scope.paths or self.in_paths(series)

    def in_paths(self, series: SeriesRow) -> bool:
        """Whether a series version touches members in a file of the subsystem."""
        return any(matches(row.touch.file, self.scope.paths) for row in self.touches(series))


def is_person(person: Person, wanted: str) -> bool:
    """Whether ``wanted`` is a part of the person's name or address."""
    want = wanted.casefold()
    return bool(want) and (want in person.name.casefold() or want in person.address.casefold())


def _oldest_first(date: Moment, message_id: str, start: int) -> tuple[bool, float, str, int]:
    """Sorts by date, those without one last, and what one mail says in its order."""
    if isinstance(date, Unknown):
        return True, 0.0, message_id, start
    return False, aware(date).timestamp(), message_id, start


def _claim_key(row: ClaimRow) -> tuple[str, ...]:
    claim = row.claim
    return (
        claim.author.display.casefold(),
        claim.predicate.value,
        claim.subject,
        claim.object,
        claim.value,
        claim.polarity.value,
        row.verdict.kind.value,
    )
