"""Bringing threads from a server into the database, and remembering what to ask for again.

What was pulled is noted in the database itself (in the table of ingest positions), so that ``update`` needs
no file of its own. Everything is fetched before anything of it is stored: a fault leaves the database as it
was.

An update asks only for what arrived since the server's last answer. Where the server looks in one thread, it
is one small question a thread; where it looks in the whole inbox whatever thread is named, its first answer
does for all threads. One more question finds new versions of all series. Servers without a search give whole
threads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from threadmine.db.followed import SeriesSign, ids_of, series_signs, threads_of, titles_of
from threadmine.db.places import group_threads
from threadmine.db.session import Database
from threadmine.db.store import Store
from threadmine.errors import SourceError, ThreadmineError
from threadmine.ingest import Found, parse_all
from threadmine.model import IngestReport, Message, RawMail, Skipped, unique
from threadmine.parse.subject import parse_subject
from threadmine.pipeline import ingest_messages
from threadmine.sources.attest import UNKNOWN, attestation
from threadmine.sources.lore import (
    Fetched,
    Lore,
    is_first,
    mail_id,
    mail_references,
    poll_start,
    subject_of,
)
from threadmine.sources.target import Target

_NOTE = "followed"
"""The name of the position under which followed threads and queries are kept."""

_LONGEST = timedelta(days=30)
"""After this time whole threads are asked for: what arrived in an inbox meanwhile may be more."""

_OVERVIEWS = 50
"""Threads whose overviews an update looks at."""

_SIGNS_AT_ONCE = 20
"""Series that one question about new versions names."""

_T = TypeVar("_T")


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
        fetched = [(thread, message_id)]
        failure = ""
        if versions:
            try:
                fetched += self._versions(thread)
                self.outcome.versions += [name for _, name in fetched[1:]]
            except SourceError as error:
                failure = error.line()
        notes = [
            Followed(each.base, name, "", "", versions, each.as_of.isoformat()) for each, name in fetched
        ]
        self._follow(
            *(replace(note, as_of="") for note in notes)
        )  # an update finishes what is cut short here
        for each, _ in fetched:
            self._store(each, only_new=False)
        self._follow(*notes)
        if failure:
            self.outcome.failures.append(failure)

    def _versions(self, thread: Fetched) -> Iterator[tuple[Fetched, str]]:
        """The threads of the other versions, each once, with the first message of each."""
        seen = set(thread.ids)
        for message_id in self.lore.other_versions(thread):
            if message_id in seen:
                continue
            found = self.lore.thread(message_id)
            seen.update(found.ids)
            yield found, message_id

    def pull_query(self, list_name: str, query: str, since: datetime | None) -> None:
        """Brings all threads of a list that match."""
        found = self.lore.query(list_name, query, since)
        self._store(found, only_new=False)
        self._follow(Followed(self.lore.base, "", list_name, query, as_of=found.as_of.isoformat()))

    # ---------------------------------------------------------------------------------- update

    def update(self) -> int:
        """Asks again for everything that is followed; returns how many things that are."""
        followed = self.followed()
        by_base: dict[str, list[Followed]] = {}
        for each in followed:
            if each.message_id:
                by_base.setdefault(each.base, []).append(each)
            else:
                self._guarded(self._refresh_query, each)
        for threads in by_base.values():
            self._guarded(self._refresh_threads, threads)
        return len(followed)

    def _guarded(self, refresh: Callable[[_T], None], what: _T) -> None:
        try:
            refresh(what)
        except ThreadmineError as error:
            self.outcome.failures.append(error.line())

    def _refresh_threads(self, threads: Sequence[Followed]) -> None:
        """Everything new in the threads that are followed on one server, then new versions of series."""
        of_ids = threads_of(self.database, [each.message_id for each in threads])
        ours = Ours(self.database, sorted(set(of_ids.values())))
        answers = self._ask(threads, of_ids, ours)
        for found in answers.values():
            self._store(replace(found, mails=tuple(ours.among(self._unknown(found.mails)))), only_new=True)
        answered = [each for each in threads if each.message_id in answers]
        if answered:
            self._complete(answered, of_ids)
            self._refresh_versions(answered)
        # after all is stored: what fails is asked for again
        self._follow(*(replace(each, as_of=answers[each.message_id].as_of.isoformat()) for each in answered))

    def _ask(self, threads: Sequence[Followed], of_ids: Mapping[str, str], ours: Ours) -> dict[str, Fetched]:
        """What is new in each thread, by the id that is followed; threads that failed are left out.

        A server that fails twice in the same way is not asked again; one that looks in the whole inbox
        neither.
        """
        since = min((at for at in map(_asked_at, threads) if at > _long_ago()), default=_long_ago())
        answers: dict[str, Fetched] = {}
        by_thread: dict[str, Fetched] = {}
        last: Fetched | None = None
        is_whole = False
        failed = ""
        for number, each in enumerate(threads):
            thread_id = of_ids.get(each.message_id, each.message_id)
            found = last if is_whole else by_thread.get(thread_id)
            if found is None:
                try:
                    found = self._news_of(each, since)
                except SourceError as error:
                    self.outcome.failures.append(error.line())
                    if error.what == failed and number + 1 < len(threads):
                        more = f"{each.base}: {len(threads) - number - 1} more threads were not asked for"
                        self.outcome.failures.append(f"{more}, for the same reason")
                        break
                    failed = error.what
                    continue
                is_whole = last is not None and _same_inbox(last, found, ours)
                by_thread[thread_id] = last = found
            answers[each.message_id] = found
        return answers

    def _complete(self, threads: Sequence[Followed], of_ids: Mapping[str, str]) -> None:
        """Fetches threads that hold mail which did not arrive in the window: archives file some of it late.

        A thread's overview, a page of a few kilobytes, tells its ids. Of many threads those that were pulled
        or updated last are looked at.
        """
        by_thread = {of_ids.get(each.message_id, each.message_id): each for each in threads}
        latest = sorted(by_thread.values(), key=lambda each: (each.as_of, each.message_id), reverse=True)
        for each in latest[:_OVERVIEWS]:
            base = "" if each.base == self.lore.base else each.base
            there = self.lore.thread_ids(each.message_id, base)
            if set(there) - self.store.known(there):
                self._store(self.lore.thread(each.message_id, base), only_new=True)

    def _news_of(self, each: Followed, since: datetime) -> Fetched:
        """What arrived in a thread since then, or all of it where the server cannot tell."""
        base = "" if each.base == self.lore.base else each.base
        found = None
        if _asked_at(each) > _long_ago():
            found = self.lore.thread_news(each.message_id, since, base)
        return self.lore.thread(each.message_id, base) if found is None else found

    def _refresh_versions(self, threads: Sequence[Followed]) -> None:
        """Brings versions that were posted meanwhile, and follows their threads."""
        series = [each for each in threads if each.versions]
        of_ids = threads_of(self.database, [each.message_id for each in series])
        signs = series_signs(self.database, sorted(set(of_ids.values())))
        base = "" if threads[0].base == self.lore.base else threads[0].base
        for start in range(0, len(signs), _SIGNS_AT_ONCE):
            some = signs[start : start + _SIGNS_AT_ONCE]
            found = self.lore.found(" OR ".join(unique(map(_query_of, some))), base)
            posted = {name: subject for name, subject in (found or {}).items() if is_first(subject)}
            new = [posted[name] for name in sorted(posted.keys() - self.store.known(posted))]
            if new or found is None:
                near = {sign.thread_id for sign in some if any(_may_be(sign, subject) for subject in new)}
                for each in series:
                    if of_ids.get(each.message_id) in (near or {sign.thread_id for sign in some}):
                        self._guarded(self._pull_new_versions, each)

    def _pull_new_versions(self, each: Followed) -> None:
        thread = self.lore.thread(each.message_id, "" if each.base == self.lore.base else each.base)
        for found, message_id in self._versions(thread):
            if self.store.known([message_id]):
                continue
            self.outcome.versions.append(message_id)
            self._store(found, only_new=True)
            self._follow(Followed(found.base, message_id, versions=True, as_of=found.as_of.isoformat()))

    def _refresh_query(self, each: Followed) -> None:
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
        mails: Sequence[RawMail | Skipped] = fetched.mails
        if only_new:
            mails = self._unknown(mails)
            if not mails:
                return
        self.outcome.add(ingest_messages(self.database, self._parsed(mails)))

    def _parsed(self, mails: Iterable[RawMail | Skipped]) -> Iterator[Found]:
        """The mails parsed, with what their signatures say."""
        for mail in mails:
            for found in parse_all([mail]):
                said = attestation(mail.data) if isinstance(mail, RawMail) else UNKNOWN
                if isinstance(found, Message) and said != UNKNOWN:
                    found = replace(found, attestation=said)
                yield found

    def _unknown(self, mails: Sequence[RawMail | Skipped]) -> list[RawMail]:
        named = self._with_ids(mails)
        known = self.store.known(name for _, name in named)
        return [mail for mail, name in named if name not in known]

    def _with_ids(self, mails: Iterable[RawMail | Skipped]) -> list[tuple[RawMail, str]]:
        named = [(mail, mail_id(mail)) for mail in mails if isinstance(mail, RawMail)]
        return [(mail, name) for mail, name in named if name]

    def followed(self) -> tuple[Followed, ...]:
        """What ``update`` asks for, in the order in which it was first pulled."""
        text = self.store.position(_NOTE)
        return tuple(Followed(**row) for row in json.loads(text)) if text else ()

    def _follow(self, *new: Followed) -> None:
        rows = {each.key: each for each in self.followed()}
        rows.update((each.key, each) for each in new)
        fields = ("base", "message_id", "list_name", "query", "versions", "as_of")
        text = json.dumps([{name: getattr(each, name) for name in fields} for each in rows.values()])
        self.store.save_position(_NOTE, text)


def _asked_at(each: Followed) -> datetime:
    """Where the next question about something begins; long ago where no answer was stored whole."""
    return poll_start(datetime.fromisoformat(each.as_of)) if each.as_of else datetime.min.replace(tzinfo=UTC)


def _long_ago() -> datetime:
    """What was asked before this is asked for as a whole."""
    return datetime.now(UTC) - _LONGEST


def _same_inbox(one: Fetched, other: Fetched, ours: Ours) -> bool:
    """Whether a server that was asked for two threads looked in the whole inbox: both answers are the same,
    and there is mail in them that belongs to no thread that is followed."""
    mails = [mail for mail in other.mails if isinstance(mail, RawMail)]
    return bool(mails) and set(one.ids) == set(other.ids) and len(ours.among(mails)) < len(mails)


def _may_be(sign: SeriesSign, subject: str) -> bool:
    """Whether a posting may be another version of a series; by change-id it may have any title."""
    return bool(sign.change_id) or parse_subject(subject).title.casefold() == sign.title.casefold()


class Ours:
    """What belongs to the threads that are followed: what refers to them, and answers without references.

    Args:
        database: where the threads are.
        thread_ids: their ids.
    """

    def __init__(self, database: Database, thread_ids: Sequence[str]) -> None:
        self._ids = ids_of(database, thread_ids)
        self._titles = titles_of(database, thread_ids)

    def among(self, mails: Sequence[RawMail]) -> list[RawMail]:
        """Those of the mails that belong to the threads, directly or through each other."""
        chains = {mail_id(mail): mail_references(mail) for mail in mails}
        kept: set[str] = set()
        by_id = {mail_id(mail): mail for mail in mails}
        for names in group_threads(chains.items()):
            if any(name in self._ids or self._is_bare_answer(by_id.get(name)) for name in names):
                kept.update(names)
        self._ids |= kept
        return [mail for name, mail in by_id.items() if name in kept]

    def _is_bare_answer(self, mail: RawMail | None) -> bool:
        """Whether a mail answers by its subject alone, which public-inbox takes for the same thread."""

        if mail is None or mail_references(mail):
            return False
        subject = parse_subject(subject_of(mail))
        return subject.is_reply and subject.title.casefold() in self._titles


def _query_of(sign: SeriesSign) -> str:
    """What finds the other versions of a series, as b4 asks for them: change-id, or title and sender."""
    if sign.change_id:
        return f'nq:"change-id: {sign.change_id}"'
    title = sign.title.replace('"', "")
    return f'(s:"{title}" AND f:"{sign.address}")' if sign.address else f's:"{title}"'
