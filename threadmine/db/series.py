"""Questions about series: which one somebody means, and what is known of each version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, func, or_, select

from threadmine.db import rows
from threadmine.db.names import plain_id
from threadmine.db.overview import superseded
from threadmine.db.schema import (
    ConcernRecord,
    KnownId,
    Message,
    SeriesField,
    SeriesPatch,
    SeriesVersion,
    id_hash,
)
from threadmine.errors import NotFoundError
from threadmine.model import Person, SeriesRow

if TYPE_CHECKING:
    from threadmine.db.rows import AnyRow

_MANY = 500


def resolve_series(
    connection: Connection, ref: str, version: int | None = None, *, one: bool = False
) -> list[str]:
    """The ids of the series versions that a reference means.

    Args:
        connection: where to look.
        ref: a series id, the id or address of one of its messages, or words of its title.
        version: only the vN of what is meant, its other versions in hand included.
        one: of several, the newest version only.

    Raises:
        NotFoundError: nothing is meant by it.
    """
    found = _by_id(connection, ref) or _by_message(connection, ref) or _by_title(connection, ref)
    if not found:
        raise NotFoundError(f"no series {ref!r}", remedy="list them with: threadmine series")
    if version is not None:
        found = [row for row in _all_versions(connection, found) if row.version == version]
        if not found:
            raise NotFoundError(f"no version {version} of {ref!r} in hand")
    if one:
        found = [max(found, key=lambda row: (row.version, row.sent_at or 0, row.id))]
    return [row.id for row in found]


_COLUMNS = (
    SeriesVersion.id,
    SeriesVersion.title,
    SeriesVersion.version,
    SeriesVersion.sent_at,
    SeriesVersion.supersedes,
    SeriesVersion.superseded_by,
)


def _by_id(connection: Connection, ref: str) -> list[AnyRow]:
    return list(connection.execute(select(*_COLUMNS).where(SeriesVersion.id == ref)))


def _by_message(connection: Connection, ref: str) -> list[AnyRow]:
    name = plain_id(ref)
    if "@" not in name:
        return []
    number = select(KnownId.key).where(KnownId.id_hash == id_hash(name)).scalar_subquery()
    of_message = select(Message.series_id).where(Message.key == number)
    return list(connection.execute(select(*_COLUMNS).where(SeriesVersion.id.in_(of_message))))


def _by_title(connection: Connection, ref: str) -> list[AnyRow]:
    words = ref.split()
    if not words:
        return []
    conditions = [SeriesVersion.title.icontains(word, autoescape=True) for word in words]
    return list(connection.execute(select(*_COLUMNS).where(*conditions).order_by(SeriesVersion.id)))


def _all_versions(connection: Connection, found: Sequence[AnyRow]) -> list[AnyRow]:
    """``found`` and every version linked to them, in both directions."""
    known = {row.id: row for row in found}
    waiting = list(known)
    while waiting:
        ids = waiting[:_MANY]
        del waiting[:_MANY]
        linked = select(*_COLUMNS).where(
            or_(SeriesVersion.supersedes.in_(ids), SeriesVersion.superseded_by.in_(ids))
        )
        for row in connection.execute(linked):
            if row.id not in known:
                known[row.id] = row
                waiting.append(row.id)
    return [known[name] for name in sorted(known)]


def series_rows(
    connection: Connection,
    ids: list[str] | None,
    limit: int | None,
    condition: ColumnElement[bool] | None = None,
    offset: int = 0,
) -> tuple[SeriesRow, ...]:
    """What is known of the versions with these ids, oldest version first; of all, newest first."""
    statement = select(SeriesVersion) if condition is None else select(SeriesVersion).where(condition)
    if ids is None:
        statement = statement.order_by(SeriesVersion.sent_at.desc().nulls_last(), SeriesVersion.id)
    else:
        statement = statement.where(SeriesVersion.id.in_(ids)).order_by(
            SeriesVersion.title, SeriesVersion.version, SeriesVersion.sent_at, SeriesVersion.id
        )
    found = connection.execute(statement.limit(limit).offset(offset or None)).all()
    chosen = None if len(found) > _MANY else [row.id for row in found]
    patches = _patches(connection, chosen)
    fields = _fields(connection, chosen)
    concerns = _open_concerns(connection, chosen)
    notes = superseded(connection)
    return tuple(
        _series_row(
            row,
            patches.get(row.id, ()),
            fields.get(row.id, ()),
            concerns.get(row.id, 0),
            notes.get(row.id, ""),
        )
        for row in found
    )


def _patches(connection: Connection, ids: list[str] | None) -> dict[str, list[tuple[int, str]]]:
    statement = (
        select(SeriesPatch.series_id, SeriesPatch.number, Message.message_id)
        .join(Message, Message.key == SeriesPatch.message_key)
        .order_by(SeriesPatch.series_id, SeriesPatch.number)
    )
    if ids is not None:
        statement = statement.where(SeriesPatch.series_id.in_(ids))
    found: dict[str, list[tuple[int, str]]] = {}
    for series_id, number, message_id in connection.execute(statement):
        found.setdefault(series_id, []).append((number, message_id))
    return found


def _fields(connection: Connection, ids: list[str] | None) -> dict[str, list[str]]:
    statement = select(SeriesField.series_id, SeriesField.struct, SeriesField.member).order_by(
        SeriesField.series_id, SeriesField.struct, SeriesField.member
    )
    if ids is not None:
        statement = statement.where(SeriesField.series_id.in_(ids))
    found: dict[str, list[str]] = {}
    for series_id, struct, member in connection.execute(statement):
        found.setdefault(series_id, []).append(f"{struct}.{member}" if struct else member)
    return found


def _open_concerns(connection: Connection, ids: list[str] | None) -> dict[str, int]:
    statement = (
        select(Message.series_id, ConcernRecord.state, func.count().label("count"))
        .join(ConcernRecord, ConcernRecord.message_key == Message.key)
        .where(Message.series_id != "" if ids is None else Message.series_id.in_(ids))
        .group_by(Message.series_id, ConcernRecord.state)
    )
    found: dict[str, int] = {}
    for series_id, state, count in connection.execute(statement):
        if state.is_open:
            found[series_id] = found.get(series_id, 0) + count
    return found


def _series_row(
    row: AnyRow, patches: Iterable[tuple[int, str]], fields: Iterable[str], open_concerns: int, note: str
) -> SeriesRow:
    return SeriesRow(
        id=row.id,
        title=row.title,
        author=Person(row.author_name, row.author_address),
        list_name=row.list_name,
        version=row.version,
        version_text=row.version_text,
        cover=row.cover,
        patches=tuple(patches),
        total=row.total,
        complete=row.complete,
        thread_id=row.thread_id,
        date=rows.moment_of_seconds(row.sent_at),
        last_activity=rows.moment_of_seconds(row.last_at),
        supersedes=row.supersedes,
        superseded_by=row.superseded_by,
        linked_by=row.linked_by,
        base=row.base,
        trailers=tuple((tag, count) for tag, count in row.trailers),
        fields=tuple(fields),
        open_concerns=open_concerns,
        state="superseded" if row.superseded_by or note else "current",
        archive_note=note,
    )
