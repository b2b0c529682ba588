"""The cheap look that decides which sentences are read at all.

Nine of ten mails of a list say nothing about a struct member, and spaCy costs some hundred microseconds a
sentence; so one compiled pattern goes over a message's own prose, and only sentences with a C name or a
word for a member or a kind of page in them go on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from threadmine.extraction.comments import added_comments
from threadmine.extraction.names import Lexicon, declared_types
from threadmine.extraction.text import Sentence, sentences
from threadmine.model import Message, StretchKind

_NAMED = re.compile(
    r"\w\(\)|\w_\w|->\w|\bPG_|Page[A-Z]|\w\(\w+\)|\bstruct page|"
    r"(?i:ref ?counts?\b|refcnt|reference count|mapcount|\bpgmap|pagemap|memcg.data|\bflags?\b|"
    r"page reference|\bpage count|compound.head|\bpage (?:lock|type)|\bmapping\b|hwpoison|anonexclusive|"
    r"rmappable)|"
    r"(?i:(?:device|zone|tail|head|compound|large|slab|anon\w*|hugetlb|dax|free|huge|private|coherent|typed|frozen)"
    r"[ _-]?(?:pages?|folios?)\b)"
)
_CALLED = re.compile(r"\b([a-z_]\w{3,60})\(")
MAX_CALLED = 3000


@dataclass(frozen=True, slots=True)
class Picked:
    """The sentences worth reading and what the rest of the mail tells about names."""

    sentences: tuple[Sentence, ...]
    types: Mapping[str, str]
    functions: frozenset[str]


def pick(message: Message, lexicon: Lexicon) -> Picked | None:
    """The sentences of ``message`` worth reading, None where there are none."""
    body = message.body
    if not any(
        _NAMED.search(body, s.start, s.end)
        for s in message.stretches
        if s.depth == 0 and s.kind in (StretchKind.PROSE, StretchKind.CODE, StretchKind.DIFF)
    ):
        return None
    prose = tuple(sentences(message))
    number = prose[-1].paragraph + 1 if prose else 0
    found = tuple(
        s
        for s in (*prose, *added_comments(message, number))
        if _NAMED.search(s.text) or _NAMED.search(s.code)
    )
    if not found:
        return None
    types: Mapping[str, str] = declared_types(body) if "struct " in body else {}
    return Picked(found, types, functions_in(body))


def functions_in(body: str) -> frozenset[str]:
    """Names that are called somewhere in the mail (text, quotation, patch)."""
    found = set()
    for number, match in enumerate(_CALLED.finditer(body)):
        if number >= MAX_CALLED:
            break
        found.add(match.group(1))
    return frozenset(found)
