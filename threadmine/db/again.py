"""Patches sent again inside the thread of their version: better copies, and fixes to be folded in."""

from __future__ import annotations

from sqlalchemy import select

from threadmine.db.mails import of_keys
from threadmine.db.schema import Message, SeriesPatch, SeriesVersion
from threadmine.db.session import Database
from threadmine.model import StoredMessage


def sent_again(database: Database, series_id: str) -> tuple[StoredMessage, ...]:
    """The mails in a version's thread that hold a patch of its author's and are none of its own patches.

    The oldest come first.

    Raises:
        StoreError: the database cannot be read.
    """
    member = select(SeriesPatch.message_key).where(SeriesPatch.series_id == series_id)
    statement = (
        select(Message.key)
        .join(SeriesVersion, SeriesVersion.id == Message.series_id)
        .where(
            Message.series_id == series_id,
            Message.has_patch,
            Message.key.not_in(member),
            Message.author_address == SeriesVersion.author_address,
        )
    )
    with database.read() as connection:
        return tuple(of_keys(connection, list(connection.scalars(statement)), people=False))
