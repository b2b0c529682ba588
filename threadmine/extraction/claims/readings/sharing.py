"""Readings of members that lie on the same bytes.

"x shares its first word with y", "x and y are in one union", "x sits on top of y", "x takes the place of y",
"x is just another name for y".
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.contents import contents_before
from threadmine.extraction.claims.readings.phrases import Look, Words, listed, phrased
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_SHARING = listed("sharing")
_TAKES_ROOM = listed("sharing", "takes")
_LIVING = listed("living")
_BETWEEN_SIDES = phrased("sharing", "between")
_SPACES = listed("spaces")
_BEFORE_PARTS = listed("parts", "before")

MANY = 8
"""The most pairs of one clause."""

REACH = 7
"""Tokens behind "share" in which its word of memory stands."""

_SIDES = (Sort.MEMBER, Sort.FLAG, Sort.STRUCT)
_SHARE = frozenset({"share", "shares", "shared", "sharing"})
_BARE = frozenset({"zpdesc", "ptdesc", "netmem_desc", "memdesc"})
_REVERSED = frozenset({"what", "that", "which"})
_UNION = frozenset({"union", "unions"})


_WORDS = (
    frozenset({"share", "shares", "shared", "sharing", "where"})
    | _SHARING
    | _SPACES
    | frozenset(_BETWEEN_SIDES)
)


def may_share(look: Look, here: Words) -> bool:
    """Whether one of the words of sharing is in a clause: the cheap test before :func:`sharing`."""
    return not _WORDS.isdisjoint(here)


def sharing(look: Look) -> list[Candidate]:
    """overlaps: what lies on the same bytes as something else; empty for anything else."""
    found: list[Candidate] = []
    places = []
    at = look.clause.first
    while at < look.clause.last:
        end = _trigger(look, at) if at not in look.inside else 0
        if end:
            places.append((at, end))
        at = max(end, at + 1)
    for number, (at, end) in enumerate(places):
        stop = places[number + 1][0] if number + 1 < len(places) else look.clause.last
        begin = found[-1].object.last if found and found[-1].object is not None else look.clause.first
        found += _pairs(look, at, end, begin, stop)
    return found


def _trigger(look: Look, at: int) -> int:
    """The token behind the words of sharing that begin at ``at``, 0 where none do."""
    word = look.words[at]
    if word in _SHARING:
        return at + 1
    if word in _SHARE:
        return _shared(look, at)
    if word in ("same", "exact"):
        return _space(look, at + 1, 4)
    if word in _UNION:
        return at + 1
    if word in _TAKES_ROOM and look.word(at + 1) in ("the", "its", "their", "up"):
        return _room(look, at)
    if word in ("in", "at", "on", "over", "inside", "uses", "reuses", "borrows") and (end := _room(look, at)):
        return end
    if word == "where" and look.members(look.clause.first, at):
        behind = look.members(at, look.clause.last)
        return (
            at + 1
            if behind and look.word(behind[0].last) in (*GRAMMAR.be, *_LIVING, *GRAMMAR.helpers, "used", "")
            else 0
        )
    return look.phrase_at(at, _BETWEEN_SIDES)


def _shared(look: Look, at: int) -> int:
    """ "Shares (its first) word", "shared with": no risk or code that is shared."""
    if look.word(at + 1) == "with":
        return at + 2
    if look.word(at + 1) == "nothing":
        return at + 2
    return _space(look, at + 1, REACH)


def _space(look: Look, at: int, reach: int) -> int:
    """The token behind a word of memory that stands in the next tokens."""
    for behind in range(at, min(at + reach, look.clause.last)):
        if behind in look.inside or look.words[behind] in ("of", "with", "as", "and"):
            return 0
        if look.words[behind] in _SPACES:
            return behind + 1
    return 0


def _room(look: Look, at: int) -> int:
    """ "Takes the place of x", "in the word that x uses", "in x's place"."""
    behind = at + 1
    if look.word(behind) == "up":
        behind += 1
    if look.word(behind) not in ("the", "its"):
        return 0
    behind += 1
    while look.word(behind) in _BEFORE_PARTS:
        behind += 1
    if look.word(behind) not in _SPACES:
        return 0
    after = look.word(behind + 1)
    if after in ("that", "which", "where") or (after in ("occupied", "used", "taken", "held")):
        return behind + 2
    if after == "of" and look.word(behind) in (
        "place",
        "space",
        "storage",
        "slot",
        "room",
        "memory",
        "location",
        "spot",
        "position",
        "offset",
        "address",
    ):
        return behind + 2
    return 0


def _sides(look: Look, first: int, last: int) -> list[Thing]:
    """The members, flags and structs in tokens ``first`` to ``last`` but for the struct a member is in."""
    if first == look.clause.first and look.words[first] in ("and", "or"):
        first = 0  # a list of two that was cut
    things = [t for t in look.read.things if first <= t.first and t.last <= last and t.sort in _SIDES]
    things = [t for t in things if t.entity not in GRAMMAR.locks]
    if not things and look.word(last - 1) in _BARE:
        name = look.words[last - 1]  # "zpdesc overlays struct page"
        things = [Thing(last - 1, last, name, name, Sort.STRUCT)]
    if not any(t.sort in MEMBERISH for t in things):
        return things
    return [
        t
        for t in things
        if t.sort is not Sort.STRUCT or look.word(t.first - 1) not in ("in", "of", "inside", "from")
    ]


def _pairs(look: Look, at: int, end: int, begin: int, stop: int) -> list[Candidate]:
    """The pairs that words of sharing (tokens ``at`` to ``end``) make of the things around them."""
    left, right = _sides(look, begin, at), _sides(look, end, stop)
    firsts, seconds = last_run(left, look.read), run(right, look.read)
    if stop < look.clause.last and len(seconds) > 1:
        seconds = seconds[:-1]  # the last one is before the next verb
    if (
        not seconds
        and len(firsts) == 1
        and look.word(at - 1) in ("the", "this", "that")
        and look.words[at] == "same"
    ):
        other = look.memory.member  # "x is in the same slot": as what was named before
        seconds = [other] if other is not None and other.entity != firsts[0].entity else []
    if not firsts and seconds and (plain := _plain_side(look, at)):
        firsts = plain
    if len(left) > 1 and len(firsts) == 1 and not seconds and look.word(firsts[0].first - 1) in _REVERSED:
        seconds = left[-2:-1]  # "y is what x overlays"
    if not firsts:
        meant = [t for t in look.meant(at) if t.entity not in {s.entity for s in seconds}]
        firsts = meant if seconds or len(meant) > 1 else []
    if not firsts and not seconds and look.words[look.clause.first] in ("and", "or", "but"):
        firsts = last_run([t for t in look.read.things if t.last <= at and t.sort in MEMBERISH], look.read)
    if firsts and len(left) > len(firsts) and not seconds and len(firsts) < 2:
        firsts = (
            left if look.words[at] in _SHARE | {"same", "union", "overlap", "alias", "collide"} else firsts
        )
    pairs = [(a, b) for a, b in _joined(firsts, seconds) if {a.sort, b.sort} != {Sort.FLAG}]
    if len(pairs) > 1 and all(t.sort is Sort.STRUCT for pair in pairs for t in pair):
        pairs = pairs[:1]
    found = [look.make(Predicate.OVERLAPS, one, other, at, 7, look.text(at, end)) for one, other in pairs]
    every = {t.entity for pair in pairs for t in pair}
    return [replace(c, listed=frozenset(every)) for c in found] if len(found) > 1 else found


def _plain_side(look: Look, at: int) -> list[Thing]:
    """ "The order overlaps with PG_head"."""
    return [t for t in contents_before(look, at) if t.entity == "folio_order"] or []


def _joined(firsts: list[Thing], seconds: list[Thing]) -> list[tuple[Thing, Thing]]:
    """Each of one side with each of the other; where only one side is named, its first with the others."""
    named = _distinct(firsts), _distinct(seconds)
    if not named[0] or not named[1]:
        one = named[0] or named[1]
        return [(one[0], other) for other in one[1:]]
    if len(named[0]) == len(named[1]) > 1:
        return list(zip(*named, strict=True))
    return [(a, b) for a in named[0] for b in named[1] if a.entity != b.entity or a.index != b.index][:MANY]


def _distinct(things: list[Thing]) -> list[Thing]:
    found: dict[tuple[str, str], Thing] = {}
    for thing in things:
        found.setdefault((thing.entity, thing.index), thing)
    return list(found.values())
