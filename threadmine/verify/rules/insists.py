"""What a function insists on of a member: it turns its caller away, warns or stops where that is not so.

``memremap_pages()`` gives an error without ``->page_free()``; ``try_grab_folio()`` warns where the count is
not above 0. The same facts tell what is *not* asked for: a function that nowhere looks at a member does not
depend on its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadmine.memmap.effects import flag_operation
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import Guarded, Reach, flag_uses, guards_of, reach, uses_of
from threadmine.verify.locks import lock_named
from threadmine.verify.members import same_bytes
from threadmine.verify.reading import plain_state
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import tests_of, zero_tests_of

NEAR = 2
"""How many calls deep a guard still is the function's own."""

FAR = 6
"""How many calls deep it is looked whether a member is read at all."""

_THERE = re.compile(
    r"^(?:to be |is |are |must be |a |an |the )*(?:set|provided|given|present|there|non-?null|not null"
    r"|non-?zero"
    r"|not zero|not 0|> ?0|>= ?1|positive|elevated|at least (?:1|one)|a? ?(?:caller holds? a )?references?"
    r"|defined|implemented|a callback|mandatory|required)\b"
)
_NOT_THERE = re.compile(
    r"^(?:to be |is |are |must be )*(?:0|null|zero|clear(?:ed)?|unset|not set|empty|none|absent)\b"
)
_TEST = re.compile(r"^(!?)([A-Za-z_][\w.]*(?:\(\))?)(?:(==|!=|<=|>=|<|>)(-?\w+))?$")
_EMPTY = frozenset({"0", "NULL"})


class InsistsRule(Rule):
    """``memremap_pages()`` insists on ``dev_pagemap_ops.page_free`` for device private memory."""

    name = "insists"
    checks_limits = True
    predicates = frozenset({Predicate.REQUIRES})

    cases = (
        Case(Predicate.REQUIRES, "memremap_pages", "dev_pagemap_ops.page_free", value="set", kernel="6.12"),
        Case(Predicate.REQUIRES, "memremap_pages", "dev_pagemap.owner", value="non-NULL", kernel="6.12"),
        Case(Predicate.REQUIRES, "zone_device_page_init", "folio._refcount", value="0"),
        Case(Predicate.REQUIRES, "isolate_lru_page", "page._refcount", value="elevated", kernel="5.10"),
        Case(Predicate.REQUIRES, "try_grab_folio", "folio._refcount", value="> 0", kernel="6.12"),
        Case(Predicate.REQUIRES, "get_page", "page._refcount", value="not 0", kernel="6.12"),
        Case(Predicate.REQUIRES, "__delete_from_swap_cache", "PG_writeback", value="clear", kernel="6.12"),
        Case(
            Predicate.REQUIRES,
            "prep_compound_tail",
            "page.flags",
            value="0",
            polarity=Polarity.NEGATIVE,
            kernel="6.12",
        ),
        Case(
            Predicate.REQUIRES,
            "memremap_pages",
            "dev_pagemap_ops.page_free",
            value="NULL",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.REQUIRES, "page_to_pfn", "folio.mapping", value="set", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.REQUIRES,
            "memremap_pages",
            "dev_pagemap.owner",
            value="the driver's own",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return question.subject.kind is Kind.FUNCTION and question.object.kind in (Kind.MEMBER, Kind.FLAG)

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, target = question.subject, question.object
        if subject.kind is not Kind.FUNCTION or target.kind not in (Kind.MEMBER, Kind.FLAG):
            return unnamed(subject, "function")
        value = question.claim.value
        wanted = _wanted(plain_state(value, target.text) if target.kind is Kind.FLAG else value)
        found = reach(subject.text, version, NEAR)
        if isinstance(found, Unknown):
            return found
        same, over = same_bytes(question.model, target, version)
        for guarded in _insisting(found):
            asked = told(guarded.guard.test, target, same)
            if asked is None or (wanted is None and question.claim.value.strip()):
                continue
            text = f"{guarded.spelled} ({found.start.kernel})"
            truth = Truth.TRUE if wanted is None or asked is wanted else Truth.FALSE
            if truth is Truth.FALSE and question.claim.polarity is Polarity.POSITIVE:
                return Unknown(f"it asks for something else: {text}")
            return Finding(truth, text, self.fact(text, guarded.step.facts.source), firm=False)
        reference = self._reference(question, found, wanted)
        if wanted is None:
            return reference or Unknown(f"{question.claim.value!r} is no state that a check could ask for")
        return reference or self._regardless(question, version, same | over)

    def _reference(self, question: Question, found: Reach, wanted: bool | None) -> Finding | None:
        """That the caller holds a reference, as the comment above the function says."""
        held = question.object.member == "_refcount" and wanted is not False
        if not held or not {"reference", "refcount", "refcnt"} & set(found.start.says):
            return None
        needs = "needs a reference of its caller, as its comment says"
        text = f"{found.start.name}() {needs} ({found.start.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, found.start.source), firm=False)

    def _regardless(self, question: Question, version: str, names: frozenset[str]) -> Finding | Unknown:
        """Nowhere below is the member looked at but to change some of its bits: its value does not matter."""
        claim, name = question.claim, question.subject.text
        nothing = Unknown(f"no check of {question.object.name} is known in {name}()")
        if claim.polarity is Polarity.POSITIVE or lock_named(question):
            return nothing
        found = reach(name, version, FAR, True)
        if isinstance(found, Unknown) or not found.complete or found.start.inferred:
            return nothing
        bare = {member.partition(".")[2] for member in names}
        for step in found.steps:
            own = step.facts
            written = {use.name for use in own.members if use.access == "w"}
            looked = (u for u in own.members if u.access != "w" and u.name not in written)
            if any(u.name in names or (u.struct == "?" and u.member in bare) for u in looked):
                return Unknown(f"{step.spelled} looks at {question.object.name}")
            if "flags" in question.object.member and any(_reads_a_flag(call.callee) for call in own.calls):
                return Unknown(f"{step.spelled} tests a flag")
        if question.object.kind is Kind.FLAG and any(
            flag_uses(found, question.object.text, frozenset({"test"}))
        ):
            return nothing
        if not any(uses_of(found, names, "w")) and not question.code.users(question.object.name, version):
            return nothing
        text = f"neither {name}() nor what it calls looks at {question.object.name} ({found.start.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, found.start.source), firm=False)


def _insisting(found: Reach) -> Iterator[Guarded]:
    """The guards that turn callers away, on ways without a condition."""
    for guarded in guards_of(found, NEAR, sure=True):
        if guarded.guard.rejects:
            yield guarded


def _wanted(value: str) -> bool | None:
    """Whether the member must be there (True), or 0 (False); None where the claim does not say either."""
    said = " ".join(value.lower().split())
    if _NOT_THERE.match(said):
        return False
    return True if _THERE.match(said) else None


def told(test: str, target: Ref, names: frozenset[str]) -> bool | None:
    """What a guard that turns callers away asks of the target: to be set (True), to be 0 (False)."""
    found = _TEST.match(test)
    if found is None:
        return None
    negated, what, operator, number = found.groups()
    if any(what.removesuffix("()") in zero_tests_of(name) for name in names):
        return not negated
    if not _is_about(what, target, names):
        return None
    if not operator:
        return bool(negated)
    if number in _EMPTY and operator in ("==", "<="):
        return True
    if number in _EMPTY and operator in ("!=", ">"):
        return False
    return True if (operator, number) == ("<", "1") else None


def _is_about(what: str, target: Ref, names: frozenset[str]) -> bool:
    if not what.endswith("()"):
        return what in names
    function = what.removesuffix("()")
    if target.kind is Kind.FLAG:
        operation = flag_operation(function)
        return operation is not None and operation.kind == "test" and operation.flag == target.text
    return any(function in tests_of(name) for name in names) and "mapping" not in target.member


def _reads_a_flag(callee: str) -> bool:
    operation = flag_operation(callee)
    return operation is not None and operation.kind == "test"
