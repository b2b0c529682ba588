"""Reads C with tree-sitter: what one function calls, touches, tests and returns (part of verify_calls.py)."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tree_sitter import Node
from verify_context import (
    ASSERTED,
    BY_ARGUMENT,
    BY_ARGUMENT_OFF,
    LOCK,
    NAMED,
    NAMED_OFF,
    NAMED_TRIED,
    TRIED,
    common,
    jumps,
    lock_name,
    tests_of,
    text_of,
)

NAMES = tomllib.loads(Path(__file__).with_name("verify_calls.toml").read_text(encoding="utf-8"))
EVERYWHERE = frozenset(NAMES["structs"])
AT_HOME = frozenset(NAMES["structs_at_home"]) - EVERYWHERE
STRUCTS = EVERYWHERE | AT_HOME
HOME = ("mm/", "include/linux/", *NAMES["whole"])
"""Where the members of structs that half the kernel uses are kept, and every constant that is named."""
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
    r"^(?:__GFP|PG|PGTY|PAGE_FLAGS|MEMORY_DEVICE|TAIL|PAGE_MAPPING|FOLIO_MAPPING|MIGRATE_VMA|MEMCG_DATA|LIST_POISON"
    r"|GUP_PIN|PP_SIGNATURE|PP_MAGIC|LRU_GEN|LRU_REFS|MIGRATE|GFP|SWP|FGP|FPI)_?\w+$"
)
NAMED_CONSTANT = re.compile(r"^[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]+){1,7}$")
COMMON = re.compile(
    r"^(?:PAGE_(?:SIZE|SHIFT|MASK|ALIGN)|GFP_KERNEL|BITS_PER_\w+|CONFIG_\w+|EXPORT_\w+|BUG_ON|\w*WARN_\w+|VM_BUG_ON\w*"
    r"|READ_ONCE|WRITE_ONCE|ARRAY_SIZE|DIV_ROUND\w+|IS_ENABLED|IS_ERR\w*|PTR_ERR\w*|ERR_\w+|U?LONG_MAX|U?INT_MAX"
    r"|NUMA_NO_NODE|INIT_\w+|LIST_HEAD\w*|KERN_\w+|BUILD_\w+|DEFINE_\w+|DECLARE_\w+|THIS_MODULE|SIZE_MAX|PAGE_ALIGNED"
    r"|PHYS_PFN|PFN_\w+|TASK_\w+|HZ_\w+|MODULE_\w+|RB_\w+|RADIX_\w+|XA_\w+|SEQ_\w+|S_I[A-Z]{4}|SMP_\w+|_\w+)$"
)
"""Constants that tell nothing of the function that names them, and macros written in capitals."""

RAISES = re.compile(r"(?:^|_)(?:set|inc|add|count|mark)(?:_|s?$)")
LOWERS = re.compile(r"(?:^|_)(?:clear|dec|sub|unset)(?:_|$)")
CHANGES = re.compile(r"(?:^|_)mod_|(?:^|_)(?:stat|state)_(?:mod|update)|(?:^|_)update_\w*stat")
HANDED = re.compile(r"^(?:-?\d{1,4}|NULL|true|false|[A-Z][A-Z0-9_]{3,30})$")
RESULT = re.compile(r"^(?:-?E[A-Z]+|ERR_PTR\(-E[A-Z]+\)|NULL|true|false|-?\d{1,3}|[A-Z][A-Z0-9_]{3,30})$")
RETURNED = re.compile(
    r"^(?:-E[A-Z]+|ERR_PTR\(-E[A-Z]+\)|NULL|false|true|void|-?\d{1,3}|[A-Z][A-Z0-9_]{3,30})$"
)
"""Values of a conditional return that are kept with its condition."""

CHAIN = re.compile(r"^[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*)+$")
BIT_OPERATION = re.compile(
    r"^(?:arch_|const_|__)?(test|set|clear|test_and_set|test_and_clear|change)_bit(?:_lock|_unlock)?$"
)
LIKELY = frozenset({"likely", "unlikely"})
COMPARED = re.compile(r"[=!<>]")
COUNTED = {
    "atomic_inc": "+1",
    "atomic_dec": "-1",
    "atomic_long_inc": "+1",
    "atomic_long_dec": "-1",
    "atomic_inc_return": "+1",
    "atomic_dec_return": "-1",
    "atomic_inc_not_zero": "+1",
    "atomic_dec_and_test": "-1",
    "atomic_long_dec_and_test": "-1",
    "percpu_ref_get": "+1",
    "percpu_ref_put": "-1",
    "percpu_ref_tryget": "+1",
    "percpu_ref_tryget_live": "+1",
    "percpu_ref_tryget_live_rcu": "+1",
}
"""Functions that write what they are handed, by which way it goes."""

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
    changes: set[str] = field(
        default_factory=set
    )  # "+PG_x": sets it or counts it up; "-": clears it; "=": either
    results: set[str] = field(default_factory=set)  # constants it returns
    places: dict[str, frozenset[str]] = field(default_factory=dict)  # callee -> what holds at all its calls
    stores: dict[str, frozenset[str]] = field(default_factory=dict)  # member or flag written -> locks held
    takes: dict[str, int] = field(default_factory=dict)  # lock -> SURE: always taken
    drops: set[str] = field(default_factory=set)  # locks that it lets go of
    hands: set[tuple[str, str]] = field(default_factory=set)  # (function, callee): handed to the callee
    serves: set[tuple[str, str]] = field(default_factory=set)  # (ops.member, function): an initialiser
    says: set[str] = field(default_factory=set)  # locks and the like that its comment says it needs
    macro: bool = False


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
    if node is not None and node.type == "type_identifier":
        return NAMES["typedefs"].get(text_of(node), "")
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

    def __init__(self, types: Types, function: Function, path: str = "") -> None:
        self.types = types
        self.function = function
        self.home = path.startswith(HOME)
        self.symbols: dict[str, str] = {}
        self.held: frozenset[str] = frozenset()
        self.passed_tests: frozenset[str] = frozenset()
        self.tried: set[str] = set()
        self.released: set[str] = set()

    @property
    def place(self) -> frozenset[str]:
        return self.held | self.passed_tests

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
            for child in node.named_children:  # arguments are worked out before the call is made
                self.visit(child, sure)
            self.call(node, sure)
            return
        elif kind == "field_expression":
            self.member(node)
        elif kind == "if_statement":
            self.guard(node)
        elif kind == "initializer_pair":
            self.initialised(node)
        elif kind == "identifier":
            self.constant(node)
        elif kind == "return_statement":
            value = text_of(node.named_children[0]) if node.named_children else ""
            if RESULT.match(value):
                self.function.results.add(value)
        elif kind in ("comment", "string_literal", "preproc_def", "sizeof_expression"):
            return
        if kind == "if_statement":
            self.branches(node, sure)
            return
        branch = kind in ("for_statement", "while_statement", "switch_statement", "conditional_expression")
        branch = branch or kind.startswith("preproc")
        apart = branch or kind in ("case_statement", "do_statement", "labeled_statement")
        before = (self.held, self.passed_tests)
        if kind == "labeled_statement":
            self.passed_tests = frozenset()
        if kind == "while_statement":
            self.passed_tests |= tests_of(node.child_by_field_name("condition"), True)
        for child in node.named_children:
            self.visit(child, sure and not branch)
        if apart and kind != "labeled_statement":
            self.held, self.passed_tests = common((before[0], self.held)), before[1]

    def constant(self, node: Node) -> None:
        """A constant that is named, and whether it is or-ed in, masked out or counted by that."""
        name = text_of(node)
        if not CONSTANT.match(name) and not (
            self.home and NAMED_CONSTANT.match(name) and not COMMON.match(name)
        ):
            return
        self.function.constants.add(name)
        way = self.way_of(node) if self.home else ""
        if way:
            self.function.changes.add(f"{way}{name}")

    def way_of(self, node: Node) -> str:
        """``+`` for what is or-ed into something or handed to what sets or counts, ``-`` for the contrary."""
        masked, inner, outer = False, node, node.parent
        while outer is not None and not outer.type.endswith("_statement"):
            if outer.type == "unary_expression":
                masked |= text_of(outer).startswith("~")
            if outer.type == "assignment_expression" and outer.child_by_field_name("right") == inner:
                operator = text_of(outer.child_by_field_name("operator"))
                if operator == "&=" and masked:
                    return "-"
                return "+" if operator == "|=" and not masked else ""
            if outer.type == "call_expression" and inner.type == "argument_list":
                name = text_of(outer.child_by_field_name("function"))
                for way, does in (("=", CHANGES), ("-", LOWERS), ("+", RAISES)):
                    if does.search(name):
                        return "=" if way == "+" and masked else way
            inner, outer = outer, outer.parent
        return ""

    def branches(self, node: Node, sure: bool) -> None:
        """An if statement: what its condition says holds in the one branch, its opposite in the other."""
        condition = node.child_by_field_name("condition")
        then, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        self.tried = set()
        if condition is not None:
            self.visit(condition, sure)
        before, tests = self.held, self.passed_tests
        locks = frozenset(f"{LOCK}{lock}" for lock in self.tried)
        yes, no = tests_of(condition, True), tests_of(condition, False)
        failed = any(t.startswith("!") for t in yes) and bool(locks)
        ends: list[tuple[frozenset[str], frozenset[str]]] = []
        relocked: set[str] = set()  # "if (other) { unlock(a); lock(b); }": one of them is held either way
        released, self.released = self.released, set()
        for branch, known, got in ((then, yes, not failed), (other, no, failed)):
            self.held, self.passed_tests = before | (locks if got else frozenset()), tests | known
            if branch is not None:
                self.visit(branch, False)
            if not jumps(branch):
                ends.append((self.held, self.passed_tests))
                relocked |= self.released & self.held
        self.released |= released
        self.held = (common(held for held, _ in ends) if ends else before) | relocked
        self.passed_tests = common(known for _, known in ends) if ends else tests

    def call(self, node: Node, sure: bool) -> None:
        target = node.child_by_field_name("function")
        if target is None:
            return
        if target.type == "field_expression":
            owner = self.type_of(target.child_by_field_name("argument"))
            name = f"{owner}.{text_of(target.child_by_field_name('field'))}"
        elif target.type == "identifier":
            name = text_of(target)
            name = "*" if name in self.function.params else name
        elif target.type == "parenthesized_expression":
            name = "*"
        else:
            return
        if name.startswith(".") or NO_CALL.match(name):
            name = "*" if name.startswith(".") else ""
        arguments = node.child_by_field_name("arguments")
        if name:
            before = self.function.calls.get(name)
            again = 0 if before is None else before | REPEATED
            self.function.calls[name] = again | (SURE if sure else 0)
            self.hand(name, arguments)
            seen = self.function.places.get(name)
            self.function.places[name] = self.place if seen is None else seen & self.place
            self.lock(name, arguments, sure)
            self.flag_bit(name, arguments)
        warns = WARNS.match(name)
        if warns and arguments is not None and arguments.named_children:
            self.conditions(warns.group(1).lower(), arguments.named_children[0])

    def initialised(self, node: Node) -> None:
        """``.folio_free = f`` in an initialiser: f is called through that pointer."""
        value = node.child_by_field_name("value")
        designator = node.child_by_field_name("designator")
        holder = node.parent
        while holder is not None and holder.type not in ("declaration", "compound_literal_expression"):
            holder = holder.parent
        kind = holder.child_by_field_name("type") if holder is not None else None
        if value is not None and value.type == "identifier" and designator is not None:
            member = text_of(designator).lstrip(".")
            self.function.serves.add((f"{struct_name(kind)}.{member}", text_of(value)))

    def lock(self, name: str, arguments: Node | None, sure: bool) -> None:
        """Follow what a call takes or lets go of, and what it asserts."""
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if name in NAMED_OFF:
            self.release(NAMED_OFF[name])
            return
        lock = NAMED.get(name, "")
        tried = NAMED_TRIED.get(name, "")
        if first is not None and not lock and not tried:
            asserts, off = ASSERTED.match(name), BY_ARGUMENT_OFF.match(name)
            if not (asserts or off or BY_ARGUMENT.match(name) or TRIED.match(name)):
                return
            lock = lock_name(first, self.owner_of(first))
            if off:
                self.release(lock)
                return
            if asserts and lock:
                self.function.guards.add(("held", lock))
                self.held |= {f"{LOCK}{lock}"}
                return
            if TRIED.match(name):
                lock, tried = "", lock
        if tried:
            self.tried.add(tried)
        for one in filter(None, (lock, tried)):
            always = SURE if sure and lock else 0
            self.function.takes[one] = self.function.takes.get(one, always) & always
        if lock:
            self.held |= {f"{LOCK}{lock}"}

    def release(self, lock: str) -> None:
        self.function.drops.add(lock)
        self.held -= {f"{LOCK}{lock}"}
        self.released.add(f"{LOCK}{lock}")

    def owner_of(self, node: Node) -> str:
        """The struct whose member an argument such as ``&lruvec->lru_lock`` is."""
        while node.type in ("pointer_expression", "parenthesized_expression") and node.named_children:
            node = node.named_children[-1]
        return self.type_of(node.child_by_field_name("argument")) if node.type == "field_expression" else ""

    def flag_bit(self, name: str, arguments: Node | None) -> None:
        """``test_bit(PG_head, &page->flags)``: a flag is read or written by its bit."""
        bit = BIT_OPERATION.match(name)
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        if bit is None or first is None or not text_of(first).startswith("PG_"):
            return
        access, value = ("r", "") if bit[1] == "test" else ("w", "0" if "clear" in bit[1] else "1")
        self.function.members.add((f"flag.{text_of(first)}", access, value))

    def member_test(self, node: Node) -> str:
        """A test of a member by its struct: ``!dev_pagemap_ops.page_free``, ``page.index!=0``; or empty."""
        while node.type == "parenthesized_expression" and node.named_children:
            node = node.named_children[0]
        if node.type == "call_expression" and text_of(node.child_by_field_name("function")) in LIKELY:
            arguments = node.child_by_field_name("arguments")
            return self.member_test(arguments.named_children[0]) if arguments is not None else ""
        if node.type == "unary_expression" and text_of(node).startswith("!"):
            argument = node.child_by_field_name("argument")
            inner = self.member_test(argument) if argument is not None else ""
            return f"!{inner}" if inner and inner[0] != "!" and "=" not in inner else ""
        if node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), text_of(node.child_by_field_name("right"))
            operator = text_of(node.child_by_field_name("operator"))
            inner = self.member_test(left) if left is not None else ""
            compared = operator in ("==", "!=", "<", ">", "<=", ">=") and VALUE.match(right)
            plain = inner and inner[0] != "!" and not COMPARED.search(inner)
            return f"{inner}{operator}{right}" if compared and plain else ""
        if node.type != "field_expression" or not CHAIN.match(re.sub(r"\s", "", text_of(node))):
            return ""
        owner = self.type_of(node.child_by_field_name("argument"))
        return f"{owner}.{text_of(node.child_by_field_name('field'))}" if owner in STRUCTS else ""

    def store(self, name: str) -> None:
        """Keep which locks are held wherever the function writes a member."""
        locks = frozenset(token for token in self.held if token.startswith(LOCK))
        seen = self.function.stores.get(name)
        self.function.stores[name] = locks if seen is None else seen & locks
        step = f"={name}"
        self.function.calls[step] = REPEATED if step in self.function.calls else 0

    def hand(self, name: str, arguments: Node | None) -> None:
        """Keep which own parameters and constants a callee gets; nothing where two calls differ."""
        for argument in arguments.named_children if arguments is not None else ():
            if argument.type == "identifier" and text_of(argument) not in self.symbols:
                self.function.hands.add((text_of(argument), name))
        words = [text_of(c) for c in arguments.named_children] if arguments is not None else []
        kept = ",".join(w if w in self.function.params or HANDED.match(w) else "" for w in words[:8])
        before = self.function.handed.get(name)
        self.function.handed[name] = kept if before in (None, kept) else ""

    def member(self, node: Node) -> None:
        owner = self.type_of(node.child_by_field_name("argument"))
        name = text_of(node.child_by_field_name("field"))
        kept = EVERYWHERE if not self.home else STRUCTS
        if owner in kept or (not owner and name in self.types.of_interest):
            access, value = self.access(node)
            self.function.members.add((f"{owner or '?'}.{name}", access, value))
            if access == "w":
                self.store(f"{owner or '?'}.{name}")

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
            return "w", COUNTED.get(name, value)
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
        if RETURNED.match(value):
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
        member = self.member_test(node)
        if member:
            self.function.guards.add((effect, member))
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
