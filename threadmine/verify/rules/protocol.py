"""What is needed for something by the rules of mm: mapping is stable under the page lock, a split wants
references."""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import NeedFact, needs
from threadmine.verify.locks import lock_in, lock_named, same_lock
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

MAX_SUBJECT_WORDS = 5
_LOCKED = frozenset({"folio lock", "page lock"})
"""How facts spell PG_locked where it is one of several things that do."""


class ProtocolRule(Rule):
    """``folio.mapping`` is stable under the folio lock; splitting wants a reference."""

    name = "protocol"
    about_code = False
    predicates = frozenset({Predicate.REQUIRES})

    cases = (
        Case(Predicate.REQUIRES, "folio.mapping", "page lock", value="for stability"),
        Case(Predicate.REQUIRES, "lru isolation", value="an elevated refcount"),
        Case(Predicate.REQUIRES, "folio split", "folio in use"),
        Case(Predicate.REQUIRES, "page.mem_cgroup", "LRU isolation", kernel="5.9"),
        Case(Predicate.REQUIRES, "page freeing", "page._refcount", value="0"),
        Case(Predicate.REQUIRES, "page freeing", "page._refcount", value="1", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.REQUIRES, "PG_lru", "pglist_data.lru_lock", value="held", verdict=VerdictKind.UNDECIDED
        ),
        Case(Predicate.REQUIRES, "folio.mapping", "hugetlb_lock", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.REQUIRES,
            "folio.mapping",
            "page lock",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return question.claim.polarity is Polarity.POSITIVE and question.object.kind is not Kind.FILE

    def find(self, question: Question, version: str) -> Finding | Unknown:
        parsed = parse_version(version)
        for fact in _about(question.subject):
            if parsed is not None and in_range(parsed, fact.kernels) and _says(question, fact):
                text = f"{fact.text} ({version})"
                return Finding(Truth.TRUE, text, self.fact(fact.text, fact.source), firm=False)
        return Unknown(f"no rule of mm is known about what {question.claim.subject or 'it'} needs")


def _about(subject: Ref) -> Iterator[NeedFact]:
    """The facts about what a claim is about."""
    if subject.kind in (Kind.MEMBER, Kind.FLAG, Kind.FUNCTION):
        name = subject.name
        yield from (fact for fact in needs() if name in fact.about)
        return
    words = subject.text.lower()
    if words and len(words.split()) <= MAX_SUBJECT_WORDS:
        yield from (fact for fact in needs() if any(_stands_in(name, words) for name in fact.about))


def _says(question: Question, fact: NeedFact) -> bool:
    """Whether object or value name what the fact says is needed."""
    claim = question.claim
    if fact.members:
        value = claim.value.lower()
        named = any(ref.kind is Kind.MEMBER and ref.member in fact.members for ref in question.objects)
        return named and any(_stands_in(word, value) for word in fact.words)
    said = f"{claim.object} | {claim.value}".lower()
    lock = lock_named(question) or lock_in(claim.value)
    if _is_flag(question.object, "PG_locked"):
        lock = "PG_locked"
    if fact.needs and lock:
        return same_lock(fact.needs, f"L:{lock}") or same_lock(lock, f"L:{fact.needs}")
    if lock == "PG_locked" and not fact.needs and _LOCKED & set(fact.words):
        return True
    return any(_stands_in(word.lower(), said) for word in fact.words)


def _is_flag(ref: Ref, flag: str) -> bool:
    return ref.kind is Kind.FLAG and ref.text == flag


def _stands_in(words: str, text: str) -> bool:
    return words in text and re.search(rf"(?<![\w.]){re.escape(words)}(?![\w.])", text) is not None
