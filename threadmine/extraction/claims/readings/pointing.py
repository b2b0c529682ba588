"""Readings of what members point to."""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.contents import is_quantity
from threadmine.extraction.claims.readings.phrases import Look, Words, listed, phrased
from threadmine.extraction.claims.readings.several import last_run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_POINTING = phrased("pointing", "phrases")
_HOLDING = listed("pointing", "holding")
_BEFORE_TARGETS = listed("pointing", "before")

_STORED = listed("living", "stored")
_REACHED = frozenset({"reachable", "reached", "found", "accessible", "available", "obtained"})
_MAKING = frozenset({"makes", "make", "made", "lets", "let", "has", "sets"})
_PAGES = frozenset({"page", "folio", "struct page", "struct folio"})

MAX_NAME = 4
"""The most plain words that what is pointed to is named by."""

_NOUNS = frozenset(
    {"pointer", "pointers", "address", "addresses", "reference", "backpointer", "back-pointer"}
)
_ENDS = frozenset(
    {"for", "of", "in", "with", "from", "by", "on", "at", "when", "while", "if", "as", "that", "which"}
)
_OWNERS = frozenset(
    {"page", "folio", "slab", "table", "ptdesc", "zpdesc", "zspage", "pagemap", "pgmap", "thp"}
)
_KINDS = frozenset({"struct", "structs", "structure"})


_WORDS = frozenset(_POINTING) | {"pointer", "pointers"} | _REACHED


def may_point(look: Look, here: Words) -> bool:
    """Whether one of the words of pointing is in a clause: the cheap test before :func:`pointing`."""
    return not _WORDS.isdisjoint(here) or any(
        t.sort is Sort.STRUCT or ("." in t.entity and t.sort is Sort.FUNCTION) for t in look.clause.things
    )


def pointing(look: Look) -> list[Candidate]:
    """points_to: a member and what it points to; empty for anything else."""
    for at in range(look.clause.first, look.clause.last):
        if at in look.inside:
            continue
        end = look.phrase_at(at, _POINTING)
        if end and (found := _pointed(look, at, end)):
            return found
        if look.words[at] in ("pointer", "pointers") and (found := _struct_pointer(look, at)):
            return found
        if look.words[at] in _REACHED and (found := _reached(look, at)):
            return found
    return _callback(look) or _is_struct(look)


def _pointed(look: Look, at: int, end: int) -> list[Candidate]:
    """ "X points to y", "x holds a pointer to y", "x is a tagged pointer to y"."""
    subjects = _subjects(look, at)
    goals = _goals(look, end)
    if goals and (doer := _made_to(look, at, subjects)) is not None:
        value = look.text(at, goals[-1].last)
        return [look.make(Predicate.SETS, doer, one, at, value=value) for one in subjects]
    if not subjects and goals:
        subjects = _inside(look, at, goals[-1].last)
    if not subjects or not goals:
        return []
    if subjects[-1].entity in {g.entity for g in goals}:
        return []
    return [look.make(Predicate.POINTS_TO, one, goal, at) for one in subjects for goal in goals]


def _made_to(look: Look, at: int, subjects: list[Thing]) -> Thing | None:
    """The function that makes a member point somewhere ("f() makes x point to y")."""
    if not subjects or look.words[at] not in ("point", "refer") or look.word(subjects[0].first - 1) == "to":
        return None
    verb = look.word(subjects[0].first - 1)
    doer = look.inside.get(subjects[0].first - 2)
    return doer if verb in _MAKING and doer is not None and doer.sort is Sort.FUNCTION else None


def _inside(look: Look, at: int, end: int) -> list[Thing]:
    """ "There is a pointer to y in x", "a pointer to y is kept in x": the member behind "in", where nobody is
    said to have put it there; "x is reached through y" is told by :func:`_reached`.
    """
    noun = look.words[at] in _NOUNS
    before = set(look.words[look.clause.first : at])
    there = look.clause.first + 1 < at and {"there", "there's"} & before
    plain = all(w in GRAMMAR.determiners or w in GRAMMAR.fillers for w in before)
    if not noun or not (there or plain):
        return []
    while look.word(end) in GRAMMAR.helpers or look.word(end) in _STORED:
        end += 1
    found = look.inside.get(look.past_determiners(end + 1)) if look.word(end) in ("in", "inside") else None
    return [found] if found is not None and found.sort is Sort.MEMBER else []


def _reached(look: Look, at: int) -> list[Candidate]:
    """ "The dev_pagemap is reachable via page->pgmap": the member points to it."""
    by_way = look.word(at + 1) in ("via", "through", "from", "over", "by")
    if not by_way or GRAMMAR.be.isdisjoint(look.words[max(look.clause.first, at - 3) : at]):
        return []
    member = look.inside.get(look.past_determiners(at + 2))
    if member is None or member.sort is not Sort.MEMBER or member.concept:
        return []
    goal, end = _goal(look, look.clause.first)
    if goal is None or not all(_is_aside(w) for w in look.words[end:at]):
        return []
    plain = goal.sort in (Sort.STRUCT, Sort.AGENT, Sort.KIND) and not is_quantity(goal)
    return [look.make(Predicate.POINTS_TO, member, goal, at)] if plain else []


def _is_struct(look: Look) -> list[Candidate]:
    """ "page->pgmap is the dev_pagemap of the device": a member that is a struct points to it."""
    for goal in look.clause.things:
        if goal.sort is not Sort.STRUCT or goal.entity in _PAGES or look.word(goal.last) == "'s":
            continue
        at = goal.first - 1
        while at > look.clause.first and look.words[at] in ("the", "its", "their", "our", "struct"):
            at -= 1
        if look.words[at] not in GRAMMAR.be or at == goal.first - 1:
            continue
        member = look.inside.get(at - 1)
        if member is not None and member.sort is Sort.MEMBER and not member.concept:
            return [look.make(Predicate.POINTS_TO, member, goal, at)]
    return []


def _subjects(look: Look, at: int) -> list[Thing]:
    """The member that points: right before the verb, or before "is a pointer"."""
    noun = look.words[at] in _NOUNS
    stop = at
    if noun:
        while stop > look.clause.first and look.words[stop - 1] not in _HOLDING:
            stop -= 1
            if stop in look.inside and look.inside[stop].sort in MEMBERISH:
                return []
        if stop == look.clause.first or at - stop > 4:
            return []
        stop -= 1
    named = [t for t in look.members(look.clause.first, stop) if t.sort is Sort.MEMBER]
    callbacks = [
        t for t in look.clause.things if t.sort is Sort.FUNCTION and "." in t.entity and t.last <= stop
    ]
    named = named or callbacks
    if not named:
        return [t for t in look.meant(stop) if t.sort is Sort.MEMBER]
    between = look.words[named[-1].last : stop]
    if not all(_is_aside(w) for w in between) and not _of_owner(look, named[-1].last, stop):
        return []
    return last_run(named, look.read)


def _is_aside(word: str) -> bool:
    plain = (
        "ca",
        "wo",
        "field",
        "member",
        "pointer",
        "itself",
        "actually",
        "simply",
        "used",
        "just",
        "directly",
        "both",
        "n't",
        "only",
        "always",
        "either",
        "normally",
        "usually",
        "still",
        "set",
        "really",
        "not",
        "simply",
        "can",
        "all",
    )
    return (
        word in GRAMMAR.helpers
        or word in GRAMMAR.fillers
        or word in GRAMMAR.be
        or word in plain
        or word == ","
    )


def _of_owner(look: Look, first: int, last: int) -> bool:
    """Whether only "of a tail page" stands between the member and its verb."""
    if look.word(first) not in ("of", "in", "for"):
        return False
    nouns = [at for at in range(first, min(last, first + 6)) if look.words[at].removesuffix("s") in _OWNERS]
    return bool(nouns) and all(_is_aside(w) for w in look.words[nouns[-1] + 1 : last])


def _goals(look: Look, at: int) -> list[Thing]:
    """What is pointed to, one for each of "a or b"."""
    found: list[Thing] = []
    while True:
        goal, end = _goal(look, at)
        if goal is None:
            return found
        found.append(goal)
        if look.word(end) not in ("or", "and", "/") or len(found) > MAX_NAME:
            return found
        at = end + 1
        if look.inside.get(look.past_determiners(at)) is None and look.word(at) not in GRAMMAR.determiners:
            return found


def _goal(look: Look, at: int) -> tuple[Thing | None, int]:
    """(What is pointed to from token ``at`` on, the token behind it)."""
    words, begin = look.words, at
    before = _BEFORE_TARGETS
    while (
        at < look.clause.last and at not in look.inside and (words[at] in before or words[at] in ("'s", "/"))
    ):
        at += 1
    for ahead in range(at, min(at + 3, look.clause.last - 1)):
        if words[ahead + 1] == "'s" and at not in look.inside:
            at = ahead + 2  # "the driver's dev_pagemap_ops"
            break
    while at < look.clause.last and at not in look.inside and words[at] in before:
        at += 1
    thing = look.inside.get(at)
    if thing is not None and look.word(thing.last) == "'s":
        at = thing.last + 1
        thing = look.inside.get(at)
    if (
        thing is not None
        and thing.first == at
        and thing.sort is not Sort.FLAG
        and not (
            thing.sort is Sort.AGENT
            and look.word(thing.last).isalpha()
            and look.word(thing.last) not in _ENDS | GRAMMAR.no_nouns
        )
    ):
        last = thing.last + (look.word(thing.last) in _KINDS)
        return thing, last
    stop = at
    while stop < look.clause.last and stop - at < MAX_NAME and _is_name(look, stop):
        if stop > at and words[stop].endswith("ed"):
            break
        if "_" in words[stop]:  # a name in C is the whole name
            at, stop = stop, stop + 1
            break
        stop += 1
    if stop == at or at >= look.clause.last:
        return None, begin
    while stop > at + 1 and words[stop - 1] in _KINDS:
        stop -= 1
    text = look.text(at, stop)
    if not any(c.isalpha() for c in text):
        return None, begin
    return Thing(at, stop, text, text, Sort.AGENT), stop


def _is_name(look: Look, at: int) -> bool:
    word = look.words[at]
    if (
        word in GRAMMAR.no_nouns
        or word in _ENDS
        or word in GRAMMAR.be
        or word in GRAMMAR.helpers
        or word.endswith("ly")
    ):
        return False
    return word.replace("-", "").replace("_", "").isalnum()


def _struct_pointer(look: Look, at: int) -> list[Candidate]:
    """ "X is a struct address_space pointer", "x is an anon_vma pointer"."""
    goal = look.inside.get(at - 1)
    if goal is None or goal.sort is not Sort.STRUCT:
        name = look.word(at - 1)
        if look.word(at - 2) != "struct" and "_" not in name:
            return []
        goal = (
            goal
            if goal is not None
            else Thing(at - 1, at, look.read.tokens[at - 1], look.read.tokens[at - 1], Sort.STRUCT)
        )
    if goal.sort is not Sort.STRUCT:
        return []
    subjects = [t for t in look.members(look.clause.first, goal.first) if t.sort is Sort.MEMBER]
    if not subjects or not GRAMMAR.be & set(look.words[subjects[-1].last : goal.first]):
        return []
    if goal.first - subjects[-1].last > MAX_NAME:
        return []
    return [look.make(Predicate.POINTS_TO, one, goal, at) for one in last_run(subjects, look.read)]


def _callback(look: Look) -> list[Candidate]:
    """ "pgmap->ops->page_free is set to f()": the callback points there."""
    callbacks = [
        t
        for t in look.clause.things
        if t.sort is Sort.FUNCTION and t.entity.split(".")[0].endswith(("_ops", "_operations"))
    ]
    if not callbacks:
        return []
    behind = look.words[callbacks[0].last : callbacks[0].last + 3]
    goals = [
        t
        for t in look.clause.things
        if t.sort is Sort.FUNCTION and t.first > callbacks[0].last and "." not in t.entity
    ]
    if (
        not goals
        or not GRAMMAR.be & set(behind)
        or not {"set"} & set(behind)
        or look.word(goals[0].first - 1) != "to"
    ):
        return []
    return [look.make(Predicate.POINTS_TO, callbacks[0], goals[0], callbacks[0].last)]
