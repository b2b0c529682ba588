"""Kernel trees: declarations under conditions, C functions in the notation, and running them.

The tree of these tests is of our own writing; real ones are read where THREADMINE_TREES names a folder of
linux-source trees.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from threadmine.errors import ModelError
from threadmine.memmap.cdecl import Headers
from threadmine.memmap.compute import Computer, layout_of
from threadmine.memmap.layout import Layout
from threadmine.memmap.options import distribution
from threadmine.memmap.scenario import Setup, run
from threadmine.memmap.source import read_headers, tree_version
from threadmine.memmap.tree import TreeFacts, runnable, tree_facts
from threadmine.memmap.versions import parse_version

TYPES = """
#ifndef _LINUX_MM_TYPES_H
#define _LINUX_MM_TYPES_H
#ifdef CONFIG_WIDE_ALIGN
#define _struct_page_alignment __aligned(2 * sizeof(unsigned long))
#else
#define _struct_page_alignment __aligned(sizeof(unsigned long))
#endif
struct page {
	unsigned long flags;
	union {
		struct { struct list_head lru; void *owner, **slots; };
		struct { unsigned long compound_head; unsigned char kind; unsigned small:3, rest:5; };
	};
	atomic_t _refcount;
#if defined(CONFIG_MEMCG) && !IS_ENABLED(CONFIG_TINY)
	unsigned long memcg_data;
#elif defined(CONFIG_TINY)
	short tiny[3];
#endif
} _struct_page_alignment;
struct folio {
	union { struct { unsigned long flags; struct list_head lru; }; struct page page; };
	union {
		struct { unsigned long _flags_1; unsigned long _head_1; unsigned int _nr_pages; };
		struct page __page_1;
	};
};
#endif
"""
FLAGS = """
enum pageflags { PG_locked, PG_dirty, PG_lru, PG_head = 6, PG_active,
#ifdef CONFIG_EXTRA
	PG_extra,
#endif
	__NR_PAGEFLAGS, PG_second = PG_dirty, };
"""
CODE = """
static inline void mark(struct page *p, unsigned long v)
{
	WRITE_ONCE(p->compound_head, v + 1);
}

static int number(struct folio *folio) { return folio->_nr_pages; }

void gather(struct page *first, unsigned int order)
{
	struct folio *f = (struct folio *)first;
	struct page *p = first;
	int i, n = 1 << order;

	set_bit(PG_head, &first->flags);
	for (i = 1; i < n; i++) {
		struct page *tail = first + i;
		mark(tail, (unsigned long)first);
		atomic_set(&tail->_refcount, 0);
		p++;
	}
	f->_flags_1 = (f->_flags_1 & ~0xffUL) | order;
	f->_nr_pages = n;
	if (IS_ENABLED(CONFIG_MEMCG) && order > 1)
		first[1].owner = NULL;
#ifdef CONFIG_TINY
	first->kind = 3;
#else
	INIT_LIST_HEAD(&first->lru);
#endif
	switch (order) {
	case 2:
	case 3:
		((struct folio *)(first + n - 1))->page.flags |= 1UL << 5;
		break;
	default:
		atomic_inc(&first->_refcount);
	}
}

void only_calls(struct folio *folio) { mark(&folio->page, 0); }
int elsewhere(struct task *t) { return t->page_count; }
void with_goto(struct page *page)
{
	if (page->owner)
		goto out;
	page->owner = page->slots[0];
out:
	memset(page, 0, sizeof(*page));
}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree of a few files that has just enough of a kernel."""
    for folder in ("mm", "include/linux"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "include/linux/mm_types.h").write_text(TYPES)
    (tmp_path / "include/linux/page-flags.h").write_text(FLAGS)
    (tmp_path / "mm/tiny.c").write_text(CODE)
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 20\nSUBLEVEL = 0\nEXTRAVERSION = -rc3\n")
    return tmp_path


def computed(tree: Path, *more: str, arch: str = "x86-64", memcg: bool = True) -> Layout:
    options = {name: True for name in distribution(arch) | set(more) if memcg or name != "MEMCG"}
    return layout_of(read_headers(tree), "6.20", arch, options, "test", "distribution")


def facts_of(tree: Path, layout: Layout) -> TreeFacts:
    version = parse_version("6.20")
    assert version is not None
    return tree_facts(tree, layout, version)


def test_conditions_decide_members_sizes_and_alignment(tree: Path) -> None:
    page = computed(tree).structs["page"]
    assert [m.name for m in page.members if not m.is_part] == [
        "flags", "lru", "owner", "slots", "compound_head", "kind", "small", "rest", "_refcount", "memcg_data",
    ]  # fmt: skip
    assert page.by_name["memcg_data"].offset == 48 and page.size == 56
    assert (page.by_name["small"].bit_offset, page.by_name["rest"].bit_offset) == (136, 139)
    assert computed(tree, "WIDE_ALIGN").structs["page"].size == 64
    tiny = computed(tree, "TINY").structs["page"]
    assert tiny.by_name["tiny"].size == 6 and "memcg_data" not in tiny.by_name
    narrow = computed(tree, arch="i386").structs["page"]
    assert (narrow.by_name["_refcount"].offset, narrow.size) == (20, 28)


def test_enums_count_on_and_follow_conditions(tree: Path) -> None:
    headers = read_headers(tree)
    flags = Computer(headers, frozenset(("EXTRA",))).enum("pageflags")
    assert flags == {
        "PG_locked": 0, "PG_dirty": 1, "PG_lru": 2, "PG_head": 6, "PG_active": 7, "PG_extra": 8,
        "__NR_PAGEFLAGS": 9, "PG_second": 1,
    }  # fmt: skip
    assert "PG_extra" not in Computer(headers, frozenset()).enum("pageflags")


def test_the_version_is_read_from_the_makefile(tree: Path) -> None:
    assert tree_version(tree) == "6.20-rc3"


def test_effects_follow_parameters_locals_casts_and_helpers(tree: Path) -> None:
    facts = facts_of(tree, computed(tree))
    rows = {(e.function, e.member, e.page, e.access) for e in facts.effects}
    assert ("mark", "page.compound_head", "page", "write") in rows
    assert ("number", "folio._nr_pages", "page[1]", "read") in rows
    assert ("gather", "page.flags", "head", "write") in rows
    assert ("gather", "page._refcount", "tail", "write") in rows
    assert ("gather", "folio._nr_pages", "page[1]", "write") in rows
    assert ("gather", "page.owner", "page[1]", "write") in rows
    assert ("with_goto", "page.page", "page", "write") in rows
    conditions = {
        e.member: e.condition for e in facts.effects if e.function == "gather" and e.access == "write"
    }
    assert "MEMCG" in conditions["page.owner"] and "order > 1" in conditions["page.owner"]
    assert "TINY" in conditions["page.kind"]
    assert "only_calls" in facts.blocks  # it touches by way of mark()
    assert not any(e.function == "elsewhere" for e in facts.effects)


def test_functions_of_a_tree_run(tree: Path) -> None:
    layout = computed(tree)
    facts = facts_of(tree, layout)
    setup = Setup(layout, "6.20", {}, base=0x10000, blocks=runnable(facts.blocks))
    result = run("gather", 2, setup)
    assert not result.guesses
    head, tail, last = result.state[0], result.state[1], result.state[3]
    assert int.from_bytes(head[:8], "little") == 1 << 6
    assert int.from_bytes(head[8:16], "little") == 0x10008  # the list points to itself
    assert tail[0] == 2 and int.from_bytes(tail[8:16], "little") == 0x10001
    assert int.from_bytes(tail[16:20], "little") == 4
    assert last[0] == 1 << 5
    other = run("gather", 1, setup)
    assert int.from_bytes(other.state[0][40:44], "little") == 1  # the default of the switch


@pytest.mark.parametrize("missing", ["mm", "include/linux/mm_types.h"])
def test_a_folder_that_is_no_kernel_tree_is_one_clear_failure(tree: Path, missing: str) -> None:
    path = tree / missing
    if path.is_dir():
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    else:
        path.unlink()
    with pytest.raises(ModelError, match="no kernel tree"):
        read_headers(tree)


@pytest.mark.parametrize(
    "text",
    ["struct page {", "}}}}", "struct page { union { struct {", "#if\n#elif\n#endif\n#endif",
     "enum pageflags {", "struct page { int a:; };", "#define X(\n", "struct page { int x[;", "typedef",
     "struct page { struct page p; };"],
)  # fmt: skip
def test_broken_headers_never_crash_the_reader(text: str) -> None:
    headers = Headers()
    headers.read(text)
    Computer(headers, frozenset(("64BIT",))).struct("page")


def test_broken_c_is_read_as_far_as_it_goes(tree: Path) -> None:
    (tree / "mm/broken.c").write_text("void f(struct page *p) { if (p->flags { p->owner = 0; \n" * 20)
    (tree / "mm/deep.c").write_text(
        "void g(struct page *p) { p->flags = " + "(" * 500 + "1" + ")" * 500 + "; }"
    )
    (tree / "mm/odd.c").write_bytes(b"void h(struct page *p) { p->flags = \xff\xfe; }\0")
    assert facts_of(tree, computed(tree)).effects


TREES = os.environ.get("THREADMINE_TREES", "")


@pytest.mark.slow
@pytest.mark.skipif(not TREES, reason="THREADMINE_TREES names no folder with linux-source trees")
@pytest.mark.parametrize("name", ["linux-source-6.12", "linux-source-7.3"])
def test_real_trees_say_what_the_packaged_facts_say(name: str) -> None:
    from threadmine.memmap import load

    path = Path(TREES) / name
    if not path.is_dir():
        pytest.skip(f"no {path}")
    version = tree_version(path)
    options = dict.fromkeys(distribution("x86-64"), True)
    layout = layout_of(read_headers(path), version, "x86-64", options, "test", "distribution")
    parsed = parse_version(version)
    assert parsed is not None
    facts = tree_facts(path, layout, parsed)
    helpers = ("folio_set_order", "set_page_private", "set_page_count")
    for function in ("prep_compound_head", "prep_compound_tail", *helpers):
        mine = {e.member for e in load().effects(function, version) if e.access == "write" and not e.via}
        theirs = {e.member for e in facts.effects if e.function == function and e.access == "write"}
        assert {m for m in theirs if "deferred" not in m} == {m for m in mine if "deferred" not in m}, (
            function
        )
    for scenario in ("prep_compound_page", "page_rmappable_folio", "prep_compound_head_order0"):
        for fill in ("zero", "a5"):
            packaged = run(scenario, 3, Setup(layout, version, {}, fill))
            own = run(scenario, 3, Setup(layout, version, {}, fill, blocks=runnable(facts.blocks)))
            assert own.writes == packaged.writes and own.warns == packaged.warns
