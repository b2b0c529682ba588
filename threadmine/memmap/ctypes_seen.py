"""Types in C source as far as the model follows them: which struct a name, a cast or a call points to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from threadmine.memmap.layout import OVERLAYS

FOLLOWED = (*OVERLAYS, "dev_pagemap", "net_iov", "page_ext", "list_head")
"""Structs whose members are followed; others are only passed through."""

WORDS = frozenset(
    (
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "class",
        "def",
        "del",
        "elif",
        "except",
        "finally",
        "from",
        "global",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "try",
        "with",
        "yield",
    )
)
"""Names of C that the notation cannot take as they are."""


def text(node: Node | None) -> str:
    """The source text of a node."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text else ""


def safe_name(name: str) -> str:
    """``name`` as a name of the notation."""
    return f"{name}_" if name in WORDS else name


def struct_of(node: Node | None) -> str:
    """The struct's tag in a type node (``struct page``), '' for other types."""
    if node is None:
        return ""
    if node.type == "struct_specifier":
        return text(node.child_by_field_name("name"))
    return ""


def declared(declarator: Node | None) -> tuple[str, int]:
    """The name a declarator declares, and how many ``*`` stand before it."""
    stars = 0
    while declarator is not None:
        if declarator.type in ("identifier", "field_identifier", "type_identifier"):
            return text(declarator), stars
        if declarator.type in ("pointer_declarator", "abstract_pointer_declarator"):
            stars += 1
        inner = declarator.child_by_field_name("declarator")
        if inner is None:
            inner = next((c for c in declarator.named_children if "declarator" in c.type), None)
            if inner is None:
                inner = next((c for c in declarator.named_children if c.type == "identifier"), None)
        declarator = inner
    return "", stars


def pointed_cast(descriptor: Node | None) -> str:
    """The struct a cast's type points to (``(struct folio *)``), '' for other casts."""
    if descriptor is None:
        return ""
    stars = sum(1 for child in descriptor.named_children if child.type == "abstract_pointer_declarator")
    return struct_of(descriptor.child_by_field_name("type")) if stars == 1 else ""


@dataclass(frozen=True)
class Function:
    """One function definition: name, what its parameters point to, what it returns a pointer to."""

    name: str
    params: tuple[tuple[str, str], ...]
    returns: str
    file: str
    node: Node
    conditions: tuple[str, ...] = ()


@dataclass
class Index:
    """Functions of a tree by name; of several definitions the first with a body that says something stays."""

    functions: dict[str, Function] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, tuple[tuple[tuple[str, str], ...], Node]] = field(default_factory=dict)

    def add(self, root: Node, file: str) -> None:
        """Adds the function definitions of one file, those below conditionals too."""
        for node, conditions in _definitions(root, ()):
            function = _function(node, file, conditions)
            if function is None:
                continue
            known = self.functions.get(function.name)
            if known is None or _weight(known.node) < _weight(function.node):
                self.functions[function.name] = function
            if function.returns:
                self.returns.setdefault(function.name, function.returns)
            member = _returned_member(node)
            if member is not None:
                self.addresses.setdefault(function.name, (function.params, member))


def _returned_member(node: Node) -> Node | None:
    """The member whose address is all that a function gives (``return &page[1].compound_mapcount;``)."""
    body = node.child_by_field_name("body")
    statements = [c for c in body.named_children if c.type != "comment"] if body is not None else []
    if len(statements) != 1 or statements[0].type != "return_statement" or not statements[0].named_children:
        return None
    value = statements[0].named_children[0]
    if value.type != "pointer_expression" or not text(value).startswith("&"):
        return None
    argument = value.child_by_field_name("argument")
    return argument if argument is not None and argument.type == "field_expression" else None


def _weight(node: Node) -> int:
    body = node.child_by_field_name("body")
    return len(body.named_children) if body is not None else 0


def _definitions(node: Node, conditions: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    for child in node.named_children:
        if child.type == "function_definition":
            yield child, conditions
        elif child.type in (
            "preproc_ifdef",
            "preproc_if",
            "preproc_elif",
            "preproc_else",
            "linkage_specification",
        ):
            yield from _definitions(child, (*conditions, condition_text(child)))
        elif child.type in ("declaration_list", "ERROR"):
            yield from _definitions(child, conditions)


def condition_text(node: Node) -> str:
    """The condition of a preprocessor branch, '' for #else."""
    if node.type == "preproc_ifdef":
        name = text(node.child_by_field_name("name"))
        negative = node.children[0].type == "#ifndef"
        return f"!defined({name})" if negative else f"defined({name})"
    return text(node.child_by_field_name("condition"))


def _function(node: Node, file: str, conditions: tuple[str, ...]) -> Function | None:
    declarator = node.child_by_field_name("declarator")
    stars = 0
    while declarator is not None and declarator.type != "function_declarator":
        stars += declarator.type == "pointer_declarator"
        declarator = declarator.child_by_field_name("declarator")
    if declarator is None:
        return None
    name = text(declarator.child_by_field_name("declarator"))
    if not name.isidentifier():
        return None
    params = []
    for param in (declarator.child_by_field_name("parameters") or declarator).named_children:
        if param.type == "parameter_declaration":
            own, pointers = declared(param.child_by_field_name("declarator"))
            kind = struct_of(param.child_by_field_name("type")) if pointers == 1 else ""
            params.append((own, kind if kind in FOLLOWED else ""))
    returns = struct_of(node.child_by_field_name("type")) if stars == 1 else ""
    return Function(name, tuple(params), returns, file, node, conditions)
