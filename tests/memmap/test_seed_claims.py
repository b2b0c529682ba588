"""The statements of the seed threads that a layout or an effect decides: the model must say the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from threadmine.memmap import Effect, load
from threadmine.memmap.layout import Layout
from threadmine.memmap.relations import Relation, holds
from threadmine.memmap.scenario import Setup, Simulation, run
from threadmine.model import Unknown

NEW = "6.19"


def layout_of(kernel: str, arch: str = "x86-64", **config: bool) -> Layout:
    found = load().nearest(kernel, arch, config or None)
    assert isinstance(found, Layout)
    return found


def simulate(names: str | tuple[str, ...], order: int, kernel: str = NEW, **more: Any) -> Simulation:
    arch = more.pop("arch", "x86-64")
    return run(names, order, Setup(layout_of(kernel, arch), kernel, more.pop("options", {}), **more))


def word(result: Simulation, page: int, member: str, arch: str = "x86-64") -> int:
    layout = layout_of(NEW, arch)
    found = layout.member("page", member)
    assert found is not None
    return int.from_bytes(result.state[page][found.offset : found.end], "little")


# The truth of each machine check by kernel: what the row's verdict says where it holds.
CHECKS: dict[str, dict[str, bool | None]] = {
    "0.5": {"6.12": False, "6.14": False, "6.15": True, "6.17": True, "6.19": True, "7.3": True},
    "1.1": {"6.1": True, "6.19": True, "7.3": True},
    "1.8": {"5.10": True, "6.19": True, "7.3": True},
    "1.10": {"6.19": False, "7.0": False, "7.1": True, "7.3": True},
    "2.1": {"6.12": True, "6.19": True},
    "2.5": {"6.19": False},
    "2.12": {"6.17": True, "6.19": True, "7.3": True, "6.12": None},
    "2.15": {"6.19": True, "7.3": True},
    "2.16": {"6.12": False, "6.19": False, "7.3": False},
    "2.19": {"6.6": True, "6.19": True},
    "2.20": {"6.19": True},
    "3.1": {"6.12": False, "6.14": False, "6.15": True, "6.19": True},
    "3.6": {"6.12": True, "6.19": True},
    "4.8": {"6.19": True},
}


@pytest.mark.corpus
def test_machine_checks_give_the_verdict_of_their_row(corpus: Path) -> None:
    rows = json.loads((corpus / "gold" / "seed_claims.json").read_text())
    seen = set()
    for row in rows:
        if not row["check"]:
            continue
        check = dict(row["check"])
        kind = check.pop("rel")
        for kernel, expected in CHECKS[row["id"]].items():
            got = holds(layout_of(kernel), Relation(kind, **check))
            assert isinstance(got, Unknown) if expected is None else got is expected, (row["id"], kernel, got)
        seen.add(row["id"])
    assert seen == set(CHECKS)


def test_nr_pages_meets_memcg_data_only_where_both_are() -> None:
    assert layout_of(NEW, MEMCG=False).member("folio", "_nr_pages") is None
    only = layout_of(NEW, MEMCG=False, SLAB_OBJ_EXT=True)
    found = only.overlap("folio._nr_pages", "page._unused_slab_obj_exts")
    assert not isinstance(found, Unknown) and found.meets and found.shared == 4
    narrow = layout_of(NEW, "i386").overlap("folio._nr_pages", "page.memcg_data")
    assert not isinstance(narrow, Unknown) and narrow.same


def mapping_survives(result: Simulation) -> list[int]:
    """The tails in which TAIL_MAPPING is still there afterwards."""
    return [n for n in range(1, 8) if word(result, n, "mapping") == 0xDEAD000000000400]


def zeroed_in_two_steps() -> bool:
    """Whether clearing _nr_pages through the page before leaves memcg_data 0 (it does not: 4 of 8 bytes)."""
    return word(simulate("zone_device_reinit", 0, fill="memcg"), 1, "memcg_data") == 0


def order_is_lost() -> bool:
    """Whether the order can be told after the undo of prep_compound_page."""
    result = simulate("free_compound", 3)
    return word(result, 0, "flags") & 0x40 == 0 and word(result, 1, "flags") & 0xFF == 0


def same_on_dirty_memory() -> bool:
    clean, dirty = (simulate("prep_compound_page", 2, fill=fill) for fill in ("zero", "a5"))
    return word(clean, 1, "flags") & 0xFF == word(dirty, 1, "flags") & 0xFF == 2


def init(kernel: str) -> tuple[Effect, ...]:
    """What zone_device_page_init() does."""
    return load().effects("zone_device_page_init", kernel)


def preps(kernel: str) -> bool:
    return any(e.member == "prep_compound_page" for e in init(kernel))


def kept() -> set[str]:
    rows = load().effects("free_zone_device_folio", NEW)
    return {e.member for e in rows if e.access == "keep"}


def tail_word(vmemmap: bool) -> bytes:
    """The compound_info of the third tail in 7.3."""
    options = {"HUGETLB_PAGE_OPTIMIZE_VMEMMAP": vmemmap}
    return simulate("prep_compound_page", 2, "7.3", options=options).state[3][8:16]


def written(function: str, kernel: str = NEW) -> set[str]:
    return {e.member for e in load().effects(function, kernel) if e.access == "write"}


def exclusive_pages() -> set[str]:
    rows = load().effects("free_zone_device_folio", NEW)
    return {e.page for e in rows if "PG_anon_exclusive" in e.flags}


def sets_all_eight() -> bool:
    """A compound page still gets all eight members set in releases."""
    names = ("_nr_pages", "_large_mapcount", "_nr_pages_mapped", "_mm_ids", "_mm_id_mapcount", "_pincount")
    names += ("_entire_mapcount", "_deferred_list")
    return all(
        any(name in member for member in written("prep_compound_head", kernel))
        for kernel in ("6.17", "6.19", "7.3")
        for name in names
    )


def head_words() -> set[int]:
    """The words of the head that prep_compound_page() writes."""
    return {w.offset // 8 for w in simulate("prep_compound_page", 2).writes if not w.page}


def order_0_pages() -> tuple[int, set[int]]:
    result = simulate("prep_compound_head_order0", 0)
    return result.warns, {w.page for w in result.writes}


EFFECTS: dict[str, Callable[[], bool]] = {
    "0.1": sets_all_eight,
    # the order is the low byte of page[1].flags, _nr_pages its power of two
    "0.6": lambda: simulate("prep_compound_page", 3).state[1][::56] == bytes((3, 8)),
    "0.7": lambda: [w.page for w in simulate("page_rmappable_folio", 2).writes] == [1],
    # the mask is written from 7.1 on, and only with the vmemmap optimisation
    "1.12": lambda: (
        tail_word(True).hex() == "01ffffffffffffff"
        and tail_word(False) == (0xFFFFEA0004000000 | 1).to_bytes(8, "little")
    ),
    # clearing the low byte leaves bit 9 of a former second page
    "2.2": lambda: word(simulate("zone_device_reinit", 0), 1, "flags") & 0x200 != 0,
    "2.3": same_on_dirty_memory,
    "2.8": lambda: not zeroed_in_two_steps(),
    "2.9": lambda: mapping_survives(simulate("prep_compound_page", 3)) == [3, 4, 5, 6, 7],
    "2.10": lambda: 3 not in head_words(),
    "2.13": lambda: "page.compound_head" in written("prep_compound_tail"),
    "2.14": lambda: 1 not in head_words(),
    # three words of a tail are written: compound_head, mapping, private
    "2.17": lambda: written("prep_compound_tail") == {"page.mapping", "page.compound_head", "page.private"},
    "2.22": lambda: order_0_pages() == (1, {1}),
    "2.24": lambda: preps(NEW),
    "2.25": lambda: (
        word(simulate("zone_device_reinit", 2, fill="memcg"), 4, "memcg_data") == 0xFFFF8881 << 32
    ),
    "3.5": lambda: {e.condition for e in init(NEW) if e.member == "prep_compound_page"} == {"order > 0"},
    "3.9": lambda: exclusive_pages() == {"every page"},
    "4.1": lambda: preps("6.19") and not preps("6.18"),
    "4.2": lambda: kept() >= {"folio.flags", "folio._flags_1", "folio._nr_pages", "page.mapping"},
    "4.4": order_is_lost,
    "4.5": lambda: {"page.mapping", "folio._nr_pages", "page.compound_head"} <= written("free_pages_prepare"),
    "4.7": order_is_lost,
}


@pytest.mark.parametrize("number", sorted(EFFECTS))
def test_effects_say_what_the_row_says(number: str) -> None:
    assert EFFECTS[number]()


def test_stale_bytes_are_told_as_such() -> None:
    """An order-0 page handed out of a former folio still holds what was that folio's in its bytes."""
    result = simulate(("zone_device_folio_init:0:3", "prep_compound_page:2:1"), 3)
    texts = [stale.text() for stale in result.stale]
    assert any("_deferred_list" in text and "page[2]" in text for text in texts)
    before = simulate("zone_device_reinit", 0, fill="zero")
    members = {(stale.page, stale.member) for stale in before.stale}
    assert (1, "folio._large_mapcount") in members
    assert (1, "folio._nr_pages") not in members  # this kernel clears it
    flags = [stale for stale in before.stale if "PG_large_rmappable" in stale.member]
    assert [(stale.page, stale.now) for stale in flags] == [(1, ("page.flags (PG_workingset)",))]


def test_before_it_was_cleared_nr_pages_showed_as_memcg_data() -> None:
    layout = layout_of("6.17")
    setup = Setup(layout, "6.17", {})
    result = run(("prep_compound_page:0:3", "prep_compound_page:1:0"), 3, setup)
    found = [s for s in result.stale if s.member == "folio._nr_pages"]
    assert [(s.page, s.now) for s in found] == [(1, ("page.memcg_data",))]


@pytest.mark.parametrize(
    ("flag", "page", "policy"),
    [
        ("PG_hwpoison", "any", "any"),
        ("PG_reserved", "head", "no-compound"),
        ("PG_anon_exclusive", "any", "any"),
        ("PG_writeback", "head", "no-tail"),
        ("PG_lru", "head", "head"),
        ("PG_has_hwpoisoned", "page[1]", "second"),
        ("PG_large_rmappable", "page[1]", "second"),
        ("PG_partially_mapped", "page[1]", "second"),
    ],
)
def test_flags_live_where_the_rows_say(flag: str, page: str, policy: str) -> None:
    found = layout_of(NEW).flag(flag)
    assert found is not None and (found.page, found.policy) == (page, policy)


def test_bits_of_the_second_page_are_other_flags_in_the_first() -> None:
    layout = layout_of(NEW)
    for second, first in (
        ("has_hwpoisoned", "active"),
        ("large_rmappable", "workingset"),
        ("partially_mapped", "reclaim"),
    ):
        found = layout.flag(f"PG_{second}")
        assert found is not None and f"PG_{first}" in found.aliases
    for gone in ("PG_head", "PG_private", "PG_private_2"):
        assert layout_of("7.3").flag(gone) is not None


def test_on_big_endian_the_other_half_of_memcg_data_is_cleared() -> None:
    """The first four bytes of memcg_data are its low half on little endian, its high half on big endian."""
    layout = replace(layout_of(NEW), byte_order="big")
    result = run("zone_device_reinit", 0, Setup(layout, NEW, {}, fill="memcg"))
    assert result.state[1][56:64].hex() == "0000000023456780"
    assert result.state[2][8:16] == (0xFFFFEA0004000000 | 1).to_bytes(8, "big")
