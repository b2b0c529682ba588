"""A struct has a member, a kernel has a flag or a function: by the layouts, and by trees that were read
whole."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.memmap.names import macro_of
from threadmine.model import Modality, Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, Ref
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth

_EXIST = re.compile(
    r"(?:does not |doesn't |do not |no longer )?exists?"
    r"(?: at all| any ?more| yet| (?:yet )?(?:in|before|until) v?\d[\w.-]{0,9})?"
    r"|there(?: is|'s| are) (?:no|a)\b|(?:has|have|had) no\b|no such\b|\b(?:is|are) gone\b"
    r"|\b(?:was|been|got) (?:removed|introduced|added|dropped)\b",
    re.I,
)


_DEFINES = re.compile(
    r"\b(?:members?|fields?|struct|exists?|(?:has|have|had|there is|there are) (?:no|a|an)|definition"
    r"|declared|defines|union|only available|is gone|no such|lives? in)\b",
    re.I,
)


MAX_APART = 60
"""Characters between a name and the words of a definition that still belong to it."""

_BY_OPTION = re.compile(r"\bonly\b[^.;]{0,40}\bCONFIG_|\bCONFIG_\w+ only\b")


class MemberRule(LayoutRule):
    """``folio._nr_pages`` exists from 6.15 on; ``page.pgmap`` is gone since."""

    name = "member"
    predicates = frozenset({Predicate.MEMBER_OF})

    cases = (
        Case(Predicate.MEMBER_OF, "folio._nr_pages"),
        Case(Predicate.MEMBER_OF, "pgmap", "struct folio"),
        Case(Predicate.MEMBER_OF, "PG_head"),
        Case(Predicate.MEMBER_OF, "page.pgmap", kernel="6.1"),
        Case(Predicate.MEMBER_OF, "page.pgmap", polarity=Polarity.NEGATIVE),
        Case(
            Predicate.MEMBER_OF,
            "page.mapping",
            polarity=Polarity.NEGATIVE,
            quote="struct page has no mapping",
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.MEMBER_OF,
            "page.memcg_data",
            polarity=Polarity.NEGATIVE,
            quote="struct page has no memcg_data",
            verdict=VerdictKind.CONDITIONAL,
        ),
        Case(
            Predicate.MEMBER_OF,
            "page.memcg_data",
            quote="page->memcg_data exists in every configuration",
            verdict=VerdictKind.CONDITIONAL,
        ),
        Case(Predicate.MEMBER_OF, "page.no_such_member", verdict=VerdictKind.UNDECIDED),
    )

    def applies(self, question: Question) -> bool:
        """Only where the sentence names the thing and speaks of its being (not) in a definition."""
        if question.claim.modality is Modality.CONDITIONAL:
            return False  # "if struct page had one for each"
        if _BY_OPTION.search(question.claim.quote):
            return False  # that it is there says nothing of "only with CONFIG_X"
        return speaks_of_definition(question)

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject = question.subject
        if subject.kind is Kind.FLAG:
            flag = layout.flag(subject.text)
            if flag is None and subject.text not in question.model.names.flags:
                return Unknown(f"no kernel is known to have {subject.text}")
            text = f"{layout.kernel} {'has' if flag else 'has no'} {subject.text}"
            truth = Truth.TRUE if flag else Truth.FALSE
            return Finding(truth, text, self.fact(text, layout.source), firm=flag is not None)
        target = self._target(question)
        if isinstance(target, Unknown):
            return target
        struct, name = target
        if struct not in question.model.names.members.get(name, ()):
            return Unknown(f"no kernel is known to have {struct}.{name}")
        if layout.struct(struct) is None:
            return Unknown(f"{layout.kernel} has no facts about struct {struct}")
        member = layout.member(struct, name) or layout.member(struct, macro_of(struct, name))
        text = f"struct {struct} {'has' if member else 'has no'} {name} ({layout.kernel}, {layout.arch})"
        truth = Truth.TRUE if member else Truth.FALSE
        # a kernel built without an option has no member either: its absence refutes nobody
        return Finding(truth, text, self.fact(text, layout.source), firm=member is not None)

    @staticmethod
    def _target(question: Question) -> tuple[str, str] | Unknown:
        subject, whole = question.subject, question.object
        if subject.kind is Kind.MEMBER:
            other = whole.text if whole.kind is Kind.STRUCT else subject.struct
            return other, subject.member
        if whole.kind is Kind.STRUCT and subject.kind in (Kind.WORDS, Kind.FUNCTION):
            return whole.text, subject.text
        if whole.kind is Kind.MEMBER and subject.kind is Kind.STRUCT:
            return subject.text, whole.member
        return Unknown(f"{subject.text!r} and {whole.text!r} are no member and struct")


def speaks_of_definition(question: Question) -> bool:
    """Whether the sentence names the member or flag and speaks of a definition."""
    claim, subject = question.claim, question.subject
    name = (subject.member or subject.text.removeprefix("PG_")).lower()
    at = claim.quote.lower().find(name)
    if at < 0:
        return False
    around = claim.quote[max(0, at - MAX_APART) : at + len(name) + MAX_APART]
    return _DEFINES.search(around) is not None


_OF_MM = re.compile(r"\b(?:core[- ]?mm|mm core|mm/|mm code|the core|memory management|in mm)\b", re.I)
"""Words by which a function that mm never had is missed there and not in the whole kernel."""


class FunctionExistsRule(Rule):
    """There is no ``compound_page_dctor()``: decided by trees whose mm code was read whole."""

    name = "function-exists"
    predicates = frozenset({Predicate.MEMBER_OF, Predicate.OTHER})

    cases = (
        Case(Predicate.MEMBER_OF, "prep_compound_page()", quote="There is a prep_compound_page()."),
        Case(
            Predicate.MEMBER_OF,
            "free_zone_device_folio()",
            kernel="5.19",
            polarity=Polarity.NEGATIVE,
            quote="free_zone_device_folio() does not exist yet",
        ),
        Case(
            Predicate.MEMBER_OF,
            "prep_compound_page()",
            quote="prep_compound_page() reuses the old code",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.OTHER, "free_zone_device_page()", value="exists", kernel="5.19"),
        Case(Predicate.MEMBER_OF, "mm/memremap.c", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.OTHER,
            "example_queue_exit",
            value="exists",
            polarity=Polarity.NEGATIVE,
            quote="example_queue_exit() does not exist any more",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(
            Predicate.OTHER,
            "example_page_dctor",
            value="exists",
            polarity=Polarity.NEGATIVE,
            quote="core MM has no example_page_dctor(), it does not exist",
        ),
        Case(
            Predicate.OTHER,
            "prep_compound_page",
            value="exists",
            polarity=Polarity.NEGATIVE,
            quote="prep_compound_page() does not exist",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, subject = question.claim, question.subject
        if claim.predicate is Predicate.OTHER and not claim.value.lower().startswith(
            ("exist", "does not exist")
        ):
            return Unknown("says more than that a function exists")
        if subject.kind is not Kind.FUNCTION or question.object.kind is not Kind.NOTHING:
            return Unknown(f"{subject.text!r} is no function")
        if (claim.value and not _EXIST.fullmatch(claim.value.strip())) or not _EXIST.search(
            f"{claim.quote} {claim.value}"
        ):
            return Unknown(f"does not say whether {subject.text}() exists")
        return self._function(question, subject, version)

    def _function(self, question: Question, subject: Ref, version: str) -> Finding | Unknown:
        code = question.code
        span = code.span(version)
        if isinstance(span, Unknown):
            return span
        facts = code.function(subject.text, version)
        source = "code " + " and ".join(code.sources[n] for n in span)
        if not isinstance(facts, Unknown):
            text = f"{subject.text}() is in {', '.join(facts.files[:2])} ({facts.kernel})"
            # who says that it does not exist may speak of another tree, or of the code as it will be
            return Finding(Truth.TRUE, text, self.fact(text, facts.source), firm=False)
        if set(code.versions_of(subject.text)) & {code.versions[n] for n in span}:
            return facts
        if not code.known(subject.text) and not _OF_MM.search(question.claim.quote):
            return Unknown(f"whether {subject.text}() is anywhere outside mm/ is not known")
        text = f"no {subject.text}() in mm/ and its headers in {'/'.join(code.versions[n] for n in span)}"
        return Finding(Truth.FALSE, text, self.fact(text, source), firm=False)
