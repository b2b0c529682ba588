"""Questions about what was found: concerns, claims and findings.

What the arguments take is told in :mod:`threadmine.db.queries`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import (
    and_,
    select,
)

from threadmine.db.asked import condition
from threadmine.db.asked_kinds import CLAIMS, ISSUES, KINDS
from threadmine.db.asker import Asker
from threadmine.db.findings import claim_rows, finding_rows, issue_rows
from threadmine.db.names import plain_id
from threadmine.db.same import STANDS_FOR_ITSELF, occurrences
from threadmine.db.schema import (
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    FindingRecord,
    Message,
    SeriesVersion,
    Thread,
)
from threadmine.db.series import resolve_series
from threadmine.db.terms import (
    CLAIM_FIELD,
    CONCERN_FIELD,
    OPEN_STATES,
    about,
    between,
    in_states,
    number_of,
    one_of,
    unsettled_at,
)
from threadmine.errors import NotFoundError
from threadmine.model import (
    ClaimRow,
    ConcernKind,
    ConcernState,
    FindingRow,
    IssueRow,
    Predicate,
    RowOrder,
    VerdictKind,
)
from threadmine.query import Where


class FindingQuestions(Asker):
    """What was found in the messages of one database."""

    # --------------------------------------------------------------------------------- issues

    def issues(
        self,
        field: str | Iterable[str] | None = None,
        state: ConcernState | Iterable[ConcernState] | None = None,
        kind: ConcernKind | None = None,
        author: str | None = None,
        series: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        until: datetime | None = None,
        message: str | Iterable[str] | None = None,
        thread: str | None = None,
        offset: int = 0,
        order: RowOrder = RowOrder.NEWEST,
        waits_for: str | None = None,
        where: Where | None = None,
        once: bool = False,
        moved_since: datetime | None = None,
    ) -> tuple[IssueRow, ...]:
        """Concerns with their state; with ``once`` only the last of those that raise the same issue.

        ``field``, ``state`` and ``message`` (a message-id) may be one or several; ``thread`` is a thread id;
        ``waits_for`` is the address of the person who has to act (``IssueRow.waits_for``). With
        ``moved_since`` what is settled comes only where it may have been settled since then. ``where`` is a
        query: every row that meets it comes, and perhaps a few others.
        """
        conditions = [
            *about(ConcernRecord, author, since, until, message, thread),
            condition(where, ISSUES).sql,
        ]
        if field is not None:
            ids = select(ConcernName.concern_id).where(one_of(CONCERN_FIELD, field))
            conditions.append(ConcernRecord.id.in_(ids))
        if state is not None:
            states = [state] if isinstance(state, str) else list(state)
            conditions.append(in_states(states))
        if kind is not None:
            conditions.append(ConcernRecord.kind == kind)
        if once:
            conditions.append(STANDS_FOR_ITSELF)
        if moved_since is not None:
            conditions.append(unsettled_at(moved_since))
        if waits_for is not None:
            conditions += [
                SeriesVersion.author_address == waits_for,
                ConcernRecord.author_address != waits_for,
                ConcernRecord.state.in_(OPEN_STATES),
            ]
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            return issue_rows(connection, conditions, limit, offset, order)

    def occurrences(self, id: str) -> tuple[IssueRow, ...]:  # noqa: A002 - the word of the contract
        """All concerns that raise the issue of one, oldest first; itself alone if nobody else does."""
        with self.database.read() as connection:
            names = occurrences(connection, id)
            found = {
                row.concern.id: row for row in issue_rows(connection, [ConcernRecord.id.in_(names)], None)
            }
        return tuple(found[name] for name in names if name in found)

    def is_exact(self, where: Where, what: str) -> bool:
        """Whether a question with this ``where`` gives no other rows than those that meet it.

        Args:
            where: the query.
            what: issues, claims, touches, series or messages.
        """
        return condition(where, KINDS[what]).exact

    def issue(self, id: str) -> IssueRow:  # noqa: A002 - the word of the contract
        """One concern.

        Raises:
            NotFoundError: there is no such concern.
        """
        with self.database.read() as connection:
            found = issue_rows(connection, [ConcernRecord.id == id], 1)
        if not found:
            raise NotFoundError(f"no issue {id}", remedy="list them with: threadmine issues")
        return found[0]

    # --------------------------------------------------------------------------------- claims

    def claims(
        self,
        field: str | Iterable[str] | None = None,
        verdict: VerdictKind | Iterable[VerdictKind] | None = None,
        predicate: Predicate | None = None,
        author: str | None = None,
        series: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        until: datetime | None = None,
        message: str | Iterable[str] | None = None,
        thread: str | None = None,
        offset: int = 0,
        order: RowOrder = RowOrder.NEWEST,
        where: Where | None = None,
        once: bool = False,
    ) -> tuple[ClaimRow, ...]:
        """Claims with their verdicts, each with all the messages in which it stands.

        With ``once`` a claim that was said again, in a later version or by a quotation, and was judged alike
        is one row: the first in the order. Without, each place is a row.

        ``field``, ``verdict`` and ``message`` (a message-id) may be one or several; ``thread`` is a thread
        id. ``where`` is a query: every row that meets it comes, and perhaps a few others.
        """
        conditions = [
            *about(ClaimRecord, author, since, until, message, thread),
            condition(where, CLAIMS).sql,
        ]
        if field is not None:
            ids = select(ClaimName.claim_id).where(one_of(CLAIM_FIELD, field))
            conditions.append(ClaimRecord.id.in_(ids))
        if verdict is not None:
            verdicts = [verdict] if isinstance(verdict, str) else list(verdict)
            conditions.append(ClaimRecord.verdict.in_(verdicts))
        if predicate is not None:
            conditions.append(ClaimRecord.predicate == predicate)
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            return claim_rows(connection, conditions, limit, offset, order, once)

    def claim(self, id: str) -> ClaimRow:  # noqa: A002 - the word of the contract
        """One claim.

        Raises:
            NotFoundError: there is no such claim.
        """
        with self.database.read() as connection:
            found = claim_rows(connection, [ClaimRecord.id == id], 1)
        if not found:
            raise NotFoundError(f"no claim {id}", remedy="list them with: threadmine claims")
        return found[0]

    def resolve(self, prefix: str, limit: int = 10) -> tuple[str, ...]:
        """Ids of claims, concerns, findings, series and threads that begin with ``prefix``."""
        if not prefix:
            return ()
        found: list[str] = []
        with self.database.read() as connection:
            for table in (ClaimRecord, ConcernRecord, FindingRecord, SeriesVersion, Thread):
                column = table.id
                begins = and_(column >= prefix, column < prefix + "\x7f")
                found += connection.scalars(select(column).where(begins).order_by(column).limit(limit))
        return tuple(found[:limit])

    def findings(
        self,
        series: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        until: datetime | None = None,
        message: str | None = None,
    ) -> tuple[FindingRow, ...]:
        """What the program itself found wrong in patches; ``since`` and ``until`` are dates of the patch."""
        conditions = [*between(Message.sent_at, since, until)]
        if message is not None:
            conditions.append(FindingRecord.message_key == number_of(plain_id(message)))
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            return finding_rows(connection, conditions, limit)
