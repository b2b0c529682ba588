"""Counts: of everything, of each struct member, of people and of threads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    case,
    func,
    literal,
    select,
)

from threadmine.db import rows
from threadmine.db.same import HIDDEN
from threadmine.db.schema import (
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    Message,
    SeriesField,
    SeriesVersion,
    Thread,
    TouchRecord,
)
from threadmine.db.terms import (
    OPEN_STATES,
    newest,
    oldest,
)
from threadmine.model import (
    Counts,
    FieldCount,
    Person,
    PersonCount,
    ThreadCount,
    VerdictKind,
)
from threadmine.people import Directory, own_mailmap

if TYPE_CHECKING:
    from threadmine.db.rows import AnySelect


def count_all(connection: Connection) -> Counts:
    """How much there is of everything."""

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


def board_statements(struct: str | None) -> Iterator[AnySelect]:
    """One statement for each thing that is counted, grouped by struct and member."""

    def grouped(table: type[Any], *counted: ColumnElement[Any]) -> AnySelect:
        chosen = table.struct != "" if struct is None else table.struct == struct
        names = (table.member, table.struct)  # in the order of the primary key: no sorting
        return select(*names, *counted).where(chosen).group_by(*names)

    yield grouped(
        ConcernName,
        func.sum(case((ConcernName.concern_id.in_(HIDDEN), 0), else_=1)).label("issues"),
        func.sum(case((ConcernName.is_open, 1), else_=0)).label("open_issues"),
        func.max(ConcernName.sent_at).label("last"),
    )
    yield grouped(
        ClaimName,
        func.count().label("claims"),
        func.sum(case((ClaimName.is_refuted, 1), else_=0)).label("refuted"),
        func.max(ClaimName.sent_at).label("last"),
    )
    yield grouped(
        SeriesField,
        func.count().label("touched_by"),
        literal(None).label("last"),
    )


def field_count(struct: str, member: str, counts: dict[str, int]) -> FieldCount:
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


def people(connection: Connection, limit: int | None) -> tuple[PersonCount, ...]:
    """What each person asked and claimed, most recently active first."""
    found: dict[str, dict[str, Any]] = {}
    for table, name, special in (
        (ConcernRecord, "issues", ConcernRecord.state.in_(OPEN_STATES)),
        (ClaimRecord, "claims", ClaimRecord.verdict == VerdictKind.REFUTED),
    ):
        statement = select(
            table.author_name,
            table.author_address,
            func.count().label("count"),
            func.sum(case((special, 1), else_=0)).label("special"),
            func.max(table.sent_at).label("last"),
        ).group_by(table.author_address, table.author_name)
        for row in connection.execute(statement.order_by(table.author_address, table.author_name)):
            key = row.author_address.lower() or row.author_name
            counts = found.setdefault(key, {"person": Person(row.author_name, row.author_address)})
            counts[name] = counts.get(name, 0) + row.count
            counts[f"{name} special"] = counts.get(f"{name} special", 0) + row.special
            counts["last"] = max(counts.get("last", -1), -1 if row.last is None else row.last)
    merged = _one_row_a_person(found)
    ordered = sorted(merged.items(), key=lambda item: (-item[1]["last"], item[0]))
    return tuple(_person_count(counts) for _, counts in ordered[:limit])


def _one_row_a_person(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The counts of one person's several addresses and spellings together, a ``.mailmap`` regarded."""
    directory = Directory(own_mailmap())
    for counts in found.values():
        directory.add(counts["person"], counts.get("issues", 0) + counts.get("claims", 0))
    names = directory.names()
    merged: dict[str, dict[str, Any]] = {}
    for counts in found.values():
        key = directory.key_of(counts["person"])
        one = merged.get(key)
        if one is None:
            merged[key] = {**counts, "person": Person(names.get(key, ""), counts["person"].address)}
            continue
        if not one["person"].address:
            one["person"] = Person(one["person"].name, counts["person"].address)
        for name, value in counts.items():
            if name == "last":
                one["last"] = max(one["last"], value)
            elif name != "person":
                one[name] = one.get(name, 0) + value
    return merged


def _person_count(counts: dict[str, Any]) -> PersonCount:
    return PersonCount(
        person=counts["person"],
        open_issues=counts.get("issues special", 0),
        issues=counts.get("issues", 0),
        claims=counts.get("claims", 0),
        refuted=counts.get("claims special", 0),
        last_activity=rows.moment_of_seconds(None if counts["last"] < 0 else counts["last"]),
    )


def threads(connection: Connection, limit: int | None, offset: int = 0) -> tuple[ThreadCount, ...]:
    """The threads with their open issues, most recently active first."""
    chosen = (
        select(Thread.id, Thread.subject, Thread.messages, Thread.last_at)
        .where(Thread.messages > 0)
        .order_by(*newest(Thread.last_at), Thread.id)
        .limit(limit)
        .offset(offset or None)
        .subquery("chosen")
    )
    first = (
        select(Message.message_id)
        .where(Message.thread_id == chosen.c.id)
        .order_by(*oldest(Message.sent_at), Message.message_id)
        .limit(1)
        .scalar_subquery()
    )
    open_issues = (
        select(func.count())
        .select_from(ConcernRecord)
        .join(Message, Message.key == ConcernRecord.message_key)
        .where(Message.thread_id == chosen.c.id, ConcernRecord.state.in_(OPEN_STATES))
        .scalar_subquery()
    )
    statement = select(chosen, first.label("first"), open_issues.label("open_issues")).order_by(
        chosen.c.last_at.desc().nulls_last(), chosen.c.id
    )
    return tuple(
        ThreadCount(
            thread_id=row.id,
            message_id=row.first,
            subject=row.subject,
            messages=row.messages,
            open_issues=row.open_issues,
            last_activity=rows.moment_of_seconds(row.last_at),
        )
        for row in connection.execute(statement)
    )
