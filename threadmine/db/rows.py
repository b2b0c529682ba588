"""Between rows and the types of the model: what a row holds becomes a frozen dataclass, nothing else leaves.

The encoders give tuples in the order of the column lists beside them, for the bulk inserts of ``store``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select

from threadmine.model import (
    Claim,
    Concern,
    ConcernStatus,
    Effect,
    Evidence,
    Holding,
    KernelContext,
    Moment,
    Person,
    StateEvidence,
    StoredMessage,
    Touch,
    Trailer,
    Unknown,
    Verdict,
)

if TYPE_CHECKING:  # the number of columns is not told: rows do not leave this package
    AnyRow = Row[*tuple[Any, ...]]
    AnySelect = Select[*tuple[Any, ...]]

LORE = "https://lore.kernel.org/all/"
_SURROGATES = re.compile("[\ud800-\udfff]")
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def clean(text: str) -> str:
    """``text`` as every database can keep it: lone surrogates replaced, length kept."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def as_json(value: object) -> str:
    """A list as the JSON text of a :class:`~threadmine.db.schema.Json` column."""
    return clean(_dumps(value)) if value else "[]"


# ------------------------------------------------------------------------------------------- moments


def seconds(moment: Moment) -> int | None:
    """Seconds since 1970 UTC, None where the moment is unknown or beyond what can be counted."""
    if isinstance(moment, Unknown):
        return None
    try:
        return int(moment.timestamp())
    except (OverflowError, ValueError, OSError):
        return None


def moment_columns(moment: Moment) -> tuple[str | None, int | None, str]:
    """The columns ``date``, ``sent_at``, ``date_problem``."""
    if isinstance(moment, Unknown):
        return None, None, clean(moment.reason)
    return moment.isoformat(), seconds(moment), ""


def moment(date: str | None, problem: str) -> Moment:
    """A moment from its columns."""
    return datetime.fromisoformat(date) if date else Unknown(problem or "no date")


def moment_of_seconds(value: int | None) -> Moment:
    """A moment in UTC from a column of seconds."""
    return Unknown("no date") if value is None else datetime.fromtimestamp(value, UTC)


# -------------------------------------------------------------------------------------------- reading


def message_url(message_id: str) -> str:
    """Where a message can be read; empty for ids that were made up here."""
    return "" if message_id.endswith(".invalid") else f"{LORE}{message_id}/"


def patch_text(number: int | None, total: int | None) -> str:
    """``3/12``, or empty where there is no number."""
    return "" if number is None else f"{number}/{total or '?'}"


def to_trailer(row: AnyRow) -> Trailer:
    person = None if row.name is None else Person(row.name, row.address or "")
    return Trailer(tag=row.tag, value=row.value, person=person, start=row.start)


def to_message(row: AnyRow, trailers: Sequence[Trailer]) -> StoredMessage:
    return StoredMessage(
        message_id=row.message_id,
        thread_id=row.thread_id,
        in_reply_to=row.in_reply_to,
        subject=row.subject,
        author=Person(row.author_name, row.author_address),
        date=moment(row.date, row.date_problem),
        list_name=row.list_name,
        has_patch=row.has_patch,
        body=row.body or "",
        series_id=row.series_id,
        patch_number=row.patch_number,
        trailers=tuple(trailers),
        attestation=row.attestation,
        bot=row.bot,
        quoted_only=row.quoted_only,
    )


def to_concern(row: AnyRow) -> Concern:
    return Concern(
        id=row.id,
        message_id=row.message_id,
        author=Person(row.author_name, row.author_address),
        date=moment(row.date, row.date_problem),
        quote=row.quote,
        start=row.start,
        end=row.end,
        kind=row.kind,
        targets=tuple(row.targets),
        about_text=row.about_text,
        about_file=row.about_file,
        about_line=row.about_line,
        about_function=row.about_function,
        about_depth=row.about_depth,
        cue=row.cue,
        source=row.origin,
        quoted=row.quoted,
    )


def to_status(row: AnyRow) -> ConcernStatus:
    return ConcernStatus(
        concern_id=row.id,
        state=row.state,
        evidence=tuple(
            StateEvidence(id_, quote, Effect(effect)) for id_, quote, effect in row.state_evidence
        ),
        addressed_in=row.addressed_in,
        addressed_evidence=row.addressed_evidence,
    )


def to_claim(row: AnyRow) -> Claim:
    return Claim(
        id=row.id,
        message_id=row.message_id,
        author=Person(row.author_name, row.author_address),
        date=moment(row.date, row.date_problem),
        quote=row.quote,
        start=row.start,
        end=row.end,
        predicate=row.predicate,
        subject=row.subject,
        object=row.object,
        value=row.value,
        condition=row.condition,
        polarity=row.polarity,
        modality=row.modality,
        tense=row.tense,
        entities=tuple(row.entities),
        cue=row.cue,
        inferred=tuple(row.inferred),
        quoted=row.quoted,
    )


def to_verdict(row: AnyRow) -> Verdict:
    return Verdict(
        kind=row.verdict,
        reason=row.reason,
        kernel=KernelContext(row.kernel, row.kernel_found, row.arch, row.config),
        holds=tuple(Holding(*parts) for parts in row.holds),
        evidence=tuple(Evidence(*parts) for parts in row.evidence),
    )


def to_touch(row: AnyRow) -> Touch:
    return Touch(
        struct=row.struct,
        member=row.member,
        access=row.access,
        side=row.side,
        file=row.file,
        function=row.function,
        line=row.line,
        start=row.start,
        via=row.via,
        inferred=row.inferred,
    )


# -------------------------------------------------------------------------------------------- writing

CLAIM_COLUMNS = [
    "id",
    "message_key",
    "author_name",
    "author_address",
    "date",
    "sent_at",
    "date_problem",
    "quote",
    "start",
    "end",
    "predicate",
    "subject",
    "object",
    "value",
    "condition",
    "polarity",
    "modality",
    "tense",
    "entities",
    "cue",
    "inferred",
    "quoted",
    "verdict",
    "reason",
    "kernel",
    "kernel_found",
    "arch",
    "config",
    "holds",
    "evidence",
]


def claim_values(key: int, claim: Claim, verdict: Verdict) -> tuple[object, ...]:
    """A row of ``claims`` in the order of CLAIM_COLUMNS."""
    return (
        claim.id,
        key,
        clean(claim.author.name),
        clean(claim.author.address),
        *moment_columns(claim.date),
        clean(claim.quote),
        claim.start,
        claim.end,
        claim.predicate.value,
        clean(claim.subject),
        clean(claim.object),
        clean(claim.value),
        clean(claim.condition),
        claim.polarity.value,
        claim.modality.value,
        claim.tense.value,
        as_json(claim.entities),
        clean(claim.cue),
        as_json(claim.inferred),
        claim.quoted,
        verdict.kind.value,
        clean(verdict.reason),
        verdict.kernel.version,
        verdict.kernel.found.value,
        verdict.kernel.arch,
        verdict.kernel.config,
        as_json([(h.kernel, h.holds, h.arch, h.config, h.order) for h in verdict.holds]),
        as_json([(e.rule, e.fact, e.source) for e in verdict.evidence]),
    )


CONCERN_COLUMNS = [
    "id",
    "message_key",
    "author_name",
    "author_address",
    "date",
    "sent_at",
    "date_problem",
    "quote",
    "start",
    "end",
    "kind",
    "targets",
    "about_text",
    "about_file",
    "about_line",
    "about_function",
    "about_depth",
    "cue",
    "origin",
    "quoted",
]


def concern_values(key: int, concern: Concern) -> tuple[object, ...]:
    """A row of ``concerns`` in the order of CONCERN_COLUMNS; its state is the default (open)."""
    return (
        concern.id,
        key,
        clean(concern.author.name),
        clean(concern.author.address),
        *moment_columns(concern.date),
        clean(concern.quote),
        concern.start,
        concern.end,
        concern.kind.value,
        as_json(concern.targets),
        clean(concern.about_text),
        clean(concern.about_file),
        concern.about_line,
        clean(concern.about_function),
        concern.about_depth,
        clean(concern.cue),
        clean(concern.source),
        concern.quoted,
    )


TOUCH_COLUMNS = [
    "message_key",
    "position",
    "struct",
    "member",
    "access",
    "side",
    "file",
    "function",
    "line",
    "start",
    "via",
    "inferred",
]


def touch_values(key: int, touches: Iterable[Touch]) -> list[tuple[object, ...]]:
    """Rows of ``touches`` in the order of TOUCH_COLUMNS."""
    return [
        (
            key,
            position,
            t.struct,
            t.member,
            t.access.value,
            t.side.value,
            clean(t.file),
            clean(t.function),
            t.line,
            t.start,
            t.via,
            clean(t.inferred),
        )
        for position, t in enumerate(touches)
    ]


TRAILER_COLUMNS = ["message_key", "position", "tag", "value", "name", "address", "start"]


def trailer_values(key: int, trailers: Iterable[Trailer]) -> list[tuple[object, ...]]:
    """Rows of ``trailers`` in the order of TRAILER_COLUMNS."""
    return [
        (
            key,
            position,
            clean(t.tag),
            clean(t.value),
            clean(t.person.name) if t.person else None,
            clean(t.person.address) if t.person else None,
            t.start,
        )
        for position, t in enumerate(trailers)
    ]
