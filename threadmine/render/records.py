"""Documents for programs: what contract/EXPORT.md promises, key by key, made from the rows of questions.

Keys are always present and null where a value is unknown or there is none. A change of meaning bumps
``SCHEMA``; an additional key does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from threadmine.model import (
    ClaimRow,
    Evidence,
    FieldCount,
    FindingRow,
    Holding,
    IssueRow,
    Moment,
    OverviewEntry,
    Person,
    SeriesRow,
    StoredMessage,
    TouchRow,
    Unknown,
)
from threadmine.people import likeliest_name, possible_names

SCHEMA = 1

Record = dict[str, Any]
"""One JSON object. The only place where rows become dictionaries: they leave the program here."""


def document(items: Iterable[Mapping[str, Any]]) -> str:
    """One JSON document ``{"schema": 1, "items": [...]}``, indented, with a line feed at its end."""
    whole = {"schema": SCHEMA, "items": list(items)}
    return clean(json.dumps(whole, ensure_ascii=False, indent=2)) + "\n"


def line(record: Mapping[str, Any]) -> str:
    """One line of JSON Lines, ``schema`` first, with a line feed at its end."""
    return clean(json.dumps({"schema": SCHEMA, **record}, ensure_ascii=False)) + "\n"


_TROUBLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """JSON ``text`` with what breaks readers escaped: lone surrogates, C1 controls, line separators, bidi."""
    return text if text.isascii() else _TROUBLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def moment(value: Moment) -> str | None:
    """ISO 8601 with offset, or None."""
    return None if isinstance(value, Unknown) else value.isoformat()


def _writer(author: Person) -> Record:
    """The writer of a text; where a page leaves him open the likeliest, if he leads, and all possible."""
    names = possible_names(author.display)
    return {
        "author": likeliest_name(author.display) or author.display,
        "author_candidates": list(names) if len(names) > 1 else [],
    }


def claim_record(row: ClaimRow) -> Record:
    """A claim as EXPORT.md has it, and where it stands (series, version, patch, places, url)."""
    claim, verdict = row.claim, row.verdict
    return {
        "id": claim.id,
        "message_id": claim.message_id,
        **_writer(claim.author),
        "date": moment(claim.date),
        "quoted": claim.quoted,
        "quote": claim.quote,
        "span": [claim.start, claim.end],
        "predicate": claim.predicate.value,
        "subject": claim.subject,
        "object": claim.object or None,
        "value": claim.value or None,
        "condition": claim.condition or None,
        "polarity": claim.polarity.value,
        "modality": claim.modality.value,
        "tense": claim.tense.value,
        "entities": list(claim.entities),
        "verdict": verdict.kind.value,
        "reason": verdict.reason or None,
        "kernel": {
            "version": verdict.kernel.version,
            "arch": verdict.kernel.arch,
            "config": verdict.kernel.config,
            "found": verdict.kernel.found.value,
        },
        "holds": [_holding(item) for item in verdict.holds],
        "evidence": [_evidence(item) for item in verdict.evidence],
        "cue": claim.cue or None,
        "inferred": list(claim.inferred),
        "series": row.series_id or None,
        "version": row.version or None,
        "patch": row.patch or None,
        "places": list(row.places),
        "url": row.url or None,
    }


def _holding(item: Holding) -> Record:
    return {
        "kernel": item.kernel,
        "arch": item.arch or None,
        "config": item.config or None,
        "order": item.order or None,
        "holds": item.holds,
    }


def _evidence(item: Evidence) -> Record:
    return {"rule": item.rule, "fact": item.fact, "source": item.source}


def issue_record(row: IssueRow) -> Record:
    """A concern as EXPORT.md has it, and the text it is about."""
    concern, status = row.concern, row.status
    return {
        "id": concern.id,
        "message_id": concern.message_id,
        **_writer(concern.author),
        "date": moment(concern.date),
        "quoted": concern.quoted,
        "quote": concern.quote,
        "span": [concern.start, concern.end],
        "kind": concern.kind.value,
        "targets": list(concern.targets),
        "patch": row.patch or None,
        "series": row.series_id or None,
        "version": row.version or None,
        "file": concern.about_file or None,
        "line": concern.about_line or None,
        "function": concern.about_function or None,
        "state": status.state.value,
        "state_evidence": [
            {"message_id": item.message_id, "quote": item.quote, "effect": item.effect.value}
            for item in status.evidence
        ],
        "addressed_in": status.addressed_in or None,
        "addressed_evidence": status.addressed_evidence or None,
        "severity": row.severity or None,
        "source": concern.source,
        "triage": row.triage or None,
        "url": row.url or None,
        "about": concern.about_text or None,
        "subject": row.subject or None,
        "issue": row.issue_id or concern.id,
        "occurrences": row.occurrences,
    }


def finding_record(row: FindingRow) -> Record:
    """What the program itself found in a patch."""
    finding = row.finding
    return {
        "id": finding.id,
        "message_id": finding.message_id,
        "rule": finding.rule,
        "text": finding.text,
        "quote": finding.quote,
        "file": finding.file or None,
        "function": finding.function or None,
        "line": finding.line or None,
        "span": [finding.start, finding.end],
        "evidence": [_evidence(item) for item in finding.evidence],
        "author": row.author.display,
        "date": moment(row.date),
        "series": row.series_id or None,
        "version": row.version or None,
        "patch": row.patch or None,
        "url": row.url or None,
    }


def touch_record(row: TouchRow, place: tuple[int, int] | None = None) -> Record:
    """One touched member; ``place`` is its (offset, size) in bytes where the model knows them."""
    touch = row.touch
    offset, size = place if place is not None else (None, None)
    return {
        "series": row.series_id or None,
        "version": row.version or None,
        "patch": row.patch or None,
        "message_id": row.message_id,
        "struct": touch.struct or None,
        "member": touch.member,
        "offset": offset,
        "size": size,
        "access": touch.access.value,
        "file": touch.file or None,
        "function": touch.function or None,
        "line": touch.line or None,
        "side": touch.side.value,
        "via": touch.via or None,
        "inferred": touch.inferred or None,
        "date": moment(row.date),
        "author": row.author.display,
    }


def series_record(row: SeriesRow) -> Record:
    """One version of a series as EXPORT.md has it."""
    return {
        "id": row.id,
        "title": row.title,
        "author": row.author.display,
        "list": row.list_name or None,
        "version": row.version,
        "version_text": row.version_text or None,
        "message_id": row.cover or (row.patches[0][1] if row.patches else None),
        "patches": [message_id for _, message_id in row.patches],
        "total": row.total,
        "complete": row.complete,
        "supersedes": row.supersedes or None,
        "superseded_by": row.superseded_by or None,
        "linked_by": row.linked_by or None,
        "base": row.base or None,
        "trailers": dict(row.trailers),
        "fields": list(row.fields),
        "open_concerns": row.open_concerns,
        "date": moment(row.date),
        "last_activity": moment(row.last_activity),
        "state": row.state or None,
        "archive_note": row.archive_note or None,
    }


def overview_record(entry: OverviewEntry) -> Record:
    """One row of the thread overview of an archive page."""
    row = entry.row
    return {
        "page": entry.page,
        "thread": entry.thread_id,
        "number": row.number,
        "message_id": entry.message_id or None,
        "in_hand": entry.in_hand,
        "date": moment(row.date),
        "author": row.author,
        "subject": row.subject or None,
        "parent": row.parent if row.parent != -1 else None,
        "parent_known": row.parent != -1,
        "this_message": row.this_message,
    }


def message_record(row: StoredMessage) -> Record:
    """One message as EXPORT.md has it (its text stays in the archive)."""
    return {
        "message_id": row.message_id,
        "in_reply_to": row.in_reply_to,
        "thread": row.thread_id,
        "subject": row.subject,
        **_writer(row.author),
        "address": row.author.address or None,
        "date": moment(row.date),
        "list": row.list_name or None,
        "patch": row.has_patch,
        "trailers": [{"tag": item.tag, "value": item.value} for item in row.trailers],
        "attestation": row.attestation,
        "series": row.series_id or None,
        "bot": row.bot or None,
        "quoted": row.quoted_only,
        "undecided": [[s.start, s.end, list(s.candidates)] for s in row.stretches if s.candidates],
    }


def board_record(row: FieldCount) -> Record:
    """The counts of one struct member."""
    return {
        "struct": row.struct or None,
        "member": row.member,
        "open_issues": row.open_issues,
        "issues": row.issues,
        "claims": row.claims,
        "refuted": row.refuted,
        "touched_by": row.touched_by,
        "last_activity": moment(row.last_activity),
    }
