"""Which versions of series have other patches than when they were last tracked.

Earlier versions need to be looked at again only then: most mail that comes is a reply, and a reply does
nothing to what other versions were asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from sqlalchemy import delete, insert, or_, select

from threadmine.db.schema import Message, SeriesVersion, TrackedVersion
from threadmine.db.session import Database
from threadmine.db.terms import CHUNK


def patches_now(database: Database, thread_ids: Collection[str]) -> dict[str, str]:
    """For each version in these threads a hash of the mails that hold its patches and cover letter.

    Raises:
        StoreError: the database cannot be read.
    """
    mails: dict[str, list[str]] = {}
    wanted = sorted(thread_ids)
    with database.read() as connection:
        for start in range(0, len(wanted), CHUNK):
            statement = select(Message.series_id, Message.message_id, Message.content_hash).where(
                Message.thread_id.in_(wanted[start : start + CHUNK]),
                Message.series_id != "",
                or_(Message.has_patch, Message.is_cover),
            )
            for row in connection.execute(statement):
                mails.setdefault(row.series_id, []).append(f"{row.message_id} {row.content_hash}")
    return {name: _hash(found) for name, found in mails.items()}


def _hash(mails: Collection[str]) -> str:
    return hashlib.blake2b("\n".join(sorted(mails)).encode("utf-8", "replace"), digest_size=12).hexdigest()


def patches_before(database: Database, series_ids: Collection[str]) -> dict[str, str]:
    """The hashes that these versions had when they were last tracked, of those that were.

    Raises:
        StoreError: the database cannot be read.
    """
    found: dict[str, str] = {}
    wanted = sorted(series_ids)
    with database.read() as connection:
        for start in range(0, len(wanted), CHUNK):
            some = TrackedVersion.series_id.in_(wanted[start : start + CHUNK])
            statement = select(TrackedVersion.series_id, TrackedVersion.patches).where(some)
            found.update((row.series_id, row.patches) for row in connection.execute(statement))
    return found


def save_patches(database: Database, patches: Mapping[str, str]) -> None:
    """Stores that these versions were tracked as they are, and forgets versions that are gone.

    Raises:
        StoreError: the database cannot be written.
    """
    wanted = sorted(patches)
    with database.write() as connection:
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            connection.execute(delete(TrackedVersion).where(TrackedVersion.series_id.in_(some)))
            values = [{"series_id": name, "patches": patches[name]} for name in some]
            connection.execute(insert(TrackedVersion), values)
        gone = TrackedVersion.series_id.not_in(select(SeriesVersion.id))
        connection.execute(delete(TrackedVersion).where(gone))
