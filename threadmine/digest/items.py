"""What a digest consists of; no text layout, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from threadmine.model import ClaimRow, ConcernState, FindingRow, IssueRow, Moment, Person, SeriesRow


@dataclass(frozen=True, slots=True)
class Point:
    """An issue as it stood at the end of the digest's time.

    ``state`` is that of then: later answers do not count. ``is_new`` says that it came up within the time;
    ``mover`` is who wrote the words that gave it its state, None where nobody did.
    """

    row: IssueRow
    state: ConcernState
    is_new: bool
    mover: Person | None = None
    moved: Moment | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim with its verdict; ``is_new`` says that it was made within the time."""

    row: ClaimRow
    is_new: bool


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
        return self.points[0].row.concern.date


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
    where there is none in hand), ``unanswered`` the numbers of its patches that nobody answered.
    """

    row: SeriesRow
    writes: tuple[str, ...]
    reads: tuple[str, ...]
    changed: tuple[FieldChange, ...]
    previous: SeriesRow | None
    points: tuple[Point, ...]
    statements: tuple[Statement, ...]
    unanswered: tuple[int, ...]


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
