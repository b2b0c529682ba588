"""Between rows and the types of the model: what a row holds becomes a frozen dataclass, nothing else leaves.

The way in is in ``values``.
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

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_ESCAPED = re.compile(r'["\\\x00-\x1e]')
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def clean(text: str) -> str:
    """``text`` as every database can keep it: NUL and lone surrogates replaced, length kept."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNKEEPABLE.sub("\ufffd", text)


def as_json(value: Sequence[object]) -> str:
    """A list as the JSON text of a :class:`~threadmine.db.schema.columns.Json` column."""
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
        paths=tuple(row.paths),
    )


def people_of(recipients: str, mark: str) -> tuple[Person, ...]:
    """The people of the recipients column whose lines begin with ``mark``."""
    found = []
    for line in recipients.split("\n"):
        if line.startswith(mark):
            name, opened, address = line.removeprefix(mark).rpartition("<")
            found.append(Person(name.strip(), address.rstrip(">")) if opened else Person(address, ""))
    return tuple(found)


OF_CONCERN = (
    "id",
    "author_name",
    "author_address",
    "date",
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
)
"""The columns of a concern that :func:`to_concern` reads, besides its message's id."""


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


_KINDS = {kind.value: kind for kind in StretchKind}


def stretches_of(text: str) -> tuple[Stretch, ...]:
    """The stretches from their text; none where there is no text."""
    if not text:
        return ()
    return tuple(
        Stretch(start, end, depth, _KINDS[kind], names[0] if names else "", tuple(names[1:]))
        for start, end, depth, kind, *names in json.loads(text)
    )
