"""What the hand-checked effects say a function needs: ``lock_page()`` needs PG_locked clear to go on."""

from __future__ import annotations

import re

from threadmine.memmap import Effect
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_ZERO = re.compile(r"^(?:0|null|zero|clear(?:ed)?|unset|not set|empty|unlocked|false)$")
_SET = re.compile(r"^(?:set|true|held|locked|1)$")
_NONZERO = re.compile(r"^(?:> ?0|non-?zero|positive|elevated|held|not 0|not zero|a reference)$")
_COMPARED = re.compile(r"(==|!=|>) ?(-?\d+|\w+)$")


class NeedsRule(Rule):
    """``folio_unlock()`` needs PG_locked set; ``folio_get()`` needs a reference count above 0."""

    name = "needs"
    predicates = frozenset({Predicate.REQUIRES})

    cases = (
        Case(Predicate.REQUIRES, "lock_page", "PG_locked", value="clear"),
        Case(Predicate.REQUIRES, "folio_unlock", "PG_locked", value="set"),
        Case(Predicate.REQUIRES, "folio_get", "folio._refcount", value="non-zero"),
        Case(Predicate.REQUIRES, "folio_get", "folio._refcount", value="0", verdict=VerdictKind.REFUTED),
        Case(Predicate.REQUIRES, "folio_unlock", "PG_locked", value="clear", polarity=Polarity.NEGATIVE),
        Case(Predicate.REQUIRES, "lock_page", "PG_locked", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, target = question.subject, question.object
        state = question.claim.value.lower().strip()
        if subject.kind is not Kind.FUNCTION or target.kind not in (Kind.MEMBER, Kind.FLAG):
            return Unknown("not about a function and the state of a member")
        for effect in question.model.effects(subject.text, version):
            if effect.access != "require" or effect.via or not _about(effect, target):
                continue
            truth = _compare(effect, state, target)
            if truth is None:
                continue
            text = f"{subject.text}() needs {effect.value} of the {effect.page} ({version})"
            condition = f" under {effect.condition}" if effect.condition else ""
            source = f"effects {effect.kernels or version} {effect.function}"
            return Finding(truth, text + condition, self.fact(text + condition, source))
        return Unknown(f"no fact about what {subject.text}() needs of {target.name}")


def _about(effect: Effect, target: Ref) -> bool:
    if target.kind is Kind.FLAG:
        return effect.flags == (target.text,)
    return effect.member.split(".")[-1] == target.member and not effect.flags


def _compare(effect: Effect, state: str, target: Ref) -> Truth | None:
    """Whether the state that is needed is the one the claim says; None where they cannot be compared."""
    compared = _COMPARED.search(effect.value)
    if target.kind is Kind.FLAG:
        needs_clear = bool(compared) and effect.value.endswith("== 0")
        if _ZERO.match(state):
            return Truth.TRUE if needs_clear else Truth.FALSE
        if _SET.match(state):
            return Truth.FALSE if needs_clear else Truth.TRUE
        return None
    if compared is None:
        return None
    if _ZERO.match(state):
        return {("==", "0"): Truth.TRUE, (">", "0"): Truth.FALSE}.get((compared[1], compared[2]))
    if _NONZERO.match(state):
        return {(">", "0"): Truth.TRUE, ("==", "0"): Truth.FALSE}.get((compared[1], compared[2]))
    return Truth.TRUE if compared[1] == "==" and state == compared[2].lower() else None
