"""What a function does to a counter or a flag that only has a name: ``NR_FILE_PAGES``, ``VM_LOCKED``.

Such constants are no members, but sentences treat them as if they were: "f() increments NR_FILE_PAGES", "g()
clears MMF_VM_HUGEPAGE". The facts tell which constants a function names, and which of them it or-s in, masks
out or hands to what counts.
"""

from __future__ import annotations

import re

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import reach
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.doers import function_names

CONSTANT = re.compile(r"_{0,2}[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
WAYS = {Predicate.SETS: ("+", "="), Predicate.CLEARS: ("-",)}
NEAR = 1
"""Calls from a function to where its own doing ends: further down anything is named."""

_DOWN = re.compile(r"\b(?:decr\w*|decreas\w*|subtract\w*|reduc\w*|lower\w*|uncharg\w*|down)\b|^\s*-", re.I)
_UP = re.compile(r"\b(?:incr\w*|increas\w*|add(?:s|ed|ing)?|rais\w*|charg\w*|up)\b|^\s*\+", re.I)
_ASKS = re.compile(r"(?:^|_)(?:is|has|can|may|should|test)_")
"""Names of functions that tell their caller about a constant: ``dax_is_empty_entry()``."""

_MORE = re.compile(
    r"\b(?:only|once|twice|wrong\w*|correct\w*|proper\w*|fail\w*|start|end|same|stale|old)\b", re.I
)


class NamedRule(Rule):
    """``try_charge_memcg()`` clears MEMCG_RECLAIM_MAY_SWAP."""

    name = "named"
    predicates = frozenset({Predicate.SETS, Predicate.CLEARS, Predicate.READS})

    cases = (
        Case(Predicate.CLEARS, "try_charge_memcg", "MEMCG_RECLAIM_MAY_SWAP"),
        Case(Predicate.READS, "try_charge_memcg", "MEMCG_RECLAIM_MAY_SWAP"),
        Case(Predicate.SETS, "try_charge_memcg", "MEMCG_RECLAIM_MAY_SWAP", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SETS, "vma_needs_copy", "VM_COPY_ON_FORK", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.READS, "dax_disassociate_entry", "DAX_EMPTY", kernel="7.0"),
        Case(Predicate.SETS, "nobody_knows_it", "NR_FILE_PAGES", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        target = question.object
        return target.kind is Kind.WORDS and CONSTANT.match(target.text) is not None

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, constant = question.claim, question.object.text
        if claim.polarity is Polarity.NEGATIVE or _MORE.search(claim.value):
            return Unknown(f"no fact whether that is all that is done to {constant}")
        names = function_names(question, question.subject, version)
        if isinstance(names, Unknown):
            return names
        for name in names if question.subject.kind is Kind.FUNCTION else ():
            found = reach(name, version, NEAR)
            for step in () if isinstance(found, Unknown) else found.steps:
                done = self._done(claim.predicate, claim.value, constant, step.facts.changes)
                asks = len(step.way) == 1 or _ASKS.search(step.facts.name) is not None
                named = constant in step.facts.constants and asks
                if done or (claim.predicate is Predicate.READS and named):
                    text = f"{step.spelled} {done or 'names'} {constant} ({step.facts.kernel})"
                    return Finding(Truth.TRUE, text, self.fact(text, step.facts.source), firm=False)
        return Unknown(f"no place is known where {question.subject.text}() changes {constant}")

    @staticmethod
    def _done(predicate: Predicate, value: str, constant: str, changes: tuple[str, ...]) -> str:
        """What is done to the constant, in a word; empty where it is not what the claim says."""
        for way in WAYS.get(predicate, ()):
            if f"{way}{constant}" in changes:
                turned = (way == "+" and _DOWN.search(value)) or (way == "-" and _UP.search(value))
                return "" if turned else {"+": "sets", "-": "clears", "=": "changes"}[way]
        lowered = predicate is Predicate.SETS and _DOWN.search(value) and f"-{constant}" in changes
        return "lowers" if lowered else ""
