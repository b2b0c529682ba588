"""What is asserted of a member in a clause that no reading fits.

"page->rcu_head leaves no room for it", "s390 does odd things to page->lru": a verb stands beside the member,
so somebody states something of it; what that is stays open. Talk of the writer's own doings is passed over.
A member written in C is kept with the words of its clause (:func:`in_own_words`); members that the sentence
says nothing else of, some named by a phrase, are looked for in the end (:func:`spoken_of`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, text_of, value_from
from threadmine.extraction.claims.mentions import TALK, led_to, set_aside
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("beside")["spoken"]
_TALKING = frozenset(_WORDS["talking"])
_MODALS = frozenset(_WORDS["modals"])
_NO_VERB = frozenset(_WORDS["no_verb"])
_DOERS = (Sort.FUNCTION, Sort.KIND, Sort.AGENT)
_NO_DOING = ("state", "size", "offset")
_DONE = (Predicate.SETS, Predicate.CLEARS, Predicate.READS)
_LOCKS = ("_lock", ".lock", ".ptl")
_MADE = ("initia", "reinit", "init", "inits")

MIN_WORDS = 6
"""Words of a sentence below which a member that is merely named in it is none that it is about."""

_NEAR = 3
"""The most words between a member and its verb."""


def spoken_of(
    read: Read, every: Sequence[Clause], said: Sequence[Candidate], named: set[str]
) -> Iterator[Candidate]:
    """What is asserted of a member in a clause that no reading fits: undecided, yet said of that member."""
    if read.sentence.text.endswith("?") or any(group in read.marks for group in TALK):
        return
    asserts = any(cue.value not in _NO_DOING for cue in read.cues) and len(read.words) >= MIN_WORDS
    asserts = asserts and _TALKING.isdisjoint(read.words) and "chatter" not in read.marks
    for clause in every:
        if any(one.clause is clause for one in said):
            continue
        thing = next((t for t in clause.things if t.sort in MEMBERISH and t.entity not in named), None)
        verb = _finite(read, clause) if thing is not None else -1
        if thing is None or (verb >= 0 and _TALKING & set(read.words[clause.first : verb])):
            continue
        one = None
        if verb >= 0:
            one = _before_verb(read, clause, thing, verb) or _behind_verb(read, clause, thing, verb)
        if one is None and asserts and not thing.concept and not led_to(read, clause, thing):
            one = Candidate(Predicate.OTHER, thing, None, clause, thing.text, thing.first, 1)
        if one is not None:
            named.add(thing.entity)
            yield one


def _before_verb(read: Read, clause: Clause, thing: Thing, verb: int) -> Candidate | None:
    """A member right before the verb: what it is or does."""
    if not 0 <= verb - thing.last <= _NEAR - thing.concept or led_to(read, clause, thing):
        return None
    predicate = Predicate.STATE if read.words[verb] in GRAMMAR.be else Predicate.OTHER
    value = value_from(read, clause, verb)
    return Candidate(predicate, thing, None, clause, read.tokens[verb], verb, 1, value=value)


def _behind_verb(read: Read, clause: Clause, thing: Thing, verb: int) -> Candidate | None:
    """A member behind the verb: somebody does something with it."""
    doer = next((t for t in clause.things if t.last <= verb and t.sort in _DOERS), None)
    if doer is None or thing.first < verb:
        return None
    return Candidate(Predicate.OTHER, doer, thing, clause, read.tokens[verb], verb, 1)


def says_something(read: Read, clause: Clause, thing: Thing) -> bool:
    """Whether a clause that no reading fits says something of a member all the same: it is written in C, a
    verb is there, and nobody only speaks of it ("you probably mean page->lru").
    """
    words = read.words[clause.first : clause.last]
    if thing.concept or set_aside(read, thing) or not GRAMMAR.speakers.isdisjoint(words):
        return False
    if read.sentence.text.endswith("?") and GRAMMAR.finite.isdisjoint(words):
        return False  # "any chance to get rid of it?"
    verbs = (w for w in words if len(w) > 3 and w.isalpha() and w.endswith(("s", "ed")))
    return (
        bool(clause.cues)
        or not GRAMMAR.finite.isdisjoint(words)
        or not GRAMMAR.plural_nouns.issuperset(verbs)
    )


def of_locks(read: Read, found: list[Candidate]) -> list[Candidate]:
    """The statements, with none that a lock is set or read: who touches one takes it, and what else is done
    to one ("moves lru_lock into it") is kept in the clause's own words.
    """
    kept = []
    for one in found:
        lock = one.object
        if lock is None or one.predicate not in _DONE or not _is_lock(lock) or one.cue[:6].lower() in _MADE:
            kept.append(one)
        elif one.cue.lower().startswith("touch") and one.subject is not None:
            kept.append(replace(one, predicate=Predicate.REQUIRES))
        elif lock in read.things and says_something(read, one.clause, lock):
            kept.append(in_own_words(read, one.clause, lock))
    return kept


def _is_lock(thing: Thing) -> bool:
    return thing.sort is Sort.MEMBER and thing.entity.endswith(_LOCKS)


def in_own_words(read: Read, clause: Clause, thing: Thing) -> Candidate:
    """What a clause says of a member, in its own words."""
    said = text_of(read, clause.first, clause.last)
    return Candidate(Predicate.OTHER, thing, None, clause, "", thing.first, 0, value=said, sure=True)


def _finite(read: Read, clause: Clause) -> int:
    """The token of the first word of a clause that is plainly a verb with a subject, -1 where none is."""
    words = read.words
    things = {i for t in clause.things for i in range(t.first, t.last)}
    verbs = {c.first for c in clause.cues if c.value not in ("size", "offset")}
    for at in range(clause.first + 1, clause.last):
        word = words[at]
        if at in things or words[at - 1] in ("to", "of", "by", "for", "without"):
            continue
        if word in GRAMMAR.be - _NO_VERB or word in _MODALS or (at in verbs and not word.endswith("ing")):
            return at
    return -1
