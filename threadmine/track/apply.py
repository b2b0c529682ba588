"""The one place where tracking writes: for the threads an ingest changed, and the series they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from threadmine.db.queries import Queries
from threadmine.db.same import SameIssues
from threadmine.db.session import Database
from threadmine.db.store import SeriesLink, Store
from threadmine.db.tracked import patches_before, patches_now, save_patches
from threadmine.db.triage import Triage
from threadmine.model import Concern, ConcernKind, ConcernState, ConcernStatus, StoredMessage
from threadmine.track.asked import read_asked
from threadmine.track.follow import follow
from threadmine.track.issues import regroup
from threadmine.track.replies import statuses
from threadmine.track.series import Chains
from threadmine.track.signs import CHANGELOG
from threadmine.track.versions import ManualLink
from threadmine.track.versiontext import forget_matches

THREADS_AT_ONCE = 50
"""Threads whose concerns are read by one query."""

MAX_WAITING = 500
"""States that are saved in one transaction."""


def update(database: Database, thread_ids: Iterable[str]) -> None:
    """Links the versions of series and computes the states of concerns anew.

    Done for these threads, and, where a version in them is new or has other patches than before, for those of
    the earlier versions of its series, whose concerns it may have addressed; no others are touched.

    Args:
        database: opened for writing.
        thread_ids: threads that got mail.

    Raises:
        StoreError: the database cannot be read or written.
    """
    queries, store = Queries(database), Store(database)
    changed = tuple(dict.fromkeys(thread_ids))
    triage = Triage(database)
    marks = [ManualLink(mark.one, mark.other, mark.apart) for mark in triage.marks()]
    chains = Chains(queries, marks)
    links = tuple(_changed_links(chains))
    store.save_links(links)
    patches = patches_now(database, changed)
    before = patches_before(database, patches)
    moved = {name for name, now in patches.items() if before.get(name) != now}
    moved |= {link.series_id for link in links}
    waiting: list[ConcernStatus] = []
    done: list[str] = []
    for thread_id, concerns in _with_concerns(queries, _touched(chains, changed, moved)):
        if concerns:
            waiting += settle(queries.thread_mails(thread_id, people=False), concerns, chains)
        done.append(thread_id)
        if len(waiting) >= MAX_WAITING:
            store.save_statuses(waiting, done)
            waiting, done = [], []
    store.save_statuses(waiting, done)
    del chains  # with the texts of versions, which nobody asks any more
    forget_matches()
    regroup(database, changed)
    SameIssues(database).hide()
    save_patches(database, patches)
    triage.refresh()


def _with_concerns(queries: Queries, thread_ids: Sequence[str]) -> Iterator[tuple[str, tuple[Concern, ...]]]:
    """Each thread with its concerns; those of a few threads are read at once."""
    for start in range(0, len(thread_ids), THREADS_AT_ONCE):
        some = thread_ids[start : start + THREADS_AT_ONCE]
        concerns = queries.concerns_by_thread(some)
        yield from ((thread_id, concerns.get(thread_id, ())) for thread_id in some)


def settle(
    mails: Sequence[StoredMessage], concerns: Sequence[Concern], chains: Chains
) -> tuple[ConcernStatus, ...]:
    """Where the concerns of one thread stand, by its replies and by the later versions of its series."""
    by_id = {mail.message_id: mail for mail in mails}
    by_replies = statuses(mails, concerns)
    found = []
    for concern, status in zip(concerns, by_replies, strict=True):
        mail = by_id.get(concern.message_id)
        followed = (
            mail is not None and mail.series_id in chains.links and status.state is not ConcernState.WITHDRAWN
        )
        if mail is not None and followed:
            history = chains.history(mail, _above(mail, by_id))
            if len(history.versions) > 1:
                asked = read_asked(concern, mail)
                status = follow(concern, status, asked, history.patch_id, history.versions)
        found.append(status)
    return _told_once(concerns, by_replies, found)


def _told_once(
    concerns: Sequence[Concern], by_replies: Sequence[ConcernStatus], found: Sequence[ConcernStatus]
) -> tuple[ConcernStatus, ...]:
    """An item of a changelog that a request of a mail asked for answers no question of that mail."""
    told = {
        (concern.message_id, status.addressed_evidence)
        for concern, status in zip(concerns, found, strict=True)
        if concern.kind is not ConcernKind.QUESTION and CHANGELOG in status.addressed_evidence
    }
    return tuple(
        before
        if concern.kind is ConcernKind.QUESTION and (concern.message_id, now.addressed_evidence) in told
        else now
        for concern, before, now in zip(concerns, by_replies, found, strict=True)
    )


def _above(mail: StoredMessage, by_id: Mapping[str, StoredMessage]) -> tuple[StoredMessage, ...]:
    """The mails that one answers, nearest first, as far as they are in hand."""
    found: dict[str, StoredMessage] = {}
    parent = by_id.get(mail.in_reply_to or "")
    while parent is not None and parent.message_id not in found:
        found[parent.message_id] = parent
        parent = by_id.get(parent.in_reply_to or "")
    return tuple(found.values())


def _changed_links(chains: Chains) -> Iterable[SeriesLink]:
    """The links that are not as the database has them."""
    for name, link in chains.links.items():
        row = chains.rows[name]
        stored = (row.supersedes, row.superseded_by, row.linked_by)
        if stored != (link.supersedes, link.superseded_by, link.linked_by):
            yield SeriesLink(name, link.supersedes, link.superseded_by, link.linked_by)


def _touched(chains: Chains, changed: Sequence[str], moved: Set[str]) -> tuple[str, ...]:
    """The threads that mail in ``changed`` can have an effect on: themselves, and, where versions have
    ``moved``, those of the versions before them.

    Versions of one series follow each other, so that few of their texts need to be kept.
    """
    found = dict.fromkeys(changed)
    for name in chains.rows:
        if name in moved:
            whole = chains.whole.get(name, name)
            chain = chains.chain(whole)
            before = chain[: chain.index(whole) + 1]
            found.update(dict.fromkeys(chains.rows[one].thread_id for one in before))
    first: dict[str, str] = {}
    for name, row in chains.rows.items():
        if row.thread_id in found:
            first.setdefault(row.thread_id, chains.chain(name)[0])
    return tuple(sorted(found, key=lambda thread: (first.get(thread, ""), thread)))
