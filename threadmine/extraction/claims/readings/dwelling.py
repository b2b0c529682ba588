"""Readings of where members, flags and quantities lie: in which word, in which page of a folio.

"The zone and node bits sit in page->flags", "page[1].flags holds the order", "we keep the order in it",
"PAGE_MAPPING_ANON is the low bit of page->mapping".
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.readings.contents import (
    before_helpers,
    contents,
    contents_before,
    contents_behind,
    is_firm,
    is_quantity,
    residing,
)
from threadmine.extraction.claims.readings.phrases import Look, Place, Words, listed, phrased
from threadmine.extraction.claims.readings.places import in_struct, plain_place
from threadmine.extraction.claims.readings.whereabouts import ROOM, room, where
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR

_INSIDE = listed("inside")
_MOVED = listed("living", "moved")
_BETWEEN = listed("living", "between")
_LIVING = listed("living")
_LIVING_UP = phrased("living", "phrases")
_KEEPING = listed("keeping")
_PEOPLE = listed("keeping", "people")
_WEAKLY = listed("containing", "weak")
_CONTAINING = listed("containing")
_VAGUE = listed("vague")
_SPOILED = listed("quantities", "spoiled")

_PAGES = frozenset({"page", "pages", "folio", "folios", "slab", "slabs", "it"})
_TAKING = frozenset(
    {"uses", "use", "used", "using", "takes", "reserved", "reserves", "need", "needs", "require", "requires"}
)
_SAVED = frozenset({"stored", "saved", "written", "copied", "encoded", "recorded"})
_BELONGING = frozenset({"belong", "belongs"})
_OWNERS = frozenset({"page", "pages", "folio", "folios", "slab", "slabs", "table", "tables", "ptdesc"})
_COMING = frozenset({"come", "comes", "came", "coming"})
KEPT = 12
"""The most tokens between "keep" and the place where something is kept."""


_WORDS = (
    _LIVING
    | _MOVED
    | _KEEPING
    | _CONTAINING
    | _WEAKLY
    | _TAKING
    | {"occupies", "occupy"}
    | _COMING
    | ROOM
    | GRAMMAR.be
    | frozenset(_LIVING_UP)
)


def may_dwell(look: Look, here: Words) -> bool:
    """Whether something may be said to be somewhere: the cheap test before :func:`dwelling`."""
    return not _WORDS.isdisjoint(here) and (
        bool(look.clause.things)
        or "page" in here
        or not GRAMMAR.pronouns.isdisjoint(here)
        or any(word.startswith(("page[", "pages[")) for word in here)
    )


def dwelling(look: Look) -> list[Candidate]:
    """resides: what is in a place; empty where the clause says nothing of the kind."""
    for at in range(look.clause.first, look.clause.last):
        word = look.words[at]
        if word in _INSIDE and at not in look.inside:
            place = look.place(at + 1)
            if place is None and (plain := plain_place(look, at, _verb_before(look, at))):
                return plain
            if place is not None and (found := _in_place(look, at, place)):
                return found
            if place is not None and place.thing.sort is Sort.STRUCT and (left := in_struct(look, at, place)):
                return left
    return _is_part(look) or _used_for(look) or _holder(look) or where(look) or _comes(look) or room(look)


def _used_for(look: Look) -> list[Candidate]:
    """ "x uses the upper bits of page->y for the tag", "bits 0-7 of page->y are used for the order"."""
    for at in range(look.clause.first, look.clause.last - 2):
        word = look.words[at]
        if word not in _TAKING:
            continue
        place = _place_before(look, at) if look.words[at - 1] in GRAMMAR.be else look.place(at + 1)
        if place is None or not place.part or place.thing.sort is not Sort.MEMBER:
            continue
        behind = place.last if place.first > at else at + 1
        if look.word(behind) == "to" and look.word(behind + 1) in _KEEPING | _CONTAINING:
            behind += 1
        elif look.word(behind) not in ("for", "as"):
            continue
        things = [t for t in contents_behind(look, behind + 1) if is_quantity(t)]
        if found := residing(look, things, place, at):
            return found
    return []


def _in_place(look: Look, at: int, place: Place) -> list[Candidate]:
    """What stands before "in <place>": "x lives in", "x is in", "we keep x in"."""
    if _goes_on(look, place) or (look.word(at) == "as" and not place.part):
        return []
    verb = _verb_before(look, at)
    word = look.word(verb)
    if word in GRAMMAR.be or word == "n't":
        named = place.thing.sort in (Sort.MEMBER, Sort.STRUCT) and not place.thing.concept
        plain = named and look.word(at) == "in"
        things = [t for t in _subjects(look, verb) if plain or is_firm(t) or is_quantity(t)]
        return (
            residing(look, things, place, verb) if look.word(at) in ("in", "inside", "within", "at") else []
        )
    if look.clause.opening in GRAMMAR.be and look.clause.first < verb:
        things = contents(look, look.clause.first + 1, verb + 1)  # "is the order still in page[1]?"
        things = [t for t in things if is_firm(t) or is_quantity(t)]
        if things and things[-1].last == verb + 1 and look.word(at) in ("in", "inside", "within"):
            return residing(look, things, place, look.clause.first)
    moved = word in _MOVED
    if look.word(at) == "to" and not moved and word not in _SAVED:
        return []
    if word in _LIVING or moved or _is_phrase(look, verb):
        if look.word(at) == "from":
            return []
        things = _subjects(look, verb)
        if word in _BELONGING and place.thing.sort is Sort.MEMBER and not place.part:
            things = [t for t in things if is_quantity(t)]  # a member belongs to whoever uses it
        if things or word not in _KEEPING:
            return residing(look, things, place, verb)
    return _kept(look, at, place)


def _is_phrase(look: Look, verb: int) -> bool:
    """Whether the verb is one of two words ("ends up")."""
    return look.phrase_at(verb, _LIVING_UP) > verb + 1


def _verb_before(look: Look, at: int) -> int:
    """The verb before the preposition at token ``at``, beyond "only", "still" and the like."""
    verb = at - 1
    if verb in look.inside and look.word(look.inside[verb].first - 1) == "from":
        verb = look.inside[verb].first - 2  # "went from x into y"
    while look.word(verb) in GRAMMAR.fillers or look.word(verb) in _BETWEEN:
        verb -= 1
    return verb


def _subjects(look: Look, verb: int) -> list[Thing]:
    """What is said to be somewhere: named before the verb, or by a pronoun."""
    named = contents_before(look, verb)
    return named or look.meant(verb) or _antecedent(look, verb)


def _antecedent(look: Look, verb: int) -> list[Thing]:
    """What "that" before a verb stands for: "the bits that live in x", "X is a value that is kept in x"."""
    at = before_helpers(look, verb) - 1
    if look.word(at) not in ("that", "which") or at <= look.clause.first:
        return []
    for be in range(at - 1, look.clause.first, -1):
        if look.words[be] in GRAMMAR.be and look.word(be + 1) in ("a", "an", "the", "one", "just"):
            return contents_before(look, be)
    return contents_before(look, at)


def _kept(look: Look, at: int, place: Place) -> list[Candidate]:
    """ "We keep the order in x": a person or an order does it, so that nothing is said of any function."""
    for verb in range(at - 1, max(look.clause.first - 1, at - KEPT), -1):
        if look.words[verb] in _KEEPING:
            break
    else:
        return []
    before = [w for w in look.words[look.clause.first : verb] if w.isalpha()]
    plain = [w for w in before if w not in GRAMMAR.helpers and w not in GRAMMAR.fillers]
    ordered = verb == look.clause.first and not look.words[verb].endswith(("s", "ed", "ing", "kept", "had"))
    if not ordered and not (plain and plain[-1] in _PEOPLE) and not _packed_by(look, verb, place):
        return []
    if any(t.sort is Sort.FUNCTION for t in look.clause.things if t.last <= verb):
        return []
    things = contents(look, verb + 1, at)
    if look.words[verb] in _WEAKLY:
        things = [t for t in things if is_quantity(t) or t.sort is Sort.FLAG]
    if (
        any(t.sort is Sort.MEMBER and not t.concept for t in things)
        and place.thing.sort is Sort.MEMBER
        and "__page" not in place.thing.entity
    ):
        return []  # "store page->index in page->private": a value
    return residing(look, things, place, verb)


def _packed_by(look: Look, verb: int, place: Place) -> bool:
    """Whether a part of the kernel puts something into some bits of a word: what counts is which bits they
    are. Who keeps something in a whole member uses it.
    """
    doer = look.inside.get(before_helpers(look, verb) - 1)
    return bool(place.part) and doer is not None and doer.sort in (Sort.AGENT, Sort.KIND)


def _is_part(look: Look) -> list[Candidate]:
    """ "X is the low bit of y", "the low byte of y is x"."""
    words = look.words
    for at in range(look.clause.first, look.clause.last - 1):
        if words[at] not in GRAMMAR.be and words[at] not in (
            "takes",
            "occupies",
            "uses",
            "take",
            "occupy",
            "use",
        ):
            continue
        behind = at + 1
        while look.word(behind) in GRAMMAR.helpers | GRAMMAR.fillers | {"really", "just", "n't"}:
            behind += 1
        place = look.place(behind)
        if place is not None and "__page_" in place.thing.entity and words[at] in GRAMMAR.be:
            named = [t for t in _subjects(look, at) if t.sort is Sort.MEMBER]
            return residing(look, named, place, at)
        if place is not None and place.part and place.thing.sort is Sort.MEMBER:
            things = [
                t for t in _subjects(look, at) if is_firm(t) or t.sort is Sort.CONSTANT or is_quantity(t)
            ]
            if found := residing(look, things, place, at):
                return found
        whole = look.place(
            look.clause.first + (words[look.clause.first] in ("so", "and", "but", "then", "here", "also"))
        )
        if whole is not None and whole.part and whole.last == at and whole.thing.sort is Sort.MEMBER:
            things = [
                t
                for t in contents_behind(look, behind)
                if is_quantity(t) or t.sort in (Sort.CONSTANT, Sort.FLAG)
            ]
            return residing(look, things, whole, at)
    return []


def _holder(look: Look) -> list[Candidate]:
    """ "page->flags holds the zone, the node and the section"."""
    for at in range(look.clause.first + 1, look.clause.last - 1):
        word = look.words[at]
        strong = word in _CONTAINING
        if not strong and word not in _WEAKLY:
            continue
        place = _place_before(look, at)
        if place is None and strong and (meant := look.meant(at)) and meant[0].sort is Sort.MEMBER:
            place = Place(meant[0].first, meant[0].last, meant[0])
        if place is None or look.words[at - 1] in GRAMMAR.be:
            continue
        if strong and look.word(place.first - 1) == "what" and look.word(place.first - 2) in GRAMMAR.be:
            return residing(look, contents_before(look, place.first - 2), place, at)  # "x is what y stores"
        things = contents_behind(look, at + 1)
        if word.endswith("ing") and place.thing.concept:
            continue  # "flag bits including x"
        things = [
            t
            for t in things
            if t.sort in (Sort.FLAG, Sort.CONSTANT) or (is_quantity(t) and not _is_spoiled(look, at + 1))
        ]
        if not strong and (place.thing.sort is Sort.STRUCT or any(t.sort is Sort.FLAG for t in things)):
            return []  # "the page has PG_x set": a state
        if place.thing.sort is Sort.KIND:
            return []
        return residing(look, things, place, at)
    return []


def _place_before(look: Look, at: int) -> Place | None:
    """The place that ends before the verb at token ``at``."""
    end = at
    while end > look.clause.first and (
        look.words[end - 1] in GRAMMAR.helpers or look.words[end - 1] in GRAMMAR.fillers
    ):
        end -= 1
    for begin in range(max(look.clause.first, end - KEPT), end):
        if (
            begin > look.clause.first
            and begin - 1 in look.inside
            and look.inside[begin - 1] is look.inside.get(begin)
        ):
            continue
        place = look.place(begin)
        if place is not None and (place.last == end or _is_owned(look, place.last, end)):
            return place
    return None


def _is_owned(look: Look, first: int, last: int) -> bool:
    """Whether only the owner of a member is named between two tokens ("of a kmem folio")."""
    inside = look.words[first:last]
    return (
        2 <= len(inside) <= 5
        and inside[0] in ("of", "in")
        and inside[-1] in _OWNERS
        and all(w.replace("-", "").replace("_", "").isalnum() for w in inside)
        and GRAMMAR.be.isdisjoint(inside)
    )


def _comes(look: Look) -> list[Candidate]:
    """ "The node id comes from page->flags": it lies there."""
    for at in range(look.clause.first + 1, look.clause.last - 2):
        if look.words[at] not in _COMING:
            continue
        behind = at + 1 + (look.word(at + 1) in ("out", "right", "straight", "directly"))
        place = look.place(behind + 1) if look.word(behind) in ("from", "of") else None
        if place is None or place.thing.sort is not Sort.MEMBER:
            continue
        things = [t for t in _subjects(look, at) if t.text.lower() not in _PAGES]
        if found := residing(look, things, place, at):
            return found
    return []


def _goes_on(look: Look, place: Place) -> bool:
    """Whether the member is only part of another noun ("in page->flags handling", "in the flags of f()")."""
    behind = look.word(place.last)
    return behind in GRAMMAR.after_uses or behind in _VAGUE - {
        "and",
        "all",
        "both",
        "here",
        "there",
        "this",
        "that",
        "which",
        "it",
        "they",
        "we",
        "these",
        "those",
        "what",
        "who",
    }


def _is_spoiled(look: Look, at: int) -> bool:
    """Whether it is said of what is there that it is good or bad ("a stale order"): a state."""
    words = look.words[at : at + 4]
    return not _SPOILED.isdisjoint(words)
