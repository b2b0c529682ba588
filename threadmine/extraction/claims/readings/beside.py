"""What a sentence says of a function beside its main statement: a step done with it, or what it is.

"It sets the refcount to 0 and avoids page_ref_freeze()", "we mark them with memblock_reserve_it()", "f() is a
no-op now": no cue of the vocabulary stands beside the function, yet the words right before or behind it tell
what is said. Only a function that nothing else in the sentence says something of is read so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from threadmine.extraction.claims.clauses import VALUE_WORDS, Candidate, Clause, Memory, value_from
from threadmine.extraction.claims.mentions import TALK, led_to
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("beside")
_BY = frozenset(_WORDS["steps"]["by"])
_DOING = frozenset(_WORDS["steps"]["doing"])
_NOT_WITH = frozenset(_WORDS["steps"]["not_with"])
_OPINION = frozenset(_WORDS["being"]["opinion"])
_NO_DOER = GRAMMAR.places | {"unlike", "like", "than"}
MAX_BACK = 3
"""The most words between a verb or preposition and the function it leads to."""


def beside(read: Read, every: Sequence[Clause], named: set[str], memory: Memory) -> Iterator[Candidate]:
    """Statements about functions of ``every`` clause that are not ``named`` by another statement."""
    if read.sentence.text.endswith("?"):
        return
    for clause in every:
        if clause.conditional or any(read.marked(group, clause.first, clause.last) for group in TALK):
            continue
        last: Candidate | None = None
        for thing in clause.things:
            if thing.sort is not Sort.FUNCTION or thing.entity in named:
                continue
            one = _is_something(read, clause, thing) or _is_a_step(read, clause, thing, memory)
            if one is None and last is not None and _goes_on(read, last, thing):
                one = replace(last, object=thing)
            last = one if one is not None and one.predicate is Predicate.CALLS else None
            if one is not None:
                named.add(thing.entity)
                yield one


def _is_a_step(read: Read, clause: Clause, thing: Thing, memory: Memory) -> Candidate | None:
    """ "... and avoid f()", "mark it with f()": whoever does that calls the function."""
    at = thing.first - 1
    while at >= clause.first and thing.first - at <= MAX_BACK and read.words[at] in GRAMMAR.determiners:
        at -= 1
    if at < clause.first or (at == clause.first and clause.first == 0):
        return None
    word = read.words[at]
    done = word in _DOING or (word in _BY and _does_something(read, clause, at))
    caller = _caller(read, thing, memory) if done else None
    if caller is None:
        return None
    return Candidate(Predicate.CALLS, caller, thing, clause, read.tokens[at], thing.first, 3)


def _goes_on(read: Read, last: Candidate, thing: Thing) -> bool:
    """Whether a function only continues the list that the one before begins ("through f() or g()")."""
    before = last.object
    between = read.words[before.last : thing.first] if before is not None else ()
    return 0 < len(between) <= MAX_BACK and all(word in GRAMMAR.joins for word in between)


def _does_something(read: Read, clause: Clause, at: int) -> bool:
    """Whether a verb of doing stands before the preposition at token ``at``, and it says how that is done."""
    if _NOT_WITH & set(read.words[max(clause.first, at - 2) : at]):
        return False
    verbs = [
        c for c in clause.cues if c.last <= at and c.value in ("sets", "clears", "reads", "uses", "calls")
    ]
    return bool(verbs)


def _caller(read: Read, thing: Thing, memory: Memory) -> Thing | None:
    """The first function of the sentence, or the one whose code the text is about."""
    before = [t for t in read.things if t.sort is Sort.FUNCTION and t.last <= thing.first]
    before = [t for t in before if t.first == 0 or read.words[t.first - 1] not in _NO_DOER]
    if before:
        return before[0] if before[0].entity != thing.entity else None
    here = memory.context
    return here if here is not None and here.entity != thing.entity else None


def _is_something(read: Read, clause: Clause, thing: Thing) -> Candidate | None:
    """ "f() is dead code now": what a function is, in so many words, and no opinion of it."""
    words, at = read.words, thing.last
    if led_to(read, clause, thing) or at > clause.first + MAX_BACK + 2:
        return None  # "the changelog of f() is ..."
    while at < clause.last and words[at] in GRAMMAR.helpers and words[at] not in GRAMMAR.be:
        at += 1
    if at + 1 >= clause.last or words[at] not in GRAMMAR.be or words[at] == "been":
        return None
    said = words[at + 1 : min(clause.last, at + 1 + VALUE_WORDS)]
    if (
        _OPINION & set(said)
        or said[0].endswith("ing")
        or said[0] in GRAMMAR.no_nouns - {"not", "no", "only", "just", "for", "one"}
    ):
        return None
    value = value_from(read, clause, at)
    return Candidate(Predicate.OTHER, thing, None, clause, read.tokens[at], thing.last, 2, value=value)
