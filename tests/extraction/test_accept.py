"""The trained weights: what they are made of, and that plain statements outweigh talk."""

from __future__ import annotations

import math

from tests.extraction.helpers import mail
from threadmine import memmap
from threadmine.extraction.claims import accept
from threadmine.extraction.claims.find import propose
from threadmine.extraction.names import lexicon_of


def best(body: str) -> float:
    """The highest score of any candidate in ``body``."""
    found = list(propose(mail(body), lexicon_of(memmap.load().names)))
    assert found
    return max(accept.score(proposal.features) for proposal in found)


def test_the_weights_are_a_model_of_named_attributes() -> None:
    fitted = accept.weights()
    assert 0 < fitted.threshold < 1
    assert len(fitted.weights) > 50
    assert all(math.isfinite(weight) and abs(weight) < 10 for weight in fitted.weights.values())


def test_an_unknown_attribute_counts_nothing() -> None:
    plain = ("predicate=sets", "field")
    assert accept.score(plain) == accept.score((*plain, "cue:never seen in training"))


def test_plain_statements_outweigh_talk() -> None:
    statement = best("prep_compound_tail() sets page->mapping to TAIL_MAPPING.\n")
    talk = best("Is page_folio() in this patch unsuitable, and could you test the series on your tree?\n")
    assert statement > talk
    assert accept.is_claim(("predicate=sets", "fit=5", "slots=function-member", "field", "field-in-c"))
