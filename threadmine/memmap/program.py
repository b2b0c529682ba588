"""Reads data/functions.txt: what kernel functions do, in a notation of their own.

The notation has the grammar of a small part of Python, so its parser is Python's; nothing of it is ever
executed as Python. Blocks are found by a scan and parsed only when asked for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from threadmine.memmap import facts
from threadmine.memmap.versions import Version, in_range, parse_version

_HEAD = re.compile(r"^def (\w+)\(", re.M)
_DECORATOR = re.compile(r'^@(kernels|source)\("([^"]*)"\)$', re.M)


QUIET = frozenset(
    (
        "might_sleep", "smp_wmb", "smp_mb", "smp_rmb", "barrier", "cond_resched", "BUILD_BUG_ON",
        "smp_mb__after_atomic", "smp_mb__before_atomic", "page_ref_tracepoint_active",
        "page_cpupid_reset_last", "page_kasan_tag_reset", "trace_mm_page_free",
        "folio_xchg_last_cpupid", "folio_last_cpupid", "percpu_ref_tryget_many",
        "percpu_ref_tryget_live", "set_page_links",
    )
)  # fmt: skip
"""Functions of the kernel that leave the bytes of struct pages alone (last_cpupid and zone bits apart)."""

NOTATION = frozenset(
    (
        "addr", "index", "log2", "is_power_of_2", "mask_from", "change_bit", "config", "has", "kernel",
        "warn", "need", "keep", "read", "not_told", "zero", "range", "int32", "page_folio", "compound_head",
        "_compound_head", "unknown",
    )
)  # fmt: skip
"""Words that the notation has of its own."""


@dataclass(frozen=True)
class Block:
    """What one function does in some kernels. ``params`` are (name, type) with type page, folio, member or
    ''."""

    name: str
    kernels: str
    source: str
    text: str

    @property
    def tree(self) -> ast.FunctionDef:
        return _parse(self.text)

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        found = []
        for arg in self.tree.args.args:
            kind = arg.annotation.id if isinstance(arg.annotation, ast.Name) else ""
            found.append((arg.arg, kind))
        return tuple(found)


@cache
def _parse(text: str) -> ast.FunctionDef:
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef)  # the scan cut at "def"
    return tree


def read_blocks(text: str) -> dict[str, tuple[Block, ...]]:
    """The blocks of a text in this notation by function name, in the text's order."""
    found: dict[str, list[Block]] = {}
    pieces = [p for p in re.split(r"\n(?:#[^\n]*\n|\s*\n)+", "\n\n" + text) if _HEAD.search(p)]
    for piece in pieces:
        head = _HEAD.search(piece)
        assert head is not None
        marks = dict(_DECORATOR.findall(piece[: head.start()]))
        body = "\n".join(line for line in piece[head.start() :].split("\n"))
        block = Block(head[1], marks.get("kernels", ""), marks.get("source", ""), body)
        found.setdefault(head[1], []).append(block)
    return {name: tuple(blocks) for name, blocks in found.items()}


@cache
def builtin_blocks() -> Mapping[str, tuple[Block, ...]]:
    """The packaged blocks by function name."""
    return read_blocks(facts.text("functions.txt"))


def block_for(
    name: str, kernel: str | Version, blocks: Mapping[str, tuple[Block, ...]] | None = None
) -> Block | None:
    """What ``name`` does in ``kernel``; None where the function is not known or not in that kernel.

    Kernels newer than all facts get the newest.
    """
    version = parse_version(kernel) if isinstance(kernel, str) else kernel
    if version is None:
        return None
    for block in (builtin_blocks() if blocks is None else blocks).get(name, ()):
        if in_range(version, block.kernels):
            return block
    return None
