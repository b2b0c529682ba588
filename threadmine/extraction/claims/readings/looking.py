"""Readings of who looks at a member, where no verb of looking says so.

"page->page_type tells f() what it has", "pgmap->type is used to decide", "the pool is found by f() through
page->pp", "f() does a lockless scan on page->mapping", "there is no reader of page->index left".
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.around import CORE
from threadmine.extraction.claims.readings.phrases import Look, Words, listed
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_TELLING = listed("looking", "telling")
_USED = frozenset({"used"})
_USE = frozenset({"use"})
_KNOWING = listed("looking", "knowing")
_FINDING = listed("looking", "finding")
_FOUND = listed("looking", "found")
_TURNING = listed("looking", "turning")
_TAKING = listed("looking", "taking")
_DOING = listed("looking", "doing")
_NOUNS = listed("looking", "nouns")
_READERS = listed("looking", "readers")
_WAYS = frozenset({"through", "via", "from", "by", "using", "with", "of", "at", "in"})
_DOERS = (Sort.FUNCTION, Sort.AGENT)
_ONCE = "read_once("

NEAR = 6
"""The most tokens between a verb and the member that is looked at."""


_WORDS = _TELLING | _USED | _USE | _FINDING | _FOUND | _TURNING | _TAKING | _NOUNS | _READERS


def may_look(look: Look, here: Words) -> bool:
    """Whether one of the words of looking is in a clause: the cheap test before :func:`looking`."""
    return bool(look.clause.things) and (
        not _WORDS.isdisjoint(here) or any(word.startswith(_ONCE) for word in here)
    )


def looking(look: Look) -> list[Candidate]:
    """reads: who looks at which member; empty for anything else."""
    for at in range(look.clause.first, look.clause.last):
        word = look.words[at]
        if word.startswith(_ONCE) and (found := _once(look, at)):
            return found
        if at in look.inside:
            continue
        for words, reading in _FORMS:
            if word in words and (found := reading(look, at)):
                return found
    return []


def _read(look: Look, doer: Thing | None, member: Thing, at: int) -> list[Candidate]:
    return [look.make(Predicate.READS, doer, member, at, sure=False)]


def _before(look: Look, at: int) -> Thing | None:
    """The thing that stands before the verb at token ``at``, beyond "only", "will" and the like."""
    at -= 1
    while at >= look.clause.first and (
        look.words[at] in GRAMMAR.helpers
        or look.words[at] in GRAMMAR.fillers
        or look.words[at].endswith("ly")
    ):
        at -= 1
    return look.inside.get(at) if at >= look.clause.first else None


def _doer_before(look: Look, at: int) -> Thing | None:
    thing = _before(look, at)
    return thing if thing is not None and thing.sort in _DOERS else None


def _doer_at(look: Look, at: int) -> Thing | None:
    """The function or part of the kernel that is named from token ``at`` on."""
    thing = look.inside.get(look.past_determiners(at))
    return thing if thing is not None and thing.sort in _DOERS and thing.last <= look.clause.last else None


def _member_at(look: Look, at: int) -> Thing | None:
    """The member that is named from token ``at`` on, beyond "the", "value of" and the like."""
    place = look.place(at)
    if place is not None and place.thing.sort is Sort.MEMBER:
        return place.thing
    at = look.past_determiners(at)
    while look.word(at) in ("value", "values", "contents", "content", "state", "of", "the"):
        at += 1
    thing = look.inside.get(at)
    return thing if thing is not None and thing.sort in MEMBERISH and thing.first == at else None


def _tells(look: Look, at: int) -> list[Candidate]:
    """ "x tells f() whether"."""
    member, doer = _before(look, at), _doer_at(look, at + 1)
    if member is None or member.sort not in MEMBERISH or doer is None:
        return []
    return _read(look, doer, member, at)


def _used(look: Look, at: int) -> list[Candidate]:
    """ "x is used (in f()) to find out": who looks at it is f, or the function that the text is about."""
    member = _before(look, at)
    if member is None or member.sort not in MEMBERISH:
        return []
    behind, named = at + 1, None
    if look.word(behind) in ("in", "by", "inside") and (named := _doer_at(look, behind + 1)) is not None:
        behind = named.last
    if look.word(behind) != "to" or look.word(behind + 1) not in _KNOWING:
        return []
    doer = named or look.memory.context
    return _read(look, doer, member, at) if doer is not None and doer.sort is Sort.FUNCTION else []


def _finds(look: Look, at: int) -> list[Candidate]:
    """ "f() figures out the driver by way of x", "f() works out the offset from x"."""
    doer = _doer_before(look, at)
    if doer is None or look.word(at + 1) != "out":
        return []
    return _by_way(look, doer, at, at + 2)


def _found(look: Look, at: int) -> list[Candidate]:
    """ "The pool is found by f() through x"."""
    if look.word(at + 1) != "by" or GRAMMAR.be.isdisjoint(look.words[max(0, at - 3) : at]):
        return []
    doer = _doer_at(look, at + 2)
    if doer is None or doer.sort is not Sort.FUNCTION or _before(look, at) in look.members(0, at):
        return []
    return _by_way(look, doer, at, doer.last)


def _by_way(look: Look, doer: Thing, at: int, first: int) -> list[Candidate]:
    """The member behind "from", "through" and the like in the next tokens."""
    for behind in range(first, min(first + NEAR, look.clause.last - 1)):
        if look.words[behind] in _WAYS and (member := _member_at(look, behind + 1)) is not None:
            return _read(look, doer, member, at)
    return []


def _turns(look: Look, at: int) -> list[Candidate]:
    """ "f() converts page->index into a byte offset"."""
    doer, member = _doer_before(look, at), _member_at(look, at + 1)
    if doer is None or member is None or look.word(member.last) not in ("into", "to"):
        return []
    return _read(look, doer, member, at) if doer.sort is Sort.FUNCTION else []


def _takes(look: Look, at: int) -> list[Candidate]:
    """ "f() takes the tag out of page->flags"."""
    doer = _doer_before(look, at)
    if doer is None:
        return []
    for behind in range(at + 1, min(at + NEAR, look.clause.last - 2)):
        if look.words[behind : behind + 2] == ("out", "of"):
            member = _member_at(look, behind + 2)
            return _read(look, doer, member, at) if member is not None else []
    return []


def _scans(look: Look, at: int) -> list[Candidate]:
    """ "f() does a lockless scan on x", "in f() there is a test of x"."""
    if look.word(at + 1) not in GRAMMAR.of_nouns or (member := _member_at(look, at + 2)) is None:
        return []
    for verb in range(at - 1, max(look.clause.first, at - NEAR), -1):
        if look.words[verb] in _DOING and (doer := _doer_before(look, verb)) is not None:
            return _read(look, doer, member, at)
    before = look.words[look.clause.first : at]
    there = "there" in before or "there's" in before
    doers = [t for t in look.clause.things if t.sort is Sort.FUNCTION and t.last <= at]
    placed = doers and look.word(doers[0].first - 1) in ("in", "inside", "within")
    return _read(look, doers[0], member, at) if there and placed else []


def _readers(look: Look, at: int) -> list[Candidate]:
    """ "There is no reader of x left"."""
    before = look.words[look.clause.first : at]
    if look.word(at + 1) != "of" or not {"no", "any"} & set(before) or "there" not in before:
        return []
    member = _member_at(look, at + 2)
    if member is None or any(t.sort is Sort.FUNCTION for t in look.clause.things):
        return []
    return _read(look, CORE, member, at)


def _once(look: Look, at: int) -> list[Candidate]:
    """ "f() performs READ_ONCE(x)"."""
    member, doer = look.inside.get(at), _doer_before(look, at - 1)
    if member is None or member.sort is not Sort.MEMBER or look.word(at - 1) not in _DOING:
        return []
    if doer is None:
        behind = [t for t in look.read.things if t.sort is Sort.FUNCTION and t.last <= at]
        doer = behind[-1] if behind else None
    return _read(look, doer, member, at)


def _no_use(look: Look, at: int) -> list[Candidate]:
    """ "f() has no use for x": it does not need it."""
    if look.word(at - 1) != "no" or look.word(at + 1) != "for":
        return []
    doer, thing = _doer_before(look, at - 2), look.inside.get(look.past_determiners(at + 2))
    if doer is None or thing is None or look.word(at - 2) not in GRAMMAR.having:
        return []
    return [look.make(Predicate.REQUIRES, doer, thing, at, cue="no use for", sure=False)]


_FORMS = (
    (_USE, _no_use),
    (_TELLING, _tells),
    (_USED, _used),
    (_FINDING, _finds),
    (_FOUND, _found),
    (_TURNING, _turns),
    (_TAKING, _takes),
    (_NOUNS, _scans),
    (_READERS, _readers),
)
