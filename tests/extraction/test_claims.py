"""Labelled sentences: what find_claims must read out of them."""

from __future__ import annotations

import time

import pytest

from tests.extraction.helpers import mail
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import Claim, Modality, Polarity, Predicate, Tense


def claims(body: str, subject: str = "Re: [PATCH 1/2] mm: tidy up tail pages") -> tuple[Claim, ...]:
    return find_claims(mail(body, subject), memmap.load())


def triples(body: str, subject: str = "Re: [PATCH 1/2] mm: tidy up tail pages") -> set[tuple[str, str, str]]:
    return {(c.predicate.value, c.subject, c.object) for c in claims(body, subject)}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("folio->_nr_pages overlaps page[1].memcg_data.", "overlaps folio._nr_pages page.memcg_data"),
        (
            "prep_compound_page() calls prep_compound_head() for every order.",
            "calls prep_compound_page prep_compound_head",
        ),
        (
            "prep_compound_tail() is called by prep_compound_page().",
            "calls prep_compound_page prep_compound_tail",
        ),
        (
            "prep_compound_tail() sets page->mapping to TAIL_MAPPING.",
            "sets prep_compound_tail page.mapping",
        ),
        ("page->mapping is cleared by free_pages_prepare().", "clears free_pages_prepare page.mapping"),
        ("folio_reset_order() clears folio->_nr_pages.", "clears folio_reset_order folio._nr_pages"),
        ("The page refcount is 0 there.", "state page._refcount "),
        ("page_anon_vma() reads page->mapping without a lock.", "reads page_anon_vma page.mapping"),
    ],
)
def test_a_plain_sentence_gives_its_triple(sentence: str, expected: str) -> None:
    assert expected in {" ".join(triple) for triple in triples(sentence + "\n")}


def test_the_quote_is_the_sentence_and_its_span_is_in_the_body() -> None:
    message = mail("Hello,\n\nI looked again.  free_pages_prepare() clears\npage->mapping of the page.\n")
    (claim,) = find_claims(message, memmap.load())
    assert claim.quote == "free_pages_prepare() clears page->mapping of the page."
    assert message.body[claim.start : claim.end].split() == claim.quote.split()
    assert claim.cue == "clears"


def test_quoted_text_is_not_the_authors() -> None:
    body = (
        "On Mon, Bob Example wrote:\n> prep_compound_tail() sets page->mapping to TAIL_MAPPING.\n\nThanks!\n"
    )
    assert claims(body) == ()


def test_a_robot_makes_no_claims() -> None:
    from dataclasses import replace

    message = mail("prep_compound_tail() sets page->mapping to TAIL_MAPPING.\n")
    assert find_claims(message, memmap.load())
    assert find_claims(replace(message, bot="a robot"), memmap.load()) == ()


def test_qualifiers() -> None:
    def one(sentence: str) -> Claim:
        return claims(sentence + "\n")[0]

    assert one("free_pages_prepare() does not clear page->mapping.").polarity is Polarity.NEGATIVE
    assert one("AFAIK free_pages_prepare() clears page->mapping.").modality is Modality.HEDGED
    assert one("free_pages_prepare() clears page->mapping.").modality is Modality.ASSERTED
    assert one("free_pages_prepare() clears page->mapping.").tense is Tense.PRESENT


def test_an_enumeration_is_one_claim_for_each_item() -> None:
    found = triples("free_pages_prepare() clears page->mapping, page->memcg_data and page->private.\n")
    assert {o for p, s, o in found if (p, s) == ("clears", "free_pages_prepare")} == {
        "page.mapping",
        "page.memcg_data",
        "page.private",
    }


def test_a_verb_left_out_is_that_of_the_clause_before() -> None:
    found = claims("put_page() calls free_zone_device_folio() but folio_put() does not.\n")
    assert [(c.subject, c.object, c.polarity) for c in found if c.predicate is Predicate.CALLS] == [
        ("put_page", "free_zone_device_folio", Polarity.POSITIVE),
        ("folio_put", "free_zone_device_folio", Polarity.NEGATIVE),
    ]


def test_ids_do_not_depend_on_the_run() -> None:
    body = "prep_compound_tail() sets page->mapping to TAIL_MAPPING.\n"
    assert [c.id for c in claims(body)] == [c.id for c in claims(body)]


def test_mail_about_nothing_of_ours_has_no_claims() -> None:
    assert claims("Thanks, applied to the tree.  I will send the pull request on Friday.\n") == ()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("folio->_nr_pages is 4 bytes.", ("size", "folio._nr_pages", "4 bytes")),
        ("folio->_nr_pages is at offset 120 of struct folio.", ("offset", "folio._nr_pages", "offset 120")),
        ("PG_head is bit 6.", ("offset", "PG_head", "bit 6")),
        ("page->mapping is not NULL there.", ("state", "page.mapping", "not NULL there")),
    ],
)
def test_sizes_offsets_and_states_keep_their_value(sentence: str, expected: tuple[str, str, str]) -> None:
    assert expected in {(c.predicate.value, c.subject, c.value) for c in claims(sentence + "\n")}


def test_list_items_are_read_with_their_introduction_and_these_fields_stand_for_them() -> None:
    body = (
        "prep_compound_page() no longer sets:\n1. folio->_nr_pages,\n2. folio->_pincount.\n\n"
        "The lines setting these members are moved to page_rmappable_folio().\n"
    )
    found = {(c.predicate.value, c.subject, c.object, c.polarity.value, c.quote) for c in claims(body)}
    for item, member in (("folio->_nr_pages,", "folio._nr_pages"), ("folio->_pincount.", "folio._pincount")):
        assert ("sets", "prep_compound_page", member, "negative", item) in found
        moved = "The lines setting these members are moved to page_rmappable_folio()."
        assert ("sets", "page_rmappable_folio", member, "positive", moved) in found


def test_flags_in_a_slash_list_are_one_claim_each() -> None:
    found = triples("HWPoison/Reserved/AnonExclusive stay in page->flags.\n")
    assert {
        ("resides", flag, "page.flags") for flag in ("PG_hwpoison", "PG_reserved", "PG_anon_exclusive")
    } <= found


@pytest.mark.parametrize(
    "sentence",
    [
        "Please clear page->mapping here.",
        "We have no idea if page->mapping was set.",
        "Thanks, I fixed the typo in free_pages_prepare().",
        "[PATCH v3 2/9] mm: clear page->mapping in free_pages_prepare()",
    ],
)
def test_what_states_nothing_is_no_claim(sentence: str) -> None:
    assert claims(sentence + "\n") == ()


def test_an_order_in_a_commit_message_is_proposed() -> None:
    body = (
        "Clear page->mapping in free_pages_prepare().\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n"
        " mm/a.c | 1 +\n 1 file changed, 1 insertion(+)\n\n"
        "diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n"
        "@@ -1,2 +1,3 @@ int f(void)\n {\n+\tg();\n }\n"
    )
    (claim,) = claims(body, "[PATCH] mm: clear the mapping")
    assert (claim.predicate, claim.subject, claim.object) == (
        Predicate.CLEARS,
        "free_pages_prepare",
        "page.mapping",
    )
    assert claim.tense is Tense.PROPOSED


def test_kernel_doc_speaks_of_the_member_of_its_struct() -> None:
    body = (
        "Describe it.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n"
        " include/linux/x.h | 6 ++++++\n 1 file changed, 6 insertions(+)\n\n"
        "diff --git a/include/linux/x.h b/include/linux/x.h\n"
        "--- a/include/linux/x.h\n+++ b/include/linux/x.h\n"
        "@@ -1,2 +1,8 @@\n \n+/**\n+ * struct ptdesc - Describes a page table.\n"
        "+ * @pt_list: Aliases with page->lru. Unused for kernel page tables.\n+ */\n"
        "+struct ptdesc {\n+\tint x;\n \n"
    )
    found = triples(body, "[PATCH] mm: describe")
    assert ("overlaps", "ptdesc.pt_list", "page.lru") in found
    assert ("uses", "kernel page table", "ptdesc.pt_list") in found


HOSTILE = (
    "page->mapping is set. " * 60_000,
    "page->mapping is set and " * 50_000,
    "a" * 1_000_000,
    "prep_compound_page() -> " * 40_000,
    "((struct folio *)(" * 40_000,
    "\u202epage->mapping is cleared\u202c \x00 by put_page().",
    "- page->lru\n" * 40_000,
    "page, " * 100_000 + "page->lru is set.",
)


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_take_bounded_time(body: str) -> None:
    started = time.process_time()
    claims(body + "\n")
    assert time.process_time() - started < 20


def test_a_sentence_may_end_with_its_verb() -> None:
    found = claims("The lower byte (bits 0-7) of page->pt_frag_refcount is used\n")
    assert {(claim.predicate, claim.object) for claim in found} == {(Predicate.USES, "page.pt_frag_refcount")}


def test_a_commit_message_is_claimed_by_the_author_of_the_patch_not_by_its_sender() -> None:
    body = (
        "From: Bo Lind <bo@example.org>\n\nprep_compound_tail() sets page->mapping to TAIL_MAPPING.\n\n"
        "---\nprep_compound_head() sets folio->_nr_pages, by the way.\n\n"
        "--- a/mm/tray.c\n+++ b/mm/tray.c\n@@ -1,2 +1,2 @@\n-int a;\n+int b;\n int c;\n"
    )
    found = find_claims(mail(body, subject="[PATCH] mm: tidy up"), memmap.load())
    assert {(claim.author.name, claim.subject) for claim in found} == {
        ("Bo Lind", "prep_compound_tail"),
        ("Ada Example", "prep_compound_head"),
    }


def test_a_call_is_about_the_function_not_about_the_member_it_deals_with() -> None:
    body = "page_pgmap() calls page_folio() and folio_test_anon() looks at page->index.\n"
    found = {claim.predicate: set(claim.entities) for claim in claims(body)}
    assert found[Predicate.CALLS] == {"page_pgmap", "page_folio"}
    assert found[Predicate.READS] >= {"folio_test_anon", "page.index", "page.mapping"}


@pytest.mark.parametrize(
    "sentence",
    [
        "If the pages are in one run, there is not need for page_folio().",
        "There is no real need for page_folio() here.",
        "There is not any need for page_folio() here.",
    ],
)
def test_no_need_is_a_negative_need_however_it_is_put(sentence: str) -> None:
    (claim,) = claims(sentence + "\n")
    assert (claim.predicate, claim.polarity) == (Predicate.REQUIRES, Polarity.NEGATIVE)


LAYOUT = [
    ("The allocator encodes the order in page->flags.", ("resides", "folio_order", "page.flags")),
    ("page->flags includes zone and node id.", ("resides", "zone id", "page.flags")),
    ("page->flags includes zone and node id.", ("resides", "node id", "page.flags")),
    ("folio->_nr_pages lives in page + 1.", ("resides", "folio._nr_pages", "folio.__page_1")),
    ("This series moves lru_lock into lruvec.", ("member_of", "lruvec.lru_lock", "lruvec")),
    ("page->_last_cpupid was removed.", ("member_of", "page._last_cpupid", "page")),
    ("page->mapping == 0 there.", ("state", "page.mapping", "")),
    (
        "folio->_nr_pages is odd: page->memcg_data is in the same slot.",
        ("overlaps", "page.memcg_data", "folio._nr_pages"),
    ),
    ("put_tray() drops it using put_page().", ("calls", "put_tray", "put_page")),
    ("reclaim_page() uses the page lock to keep out others.", ("requires", "reclaim_page", "PG_locked")),
    ("page->lru is no longer in use.", ("state", "page.lru", "")),
    ("zsmalloc keeps its kettle in page->index.", ("uses", "zsmalloc", "page.index")),
    (
        "PAGE_MAPPING_ANON is the low bit of page->mapping.",
        ("resides", "PAGE_MAPPING_ANON", "page.mapping"),
    ),
    ("page->pgmap is a pointer to struct dev_pagemap.", ("points_to", "page.pgmap", "dev_pagemap")),
    ("page->lru is reused for page->pgmap.", ("overlaps", "page.lru", "page.pgmap")),
    ("zpdesc->movable_ops is the same as page->mapping.", ("overlaps", "zpdesc.movable_ops", "page.mapping")),
    (
        "The first tail page contains folio->_large_mapcount.",
        ("resides", "folio._large_mapcount", "tail page"),
    ),
]


@pytest.mark.parametrize(("sentence", "triple"), LAYOUT, ids=range(len(LAYOUT)))
def test_where_members_lie_and_what_they_share(sentence: str, triple: tuple[str, str, str]) -> None:
    assert triple in triples(sentence + "\n")


def test_a_pointer_that_may_alias_points_to_nothing() -> None:
    found = triples("Since then the page->pgmap pointer aliases with page->lru.\n")
    assert found == {("overlaps", "page.pgmap", "page.lru")}


def test_equal_expressions_are_said_of_the_first() -> None:
    found = triples("folio->_nr_pages == folio->__page_1->memcg_data == page->memcg_data\n")
    assert found == {("equals", "folio._nr_pages", "page.memcg_data")}


def test_a_line_that_begins_with_a_word_and_a_comma_is_no_code() -> None:
    found = triples("Pointless, prep_compound_page() -> prep_compound_tail() -> page->mapping = NULL;\n")
    assert ("calls", "prep_compound_page", "prep_compound_tail") in found


def test_what_it_stands_for_may_come_from_a_longer_sentence() -> None:
    body = (
        "Before any of that is done for the first of the pages in the list, f_page_it() looks at "
        "page->mapping.\n\nTake it.\n\nRather take it from there.  Which takes it.  It takes it.\n"
    )
    assert claims(body)


def test_a_short_remark_is_read_with_the_code_above_it() -> None:
    quoted = (
        "> @@ -1,3 +1,3 @@ void f(struct page *page)\n>  {\n> -\tpage->memcg_data = 1;\n"
        "> +\tpage->memcg_data = 0;\n>  }\n\n"
    )
    remark = "The flags field includes the node id of the page.\n"
    assert ("resides", "node id", "page.flags") in triples(quoted + remark)
    assert not triples(remark)


def test_a_call_at_the_very_end_of_a_commit_message_has_no_verb_behind_it() -> None:
    diff = "--- a/Documentation/mm/a.rst\n+++ b/Documentation/mm/a.rst\n@@ -1,2 +1,3 @@\n one\n+two\n three\n"
    body = (
        f"There we folio_put() it\n---\ndiff --git a/Documentation/mm/a.rst b/Documentation/mm/a.rst\n{diff}"
    )
    found = find_claims(mail(body, "[PATCH] mm: say so"), memmap.load())
    assert [(c.predicate, c.object) for c in found] == [(Predicate.CALLS, "folio_put")]


def test_who_is_asked_for_is_not_taken_from_the_text_before() -> None:
    before = "prep_compound_page() does not set folio->_nr_pages. "
    asked = [c for c in claims(before + "Who holds a reference on pgmap->ref meanwhile?") if "?" in c.quote]
    assert not any(claim.subject for claim in asked)
    told = claims(before + "It holds a reference on pgmap->ref meanwhile.")
    assert "prep_compound_page" in {claim.subject for claim in told if "pgmap" in claim.quote}


def test_a_lock_of_the_sentence_before_is_not_looked_for_in_this_one() -> None:
    body = (
        "In the end everything that is done to a page on its way to the list is done while somebody or other "
        "holds the lruvec->lru_lock. It is taken and dropped by folio_sort_one().\n"
    )
    assert all(claim.object != "lruvec.lru_lock" for claim in find_claims(mail(body), memmap.load()))
