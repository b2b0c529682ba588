"""Bringing threads from a server into the database, and remembering what to ask for again.

What was pulled is noted in the database itself (in the table of ingest positions), so that ``update`` needs
no file of its own. Everything is fetched before anything of it is stored: a fault leaves the database as it
was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from threadmine.errors import SourceError, ThreadmineError
from threadmine.ingest import Found, parse_all
from threadmine.model import IngestReport, Message, RawMail, Skipped

if TYPE_CHECKING:
    from threadmine.db.session import Database
    from threadmine.sources.lore import Fetched, Lore, Target

_NOTE = "followed"
"""The name of the position under which followed threads and queries are kept."""


@dataclass(frozen=True, slots=True)
class Followed:
    """Something that ``update`` asks for again: a thread, or a query to a list.

    ``as_of`` is the server's clock at the last answer, ISO 8601.
    """

    base: str
    message_id: str = ""
    list_name: str = ""
    query: str = ""
    versions: bool = True
    as_of: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.base, self.message_id, self.list_name, self.query)

    def __str__(self) -> str:
        return self.message_id or f"{self.list_name or 'all'}: {self.query}"


@dataclass(slots=True)
class Outcome:
    """What a run brought: new messages by id, and one line for each thing that failed."""

    new_ids: list[str] = field(default_factory=list)
    read: int = 0
    failures: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)

    def add(self, report: IngestReport) -> None:
        self.new_ids += report.new_ids
        self.read += report.read
        self.failures += [f"{where}: {why}" for where, why in report.failures]


class Puller:
    """Fetches from one server into one database.

    Args:
        lore: the server.
        database: opened for writing.
    """

    def __init__(self, lore: Lore, database: Database) -> None:
        from threadmine.db.store import Store

        self.lore = lore
        self.database = database
        self.store = Store(database)
        self.outcome = Outcome()

    # ------------------------------------------------------------------------------------ pull

    def pull(self, targets: Iterable[Target], versions: bool) -> None:
        """Brings the thread of each target; one that fails is noted and the next is tried."""
        for target in targets:
            try:
                for message_id in self._ids(target):
                    self._pull_thread(message_id, target.base, versions)
            except SourceError as error:
                self.outcome.failures.append(error.line())

    def _ids(self, target: Target) -> Sequence[str]:
        return (target.message_id,) if target.message_id else self.lore.series(target.change_id)

    def _pull_thread(self, message_id: str, base: str, versions: bool) -> None:
        thread = self.lore.thread(message_id, base)
        fetched = [thread]
        failure = ""
        if versions:
            try:
                fetched += self._versions(thread)
            except SourceError as error:
                failure = error.line()
        for each in fetched:
            self._store(each, only_new=False)
        self._follow(Followed(thread.base, message_id, versions=versions, as_of=thread.as_of.isoformat()))
        if failure:
            self.outcome.failures.append(failure)

    def _versions(self, thread: Fetched) -> Iterator[Fetched]:
        """The threads of the other versions, each once."""
        seen = set(thread.ids)
        for message_id in self.lore.other_versions(thread):
            if message_id in seen:
                continue
            found = self.lore.thread(message_id)
            seen.update(found.ids)
            self.outcome.versions.append(message_id)
            yield found

    def pull_query(self, list_name: str, query: str, since: datetime | None) -> None:
        """Brings all threads of a list that match."""
        found = self.lore.query(list_name, query, since)
        self._store(found, only_new=False)
        self._follow(Followed(self.lore.base, "", list_name, query, as_of=found.as_of.isoformat()))

    # ---------------------------------------------------------------------------------- update

    def update(self) -> int:
        """Asks again for everything that is followed; returns how many things that are."""
        followed = self.followed()
        for each in followed:
            try:
                self._refresh(each)
            except ThreadmineError as error:
                self.outcome.failures.append(error.line())
        return len(followed)

    def _refresh(self, each: Followed) -> None:
        if not each.message_id:
            self._refresh_query(each)
            return
        thread = self.lore.thread(each.message_id, "" if each.base == self.lore.base else each.base)
        fetched = [thread]
        if each.versions:
            fetched += self._new_versions(thread)
        for found in fetched:
            self._store(found, only_new=True)
        self._follow(Followed(each.base, each.message_id, "", "", each.versions, thread.as_of.isoformat()))

    def _new_versions(self, thread: Fetched) -> Iterator[Fetched]:
        """Threads of versions whose first message is not stored yet; known ones are refreshed too."""
        seen = set(thread.ids)
        for message_id in self.lore.other_versions(thread):
            if message_id in seen:
                continue
            found = self.lore.thread(message_id)
            seen.update(found.ids)
            if not self.store.known([message_id]):
                self.outcome.versions.append(message_id)
            yield found

    def _refresh_query(self, each: Followed) -> None:
        from threadmine.sources.lore import poll_start

        since = poll_start(datetime.fromisoformat(each.as_of)) if each.as_of else None
        try:
            found = self.lore.query(each.list_name, each.query, since)
        except SourceError as error:
            if isinstance(error.__cause__, LookupError) or "nothing matches" in error.what:
                return
            raise
        self._store(found, only_new=True)
        self._follow(Followed(each.base, "", each.list_name, each.query, as_of=found.as_of.isoformat()))

    # ----------------------------------------------------------------------------------- store

    def _store(self, fetched: Fetched, only_new: bool) -> None:
        """Stores what came; with ``only_new`` mails with known ids are not even parsed."""
        from threadmine.pipeline import ingest_messages

        mails: Sequence[RawMail | Skipped] = fetched.mails
        if only_new:
            mails = self._unknown(mails)
            if not mails:
                return
        self.outcome.add(ingest_messages(self.database, self._parsed(mails)))

    def _parsed(self, mails: Iterable[RawMail | Skipped]) -> Iterator[Found]:
        """The mails parsed, with what their signatures say."""
        from threadmine.sources.attest import UNKNOWN, attestation

        for mail in mails:
            for found in parse_all([mail]):
                said = attestation(mail.data) if isinstance(mail, RawMail) else UNKNOWN
                if isinstance(found, Message) and said != UNKNOWN:
                    found = replace(found, attestation=said)
                yield found

    def _unknown(self, mails: Sequence[RawMail | Skipped]) -> list[RawMail | Skipped]:
        from threadmine.sources.lore import mail_id

        ids = {id(mail): mail_id(mail) for mail in mails if isinstance(mail, RawMail)}
        known = self.store.known(ids.values())
        return [mail for mail in mails if ids.get(id(mail)) and ids[id(mail)] not in known]

    def followed(self) -> tuple[Followed, ...]:
        """What ``update`` asks for, in the order in which it was first pulled."""
        text = self.store.position(_NOTE)
        return tuple(Followed(**row) for row in json.loads(text)) if text else ()

    def _follow(self, new: Followed) -> None:
        rows = {each.key: each for each in self.followed()}
        rows[new.key] = new
        fields = ("base", "message_id", "list_name", "query", "versions", "as_of")
        text = json.dumps([{name: getattr(each, name) for name in fields} for each in rows.values()])
        self.store.save_position(_NOTE, text)
