"""Values and conditions say something, or are empty."""

from __future__ import annotations

import pytest

from tests.extraction.test_readings import message_of
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.extraction.claims.worth import worth
from threadmine.model import Claim, Modality, Polarity, Predicate

CUT = {
    "anyhow": "",
    "Anymore": "",
    "as well": "",
    "for the": "",
    "until": "",
    "the owner of the": "the owner",
    "a copy, and": "a copy",
    "NULL, -": "NULL",
    "stored in the tail page of": "stored in the tail page",
}
KEPT = [
    "",
    "on",
    "0",
    "!= 0",
    "looked at",
    "turned on",
    "passed in",
    "-1",
    "the owner",
    "PG_a | PG_b",
    "not NULL",
    "(x & 1)",
]


@pytest.mark.parametrize("value", CUT)
def test_value_ends_before_what_says_nothing(value: str) -> None:
    assert worth(value) == CUT[value]


@pytest.mark.parametrize("value", KEPT)
def test_whole_value_is_kept(value: str) -> None:
    assert worth(value) == value


def only(text: str) -> Claim:
    (claim,) = find_claims(message_of(text), memmap.load())
    return claim


def test_lone_conjunction_is_no_condition() -> None:
    assert only("page->index is valid if.").condition == ""
    cut = "The get_page() isn't needed until just before we free the page and look at the list."
    assert [c.condition for c in find_claims(message_of(cut), memmap.load()) if c.cue == "isn't needed"] == [
        ""
    ]
    assert only("page->index is valid if the page is mapped.").condition == "if the page is mapped"


def test_what_is_not_so_until_something_untold_is_not_denied() -> None:
    assert only("folio_end_it() does not clear page->mapping until:").polarity is Polarity.POSITIVE
    told = only("folio_end_it() does not clear page->mapping until the folio is freed.")
    assert (told.polarity, told.condition) == (Polarity.NEGATIVE, "until the folio is freed")


@pytest.mark.parametrize("opinion", ["I presume", "I suppose", "Presumably", "I suppose that"])
def test_what_is_presumed_is_hedged(opinion: str) -> None:
    assert only(f"{opinion} folio_add_it() sets page->private.").modality is Modality.HEDGED
    assert only(f"folio_add_it() sets page->private, {opinion.lower()}.").modality is Modality.HEDGED


NEVER = {
    "folio_end_it() replaces folio_start_it().": Predicate.CALLS,
    "As far as I can tell, page->mapping is NULL.": Predicate.READS,
    "This must be the page->private that is broken.": Predicate.REQUIRES,
}


@pytest.mark.parametrize("text", NEVER)
def test_verb_in_another_sense_is_not_taken_for_the_usual_one(text: str) -> None:
    found = find_claims(message_of(text), memmap.load())
    assert NEVER[text] not in [claim.predicate for claim in found]


def test_what_is_needed_by_nobody_named_is_no_subject() -> None:
    claim = only("nth_page_it() is no longer required.")
    assert (claim.subject, claim.object, claim.polarity) == ("", "nth_page_it", Polarity.NEGATIVE)


@pytest.mark.parametrize("said", ["if folio_end_it() is called", "when folio_end_it() gets called"])
def test_who_is_called_when_a_member_is_used_uses_it(said: str) -> None:
    found = find_claims(message_of(f"page->mapping is used {said}."), memmap.load())
    assert [(claim.subject, claim.object) for claim in found] == [("folio_end_it", "page.mapping")]
