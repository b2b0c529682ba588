"""Parts of conditions and orders that several questions share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from threadmine.db.names import NameColumns, plain_id
from threadmine.db.schema import (
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    KnownId,
    Message,
    SeriesField,
    SeriesVersion,
    Thread,
    TouchRecord,
    id_hash,
)
from threadmine.model import ConcernState, RowOrder, VerdictKind

CHUNK = 500
"""Messages read at a time where all are read."""

OPEN_STATES = tuple(state for state in ConcernState if state.is_open)

CONCERN_FIELD = NameColumns(ConcernName.struct, ConcernName.member)
CLAIM_FIELD = NameColumns(ClaimName.struct, ClaimName.member)
TOUCH_FIELD = NameColumns(TouchRecord.struct, TouchRecord.member)
SERIES_FIELD = NameColumns(SeriesField.struct, SeriesField.member)

# What every answer tells of the message it comes from and of the series that message belongs to.
PLACE = (
    Message.message_id,
    Message.subject.label("mail_subject"),
    Message.list_name,
    Message.in_reply_to,
    Message.series_id,
    Message.patch_number,
    SeriesVersion.title.label("series_title"),
    SeriesVersion.version.label("series_version"),
    SeriesVersion.total.label("series_total"),
    SeriesVersion.author_name.label("series_author"),
    SeriesVersion.author_address.label("series_address"),
)


def number_of(message_id: str) -> ScalarSelect[int]:
    """The number of a message-id, for use in a condition."""
    return select(KnownId.key).where(KnownId.id_hash == id_hash(message_id)).scalar_subquery()


def between(
    column: InstrumentedAttribute[int | None], since: datetime | None, until: datetime | None
) -> Iterator[ColumnElement[bool]]:
    """Conditions that a column of seconds lies in a span."""
    if since is not None:
        yield column >= int(since.timestamp())
    if until is not None:
        yield column < int(until.timestamp())


def about(
    table: type[ConcernRecord] | type[ClaimRecord],
    author: str | None,
    since: datetime | None,
    until: datetime | None,
    message: str | Iterable[str] | None,
    thread: str | None,
) -> Iterator[ColumnElement[bool]]:
    """Conditions on the writer, the date and the message of a concern or claim."""
    yield from between(table.sent_at, since, until)
    if thread is not None:
        yield Message.thread_id == thread
    if isinstance(message, str):
        yield table.message_key == number_of(plain_id(message))
    elif message is not None:
        hashes = sorted({id_hash(plain_id(name)) for name in message})
        yield table.message_key.in_(select(KnownId.key).where(KnownId.id_hash.in_(hashes)))
    if author:
        yield by_author(table, author)


def by_author(table: type[ConcernRecord] | type[ClaimRecord], author: str) -> ColumnElement[bool]:
    """The condition that a person wrote it: who has an address in any row with this text in name or address.

    The inner question is answered from the index of authors alone.
    """
    named = table.author_name.icontains(author, autoescape=True)
    other = aliased(table)
    known = or_(
        other.author_name.icontains(author, autoescape=True),
        other.author_address.icontains(author, autoescape=True),
    )
    addresses = select(other.author_address).where(other.author_address != "", known).distinct()
    return or_(table.author_address.in_(addresses), and_(table.author_address == "", named))


def one_of(columns: NameColumns, names: str | Iterable[str]) -> ColumnElement[bool]:
    """The condition that a row is about a member, or about one of several."""
    wanted = [names] if isinstance(names, str) else list(names)
    return or_(false(), *map(columns.match, wanted))


def in_states(states: Iterable[ConcernState]) -> ColumnElement[bool]:
    """That a concern is in one of these states.

    The index of states is for one alone: several are most rows, which the index of dates finds in order.
    """
    wanted = [ConcernState(state).value for state in states]
    if len(wanted) == 1:
        return ConcernRecord.state == ConcernState(wanted[0])
    return func.coalesce(ConcernRecord.state, "").in_(wanted)


def unsettled_at(moment: datetime) -> ColumnElement[bool]:
    """That a concern may have waited for somebody at a moment: it does now, or its thread moved since then,
    or it was fixed in a version sent since then.
    """
    seconds = int(moment.timestamp())
    moved = select(Message.key).join(Thread, Thread.id == Message.thread_id).where(Thread.last_at >= seconds)
    sent = select(SeriesVersion.version_text, literal("v") + cast(SeriesVersion.version, Text)).where(
        SeriesVersion.sent_at >= seconds
    )
    texts, numbers = (sent.with_only_columns(column).correlate(None) for column in sent.selected_columns)
    return or_(
        in_states(OPEN_STATES),
        ConcernRecord.message_key.in_(moved.correlate(None)),
        and_(ConcernRecord.addressed_in != "", ConcernRecord.addressed_in.in_(texts.union(numbers))),
    )


def joined(statement: Select[Any], message_key: InstrumentedAttribute[int]) -> Select[Any]:
    """``statement`` with the message and the series of its rows, as far as its conditions look at them."""
    looked_at = {str(getattr(one, "name", "")) for one in statement.get_final_froms()}
    if looked_at & {Message.__tablename__, SeriesVersion.__tablename__}:
        statement = statement.join(Message, Message.key == message_key)
    if SeriesVersion.__tablename__ in looked_at:
        statement = statement.outerjoin(SeriesVersion, SeriesVersion.id == Message.series_id)
    return statement


def newest(column: InstrumentedAttribute[int | None]) -> tuple[ColumnElement[Any], ...]:
    """Newest first, what has no date last."""
    return (column.desc().nulls_last(),)


def oldest(column: InstrumentedAttribute[int | None]) -> tuple[ColumnElement[Any], ...]:
    """Oldest first, what has no date last."""
    return column.is_(None), column.asc()


_STATES = (
    ConcernState.OPEN,
    ConcernState.DISPUTED,
    ConcernState.ACKNOWLEDGED,
    ConcernState.ANSWERED,
    ConcernState.ADDRESSED,
    ConcernState.WITHDRAWN,
)
_VERDICTS = (
    VerdictKind.REFUTED,
    VerdictKind.CONDITIONAL,
    VerdictKind.CONFIRMED,
    VerdictKind.PLANNED,
    VerdictKind.UNDECIDED,
)


def row_order(
    table: type[ConcernRecord] | type[ClaimRecord], order: RowOrder
) -> tuple[ColumnElement[Any], ...]:
    """How a list of concerns or claims is sorted."""
    if order is RowOrder.OLDEST:
        return oldest(table.sent_at)
    if order is RowOrder.PERSON:
        return func.lower(table.author_name), table.author_address.asc(), *newest(table.sent_at)
    if order is RowOrder.STATE:
        ranked = (
            case({value.value: rank for rank, value in enumerate(_STATES)}, value=ConcernRecord.state)
            if table is ConcernRecord
            else case({value.value: rank for rank, value in enumerate(_VERDICTS)}, value=ClaimRecord.verdict)
        )
        return ranked, *newest(table.sent_at)
    return newest(table.sent_at)
