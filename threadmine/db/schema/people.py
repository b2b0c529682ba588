"""Tables of what people did here: triage of issues, and marks on series."""

from __future__ import annotations

from sqlalchemy import (
    Index,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from threadmine.db.schema.columns import Base, flag, text


class TriageEvent(Base):
    """What a person did to an issue. Never touched by an ingest: the issue's id outlives its row."""

    __tablename__ = "triage_events"

    id: Mapped[str] = mapped_column(
        Text,
        primary_key=True,
        comment="e and 12 hex digits, from all the rest: importing twice changes nothing",
    )
    issue_id: Mapped[str] = text("The issue (concerns.id), whether it is in the database or not")
    action: Mapped[str] = text("close, reopen, assign, snooze, note, merge or split")
    value: Mapped[str] = text("Whom it is assigned to, until when it sleeps, which issue it is merged into")
    note: Mapped[str] = text("Why")
    who: Mapped[str] = text("Who did it")
    at: Mapped[str] = text("When, ISO 8601")

    __table_args__ = (Index("ix_triage_events_issue_id", "issue_id"),)


class SeriesMark(Base):
    """What a person said of two series: that they are versions of each other, or that they are not."""

    __tablename__ = "series_marks"

    one: Mapped[str] = mapped_column(Text, primary_key=True, comment="A series (series.id), the smaller id")
    other: Mapped[str] = mapped_column(Text, primary_key=True, comment="The other one")
    apart: Mapped[bool] = flag("They are not versions of each other")
    who: Mapped[str] = text("Who said so")
    at: Mapped[str] = text("When, ISO 8601")
