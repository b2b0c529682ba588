"""Reads C with tree-sitter: what one function calls, touches, tests and returns (part of verify_calls.py)."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tree_sitter import Node

NAMES = tomllib.loads(Path(__file__).with_name("verify_calls.toml").read_text(encoding="utf-8"))
STRUCTS = frozenset(NAMES["structs"])
WRITERS = frozenset(NAMES["writers"])
READERS = frozenset(NAMES["readers"])
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
HANDED = re.compile(r"^(?:-?\d{1,4}|NULL|true|false|[A-Z][A-Z0-9_]{3,30})$")
RESULT = re.compile(r"^(?:-?E[A-Z]+|-E[A-Z]+|ERR_PTR\(-E[A-Z]+\)|NULL|true|false|-?\d{1,3})$")
SURE, REPEATED = 1, 2


@dataclass
class Function:
    """Facts about one function of one tree (all definitions of that name united)."""

    name: str
    files: set[str] = field(default_factory=set)
    params: tuple[str, ...] = ()
    calls: dict[str, int] = field(default_factory=dict)  # callee -> SURE (no if around it) | REPEATED
    handed: dict[str, str] = field(
        default_factory=dict
    )  # callee -> "page,,1": parameters and constants it gets
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
            self.hand(name, node.child_by_field_name("arguments"))
        warns = WARNS.match(name)
        arguments = node.child_by_field_name("arguments")
        if warns and arguments is not None and arguments.named_children:
            self.conditions(warns.group(1).lower(), arguments.named_children[0])

    def hand(self, name: str, arguments: Node | None) -> None:
        """Keep which own parameters and constants a callee gets; nothing where two calls differ."""
        words = [text_of(c) for c in arguments.named_children] if arguments is not None else []
        kept = ",".join(w if w in self.function.params or HANDED.match(w) else "" for w in words[:8])
        before = self.function.handed.get(name)
        self.function.handed[name] = kept if before in (None, kept) else ""

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
