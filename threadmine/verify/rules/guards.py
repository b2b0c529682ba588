"""What a function does not accept: it returns an error, warns or stops. Decides "requires" and "works for".

A guard says the opposite of what is required: ``if (folio_test_anon(folio)) return -EINVAL`` wants a folio
that
is not anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from threadmine.memmap.effects import flag_operation
from threadmine.memmap.names import aliases_of
from threadmine.model import Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import Found, Guarded, Reach, guards_of, reach, uses_of
from threadmine.verify.members import same_bytes
from threadmine.verify.reading import plain_state, rests_on_inference
from threadmine.verify.refs import Kind, Ref, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import tests_of

DEPTH = 3
_TEST = re.compile(r"(!?)((?:folio_|page_|is_|Page)\w+)\((?:\w*)\)")
_OFF = re.compile(r"(?:to be )?(?:cleared?|unset|zero|0|null|false|not set|empty|none|unlocked|not held)")
_ON = re.compile(
    r"(?:to be )?(?:set|true|held|locked|taken|1|elevated|raised|non-?zero|positive|> ?0|pinned"
    r"|not (?:0|zero)|at least (?:1|one)|a reference|reference held)"
)
_NEGATED = re.compile(r"^\s*(?:!|not\s|no\s|non-)")
_VALID = re.compile(
    r"\b(?:valid|stable|stability|correct|right|intact|sane|usable|initiali[sz]ed|set up|up to date"
    r"|properly set|consistent|accurate|populated|filled in|trustworthy|reliable)\b"
)
MAX_STATE_WORDS, RELIES_DEPTH = 6, 5
_LOCK = re.compile(r"lock", re.I)
_SOME_PAGES = re.compile(r"\b(?:tails?|heads?|page\[|second|bits?|only|if|unless|except)\b", re.I)
_FLAG_READER = re.compile(r"(?:_|^)(?:test|flags?|lock\w*|Page\w+)(?:_|$)|^Page|_flags$")
"""Functions that read the word for one flag, or hand on its address."""
_ASSERTS = re.compile(
    r"(?:lockdep_assert_held\w*|mmap_assert_\w*locked|vma_assert_\w*locked|i_mmap_assert_\w+)$"
)
_ORDER_ZERO = re.compile(r"\border\s*(?:==|=|is|of)?\s*-?(?:0|zero)\b|\border-0\b")
_ORDER_SOME = re.compile(r"\border\s*(?:>|>=|!=)\s*[01]\b|>\s?0 order|\bnon-?zero order\b|\border-[1-9]")
_ORDER_ANY = re.compile(r"\border\b")
_PARAMETER = re.compile(r"^!(\w+)$|^(\w+)==0$|^(\w+)<1$")


class RequiresRule(Rule):
    """``validate_page_before_insert()`` requires a folio that is not anonymous."""

    name = "guard"
    predicates = frozenset({Predicate.REQUIRES, Predicate.VALID_FOR})

    cases = (
        Case(Predicate.REQUIRES, "vm_insert_page", "folio_test_anon(folio)", verdict=VerdictKind.REFUTED),
        Case(Predicate.REQUIRES, "vm_insert_page", "folio_test_anon(folio)", polarity=Polarity.NEGATIVE),
        Case(Predicate.VALID_FOR, "vm_insert_page", "anonymous folio", verdict=VerdictKind.REFUTED),
        Case(Predicate.VALID_FOR, "prep_compound_head", "order == 0", verdict=VerdictKind.REFUTED),
        Case(Predicate.VALID_FOR, "folio_set_order", "order 0", polarity=Polarity.NEGATIVE),
        Case(
            Predicate.REQUIRES,
            "prep_compound_page",
            "page.mapping",
            value="NULL",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.VALID_FOR, "prep_compound_page", "order 5", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.REQUIRES, "prep_compound_head", value="order > 0"),
        Case(Predicate.REQUIRES, "page_to_pfn", value="order > 0", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.REQUIRES, "mem_cgroup_page_lruvec", "page.mem_cgroup", value="stable", kernel="5.10"),
        Case(Predicate.REQUIRES, "page_zone", "page._mapcount", value="valid", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.REQUIRES,
            "vm_insert_page",
            "folio.mapping",
            value="folio_test_anon()",
            quote="vm_insert_page() for example expects folio_test_anon()",
            verdict=VerdictKind.REFUTED,
        ),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject = question.subject
        if subject.kind is not Kind.FUNCTION:
            return unnamed(subject, "function")
        found = reach(subject.text, version, DEPTH)
        if isinstance(found, Unknown):
            return found
        if _ORDER_ANY.search(question.words):
            return self._order(question, found)
        wanted = _wanted(question)
        if isinstance(wanted, Unknown):
            return self._asserted(question, found) or self._relies(question, found, version) or wanted
        return self._tests(question, found, *wanted)

    def _relies(self, question: Question, found: Reach, version: str) -> Finding | None:
        """That a member must be right, where the function reads it."""
        claim, target = question.claim, question.object
        if claim.predicate is not Predicate.REQUIRES or target.kind is not Kind.MEMBER:
            return None
        said = claim.value.strip().lower()
        if claim.polarity is Polarity.NEGATIVE or (said and not _VALID.search(said)):
            return None
        if len(said.split()) > MAX_STATE_WORDS or _NEGATED.search(said):
            return None
        same, _ = same_bytes(question.model, target, version)
        if not said and rests_on_inference(claim):
            return None  # nothing says that it is this member that is needed
        if _SOME_PAGES.search(claim.condition):
            return None  # of which page is not told by a read of the word
        hits = (h for h in uses_of(found, same, "r") if len(h.step.way) <= RELIES_DEPTH)
        if target.member in ("flags", "_flags_1"):
            hits = (h for h in hits if not _FLAG_READER.search(h.step.facts.name))
        hit = next((h for h in hits if not _also_writes(h)), None)
        if hit is None:
            return None
        text = f"{hit.spelled} ({found.start.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, hit.step.facts.source), firm=False)

    def _asserted(self, question: Question, found: Reach) -> Finding | None:
        """That a lock must be held, where the function asserts that one is."""
        claim = question.claim
        if (
            question.object.kind is Kind.FLAG
            or not _LOCK.search(f"{claim.object} {claim.value}")
            or claim.polarity is Polarity.NEGATIVE
        ):
            return None
        asserted = next((c for c in found.start.callees if _ASSERTS.match(c)), "")
        if not asserted:
            return None
        text = f"{found.start.name}() calls {asserted}() ({found.start.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, found.start.source), firm=False)

    def _order(self, question: Question, found: Reach) -> Finding | Unknown:
        """Whether the function takes order 0: only where a guard on ``order`` lies on an unconditional
        way."""
        some = _ORDER_SOME.search(question.words) is not None
        if not some and not _ORDER_ZERO.search(question.words):
            return Unknown("no fact about that order")
        if some and question.claim.predicate is not Predicate.REQUIRES:
            return Unknown("no fact about that order")
        for guarded in guards_of(found, DEPTH, sure=True):
            parameter = _PARAMETER.match(guarded.guard.test)
            name = next((g for g in parameter.groups() if g), "") if parameter else ""
            if name != "order" or not guarded.guard.rejects or "order" not in guarded.step.facts.parameters:
                continue
            text = f"{guarded.spelled} ({found.start.kernel})"
            truth = Truth.TRUE if some else Truth.FALSE
            return Finding(truth, text, self.fact(text, guarded.step.facts.source), firm=not some)
        return Unknown(f"no guard on the order is known in {found.start.name}() or what it calls")

    def _tests(
        self, question: Question, found: Reach, tests: frozenset[str], wanted: bool
    ) -> Finding | Unknown:
        for guarded in _about(found, tests):
            rejected = not guarded.guard.test.startswith("!")  # the state that is turned away
            if guarded.guard.effect == "return void" or not guarded.guard.rejects:
                continue
            text = f"{guarded.spelled} ({found.start.kernel})"
            right = rejected != wanted
            truth = Truth.TRUE if right else Truth.FALSE
            if right and len(guarded.step.way) > 2:
                continue  # what a function far below insists on, its callers may have seen to
            firm = guarded.guard.effect.startswith("return") and _says_state(question)
            return Finding(truth, text, self.fact(text, guarded.step.facts.source), firm=firm)
        return Unknown(f"no check of {' or '.join(sorted(tests))} is known in {found.start.name}()")


def _about(found: Reach, tests: frozenset[str]) -> Iterator[Guarded]:
    for guarded in guards_of(found, DEPTH, sure=True):
        name = guarded.guard.test.lstrip("!").split("(")[0]
        if guarded.guard.test.endswith("()") and name in tests:
            yield guarded


def _also_writes(hit: Found) -> bool:
    """Whether the read is (or may be) only half of a change of some bits."""
    return any(use.name == hit.use.name and use.access == "w" for use in hit.step.facts.members)


def _says_state(question: Question) -> bool:
    """Whether the claim names the state in C or as a kind of page, so that "not" cannot hide in other
    words."""
    in_c = question.object.kind is Kind.FUNCTION or "(" in f"{question.claim.object}{question.claim.value}"
    in_c = in_c or question.object.kind is Kind.NOTHING
    in_c = in_c or bool(tests_of(question.object.text.lower()))
    return in_c or question.claim.predicate is Predicate.VALID_FOR


def _wanted(question: Question) -> tuple[frozenset[str], bool] | Unknown:
    """The tests that ask for what the claim says is needed, and which answer it wants."""
    claim, target = question.claim, question.object
    value = plain_state(claim.value, target.text) if target.kind is Kind.FLAG else claim.value
    state = value.lower().strip()
    stated = _TEST.fullmatch(claim.value.strip())
    if stated:  # the state is told by a test: "expects folio_test_anon()"
        tests = _tests_for(Ref(Kind.FUNCTION, stated[2]))
        return tests, not stated[1]
    if target.kind is Kind.NOTHING and state:
        plain = re.sub(r"^(?:an?|the|any) ", "", _NEGATED.sub("", state)).strip()
        tests = tests_of(plain) | tests_of(plain.removesuffix("s"))
        return (
            (tests, not _NEGATED.match(state)) if tests else Unknown("no check is known that asks for that")
        )
    if state and not (_OFF.fullmatch(state) or _ON.fullmatch(state)) and target.text.lower() not in state:
        return Unknown(f"{claim.value!r} is no state that a check could ask for")
    tests = _tests_for(target)
    if not tests:
        return Unknown(f"no check is known that asks for {claim.object or 'it'}")
    off = bool(_NEGATED.match(claim.object.lower())) or bool(_OFF.fullmatch(state))
    if target.kind is Kind.MEMBER and not state:
        return Unknown(f"which state of {target.name} is needed is not said")
    return tests, not off


def _tests_for(target: Ref) -> frozenset[str]:
    if target.kind is Kind.FUNCTION:
        operation = flag_operation(target.text)
        same = {target.text}
        if operation is not None and operation.kind == "test":
            same |= _accessors(operation.flag)
        return frozenset(same)
    if target.kind is Kind.FLAG:
        return frozenset(_accessors(target.text))
    if target.kind is Kind.MEMBER:
        names = (target.member, *aliases_of(target.struct, target.member))
        return frozenset(t for name in names for t in tests_of(f"{target.struct}.{name}"))
    plain = _NEGATED.sub("", target.text.lower()).strip()
    return tests_of(plain) | tests_of(plain.removesuffix("s"))


def _accessors(flag: str) -> set[str]:
    """``folio_test_locked`` and ``PageLocked`` of PG_locked (the latter found by asking, not by spelling)."""
    low = flag.removeprefix("PG_")
    camel = "".join(part.capitalize() for part in low.split("_"))
    candidates = {f"folio_test_{low}", f"Page{camel}", f"Page{low.upper()}", f"Page{low.capitalize()}"}
    return {c for c in candidates if (op := flag_operation(c)) is not None and op.flag == flag}
