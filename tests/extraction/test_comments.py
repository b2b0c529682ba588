"""What comments beside declarations state of the members they describe."""

from __future__ import annotations

import time

import pytest

from tests.extraction.helpers import mail
from threadmine import memmap
from threadmine.extraction.claims import find_claims


def triples(*lines: str) -> set[tuple[str, str, str, str]]:
    """(predicate, subject, object, polarity) of the claims in a header to which a patch adds ``lines``."""
    body = (
        "Describe page->mapping.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n"
        f" include/linux/x.h | {len(lines)} +\n\ndiff --git a/include/linux/x.h b/include/linux/x.h\n"
        f"--- a/include/linux/x.h\n+++ b/include/linux/x.h\n@@ -1,0 +1,{len(lines)} @@\n"
    )
    body += "".join(f"+{line}\n" for line in lines)
    found = find_claims(mail(body, "[PATCH] mm: describe"), memmap.load())
    start = body.index("@@")
    return {(c.predicate.value, c.subject, c.object, c.polarity.value) for c in found if c.start > start}


def member(comment: str, declaration: str = "unsigned long lru;") -> set[tuple[str, str, str, str]]:
    """The claims of one trailing comment in ``struct page``."""
    return triples("struct page {", f"\t{declaration}\t/* {comment} */", "};")


def described(text: str, name: str = "pt_list") -> set[tuple[str, str, str, str]]:
    """The claims of one kernel-doc line of ``struct ptdesc``."""
    return triples(
        "/**",
        " * struct ptdesc - A table.",
        f" * @{name}:\t{text}",
        " */",
        "struct ptdesc {",
        "\tint x;",
        "};",
    )


USED = [
    ("Used by page migration.", {"page migration"}, "positive"),
    ("Mostly used for toasters and kettles.", {"toaster", "kettle"}, "positive"),
    ("Garden gnomes only.", {"garden gnome"}, "positive"),
    ("For huge teapots in the cupboard.", {"huge teapot"}, "positive"),
    ("Sometimes used as a list by the page owner.", {"page owner"}, "positive"),
    ("Page flags, mostly unused by zsmalloc.", {"zsmalloc"}, "negative"),
    ("Unused for page tables.", {"page table"}, "negative"),
]


@pytest.mark.parametrize(("text", "users", "polarity"), USED, ids=[text for text, *_ in USED])
def test_a_fragment_says_who_uses_the_member(text: str, users: set[str], polarity: str) -> None:
    assert described(text) >= {("uses", user, "ptdesc.pt_list", polarity) for user in users}


OTHERS = [
    ("Same as page flags.", "overlaps", "page.flags"),
    ("Padding that aliases with page's compound head.", "overlaps", "page.compound_head"),
    ("Protected by ptdesc->ptl, used for teapots.", "requires", "ptdesc.ptl"),
    ("Points to the anon_vma of somebody.", "points_to", "anon_vma"),
]


@pytest.mark.parametrize(("text", "predicate", "goal"), OTHERS, ids=[text for text, *_ in OTHERS])
def test_a_fragment_says_what_the_member_is_bound_to(text: str, predicate: str, goal: str) -> None:
    assert (predicate, "ptdesc.pt_list", goal, "positive") in described(text)


def test_a_further_sentence_is_about_the_same_member() -> None:
    found = described("For tray counting. Powerpc only.")
    assert ("uses", "powerpc", "ptdesc.pt_list", "positive") in found


def test_a_blank_line_ends_what_is_said_of_a_member() -> None:
    found = triples(
        "/**", " * struct ptdesc - A table.", " * @pt_list:\tA list.", " *",
        " * It is set.", " */", "struct ptdesc {", "\tint x;", "};",
    )  # fmt: skip
    assert ("state", "ptdesc.pt_list", "", "positive") not in found


def test_a_kind_of_page_beside_a_member_uses_it() -> None:
    assert ("uses", "tail page", "page.lru", "positive") in member("Tail pages of compound page")
    assert ("uses", "slub", "page.lru", "positive") in member("slab, slob and slub")


def test_a_kind_of_page_at_the_head_of_a_union_uses_its_first_member() -> None:
    found = triples("struct page {", "\tstruct {\t/* ZONE_DEVICE pages */", "\t\tvoid *pgmap;", "\t};", "};")
    assert found == {("uses", "ZONE_DEVICE page", "page.pgmap", "positive")}


def test_a_sentence_at_the_head_of_a_union_is_not_about_its_first_member() -> None:
    found = triples(
        "struct page {", "\t/* It is 20 bytes in size. */", "\tunion {", "\t\tint lru;", "\t};", "};"
    )
    assert not found


def test_a_name_beside_a_member_is_what_it_overlaps() -> None:
    assert member("compound_head", "int _pad;") == {
        ("overlaps", "page._pad", "page.compound_head", "positive")
    }


def test_a_pointer_points_to_what_it_is_declared_to() -> None:
    found = member("@pgmap: Points to the hosting map.", "struct dev_pagemap *pgmap;")
    assert found == {("points_to", "page.pgmap", "dev_pagemap", "positive")}
    found = member("first free object", "void *freelist;")
    assert found == {("points_to", "page.freelist", "first free object", "positive")}


def test_a_comment_before_a_struct_speaks_of_the_struct() -> None:
    after = ("struct slab {", "\tint x;", "};")
    assert triples("/* Reuses the bits in struct page */", *after) == {
        ("overlaps", "slab", "page", "positive")
    }
    assert triples("/* This struct overlays struct page. */", *after) == {
        ("overlaps", "slab", "page", "positive")
    }


@pytest.mark.parametrize(
    "text", ["*DO NOT USE DIRECTLY*", "Do not access this member directly.", "See the header."]
)
def test_what_readers_are_told_is_no_claim(text: str) -> None:
    assert member(text) == set()


def test_a_line_added_to_the_description_of_a_struct_is_about_its_members() -> None:
    body = (
        "Describe it.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n x.h | 2 +\n\n"
        "diff --git a/x.h b/x.h\n--- a/x.h\n+++ b/x.h\n@@ -1,6 +1,9 @@ struct other {\n  * @a: something\n"
        "+ * @index: number of pots for device private. Always == 1 for\n+ *\tdevice private.\n"
        "+ * @lru: array of pots\n  * @b: more\n  */\n struct page {\n+\tint index;\n+\tstruct pot *lru;\n"
    )
    found = find_claims(mail(body, "[PATCH] mm: describe"), memmap.load())
    assert {(c.predicate.value, c.subject, c.object) for c in found} == {
        ("uses", "device private", "page.index"),
        ("state", "page.index", ""),
        ("points_to", "page.lru", "pot"),
    }


def test_a_line_added_to_a_description_finds_its_struct_in_the_next_hunk() -> None:
    body = (
        "Describe it.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n x.h | 2 +\n\n"
        "diff --git a/x.h b/x.h\n--- a/x.h\n+++ b/x.h\n@@ -1,3 +1,4 @@ struct other {\n  * @a: something\n"
        "+ * @index: Used by teapots.\n  * @b: more\n"
        "@@ -40,3 +41,4 @@ struct page {\n \tint a;\n+\tint index;\n \tint b;\n"
    )
    found = find_claims(mail(body, "[PATCH] mm: describe"), memmap.load())
    assert [(c.predicate.value, c.subject, c.object) for c in found] == [("uses", "teapot", "page.index")]


CONTRACTS = [
    ("Context: Caller holds a reference on the folio.", ("requires", "folio_stir", "folio._refcount")),
    ("The caller must hold the page lock.", ("requires", "folio_stir", "PG_locked")),
    ("Context: Caller has a reference to the page.", ("requires", "folio_stir", "page._refcount")),
    ("It is returned with an increased page refcount.", ("sets", "folio_stir", "page._refcount")),
    ("Clears page->mapping.", ("clears", "folio_stir", "page.mapping")),
]


@pytest.mark.parametrize(("text", "triple"), CONTRACTS, ids=[text for text, _ in CONTRACTS])
def test_the_description_of_a_function_is_about_the_function(text: str, triple: tuple[str, str, str]) -> None:
    found = triples("/*", f" * {text}", " */", "static void folio_stir(struct folio *folio)", "{", "}")
    assert triple in {(predicate, subject, goal) for predicate, subject, goal, _ in found}


@pytest.mark.parametrize("text", ["folio_stir - Raise the page refcount.", "@page: clears page->mapping"])
def test_titles_and_arguments_state_nothing(text: str) -> None:
    assert not triples("/**", f" * {text}", " */", "static void folio_stir(struct folio *folio)", "{", "}")


def test_a_drawing_is_no_sentence() -> None:
    found = triples(
        "/*",
        " * cpu0                cpu1",
        " * page->mapping = a      page->mapping = b",
        " */",
        "int f(void)",
        "{",
        "}",
    )
    assert not found


def test_a_list_of_names_beside_a_member_are_its_users() -> None:
    found = member("x86 kettle, s390", "void *pt_mm;")
    assert found == {
        ("uses", "x86 kettle", "page.pt_mm", "positive"), ("uses", "s390", "page.pt_mm", "positive")
    }  # fmt: skip


def test_these_fields_are_those_shown_below() -> None:
    found = triples(
        "/* These members of struct page are used by the page_pool:", " *", " *\tstruct {",
        " *\t\tunsigned long pp_magic;", " *\t\tunsigned long dma_addr;", " *\t};", " */", "int x;",
    )  # fmt: skip
    assert found == {
        ("uses", "page_pool", "page.pp_magic", "positive"),
        ("uses", "page_pool", "page.dma_addr", "positive"),
    }


HOSTILE = (
    ("/* page->lru", " * x" + " " * 300_000 + "y(", " */"),
    ("/* page->lru", " * " + "a_" * 100_000 + " - b", " */"),
    ("struct page {", "/* page->lru */", "x" + " " * 300_000 + "y", "};"),
    ("struct page {", *["int lru; /* used by x */"] * 9_000, "};"),
)


@pytest.mark.parametrize("lines", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_comments_take_bounded_time(lines: tuple[str, ...]) -> None:
    started = time.process_time()
    triples(*lines)
    assert time.process_time() - started < 10
