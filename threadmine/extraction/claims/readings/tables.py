"""Tables of bits, drawn in a comment: each line says what a bit of a word is for.

::

    76543210  low byte of struct page::flags
    |||||||+-- the page is locked
    ||||||+--- the page is dirty
"""

from __future__ import annotations

import re

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, Memory
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.model import Predicate

_LINE = re.compile(r"\|{0,64}\+-{2,64}>?\s{0,4}([^|+]{3,80})")
_MARK = "+--"

FEWEST = 2
"""Lines below which it is no table."""


def bit_table(read: Read, memory: Memory) -> list[Candidate]:
    """What the bits of the word named above a table are for; empty where there is no table or no word."""
    text = read.sentence.text
    if _MARK not in text:
        return []
    lines = list(_LINE.finditer(text))
    named = [t for t in read.things if t.sort in MEMBERISH and read.offsets[t.first] < text.find(_MARK)]
    word = named[-1] if named else memory.described or memory.member
    if len(lines) < FEWEST or word is None:
        return []
    return [_resides(read, line, word) for line in lines]


def _resides(read: Read, line: re.Match[str], word: Thing) -> Candidate:
    said = line.group(1).strip(" ,.;")
    first = sum(offset < line.start(1) for offset in read.offsets)
    last = max(first + 1, sum(offset < line.end(1) for offset in read.offsets))
    things = tuple(t for t in read.things if first <= t.first < last)
    clause = Clause(first, last, things, (), read.words[min(first, len(read.words) - 1)])
    bit = Thing(first, last, said, said, Sort.AGENT, concept=True)
    return Candidate(Predicate.RESIDES, bit, word, clause, _MARK, first, 6, sure=True)
