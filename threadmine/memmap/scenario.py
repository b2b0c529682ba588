"""Scenarios: memory in a known state, a call, and what the call changed, byte for byte.

The result tells every changed byte with the members it belongs to as struct page and as struct folio,
warnings, unmet needs, and stale bytes: what an earlier folio left in pages that are something else now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from threadmine.errors import ModelError
from threadmine.memmap import facts
from threadmine.memmap.layout import OVERLAYS, Layout
from threadmine.memmap.program import NOTATION, Block, block_for, read_blocks
from threadmine.memmap.simulate import MAX_ORDER, Machine
from threadmine.memmap.stale import Stale, stale_bytes
from threadmine.memmap.values import Memory, Pointer, Value
from threadmine.memmap.versions import parse_version

FILLS = ("zero", "a5", "memcg")
BASES = {8: 0xFFFFEA0004000000, 4: 0xF7C00000}
PGMAPS = ((1 << 32, 0x5658C120), (1 << 47, 0x55C58587E140), (1 << 64, 0xFFFF888101234000))
"""A dev_pagemap's address that goes with a base below the limit: 32 bit, user space, kernel space."""
MEMCG_POINTER = 0xFFFF888123456780
SPARE_PAGES = 8


@dataclass(frozen=True, slots=True)
class Write:
    """Consecutive bytes of one page that changed, with the members they belong to by either name."""

    page: int
    offset: int
    data: bytes
    page_members: tuple[str, ...]
    folio_members: tuple[str, ...]

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a scenario did. ``state`` has the bytes of the pages that matter, ``options`` what it asked
    for."""

    scenario: str
    order: int
    kernel: str
    arch: str
    fill: str
    base: int
    warns: int
    warnings: tuple[str, ...]
    unmet: tuple[str, ...]
    writes: tuple[Write, ...]
    state: tuple[bytes, ...]
    stale: tuple[Stale, ...]
    options: tuple[tuple[str, bool], ...]
    inferred: bool = False
    source: str = ""
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """What to simulate on. ``pages`` 0 means as many as the scenario needs."""

    layout: Layout
    version: str
    options: Mapping[str, bool]
    fill: str = ""
    base: int = 0
    pgmap: int = 0
    pages: int = 0
    blocks: Mapping[str, tuple[Block, ...]] | None = None


@cache
def scenarios() -> Mapping[str, tuple[Block, ...]]:
    """The packaged scenarios by name."""
    return read_blocks(facts.text("scenarios.txt"))


def distribution_options(layout: Layout) -> dict[str, bool]:
    """The options a distribution sets, as far as effects ask for them, for the layout's word size."""
    wide = layout.pointer_size == 8
    options = {
        "64BIT": wide,
        "MEMCG": any(layout.member("page", name) for name in ("memcg_data", "mem_cgroup")),
        "MM_ID": layout.member("folio", "_mm_ids") is not None,
        "PAGE_MAPCOUNT": True,
        "HUGETLB_PAGE_OPTIMIZE_VMEMMAP": wide,
        "DEBUG_VM": True,
    }
    if layout.options is not None:
        options["MEMCG"] = "MEMCG" in layout.options
    return options


def run(names: str | tuple[str, ...], order: int, setup: Setup) -> Simulation:
    """Runs a scenario, or functions one after the other, and reports what the measured part changed.

    Args:
        names: a scenario, or a function that is given the first page and the order, or several in a row
            (``zone_device_page_init:1:0`` gives the page and the order of that call).
        order: log2 of the pages of the folio.
        setup: layout, options and what is in memory.

    Raises:
        ModelError: unknown function, an order too large, or a store outside of the pages.
    """
    calls = (names,) if isinstance(names, str) else names
    if not 0 <= order <= MAX_ORDER:
        raise ModelError(f"order {order} cannot be simulated; it must be 0 to {MAX_ORDER}")
    if setup.fill and setup.fill not in FILLS:
        raise ModelError(f"no fill {setup.fill!r}; it is one of {', '.join(FILLS)}")
    version = parse_version(setup.version)
    if version is None:
        raise ModelError(f"{setup.version!r} is no kernel version")
    layout = setup.layout
    base = setup.base or BASES[layout.pointer_size]
    pages = setup.pages or max(2 << order, 16) + SPARE_PAGES
    memory = Memory(layout, base, pages)
    settings = {**distribution_options(layout), **setup.options}
    machine = Machine(memory, version, settings, setup.blocks, lenient=setup.blocks is not None)
    stage = _Stage(machine, setup, pages)
    for call in calls:
        stage.run(call, order, sequence=len(calls) > 1)
    shown = max(5, (1 << order) + 1)
    return Simulation(
        scenario=" ".join(calls),
        order=order,
        kernel=setup.version,
        arch=layout.arch,
        fill=setup.fill or "zero",
        base=base,
        warns=len(machine.warnings) - stage.warned,
        warnings=tuple(machine.warnings[stage.warned :]),
        unmet=tuple(machine.unmet),
        writes=tuple(changes(stage.before, memory)),
        state=tuple(memory.page(number) for number in range(shown)),
        stale=tuple(stale_bytes(machine)),
        options=tuple((name, machine.options.get(name, False)) for name in sorted(machine.asked)),
        inferred=layout.inferred,
        source=layout.source,
        guesses=tuple(sorted(machine.guesses)),
    )


class _Stage:
    """Sets memory up for a scenario and marks where the measured part begins."""

    def __init__(self, machine: Machine, setup: Setup, pages: int) -> None:
        self.machine = machine
        self.setup = setup
        self.pages = pages
        self.before = bytes(machine.memory.data)
        self.warned = 0
        self._started = False
        machine.hooks = {"prefill": self.prefill, "measure": self.measure, "fill": self.fill_all}
        self._device = False

    def run(self, call: str, order: int, sequence: bool) -> None:
        name, *numbers = call.split(":")
        scenario = None if numbers or sequence else scenarios().get(name)
        machine = self.machine
        first = Pointer("page", machine.memory.base)
        if scenario:
            self._device = name == "zone_device_reinit"
            values: dict[str, Value] = {"page": first, "order": order, "pages": self.pages}
            values["pgmap"] = self._pgmap()
            self._check(scenario[0])
            machine.run_body(scenario[0], values)
            return
        block = block_for(name, machine.version, machine.blocks)
        if block is None:
            raise ModelError(f"no facts about {name}() in {machine.version}")
        if not self._started:
            self.prefill()
            self.measure()
        page, own = _numbers(numbers, order)
        here = Pointer("page", first.address + page * machine.layout.page_size)
        machine.call(name, *[self._argument(param, kind, here, first, own) for param, kind in block.params])

    def _check(self, scenario: Block) -> None:
        """Refuses a scenario whose functions this kernel does not have, before anything runs."""
        for node in ast.walk(scenario.tree):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            known = not name or name in NOTATION or name in OVERLAYS or name in self.machine.hooks
            if not known and block_for(name, self.machine.version, self.machine.blocks) is None:
                raise ModelError(f"{scenario.name} needs {name}(), which is not in {self.machine.version}")

    def _argument(self, param: str, kind: str, here: Pointer, first: Pointer, order: int) -> Value:
        if kind in ("page", "folio"):
            return first if param == "head" and here.address != first.address else here
        known = {"order": order, "old_order": order, "pgmap": self._pgmap(), "nr": 1 << order, "count": 1}
        kinds = self.machine.layout.enums.get("memory_type", {})
        known["pgmap_type"] = kinds.get("MEMORY_DEVICE_PRIVATE", 1)
        return known.get(param, 0)

    def _pgmap(self) -> int:
        base = self.machine.memory.base
        return self.setup.pgmap or next(pgmap for top, pgmap in PGMAPS if base < top)

    def prefill(self) -> None:
        self._started = True
        if self.setup.fill == "a5":
            self.fill_all()
        if self.setup.fill == "memcg":
            self._fill_memcg(8 if self._device else self.pages)

    def fill_all(self) -> None:
        data = self.machine.memory.data
        data[:] = b"\xa5" * len(data)

    def _fill_memcg(self, pages: int) -> None:
        layout, data = self.machine.layout, self.machine.memory.data
        member = layout.member("page", "memcg_data") or layout.member("page", "mem_cgroup")
        if member is None:
            raise ModelError("this kernel's struct page has no memcg_data to fill")
        value = (MEMCG_POINTER & ((1 << 8 * member.size) - 1)).to_bytes(member.size, layout.byte_order)
        for start in range(member.offset, pages * layout.page_size, layout.page_size):
            data[start : start + member.size] = value

    def measure(self) -> None:
        self.before = bytes(self.machine.memory.data)
        self.warned = len(self.machine.warnings)


def _numbers(words: list[str], order: int) -> tuple[int, int]:
    try:
        page = int(words[0]) if words else 0
        return page, int(words[1]) if len(words) > 1 else order
    except ValueError as error:
        raise ModelError(f"{':'.join(words)} is not PAGE or PAGE:ORDER") from error


def changes(before: bytes, memory: Memory) -> Iterator[Write]:
    """Each run of consecutive bytes of a page that differs from ``before``."""
    size = memory.layout.page_size
    for page in range(memory.pages):
        old, new = before[page * size : (page + 1) * size], memory.page(page)
        offset = 0
        while offset < size:
            if old[offset] == new[offset]:
                offset += 1
                continue
            end = offset
            while end < size and old[end] != new[end]:
                end += 1
            yield _write(memory.layout, page, offset, new[offset:end])
            offset = end


def _write(layout: Layout, page: int, offset: int, data: bytes) -> Write:
    names = tuple(m.name for m in layout.members_at("page", offset, len(data)))
    return Write(page, offset, data, names, folio_members(layout, page, offset, len(data)))


def folio_members(layout: Layout, page: int, offset: int, size: int) -> tuple[str, ...]:
    """What a folio that begins at page 0 calls bytes of its page ``page``; nothing past the struct's end."""
    found = layout.members_at("folio", page * layout.page_size + offset, size)
    return tuple(m.name for m in found if m.type != "struct page" and not m.name.startswith("_usable_"))
