"""The last resort: a clause whose verb is on no list, read by its form and by what stands beside it.

"page->mapping persists", "the balloon driver links its pages through page->lru", "folio_get() nukes x": the
subject stands right before the verb, and what it is tells what is said: a member is in some state, a part
of the kernel uses the member that it does something with, a function does something. A clause in which no
verb follows a name says nothing of it.
"""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, text_of, value_from
from threadmine.extraction.claims.plain_names import noun_phrase
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_USERS = (Sort.KIND, Sort.AGENT, Sort.CONSTANT)
_INSIDE = frozenset(
    {"in", "into", "inside", "through", "via", "with", "on", "onto", "within", "by", "at", "from", "off"}
)
_MODAL = frozenset(
    {
        "can",
        "cannot",
        "could",
        "will",
        "would",
        "may",
        "might",
        "must",
        "should",
        "does",
        "do",
        "did",
        "won't",
        "can't",
        "doesn't",
        "don't",
        "to",
    }
)


def unlisted(read: Read, clause: Clause) -> list[Candidate]:
    """The statement of a clause without a known cue; empty where no verb is seen."""
    for thing in clause.things:
        verb = _verb_behind(read, clause, thing)
        if verb and (said := _said(read, clause, thing, verb)):
            return said
    return []


def _said(read: Read, clause: Clause, thing: Thing, verb: int) -> list[Candidate]:
    """What is said of ``thing`` by the verb at token ``verb``."""
    behind = [t for t in clause.things if t.first > verb]
    members = [t for t in behind if t.sort in MEMBERISH]
    if thing.sort in MEMBERISH:
        value = value_from(read, clause, verb)
        return [_make(read, clause, Predicate.STATE, thing, None, verb, 3, value)]
    if thing.sort is Sort.FUNCTION:
        second = behind[0] if behind else None
        value = "" if second is not None else value_from(read, clause, verb)
        return [_make(read, clause, Predicate.OTHER, thing, second, verb, 1, value)]
    if thing.sort not in _USERS or not members:
        return []
    whole = _whole(read, clause, thing)
    inside = _INSIDE & set(read.words[max(verb + 1, members[0].first - 2) : members[0].first])
    if not inside:
        return [_make(read, clause, Predicate.OTHER, whole, members[0], verb, 2)]
    kept = text_of(read, verb + 1, members[0].first - 1)
    return [_make(read, clause, Predicate.USES, whole, members[0], verb, 4, kept)]


def _whole(read: Read, clause: Clause, thing: Thing) -> Thing:
    """A doer with all its words ("the raw page list code")."""
    whole = noun_phrase(read, clause.first, thing.last)
    return whole if whole is not None and whole.first <= thing.first and whole.last == thing.last else thing


def _verb_behind(read: Read, clause: Clause, thing: Thing) -> int:
    """The token of the verb behind ``thing``, 0 where there is none."""
    words, at = read.words, thing.last
    helped = False
    while at < clause.last and (
        words[at] in GRAMMAR.helpers or words[at] in GRAMMAR.fillers or words[at].endswith("ly")
    ):
        helped = helped or words[at] in _MODAL
        at += 1
    if at >= clause.last or any(t.first <= at < t.last for t in read.things):
        return 0
    word = words[at]
    if not word.isalpha() or len(word) < 3 or word in GRAMMAR.no_nouns or word in GRAMMAR.after_uses:
        return 0
    if word in GRAMMAR.plural_nouns or word in GRAMMAR.determiners:
        return 0
    following = words[at + 1] if at + 1 < len(words) else ""
    if following in GRAMMAR.be or following in _MODAL:
        return 0  # "page->lru links are broken": a noun
    if helped:
        return at
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return at
    plural = words[thing.last - 1].endswith("s") and thing.sort in _USERS
    return at if plural and not word.endswith(("ed", "ing", "ly", "s")) and word not in GRAMMAR.heads else 0


def _make(
    read: Read,
    clause: Clause,
    predicate: Predicate,
    subject: Thing,
    goal: Thing | None,
    verb: int,
    fit: int,
    value: str = "",
) -> Candidate:
    if subject.sort is Sort.AGENT and not subject.concept and subject.first < 0:
        subject = replace(subject, concept=True)
    return Candidate(predicate, subject, goal, clause, read.tokens[verb], verb, fit, value=value)
