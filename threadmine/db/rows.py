"""Between rows and the types of the model: what a row holds becomes a frozen dataclass, nothing else leaves.

The encoders give tuples in the order of the column lists beside them, for the bulk inserts of ``store``.
"""

from __future__ import annotations

import hashlib
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
    Message,
    Moment,
    PatchFinding,
    Person,
    StateEvidence,
    StoredMessage,
    Stretch,
    StretchKind,
    Touch,
    Trailer,
    Unknown,
    Verdict,
)

if TYPE_CHECKING:  # the number of columns is not told: rows do not leave this package
    AnyRow = Row[*tuple[Any, ...]]
    AnySelect = Select[*tuple[Any, ...]]

LORE = "https://lore.kernel.org/all/"
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r'["\\\x00-\x1e]')
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def clean(text: str) -> str:
    """``text`` as every database can keep it: NUL and lone surrogates replaced, length kept."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNKEEPABLE.sub("\ufffd", text)


def as_json(value: Sequence[object]) -> str:
    """A list as the JSON text of a :class:`~threadmine.db.schema.Json` column."""
    return clean(_dumps(value)) if value else "[]"


def texts_as_json(texts: Sequence[str]) -> str:
    """The same for a list of texts, which seldom need JSON's escapes: much quicker."""
    if not texts:
        return "[]"
    joined = "\x1f".join(texts)
    if _ESCAPED.search(joined) or joined.count("\x1f") >= len(texts):
        return as_json(texts)
    return clean('["' + joined.replace("\x1f", '","') + '"]')


def as_lines(lines: Iterable[str]) -> str:
    """Short texts one a line, their own line breaks made blanks."""
    return clean("\n".join([line.replace("\n", " ") for line in lines]))


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
        stretches=stretches_of(row.stretches or ""),
        to=people_of(row.recipients, "To: "),
        cc=people_of(row.recipients, "Cc: "),
    )


def people_of(recipients: str, mark: str) -> tuple[Person, ...]:
    """The people of the recipients column whose lines begin with ``mark``."""
    found = []
    for line in recipients.split("\n"):
        if line.startswith(mark):
            name, opened, address = line.removeprefix(mark).rpartition("<")
            found.append(Person(name.strip(), address.rstrip(">")) if opened else Person(address, ""))
    return tuple(found)


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


def to_finding(row: AnyRow) -> PatchFinding:
    return PatchFinding(
        id=row.id,
        message_id=row.message_id,
        rule=row.rule,
        text=row.text,
        quote=row.quote,
        file=row.file,
        function=row.function,
        line=row.line,
        start=row.start,
        end=row.end,
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
    "has_patch",
    "is_cover",
    "base_commit",
    "change_id",
    "patch_id",
    "paths",
    "bot",
    "quoted_only",
    "id_made_up",
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
    """A hash of what a mail says: equal for copies that differ only in the way they came."""
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
    return digest.hexdigest()


def own_text(message: Message) -> str:
    """The new prose of a message, without quotations, code and signature: what full text search finds."""
    body = message.body
    return "".join(
        body[s.start : s.end] for s in message.stretches if s.depth == 0 and s.kind is StretchKind.PROSE
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
    patch = message.patch
    return (
        key,
        clean(message.message_id),
        thread_id,
        None if message.in_reply_to is None else clean(message.in_reply_to),
        texts_as_json(message.references),
        clean(subject.raw),
        clean(subject.title),
        subject.is_reply,
        subject.is_patch,
        subject.is_rfc,
        subject.is_resend,
        subject.version,
        subject.version_stated,
        clean(subject.subversion),
        subject.number,
        subject.total,
        texts_as_json(subject.tags),
        clean(message.author.name),
        clean(message.author.address),
        *moment_columns(message.date),
        clean(list_of(message)),
        bool(patch and patch.files),
        message.is_cover,
        clean(patch.base_commit) if patch else "",
        clean(patch.change_id) if patch else "",
        patch.patch_id if patch else "",
        texts_as_json([file.path for file in patch.files]) if patch else "[]",
        clean(message.bot),
        message.quoted_only,
        message.id_made_up,
        as_lines([f"To: {person}" for person in message.to] + [f"Cc: {person}" for person in message.cc]),
        as_lines(f"{name}: {value}" for name, value in message.headers),
        as_lines(f"{defect.code}: {defect.detail}" for defect in message.defects),
        place[0],
        place[1],
        hashed,
        clean(message.origin.source),
        clean(message.origin.place),
    )


_KINDS = {kind.value: kind for kind in StretchKind}


def stretches_text(stretches: Iterable[Stretch]) -> str:
    """The stretches of a body as JSON: start, end, depth, kind, then writer and candidates if any."""
    found: list[tuple[object, ...]] = []
    for s in stretches:
        if s.candidates:
            found.append((s.start, s.end, s.depth, s.kind.value, s.writer, *s.candidates))
        elif s.writer:
            found.append((s.start, s.end, s.depth, s.kind.value, s.writer))
        else:
            found.append((s.start, s.end, s.depth, s.kind.value))
    return as_json(found)


def stretches_of(text: str) -> tuple[Stretch, ...]:
    """The stretches from their text; none where there is no text."""
    if not text:
        return ()
    return tuple(
        Stretch(start, end, depth, _KINDS[kind], names[0] if names else "", tuple(names[1:]))
        for start, end, depth, kind, *names in json.loads(text)
    )


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
        texts_as_json(claim.entities),
        clean(claim.cue),
        texts_as_json(claim.inferred),
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
        texts_as_json(concern.targets),
        clean(concern.about_text),
        clean(concern.about_file),
        concern.about_line,
        clean(concern.about_function),
        concern.about_depth,
        clean(concern.cue),
        clean(concern.source),
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
        clean(finding.text),
        clean(finding.quote),
        clean(finding.file),
        clean(finding.function),
        finding.line,
        finding.start,
        finding.end,
        as_json([(e.rule, e.fact, e.source) for e in finding.evidence]),
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
            clean(t.tag),
            clean(t.value),
            clean(t.person.name) if t.person else None,
            clean(t.person.address) if t.person else None,
            t.start,
        )
        for position, t in enumerate(trailers)
    ]
