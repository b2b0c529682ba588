"""What a rule is: it takes the positive statement of a claim and one kernel, and finds whether it holds
there.

The engine owns everything that is not about facts (negation, tense, doubt, which kernel), so that a rule
stays
one question to the model. Each rule carries its own cases; the tests are made from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from threadmine.memmap import Model
from threadmine.memmap.calls import CodeFacts, load_code
from threadmine.model import (
    Claim,
    Evidence,
    Holding,
    Message,
    Modality,
    Polarity,
    Predicate,
    Tense,
    Unknown,
    VerdictKind,
)
from threadmine.verify.refs import Ref, read_refs


class Truth(StrEnum):
    """Whether a positive statement holds in one kernel; PARTLY: under some configurations, orders or
    pages."""

    TRUE = "true"
    FALSE = "false"
    PARTLY = "partly"

    @property
    def opposite(self) -> Truth:
        return {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}.get(self, self)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found for one kernel.

    ``firm`` False means that the fact speaks against the claim but could be about something else than the
    writer meant: the engine then keeps it undecided and gives the reason. ``kernel`` is the kernel of the
    fact
    where it is not the one that was asked for.
    """

    truth: Truth
    reason: str
    evidence: tuple[Evidence, ...]
    holds: tuple[Holding, ...] = ()
    firm: bool = True
    kernel: str = ""


@dataclass(frozen=True)
class Question:
    """A claim with everything a rule may look at."""

    claim: Claim
    message: Message
    model: Model

    @property
    def code(self) -> CodeFacts:
        return load_code()

    @cached_property
    def subjects(self) -> tuple[Ref, ...]:
        return read_refs(self.claim.subject, self.claim.condition, self.model)

    @cached_property
    def objects(self) -> tuple[Ref, ...]:
        claim = self.claim
        stands_in = not claim.object and claim.predicate in (Predicate.EQUALS, Predicate.OVERLAPS)
        return read_refs(claim.value if stands_in else claim.object, claim.condition, self.model)

    @property
    def subject(self) -> Ref:
        return self.subjects[0]

    @property
    def object(self) -> Ref:
        return self.objects[0]

    def read(self, name: str) -> tuple[Ref, ...]:
        """What another name of the claim names (one of its entities)."""
        return read_refs(name, self.claim.condition, self.model)

    @cached_property
    def words(self) -> str:
        """Value, object and condition in lower case: where numbers and kinds of page may stand."""
        claim = self.claim
        return f"{claim.value} | {claim.object} | {claim.condition}".lower()


@dataclass(frozen=True, slots=True)
class Case:
    """A claim of our own writing with the verdict that a rule must reach; tests are made from it."""

    predicate: Predicate
    subject: str
    object: str = ""
    value: str = ""
    condition: str = ""
    polarity: Polarity = Polarity.POSITIVE
    modality: Modality = Modality.ASSERTED
    tense: Tense = Tense.PRESENT
    kernel: str = "6.19"
    quote: str = ""
    body: str = ""
    verdict: VerdictKind = VerdictKind.CONFIRMED
    reason: str = ""


class Rule:
    """Base of all rules. ``name`` is shown as evidence; ``predicates`` are those it is asked about.

    ``every_kernel`` tells the engine to ask it for all kernels with layouts, for the ranges where it holds.
    ``checks_limits``: it looks at "only", "without" and the like itself.
    ``kernel_free``: its answer is the same for every kernel, so that it is asked once.
    ``about_code`` False: its facts are about kinds of page, and hold in an order or a plan, too.
    ``told_as_order``: comments say such things in the imperative ("Return NULL").
    ``needs_names`` False: it may refute a sentence that names its subject by a pronoun.
    """

    name = ""
    predicates: frozenset[Predicate] = frozenset()
    every_kernel = False
    needs_names = True
    told_as_order = False
    about_code = True
    checks_limits = False
    kernel_free = False
    cases: tuple[Case, ...] = ()

    def applies(self, question: Question) -> bool:
        """Whether the claim is the rule's business at all: cheap, asked once for all kernels."""
        return True

    def find(self, question: Question, version: str) -> Finding | Unknown:
        """Whether the positive statement holds in ``version``.

        Args:
            question: the claim, its mail and the model.
            version: a kernel ("6.19"); the rule says Unknown where it has no fact about it.
        """
        raise NotImplementedError

    def fact(self, text: str, source: str) -> tuple[Evidence, ...]:
        return (Evidence(self.name, text, source),)


@dataclass(frozen=True, slots=True)
class Trial:
    """One rule's answer for one kernel, kept for `threadmine explain`."""

    rule: str
    kernel: str
    answer: Finding | Unknown


@dataclass(slots=True)
class Trace:
    """What was tried, in order."""

    trials: list[Trial] = field(default_factory=list)


def negated(polarity: Polarity) -> Polarity:
    return Polarity.NEGATIVE if polarity is Polarity.POSITIVE else Polarity.POSITIVE


def spell(names: Iterable[str], limit: int = 4) -> str:
    """``a, b, c and 5 more``."""
    listed = list(names)
    shown = ", ".join(listed[:limit])
    return shown if len(listed) <= limit else f"{shown} and {len(listed) - limit} more"
