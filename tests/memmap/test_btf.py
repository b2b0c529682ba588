"""The BTF reader: every kind, both byte orders, real kernels, and damage that must never crash it."""

from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.memmap.btf_maker import Maker, small_kernel
from threadmine.errors import ModelError
from threadmine.memmap import load
from threadmine.memmap.btf import Btf, read_layout
from threadmine.memmap.compute import STRUCTS
from threadmine.memmap.imported import member_document
from threadmine.memmap.layout import Layout

RUNNING = Path("/sys/kernel/btf/vmlinux")


def read(data: bytes, where: str = "test.btf") -> Layout:
    return read_layout(data, "test", "", where, load().names.members)


def header(types: int, strings_at: int, strings: int, version: int = 1) -> bytes:
    return struct.pack("<HBBIIIII", 0xEB9F, version, 0, 24, 0, types, strings_at, strings)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("word", [4, 8])
def test_reads_both_byte_orders_and_word_sizes(order: str, word: int) -> None:
    layout = read(small_kernel(order, word))
    assert layout.pointer_size == word
    assert layout.byte_order == ("little" if order == "<" else "big")
    page = layout.structs["page"]
    assert page.size == 4 * word + 16  # the struct of the same name with fewer known members is not taken
    rows = {m.name: (m.offset, m.size, m.type, m.path) for m in page.members}
    assert rows["flags"] == (0, word, "long unsigned int", "/")
    assert rows["lru"] == (word, 2 * word, "struct list_head", "/u1")
    assert rows["lru.next"] == (word, word, "struct list_head *", "/u1")
    assert rows["inside"] == (word, word, "long unsigned int", "/u1/s:tagged_part1")
    assert rows["pair"] == (3 * word, 8, "int[2]", "/")
    assert rows["call"][2] == "fnptr"
    assert rows["_refcount.counter"][:3] == (4 * word + 8, 4, "int")
    low, high = page.by_name["low"], page.by_name["high"]
    start = (4 * word + 12) * 8
    assert (low.bit_offset, low.bit_size) == (start, 3)
    assert (high.bit_offset, high.bit_size) == (start + 3, 5)
    assert layout.enums["pageflags"]["PG_head"] == 6
    assert layout.enums["pagetype"] == {"PGTY_big": 1 << 40}


def test_bit_fields_of_old_btf_are_told_by_their_int() -> None:
    make = Maker()
    long_ = make.int_("long unsigned int", 8)
    three = make.int_("unsigned int", 4, bits=3)
    make.struct("page", 64, [("flags", long_, 0), ("inuse", three, 320), ("objects", three, 323)])
    page = read(make.blob()).structs["page"]
    assert [(m.name, m.bit_offset, m.bit_size) for m in page.members[1:]] == [
        ("inuse", 320, 3),
        ("objects", 323, 3),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x9f\xeb", "shorter"),
        (b"\x7fELF" + bytes(60), "magic"),
        (small_kernel()[:200], "cut off"),
        (header(0, 0, 1, version=9) + b"\0", "version"),
        (header(0, 0, 0), "no strings"),
        (header(12, 12, 1) + struct.pack("<III", 0, 31 << 24, 0) + b"\0", "kind"),
    ],
)  # fmt: skip
def test_damaged_btf_is_one_clear_failure(data: bytes, words: str) -> None:
    with pytest.raises(ModelError) as failure:
        read(data)
    assert words in failure.value.line() and "test.btf" in failure.value.line()


def test_btf_without_struct_page_is_no_kernels() -> None:
    make = Maker()
    make.int_("long unsigned int", 8)
    with pytest.raises(ModelError, match="no struct page"):
        read(make.blob())


def test_types_that_refer_to_themselves_end() -> None:
    make = Maker()
    long_ = make.int_("long unsigned int", 8)
    ring = make.add(8, "ring", 3)  # a typedef of itself by way of the next
    make.add(8, "ring", ring)
    make.struct("page", 64, [("flags", long_, 0), ("lru", ring, 64)])
    with pytest.raises(ModelError):
        read(make.blob())
    make = Maker()
    make.int_("long unsigned int", 8)
    make.struct("page", 64, [("", 2, 0)])  # a struct within itself
    with pytest.raises(ModelError):
        read(make.blob())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_never_crashes_the_reader(data: st.DataObject) -> None:
    blob = bytearray(small_kernel(data.draw(st.sampled_from("<>")), data.draw(st.sampled_from((4, 8)))))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(blob) - 1))
        blob[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(blob)))
    for damaged in (bytes(blob), bytes(blob[:cut])):
        try:
            layout = read(damaged)
        except ModelError:
            continue
        assert layout.structs["page"].size > 0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_never_crash_the_reader(data: bytes) -> None:
    for blob in (data, header(len(data), 0, len(data)) + data):
        with pytest.raises(ModelError):
            read(blob)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("btf", "facts"),
    [
        ("6.19.14-amd64", "6.19.14+deb13-amd64"),
        ("7.3-arm64", "7.3-arm64"),
        ("6.12.107-armmp-lpae-32bit", "6.12.107+deb13-armmp-lpae-32bit"),
    ],
)
def test_real_btf_gives_the_structs_of_the_facts(corpus: Path, btf: str, facts: str) -> None:
    layout = read((corpus / "truth" / "btf" / f"{btf}.btf").read_bytes())
    truth: dict[str, Any] = json.loads((corpus / "truth" / "layouts" / f"{facts}.json").read_text())
    assert set(layout.structs) == set(truth["structs"])
    assert layout.arch == {"amd64": "x86-64", "arm64": "arm64", "32bit": "arm"}[btf.split("-")[-1]]
    assert layout.config == "as built"
    for name, struct_ in truth["structs"].items():
        assert layout.structs[name].size == struct_["size"]
        assert [member_document(m) for m in layout.structs[name].members] == struct_["members"], name
    assert {n: dict(v) for n, v in layout.enums.items()} == truth["enums"]


@pytest.mark.corpus
def test_damaged_real_btf_never_crashes_the_reader(corpus: Path) -> None:
    original = (corpus / "truth" / "btf" / "6.12.107-armmp-lpae-32bit.btf").read_bytes()
    chance = random.Random(4)
    for _ in range(6):
        blob = bytearray(original)
        for _ in range(2000):
            blob[chance.randrange(len(blob))] = chance.randrange(256)
        try:
            read(bytes(blob[: chance.randrange(len(blob))]))
        except ModelError:
            continue


def bpftool_members(path: Path) -> dict[str, dict[str, int]]:
    """Member -> offset in bits of the model's structs as bpftool tells them, unnamed unions followed."""
    done = subprocess.run(
        ["bpftool", "btf", "dump", "-j", "file", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"bpftool failed: {done.stderr.strip()[:100]}")
    types = {one["id"]: one for one in json.loads(done.stdout)["types"]}

    def flat(one: dict[str, Any], base: int) -> dict[str, int]:
        rows: dict[str, int] = {}
        for member in one["members"]:
            inner = types.get(member["type_id"], {})
            if member["name"] in ("", "(anon)") and inner.get("kind") in ("STRUCT", "UNION"):
                rows |= flat(inner, base + member["bits_offset"])
            elif member["name"] not in ("", "(anon)"):
                rows[member["name"]] = base + member["bits_offset"]
        return rows

    found: dict[str, dict[str, int]] = {}
    for one in types.values():
        if one["kind"] == "STRUCT" and one["name"] in STRUCTS:
            rows = flat(one, 0)
            if len(rows) > len(found.get(one["name"], {})):
                found[one["name"]] = rows
    return found


@pytest.mark.skipif(shutil.which("bpftool") is None, reason="bpftool is not installed")
@pytest.mark.parametrize("name", ["running", "6.19.14-amd64", "7.3-arm64", "6.12.107-armmp-lpae-32bit"])
def test_bpftool_says_the_same(name: str, request: pytest.FixtureRequest) -> None:
    path = RUNNING
    if name != "running":
        path = request.getfixturevalue("corpus") / "truth" / "btf" / f"{name}.btf"
    if not path.is_file():
        pytest.skip(f"no {path}")
    layout = read(path.read_bytes(), str(path))
    theirs = bpftool_members(path)
    assert theirs
    for name, rows in theirs.items():
        members = (m for m in layout.structs[name].members if not m.is_part)
        mine = {m.name: m.offset * 8 if m.bit_offset is None else m.bit_offset for m in members}
        assert mine == rows, name


@pytest.mark.skipif(not RUNNING.is_file(), reason="the running kernel has no BTF")
def test_the_running_kernel_is_read() -> None:
    layout = read(RUNNING.read_bytes(), str(RUNNING))
    assert layout.structs["page"].size >= 32
    assert layout.member("page", "_refcount") is not None
    assert len(Btf(RUNNING.read_bytes())) > 1000
