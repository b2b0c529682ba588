#!/usr/bin/env python3
"""Gather facts about kernel functions from kernel source trees: who calls whom, who touches which member.

Why: a claim such as "free_zone_device_folio() never calls put_page()" can be decided only by a list of calls
that is known to be complete for a kernel version. The lists come from real trees, read with tree-sitter-c;
what is kept are names and short values (facts), never source text.

    tools/verify_calls.py extract TREE VERSION SOURCE OUT.json      one tree -> one file of facts
    tools/verify_calls.py merge OUT.json... -o threadmine/memmap/data/calls.json.xz

TREE is an unpacked kernel (a Debian or Ubuntu ``linux-source`` package, or the orig tar of one); VERSION the
mainline release it stands for (``6.19``); SOURCE what it was in full (``Debian linux 6.19.6``).
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import tree_sitter_c
from tree_sitter import Language, Node, Parser
from verify_context import LOCK, on_entry
from verify_reader import (
    AT_HOME,
    CONSTANT,
    HOME,
    NAMES,
    STRUCTS,
    Function,
    Reader,
    Types,
    declared_name,
    struct_name,
    text_of,
)
from verify_reader import NO_CALL as NOT_A_CALL

DEFINITION = re.compile(rb"^(?![#\s/*}])[^\n;{}=]{0,300}?\b(\w+)\([^;{}]{0,1000}?\)\s*\n\{", re.M)
"""The head of a function definition, for those that the parser loses in a file with an error before them."""

UNTYPED = ("page", "folio", "slab", "ptdesc", "dev_pagemap")
"""Structs whose members' names are kept where the type of the pointer could not be told."""

WANTED = re.compile(
    rb"struct (?:page|folio|slab|ptdesc|dev_pagemap|netmem_desc|zone|lruvec|hstate|mem_cgroup|kmem_cache"
    rb"|page_pool|migrate_vma)\b|PAGEFLAG|PG_\w"
)
ATTRIBUTES = re.compile(
    rb"\b(?:__always_inline|__init|__meminit|__ref|__refdata|noinline|noinline_for_stack|__must_check|__sched"
    rb"|__exit|__cold|__pure|__malloc|__always_unused|__maybe_unused|__latent_entropy|notrace|nokprobe_inline"
    rb"|__kprobes|__no_kcsan|__no_sanitize_address|__no_kasan_or_inline|__no_sanitize_memory|asmlinkage"
    rb"|__paginginit|__init_memblock|__init_or_module|__initdata|__user|__percpu|__rcu|__iomem|__force"
    rb"|__private|__deprecated|__visible|__randomize_layout|vm_fault_t(?= \*)|__no_randomize_layout"
    rb"|____cacheline_aligned_in_smp|____cacheline_internodealigned_in_smp|__cacheline_aligned)\b"
    rb"|\b(?:CACHELINE_PADDING|ZONE_PADDING|__acquires|__releases|__must_hold|__printf|__cond_acquires"
    rb"|__bpf_kfunc_start_defs|__cacheline_group_begin|__cacheline_group_end)\([^()\n]*\)"
)
MM_FILE = re.compile(
    r"^mm/|^include/linux/(?:\w*page\w*|mm\w*|memremap|memcontrol|huge_mm|hugetlb|gfp|swap\w*|rmap"
    r"|migrate|hmm|highmem\w*|slab|vmstat|memory\w*|ksm|balloon_compaction|zsmalloc)\.h$"
)


LOCAL = re.compile(r"^mm/.*\.c$")
"""Files whose own structs are known as well as those of headers."""

_NUMBER = rb"(0x[0-9a-fA-F]{1,16}|\d{1,10})[uUlL]{0,3}"
_CONSTANT = rb"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"
_REMARK = rb"[ \t]*(?:/\*.*)?$"
DEFINED = re.compile(
    rb"^[ \t]*#[ \t]*define[ \t]+"
    + _CONSTANT
    + rb"[ \t]+\(?"
    + _NUMBER
    + rb"\)?"
    + _REMARK
    + rb"|^[ \t]+"
    + _CONSTANT
    + rb"[ \t]*=[ \t]*"
    + _NUMBER
    + rb",?"
    + _REMARK,
    re.M,
)
"""A constant that a header or file of mm defines as a plain number."""

DEFINITIONS = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+([A-Z][A-Z0-9_]+)[ \t]+(.*)$", re.M)
NUMBERED = re.compile(
    r"^mm/|^include/(?:uapi/)?linux/(?:\w*page\w*|mm\w*|mem\w*|huge\w*|swap\w*|rmap|migrate|hmm|slab|gfp\w*|vm\w*"
    r"|damon|compaction|ksm|khugepaged|zswap|shrinker|list_lru|fs|cma|pagevec|folio_\w+)\.h$"
)
"""Files whose constants are kept."""

WHOLE = tuple(NAMES["whole"])
"""Files all of whose functions are kept."""

MAX_HEADER = 300_000
"""Bytes above which a driver's header is left out: tables of registers."""

TELLS = re.compile(
    rb"(?:page|folio|pgmap|zone|lruvec|memcg|slab|ptdesc|zpdesc|netmem|niov|pool|pgdat|hstate|zspage|objcg)\w*"
    rb"(?:\[\w+\])?(?:->|\.)[a-z_]|(?:Set|Clear)?Page[A-Z]\w*\(|folio_|(?:un)?lock_page|mmap_\w*lock|i_mmap_"
    rb"|dev_pagemap|migrate_vma|page_pool|hmm_range|_user_page|vm_insert_|vmf_insert|zone_device|set_page_|page_ref_"
    rb"|page_private|PG_\w|__GFP_COMP|put_page\(|get_page\(|page_count\(|mapcount\(|pagetable_|memremap|balloon_page"
    rb"|alloc_contig|_reserved_page|walk_page_|lru_lock|rcu_read_lock|zap_vma|memory_failure|->(?:b_page|b_folio)"
)
"""Words of a function outside mm that is read whole; of others only the names of what they call are kept."""

HANDLES = re.compile(
    rb"folio|dev_pagemap|zone_device|migrate_vma|page_pool|netmem|_user_pages|vm_insert_page|\b(?:__)?(?:Set|Clear)Page[A-Z]"
    rb"|\bpage\w*->[a-z_]|\bPG_[a-z]|__GFP_COMP|page_count\(|page_ref_|set_page_|page_private|ptdesc|pagetable_|split_page"
    rb"|balloon_|memremap_pages|alloc_contig|_reserved_page|memory_failure|hmm_range|lru_lock|rmap"
)
"""Words of a file outside mm, fs and their headers that is parsed."""

PARSED = ("mm/", "include/", "fs/", "io_uring/", "virt/", "net/core/", *WHOLE)

ALIASED = re.compile(r"^_{0,2}[a-z][a-z0-9]*(?:_[a-z0-9]+)+$")
"""Names of functions, as a macro may have them."""

CALLED = re.compile(rb"\b([A-Za-z_]\w+)\s*\(")

ACCESSOR = re.compile(r"^(?:__)?(?:(?:Test)?(?:Set|Clear)Page[A-Z]\w*|folio_(?:test_)?(?:set|clear)_\w+)$")
"""Accessors that change a flag: whoever calls one is of interest, wherever it stands."""

AT_THE_EDGE = frozenset(NAMES["at_the_edge"])
"""Functions of mm through which drivers and file systems handle pages: their callers are kept."""

NEED = re.compile(
    r"\b(?:must|should|caller|called|needs? to|requires?|has to|have to)\b[^.;]{0,90}?"
    r"\b(?:hold|holds|held|holding|under|locked|with|elevated|take[ns]?|reference|pinned)\b[^.;]{0,60}",
    re.I,
)
"""How a comment says what a function needs of its caller."""
NEEDED = re.compile(r"\b(?:->)?(\w*lock\w*|mmap_sem|rcu|refcount|reference|refcnt)\b", re.I)


def needs_in(comment: str) -> set[str]:
    """The names of locks (or ``reference``) that a function's comment says its caller must hold."""
    plain = re.sub(r"[\s*]+", " ", comment)
    found = {name.lower() for need in NEED.finditer(plain) for name in NEEDED.findall(need[0])}
    return found - {"lock", "locks", "locking", "unlock", "unlocked"}


class Tree:
    """Facts of one kernel tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parser = Parser(Language(tree_sitter_c.language()))
        self.types = Types()
        self.functions: dict[str, Function] = {}
        self.serves: dict[str, set[str]] = defaultdict(set)  # function -> ops members it is given to
        self.values: dict[str, set[int]] = defaultdict(set)  # constant -> what files of mm define it as

    def files(self) -> Iterator[Path]:
        for place in NAMES["places"]:
            yield from sorted((self.root / place).rglob("*.[ch]"))

    def read(self) -> None:
        sources: list[tuple[str, bytes]] = []
        for path in self.files():
            name = path.relative_to(self.root).as_posix()
            if path.suffix == ".h" and name.startswith("drivers/") and path.stat().st_size > MAX_HEADER:
                continue
            data = path.read_bytes()
            if NUMBERED.match(name):
                self.numbers(data)
            if name.startswith(("mm/", "include/linux/mm", *WHOLE)):
                pass
            elif not WANTED.search(data):
                continue
            elif not (name.startswith(PARSED) or HANDLES.search(data)):
                self.unread(name, data)
                continue
            sources.append((name, ATTRIBUTES.sub(lambda m: b" " * len(m.group()), data)))
        for _, data in sources:
            for found in re.finditer(rb"\bstruct (\w+) \*+\s*(\w+)\(", data):
                self.types.returns.setdefault(found.group(2).decode(), found.group(1).decode())
        roots = [(name, self.parser.parse(data).root_node) for name, data in sources if name.endswith(".h")]
        roots += [(name, self.parser.parse(data).root_node) for name, data in sources if LOCAL.match(name)]
        for _, root in roots:
            self.structs(root)
        self.types.of_interest = frozenset(m for s in UNTYPED for m in self.types.members[s])
        parsed = dict(roots)
        for name, data in sources:
            self.definitions(parsed.get(name) or self.parser.parse(data).root_node, name)
            self.lost(name, data)

    def numbers(self, data: bytes) -> None:
        """Constants that are plain numbers; one that is something else in another place is none."""
        for one, number, other, value in DEFINED.findall(data):
            digits = (number or value).decode()
            base = 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10
            self.values[(one or other).decode()].add(int(digits, base))
        for name, rest in DEFINITIONS.findall(data):
            if not DEFINED.match(b"#define " + name + b" " + rest):
                self.values[name.decode()] |= {-1, -2}

    def unread(self, name: str, data: bytes) -> None:
        """A file that handles no pages itself: what it calls, it calls where nothing is known to hold."""
        function = self.entry(f"({name})", name)
        for callee in sorted({c.decode() for c in CALLED.findall(data)}):
            if not NOT_A_CALL.match(callee):
                function.calls[callee] = 0
                function.places[callee] = frozenset()

    def lost(self, name: str, data: bytes) -> None:
        """Definitions that the parse of the whole file lost: each is parsed by itself."""
        for head in DEFINITION.finditer(data):
            known = self.functions.get(head.group(1).decode())
            end = data.find(b"\n}", head.end())
            if (known is None or name not in known.files) and end > 0:
                self.definitions(self.parser.parse(data[head.start() : end + 3]).root_node, name)

    def structs(self, root: Node) -> None:
        for node in top_level(root):
            kind = node if node.type == "struct_specifier" else node.child_by_field_name("type")
            if (
                kind is not None
                and kind.type == "struct_specifier"
                and kind.child_by_field_name("body") is not None
            ):
                self.types.add_struct(kind, struct_name(kind))

    def definitions(self, root: Node, name: str) -> None:
        before = None
        for node in top_level(root):
            if node.type == "function_definition":
                self.function(node, name, text_of(before) if before is not None else "")
            elif node.type == "preproc_function_def":
                self.macro(node, name)
            elif node.type == "preproc_def" and name.startswith("include/"):
                self.alias(node, name)
            elif node.type == "declaration":
                outside = Function("")
                Reader(self.types, outside).visit(node, False)
                self.served(outside)
            before = node if node.type == "comment" else None

    def served(self, function: Function) -> None:
        for slot, given in function.serves:
            self.serves[given].add(slot)

    def entry(self, name: str, path: str) -> Function:
        function = self.functions.setdefault(name, Function(name))
        function.files.add(path)
        return function

    def function(self, node: Node, path: str, comment: str = "") -> None:
        declarator = node.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "function_declarator":
            declarator = declarator.child_by_field_name("declarator")
        body = node.child_by_field_name("body")
        if declarator is None or body is None:
            return
        name = declared_name(declarator)
        if not re.match(r"^[A-Za-z_]\w+$", name):
            return
        function = self.entry(name, path)
        body_text = body.text or b""
        if not path.startswith(("mm/", "include/", *WHOLE)) and not TELLS.search(body_text):
            for callee in sorted({c.decode() for c in CALLED.findall(body_text)}):
                if not NOT_A_CALL.match(callee):  # called where nothing is known to hold
                    function.calls.setdefault(callee, 0)
                    function.places[callee] = frozenset()
            return
        function.says |= needs_in(comment)
        reader = Reader(self.types, function, path)
        parameters = declarator.child_by_field_name("parameters")
        if parameters is not None:
            named = [p for p in parameters.named_children if p.type == "parameter_declaration"]
            for parameter in named:
                reader.declare(parameter)
            function.params = tuple(declared_name(p.child_by_field_name("declarator")) for p in named)
        reader.visit(body, True)
        self.served(function)

    def entries(self) -> dict[str, frozenset[str]]:
        """What holds whenever a function of the tree is entered."""
        handed: dict[str, set[tuple[str, str]]] = defaultdict(set)
        taken = set(self.serves)
        for function in self.functions.values():
            for given, callee in function.hands:
                if given in self.functions and given != function.name:
                    handed[given].add((function.name, callee))
        places = {f.name: f.places for f in self.functions.values()}
        return on_entry(places, handed, frozenset(taken))

    def macro(self, node: Node, path: str) -> None:
        name, value = text_of(node.child_by_field_name("name")), text_of(node.child_by_field_name("value"))
        called = [c for c in re.findall(r"\b([A-Za-z_]\w+)\s*\(", value) if not NOT_A_CALL.match(c)]
        if called and not name.isupper():
            function = self.entry(name, path)
            function.macro = True
            for callee in called:
                function.calls.setdefault(callee, 0)

    def alias(self, node: Node, path: str) -> None:
        """``#define page_to_pfn __page_to_pfn``: the one name calls the other."""
        name, value = text_of(node.child_by_field_name("name")), text_of(node.child_by_field_name("value"))
        if ALIASED.match(name) and ALIASED.match(value.strip()) and name != value.strip():
            function = self.entry(name, path)
            function.macro = True
            function.calls.setdefault(value.strip(), 0)


def top_level(root: Node) -> Iterator[Node]:
    """Nodes of a file that are not inside a function, through #ifdef and parse errors."""
    stack = list(reversed(root.named_children))
    while stack:
        node = stack.pop()
        if (
            node.type.startswith("preproc_if")
            or node.type.startswith("preproc_el")
            or node.type in ("ERROR", "linkage_specification", "declaration_list", "translation_unit")
        ):
            stack.extend(reversed(node.named_children))
        else:
            yield node


def relevant(functions: dict[str, Function]) -> Iterator[Function]:
    """Functions of mm and of its headers, and those elsewhere that touch a member or call one of these."""
    core = {
        f.name for f in functions.values() if any(p.startswith(("mm/", "include/linux/")) for p in f.files)
    }
    mm_only = {f.name for f in functions.values() if any(MM_FILE.match(path) for path in f.files)}
    for name in sorted(name for name in functions if name[0] != "("):
        function = functions[name]
        if (
            name in core
            or function.members
            or any(c in mm_only for c in function.calls)
            or function.constants
            or any(ACCESSOR.match(c) for c in function.calls)
            or any(path.startswith(WHOLE) for path in function.files)
        ):
            yield function


def extract(root: Path, version: str, source: str, out: Path) -> None:
    tree = Tree(root)
    tree.read()
    entry = tree.entries()
    rows = [
        {
            "f": f.name,
            "p": sorted(f.files),
            "a": list(f.params),
            "x": f.macro,
            "c": [[c, flags, f.handed.get(c, "").rstrip(",")] for c, flags in f.calls.items()],
            "m": sorted(f.members),
            "g": sorted(f.guards),
            "k": sorted(f.constants),
            "o": sorted(f.changes),
            "u": sorted(f.drops),
            "r": sorted(f.results),
            "h": [[c, spelled(place)] for c, place in sorted(f.places.items()) if place],
            "w": [[m, spelled(locks)] for m, locks in sorted(f.stores.items()) if locks],
            "t": sorted(f.takes.items()),
            "d": sorted(f.says),
            "i": sorted(tree.serves.get(f.name, ())),
            "e": spelled(entry.get(f.name, frozenset())),
        }
        for f in relevant(tree.functions)
    ]
    members = {
        s: sorted(m for m in tree.types.members[s] if m) for s in sorted(STRUCTS) if tree.types.members.get(s)
    }
    values = {name: numbers.pop() for name, numbers in tree.values.items() if len(numbers) == 1}
    facts = {"version": version, "source": source, "structs": members, "values": values, "functions": rows}
    out.write_text(json.dumps(facts))
    print(f"{version}: {len(rows)} functions", file=sys.stderr)


def spelled(place: Iterable[str]) -> str:
    """What holds at a place as one text: locks first."""
    return ",".join(sorted(place, key=lambda token: (not token.startswith(LOCK), token)))


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def masked(rows: Iterable[tuple[int, Iterable[tuple[object, ...]]]]) -> list[list[object]]:
    """[(bit, facts)] -> facts with the bits of the kernels that have them, order of first sight kept."""
    seen: dict[tuple[object, ...], int] = {}
    for bit, facts in rows:
        for fact in facts:
            seen[fact] = seen.get(fact, 0) | bit
    return [[*fact, mask] for fact, mask in seen.items()]


def head_line(trees: list[dict[str, Any]]) -> dict[str, Any]:
    """The first line: the kernels, where they came from, the members their structs declare."""
    structs: dict[str, dict[str, int]] = {}
    for struct in sorted(STRUCTS):
        members: dict[str, int] = {}
        for number, tree in enumerate(trees):
            for member in tree["structs"].get(struct, ()):
                members[member] = members.get(member, 0) | 1 << number
        structs[struct] = members
    versions, sources = [t["version"] for t in trees], [t["source"] for t in trees]
    named = {name for tree in trees for name in tree["values"]}
    values = {
        name: sum_bits(
            (number, tree["values"][name]) for number, tree in enumerate(trees) if name in tree["values"]
        )
        for name in sorted(named)
    }
    head = {"versions": versions, "sources": sources, "structs": structs, "values": values}
    return {**head, "home": [HOME, sorted(AT_HOME)]}


def sum_bits(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """(kernel, value) pairs as values with the bits of the kernels that have them."""
    found: dict[int, int] = defaultdict(int)
    for number, value in pairs:
        found[value] |= 1 << number
    return [[value, bits] for value, bits in found.items()]


WIDTHS = dict.fromkeys("akrideou", 1) | dict.fromkeys("ghwt", 2) | dict.fromkeys("cm", 3)
"""How many values a fact of each sort has, before the bits of the kernels that have it."""

TELLING = re.compile(
    rf"^(?:{LOCK}.*|count[=>]+0|!?\*?order\b.*"
    r"|!?(?:Page[A-Z]\w*|folio_(?:test|is|has)_\w+|is_\w*page|page_has_\w+|(?:folio_)?trylock\w*|folio_mapped|page_mapped)\(\))$"
)
"""What is kept of the tests that hold at a call."""

OTHERS = re.compile(
    r"^(?:WRITE_ONCE|READ_ONCE|smp_\w+|cmpxchg|percpu_ref_\w+|rcu_read_lock|rcu_read_unlock|lockdep_assert_held\w*"
    r"|spin_lock\w*|mutex_lock\w*|mmap_assert_\w+|call_rcu|synchronize_rcu|kfree_rcu|schedule\w*|wait_\w+"
    r"|(?:__)?(?:Set|Clear|TestSet|TestClear)?Page[A-Z]\w*|(?:__)?folio_(?:test|set|clear)_\w+)$"
)
"""Callees that are kept although the trees' mm code does not define them as functions."""

NOISE = re.compile(
    r"^(?:pr_\w+|\w*warn\w*|likely|unlikely|min\w*|max\w*|clamp\w*|swap|(?!INIT_LIST)[A-Z][A-Z0-9_]+|IS_\w+|\w*printf|printk\w*|seq_\w+"
    r"|container_of\w*|list_\w*entry\w*|list_for_\w+|hlist_\w+|for_each_\w+|sysfs_\w+|str\w+|kstr\w+|trace_\w+|dump_\w+"
    r"|might_\w+|cond_resched|barrier|ilog2|roundup\w*|round_\w+|fls\w*|__?ffs\w*|hweight\w*|sprintf|data_race|rb_\w+"
    r"|unsafe_\w+|kasan_\w+|kmsan_\w+|lockdep_\w+|local_\w+|debugfs_\w+|match_\w+|bitmap_\w+|raw_cpu_\w+|this_cpu_\w+"
    r"|(?:const_|arch_)?(?:test|set|clear)_bit|ALIGN\w*|sizeof\w*|div\w*_u64\w*|nodes?_\w+|cpumask_\w+|jiffies_\w+|preempt_\w+)$"
)
"""Callees outside of what was read that nobody speaks of: helpers of the language and of printing."""

TESTS = re.compile(r"^mm/(?:\w+/)*(?:tests/|\w*_test\w*\.c$)|^kernel/\w+/\w*test\w*\.c$")
"""Files of the kernel's own tests: what they call tells nothing of mm."""

NEAR = (
    "mm/memremap.c",
    "mm/hmm.c",
    "mm/migrate_device.c",
    "include/linux/memremap.h",
    "include/linux/migrate.h",
)
"""Files whose functions' callers are kept wherever they are: there drivers and mm meet."""


def telling(place: str) -> str:
    """The part of a place that is kept."""
    return ",".join(token for token in place.split(",") if TELLING.match(token))


def passed_on(tree: dict[str, Any]) -> None:
    """Add to what holds on entry that the page's count is 0: where all callers are in that state."""
    rows = {row["f"]: row for row in tree["functions"]}
    callers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in tree["functions"]:
        places = dict(row["h"])
        for callee, *_ in row["c"]:
            callers[callee].append((row["f"], places.get(callee, "")))
    for _ in range(4):
        for name, row in rows.items():
            sites = [f"{place},{rows[caller]['e']}" for caller, place in callers[name] if caller != name]
            if sites and not row["i"] and "count==0" not in row["e"] and all("count==0" in s for s in sites):
                row["e"] = f"{row['e']},count==0".lstrip(",")


def merged_row(name: str, rows: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """One function's facts of all kernels; each fact ends with the bits of the kernels that have it."""
    line: dict[str, Any] = {"f": name, "v": sum(bit for bit, _ in rows)}
    line["p"] = masked((bit, ((p,) for p in row["p"])) for bit, row in rows)
    line["a"] = masked((bit, ((",".join(row["a"]),),)) for bit, row in rows)
    for key in ("c", "m", "g"):
        line[key] = masked((bit, (tuple(fact) for fact in row[key])) for bit, row in rows)
    for key in ("w", "t"):
        line[key] = masked((bit, (tuple(fact) for fact in row[key])) for bit, row in rows)
    line["h"] = masked(
        (bit, ((c, telling(place)) for c, place in row["h"] if telling(place))) for bit, row in rows
    )
    line["e"] = masked((bit, ((telling(row["e"]),),)) for bit, row in rows if telling(row["e"]))
    for _, row in rows:
        called = {name for name, *_ in row["c"]}  # macros written in capitals are no constants
        row["k"] = [name for name in row["k"] if name not in called]
        row["o"] = [change for change in row["o"] if change[1:] not in called]
    for key in ("k", "r", "i", "d", "o", "u"):
        line[key] = masked((bit, ((value,) for value in row[key] if value)) for bit, row in rows)
    if any(row["x"] for _, row in rows):
        line["x"] = sum(bit for bit, row in rows if row["x"])
    return line


def compact(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is written: bits left out where they are the function's own, trailing empty values too."""
    out: dict[str, Any] = {"f": row["f"], "v": row["v"]}
    for key in WIDTHS:
        facts = []
        for *values, bits in row[key]:
            if bits == row["v"]:
                while len(values) > 1 and values[-1] in ("", 0):
                    values.pop()
                facts.append(values[0] if len(values) == 1 else values)
            else:
                facts.append([*values, bits])
        if facts and facts != [""]:
            out[key] = facts
    if "x" in row:
        out["x"] = row["x"]
    return out


def wanted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows worth their bytes: mm and its headers, whoever touches a member, and callers of NEAR."""
    rows = [row for row in rows if not all(TESTS.match(path) for path, *_ in row["p"])]
    near = {row["f"] for row in rows if any(path in NEAR for path, _ in row["p"])}
    core = {
        row["f"] for row in rows if any(path.startswith(("mm/", "include/linux/")) for path, _ in row["p"])
    }
    kept = [
        row
        for row in rows
        if row["f"] in core
        or row["m"]
        or row["k"]
        or any(call[0] in near or call[0] in AT_THE_EDGE or ACCESSOR.match(call[0]) for call in row["c"])
        or any(path.startswith(WHOLE) for path, _ in row["p"])
    ]
    names = {row["f"] for row in kept}
    whole = {row["f"] for row in rows if any(path.startswith("mm/") for path, _ in row["p"])}
    for row in kept:
        every = row["f"] in whole
        # of the calls of anything else, those that decide claims: through pointers, accessors, locks
        row["c"] = [
            c
            for c in row["c"]
            if c[0] in names
            or c[0][0] in "*="
            or "." in c[0]
            or OTHERS.match(c[0])
            or (every and not NOISE.match(c[0]))
        ]
        row["h"] = [h for h in row["h"] if h[0] in names or h[0] == "*" or OTHERS.match(h[0])]
    return kept


def grouped(found: dict[str, dict[str, int]]) -> dict[str, list[list[Any]]]:
    """{key: {function: bits}} -> {key: [[bits, "function function"]]}, sorted."""
    out: dict[str, list[list[Any]]] = {}
    for key in sorted(found):
        by_bits: dict[int, list[str]] = defaultdict(list)
        for function, bits in sorted(found[key].items()):
            by_bits[bits].append(function)
        out[key] = [[bits, " ".join(names)] for bits, names in sorted(by_bits.items())]
    return out


def index_lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The second and third line: functions by file; functions by member they touch or constant they name."""
    files: dict[str, dict[str, int]] = defaultdict(dict)
    users: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        for path, bits in row["p"]:
            files[path][row["f"]] = bits
        flags = [fact for fact in row["k"] if CONSTANT.match(fact[0])]  # of others nobody asks who uses them
        for name, *_, bits in [*row["m"], *flags]:
            users[name][row["f"]] = users[name].get(row["f"], 0) | bits
    return [grouped(files), grouped(users)]


def merge(paths: list[Path], out: Path) -> None:
    trees = sorted((json.loads(p.read_text()) for p in paths), key=lambda t: version_key(t["version"]))
    by_name: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for number, tree in enumerate(trees):
        passed_on(tree)
        for row in tree["functions"]:
            by_name[row["f"]].append((1 << number, row))
    rows = wanted([merged_row(name, by_name[name]) for name in sorted(by_name)])
    lines = [head_line(trees), *index_lines(rows), *map(compact, rows)]
    data = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()
    out.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(rows)} functions, {len(data)} bytes, {out.stat().st_size} packed", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("extract")
    for name in ("tree", "version", "source", "out"):
        one.add_argument(name)
    many = commands.add_parser("merge")
    many.add_argument("files", nargs="+", type=Path)
    many.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    sys.setrecursionlimit(10_000)
    if args.command == "extract":
        extract(Path(args.tree), args.version, args.source, Path(args.out))
    else:
        merge(args.files, args.out)


if __name__ == "__main__":
    main()
