"""What two functions of one sentence have to do with each other, told by form.

"f() walks g()", "f() frees the rest via g()", "f() leaves that to g()": the verb may be on no list; the two
names and the few words between them say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from threadmine.extraction.claims.clauses import Candidate, Clause, Memory
from threadmine.extraction.claims.plain_names import before
from threadmine.extraction.claims.readings.callers import (
    MOVING,
    by_way,
    called_by,
    in_its_place,
    including,
    moved,
    preposition,
    that_has,
    within,
)
from threadmine.extraction.claims.readings.partners import (
    CALLED,
    HANDING,
    LEAD_IN,
    LEADS,
    MEANS,
    MEANS_SAID,
    REACH,
    TAKING,
    Pair,
    goes_on,
    is_finite,
    is_subject,
    only_leads,
)
from threadmine.extraction.claims.readings.sequence import before_this, ordered
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import inflect
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("dealings")
_NO_CALL = frozenset(form for verb in _WORDS["no_call"]["words"] for form in inflect(verb, {}))
_LACKING = frozenset(_WORDS["lacking"]["words"])
_NOT_WITH = frozenset(word_list("beside")["steps"]["not_with"])
_REDUCED = frozenset(_WORDS["reduced"]["words"])
_INTO = frozenset({"to", "into", "down", "over", "just", "only"})
_CALLING = frozenset({"calling", "calls", "invoking", "invokes"})
_WHEN = frozenset({"before", "after", "while", "when"})
_MADE_TO = frozenset(_WORDS["verbs"]["made_to"])
_BEFORE_VERB = frozenset(_WORDS["verbs"]["before"])
_BEFORE_IT = frozenset(_WORDS["verbs"]["before_it"])
_MODALS = GRAMMAR.finite | {"not", "n't", "never", "to", "all", "both"}
_ENDING = frozenset({"end", "ends", "land", "lands", "arrive", "arrives"})
_BEFORE_TO = frozenset(
    {"has", "have", "had", "needs", "need", "needed", "going", "able", "used", "supposed", "wants"}
)
_LETTING_GO = frozenset({"drop", "drops", "release", "releases"})
_LOCKS = ("lock", "mutex", "sem", "rwsem")
_DOING = frozenset({"do", "does", "did", "has", "had"})
_ENDS = frozenset(_WORDS["means"]["ends"])
_OF_PART = frozenset({"in", "of"})
_CHECKING = frozenset({"checks", "check", "tests", "consults", "queries"})
_PARTICLES = frozenset({"up", "down", "over"})
_HOLDING = frozenset({"include", "includes", "contain", "contains"})
_OWN_READING = frozenset(
    {"requires", "reads", "equals", "precedes", "valid_for", "overlaps", "member_of", "resides", "points_to"}
)

GUESS = 4
"""The fit of a call by the code at hand, which the sentence does not name."""

MAX_FUNCTIONS = 16
"""Functions of a sentence above which it is a list."""


def dealings(read: Read, every: Sequence[Clause], memory: Memory) -> list[Candidate]:
    """calls and precedes: what the functions of a sentence have to do with each other."""
    functions = [t for t in read.things if t.sort is Sort.FUNCTION]
    if len(functions) == 1:
        only = functions[0]
        told = before_this(read, every, only, memory) or _taken(read, every, only)
        return told or by_way(read, every, only, memory)
    if not 2 <= len(functions) <= MAX_FUNCTIONS:
        return []
    found: list[Candidate] = []
    for one, other in pairwise(functions):
        clause = next((c for c in every if c.first <= other.first < c.last), None)
        if clause is None or (
            clause.conditional and clause.opening in ("if", "unless", "whether", "instead")
        ):
            continue
        pair = Pair(read, clause, functions, one, other)
        if other.first - one.last <= REACH:
            found.extend(_of_pair(pair) or _replaced(pair, memory))
        found.extend(in_its_place(pair))
    if not MOVING.isdisjoint(read.words):
        found.extend(moved(read, every, functions))
    return found


def _of_pair(pair: Pair) -> list[Candidate]:
    return (
        ordered(pair)
        or called_by(pair)
        or within(pair)
        or including(pair)
        or that_has(pair)
        or _made_into(pair)
        or _while_calling(pair)
        or _acts(pair)
        or _goes_on_doing(pair)
    )


def _acts(pair: Pair) -> list[Candidate]:
    """ "f() walks g()", "f() doesn't do the g()", "f() frees the rest via g()", "f() leaves it to g()"."""
    doers = pair.doers()
    verb, helped = _verb(pair, doers)
    words, goal = pair.read.words, pair.other.first
    if verb < 0 or goes_on(pair.read, pair.objects()[-1].last):
        return []
    if words[verb] in _LACKING:
        return _make_lacking(pair, doers, verb) if only_leads(pair, verb + 1, goal) else []
    if not is_finite(words[verb : verb + 1], helped or len(doers) > 1):
        return []
    if words[verb + 1] == "and" and verb + 2 < goal and is_finite(words[verb + 2 : verb + 3], False):
        verb += 2
    behind = verb + 1 + (words[verb + 1] in _PARTICLES and verb + 1 < goal)  # "walks up g()"
    if only_leads(pair, behind, goal) and _is_call(pair, verb):
        return pair.make(Predicate.CALLS, doers, pair.objects(), verb)
    by = _means_at(pair, verb + 1)
    if by and not _NOT_WITH & set(words[verb : by + 1]) and words[verb] not in GRAMMAR.replacing:
        return pair.make(Predicate.CALLS, doers, pair.objects(), verb)
    return []


def _made_into(pair: Pair) -> list[Candidate]:
    """ "f() can be reduced to a g()", "f() becomes just g()": f calls g."""
    between = pair.between
    if _REDUCED.isdisjoint(between) or not is_subject(pair, pair.one):
        return []
    at = next(i for i, word in enumerate(between) if word in _REDUCED)
    before_it, behind = between[:at], between[at + 1 :]
    if any(w not in GRAMMAR.helpers and not w.endswith("ly") for w in before_it):
        return []
    turned = between[at] not in ("becomes", "become")
    into = behind[:1] in (("to",), ("into",)) or behind[:2] in (("down", "to"), ("over", "to"))
    if turned is not into or any(w not in LEADS and w not in _INTO for w in behind):
        return []
    return pair.make(Predicate.CALLS, pair.doers(), pair.objects(), pair.one.last + at)


def _while_calling(pair: Pair) -> list[Candidate]:
    """ "f() unlocks it before calling g()", "clear x in f() before it calls g()": f calls g."""
    between, words = pair.between, pair.read.words
    lead = len(between)
    while lead > 0 and between[lead - 1] in LEADS and between[lead - 1] not in ("call", "to"):
        lead -= 1
    if lead < 2 or between[lead - 1] not in _CALLING:
        return []
    when = lead - 2 - (between[lead - 2] in ("it", "we") and lead > 2)
    if between[when] not in _WHEN:
        return []
    placed = when <= 1 and all(word == "," for word in between[:when])
    if placed:
        inside = preposition(pair.read, pair.one) in ("in", "inside", "within")
        return (
            pair.make(Predicate.CALLS, [pair.one], pair.objects(), pair.one.last + lead - 1) if inside else []
        )
    verb, _ = _verb(pair, pair.doers())
    if verb < 0 or words[verb] in CALLED or not is_finite(words[verb : verb + 1], False):
        return []
    return pair.make(Predicate.CALLS, pair.doers(), pair.objects(), pair.one.last + lead - 1)


def _goes_on_doing(pair: Pair) -> list[Candidate]:
    """ "The loop in f() leaves the walk of g(), and invokes the helper h()": f calls h."""
    words, at = pair.read.words, pair.other.first - 1
    while at > pair.one.last and words[at] in LEADS:
        at -= 1
    listed = words[at - 1] in (",", "and", "then")
    if (
        at <= pair.one.last
        or not listed
        or not is_finite(words[at : at + 1], False)
        or not _is_call(pair, at)
    ):
        return []
    doer = _topic(pair)
    if doer is None:
        first = pair.functions[0]
        opens = first is not pair.one and first.first <= LEAD_IN + 2 and words[0] in GRAMMAR.determiners
        if not opens or words[first.first - 1] not in _OF_PART:
            return []
        doer = first
    found = pair.make(Predicate.CALLS, [doer], pair.objects(), at)
    return [replace(one, fit=7) for one in found]


def _topic(pair: Pair) -> Thing | None:
    """The last function before the second one that is a subject, and no object of a verb."""
    words = pair.read.words
    for thing in reversed([t for t in pair.functions if t.last <= pair.one.last]):
        at = thing.first - 1
        while at > 0 and words[at] in LEADS:
            at -= 1
        verb = at >= 0 and (is_finite(words[at : at + 1], False) or words[at] in TAKING)
        if is_subject(pair, thing) and not verb:
            return thing
    return None


def _replaced(pair: Pair, memory: Memory) -> list[Candidate]:
    """ "Replace the use of f() with g() and h() with k()": the code at hand calls g and k."""
    words = pair.read.words
    placed = preposition(pair.read, pair.doers()[0]) in ("in", "inside", "within")
    if not placed and not is_subject(pair, pair.one) and preposition(pair.read, pair.one) != "of":
        return []
    if pair.between not in (("with",), ("by",)) or GRAMMAR.replacing.isdisjoint(words[: pair.one.first]):
        return []
    at = next(i for i, word in enumerate(words) if word in GRAMMAR.replacing)
    if placed:  # "replace x() in f() with g()"
        return pair.make(Predicate.CALLS, pair.doers(), pair.objects(), at)
    here = memory.context
    doer = None if here is None or here.entity in (pair.one.entity, pair.other.entity) else here
    return [Candidate(Predicate.CALLS, doer, pair.other, pair.clause, words[at], at, GUESS)]


def _make_lacking(pair: Pair, doers: list[Thing], verb: int) -> list[Candidate]:
    return pair.make(Predicate.CALLS, doers, pair.objects(), verb, f"no ({pair.read.tokens[verb]})")


def _verb(pair: Pair, doers: list[Thing]) -> tuple[int, bool]:
    """The token of the verb behind the first function, and whether a helping verb stands before it; -1 where
    the function is no subject or no verb follows.
    """
    words, goal = pair.read.words, pair.other.first
    at, helped = _subject_ends(pair, doers[0])
    being = False
    while 0 < at < goal and (
        words[at] in GRAMMAR.helpers or words[at] in _BEFORE_VERB or words[at].endswith("ly")
    ):
        if words[at] == "to" and words[at - 1] not in _BEFORE_TO and not _is_made(pair):
            return -1, False  # "take f() only to call g()"
        helped = helped or words[at] in _MODALS
        being = being or words[at] in GRAMMAR.be
        at += 1
    if at > goal or at <= 0 or (being and words[at] not in _LACKING):
        return -1, False  # "f() is reachable via g()"
    done = at > pair.one.last and words[at - 1] in _DOING  # "f() does the g()", "f() has a g()"
    if done and (at == goal or words[at] in GRAMMAR.determiners or words[at] in GRAMMAR.pronouns):
        return at - 1, True
    if at == goal or not words[at].replace("-", "").isalpha() or len(words[at]) < 2:
        return -1, False
    return at, helped


def _is_made(pair: Pair) -> bool:
    """Whether what a function is to do is told with an order ("add f() to take g()")."""
    words, at = pair.read.words, pair.one.first - 1
    while at > pair.clause.first and words[at] in LEADS:
        at -= 1
    return at >= 0 and words[at] in _MADE_TO


def _subject_ends(pair: Pair, doer: Thing) -> tuple[int, bool]:
    """The token behind a function as a subject, or behind the "it" or "which" that stands for it, and whether
    a bare verb may follow; -1 where it is no subject.
    """
    words, at = pair.read.words, pair.one.last
    if words[at : at + 2] in ((",", "which"), (",", "who")):
        return at + 2, False
    if words[at : at + 1] in (("which",), ("that",)):
        return at + 1, False
    if not is_subject(pair, doer):
        return -1, False
    if "it" in pair.between:  # "f() sees that it needs another g()"
        it = at + pair.between.index("it")
        if words[it - 1] in _BEFORE_IT:
            return it + 1, False
    return at, doer.first > 0 and words[doer.first - 1] in _MADE_TO


def _is_call(pair: Pair, verb: int) -> bool:
    """Whether a verb with a function as its object tells that this is called."""
    word = pair.read.words[verb]
    if word in TAKING:
        name = pair.other.entity
        let_go = word in _LETTING_GO and "lock" in name and "unlock" not in name  # "drops mmap_read_lock()"
        return not let_go and not _is_lock(pair.read, pair.other)
    if word in ("make", "makes"):
        return verb + 1 < pair.other.first  # "makes another f()", not "makes f() fail"
    cue = next((c for c in pair.read.cues if c.first <= verb < c.last), None)
    if word in _HOLDING or (word in _CHECKING and not pair.other.implied):
        return True
    return word not in _NO_CALL and (cue is None or cue.value not in _OWN_READING)


def _is_lock(read: Read, thing: Thing) -> bool:
    """Whether a name without parentheses is that of a lock, and of no function that takes one."""
    return thing.entity.endswith(_LOCKS) and not read.tokens[thing.last - 1].endswith(")")


def _means_at(pair: Pair, first: int) -> int:
    """The token of "via" and the like before the second function, 0 where none leads to it."""
    words, at = pair.read.words, pair.other.first - 1
    while at > first and words[at] in LEADS and words[at] not in ("to", "call"):
        at -= 1
    if not _ENDS.isdisjoint(words[first + (words[first] == "that") : at]) or at < first:
        return 0
    if words[at] in MEANS:
        return at if words[at] != "with" or at > first else 0
    if words[at] in ("to", "into") and not HANDING.isdisjoint(words[first - 1 : first]) and at > first:
        return at
    if words[at] in ("in", "at") and words[first - 1] in _ENDING:
        return at
    said = any(words[at + 1 - len(phrase) : at + 1] == phrase for phrase in MEANS_SAID)
    return at if said else 0


def _taken(read: Read, every: Sequence[Clause], thing: Thing) -> list[Candidate]:
    """ "The reclaim path takes g()": a part of the kernel calls it."""
    words, at = read.words, thing.first - 1
    while at > 0 and words[at] in LEADS:
        at -= 1
    if at <= 0 or words[at] not in TAKING or _is_lock(read, thing) or goes_on(read, thing.last):
        return []
    clause = next((c for c in every if c.first <= at < c.last), None)
    who = before(read, clause.first, at) if clause is not None else None
    if clause is None or who is None or who.sort not in (Sort.AGENT, Sort.KIND):
        return []
    return [Candidate(Predicate.CALLS, who, thing, clause, read.tokens[at], at, 5)]
