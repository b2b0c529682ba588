"""One transaction's writing: decides what is new, finds the threads it joins or merges, and puts it in place.

All threads of a transaction go the same way together, so that each table is written by one statement.

Everything here follows from the set of messages, not from the order in which they come: of several copies of
one message the smallest content hash counts, all copies take part in threading, and the series of a thread
are made anew from all its messages whenever one is added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, update

from threadmine.db import rows, values
from threadmine.db.bulk import Statements
from threadmine.db.mined_writing import write_mined
from threadmine.db.places import (
    Arranged,
    Groups,
    Light,
    arrange_series,
    counted_references,
    thread_id_of,
    thread_root,
)
from threadmine.db.schema import (
    Body,
    Copy,
    KnownId,
    Message,
    SeriesVersion,
    Thread,
    Waiting,
    id_hash,
)
from threadmine.db.series_writing import Links, SeriesOf, clear_series, write_series
from threadmine.model import Mined

_LIGHT = (
    Message.message_id,
    Message.refs,
    Message.sent_at,
    Message.author_address,
    Message.title,
    Message.is_patch,
    Message.is_reply,
    Message.version,
    Message.subversion,
    Message.is_rfc,
    Message.is_resend,
    Message.number,
    Message.total,
    Message.base_commit,
    Message.change_id,
    Message.list_name,
    Message.series_id,
    Message.patch_number,
    Message.author_name,
    Message.thread_id,
    Message.key,
)


class Incoming:
    """A message to be written, with its content hash and what places it in a thread."""

    __slots__ = ("hashed", "message_id", "mined", "number", "origin", "rank", "references")

    def __init__(self, mined: Mined, number: int) -> None:
        message = mined.message
        self.mined = mined
        self.number = number
        """Its place among those that are written together: the order of reading, if it is to wait."""
        self.hashed = values.content_hash(message)
        self.message_id = rows.clean(message.message_id)
        self.references = counted_references(self.message_id, [*map(rows.clean, message.references)])
        self.origin = (rows.clean(message.origin.source), rows.clean(message.origin.place))
        self.rank = (message.quoted_only, self.hashed)
        """The smallest of several copies counts; real mail before what is known from quotes."""


@dataclass(slots=True)
class Joined:
    """A thread that incoming messages form or join."""

    incoming: list[Incoming]
    ids: dict[str, bool]  # every id of the thread -> has a parent
    stored: dict[str, tuple[str, bool]]  # those in the database -> (thread, has a parent) there
    old_threads: list[str]
    thread_id: str = ""
    root: str = ""
    lights: list[Light] = field(default_factory=list)
    places: dict[str, tuple[str, int | None]] = field(default_factory=dict)  # as stored
    fresh: list[Incoming] = field(default_factory=list)  # those of the incoming that are written
    arranged: Arranged = field(default_factory=lambda: Arranged((), {}))

    @property
    def may_have_series(self) -> bool:
        return any(light.is_candidate for light in self.lights)


class Writing:
    """Writes incoming messages inside the transaction of ``connection``."""

    def __init__(self, connection: Connection, statements: Statements, full_text: bool) -> None:
        self.connection = connection
        self.sql = statements
        self.full_text = full_text
        self.numbers: dict[str, int] = {}
        self.stored_ids: dict[str, tuple[str, bool]] = {}
        self.links: Links = {}  # of the series of all threads, as stored

    def run(self, mined: Sequence[Mined]) -> int:
        """Writes what is not there yet; returns how many messages are new."""
        incoming = [Incoming(one, number) for number, one in enumerate(mined)]
        self._number(incoming)
        chosen, losing, replaced = self._choose(incoming)
        if not chosen and not losing:
            return 0
        threads = self._join([*chosen, *losing])
        names = {(one.message_id, one.hashed) for one in chosen}
        self._load_lights(threads)
        self._clear_series(threads)
        for thread in threads:
            self._arrange(thread, names)
        self._move(threads)
        self._delete_messages(list(replaced))
        self._write_messages(threads)
        self._finish(threads)
        self._write_copies(losing, replaced)
        return len(chosen) - len(replaced)

    # ------------------------------------------------------------------------- what is new

    def _number(self, incoming: Iterable[Incoming]) -> None:
        """Fills ``numbers`` for every id that the incoming messages name; new ids get the next numbers."""
        names = dict.fromkeys(name for one in incoming for name in (*one.references, one.message_id))
        columns = (KnownId.message_id, KnownId.key, KnownId.thread_id, KnownId.has_parent)
        hashes = sorted(id_hash(name) for name in names)
        for name, key, thread_id, has_parent in self.sql.fetch(
            self.connection, columns, KnownId.id_hash, hashes
        ):
            self.numbers[name] = key
            self.stored_ids[name] = (thread_id, bool(has_parent))
        new = [name for name in names if name not in self.numbers]
        if new:
            top = self.connection.exec_driver_sql("SELECT MAX(key) FROM known_ids").scalar() or 0
            self.numbers.update((name, top + index) for index, name in enumerate(new, 1))

    def _choose(
        self, incoming: Sequence[Incoming]
    ) -> tuple[list[Incoming], list[Incoming], dict[int, tuple[Any, ...]]]:
        """What to write, what is only another copy, and the stored rows that give way (by key)."""
        wanted = (
            Message.key,
            Message.content_hash,
            Message.quoted_only,
            Message.source,
            Message.place,
            Message.list_name,
        )
        keys = sorted({self.numbers[i.message_id] for i in incoming if i.message_id in self.stored_ids})
        stored = {row[0]: row for row in self.sql.fetch(self.connection, wanted, Message.key, keys)}
        columns = (Copy.message_key, Copy.content_hash, Copy.source, Copy.place)
        copies = {
            (row[0], row[1]): (row[2], row[3])
            for row in self.sql.fetch(self.connection, columns, Copy.message_key, keys)
        }
        chosen: list[Incoming] = []
        losing: list[Incoming] = []
        replaced: dict[int, tuple[Any, ...]] = {}
        for variants in _by_key(incoming):
            key = self.numbers[variants[0].message_id]
            row = stored.get(key)
            fresh: list[Incoming] = []
            for variant in variants:
                if row is not None and variant.hashed == row[1]:
                    self._note_origin(variant, key, (row[3], row[4]))
                elif (key, variant.hashed) in copies:
                    self._note_copy(variant, key, copies[key, variant.hashed])
                else:
                    fresh.append(variant)
            if not fresh:
                continue
            if row is None or fresh[0].rank < (bool(row[2]), row[1]):
                chosen.append(fresh.pop(0))
                if row is not None:
                    replaced[row[0]] = row
            losing += fresh
        return chosen, losing, replaced

    def _note_origin(self, same: Incoming, key: int, known: tuple[str, str]) -> None:
        """Of equal mails from two places the place that sorts first is kept, whichever came first."""
        if same.origin < known:
            list_name = rows.clean(values.list_of(same.mined.message))
            columns = (Message.source, Message.place, Message.list_name)
            self.sql.update(self.connection, columns, Message.key, [(*same.origin, list_name, key)])
            self.sql.update(
                self.connection, (SeriesVersion.list_name,), SeriesVersion.head_key, [(list_name, key)]
            )

    def _note_copy(self, same: Incoming, key: int, known: tuple[str, str]) -> None:
        """The same for copies that do not count."""
        if same.origin < known:
            source, place = same.origin
            list_name = rows.clean(values.list_of(same.mined.message))
            self.connection.execute(
                update(Copy)
                .where(Copy.message_key == key, Copy.content_hash == same.hashed)
                .values(source=source, place=place, list_name=list_name)
            )

    def _write_copies(self, losing: Sequence[Incoming], replaced: dict[int, tuple[Any, ...]]) -> None:
        copies: list[tuple[object, ...]] = [
            (key, row[1], row[3], row[4], row[5]) for key, row in replaced.items()
        ]
        for one in losing:
            list_name = rows.clean(values.list_of(one.mined.message))
            copies.append((self.numbers[one.message_id], one.hashed, *one.origin, list_name))
        columns = ("message_key", "content_hash", "source", "place", "list_name")
        self.sql.insert(self.connection, Copy, columns, copies)

    # ------------------------------------------------------------------------------ threads

    def _join(self, incoming: Sequence[Incoming]) -> list[Joined]:
        """Groups the incoming by the thread that each forms or joins, and loads what is stored of it."""
        groups = Groups()
        for one in incoming:
            groups.find(one.message_id)
            for reference in one.references:
                groups.join(one.message_id, reference)
        names = {name for one in incoming for name in (*one.references, one.message_id)}
        stored = {name: self.stored_ids[name][0] for name in names if name in self.stored_ids}
        for name, thread_id in stored.items():
            groups.join(name, f"\n{thread_id}")  # no message-id has a line break
        threads: dict[str, Joined] = {}
        for one in incoming:
            name = groups.find(one.message_id)
            threads.setdefault(name, Joined([], {}, {}, [])).incoming.append(one)
        for thread_id in sorted(set(stored.values())):
            threads[groups.find(f"\n{thread_id}")].old_threads.append(thread_id)
        self._load_ids(list(threads.values()))
        new: list[tuple[object, ...]] = [
            (joined.thread_id, joined.root)
            for joined in threads.values()
            if joined.thread_id not in joined.old_threads
        ]
        self.sql.insert(self.connection, Thread, ("id", "root_id"), new)
        return list(threads.values())

    def _load_ids(self, threads: Sequence[Joined]) -> None:
        """Fills in the ids of threads, stored and new, and the ids that they get themselves."""
        columns = (KnownId.message_id, KnownId.thread_id, KnownId.has_parent, KnownId.key)
        by_id = _by_thread(threads)
        for name, thread_id, has_parent, key in self.sql.fetch(
            self.connection, columns, KnownId.thread_id, sorted(by_id)
        ):
            joined = by_id[thread_id]
            joined.stored[name] = (thread_id, bool(has_parent))
            joined.ids[name] = bool(has_parent)
            self.numbers[name] = key
        for joined in threads:
            ids = joined.ids
            for one in joined.incoming:
                if one.references:
                    ids.setdefault(one.references[0], False)
                    ids.update(dict.fromkeys(one.references[1:], True))
                    ids[one.message_id] = True
                else:
                    ids.setdefault(one.message_id, False)
            joined.root = thread_root(ids)
            joined.thread_id = thread_id_of(joined.root)

    def _arrange(self, joined: Joined, chosen: set[tuple[str, str]]) -> None:
        """Finds the series of a thread with its incoming messages, of which ``chosen`` are written."""
        joined.fresh = [one for one in joined.incoming if (one.message_id, one.hashed) in chosen]
        names = {one.message_id for one in joined.fresh}
        joined.lights = [light for light in joined.lights if light.message_id not in names]
        joined.lights += [_light_of(one) for one in joined.fresh]
        joined.arranged = arrange_series(joined.lights)

    def _finish(self, threads: Sequence[Joined]) -> None:
        """Writes what follows from the messages of threads, once these are stored."""
        self._replace_places(threads)
        found = [SeriesOf(one.thread_id, one.lights, one.arranged) for one in threads]
        write_series(self.sql, self.connection, self.numbers, found, self.links)
        self._write_summaries(threads)

    def _clear_series(self, threads: Sequence[Joined]) -> None:
        """Takes out the stored series of threads, which are made anew; their links are kept in mind."""
        ids = sorted(name for one in threads if one.may_have_series for name in one.old_threads)
        self.links.update(clear_series(self.sql, self.connection, ids))

    def _load_lights(self, threads: Sequence[Joined]) -> None:
        """Fills in what places the stored messages of threads."""
        by_id = _by_thread(threads)
        for row in self.sql.fetch(self.connection, _LIGHT, Message.thread_id, sorted(by_id)):
            joined = by_id[row[19]]
            joined.lights.append(
                Light(
                    message_id=row[0],
                    references=counted_references(row[0], json.loads(row[1])),
                    sent_at=row[2],
                    author=row[3],
                    title=row[4],
                    is_candidate=bool(row[5]) and not row[6],
                    version=row[7],
                    subversion=row[8],
                    is_rfc=bool(row[9]),
                    is_resend=bool(row[10]),
                    number=row[11],
                    total=row[12],
                    base=row[13],
                    change_id=row[14],
                    list_name=row[15],
                    author_name=row[18],
                )
            )
            joined.places[row[0]] = (row[16], row[17])
            self.numbers[row[0]] = row[20]

    def _move(self, threads: Sequence[Joined]) -> None:
        """Puts the ids, and the messages of threads that are merged, under the threads' ids."""
        new: list[tuple[object, ...]] = []
        changed: list[tuple[object, ...]] = []
        moves: list[tuple[object, ...]] = []
        old: list[str] = []
        for joined in threads:
            for name, has_parent in joined.ids.items():
                if name not in joined.stored:
                    new.append((self.numbers[name], id_hash(name), name, joined.thread_id, has_parent))
                elif joined.stored[name] != (joined.thread_id, has_parent):
                    changed.append((joined.thread_id, has_parent, self.numbers[name]))
            merged = [name for name in joined.old_threads if name != joined.thread_id]
            moves += [(joined.thread_id, name) for name in merged]
            old += merged
        sql, connection = self.sql, self.connection
        sql.insert(connection, KnownId, ("key", "id_hash", "message_id", "thread_id", "has_parent"), new)
        sql.update(connection, (KnownId.thread_id, KnownId.has_parent), KnownId.key, changed)
        sql.update(connection, (Message.thread_id,), Message.thread_id, moves)
        sql.delete(connection, Thread.id, old)

    # ----------------------------------------------------------------------------- messages

    def _delete_messages(self, keys: Sequence[int]) -> None:
        """Removes messages with all that was found in them."""
        self.sql.delete(self.connection, Message.key, keys)
        if self.full_text:
            for key in keys:
                self.connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (key,))

    def _write_messages(self, threads: Sequence[Joined]) -> None:
        # FTS5 writes its index once only where rowids ascend
        fresh = sorted(
            ((self.numbers[one.message_id], one, joined) for joined in threads for one in joined.fresh),
            key=lambda item: item[0],
        )
        messages: list[tuple[object, ...]] = []
        bodies: list[tuple[object, ...]] = []
        waiting: list[tuple[int, int]] = []
        for key, one, joined in fresh:
            message = one.mined.message
            place = joined.arranged.places[one.message_id]
            messages.append(values.message_values(key, message, one.hashed, joined.thread_id, place))
            stretches = "" if message.bare else values.stretches_text(message.stretches)
            bodies.append((key, rows.clean(message.body), stretches))
            if message.bare:
                waiting.append((one.number, key))
        sql, connection = self.sql, self.connection
        sql.insert(connection, Message, values.MESSAGE_COLUMNS, messages)
        sql.insert(connection, Body, ("message_key", "text", "stretches"), bodies)
        if waiting:
            last = connection.exec_driver_sql("SELECT MAX(number) FROM waiting").scalar() or 0
            listed = [(last + place, key) for place, (_, key) in enumerate(sorted(waiting), 1)]
            sql.insert(connection, Waiting, ("number", "message_key"), listed)
        mined = [(key, one.mined) for key, one, _ in fresh if not one.mined.message.bare]
        write_mined(sql, connection, mined, self.full_text)

    def _replace_places(self, threads: Sequence[Joined]) -> None:
        """Corrects the series and patch of stored messages where new mail has changed them."""
        changed: list[tuple[object, ...]] = []
        for joined in threads:
            fresh = {one.message_id for one in joined.fresh}
            places = joined.arranged.places
            changed += [
                (*places[name], self.numbers[name])
                for name, place in joined.places.items()
                if name not in fresh and place != places[name]
            ]
        self.sql.update(self.connection, (Message.series_id, Message.patch_number), Message.key, changed)

    # ------------------------------------------------------------------------------- series

    def _write_summaries(self, threads: Iterable[Joined]) -> None:
        columns = (Thread.subject, Thread.messages, Thread.first_at, Thread.last_at, Thread.stale)
        values: list[tuple[object, ...]] = []
        for joined in threads:
            dated = [light.sent_at for light in joined.lights if light.sent_at is not None]
            first = min(joined.lights, key=lambda light: light.rank, default=None)
            title = first.title if first else ""
            span = (min(dated, default=None), max(dated, default=None))
            values.append((title, len(joined.lights), *span, True, joined.thread_id))
        self.sql.update(self.connection, columns, Thread.id, values)


def _by_thread(threads: Iterable[Joined]) -> dict[str, Joined]:
    """The threads by the ids that they have in the database."""
    return {name: joined for joined in threads for name in joined.old_threads}


def _by_key(incoming: Iterable[Incoming]) -> list[list[Incoming]]:
    """The distinct copies of each message, best first."""
    found: dict[str, dict[str, Incoming]] = {}
    for one in incoming:
        copies = found.setdefault(one.message_id, {})
        known = copies.get(one.hashed)
        if known is None or one.origin < known.origin:
            copies[one.hashed] = one
    return [sorted(copies.values(), key=lambda one: one.rank) for copies in found.values()]


def _light_of(one: Incoming) -> Light:
    message = one.mined.message
    subject = message.subject
    return Light(
        message_id=one.message_id,
        references=one.references,
        sent_at=rows.seconds(message.date),
        author=rows.clean(message.author.address),
        title=rows.clean(subject.title),
        is_candidate=subject.is_patch and not subject.is_reply,
        version=subject.version,
        subversion=subject.subversion,
        is_rfc=subject.is_rfc,
        is_resend=subject.is_resend,
        number=subject.number,
        total=subject.total,
        base=message.patch.base_commit if message.patch else "",
        change_id=message.patch.change_id if message.patch else "",
        list_name=rows.clean(values.list_of(message)),
        author_name=rows.clean(message.author.name),
    )
