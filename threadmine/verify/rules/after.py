"""What holds when a function has returned, because it has set or cleared that.

``zone_device_page_init()`` leaves the page locked; after ``folio_attach_private()`` the count is one higher.
"""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.effects import EffectRule

_AFTER = re.compile(
    r"\b(?:after|once|when|as soon as) (?:calling )?([a-z_]\w{3,60})\(\)"
    r"|^([a-z_]\w{3,60})\(\) (?:has |have )?(?:returns?|returned|is done|ran|was called|has been called)\b"
)
_BEFORE = re.compile(r"\b(?:before|until|unless|without|not|no)\b", re.I)
_SET = re.compile(r"^(?:is |was )?(?:set|locked|taken|held|true|dirty|uptodate|raised|elevated|\+1)$")
_CLEAR = re.compile(r"^(?:is |was )?(?:clear(?:ed)?|0|zero|null|unset|unlocked|empty|reset|false)$")
_ONE_MORE = re.compile(r"^(?:\+ ?1|(?:is )?(?:one (?:higher|more)|raised|elevated|incremented))$")
_COUNTS = frozenset({"_refcount", "_mapcount", "_pincount", "ref"})
_CONSTANT = re.compile(r"^(?:-?\d{1,4}|[A-Z][A-Z0-9_]{3,30})$")


class AfterRule(Rule):
    """After ``zone_device_page_init()`` the page is locked and has a count of 1."""

    name = "after"
    predicates = frozenset({Predicate.STATE})

    cases = (
        Case(
            Predicate.STATE,
            "page.flags",
            "PG_locked",
            value="set",
            condition="after zone_device_page_init()",
            kernel="6.12",
        ),
        Case(
            Predicate.STATE,
            "folio.mapping",
            value="NULL",
            condition="once free_zone_device_folio() returned",
            kernel="6.12",
        ),
        Case(
            Predicate.STATE,
            "page.flags",
            "PG_locked",
            value="set",
            condition="before zone_device_page_init()",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.STATE,
            "folio.mapping",
            value="NULL",
            condition="after page_to_pfn()",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        positive = claim.polarity is Polarity.POSITIVE and not _BEFORE.search(claim.condition)
        return positive and _AFTER.search(claim.condition) is not None

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim = question.claim
        spoken = _AFTER.search(claim.condition)
        ends = (question.object, question.subject)
        target = next((r for r in ends if r.kind in (Kind.FLAG, Kind.MEMBER) and r.member != "flags"), None)
        if spoken is None or target is None:
            return Unknown("no member and no function that has run is named")
        said, value = claim.value.strip(), ""
        if _CLEAR.match(said.lower()):
            predicate = Predicate.CLEARS
        elif _SET.match(said.lower()) and target.kind is Kind.FLAG:
            predicate = Predicate.SETS
        elif _ONE_MORE.match(said.lower()) and target.member in _COUNTS:
            predicate, value = Predicate.SETS, "+1"
        elif _CONSTANT.match(said):
            predicate, value = Predicate.SETS, said
        else:
            return Unknown("no state is said that a function could leave")
        name = spoken[1] or spoken[2]
        done = replace(
            claim, predicate=predicate, subject=name, object=target.text, value=value, condition=""
        )
        found = EffectRule().find(Question(done, question.message, question.model), version)
        if isinstance(found, Unknown) or found.truth is not Truth.TRUE:
            return Unknown(f"no fact that {name}() leaves {target.name} so")
        return replace(found, evidence=self.fact(found.reason, found.evidence[0].source), firm=False)
