"""Questions: types of the model out, never rows. Each answers in milliseconds; tests look at their plans.

Lists are newest first unless they say otherwise; what has no date comes last. ``field`` arguments take
``folio._nr_pages``, ``_nr_pages`` or ``page[1].memcg_data``; ``series`` arguments take a series id, a
message-id, a lore address or words of the title; ``author`` is part of a name or address; ``since`` and
``until`` are moments (``until`` is not included).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute

from threadmine.db import rows
from threadmine.db.names import NameColumns, plain_id
from threadmine.db.places import Light, tree_order
from threadmine.db.schema import (
    Body,
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    KnownId,
    Message,
    SeriesField,
    SeriesPatch,
    SeriesVersion,
    Thread,
    TouchRecord,
    TrailerRow,
    id_hash,
)
from threadmine.db.series import resolve_series, series_rows
from threadmine.db.session import Database
from threadmine.errors import NotFoundError
from threadmine.model import (
    Access,
    ClaimRow,
    Concern,
    ConcernKind,
    ConcernState,
    Counts,
    FieldCount,
    IssueRow,
    Person,
    Predicate,
    SeriesRow,
    StoredMessage,
    ThreadRow,
    TouchRow,
    Trailer,
    VerdictKind,
)

if TYPE_CHECKING:
    from threadmine.db.rows import AnyRow, AnySelect

CHUNK = 500
"""Messages read at a time where all are read."""

OPEN_STATES = tuple(state for state in ConcernState if state.is_open)

_CONCERN_FIELD = NameColumns(ConcernName.struct, ConcernName.member)
_CLAIM_FIELD = NameColumns(ClaimName.struct, ClaimName.member)
_TOUCH_FIELD = NameColumns(TouchRecord.struct, TouchRecord.member)

# What every answer tells of the message it comes from and of the series that message belongs to.
_PLACE = (
    Message.message_id,
    Message.subject.label("mail_subject"),
    Message.list_name,
    Message.in_reply_to,
    Message.series_id,
    Message.patch_number,
    SeriesVersion.title.label("series_title"),
    SeriesVersion.version.label("series_version"),
    SeriesVersion.total.label("series_total"),
)


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

            def count(table: type[Any], *conditions: ColumnElement[bool]) -> Any:
                return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

            row = connection.execute(
                select(
                    count(Message).label("messages"),
                    count(Thread).label("threads"),
                    count(SeriesVersion).label("series"),
                    count(ClaimRecord).label("claims"),
                    count(ClaimRecord, ClaimRecord.verdict == VerdictKind.REFUTED).label("refuted"),
                    count(ConcernRecord).label("concerns"),
                    count(ConcernRecord, ConcernRecord.state.in_(OPEN_STATES)).label("open"),
                    count(TouchRecord).label("touches"),
                    select(func.max(Message.sent_at)).scalar_subquery().label("last"),
                )
            ).one()
        return Counts(
            messages=row.messages,
            threads=row.threads,
            series=row.series,
            claims=row.claims,
            refuted=row.refuted,
            concerns=row.concerns,
            open_concerns=row.open,
            touches=row.touches,
            last_activity=rows.moment_of_seconds(row.last),
        )

    def board(self, struct: str | None = None) -> tuple[FieldCount, ...]:
        """Counts for each struct member that anything is said about, by name.

        Args:
            struct: only members of this structure.
        """
        found: dict[tuple[str, str], dict[str, int]] = {}
        with self.database.read() as connection:
            for statement in _board_statements(struct):
                for row in connection.execute(statement):
                    counts = found.setdefault((row.struct, row.member), {})
                    last = max(counts.get("last", -1), -1 if row.last is None else row.last)
                    counts.update(row._mapping)
                    counts["last"] = last
        return tuple(_field_count(*name, counts) for name, counts in sorted(found.items()))

    # --------------------------------------------------------------------------------- issues

    def issues(
        self,
        field: str | None = None,
        state: ConcernState | Iterable[ConcernState] | None = None,
        kind: ConcernKind | None = None,
        author: str | None = None,
        series: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        until: datetime | None = None,
        message: str | None = None,
    ) -> tuple[IssueRow, ...]:
        """Concerns with their state. ``state`` may be one state or several; ``message`` is a message-id."""
        conditions = list(_about(ConcernRecord, author, since, until, message))
        if field is not None:
            ids = select(ConcernName.concern_id).where(_CONCERN_FIELD.match(field))
            conditions.append(ConcernRecord.id.in_(ids))
        if state is not None:
            states = [state] if isinstance(state, str) else list(state)
            conditions.append(ConcernRecord.state.in_(states))
        if kind is not None:
            conditions.append(ConcernRecord.kind == kind)
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            return _issue_rows(connection, conditions, limit)

    def issue(self, id: str) -> IssueRow:  # noqa: A002 - the word of the contract
        """One concern.

        Raises:
            NotFoundError: there is no such concern.
        """
        with self.database.read() as connection:
            found = _issue_rows(connection, [ConcernRecord.id == id], 1)
        if not found:
            raise NotFoundError(f"no issue {id}", remedy="list them with: threadmine issues")
        return found[0]

    # --------------------------------------------------------------------------------- claims

    def claims(
        self,
        field: str | None = None,
        verdict: VerdictKind | None = None,
        predicate: Predicate | None = None,
        author: str | None = None,
        series: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        until: datetime | None = None,
        message: str | None = None,
    ) -> tuple[ClaimRow, ...]:
        """Claims with their verdicts; ``message`` is a message-id."""
        conditions = list(_about(ClaimRecord, author, since, until, message))
        if field is not None:
            ids = select(ClaimName.claim_id).where(_CLAIM_FIELD.match(field))
            conditions.append(ClaimRecord.id.in_(ids))
        if verdict is not None:
            conditions.append(ClaimRecord.verdict == verdict)
        if predicate is not None:
            conditions.append(ClaimRecord.predicate == predicate)
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            return _claim_rows(connection, conditions, limit)

    def claim(self, id: str) -> ClaimRow:  # noqa: A002 - the word of the contract
        """One claim.

        Raises:
            NotFoundError: there is no such claim.
        """
        with self.database.read() as connection:
            found = _claim_rows(connection, [ClaimRecord.id == id], 1)
        if not found:
            raise NotFoundError(f"no claim {id}", remedy="list them with: threadmine claims")
        return found[0]

    def resolve(self, prefix: str, limit: int = 10) -> tuple[str, ...]:
        """The ids of claims, concerns, series and threads that begin with ``prefix``, at most ``limit``."""
        if not prefix:
            return ()
        found: list[str] = []
        with self.database.read() as connection:
            for column in (ClaimRecord.id, ConcernRecord.id, SeriesVersion.id, Thread.id):
                begins = and_(column >= prefix, column < prefix + "\x7f")
                found += connection.scalars(select(column).where(begins).order_by(column).limit(limit))
        return tuple(found[:limit])

    # ------------------------------------------------------------------------------- messages

    def message(self, message_id: str) -> StoredMessage:
        """One message with its body; takes an id with or without ``<>``, or a lore address.

        Raises:
            NotFoundError: it is not in the database.
        """
        wanted = plain_id(message_id)
        with self.database.read() as connection:
            found = _messages(connection, [Message.key == number_of(wanted)])
        if not found:
            raise NotFoundError(f"no message {wanted}", remedy="ingest the mail that holds it")
        return found[0]

    def messages(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        series: str | None = None,
    ) -> Iterator[StoredMessage]:
        """All messages, oldest first, a few hundred in memory at a time."""
        conditions = [*_between(Message.sent_at, since, until)]
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            order = (*_oldest(Message.sent_at), Message.message_id)
            keys = list(connection.scalars(select(Message.key).where(*conditions).order_by(*order)))
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            with self.database.read() as connection:
                found = _messages(connection, [Message.key.in_(chunk)])
            yield from found

    def messages_by_id(self, message_ids: Iterable[str]) -> tuple[StoredMessage, ...]:
        """Those of the messages that the database holds, oldest first."""
        hashes = sorted({id_hash(plain_id(name)) for name in message_ids})
        found: list[StoredMessage] = []
        with self.database.read() as connection:
            for start in range(0, len(hashes), CHUNK):
                keys = select(KnownId.key).where(KnownId.id_hash.in_(hashes[start : start + CHUNK]))
                found += _messages(connection, [Message.key.in_(keys)])
        return tuple(sorted(found, key=lambda m: (rows.seconds(m.date) or 0, m.message_id)))

    def search(self, words: str, limit: int = 50, since: datetime | None = None) -> tuple[StoredMessage, ...]:
        """Messages whose subject or new text holds all the words (``"…"`` for a phrase), best first."""
        with self.database.read() as connection:
            keys = _search(connection, words, limit, since, self.database.is_sqlite)
            found = {m.message_id: m for m in _messages(connection, [Message.key.in_(list(keys))])}
        return tuple(found[name] for name in keys.values() if name in found)

    # -------------------------------------------------------------------------------- threads

    def thread(self, message_id: str) -> tuple[ThreadRow, ...]:
        """The thread of a message as a tree, in reading order. A thread id is taken, too.

        Raises:
            NotFoundError: neither the message nor an answer to it is in the database.
        """
        with self.database.read() as connection:
            thread_id = _thread_of(connection, message_id)
            found = {row.message_id: row for row in connection.execute(_thread_rows(thread_id))}
        order = tree_order([_light(row) for row in found.values()])
        return tuple(_thread_row(found[name], level) for name, level in order)

    def thread_mails(self, thread_id: str) -> tuple[StoredMessage, ...]:
        """The messages of a thread with their bodies, oldest first."""
        with self.database.read() as connection:
            return tuple(_messages(connection, [Message.thread_id == thread_id]))

    def thread_concerns(self, thread_id: str) -> tuple[Concern, ...]:
        """The concerns of a thread by their messages' dates, then by their places in them."""
        statement = (
            select(ConcernRecord, Message.message_id)
            .join(Message, Message.key == ConcernRecord.message_key)
            .where(Message.thread_id == thread_id)
            .order_by(*_oldest(Message.sent_at), Message.message_id, ConcernRecord.start, ConcernRecord.id)
        )
        with self.database.read() as connection:
            return tuple(rows.to_concern(row) for row in connection.execute(statement))

    def stale_threads(self) -> tuple[str, ...]:
        """Threads that got mail since the states of their concerns were computed."""
        with self.database.read() as connection:
            return tuple(connection.scalars(select(Thread.id).where(Thread.stale).order_by(Thread.id)))

    # --------------------------------------------------------------------- series and members

    def series(self, ref: str | None = None, limit: int | None = None) -> tuple[SeriesRow, ...]:
        """Versions of series; with ``ref`` those it means, oldest version first.

        Raises:
            NotFoundError: ``ref`` means nothing in the database.
        """
        with self.database.read() as connection:
            if ref is None:
                return series_rows(connection, None, limit)
            return series_rows(connection, resolve_series(connection, ref), limit)

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
                _touches()
                .join(SeriesPatch, SeriesPatch.message_key == TouchRecord.message_key)
                .where(SeriesPatch.series_id.in_(ids))
                .order_by(SeriesPatch.series_id, SeriesPatch.number, TouchRecord.position)
            )
            return tuple(_touch_row(row) for row in connection.execute(statement))

    def touches(
        self,
        member: str,
        access: Access | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> tuple[TouchRow, ...]:
        """The lines of patches that touch a member, newest patch first."""
        conditions = [_TOUCH_FIELD.match(member), *_between(Message.sent_at, since, until)]
        if access is not None:
            conditions.append(TouchRecord.access == access)
        statement = (
            _touches()
            .where(*conditions)
            .order_by(*_newest(Message.sent_at), Message.message_id, TouchRecord.position)
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple(_touch_row(row) for row in connection.execute(statement))


# ---------------------------------------------------------------------------------------- conditions


def number_of(message_id: str) -> ScalarSelect[int]:
    """The number of a message-id, for use in a condition."""
    return select(KnownId.key).where(KnownId.id_hash == id_hash(message_id)).scalar_subquery()


def _between(
    column: InstrumentedAttribute[int | None], since: datetime | None, until: datetime | None
) -> Iterator[ColumnElement[bool]]:
    if since is not None:
        yield column >= int(since.timestamp())
    if until is not None:
        yield column < int(until.timestamp())


def _about(
    table: type[ConcernRecord] | type[ClaimRecord],
    author: str | None,
    since: datetime | None,
    until: datetime | None,
    message: str | None,
) -> Iterator[ColumnElement[bool]]:
    yield from _between(table.sent_at, since, until)
    if message is not None:
        yield table.message_key == number_of(plain_id(message))
    if author:
        yield or_(
            table.author_name.icontains(author, autoescape=True),
            table.author_address.icontains(author, autoescape=True),
        )


def _newest(column: InstrumentedAttribute[int | None]) -> tuple[ColumnElement[Any], ...]:
    return (column.desc().nulls_last(),)


def _oldest(column: InstrumentedAttribute[int | None]) -> tuple[ColumnElement[Any], ...]:
    return column.is_(None), column.asc()


# --------------------------------------------------------------------------------------------- board


def _board_statements(struct: str | None) -> Iterator[AnySelect]:
    """One statement for each thing that is counted, grouped by struct and member."""

    def grouped(table: type[Any], source: FromClause | type[Any], *counted: ColumnElement[Any]) -> AnySelect:
        chosen = table.struct != "" if struct is None else table.struct == struct
        return (
            select(table.struct, table.member, *counted)
            .select_from(source)
            .where(chosen)
            .group_by(table.struct, table.member)
        )

    is_open = case((ConcernRecord.state.in_(OPEN_STATES), 1), else_=0)
    yield grouped(
        ConcernName,
        ConcernName.__table__.join(ConcernRecord.__table__, ConcernRecord.id == ConcernName.concern_id),
        func.count().label("issues"),
        func.sum(is_open).label("open_issues"),
        func.max(ConcernRecord.sent_at).label("last"),
    )
    is_refuted = case((ClaimRecord.verdict == VerdictKind.REFUTED, 1), else_=0)
    yield grouped(
        ClaimName,
        ClaimName.__table__.join(ClaimRecord.__table__, ClaimRecord.id == ClaimName.claim_id),
        func.count().label("claims"),
        func.sum(is_refuted).label("refuted"),
        func.max(ClaimRecord.sent_at).label("last"),
    )
    yield grouped(
        SeriesField,
        SeriesField,
        func.count().label("touched_by"),
        literal(None).label("last"),
    )


def _field_count(struct: str, member: str, counts: dict[str, int]) -> FieldCount:
    last = counts.get("last", -1)
    return FieldCount(
        struct=struct,
        member=member,
        open_issues=counts.get("open_issues", 0),
        issues=counts.get("issues", 0),
        claims=counts.get("claims", 0),
        refuted=counts.get("refuted", 0),
        touched_by=counts.get("touched_by", 0),
        last_activity=rows.moment_of_seconds(None if last < 0 else last),
    )


# ------------------------------------------------------------------------------------- issues, claims


def _issue_rows(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int | None
) -> tuple[IssueRow, ...]:
    statement = (
        select(ConcernRecord, *_PLACE)
        .join(Message, Message.key == ConcernRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
        .where(*conditions)
        .order_by(*_newest(ConcernRecord.sent_at), ConcernRecord.id)
        .limit(limit)
    )
    found = connection.execute(statement).all()
    refuted = _refuted_behind(connection, found)
    return tuple(_issue_row(row, row.id in refuted) for row in found)


def _refuted_behind(connection: Connection, concerns: Sequence[AnyRow]) -> set[str]:
    """The concerns with a refuted claim behind them.

    That is one in the same sentence, or in the text of the message before that the concern answers.
    """
    if not concerns:
        return set()
    statement = (
        select(Message.message_id, ClaimRecord.start, ClaimRecord.end, ClaimRecord.quote)
        .join(Message, Message.key == ClaimRecord.message_key)
        .where(ClaimRecord.verdict == VerdictKind.REFUTED)
    )
    names = {row.message_id for row in concerns} | {row.in_reply_to or "" for row in concerns}
    if len(names) <= CHUNK:
        hashes = sorted(id_hash(name) for name in names)
        numbers = select(KnownId.key).where(KnownId.id_hash.in_(hashes))
        statement = statement.where(ClaimRecord.message_key.in_(numbers))
    refuted: dict[str, list[AnyRow]] = {}
    for row in connection.execute(statement):
        refuted.setdefault(row.message_id, []).append(row)
    return {row.id for row in concerns if _has_behind(row, refuted)} if refuted else set()


def _has_behind(concern: AnyRow, refuted: dict[str, list[AnyRow]]) -> bool:
    if any(c.start < concern.end and concern.start < c.end for c in refuted.get(concern.message_id, ())):
        return True
    if not concern.in_reply_to or not concern.about_text:
        return False
    return any(c.quote in concern.about_text for c in refuted.get(concern.in_reply_to, ()))


def _issue_row(row: AnyRow, refuted: bool) -> IssueRow:
    return IssueRow(
        concern=rows.to_concern(row),
        status=rows.to_status(row),
        subject=row.mail_subject,
        series_id=row.series_id,
        series_title=row.series_title or "",
        version=row.series_version or 0,
        patch=rows.patch_text(row.patch_number, row.series_total),
        list_name=row.list_name,
        severity="refuted-claim" if refuted else "",
        triage=row.triage,
        url=rows.message_url(row.message_id),
    )


def _claim_rows(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], limit: int | None
) -> tuple[ClaimRow, ...]:
    statement = (
        select(ClaimRecord, *_PLACE)
        .join(Message, Message.key == ClaimRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
        .where(*conditions)
        .order_by(*_newest(ClaimRecord.sent_at), ClaimRecord.id)
        .limit(limit)
    )
    return tuple(_claim_row(row) for row in connection.execute(statement))


def _claim_row(row: AnyRow) -> ClaimRow:
    return ClaimRow(
        claim=rows.to_claim(row),
        verdict=rows.to_verdict(row),
        subject=row.mail_subject,
        series_id=row.series_id,
        series_title=row.series_title or "",
        version=row.series_version or 0,
        patch=rows.patch_text(row.patch_number, row.series_total),
        list_name=row.list_name,
        places=(row.message_id,),
        url=rows.message_url(row.message_id),
    )


# ------------------------------------------------------------------------------------------ messages


def _messages(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[StoredMessage]:
    """The messages that meet the conditions, with bodies and trailers, oldest first."""
    statement = (
        select(Message, Body.text.label("body"))
        .outerjoin(Body, Body.message_key == Message.key)
        .where(*conditions)
        .order_by(*_oldest(Message.sent_at), Message.message_id)
    )
    found = connection.execute(statement).all()
    trailers: dict[int, list[Trailer]] = {}
    statement_trailers = (
        select(TrailerRow)
        .join(Message, Message.key == TrailerRow.message_key)
        .where(*conditions)
        .order_by(TrailerRow.message_key, TrailerRow.position)
    )
    for row in connection.execute(statement_trailers):
        trailers.setdefault(row.message_key, []).append(rows.to_trailer(row))
    return [rows.to_message(row, trailers.get(row.key, ())) for row in found]


def _search(
    connection: Connection, words: str, limit: int, since: datetime | None, full_text: bool
) -> dict[int, str]:
    """Numbers and ids of the messages that hold the words, best first (newest first without FTS)."""
    parts = split_words(words)
    if not parts:
        return {}
    conditions = [*_between(Message.sent_at, since, None)]
    if full_text:
        hits = text("SELECT rowid AS key, rank FROM search WHERE search MATCH :words").columns(
            Message.key, literal(0.0).label("rank")
        )
        found = hits.bindparams(words=" ".join(_quoted(part) for part in parts)).subquery("hits")
        statement = (
            select(Message.key, Message.message_id)
            .join(found, found.c.key == Message.key)
            .where(*conditions)
            .order_by(found.c.rank, *_newest(Message.sent_at), Message.message_id)
            .limit(limit)
        )
        return dict(connection.execute(statement).tuples().all())
    for part in parts:
        in_body = exists().where(
            and_(Body.message_key == Message.key, Body.text.icontains(part, autoescape=True))
        )
        conditions.append(or_(Message.subject.icontains(part, autoescape=True), in_body))
    plain = (
        select(Message.key, Message.message_id)
        .where(*conditions)
        .order_by(*_newest(Message.sent_at), Message.message_id)
        .limit(limit)
    )
    return dict(connection.execute(plain).tuples().all())


def split_words(words: str) -> list[str]:
    """Words and quoted phrases, without their quotation marks."""
    parts: list[str] = []
    for index, piece in enumerate(words.split('"')):
        parts += [piece] if index % 2 else piece.split()
    return [part for part in (" ".join(part.split()) for part in parts) if part]


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'


# ------------------------------------------------------------------------------------------- threads


def _thread_of(connection: Connection, name: str) -> str:
    hashed = id_hash(plain_id(name))
    found = connection.scalar(select(KnownId.thread_id).where(KnownId.id_hash == hashed))
    if found is None:
        found = connection.scalar(select(Thread.id).where(Thread.id == name))
    if found is None:
        raise NotFoundError(f"no thread of {plain_id(name)}", remedy="ingest the mail that holds it")
    return found


def _thread_rows(thread_id: str) -> AnySelect:
    def count(table: type[ConcernRecord] | type[ClaimRecord]) -> Any:
        return select(func.count()).where(table.message_key == Message.key).scalar_subquery()

    return select(
        Message,
        count(ConcernRecord).label("concerns"),
        count(ClaimRecord).label("claims"),
    ).where(Message.thread_id == thread_id)


def _light(row: AnyRow) -> Light:
    return Light(row.message_id, tuple(row.refs), row.sent_at, row.author_address, row.title, False)


def _thread_row(row: AnyRow, level: int) -> ThreadRow:
    return ThreadRow(
        message_id=row.message_id,
        level=level,
        subject=row.subject,
        author=Person(row.author_name, row.author_address),
        date=rows.moment(row.date, row.date_problem),
        has_patch=row.has_patch,
        concerns=row.concerns,
        claims=row.claims,
    )


# ------------------------------------------------------------------------------------------- touches


def _touches() -> AnySelect:
    return (
        select(
            TouchRecord,
            *_PLACE,
            Message.date,
            Message.date_problem,
            Message.author_name,
            Message.author_address,
        )
        .join(Message, Message.key == TouchRecord.message_key)
        .outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
    )


def _touch_row(row: AnyRow) -> TouchRow:
    return TouchRow(
        touch=rows.to_touch(row),
        series_id=row.series_id,
        series_title=row.series_title or row.mail_subject,
        version=row.series_version or 0,
        patch=rows.patch_text(row.patch_number, row.series_total),
        message_id=row.message_id,
        date=rows.moment(row.date, row.date_problem),
        author=Person(row.author_name, row.author_address),
    )
