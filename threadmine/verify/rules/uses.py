"""Who uses a member: a part of the kernel does or does not; a kind of page alone does."""

from __future__ import annotations

import re

from threadmine.memmap.calls import FunctionFacts
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import reach, uses_of
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell
from threadmine.verify.rules.effects import same_bytes
from threadmine.verify.tables import PageKind, every, kinds, places_of

_ONLY = re.compile(r"\b(?:only|solely|exclusively|just)\b", re.I)


_CONSTANT = re.compile(r"_{0,2}[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
_AND = re.compile(r"\s+and\s+|\s*,\s*|\s*/\s*(?=[a-z_]+$)")
MAX_OUTSIDE = 3


class UsesRule(Rule):
    """fs/dax.c uses ``folio.share``, and nobody else does."""

    name = "uses"
    predicates = frozenset({Predicate.USES})

    cases = (
        Case(Predicate.USES, "fsdax", "folio.share"),
        Case(Predicate.USES, "fsdax", "folio.share", quote="Only fsdax uses ->share.", kernel="6.18"),
        Case(Predicate.USES, "ksm", "folio.share", polarity=Polarity.NEGATIVE),
        Case(Predicate.USES, "drivers/scsi/sg.c", "__GFP_COMP"),
        Case(Predicate.USES, "amdkfd and test_hmm", "MEMORY_DEVICE_COHERENT"),
        Case(
            Predicate.USES,
            "zsmalloc",
            "page.mapping",
            quote="Only zsmalloc uses page->mapping.",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.USES, "the scheduler", "folio.share", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, target = question.subject, question.object
        if subject.kind is Kind.MEMBER and target.kind is not Kind.MEMBER:
            subject, target = target, subject
        constant = target.text if _CONSTANT.match(target.text) else ""
        if target.kind is not Kind.MEMBER and not constant:
            return Unknown(f"{target.text or 'nothing'!r} names no member")
        names = frozenset({constant}) if constant else same_bytes(question.model, target, version)[0]
        users = _users(question, names, bool(constant), version)
        parts = [part for part in _AND.split(subject.text) if part]
        places = [_places(question, part, subject) for part in parts]
        if not places or not all(places):
            return Unknown(f"{subject.text or 'nothing'!r} names no part of the kernel that is known")
        inside = [_first_in(users, each) for each in places]
        user = inside[0]
        if user is None or not all(inside):
            return self._nobody(question, subject, target, version, users, places)
        if _ONLY.search(question.claim.quote):
            return self._only(question, target, version, users, places)
        text = f"{user.name}() in {user.files[0]} uses {target.name} ({user.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, user.source))

    def _nobody(
        self,
        question: Question,
        subject: Ref,
        target: Ref,
        version: str,
        users: tuple[FunctionFacts, ...],
        places: list[tuple[str, ...]],
    ) -> Finding | Unknown:
        names = [n for each in places for path in each for n in question.code.in_file(path, version)]
        facts = question.code.function(names[0], version) if names else Unknown("no function known there")
        if isinstance(facts, Unknown):
            return facts
        if facts.inferred or any(_first_in(users, each) for each in places):
            return Unknown(f"whether {subject.text} uses {target.name} is not known for {facts.kernel}")
        text = f"no function in {subject.text} touches {target.name} ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)

    def _only(
        self,
        question: Question,
        target: Ref,
        version: str,
        users: tuple[FunctionFacts, ...],
        places: list[tuple[str, ...]],
    ) -> Finding | Unknown:
        allowed = tuple(path for each in places for path in each)
        outside = [u for u in users if not any(_below(f, allowed) for f in u.files)]
        if len(outside) > MAX_OUTSIDE or any(not f.startswith("include/") for u in outside for f in u.files):
            others = spell([f"{u.name}()" for u in outside], MAX_OUTSIDE)
            return Unknown(f"others use {target.name} too: {others}")
        user = users[0]
        text = f"all {len(users)} functions that use {target.name} are in {spell(allowed)} ({user.kernel})"
        if outside:
            text += f", apart from the accessors {spell(u.name for u in outside)}"
        return Finding(Truth.TRUE, text, self.fact(text, user.source))


def _users(
    question: Question, names: frozenset[str], constant: bool, version: str
) -> tuple[FunctionFacts, ...]:
    """Functions that touch one of the members (or name the constant) in ``version``, sorted."""
    found: dict[str, FunctionFacts] = {}
    for name in sorted(names):
        for function in question.code.mentioning(name):
            facts = question.code.function(function, version)
            if isinstance(facts, Unknown):
                continue
            touched = facts.constants if constant else [use.name for use in facts.members]
            if names & set(touched):
                found[function] = facts
    return tuple(found[name] for name in sorted(found))


def _places(question: Question, part: str, subject: Ref) -> tuple[str, ...]:
    """Files and folders that a part of the kernel named in the claim lives in."""
    if subject.kind is Kind.FILE and part == subject.text:
        return (part,)
    return places_of(part)


def _below(file: str, places: tuple[str, ...]) -> bool:
    return any(file == place or (place.endswith("/") and file.startswith(place)) for place in places)


def _first_in(users: tuple[FunctionFacts, ...], places: tuple[str, ...]) -> FunctionFacts | None:
    return next((u for u in users if any(_below(f, places) for f in u.files)), None)


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
        claim = question.claim
        kind = kind_of(
            f"{claim.object} {claim.subject if question.subject.kind is Kind.WORDS else ''} {claim.value}"
        )
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
    plain = f" {' '.join(re.findall(r'[a-z_]+', words.lower()))} "
    return next((k for k in kinds() if any(f" {word} " in plain for word in k.words)), None)
