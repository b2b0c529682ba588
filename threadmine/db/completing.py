"""Messages that were stored to be mined later: which they are, and what mining adds to them.

What depends on headers alone was written when they were stored: their place in a thread and in a series.
Mining adds what depends on the text, so that afterwards the rows are those of a message that was mined when
it came.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from threadmine.db import rows, values
from threadmine.db.mined_writing import write_mined
from threadmine.db.places import arrange_series
from threadmine.db.schema import Body, KnownId, Message, Waiting, id_hash
from threadmine.db.session import Database
from threadmine.db.standins import load_messages_where
from threadmine.db.writing import Joined, Writing
from threadmine.model import Message as Mail
from threadmine.model import Mined

_PATCH = tuple(getattr(Message, name) for name in values.PATCH_COLUMNS)


def count_waiting(database: Database) -> int:
    """How many messages are stored and not mined.

    Raises:
        StoreError: the database cannot be read.
    """
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(Waiting)) or 0


def load_waiting(database: Database, after: int, most: int) -> tuple[int, tuple[Mail, ...]]:
    """Some of the messages that wait, bare, in the order in which they were read.

    Args:
        database: where they are.
        after: the number that this gave the last time, 0 at first.
        most: how many messages.

    Returns:
        the number to go on after, and the messages; none where no more wait.

    Raises:
        StoreError: the database cannot be read.
    """
    statement = (
        select(Waiting.number, Message.key, Message.message_id)
        .join(Message, Message.key == Waiting.message_key)
        .where(Waiting.number > after)
        .order_by(Waiting.number)
        .limit(most)
    )
    with database.read() as connection:
        listed = connection.execute(statement).all()
        if not listed:
            return after, ()
        found = load_messages_where(connection, Message.key.in_([row.key for row in listed]))
    by_id = {message.message_id: message for message in found}
    return listed[-1].number, tuple(by_id[row.message_id] for row in listed if row.message_id in by_id)


class Completing(Writing):
    """Adds to stored messages what mining found, inside one transaction."""

    def complete(self, mined: Sequence[Mined]) -> int:
        """Writes what was found in messages that wait; those that wait no longer are passed over.

        Returns how many it was written for.
        """
        waiting = self._waiting(mined)
        if not waiting:
            return 0
        sql, connection = self.sql, self.connection
        sql.update(
            connection,
            _PATCH,
            Message.key,
            [(*values.patch_values(one.message), key) for key, one in waiting],
        )
        stretches = [(values.stretches_text(one.message.stretches), key) for key, one in waiting]
        sql.update(connection, (Body.stretches,), Body.message_key, stretches)
        write_mined(sql, connection, waiting, self.full_text)
        keys = [key for key, _ in waiting]
        sql.delete(connection, Waiting.message_key, keys)
        self._make_series_anew(keys)
        return len(waiting)

    def _waiting(self, mined: Sequence[Mined]) -> list[tuple[int, Mined]]:
        """Those of the messages that wait, by their keys, in the order of these."""
        by_hash = {id_hash(rows.clean(one.message.message_id)): one for one in mined}
        columns = (KnownId.key, KnownId.id_hash)
        found = dict(self.sql.fetch(self.connection, columns, KnownId.id_hash, sorted(by_hash)))
        keys = self.sql.fetch(self.connection, (Waiting.message_key,), Waiting.message_key, sorted(found))
        return [(key, by_hash[found[key]]) for (key,) in sorted(keys)]

    def _make_series_anew(self, keys: Sequence[int]) -> None:
        """Series tell what their patches state, touch and were given: those of the threads of messages."""
        columns = (Message.thread_id,)
        ids = {name for (name,) in self.sql.fetch(self.connection, columns, Message.key, keys)}
        threads = [Joined([], {}, {}, [name], name) for name in sorted(ids)]
        self._load_lights(threads)
        self._clear_series(threads)
        for thread in threads:
            thread.arranged = arrange_series(thread.lights)
        self._finish(threads)
