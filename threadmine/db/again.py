"""Patches sent again inside the thread of their version: better copies, and fixes to be folded in."""

from __future__ import annotations

from sqlalchemy import select

from threadmine.db.mails import of_keys
from threadmine.db.schema import Message, SeriesPatch, SeriesVersion
from threadmine.db.session import Database
from threadmine.model import StoredMessage


def with_patches_again(database: Database) -> frozenset[str]:
    """The versions (their ids) for which :func:`sent_again` finds anything.

    Raises:
        StoreError: the database cannot be read.
    """
    ids = select(Message.series_id).join(*_SERIES).where(*_AGAIN).distinct()
    with database.read() as connection:
        return frozenset(connection.scalars(ids))


def sent_again(database: Database, series_id: str) -> tuple[StoredMessage, ...]:
    """The mails in a version's thread that hold a patch of its author's and are none of its own patches.

    The oldest come first.

    Raises:
        StoreError: the database cannot be read.
    """
    keys = select(Message.key).join(*_SERIES).where(Message.series_id == series_id, *_AGAIN)
    with database.read() as connection:
        return tuple(of_keys(connection, list(connection.scalars(keys))))


_SERIES = (SeriesVersion, SeriesVersion.id == Message.series_id)
_OWN = select(SeriesPatch.message_key).where(
    SeriesPatch.series_id == Message.series_id, SeriesPatch.message_key == Message.key
)
_AGAIN = (Message.has_patch, ~_OWN.exists(), Message.author_address == SeriesVersion.author_address)
