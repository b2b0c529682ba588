"""One step comes before another: by the order of calls in a function that the sentence or the patch is
about."""

from __future__ import annotations

from threadmine.memmap.calls import FunctionFacts
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell

MAX_PLACES = 3


class PrecedesRule(Rule):
    """In ``free_zone_device_page()`` the page goes to the driver before its count is set."""

    name = "precedes"
    predicates = frozenset({Predicate.PRECEDES})

    cases = (
        Case(
            Predicate.PRECEDES,
            "dev_pagemap_ops.page_free",
            "set_page_count",
            kernel="5.19",
            quote="free_zone_device_page() hands the page over before set_page_count()",
        ),
        Case(
            Predicate.PRECEDES,
            "set_page_count",
            "dev_pagemap_ops.page_free",
            kernel="5.19",
            quote="free_zone_device_page() calls set_page_count() before ->page_free()",
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.PRECEDES,
            "set_page_count",
            "lock_page",
            quote="set_page_count() comes before lock_page()",
            condition="zone_device_page_init",
        ),
        Case(
            Predicate.PRECEDES,
            "put_page",
            "lock_page",
            quote="put_page() comes first",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        first, second = _step(question.subject), _step(question.object)
        if not first or not second or first == second:
            return Unknown("no two steps named that are calls")
        both = [f for f in _calling_both(question, first, second, version) if f.name not in (first, second)]
        named = [f for f in both if _names(question, f.name)]
        chosen = named or both
        if not chosen or len(chosen) > MAX_PLACES:
            return Unknown(f"no one function is known in which {first}() and {second}() are called")
        if any(f.callees[step].repeated for f in chosen for step in (first, second)):
            return Unknown(f"{chosen[0].name}() calls them more than once")
        answers = {list(f.callees).index(first) < list(f.callees).index(second) for f in chosen}
        if len(answers) > 1:
            return Unknown(f"{spell(f.name for f in chosen)} call them in different orders")
        right, facts = answers.pop(), chosen[0]
        order = (first, second) if right else (second, first)
        text = f"{facts.name}() calls {order[0]}() and then {order[1]}() ({facts.kernel})"
        truth = Truth.TRUE if right else Truth.FALSE
        return Finding(truth, text, self.fact(text, facts.source), firm=bool(named) and len(chosen) == 1)


def _calling_both(question: Question, first: str, second: str, version: str) -> list[FunctionFacts]:
    found = []
    for name in sorted(set(question.code.mentioning(first)) & set(question.code.mentioning(second))):
        facts = question.code.function(name, version)
        if not isinstance(facts, Unknown) and first in facts.callees and second in facts.callees:
            found.append(facts)
    return found


def _names(question: Question, function: str) -> bool:
    """Whether the sentence or the mail around it speaks of the function."""
    claim = question.claim
    if function in claim.quote or function in claim.condition or function in claim.entities:
        return True
    return f"{function}(" in question.message.body


def _step(ref: Ref) -> str:
    if ref.kind is Kind.FUNCTION:
        return ref.text
    return ref.name if ref.kind is Kind.MEMBER and ref.struct.endswith("_ops") else ""
