"""Names in prose and code: members, functions, flags, and the struct behind a variable."""

from __future__ import annotations

import pytest

from threadmine import memmap
from threadmine.extraction.names import Lexicon, MailFacts, NameKind, find_names, lexicon_of


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return lexicon_of(memmap.load().names)


def entities(text: str, lexicon: Lexicon, body: str = "") -> list[str]:
    return [name.entity for name in find_names(text, lexicon, MailFacts(body))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("folio->_nr_pages is set", ["folio._nr_pages"]),
        ("look at page[1].memcg_data here", ["page.memcg_data"]),
        ("((struct folio *)(new_page - 1))->_nr_pages = 0", ["folio._nr_pages"]),
        ("&new_page->flags.f", ["page.flags"]),
        ("a bare memcg_data", ["page.memcg_data"]),
        ("prep_compound_page() and set_page_count(page, 1)", ["prep_compound_page", "set_page_count"]),
        ("PG_hwpoison and AnonExclusive", ["PG_hwpoison", "PG_anon_exclusive"]),
        ("SetPageDirty(page) or folio_test_lru(folio)", ["PG_dirty", "PG_lru"]),
        ("Dirty/LRU/Head/Private2 all move", ["PG_dirty", "PG_lru", "PG_head", "PG_private_2"]),
        ("pgmap->ops->folio_free() is called", ["dev_pagemap_ops.folio_free"]),
        ("TAIL_MAPPING is a constant", ["TAIL_MAPPING"]),
        ("see mm/page_alloc.c and include/linux/mm.h", []),
        ("the mapping of the index is private", []),
        ("the mapping field and page's index", ["page.mapping", "page.index"]),
        ("version 6.12.43 of e.g. this", []),
        ("alloc_slab_obj_exts_early fills it", ["alloc_slab_obj_exts_early"]),
        ("new_page is a variable", []),
        ("2^@order pages that start with @page, of the given @mapping", []),
        ("a swap_cluster_info with its memcg_table", ["swap_cluster_info", "swap_cluster_info.memcg_table"]),
        ("sizeof(struct page) bytes", ["page"]),
        ("page->rcu_head is free", ["page.rcu_head"]),
        ("SetPageActive is seen there", ["PG_active"]),
        ("a zpdesc is no page", ["zpdesc"]),
        ("struct page contains one rcu_head", ["page", "page.rcu_head"]),
        ("the removal of @pp_magic", ["page.pp_magic"]),
        ("swap_cluster_info.table is set", ["swap_cluster_info.table"]),
    ],
)
def test_names_in_prose_and_code(text: str, expected: list[str], lexicon: Lexicon) -> None:
    assert entities(text, lexicon) == expected


def test_the_page_index_is_kept(lexicon: Lexicon) -> None:
    (name,) = find_names("page[1].memcg_data", lexicon)
    assert (name.kind, name.index) == (NameKind.MEMBER, "1")


def test_a_declaration_in_the_mail_tells_the_struct(lexicon: Lexicon) -> None:
    body = "+\tstruct folio *dst = page_folio(page);\n"
    (name,) = find_names("dst->mapping is NULL", lexicon, MailFacts(body))
    assert name.entity == "folio.mapping"
    assert "declared struct folio" in name.inferred


def test_a_variable_declared_with_two_structs_tells_nothing(lexicon: Lexicon) -> None:
    facts = MailFacts("struct folio *x;\nstruct page *x;\n")
    assert facts.struct_of("x") == ""


def test_what_was_concluded_is_said(lexicon: Lexicon) -> None:
    (name,) = find_names("head_page->mapping", lexicon)
    assert name.inferred == "struct page from the variable's name"


def test_a_function_of_the_mail_is_known_without_parentheses(lexicon: Lexicon) -> None:
    assert entities("tray_page_flush drops it", lexicon, "int tray_page_flush(int x)") == ["tray_page_flush"]
    (name,) = find_names("tray_page_flush drops it", lexicon)
    assert name.kind is NameKind.EXPRESSION  # some name in C, nobody tells of what


def test_names_in_c_that_nobody_declares_are_names(lexicon: Lexicon) -> None:
    assert entities("the tray_lock is held while pg_tray_gen gets cleared", lexicon) == [
        "tray_lock",
        "pg_tray_gen",
    ]
    assert entities("a zone_device page that new_page points to", lexicon) == []


def test_hostile_text_takes_linear_time(lexicon: Lexicon) -> None:
    for text in ("a->" * 30_000, "((struct " * 20_000, "A/" * 30_000, "page[" * 30_000, "x(" * 30_000):
        find_names(text, lexicon)


def test_the_end_of_a_longer_name_is_no_call(lexicon: Lexicon) -> None:
    facts = MailFacts("netmem_clear_pp_magic(x);\n")
    assert not facts.is_function("pp_magic")
    assert facts.is_function("netmem_clear_pp_magic")


def test_a_plain_word_of_two_parts_is_a_member_where_the_mail_has_it_in_c(lexicon: Lexicon) -> None:
    assert entities("both use the rcu_head at once", lexicon, "see page->rcu_head\n") == ["page.rcu_head"]
    assert entities("both use the rcu_head at once", lexicon) == []
