"""How sure, how real and when: polarity, modality and tense of a candidate, each with the words that
decided.

Planned and proposed statements must never be judged as if they spoke of today's kernel, so a commit message
is read as its author means it: orders ("Clear the flag") and what "this patch" does are proposed, the rest
is present.
"""

from __future__ import annotations

from dataclasses import dataclass

from threadmine.extraction.claims.clauses import Candidate, excepted, is_order
from threadmine.extraction.claims.readings.layout import LAYOUT
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
_IN_PLACE_OF = ("instead of", "rather than")
_OF_NOUNS = ("no", "none", "neither", "nor", "without")
_SUPPOSING = ("let's say", "consider the case", "suppose", "assuming", "what if")
_ORDINARY = ("should be", "needs to", "going to")
_DOINGS = (Predicate.SETS, Predicate.CLEARS, Predicate.CALLS, Predicate.REQUIRES)
_AVOIDABLE = (Predicate.CALLS, Predicate.READS, Predicate.SETS, Predicate.CLEARS, Predicate.USES)
_OF_ITSELF = frozenset({"to", "out", "below", "under", "and", "into", "back", "off"})
_DOUBLE = ("without", "unless")
_DROPPING = frozenset({"drop", "drops"})


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """Polarity, modality and tense; ``why`` are the words behind each that is not the plain case."""

    polarity: Polarity
    modality: Modality
    tense: Tense
    why: tuple[str, ...]


def qualify(read: Read, one: Candidate, of_future: bool = False) -> Qualifiers:
    """The qualifiers of ``one`` in its sentence."""
    why: list[str] = []
    polarity = _polarity(read, one, why)
    modality = _modality(read, one, why)
    tense = _tense(read, one, why)
    if tense is Tense.PRESENT and of_future and one.cue.lower() in GRAMMAR.changes:
        why.append(f"planned: the text is about a change to come, “{one.cue}”")
        tense = Tense.PLANNED
    return Qualifiers(polarity, modality, tense, tuple(why))


def _polarity(read: Read, one: Candidate, why: list[str]) -> Polarity:
    """Negative where the cue denies, or a negation of its clause belongs to it.

    "The refcount is not 0" is a positive statement of the state "not 0"; its value holds the "not".
    """
    cue = set(one.cue.lower().split())
    if one.predicate is Predicate.STATE and (not _HAVING & cue or _is_perfect(read, one)):
        near = read.words[max(one.clause.first, one.cue_at - 3) : one.cue_at]
        if not _NOTS.isdisjoint(near) and not _GUARANTEES.isdisjoint(cue):
            why.append(f"negative: not guaranteed, “{one.cue}”")
            return Polarity.NEGATIVE
        return Polarity.POSITIVE
    if one.predicate is Predicate.REQUIRES and (said := _of_need(read, one, cue)) is not None:
        if said is Polarity.NEGATIVE:
            why.append(f"negative: no need, “{one.cue}”")
        return said
    removes = one.predicate is Predicate.MEMBER_OF and GRAMMAR.removing & cue
    differs = "!=" in cue and one.predicate is Predicate.EQUALS
    if removes or differs or GRAMMAR.denying & cue or "n't" in one.cue.lower():
        why.append(f"negative: “{one.cue}”")
        return Polarity.NEGATIVE
    if one.predicate in _AVOIDABLE and _is_avoided(read, one):
        why.append("negative: it is avoided")
        return Polarity.NEGATIVE
    if one.predicate in _AVOIDABLE and _fails(read.words, one.cue_at):
        why.append("negative: it fails to")
        return Polarity.NEGATIVE
    for term in read.marks.get("negation", ()):
        if one.clause.first <= term.first < one.clause.last and _denies(read, one, term):
            why.append(f"negative: “{term.text}”")
            return Polarity.NEGATIVE
    return Polarity.POSITIVE


def _fails(words: tuple[str, ...], at: int) -> bool:
    """Whether what the verb at token ``at`` says is not done ("fails to take", "skipped taking")."""
    return (at > 1 and words[at - 1] == "to" and words[at - 2].startswith("fail")) or (
        at > 0 and words[at - 1] == "skipped"
    )


def _given_up(one: Candidate) -> frozenset[str]:
    """The words that avoid nothing beside what is stated: a reference that is dropped was taken."""
    counted = one.object is not None and one.object.concept and one.object.entity.endswith("._refcount")
    return _DROPPING if counted else frozenset()


def _is_avoided(read: Read, one: Candidate) -> bool:
    """Whether a word of avoiding stands before the verb with something behind it to be avoided, and does not
    tell what something does itself ("when the count drops to zero, call it").
    """
    first = max(one.clause.first, one.cue_at - 5)
    avoiding = GRAMMAR.avoiding - _given_up(one)
    return any(
        read.words[at] in avoiding and read.words[at + 1] not in _OF_ITSELF for at in range(first, one.cue_at)
    )


def _is_perfect(read: Read, one: Candidate) -> bool:
    """Whether "has" only helps a verb ("has not been set yet"): the state is "not set"."""
    at = one.cue_at + len(one.cue.split())
    while at < one.clause.last and (read.words[at] in GRAMMAR.not_words or read.words[at] in GRAMMAR.helpers):
        if read.words[at] == "been":
            return True
        at += 1
    return at < one.clause.last and read.words[at].endswith(GRAMMAR.participles)


_TAKES = frozenset({"take", "hold", "acquire", "grab", "get"})
_MUST = frozenset({"must", "cannot", "can't", "should", "shouldn't", "mustn't", "may", "has", "have"})
_CONDITIONS = GRAMMAR.strong_conditions | {"without", "as", "because", "since", "about", "so", "on"}
_IN_ED = frozenset({"need", "embed", "exceed", "feed", "proceed", "bed", "seed", "shed"})
"""Verbs that end like a past tense and are none."""

_GUARANTEES = frozenset({"guarantee", "guarantees", "guaranteed", "ensure", "ensures", "ensured"})
_NOTS = frozenset({"not", "n't", "cannot", "can't", "never", "doesn't", "don't", "won't"})


def _of_need(read: Read, one: Candidate, cue: set[str]) -> Polarity | None:
    """The polarity of a need where it is not the plain one.

    "Must not be set" needs it clear, "can't do without it" needs it: both are needs. "No need to take the
    lock" is none.
    """
    before = read.words[max(one.clause.first, one.cue_at - 5) : one.cue_at]
    if cue and cue <= _CONDITIONS:
        return Polarity.POSITIVE  # "fails unless x is set", "without x, f() crashes": x is needed
    if "without" in cue:
        return Polarity.POSITIVE if _NOTS & (cue | set(before[-2:])) else Polarity.NEGATIVE
    if _MUST & cue and "need" not in cue:
        behind = read.words[one.cue_at : one.cue_at + 4]
        taken = (
            one.object is not None and one.object.entity in GRAMMAR.locks and not _TAKES.isdisjoint(behind)
        )
        return Polarity.NEGATIVE if taken and _NOTS & set(behind) else Polarity.POSITIVE
    if not {"need", "needs"}.isdisjoint(before) and {"no", "not", "n't", "don't", "doesn't", "isn't"} & set(
        before
    ):
        return Polarity.NEGATIVE
    if before[-2:] == ("not", "to"):
        return Polarity.NEGATIVE  # "was changed not to expect it"
    if cue & {"entered", "held", "while"} or not GRAMMAR.crashing.isdisjoint(cue):
        return Polarity.POSITIVE
    return None


def _denies(read: Read, one: Candidate, term: Term) -> bool:
    """Whether a negation in the clause of ``one`` is about what it states."""
    if _is_until_what(read, term):
        return False
    if term.value in _DOUBLE or 0 <= term.first - one.cue_at < len(one.cue.split()):
        return False  # a cue's own denial was looked at before ("fails with")
    if "forget" in read.words[term.last : term.last + 2]:
        return False  # "Don't forget that f() sets it"
    if term.value in GRAMMAR.nobody and excepted(read, one.clause) is not None:
        return False
    if term.first == 0 and read.words[term.last : term.last + 1] in ((",",), (".",), ("!",)):
        return False  # "No, f() sets it", "Pointless, f() sets it"
    if term.first <= 1 and term.text.lower().endswith("n't") and read.sentence.text.endswith("?"):
        return False  # "Doesn't it point there?" expects that it does
    if term.value in _IN_PLACE_OF:
        named = [t.first for t in (one.object, one.subject) if t is not None]
        behind = [at for at in named if term.last <= at <= term.last + 2]  # "use a instead of b"
        return bool(behind) and "," not in read.words[term.last : behind[0]]
    if term.value in _OF_NOUNS and not _of_the_statement(one, term):
        return False
    if one.clause.condition and _inside_condition(read, one, term.first):
        return False
    named = [t.first for t in (one.subject, one.object) if t is not None and t.first >= term.last]
    if one.predicate in LAYOUT and named and "," in read.words[term.last : min(named)]:
        return False  # "we can't do that, x and y overlap"
    distance = one.cue_at - term.first
    if term.value in ("untouched", "alone", "intact"):
        return distance < 0
    if -1 <= distance <= 5 or (distance > 5 and term.first <= one.clause.first + 1):
        return True
    return -4 <= distance < -1 and one.predicate in (Predicate.STATE, Predicate.USES, Predicate.REQUIRES)


def _is_until_what(read: Read, term: Term) -> bool:
    """Whether a "not" only says until when ("it is not until f() that x is set"), or until what is not
    told.
    """
    words = read.words
    if "until" in words[term.last : term.last + 1]:
        return True
    behind = words[term.last :]
    return "until" in behind and not any(w[0].isalnum() for w in behind[behind.index("until") + 1 :])


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
    if _is_asked(read, one):
        why.append("question mark")
        return Modality.QUESTION
    condition = next((t for t in read.marks.get("conditional", ()) if _supposes(read, one, t)), None)
    if condition and (
        one.clause.condition.lower().startswith(("if ", "unless ")) or condition.value in _SUPPOSING
    ):
        why.append(f"conditional: “{condition.text}”")
        return Modality.CONDITIONAL
    hedge = read.marked("hedge", one.clause.first, one.clause.last) or read.marked("doubt", 0, one.cue_at + 2)
    hedge = hedge or read.marked("doubt", one.clause.first, one.clause.last)
    if hedge:
        why.append(f"hedged: “{hedge.text}”")
        return Modality.HEDGED
    return Modality.ASSERTED


def _supposes(read: Read, one: Candidate, term: Term) -> bool:
    """Whether a word of supposing stands before the verb, and is no opinion ("I suppose")."""
    opinion = term.value == "suppose" and read.words[term.first - 1 : term.first] in (("i",), ("we",))
    return term.first < one.cue_at and not opinion


def _is_asked(read: Read, one: Candidate) -> bool:
    """Whether the question mark is about this clause: the last one, or all where the sentence begins as a
    question.
    """
    if not read.sentence.text.rstrip(" \"')").endswith("?"):
        return False
    behind = any(c.first >= one.clause.last for c in read.cues)
    return not behind or read.words[0] in GRAMMAR.asking


def _tense(read: Read, one: Candidate, why: list[str]) -> Tense:
    place = read.sentence.place
    future = read.marked("planned", one.clause.first, one.clause.last) or read.marked("planned", 0, 3)
    unfit = place is not Place.REPLY and future is not None and future.value in _ORDINARY
    if future is not None and future.value == "later":
        unfit = unfit or read.words[future.first - 1].endswith(GRAMMAR.participles)  # "called later"
    if future and place is not Place.COMMENT and not unfit:
        why.append(f"planned: “{future.text}”")
        return Tense.PLANNED
    if _is_proposed(read, one, why):
        return Tense.PROPOSED
    if one.predicate in LAYOUT and "will" in read.words[one.clause.first : one.cue_at]:
        why.append("planned: “will”")
        return Tense.PLANNED
    past = _past(read, one)
    if past:
        why.append(f"past: “{past}”")
        return Tense.PAST
    return Tense.PRESENT


def _is_proposed(read: Read, one: Candidate, why: list[str]) -> bool:
    """Whether the statement is true only once the patch at hand is applied."""
    place = read.sentence.place
    if place is Place.COMMENT:
        described = read.sentence.scope.startswith("struct ") or one.predicate in _DOINGS
        return described and not read.marked("hedge")
    if place not in _OF_THE_PATCH:
        return False
    sign = read.marked("proposed", 0, one.clause.last)
    if sign:
        why.append(f"proposed: “{sign.text}”")
        return True
    promised = {"will", "allows"} & set(read.words[one.clause.first : one.cue_at + 1])
    cue = one.cue.lower()
    ordered = one.predicate in LAYOUT and one.cue_at == 0 and not cue.endswith(("s", "ed", "ing"))
    if is_order(read) or promised or ordered:
        why.append("proposed: an order or a promise in a commit message")
        return True
    return False


def _past(read: Read, one: Candidate) -> str:
    """The words that put the statement into the past, empty where there are none."""
    words = read.words
    if "if" in words or "consider" in words or one.clause.conditional:
        return ""
    history = read.marked("history")
    if history:
        return history.text
    if words[one.cue_at - 2 : one.cue_at] == ("used", "to") and words[one.cue_at - 3] not in GRAMMAR.be:
        return "used to"
    past = read.marked("past", one.clause.first, one.cue_at + 2)
    if past and not (past.first and words[past.first - 1] == "i"):
        return past.text
    before = set(words[max(one.clause.first, one.cue_at - 4) : one.cue_at])
    bare = one.cue.lower() in _IN_ED
    own_verb = one.cue.lower().endswith("ed") and not bare and " " not in one.cue and not one.passive
    if own_verb and one.subject is not None and 0 <= one.subject.last <= one.cue_at:
        return "" if before & (GRAMMAR.be | GRAMMAR.having | {"to"}) else one.cue
    return ""
