"""Which lock is held where: when a function is entered, where a flag or a list is changed; who takes it."""

from __future__ import annotations

import re

from threadmine.memmap.calls import FunctionFacts, load_code
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import reach
from threadmine.verify.locks import (
    Site,
    asserts,
    callers_of,
    drops,
    flag_sites,
    holds,
    lock_named,
    member_sites,
    says,
    takes,
)
from threadmine.verify.members import same_bytes
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell
from threadmine.verify.tables import primitives

_BY_CALLER = re.compile(r"\b(?:callers?|must (?:be called|hold)|called (?:with|under)|on entry)\b", re.I)
_RELEASED = re.compile(r"\b(?:not|drop\w*|releas\w*|unlock\w*|without)\b", re.I)
_USELESS = re.compile(
    r"\b(?:no (?:useful )?(?:purpose|need|use|reason)|useless|pointless|needless\w*|unnecessar\w+|redundant"
    r"|no longer|(?:remov|drop|lift)\w* the (?:requirement|need)"
    r"|not? needed|needn['’]t|don['’]t need|does(?: not|n['’]t) need|without)\b",
    re.I,
)
_HOLDING = re.compile(r"\b(?:holds?|holding|held|under|with|inside|while|locked)\b", re.I)
MIN_SITES, MIN_CALLERS, MOST = 3, 2, 0.75
"""A lock protects something where most of the places that change it hold the lock."""

TAKES_DEPTH = 4
RELEASED = "released"
"""What a reading says of a lock that a function lets go of."""


class LockRule(Rule):
    """``reset_batch_size()`` runs under lruvec->lru_lock; ``put_page()`` takes it."""

    name = "lock"
    predicates = frozenset({Predicate.REQUIRES, Predicate.VALID_FOR, Predicate.USES})

    cases = (
        Case(Predicate.REQUIRES, "isolate_lru_folios", "lruvec.lru_lock", value="held"),
        Case(Predicate.REQUIRES, "isolate_lru_pages", "pglist_data.lru_lock", value="held", kernel="5.9"),
        Case(Predicate.REQUIRES, "munlock_vma_page", "pglist_data.lru_lock", value="taken", kernel="5.10"),
        Case(
            Predicate.REQUIRES,
            "munlock_vma_page",
            "pglist_data.lru_lock",
            value="held",
            kernel="5.10",
            quote="munlock_vma_page() must be called with the lru_lock held",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.REQUIRES, "anon_vma_prepare", "mm_struct.mmap_lock", value="held"),
        Case(Predicate.REQUIRES, "collapse_huge_page", "mmap_lock", value="released"),
        Case(
            Predicate.REQUIRES,
            "prep_compound_page",
            "mmap_lock",
            value="released",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.REQUIRES, "PG_lru", "pglist_data.lru_lock", value="held", kernel="5.10"),
        Case(Predicate.REQUIRES, "workingset_refault", value="holds rcu_read_lock()", kernel="5.10"),
        Case(Predicate.REQUIRES, "page_to_pfn", "lruvec.lru_lock", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.REQUIRES,
            "update_batch_size",
            "lruvec.lru_lock",
            value="held",
            polarity=Polarity.NEGATIVE,
        ),
        Case(Predicate.REQUIRES, "nobody_knows_it", "lruvec.lru_lock", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.VALID_FOR,
            "put_page",
            "code that holds the lru lock",
            kernel="5.10",
            polarity=Polarity.NEGATIVE,
        ),
        Case(
            Predicate.VALID_FOR, "page_to_pfn", "code that holds the lru lock", verdict=VerdictKind.UNDECIDED
        ),
    )

    def applies(self, question: Question) -> bool:
        subject = question.subject
        if question.object.kind is Kind.FLAG and not _HOLDING.search(question.words):
            return False
        lock = lock_named(question)
        itself = any(written == lock for written, *_ in primitives().get(subject.text, ()))
        return bool(lock) and subject.kind is not Kind.NOTHING and not itself

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, subject, lock = question.claim, question.subject, lock_named(question)
        if claim.predicate is Predicate.VALID_FOR:
            return self._under(question, lock, version)
        if _USELESS.search(claim.quote) and claim.polarity is Polarity.POSITIVE:
            return Unknown(f"the sentence doubts the use of {_spell(lock)}")
        if claim.predicate is Predicate.REQUIRES and claim.value == RELEASED:
            return self._let_go(question, lock, version)
        if claim.predicate is Predicate.REQUIRES and _RELEASED.search(claim.value):
            return Unknown(f"not about who holds {_spell(lock)}")
        if subject.kind is Kind.FUNCTION:
            return self._function(question, lock, version)
        if subject.kind is Kind.FLAG:
            return self._protects(subject.text, lock, flag_sites(subject.text, lock, version))
        if subject.kind is Kind.MEMBER:
            names, _ = same_bytes(question.model, subject, version)
            return self._protects(subject.name, lock, member_sites(names, lock, version))
        if _LISTS.search(claim.subject.lower()):
            members = frozenset({"lruvec.lists", "lruvec.list"})
            return self._protects("lruvec.lists", lock, member_sites(members, lock, version))
        return Unknown(f"{subject.text!r} is no function, member or flag that is known")

    def _let_go(self, question: Question, lock: str, version: str) -> Finding | Unknown:
        """A function lets go of a lock itself."""
        facts = question.code.function(question.subject.text, version)
        if isinstance(facts, Unknown):
            return facts
        if not drops(facts, lock):
            return Unknown(f"no fact that {facts.name}() lets go of {_spell(lock)} ({facts.kernel})")
        text = f"{facts.name}() lets go of {_spell(lock)} ({facts.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)

    def _function(self, question: Question, lock: str, version: str) -> Finding | Unknown:
        facts = question.code.function(question.subject.text, version)
        if isinstance(facts, Unknown):
            return facts
        how = self._entered(facts, lock)
        if not how and takes(facts, lock) and not _BY_CALLER.search(question.claim.quote):
            how = f"takes {_spell(lock)} itself"
        how = how or self._by_most(facts, lock, version)
        if how:
            text = f"{facts.name}() {how} ({facts.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        return self._without(question, facts, lock, version)

    @staticmethod
    def _by_most(facts: FunctionFacts, lock: str, version: str) -> str:
        """How most of those who call it hold the lock, or what it calls to take the lock; or empty."""
        callers = callers_of(facts.name, version)
        held = [c for c in callers if holds(c.places.get(facts.name, frozenset()) | c.entry, lock)]
        if len(held) >= MIN_CALLERS and len(held) >= MOST * len(callers):
            return f"is called with {_spell(lock)} held by {len(held)} of {len(callers)} functions"
        for call in facts.calls:
            taker = call.callee if "lock" in call.callee and "unlock" not in call.callee else ""
            below = load_code().function(taker, version) if taker else None
            if isinstance(below, FunctionFacts) and takes(below, lock):
                return f"calls {taker}(), which takes {_spell(lock)}"
        return ""

    @staticmethod
    def _entered(facts: FunctionFacts, lock: str) -> str:
        """How it is known that the lock is held whenever the function runs, or the empty text."""
        if holds(facts.entry, lock):
            return f"is called only with {_spell(lock)} held"
        if asserts(facts, lock):
            return f"asserts that {_spell(lock)} is held"
        below = load_code().function(f"__{facts.name}", facts.kernel.split("/")[-1])
        if isinstance(below, FunctionFacts) and below.name in facts.callees and asserts(below, lock):
            return f"calls {below.name}(), which asserts that {_spell(lock)} is held"
        return f"needs {_spell(lock)} of its caller, as its comment says" if says(facts, lock) else ""

    def _without(
        self, question: Question, facts: FunctionFacts, lock: str, version: str
    ) -> Finding | Unknown:
        """Nobody who calls the function holds the lock: known only where all its callers are."""
        struct, _, member = lock.partition(".")
        there = question.code.struct_members(struct, version)
        if member and not isinstance(there, Unknown) and member not in there:
            return Unknown(f"struct {struct} has no {member} ({facts.kernel})")
        callers = callers_of(facts.name, version)
        if question.claim.polarity is Polarity.POSITIVE or not callers or facts.serves or facts.inferred:
            return Unknown(f"no fact that {facts.name}() runs with {_spell(lock)} held ({facts.kernel})")
        held = [c for c in callers if holds(c.places.get(facts.name, frozenset()) | c.entry, lock)]
        if held:
            return Unknown(f"{held[0].name}() calls {facts.name}() with {_spell(lock)} held ({facts.kernel})")
        shown = spell(f"{c.name}()" for c in callers)
        text = f"{shown} call {facts.name}() without {_spell(lock)} ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)

    def _protects(self, what: str, lock: str, sites: tuple[Site, ...]) -> Finding | Unknown:
        """Most of the places that change a flag or a member hold the lock."""
        held = [site for site in sites if site.held]
        if len(held) < MIN_SITES or len(held) < MOST * len(sites):
            return Unknown(f"no fact that {what} is changed under {_spell(lock)} only")
        shown = spell(f"{site.function}()" for site in held)
        text = (
            f"{len(held)} of {len(sites)} functions that change {what} do it under {_spell(lock)}: {shown} "
            f"({held[0].kernel})"
        )
        return Finding(Truth.TRUE, text, self.fact(text, held[0].source), firm=False)

    def _under(self, question: Question, lock: str, version: str) -> Finding | Unknown:
        """A function that takes a lock cannot be called by code that holds it."""
        subject = question.subject
        if subject.kind is not Kind.FUNCTION or not _HOLDING.search(question.words):
            return Unknown("not about a function and a lock that is held")
        found = reach(subject.text, version, TAKES_DEPTH, True)
        if isinstance(found, Unknown):
            return found
        taking = next((step for step in found.steps if takes(step.facts, lock)), None)
        if taking is None:
            return Unknown(f"no fact that {subject.text}() takes {_spell(lock)}")
        text = f"{taking.spelled} takes {_spell(lock)} ({found.start.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, taking.facts.source), firm=False)


_LISTS = re.compile(r"\blru lists?\b|\blruvec lists?\b|\blinked lists?\b")


def _spell(lock: str) -> str:
    plain = {"PG_locked": "the page lock", "rcu": "rcu_read_lock()"}.get(lock, lock)
    return plain.removeprefix("?.")
