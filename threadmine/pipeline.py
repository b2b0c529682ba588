"""The way of mail into the database: read, parse, mine, store by thread, bring the states up to date.

Batches are bounded, so memory does not grow with the archive. Threads are stored whole, a few of them in one
transaction, and everything may be repeated: a run that is killed at any moment is completed by the next one,
to the same database as if nothing had happened. Threads whose states are still to be computed are marked in
the database itself.

Mining may be left for later: then mail is stored as it is read, without its text being taken apart, and
waits. The next run that mines, mines what waits, to the same database as if it had been mined when it came.
"""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from threadmine.db.completing import count_waiting, load_waiting
from threadmine.db.places import group_threads
from threadmine.db.session import Database
from threadmine.db.standins import load_messages
from threadmine.db.store import Store
from threadmine.db.told import Told
from threadmine.ingest import Found, read_messages
from threadmine.model import IngestReport, Message, Mined, Skipped, Withdrawn
from threadmine.reconcile import Reconciler

if TYPE_CHECKING:
    from threadmine.memmap import Model

BATCH_MESSAGES = 300
"""Messages parsed before they are grouped by thread and stored."""

BATCH_TO_STORE = 1_000
"""The same where mail is not mined: each takes less memory, and threads come in fewer parts."""

BATCH_CHARACTERS = 4_000_000
"""Characters of bodies after which a batch is stored although it has few messages."""

BATCHES_UNSEARCHED = 32
"""Batches after which Python looks for circles of dead objects; in 7,200 mails there was not one."""

TRANSACTION_MESSAGES = 150
"""Messages after which the threads that hold them are stored; a commit costs as much as a few messages."""

Progress = Callable[[int, str], None]
"""Told the number of messages read so far, and where the last of them came from."""

Miner = Callable[[Message], Mined]


@dataclass(slots=True)
class _Account:
    """What happened so far."""

    read: int = 0
    known: int = 0
    new_ids: list[str] = field(default_factory=list)
    removed_ids: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    unsearched: int = 0

    def collect(self) -> None:
        """Looks for circles of dead objects, once in :data:`BATCHES_UNSEARCHED` batches."""
        self.unsearched += 1
        if self.unsearched >= BATCHES_UNSEARCHED:
            gc.collect(1)
            self.unsearched = 0

    def left_out(self, item: Skipped) -> None:
        (self.failures if item.failed else self.skipped).append((str(item.origin), item.reason))

    def report(self) -> IngestReport:
        return IngestReport(
            read=self.read,
            new=len(self.new_ids),
            known=self.known,
            skipped=tuple(self.skipped),
            failures=tuple(self.failures),
            new_ids=tuple(self.new_ids),
            removed_ids=tuple(dict.fromkeys(self.removed_ids)),
        )


def ingest_paths(
    database: Database,
    paths: Iterable[str],
    progress: Progress | None = None,
    miner: Miner | None = None,
    mining: bool = True,
) -> IngestReport:
    """Reads files, folders, archives or standard input into the database.

    Args:
        database: opened for writing.
        paths: what to read, see :func:`threadmine.sources.read_path`.
        progress: told how far it is after each batch.
        miner: what finds claims and so on in a message; None takes :func:`threadmine.extract.mine`.
        mining: False stores what is read and leaves the mining to a later run. What only an archive page or
            a quotation shows is mined all the same: what tells its writers is at hand only now.

    Raises:
        StoreError: the database cannot be written; what was stored before stays.
    """
    return ingest_messages(database, read_messages(paths, bare=not mining), progress, miner, mining)


def ingest_messages(
    database: Database,
    items: Iterable[Found],
    progress: Progress | None = None,
    miner: Miner | None = None,
    mining: bool = True,
) -> IngestReport:
    """Like :func:`ingest_paths`, for messages that are parsed already.

    Where nothing is to be mined now they should be bare: those that are not are mined.
    """
    account = _Account()
    store = Store(database)
    find = miner or default_miner()
    reconciler = Reconciler(database)
    with _collecting_seldom():
        for batch, withdrawn in _batches(items, account, BATCH_MESSAGES if mining else BATCH_TO_STORE):
            messages = [_whole(message, account) for message in batch] if mining else batch
            _store_batch(store, reconciler.settle(messages), reconciler.gone, find, account, mining)
            for message_id, message in reconciler.told(messages):
                store.save_told(message_id, Told.of(message))
            _withdraw(store, reconciler, withdrawn, find, account)
            if progress is not None and batch:
                progress(account.read, str(batch[-1].origin))
            batch.clear()  # before the next one is read; and what is looked through now is little
            messages.clear()
            account.collect()
        if mining:
            _mine_waiting(store, reconciler, find, account, _after(progress, account.read))
            update_states(database)
    return account.report()


def mine_waiting(
    database: Database, progress: Progress | None = None, miner: Miner | None = None
) -> IngestReport:
    """Mines the messages that were stored to be mined later; afterwards none wait.

    Args:
        database: opened for writing.
        progress: told how many were mined so far after each batch.
        miner: what finds claims and so on in a message; None takes :func:`threadmine.extract.mine`.

    Returns:
        an account whose ``read`` is the number of messages mined. A run that is cut short is taken up by the
        next.

    Raises:
        StoreError: the database cannot be written; what was mined before stays.
    """
    account = _Account()
    with _collecting_seldom():
        if count_waiting(database):
            find = miner or default_miner()
            account.read = _mine_waiting(Store(database), Reconciler(database), find, account, progress)
        update_states(database)
    return account.report()


def _mine_waiting(
    store: Store, reconciler: Reconciler, find: Miner, account: _Account, progress: Progress | None
) -> int:
    """Mines what waits in batches, each with what it quotes of mail that is not there; returns how many.

    Stand-ins go first: what is still marked when the program is killed is mined again, and finds them stored.
    """
    after, waiting = load_waiting(store.database, 0, BATCH_MESSAGES)
    done = 0
    while waiting:
        whole = [_whole(message, account) for message in waiting]
        here = {message.message_id for message in whole}
        others = [m for m in reconciler.settle(whole) if m.message_id not in here]
        _store_batch(store, others, reconciler.gone, find, account)
        store.complete([_mined(message, find, account) for message in whole])
        done += len(whole)
        if progress is not None:
            progress(done, str(whole[-1].origin))
        account.collect()
        after, waiting = load_waiting(store.database, after, BATCH_MESSAGES)
    return done


def _after(progress: Progress | None, read: int) -> Progress | None:
    """Tells of mining what waited when so many messages have been read before."""
    if progress is None:
        return None
    return lambda done, _: progress(read, f"mined {done:,} that waited")


def _whole(message: Message, account: _Account) -> Message:
    """The message taken apart; with nothing in it, and a failure, where that breaks down."""
    if not message.bare:
        return message
    from threadmine.parse.apart import taken_apart

    try:
        return taken_apart(message)
    except Exception as error:  # as in _mined: it must not wait for ever, nor stop the others
        account.failures.append((str(message.origin), _reason(error)))
        return replace(message, bare=False)


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Keeps Python from searching for circles of dead objects, but where the caller asks for it.

    An ingest makes next to none, and left to itself the search takes a sixth of the time.
    """
    enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


def default_miner() -> Miner:
    """:func:`threadmine.extract.mine` with the built-in model, which is loaded for the first message."""

    @cache
    def model() -> Model:
        from threadmine import memmap

        return memmap.load()

    def find(message: Message) -> Mined:
        from threadmine.extract import mine  # slow to import; not needed to read mail without mining it

        return mine(message, model())

    return find


def update_states(database: Database) -> int:
    """Computes the states of concerns, and the links of series, for the threads that got mail.

    Returns the number of threads brought up to date.
    """
    from threadmine.db.queries import Queries

    stale = Queries(database).stale_threads()
    if stale:
        from threadmine import track

        track.update(database, stale)
    return len(stale)


def _batches(
    items: Iterable[Found], account: _Account, most: int
) -> Iterator[tuple[list[Message], list[Withdrawn]]]:
    """The messages in batches of bounded size, each with what was withdrawn meanwhile (it goes after it).

    What was left out goes into the account.
    """
    batch: list[Message] = []
    withdrawn: dict[str, Withdrawn] = {}
    characters = 0
    for item in items:
        if isinstance(item, Skipped):
            account.left_out(item)
            continue
        if isinstance(item, Withdrawn):
            withdrawn[item.message_id] = item
            full = len(withdrawn) >= most
        else:
            if item.message_id in withdrawn:  # it was put into the archive again
                yield batch, [*withdrawn.values()]
                batch, withdrawn, characters = [], {}, 0
            account.read += not item.quoted_only  # a stand-in made from a page was not read
            batch.append(item)
            characters += len(item.body)
            full = len(batch) >= most or characters >= BATCH_CHARACTERS
        if full:
            yield batch, [*withdrawn.values()]
            batch, withdrawn, characters = [], {}, 0
    if batch or withdrawn:
        yield batch, [*withdrawn.values()]


def _withdraw(
    store: Store, reconciler: Reconciler, withdrawn: list[Withdrawn], find: Miner, account: _Account
) -> None:
    """Takes out what archives have deleted since; what others quote of it becomes known from quotations."""
    by_source: dict[str, list[str]] = {}
    for item in withdrawn:
        by_source.setdefault(item.origin.source, []).append(item.message_id)
    naming: set[str] = set()
    for source, names in by_source.items():
        quoted = reconciler.quoted_by(names)
        taken = store.withdraw(names, source, quoted)
        reconciler.forget(own for name in taken for own in quoted.get(name, ()))
        account.removed_ids += sorted(taken)
        naming.update(name for names in taken.values() for name in names)
    answers = load_messages(store.database, naming - set(account.removed_ids))
    if answers:
        stand_ins = [m for m in reconciler.settle(answers) if m.quoted_only]
        _store_batch(store, stand_ins, reconciler.gone, find, account)


def _store_batch(
    store: Store,
    batch: list[Message],
    gone: dict[str, str],
    find: Miner,
    account: _Account,
    mining: bool = True,
) -> None:
    """Mines and stores what is new in a batch; a transaction holds whole threads.

    Without ``mining`` bare messages are stored as they are, all in one transaction, in the order in which
    they were read: in that order they will be mined. What is ``gone`` (id -> id of what takes its place) is
    taken out with the thread that holds its successor.
    """
    unknown = store.unknown(batch)
    stored = store.known(message.message_id for message in unknown)
    by_id: dict[str, list[Message]] = {}
    for message in unknown:
        by_id.setdefault(message.message_id, []).append(message)
    waiting: list[tuple[list[Mined], dict[str, str]]] = []
    count = 0
    threads = group_threads((m.message_id, m.references) for m in unknown) if mining else [[*by_id]]
    for names in threads:
        thread = [_mined(message, find, account) for name in names for message in by_id.get(name, ())]
        here = set(names) if gone else set()
        old = {name: successor for name, successor in gone.items() if successor in here}
        for name in old:
            del gone[name]
        waiting.append((thread, old))
        count += len(thread)
        if count >= TRANSACTION_MESSAGES:
            store.store_threads(waiting)
            waiting, count = [], 0
    store.store_threads(waiting)
    if gone:  # their successors were stored already
        store.store_thread([], gone)
        gone.clear()
    came = [message for message in batch if not message.quoted_only]  # stand-ins are made, not read
    new = list(
        dict.fromkeys(m.message_id for m in came if m.message_id in by_id and m.message_id not in stored)
    )
    account.new_ids += new
    account.known += len(came) - len(new)


def _mined(message: Message, find: Miner, account: _Account) -> Mined:
    """The message with what is found in it; with nothing, and a failure, where mining breaks down."""
    if message.bare:
        return Mined(message)
    try:
        return find(message)
    except Exception as error:  # one mail that defeats a rule must not stop the others; it is named
        account.failures.append((str(message.origin), _reason(error)))
        return Mined(message)


def _reason(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"stored, but not mined: {type(error).__name__} in {last.name} line {last.lineno}"
