"""Readings of members and flags that exist, are gone, come or go."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, is_order
from threadmine.extraction.claims.readings.owners import (
    bare_member,
    belonging,
    owner_by_name,
    owner_in,
    struct_behind,
    with_bare,
)
from threadmine.extraction.claims.readings.phrases import Look, Words, listed, phrased
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place as Stands
from threadmine.model import Predicate

_EXISTING = listed("being", "exists")
_AWAY = phrased("being", "away")
_GONE = listed("being", "gone")
_HAVING = listed("being", "having")
_TAKING = listed("being", "taking")
_ADDING = listed("being", "adding")
_GAINING = listed("being", "gaining")
_AFTER_CHANGE = listed("being", "after")
_OWNED = listed("being", "owned")
_MEMBER_NOUNS = listed("being", "nouns")
_LACKING = listed("being", "lacking")

_OVERLAYS = frozenset({"ptdesc", "zpdesc", "netmem_desc", "memdesc"})
_BESIDE_THERE = GRAMMAR.be | {"'s", "isn't", "only", "still", "always", "n't"}
_AFTER_THERE = GRAMMAR.be | GRAMMAR.helpers | GRAMMAR.fillers
_AFTER_THERE |= {"no", "a", "an", "any", "the", "such", "thing", "as", "longer", "another", "n't", "'s"}
_THERE_FOR = frozenset({"", ".", "with", "if", "when", "for", "on", "in", "any", "anymore"})
_APART = GRAMMAR.no_nouns - GRAMMAR.determiners - {"no", "one", "only", "just", "my", "your", "also", "now"}
_GONE_NOUNS = frozenset({"removal", "deletion", "elimination"})
_NEW_NOUNS = frozenset({"addition", "introduction"})
_CALLED = ("TestClear", "TestSet", "SetPage", "ClearPage", "__SetPage", "__ClearPage", "folio_")
"""How the functions begin that stand for a flag: what is introduced is the call."""

REACH = 5
"""Tokens between a verb and the member that is its object."""


_SURE = (
    frozenset({"there", "there's"})
    | _GONE_NOUNS
    | _NEW_NOUNS
    | _EXISTING
    | _GONE
    | _TAKING
    | _ADDING
    | frozenset(_AWAY)
)


def may_be(look: Look, here: Words) -> bool:
    """Whether a clause has a word of being or of a definition: the cheap test before :func:`being`."""
    return not _SURE.isdisjoint(here) or _is_of_definition(look, here)


def _is_of_definition(look: Look, here: Words) -> bool:
    """Whether a clause speaks of a struct, of members or flags as such, or of what "we have"."""
    if not here.isdisjoint(_MEMBER_NOUNS) or not here.isdisjoint(_OVERLAYS):
        return True
    return ("we" in here and not here.isdisjoint(_HAVING)) or any(
        t.sort is Sort.STRUCT for t in look.clause.things
    )


def being(look: Look) -> list[Candidate]:
    """member_of: a member or flag exists, is gone, is added or taken away; empty for anything else."""
    defines = _is_of_definition(look, frozenset(look.words[look.clause.first : look.clause.last]))
    for at in range(look.clause.first, look.clause.last):
        word = look.words[at]
        if at in look.inside:
            continue
        found: list[Candidate] = []
        if word == "there" or word == "there's":
            found = _there(look, at)
        elif (word in _GONE_NOUNS or word in _NEW_NOUNS) and look.word(at + 1) == "of":
            cue = f"{word} gone" if word in _GONE_NOUNS else word
            found = _said(look, at, _objects(look, at + 2), cue=cue)
        elif word in _EXISTING:
            if _in_a_word(look, at + 1):
                return []
            found = _said(look, at, _subjects(look, at))
        elif end := look.phrase_at(at, _AWAY):
            found = _said(look, at, _subjects(look, at) or _objects(look, end), cue=f"{look.words[at]} away")
        elif word in _GONE and set(look.words[max(look.clause.first, at - 4) : at]) & GRAMMAR.be:
            found = _said(look, at, _subjects(look, at), cue=f"{word} gone")
        if not found and defines and word in _HAVING:
            found = _had(look, at)
        if not found and (word in _TAKING or word in _ADDING):
            found = _changed(look, at)
        if not found and defines and (word in GRAMMAR.be or word in _OWNED):
            found = _belongs(look, at)
        if found:
            return found
    return []


def _in_a_word(look: Look, at: int) -> bool:
    """Whether it is said where something exists, not that it does ("exist only in folio->flags")."""
    while look.word(at) in ("only", "just", "solely", "also", "exclusively"):
        at += 1
    place = look.place(at + 1) if look.word(at) in ("in", "inside", "within") else None
    return place is not None and place.thing.sort is not Sort.STRUCT


def _subjects(look: Look, at: int) -> list[Thing]:
    """The members and flags before a verb, or what its pronoun stands for."""
    named = [t for t in look.members(look.clause.first, at) if _is_meant(look, t)]
    if named and any(t.sort is Sort.FUNCTION for t in look.clause.things if named[-1].last <= t.first < at):
        return []
    return last_run(named, look.read) or [t for t in look.meant(at) if not t.concept]


def _objects(look: Look, at: int) -> list[Thing]:
    """The members and flags right behind a verb."""
    named = [t for t in look.members(at, look.clause.last) if _is_meant(look, t)]
    between = look.words[at : named[0].first] if named else ()
    near = named and len(between) <= REACH and all(_is_before(word) for word in between)
    return run(named, look.read) if near else []


def _is_before(word: str) -> bool:
    """Whether a word may stand between a verb and the member it is about ("the unused", "per node")."""
    if word in ("@", "&", "*", "`", "'", '"'):
        return True
    return word.replace("-", "").isalpha() and word not in _APART and word not in GRAMMAR.after_uses


def _is_meant(look: Look, thing: Thing) -> bool:
    """Whether the member itself is meant, not a check or a user of it."""
    behind = look.word(thing.last)
    if behind in GRAMMAR.after_uses or behind == "'s":
        return False
    if not thing.concept:
        return not thing.text.startswith(_CALLED) or behind in _MEMBER_NOUNS
    noun = behind if behind in _MEMBER_NOUNS else thing.text.lower().split()[-1]
    return noun in (("flag", "bit") if thing.sort is Sort.FLAG else ("field", "member"))


def _said(
    look: Look, at: int, things: list[Thing], owner: Thing | None = None, cue: str = ""
) -> list[Candidate]:
    """The statement of each of the members, with the struct that is named."""
    found = []
    for thing in things:
        whole = owner or owner_in(look, look.clause.first, look.clause.last)
        found.append(
            look.make(
                Predicate.MEMBER_OF, belonging(thing, whole), whole or owner_by_name(thing), at, 7, cue=cue
            )
        )
    every = {t.entity for t in things}
    return [replace(c, listed=frozenset(every)) for c in found] if len(found) > 1 else found


def _there(look: Look, at: int) -> list[Candidate]:
    """ "There is no x any more", "is there still an x?"."""
    words = look.words
    before, after = look.word(at - 1), look.word(at + 1)
    if before not in _BESIDE_THERE and after not in _BESIDE_THERE and words[at] != "there's":
        return []
    behind = at + 1
    while look.word(behind) in _AFTER_THERE:
        behind += 1
    thing = look.inside.get(behind)
    denied = "no" in words[at:behind] or "n't" in words[at:behind]
    if thing is None or thing.first != behind:
        said = before in _BESIDE_THERE and before not in ("get", "gets") and after in _THERE_FOR
        return (
            _said(look, at, _subjects(look, at), cue="isn't there" if before == "n't" else "") if said else []
        )
    if (
        thing.sort not in MEMBERISH
        or not _is_meant(look, thing)
        or (look.word(thing.last) in ("set", "bit", "in") and thing.sort is Sort.FLAG)
    ):
        return []
    return _said(look, at, [thing], cue="there is no" if denied else "there is")


def _had(look: Look, at: int) -> list[Candidate]:
    """ "struct page has a (no) pgmap member"."""
    owner = owner_in(look, look.clause.first, at)
    if owner is None and (ours := _ours(look, at)):
        return ours
    if owner is None or any(t.first >= owner.last for t in look.members(owner.last, at)):
        return []
    if any(t.sort is Sort.FUNCTION for t in look.clause.things if t.last <= at):
        return []
    things = _objects(look, at + 1)
    things = [t for t in things if t.sort is Sort.MEMBER or owner.entity == "pageflags"]
    things = with_bare(look, at + 1, things, owner)
    denied = look.words[at] in _LACKING or "no" in look.words[at : at + 2]
    named = bool(things) and (look.words[at] not in ("need", "needs") or denied)
    return _said(look, at, things, owner, f"{look.words[at]} no" if denied else "") if named else []


def _ours(look: Look, at: int) -> list[Candidate]:
    """ "We don't have page->virtual on x86"."""
    before = look.words[look.clause.first : at]
    if look.words[at] not in ("have", "had", "need") or "we" not in before[-4:]:
        return []
    things = [t for t in _objects(look, at + 1) if t.sort is Sort.MEMBER and not t.concept]
    behind = look.word(things[-1].last) if things else "x"
    denied = bool(GRAMMAR.not_words & set(before)) or "no" in look.words[at : at + 2] or "longer" in before
    if behind not in (
        "",
        "on",
        "in",
        "any",
        "there",
        "anymore",
        "yet",
        "then",
        "with",
        "without",
        "field",
        "member",
        ".",
    ):
        return []
    if look.words[at] == "need" or not denied:
        return []
    return _said(look, at, things, cue=f"{look.words[at]} no")


def _changed(look: Look, at: int) -> list[Candidate]:
    """ "Remove page->index", "add x to struct y", "struct page loses its index member"."""
    word = look.words[at]
    taken = word in _TAKING
    cue = f"{word} gone" if taken else word
    owner = owner_in(look, look.clause.first, at)
    if owner is not None and (word in _LACKING or word in _GAINING):
        return _said(look, at, _objects(look, at + 1), owner, cue)
    begin = max(
        (i + 1 for i in range(look.clause.first, at) if look.words[i] == ","), default=look.clause.first
    )
    doers = (t for t in look.clause.things if begin <= t.first and t.last <= at)
    if any(t.sort in (Sort.FUNCTION, Sort.AGENT) for t in doers):
        return []
    passive = bool(GRAMMAR.be & set(look.words[max(look.clause.first, at - 4) : at])) and word.endswith(
        ("ed", "en")
    )
    if passive:
        whole = struct_behind(look, at + 1, ("to", "into", "from", "in"))
        return _said(look, at, _subjects(look, at), whole, cue) if whole else []
    things = _objects(look, at + 1)
    if not things or word in ("get", "gets", "got"):
        return []
    last = things[-1].last
    last += look.word(last) in _MEMBER_NOUNS
    whole = struct_behind(look, last, ("to", "into", "from", "in", "of"))
    if whole is None and not _whole_object(look, at, last, things):
        return []
    return _said(look, at, things, whole, cue)


def _whole_object(look: Look, at: int, last: int, things: list[Thing]) -> bool:
    """Whether an order or a plan is about the member itself: nothing of what is done with it follows."""
    rest = [w for w in look.words[last : look.clause.last] if w.isalpha()]
    if rest and rest[0] not in _AFTER_CHANGE:
        return False
    if rest and rest[0] in ("on", "for") and any(t.first >= last for t in look.clause.things):
        return False
    if things[0].sort is Sort.FLAG and look.words[at] in ("drop", "drops", "lose", "add", "adds", "get"):
        return is_order(look.read) and look.read.sentence.place is Stands.COMMIT
    return True


def _named_by_word(look: Look, at: int) -> list[Candidate]:
    """ "pgmap is now a member of struct folio", "pgmap was moved to struct folio": a bare name."""
    behind, bare = at + 1, at - 1
    while look.word(behind) in GRAMMAR.helpers or look.word(behind) in GRAMMAR.determiners:
        behind += 1
    moved = look.word(behind) == "moved"
    member = look.word(behind) in ("member", "field")
    whole = struct_behind(look, behind + 1, ("of", "to", "into")) if moved or member else None
    if whole is None or bare in look.inside or bare > look.clause.first + 1:
        return []
    word = look.word(bare)
    if not word.replace("_", "").isalpha() or word in GRAMMAR.no_nouns or word in GRAMMAR.pronouns:
        return []
    return _said(look, at, [bare_member(look, bare, whole)], whole)


def _belongs(look: Look, at: int) -> list[Candidate]:
    """ "X is a member of struct y", "x belongs to y", "x was moved to y", "PG_x is no longer a flag"."""
    words = look.words
    things = _subjects(look, at)
    if not things:
        return _named_by_word(look, at)
    behind = at + 1
    while look.word(behind) in GRAMMAR.helpers | GRAMMAR.determiners | GRAMMAR.fillers | {
        "new",
        "really",
        "page",
        "n't",
        "missing",
        "gone",
        "absent",
        "proper",
        "to",
    }:
        behind += 1
    gone = bool({"missing", "absent", "gone"} & set(words[at:behind]))
    if look.word(behind - 1) in ("first", "last", "second", "third"):
        return []  # an offset
    if look.word(behind) in _MEMBER_NOUNS:
        whole = struct_behind(look, behind + 1, ("of", "in"))
        flag = (
            things[0].sort is Sort.FLAG
            and look.word(behind) in ("flag", "flags")
            and words[behind - 1] == "page"
        )
        added = (
            "new" in words[at:behind]
            and things[0].sort is Sort.MEMBER
            and look.word(behind) in ("member", "field")
        )
        return _said(look, at, things, whole) if whole or flag or added else []
    if things[0].sort is Sort.FLAG and look.words[at] not in GRAMMAR.be:
        return []  # it lies there, as flags do: no member
    for step in range(at, min(at + REACH, look.clause.last - 1)):
        if (whole := struct_behind(look, step, ("in", "into", "to", "of", "inside", "from"))) is not None:
            last = step - 1
            while last > at and words[last] in GRAMMAR.helpers | GRAMMAR.fillers | {"longer", "n't"}:
                last -= 1
            verb = words[last]
            if verb in _OWNED or verb in (
                "missing",
                "absent",
                "gone",
                "part",
                "only",
                "is",
                "are",
            ):
                away = gone or words[step] == "from"
                return _said(look, at, things, whole, f"{words[at]} gone" if away else "")
    return []
