"""What a constant of the kernel is: ``PAGE_MAPPING_ANON`` is 1, ``TAIL_MAPPING`` a poisoned pointer."""

from __future__ import annotations

import re

from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.refs import numbers
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import Constant, constants

_BIT = re.compile(r"^(?:is )?(?:the )?(?:bit (\d{1,2})|(lowest|low|second lowest) bit)$")
_ORDINAL = {"lowest": 0, "low": 0, "second lowest": 1}
_NUMBER = re.compile(r"^(?:is )?(?:0x[0-9a-f]{1,16}|\d{1,9})$")
_NAME = re.compile(r"^[A-Z][A-Z0-9_]{4,40}$")


class ConstantRule(Rule):
    """``PAGE_MAPPING_ANON`` is 1: bit 0 of the pointer."""

    name = "constant"
    predicates = frozenset({Predicate.EQUALS, Predicate.STATE, Predicate.OFFSET, Predicate.IS_A})

    cases = (
        Case(Predicate.EQUALS, "PAGE_MAPPING_ANON", "1", kernel="6.12"),
        Case(Predicate.EQUALS, "PAGE_MAPPING_ANON", value="bit 0", kernel="6.12"),
        Case(Predicate.EQUALS, "GUP_PIN_COUNTING_BIAS", "1024", kernel="6.12"),
        Case(Predicate.EQUALS, "GUP_PIN_COUNTING_BIAS", "512", kernel="6.12", verdict=VerdictKind.REFUTED),
        Case(Predicate.EQUALS, "SWAP_CLUSTER_MAX", "32"),
        Case(Predicate.EQUALS, "SWAP_CLUSTER_MAX", "64", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.EQUALS, "SWAP_CLUSTER_MAX", value="rather low", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.EQUALS, "PAGE_MAPPING_ANON", "bit 1", kernel="6.12", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.EQUALS, "TAIL_MAPPING", "NULL", kernel="6.12", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        return _NAME.match(question.claim.subject) is not None

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, parsed = question.claim, parse_version(version)
        known = [c for c in constants(claim.subject) if parsed is not None and in_range(parsed, c.kernels)]
        said = (claim.object or claim.value).lower().strip()
        if not known and not claim.condition:
            return self._defined(question, version, said)
        if not known or claim.condition:
            return Unknown(f"no fact about the value of {claim.subject} in {version}")
        constant = known[0]
        text = f"{claim.subject} is {_spelled(constant)} ({version})"
        bit = _BIT.match(said)
        if bit is not None:
            number = int(bit[1]) if bit[1] else _ORDINAL[bit[2]]
            truth = Truth.TRUE if constant.value == 1 << number else Truth.FALSE
            return Finding(truth, text, self.fact(text, constant.source), firm=False)
        if not _NUMBER.match(said):
            return Unknown(f"{text}; no number is said of it")
        truth = Truth.TRUE if numbers(said)[0] == constant.value else Truth.FALSE
        return Finding(truth, text, self.fact(text, constant.source), firm=not constant.offset)

    def _defined(self, question: Question, version: str, said: str) -> Finding | Unknown:
        """A constant that the trees define as a plain number (``SWAP_CLUSTER_MAX`` is 32)."""
        name = question.claim.subject
        value = question.code.value_of(name, version)
        if isinstance(value, Unknown) or not _NUMBER.match(said):
            return (
                value
                if isinstance(value, Unknown)
                else Unknown(f"{name} is {value}; no number is said of it")
            )
        text = f"{name} is {value} ({version})"
        truth = Truth.TRUE if numbers(said)[0] == value else Truth.FALSE
        return Finding(truth, text, self.fact(text, f"code {version}"), firm=False)


def _spelled(constant: Constant) -> str:
    return (
        f"{constant.value:#x} + {constant.offset}"
        if constant.offset
        else f"{constant.value} ({constant.value:#x})"
    )
