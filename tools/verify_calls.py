#!/usr/bin/env python3
"""Gather facts about kernel functions from kernel source trees: who calls whom, who touches which member.

Why: a claim such as "free_zone_device_folio() never calls put_page()" can be decided only by a list of calls
that is known to be complete for a kernel version. The lists come from real trees, read with tree-sitter-c;
what is kept are names and short values (facts), never source text.

    tools/verify_calls.py extract TREE VERSION SOURCE OUT.json      one tree -> one file of facts
    tools/verify_calls.py merge OUT.json... -o threadmine/memmap/data/calls.json.gz

TREE is an unpacked kernel (a Debian or Ubuntu ``linux-source`` package, or the orig tar of one); VERSION the
mainline release it stands for (``6.19``); SOURCE what it was in full (``Debian linux 6.19.6``).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree_sitter_c
from tree_sitter import Language, Node, Parser

NAMES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
STRUCTS = frozenset(NAMES["structs"])
WRITERS = frozenset(NAMES["writers"])
READERS = frozenset(NAMES["readers"])
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
WARNS = re.compile(
    r"^_?_?(?:VM_|VIRTUAL_|MM_)?(WARN|BUG)(?:_RATELIMIT|_ON|_ONCE|_PAGE|_FOLIO|_MM|_VMA|_PGFLAGS)*$"
)
NO_CALL = re.compile(
    r"^(?:sizeof|typeof|__typeof__|offsetof|defined|if|while|for|switch|return|likely|unlikely"
    r"|_Generic|IS_ENABLED|BUILD_BUG_ON|container_of|__builtin_\w+|va_\w+|_*static_assert)$"
)
VALUE = re.compile(r"^[-~]?[A-Za-z0-9_]{1,30}$")
CONSTANT = re.compile(
    r"^(?:__GFP|PG|PAGE_FLAGS|MEMORY_DEVICE|TAIL|PAGE_MAPPING|FOLIO_MAPPING|MIGRATE_VMA)_\w+$"
)
RESULT = re.compile(r"^(?:-?E[A-Z]+|-E[A-Z]+|ERR_PTR\(-E[A-Z]+\)|NULL|true|false|-?\d{1,3})$")
MM_FILE = re.compile(
    r"^mm/|^include/linux/(?:\w*page\w*|mm\w*|memremap|memcontrol|huge_mm|hugetlb|gfp|swap\w*|rmap"
    r"|migrate|hmm|highmem\w*|slab|vmstat|memory\w*|ksm|balloon_compaction|zsmalloc)\.h$"
)

SURE, REPEATED = 1, 2


@dataclass
class Function:
    """Facts about one function of one tree (all definitions of that name united)."""

    name: str
    files: set[str] = field(default_factory=set)
    params: tuple[str, ...] = ()
    calls: dict[str, int] = field(default_factory=dict)  # callee -> SURE (no if around it) | REPEATED
    members: set[tuple[str, str, str]] = field(default_factory=set)  # (struct.member, access, value)
    guards: set[tuple[str, str]] = field(default_factory=set)  # (what happens, condition)
    constants: set[str] = field(default_factory=set)  # flags and the like it names
    results: set[str] = field(default_factory=set)  # constants it returns
    macro: bool = False


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def declared_name(node: Node | None) -> str:
    """The identifier that a declarator (pointers, arrays, initialisers around it) declares."""
    while node is not None:
        if node.type in ("identifier", "field_identifier"):
            return text_of(node)
        inner = node.child_by_field_name("declarator")
        if inner is None:
            inner = next(
                (c for c in node.named_children if "declarator" in c.type or "identifier" in c.type), None
            )
        node = inner
    return ""


def struct_name(node: Node | None) -> str:
    """The name of the struct (or union) that a type node names, else the empty text."""
    if node is not None and node.type in ("struct_specifier", "union_specifier"):
        return text_of(node.child_by_field_name("name"))
    return ""


class Types:
    """Member types of the structs and return types of the functions of one tree."""

    def __init__(self) -> None:
        self.members: dict[str, dict[str, str]] = defaultdict(dict)
        self.returns: dict[str, str] = dict(NAMES["returns"])
        self.of_interest: frozenset[str] = frozenset()

    def add_struct(self, node: Node, name: str) -> None:
        body = node.child_by_field_name("body")
        for child in walk_fields(body):
            kind = child.child_by_field_name("type")
            declarators = child.children_by_field_name("declarator")
            inner = kind.child_by_field_name("body") if kind is not None else None
            if not declarators and kind is not None and inner is not None:
                self.add_struct(kind, name)
                continue
            for declarator in declarators:
                self.members[name][declared_name(declarator)] = struct_name(kind)


def walk_fields(body: Node | None) -> Iterator[Node]:
    """Field declarations of a struct body, through #ifdef."""
    for child in body.named_children if body is not None else ():
        if child.type == "field_declaration":
            yield child
        elif child.type.startswith("preproc"):
            yield from walk_fields(child)


class Reader:
    """Walks one function body and fills a :class:`Function`."""

    def __init__(self, types: Types, function: Function) -> None:
        self.types = types
        self.function = function
        self.symbols: dict[str, str] = {}

    def type_of(self, node: Node | None, depth: int = 0) -> str:
        """The struct that an expression points to or is, else the empty text."""
        if node is None or depth > 12:
            return ""
        kind = node.type
        if kind == "identifier":
            return self.symbols.get(text_of(node), "")
        if kind == "field_expression":
            owner = self.type_of(node.child_by_field_name("argument"), depth + 1)
            return self.types.members.get(owner, {}).get(text_of(node.child_by_field_name("field")), "")
        if kind == "call_expression":
            return self.types.returns.get(text_of(node.child_by_field_name("function")), "")
        if kind == "cast_expression":
            descriptor = node.child_by_field_name("type")
            return struct_name(descriptor.child_by_field_name("type")) if descriptor is not None else ""
        if kind == "binary_expression":
            return self.type_of(node.child_by_field_name("left"), depth + 1)
        if kind in ("parenthesized_expression", "pointer_expression", "subscript_expression"):
            inner = node.child_by_field_name("argument") or (
                node.named_children[0] if node.named_children else None
            )
            return self.type_of(inner, depth + 1)
        return ""

    def declare(self, node: Node) -> None:
        kind = struct_name(node.child_by_field_name("type"))
        for declarator in node.children_by_field_name("declarator"):
            name = declared_name(declarator)
            if name:
                self.symbols[name] = kind

    def visit(self, node: Node, sure: bool) -> None:
        kind = node.type
        if kind in ("declaration", "parameter_declaration"):
            self.declare(node)
        elif kind == "call_expression":
            self.call(node, sure)
        elif kind == "field_expression":
            self.member(node)
        elif kind == "if_statement":
            self.guard(node)
        elif kind == "identifier":
            if CONSTANT.match(text_of(node)):
                self.function.constants.add(text_of(node))
        elif kind == "return_statement":
            value = text_of(node.named_children[0]) if node.named_children else ""
            if RESULT.match(value):
                self.function.results.add(value)
        elif kind in ("comment", "string_literal", "preproc_def", "sizeof_expression"):
            return
        branch = kind in ("for_statement", "while_statement", "switch_statement", "conditional_expression")
        branch = branch or kind.startswith("preproc")
        for child in node.named_children:
            inner = sure and not branch
            if kind == "if_statement" and child.type != "parenthesized_expression":
                inner = False
            self.visit(child, inner)

    def call(self, node: Node, sure: bool) -> None:
        target = node.child_by_field_name("function")
        if target is None:
            return
        if target.type == "field_expression":
            owner = self.type_of(target.child_by_field_name("argument"))
            name = f"{owner}.{text_of(target.child_by_field_name('field'))}"
        elif target.type == "identifier":
            name = text_of(target)
        else:
            return
        if name.startswith(".") or NO_CALL.match(name):
            name = "*" if name.startswith(".") else ""
        if name:
            before = self.function.calls.get(name)
            again = 0 if before is None else before | REPEATED
            self.function.calls[name] = again | (SURE if sure else 0)
        warns = WARNS.match(name)
        arguments = node.child_by_field_name("arguments")
        if warns and arguments is not None and arguments.named_children:
            self.conditions(warns.group(1).lower(), arguments.named_children[0])

    def member(self, node: Node) -> None:
        owner = self.type_of(node.child_by_field_name("argument"))
        name = text_of(node.child_by_field_name("field"))
        if owner in STRUCTS or (not owner and name in self.types.of_interest):
            access, value = self.access(node)
            self.function.members.add((f"{owner or '?'}.{name}", access, value))

    def access(self, node: Node) -> tuple[str, str]:
        """How an expression is used by what stands around it: ``r``, ``w`` or ``a`` (address taken),
        value."""
        parent = node.parent
        if parent is None:
            return "r", ""
        kind = parent.type
        if kind == "field_expression" and parent.child_by_field_name("argument") == node:
            arrow = any(c.type == "->" for c in parent.children)
            return ("r", "") if arrow else self.access(parent)
        if kind in ("parenthesized_expression", "subscript_expression"):
            if kind == "subscript_expression" and parent.child_by_field_name("argument") != node:
                return "r", ""
            return self.access(parent)
        if kind == "assignment_expression" and parent.child_by_field_name("left") == node:
            operator = text_of(parent.child_by_field_name("operator"))
            right = text_of(parent.child_by_field_name("right"))
            return "w", (right if VALUE.match(right) else "") if operator == "=" else operator
        if kind == "update_expression":
            return "w", "+1" if "++" in text_of(parent) else "-1"
        if kind == "pointer_expression" and text_of(parent).startswith("&"):
            return self.passed(parent, by_address=True)
        if kind == "argument_list":
            return self.passed(node, by_address=False)
        return "r", ""

    def passed(self, node: Node, by_address: bool) -> tuple[str, str]:
        """The access of an argument, from the function it is handed to."""
        holder = node.parent
        while holder is not None and holder.type in ("parenthesized_expression", "cast_expression"):
            node, holder = holder, holder.parent
        if holder is None or holder.type != "argument_list" or holder.parent is None:
            return ("a" if by_address else "r"), ""
        name = text_of(holder.parent.child_by_field_name("function"))
        others = [text_of(c) for c in holder.named_children if c != node]
        if name in WRITERS and (by_address or name in ("WRITE_ONCE", "rcu_assign_pointer")):
            value = others[0] if len(others) == 1 and VALUE.match(others[0]) else ""
            value = {"atomic_inc": "+1", "atomic_dec": "-1"}.get(name, value)
            return "w", value
        if name in READERS or not by_address:
            return "r", ""
        return "a", ""

    def guard(self, node: Node) -> None:
        """``if (C) return -E...;`` and the like: what the function does not accept."""
        then = node.child_by_field_name("consequence")
        condition = node.child_by_field_name("condition")
        if (
            then is not None
            and then.type == "compound_statement"
            and len(then.named_children) <= 2
            and then.named_children
        ):
            then = then.named_children[-1]
        if then is None or then.type != "return_statement" or condition is None:
            return
        value = text_of(then.named_children[0]) if then.named_children else "void"
        if re.match(r"^(?:-E[A-Z]+|ERR_PTR\(-E[A-Z]+\)|NULL|false|void|0)$", value):
            self.conditions(f"return {value}", condition)

    def conditions(self, effect: str, node: Node) -> None:
        """Record each disjunct of a condition that is a test, its negation or a comparison with a
        constant."""
        while node.type == "parenthesized_expression" and node.named_children:
            node = node.named_children[0]
        if node.type == "binary_expression" and text_of(node.child_by_field_name("operator")) == "||":
            for side in ("left", "right"):
                inner = node.child_by_field_name(side)
                if inner is not None:
                    self.conditions(effect, inner)
            return
        words = re.sub(r"\b(?:un)?likely\b", "", text_of(node))
        plain = re.sub(r"\s+", "", words)
        while plain.startswith("(") and plain.endswith(")"):
            plain = plain[1:-1]
        if (
            re.match(r"^!?[a-z_A-Z0-9]+(?:\([a-z_A-Z0-9>.&-]*\))?(?:[=!<>]=?[A-Za-z0-9_]+)?$", plain)
            and len(plain) < 70
        ):
            self.function.guards.add((effect, re.sub(r"\(.*?\)", "()", plain)))


class Tree:
    """Facts of one kernel tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parser = Parser(Language(tree_sitter_c.language()))
        self.types = Types()
        self.functions: dict[str, Function] = {}

    def files(self) -> Iterator[Path]:
        for place in NAMES["places"]:
            yield from sorted((self.root / place).rglob("*.[ch]"))

    def read(self) -> None:
        sources: list[tuple[str, bytes]] = []
        for path in self.files():
            data = path.read_bytes()
            name = path.relative_to(self.root).as_posix()
            if name.startswith(("mm/", "include/linux/mm")) or WANTED.search(data):
                sources.append((name, ATTRIBUTES.sub(lambda m: b" " * len(m.group()), data)))
        for _, data in sources:
            for found in re.finditer(rb"\bstruct (\w+) \*+\s*(\w+)\(", data):
                self.types.returns.setdefault(found.group(2).decode(), found.group(1).decode())
        roots = [(name, self.parser.parse(data).root_node) for name, data in sources if name.endswith(".h")]
        for _, root in roots:
            self.structs(root)
        self.types.of_interest = frozenset(m for s in UNTYPED for m in self.types.members[s])
        for name, root in roots:
            self.definitions(root, name)
        for name, data in sources:
            if name.endswith(".c"):
                self.definitions(self.parser.parse(data).root_node, name)

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
        for node in top_level(root):
            if node.type == "function_definition":
                self.function(node, name)
            elif node.type == "preproc_function_def":
                self.macro(node, name)

    def entry(self, name: str, path: str) -> Function:
        function = self.functions.setdefault(name, Function(name))
        function.files.add(path)
        return function

    def function(self, node: Node, path: str) -> None:
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
        reader = Reader(self.types, function)
        parameters = declarator.child_by_field_name("parameters")
        if parameters is not None:
            named = [p for p in parameters.named_children if p.type == "parameter_declaration"]
            for parameter in named:
                reader.declare(parameter)
            function.params = tuple(declared_name(p.child_by_field_name("declarator")) for p in named)
        reader.visit(body, True)

    def macro(self, node: Node, path: str) -> None:
        name, value = text_of(node.child_by_field_name("name")), text_of(node.child_by_field_name("value"))
        called = [c for c in re.findall(r"\b([A-Za-z_]\w+)\s*\(", value) if not NO_CALL.match(c)]
        if called and not name.isupper():
            function = self.entry(name, path)
            function.macro = True
            for callee in called:
                function.calls.setdefault(callee, 0)


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
    for name in sorted(functions):
        function = functions[name]
        if (
            name in core
            or function.members
            or any(c in mm_only for c in function.calls)
            or function.constants
        ):
            yield function


def extract(root: Path, version: str, source: str, out: Path) -> None:
    tree = Tree(root)
    tree.read()
    rows = [
        {
            "f": f.name,
            "p": sorted(f.files),
            "a": list(f.params),
            "x": f.macro,
            "c": list(f.calls.items()),
            "m": sorted(f.members),
            "g": sorted(f.guards),
            "k": sorted(f.constants),
            "r": sorted(f.results),
        }
        for f in relevant(tree.functions)
    ]
    members = {
        s: sorted(m for m in tree.types.members[s] if m) for s in sorted(STRUCTS) if tree.types.members.get(s)
    }
    out.write_text(json.dumps({"version": version, "source": source, "structs": members, "functions": rows}))
    print(f"{version}: {len(rows)} functions", file=sys.stderr)


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
    return {"versions": versions, "sources": sources, "structs": structs}


def merged_row(name: str, rows: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """One function's facts of all kernels; each fact ends with the bits of the kernels that have it."""
    line: dict[str, Any] = {"f": name, "v": sum(bit for bit, _ in rows)}
    line["p"] = masked((bit, ((p,) for p in row["p"])) for bit, row in rows)
    line["a"] = masked((bit, ((",".join(row["a"]),),)) for bit, row in rows)
    for key in ("c", "m", "g"):
        line[key] = masked((bit, (tuple(fact) for fact in row[key])) for bit, row in rows)
    for key in ("k", "r"):
        line[key] = masked((bit, ((value,) for value in row[key])) for bit, row in rows)
    if any(row["x"] for _, row in rows):
        line["x"] = sum(bit for bit, row in rows if row["x"])
    return {key: value for key, value in line.items() if value or key == "c"}


def merge(paths: list[Path], out: Path) -> None:
    trees = sorted((json.loads(p.read_text()) for p in paths), key=lambda t: version_key(t["version"]))
    by_name: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for number, tree in enumerate(trees):
        for row in tree["functions"]:
            by_name[row["f"]].append((1 << number, row))
    rows = [head_line(trees), *(merged_row(name, by_name[name]) for name in sorted(by_name))]
    data = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode()
    with out.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
        packed.write(data)
    print(f"{len(rows) - 1} functions, {len(data)} bytes, {out.stat().st_size} packed", file=sys.stderr)


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
