"""One step comes before another: by the order of calls in a function that the sentence or the patch is
about."""

from __future__ import annotations

import re

from threadmine.memmap.calls import STORE, FunctionFacts
from threadmine.memmap.effects import flag_operation
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.members import same_bytes
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell

MAX_PLACES = 3
_ACT = re.compile(r"\b(set|clear|clearing|setting|test|testing|check)(?: of)? (PG_\w+)", re.I)
_KINDS = {"set": "set", "clea": "clear", "sett": "set", "test": "test", "chec": "test"}
_NAMED = re.compile(r"\b([a-z_]\w{4,60})(?=\(\))")


def _does(callee: str, act: tuple[str, str]) -> bool:
    """Whether a call does that to the flag (``TestClearPageLRU()`` clears and tests)."""
    operation = flag_operation(callee)
    return operation is not None and (operation.kind, operation.flag) == act


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
            "folio_order",
            "prep_compound_page",
            quote="folio_order() is asked after prep_compound_page() was undone",
            verdict=VerdictKind.UNDECIDED,  # the one function that calls both is not spoken of
        ),
        Case(
            Predicate.PRECEDES,
            "put_page",
            "lock_page",
            quote="put_page() comes first",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.PRECEDES,
            "clear of PG_mlocked",
            "clear of PG_lru",
            condition="__munlock_pagevec()",
            quote="PG_mlocked is cleared before PG_lru",
            kernel="5.15",
        ),
        Case(Predicate.PRECEDES, "clear of PG_mlocked", "clear of PG_lru", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.PRECEDES,
            "folio.mapping",
            "dev_pagemap_ops.page_free",
            condition="free_zone_device_folio()",
            quote="mapping is cleared before ->page_free() is called",
            kernel="6.12",
        ),
        Case(
            Predicate.PRECEDES,
            "dev_pagemap_ops.page_free",
            "folio.mapping",
            quote="->page_free() is called before mapping is cleared",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim = question.claim
        done, then = _flag_act(claim.subject), _flag_act(claim.object)
        if done is not None and then is not None:
            return self._flags(question, done, then, version)
        first, second = _step(question.subject), _step(question.object)
        if first and second and STORE in (first[0], second[0]):
            return self._stores(question, version)
        if not first or not second or first == second:
            return Unknown("no two steps named that are calls")
        both = [f for f in _calling_both(question, first, second, version) if f.name not in (first, second)]
        chosen = [f for f in both if _names(question, f.name)]
        if not chosen or len(chosen) > MAX_PLACES:
            return Unknown(f"no function that the mail speaks of is known to call {first}() and {second}()")
        if any(f.callees[step].repeated for f in chosen for step in (first, second)):
            return Unknown(f"{chosen[0].name}() calls them more than once")
        answers = {list(f.callees).index(first) < list(f.callees).index(second) for f in chosen}
        if len(answers) > 1:
            return Unknown(f"{spell(f.name for f in chosen)} call them in different orders")
        right, facts = answers.pop(), chosen[0]
        order = (first, second) if right else (second, first)
        text = f"{facts.name}() calls {order[0]}() and then {order[1]}() ({facts.kernel})"
        truth = Truth.TRUE if right else Truth.FALSE
        return Finding(truth, text, self.fact(text, facts.source), firm=len(chosen) == 1)

    def _stores(self, question: Question, version: str) -> Finding | Unknown:
        """The order of a store to a member and a call (or two stores), in a function that the claim names."""
        claim, ends = question.claim, (question.subject, question.object)
        wanted = [_steps_of(question, ref, version) for ref in ends]
        names = dict.fromkeys(_NAMED.findall(f"{claim.condition} {claim.quote}"))
        for name in (n for n in names if n not in (ends[0].text, ends[1].text)):
            facts = question.code.function(name, version)
            if isinstance(facts, Unknown):
                continue
            places = [[n for n, s in enumerate(facts.steps) if s.callee in each] for each in wanted]
            if [len(found) for found in places] != [1, 1]:
                continue
            steps = [facts.steps[found[0]] for found in places]
            if any(step.repeated for step in steps):
                continue
            right = places[0][0] < places[1][0]
            shown = [_spelled(step.callee) for step in (steps if right else steps[::-1])]
            text = f"{name}() {shown[0]} and then {shown[1]} ({facts.kernel})"
            truth = Truth.TRUE if right else Truth.FALSE
            return Finding(truth, text, self.fact(text, facts.source), firm=False)
        return Unknown("no function is named in which both are done once")

    def _flags(
        self, question: Question, first: tuple[str, str], second: tuple[str, str], version: str
    ) -> Finding | Unknown:
        """The order of what is done to two flags, in a function that the claim names."""
        claim = question.claim
        for name in dict.fromkeys(_NAMED.findall(f"{claim.condition} {claim.quote}")):
            facts = question.code.function(name, version)
            if isinstance(facts, Unknown) or name in (question.subject.text, question.object.text):
                continue
            calls = list(facts.callees.values())
            places = [[n for n, c in enumerate(calls) if _does(c.callee, act)] for act in (first, second)]
            if not all(places) or any(calls[n].repeated for n in (*places[0], *places[1])):
                continue
            if max(places[0]) < min(places[1]) or max(places[1]) < min(places[0]):
                right = max(places[0]) < min(places[1])
                shown = (calls[places[0][0]].callee, calls[places[1][0]].callee)
                a, b = shown if right else shown[::-1]
                text = f"{name}() calls {a}() and then {b}() ({facts.kernel})"
                truth = Truth.TRUE if right else Truth.FALSE
                return Finding(truth, text, self.fact(text, facts.source), firm=False)
        return Unknown("no function is named in which both are done once")


def _flag_act(words: str) -> tuple[str, str] | None:
    """``("clear", "PG_lru")`` of "clear of PG_lru" or "TestClearPageLRU()", or None."""
    said = _ACT.search(words)
    if said:
        return _KINDS[said[1].lower()[:4]], said[2]
    operation = flag_operation(words.strip().removesuffix("()"))
    return (operation.kind, operation.flag) if operation is not None else None


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
    """A call, a callback or a store to a member, as the steps of a function name it; or empty."""
    if ref.kind is Kind.FUNCTION:
        return ref.text
    if ref.kind is not Kind.MEMBER:
        return ""
    return ref.name if ref.struct.endswith("_ops") else f"{STORE}{ref.name}"


def _steps_of(question: Question, ref: Ref, version: str) -> frozenset[str]:
    """The names under which a step may stand: a member's in all structs over it."""
    step = _step(ref)
    if step[:1] != STORE:
        return frozenset({step})
    same, _ = same_bytes(question.model, ref, version)
    return frozenset(f"{STORE}{name}" for name in same)


def _spelled(step: str) -> str:
    return f"writes {step[1:]}" if step[0] == STORE else f"calls {step}()"
