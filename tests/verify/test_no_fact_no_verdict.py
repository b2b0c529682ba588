"""No verdict without a fact; questions, plans and doubts are never called wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.verify.test_rules import question_of
from threadmine import memmap
from threadmine.model import KernelFrom, Modality, Polarity, Predicate, Tense, VerdictKind
from threadmine.verify.engine import judge
from threadmine.verify.rule import Case

WRONG = Case(Predicate.OVERLAPS, "page.mapping", "page._refcount")


@pytest.mark.parametrize("predicate", list(Predicate))
def test_nonsense_stays_undecided(predicate: Predicate) -> None:
    claim, message = question_of(Case(predicate, "the weather", "in Lisbon", value="is fine"))
    verdict = judge(claim, message, memmap.load())
    assert verdict.kind is VerdictKind.UNDECIDED
    assert verdict.reason
    assert not verdict.evidence


def test_question_is_never_refuted() -> None:
    claim, message = question_of(replace(WRONG, modality=Modality.QUESTION))
    assert judge(claim, message, memmap.load(), kernel="6.19").kind is VerdictKind.UNDECIDED


@pytest.mark.parametrize("tense", [Tense.PLANNED, Tense.PROPOSED])
def test_plans_are_never_refuted_and_tell_today(tense: Tense) -> None:
    claim, message = question_of(replace(WRONG, tense=tense))
    verdict = judge(claim, message, memmap.load(), kernel="6.19")
    assert verdict.kind is VerdictKind.PLANNED
    assert "today:" in verdict.reason


def test_negation_turns_the_verdict_round() -> None:
    for polarity, expected in (
        (Polarity.POSITIVE, VerdictKind.REFUTED),
        (Polarity.NEGATIVE, VerdictKind.CONFIRMED),
    ):
        claim, message = question_of(replace(WRONG, polarity=polarity))
        assert judge(claim, message, memmap.load(), kernel="6.19").kind is expected


def test_kernel_stated_in_the_sentence_wins_over_the_date() -> None:
    claim, message = question_of(
        replace(
            WRONG,
            subject="folio._nr_pages",
            object="page.memcg_data",
            quote="_nr_pages shares bytes with memcg_data in 6.14.",
        )
    )
    verdict = judge(claim, message, memmap.load())
    assert verdict.kernel.found is KernelFrom.STATED
    assert verdict.kernel.version == "6.14"
    assert verdict.kind is VerdictKind.REFUTED


def test_kernel_in_development_at_the_date_counts_too() -> None:
    claim, message = question_of(Case(Predicate.CALLS, "zone_device_page_init", "prep_compound_page"))
    claim = replace(claim, date=datetime(2026, 1, 15, tzinfo=UTC))  # 6.18 is out, 6.19 is in -rc
    verdict = judge(claim, message, memmap.load())
    assert verdict.kind is VerdictKind.CONFIRMED
    assert verdict.kernel.version == "6.19"


def test_holds_tells_the_kernels_of_both_answers() -> None:
    claim, message = question_of(Case(Predicate.OVERLAPS, "folio._nr_pages", "page[1].memcg_data"))
    verdict = judge(claim, message, memmap.load(), kernel="6.19")
    rows = [(h.kernel, h.holds) for h in verdict.holds if h.arch == "x86-64" and not h.config]
    assert rows[-1][1] is True
    assert rows[-1][0] in ("6.15..7.3", "6.16..7.3")
    assert rows[0][1] is False


def test_unknown_kernel_is_undecided_not_guessed() -> None:
    claim, message = question_of(Case(Predicate.CALLS, "prep_compound_page", "prep_compound_tail"))
    assert judge(claim, message, memmap.load(), kernel="4.4").kind is VerdictKind.UNDECIDED
