"""What a function is handed and allocates: its parameters' names, the flags that it names."""

from __future__ import annotations

import re

from threadmine.memmap.calls import FunctionFacts
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.kinds import kind_of
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.doers import function_names

_TAKES = re.compile(
    r"\b(?:takes?|taking|gets?|accepts?|parameters?|arguments?|passed|handed|expects?)\b|\([^)]*,", re.I
)
_ALLOCATES = re.compile(r"\balloc\w*\b", re.I)
COMPOUND = "__GFP_COMP"
FOLIO_ALLOCATORS = frozenset({"folio_alloc", "folio_alloc_noprof", "__folio_alloc", "__folio_alloc_noprof"})


class ParameterRule(Rule):
    """``free_frozen_pages()`` takes an order."""

    name = "parameter"
    predicates = frozenset({Predicate.OTHER, Predicate.USES, Predicate.REQUIRES})

    cases = (
        Case(
            Predicate.OTHER,
            "free_frozen_pages",
            "order",
            quote="free_frozen_pages() takes an order parameter.",
        ),
        Case(
            Predicate.OTHER,
            "free_frozen_pages",
            "order",
            quote="free_frozen_pages() is about order.",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.OTHER,
            "free_frozen_pages",
            "colour",
            quote="free_frozen_pages() takes a colour parameter.",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        named = question.subject.kind is Kind.FUNCTION and question.object.kind is Kind.WORDS
        return named and _TAKES.search(claim.quote) is not None and claim.polarity is Polarity.POSITIVE

    def find(self, question: Question, version: str) -> Finding | Unknown:
        facts = question.code.function(question.subject.text, version)
        if isinstance(facts, Unknown):
            return facts
        wanted = re.sub(r"^(?:an?|the) | (?:parameter|argument)$", "", question.object.text.lower())
        if wanted not in facts.parameters:
            return Unknown(f"no parameter {wanted!r} of {facts.name}() is known ({facts.kernel})")
        text = f"{facts.name}() has a parameter {wanted} ({facts.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)


class AllocationRule(Rule):
    """``drivers/scsi/sg.c`` allocates compound pages: it names __GFP_COMP."""

    name = "allocates"
    predicates = frozenset({Predicate.OTHER, Predicate.USES, Predicate.SETS})

    cases = (
        Case(
            Predicate.OTHER,
            "drivers/scsi/sg.c",
            "compound page",
            quote="drivers/scsi/sg.c allocates compound pages.",
        ),
        Case(
            Predicate.OTHER,
            "io_mem_alloc_compound",
            "compound page",
            quote="in io_mem_alloc_compound() a compound page is allocated",
        ),
        Case(
            Predicate.OTHER,
            "page_to_pfn",
            "compound page",
            quote="page_to_pfn() allocates compound pages",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        return _ALLOCATES.search(claim.quote) is not None and claim.polarity is Polarity.POSITIVE

    def find(self, question: Question, version: str) -> Finding | Unknown:
        made = kind_of(f"{question.claim.object} {question.claim.value}")
        if made is None or made.name not in ("compound", "large", "high_order"):
            return Unknown("no kind of page is named that is allocated")
        names = function_names(question, question.subject, version)
        if isinstance(names, Unknown):
            return names
        for name in names:
            facts = question.code.function(name, version)
            if not isinstance(facts, Unknown) and (how := _how(facts)):
                text = f"{name}() {how} ({facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        return Unknown(f"no allocation of such pages is known in {question.subject.text}")


def _how(facts: FunctionFacts) -> str:
    if COMPOUND in facts.constants:
        return f"names {COMPOUND}"
    called = sorted(FOLIO_ALLOCATORS & facts.callees.keys())
    return f"calls {called[0]}()" if called else ""
