"""A function calls another one: itself, or some calls deep."""

from __future__ import annotations

import re

from threadmine.memmap.calls import CodeFacts
from threadmine.memmap.effects import flag_operation
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import DEPTH, Reach, reach
from threadmine.verify.layouts import layouts_for
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.doers import function_names, reaches_of

WRAPPERS = ("{}_noprof", "_{}", "__{}", "{}_nolock")
"""A call of one of these is a call of what the mail names (allocation profiling renamed the functions)."""


POINTER_DEPTH = 2
"""Functions on the way to a call through a pointer: one by itself, or one that it calls."""

_PAGE_ACCESSOR = re.compile(r"_{0,2}(?:Test)?(?:Set|Clear)?Page[A-Z]\w+$")
_CALLING = re.compile(
    r"\b(?:calls?|uses?|invokes?|wraps?|rel(?:y|ies) on|ends? up (?:in|calling)|goes? through|calling|using)"
    r"\b",
    re.I,
)
"""An act of the subject: "is not as widely used as" is none."""


class CallRule(Rule):
    """``prep_compound_page()`` calls ``prep_compound_tail()``."""

    name = "call"
    predicates = frozenset({Predicate.CALLS, Predicate.USES, Predicate.OTHER})

    cases = (
        Case(Predicate.CALLS, "prep_compound_page", "prep_compound_tail"),
        Case(Predicate.CALLS, "zone_device_page_init", "prep_compound_page", condition="order > 0"),
        Case(Predicate.CALLS, "__folio_put", "free_frozen_pages"),
        Case(Predicate.CALLS, "page_pgmap", "page_folio"),
        Case(Predicate.CALLS, "free_zone_device_folio", "dev_pagemap_ops.folio_free"),
        Case(Predicate.CALLS, "free_zone_device_folio", "p2pdma_folio_free"),
        Case(
            Predicate.CALLS,
            "free_zone_device_folio",
            "p2pdma_folio_free",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.CALLS,
            "zap_pte_range",
            "swap_pte_batch",
            quote="The path is zap_pte_range() -> swap_pte_batch().",
        ),
        Case(Predicate.CALLS, "fs/dax.c", "zone_device_page_init", polarity=Polarity.NEGATIVE),
        Case(Predicate.CALLS, "prep_compound_page", "put_page", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.CALLS,
            "prep_compound_page",
            "prep_compound_head",
            polarity=Polarity.NEGATIVE,
            quote="prep_compound_page() never calls prep_compound_head().",
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.CALLS,
            "prep_compound_page",
            "prep_compound_head",
            polarity=Polarity.NEGATIVE,
            quote="I see no risk in prep_compound_page() calling prep_compound_head().",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.CALLS, "SetPageDirty", "compound_head"),
        Case(Predicate.CALLS, "SetPageHWPoison", "compound_head", polarity=Polarity.NEGATIVE),
        Case(Predicate.CALLS, "a_function_of_nobody", "put_page", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        if question.claim.predicate is Predicate.OTHER and not _calls_said(question):
            return Unknown("kept in its own words: no rule knows what they say")
        callee = callee_name(question.object, question.code)
        if isinstance(callee, Unknown):
            return callee
        if question.claim.predicate is Predicate.USES and not _names_callee(question.claim.quote, callee):
            return Unknown("does not say that something is called")
        made = self._by_policy(question, callee, version)
        if made is not None:
            return made
        names = function_names(question, question.subject, version)
        if isinstance(names, Unknown):
            return names
        if question.subject.text == callee:
            return Unknown("a function compared with itself")
        negative = question.claim.polarity is Polarity.NEGATIVE
        drawn = _is_drawn(question, callee)
        if len(names) > 1:  # of a file or a part of the kernel: what its functions call themselves
            calling = {*question.code.mentioning(callee), *question.code.mentioning(f"{callee}_noprof")}
            names = tuple(name for name in names if name in calling) or names[:1]
        reaches = reaches_of(names, version, negative or drawn)
        if not reaches:
            return Unknown(f"no facts about {names[0]}() in {version}")
        wanted = (callee, *(w.format(callee) for w in WRAPPERS[:2]))
        if len(names) == 1 and _of_architectures(question, reaches[0].start.files):
            return Unknown(f"{names[0]}() is another function on each architecture")
        direct = next((f for f in reaches for c in wanted if c in f.start.callees), None)
        if direct is not None:
            return self._direct(question, direct, next(c for c in wanted if c in direct.start.callees))
        for found in reaches if question.subject.kind is Kind.FUNCTION or negative else ():
            for step in found.steps:
                called = next((c for c in wanted if c in step.facts.callees), None)
                if called is not None:
                    text = f"{step.spelled} -> {called}() ({found.start.kernel})"
                    return Finding(Truth.TRUE, text, self.fact(text, found.start.source), firm=False)
        pointed = None if negative else self._by_pointer(question, reaches, callee, version)
        return pointed or self._absent(question, reaches, callee)

    def _by_pointer(
        self, question: Question, reaches: list[Reach], callee: str, version: str
    ) -> Finding | None:
        """A call through a table of operations that is given the function: ``ops->folio_free()``."""
        facts = question.code.function(callee, version)
        slots = frozenset() if isinstance(facts, Unknown) else frozenset(facts.serves)
        for step in (step for found in reaches for step in found.steps if len(step.way) <= POINTER_DEPTH):
            slot = next((call.callee for call in step.facts.calls if call.callee in slots), None)
            if slot is not None:
                text = f"{step.spelled} calls {slot}(), which {callee}() can be ({step.facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, step.facts.source), firm=False)
        return None

    def _by_policy(self, question: Question, callee: str, version: str) -> Finding | None:
        """Accessors of flags are made by macros: those of head flags look for the head, others do not."""
        name = question.subject.text
        operation = flag_operation(name) if question.subject.kind is Kind.FUNCTION else None
        if operation is None or question.code.known(name) or callee not in ("compound_head", "page_folio"):
            return None
        if not _PAGE_ACCESSOR.match(name):
            return None
        for layout in layouts_for(question.model, version, "x86-64")[:1]:
            flag = layout.flag(operation.flag)
            if flag is None or flag.policy not in ("any", "head", "only-head", "no-tail"):
                return None
            looks = flag.policy in ("head", "no-tail")
            text = f"{name}() is made for {flag.name}, {flag.where} ({layout.kernel})"
            truth = Truth.TRUE if looks else Truth.FALSE
            return Finding(truth, text, self.fact(text, f"flags {layout.kernel}"), firm=False)
        return None

    def _direct(self, question: Question, found: Reach, callee: str) -> Finding:
        call = found.start.callees[callee]
        how = "" if call.sure else ", under a condition"
        text = f"{found.start.name}() calls {callee}(){how} ({found.start.kernel})"
        flatly = call.sure or _says_never(question.claim.quote, callee)
        firm = flatly and not question.claim.condition and question.subject.kind is Kind.FUNCTION
        return Finding(Truth.TRUE, text, self.fact(text, found.start.source), firm=firm)

    def _absent(self, question: Question, reaches: list[Reach], callee: str) -> Finding | Unknown:
        start = reaches[0].start
        who = f"{start.name}()" if question.subject.kind is Kind.FUNCTION else question.subject.text
        if question.claim.polarity is Polarity.POSITIVE:
            return Unknown(f"no call of {callee}() is known in {who} ({start.kernel})")
        struct, _, member = callee.partition(".")
        members = question.code.struct_members(struct, start.kernel.split("/")[0]) if member else None
        if members is not None and (isinstance(members, Unknown) or member not in members):
            return Unknown(f"no fact that {callee} is there in {start.kernel}")
        if start.inferred and _in_one(reaches, callee):
            return Unknown(f"{who} changed between the kernels {start.kernel}")
        if question.subject.kind is not Kind.FUNCTION:
            text = f"no function in {who} calls {callee}() ({start.kernel})"
            return Finding(Truth.FALSE, text, self.fact(text, start.source), firm=False)
        if not all(found.complete for found in reaches):
            return Unknown(f"{who} is not known to call {callee}(); it calls through pointers")
        if not question.code.known(callee):
            return Unknown(f"no facts about {callee}()")
        text = f"{who} does not call {callee}(), nor does anything within 4 calls of it ({start.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, start.source), firm=False)


def _of_architectures(question: Question, paths: tuple[str, ...]) -> bool:
    """Whether a function is defined by several architectures and nowhere else, and none of them is named."""
    claim = question.claim
    several = {path.split("/")[1] for path in paths if path.startswith("arch/")}
    if len(several) < 2 or any(not path.startswith(("arch/", "include/asm-generic/")) for path in paths):
        return False
    words = f"{claim.condition} {claim.value} {claim.quote} {question.message.subject.title}".lower()
    return not any(re.search(rf"\b{re.escape(arch)}", words) for arch in several)


def _is_drawn(question: Question, callee: str) -> bool:
    """Whether the sentence draws the way of the calls: "f() -> g()", which may be long and conditional."""
    caller, quote = question.subject.text, question.claim.quote
    if not any(arrow in quote for arrow in ("->", "=>", "→")):
        return False
    drawn = rf"\b{re.escape(caller)}(?:\(\))?\s*(?:->|=>|→)[^.;]{{0,80}}?\b{re.escape(callee)}\b"
    return re.search(drawn, quote) is not None


def _calls_said(question: Question) -> bool:
    """Whether a word of calling stands between subject and object."""
    quote, target = question.claim.quote, question.object.text
    first, second = quote.find(question.subject.text), quote.find(target)
    return 0 <= first < second and _CALLING.search(quote[first:second]) is not None


def _names_callee(quote: str, callee: str) -> bool:
    """Whether a sentence names what is used; a claim made by hand (``threadmine verify``) may have none."""
    return not quote or callee.rsplit(".", 1)[-1] in quote


def _says_never(quote: str, callee: str) -> bool:
    """Whether a sentence says "never calls f()" and no more: one call, in a loop too, proves that wrong."""
    return re.search(rf"\bnever calls? {re.escape(callee)}(?:\(\))?\W*$", quote) is not None


def _in_one(reaches: list[Reach], callee: str) -> bool:
    """Whether one of the kernels that stand for a version has such a call after all."""
    for found in reaches:
        for one in found.start.kernel.split("/"):
            each = reach(found.start.name, one, DEPTH, True)
            if not isinstance(each, Unknown) and any(callee in step.facts.callees for step in each.steps):
                return True
    return False


def callee_name(target: Ref, code: CodeFacts) -> str | Unknown:
    """The name under which a call stands in the facts: a function, or ``dev_pagemap_ops.folio_free``."""
    if target.kind is Kind.FUNCTION:
        return target.text
    if target.kind is Kind.MEMBER and target.struct.endswith(("_ops", "_operations")):
        return target.name
    if (
        target.kind is Kind.MEMBER
        and target.struct == "dev_pagemap"
        and target.text.count(".") + target.text.count("->") > 1
    ):
        return f"dev_pagemap_ops.{target.text.replace('->', '.').rsplit('.', 1)[-1]}"
    return unnamed(target, "function")
