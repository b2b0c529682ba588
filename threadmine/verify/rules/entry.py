"""What is known of a page inside a function: its count is 0 where every call stands behind a dropped last
reference."""

from __future__ import annotations

import re

from threadmine.memmap.calls import FunctionFacts
from threadmine.memmap.effects import flag_operation
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.readings import quoted_function
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import entered

_INSIDE = re.compile(r"\b(?:->)?([a-z_]\w{3,60})\(\)")
_OTHER_TIME = re.compile(r"(?:after|before|once|until|unless|as soon as|without)\b", re.I)
_WITHIN = re.compile(r"\b(?:in|inside|within|of|at) ([a-z_]\w{3,60})\(\)")
_NAMES_ONE = re.compile(r"\b\w{3,60}\(|\b(?:free|idle|slab|device|tail|frozen|every|all|each|any)\b", re.I)
"""Words by which a sentence is about another function, or a sort of page, and not the lines above it."""

_ZERO = re.compile(r"(?<![\w.])(?:0|zero|null)(?![\w.])|\bfrozen\b", re.I)
_SOME = re.compile(r"> ?0|\b(?:non-?zero|elevated|raised|positive|held|at least (?:1|one))\b", re.I)
_CLEAR = re.compile(r"\b(?:not (?:yet )?set|unset|clear(?:ed)?|not (?:yet )?on)\b", re.I)
_SET = re.compile(r"^(?:is )?set\b", re.I)
DROPS = frozenset(
    {"put_page_testzero", "folio_put_testzero", "page_ref_sub_and_test", "folio_ref_sub_and_test"}
)


class EntryRule(Rule):
    """In ``__folio_put()`` the count is 0: all its callers have dropped the last reference."""

    name = "inside"
    checks_limits = True
    predicates = frozenset({Predicate.STATE, Predicate.REQUIRES})

    cases = (
        Case(Predicate.STATE, "folio._refcount", value="0", condition="in __folio_put()"),
        Case(Predicate.STATE, "page._refcount", value="0", condition="release_pages()", kernel="5.10"),
        Case(Predicate.STATE, "page._refcount", value="0", condition="__page_cache_release()", kernel="5.9"),
        Case(
            Predicate.STATE,
            "folio._refcount",
            value="0",
            condition="in page_to_pfn()",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "folio._refcount",
            value="0",
            condition="in __folio_put()",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "folio._refcount",
            value="7",
            condition="in __folio_put()",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        if claim.polarity is Polarity.NEGATIVE or not _state(question):
            return False
        return bool(_functions(question))

    def find(self, question: Question, version: str) -> Finding | Unknown:
        wanted = _state(question)
        missing = Unknown(f"no function is known in which {question.subject.name} is told")
        for name in _functions(question):
            facts = question.code.function(name, version)
            if isinstance(facts, Unknown):
                missing = facts
                continue
            how = self._how(facts, wanted, question)
            if how:
                text = f"{how} ({facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
            missing = Unknown(f"no fact that {wanted} holds in {name}() ({facts.kernel})")
        return missing

    @staticmethod
    def _how(facts: FunctionFacts, wanted: str, question: Question) -> str:
        known = next((token for token in sorted(facts.entry) if _means(token, wanted)), "")
        if known:
            return f"all calls of {facts.name}() that are known stand where {known} holds"
        told = next((fact for holds, fact, _ in entered().get(facts.name, ()) if holds == wanted), "")
        if told:
            return f"{facts.name}(): {told}"
        dropped = sorted(DROPS & facts.callees.keys())
        if wanted == "count==0" and dropped and question.claim.predicate is Predicate.STATE:
            return f"{facts.name}() goes on where {dropped[0]}() says that the last reference was dropped"
        return ""


def _means(token: str, wanted: str) -> bool:
    """Whether a token of a place is the state that is wanted (``!PG_lru`` by any of its tests)."""
    if token == wanted:
        return True
    if "PG_" not in wanted or token.startswith("!") != wanted.startswith("!"):
        return False
    operation = flag_operation(token.lstrip("!").removesuffix("()"))
    return operation is not None and operation.kind == "test" and operation.flag == wanted.lstrip("!")


def _state(question: Question) -> str:
    """The state that the claim tells, as the facts call it; empty where it is none of those."""
    claim = question.claim
    flag = next((r for r in (*question.subjects, *question.objects) if r.kind is Kind.FLAG), None)
    if flag is not None and claim.predicate is Predicate.STATE:
        if _CLEAR.search(claim.value):
            return f"!{flag.text}"
        return flag.text if _SET.search(claim.value) else ""
    counts = any(_counts(ref) for ref in (*question.subjects, *question.objects))
    if not counts:
        return ""
    if _ZERO.search(claim.value) and not _SOME.search(claim.value):
        return "count==0"
    return "count>0" if _SOME.search(claim.value) else ""


def _counts(ref: Ref) -> bool:
    return ref.kind is Kind.MEMBER and ref.member == "_refcount"


def _functions(question: Question) -> list[str]:
    """The functions that the claim is about: its subject, or those in its condition."""
    named = [question.subject.text] if question.subject.kind is Kind.FUNCTION else []
    if question.claim.predicate is Predicate.STATE:
        claim = question.claim
        inside = "" if _OTHER_TIME.match(claim.condition.strip()) else claim.condition
        named += _INSIDE.findall(inside) or _WITHIN.findall(f"{claim.value}() {claim.quote}")
        if not named and not claim.condition and not _NAMES_ONE.search(claim.quote):
            named.append(quoted_function(question.message, claim))  # "the count is 0 here" under its lines
    return [name for name in dict.fromkeys(named) if question.code.known(name)]
