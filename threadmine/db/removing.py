"""Writing that also takes messages out: stand-ins that give way, and mail that its archive has withdrawn.

A thread that loses messages is computed from those that are left, as if the lost ones had never been there:
ids that nobody names any more are forgotten, and messages that only the lost ones held together part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

from sqlalchemy import delete, select

from threadmine.db import rows
from threadmine.db.places import Light, arrange_series, group_threads, thread_id_of, thread_root
from threadmine.db.schema import Copy, KnownId, Message, Thread, id_hash
from threadmine.db.standins import remove_messages
from threadmine.db.told import Told, forget, tell, told_of
from threadmine.db.writing import Joined, Writing
from threadmine.model import Mined


class Removing(Writing):
    """Takes messages out, and writes others, inside one transaction."""

    def replace(self, mined: Sequence[Mined], gone: Mapping[str, str]) -> int:
        """Takes out the messages ``gone`` and writes ``mined``; returns how many of these are new.

        What archive pages told with a message that goes is kept with what takes its place (``gone[id]``).
        """
        told = told_of(self.connection, gone)
        self._take_out(gone)
        new = self.run(mined)
        for name, what in told.items():
            self.tell(gone[name], what)
        return new

    def tell(self, message_id: str, told: Told) -> None:
        """Stores what an archive page told with a message, if that is known."""
        hashed = id_hash(rows.clean(message_id))
        for (key,) in self.sql.fetch(self.connection, (KnownId.key,), KnownId.id_hash, [hashed]):
            tell(self.sql, self.connection, key, told)

    def withdraw(
        self, ids: Iterable[str], source: str, quoted: Mapping[str, Mapping[str, str]] | None = None
    ) -> dict[str, list[str]]:
        """Takes out the messages that ``source`` gave and has withdrawn.

        A message stays where another source gave a copy of it, or where it came from another source in the
        first place; only that this source had it is forgotten.

        Args:
            ids: the messages.
            source: the archive that deleted them.
            quoted: for messages whose quotations made stand-ins, these: their ids, with the ids of the mail
                that they stand for. They go too, and come again where somebody else quotes that mail.

        Returns:
            For each message taken out, the ids of those that name it among their references.
        """
        wanted = sorted({id_hash(rows.clean(name)) for name in ids})
        keys = [key for (key,) in self.sql.fetch(self.connection, (KnownId.key,), KnownId.id_hash, wanted)]
        columns = (Message.key, Message.message_id, Message.source, Message.thread_id)
        found = self.sql.fetch(self.connection, columns, Message.key, sorted(keys))
        going: dict[str, str] = {}
        for key, name, stored_source, thread_id in found:
            theirs = (Copy.message_key == key, Copy.source == source)
            self.connection.execute(delete(Copy).where(*theirs))
            if stored_source == source and not self._lent_by_a_copy(key):
                going[name] = thread_id
        naming = {name: self._naming({name}, thread_id) for name, thread_id in going.items()}
        shown = {name: (quoted or {}).get(name, {}) for name in going}
        for name, stand_ins in shown.items():
            naming[name] += self._naming({*stand_ins.values()} - {""}, going[name])
        self._take_out([*going, *(own for stand_ins in shown.values() for own in stand_ins)])
        return naming

    def _lent_by_a_copy(self, key: int) -> bool:
        """Whether another source has the message too; it counts as that source's from now on."""
        columns = (Copy.content_hash, Copy.source, Copy.place, Copy.list_name)
        copies = sorted(self.sql.fetch(self.connection, columns, Copy.message_key, [key]))
        if not copies:
            return False
        targets = (Message.content_hash, Message.source, Message.place, Message.list_name)
        self.sql.update(self.connection, targets, Message.key, [(*copies[0], key)])
        own = (Copy.message_key == key, Copy.content_hash == copies[0][0])
        self.connection.execute(delete(Copy).where(*own))
        return True

    def _naming(self, names: Set[str], thread_id: str) -> list[str]:
        """The messages of a thread that refer to one of ``names``."""
        statement = select(Message.message_id, Message.refs).where(Message.thread_id == thread_id)
        return sorted(
            found for found, refs in self.connection.execute(statement) if not names.isdisjoint(refs)
        )

    # ------------------------------------------------------------------ a thread without some messages

    def _take_out(self, names: Iterable[str]) -> None:
        for thread_id in remove_messages(self.connection, names, self.full_text):
            self._make_anew(thread_id)
        self.numbers.clear()  # ids that are forgotten get new numbers when they come again

    def _make_anew(self, thread_id: str) -> None:
        """Computes a thread from the messages that are left of it, if it is still there."""
        if not self.sql.fetch(self.connection, (Thread.id,), Thread.id, [thread_id]):
            return
        whole = Joined([], {}, {}, [thread_id], thread_id)
        self._load_lights([whole])
        self._clear_series([whole])
        self._load_stored_ids(whole)
        by_id = {light.message_id: light for light in whole.lights}
        parts: list[Joined] = []
        for names in group_threads((light.message_id, light.references) for light in whole.lights):
            lights = [by_id[name] for name in names if name in by_id]
            part = Joined([], _chained(lights), whole.stored, [], lights=lights)
            part.places = {light.message_id: whole.places[light.message_id] for light in lights}
            part.arranged = arrange_series(lights)
            self._place(part)
            parts.append(part)
        self._finish(parts)
        self._forget(whole, {name for part in parts for name in part.ids})

    def _load_stored_ids(self, joined: Joined) -> None:
        columns = (KnownId.message_id, KnownId.thread_id, KnownId.has_parent, KnownId.key)
        for name, thread_id, has_parent, key in self.sql.fetch(
            self.connection, columns, KnownId.thread_id, joined.old_threads
        ):
            joined.stored[name] = (thread_id, bool(has_parent))
            self.numbers[name] = key

    def _place(self, part: Joined) -> None:
        """Puts the ids and messages of a part under the thread id that they give."""
        part.root = thread_root(part.ids)
        part.thread_id = thread_id_of(part.root)
        if not self.sql.fetch(self.connection, (Thread.id,), Thread.id, [part.thread_id]):
            self.sql.insert(self.connection, Thread, ("id", "root_id"), [(part.thread_id, part.root)])
        new = [name for name in part.ids if name not in part.stored]
        if new:
            top = self.connection.exec_driver_sql("SELECT MAX(key) FROM known_ids").scalar() or 0
            self.numbers.update((name, top + index) for index, name in enumerate(new, 1))
        self._move([part])
        moved: list[tuple[object, ...]] = [(part.thread_id, self.numbers[m.message_id]) for m in part.lights]
        self.sql.update(self.connection, (Message.thread_id,), Message.key, moved)

    def _forget(self, whole: Joined, named: set[str]) -> None:
        """Takes out the ids of a thread that nothing names any more, and the thread where it is empty."""
        stale = sorted(self.numbers[name] for name in whole.stored if name not in named)
        if stale:
            forget(self.connection, stale)
            self.sql.delete(self.connection, Copy.message_key, stale)
            self.sql.delete(self.connection, KnownId.key, stale)
        if not self.sql.fetch(self.connection, (KnownId.key,), KnownId.thread_id, [whole.thread_id]):
            self.sql.delete(self.connection, Thread.id, [whole.thread_id])


def _chained(lights: Iterable[Light]) -> dict[str, bool]:
    """Every id that messages name, with whether it has a parent."""
    found: dict[str, bool] = {}
    for light in lights:
        for index, name in enumerate((*light.references, light.message_id)):
            found[name] = found.get(name, False) or index > 0
    return found
