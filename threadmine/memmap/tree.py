"""Reads what the functions of a kernel tree do to the model's structs, from their source.

Functions of mm/ and the headers around it are translated into the notation of data/functions.txt; those that
touch a followed struct, or call one that does, are kept.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import tree_sitter_c
from tree_sitter import Language, Parser

from threadmine.errors import ModelError
from threadmine.memmap.ctypes_seen import Function, Index
from threadmine.memmap.effects import Effect, flag_operation
from threadmine.memmap.express import Scope
from threadmine.memmap.layout import OVERLAYS, Layout
from threadmine.memmap.program import NOTATION, QUIET, Block, builtin_blocks
from threadmine.memmap.source import read_text
from threadmine.memmap.translate import Translator
from threadmine.memmap.versions import Version
from threadmine.memmap.walk import Walker

HEADERS = (
    "include/linux/mm.h", "include/linux/page-flags.h", "include/linux/page_ref.h",
    "include/linux/mm_inline.h", "include/linux/mm_types.h", "include/linux/memremap.h",
    "include/linux/pagemap.h", "include/linux/huge_mm.h", "include/linux/rmap.h",
    "include/linux/memcontrol.h", "include/linux/swap.h", "include/linux/hugetlb.h",
    "include/linux/page_ext.h", "include/linux/page-isolation.h", "include/linux/mmzone.h", "fs/dax.c",
)  # fmt: skip
HELPERS = ("INIT_LIST_HEAD", "list_empty", "mm_zero_struct_page")
_END = re.compile(r"^\}[^\n]*$", re.M)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*$", re.M)
_ATTRIBUTE = re.compile(
    r"\b(?:__init|__ref|__meminit|__init_refok|__maybe_unused|__sched|__weak|__must_check|__cold|noinline|"
    r"__always_inline|__read_mostly|__cpuidle|__latent_entropy|notrace|noinstr|__noreturn|__no_kasan)\b"
)
_WORTH = re.compile(r"\b(page|folio|slab|ptdesc|zpdesc|netmem_desc|pgmap|pages|head|tail)\b")


@dataclass(frozen=True)
class TreeFacts:
    """What a tree says: direct effects of its functions, and the functions in the notation."""

    effects: tuple[Effect, ...]
    blocks: Mapping[str, tuple[Block, ...]]
    files: int


def source_files(tree: Path) -> tuple[Path, ...]:
    """The files that are read, sorted.

    Raises:
        ModelError: the tree has no mm/ with C files.
    """
    found = sorted([*(tree / "mm").glob("*.c"), *(tree / "mm").glob("*.h")])
    if not any(path.suffix == ".c" for path in found):
        raise ModelError("no kernel tree: it has no mm/*.c", str(tree))
    headers = [tree / name for name in HEADERS if (tree / name).is_file()]
    return (*headers, *found)


def tree_facts(tree: Path, layout: Layout, version: Version) -> TreeFacts:
    """Reads a kernel tree.

    Args:
        tree: its root.
        layout: the tree's structs, for the types of members.
        version: the tree's version.

    Raises:
        ModelError: no kernel tree, or a file that cannot be read.
    """
    parser = Parser(Language(tree_sitter_c.language()))
    index = Index()
    files = source_files(tree)
    for path in files:
        name = str(path.relative_to(tree))
        for piece in pieces(read_text(path)):
            index.add(parser.parse(piece.encode("utf-8", "surrogatepass")).root_node, name)
    blocks = dict(_translated(index, layout))
    helpers = {name: builtin_blocks()[name] for name in HELPERS if name not in blocks}
    walker = Walker(layout, version, {**blocks, **helpers}, depth=0)
    direct = {name: walker.effects(name) for name in blocks}
    kept = _reaching(direct)
    effects = tuple(row for name in sorted(kept) for row in direct[name] if row.access != "call")
    return TreeFacts(effects, {**{name: blocks[name] for name in sorted(kept)}, **helpers}, len(files))


def pieces(source: str) -> Iterator[str]:
    """A file cut behind each closing brace in the first column; pieces without a struct of interest fall out.

    A function whose braces conditionals take apart then spoils nothing but itself. Directives between
    functions and attributes of functions are blanked: neither says what a function does.
    """
    for piece in _END.split(source):
        if "{" in piece and _WORTH.search(piece):
            head, brace, body = piece.partition("\n{")
            if brace:
                head = _DIRECTIVE.sub("", head)
            yield _ATTRIBUTE.sub(" ", head + brace + body) + "\n}\n"


def _translated(index: Index, layout: Layout) -> Iterator[tuple[str, tuple[Block, ...]]]:
    for name, function in sorted(index.functions.items()):
        if not _is_worth(function):
            continue
        block = Translator(function, Scope(index, layout)).block()
        if block is not None:
            yield name, (block,)


def _is_worth(function: Function) -> bool:
    source = function.node.text or b""
    return bool(_WORTH.search(source.decode("utf-8", "replace")))


def runnable(blocks: Mapping[str, tuple[Block, ...]]) -> dict[str, tuple[Block, ...]]:
    """The blocks to simulate a tree with: its own where they say all, the packaged ones where they do not.

    A block says all if nothing in it is unknown and what it calls is known too.
    """
    found: dict[str, tuple[Block, ...]] = {}
    packaged = builtin_blocks()
    for name in {**packaged, **blocks}:
        own = blocks.get(name)
        if own and (name not in packaged or _says_all(own[0], blocks)):
            found[name] = own
        elif name in packaged:
            found[name] = packaged[name]
    return found


def _says_all(block: Block, blocks: Mapping[str, tuple[Block, ...]]) -> bool:
    for node in ast.walk(block.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            known = (
                name in blocks
                or name in QUIET
                or name in NOTATION
                or name in OVERLAYS
                or name in builtin_blocks()
            )
            if name == "unknown" or not (known or flag_operation(name)):
                return False
    return True


def _reaching(direct: Mapping[str, Iterable[Effect]]) -> set[str]:
    """Functions that touch a member, or call one that does, over any number of calls."""
    callers: dict[str, set[str]] = {}
    touching = set()
    for name, rows in direct.items():
        for row in rows:
            if row.access == "call":
                callers.setdefault(row.member, set()).add(name)
            else:
                touching.add(name)
    queue = list(touching)
    while queue:
        for caller in callers.get(queue.pop(), ()):
            if caller not in touching:
                touching.add(caller)
                queue.append(caller)
    return touching
