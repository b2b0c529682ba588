"""Whose member a member is: the struct named beside it, or the one that its name tells."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.readings.phrases import Look
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR

_OVERLAYS = frozenset({"ptdesc", "zpdesc", "netmem_desc", "memdesc"})
_ENDS = frozenset({"", ".", ",", ";", ":", ")", "and", "member", "field", "members", "fields", "now", "as"})
_ENDS |= {"since", "so", "which"}
_GUESSED = ("bare member", "from the member's name")


def owner_in(look: Look, first: int, last: int) -> Thing | None:
    """The struct named in tokens ``first`` to ``last``."""
    return next((t for t in look.clause.things if first <= t.first < last and t.sort is Sort.STRUCT), None)


def belonging(thing: Thing, owner: Thing | None) -> Thing:
    """A bare member is that of the struct that is named with it ("struct ptdesc has a pt_mm")."""
    if owner is None or thing.sort is not Sort.MEMBER or not any(why in thing.inferred for why in _GUESSED):
        return thing
    entity = f"{owner.entity}.{thing.entity.rsplit('.', 1)[-1]}"
    return replace(thing, entity=entity, inferred=f"struct {owner.entity} is named beside it")


def owner_by_name(thing: Thing) -> Thing | None:
    """The struct that a member written in C belongs to."""
    if thing.sort is not Sort.MEMBER or thing.concept or "." not in thing.entity:
        return None
    struct = thing.entity.split(".")[0]
    return Thing(
        thing.first, thing.last, struct, struct, Sort.STRUCT, inferred=f"struct {struct} by the member's name"
    )


def with_bare(look: Look, at: int, things: list[Thing], owner: Thing) -> list[Thing]:
    """The members of a struct with those that are plain words ("one rcu_head", "x, mapping and index")."""
    if things:
        found, at = list(things), things[-1].last
        while look.word(at) in (",", "and", "or"):
            at += look.word(at + 1) in ("and", "or")
            name = look.word(at + 1)
            plain = name.isalpha() and name not in GRAMMAR.no_nouns and name not in GRAMMAR.determiners
            if not plain or look.word(at + 2) not in _ENDS | {"or"}:
                break
            found.append(bare_member(look, at + 1, owner))
            at += 2
        return found
    while look.word(at) in GRAMMAR.determiners or look.word(at) in (
        "one",
        "only",
        "own",
        "no",
        "also",
        "single",
    ):
        at += 1
    if "_" in look.word(at) and look.inside.get(at) is None and look.word(at + 1) in _ENDS:
        return [bare_member(look, at, owner)]
    return []


def bare_member(look: Look, at: int, owner: Thing) -> Thing:
    """The word at token ``at`` as a member of a struct."""
    name = look.read.tokens[at]
    entity = f"{owner.entity}.{name}"
    note = f"{entity}: struct {owner.entity} is named beside it"
    return Thing(at, at + 1, name, entity, Sort.MEMBER, inferred=note)


def struct_behind(look: Look, at: int, prepositions: tuple[str, ...]) -> Thing | None:
    """The struct behind a preposition at token ``at``."""
    if look.word(at) not in prepositions:
        return None
    first = look.past_determiners(at + 1)
    thing = look.inside.get(first)
    if thing is None and look.word(first) in _OVERLAYS:
        name = look.words[first]
        return Thing(first, first + 1, name, name, Sort.STRUCT)
    return thing if thing is not None and thing.sort is Sort.STRUCT else None
