"""Messages, full text search and threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    TextualSelect,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)

from threadmine.db import rows
from threadmine.db.asked import condition
from threadmine.db.asked_kinds import MESSAGES
from threadmine.db.names import plain_id
from threadmine.db.places import Light
from threadmine.db.schema import (
    Body,
    ClaimRecord,
    ConcernRecord,
    KnownId,
    Message,
    SeriesVersion,
    Thread,
    TrailerRow,
    Waiting,
    id_hash,
)
from threadmine.db.terms import (
    between,
    newest,
    oldest,
)
from threadmine.errors import NotFoundError
from threadmine.model import (
    Person,
    StoredMessage,
    ThreadRow,
    Trailer,
)

if TYPE_CHECKING:
    from threadmine.db.rows import AnyRow, AnySelect
    from threadmine.query import Where


_COLUMNS = (
    Message.key,
    Message.message_id,
    Message.thread_id,
    Message.in_reply_to,
    Message.subject,
    Message.author_name,
    Message.author_address,
    Message.date,
    Message.date_problem,
    Message.list_name,
    Message.has_patch,
    Message.series_id,
    Message.patch_number,
    Message.attestation,
    Message.bot,
    Message.quoted_only,
    Message.paths,
)


def _both(
    condition: ColumnElement[bool], people: bool = True, bodies: bool = True
) -> tuple[AnySelect, AnySelect | None]:
    """The statements for messages with their bodies, and for their trailers, made once for all.

    Without ``people``, but with ``bodies``, no trailers are asked for.
    """
    nothing = literal("")
    recipients = Message.recipients if people else nothing.label("recipients")
    texts = (Body.text.label("body"), Body.stretches)
    empty = (nothing.label("body"), nothing.label("stretches"))
    mails: AnySelect = select(*_COLUMNS, recipients, *(texts if bodies else empty))
    if bodies:
        mails = mails.outerjoin(Body, Body.message_key == Message.key)
    mails = mails.where(condition).order_by(*oldest(Message.sent_at), Message.message_id)
    if bodies and not people:
        return mails, None
    trailers = (
        select(TrailerRow)
        .join(Message, Message.key == TrailerRow.message_key)
        .where(condition)
        .order_by(TrailerRow.message_key, TrailerRow.position)
    )
    return mails, trailers


_IN_THREAD = Message.thread_id == bindparam("wanted")
_OF_THREAD = {people: _both(_IN_THREAD, people) for people in (True, False)}
_AMONG_KEYS = Message.key.in_(bindparam("wanted", expanding=True))
_OF_KEYS = {people: _both(_AMONG_KEYS, people) for people in (True, False)}
_WITHOUT_BODIES = _both(_AMONG_KEYS, people=False, bodies=False)


def of_thread(connection: Connection, thread_id: str, people: bool = True) -> list[StoredMessage]:
    """The messages of a thread with bodies, oldest first; recipients and trailers only with ``people``."""
    return _load(connection, _OF_THREAD[people], thread_id)


def of_keys(connection: Connection, keys: Sequence[int], people: bool = True) -> list[StoredMessage]:
    """The messages with these numbers, likewise."""
    return _load(connection, _OF_KEYS[people], list(keys))


def light_of_keys(connection: Connection, keys: Sequence[int]) -> list[StoredMessage]:
    """The same without bodies and recipients: a hundredth of what has to be read."""
    return _load(connection, _WITHOUT_BODIES, list(keys))


OF_THREADS: AnySelect = (
    select(
        Message.thread_id,
        Message.message_id,
        *(getattr(ConcernRecord, name) for name in rows.OF_CONCERN),
    )
    .join(Message, Message.key == ConcernRecord.message_key)
    .where(Message.thread_id.in_(bindparam("wanted", expanding=True)))
    .order_by(*oldest(Message.sent_at), Message.message_id, ConcernRecord.start, ConcernRecord.id)
)
"""The concerns of threads: what :func:`rows.to_concern` needs of them."""


def growing(keys: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """The keys in parts, few at first: who looks at the first messages alone need not wait for more."""
    start, size = 0, min(most, FEW)
    while start < len(keys):
        yield keys[start : start + size]
        start, size = start + size, min(most, size * 2)


def subjects_of(connection: Connection, message_ids: Sequence[str]) -> dict[str, str]:
    """The subjects of those of the messages that are stored, by their ids."""
    keys = keys_of(connection, message_ids)
    return dict(connection.execute(_SUBJECTS, {"wanted": keys}).all())


_SUBJECTS = select(Message.message_id, Message.subject).where(_AMONG_KEYS)


def keys_of(connection: Connection, message_ids: Sequence[str]) -> list[int]:
    """The numbers of those of the message-ids that were ever seen."""
    hashes = sorted({id_hash(name) for name in message_ids})
    return list(connection.scalars(_KEYS, {"wanted": hashes}))


_KEYS = select(KnownId.key).where(KnownId.id_hash.in_(bindparam("wanted", expanding=True)))


def _load(
    connection: Connection, statements: tuple[AnySelect, AnySelect | None], wanted: object
) -> list[StoredMessage]:
    mails, trailer_rows = statements
    found = connection.execute(mails, {"wanted": wanted}).all()
    trailers: dict[int, list[Trailer]] = {}
    for row in connection.execute(trailer_rows, {"wanted": wanted}) if trailer_rows is not None else ():
        trailers.setdefault(row.message_key, []).append(rows.to_trailer(row))
    return [rows.to_message(row, trailers.get(row.key, ())) for row in found]


def numbers(where: Where | None, conditions: Iterable[ColumnElement[bool]]) -> AnySelect:
    """The numbers of the messages that meet the conditions, and perhaps the query."""
    known = condition(where, MESSAGES).sql
    return _with_all(select(Message.key).where(*conditions, known), known)


def _with_all(statement: AnySelect, known: ColumnElement[bool]) -> AnySelect:
    """``statement`` with the tables that a condition on messages looks at."""
    looked_at = {str(getattr(one, "name", "")) for one in select(Message.key).where(known).get_final_froms()}
    if Body.__tablename__ in looked_at:
        statement = statement.outerjoin(Body, Body.message_key == Message.key)
    if SeriesVersion.__tablename__ in looked_at:
        statement = statement.outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
    return statement


FEW = 64
"""Messages that are read at first, where all are asked for."""

MOST_RANKED = 10_000
"""Of words that stand in more messages than this, the newest of them are ranked: all would take too long."""


def find_words(
    connection: Connection,
    words: str,
    limit: int,
    since: datetime | None,
    full_text: bool,
    known: ColumnElement[bool] | None = None,
    offset: int = 0,
) -> dict[int, str]:
    """Numbers and ids of the messages that hold the words, best first (newest first without FTS).

    ``known`` is a condition besides, as ``MESSAGES`` has them.
    """
    parts = split_words(words)
    if not parts:
        return {}
    conditions = [*between(Message.sent_at, since, None)]
    statement: AnySelect = select(Message.key, Message.message_id)
    if known is not None:
        statement = _with_all(statement.where(known), known)
    if full_text:
        found = _hits(connection, " ".join(_quoted(part) for part in parts)).subquery("hits")
        if connection.scalar(select(Waiting.message_key).limit(1)) is not None:
            found = union_all(select(found), _waiting_with(parts)).subquery("found")
        statement = statement.join(found, found.c.key == Message.key).order_by(found.c.rank)
    else:
        conditions += [_has_word(part) for part in parts]
    statement = statement.where(*conditions).order_by(*newest(Message.sent_at), Message.message_id)
    return dict(connection.execute(statement.limit(limit).offset(offset or None)).all())


def _hits(connection: Connection, match: str) -> TextualSelect:
    """Numbers and ranks of the messages that match, of too many the newest."""
    many = text("SELECT rowid FROM search WHERE search MATCH :words ORDER BY rowid DESC LIMIT 1 OFFSET :most")
    first = connection.execute(many, {"words": match, "most": MOST_RANKED}).scalar()
    found = text("SELECT rowid AS key, rank FROM search WHERE search MATCH :words AND rowid > :first")
    columns = found.columns(Message.key, literal(0.0).label("rank"))
    return columns.bindparams(words=match, first=-1 if first is None else first)


def _waiting_with(parts: Iterable[str]) -> AnySelect:
    """The same for messages that wait to be mined: their words are in no index yet, so all texts are read."""
    waits = exists().where(Waiting.message_key == Message.key)
    return select(Message.key, literal(0.0).label("rank")).where(waits, *map(_has_word, parts))


def _has_word(part: str) -> ColumnElement[bool]:
    in_body = exists().where(
        and_(Body.message_key == Message.key, Body.text.icontains(part, autoescape=True))
    )
    return or_(Message.subject.icontains(part, autoescape=True), in_body)


def split_words(words: str) -> list[str]:
    """Words and quoted phrases, without their quotation marks."""
    parts: list[str] = []
    for index, piece in enumerate(words.split('"')):
        parts += [piece] if index % 2 else piece.split()
    return [part for part in (" ".join(part.split()) for part in parts) if part]


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'


# ------------------------------------------------------------------------------------------- threads


def thread_of(connection: Connection, name: str) -> str:
    hashed = id_hash(plain_id(name))
    found = connection.scalar(select(KnownId.thread_id).where(KnownId.id_hash == hashed))
    if found is None:
        found = connection.scalar(select(Thread.id).where(Thread.id == name))
    if found is None:
        raise NotFoundError(f"no thread of {plain_id(name)}", remedy="ingest the mail that holds it")
    return found


def thread_rows(thread_id: str) -> AnySelect:
    return threads_where(Message.thread_id == thread_id)


def threads_where(condition: ColumnElement[bool]) -> AnySelect:
    """The messages that meet a condition, with what :func:`thread_row` and :func:`light_of` need."""

    def count(table: type[ConcernRecord] | type[ClaimRecord]) -> Any:
        return select(func.count()).where(table.message_key == Message.key).scalar_subquery()

    return select(
        Message,
        count(ConcernRecord).label("concerns"),
        count(ClaimRecord).label("claims"),
    ).where(condition)


def light_of(row: AnyRow) -> Light:
    return Light(row.message_id, tuple(row.refs), row.sent_at, row.author_address, row.title, False)


def thread_row(row: AnyRow, level: int) -> ThreadRow:
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
