"""Nobody uses a function or a member any more: by the calls and accesses of whole trees."""

from __future__ import annotations

import re

from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.refs import Kind, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell

_UNUSED = re.compile(
    r"\b(?:unused|dead code|not used (?:any ?more|anywhere|at all)|no longer used"
    r"|(?:no|without|has no|have no) (?:more |remaining |other |in-tree |real )?(?:users?|callers?)"
    r"|nobody (?:uses|calls)|(?:zero|no) (?:users?|callers?) (?:left|remain\w*))\b",
    re.I,
)


MAX_APART = 24
"""Characters that may stand between the function and the words that say nobody uses it."""


class UnusedRule(Rule):
    """A function has no callers: no tree of that kernel has one."""

    name = "unused"
    checks_limits = True
    predicates = frozenset({Predicate.STATE, Predicate.USES, Predicate.OTHER, Predicate.CALLS})

    cases = (
        Case(Predicate.STATE, "page.kmsan_nothing", value="unused", verdict=VerdictKind.UNDECIDED),
        Case(
            Predicate.STATE,
            "folio_add_pin",
            value="unused",
            quote="folio_add_pin() has no users left.",
            kernel="6.19",
        ),
        Case(
            Predicate.STATE,
            "prep_compound_page",
            value="unused",
            quote="prep_compound_page() has no users.",
            verdict=VerdictKind.UNDECIDED,
        ),
    )

    def applies(self, question: Question) -> bool:
        claim = question.claim
        if _UNUSED.match(claim.value.strip()):
            return True
        after = claim.quote[claim.quote.find(claim.subject) + len(claim.subject) :] if claim.subject else ""
        found = _UNUSED.search(after)
        return found is not None and found.start() <= MAX_APART and "," not in after[: found.start()]

    def find(self, question: Question, version: str) -> Finding | Unknown:
        subject = question.subject
        code = question.code
        span = code.span(version)
        if isinstance(span, Unknown):
            return span
        if subject.kind is not Kind.FUNCTION or not (
            code.known(subject.text) or code.mentioning(subject.text)
        ):
            return unnamed(subject, "function whose callers are known")
        callers = [
            name
            for name in code.mentioning(subject.text)
            if not isinstance(facts := code.function(name, version), Unknown)
            and subject.text in facts.callees
        ]
        if callers:
            text = f"{spell(f'{c}()' for c in callers)} call {subject.text}() ({version})"
            return Finding(Truth.FALSE, text, self.fact(text, f"code {version}"), firm=False)
        trees = " and ".join(code.sources[n] for n in span)
        text = (
            f"no function that was read calls {subject.text}() ({'/'.join(code.versions[n] for n in span)})"
        )
        return Finding(Truth.TRUE, text, self.fact(text, f"code {trees}"), firm=False)
