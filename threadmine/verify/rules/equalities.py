"""Two expressions are the same by definition: ``folio_size()`` is ``PAGE_SIZE << folio_order()``."""

from __future__ import annotations

import re

from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth
from threadmine.verify.tables import equalities

_ARGUMENT = re.compile(r"\(\s*(?:\*?\w+(?:(?:->|\.)\w+)*)?\s*\)")
_EXACT = re.compile(r"[\w()\[\]<>*/+&.,\- ]{3,60}")


class EqualityRule(Rule):
    """``folio_nr_pages()`` is ``1 << folio_order()``."""

    name = "equality"
    predicates = frozenset({Predicate.EQUALS})

    cases = (
        Case(Predicate.EQUALS, "folio_size", "PAGE_SIZE << folio_order(folio)"),
        Case(Predicate.EQUALS, "folio_page(folio, 0)", "&folio->page"),
        Case(Predicate.EQUALS, "1 << folio_order", value="folio_nr_pages()"),
        Case(Predicate.EQUALS, "folio_size", "PAGE_SIZE << 2", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.EQUALS, "folio_size", "folio_pos() << 1", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        claim, parsed = question.claim, parse_version(version)
        first, second = _plain(claim.subject), _plain(claim.object or claim.value)
        if not first or not second or first & second:
            return Unknown("no two expressions are named")
        for kernels, same, fact in equalities():
            if first & same and second & same and parsed is not None and in_range(parsed, kernels):
                text = f"{fact} ({version})"
                return Finding(Truth.TRUE, text, self.fact(fact, f"definitions {version}"), firm=False)
        return Unknown("no fact that the two expressions are the same")


def _plain(words: str) -> frozenset[str]:
    """How an expression is spelled in the table: without blanks and arguments, a bare name as a call, too."""
    if not _EXACT.fullmatch(words.strip()):
        return frozenset()
    kept = re.sub(r"\s+", "", words.lower())
    bare = _ARGUMENT.sub("()", kept)
    names = re.sub(r"\b(folio_order|compound_order|folio_nr_pages|compound_nr)\b(?!\()", r"\1()", bare)
    whole = f"{bare}()" if re.fullmatch(r"\w+", bare) else bare
    return frozenset({kept, bare, names, whole})
