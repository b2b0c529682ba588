"""Tables of where mail came from: how far a source was read, and what archive pages list and say."""

from __future__ import annotations

from sqlalchemy import (
    ForeignKey,
    Integer,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from threadmine.db.schema.columns import Base, BigKey, flag, text


class Position(Base):
    """How far a source has been read, for incremental reading."""

    __tablename__ = "positions"

    source: Mapped[str] = mapped_column(Text, primary_key=True, comment="Source: repository path or address")
    position: Mapped[str] = text("Last commit, or another mark of the source's own")


class OverviewRecord(Base):
    """A line of the thread overview of an archive page; whether its message is in hand is seen when asked."""

    __tablename__ = "overview_rows"

    message_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("known_ids.key"),
        primary_key=True,
        comment="The message whose page shows the overview (known_ids.key)",
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, comment="Count in the overview, from 0")
    message_id: Mapped[str] = text("Message-ID of the row, empty where the page does not tell it")
    date: Mapped[str | None] = mapped_column(Text, comment="Date to the minute, ISO 8601, or null")
    subject: Mapped[str] = text("Subject, empty for a reply that keeps that of its parent")
    author: Mapped[str] = text("Name of the writer")
    parent: Mapped[int | None] = mapped_column(
        Integer, comment="Number of the row above it, null for the root, -1 where the page does not tell"
    )
    parent_stated: Mapped[bool] = flag("The page itself says so; else it follows from the order of the rows")
    this_message: Mapped[bool] = flag("The row of the message that the page shows")

    __table_args__ = ({"sqlite_with_rowid": False},)


class ArchiveNote(Base):
    """What else an archive page says of a message, its thread or its series."""

    __tablename__ = "archive_notes"

    message_key: Mapped[int] = mapped_column(
        BigKey, ForeignKey("known_ids.key"), primary_key=True, comment="The message (known_ids.key)"
    )
    name: Mapped[str] = mapped_column(
        Text,
        primary_key=True,
        comment="messages: how many the thread has; superseded: a newer version is there",
    )
    value: Mapped[str] = text("What the page says")

    __table_args__ = ({"sqlite_with_rowid": False},)
