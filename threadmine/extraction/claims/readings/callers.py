"""Who calls a function, where the sentence names the caller by the way.

"f(), called by g(),", "the g() call in f()", "in f() it is passed to g()", "move the g() call from f()
to h()".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threadmine.extraction.claims.clauses import Candidate, Clause, Memory
from threadmine.extraction.claims.readings.partners import (
    CALLED,
    HANDING,
    LEAD_IN,
    LEADS,
    NAMED,
    REACH,
    Pair,
    goes_on,
)
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("dealings")
_IN_PLACE = frozenset(_WORDS["in_place"]["words"])
_HAVING = frozenset(_WORDS["having"]["words"])
_CALLED_BY = frozenset(_WORDS["called"]["by"])
_BESIDE_CALLED = frozenset(_WORDS["called"]["beside"]) | _CALLED_BY
MOVING = frozenset(_WORDS["moving"]["words"])
_CALLS = frozenset(_WORDS["moving"]["calls"])
_ABOUT = frozenset(NAMED["about"])
_NOTS = frozenset({"not", "n't", "n’t", "never", "no"})
_WITHIN = frozenset({"in", "inside", "within"})
_NEED = frozenset({"need", "needs", "needed", "required", "reason", "point", "necessary", "wait"})
_WHY = frozenset({"why", "how", "whether", "if"})


def called_by(pair: Pair) -> list[Candidate]:
    """ "f(), called by g(),", "f() (from the g() path)", "f() gets called out of g()"."""
    between = pair.between
    words = [w for w in between if w not in GRAMMAR.determiners and not w.endswith("ly")]
    if between[:2] == ("(", "from") and len(words) == 2:
        at = pair.one.last + 1
        return pair.make(Predicate.CALLS, [pair.other], pair.doers(), at)
    at = next((i for i, word in enumerate(words) if word in CALLED), -1)
    if at < 0 or at + 1 >= len(words) or len(words) - at > 5:
        return []
    if not {*words[:at], *words[at + 1 :]} <= _BESIDE_CALLED | _CALLED_BY | {"not", "n't", "never", "also"}:
        return []
    behind = words[at + 1 :]
    if _CALLED_BY.isdisjoint(behind) or ("under" in behind and "lock" in pair.other.entity):
        return []
    where = pair.one.last + between.index(words[at])
    return pair.make(Predicate.CALLS, pair.objects(), pair.doers(), where)


def within(pair: Pair) -> list[Candidate]:
    """ "The g() call in f()", "there is no g() in f()"."""
    between, read = pair.between, pair.read
    rest = [word for word in between if word not in _CALLS and not word.endswith("ly")]
    if not rest or rest[0] not in _WITHIN or any(word not in LEADS for word in rest[1:]):
        return []
    words, at = read.words, pair.one.first - 1
    while at >= pair.clause.first and words[at] in LEADS:
        at -= 1
    led = words[max(pair.clause.first, at - 2) : at + 1]
    seen = led[-1:] == ("see",) and not _NOTS.isdisjoint(led)  # "I don't see a g() in f()"
    about = not seen and not _ABOUT.isdisjoint(led[-2:])
    if not GRAMMAR.replacing.isdisjoint(led[-1:]):
        return pair.make(Predicate.CALLS, pair.objects(), [pair.one], pair.one.last, f"{led[-1]} no")
    about = about or not _NEED.isdisjoint(led)
    if about or (led and led[-1] in _WITHIN) or not _WHY.isdisjoint(words[pair.clause.first : at + 1]):
        return []
    return pair.make(Predicate.CALLS, pair.objects(), [pair.one], pair.one.last)


def including(pair: Pair) -> list[Candidate]:
    """ "f() (including g())"."""
    if pair.between not in (("(", "including"), (",", "including"), ("including",)):
        return []
    return pair.make(Predicate.CALLS, [pair.one], pair.objects(), pair.other.first - 1)


def that_has(pair: Pair) -> list[Candidate]:
    """ "The g() that f() has", "the g() which f() does"."""
    words, last = pair.read.words, pair.other.last
    if pair.between not in (("that",), ("which",)) or words[last : last + 1] == ():
        return []
    if words[last] not in _HAVING or words[last + 1 : last + 2] in (("n't",), ("not",)):
        return []
    return pair.make(Predicate.CALLS, [pair.other], [pair.one], last)


def in_its_place(pair: Pair) -> list[Candidate]:
    """ "In f() the folio is passed to g()", "then in f() (from the h() path) it uses g()": f calls g."""
    read, words, goal = pair.read, pair.read.words, pair.other.first
    place = next((t for t in pair.functions if _opens(read, t)), None)
    if place is None or place is pair.other or goal - place.last > 3 * REACH:
        return []
    others = [t for t in pair.functions if place.last <= t.first < goal]
    if any(words[t.first - 1] not in ("from", "via", "by", "from") for t in others) or ":" in words[:goal]:
        return []
    at = goal - 1
    while at > place.last and words[at] in LEADS and words[at] not in ("to", "call"):
        at -= 1
    handed = words[at] in ("to", "into") and not HANDING.isdisjoint(words[max(place.last, at - 4) : at])
    if at <= place.last or not (handed or words[at] in _IN_PLACE):
        return []
    if words[at] in ("called", "used", "run") or goes_on(read, pair.other.last):
        return []
    return pair.make(Predicate.CALLS, [place], pair.objects(), at)


def by_way(read: Read, every: Sequence[Clause], thing: Thing, memory: Memory) -> list[Candidate]:
    """ "The pages are freed via g()": whoever does that calls g."""
    words, at = read.words, thing.first - 1
    while at > 0 and words[at] in LEADS:
        at -= 1
    way = words[at] in ("via", "through") or words[at - 1 : at + 1] == ("by", "calling")
    clause = next((c for c in every if c.first <= at < c.last), None)
    if at <= 1 or not way or clause is None or clause.conditional:
        return []
    verb = next((i for i in range(at - 1, max(clause.first, at - REACH), -1) if words[i].endswith("ed")), -1)
    helped = verb > clause.first and not GRAMMAR.be.isdisjoint(words[max(clause.first, verb - 3) : verb])
    if not helped or any(not w.isalpha() for w in words[verb:at]) or words[verb] in CALLED:
        return []
    changed = read.sentence.place is not Place.REPLY and "now" in words[clause.first : at]
    here = memory.context if changed else None
    doer = here if here is not None and here.entity != thing.entity else None
    return [Candidate(Predicate.CALLS, doer, thing, clause, read.tokens[at], at, 5)]


def _opens(read: Read, thing: Thing) -> bool:
    """Whether a sentence begins with "in f()"."""
    at = thing.first - 1
    while at > 0 and (read.words[at] in GRAMMAR.determiners or read.words[at] == "of"):
        at -= 1
    return 0 <= at <= LEAD_IN and read.words[at] in _WITHIN


def moved(read: Read, every: Sequence[Clause], functions: list[Thing]) -> Iterator[Candidate]:
    """ "Move the call of g() from f() to h()", "g() moved out of f() into h()": h calls it, f does not."""
    words = read.words
    for at in (i for i, word in enumerate(words) if word in MOVING):
        thing = _what_is_moved(read, functions, at)
        clause = next((c for c in every if c.first <= at < c.last), None)
        if thing is None or clause is None:
            continue
        noun = not _CALLS.isdisjoint(words[at : thing.last + 1])
        ends = [t for t in functions if t.first >= max(at, thing.last) and t.first < clause.last]
        source = next((t for t in ends if preposition(read, t) in ("from", "out of")), None)
        goal = next((t for t in ends if preposition(read, t) in ("to", "into", "inside")), None)
        pair = Pair(read, clause, functions, thing, thing)
        if goal is not None and (noun or source is not None or preposition(read, goal) != "to"):
            yield from pair.make(Predicate.CALLS, [goal], [thing], at)
        if source is not None:
            yield from pair.make(Predicate.CALLS, [source], [thing], at, f"{read.tokens[at]} no")


def _what_is_moved(read: Read, functions: list[Thing], at: int) -> Thing | None:
    """The function that a verb of moving at token ``at`` has as its object, or as its subject."""
    behind = at + 1
    while behind < len(read.words) and (read.words[behind] in LEADS | _CALLS or read.words[behind] == "of"):
        behind += 1
    front = at
    while front > 0 and (read.words[front - 1] in GRAMMAR.helpers or read.words[front - 1] in _CALLS):
        front -= 1
    thing = next((t for t in functions if t.first == behind), None)
    return thing or next((t for t in functions if t.last == front), None)


def preposition(read: Read, thing: Thing) -> str:
    """The preposition that a function stands behind, "out of" as one."""
    words, at = read.words, thing.first - 1
    while at > 0 and words[at] in GRAMMAR.determiners:
        at -= 1
    return "out of" if words[at - 1 : at + 1] == ("out", "of") else words[at]
