"""Readings of what a function or a member needs: a state, a lock, a call."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, text_of
from threadmine.extraction.claims.plain_names import behind
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.ensured import effected, is_bidden, is_no_need, is_so
from threadmine.extraction.claims.readings.needed import said_of
from threadmine.extraction.claims.readings.several import every, last_run, run
from threadmine.extraction.claims.referents import is_kept_off
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WITHIN = frozenset({"in", "inside", "within", "from"})
_IS = frozenset({"is", "isn't", "are", "aren't"})
_SUPPOSED = frozenset({"supposed", "expected", "meant"})
_DUTIES = frozenset({"must be", "has to", "have to", "has to be", "have to be", "needs to be", "need to be"})
_RELYING = frozenset(
    {
        "expect",
        "expects",
        "depend on",
        "depends on",
        "rely on",
        "relies on",
        "assume",
        "assumes",
        "require",
        "wait for",
    }
)
_SPEAKERS = frozenset(word_list("conditions")["minding"]["speakers"])
_SAYING = frozenset(word_list("conditions")["minding"]["saying"])
_PARTS = (Sort.AGENT, Sort.KIND, Sort.CONSTANT)
_CALLERS = frozenset({"caller", "callers", "user", "users"})
_US = frozenset({"we", "you", "i"})
_NEEDS = frozenset(word_list("conditions")["nouns"]["words"])
"""Nouns of a need ("the expectation that the page is locked")."""

_STATES = frozenset(word_list("conditions")["minding"]["states"])
"""What is said of one of several things that are needed."""

_DEEDS = ("ing", "tion", "sion")
MAX_MATTER = 6
"""The most words of a doing that needs something."""

_BE = GRAMMAR.be | {"isn't", "aren't", "wasn't"}
_DOING = (Predicate.SETS, Predicate.CLEARS, Predicate.READS)


def requires(around: Around) -> list[Candidate]:
    """A function (said or understood) and the member, lock or call that it needs."""
    cue = around.cue.text.lower()
    if cue in GRAMMAR.guarding and ((found := _guarded(around)) or _only_guards(around, cue)):
        return found
    if is_no_need(around, cue) or (cue.startswith("depending") and around.word_at(-1) == ","):
        return []  # "returns x or y, depending on z"
    if (found := effected(around, cue)) or is_so(around, cue):
        return found
    if cue == "must be" and _is_guess(around):
        return []
    if (left := around.members(around.left)) and _is_concluded(around, cue):
        return [
            around.make(Predicate.STATE, one, None, 5, around.behind()) for one in last_run(left, around.read)
        ]
    if _leads_to_need(around, cue):
        return []  # "must not depend on": the other verb tells
    return _weighed(around, _read(around, cue))


def _grammatical(around: Around, actors: list[Thing]) -> Thing | None:
    """The part of the kernel right before the verb, where functions are only named further up, in a clause of
    their own ("after moving f() out of there, device-dax needs x").
    """
    words, at = around.read.words, around.cue.first
    while at > around.clause.first and words[at - 1] in GRAMMAR.helpers | GRAMMAR.fillers:
        at -= 1
    own = next((t for t in around.clause.things if t.last == at and t.sort in _PARTS), None)
    if own is None or own.entity in _CALLERS:
        return None
    if not actors:
        finite = at == around.cue.first and words[at].endswith(("s", "ed")) and words[at] not in GRAMMAR.be
        return own if own.sort is Sort.CONSTANT and finite and around.members(around.right) else None
    before = actors[-1]
    apart = before.first < around.clause.first or "," in words[before.last : own.first]
    return own if apart else None


def _leads_to_need(around: Around, cue: str) -> bool:
    """Whether "must" or "has to" stands before another word of need, which tells what is needed ("must be
    changed not to expect x").
    """
    if cue == "must":
        return any(c.value == "requires" and c.first > around.cue.first for c in around.clause.cues)
    needs = (c.text.lower() for c in around.clause.cues if c.first > around.cue.first)
    return cue in _DUTIES and not _RELYING.isdisjoint(needs)


def _read(around: Around, cue: str) -> list[Candidate]:
    """The reading of a need that is no guard."""
    words = around.read.words
    if _is_told_to_do(around):
        return []
    lock = next((t for t in around.clause.things if t.first < around.cue.first < t.last), None)
    told = lock is not None and not _IS.isdisjoint(words[lock.first : lock.last])
    if lock is not None and lock.sort is Sort.FLAG and told and _NEEDS.isdisjoint(words[: lock.first]):
        return [around.make(Predicate.STATE, lock, None, 3, around.behind())]  # "the folio is locked"
    if lock is not None:  # "with the folio lock held"
        who = [*around.members(around.left), *around.functions(around.left)]
        doer = who[-1] if who else _later(around) or around.unsaid or around.context
        return [around.make(Predicate.REQUIRES, doer, lock, 5)]
    actors = [t for t in around.functions(around.left) if not is_kept_off(words, t.first)]
    if (own := _grammatical(around, actors)) is not None:
        needed = _one_by_one(around.members(around.right) or around.stood_for(), around.read)
        return [around.make(Predicate.REQUIRES, own, one, 5, said_of(around, one)) for one in needed] or [
            around.make(Predicate.REQUIRES, own, None, 3, around.behind())
        ]
    if len(actors) > 1 and around.word_before(actors[0]) in _WITHIN:
        actors = actors[1:]  # "within f(), g() is called with x held"
    left = [t for t in around.members(around.left) if not _is_of_kind(t)]
    if cue in GRAMMAR.keeping and left and not actors and not around.right:
        return [around.make(Predicate.STATE, left[-1], None, 3, around.behind())]
    if actors:
        return _is_needed(around, actors) or _needed(around, actors)
    right = around.members(around.right) or around.functions(around.right) or around.stood_for()
    if left:
        return _must_be(around, left, right)
    doer = around.doer()
    if doer is None or doer.entity in ("caller", "callers", "user", "users"):
        doer = _matter(around) or _later(around) or doer or around.unsaid
    place = [t for t in around.where() if right and (t.first > right[0].last or cue.startswith("assert"))]
    doer = doer or next(iter(place), None) or around.context
    right = [t for t in right if t is not doer and t not in place] or around.ahead()
    if right:
        return [
            around.make(
                Predicate.REQUIRES, doer, one, 6 if cue.startswith("assert") else 3, said_of(around, one)
            )
            for one in _one_by_one(right, around.read)
        ]
    return [around.make(Predicate.REQUIRES, doer, None, 1, around.behind())] if around.left else []


def _is_of_kind(thing: Thing) -> bool:
    """Whether a flag is only named as that of some pages ("reserved pages cannot be freed")."""
    return thing.concept and thing.sort is Sort.FLAG and thing.text.lower().endswith(("pages", "folios"))


def _matter(around: Around) -> Thing | None:
    """The doing that needs something, in plain words before the verb ("isolation of a folio requires x")."""
    words, first, end = around.read.words, around.clause.first, around.cue.first
    while end > first and (words[end - 1] in GRAMMAR.helpers or words[end - 2 : end] == ("in", "turn")):
        end -= 1 + (words[end - 1] == "turn")
    at = end - words[first:end][::-1].index("that") if "that" in words[first:end] else 0
    that = at > 1 and words[at - 2] in _SAYING  # "the problem that two halves may need x"
    if that:
        first = at
    while first < end and (words[first] in GRAMMAR.determiners or words[first] in GRAMMAR.cut_words):
        first += 1
    part = words[first:end]
    named = that and _SPEAKERS.isdisjoint(part) and part[:1] != () and part[0] not in GRAMMAR.no_nouns
    done = named or (part[:1] != () and part[0].endswith(_DEEDS))
    plain = all(
        w.replace("-", "").isalnum() and w not in GRAMMAR.pronouns and w not in GRAMMAR.be for w in part
    )
    if (
        not done
        or not plain
        or len(part) > MAX_MATTER
        or any(first <= t.first < end for t in around.left if t.sort in ENTITIES)
    ):
        return None
    text = text_of(around.read, first, end)
    name = text if around.read.tokens[first].isupper() else text[0].lower() + text[1:]
    return Thing(first, end, text, name, Sort.AGENT)


def _is_told_to_do(around: Around) -> bool:
    """Whether the verb behind says what is done ("f() is supposed to clear x", "x is meant to be set")."""
    words, at = around.read.words, around.cue.last
    if words[at - 1] in _SUPPOSED and words[at : at + 1] == ("to",):
        at += 1
    elif words[at - 1] != "to" or words[at - 2] not in _SUPPOSED:
        return False
    if _BE.isdisjoint(words[max(around.clause.first, around.cue.first - 3) : around.cue.last]):
        return False
    at += words[at : at + 1] == ("be",)
    return any(c.first == at and c.value in _DOING for c in around.clause.cues)


def _is_guess(around: Around) -> bool:
    """Whether "must" is a guess at what something is ("this must be the old x"), no need."""
    if around.left or around.word_at(-1) not in ("this", "that", "it", "these", "those"):
        return False
    words, behind = around.read.words, around.cue.last
    while behind < around.clause.last and words[behind] in GRAMMAR.determiners:
        behind += 1
    return any(t.first == behind for t in around.right)


def _is_concluded(around: Around, cue: str) -> bool:
    """Whether "must" draws a conclusion ("if that is so, x must still be valid")."""
    words, at = around.read.words, around.cue.first
    still = (
        cue == "must"
        and words[at + 1 : at + 2] in (("still",), ("already",))
        and words[at + 2] in ("be", "have")
    )
    return still and not any(t.sort is Sort.FUNCTION for t in around.read.things)


def _is_needed(around: Around, actors: list[Thing]) -> list[Candidate]:
    """ "f() is no longer required (by g(), in g())": f is what is needed, who needs it is told or not."""
    words = around.read.words
    behind = words[around.cue.last : around.cue.last + 1]
    needed = words[around.cue.last - 1] in ("needed", "required", "necessary")
    told = {"is", "are", "isn't", "aren't", "was"} & set(words[max(0, actors[0].first - 1) : around.cue.last])
    if not (needed and told) or behind == ("to",) or actors[-1].first < 0:
        return []
    members = [t for t in around.members(around.left) if t.last < actors[-1].first]
    if members and around.word_before(actors[-1]) in _WITHIN:  # "the PG_lru check in f() isn't needed"
        return [around.make(Predicate.REQUIRES, actors[-1], members[-1], 5)]
    place = _for_whom(around) or around.by() or next(iter(around.where()), None)
    return [
        around.make(Predicate.REQUIRES, place, one, 5, said_of(around, one))
        for one in last_run(actors, around.read)
    ]


def _for_whom(around: Around) -> Thing | None:
    """Who needs it, in plain words behind "needed for" or "required by"."""
    words, at = around.read.words, around.cue.last
    if words[at - 1] not in ("needed", "required", "necessary"):
        return None
    while at < around.clause.last and words[at] in GRAMMAR.fillers:
        at += 1
    if words[at : at + 1] not in (("for",), ("by",)):
        return None
    who = behind(around.read, at + 1, around.clause.last)
    return who if who is not None and who.sort in (Sort.AGENT, Sort.KIND) else None


def _weighed(around: Around, found: list[Candidate]) -> list[Candidate]:
    """The needs, before what their own verb would say ("needs to clear x", "clearing x is not needed")."""
    if around.cue.text.lower() not in GRAMMAR.governing:
        return found
    near = range(around.cue.last, around.cue.last + 2)
    verbs = [c for c in around.clause.cues if c.value in _DOING]
    if any(c.first in near or c.last < around.cue.first for c in verbs):
        return [replace(one, fit=max(one.fit, 6)) if one.object is not None else one for one in found]
    return found


def _needed(around: Around, actors: list[Thing]) -> list[Candidate]:
    """A function before the verb; what it needs stands behind, between, or in the next clause."""
    place = around.where()
    right = around.members(around.right) or around.functions(around.right) or around.stood_for()
    ours = around.read.words[around.clause.first : around.cue.first]
    elsewhere = actors[-1] not in around.clause.things and "which" not in ours
    if not right and elsewhere and not _US.isdisjoint(ours):
        return []  # "f() released it, so we only need to drop the charge"
    between = [t for t in around.members(around.left) if t.first > actors[-1].last > 0]
    things = [t for t in right if t not in place] or between[-1:] or around.ahead()
    objects: list[Thing | None] = [*_one_by_one(things, around.read)] or [None]
    return [
        around.make(Predicate.REQUIRES, who, one, 5 if things else 3, said_of(around, one))
        for who, one in every(last_run(actors, around.read), objects)
    ]


def _one_by_one(things: list[Thing], read: Read) -> list[Thing]:
    """What is needed, each with its state ("x to be set, y to be zero and z", "x set and y clear")."""
    found = run(things, read)
    for thing in things[len(found) :]:
        gap = read.words[found[-1].last : thing.first]
        said = [w for w in gap if w not in GRAMMAR.joins and w not in ("to", "be")]
        if found[-1].first < 0 or len(said) > 1 or not gap or not {",", "and", "or"}.intersection(gap):
            break
        if said and said[0] not in _STATES:
            break
        found.append(thing)
    return found


def _must_be(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """ "The member must be zero (in f(), before f() is called)", "to use the member we need f()"."""
    if right and _is_aim(around, left[-1]):
        return [around.make(Predicate.REQUIRES, left[-1], one, 5) for one in run(right, around.read)]
    later = _after(around)
    if later is not None and later.entity != left[-1].entity:
        return [around.make(Predicate.PRECEDES, left[-1], later, 6)]
    if (whom := _for_whom(around)) is not None:
        return [
            around.make(Predicate.REQUIRES, whom, one, 5, said_of(around, one))
            for one in last_run(left, around.read)
        ]
    place = around.where()
    kinds = [t for t in around.left if t.sort is Sort.KIND]
    doer = place[0] if place else _later(around) or around.unsaid or around.context
    doer = doer or (kinds[0] if kinds else None)
    if doer is None and right and right[0].sort in MEMBERISH:
        return [around.make(Predicate.REQUIRES, left[-1], right[0], 5, said_of(around, right[0]))]
    fit = 5 if doer is not None and doer.first >= 0 else 4
    return [
        around.make(Predicate.REQUIRES, doer, one, fit, said_of(around, one))
        for one in last_run(left, around.read)
    ]


def _is_aim(around: Around, member: Thing) -> bool:
    """Whether a member is what something else is needed for ("to use x we need y")."""
    before = around.read.words[max(around.clause.first, member.first - 3) : member.first]
    return (
        "to" in before
        and around.cue.text.lower() not in GRAMMAR.be
        and "we" in around.read.words[member.last : around.cue.first]
    )


def _after(around: Around) -> Thing | None:
    """The member before whose change another one must be there ("x must be visible before y is set")."""
    words = around.read.words
    for thing in around.read.things:
        if thing.first < around.cue.last or thing.sort is Sort.FUNCTION:
            continue
        before = words[max(around.cue.last, thing.first - 3) : thing.first]
        return thing if thing.sort in MEMBERISH and "before" in before else None
    return None


def _later(around: Around) -> Thing | None:
    """The function behind "before", "when", "across", "for" or "to": the one that needs it."""
    words = around.read.words
    if words[around.cue.last - 1 : around.cue.last + 1] == ("need", "for"):
        return None  # "no need for f()"
    for thing in around.read.things:
        if thing.sort is not Sort.FUNCTION or thing.first < around.cue.last:
            continue
        if is_kept_off(words, thing.first):
            return None
        before = words[max(around.cue.last, thing.first - 3) : thing.first]
        by_then = (
            "time" in words[thing.first - 3 : thing.first]
            and "by" in words[thing.first - 5 : thing.first - 3]
        )
        return thing if by_then or GRAMMAR.needing & set(before) else None
    at = around.cue.last
    calling = [i for i in range(at, around.clause.last - 1) if words[i] in ("calling", "call")]
    if not calling or words[calling[0] + 1] not in ("it", "this", "that"):
        return None
    said = around.memory.before() or around.memory.quoted
    named = [t for t in said.doers() if t.sort is Sort.FUNCTION] if said is not None else []
    return named[0] if len(named) == 1 else None


def _only_guards(around: Around, cue: str) -> bool:
    """Whether a clause says what something guards, and not what it needs for that ("cost_lock serialises the
    updates"); who must serialise with something needs it.
    """
    words = around.read.words
    before = words[around.clause.first : around.cue.first]
    against = words[around.cue.last : around.cue.last + 1] in (("against",), ("with",))
    return not (around.passive or cue == "stable" or cue.endswith(" by") or against or is_bidden(before))


def _guarded(around: Around) -> list[Candidate]:
    """ "The lock guards the list", "the list is protected by the lock": the list needs the lock."""
    left, right = around.members(around.left), around.members(around.right)
    locks = [t for t in left if t.entity in GRAMMAR.locks]
    cue = around.cue.text.lower()
    words = around.read.words
    if cue == "stable":
        if locks and left[-1] is not locks[-1]:
            return [around.make(Predicate.REQUIRES, left[-1], locks[-1], 6)]
        if around.cue.last >= around.clause.last or words[around.cue.last] not in GRAMMAR.held:
            return []
    if left and (around.passive or cue.endswith(" by") or cue == "stable"):
        lock = next(iter(right), None) or next(iter(around.functions(around.right)), None)
        lock = lock or around.by() or around.plain(around.cue.last + (cue == "stable"))
        return [around.make(Predicate.REQUIRES, one, lock, 6) for one in last_run(left, around.read)]
    if locks and right:
        guarded = [t for t in run(right, around.read) if t.entity != locks[-1].entity]
        return [around.make(Predicate.REQUIRES, one, locks[-1], 6) for one in guarded]
    return []
