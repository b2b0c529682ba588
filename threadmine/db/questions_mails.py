"""Questions about mail: messages and threads.

What the arguments take is told in :mod:`threadmine.db.queries`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import (
    select,
)

from threadmine.db import rows
from threadmine.db.asked import condition
from threadmine.db.asked_kinds import MESSAGES
from threadmine.db.asker import Asker
from threadmine.db.mails import (
    OF_THREADS,
    find_words,
    growing,
    keys_of,
    light_of,
    light_of_keys,
    numbers,
    of_keys,
    of_thread,
    subjects_of,
    thread_of,
    thread_row,
    thread_rows,
)
from threadmine.db.names import plain_id
from threadmine.db.overview import thread_with_overview
from threadmine.db.places import tree_order
from threadmine.db.schema import (
    Message,
    Thread,
)
from threadmine.db.series import resolve_series
from threadmine.db.terms import (
    CHUNK,
    between,
    newest,
    oldest,
)
from threadmine.errors import NotFoundError
from threadmine.model import (
    Concern,
    StoredMessage,
    ThreadRow,
)
from threadmine.query import Where


class MailQuestions(Asker):
    """The messages and threads of one database."""

    # ------------------------------------------------------------------------------- messages

    def message(self, message_id: str) -> StoredMessage:
        """One message with its body; takes an id with or without ``<>``, or a lore address.

        Raises:
            NotFoundError: it is not in the database.
        """
        wanted = plain_id(message_id)
        with self.database.read() as connection:
            found = of_keys(connection, keys_of(connection, [wanted]))
        if not found:
            raise NotFoundError(f"no message {wanted}", remedy="ingest the mail that holds it")
        return found[0]

    def messages(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        series: str | None = None,
        *,
        thread: str | Iterable[str] | None = None,
        where: Where | None = None,
        newest_first: bool = False,
        bodies: bool = True,
    ) -> Iterator[StoredMessage]:
        """All messages, oldest first, a few hundred in memory at a time; without ``bodies`` much quicker.

        ``thread`` is a thread id or several. ``where`` is a query: every message that meets it comes, and
        perhaps a few others. ``newest_first`` turns the order round; who has enough may stop.
        """
        conditions = [*between(Message.sent_at, since, until)]
        if thread is not None:
            threads = [thread] if isinstance(thread, str) else sorted(thread)
            conditions.append(Message.thread_id.in_(threads))
        order = newest(Message.sent_at) if newest_first else oldest(Message.sent_at)
        with self.database.read() as connection:
            if series is not None:
                conditions.append(Message.series_id.in_(resolve_series(connection, series)))
            keys = list(connection.scalars(numbers(where, conditions).order_by(*order, Message.message_id)))
        for chunk in growing(keys, CHUNK):
            with self.database.read() as connection:
                found = of_keys(connection, chunk) if bodies else light_of_keys(connection, chunk)
            yield from reversed(found) if newest_first else found

    def messages_by_id(
        self, message_ids: Iterable[str], *, people: bool = True, bodies: bool = True
    ) -> tuple[StoredMessage, ...]:
        """Those of the messages that the database holds, oldest first; recipients and tags only with
        ``people``.

        Without ``bodies`` neither bodies nor recipients are read.
        """
        names = sorted({plain_id(name) for name in message_ids})
        found: list[StoredMessage] = []
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                keys = keys_of(connection, names[start : start + CHUNK])
                found += of_keys(connection, keys, people) if bodies else light_of_keys(connection, keys)
        return tuple(sorted(found, key=lambda m: (rows.seconds(m.date) or 0, m.message_id)))

    def subjects(self, message_ids: Iterable[str]) -> dict[str, str]:
        """The subjects of those of the messages that the database holds, by their ids."""
        names = sorted({plain_id(name) for name in message_ids})
        found: dict[str, str] = {}
        with self.database.read() as connection:
            for start in range(0, len(names), CHUNK):
                found.update(subjects_of(connection, names[start : start + CHUNK]))
        return found

    def search(
        self,
        words: str,
        limit: int = 50,
        since: datetime | None = None,
        where: Where | None = None,
        offset: int = 0,
    ) -> tuple[StoredMessage, ...]:
        """Messages whose subject or new text holds all the words (``"…"`` for a phrase), best first.

        ``where`` is a query besides: every message that meets it comes, and perhaps a few others.
        """
        with self.database.read() as connection:
            known = condition(where, MESSAGES).sql if where is not None else None
            keys = find_words(connection, words, limit, since, self.database.is_sqlite, known, offset)
            found = {m.message_id: m for m in of_keys(connection, list(keys))}
        return tuple(found[name] for name in keys.values() if name in found)

    # -------------------------------------------------------------------------------- threads

    def thread(self, message_id: str) -> tuple[ThreadRow, ...]:
        """The thread of a message as a tree, in reading order. A thread id is taken, too.

        Raises:
            NotFoundError: neither the message nor an answer to it is in the database.
        """
        with self.database.read() as connection:
            thread_id = thread_of(connection, message_id)
            found = {row.message_id: row for row in connection.execute(thread_rows(thread_id))}
        order = tree_order([light_of(row) for row in found.values()])
        return tuple(thread_row(found[name], level) for name, level in order)

    def whole_thread(self, message_id: str) -> tuple[ThreadRow, ...]:
        """As :meth:`thread`, with the messages that only overviews of archive pages tell of.

        Raises:
            NotFoundError: neither the message nor an answer to it is in the database.
        """
        return thread_with_overview(self.database, message_id)

    def thread_mails(self, thread_id: str, *, people: bool = True) -> tuple[StoredMessage, ...]:
        """The messages of a thread with their bodies, oldest first; recipients and tags only with
        ``people``.
        """
        with self.database.read() as connection:
            return tuple(of_thread(connection, thread_id, people))

    def thread_concerns(self, thread_id: str) -> tuple[Concern, ...]:
        """The concerns of a thread by their messages' dates, then by their places in them."""
        return self.concerns_by_thread((thread_id,)).get(thread_id, ())

    def concerns_by_thread(self, thread_ids: Collection[str]) -> dict[str, tuple[Concern, ...]]:
        """:meth:`thread_concerns` of those of the threads that have any."""
        found: dict[str, list[Concern]] = {}
        with self.database.read() as connection:
            for row in connection.execute(OF_THREADS, {"wanted": sorted(thread_ids)}):
                found.setdefault(row.thread_id, []).append(rows.to_concern(row))
        return {thread_id: tuple(concerns) for thread_id, concerns in found.items()}

    def stale_threads(self) -> tuple[str, ...]:
        """Threads that got mail since the states of their concerns were computed."""
        with self.database.read() as connection:
            return tuple(connection.scalars(select(Thread.id).where(Thread.stale).order_by(Thread.id)))
