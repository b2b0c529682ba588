"""The things that are said to be somewhere: members, flags, and quantities by their plain words.

"The zone and node bits, the tag and the order of a large folio" are four things: a noun that ends a list of
bare words belongs to each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.phrases import Look, Place, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_STOPS = listed("stops")
_HEADS = listed("quantities", "heads")
_VAGUE = listed("vague")
_QUANTITIES = listed("quantities")

MAX_ITEM = 5
"""The most words of the name of a quantity."""

_SEPARATORS = frozenset({",", "and", "or", "/", "&", "+"})


def contents_before(look: Look, at: int) -> list[Thing]:
    """The things named right before the verb at token ``at``: members, flags or plain quantities."""
    end = before_helpers(look, at)
    if end > look.clause.first and look.words[end - 1] in ("and", "or", "but"):
        first = look.members(look.clause.first, end)[:1]  # "x is a flag and lives there"
        return [t for t in first if look.clause.first < end - 1]
    begin = end
    start = 0 if look.words[look.clause.first] in ("and", "or") else look.clause.first  # a list was cut
    while begin > start and _is_nominal(look, begin - 1):
        begin -= 1
    return contents(look, begin, end)


def before_helpers(look: Look, at: int) -> int:
    """The token behind the noun before a verb: without "is", "can" and the like."""
    skipped = (
        "ca",
        "wo",
        "cannot",
        "ever",
        "both",
        "all",
        "each",
        "together",
        "themselves",
        "itself",
        "thus",
        "therefore",
        "really",
        "normally",
        "usually",
        "always",
    )
    words = look.words
    while at > look.clause.first and (
        words[at - 1] in GRAMMAR.helpers
        or words[at - 1] in skipped
        or words[at - 1 : at + 1] == ("used", "to")
    ):
        at -= 1
    return at


def contents_behind(look: Look, at: int) -> list[Thing]:
    """The things named right behind the verb that ends before token ``at``."""
    end = at
    while look.word(end) in ("also", "both", "now", "only", "just", "already", "all", "still"):
        at = end = end + 1
    while end < look.clause.last and _is_nominal(look, end):
        end += 1
    return contents(look, at, end)


def _is_nominal(look: Look, at: int) -> bool:
    word = look.words[at]
    if at in look.inside or word in _SEPARATORS or word in ("of", "'s", "'"):
        return True
    if word in GRAMMAR.no_nouns or word in _STOPS or word in GRAMMAR.be:
        return False
    return word.replace("-", "").replace("_", "").isalnum() and not word.endswith("ly")


def contents(look: Look, begin: int, end: int) -> list[Thing]:
    """The items of an enumeration in tokens ``begin`` to ``end``."""
    spans = list(_items(look, begin, end))
    found = []
    for number, (first, last) in enumerate(spans):
        one = _item(look, first, last)
        if one is None:
            continue
        if (
            one.sort is Sort.AGENT
            and one.last - one.first == 1
            and (head := _shared_head(look, spans[number + 1 :]))
        ):
            text = f"{one.text} {head}"
            one = replace(one, text=text, entity=text)
        found.append(one)
    return found


def _items(look: Look, begin: int, end: int) -> Iterator[tuple[int, int]]:
    first = begin
    for at in range(begin, end + 1):
        if at == end or (look.words[at] in _SEPARATORS and at not in look.inside):
            if first < at:
                yield first, at
            first = at + 1


def _shared_head(look: Look, behind: list[tuple[int, int]]) -> str:
    """ "bits" in "zone and node bits", "zone, node and section bits"."""
    for first, last in behind:
        if look.words[first] in GRAMMAR.determiners or any(at in look.inside for at in range(first, last)):
            return ""
        if last - first > 1:
            head = look.words[last - 1]
            return head if last - first == 2 and head in _HEADS else ""
    return ""


def _item(look: Look, first: int, last: int) -> Thing | None:
    """One thing of an enumeration: what is named in it, or its plain words."""
    first, last = _head_of(look, first, last)
    if first >= last:
        return None
    thing = next((t for t in look.read.things if t.first >= first and t.last == last), None)
    if thing is not None and thing.sort in (*MEMBERISH, Sort.CONSTANT) and not thing.concept:
        return thing
    if thing is not None and thing.sort in MEMBERISH and first <= thing.first:
        return _concept(thing)
    part = look.words[first:last]
    if last - first > MAX_ITEM or not all(_is_plain(w) for w in part) or part[0] in _VAGUE:
        return None
    if part[-1] in _VAGUE or (last - first == 1 and part[0].endswith("ed")):
        return None  # "are allocated, and x is stored there"
    text = look.text(first, last)
    return order(Thing(first, last, text, text, Sort.AGENT))


def _head_of(look: Look, first: int, last: int) -> tuple[int, int]:
    """An item without what stands before and behind its noun: articles, owners, "of a large folio"."""
    words = look.words
    for at in range(last - 1, first, -1):
        if words[at] in ("'s", "'") and at not in look.inside:
            first = at + 1
            break
    for at in range(last - 1, first, -1):
        if words[at] in GRAMMAR.determiners and words[at - 1] != "of" and at not in look.inside:
            first = at  # "on 32-bit the section number"
            break
    while first < last and (
        words[first] in GRAMMAR.determiners
        or words[first] in GRAMMAR.fillers
        or words[first] in ("of", "own")
    ):
        first += 1
    of = next((at for at in range(first + 1, last) if words[at] == "of" and at not in look.inside), -1)
    if of < 0:
        return first, last
    behind = set(words[of + 1 : last]) - GRAMMAR.determiners
    kinds = any(
        t.sort in (Sort.KIND, Sort.STRUCT) and t.first > of for t in look.read.things if t.last <= last
    )
    member = any(t.sort in MEMBERISH and not t.concept and of < t.first < last for t in look.read.things)
    if member or words[first] in ("number", "nr", "count"):
        return first, last
    return (
        (first, of) if kinds or behind & {"page", "folio", "it", "pages", "folios", "slab"} else (first, last)
    )


def _concept(thing: Thing) -> Thing | None:
    if thing.entity == "folio._flags_1":
        return replace(
            thing,
            entity="folio_order",
            sort=Sort.FUNCTION,
            concept=False,
            inferred=f"“{thing.text}” is taken for folio_order",
        )
    return thing


def _is_plain(word: str) -> bool:
    return word.replace("-", "").replace("_", "").isalnum() and not (
        word not in ("of",) and word in GRAMMAR.no_nouns
    )


_ORDER = frozenset({"order", "folio order", "page order", "compound order", "stored order", "large order"})


def order(thing: Thing) -> Thing:
    """ "The order" that lies somewhere is what folio_order() tells."""
    if thing.entity.lower() not in _ORDER:
        return thing
    return replace(
        thing, entity="folio_order", sort=Sort.FUNCTION, inferred="“order” is taken for folio_order"
    )


def is_firm(thing: Thing) -> bool:
    """Whether a thing is a member or a flag."""
    return thing.sort in MEMBERISH and thing.entity != ""


def is_quantity(thing: Thing) -> bool:
    """Whether plain words name something that is kept in a few bits."""
    if thing.sort in (Sort.FLAG, Sort.CONSTANT) or thing.entity == "folio_order":
        return True
    if thing.sort is Sort.MEMBER:
        return thing.concept
    if thing.text[0].isdigit():
        return False
    last = thing.text.lower().split(" ")[-1]
    return last in _QUANTITIES or last.removesuffix("s") in _QUANTITIES


def residing(look: Look, things: list[Thing], place: Place, at: int) -> list[Candidate]:
    """resides: each thing in the place; a function that puts them there by "by" sets the member."""
    found: list[Candidate] = []
    if place.thing.entity in GRAMMAR.locks:
        return []
    if things and (doer := _put_there_by(look, place)) is not None:
        kept = things[0].text
        return [look.make(Predicate.SETS, doer, place.thing, at, 7, kept)]
    for thing in things:
        one = _without_self(thing, place)
        if one is None:
            continue
        if place.thing.sort is Sort.STRUCT and one.sort is Sort.MEMBER and not one.concept:
            found.append(look.make(Predicate.MEMBER_OF, one, place.thing, at, 7))
            continue
        found.append(look.make(Predicate.RESIDES, one, place.thing, at, 7, place.part))
    every = {c.subject.entity for c in found if c.subject is not None}
    return [replace(c, listed=frozenset(every - {c.subject.entity if c.subject else ""})) for c in found]


def _without_self(thing: Thing, place: Place) -> Thing | None:
    """A phrase that was taken for the very member it lies in is what its words say ("the KASAN tag")."""
    if thing.entity != place.thing.entity:
        own_word = thing.concept and thing.entity.endswith(".flags") and place.thing.sort is Sort.MEMBER
        if not own_word:
            return thing  # but "two flag bits" of another member are no page->flags
    if not thing.concept:
        return None
    return replace(thing, entity=thing.text, sort=Sort.AGENT, implied=(), inferred="", concept=False)


def _put_there_by(look: Look, place: Place) -> Thing | None:
    """The function behind "by" that puts something in a place ("x is stored in y by f()")."""
    if look.word(place.last) != "by" or place.thing.sort is not Sort.MEMBER:
        return None
    doer = look.inside.get(place.last + 1)
    return doer if doer is not None and doer.sort is Sort.FUNCTION else None
