"""Nobody reads a folio's member from a tail page: all code reaches it through a struct folio, a head."""

from __future__ import annotations

import re

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell

_ANYBODY = re.compile(
    r"^(?:core[- ]?mm|anything|anybody|anyone|nothing|nobody|no ?one|the kernel|mm|code|any code)?$", re.I
)
_TAIL = re.compile(r"\b(?:tail|non-head|non-second|random)\b", re.I)


class HeadRule(Rule):
    """``folio._nr_pages`` is never read from a tail page."""

    name = "head-only"
    checks_limits = True
    predicates = frozenset({Predicate.READS, Predicate.USES})

    cases = (
        Case(
            Predicate.READS,
            "core mm",
            "folio._nr_pages",
            condition="random tail page",
            polarity=Polarity.NEGATIVE,
        ),
        Case(Predicate.READS, "nothing", "folio.share", condition="tail page", polarity=Polarity.NEGATIVE),
        Case(
            Predicate.READS,
            "core mm",
            "folio._nr_pages",
            condition="tail page",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.READS,
            "core mm",
            "page.memcg_data",
            condition="tail page",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        return bool(_ANYBODY.match(question.claim.subject.strip())) and question.object.kind is Kind.MEMBER

    def find(self, question: Question, version: str) -> Finding | Unknown:
        target, claim = question.object, question.claim
        if not _ANYBODY.match(claim.subject.strip()) or target.kind is not Kind.MEMBER:
            return Unknown("not about who reads a member")
        if target.struct != "folio" or not _TAIL.search(f"{claim.condition} {claim.value} {claim.quote}"):
            return Unknown(f"{target.name} is not asked about for tail pages")
        code = question.code
        users = code.users(target.name, version)
        others = (*code.users(f"page.{target.member}", version), *code.users(f"?.{target.member}", version))
        if not users or others:
            return Unknown(f"not every reader of {target.name} is known to go through a folio")
        facts = code.function(users[0], version)
        if isinstance(facts, Unknown):
            return facts
        text = (
            f"the {len(users)} functions that touch {target.name} reach it through a struct folio, which is "
            f"never a tail page: {spell(f'{name}()' for name in users)} ({facts.kernel})"
        )
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)
