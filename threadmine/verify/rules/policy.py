"""Which page of a compound holds a flag: each its own, the head alone, or the first tail page."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Truth

_EACH = re.compile(
    r"\b(?:per[- ](?:sub)?page|(?:each|every|any) (?:sub)?page|individual (?:sub)?pages?|all subpages)\b",
    re.I,
)
_HEAD = re.compile(
    r"\b(?:head page|head only|only the head|on the head|folio[- ]level|per[- ]folio|whole folio)\b", re.I
)
_SECOND = re.compile(r"\b(?:second page|first tail|page\[1\]|_flags_1)", re.I)
_SPELLED = re.compile(r"\bPF_(ANY|HEAD|NO_TAIL|SECOND)\b")
_BY_MACRO = {"ANY": "any", "HEAD": "head", "NO_TAIL": "head", "SECOND": "second"}
_HEAD_POLICIES = frozenset({"head", "only-head", "no-tail"})


class PolicyRule(LayoutRule):
    """PG_anon_exclusive is per page; PG_dirty is the head page's; PG_has_hwpoisoned the second page's."""

    name = "policy"
    predicates = frozenset(
        {Predicate.STATE, Predicate.RESIDES, Predicate.OTHER, Predicate.USES, Predicate.IS_A}
    )

    cases = (
        Case(Predicate.STATE, "PG_hwpoison", value="is per page"),
        Case(Predicate.RESIDES, "PG_dirty", "head page"),
        Case(Predicate.OTHER, "PG_has_hwpoisoned", value="in the second page"),
        Case(Predicate.STATE, "PG_dirty", value="set", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.STATE, "PG_dirty", value="per page", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        return _flag(question) is not None and _stated(question) != ""

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        named, stated = _flag(question), _stated(question)
        flag = layout.flag(named.text) if named is not None else None
        if flag is None or flag.name.startswith("PGTY_"):
            return Unknown(f"{layout.kernel} has no such flag")
        policy = "head" if flag.policy in _HEAD_POLICIES else flag.policy
        if policy == "no-compound":
            return Unknown(f"{flag.name} is for pages that are no compound")
        text = f"{flag.name}: {flag.where} ({layout.kernel})"
        truth = Truth.TRUE if policy == stated else Truth.FALSE
        return Finding(truth, text, self.fact(text, f"flags {layout.kernel}"), firm=False)


def _flag(question: Question) -> Ref | None:
    return next((r for r in (*question.subjects, *question.objects) if r.kind is Kind.FLAG), None)


def _stated(question: Question) -> str:
    """The policy that value or object state: any, head or second; empty where none or several."""
    words = f"{question.claim.value} | {question.claim.object}"
    spelled = _SPELLED.search(words)
    if spelled is not None:
        return _BY_MACRO[spelled[1]]
    found = [
        name for name, cue in (("any", _EACH), ("head", _HEAD), ("second", _SECOND)) if cue.search(words)
    ]
    return found[0] if len(found) == 1 else ""
