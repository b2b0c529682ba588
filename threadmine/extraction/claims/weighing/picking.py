"""What a sentence states of its names and no reading found.

Every two names of a sentence, and every name alone, are weighed as subject and object of each predicate. What
is likely enough is taken: in a patch's message from a lower chance on than in a debate, and, beside a
statement that was read, only what speaks of another name. What is found so says so (``Claim.inferred``), is
never judged wrong, and is judged right only where the weights are sure: it may have been weighed wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from threadmine.extraction.claims.clauses import Candidate, Clause, clauses, text_of
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.weighing.attributes import (
    Numbers,
    Option,
    View,
    last_part,
    look_at,
    mixed,
    of_pair,
    of_role,
    of_sentence,
)
from threadmine.extraction.claims.weighing.weights import PREDICATES, chances, weights
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place
from threadmine.model import WEIGHED, WEIGHED_LIGHTLY, Predicate

ALONE, BESIDE = 0.2, 0.25
"""The chances from which something is taken from a sentence of a patch's message of which nothing was read,
or something. On mail that was left out, of what lies between 0.2 and 0.3 more than half is a statement, of
what lies between 0.06 and 0.2 a third."""

IN_DEBATE = 0.4
"""The chance from which something is taken from any other text, where much is opinion: from there on six of
ten are statements, below five, then three."""

OF_PATCHES = (Place.COMMIT, Place.COVER)

MAX_ALONE, MAX_BESIDE = 3, 2
"""The most that is taken so from one sentence."""

AGAIN = 0.45
"""The chance from which a name that was taken already is taken once more in the same role."""

HOPELESS = 0.002
"""The chance, without what is told by two names together, under which a pair is not looked at: a third is
left of all, and 97 of 100 of those that are taken in the end."""

SURE = 0.5
"""The chance from which a fact may confirm what was weighed."""


class Weighed(NamedTuple):
    """Two names, either of which may be none, with the chance that something is stated of them."""

    chance: float
    subject: Option | None
    object: Option | None
    predicate: Predicate


def unread(read: Read, context: Thing | None, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of a sentence besides those ``found``, the most likely first.

    Args:
        read: the sentence; comments of code are left alone.
        context: the function whose code it is about.
        found: what the readings found in it and is kept.
    """
    if read.sentence.place is Place.COMMENT:
        return []
    view = look_at(read, context)
    named = {last_part(name) for one in found for name in _names(one)}
    if not any(_is_new(option, named) for option in view.options):
        return []
    least, most = (BESIDE, MAX_BESIDE) if found else (ALONE, MAX_ALONE)
    if read.sentence.place not in OF_PATCHES:
        least = IN_DEBATE
    taken = pick_new(sorted(_weigh(view), key=_order), least, most, named)
    every = clauses(read) if taken else ()
    made = [_candidate(read, view, one, every) for one in taken]
    return [one for one in made if not one.clause.conditional]


def _names(one: Candidate) -> Iterator[str]:
    for thing in (one.subject, one.object):
        if thing is not None:
            yield thing.entity
            yield from thing.implied
    yield from one.listed


def _is_new(option: Option | None, named: set[str]) -> bool:
    return option is not None and option.source != "h" and last_part(option.thing.entity) not in named


def _order(one: Weighed) -> tuple[float, int, int]:
    return (-one.chance, one.subject.at if one.subject else -2, one.object.at if one.object else -2)


def pick_new(every: Sequence[Weighed], least: float, most: int, named: set[str]) -> list[Weighed]:
    """The first ``most`` of ``every``, which stands in the order of its chance, that are as likely as
    ``least`` and speak of another name than those that were read, ``named``.
    """
    kept: list[Weighed] = []
    for one in every:
        if one.chance < least or len(kept) == most:
            break
        if not any(_is_new(option, named) for option in (one.subject, one.object)):
            continue
        if one.chance >= AGAIN or not any(_share(one, other) for other in kept):
            kept.append(one)
    return kept


def _share(one: Weighed, other: Weighed) -> bool:
    """Whether two have the same subject or the same object."""
    subject = one.subject is not None and one.subject is other.subject
    return subject or (one.object is not None and one.object is other.object)


def _weigh(view: View) -> Iterator[Weighed]:
    """Every pair of the sentence's names that is likely enough, with its chance and what is stated of it.

    What the sentence and each name say by themselves rules most pairs out before they are looked at together.
    """
    fitted = weights()
    slots: list[Option | None] = [*view.options, None]
    parts = [of_sentence(view)]
    parts += [of_role(view, option, role) for role in "SO" for option in slots]
    alone = fitted.of_each(parts)
    subjects, objects = alone[1 : 1 + len(slots)], alone[1 + len(slots) :]
    scores = subjects[:, None] + objects[None] + (alone[0] + fitted.bias)
    likely = chances(scores)[:, :, 0] <= 1.0 - HOPELESS
    pairs = [(s, o) for s, o in np.argwhere(likely) if s != o]
    if not pairs:
        return
    both = fitted.of_each([of_pair(view, slots[s], slots[o]) for s, o in pairs])
    every = chances(np.stack([scores[s, o] for s, o in pairs]) + both)
    for (s, o), told in zip(pairs, every, strict=True):
        chance = 1.0 - float(told[0])
        if chance >= ALONE:
            yield Weighed(chance, slots[s], slots[o], PREDICATES[int(told[1:].argmax())])


def _candidate(read: Read, view: View, one: Weighed, every: Sequence[Clause]) -> Candidate:
    anchor = next((o for o in (one.object, one.subject) if o is not None and o.at >= 0), None)
    token = view.tokens[anchor.at] if anchor is not None else 0
    clause = next((c for c in every if c.first <= token < c.last), None)
    if clause is None:
        clause = Clause(0, len(read.words), read.things, read.cues, read.words[0])
    at = _telling(view, one, clause)
    subject = _noted(one.subject, one.chance)
    object_ = _noted(one.object, one.chance) if one.subject is None else one.object and one.object.thing
    value = text_of(read, clause.first, clause.last) if one.predicate is Predicate.OTHER else ""
    cue = read.tokens[at] if at >= 0 else ""
    return Candidate(
        one.predicate, subject, object_, clause, cue, max(at, clause.first), 0, value=value, sure=True
    )


def _noted(option: Option | None, chance: float) -> Thing | None:
    """The name with a note of how it came to be there."""
    if option is None:
        return None
    how = WEIGHED if chance >= SURE else WEIGHED_LIGHTLY
    said = f"; {option.thing.inferred}" if option.thing.inferred else ""
    return replace(option.thing, inferred=f"{how}: {chance:.0%} by the words around{said}")


def _telling(view: View, one: Weighed, clause: Clause) -> int:
    """The token of the clause's word that speaks most for the predicate; -1 where none does."""
    fitted, column = weights(), 1 + PREDICATES.index(one.predicate)
    best, most = -1, 0.0
    for at, (word, token) in enumerate(zip(view.stems, view.tokens, strict=True)):
        if not clause.first <= token < clause.last or not word[0].isalpha() or word in GRAMMAR.fillers:
            continue
        says = fitted.of_each([_of_word(one, view.ids[at : at + 1])])[0]
        if float(says[column] - says[0]) > most:
            best, most = token, float(says[column] - says[0])
    return best


def _of_word(one: Weighed, word: Numbers) -> Numbers:
    """The attributes that one word has by standing in the sentence."""
    subject = "Snone" if one.subject is None else f"S{one.subject.thing.sort.value}"
    object_ = "Onone" if one.object is None else f"O{one.object.thing.sort.value}"
    return np.concatenate([mixed(template, word) for template in ("word", subject, object_)])
