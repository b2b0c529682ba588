"""Questions: types of the model out, never rows. Each answers in milliseconds; tests look at their plans.

Lists are newest first unless they say otherwise; what has no date comes last. ``field`` arguments take
``folio._nr_pages``, ``_nr_pages`` or ``page[1].memcg_data``; ``series`` arguments take a series id, a
message-id, a lore address or words of the title; ``author`` is part of a name or address; ``since`` and
``until`` are moments (``until`` is not included).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import (
    and_,
    select,
)

from threadmine.db import rows
from threadmine.db.asked import condition, to_list
from threadmine.db.asked_kinds import CLAIMS, ISSUES, KINDS, MESSAGES, SERIES, TOUCHES
from threadmine.db.board import board_statements, count_all, field_count, people, threads
from threadmine.db.completing import count_waiting
from threadmine.db.findings import claim_rows, finding_rows, issue_rows, select_touches, touch_row
from threadmine.db.mails import (
    OF_THREADS,
    find_words,
    growing,
    keys_of,
    light_of,
    light_of_keys,
    numbers,
    of_keys,
    of_thread,
    subjects_of,
    thread_of,
    thread_row,
    thread_rows,
)
from threadmine.db.names import plain_id
from threadmine.db.overview import thread_with_overview
from threadmine.db.places import tree_order
from threadmine.db.same import STANDS_FOR_ITSELF, occurrences
from threadmine.db.schema import (
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    FindingRecord,
    Message,
    SeriesField,
    SeriesPatch,
    SeriesVersion,
    Thread,
    TouchRecord,
)
from threadmine.db.series import resolve_series, series_rows
from threadmine.db.session import Database
from threadmine.db.terms import (
    CHUNK,
    CLAIM_FIELD,
    CONCERN_FIELD,
    OPEN_STATES,
    SERIES_FIELD,
    TOUCH_FIELD,
    about,
    between,
    in_states,
    newest,
    number_of,
    oldest,
    one_of,
    unsettled_at,
)
from threadmine.errors import NotFoundError
from threadmine.model import (
    Access,
    ClaimRow,
    Concern,
    ConcernKind,
    ConcernState,
    Counts,
    FieldCount,
    FindingRow,
    IssueRow,
    PersonCount,
    Predicate,
    RowOrder,
    SeriesRow,
    StoredMessage,
    ThreadCount,
    ThreadRow,
    TouchRow,
    VerdictKind,
)
from threadmine.query import Where
from threadmine.query.match import list_key


class Queries:
    """Questions to one database.

    Args:
        database: where to ask; may be shared between threads.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    # ------------------------------------------------------------------------------ the board

    def counts(self) -> Counts:
        """How much there is of everything."""
        with self.database.read() as connection:
            return count_all(connection)

    def board(self, struct: str | None = None) -> tuple[FieldCount, ...]:
        """Counts for each struct member that anything is said about, by name.

        Args:
            struct: only members of this structure.
        """
        found: dict[tuple[str, str], dict[str, int]] = {}
        with self.database.read() as connection:
            for statement in board_statements(struct):
                for row in connection.execute(statement):
                    counts = found.setdefault((row.struct, row.member), {})
                    last = max(counts.get("last", -1), -1 if row.last is None else row.last)
                    counts.update(row._mapping)
                    counts["last"] = last
        return tuple(field_count(*name, counts) for name, counts in sorted(found.items()))

    def people(self, limit: int | None = 200) -> tuple[PersonCount, ...]:
        """What each person asked and claimed, most recently active first."""
        with self.database.read() as connection:
            return people(connection, limit)

    def threads(self, limit: int | None = 200, offset: int = 0) -> tuple[ThreadCount, ...]:
        """The threads with their open issues, most recently active first."""
        with self.database.read() as connection:
            return threads(connection, limit, offset)

    def waiting(self) -> int:
        """How many messages are stored and not mined."""
        return count_waiting(self.database)

    def changed(self) -> int:
        """A number that changes when another process has written to the database."""
        return self.database.data_version()

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

    # ------------------------------------------------------------------------------- messages

    def message(self, message_id: str) -> StoredMessage:
        """One message with its body; takes an id with or without ``<>``, or a lore address.

        Raises:
            NotFoundError: it is not in the database.
        """
        wanted = plain_id(message_id)
        with self.database.read() as connection:
            found = of_keys(connection, keys_of(connection, [wanted]))
        if not found:
            raise NotFoundError(f"no message {wanted}", remedy="ingest the mail that holds it")
        return found[0]

    def messages(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        series: str | None = None,
        *,
        thread: str | Iterable[str] | None = None,
        where: Where | None = None,
        newest_first: bool = False,
        bodies: bool = True,
    ) -> Iterator[StoredMessage]:
        """All messages, oldest first, a few hundred in memory at a time; without ``bodies`` much quicker.

        ``thread`` is a thread id or several. ``where`` is a query: every message that meets it comes, and
        perhaps a few others. ``newest_first`` turns the order round; who has enough may stop.
        """
        conditions = [*between(Message.sent_at, since, until)]
        if thread is not None:
            threads = [thread] if isinstance(thread, str) else sorted(thread)
            conditions.append(Message.thread_id.in_(threads))
        order = newest(Message.sent_at) if newest_first else oldest(Message.sent_at)
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            keys = list(connection.scalars(numbers(where, conditions).order_by(*order, Message.message_id)))
        for chunk in growing(keys, CHUNK):
            with self.database.read() as connection:
                found = of_keys(connection, chunk) if bodies else light_of_keys(connection, chunk)
            yield from reversed(found) if newest_first else found

    def messages_by_id(
        self, message_ids: Iterable[str], *, people: bool = True, bodies: bool = True
    ) -> tuple[StoredMessage, ...]:
        """Those of the messages that the database holds, oldest first; recipients and tags only with
        ``people``.

        Without ``bodies`` neither bodies nor recipients are read.
        """
        names = sorted({plain_id(name) for name in message_ids})
        found: list[StoredMessage] = []
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                keys = keys_of(connection, names[start : start + CHUNK])
                found += of_keys(connection, keys, people) if bodies else light_of_keys(connection, keys)
        return tuple(sorted(found, key=lambda m: (rows.seconds(m.date) or 0, m.message_id)))

    def subjects(self, message_ids: Iterable[str]) -> dict[str, str]:
        """The subjects of those of the messages that the database holds, by their ids."""
        names = sorted({plain_id(name) for name in message_ids})
        found: dict[str, str] = {}
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                found.update(subjects_of(connection, names[start : start + CHUNK]))
        return found

    def search(
        self,
        words: str,
        limit: int = 50,
        since: datetime | None = None,
        where: Where | None = None,
        offset: int = 0,
    ) -> tuple[StoredMessage, ...]:
        """Messages whose subject or new text holds all the words (``"…"`` for a phrase), best first.

        ``where`` is a query besides: every message that meets it comes, and perhaps a few others.
        """
        with self.database.read() as connection:
            known = condition(where, MESSAGES).sql if where is not None else None
            keys = find_words(connection, words, limit, since, self.database.is_sqlite, known, offset)
            found = {m.message_id: m for m in of_keys(connection, list(keys))}
        return tuple(found[name] for name in keys.values() if name in found)

    # -------------------------------------------------------------------------------- threads

    def thread(self, message_id: str) -> tuple[ThreadRow, ...]:
        """The thread of a message as a tree, in reading order. A thread id is taken, too.

        Raises:
            NotFoundError: neither the message nor an answer to it is in the database.
        """
        with self.database.read() as connection:
            thread_id = thread_of(connection, message_id)
            found = {row.message_id: row for row in connection.execute(thread_rows(thread_id))}
        order = tree_order([light_of(row) for row in found.values()])
        return tuple(thread_row(found[name], level) for name, level in order)

    def whole_thread(self, message_id: str) -> tuple[ThreadRow, ...]:
        """As :meth:`thread`, with the messages that only overviews of archive pages tell of.

        Raises:
            NotFoundError: neither the message nor an answer to it is in the database.
        """
        return thread_with_overview(self.database, message_id)

    def thread_mails(self, thread_id: str, *, people: bool = True) -> tuple[StoredMessage, ...]:
        """The messages of a thread with their bodies, oldest first; recipients and tags only with
        ``people``.
        """
        with self.database.read() as connection:
            return tuple(of_thread(connection, thread_id, people))

    def thread_concerns(self, thread_id: str) -> tuple[Concern, ...]:
        """The concerns of a thread by their messages' dates, then by their places in them."""
        return self.concerns_by_thread((thread_id,)).get(thread_id, ())

    def concerns_by_thread(self, thread_ids: Collection[str]) -> dict[str, tuple[Concern, ...]]:
        """:meth:`thread_concerns` of those of the threads that have any."""
        found: dict[str, list[Concern]] = {}
        with self.database.read() as connection:
            for row in connection.execute(OF_THREADS, {"wanted": sorted(thread_ids)}):
                found.setdefault(row.thread_id, []).append(rows.to_concern(row))
        return {thread_id: tuple(concerns) for thread_id, concerns in found.items()}

    def stale_threads(self) -> tuple[str, ...]:
        """Threads that got mail since the states of their concerns were computed."""
        with self.database.read() as connection:
            return tuple(connection.scalars(select(Thread.id).where(Thread.stale).order_by(Thread.id)))

    # --------------------------------------------------------------------- series and members

    def series(
        self,
        ref: str | None = None,
        limit: int | None = None,
        *,
        where: Where | None = None,
        offset: int = 0,
    ) -> tuple[SeriesRow, ...]:
        """Versions of series, newest first; with ``ref`` those it means, oldest version first.

        ``where`` is a query: every version that meets it comes, and perhaps a few others.

        Raises:
            NotFoundError: ``ref`` means nothing in the database.
        """
        known = condition(where, SERIES).sql
        with self.database.read() as connection:
            ids = None if ref is None else resolve_series(connection, ref)
            return series_rows(connection, ids, limit, known, offset)

    def series_by_id(self, ids: Iterable[str]) -> tuple[SeriesRow, ...]:
        """Those of the series versions that the database holds."""
        names = sorted(set(ids))
        found: list[SeriesRow] = []
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                found += series_rows(connection, names[start : start + CHUNK], None)
        return tuple(found)

    def sent_to(self, name: str) -> frozenset[str]:
        """The ids of the messages that have a mailing list (``linux-mm``) among their recipients."""
        wanted = list_key(rows.clean(name))
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(Message.message_id).where(to_list(wanted))))

    def writers(self, member: str) -> frozenset[str]:
        """The ids of the series versions that write a member on changed lines."""
        statement = select(SeriesField.series_id).where(SERIES_FIELD.match(member), SeriesField.writes > 0)
        with self.database.read() as connection:
            return frozenset(connection.scalars(statement))

    def fields(self, series_ref: str, version: int | None = None) -> tuple[TouchRow, ...]:
        """The members that the patches of a series touch, by patch and line.

        Args:
            series_ref: see the module; words of a title mean its newest version.
            version: the vN to take, where not the one that ``series_ref`` means.

        Raises:
            NotFoundError: there is no such series, or it has no such version in hand.
        """
        with self.database.read() as connection:
            ids = resolve_series(connection, series_ref, version, one=True)
            statement = (
                select_touches()
                .join(SeriesPatch, SeriesPatch.message_key == TouchRecord.message_key)
                .where(SeriesPatch.series_id.in_(ids))
                .order_by(SeriesPatch.series_id, SeriesPatch.number, TouchRecord.position)
            )
            return tuple(touch_row(row) for row in connection.execute(statement))

    def touched(self, ids: Iterable[str]) -> dict[str, tuple[TouchRow, ...]]:
        """What the patches of each of these series versions touch, by patch and line."""
        names = sorted(set(ids))
        found: dict[str, list[TouchRow]] = {name: [] for name in names}
        statement = (
            select_touches()
            .add_columns(SeriesPatch.series_id.label("version_id"))
            .join(SeriesPatch, SeriesPatch.message_key == TouchRecord.message_key)
            .order_by(SeriesPatch.series_id, SeriesPatch.number, TouchRecord.position)
        )
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                among = SeriesPatch.series_id.in_(names[start : start + CHUNK])
                for row in connection.execute(statement.where(among)):
                    found[row.version_id].append(touch_row(row))
        return {name: tuple(rows) for name, rows in found.items()}

    def touches(
        self,
        member: str | Iterable[str],
        access: Access | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        where: Where | None = None,
        offset: int = 0,
    ) -> tuple[TouchRow, ...]:
        """The lines of patches that touch a member (or one of several), newest patch first.

        ``where`` is a query: every row that meets it comes, and perhaps a few others.
        """
        conditions = [
            one_of(TOUCH_FIELD, member),
            *between(Message.sent_at, since, until),
            condition(where, TOUCHES).sql,
        ]
        if access is not None:
            conditions.append(TouchRecord.access == access)
        statement = (
            select_touches()
            .where(*conditions)
            .order_by(*newest(Message.sent_at), Message.message_id, TouchRecord.position)
            .limit(limit)
            .offset(offset or None)
        )
        with self.database.read() as connection:
            return tuple(touch_row(row) for row in connection.execute(statement))
