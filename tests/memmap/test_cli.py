"""``threadmine model``: what people see, what programs get, and one clear line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.memmap.btf_maker import small_kernel
from tests.memmap.test_source import tree  # noqa: F401  (a fixture)
from threadmine.cli.main import execute


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs ``threadmine model ...`` and gives (exit status, standard output, standard error)."""

    def asked(*words: str) -> tuple[int, str, str]:
        status = execute(["model", *words])
        out, err = capsys.readouterr()
        return status, out, err

    return asked


def document(answer: tuple[int, str, str]) -> dict[str, Any]:
    status, out, err = answer
    assert status == 0, err
    found: dict[str, Any] = json.loads(out)
    assert found["schema"] == 1
    return found


def test_show_gives_programs_a_struct(ask: Any) -> None:
    found = document(ask("show", "page", "--kernel", "6.19.14", "--json"))
    assert (found["kernel"], found["arch"], found["pointer_size"]) == ("6.19.14", "x86-64", 8)
    assert found["inferred"] is False and list(found["structs"]) == ["page"]
    members = {m["name"]: m for m in found["structs"]["page"]["members"]}
    assert members["flags"] | {"anon_path": "/"} == {
        "name": "flags", "offset": 0, "size": 8, "type": "memdesc_flags_t", "anon_path": "/",
    }  # fmt: skip
    assert {"flags.f", "lru.next"} <= set(members)


def test_all_gives_every_struct_and_the_enums(ask: Any) -> None:
    found = document(ask("show", "--struct", "all", "--kernel", "7.3", "--json"))
    assert {"page", "folio", "slab", "ptdesc", "netmem_desc"} <= set(found["structs"])
    assert found["enums"]["pageflags"]["PG_head"] == 6
    assert found == document(ask("show", "all", "--kernel", "7.3", "--json"))


def test_bit_fields_have_their_bits(ask: Any) -> None:
    found = document(ask("show", "slab", "--kernel", "6.19.14", "--json"))
    inuse = next(m for m in found["structs"]["slab"]["members"] if m["name"] == "inuse")
    assert (inuse["bit_offset"], inuse["bit_size"]) == (320, 16)


def test_people_see_page_and_folio_side_by_side(ask: Any) -> None:
    status, out, err = ask("show", "folio", "--kernel", "6.19.14")
    assert status == 0 and "configuration of the distribution" in err
    line = next(line for line in out[out.index("page[1]") :].splitlines() if line.lstrip().startswith("+56"))
    assert "memcg_data" in line and "_nr_pages" in line


def test_a_kernel_without_facts_says_so(ask: Any) -> None:
    found = document(ask("show", "page", "--kernel", "6.13", "--json"))
    assert found["inferred"] is True and found["facts_of"].startswith("6.12")
    assert "inferred" in ask("show", "page", "--kernel", "6.13")[2]


def test_an_svg_is_drawn(ask: Any, tmp_path: Path) -> None:
    path = tmp_path / "folio.svg"
    status, out, _ = ask("show", "folio", "--svg", str(path))
    assert status == 0 and not out
    text = path.read_text()
    assert text.startswith("<svg") and text.count("<rect") > 50 and "_nr_pages" in text


def test_where_follows_a_member_through_time_and_options(ask: Any) -> None:
    found = document(ask("where", "_nr_pages", "--kernel", "6.19", "--json"))
    stays = {(s["member"], s["offset"]): s["kernels"] for s in found["stays"]}
    assert ("_folio_nr_pages", 96) in stays and stays["_nr_pages", 120].startswith("6.15")
    options = {(row["option"], row["set"]) for row in found["depends_on"]}
    assert {("MEMCG", False), ("KMSAN", True)} <= options and ("TRANSPARENT_HUGEPAGE", False) not in options


@pytest.mark.parametrize(("place", "names"), [
    ("page[1]+56", {"page.memcg_data", "folio._nr_pages"}),
    ("folio+120", {"page.memcg_data", "folio._nr_pages"}),
    ("page+8..15", {"page.lru", "folio.pgmap", "page.compound_head", "slab.slab_cache"}),
])  # fmt: skip
def test_at_names_the_members_of_a_place(ask: Any, place: str, names: set[str]) -> None:
    found = document(ask("at", place, "--kernel", "6.19.14", "--json"))
    assert names <= {f"{m['struct']}.{m['name']}" for m in found["members"]}


def test_overlaps_of_a_member_and_of_two(ask: Any) -> None:
    found = document(ask("overlaps", "folio._nr_pages", "--kernel", "6.19.14", "--json"))
    assert [(o["b"]["member"], o["shared"]) for o in found["overlaps"]] == [("page.memcg_data", 4)]
    two = document(ask("overlaps", "_nr_pages", "page.mapping", "--kernel", "6.19.14", "--json"))
    assert two["overlaps"][0]["meets"] is False


def test_diff_tells_what_changed(ask: Any) -> None:
    found = document(ask("diff", "6.12.43", "6.19.14", "folio", "--json"))
    rows = {(c["kind"], c["name"]) for c in found["changes"]}
    assert {("renamed", "_folio_nr_pages"), ("moved", "_nr_pages"), ("moved", "_hugetlb_cgroup")} <= rows
    assert not {("added", "_nr_pages"), ("removed", "_folio_nr_pages")} & rows
    assert ask("diff", "6.12.43", "6.19.14")[0] == 0


def test_effects_writers_and_flags(ask: Any) -> None:
    found = document(ask("effects", "prep_compound_head", "--kernel", "6.19", "--json"))
    assert any(e["member"] == "folio._nr_pages" and e["page"] == "page[1]" for e in found["effects"])
    writers = document(ask("writers", "folio._nr_pages", "--kernel", "6.19", "--json"))["writers"]
    assert "folio_reset_order" in {row["function"] for row in writers}
    (flag,) = document(ask("flags", "large_rmappable", "--kernel", "6.19.14", "--json"))["flags"]
    assert (flag["bit"], flag["page"], flag["aliases"]) == (9, "page[1]", ["PG_workingset"])
    for words in (("effects", "prep_compound_head"), ("writers", "_nr_pages"), ("flags",), ("list",)):
        status, out, _ = ask(*words)
        assert status == 0 and len(out.splitlines()) > 5


def test_functions_without_a_block_are_told_from_the_code_facts(ask: Any) -> None:
    found = document(ask("effects", "page_cache_delete", "--kernel", "6.12", "--json"))
    rows = {(e["member"], e["access"], e["value"]) for e in found["effects"]}
    assert ("folio.mapping", "write", "NULL") in rows
    writers = document(ask("writers", "folio.memcg_data", "--kernel", "6.12", "--json"))["writers"]
    assert {"uncharge_folio", "commit_charge"} <= {row["function"] for row in writers}


def test_simulate_has_the_form_of_the_contract(ask: Any) -> None:
    words = ("simulate", "prep_compound_page", "--order", "1", "--base", "0x7ff8aef00000")
    found = document(ask(*words, "--kernel", "6.17.0", "--json"))
    assert (found["scenario"], found["order"], found["warns"]) == ("prep_compound_page", 1, 0)
    assert {"page": 1, "offset": 56, "size": 1, "bytes": "02"}.items() <= found["writes"][-1].items()
    assert found["state"]["0"].startswith("40") and set(found["state"]) == {"0", "1", "2", "3", "4"}
    assert len(found["state"]["0"]) == 128


def test_simulate_takes_fill_options_and_sequences(ask: Any) -> None:
    words = ("simulate", "prep_compound_page", "--order", "2", "--kernel", "7.3", "--json")
    mask = document(ask(*words))["state"]["3"][16:32]
    pointer = document(ask(*words, "--config", "HUGETLB_PAGE_OPTIMIZE_VMEMMAP=n"))["state"]["3"][16:32]
    assert mask == "01ffffffffffffff" and pointer != mask
    assert document(ask(*words, "--arch", "i386"))["pointer_size"] == 4
    sequence = document(ask("simulate", "prep_compound_page:0:3", "prep_compound_page:1:0", "--order", "3",
                            "--kernel", "6.17", "--json"))  # fmt: skip
    assert any("_nr_pages" in stale["text"] and "memcg_data" in stale["text"] for stale in sequence["stale"])
    status, out, _ = ask(
        "simulate", "zone_device_reinit", "--order", "0", "--fill", "memcg", "--kernel", "6.19"
    )
    assert status == 0 and "stale:" in out


def test_an_imported_btf_answers_by_its_name(ask: Any, tmp_path: Path) -> None:
    path = tmp_path / "own.btf"
    path.write_bytes(small_kernel())
    made = document(ask("import", "--btf", str(path), "--name", "mine", "--json"))
    assert made["name"] == "mine" and made["stated"] is False and made["structs"]["page"] == 48
    found = document(ask("show", "page", "--kernel", "mine", "--json"))
    assert found["kernel"] == "mine" and found["structs"]["page"]["size"] == 48
    listed = document(ask("list", "--json"))
    assert [row["name"] for row in listed["imported"]] == ["mine"]


def test_an_imported_model_goes_before_built_in_facts(ask: Any, tmp_path: Path) -> None:
    path = tmp_path / "own.btf"
    path.write_bytes(small_kernel())
    document(ask("import", "--btf", str(path), "--name", "6.19.14", "--json"))
    assert document(ask("show", "page", "--kernel", "6.19.14", "--json"))["structs"]["page"]["size"] == 48
    assert document(ask("show", "page", "--kernel", "6.19", "--json"))["structs"]["page"]["size"] == 64


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 9}', '{"schema": 1, "name": 1}', "null"])
def test_a_damaged_model_file_is_one_clear_line(ask: Any, text: str) -> None:
    from threadmine.memmap.imported import folder

    folder().mkdir(parents=True)
    (folder() / "broken.json").write_text(text)
    status, out, err = ask("show", "page", "--kernel", "broken")
    assert status == 1 and not out and "import it again" in err and len(err.strip().splitlines()) == 1
    status, out, err = ask("list")
    assert status == 0 and "6.19.14" in out and "left out" in err


@pytest.mark.corpus
def test_an_imported_kernel_is_simulated(ask: Any, corpus: Path) -> None:
    btf = corpus / "truth" / "btf" / "6.19.14-amd64.btf"
    made = document(ask("import", "--btf", str(btf), "--name", "other", "--json"))
    assert made["version"].startswith("6.19") and made["stated"] is False
    words = ("--order", "3", "--json")
    own = document(ask("simulate", "zone_device_reinit", "--kernel", "other", *words))
    known = document(ask("simulate", "zone_device_reinit", "--kernel", "6.19.14", *words))
    assert own["writes"] == known["writes"] and own["state"] == known["state"]


def test_an_imported_tree_answers_and_runs(ask: Any, tree: Path) -> None:  # noqa: F811
    made = document(ask("import", "--source", str(tree), "--name", "own-tree", "--json"))
    assert made["version"] == "6.20-rc3" and made["functions"] >= 4
    effects = document(ask("effects", "gather", "--kernel", "own-tree", "--json"))["effects"]
    assert any(e["member"] == "page.compound_head" and e["via"] == "mark" for e in effects)
    found = document(ask("simulate", "gather", "--order", "2", "--kernel", "own-tree", "--json"))
    assert found["state"]["0"][:2] == "40" and not found["guesses"]
    small = document(ask("show", "page", "--kernel", "own-tree", "--config", "MEMCG=n", "--json"))
    assert small["structs"]["page"]["size"] == 48


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "pagee"), "did you mean page"),
        (("show", "page", "--kernel", "linux"), "threadmine model list"),
        (("show", "page", "--arch", "vax"), "known are x86-64"),
        (("where", "_nr_pagse"), "_nr_pages"),
        (("where", "folio._nr_page_count"), "_nr_page"),
        (("at", "page[1]-56"), "is no place"),
        (("at", "page+640"), "outside of struct page"),
        (("overlaps", "folio.memcg_dtaa"), "memcg_data"),
        (("effects", "prep_compound_hed"), "prep_compound_head"),
        (("effects", "zone_device_folio_init", "--kernel", "6.12"), "try another --kernel"),
        (("writers", "no_member_at_all"), "no struct ever had"),
        (("simulate", "prep_compound_pgae"), "prep_compound_page"),
        (("simulate", "prep_compound_page", "--order", "99"), "order 99"),
        (("simulate", "zone_device_reinit", "--kernel", "6.12"), "zone_device_folio_init"),
        (("diff", "6.12.43", "nothing"), "no kernel version"),
        (("import", "--btf", "/nonexistent/x.btf"), "/nonexistent/x.btf"),
        (("import", "--source", "/nonexistent"), "/nonexistent"),
    ],
)
def test_wrong_questions_get_one_clear_line(ask: Any, words: tuple[str, ...], said: str) -> None:
    status, out, err = ask(*words)
    assert status == 1 and not out
    assert said in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("data", [b"", b"\x9f\xeb\x01", b"no btf at all" * 20, small_kernel()[:300]])
def test_damaged_files_get_one_clear_line(ask: Any, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.btf"
    path.write_bytes(data)
    for option in ("--btf", "--vmlinux"):
        status, out, err = ask("import", option, str(path))
        assert status == 1 and not out and len(err.strip().splitlines()) == 1 and "broken.btf" in err


@pytest.mark.parametrize(
    "words",
    [
        ("import",),
        ("import", "--btf", "a", "--source", "b"),
        ("import", "--btf", "a", "--name", "../../x"),
        ("import", "--btf", "a", "--name", "6.19"),
        ("show", "page", "--config", "MEMCG"),
        ("simulate", "prep_compound_page", "--base", "zz"),
        ("simulate",),
    ],
)
def test_wrong_usage_is_status_2(ask: Any, words: tuple[str, ...]) -> None:
    assert ask(*words)[0] == 2
