"""Who uses a member: a part of the kernel does or does not; a kind of page alone does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadmine.memmap.calls import FunctionFacts
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import operation, reach, same_flag, uses_of
from threadmine.verify.kinds import PageKind, kind_of
from threadmine.verify.members import same_bytes
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell
from threadmine.verify.tables import every, places_of

_ONLY = re.compile(r"\b(?:only|solely|exclusively|just)\b", re.I)


_CONSTANT = re.compile(r"_{0,2}[A-Z][A-Z0-9]*_[A-Z0-9_]+$")
_AND = re.compile(r"\s+and\s+|\s*,\s*|\s*/\s*(?=[a-z_]+$)")
MAX_OUTSIDE = 3
MAX_ACCESSORS = 40
MAX_FUNCTIONS = 800
"""Functions of a part of the kernel that are asked for a flag; the largest file has some five hundred."""

NOT_WHOLE = ("drivers/", "arch/", "net/", "include/net/", "block/", "virt/")
"""Parts of the tree of which only some folders were read: nothing follows from an absence there."""


class UsesRule(Rule):
    """fs/dax.c uses ``folio.share``, and nobody else does."""

    name = "uses"
    checks_limits = True
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
        Case(Predicate.USES, "page_pgmap", "folio.pgmap"),
        Case(Predicate.USES, "device-dax", "vm_operations_struct.pagesize"),
        Case(Predicate.USES, "page_idle", "PG_idle"),
        Case(Predicate.USES, "ksm", "PG_idle", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.USES,
            "page_idle",
            "PG_idle",
            polarity=Polarity.NEGATIVE,
            quote="page_idle does not use PG_idle",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.USES, "the scheduler", "folio.share", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject, target = question.subject, question.object
        if subject.kind is Kind.MEMBER and target.kind is not Kind.MEMBER:
            subject, target = target, subject
        if subject.kind is Kind.FUNCTION and places_of(subject.text):
            subject = Ref(Kind.WORDS, subject.text)  # "page_pool"
        if target.kind is Kind.FLAG:
            return self._flag(question, subject, target, version)
        if subject.kind is Kind.FUNCTION and target.kind is Kind.STRUCT:
            return self._struct(question, subject, target, version)
        if subject.kind is Kind.FUNCTION and target.kind is Kind.MEMBER:
            return self._function(question, subject, target, version)
        constant = target.text if _CONSTANT.match(target.text) else ""
        if subject.kind is Kind.FUNCTION and constant:
            return self._constant(question, subject, constant, version)
        if target.kind is not Kind.MEMBER and not constant:
            return unnamed(target, "member")
        parts = [part for part in _AND.split(subject.text) if part]
        places = [_places(part, subject) for part in parts]
        if not places or not all(places):
            return unnamed(subject, "part of the kernel that is known")
        names = frozenset({constant}) if constant else same_bytes(question.model, target, version)[0]
        users = {user for name in names for user in question.code.users(name, version)}
        if not _ONLY.search(question.claim.quote):
            users |= _through_accessors(question, users, version)
        inside = [sorted(users & _functions(question, each, version)) for each in places]
        given = next((s for each in places for s in _serving(question, each, target, version)), None)
        if not all(inside) and given is not None and not _ONLY.search(question.claim.quote):
            text = f"{given.name}() in {given.files[0]} can be {target.name} ({given.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, given.source), firm=False)
        if not all(inside):
            return self._nobody(question, target, version, names)
        facts = question.code.function(inside[0][0], version)
        if isinstance(facts, Unknown):
            return facts
        if _ONLY.search(question.claim.quote):
            return self._only(question, target, users, facts)
        text = f"{facts.name}() in {facts.files[0]} uses {target.name} ({facts.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, facts.source))

    def _function(self, question: Question, subject: Ref, target: Ref, version: str) -> Finding | Unknown:
        """A function uses a member: itself, or in what it calls directly."""
        found = reach(subject.text, version, 1)
        if isinstance(found, Unknown):
            return found
        same, _ = same_bytes(question.model, target, version)
        hit = next(uses_of(found, same, "rwa"), None)
        if hit is None or _ONLY.search(question.claim.quote):
            return Unknown(f"no use of {target.name} is known in {subject.text}() ({found.start.kernel})")
        text = f"{hit.spelled} ({found.start.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, hit.step.facts.source), firm=False)

    def _flag(self, question: Question, subject: Ref, target: Ref, version: str) -> Finding | Unknown:
        """A function, or one in a part of the kernel, sets, clears or tests a flag."""
        if _ONLY.search(question.claim.quote):
            return Unknown(f"who else uses {target.text} is not known")
        if subject.kind is Kind.FUNCTION:
            names = [subject.text]
        else:
            parts = [_places(part, subject) for part in _AND.split(subject.text) if part]
            if len(parts) != 1 or not parts[0]:
                return unnamed(subject, "part of the kernel that is known")
            names = sorted(_functions(question, parts[0], version))
        for name in names[:MAX_FUNCTIONS]:
            facts = question.code.function(name, version)
            calls = () if isinstance(facts, Unknown) else facts.calls
            for call in calls:
                done = operation(call.callee)
                if done is not None and same_flag(done.flag, target.text) and not isinstance(facts, Unknown):
                    text = f"{name}() in {facts.files[0]} calls {call.callee}() ({facts.kernel})"
                    return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        return Unknown(f"no use of {target.text} is known in {subject.text}")

    def _constant(self, question: Question, subject: Ref, constant: str, version: str) -> Finding | Unknown:
        """A function names a constant (``__GFP_COMP``)."""
        facts = question.code.function(subject.text, version)
        if isinstance(facts, Unknown) or constant not in facts.constants:
            return (
                facts if isinstance(facts, Unknown) else Unknown(f"no {constant} is known in {facts.name}()")
            )
        text = f"{facts.name}() names {constant} ({facts.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)

    def _struct(self, question: Question, subject: Ref, target: Ref, version: str) -> Finding | Unknown:
        """A function works with a struct: it touches a member of it."""
        facts = question.code.function(subject.text, version)
        if isinstance(facts, Unknown):
            return facts
        touched = next((use for use in facts.members if use.struct == target.text), None)
        if touched is not None:
            text = f"{facts.name}() touches {touched.name} ({facts.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        if facts.inferred or any(use.struct == "?" for use in facts.members) or not facts.members:
            return Unknown(f"no use of struct {target.text} is known in {facts.name}() ({facts.kernel})")
        text = f"{facts.name}() touches no member of struct {target.text} itself ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)

    def _nobody(
        self, question: Question, target: Ref, version: str, names: frozenset[str]
    ) -> Finding | Unknown:
        """None of the functions there touches it: known only for a kernel that was read itself."""
        subject, code = question.subject, question.code
        parts = [path for part in _AND.split(subject.text) for path in places_of(part)]
        if any(path.startswith(NOT_WHOLE) or "#" in path for path in parts):
            return Unknown(f"not all of {subject.text} was read; no use of {target.name} is known there")
        where = subject if target is not subject else question.object
        known = [n for path in _places(where.text, where) for n in code.in_file(path, version)]
        facts = (
            code.function(known[0], version) if known else Unknown(f"no function in {where.text} is known")
        )
        if isinstance(facts, Unknown):
            return facts
        untyped = {name for full in names for name in code.users(f"?.{full.split('.')[-1]}", version)}
        denied = question.claim.polarity is Polarity.NEGATIVE
        if facts.inferred or untyped & set(known) or not denied:
            return Unknown(f"whether {where.text} uses {target.name} is not known for {facts.kernel}")
        text = f"no function in {where.text} touches {target.name} ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source), firm=False)

    def _only(
        self, question: Question, target: Ref, users: set[str], first: FunctionFacts
    ) -> Finding | Unknown:
        where = question.subject if target is not question.subject else question.object
        allowed = tuple(path for part in _AND.split(where.text) for path in _places(part, where))
        everybody = [question.code.function(name, first.kernel.split("/")[0]) for name in sorted(users)]
        known = [facts for facts in everybody if not isinstance(facts, Unknown)]
        outside = [facts for facts in known if not any(_below(file, allowed) for file in facts.files)]
        if len(outside) > MAX_OUTSIDE or any(not f.startswith("include/") for u in outside for f in u.files):
            others = spell([f"{u.name}()" for u in outside], MAX_OUTSIDE)
            return Unknown(f"others use {target.name} too: {others}")
        text = f"all {len(known)} functions that use {target.name} are in {spell(allowed)} ({first.kernel})"
        if outside:
            text += f", apart from the accessors {spell(u.name for u in outside)}"
        return Finding(Truth.TRUE, text, self.fact(text, first.source))


def _serving(
    question: Question, places: tuple[str, ...], target: Ref, version: str
) -> Iterator[FunctionFacts]:
    """Functions of some files that are given to a member of a table of operations."""
    if target.kind is not Kind.MEMBER or not target.struct.endswith(
        ("_ops", "_operations", "_operations_struct")
    ):
        return
    for name in sorted(set(question.code.mentioning(target.name)) & _functions(question, places, version)):
        facts = question.code.function(name, version)
        if isinstance(facts, FunctionFacts) and target.name in facts.serves:
            yield facts


def _places(part: str, subject: Ref) -> tuple[str, ...]:
    """Files and folders that a part of the kernel named in the claim lives in."""
    if subject.kind is Kind.FILE and part == subject.text:
        return (part,)
    return places_of(part)


def _below(file: str, places: tuple[str, ...]) -> bool:
    return any(file == place or (place.endswith("/") and file.startswith(place)) for place in places)


def _through_accessors(question: Question, users: set[str], version: str) -> set[str]:
    """Callers of those users that are accessors in a header (``page_ref_count()`` of ``_refcount``)."""
    found: set[str] = set()
    for name in sorted(users)[:MAX_ACCESSORS]:
        facts = question.code.function(name, version)
        if isinstance(facts, Unknown) or not facts.files or not facts.files[0].startswith("include/"):
            continue
        found |= set(question.code.mentioning(name))
    return {
        name
        for name in found
        if not isinstance(facts := question.code.function(name, version), Unknown)
        and users & facts.callees.keys()
    }


def _functions(question: Question, places: tuple[str, ...], version: str) -> set[str]:
    """The functions that stand in the files and folders."""
    return {name for place in places for name in question.code.in_file(place, version)}


class ExclusiveRule(Rule):
    """A member is used by one kind of page only: wrong where a function that every page goes through uses
    it."""

    name = "exclusive"
    checks_limits = True
    needs_names = False
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
            "balloon pages",
            quote="balloon pages use _nr_pages",
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

    def applies(self, question: Question) -> bool:
        return bool(_ONLY.search(question.claim.quote))

    def find(self, question: Question, version: str) -> Finding | Unknown:
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
