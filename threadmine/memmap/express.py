"""Translates C expressions into the notation of data/functions.txt, following what names point to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tree_sitter import Node

from threadmine.memmap.ctypes_seen import FOLLOWED, Index, pointed_cast, safe_name, text
from threadmine.memmap.layout import OVERLAYS, Layout

MAX_DEPTH = 60

PASSED = frozenset(
    (
        "likely",
        "unlikely",
        "READ_ONCE",
        "data_race",
        "ACCESS_ONCE",
        "rcu_dereference",
        "smp_load_acquire",
        "atomic_read",
        "atomic_long_read",
        "raw_atomic_read",
        "rcu_access_pointer",
    )
)
WARNINGS: tuple[str, ...] = (
    "WARN_ON",
    "VM_WARN_ON",
    "WARN_ON_ONCE",
    "VM_WARN_ON_ONCE",
    "VM_WARN_ON_FOLIO",
    "VM_WARN_ON_ONCE_FOLIO",
)
WARNINGS += (
    "VM_WARN_ON_ONCE_PAGE",
    "VM_WARN_ON_PAGE",
    "WARN",
    "WARN_ONCE",
    "VM_WARN_ONCE",
    "WARN_ON_FUNCTION_MISMATCH",
)
NEEDS = ("VM_BUG_ON", "VM_BUG_ON_PAGE", "VM_BUG_ON_FOLIO", "BUG_ON", "VM_BUG_ON_PGFLAGS")
SIZES = {"struct page": "sizeof_page"}
_BINARY = frozenset(("+", "-", "*", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">="))
_NUMBER = re.compile(r"(-?)(0[xX][0-9a-fA-F]+|\d+)[uUlL]*$")
_SIMPLE = re.compile(r"[\w.]+(?:\([\w.\[\], -]*\))?$")


@dataclass
class Scope:
    """What the names of one function point to: ``locals`` maps a name to a struct's tag, '' for others."""

    index: Index
    layout: Layout
    locals: dict[str, str] = field(default_factory=dict)

    def points_to(self, node: Node, depth: int = 0) -> str:
        """The struct an expression points to (or is), '' where it cannot be told or is not followed."""
        if depth > MAX_DEPTH:
            return ""
        if node.type == "identifier":
            return self.locals.get(text(node), "")
        if node.type == "parenthesized_expression":
            return self.points_to(node.named_children[0], depth + 1) if node.named_children else ""
        if node.type == "cast_expression":
            return pointed_cast(node.child_by_field_name("type"))
        if node.type in ("subscript_expression", "binary_expression"):
            left = node.child_by_field_name("argument") or node.child_by_field_name("left")
            return self.points_to(left, depth + 1) if left is not None else ""
        if node.type in ("pointer_expression", "update_expression"):
            argument = node.child_by_field_name("argument")
            return self.points_to(argument, depth + 1) if argument is not None else ""
        if node.type == "conditional_expression":
            consequence = node.child_by_field_name("consequence")
            return self.points_to(consequence, depth + 1) if consequence is not None else ""
        if node.type == "call_expression":
            return self._returned(node, depth)
        if node.type == "field_expression":
            return self._member(node, depth)
        return ""

    def _returned(self, node: Node, depth: int) -> str:
        name = text(node.child_by_field_name("function"))
        arguments = node.child_by_field_name("arguments")
        if name in PASSED and arguments is not None and arguments.named_children:
            return self.points_to(arguments.named_children[0], depth + 1)
        known = {"page_folio": "folio", "folio_page": "page", "pfn_to_page": "page", "virt_to_page": "page"}
        known |= {"virt_to_head_page": "page", "compound_head": "page", "nth_page": "page"}
        found = known.get(name) or self.index.returns.get(name, "")
        return found if found in FOLLOWED else ""

    def _member(self, node: Node, depth: int) -> str:
        owner = node.child_by_field_name("argument")
        name = text(node.child_by_field_name("field"))
        struct = self.points_to(owner, depth + 1) if owner is not None else ""
        member = self.layout.member(struct, name) if struct else None
        if member is None:
            return ""
        kind = member.type.removeprefix("const ").split("[")[0].strip()
        tag = kind.removeprefix("struct ").removesuffix("*").strip() if kind.startswith("struct ") else ""
        return tag if tag in FOLLOWED else ""


_CHANGED = re.compile(r"(?:__)?test_and_(set|clear|change)_bit(?:_lock)?$")
_LISTED = ("list_empty", "list_empty_careful", "INIT_LIST_HEAD")


def _integer(digits: str) -> str:
    """A C integer literal in decimal digits (octal and hexadecimal understood)."""
    if digits[:2].lower() == "0x":
        return str(int(digits, 16))
    return str(int(digits, 8)) if re.fullmatch(r"0[0-7]+", digits) else str(int(digits))


def _enclosed(said: str) -> bool:
    """Whether the text is one parenthesis already."""
    if not said.startswith("(") or not said.endswith(")"):
        return False
    depth = 0
    for place, letter in enumerate(said):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if not depth and place < len(said) - 1:
            return False
    return True


class Expressions:
    """Makes notation text of expression nodes.

    What it cannot translate becomes ``unknown(...)`` over its parts, so that reads within it are still seen.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def say(self, node: Node | None, depth: int = 0) -> str:
        """The notation's text of an expression."""
        if node is None or depth > MAX_DEPTH:
            return "unknown()"
        kind = node.type
        if kind == "identifier":
            return self._name(text(node))
        if kind == "number_literal":
            found = _NUMBER.match(text(node))
            return f"{found[1]}{_integer(found[2])}" if found else "unknown()"
        if kind in ("true", "false", "null"):
            return {"true": "1", "false": "0", "null": "NULL"}[kind]
        if kind == "parenthesized_expression" and node.named_children:
            inner = self.say(node.named_children[0], depth + 1)
            return inner if _SIMPLE.match(inner) or _enclosed(inner) else f"({inner})"
        method = getattr(self, f"_{kind}", None)
        if method is not None:
            made: str = method(node, depth + 1)
            return made
        return self._opaque(node, depth)

    def _opaque(self, node: Node, depth: int) -> str:
        parts = [self.say(child, depth + 1) for child in node.named_children if "expression" in child.type]
        return f"unknown({', '.join(parts[:8])})"

    def _name(self, name: str) -> str:
        return safe_name(name) if name.isidentifier() else "unknown()"

    # ------------------------------------------------------------------------------------------ operators

    def _binary_expression(self, node: Node, depth: int) -> str:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = text(node.child_by_field_name("operator"))
        if left is None or right is None:
            return "unknown()"
        if sign in ("&&", "||"):
            word = "and" if sign == "&&" else "or"
            return f"({self.say(left, depth)} {word} {self.say(right, depth)})"
        struct = self.scope.points_to(left)
        if sign in ("+", "-") and struct in OVERLAYS:
            if self.scope.points_to(right) in OVERLAYS:
                return f"index({self.say(left, depth)}, {self.say(right, depth)})"
            if struct != "page":
                return f"unknown({self.say(left, depth)})"
            step = self.say(right, depth)
            return f"{self.say(left, depth)}[{step if sign == '+' else f'-({step})'}]"
        if sign not in _BINARY:
            return f"unknown({self.say(left, depth)}, {self.say(right, depth)})"
        return f"({self.say(left, depth)} {sign} {self.say(right, depth)})"

    def _unary_expression(self, node: Node, depth: int) -> str:
        inner = self.say(node.child_by_field_name("argument"), depth)
        sign = text(node.child_by_field_name("operator"))
        return f"({'not ' if sign == '!' else sign}{inner})" if sign in ("!", "-", "~", "+") else inner

    def _conditional_expression(self, node: Node, depth: int) -> str:
        test = self.say(node.child_by_field_name("condition"), depth)
        yes = self.say(node.child_by_field_name("consequence"), depth)
        no = self.say(node.child_by_field_name("alternative"), depth)
        return f"({yes} if {test} else {no})"

    def _cast_expression(self, node: Node, depth: int) -> str:
        inner = self.say(node.child_by_field_name("value"), depth)
        struct = pointed_cast(node.child_by_field_name("type"))
        if struct in OVERLAYS:
            return f"{struct}({inner})"
        value = node.child_by_field_name("value")
        if value is not None and self.scope.points_to(value) in OVERLAYS and value.type != "field_expression":
            return f"addr({inner})"
        return inner

    def _pointer_expression(self, node: Node, depth: int) -> str:
        argument = node.child_by_field_name("argument")
        if argument is not None and text(node.child_by_field_name("operator")) == "*":
            return self._target(argument, depth)
        inner = self.say(argument, depth)
        if argument is None:
            return inner
        while argument is not None and argument.type == "parenthesized_expression":
            argument = argument.named_children[0] if argument.named_children else None
        if argument is not None and argument.type == "field_expression" and not inner.startswith("page("):
            return f"addr({inner})"
        return inner

    def _subscript_expression(self, node: Node, depth: int) -> str:
        owner = self.say(node.child_by_field_name("argument"), depth)
        return f"{owner}[{self.say(node.child_by_field_name('index'), depth)}]"

    def _field_expression(self, node: Node, depth: int) -> str:
        owner = node.child_by_field_name("argument")
        name = text(node.child_by_field_name("field"))
        struct = self.scope.points_to(owner) if owner is not None else ""
        inner = self.say(owner, depth)
        member = self.scope.layout.member(struct, name) if struct else None
        if struct == "folio" and name in ("page", "__page_1"):
            return f"page({inner})" if name == "page" else f"page({inner})[1]"
        if member is not None or struct in OVERLAYS:
            return f"{inner}.{name}"
        if owner is not None and owner.type == "field_expression" and self._is_part(owner, name):
            return f"{inner}.{name}"
        return f"unknown({inner})" if "." in inner else "unknown()"

    def _is_part(self, owner: Node, name: str) -> bool:
        """Whether ``x.member.name`` is a part of a member: ``flags.f``, ``lru.next``."""
        inner = owner.child_by_field_name("argument")
        struct = self.scope.points_to(inner) if inner is not None else ""
        return (
            self.scope.layout.member(struct, f"{text(owner.child_by_field_name('field'))}.{name}") is not None
        )

    def _sizeof_expression(self, node: Node, depth: int) -> str:
        return SIZES.get(" ".join(text(node).removeprefix("sizeof").strip(" ()").split()), "unknown()")

    def _comma_expression(self, node: Node, depth: int) -> str:
        return self.say(node.child_by_field_name("right"), depth)

    def _assignment_expression(self, node: Node, depth: int) -> str:
        return self.say(node.child_by_field_name("right"), depth)

    def _update_expression(self, node: Node, depth: int) -> str:
        return self.say(node.child_by_field_name("argument"), depth)

    # ---------------------------------------------------------------------------------------------- calls

    def _call_expression(self, node: Node, depth: int) -> str:
        name = text(node.child_by_field_name("function"))
        arguments = node.child_by_field_name("arguments")
        args = list(arguments.named_children) if arguments is not None else []
        if name in PASSED and args:
            return self._target(args[0], depth)
        if name in ("IS_ENABLED", "IS_BUILTIN") and args:
            return f'config("{text(args[0]).removeprefix("CONFIG_")}")'
        if name in WARNINGS and args:
            return f"warn({self.say(args[0], depth)})"
        if name in NEEDS and args:
            return f'need(not ({self.say(args[0], depth)}), "{name}")'
        if name in ("ilog2", "order_base_2") and args:
            return f"log2({self.say(args[0], depth)})"
        if name == "GENMASK" and len(args) == 2 and "BITS_PER_LONG" in text(args[0]):
            return f"mask_from({self.say(args[1], depth)})"
        if name in ("BIT", "BIT_ULL") and args:
            return f"(1 << {self.say(args[0], depth)})"
        if name == "test_bit" and len(args) == 2:
            return f"({self._target(args[1], depth)} & {self._bit(args[0], depth)})"
        changed = _CHANGED.match(name)
        if changed and len(args) == 2:
            return f'change_bit({self._target(args[1], depth)}, {self._bit(args[0], depth)}, "{changed[1]}")'
        if name == "folio_flags" and len(args) == 2:
            return f"addr(page({self.say(args[0], depth)})[{self.say(args[1], depth)}].flags)"
        if name in ("folio_page", "nth_page") and len(args) == 2:
            first = self.say(args[0], depth)
            return f"{f'page({first})' if name == 'folio_page' else first}[{self.say(args[1], depth)}]"
        if not name.isidentifier():
            return f"unknown({', '.join(self.say(arg, depth) for arg in args[:8])})"
        said = [self._target(arg, depth) if name in _LISTED else self.say(arg, depth) for arg in args]
        call = f"{safe_name(name)}({', '.join(said)})"
        returned = self.scope.points_to(node)
        return f"{returned}({call})" if returned in OVERLAYS else call

    def _target(self, node: Node, depth: int) -> str:
        """What ``&x->member`` points to, as a member: ``x.member``; helpers giving addresses are put in."""
        if node.type == "call_expression":
            name = text(node.child_by_field_name("function"))
            if name in self.scope.index.addresses and depth < MAX_DEPTH:
                return self._put_in(name, node, depth + 1)
        said = self.say(node, depth)
        return said[5:-1] if said.startswith("addr(") and said.endswith(")") else said

    def _put_in(self, name: str, node: Node, depth: int) -> str:
        """The member a helper gives the address of, with the call's arguments for its parameters."""
        params, member = self.scope.index.addresses[name]
        inner = Scope(self.scope.index, self.scope.layout, dict(params))
        said = Expressions(inner).say(member, depth)
        arguments = node.child_by_field_name("arguments")
        args = arguments.named_children if arguments is not None else []
        for (param, _), arg in zip(params, args, strict=False):
            given = self.say(arg, depth).replace("\\", "")
            said = re.sub(rf"(?<![.\w]){re.escape(param)}(?![\w(])", given, said)
        return said

    def _bit(self, node: Node, depth: int) -> str:
        """The mask of a bit given by number: flags are masks in the notation."""
        name = text(node)
        return name if name.startswith("PG_") else f"(1 << {self.say(node, depth)})"

    def target(self, node: Node) -> str:
        """As :meth:`_target`, from outside."""
        return self._target(node, 0)

    def bit(self, node: Node) -> str:
        """As :meth:`_bit`, from outside."""
        return self._bit(node, 0)
