"""Who uses a member: a part of the kernel does or does not; a kind of page alone does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import Found, reach, uses_of
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.rules.effects import function_names, same_bytes
from threadmine.verify.tables import PageKind, every, kinds

_ONLY = re.compile(r"\b(?:only|solely|exclusively|just)\b", re.I)


class UsesRule(Rule):
    """fs/dax.c uses ``folio.share``."""

    name = "uses"
    predicates = frozenset({Predicate.USES})

    cases = (
        Case(Predicate.USES, "fsdax", "folio.share"),
        Case(Predicate.USES, "ksm", "folio.share", polarity=Polarity.NEGATIVE),
        Case(Predicate.USES, "the scheduler", "folio.share", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, target = question.subject, question.object
        if subject.kind is Kind.MEMBER and target.kind is not Kind.MEMBER:
            subject, target = target, subject
        if target.kind is not Kind.MEMBER:
            return Unknown(f"{target.text or 'nothing'!r} names no member")
        if _ONLY.search(question.claim.quote):
            return Unknown("whether nobody else uses it is a question of its own")
        names = function_names(question, subject, version)
        if isinstance(names, Unknown):
            return names
        same, _ = same_bytes(question.model, target, version)
        for name in names:
            hit = next(_own_uses(name, version, same), None)
            if hit is not None:
                text = f"{hit.spelled} ({hit.step.facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, hit.step.facts.source))
        facts = question.code.function(names[0], version)
        if isinstance(facts, Unknown):
            return facts
        text = f"no function in {subject.text} touches {target.name} ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)


def _own_uses(name: str, version: str, members: frozenset[str]) -> Iterator[Found]:
    found = reach(name, version, 0)
    if not isinstance(found, Unknown):
        yield from uses_of(found, members, "rwa")


class ExclusiveRule(Rule):
    """A member is used by one kind of page only: wrong where a function that every page goes through uses
    it."""

    name = "exclusive"
    predicates = frozenset({Predicate.USES, Predicate.OTHER, Predicate.STATE})

    cases = (
        Case(
            Predicate.USES,
            "folio._nr_pages",
            "rmappable folios",
            quote="_nr_pages is only used by rmappable folios",
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.USES,
            "{folio._large_mapcount,folio._pincount}",
            "rmappable folios",
            quote="these are only used by rmappable folios",
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.USES,
            "folio._nr_pages",
            "rmappable folios",
            quote="rmappable folios use _nr_pages",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.USES,
            "folio.share",
            "hugetlb folios",
            quote="share is only used by hugetlb folios",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        if not _ONLY.search(question.claim.quote):
            return Unknown("does not say that something is the only one")
        kind = kind_of(f"{question.claim.object} | {question.claim.subject} | {question.claim.value}")
        members = [r for r in (*question.subjects, *question.objects) if r.kind is Kind.MEMBER]
        if kind is None or not members:
            return Unknown("no member and kind of page named")
        for member in members:
            answer = self._others(question, member, kind, version)
            if answer is not None:
                return answer
        return Unknown(f"no use of {members[0].name} outside {kind.name} is known")

    def _others(self, question: Question, member: Ref, kind: PageKind, version: str) -> Finding | None:
        same, _ = same_bytes(question.model, member, version)
        for function, all_of in sorted(every().items()):
            found = reach(function, version)
            if all_of not in kind.part_of or isinstance(found, Unknown):
                continue
            for hit in uses_of(found, same, "rwa"):
                way = [question.code.function(name, version) for name in hit.step.way]
                asked = any(not isinstance(f, Unknown) and kind.tests & f.callees.keys() for f in way)
                if asked or hit.use.struct == "?":
                    continue
                text = (
                    f"{hit.spelled}, without a look at {' or '.join(sorted(kind.tests))}(); "
                    f"{function}() is for every {all_of} ({hit.step.facts.kernel})"
                )
                return Finding(Truth.FALSE, text, self.fact(text, hit.step.facts.source))
        return None


def kind_of(words: str) -> PageKind | None:
    """The kind of page that words name, or None."""
    plain = [part.strip() for part in words.lower().split("|")]
    return next((k for k in kinds() if any(part in k.words for part in plain)), None)
