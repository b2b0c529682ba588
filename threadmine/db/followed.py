"""What following a thread needs to know of it: its ids, its titles, and how to tell its next version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from threadmine.db import rows
from threadmine.db.schema import KnownId, Message, SeriesVersion, id_hash
from threadmine.db.session import Database

_CHUNK = 400


@dataclass(frozen=True, slots=True)
class SeriesSign:
    """A series that is in hand, as its other versions can be recognised."""

    thread_id: str
    title: str
    address: str
    change_id: str
    version: int


def threads_of(database: Database, ids: Iterable[str]) -> dict[str, str]:
    """The threads that message-ids are in, by id; ids that were never seen are left out."""
    names = sorted({rows.clean(name) for name in ids})
    found: dict[str, str] = {}
    with database.read() as connection:
        for start in range(0, len(names), _CHUNK):
            hashes = [id_hash(name) for name in names[start : start + _CHUNK]]
            statement = select(KnownId.message_id, KnownId.thread_id).where(KnownId.id_hash.in_(hashes))
            found.update(connection.execute(statement).all())
    return {name: found[name] for name in names if name in found}


def ids_of(database: Database, thread_ids: Sequence[str]) -> set[str]:
    """Every id of some threads, those of messages that are not in hand too."""
    found: set[str] = set()
    with database.read() as connection:
        for start in range(0, len(thread_ids), _CHUNK):
            wanted = KnownId.thread_id.in_(thread_ids[start : start + _CHUNK])
            found.update(connection.scalars(select(KnownId.message_id).where(wanted)))
    return found


def titles_of(database: Database, thread_ids: Sequence[str]) -> set[str]:
    """The titles of the messages of some threads, case folded."""
    found: set[str] = set()
    with database.read() as connection:
        for start in range(0, len(thread_ids), _CHUNK):
            wanted = Message.thread_id.in_(thread_ids[start : start + _CHUNK])
            titles = connection.scalars(select(Message.title).where(wanted).distinct())
            found.update(title.casefold() for title in titles if title)
    return found


def series_signs(database: Database, thread_ids: Sequence[str]) -> tuple[SeriesSign, ...]:
    """The series of some threads."""
    columns = (
        SeriesVersion.thread_id,
        SeriesVersion.title,
        SeriesVersion.author_address,
        SeriesVersion.change_id,
        SeriesVersion.version,
    )
    found: list[SeriesSign] = []
    with database.read() as connection:
        for start in range(0, len(thread_ids), _CHUNK):
            wanted = SeriesVersion.thread_id.in_(thread_ids[start : start + _CHUNK])
            found += [SeriesSign(*row) for row in connection.execute(select(*columns).where(wanted))]
    return tuple(sorted(found, key=lambda sign: (sign.thread_id, sign.title, sign.version)))
