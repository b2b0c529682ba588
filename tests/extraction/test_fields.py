"""Touched members in patches of our own writing: which struct, how, where, and what is no touch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from threadmine.extraction.fields import find_touches
from threadmine.memmap import load
from threadmine.model import Access, Message, Moment, Origin, Person, Side, Subject, Touch
from threadmine.parse.diff import parse_patch

HEADER = (
    "Text.\n\n---\ndiff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
    "@@ -10,{old} +10,{new} @@ {heading}\n"
)
WHEN = datetime(2025, 12, 1, tzinfo=UTC)


def mail(text: str, heading: str = "", path: str = "mm/tray.c", date: Moment = WHEN) -> Message:
    """A mail whose diff has one hunk with the lines of ``text``."""
    rows = text.splitlines()
    old = sum(not row.startswith("+") for row in rows)
    new = sum(not row.startswith("-") for row in rows)
    body = HEADER.format(path=path, heading=heading, old=old, new=new) + "\n".join(rows) + "\n"
    return Message(
        message_id="m@example.org",
        subject=Subject("[PATCH] x", "x"),
        author=Person("Ada Byrne", "ada@example.org"),
        date=date,
        body=body,
        origin=Origin("test"),
        patch=parse_patch(body),
    )


def touches(text: str, heading: str = "", path: str = "mm/tray.c") -> tuple[Touch, ...]:
    return find_touches(mail(text, heading, path), load())


def direct(text: str, heading: str = "", path: str = "mm/tray.c") -> list[tuple[str, str, str]]:
    """(name, access, side) of the touches that no helper makes."""
    return [(t.name, t.access.value, t.side.value) for t in touches(text, heading, path) if not t.via]


@pytest.mark.parametrize(
    ("line", "name", "access"),
    [
        ("page->mapping = NULL;", "page.mapping", "write"),
        ("page->index += 3;", "page.index", "write"),
        ("page->flags.f |= mask;", "page.flags", "write"),
        ("if (page->mapping == NULL)", "page.mapping", "read"),
        ("x = page->private;", "page.private", "read"),
        ("page[1].memcg_data = 0;", "page.memcg_data", "write"),
        ("(page + 1)->memcg_data = 0;", "page.memcg_data", "write"),
        ("((struct folio *)(page - 1))->_nr_pages = 0;", "folio._nr_pages", "write"),
        ("page_folio(page)->_nr_pages = 0;", "folio._nr_pages", "write"),
        ("INIT_LIST_HEAD(&page->lru);", "page.lru", "write"),
        ("list_add(&page->lru, &trays);", "page.lru", "write"),
        ("list_move(&page->lru,", "page.lru", "write"),
        ("if (list_empty(&page->lru))", "page.lru", "read"),
        ("atomic_set(&page->_mapcount, -1);", "page._mapcount", "write"),
        ("n = atomic_read(&page->_mapcount);", "page._mapcount", "read"),
        ("WRITE_ONCE(page->mapping, NULL);", "page.mapping", "write"),
        ("m = READ_ONCE(page->mapping);", "page.mapping", "read"),
        ("memcpy(to, &page->private, 8);", "page.private", "read"),
        ("memset(&page->private, 0, 4);", "page.private", "write"),
        ("set_bit(3, &page->flags);", "page.flags", "write"),
        ("if (test_bit(3, &page->flags))", "page.flags", "read"),
        ("page->index++;", "page.index", "write"),
        ("--page->index;", "page.index", "write"),
        ("page->mapping->host = x;", "page.mapping", "read"),
        ("return page->pgmap->owner;", "page.pgmap", "read"),
        ("/* page->mapping is stale here */", "page.mapping", "comment"),
        ("x = offsetof(struct page, lru);", "page.lru", "read"),
        ("p = container_of(l, struct page, lru);", "page.lru", "read"),
        ("list_for_each_entry(page, &trays, lru)", "page.lru", "read"),
    ],
)
def test_how_a_line_uses_a_member(line: str, name: str, access: str) -> None:
    for mark in "+-":
        found = direct(f" static void f(struct page *page)\n {{\n{mark}\t{line}\n }}\n")
        assert (name, access, mark) in found


def test_pgmap_is_a_pointer_member_and_the_struct_behind_it() -> None:
    found = direct(" void f(struct page *page)\n {\n+\tx = page->pgmap->ops;\n }\n")
    assert found == [("page.pgmap", "read", "+"), ("dev_pagemap.ops", "read", "+")]


@pytest.mark.parametrize(
    "text",
    [
        "+\tp->mapping = NULL;\n",  # who knows what p is
        "+\tstruct tray *page = x;\n+\tpage->index = 0;\n",  # declared as something else
        "+\tunsigned long page = 4;\n+\tpage->index = 0;\n",
        "+\tzspage->index = 0;\n",  # ends like a page and is none
        '+\tpr_info("page->mapping\\n");\n',
        "+\ttray->pgmap = pgmap;\n",  # local, field of another struct and word
        "+\treturn vma->flags;\n",
        "+\tpage->mapping_unknown(1);\n",
        " \tpage->mapping = NULL;\n+\tx();\n",  # context alone
        "+#define tray_folio(f) 1\n",
    ],
)
def test_no_touch(text: str) -> None:
    assert direct(text) == []


def test_names_known_all_over_the_kernel_are_marked_as_inferred() -> None:
    (found,) = touches("+\tnew_folio->mapping = NULL;\n")
    assert (found.name, found.inferred) == ("folio.mapping", "by the variable's name")
    (found,) = touches("+\tp->mapping = NULL;\n", heading="void f(struct page *p)")
    assert (found.name, found.inferred) == ("page.mapping", "declared in the @@ line")
    (found,) = touches(" \tq = pfn_to_page(3);\n+\tq->mapping = NULL;\n")
    assert (found.name, found.inferred) == ("page.mapping", "assigned from pfn_to_page()")


def test_declaration_of_another_function_is_not_taken() -> None:
    text = " void f(struct page *p)\n {\n }\n \n void g(struct tray *q)\n {\n+\tp->mapping = NULL;\n"
    found = touches(text)
    assert not [each for each in found if not each.inferred]


def test_a_side_has_its_own_declarations() -> None:
    found = direct(
        "-\tstruct page *p = x;\n+\tstruct folio *p = x;\n-\tp->mapping = 0;\n+\tp->mapping = 0;\n"
    )
    assert found == [("page.mapping", "write", "-"), ("folio.mapping", "write", "+")]


def test_line_function_and_offset() -> None:
    message = mail(
        " \n+static void g(struct folio *folio)\n+{\n+\tfolio->mapping = NULL;\n+}\n", heading="int f(int x)"
    )
    (found,) = find_touches(message, load())
    assert (found.file, found.function, found.line) == ("mm/tray.c", "g", 13)
    assert message.body[found.start :].startswith("mapping = NULL")


def test_context_line_counts_beside_a_changed_line_of_the_same_member() -> None:
    found = direct(
        " \tpage->mapping = NULL;\n \tpage->index = 0;\n-\tx = page->mapping;\n",
        heading="void f(struct page *page)",
    )
    assert found == [("page.mapping", "write", " "), ("page.mapping", "read", "-")]


def test_members_declared_removed_and_documented() -> None:
    text = (
        " struct folio {\n-\tunsigned int _nr_pages;\n+\tunsigned long _nr_pages;\n"
        "+\tint _spare : 3, _more[2];\n+\t\tunsigned long __page_flags;\n"
        "+\tvoid (*_done)(struct folio *folio);\n \t};\n"
    )
    assert direct(text, path="include/linux/mm_types.h") == [
        ("folio._nr_pages", "remove", "-"),
        ("folio._nr_pages", "declare", "+"),
        ("folio._spare", "declare", "+"),
        ("folio._more", "declare", "+"),
        ("folio.__page_flags", "declare", "+"),
        ("folio._done", "declare", "+"),
    ]


def test_kernel_doc_of_a_member() -> None:
    text = " /**\n  * struct folio - many pages\n+ * @_nr_pages: Use it.\n  */\n struct folio {\n \tint a;\n"
    assert direct(text, path="include/linux/mm_types.h") == [("folio._nr_pages", "comment", "+")]


def test_overlap_statement_touches_both_sides() -> None:
    found = touches("+TABLE_MATCH(flags, __page_flags);\n", path="include/linux/mm_types.h")
    assert [(each.name, each.via) for each in found] == [
        ("page.flags", "TABLE_MATCH"),
        ("ptdesc.__page_flags", "TABLE_MATCH"),
    ]


def test_helper_touches_what_the_model_says_it_writes() -> None:
    found = touches("+\t\tprep_compound_page(page, order);\n")
    names = {each.name for each in found}
    assert {"folio._nr_pages", "page.compound_head", "page.mapping"} <= names
    assert all(each.via == "prep_compound_page" and each.access is Access.WRITE for each in found)


def test_helper_of_later_kernels_touches_no_struct_that_there_is_not_yet() -> None:
    text = "+\tcount = folio_nr_pages(folio);\n"
    early = find_touches(mail(text, date=datetime(2021, 4, 9, tzinfo=UTC)), load())
    assert not early, "struct folio came with 5.16"
    later = find_touches(mail(text, date=datetime(2022, 4, 9, tzinfo=UTC)), load())
    assert {touch.struct for touch in later} == {"folio"}


def test_helper_that_a_series_adds_touches_the_member_it_adds() -> None:
    text = "+\treturn pgmap_vmemmap_nr(pgmap);\n"
    found = find_touches(mail(text, date=datetime(2021, 12, 1, tzinfo=UTC)), load())
    assert [touch.name for touch in found] == ["dev_pagemap.vmemmap_shift"]


@pytest.mark.parametrize("call", ["pgmap_request_folios(pgmap, folio, 1)", "pgmap_release_folios(folio, 1)"])
def test_helper_that_takes_or_returns_a_reference_writes_it(call: str) -> None:
    found = find_touches(mail(f"+\t{call};\n", date=datetime(2022, 10, 1, tzinfo=UTC)), load())
    assert [(touch.name, touch.access) for touch in found] == [("dev_pagemap.ref", Access.WRITE)]


def test_helper_that_only_looks() -> None:
    (found,) = touches("-\tif (folio_ref_count(folio) != 1)\n")
    assert (found.member, found.access, found.side) == ("_refcount", Access.READ, Side.REMOVED)


@pytest.mark.parametrize(
    "text",
    [
        "+static inline void set_page_private(struct page *page, unsigned long x)\n",  # its definition
        " \tprep_compound_page(page, order);\n",  # not changed
        "+\t * prep_compound_page() does the rest\n",  # a comment
        "+\tops->get_page(page);\n",  # a callback of that name
        "+\tlist_empty(&trays);\n",  # of no struct we know
    ],
)
def test_calls_that_touch_nothing(text: str) -> None:
    assert [each for each in touches(text) if each.via] == []


def test_new_member_of_a_declared_struct_counts() -> None:
    assert direct(" void f(struct folio *folio)\n {\n+\tfolio->_fresh = 1;\n }\n") == [
        ("folio._fresh", "write", "+")
    ]


def test_other_files_and_no_patch() -> None:
    assert touches("+\tpage->mapping = 0;\n", path="scripts/tray.py") == ()
    assert direct("+The word page->mapping stands here.\n", path="Documentation/mm/tray.rst") == [
        ("page.mapping", "comment", "+")
    ]


def test_hostile_lines_end() -> None:
    for text in (
        "+\t" + "page->" * 20_000,
        "+\tx(" + "&page->lru," * 20_000,
        "+" + "(" * 50_000 + "page->lru",
    ):
        touches(text + "\n")


def test_entry_of_a_list_tells_the_type_over_two_lines() -> None:
    text = "+\tq = list_first_entry(&trays,\n+\t\t\t     struct ptdesc, pt_list);\n+\tq->pt_mm = NULL;\n"
    assert ("ptdesc.pt_mm", "write", "+") in direct(text)


def test_nearest_declaration_above_wins_where_hunks_disagree() -> None:
    message = mail("+\tstruct page *q;\n")
    body = message.body + (
        "@@ -30,1 +31,2 @@ void g(void)\n {\n+\tstruct folio *q;\n@@ -50,1 +52,2 @@ void h(void)\n {\n"
        "+\tq->mapping = NULL;\n"
    )
    (found,) = find_touches(replace(message, body=body, patch=parse_patch(body)), load())
    assert (found.name, found.inferred) == ("folio.mapping", "declared so elsewhere in this file's diff")


def test_helper_that_fetches_the_pagemap_reads_the_member_and_others_only_convert() -> None:
    found = touches("+\tx = page_pgmap(page);\n+\ty = page_folio(page);\n")
    assert [(each.member, each.access, each.via) for each in found] == [("pgmap", Access.READ, "page_pgmap")]


def test_rust_is_not_read_as_c() -> None:
    assert touches("+\tself.page.flags = 0;\n", path="rust/kernel/page.rs") == ()
