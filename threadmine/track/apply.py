"""The one place where tracking touches the database: for the threads an ingest changed, and their series."""

from __future__ import annotations

from collections.abc import Iterable

from threadmine.db.queries import Queries
from threadmine.db.session import Database
from threadmine.db.store import Store
from threadmine.track.replies import statuses


def update(database: Database, thread_ids: Iterable[str]) -> None:
    """Computes the states of the concerns in these threads anew.

    Args:
        database: opened for writing.
        thread_ids: threads that got mail.

    Raises:
        StoreError: the database cannot be read or written.
    """
    queries, store = Queries(database), Store(database)
    for thread_id in thread_ids:
        mails = queries.thread_mails(thread_id)
        found = statuses(mails, queries.thread_concerns(thread_id))
        store.save_statuses(found, [thread_id])
