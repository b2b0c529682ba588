"""What may be called wrong, and what other readings of a sentence may only confirm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verify.test_rules import question_of
from threadmine import memmap
from threadmine.model import Modality, Polarity, Predicate, VerdictKind
from threadmine.verify.engine import judge
from threadmine.verify.rule import Case

MODEL = memmap.load()

PLAIN = [
    "prep_compound_page() never calls prep_compound_head().",
    "As it stands, prep_compound_page() does not call prep_compound_head(), so nothing is set.",
]
NOT_PLAIN = [
    "I see no problem in prep_compound_page() calling prep_compound_head().",
    "If order is 0, prep_compound_page() does not call prep_compound_head().",
    "prep_compound_page() should not call prep_compound_head().",
    "Does prep_compound_page() not call prep_compound_head()?",
    "prep_compound_page() is fine, but nobody likes that it calls prep_compound_head().",
    "Make prep_compound_page() not call prep_compound_head().",
    "prep_compound_page() now does not call prep_compound_head().",
    "We would not want prep_compound_page() to call prep_compound_head().",
]


def refutation(quote: str) -> VerdictKind:
    case = Case(
        Predicate.CALLS, "prep_compound_page", "prep_compound_head", polarity=Polarity.NEGATIVE, quote=quote
    )
    claim, message = question_of(case)
    return judge(claim, message, MODEL, kernel="6.19").kind


@pytest.mark.parametrize("quote", PLAIN)
def test_plain_sentence_may_be_called_wrong(quote: str) -> None:
    assert refutation(quote) is VerdictKind.REFUTED


@pytest.mark.parametrize("quote", NOT_PLAIN)
def test_anything_less_plain_may_not(quote: str) -> None:
    assert refutation(quote) is VerdictKind.UNDECIDED


def test_who_is_taken_from_another_sentence_is_never_called_wrong() -> None:
    case = Case(
        Predicate.CALLS,
        "prep_compound_page",
        "prep_compound_head",
        polarity=Polarity.NEGATIVE,
        quote=PLAIN[0],
    )
    claim, message = question_of(case)
    for name in (claim.subject, claim.object):
        for why in ("from the text before", "the quotation above"):
            taken = replace(claim, inferred=(f"{name}: {why}",))
            assert judge(taken, message, MODEL, kernel="6.19").kind is VerdictKind.UNDECIDED


@pytest.mark.parametrize(
    ("case", "read"),
    [
        (
            Case(
                Predicate.OTHER,
                "prep_compound_head",
                quote="The prep_compound_head() in prep_compound_page().",
            ),
            "prep_compound_page calls prep_compound_head",
        ),
        (
            Case(
                Predicate.STATE, "page.flags", value="zone", quote="The flags field also holds the zone id."
            ),
            "zone id resides page.flags",
        ),
        (
            Case(Predicate.STATE, "folio.pgmap", "page.lru", quote="pgmap aliases the storage of page->lru."),
            "folio.pgmap overlaps page.lru",
        ),
        (
            Case(Predicate.STATE, "PG_head", quote="PG_head is and must be bit 6."),
            "PG_head offset bit 6",
        ),
        (
            Case(
                Predicate.CALLS, "it", "prep_compound_tail", quote="With prep_compound_page() it calls that."
            ),
            "prep_compound_page calls prep_compound_tail",
        ),
    ],
)
def test_sentence_read_another_way_is_confirmed_and_says_so(case: Case, read: str) -> None:
    claim, message = question_of(case)
    verdict = judge(claim, message, MODEL, kernel="6.19")
    assert verdict.kind is VerdictKind.CONFIRMED
    assert verdict.reason.endswith(f"[read as {read}]")
    assert verdict.evidence


def test_other_readings_never_refute() -> None:
    claim, message = question_of(Case(Predicate.STATE, "PG_head", quote="PG_head is bit 16."))
    assert judge(claim, message, MODEL, kernel="6.19").kind is VerdictKind.UNDECIDED


def test_condition_that_is_not_checked_leaves_it_undecided() -> None:
    claim, message = question_of(Case(Predicate.CALLS, "prep_compound_page", "prep_compound_tail"))
    claim = replace(claim, modality=Modality.CONDITIONAL)
    assert judge(claim, message, MODEL, kernel="6.19").kind is VerdictKind.UNDECIDED


def test_negation_of_another_clause_is_not_the_claims() -> None:
    """The reader took "not" and "won't" of the clauses around it for the claim's own."""
    claim, message = question_of(
        Case(
            Predicate.REQUIRES,
            "vm_insert_page",
            "folio_test_anon",
            polarity=Polarity.NEGATIVE,
            quote="Not needless - vm_insert_page() expects folio_test_anon() which will not be the case.",
        )
    )
    assert judge(claim, message, MODEL, kernel="6.19").kind is VerdictKind.REFUTED


def test_a_denial_behind_the_object_is_the_claims() -> None:
    """No word between the names denies it, the verb of the object does."""
    claim, message = question_of(
        Case(
            Predicate.SETS,
            "__split_folio_to_order",
            "PG_dirty",
            polarity=Polarity.NEGATIVE,
            quote="__split_folio_to_order() copies some flags, but PG_dirty is not included.",
        )
    )
    assert judge(claim, message, MODEL, kernel="6.19").kind is not VerdictKind.CONFIRMED


def test_a_condition_that_denies_is_no_limit() -> None:
    claim, message = question_of(
        Case(
            Predicate.CALLS,
            "prep_compound_page",
            "prep_compound_tail",
            condition="the order is not 0",
            quote="If the order is not 0, prep_compound_page() calls prep_compound_tail().",
        )
    )
    assert judge(claim, message, MODEL, kernel="6.19").kind is VerdictKind.CONFIRMED


@pytest.mark.parametrize(
    "quote",
    [
        "You can still call prep_compound_tail() from prep_compound_page().",
        "Call prep_compound_tail() in prep_compound_page().",
        "prep_compound_page() should call prep_compound_tail().",
        "I will rework this, so that prep_compound_page() calls prep_compound_tail().",
        "The prep_compound_tail() call has now been removed from prep_compound_page().",
        "Why not let prep_compound_page() use prep_compound_tail()?",
    ],
)
def test_suggestions_are_not_confirmed(quote: str) -> None:
    claim, message = question_of(
        Case(Predicate.CALLS, "prep_compound_page", "prep_compound_tail", quote=quote)
    )
    assert judge(claim, message, MODEL, kernel="6.19").kind is VerdictKind.UNDECIDED


def test_what_is_done_to_a_member_is_not_proven_by_a_function_the_claim_does_not_name() -> None:
    claim, message = question_of(
        Case(
            Predicate.SETS,
            "truncation",
            "page.mapping",
            quote="With prep_compound_tail() around, truncation sets page->mapping.",
        )
    )
    assert judge(claim, message, MODEL, kernel="6.19").kind is VerdictKind.UNDECIDED


@pytest.mark.parametrize(
    ("quote", "borrowed", "kind"),
    [
        ("Here page->mapping is set.", True, VerdictKind.CONFIRMED),
        ("Setting page->mapping is not the same as marking a tail page.", True, VerdictKind.UNDECIDED),
        ("This might be safe if another thread sets page->mapping.", True, VerdictKind.UNDECIDED),
        ("This is not obvious, but prep_compound_tail() sets page->mapping.", False, VerdictKind.CONFIRMED),
    ],
)
def test_a_function_that_only_stands_nearby_is_not_what_a_doubtful_sentence_is_about(
    quote: str, borrowed: bool, kind: VerdictKind
) -> None:
    claim, message = question_of(Case(Predicate.SETS, "prep_compound_tail", "page.mapping", quote=quote))
    if borrowed:
        claim = replace(claim, inferred=("prep_compound_tail: the quoted hunk above is in it",))
    assert judge(claim, message, MODEL, kernel="6.19").kind is kind
