"""The model against what real kernels say: every layout, configuration and executed function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from threadmine.memmap import load
from threadmine.memmap.compute import Computer
from threadmine.memmap.declared import declarations, declared_kernels
from threadmine.memmap.imported import member_document
from threadmine.memmap.layout import Layout
from threadmine.memmap.options import distribution
from threadmine.memmap.scenario import Setup, run
from threadmine.memmap.versions import closest, parse_version

pytestmark = pytest.mark.corpus


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def rows_of(layout: Layout, struct: str) -> list[dict[str, Any]]:
    shape = layout.struct(struct)
    return [member_document(member) for member in shape.members] if shape else []


def test_every_layout_of_a_real_kernel_is_told_without_a_difference(corpus: Path) -> None:
    files = sorted((corpus / "truth" / "layouts").glob("*.json"))
    assert len(files) >= 24
    for path in files:
        facts = read(path)
        layout = load().nearest(facts["source"])
        assert isinstance(layout, Layout), path.name
        assert layout.pointer_size == facts["pointer_size"]
        assert set(layout.structs) == set(facts["structs"]), path.name
        for name, struct in facts["structs"].items():
            assert layout.structs[name].size == struct["size"], (path.name, name)
            assert rows_of(layout, name) == struct["members"], (path.name, name)
        assert {n: dict(v) for n, v in layout.enums.items()} == facts["enums"], path.name


def test_every_configuration_is_told_without_a_difference(corpus: Path) -> None:
    files = sorted((corpus / "truth" / "configs").glob("*.json"))
    assert len(files) >= 60
    by_source = {layout.source: layout for layout in load().sources()}
    for path in files:
        facts = read(path)
        kernel, variant = path.stem.split("__")
        layout = by_source[f"layout {kernel} {variant} (gcc)"]
        for name, struct in facts["structs"].items():
            assert layout.structs[name].size == struct["size"], (path.name, name)
            assert rows_of(layout, name) == struct["members"], (path.name, name)


def test_a_question_with_options_gets_the_build_with_these_options(corpus: Path) -> None:
    """What --config asks for, found from the options a build differs in from the usual one."""
    usual = {8: "x64-default", 4: "32-memcg"}
    for path in sorted((corpus / "truth" / "configs").glob("*.json")):
        facts = read(path)
        kernel, _ = path.stem.split("__")
        base = read(path.with_name(f"{kernel}__{usual[facts['pointer_size']]}.json"))
        mine, theirs = set(facts["defs"]), set(base["defs"])
        changes = {n.removeprefix("CONFIG_"): True for n in mine - theirs}
        changes |= {n.removeprefix("CONFIG_"): False for n in theirs - mine}
        if "MEMCG" in changes:  # SLAB_OBJ_EXT goes with MEMCG, which selects it, unless it is asked for
            changes.setdefault("SLAB_OBJ_EXT", "CONFIG_SLAB_OBJ_EXT" in mine)
        arch = "x86-64" if facts["pointer_size"] == 8 else "i386"
        layout = load().nearest(kernel, arch, changes)
        assert isinstance(layout, Layout) and not layout.inferred
        for name, struct in facts["structs"].items():
            assert layout.structs[name].size == struct["size"], (path.name, name)
            if changes:
                assert rows_of(layout, name) == struct["members"], (path.name, name)


def symbols(facts: dict[str, Any]) -> frozenset[str]:
    wide = facts["pointer_size"] == 8
    chosen = {name.removeprefix("CONFIG_") for name in facts["defs"]}
    return frozenset(chosen | ({"64BIT", "system_has_cmpxchg128"} if wide else {"system_has_cmpxchg64"}))


def test_declarations_compute_to_the_same_for_every_configuration(corpus: Path) -> None:
    """The layouts a question with --config gets are computed; here for options that were really built."""
    known = {parse_version(name): name for name in declared_kernels()}
    compared = 0
    for path in sorted((corpus / "truth" / "configs").glob("*.json")):
        facts = read(path)
        version = parse_version(path.stem.split("__")[0])
        assert version is not None
        nearest = closest(version, tuple(v for v in known if v))
        arch = "x86-64" if facts["pointer_size"] == 8 else "i386"
        computer = Computer(declarations(known[nearest]), symbols(facts), arch)
        for name, struct in facts["structs"].items():
            mine = computer.struct(name)
            assert mine is not None and mine.size == struct["size"], (path.name, name)
            compared += compare_shapes(mine.members, struct["members"], (path.name, name))
    assert compared > 5000


def test_declarations_compute_to_the_layouts_of_real_builds(corpus: Path) -> None:
    known = {parse_version(name): name for name in declared_kernels()}
    for path in sorted((corpus / "truth" / "layouts").glob("*.json")):
        facts = read(path)
        version = parse_version(path.name)
        assert version is not None
        nearest = closest(version, tuple(v for v in known if v))
        arch = "arm64" if "arm64" in path.name else "arm" if "armmp" in path.name else "x86-64"
        computer = Computer(declarations(known[nearest]), distribution(arch, version), arch)
        for name, struct in facts["structs"].items():
            mine = computer.struct(name)
            if mine is not None:
                assert mine.size == struct["size"], (path.name, name)
                compare_shapes(mine.members, struct["members"], (path.name, name))
        flags = computer.enum("pageflags")
        assert not flags or flags == facts["enums"]["pageflags"], path.name


def compare_shapes(mine: Any, rows: list[dict[str, Any]], where: object) -> int:
    """Names, places, bit fields and unions; the lock's own parts are the architecture's."""
    a = [(m.name, m.offset, m.size, m.bit_offset, m.bit_size, m.path) for m in mine]
    b = [
        (r["name"], r["offset"], r["size"], r.get("bit_offset"), r.get("bit_size"), r["anon_path"])
        for r in rows
    ]
    left = [row for row in a if not row[0].startswith("ptl")]
    assert left == [row for row in b if not row[0].startswith("ptl")], where
    return len(left)


def scenarios(corpus: Path) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    found = []
    for path in sorted((corpus / "truth" / "executed").glob("*.json")):
        facts = read(path)
        found += [(path.stem, facts, scenario) for scenario in facts["scenarios"]]
    return found


def setup_for(facts: dict[str, Any], scenario: dict[str, Any], layout: Layout, **more: Any) -> Setup:
    """The memory a recorded run had: its note says what was in it, its pages where it and its pagemap lay."""
    note = scenario["note"]
    fill = "a5" if "prefilled 0xa5" in note else "memcg" if "memcg_data prefilled" in note else "zero"
    word = facts["pointer_size"]
    pgmap = 0
    if scenario["scenario"] == "zone_device_reinit":
        pgmap = int.from_bytes(bytes.fromhex(scenario["state"]["0"])[word : 2 * word], "little")
    options = {"HUGETLB_PAGE_OPTIMIZE_VMEMMAP": bool(facts["hvo"])}
    return Setup(layout, facts["version"], options, fill, scenario["base"], pgmap, **more)


def test_every_executed_scenario_is_reproduced_byte_for_byte(corpus: Path) -> None:
    done = 0
    for name, facts, scenario in scenarios(corpus):
        arch = "x86-64" if facts["pointer_size"] == 8 else "i386"
        layout = load().nearest(facts["version"], arch)
        assert isinstance(layout, Layout)
        assert layout.page_size == facts["sizeof_page"]
        assert layout.structs["folio"].size == facts["sizeof_folio"]
        result = run(scenario["scenario"], scenario["order"], setup_for(facts, scenario, layout))
        where = (name, scenario["scenario"], scenario["order"], scenario["note"])
        writes = [(w.page, w.offset, w.size, w.data.hex()) for w in result.writes]
        assert writes == [(w["page"], w["offset"], w["size"], w["bytes"]) for w in scenario["writes"]], where
        named = [(list(w.page_members), list(w.folio_members)) for w in result.writes]
        assert named == [(w["page_fields"], w["folio_fields"]) for w in scenario["writes"]], where
        assert {str(n): page.hex() for n, page in enumerate(result.state)} == scenario["state"], where
        assert result.warns == scenario["warns"], where
        done += 1
    assert done >= 264
