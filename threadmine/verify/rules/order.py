"""One step comes before another: by the order of calls in a function that the sentence or the patch is
about."""

from __future__ import annotations

from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth


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
        for name in _places(question):
            facts = question.code.function(name, version)
            if isinstance(facts, Unknown):
                continue
            callees = list(facts.callees)
            if first not in callees or second not in callees:
                continue
            if facts.callees[first].repeated or facts.callees[second].repeated:
                return Unknown(f"{name}() calls them more than once")
            right = callees.index(first) < callees.index(second)
            order = (first, second) if right else (second, first)
            text = f"{name}() calls {order[0]}() and then {order[1]}() ({facts.kernel})"
            truth = Truth.TRUE if right else Truth.FALSE
            return Finding(truth, text, self.fact(text, facts.source), firm=name in question.claim.quote)
        return Unknown(f"no function is known in which {first}() and {second}() are called")


def _step(ref: Ref) -> str:
    if ref.kind is Kind.FUNCTION:
        return ref.text
    return ref.name if ref.kind is Kind.MEMBER and ref.struct.endswith("_ops") else ""


def _places(question: Question) -> tuple[str, ...]:
    """Functions that the sentence names, other than the two steps themselves."""
    claim = question.claim
    words = f"{claim.quote} {claim.condition}".replace("(", " ").replace(")", " ").split()
    names = [w.strip(".,;:'\"") for w in (*words, *claim.entities)]
    return tuple(dict.fromkeys(n for n in names if "_" in n and question.code.known(n)))
