"""Effects: what functions write, read and need, against the corpus's facts and by their own rules."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from threadmine.memmap import Effect, load
from threadmine.memmap.effects import packed_effects
from threadmine.memmap.layout import Layout
from threadmine.memmap.program import builtin_blocks
from threadmine.memmap.versions import in_range, parse_version
from threadmine.memmap.walk import Walker

KERNELS = ("5.10", "5.15", "6.1", "6.6", "6.12", "6.14", "6.17", "6.18", "6.19", "7.0", "7.1", "7.2", "7.3")
CALLS = {
    "-> prep_compound_page(page,order)": ("prep_compound_page",),
    "-> prep_compound_page + PG_large_rmappable": ("prep_compound_page",),
    "= __init_zone_device_page + prep_compound_tail": ("__init_zone_device_page", "prep_compound_tail"),
    "prep_compound_head after tail 2": ("prep_compound_head",),
    "prep_compound_head right after tail 1": ("prep_compound_head",),
    "prep_compound_head after ALL tails": ("prep_compound_head",),
    "folio_set_order(new) or clear PG_head": ("folio_set_order", "ClearPageCompound"),
}
WORDS = {
    "all": "page",
    "compound_head/info": "compound_head|compound_info",
    "flags (folio._flags_1)": "flags",
}


def functions_of(row: dict[str, Any], kernel: str) -> list[str]:
    """The functions a row is about: some rows name two, or an old name for old kernels."""
    text = row["function"]
    if "__split_folio_to_order" in text:
        new = in_range(parse_version(kernel) or pytest.fail(kernel), "6.15..")
        return ["__split_folio_to_order" if new else "__split_huge_page_tail"]
    text = re.sub(r"\(.*", "", text)
    names = [name.strip() for name in text.split("/")]
    zone = "zone device" in row["condition"] or "PRIVATE" in row["condition"]
    return [names[-1]] if zone else names


def kernels_of(row: dict[str, Any]) -> list[str]:
    text = re.sub(r"\([^)]*\)", "", row["versions"]).split(";")[0].strip()
    found = [k for k in KERNELS if in_range(parse_version(k) or pytest.fail(k), text)]
    if "not " in row["versions"]:  # a stable point release has it, its .0 had not
        found = ["7.0", "7.3", "6.12.107"]
    if "free_zone_device_folio" in row["function"]:
        found = [k for k in found if k not in ("5.10", "5.15")]
    return found


def names_of(row: dict[str, Any]) -> list[str]:
    field = row["field"]
    if field.startswith("bytes 56..59"):
        return ["_nr_pages"]
    if field.startswith("NOT undone"):
        return ["flags", "_nr_pages", "mapping", "compound_head|compound_info"]
    field = re.sub(r"\[0\.\.1\]", "", field)
    field = WORDS.get(field, re.sub(r" \(.*", "", field))
    return [name.strip().removeprefix("folio.") for name in field.split(",")]


def has_row(effects: tuple[Effect, ...], name: str, access: tuple[str, ...]) -> bool:
    wanted = {part for one in name.split("|") for part in (one, one.split(".")[0])}
    return any(e.access in access and set(_spellings(e.member)) & wanted for e in effects)


def _spellings(member: str) -> list[str]:
    bare = member.split(".", 1)[-1]
    return [bare, bare.split(".")[0], {"_flags_1": "flags"}.get(bare, bare)]


@pytest.mark.corpus
def test_every_effect_of_the_corpus_is_known_in_its_kernels(corpus: Path) -> None:
    rows = json.loads((corpus / "truth" / "effects.json").read_text())
    checked = 0
    for row in rows:
        for kernel in kernels_of(row):
            for function in functions_of(row, kernel):
                effects = load().effects(function, kernel)
                where = (function, kernel, row["field"], row["value"])
                called = next((c for key, c in CALLS.items() if row["field"].startswith(key)), None)
                if called:
                    assert any(e.access == "call" and e.member in called for e in effects) or any(
                        e.via in called for e in effects
                    ), where
                    continue
                access: tuple[str, ...] = ("write",) if row["access"] == "w" else ("read", "require")
                if row["field"].startswith("NOT undone"):
                    access = ("keep",)
                for name in names_of(row):
                    if name == "pp_magic" and kernel in ("5.10", "5.15", "6.1"):
                        continue  # the check came with 6.4
                    if name == "memcg_data" and kernel == "5.10":
                        name = "mem_cgroup"
                    assert has_row(effects, name, access), where
                    checked += 1
    assert checked > 400


def writes(function: str, kernel: str) -> dict[str, list[Effect]]:
    found: dict[str, list[Effect]] = {}
    for effect in load().effects(function, kernel):
        if effect.access == "write":
            found.setdefault(effect.member, []).append(effect)
    return found


def test_prep_compound_head_sets_what_it_sets_in_each_kernel() -> None:
    new = writes("prep_compound_head", "6.19")
    for name in (
        "_nr_pages",
        "_large_mapcount",
        "_nr_pages_mapped",
        "_mm_ids",
        "_mm_id_mapcount",
        "_pincount",
    ):
        assert f"folio.{name}" in new
    assert new["folio._nr_pages"][0].page == "page[1]"
    assert new["folio._deferred_list.next"][0].page == "page[2]"
    assert "64BIT" in new["folio._entire_mapcount"][0].condition
    old = writes("prep_compound_head", "6.14")
    assert "folio._folio_nr_pages" in old and "folio._nr_pages" not in old
    assert "page.compound_dtor" in writes("prep_compound_head", "5.10")


def test_a_helper_is_named_where_it_does_the_writing() -> None:
    rows = [e for e in load().effects("prep_compound_page", "6.19") if e.member == "folio._nr_pages"]
    assert rows and all(e.via == "prep_compound_head" for e in rows if e.access == "write")
    own = [e for e in load().effects("folio_set_order", "6.19") if e.access == "write"]
    assert {e.via for e in own} == {""}


def test_page_rmappable_folio_only_sets_its_flag() -> None:
    rows = writes("page_rmappable_folio", "6.19")
    assert set(rows) == {"page.flags"}
    assert rows["page.flags"][0].flags == ("PG_large_rmappable",) and rows["page.flags"][0].page == "page[1]"


def test_tails_lose_private_until_7_2_and_are_only_looked_at_after() -> None:
    assert "page.private" in writes("prep_compound_tail", "7.2")
    assert "page.private" not in writes("prep_compound_tail", "7.3")
    read = [e for e in load().effects("prep_compound_tail", "7.3") if e.member == "page.private"]
    assert [e.access for e in read] == ["read"]


def test_zone_device_page_init_knows_no_order_before_6_19() -> None:
    assert not any(e.member == "prep_compound_page" for e in load().effects("zone_device_page_init", "6.18"))
    assert any(e.member == "prep_compound_page" for e in load().effects("zone_device_page_init", "6.19"))


@pytest.mark.parametrize(
    ("name", "member", "page", "flag"),
    [
        ("__SetPageHead", "page.flags", "page", "PG_head"),
        ("folio_set_large_rmappable", "folio._flags_1", "page[1]", "PG_large_rmappable"),
        ("ClearPageDirty", "page.flags", "head", "PG_dirty"),
        ("folio_clear_lru", "page.flags", "head", "PG_lru"),
    ],
)
def test_flag_accessors_are_known_by_their_pattern(name: str, member: str, page: str, flag: str) -> None:
    (row,) = load().effects(name, "6.19")
    assert (row.member, row.page, row.access, row.flags) == (member, page, "write", (flag,))


def test_old_names_and_typos_find_the_function() -> None:
    assert load().effects("prep_comound_head", "6.19") == load().effects("prep_compound_head", "6.19")
    assert load().known_function("prep_comound_head")
    assert not load().known_function("no_such_function")


def test_writers_of_a_member_are_found_with_their_page() -> None:
    rows = load().writers("folio._nr_pages", "6.19")
    assert {"prep_compound_head", "folio_reset_order", "free_pages_prepare", "zone_device_page_init"} <= {
        e.function for e in rows
    }
    assert not load().writers("folio._nr_pages", "6.12")


@pytest.mark.parametrize("kernel", ["5.10", "6.1.176", "6.6", "6.12", "6.12.107", "6.15", "6.19", "7.3"])
def test_packed_effects_are_those_of_the_notation(kernel: str) -> None:
    """tools/memmap_effects.py has to be run after a change of functions.txt or of the layouts."""
    version, layout = parse_version(kernel), load().nearest(kernel)
    assert version is not None and isinstance(layout, Layout)
    for function in builtin_blocks():
        walked = {replace(e, kernels="") for e in Walker(layout, version).effects(function)}
        packed = {replace(e, kernels="") for e in packed_effects(function) if in_range(version, e.kernels)}
        assert packed == walked, function
