"""The tables, each column with a comment: docs/database.md is made from this module.

Messages have numbers (``key``) in the order in which their ids were first seen, so that what comes together
lies together on the disk. They are the only thing in the database that depends on the order of ingest, and
mean nothing outside it; everything else refers to Message-IDs and to ids made from them. Messages that are
known only because others refer to them ("ghosts") have a row in ``known_ids`` and none in ``messages``.
"""

from __future__ import annotations

from threadmine.db.schema.archive import ArchiveNote, OverviewRecord, Position
from threadmine.db.schema.columns import Base, id_hash
from threadmine.db.schema.found import (
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    FindingRecord,
    IssuePlace,
    SeriesField,
    TouchRecord,
)
from threadmine.db.schema.mails import Body, Copy, KnownId, Message, Thread, TrailerRow, Waiting
from threadmine.db.schema.people import SeriesMark, TriageEvent
from threadmine.db.schema.series import SeriesPatch, SeriesVersion, TrackedVersion

__all__ = [
    "ArchiveNote",
    "Base",
    "Body",
    "ClaimName",
    "ClaimRecord",
    "ConcernName",
    "ConcernRecord",
    "Copy",
    "FindingRecord",
    "IssuePlace",
    "KnownId",
    "Message",
    "OverviewRecord",
    "Position",
    "SeriesField",
    "SeriesMark",
    "SeriesPatch",
    "SeriesVersion",
    "Thread",
    "TouchRecord",
    "TrackedVersion",
    "TrailerRow",
    "TriageEvent",
    "Waiting",
    "id_hash",
]
