"""A function is another one: all it does is to call that."""

from __future__ import annotations

import re

from threadmine.memmap.calls import FunctionFacts
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.calls import WRAPPERS

MAX_OTHERS = 1
_WRAPS = re.compile(r"\b(?:wrapper|special case|shorthand|alias|another name|same)\b", re.I)
_NOISE = re.compile(
    r"^(?:_?_?(?:VM_|MM_)?(?:WARN|BUG)\w*|READ_ONCE|WRITE_ONCE|might_sleep\w*|unlikely|likely|IS_ENABLED"
    r"|folio_page|page_folio|virt_to_\w+)$"
)
"""Calls that make no difference to what a function is: checks and conversions."""


class AliasRule(Rule):
    """``folio_test_large()`` is ``folio_test_head()``."""

    name = "alias"
    predicates = frozenset({Predicate.EQUALS, Predicate.IS_A})

    cases = (
        Case(Predicate.EQUALS, "folio_test_large", "folio_test_head"),
        Case(Predicate.EQUALS, "prep_compound_page", "prep_compound_head", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.IS_A, "folio_test_large", "folio_test_head", value="wrapper"),
        Case(
            Predicate.IS_A,
            "folio_test_large",
            "folio_test_head",
            value="replacement",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.EQUALS, "page_folio", "put_page", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        if question.claim.predicate is Predicate.IS_A and not _WRAPS.search(question.claim.value):
            return False
        return question.subject.kind is Kind.FUNCTION and question.object.kind is Kind.FUNCTION

    def find(self, question: Question, version: str) -> Finding | Unknown:
        names = (question.subject.text, question.object.text)
        both = question.claim.predicate is Predicate.EQUALS
        for one, other in (names, names[::-1]) if both else (names,):
            facts = question.code.function(one, version)
            if not isinstance(facts, Unknown) and _is_only(facts, other):
                text = f"{one}() does nothing but call {other}() ({facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        return Unknown(f"no fact that {names[0]}() and {names[1]}() are the same")


def _is_only(facts: FunctionFacts, callee: str) -> bool:
    """Whether a function calls that one always, next to nothing else, and writes nothing itself."""
    names = {callee, *(wrapper.format(callee) for wrapper in WRAPPERS)}
    called = [call for call in facts.calls if not _NOISE.match(call.callee)]
    found = any(call.callee in names and (call.sure or facts.is_macro) for call in called)
    return found and len(called) <= 1 + MAX_OTHERS and not any(use.access == "w" for use in facts.members)
