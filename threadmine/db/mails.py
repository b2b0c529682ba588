"""Messages, full text search and threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)

from threadmine.db import rows
from threadmine.db.names import plain_id
from threadmine.db.places import Light
from threadmine.db.schema import (
    Body,
    ClaimRecord,
    ConcernRecord,
    KnownId,
    Message,
    Thread,
    TrailerRow,
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


def load_messages(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[StoredMessage]:
    """The messages that meet the conditions, with bodies and trailers, oldest first."""
    statement = (
        select(Message, Body.text.label("body"))
        .outerjoin(Body, Body.message_key == Message.key)
        .where(*conditions)
        .order_by(*oldest(Message.sent_at), Message.message_id)
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


def find_words(
    connection: Connection, words: str, limit: int, since: datetime | None, full_text: bool
) -> dict[int, str]:
    """Numbers and ids of the messages that hold the words, best first (newest first without FTS)."""
    parts = split_words(words)
    if not parts:
        return {}
    conditions = [*between(Message.sent_at, since, None)]
    if full_text:
        hits = text("SELECT rowid AS key, rank FROM search WHERE search MATCH :words").columns(
            Message.key, literal(0.0).label("rank")
        )
        found = hits.bindparams(words=" ".join(_quoted(part) for part in parts)).subquery("hits")
        statement = (
            select(Message.key, Message.message_id)
            .join(found, found.c.key == Message.key)
            .where(*conditions)
            .order_by(found.c.rank, *newest(Message.sent_at), Message.message_id)
            .limit(limit)
        )
        return dict(connection.execute(statement).all())
    for part in parts:
        in_body = exists().where(
            and_(Body.message_key == Message.key, Body.text.icontains(part, autoescape=True))
        )
        conditions.append(or_(Message.subject.icontains(part, autoescape=True), in_body))
    plain = (
        select(Message.key, Message.message_id)
        .where(*conditions)
        .order_by(*newest(Message.sent_at), Message.message_id)
        .limit(limit)
    )
    return dict(connection.execute(plain).all())


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
    def count(table: type[ConcernRecord] | type[ClaimRecord]) -> Any:
        return select(func.count()).where(table.message_key == Message.key).scalar_subquery()

    return select(
        Message,
        count(ConcernRecord).label("concerns"),
        count(ClaimRecord).label("claims"),
    ).where(Message.thread_id == thread_id)


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
