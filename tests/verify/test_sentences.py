"""Whole sentences through reader and rules: what is true is never called wrong, however it is said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import Predicate, VerdictKind
from threadmine.verify.asking import message_of
from threadmine.verify.engine import judge

WHEN = datetime(2026, 3, 1, tzinfo=UTC)  # 6.19 is out, 7.0 is in -rc

TRUE = """\
folio->_nr_pages overlaps page[1].memcg_data.
folio->_deferred_list does not exist for order-1 folios.
An order-0 folio has no _nr_pages, because that is in the second page.
prep_compound_page() does not set folio->mapping.
prep_compound_page() does not set page->memcg_data.
prep_compound_tail() sets page->mapping to TAIL_MAPPING.
folio_order() never reads folio->_nr_pages.
PG_locked is bit 0 and PG_head is bit 6.
PG_anon_exclusive is tracked per page, not per folio.
PG_has_hwpoisoned lives in the second page's flags.
folio->_nr_pages is 4 bytes, so clearing it clears half of memcg_data.
page->memcg_data does not exist without CONFIG_MEMCG.
free_zone_device_folio() does not undo prep_compound_page().
fs/dax.c does not call zone_device_page_init().
vm_insert_page() does not accept anonymous folios.
prep_compound_head() must not be called for order 0.
free_frozen_pages() works for compound pages too.
page->lru and page->compound_head share the same bytes.
page->mapping does not overlap page->private.
struct page has no member _nr_pages.
struct folio has no compound_dtor any more.
There is no compound_page_dctor() in mm.
folio_put() calls __folio_put() only when the refcount drops to zero.
page_folio() does not return NULL.
The low bits of page->mapping tell whether it points to an anon_vma.
set_page_private() stores to page->private but does not set PG_private.
The size of struct page would grow by 8 bytes with another pointer.
If the order is 0, prep_compound_page() is not called.
With MEMCG disabled, _nr_pages is not a member of struct folio.
zone_device_page_init() no longer reads folio->pgmap after this series.
lock_page() does not return before PG_locked is set by us.
folio->_refcount is at offset 52 of the folio, like page->_refcount.
No tail page has its own refcount in use.
PG_dirty stays in the head page's flags in the memdesc world, one per page.
page->mapping points to an address_space for file pages.
The networking stack uses page->pp_magic, drivers do not.
Filesystems use page->private for their buffer heads.
""".splitlines()

WRONG = """\
prep_compound_head() handles order 0 as well.
free_frozen_pages() does not operate on compound pages.
vm_insert_page() in turn expects folio_test_anon().
folio->mapping overlaps folio->_refcount.
PG_head is bit 16.
folio->_nr_pages is 8 bytes.
prep_compound_page() never calls prep_compound_tail().
""".splitlines()


UNDECIDED = """\
An order-0 page could have _nr_pages set in page + 1, new_folio->_nr_pages is page + 1 memory.
The point of the loop is to pass clean pages to core-mm or call prep_compound_page() on them.
The only user of prep_compound_head was prep_compound_page, which used it after clearing the lru flag.
""".splitlines()
"""A true fact is at hand, but it is not what is said."""


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_sentence_is_never_called_wrong(sentence: str) -> None:
    message = message_of(sentence, WHEN)
    model = memmap.load()
    for claim in find_claims(message, model):
        verdict = judge(claim, message, model)
        assert verdict.kind is not VerdictKind.REFUTED, f"{claim.predicate} {claim.subject}: {verdict.reason}"


@pytest.mark.parametrize("sentence", WRONG)
def test_a_wrong_sentence_is_never_confirmed_and_caught_if_it_is_read(sentence: str) -> None:
    message = message_of(sentence, WHEN)
    model = memmap.load()
    claims = find_claims(message, model)
    kinds = {judge(claim, message, model).kind for claim in claims}
    assert VerdictKind.CONFIRMED not in kinds
    assert VerdictKind.REFUTED in kinds or not claims


@pytest.mark.parametrize("sentence", UNDECIDED)
def test_a_fact_about_something_else_decides_nothing(sentence: str) -> None:
    message = message_of(sentence, WHEN)
    model = memmap.load()
    decided = {
        (claim.predicate, claim.subject, verdict.reason)
        for claim in find_claims(message, model)
        if (verdict := judge(claim, message, model)).kind in (VerdictKind.CONFIRMED, VerdictKind.REFUTED)
        and claim.predicate in (Predicate.SETS, Predicate.CLEARS, Predicate.CALLS)
    }
    assert not decided
