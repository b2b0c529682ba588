"""Issues that were raised several times: which concerns they are, and where that is kept.

What belongs together is decided above (``track.same``); this finds what has to be compared, stores the answer
and gives it with the rows that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, or_, select, update

from threadmine.db.rows import clean
from threadmine.db.schema import ConcernName, ConcernRecord, IssuePlace, Message, TriageEvent
from threadmine.db.session import Database
from threadmine.db.terms import CHUNK, OPEN_STATES
from threadmine.db.triage import Action
from threadmine.model import Person, Raised
from threadmine.query.names import split_name

ABOUT = 120
"""Characters of the quoted text above a concern that are compared."""

_RAISED = (
    ConcernRecord.id,
    Message.message_id,
    ConcernRecord.author_name,
    ConcernRecord.author_address,
    ConcernRecord.sent_at,
    ConcernRecord.quote,
    ConcernRecord.targets,
    ConcernRecord.about_function,
    func.substr(ConcernRecord.about_text, -ABOUT).label("about"),
    ConcernRecord.origin,
)

HIDDEN = select(IssuePlace.concern_id).where(IssuePlace.is_last.is_(False))
"""The ids of concerns for which another stands, that raised the same issue later."""

STANDS_FOR_ITSELF: ColumnElement[bool] = ConcernRecord.id.not_in(HIDDEN)
"""Of an issue that was raised several times only the last concern: a list that counts each issue once."""


class SameIssues:
    """The issues of one database that were raised several times.

    Args:
        database: where they are.

    Raises:
        StoreError: (every method) the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def in_threads(self, thread_ids: Collection[str]) -> tuple[Raised, ...]:
        """The concerns of these threads."""
        return self._raised(Message.thread_id, thread_ids)

    def by_ids(self, ids: Collection[str]) -> tuple[Raised, ...]:
        """The concerns with these ids."""
        return self._raised(ConcernRecord.id, ids)

    def kin(self, concerns: Sequence[Raised], who: Callable[[Person], str]) -> tuple[Raised, ...]:
        """All other concerns of the same people, or about the same members.

        Args:
            concerns: those whose kin is looked for.
            who: what tells people apart, however they write their names.
        """
        given = frozenset(one.id for one in concerns)
        asked = {who(one.author) for one in concerns}
        name, address = ConcernRecord.author_name, ConcernRecord.author_address
        with self.database.read() as connection:
            people = connection.execute(select(address, name).distinct()).all()
        same = [row for row in people if who(Person(row.author_name, row.author_address)) in asked]
        found: dict[str, Raised] = {}
        for start in range(0, len(same), CHUNK):
            some = same[start : start + CHUNK]
            written = and_(address.in_({row[0] for row in some}), name.in_({row[1] for row in some}))
            found.update((one.id, one) for one in self._select(written, given))
        members = {target.rsplit(".", 1)[-1] for one in concerns for target in one.targets}
        for chunk in _chunks(members):
            ids = select(ConcernName.concern_id).where(ConcernName.member.in_(chunk))
            found.update((one.id, one) for one in self._select(ConcernRecord.id.in_(ids), given))
        return tuple(found[name] for name in sorted(found))

    def _raised(self, column: Any, values: Collection[str]) -> tuple[Raised, ...]:
        return tuple(one for chunk in _chunks(values) for one in self._select(column.in_(chunk)))

    def _select(
        self, condition: ColumnElement[bool], given: Collection[str] = frozenset()
    ) -> Iterator[Raised]:
        """The concerns that meet a condition, without those that are ``given``."""
        statement = (
            select(*_RAISED)
            .join(Message, Message.key == ConcernRecord.message_key)
            .where(condition)
            .order_by(ConcernRecord.id)
        )
        with self.database.read() as connection:
            for row in connection.execute(statement):
                if row.id in given:
                    continue
                yield Raised(
                    id=row.id,
                    message_id=row.message_id,
                    author=Person(row.author_name, row.author_address),
                    sent_at=row.sent_at or 0,
                    quote=row.quote,
                    targets=tuple(row.targets),
                    function=row.about_function,
                    about=row.about,
                    is_bot=row.origin != "human",
                )

    def touched(self, ids: Collection[str]) -> frozenset[str]:
        """All concerns of the issues that these belong to, and of those that lost one of theirs."""
        left = select(IssuePlace.issue_id).group_by(IssuePlace.issue_id)
        broken = or_(func.count() < 2, func.sum(case((IssuePlace.is_last, 1), else_=0)) == 0)
        found: set[str] = set()
        with self.database.read() as connection:
            issues = set(connection.scalars(left.having(broken)))
            missing = select(IssuePlace.issue_id).where(IssuePlace.issue_id.not_in(select(ConcernRecord.id)))
            issues.update(connection.scalars(missing))
            for chunk in _chunks(ids):
                of_these = select(IssuePlace.issue_id).where(IssuePlace.concern_id.in_(chunk))
                issues.update(connection.scalars(of_these))
            for chunk in _chunks(issues):
                members = select(IssuePlace.concern_id).where(IssuePlace.issue_id.in_(chunk))
                found.update(connection.scalars(members))
        return frozenset(found)

    def by_hand(self) -> tuple[Mapping[str, str], frozenset[str]]:
        """What people merged (which into which), and what they split: kept apart from all others."""
        merged: dict[str, str] = {}
        split: set[str] = set()
        acts = (Action.MERGE.value, Action.SPLIT.value, Action.REOPEN.value)
        statement = select(TriageEvent).where(TriageEvent.action.in_(acts))
        with self.database.read() as connection:
            for row in connection.execute(statement.order_by(TriageEvent.at, TriageEvent.id)):
                merged.pop(row.issue_id, None)
                split.discard(row.issue_id)
                if row.action == Action.MERGE.value:
                    merged[row.issue_id] = row.value
                elif row.action == Action.SPLIT.value:
                    split.add(row.issue_id)
        return merged, frozenset(split)

    def save(self, groups: Sequence[Sequence[str]], among: Mapping[str, Raised]) -> None:
        """Stores groups of concerns, each oldest first; of all others ``among`` that they stand alone.

        In counts by member the last concern of an issue stands for it, with the members of all.
        """
        last = {name: group[-1] for group in groups for name in group}
        rows = [
            {"concern_id": name, "issue_id": group[0], "is_last": name == group[-1]}
            for group in groups
            for name in group
        ]
        with self.database.write() as connection:
            grouped = set(last)
            for chunk in _chunks(among):
                before = select(IssuePlace.concern_id).where(IssuePlace.concern_id.in_(chunk))
                grouped.update(connection.scalars(before))
                connection.execute(delete(IssuePlace).where(IssuePlace.concern_id.in_(chunk)))
            if rows:
                connection.execute(insert(IssuePlace), rows)
            for chunk in _chunks(grouped):
                self._save_names(connection, chunk, among, groups, last)

    def hide(self) -> None:
        """Takes concerns for which another stands out of the counts; storing their states put them in."""
        with self.database.write() as connection:
            of_hidden = update(ConcernName).where(ConcernName.concern_id.in_(HIDDEN), ConcernName.is_open)
            connection.execute(of_hidden.values(is_open=False))

    def _save_names(
        self,
        connection: Connection,
        chunk: Sequence[str],
        among: Mapping[str, Raised],
        groups: Sequence[Sequence[str]],
        last: Mapping[str, str],
    ) -> None:
        of_issue = {group[-1]: group for group in groups}
        is_open = set(
            connection.scalars(
                select(ConcernRecord.id).where(
                    ConcernRecord.id.in_(chunk), ConcernRecord.state.in_(OPEN_STATES)
                )
            )
        )
        names = []
        for name in chunk:
            shown = last.get(name, name) == name
            targets = {
                target for one in of_issue.get(name, (name,)) for target in among[one].targets if target
            }
            names += [
                {
                    "member": member,
                    "struct": struct,
                    "concern_id": name,
                    "is_open": shown and name in is_open,
                    "sent_at": among[name].sent_at or None,
                }
                for struct, member in sorted({split_name(clean(target)) for target in targets})
            ]
        connection.execute(delete(ConcernName).where(ConcernName.concern_id.in_(chunk)))
        if names:
            connection.execute(insert(ConcernName), names)


def issues_of(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The issue and how often it was raised, by concern, for those that were raised several times."""
    found: dict[str, tuple[str, int]] = {}
    for chunk in _chunks(ids):
        own = select(IssuePlace.concern_id, IssuePlace.issue_id).where(IssuePlace.concern_id.in_(chunk))
        issue = dict(connection.execute(own).all())
        counted = (
            select(IssuePlace.issue_id, func.count())
            .where(IssuePlace.issue_id.in_(set(issue.values())))
            .group_by(IssuePlace.issue_id)
        )
        counts = dict(connection.execute(counted).all()) if issue else {}
        found.update((name, (first, counts[first])) for name, first in issue.items())
    return found


def occurrences(connection: Connection, concern_id: str) -> tuple[str, ...]:
    """The ids of all concerns that raise the issue of one, oldest first; itself alone if nobody else does."""
    issue = select(IssuePlace.issue_id).where(IssuePlace.concern_id == concern_id).scalar_subquery()
    statement = (
        select(IssuePlace.concern_id)
        .join(ConcernRecord, ConcernRecord.id == IssuePlace.concern_id)
        .where(IssuePlace.issue_id == issue)
        .order_by(ConcernRecord.sent_at, ConcernRecord.id)
    )
    return tuple(connection.scalars(statement)) or (concern_id,)


def _chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Sorted and without repeats, as many at a time as a statement may hold."""
    every = sorted(set(values) - {""})
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]
