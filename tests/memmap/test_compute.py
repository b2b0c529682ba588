"""Computed layouts against a compiler: random structs of our own, laid out by gcc and by the model."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.memmap.btf_maker import small_kernel
from threadmine.errors import ModelError
from threadmine.memmap.cdecl import Headers
from threadmine.memmap.compute import Computer
from threadmine.memmap.elf import banner_version, elf_sections, read_image

TYPES = (
    "char",
    "short",
    "int",
    "unsigned int",
    "long",
    "unsigned long",
    "unsigned long long",
    "void *",
    "u8",
    "u64",
)
PRELUDE = """
typedef unsigned char u8; typedef unsigned long long u64;
struct list_head { struct list_head *next, *prev; };
typedef struct { int counter; } atomic_t;
"""


class Writer:
    """Writes random struct bodies; ``names`` are the members whose offsets C can tell."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.names: list[str] = []
        self.count = 0

    def fresh(self) -> str:
        self.count += 1
        return f"m{self.count}"

    def body(self, depth: int = 0) -> str:
        return "\n".join(self.member(depth) for _ in range(self.chance.randint(1, 5)))

    def member(self, depth: int) -> str:
        kind = self.chance.random()
        if kind < 0.25 and depth < 3:
            return f"{self.chance.choice(('struct', 'union'))} {{ {self.body(depth + 1)} }};"
        name = self.fresh()
        if kind < 0.4:
            base = self.chance.choice(("unsigned int", "u8", "unsigned short", "unsigned long"))
            width = self.chance.randint(1, {"u8": 8, "unsigned short": 16}.get(base, 32))
            return f"{base} {name}:{width};"
        self.names.append(name)
        if kind < 0.55:
            return f"{self.chance.choice(TYPES[:8])} {name}[{self.chance.randint(1, 5)}];".replace(
                "void *", "void *"
            )
        if kind < 0.65:
            return f"{self.chance.choice(('struct list_head', 'atomic_t'))} {name};"
        if kind < 0.7:
            return f"int {name} __attribute__((aligned({self.chance.choice((8, 16, 32))})));"
        if kind < 0.75:
            return f"void (*{name})(int, struct list_head *);"
        return f"{self.chance.choice(TYPES)} {name};"


def compiled(code: str, folder: Path, wide: bool) -> list[int]:
    """The numbers of the array ``answers`` as gcc lays it into an object file."""
    source, out = folder / "t.c", folder / "t.o"
    source.write_text(code)
    command = ["gcc", "-m64" if wide else "-m32", "-c", "-ffreestanding", str(source), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"gcc cannot: {done.stderr[:300]}")
    data = out.read_bytes()
    offset, size = elf_sections(data, "t.o")[".answers"]
    return list(struct.unpack_from(f"<{size // 4}I", data, offset))


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
@pytest.mark.parametrize("wide", [True, False])
def test_random_structs_are_laid_out_as_gcc_does(tmp_path: Path, wide: bool) -> None:
    writers = [Writer(seed) for seed in range(60)]
    bodies = [f"struct s{n} {{ {writer.body()} }};" for n, writer in enumerate(writers)]
    asked = [f"sizeof(struct s{n})" for n in range(len(writers))]
    asked += [f"__builtin_offsetof(struct s{n}, {m})" for n, w in enumerate(writers) for m in w.names]
    array = '__attribute__((section(".answers"))) const unsigned int answers[] = {' + ", ".join(asked) + "};"
    numbers = compiled(PRELUDE + "\n".join(bodies) + array, tmp_path, wide)
    headers = Headers()
    headers.read(PRELUDE + "\n".join(bodies))
    computer = Computer(headers, frozenset(("64BIT",) if wide else ()), "x86-64" if wide else "i386")
    mine = []
    shapes = [computer.struct(f"s{n}") for n in range(len(writers))]
    for shape in shapes:
        assert shape is not None
        mine.append(shape.size)
    for shape, writer in zip(shapes, writers, strict=True):
        assert shape is not None
        mine += [shape.by_name[name].offset for name in writer.names]
    wrong = [(question, a, b) for question, a, b in zip(asked, mine, numbers, strict=True) if a != b]
    assert not wrong, (
        wrong[:5],
        bodies[int("".join(c for c in wrong[0][0].split("s")[-1] if c.isdigit()) or 0)],
    )


def elf_with(sections: dict[str, bytes], wide: bool = True, order: str = "<") -> bytes:
    """A minimal ELF file that holds the sections."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in [*sections, ".shstrtab"])
    head_size, row = (64, 64) if wide else (52, 40)
    blobs, at = b"", head_size
    rows = [bytes(row)]
    for name, data in [*sections.items(), (".shstrtab", names)]:
        spot = names.index(name.encode() + b"\0")
        if wide:
            rows.append(struct.pack(order + "IIQQQQIIQQ", spot, 1, 0, 0, at, len(data), 0, 0, 1, 0))
        else:
            rows.append(struct.pack(order + "IIIIIIIIII", spot, 1, 0, 0, at, len(data), 0, 0, 1, 0))
        blobs += data
        at += len(data)
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)) + bytes(9)
    form = order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")
    head = ident + struct.pack(form, 1, 62, 1, 0, 0, at, 0, head_size, 0, 0, row, len(rows), len(rows) - 1)
    return head + blobs + b"".join(rows)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_btf_is_taken_out_of_an_elf_image(tmp_path: Path, wide: bool, order: str) -> None:
    path = tmp_path / "vmlinux"
    path.write_bytes(elf_with({".text": b"code", ".BTF": small_kernel(order)}, wide, order))
    assert read_image(path).btf == small_kernel(order)


@pytest.mark.parametrize(
    "pack", [gzip.compress, lzma.compress, bz2.compress, zstandard.ZstdCompressor().compress]
)
def test_packed_images_are_unpacked_and_tell_their_version(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    text = b"\0Linux version 6.20.3-test (someone@example.org)\0"
    image = elf_with({".rodata": text, ".BTF": small_kernel()})
    path = tmp_path / "vmlinuz"
    path.write_bytes(b"MZ" + bytes(3000) + b"\x1f\x8b\x08 no gzip" + pack(image) + b"signature")
    found = read_image(path)
    assert (found.btf, found.version) == (small_kernel(), "6.20.3")


@pytest.mark.parametrize("order", ["<", ">"])
def test_btf_is_found_in_raw_images(tmp_path: Path, order: str) -> None:
    decoy = struct.pack(order + "HBBI", 0xEB9F, 1, 0, 24) + b"\xff" * 40
    raw = b"code" * 100 + decoy + small_kernel(order) + b"more code" + b"\0Linux version 6.20.1 (a@b)\n"
    path = tmp_path / "image"
    path.write_bytes(b"head" + gzip.compress(raw))
    found = read_image(path)
    assert (found.btf, found.version) == (small_kernel(order), "6.20.1")


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        (b"Linux version 6.1.0-50-amd64 (a@b) (gcc 12.2.0) #1 SMP Debian 6.1.176-1 (2026)\n", "6.1.176"),
        (b"Linux version 6.19.0 (a@b) #1 SMP\n 6.19.4", "6.19.0"),
        (b"Linux version 7.3-rc7+ (a@b)\n", "7.3-rc7"),
        (b"no banner", ""),
    ],
)
def test_the_version_of_an_image_is_that_of_its_banner(banner: bytes, version: str) -> None:
    assert banner_version(b"\0\0" + banner) == version


def test_images_without_types_say_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vmlinux"
    path.write_bytes(elf_with({".text": b"code"}))
    with pytest.raises(ModelError, match=r"no \.BTF section"):
        read_image(path)
    path.write_bytes(elf_with({".debug_info": b"dwarf"}))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelError, match="pahole is not installed"):
        read_image(path)
    path.write_bytes(b"MZ" + bytes(100))
    with pytest.raises(ModelError, match="extract-vmlinux"):
        read_image(path)


def test_damaged_elf_never_crashes(tmp_path: Path) -> None:
    original = elf_with({".text": b"code", ".BTF": small_kernel()})
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(original)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(min(len(data), 64) if chance.random() < 0.5 else len(data))] = (
                chance.randrange(256)
            )
        try:
            elf_sections(bytes(data[: chance.randrange(len(data))]), "x")
        except ModelError:
            continue


@pytest.mark.skipif(
    shutil.which("pahole") is None or shutil.which("gcc") is None, reason="needs pahole and gcc"
)
def test_dwarf_is_read_through_pahole(tmp_path: Path) -> None:
    source, image = tmp_path / "k.c", tmp_path / "k.o"
    source.write_text(
        "struct page { unsigned long flags; union { struct { void *a, *b; }; long c; }; int _refcount; } p;"
    )
    subprocess.run(["gcc", "-g", "-c", str(source), "-o", str(image)], check=True)
    from threadmine.memmap import load
    from threadmine.memmap.btf import read_layout

    layout = read_layout(read_image(image).btf, "k", "", str(image), load().names.members)
    assert layout.structs["page"].size == 32
    assert layout.structs["page"].by_name["_refcount"].offset == 24
