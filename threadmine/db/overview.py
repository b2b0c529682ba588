"""What archive pages tell of messages that are not in hand: rows of thread overviews, notes on threads.

The rows are kept as the page shows them. Which of them are messages in hand is seen when somebody asks, so
that it depends neither on the order in which mail and pages came nor on what came since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, or_, select

from threadmine.db.mails import light_of, thread_of, thread_row, thread_rows, threads_where
from threadmine.db.places import Light, tree_order
from threadmine.db.schema import ArchiveNote, KnownId, OverviewRecord
from threadmine.db.schema import Message as MessageRow
from threadmine.db.told import to_overview_row
from threadmine.model import (
    NOTE_MESSAGES,
    NOTE_SUPERSEDED,
    Moment,
    OverviewEntry,
    OverviewRow,
    Person,
    ThreadRow,
    Unknown,
    fold,
    stable_id,
    stand_in_id,
)
from threadmine.people import name_key

if TYPE_CHECKING:
    from threadmine.db.rows import AnyRow
    from threadmine.db.session import Database

OVERVIEW_ID = "@overview.invalid"
"""Ends the made-up ids of messages that only an overview tells of."""

_CHUNK = 400


def superseded(connection: Connection) -> dict[str, str]:
    """What archive pages say of the series of which they know a newer version, by the ids of the series."""
    statement = (
        select(MessageRow.series_id, ArchiveNote.value)
        .join(ArchiveNote, ArchiveNote.message_key == MessageRow.key)
        .where(ArchiveNote.name == NOTE_SUPERSEDED, MessageRow.series_id != "", ~MessageRow.is_reply)
    )
    return dict(connection.execute(statement).all())


def stated_messages(database: Database, thread_id: str) -> int:
    """How many messages archive pages say that the thread has; 0 where none says it."""
    statement = (
        select(ArchiveNote.value)
        .join(KnownId, KnownId.key == ArchiveNote.message_key)
        .where(ArchiveNote.name == NOTE_MESSAGES, KnownId.thread_id == thread_id)
    )
    with database.read() as connection:
        counts = [int(value) for value in connection.scalars(statement) if value.isdigit()]
    return max(counts, default=0)


def overviews(database: Database, thread_id: str | None = None) -> tuple[OverviewEntry, ...]:
    """The rows of the stored overviews (of one thread, or of all) with the messages in hand that they are."""
    found: list[OverviewEntry] = []
    with database.read() as connection:
        for thread, pages in _stored(connection, thread_id).items():
            in_hand = _in_thread(connection, thread)
            for page, listed in pages.items():
                ids = _matched(listed, in_hand)
                ids |= {number: row.message_id for number, row in _elsewhere(connection, listed, ids).items()}
                found += [
                    OverviewEntry(page, thread, row, ids.get(row.number, row.message_id), row.number in ids)
                    for row in listed
                ]
    return tuple(found)


def thread_with_overview(database: Database, message_id: str) -> tuple[ThreadRow, ...]:
    """The thread of a message as a tree, with the messages that only overviews of archive pages tell of.

    Those have ``known_from``, and an id that ends in ``@overview.invalid`` where the page tells none. A row
    whose place the page does not tell hangs below the root. Mail in hand that an overview lists is there too
    where its own headers do not connect it.

    Raises:
        NotFoundError: neither the message nor an answer to it is in the database.
    """
    with database.read() as connection:
        thread_id = thread_of(connection, message_id)
        stored = connection.execute(thread_rows(thread_id)).all()
        in_hand = {row.message_id: thread_row(row, 0) for row in stored}
        lights = {row.message_id: light_of(row) for row in stored}
        for page, listed in _stored(connection, thread_id).get(thread_id, {}).items():
            ids = _matched(listed, in_hand.values())
            for number, row in _elsewhere(connection, listed, ids).items():
                ids[number] = row.message_id
                in_hand[row.message_id] = thread_row(row, 0)
                lights[row.message_id] = light_of(row)
            _add_missing(page, listed, ids, in_hand, lights)
    return tuple(replace(in_hand[name], level=level) for name, level in tree_order([*lights.values()]))


def _in_thread(connection: Connection, thread_id: str) -> list[ThreadRow]:
    return [thread_row(row, 0) for row in connection.execute(thread_rows(thread_id))]


def _elsewhere(
    connection: Connection, listed: Sequence[OverviewRow], ids: Mapping[int, str]
) -> dict[int, AnyRow]:
    """Rows that are messages of other threads: the same minute, writer and subject.

    A row whose subject the page does not tell may have any subject of the overview.
    """
    left = [row for row in listed if row.number not in ids and isinstance(row.date, datetime)]
    minutes = sorted({_minute(row.date) * 60 for row in left})
    subjects = _subjects(listed)
    told = tuple(dict.fromkeys(row.subject for row in listed if row.subject))
    found: dict[int, AnyRow] = {}
    for start in range(0, len(minutes), _CHUNK):
        near = or_(*(MessageRow.sent_at.between(at, at + 59) for at in minutes[start : start + _CHUNK]))
        for message in connection.execute(threads_where(near).order_by(MessageRow.message_id)):
            writer = name_key(Person(message.author_name, message.author_address).display)
            for row in left:
                if row.number in found or (_minute(row.date), name_key(row.author)) != (
                    message.sent_at // 60,
                    writer,
                ):
                    continue
                possible = (subjects[row.number],) if subjects[row.number] else told
                if any(_same_subject(subject, message.subject) for subject in possible):
                    found[row.number] = message
                    break
    return found


def _stored(connection: Connection, thread_id: str | None) -> dict[str, dict[str, list[OverviewRow]]]:
    """The rows by thread and page, each in its order."""
    statement = (
        select(OverviewRecord, KnownId.message_id.label("page"), KnownId.thread_id)
        .join(KnownId, KnownId.key == OverviewRecord.message_key)
        .order_by(KnownId.thread_id, KnownId.message_id, OverviewRecord.number)
    )
    if thread_id is not None:
        statement = statement.where(KnownId.thread_id == thread_id)
    found: dict[str, dict[str, list[OverviewRow]]] = {}
    for record in connection.execute(statement):
        found.setdefault(record.thread_id, {}).setdefault(record.page, []).append(to_overview_row(record))
    return found


def _matched(listed: Sequence[OverviewRow], in_hand: Iterable[ThreadRow]) -> dict[int, str]:
    """Row number -> the message in hand that it is: by id, else by minute, writer and subject; each once."""
    left = {message.message_id: message for message in in_hand}
    found: dict[int, str] = {}
    for row in listed:
        told = (row.message_id, stand_in_id(row.message_id)) if row.message_id else ()
        name = next((name for name in told if name in left), "")
        if name:
            found[row.number] = name
            del left[name]
    by_minute: dict[tuple[int, str], list[ThreadRow]] = {}
    for message in left.values():
        by_minute.setdefault((_minute(message.date), name_key(message.author.display)), []).append(message)
    for row in listed:
        if row.number in found or isinstance(row.date, Unknown):
            continue
        possible = by_minute.get((_minute(row.date), name_key(row.author)), [])
        same = [message for message in possible if _same_subject(row.subject, message.subject)]
        if same:
            found[row.number] = same[0].message_id
            possible.remove(same[0])
    return found


def _minute(date: Moment) -> int:
    """Minutes since 1970, -1 where the date is unknown."""
    return int(date.timestamp()) // 60 if isinstance(date, datetime) else -1


def _same_subject(short: str, whole: str) -> bool:
    """Whether an overview's subject (empty where it repeats the parent's, cut where long) is that subject."""
    one, other = (re.sub(r"[\W_]+", "", fold(text)).lower() for text in (short, whole))
    return one in other


def _add_missing(
    page: str,
    listed: Sequence[OverviewRow],
    ids: Mapping[int, str],
    in_hand: dict[str, ThreadRow],
    lights: dict[str, Light],
) -> None:
    """Adds the rows of one overview whose messages are not there, and hangs what it places below others."""
    names = _names(listed, ids)
    subjects = _subjects(listed)
    root = names[listed[0].number]
    for row in listed:
        name = names[row.number]
        parent = root if row.parent == -1 else "" if row.parent is None else names.get(row.parent, root)
        if name in lights:
            light = lights[name]
            if row.parent != -1 and parent and not any(ref in lights for ref in light.references):
                lights[name] = replace(light, references=(*light.references, parent))
            continue
        sent = None
        if isinstance(row.date, datetime):  # rows of one minute stay in their order
            sent = int(row.date.timestamp()) + min(row.number, 59)
        lights[name] = Light(name, (parent,) if parent and parent != name else (), sent, "", "", False)
        author = Person(row.author, "")
        in_hand[name] = ThreadRow(name, 0, subjects[row.number], author, row.date, False, known_from=page)


def _subjects(listed: Sequence[OverviewRow]) -> dict[int, str]:
    """The subject of each row: its own, or that of the row that it answers; empty where that is not told."""
    found: dict[int, str] = {}
    for row in listed:
        above = "" if row.parent in (None, -1) else found.get(row.parent or 0, "")
        answer = above if not above or above.lower().startswith("re:") else f"Re: {above}"
        found[row.number] = row.subject or answer
    return found


def _names(listed: Sequence[OverviewRow], ids: Mapping[int, str]) -> dict[int, str]:
    """The id of each row: of the message in hand, as the page tells it, or made from what the row says."""
    names: dict[int, str] = {}
    seen: dict[tuple[object, ...], int] = {}
    for row in listed:
        name = ids.get(row.number) or row.message_id
        if not name:
            told = (_minute(row.date), name_key(row.author), row.subject)
            seen[told] = seen.get(told, 0) + 1
            name = stable_id("o", *told, seen[told]) + OVERVIEW_ID
        names[row.number] = name
    return names
