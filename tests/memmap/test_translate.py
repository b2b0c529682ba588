"""Translated C against compiled C: random functions of our own, run by gcc and by the simulator.

The notation counts without C's integer widths, so the functions add few enough numbers not to overflow.
"""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from threadmine.memmap.compute import layout_of
from threadmine.memmap.layout import Layout
from threadmine.memmap.scenario import Setup, run
from threadmine.memmap.source import read_headers
from threadmine.memmap.tree import runnable, tree_facts
from threadmine.memmap.versions import parse_version

PAGES = 24
TYPES = """
struct page {
	unsigned long flags;
	union {
		struct { struct list_head lru; unsigned long word; };
		struct { unsigned long compound_head; unsigned int kind; unsigned short small[2]; };
	};
	unsigned int count;
	unsigned char bytes[4];
	unsigned long last;
};
struct folio {
	union { struct { unsigned long flags; struct list_head lru; }; struct page page; };
	union { struct { unsigned long _flags_1; unsigned int _pair[2]; }; struct page __page_1; };
};
"""
PRELUDE = """
#define WRITE_ONCE(x, v) ((x) = (v))
#define READ_ONCE(x) (x)
#define likely(x) (x)
#define CONFIG_SET 1
#define IS_ENABLED(x) x
#define CONFIG_UNSET 0
struct list_head { struct list_head *next, *prev; };
"""
HELPERS = """
static unsigned long twice(struct page *p, unsigned long v)
{
	p->last = v + v;
	return p->last | 1;
}

static unsigned int *half(struct page *p)
{
	return &p[1].count;
}

static void mark(struct folio *folio, unsigned long v)
{
	if (!v)
		return;
	folio->_flags_1 = (folio->_flags_1 & ~0xffUL) | (v & 0xff);
	folio->_pair[1] += 3;
}
"""
MEMBERS = ("flags", "word", "compound_head", "last", "count", "kind", "bytes[2]", "small[1]")


class Author:
    """Writes random functions that stay within the pages and within what the notation means to say."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.depth = 0
        self.loops = 0

    def number(self) -> str:
        return self.chance.choice(("0", "1", "7UL", "0x80UL", "0xff00UL", "order", "(1UL << order)"))

    def place(self) -> str:
        pointer = self.chance.choice(("p", "p", "q", "first"))
        member = self.chance.choice(MEMBERS)
        if self.chance.random() < 0.5:
            return f"{pointer}->{member}"
        return f"{pointer}[{self.chance.randint(0, 3)}].{member}"

    def value(self, depth: int = 0) -> str:
        kind = self.chance.random()
        if depth > 2 or kind < 0.35:
            return self.number()
        if kind < 0.6:
            return self.place()
        if kind < 0.7:
            return f"READ_ONCE({self.place()})"
        if kind < 0.78:
            return f"({self.test(depth + 1)} ? {self.value(depth + 1)} : {self.value(depth + 1)})"
        if kind < 0.84:
            return f"twice({self.chance.choice(('p', 'q + 1', '&first[2]'))}, {self.number()})"
        return f"({self.value(depth + 1)} {self.chance.choice('&|^+')} {self.value(depth + 1)})"

    def test(self, depth: int = 0) -> str:
        kind = self.chance.random()
        if kind < 0.3:
            return f"likely({self.place()} & {self.number()})"
        if kind < 0.5:
            return f"!{self.place()}"
        if kind < 0.65 and depth < 2:
            return f"({self.test(depth + 1)} {self.chance.choice(('&&', '||'))} {self.test(depth + 1)})"
        if kind < 0.75:
            return f"IS_ENABLED(CONFIG_{self.chance.choice(('SET', 'UNSET'))})"
        return f"{self.place()} {self.chance.choice(('==', '!=', '<', '>='))} {self.number()}"

    def statement(self) -> str:
        self.depth += 1
        kind = self.chance.random()
        try:
            if self.depth < 4 and kind < 0.15:
                tail = f" else {{ {self.body()} }}" if self.chance.random() < 0.5 else ""
                return f"if ({self.test()}) {{ {self.body()} }}{tail}"
            if self.loops < 2 and self.depth < 3 and kind < 0.25:
                return self.loop()
            if self.depth < 4 and kind < 0.3:
                return f"switch (order) {{ case 1: case 2: {self.body()} break; default: {self.body()} }}"
            return self.simple(kind)
        finally:
            self.depth -= 1

    def loop(self) -> str:
        name = "ij"[self.loops]
        self.loops += 1
        step = self.chance.choice((f"{name}++", f"++{name}", f"{name} += 2", f"{name}++, q++"))
        start = self.chance.randint(0, 1)
        text = f"for ({name} = {start}; {name} < (1 << order); {step}) {{ {self.body()} }} q = first;"
        self.loops -= 1
        return text

    def simple(self, kind: float) -> str:
        if kind < 0.4:
            return f"{self.place()} {self.chance.choice(('|=', '&=', '^=', '+='))} {self.value()};"
        if kind < 0.5:
            return f"WRITE_ONCE({self.place()}, {self.value()});"
        if kind < 0.58:
            return (
                f"mark((struct folio *){self.chance.choice(('p', '(first + 3)', '&q[1]'))}, {self.value()});"
            )
        if kind < 0.63:
            return f"*half(p) = 0; {self.place()}++;"
        if kind < 0.7:
            return f"((struct folio *)(q + 2))->page.last = {self.value()};"
        return f"{self.place()} = {self.value()};"

    def body(self) -> str:
        return " ".join(self.statement() for _ in range(self.chance.randint(1, 3)))

    def function(self, number: int) -> str:
        text = "\n\t".join(self.statement() for _ in range(self.chance.randint(3, 9)))
        head = f"void work{number}(struct page *page, unsigned int order)\n{{\n\tunsigned int i, j;\n"
        return f"{head}\tstruct page *p = page + 1, *q = page, *first = page;\n\n\t{text}\n}}\n"


@pytest.fixture(scope="module")
def code() -> str:
    return HELPERS + "".join(Author(seed).function(seed) for seed in range(80))


def compiled(code: str, folder: Path) -> ctypes.CDLL:
    source, library = folder / "work.c", folder / "work.so"
    source.write_text(PRELUDE + TYPES + code)
    command = ["gcc", "-O1", "-w", "-shared", "-fPIC", "-fno-strict-aliasing", "-fwrapv", str(source)]
    done = subprocess.run([*command, "-o", str(library)], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr[:500]
    return ctypes.CDLL(str(library))


def translated(code: str, folder: Path) -> tuple[Layout, object]:
    for name in ("mm", "include/linux"):
        (folder / name).mkdir(parents=True)
    (folder / "include/linux/mm_types.h").write_text(TYPES)
    (folder / "mm/work.c").write_text(code)
    options = {"64BIT": True, "SET": True}
    layout = layout_of(read_headers(folder), "6.20", "x86-64", options, "test", "distribution")
    version = parse_version("6.20")
    assert version is not None
    return layout, tree_facts(folder, layout, version).blocks


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_translated_functions_do_what_the_compiled_ones_do(tmp_path: Path, code: str) -> None:
    library = compiled(code, tmp_path)
    layout, blocks = translated(code, tmp_path / "tree")
    size = layout.page_size
    ran = 0
    for number in range(80):
        for order in (0, 1, 3):
            memory = ctypes.create_string_buffer(b"\xa5" * PAGES * size, PAGES * size)
            base = ctypes.addressof(memory)
            getattr(library, f"work{number}")(ctypes.c_void_p(base), ctypes.c_uint(order))
            options = {"SET": True, "UNSET": False}
            setup = Setup(layout, "6.20", options, "a5", base, pages=PAGES, blocks=runnable(blocks))
            result = run(f"work{number}", order, setup)
            theirs = [memory.raw[n * size : (n + 1) * size] for n in range(len(result.state))]
            where = (number, order, Author(number).function(number), blocks[f"work{number}"][0].text)
            assert list(result.state) == theirs, where
            assert not result.guesses, where
            ran += 1
    assert ran == 240
