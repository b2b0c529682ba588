"""How sure, how real and when: polarity, modality and tense of a candidate, each with the words that
decided.

Planned and proposed statements must never be judged as if they spoke of today's kernel, so a commit message
is read as its author means it: orders ("Clear the flag") and what "this patch" does are proposed, the rest
is present.
"""

from __future__ import annotations

from dataclasses import dataclass

from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.sentence import Read
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.extraction.text import Place
from threadmine.model import Modality, Polarity, Predicate, Tense

_OF_THE_PATCH = (Place.COMMIT, Place.COVER, Place.COMMENT)
_HAVING = frozenset(
    {
        "have",
        "has",
        "had",
        "having",
        "does",
        "do",
        "doesn't",
        "don't",
        "carry",
        "carries",
        "contain",
        "contains",
    }
)
_OF_NOUNS = ("no", "none", "neither", "nor", "without")
_DOUBLE = ("without", "unless")


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """Polarity, modality and tense; ``why`` are the words behind each that is not the plain case."""

    polarity: Polarity
    modality: Modality
    tense: Tense
    why: tuple[str, ...]


def qualify(read: Read, one: Candidate) -> Qualifiers:
    """The qualifiers of ``one`` in its sentence."""
    why: list[str] = []
    polarity = _polarity(read, one, why)
    modality = _modality(read, one, why)
    tense = _tense(read, one, why)
    return Qualifiers(polarity, modality, tense, tuple(why))


def _polarity(read: Read, one: Candidate, why: list[str]) -> Polarity:
    """Negative where a negation stands near the cue, in its clause, and not inside the condition.

    "The refcount is not 0" is a positive statement of the state "not 0"; its value holds the "not".
    """
    if one.predicate is Predicate.STATE and not _HAVING & set(one.cue.lower().split()):
        return Polarity.POSITIVE
    if one.predicate is Predicate.MEMBER_OF and any(
        w in one.cue.lower() for w in ("no", "away", "gone", "not", "n't", "removed", "vanish")
    ):
        why.append(f"negative: “{one.cue}”")
        return Polarity.NEGATIVE
    lower = one.cue.lower()
    if (
        any(
            word in lower.split()
            for word in ("not", "no", "cannot", "unused", "unnecessary", "without", "unsafe", "illegal")
        )
        or "n't" in lower
    ):
        why.append(f"negative: “{one.cue}”")
        return Polarity.NEGATIVE
    avoided = read.words[max(one.clause.first, one.cue_at - 5) : one.cue_at]
    if one.predicate in (Predicate.CALLS, Predicate.READS) and GRAMMAR.avoiding & set(avoided):
        why.append("negative: it is avoided")
        return Polarity.NEGATIVE
    for term in read.marks.get("negation", ()):
        if not one.clause.first <= term.first < one.clause.last or term.value in _DOUBLE:
            continue
        if term.value in _OF_NOUNS and not _of_the_statement(one, term):
            continue
        if one.clause.condition and _inside_condition(read, one, term.first):
            continue
        distance = one.cue_at - term.first
        if (
            -1 <= distance <= 5
            or (distance > 5 and term.first <= one.clause.first + 1)
            or (
                -4 <= distance < -1 and one.predicate in (Predicate.STATE, Predicate.USES, Predicate.REQUIRES)
            )
        ):
            why.append(f"negative: “{term.text}”")
            return Polarity.NEGATIVE
    return Polarity.POSITIVE


def _of_the_statement(one: Candidate, term: Term) -> bool:
    """Whether "no" or "nothing" stands right before the cue, the object or the subject, not before another
    noun.
    """
    near = [one.cue_at, *(t.first for t in (one.subject, one.object) if t is not None)]
    return any(0 < at - term.first <= 2 for at in near)


def _inside_condition(read: Read, one: Candidate, at: int) -> bool:
    for i in range(one.clause.first, at):
        if read.words[i] in GRAMMAR.strong_conditions:
            return one.cue_at < i or "," in read.words[i : one.cue_at]
    return False


def _modality(read: Read, one: Candidate, why: list[str]) -> Modality:
    if read.sentence.text.rstrip(" \"')").endswith("?"):
        why.append("question mark")
        return Modality.QUESTION
    opening = read.words[one.clause.first] if one.clause.first < len(read.words) else ""
    conditional = read.marked("conditional", one.clause.first, one.cue_at) or (
        read.marked("conditional", 0, 1) if one.clause.first else None
    )
    if conditional and (
        opening in ("if", "unless")
        or read.words[0] == "if"
        or conditional.text.lower() in ("would", "let's say", "consider the case", "suppose")
    ):
        why.append(f"conditional: “{conditional.text}”")
        return Modality.CONDITIONAL
    hedge = read.marked("hedge", 0, one.cue_at + 2) or read.marked("hedge", one.clause.first, one.clause.last)
    if hedge:
        why.append(f"hedged: “{hedge.text}”")
        return Modality.HEDGED
    return Modality.ASSERTED


def _tense(read: Read, one: Candidate, why: list[str]) -> Tense:
    place = read.sentence.place
    future = read.marked("planned", 0, one.clause.last)
    if (
        future
        and place is not Place.COMMENT
        and (future.value not in ("should be", "needs to", "later", "going to") or place is Place.REPLY)
    ):
        why.append(f"planned: “{future.text}”")
        return Tense.PLANNED
    if place in _OF_THE_PATCH:
        if place is Place.COMMENT:
            return Tense.PROPOSED
        sign = read.marked("proposed", 0, one.clause.last)
        if sign:
            why.append(f"proposed: “{sign.text}”")
            return Tense.PROPOSED
        if is_order(read) or any(
            w in ("will", "allows", "can", "should") for w in read.words[one.clause.first : one.cue_at + 1]
        ):
            why.append("proposed: an order in a commit message")
            return Tense.PROPOSED
    past = read.marked("past", one.clause.first, one.cue_at + 2)
    if past and not _is_participle(read, one):
        why.append(f"past: “{past.text}”")
        return Tense.PAST
    return Tense.PRESENT


def _is_participle(read: Read, one: Candidate) -> bool:
    return "used" in read.words[max(0, one.cue_at - 1) : one.cue_at + 1] and not read.marked(
        "past", one.clause.first, one.cue_at - 1
    )


def is_order(read: Read) -> bool:
    """Whether the sentence begins with a bare verb ("Add", "Clear", "Move")."""
    return bool(read.words) and read.tokens[0][:1].isupper() and read.words[0] in _ORDERS


_ORDERS = frozenset(
    """add allow avoid bring call change check clean clear convert copy create define delete do drop
    enable ensure export extend extract factor fix free get give handle implement initialise
    initialize inline instead introduce keep let limit make mark move open optimise optimize pass
    prepare prevent pull push put refactor reinitialize reinitialise remove rename reorder replace
    reset restore return reuse reverse rework set simplify skip split start stop store switch take
    teach track turn unify update use wrap zero""".split()  # noqa: SIM905
)
