"""Writes: whole threads in one transaction each, states of concerns, links of series, ingest positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from threadmine.db import rows, values
from threadmine.db.bulk import Statements
from threadmine.db.completing import Completing
from threadmine.db.removing import Removing
from threadmine.db.schema import (
    ConcernName,
    ConcernRecord,
    Copy,
    KnownId,
    Message,
    Position,
    SeriesVersion,
    Thread,
    id_hash,
)
from threadmine.db.session import Database
from threadmine.db.told import Told
from threadmine.db.writing import Writing
from threadmine.model import ConcernStatus, Mined
from threadmine.model import Message as Mail


@dataclass(frozen=True, slots=True)
class SeriesLink:
    """Where a series version stands among the others: ids, empty where none is known.

    ``linked_by`` says how the link to the version before was found: change-id, subject, link, manual.
    """

    series_id: str
    supersedes: str = ""
    superseded_by: str = ""
    linked_by: str = ""


class Store:
    """Writes to one database. Every method is one transaction, and may be repeated without effect.

    Args:
        database: where to write; opened for writing.

    Raises:
        StoreError: (every method) the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._sql = Statements(database.engine.dialect)

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of the message-ids whose messages are stored."""
        with self.database.read() as connection:
            names = {rows.clean(name) for name in ids}
            numbers = self._numbers(connection, names)
            found = self._sql.fetch(connection, (Message.message_id,), Message.key, sorted(numbers.values()))
        return {name for (name,) in found}

    def _numbers(self, connection: Connection, names: Iterable[str]) -> dict[str, int]:
        """The numbers of those message-ids that were ever seen."""
        hashes = sorted({id_hash(name) for name in names})
        columns = (KnownId.message_id, KnownId.key)
        return dict(self._sql.fetch(connection, columns, KnownId.id_hash, hashes))

    def unknown(self, messages: Sequence[Mail]) -> list[Mail]:
        """The messages that say something that is not stored yet, in the order given.

        A message is known if a copy that says the same is stored; another copy under a known Message-ID is
        not. Cheap: nothing needs to be mined to ask. A known copy from a place that sorts before the stored
        one counts as unknown, so that the place kept does not depend on the order of ingest.
        """
        columns = (Message.key, Message.content_hash, Message.source, Message.place)
        with self.database.read() as connection:
            numbers = self._numbers(connection, {rows.clean(message.message_id) for message in messages})
            wanted = sorted(numbers.values())
            found = self._sql.fetch(connection, columns, Message.key, wanted)
            columns = (Copy.message_key, Copy.content_hash, Copy.source, Copy.place)
            found += self._sql.fetch(connection, columns, Copy.message_key, wanted)
        stored = {(row[0], row[1]): (row[2], row[3]) for row in found}
        return [
            message
            for message in messages
            if _is_unknown(message, numbers.get(rows.clean(message.message_id)), stored)
        ]

    def store_thread(self, mined: Sequence[Mined], gone: Mapping[str, str] | None = None) -> int:
        """Stores messages of a thread with what was found in them; merges threads that they connect.

        Idempotent; any order of calls gives the same rows. Returns the number of new messages.

        Args:
            mined: the messages, with what was found in them.
            gone: ids of messages that are taken out in the same transaction, with the ids of what takes their
                place (empty where nothing does).
        """
        if not mined and not gone:
            return 0
        with self.database.write() as connection:
            if gone:
                return Removing(connection, self._sql, self.database.is_sqlite).replace(mined, gone)
            return Writing(connection, self._sql, self.database.is_sqlite).run(mined)

    def store_threads(self, threads: Sequence[tuple[Sequence[Mined], Mapping[str, str]]]) -> int:
        """Like :meth:`store_thread` for several threads, each with its ``gone``, for less than one by one.

        They share a transaction. Where that fails, each thread is stored in one of its own, so that a thread
        that cannot be stored takes none before it along; its error is raised then. Messages that are to wait
        are mined in the order given here.
        """
        if len(threads) > 1:
            whole = [one for mined, _ in threads for one in mined]
            gone = {name: successor for _, old in threads for name, successor in old.items()}
            with suppress(Exception):  # whatever one of the threads broke, it is met again below, alone
                return self.store_thread(whole, gone)
        return sum(self.store_thread(mined, gone) for mined, gone in threads)

    def complete(self, mined: Sequence[Mined]) -> int:
        """Stores what was found in messages that were stored to be mined later (see ``completing``).

        Those that no longer wait are passed over. Returns how many messages it was stored for.
        """
        with self.database.write() as connection:
            return Completing(connection, self._sql, self.database.is_sqlite).complete(mined)

    def save_told(self, message_id: str, told: Told) -> None:
        """Stores what an archive page told with a message; nothing where that id was never seen."""
        if told:
            with self.database.write() as connection:
                Removing(connection, self._sql, self.database.is_sqlite).tell(message_id, told)

    def withdraw(
        self, ids: Iterable[str], source: str, quoted: Mapping[str, Mapping[str, str]] | None = None
    ) -> dict[str, list[str]]:
        """Takes out messages that ``source`` gave and has deleted or purged since, with all found in them.

        What another source gave too, or gave in the first place, stays. See :meth:`Removing.withdraw`.
        """
        names = list(ids)
        if not self.known(names):
            return {}
        with self.database.write() as connection:
            return Removing(connection, self._sql, self.database.is_sqlite).withdraw(
                names, rows.clean(source)
            )

    def given_by(self, source: str) -> list[tuple[str, str]]:
        """Every message, and every copy of one, that came from ``source``: (message-id, content hash)."""
        name = rows.clean(source)
        with self.database.read() as connection:
            columns = (Message.message_id, Message.content_hash)
            found = self._sql.fetch(connection, columns, Message.source, [name])
            copies = self._sql.fetch(connection, (Copy.message_key, Copy.content_hash), Copy.source, [name])
            keys = sorted({key for key, _ in copies})
            ids = dict(self._sql.fetch(connection, (KnownId.key, KnownId.message_id), KnownId.key, keys))
        return sorted({*((row[0], row[1]) for row in found), *((ids[key], hashed) for key, hashed in copies)})

    def save_statuses(self, statuses: Iterable[ConcernStatus], threads: Iterable[str] = ()) -> None:
        """Stores where concerns stand, and that these threads are up to date."""
        statuses = list(statuses)
        values: list[tuple[object, ...]] = [
            (
                status.state.value,
                rows.as_json([(e.message_id, e.quote, e.effect.value) for e in status.evidence]),
                rows.clean(status.addressed_in),
                rows.clean(status.addressed_evidence),
                status.concern_id,
            )
            for status in statuses
        ]
        open_now: list[tuple[object, ...]] = [(s.state.is_open, s.concern_id) for s in statuses]
        columns = (
            ConcernRecord.state,
            ConcernRecord.state_evidence,
            ConcernRecord.addressed_in,
            ConcernRecord.addressed_evidence,
        )
        fresh: list[tuple[object, ...]] = [(False, thread_id) for thread_id in threads]
        if not values and not fresh:
            return
        with self.database.write() as connection:
            self._sql.update(connection, columns, ConcernRecord.id, values)
            self._sql.update(connection, (ConcernName.is_open,), ConcernName.concern_id, open_now)
            self._sql.update(connection, (Thread.stale,), Thread.id, fresh)

    def save_links(self, links: Iterable[SeriesLink]) -> None:
        """Stores how versions of series follow each other."""
        values: list[tuple[object, ...]] = [
            (link.supersedes, link.superseded_by, link.linked_by, link.series_id) for link in links
        ]
        columns = (SeriesVersion.supersedes, SeriesVersion.superseded_by, SeriesVersion.linked_by)
        if values:
            with self.database.write() as connection:
                self._sql.update(connection, columns, SeriesVersion.id, values)

    def position(self, source: str) -> str:
        """How far a source has been read, empty where it never was."""
        with self.database.read() as connection:
            found = self._sql.fetch(connection, (Position.position,), Position.source, [rows.clean(source)])
        return str(found[0][0]) if found else ""

    def save_position(self, source: str, position: str) -> None:
        """Stores how far a source has been read; call it when all mail before it is stored."""
        name = rows.clean(source)
        with self.database.write() as connection:
            self._sql.delete(connection, Position.source, [name])
            self._sql.insert(connection, Position, ("source", "position"), [(name, position)])


def _is_unknown(message: Mail, key: int | None, stored: dict[tuple[int, str], tuple[str, str]]) -> bool:
    if key is None:
        return True
    origin = stored.get((key, values.content_hash(message)))
    return origin is None or (message.origin.source, message.origin.place) < origin
