"""Readings of where members, flags and quantities lie: in which word, in which page of a folio.

"The zone and node bits sit in page->flags", "page[1].flags holds the order", "we keep the order in it",
"PAGE_MAPPING_ANON is the low bit of page->mapping".
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.named import noun_phrase
from threadmine.extraction.claims.readings.contents import (
    before_helpers,
    contents,
    contents_before,
    contents_behind,
)
from threadmine.extraction.claims.readings.phrases import Look, Place, Words, listed, phrased
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_INSIDE = listed("inside")
_MOVED = listed("living", "moved")
_STORED = listed("living", "stored")
_SPACES = listed("spaces")
_NOWHERE = listed("living", "nowhere")
_BETWEEN = listed("living", "between")
_LIVING = listed("living")
_LIVING_UP = phrased("living", "phrases")
_KEEPING = listed("keeping")
_PEOPLE = listed("keeping", "people")
_WEAKLY = listed("containing", "weak")
_CONTAINING = listed("containing")
_VAGUE = listed("vague")
_QUANTITIES = listed("quantities")
_SPOILED = listed("quantities", "spoiled")

KEPT = 12
"""The most tokens between "keep" and the place where something is kept."""


_WORDS = (
    _LIVING
    | _MOVED
    | _KEEPING
    | _CONTAINING
    | _WEAKLY
    | {"takes", "occupies", "occupy", "uses", "use", "using", "reserves"}
    | GRAMMAR.be
    | frozenset(_LIVING_UP)
)


def may_dwell(look: Look, here: Words) -> bool:
    """Whether something may be said to be somewhere: the cheap test before :func:`dwelling`."""
    return not _WORDS.isdisjoint(here) and (
        bool(look.clause.things) or "page" in here or not GRAMMAR.pronouns.isdisjoint(here)
    )


def dwelling(look: Look) -> list[Candidate]:
    """resides: what is in a place; empty where the clause says nothing of the kind."""
    for at in range(look.clause.first, look.clause.last):
        word = look.words[at]
        if word in _INSIDE and at not in look.inside:
            place = look.place(at + 1)
            if place is None and (plain := _plain_place(look, at)):
                return plain
            if place is not None and (found := _in_place(look, at, place)):
                return found
    return _is_part(look) or _used_for(look) or _holder(look) or _where(look)


def _plain_place(look: Look, at: int) -> list[Candidate]:
    """ "page->x is stored in the swap table": a place that is no word of struct page."""
    verb = _verb_before(look, at)
    if look.word(at) not in ("in", "into", "inside", "within") or look.word(verb) not in _STORED:
        return []
    things = [t for t in contents_before(look, verb) if t.sort in MEMBERISH and not t.concept]
    first = look.past_determiners(at + 1)
    goal = noun_phrase(look.read, first, _end_of_noun(look, first)) if things else None
    head = goal.entity.split()[-1].lower() if goal is not None else ""
    if goal is None or head in _NOWHERE or head in _SPACES:
        return []
    return _make(look, things, Place(first, goal.last, goal), verb)


def _end_of_noun(look: Look, first: int) -> int:
    """The token behind the plain words that begin at ``first``."""
    last = first
    while look.word(last).replace("-", "").isalpha() and look.word(last) not in GRAMMAR.no_nouns:
        last += 1
    return last


def _used_for(look: Look) -> list[Candidate]:
    """ "x uses the upper bits of page->y for the tag", "bits 0-7 of page->y are used for the order"."""
    for at in range(look.clause.first, look.clause.last - 2):
        word = look.words[at]
        if word not in ("uses", "use", "used", "using", "takes", "reserved", "reserves"):
            continue
        place = _place_before(look, at) if look.words[at - 1] in GRAMMAR.be else look.place(at + 1)
        if place is None or not place.part or place.thing.sort is not Sort.MEMBER:
            continue
        behind = place.last if place.first > at else at + 1
        if look.word(behind) == "to" and look.word(behind + 1) in _KEEPING | _CONTAINING:
            behind += 1
        elif look.word(behind) not in ("for", "as"):
            continue
        things = [t for t in contents_behind(look, behind + 1) if _is_quantity(t)]
        if found := _make(look, things, place, at):
            return found
    return []


def _in_place(look: Look, at: int, place: Place) -> list[Candidate]:
    """What stands before "in <place>": "x lives in", "x is in", "we keep x in"."""
    if _goes_on(look, place) or (look.word(at) == "as" and not place.part):
        return []
    verb = _verb_before(look, at)
    word = look.word(verb)
    if word in GRAMMAR.be or word == "n't":
        things = [t for t in _subjects(look, verb) if _is_firm(t) or _is_quantity(t)]
        return _make(look, things, place, verb) if look.word(at) in ("in", "inside", "within", "at") else []
    if look.clause.opening in GRAMMAR.be and look.clause.first < verb:
        things = contents(look, look.clause.first + 1, verb + 1)  # "is the order still in page[1]?"
        things = [t for t in things if _is_firm(t) or _is_quantity(t)]
        if things and things[-1].last == verb + 1 and look.word(at) in ("in", "inside", "within"):
            return _make(look, things, place, look.clause.first)
    moved = word in _MOVED
    if look.word(at) == "to" and not moved:
        return []
    if word in _LIVING or moved or _is_phrase(look, verb):
        if look.word(at) == "from":
            return []
        things = _subjects(look, verb)
        if things or word not in _KEEPING:
            return _make(look, things, place, verb)
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
    return named or look.meant(verb)


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
    if not ordered and not (plain and plain[-1] in _PEOPLE):
        return []
    if any(t.sort is Sort.FUNCTION for t in look.clause.things if t.last <= verb):
        return []
    things = contents(look, verb + 1, at)
    if look.words[verb] in _WEAKLY:
        things = [t for t in things if _is_quantity(t) or t.sort is Sort.FLAG]
    if (
        any(t.sort is Sort.MEMBER and not t.concept for t in things)
        and place.thing.sort is Sort.MEMBER
        and "__page" not in place.thing.entity
    ):
        return []  # "store page->index in page->private": a value
    return _make(look, things, place, verb)


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
            return _make(look, named, place, at)
        if place is not None and place.part and place.thing.sort is Sort.MEMBER:
            things = [
                t for t in _subjects(look, at) if _is_firm(t) or t.sort is Sort.CONSTANT or _is_quantity(t)
            ]
            if found := _make(look, things, place, at):
                return found
        whole = look.place(
            look.clause.first + (words[look.clause.first] in ("so", "and", "but", "then", "here", "also"))
        )
        if whole is not None and whole.part and whole.last == at and whole.thing.sort is Sort.MEMBER:
            things = [
                t
                for t in contents_behind(look, behind)
                if _is_quantity(t) or t.sort in (Sort.CONSTANT, Sort.FLAG)
            ]
            return _make(look, things, whole, at)
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
        things = contents_behind(look, at + 1)
        things = [
            t
            for t in things
            if t.sort in (Sort.FLAG, Sort.CONSTANT) or (_is_quantity(t) and not _is_spoiled(look, at + 1))
        ]
        if place.thing.sort is Sort.STRUCT or (not strong and any(t.sort is Sort.FLAG for t in things)):
            return []  # "the page has PG_x set": a state
        if place.thing.sort is Sort.KIND:
            return []
        return _make(look, things, place, at)
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
        if place is not None and place.last == end:
            return place
    return None


def _where(look: Look) -> list[Candidate]:
    """ "X is where the order is kept"."""
    words = look.words
    if "where" not in words[look.clause.first : look.clause.last]:
        return []
    at = words.index("where", look.clause.first)
    holder = [t for t in look.members(look.clause.first, at) if t.sort is Sort.MEMBER]
    if not holder or not GRAMMAR.be & set(words[holder[-1].last : at]):
        return []
    for verb in range(at + 1, look.clause.last):
        if words[verb] in _LIVING or look.phrase_at(verb, _LIVING_UP):
            things = contents(look, at + 1, before_helpers(look, verb))
            return _make(look, things, Place(holder[-1].first, holder[-1].last, holder[-1]), verb)
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


def _is_firm(thing: Thing) -> bool:
    return thing.sort in MEMBERISH and thing.entity != ""


def _is_quantity(thing: Thing) -> bool:
    """Whether plain words name something that is kept in a few bits."""
    if thing.sort in (Sort.FLAG, Sort.CONSTANT) or thing.entity == "folio_order":
        return True
    if thing.sort is Sort.MEMBER:
        return thing.concept
    if thing.text[0].isdigit():
        return False
    last = thing.text.lower().split(" ")[-1]
    heads = _QUANTITIES
    return last in heads or last.removesuffix("s") in heads


def _is_spoiled(look: Look, at: int) -> bool:
    """Whether it is said of what is there that it is good or bad ("a stale order"): a state."""
    words = look.words[at : at + 4]
    return not _SPOILED.isdisjoint(words)


def _make(look: Look, things: list[Thing], place: Place, at: int) -> list[Candidate]:
    found: list[Candidate] = []
    if place.thing.entity in GRAMMAR.locks:
        return []
    for thing in things:
        one = _without_self(thing, place)
        if one is None or (one.sort is Sort.AGENT and not place.thing.known):
            continue
        if place.thing.sort is Sort.STRUCT:
            if one.sort is Sort.MEMBER and not one.concept:
                found.append(look.make(Predicate.MEMBER_OF, one, place.thing, at, 7))
            continue
        found.append(look.make(Predicate.RESIDES, one, place.thing, at, 7, place.part))
    every = {c.subject.entity for c in found if c.subject is not None}
    return [replace(c, listed=frozenset(every - {c.subject.entity if c.subject else ""})) for c in found]


def _without_self(thing: Thing, place: Place) -> Thing | None:
    """A phrase that was taken for the very member it lies in is what its words say ("the KASAN tag")."""
    if thing.entity != place.thing.entity:
        return thing
    if not thing.concept:
        return None
    return replace(thing, entity=thing.text, sort=Sort.AGENT, implied=(), inferred="", concept=False)
