"""From the types of the model to the values of rows, for the bulk inserts of ``writing``.

Each encoder gives tuples in the order of the column list above it, converted as a driver wants them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from threadmine.db import rows
from threadmine.model import (
    Claim,
    Concern,
    Message,
    PatchFinding,
    Stretch,
    StretchKind,
    Touch,
    Trailer,
    Verdict,
    stable_id,
)

PATCH_COLUMNS = ("has_patch", "is_cover", "base_commit", "change_id", "patch_id", "paths")
"""The columns of ``messages`` that its text gives."""

MESSAGE_COLUMNS = [
    "key",
    "message_id",
    "thread_id",
    "in_reply_to",
    "refs",
    "subject",
    "title",
    "is_reply",
    "is_patch",
    "is_rfc",
    "is_resend",
    "version",
    "version_stated",
    "subversion",
    "number",
    "total",
    "tags",
    "author_name",
    "author_address",
    "date",
    "sent_at",
    "date_problem",
    "list_name",
    *PATCH_COLUMNS,
    "bot",
    "quoted_only",
    "id_made_up",
    "attestation",
    "recipients",
    "headers",
    "defects",
    "series_id",
    "patch_number",
    "content_hash",
    "source",
    "place",
]


def list_of(message: Message) -> str:
    """The list a message was sent to: what it says itself, or else its source."""
    return message.list_id or message.origin.list_name


def content_hash(message: Message) -> str:
    """A hash of what a mail says: equal for copies that differ only in the way they came.

    Of several copies of a mail the smallest counts; what was read from an archive page, which loses blanks
    and headers, sorts behind raw mail.
    """
    digest = hashlib.blake2b(message.body.encode("utf-8", "surrogatepass"), digest_size=12)
    parts = (
        message.subject.raw,
        message.author.name,
        message.author.address,
        str(message.date),
        message.in_reply_to,
        *message.references,
        message.list_id,
        "quoted" if message.quoted_only else "",
    )
    digest.update("\x1f".join(part or "" for part in parts).encode("utf-8", "surrogatepass"))
    return ("page-" if message.from_page else "") + digest.hexdigest()


def own_text(message: Message) -> str:
    """The new prose of a message, without quotations, code and signature: what full text search finds."""
    body = message.body
    return "".join(
        body[s.start : s.end] for s in message.stretches if s.depth == 0 and s.kind is StretchKind.PROSE
    )


def _recipients(message: Message) -> str:
    """To and Cc, one a line."""
    lines = [f"To: {p.name} <{p.address}>" if p.address else f"To: {p.name}" for p in message.to]
    lines += [f"Cc: {p.name} <{p.address}>" if p.address else f"Cc: {p.name}" for p in message.cc]
    return rows.as_lines(lines)


def patch_values(message: Message) -> tuple[object, ...]:
    """What the text tells of a row of ``messages``, in the order of PATCH_COLUMNS."""
    patch = message.patch
    if patch is None:
        return (False, message.is_cover, "", "", "", "[]")
    return (
        bool(patch.files),
        message.is_cover,
        rows.clean(patch.base_commit),
        rows.clean(patch.change_id),
        patch.patch_id,
        rows.texts_as_json([file.path for file in patch.files]),
    )


def message_values(
    key: int, message: Message, hashed: str, thread_id: str, place: tuple[str, int | None]
) -> tuple[object, ...]:
    """A row of ``messages`` in the order of MESSAGE_COLUMNS.

    Args:
        key: its key.
        message: the message.
        hashed: its content hash.
        thread_id: the thread it is in.
        place: the series version and patch number that it is or answers.
    """
    subject = message.subject
    return (
        key,
        rows.clean(message.message_id),
        thread_id,
        None if message.in_reply_to is None else rows.clean(message.in_reply_to),
        rows.texts_as_json(message.references),
        rows.clean(subject.raw),
        rows.clean(subject.title),
        subject.is_reply,
        subject.is_patch,
        subject.is_rfc,
        subject.is_resend,
        subject.version,
        subject.version_stated,
        rows.clean(subject.subversion),
        subject.number,
        subject.total,
        rows.texts_as_json(subject.tags),
        rows.clean(message.author.name),
        rows.clean(message.author.address),
        *rows.moment_columns(message.date),
        rows.clean(list_of(message)),
        *patch_values(message),
        rows.clean(message.bot),
        message.quoted_only,
        message.id_made_up,
        rows.clean(message.attestation),
        _recipients(message),
        rows.as_lines(f"{name}: {value}" for name, value in message.headers),
        rows.as_lines(f"{defect.code}: {defect.detail}" for defect in message.defects),
        place[0],
        place[1],
        hashed,
        rows.clean(message.origin.source),
        rows.clean(message.origin.place),
    )


def stretches_text(stretches: Iterable[Stretch]) -> str:
    """The stretches of a body as JSON: start, end, depth, kind, then writer and candidates if any."""
    found: list[str] = []
    for s in stretches:
        if s.writer or s.candidates:
            names = rows.texts_as_json((s.writer, *s.candidates))[1:-1]
            found.append(f'[{s.start},{s.end},{s.depth},"{s.kind.value}",{names}]')
        else:
            found.append(f'[{s.start},{s.end},{s.depth},"{s.kind.value}"]')
    return f"[{','.join(found)}]"


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
    "sameness",
]

_WORDS = re.compile(r"[^\W_]+(?:_[^\W_]+)*")


def sameness(claim: Claim) -> str:
    """What a claim shares with its restatements: who says the same of the same things in the same words.

    A commit message that comes again in every version of its patch is one claim, in several places.
    """
    return stable_id(
        "k",
        " ".join(claim.author.display.casefold().split()),
        claim.predicate.value,
        claim.subject,
        claim.object,
        claim.value,
        claim.condition,
        claim.polarity.value,
        " ".join(sorted(claim.entities)),
        " ".join(_WORDS.findall(claim.quote.casefold())),
    )


def claim_values(key: int, claim: Claim, verdict: Verdict) -> tuple[object, ...]:
    """A row of ``claims`` in the order of CLAIM_COLUMNS."""
    return (
        claim.id,
        key,
        rows.clean(claim.author.name),
        rows.clean(claim.author.address),
        *rows.moment_columns(claim.date),
        rows.clean(claim.quote),
        claim.start,
        claim.end,
        claim.predicate.value,
        rows.clean(claim.subject),
        rows.clean(claim.object),
        rows.clean(claim.value),
        rows.clean(claim.condition),
        claim.polarity.value,
        claim.modality.value,
        claim.tense.value,
        rows.texts_as_json(claim.entities),
        rows.clean(claim.cue),
        rows.texts_as_json(claim.inferred),
        claim.quoted,
        verdict.kind.value,
        rows.clean(verdict.reason),
        verdict.kernel.version,
        verdict.kernel.found.value,
        verdict.kernel.arch,
        verdict.kernel.config,
        rows.as_json([(h.kernel, h.holds, h.arch, h.config, h.order) for h in verdict.holds]),
        rows.as_json([(e.rule, e.fact, e.source) for e in verdict.evidence]),
        sameness(claim),
    )


CONCERN_COLUMNS = ["message_key", "sent_at", *rows.OF_CONCERN]


def concern_values(key: int, concern: Concern) -> tuple[object, ...]:
    """A row of ``concerns`` in the order of CONCERN_COLUMNS; its state is the default (open)."""
    date, sent_at, problem = rows.moment_columns(concern.date)
    return (
        key,
        sent_at,
        concern.id,
        rows.clean(concern.author.name),
        rows.clean(concern.author.address),
        date,
        problem,
        rows.clean(concern.quote),
        concern.start,
        concern.end,
        concern.kind.value,
        rows.texts_as_json(concern.targets),
        rows.clean(concern.about_text),
        rows.clean(concern.about_file),
        concern.about_line,
        rows.clean(concern.about_function),
        concern.about_depth,
        rows.clean(concern.cue),
        rows.clean(concern.source),
        concern.quoted,
    )


FINDING_COLUMNS = [
    "id",
    "message_key",
    "rule",
    "text",
    "quote",
    "file",
    "function",
    "line",
    "start",
    "end",
    "evidence",
]


def finding_values(key: int, finding: PatchFinding) -> tuple[object, ...]:
    """A row of ``findings`` in the order of FINDING_COLUMNS."""
    return (
        finding.id,
        key,
        finding.rule,
        rows.clean(finding.text),
        rows.clean(finding.quote),
        rows.clean(finding.file),
        rows.clean(finding.function),
        finding.line,
        finding.start,
        finding.end,
        rows.as_json([(e.rule, e.fact, e.source) for e in finding.evidence]),
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
            rows.clean(t.file),
            rows.clean(t.function),
            t.line,
            t.start,
            t.via,
            rows.clean(t.inferred),
        )
        for position, t in enumerate(touches)
    ]


TRAILER_COLUMNS = [
    "message_key",
    "position",
    "tag",
    "value",
    "name",
    "address",
    "start",
]


def trailer_values(key: int, trailers: Iterable[Trailer]) -> list[tuple[object, ...]]:
    """Rows of ``trailers`` in the order of TRAILER_COLUMNS."""
    return [
        (
            key,
            position,
            rows.clean(t.tag),
            rows.clean(t.value),
            rows.clean(t.person.name) if t.person else None,
            rows.clean(t.person.address) if t.person else None,
            t.start,
        )
        for position, t in enumerate(trailers)
    ]
