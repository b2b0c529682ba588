"""What a digest consists of; no text layout, no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from threadmine.model import (
    ClaimRow,
    ConcernState,
    Effect,
    FindingRow,
    IssueRow,
    Moment,
    Person,
    SeriesRow,
    Unknown,
)


@dataclass(frozen=True, slots=True)
class Point:
    """An issue as it stood at the end of the digest's time.

    ``state`` is that of then: later answers do not count. ``is_new`` says that it came up within the time;
    ``mover`` is who wrote the words that gave it its state and ``effect`` what they did, None where nobody
    did. ``link`` is where it can be read; ``latest``, where its date is unknown, that of the first mail that
    quotes it.
    """

    row: IssueRow
    state: ConcernState
    is_new: bool
    mover: Person | None = None
    moved: Moment | None = None
    why: str = ""
    effect: Effect | None = None
    link: str = ""
    latest: Moment | None = None

    @property
    def date(self) -> Moment:
        """When it was raised; where that is not known, when it was quoted first."""
        date = self.row.concern.date
        return self.latest if isinstance(date, Unknown) and self.latest is not None else date


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with its verdict; ``is_new``: it was made within the time; ``link``: where it can be read."""

    row: ClaimRow
    is_new: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """Points of one series on which people disagree, oldest first.

    ``about`` are the members and functions that they name, the most often named first.
    """

    about: tuple[str, ...]
    title: str
    points: tuple[Point, ...]

    @property
    def since(self) -> Moment:
        return self.points[0].date


def topics(points: Iterable[Point]) -> tuple[Topic, ...]:
    """The points of each series, or of each thread without one, together; the oldest first."""
    groups: dict[str, list[Point]] = {}
    for point in points:
        groups.setdefault(subject_of(point), []).append(point)
    found = [Topic(most_named(group), title, tuple(group)) for title, group in groups.items()]
    return tuple(sorted(found, key=lambda topic: (_seconds(topic.since), topic.title)))


def subject_of(point: Point) -> str:
    """What a point belongs to: the title of its series, or the subject of its thread."""
    return point.row.series_title or bare(point.row.subject) or "(no subject)"


def bare(subject: str) -> str:
    """A subject without its ``Re:``."""
    while subject[:3].lower() == "re:":
        subject = subject[3:].lstrip()
    return subject


def most_named(points: Iterable[Point]) -> tuple[str, ...]:
    """What points are about, the most often named first."""
    counts = Counter(name for point in points for name in point.row.concern.targets)
    return tuple(name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _seconds(moment: Moment) -> float:
    """For sorting; what has no date is last."""
    return float("inf") if isinstance(moment, Unknown) else moment.timestamp()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a series version does to a member: marks as in the field grid (``+W``), empty: untouched."""

    member: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class NewSeries:
    """A series version sent within the time.

    ``writes`` are members it writes or declares, ``changed`` what differs from the version before it (empty
    where there is none in hand), ``unanswered`` the numbers of its patches that nobody answered. ``named``
    are members that its text names, where no patch of it is in hand.
    """

    row: SeriesRow
    writes: tuple[str, ...]
    reads: tuple[str, ...]
    changed: tuple[FieldChange, ...]
    previous: SeriesRow | None
    points: tuple[Point, ...]
    statements: tuple[Statement, ...]
    unanswered: tuple[int, ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """A thread that moved within the time and brought no new version: who wrote, and what came of it.

    ``about`` are the members and functions its new points name, the most often named first.
    """

    title: str
    message_id: str  # the first of the time
    messages: int
    people: tuple[Person, ...]
    raised: int
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Debt:
    """What one person owes: ``promised`` by their own words, ``asked`` of them and not answered."""

    person: Person
    promised: tuple[Point, ...]
    asked: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What the digest was cut down to; empty members do not restrict."""

    list_name: str = ""
    field: str = ""
    person: str = ""
    subsystem: str = ""
    paths: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        return self == Scope()


@dataclass(frozen=True, slots=True)
class Gaps:
    """What was not in the archive, so that nobody takes silence for an answer.

    ``incomplete`` are series versions of the time with patches missing, ``headless`` the threads with answers
    to messages that are not there, ``undated`` the issues whose date is not known, ``quoted`` the messages
    of the time that are known from quotations alone.
    """

    incomplete: tuple[SeriesRow, ...] = ()
    headless: int = 0
    undated: int = 0
    quoted: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """All of one digest. Times are half open: ``since`` is in it, ``until`` is not."""

    since: datetime
    until: datetime
    scope: Scope
    messages: int
    threads: int
    older_threads: int
    series: tuple[NewSeries, ...]
    talks: tuple[Talk, ...]
    decisions: tuple[Topic, ...]
    wrong: tuple[Statement, ...]
    conditional: tuple[Statement, ...]
    plans: tuple[Statement, ...]
    unanswered: tuple[Point, ...]
    promised: tuple[Point, ...]
    dropped: tuple[Point, ...]
    fixed: tuple[Point, ...]
    debts: tuple[Debt, ...]
    findings: tuple[FindingRow, ...]
    gaps: Gaps
