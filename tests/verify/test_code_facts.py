"""The facts about functions: which kernels answer, what is packed and found again, how they are made."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from threadmine.memmap.calls import CodeFacts, FunctionFacts, load_code
from threadmine.model import Unknown
from threadmine.verify.code import reach, uses_of

CODE = load_code()

TREE = {
    "include/linux/page_kinds.h": """\
struct dev_pagemap { int type; };
struct page { unsigned long flags; void *mapping; unsigned int _refcount; struct dev_pagemap *pgmap; };
struct lruvec { spinlock_t lru_lock; };
struct vm_area_struct { unsigned long vm_flags; };
#define EXAMPLE_PAGES 32UL
#define EXAMPLE_BYTES (EXAMPLE_PAGES << 12)
static inline void page_kind_set(struct page *page, int kind)
{
	page->flags |= PG_kind;
}
""",
    "mm/example.c": """\
struct obj_stock_pcp { int cached_here; };

bool example_is_ours(struct vm_area_struct *vma, struct obj_stock_pcp *stock)
{
	stock->cached_here = 0;
	vma->vm_flags &= ~VM_OURS;
	example_mod_state(vma, NR_OURS, 1);
	return vma->vm_flags & VM_THEIRS;
}

int example_check(struct page *page, unsigned int order)
{
	if (!order || page_is_bad(page))
		return -EINVAL;
	return 0;
}

void example_prepare(struct page *page, unsigned int order)
{
	struct dev_pagemap *pgmap = page->pgmap;

	if (order)
		page_kind_set(page, 1);
	WRITE_ONCE(page->mapping, NULL);
	page->_refcount = 1;
	example_check(page, order);
	pgmap->ops->done(page);
}

static void example_unlink(struct page *page, struct lruvec *lruvec)
{
	page->mapping = NULL;
}

static void example_free(struct page *page)
{
	page->flags = 0;
}

/* The caller must hold lru_lock. */
static void example_later(struct page *page)
{
	if (!trylock_page(page))
		return;
	example_unlock_it(page);
}

static const struct dev_pagemap_ops example_ops = {
	.page_free = example_free_device,
};

void example_free_device(struct page *page)
{
	page->pgmap = NULL;
}

void example_drop(struct page *page, struct lruvec *lruvec, int other)
{
	spin_lock_irq(&lruvec->lru_lock);
	if (other) {
		spin_unlock_irq(&lruvec->lru_lock);
		spin_lock_irq(&lruvec->lru_lock);
	}
	example_unlink(page, lruvec);
	spin_unlock_irq(&lruvec->lru_lock);
	if (put_page_testzero(page))
		example_free(page);
	example_later(page);
}
""",
    "drivers/example/example.c": """\
void example_driver(struct page *page, struct vm_area_struct *vma)
{
	page->mapping = NULL;
	vma->vm_flags |= VM_OURS;
}
""",
}


def test_a_kernel_that_was_read_answers_alone() -> None:
    assert CODE.exact("6.19")
    span = CODE.span("6.19.14")
    assert not isinstance(span, Unknown)
    assert [CODE.versions[n] for n in span] == ["6.19"]


def test_a_kernel_between_two_is_answered_by_both() -> None:
    facts = CODE.function("prep_compound_page", "6.13")
    assert not isinstance(facts, Unknown)
    assert facts.inferred
    assert facts.kernel == "6.12/6.14"


@pytest.mark.parametrize("version", ["4.19", "9.1"])
def test_kernels_outside_are_unknown(version: str) -> None:
    assert isinstance(CODE.function("prep_compound_page", version), Unknown)


def test_a_function_knows_its_file_calls_members_and_checks() -> None:
    facts = CODE.function("folio_set_order", "6.19")
    assert not isinstance(facts, Unknown)
    assert facts.files == ("mm/internal.h",)
    assert facts.parameters == ("folio", "order")
    assert "folio_test_large" in facts.callees
    assert ("folio._flags_1", "w") in {(use.name, use.access) for use in facts.members}
    assert "!order" in {guard.test for guard in facts.guards if guard.rejects}


def test_constants_are_handed_down_the_calls() -> None:
    found = reach("free_zone_device_page", "5.19")
    assert not isinstance(found, Unknown)
    values = {hit.value for hit in uses_of(found, frozenset({"page._refcount"}), "w")}
    assert "1" in values


def test_users_and_files_agree_with_the_functions() -> None:
    users = CODE.users("folio.pgmap", "6.19")
    assert "page_pgmap" in users
    assert set(users) <= set(CODE.names())
    assert "zone_device_page_init" in CODE.in_file("mm/memremap.c", "6.19")
    assert set(CODE.in_file("mm/memremap.c", "6.19")) <= set(CODE.in_file("mm/", "6.19"))


def test_what_a_function_does_is_not_what_its_error_path_does() -> None:
    near, full = reach("memremap_pages", "6.19"), reach("memremap_pages", "6.19", full=True)
    assert not isinstance(near, Unknown)
    assert not isinstance(full, Unknown)
    names = {step.facts.name for step in near.steps}
    assert "memunmap_pages" not in names
    assert "memunmap_pages" in {step.facts.name for step in full.steps}


def test_facts_are_read_from_a_tree(tmp_path: Path) -> None:
    """The whole way: a small tree of our own, extracted, merged, and asked."""
    pytest.importorskip("tree_sitter_c", reason="tree-sitter-c is needed only to gather facts")
    for name, text in TREE.items():
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(text)
    tool = [sys.executable, str(ROOT / "tools" / "verify_calls.py")]
    facts, packed = tmp_path / "6.12.json", tmp_path / "calls.json.xz"
    words = ["extract", str(tmp_path / "tree"), "6.12", "our own tree", str(facts)]
    subprocess.run([*tool, *words], check=True, capture_output=True)
    subprocess.run([*tool, "merge", str(facts), "-o", str(packed)], check=True, capture_output=True)
    code = CodeFacts(lzma.decompress(packed.read_bytes()))
    prepare, check = code.function("example_prepare", "6.12"), code.function("example_check", "6.12")
    assert not isinstance(prepare, Unknown)
    assert not isinstance(check, Unknown)
    assert [call.callee for call in prepare.calls] == ["page_kind_set", "WRITE_ONCE", "example_check", "*"]
    assert not prepare.callees["page_kind_set"].sure
    assert prepare.callees["page_kind_set"].handed == "page,1"
    written = {(use.name, use.value) for use in prepare.members if use.access == "w"}
    assert written == {("page.mapping", "NULL"), ("page._refcount", "1")}
    assert {guard.test for guard in check.guards} == {"!order", "page_is_bad()"}
    assert check.results == ("-EINVAL", "0")
    assert code.users("PG_kind", "6.12") == ("page_kind_set",)
    assert json.loads(facts.read_text())["source"] == "our own tree"
    _what_holds_where(code)
    _what_only_has_a_name(code)


def _what_only_has_a_name(code: CodeFacts) -> None:
    """Constants that are changed, numbers, structs told of at home only, locks that are let go of."""
    ours, driver = code.function("example_is_ours", "6.12"), code.function("example_driver", "6.12")
    drop = code.function("example_drop", "6.12")
    assert isinstance(ours, FunctionFacts)
    assert isinstance(driver, FunctionFacts)
    assert isinstance(drop, FunctionFacts)
    assert set(ours.constants) == {"VM_OURS", "VM_THEIRS", "NR_OURS"}
    assert set(ours.changes) == {"-VM_OURS", "=NR_OURS"}
    assert {use.name for use in ours.members} == {"vm_area_struct.vm_flags", "obj_stock_pcp.cached_here"}
    assert {use.name for use in driver.members} == {"page.mapping"}
    assert code.tells_of("vm_area_struct", ours)
    assert not code.tells_of("vm_area_struct", driver)
    assert code.tells_of("page", driver)
    assert drop.drops == ("lruvec.lru_lock",)
    assert code.value_of("EXAMPLE_PAGES", "6.12") == 32
    assert isinstance(code.value_of("EXAMPLE_BYTES", "6.12"), Unknown)


def _what_holds_where(code: CodeFacts) -> None:
    """Locks and tests at the calls of the small tree, and what holds when a function is entered."""

    def facts(name: str) -> FunctionFacts:
        found = code.function(name, "6.12")
        assert not isinstance(found, Unknown), found.reason
        return found

    assert facts("example_unlink").entry == {"L:lruvec.lru_lock"}
    assert facts("example_free").entry == {"count==0"}
    assert not facts("example_later").entry
    assert facts("example_later").says == ("lru_lock",)
    assert set(facts("example_drop").takes) == {"lruvec.lru_lock"}
    assert set(facts("example_later").takes) == {"PG_locked"}
    assert facts("example_free_device").serves == ("dev_pagemap_ops.page_free",)
    assert facts("example_drop").places["example_free"] == {"count==0"}
