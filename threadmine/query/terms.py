"""The terms of the query language: one table, from which parser, help and documentation are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from threadmine.model import ConcernKind, ConcernState, Predicate, VerdictKind


class Value(StrEnum):
    """What may stand after the colon."""

    TEXT = "text"  # part of it, capitals do not matter
    MEMBER = "member"
    NAME = "name"  # all of it
    WORD = "word"  # one of a fixed list
    NUMBER = "number"  # 2, >1, 1..3
    SPAN = "span"  # >2w, <3d, 1w..4w
    MOMENT = "moment"  # 7d, 2026-01-16


@dataclass(frozen=True, slots=True)
class TermKind:
    """One term.

    Args:
        name: word before the colon.
        value: what may stand after it.
        help: what it means, for the documentation.
        example: one that works.
        words: the fixed list of a WORD.
    """

    name: str
    value: Value
    help: str
    example: str
    words: tuple[str, ...] = ()


HAS = {
    "series": "belongs to a series",
    "patch": "is, or answers, a patch with a number",
    "date": "its date is known",
    "target": "names a member, function or flag",
    "place": "the file it is about is known",
    "evidence": "later words, or facts, say where it stands",
    "fix": "the version that fixes it is known",
    "triage": "a person set something by hand",
    "reply": "a later message moved it",
}

IS = {
    "open": "waits for somebody: open, disputed or acknowledged, and not set aside",
    "aside": "closed, merged or put to sleep by hand",
    "settled": "answered, addressed or withdrawn",
    "refuted": "does not match the kernel, or rests on a statement that does not",
    "decided": "confirmed, refuted or conditional",
    "quoted": "known from a quotation alone",
    "robot": "written by a robot",
    "current": "of the newest version of its series in hand",
    "superseded": "of a series that has a newer version in hand",
    "complete": "of a series all of whose patches are in hand",
    "rfc": "of a series sent as RFC",
}

_KINDS = (
    TermKind("field", Value.MEMBER, "About this struct member.", "field:folio._nr_pages"),
    TermKind("struct", Value.NAME, "About a member of this structure.", "struct:dev_pagemap"),
    TermKind("series", Value.TEXT, "Of this series: its id, or part of its title.", 'series:"fake head"'),
    TermKind("version", Value.NUMBER, "Of this version of a series.", "version:>2"),
    TermKind("author", Value.TEXT, "Written by: part of name or address.", "author:willy"),
    TermKind("person", Value.TEXT, "Written by, or in a series sent by.", "person:ada@example.org"),
    TermKind(
        "list",
        Value.NAME,
        "Sent to this list: its address, or what stands before the @.",
        "list:linux-mm",
    ),
    TermKind("state", Value.WORD, "State of an issue.", "state:open,disputed", tuple(map(str, ConcernState))),
    TermKind("kind", Value.WORD, "Kind of an issue.", "kind:objection", tuple(map(str, ConcernKind))),
    TermKind("verdict", Value.WORD, "Verdict on a claim.", "verdict:refuted", tuple(map(str, VerdictKind))),
    TermKind("predicate", Value.WORD, "What a claim says.", "predicate:overlaps", tuple(map(str, Predicate))),
    TermKind("touches", Value.MEMBER, "Of a series that touches this member.", "touches:page.mapping"),
    TermKind("writes", Value.MEMBER, "Of a series that writes this member.", "writes:page.memcg_data"),
    TermKind("file", Value.TEXT, "About this file: part of its path.", "file:mm/memremap.c"),
    TermKind("function", Value.TEXT, "About this function: part of its name.", "function:prep_compound"),
    TermKind("age", Value.SPAN, "This old.", "age:>2w"),
    TermKind("since", Value.MOMENT, "Not older than.", "since:2026-01-01"),
    TermKind("until", Value.MOMENT, "Older than.", "until:7d"),
    TermKind("has", Value.WORD, "There is something of it.", "has:fix", tuple(HAS)),
    TermKind("is", Value.WORD, "It is such.", "is:open", tuple(IS)),
)

TERMS: Mapping[str, TermKind] = {kind.name: kind for kind in _KINDS}
