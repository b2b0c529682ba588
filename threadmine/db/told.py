"""What archive pages tell besides a message, as it is written: rows of thread overviews, notes on threads.

``overview`` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from threadmine.db import rows
from threadmine.db.bulk import Statements
from threadmine.db.schema import ArchiveNote, KnownId, OverviewRecord, id_hash
from threadmine.model import Message, OverviewRow

_CHUNK = 400
_COLUMNS = (
    "message_key",
    "number",
    "message_id",
    "date",
    "subject",
    "author",
    "parent",
    "parent_stated",
    "this_message",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells, as it is stored with the message that it shows."""

    overview: tuple[OverviewRow, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(message: Message) -> Told:
        return Told(message.overview, message.archive_notes)

    def __bool__(self) -> bool:
        return bool(self.overview or self.notes)


def tell(sql: Statements, connection: Connection, key: int, told: Told) -> None:
    """Stores what a page tells under the message with this key, instead of what was told before."""
    if told.overview:
        connection.execute(delete(OverviewRecord).where(OverviewRecord.message_key == key))
        sql.insert(connection, OverviewRecord, _COLUMNS, [_values(key, row) for row in told.overview])
    for name, value in told.notes:
        same = (ArchiveNote.message_key == key, ArchiveNote.name == name)
        connection.execute(delete(ArchiveNote).where(*same))
        sql.insert(
            connection, ArchiveNote, ("message_key", "name", "value"), [(key, name, rows.clean(value))]
        )


def _values(key: int, row: OverviewRow) -> tuple[object, ...]:
    date = row.date.isoformat() if isinstance(row.date, datetime) else None
    texts = (rows.clean(row.message_id), date, rows.clean(row.subject), rows.clean(row.author))
    return (key, row.number, *texts, row.parent, row.parent_stated, row.this_message)


def told_of(connection: Connection, ids: Iterable[str]) -> dict[str, Told]:
    """What is stored with these messages, by their ids; for messages that are about to give way."""
    hashes = {id_hash(rows.clean(name)): name for name in ids}
    found: dict[str, Told] = {}
    wanted = sorted(hashes)
    for start in range(0, len(wanted), _CHUNK):
        keys = select(KnownId.key, KnownId.id_hash).where(KnownId.id_hash.in_(wanted[start : start + _CHUNK]))
        names = {key: hashes[hashed] for key, hashed in connection.execute(keys)}
        records = select(OverviewRecord).where(OverviewRecord.message_key.in_(names))
        for record in connection.execute(records.order_by(OverviewRecord.number)):
            old = found.get(names[record.message_key], Told())
            found[names[record.message_key]] = replace(old, overview=(*old.overview, to_overview_row(record)))
        notes = select(ArchiveNote).where(ArchiveNote.message_key.in_(names)).order_by(ArchiveNote.name)
        for note in connection.execute(notes):
            old = found.get(names[note.message_key], Told())
            found[names[note.message_key]] = replace(old, notes=(*old.notes, (note.name, note.value)))
    return found


def forget(connection: Connection, keys: Sequence[int]) -> None:
    """Takes out what is stored with messages that go."""
    connection.execute(delete(OverviewRecord).where(OverviewRecord.message_key.in_(keys)))
    connection.execute(delete(ArchiveNote).where(ArchiveNote.message_key.in_(keys)))


def to_overview_row(record: Any) -> OverviewRow:
    return OverviewRow(
        number=record.number,
        date=rows.moment(record.date, "the overview gives no date"),
        subject=record.subject,
        author=record.author,
        this_message=record.this_message,
        parent=record.parent,
        parent_stated=record.parent_stated,
        message_id=record.message_id,
    )
