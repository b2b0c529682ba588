"""Single words that name a member once the mail has it in C."""

from __future__ import annotations

import pytest

from tests.extraction.helpers import mail
from tests.extraction.test_readings import message_of
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import Predicate

TOLD = {
    "slab->stride is written late. A reader may see it while stride is still stale.": "slab.stride",
    "page->ptl may be NULL. Before that, ptl was always valid.": "page.ptl",
    "I looked at folio->share. Certainly share is not cleared for a tail page.": "folio.share",
    "folio->pgmap is not cleared. At that point the pgmap is invalid.": "folio.pgmap",
}
ENGLISH = (
    "slab->inuse is zero. The stride of the loop is four.",
    "page->mapping is NULL. Both processes share the folio.",
    "folio->index is fine. They live in the mapping of the process.",
)


@pytest.mark.parametrize("text", TOLD)
def test_word_is_a_member_of_which_the_mail_speaks(text: str) -> None:
    first = text.split(".")[0]
    found = find_claims(message_of(text), memmap.load())
    later = [claim for claim in found if first not in claim.quote]
    assert {TOLD[text].rsplit(".", 1)[-1]} <= {e.rsplit(".", 1)[-1] for c in later for e in c.entities}


@pytest.mark.parametrize("text", ENGLISH)
def test_word_is_english_where_the_mail_does_not_say_otherwise(text: str) -> None:
    found = find_claims(message_of(text), memmap.load())
    named = {entity for claim in found for entity in claim.entities}
    assert named <= {"slab.inuse", "page.mapping", "folio.index"}


def test_a_member_that_only_the_mail_knows_is_read_where_it_stands_alone() -> None:
    body = (
        "We look at page->lru first, and lruvec->hint_sum += 1 comes next.\n\n"
        "reset_it_hint() clears hint_sum again.\n\nreset_it_hint() clears other_sum again.\n"
    )
    claims = find_claims(mail(body), memmap.load())
    cleared = [c.object for c in claims if c.predicate is Predicate.CLEARS]
    assert cleared == ["lruvec.hint_sum"]
