"""Readings of how big members and structs are, and how far from the start of their struct they lie."""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.contents import contents_before
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_UNITS = listed("measures", "units")
_NUMBERS = listed("measures", "numbers")
_BETWEEN_MEASURES = listed("measures", "between")
_MEASURING = listed("measures", "verbs")
_CHANGING = listed("measures", "changing")
_QUANTITIES = listed("quantities")
_ORDINALS = listed("offsets", "ordinals")
_STARTING = listed("offsets", "verbs")
_NTH_NOUNS = listed("offsets", "nouns")

_NUMBER = re.compile(r"(?:0x[0-9a-f]{1,6}|\d{1,6})$")
_JOINED = re.compile(r"(?:0x[0-9a-f]{1,6}|\d{1,6})-?(?:byte|bit|word)s?$")
_SIZEOF = re.compile(r"(sizeof|offsetof)\((?:struct)?\W*(\w+)(?:\s*,\s*(\w+))?\)$")
_MEASURED = (*MEMBERISH, Sort.STRUCT)

_MOVING = frozenset(
    {
        "move",
        "moves",
        "moved",
        "put",
        "puts",
        "place",
        "places",
        "keep",
        "keeps",
        "moving",
        "keeping",
        "putting",
    }
)
BETWEEN = 8
"""The most tokens between a member and its number."""


_WORDS = _UNITS | _ORDINALS | {"offset"}
_SPELT = re.compile(r"\d-(?:byte|bit|word)|\b(?:sizeof|offsetof)\(")


def may_measure(look: Look, here: Words) -> bool:
    """Whether a clause has a unit or a number of a place: the cheap test before :func:`measured`."""
    if not _WORDS.isdisjoint(here):
        return True
    text = look.read.sentence.text
    return ("-" in text or "of(" in text) and _SPELT.search(text) is not None


def measured(look: Look) -> list[Candidate]:
    """size, offset: a number with its unit, and what it is said of; empty for anything else."""
    return _edge(look) or _offset(look) or _size(look)


def _edge(look: Look) -> list[Candidate]:
    """ "X is the last 8 bytes of struct page": it lies there, and has 8 bytes."""
    for at in range(look.clause.first + 1, look.clause.last - 2):
        if look.words[at] not in ("first", "last", "final") or not (end := _amount(look, at + 1)):
            continue
        verb = at - 1
        while look.word(verb) in ("the", "at", "in", "to", "up", "as", "n't", "not", "only"):
            verb -= 1
        if look.word(end) not in ("of", "in") or look.word(verb) not in _MEASURING | GRAMMAR.be:
            return []
        named = look.members(look.clause.first, verb)
        things = (
            last_run(named, look.read)
            if named and _adjacent(look, named[-1].last, verb)
            else look.meant(verb)
        )
        return [
            *_make(look, Predicate.OFFSET, things, verb, look.text(at, end)),
            *_make(look, Predicate.SIZE, things, verb, look.text(at + 1, end)),
        ]
    return []


# ---- sizes


def _size(look: Look) -> list[Candidate]:
    for at in range(look.clause.first, look.clause.last):
        word = look.words[at]
        if _SIZEOF.match(word) and (found := _sizeof(look, at)):
            return found
        if word == "from" and (both := _from_to(look, at + 1)):
            return both
        amount = _amount(look, at)
        if amount and (found := _of_amount(look, at, amount)):
            return found
    if set(look.words[look.clause.first : look.clause.last]) & _UNITS:
        return []
    return []


def _amount(look: Look, at: int) -> int:
    """The token behind an amount that begins at ``at`` ("64 bytes", "8-byte", "two pointers"), else 0."""
    word = look.words[at]
    if _JOINED.match(word):
        return at + 1
    if not _NUMBER.match(word) and word not in _NUMBERS:
        return 0
    behind = at + 1
    if look.word(behind) in ("unsigned", "full", "more", "extra", "contiguous"):
        behind += 1
    return behind + 1 if look.word(behind) in _UNITS else 0


def _from_to(look: Look, at: int) -> list[Candidate]:
    """ "Grows sizeof(struct page) from 56 (bytes) to 64 bytes": the one was, the other will be."""
    to = at + 1 + (look.word(at + 1) in _UNITS)
    if not _NUMBER.match(look.word(at)) or look.word(to) != "to":
        return []
    end = _amount(look, to + 1)
    before = [t for t in look.clause.things if t.last <= at and t.sort in _MEASURED]
    sizes = [i for i in range(look.clause.first, at) if _SIZEOF.match(look.words[i])]
    thing = _sized(look, sizes[-1]) if sizes else before[-1] if before else None
    if not end or thing is None or not 0 <= at - thing.last <= BETWEEN:
        return []
    verb = max(look.clause.first, thing.first - 1)
    was = f"{look.words[at]} {look.words[end - 1]}"
    return [
        *_make(look, Predicate.SIZE, [thing], verb, look.text(to + 1, end)),
        *_make(look, Predicate.SIZE, [thing], verb, was),
    ]


def _sized(look: Look, at: int) -> Thing:
    """What "sizeof(struct page)" or "offsetof(struct page, lru)" is about."""
    match = _SIZEOF.match(look.words[at])
    struct, member = (match[2].removeprefix("struct"), match[3]) if match else ("", None)
    entity = f"{struct}.{member}" if member else struct
    return Thing(at, at + 1, look.read.tokens[at], entity, Sort.MEMBER if member else Sort.STRUCT)


def _of_amount(look: Look, at: int, end: int) -> list[Candidate]:
    """What an amount in tokens ``at`` to ``end`` is the size of."""
    words = look.words
    verb = step = at - 1
    while (
        step >= look.clause.first
        and step not in look.inside
        and words[step] in _BETWEEN_MEASURES | _MEASURING
    ):
        if words[step] in _MEASURING:
            verb = step
        step -= 1
    thing = look.inside.get(step)
    if thing is not None and words[verb] not in _MEASURING and thing.sort in _MEASURED:
        change = thing.first - 1
        while look.word(change) in GRAMMAR.determiners:
            change -= 1
        if look.word(change) in _CHANGING | {
            "make",
            "makes",
            "keep",
            "keeps",
            "get",
            "making",
        }:
            return _make(look, Predicate.SIZE, [thing], change, look.text(at, end))
    if look.word(end) == "to" and words[at - 1] == "from":
        return []
    if words[verb].isdigit() or words[verb] in _UNITS or words[verb] == "from":
        changed = [v for v in range(look.clause.first, at) if words[v] in _CHANGING]
        if not changed:
            return []
        verb = changed[-1]
    if look.word(end) in (
        "into",
        "from",
        "before",
        "after",
        "behind",
        "boundary",
        "aligned",
        "alignment",
        "past",
    ):
        return []
    things = _measured_before(look, verb) if words[verb] in _MEASURING else []
    value = look.text(at, end)
    if not things and words[verb] in _CHANGING:
        things = run(
            [t for t in look.clause.things if verb < t.first < at and t.sort in _MEASURED], look.read
        )[:1]
    if not things and words[verb] in _MEASURING:
        things = [t for t in look.clause.things if t.last <= verb and _SIZEOF.match(words[t.first])][-1:]
    return _make(look, Predicate.SIZE, things, verb, value)


def _measured_before(look: Look, verb: int) -> list[Thing]:
    """The struct, member or quantity before a verb of measure."""
    named = [t for t in look.clause.things if t.last <= verb and t.sort in _MEASURED]
    if named and _adjacent(look, named[-1].last, verb):
        return last_run(named, look.read) if named[-1].sort in MEMBERISH else named[-1:]
    if named and named[-1].sort is Sort.STRUCT and named[-1].last == verb:
        return named[-1:]
    things = [t for t in contents_before(look, verb) if t.sort in (Sort.FUNCTION, Sort.AGENT)]
    heads = _QUANTITIES
    plain = [t for t in things if t.entity == "folio_order" or t.text.lower().split()[-1] in heads]
    return plain if not named else []


def _adjacent(look: Look, first: int, last: int) -> bool:
    between = look.words[first:last]
    return len(between) <= BETWEEN and all(
        w in GRAMMAR.helpers
        or w in GRAMMAR.fillers
        or w in _BETWEEN_MEASURES
        or w in ("field", "member", "itself", "is", "has", "occupy", "both", "all", "each", "really", "used")
        for w in between
    )


def _sizeof(look: Look, at: int) -> list[Candidate]:
    """ "sizeof(struct page) is 64", "offsetof(struct page, lru) is 8"."""
    match = _SIZEOF.match(look.words[at])
    number = _number_behind(look, at + 1)
    if match is None or not number:
        return []
    thing = _sized(look, at)
    predicate = Predicate.OFFSET if match[1] == "offsetof" else Predicate.SIZE
    return _make(look, predicate, [thing], at + 1, number)


def _number_behind(look: Look, at: int) -> str:
    """The number said behind a verb ("is still 64", "goes up to 72 bytes")."""
    words, end = look.words, look.clause.last
    while at < end and (words[at] in _BETWEEN_MEASURES or words[at] in _MEASURING or words[at] == "="):
        at += 1
    if at >= end or not (_NUMBER.match(words[at]) or _JOINED.match(words[at])):
        return ""
    return look.text(at, max(at + 1, _amount(look, at)))


# ---- offsets


def _offset(look: Look) -> list[Candidate]:
    for at in range(look.clause.first, look.clause.last):
        word = look.words[at]
        if word in ("offset", "byte", "bytes", "bit") and at not in look.inside:
            found = _at_number(look, at) or _of_member(look, at)
        elif word in _ORDINALS:
            found = _nth(look, at)
        elif word == "into" or word == "from":
            found = _into(look, at)
        else:
            continue
        if found:
            return found
    return []


def _at_number(look: Look, at: int) -> list[Candidate]:
    """ "(At) offset 8", "starts at byte 24", "is bit 6", "occupies bytes 52 to 55"."""
    words = look.words
    behind = at + 1 + (look.word(at + 1) in ("number", "#", "no", "nr"))
    if not _NUMBER.match(look.word(behind)):
        return []
    value = look.text(at, behind + 1)
    verb = at - 1
    while look.word(verb) in (
        "at",
        "the",
        "to",
        "byte",
        "on",
        "in",
        "a",
        "with",
        "n't",
        "not",
        "really",
        "now",
        "still",
        "only",
        "always",
    ):
        verb -= 1
    bit = words[at] == "bit"
    if look.word(behind + 1) in ("of", "in") and bit:
        return []  # a bit of a word: it lies there
    if look.word(verb) in _STARTING or look.word(verb) in GRAMMAR.be:
        named = [t for t in look.members(look.clause.first, verb) if t.sort is Sort.FLAG or not bit]
        if named and _adjacent(look, named[-1].last, verb):
            return _make(look, Predicate.OFFSET, last_run(named, look.read), verb, value)
        if not named and look.word(verb) not in _MOVING and (meant := look.meant(verb)):
            return _make(
                look, Predicate.OFFSET, [t for t in meant if t.sort is Sort.FLAG or not bit], verb, value
            )
    if look.word(verb) == ",":
        only = look.members(look.clause.first, verb)  # "x ends up in the last word, at offset 56"
        return _make(look, Predicate.OFFSET, only, at, value) if len(only) == 1 and not bit else []
    thing = look.inside.get(verb)
    if thing is not None and thing.sort in MEMBERISH and (thing.sort is Sort.FLAG or not bit):
        if look.clause.opening in GRAMMAR.be and thing.first == look.past_determiners(look.clause.first + 1):
            return _make(look, Predicate.OFFSET, [thing], look.clause.first, value)
        if look.word(thing.first - 1) in _MOVING:
            return _make(look, Predicate.OFFSET, [thing], thing.first - 1, value)
    if not bit and (at == look.clause.first or (at == look.clause.first + 1 and look.word(at - 1) == "at")):
        named = look.members(behind, look.clause.last)[:1]
        near = [
            t
            for t in named
            if t.first - behind <= BETWEEN
            and set(words[behind + 1 : t.first])
            <= GRAMMAR.be
            | {"where", "there", "we", "have", "find", "the", "comes", "you", ",", "lives", "sits"}
        ]
        return _make(look, Predicate.OFFSET, near, at, value)
    return []


def _of_member(look: Look, at: int) -> list[Candidate]:
    """ "The offset of x is 24", "x has offset 24", "the bit number of PG_x is 6"."""
    behind = at + 1 + (look.word(at + 1) in ("number", "offset", "position"))
    if look.word(behind) != "of":
        return []
    thing = look.inside.get(look.past_determiners(behind + 1))
    if thing is None or thing.sort not in MEMBERISH:
        return []
    after = thing.last + (look.word(thing.last) in (":", "="))
    number = _number_behind(look, after)
    if not number and look.read.words[thing.last : thing.last + 1] == (":",):
        token = look.read.words[thing.last + 1 : thing.last + 2]
        number = token[0] if token and _NUMBER.match(token[0]) else ""
    return _make(look, Predicate.OFFSET, [thing], at, number) if number else []


def _nth(look: Look, at: int) -> list[Candidate]:
    """ "X is the second word of struct page", "x comes first in struct page"."""
    words = look.words
    behind = at + 1
    while look.word(behind) in ("double", "unsigned", "8-byte", "struct"):
        behind += 1
    noun = look.word(behind) in _NTH_NOUNS
    verb = at - 1
    while look.word(verb) in ("the", "its", "as", "n't", "not", "still", "now", "in", "always", "really"):
        verb -= 1
    if look.word(verb) not in _STARTING:
        return []
    named = look.members(look.clause.first, verb)
    things = last_run(named, look.read) if named and _adjacent(look, named[-1].last, verb) else []
    if noun and look.word(behind + 1) in ("of", "in") and look.word(verb) in GRAMMAR.be:
        thing = look.inside.get(look.past_determiners(behind + 2))
        if thing is not None and thing.sort is Sort.STRUCT:
            return _make(look, Predicate.OFFSET, things, verb, look.text(at, behind + 1))
    if not noun and look.word(verb) in ("comes", "come", "came") and look.word(at + 1) in ("in", "of"):
        return _make(look, Predicate.OFFSET, things, verb, words[at])
    return []


def _into(look: Look, at: int) -> list[Candidate]:
    """ "X is 16 bytes into the struct", "16 bytes from its start"."""
    begin = next((b for b in (at - 2, at - 1) if b >= look.clause.first and _amount(look, b) == at), -1)
    if begin < 0:
        return []
    verb = begin - 1
    named = look.members(look.clause.first, verb)
    if look.word(verb) not in _STARTING or not named or not _adjacent(look, named[-1].last, verb):
        return []
    return _make(look, Predicate.OFFSET, last_run(named, look.read), verb, look.text(begin, at))


def _make(look: Look, predicate: Predicate, things: list[Thing], at: int, value: str) -> list[Candidate]:
    found = [look.make(predicate, thing, None, at, 7, value) for thing in things]
    every = {t.entity for t in things}
    return [replace(c, listed=frozenset(every)) for c in found] if len(found) > 1 else found
