"""What a subject or an object that is not named stands for: "it", "this helper", "both", a gap, "we".

The things that can be meant come from this sentence, the one before, the quotation right above, the hunk that
is answered and the subject line. The verb says of what sort they are: who sets, clears, reads or calls is a
function or a part of the kernel, what is set or read is a member. A pronoun goes with what the text before is
about, "this" with what was named last, "both" with things side by side. Where two are about equally good
nobody is taken: a wrong subject is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from threadmine.extraction.claims.clauses import Clause, Memory, is_order
from threadmine.extraction.claims.said import Said, elsewhere, is_doer
from threadmine.extraction.claims.sentence import ENTITIES, MEMBERISH, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR, before_determiners
from threadmine.extraction.nlp import Term
from threadmine.extraction.text import Place
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list


class Want(Enum):
    """What sort of thing a verb wants for its subject."""

    DOER = 1
    MEMBER = 2
    EITHER = 3  # a doer; a member where the text is about that
    ANY = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """What is meant, empty where nothing is known; ``between``: two or more that are about equally good."""

    things: tuple[Thing, ...] = ()
    between: tuple[Thing, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.things or self.between)


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of ``vocab/referents.toml``."""

    pointing: frozenset[str]
    plural: frozenset[str]
    first: frozenset[str]
    last: frozenset[str]
    functions: frozenset[str]
    members: frozenset[str]
    flags: frozenset[str]
    people: frozenset[str]
    strangers: frozenset[str]
    callers: frozenset[str]
    conditions: frozenset[str]
    titled: frozenset[str]
    verbal: frozenset[str]
    performing: frozenset[str]


@lru_cache(maxsize=1)
def referent_words() -> Words:
    """The lists, read once."""
    table = word_list("referents")
    return Words(**{name: frozenset(part["words"]) for name, part in table.items()})


_WORKING = (Predicate.SETS, Predicate.CLEARS, Predicate.READS)
_BY_DOERS = (*_WORKING, Predicate.CALLS, Predicate.PRECEDES)
_MINE = (*_BY_DOERS, Predicate.REQUIRES, Predicate.STATE)
DOING = (*_WORKING, Predicate.CALLS, Predicate.REQUIRES)
"""Predicates of verbs that say what somebody does or needs."""

NONE = Meant()


def wanted(read: Read, clause: Clause, cue: Term, passive: bool) -> Want:
    """What the verb ``cue`` wants for its subject."""
    predicate = Predicate(cue.value)
    before = read.words[clause.first : cue.first]
    lists = referent_words()
    if not (lists.members | lists.flags).isdisjoint(before) and predicate in _MINE:
        return Want.MEMBER
    if predicate in _WORKING and passive:
        return Want.MEMBER
    if predicate in _BY_DOERS:
        return Want.DOER
    if predicate is Predicate.USES and not passive and _is_called(clause, cue):
        return Want.DOER
    near = read.words[cue.last : min(cue.last + 3, clause.last)]
    conditional = not lists.conditions.isdisjoint(near)
    if predicate is Predicate.REQUIRES and cue.text.lower() not in GRAMMAR.guarding:
        be = "be" in (*near[:1], read.words[cue.last - 1])
        return Want.MEMBER if be and conditional else Want.EITHER
    if predicate is Predicate.STATE and conditional:
        return Want.MEMBER
    return Want.ANY


def _is_called(clause: Clause, cue: Term) -> bool:
    """Whether what is used is a function, named right behind the verb."""
    return any(t.sort is Sort.FUNCTION and cue.last <= t.first <= cue.last + 1 for t in clause.things)


def subject_of(read: Read, clause: Clause, cue: Term, memory: Memory, want: Want) -> Meant:
    """What a pronoun or a gap before the verb ``cue`` stands for."""
    words = read.words[clause.first : cue.first]
    if _goes_on_ordering(read, clause, words, want):
        return Meant((memory.context,)) if memory.context is not None else NONE
    if want is Want.ANY or memory.described is not None:
        return NONE
    if want is Want.DOER and _is_worked_on(read, clause, cue, memory):
        return Meant((memory.context,)) if memory.context is not None else NONE
    if clause.first > 0 and not (clause.first == 2 and read.words[1] == ":"):
        meant = _within(read, clause, words, memory, want)
        if meant.known:
            return meant
        if any(t.last <= clause.first and t.sort in ENTITIES for t in read.things):
            return NONE
    if read.sentence.place is Place.COMMENT:
        return NONE
    return _before(read, words, memory, want)


def _goes_on_ordering(read: Read, clause: Clause, words: Sequence[str], want: Want) -> bool:
    """Whether a clause without a subject goes on with what a patch is told to do ("Use f() and clear x")."""
    ordered = read.sentence.place is not Place.COMMENT and (is_order(read) or orders_before(read, clause))
    return ordered and want is Want.DOER and clause.first > 0 and GRAMMAR.pronouns.isdisjoint(words)


def orders_before(read: Read, clause: Clause) -> bool:
    """Whether a clause follows an order that does not begin the sentence ("So drop f() and clear x")."""
    at = 0
    while at < clause.first and read.words[at] in _BEFORE_ORDERS:
        at += 1
    return 0 < at < clause.first and read.words[at] in GRAMMAR.orders


_BEFORE_ORDERS = frozenset(
    {"so", "please", "just", "then", "let", "'s", "lets", "instead", "also", ",", "maybe", "simply"}
)


def _is_worked_on(read: Read, clause: Clause, cue: Term, memory: Memory) -> bool:
    """Whether the quoted line itself works on what the verb works on: the function around it does it then."""
    said = memory.quoted if memory.said is None and read.sentence.place is Place.REPLY else None
    if said is None or not said.code:
        return False
    named = {t.entity for t in clause.things if t.first >= cue.last}
    return any(t.entity in named for t in said.members())


def _within(read: Read, clause: Clause, words: Sequence[str], memory: Memory, want: Want) -> Meant:
    """The thing of an earlier clause of the same sentence that goes on as the subject."""
    before = [t for t in read.things if t.last <= clause.first]
    fitting = [t for t in before if _fits(t, want) and not _is_aside(read, t)]
    lists = referent_words()
    if len(fitting) > 1 and not (lists.first | lists.last).isdisjoint(words):
        return Meant((fitting[-1 if lists.first.isdisjoint(words) else -2],))
    pointing = clause.opening in ("which", "that") or not referent_words().pointing.isdisjoint(words)
    if pointing and fitting:
        return Meant((fitting[-1],))
    here = memory.here
    if here is not None and _fits(here, want):
        return Meant((here,))
    if want is Want.MEMBER and fitting:
        return Meant((fitting[-1],))
    named = {t.entity for t in fitting}
    if len(named) == 1 or (fitting and memory.subject in fitting):
        return Meant((memory.subject if memory.subject in fitting else fitting[-1],))
    return Meant((fitting[-1],)) if fitting else NONE


def _is_aside(read: Read, thing: Thing) -> bool:
    """Whether a thing is only compared with, or what a purpose is about ("to block f()"): none goes on."""
    words = read.words
    at = before_determiners(words, thing.first - 1, 0)
    if at < 0:
        return False
    return words[at] in _COMPARING or is_kept_off(words, thing.first)


def is_kept_off(words: Sequence[str], at: int) -> bool:
    """Whether what begins at token ``at`` is to be kept off ("to block f()", "to keep out f()")."""
    near = words[max(0, at - 3) : at]
    return "to" in near and not _KEEPING_OFF.isdisjoint(near)


_COMPARING = frozenset({"like", "unlike", "than", "against", "about"})
_KEEPING_OFF = frozenset(
    {
        "block",
        "avoid",
        "prevent",
        "stop",
        "keep",
        "protect",
        "exclude",
        "synchronize",
        "synchronise",
        "hold",
        "race",
    }
)


def _fits(thing: Thing, want: Want) -> bool:
    if want is Want.MEMBER:
        return thing.sort in MEMBERISH
    return is_doer(thing) or (want is Want.EITHER and thing.sort in MEMBERISH and thing.first < 0)


def _before(read: Read, words: Sequence[str], memory: Memory, want: Want) -> Meant:
    """The thing of the text before the sentence: the sentence before, the code above, the subject line."""
    said = memory.before() or memory.quoted
    spoken = set(words)
    if want is Want.MEMBER:
        return _member(said, spoken) if said is not None else NONE
    lists = referent_words()
    bare = spoken.isdisjoint(GRAMMAR.pronouns) and spoken.isdisjoint(lists.functions)
    of_people = not lists.people.isdisjoint(words)
    if said is not None and not said.code and not of_people:
        return _doer(said, spoken, want)
    inside = memory.context if read.sentence.place is Place.REPLY else None
    if said is None or (said.code and (bare or of_people)):
        return Meant((inside,)) if inside is not None else NONE
    if said.code:
        return _called(said, words, inside)
    alone = said.doers()
    meant = inside or (alone[0] if len(alone) == 1 and bare else None)
    return Meant((meant,)) if meant is not None else NONE


def _called(said: Said, words: Sequence[str], inside: Thing | None) -> Meant:
    """Of a pronoun right under quoted code: "this" is the function called in its last line, "it" the one
    around it.
    """
    calls = said.doers()
    lists = referent_words()
    last = not lists.pointing.isdisjoint(words) and ("function" not in words or "that" in words)
    if calls and (last or inside is None or not lists.functions.isdisjoint(words)):
        return Meant((calls[0],))
    return Meant((inside,)) if inside is not None else NONE


def _doer(said: Said, spoken: set[str], want: Want) -> Meant:
    """Who of a sentence a pronoun in the next one stands for."""
    lists = referent_words()
    doers = said.doers()
    topic = [t for t in doers if t in said.topic]
    about = [t for t in said.topic if t.sort in MEMBERISH]
    if want is Want.EITHER and about and len(said.topic) == 1:
        return Meant((about[0],))
    if not doers:
        return NONE
    side = topic if len(topic) > 1 else doers
    if spoken & lists.first or spoken & lists.last:
        return Meant((side[0] if spoken & lists.first else side[-1],)) if len(side) == 2 else NONE
    if spoken & lists.plural and len(topic) != 1:
        return Meant(tuple(side)) if len(side) > 1 else Meant((side[0],))
    if len(doers) == 1:
        return Meant((doers[0],))
    if len(topic) > 1:
        return Meant(between=tuple(topic))
    if spoken & lists.pointing:
        return Meant((doers[-1],))
    return Meant((topic[0],)) if topic else Meant(between=tuple(doers))


def _member(said: Said, spoken: set[str]) -> Meant:
    """Which member or flag of a sentence (or line of code) a pronoun in the next one stands for."""
    lists = referent_words()
    sorts = (Sort.FLAG,) if spoken & lists.flags else (Sort.MEMBER,) if spoken & lists.members else MEMBERISH
    members = said.members(sorts) or said.members()
    topic = [t for t in members if t in said.topic]
    if not members:
        return NONE
    side = topic if len(topic) > 1 else members
    if spoken & lists.first or spoken & lists.last:
        return Meant((side[0] if spoken & lists.first else side[-1],)) if len(side) == 2 else NONE
    if spoken & lists.plural and len(topic) != 1:
        return Meant(tuple(side))
    if len(members) == 1:
        return Meant((members[0],))
    if len(topic) > 1:
        return Meant(between=tuple(topic))
    return Meant((topic[0],)) if topic else Meant(between=tuple(members))


def object_of(read: Read, clause: Clause, cue: Term, memory: Memory, function: bool) -> list[Thing]:
    """What "it", "both" or "the flag" right behind the verb ``cue`` stands for; empty where nothing is told.

    ``function``: the verb wants a function ("calls it"), not a member.
    """
    at = cue.last
    words = read.words[at : min(at + 3, clause.last)]
    lists = referent_words()
    if not words:
        return []
    generic = words[0] in ("the", "this", "that", "these", "those", "both") and len(words) > 1
    spoken = {words[0], words[1]} if generic else {words[0]}
    nouns = lists.functions if function else lists.members | lists.flags
    if not (words[0] in GRAMMAR.objects or words[0] == "both" or (generic and words[1] in nouns)):
        return []
    if (
        generic
        and words[0] in ("the", "that", "these", "those")
        and words[1] not in nouns
        and words[1].isalpha()
    ):
        return []
    before = [t for t in read.things if t.last <= cue.first and _is_object(t, function)]
    if function:
        return _function(before, spoken, memory)
    if before and not spoken & lists.plural:
        return [before[-1]]
    said = memory.before() or memory.quoted
    meant = _member(said, spoken).things if said is not None else ()
    if meant:
        return list(meant)
    return [elsewhere(memory.member, "from the text before")] if memory.member is not None else []


def _is_object(thing: Thing, function: bool) -> bool:
    return thing.sort is Sort.FUNCTION if function else thing.sort in MEMBERISH


def _function(before: list[Thing], spoken: set[str], memory: Memory) -> list[Thing]:
    """The function that "calls it" means: none that is the caller itself."""
    if "function" in spoken and memory.said is None and memory.context is not None:
        return [memory.context]  # "this function" under a hunk is the one that the hunk is in
    said = memory.before() or memory.quoted
    named = [t for t in said.doers() if t.sort is Sort.FUNCTION] if said is not None else []
    callers = {t.entity for t in before}
    left = [t for t in named if t.entity not in callers]
    if left and (len(left) == 1 or spoken & referent_words().plural):
        return left
    if memory.function is not None and memory.function.entity not in callers:
        return [elsewhere(memory.function, "from the text before")]
    return []


def doer_behind(read: Read, clause: Clause, at: int, memory: Memory) -> Thing | None:
    """The function that the pronoun at token ``at`` stands for ("is not touched by it")."""
    spoken = set(read.words[at : min(at + 2, clause.last)])
    before = [t for t in read.things if t.last <= clause.first and is_doer(t)]
    if before:
        return before[-1]
    said = memory.before() or memory.quoted
    meant = _doer(said, spoken, Want.DOER).things if said is not None else ()
    return meant[0] if len(meant) == 1 else None
