"""Tables of series: their versions and patches, and how far they were set against their concerns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ForeignKey,
    Integer,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from threadmine.db.schema.columns import Base, BigKey, flag, listing, number, text


class SeriesVersion(Base):
    """One version of a series of patches, made from subjects and threading."""

    __tablename__ = "series"

    id: Mapped[str] = mapped_column(
        Text, primary_key=True, comment="s and 12 hex digits, from its cover or first patch"
    )
    thread_id: Mapped[str] = mapped_column(
        Text, ForeignKey("threads.id"), index=True, comment="Thread it was sent in"
    )
    head_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("messages.key"),
        index=True,
        comment="Cover letter, or the first patch in hand",
    )
    title: Mapped[str] = text("Title of the cover letter, or of the first patch")
    author_name: Mapped[str] = text("Who sent it")
    author_address: Mapped[str] = text("Address it was sent from")
    list_name: Mapped[str] = text("Mailing list")
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1", comment="N of vN")
    version_text: Mapped[str] = text("Version as written: RFC v2")
    cover: Mapped[str | None] = mapped_column(Text, comment="Message-ID of the cover letter, or null")
    total: Mapped[int] = number("Patches that the subjects announce")
    complete: Mapped[bool] = flag("All of them are in hand")
    sent_at: Mapped[int | None] = mapped_column(BigKey, index=True, comment="Date of the head, seconds UTC")
    last_at: Mapped[int | None] = mapped_column(
        BigKey, comment="Date of the latest patch or answer, seconds UTC"
    )
    base: Mapped[str] = text("base-commit, from the cover or the first patch that states one")
    change_id: Mapped[str] = text("change-id, likewise")
    trailers: Mapped[Any] = listing("Counts of trailers in patches and answers as [tag, count]")
    supersedes: Mapped[str] = text("Series before it, empty where none is known")
    superseded_by: Mapped[str] = text("Series after it, empty where none is known")
    linked_by: Mapped[str] = text(
        "How the link to the version before was found: change-id, subject, link, manual"
    )


class SeriesPatch(Base):
    """The patches of a series version by their number; the cover letter apart."""

    __tablename__ = "series_patches"

    series_id: Mapped[str] = mapped_column(
        Text, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, comment="The series version"
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, comment="N of N/M, 1 for a single patch")
    message_key: Mapped[int] = mapped_column(
        BigKey, ForeignKey("messages.key"), index=True, comment="The patch (messages.key)"
    )

    __table_args__ = ({"sqlite_with_rowid": False},)


class TrackedVersion(Base):
    """With which patches a version was last set against the concerns of the versions before it."""

    __tablename__ = "tracked_versions"

    series_id: Mapped[str] = mapped_column(Text, primary_key=True, comment="The version (series.id)")
    patches: Mapped[str] = text("Hash of its cover letter and patches, those sent again included")
