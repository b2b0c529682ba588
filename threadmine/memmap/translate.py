"""Translates C functions into blocks of the notation, statement by statement.

The blocks serve both the listing of effects and the simulator, as the packaged ones do. What the notation has
no words for becomes ``unknown(...)`` over its parts; such a block lists effects well enough, and the
simulator takes the packaged facts in its place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tree_sitter import Node

from threadmine.memmap.ctypes_seen import (
    FOLLOWED,
    Function,
    condition_text,
    declared,
    safe_name,
    struct_of,
    text,
)
from threadmine.memmap.express import Expressions, Scope
from threadmine.memmap.program import Block

MAX_NESTING = 40
MAX_LINES = 3000

_ASSIGNED = frozenset(("=", "+=", "-=", "|=", "&=", "^="))
_SETTERS = {
    "atomic_set": "=", "atomic_long_set": "=", "atomic_set_release": "=", "set_bit": "|=", "__set_bit": "|=",
    "clear_bit": "&= ~", "__clear_bit": "&= ~", "clear_bit_unlock": "&= ~", "change_bit": "^=",
}  # fmt: skip
_ATOMIC = re.compile(r"atomic(?:_long)?_(inc|dec|add|sub)(?:_return|_and_test|_negative|_unless|_not_zero)*$")
_LISTS = (
    "list_add",
    "list_add_tail",
    "list_del",
    "list_del_init",
    "list_move",
    "list_move_tail",
    "llist_add",
)
_MASK = re.compile(r"\(1 << (PG_\w+)\)")


class Translator:
    """Translates one function."""

    def __init__(self, function: Function, scope: Scope) -> None:
        self.function = function
        self.scope = scope
        self.expressions = Expressions(scope)
        self.lines: list[str] = []

    def block(self, kernels: str = "") -> Block | None:
        """The function as a block; None where nothing of it could be put into the notation."""
        function = self.function
        body = function.node.child_by_field_name("body")
        if body is None:
            return None
        params = []
        for name, kind in function.params:
            if name:
                self.scope.locals[name] = kind
                params.append(f"{safe_name(name)}: {kind}" if kind else safe_name(name))
        self._body(body, 1)
        head = f"def {function.name}({', '.join(params)}):"
        source = "\n".join([head, *(self.lines[:MAX_LINES] or ["    pass"])])
        source = _MASK.sub(r"\1", source)
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return Block(function.name, kernels, function.file, source)

    def _put(self, level: int, line: str) -> None:
        self.lines.append("    " * level + line)

    # ------------------------------------------------------------------------------------------- statements

    def _body(self, node: Node, level: int) -> None:
        """The statements of a block, or one statement."""
        before = len(self.lines)
        if level < MAX_NESTING:
            children = node.named_children if node.type == "compound_statement" else [node]
            for child in children:
                self._statement(child, level)
        if len(self.lines) == before:
            self._put(level, "pass")

    def _statement(self, node: Node, level: int) -> None:
        if len(self.lines) > MAX_LINES or level >= MAX_NESTING:
            return
        kind = "compound_statement" if node.type == "ERROR" else node.type
        method = getattr(self, f"_{kind}", None)
        if method is not None:
            method(node, level)

    def _compound_statement(self, node: Node, level: int) -> None:
        for child in node.named_children:
            self._statement(child, level)

    def _labeled_statement(self, node: Node, level: int) -> None:
        for child in node.named_children[1:]:
            self._statement(child, level)

    def _declaration(self, node: Node, level: int) -> None:
        struct = struct_of(node.child_by_field_name("type"))
        for child in node.children_by_field_name("declarator"):
            name, stars = declared(child)
            if not name:
                continue
            self.scope.locals[name] = struct if stars == 1 and struct in FOLLOWED else ""
            value = child.child_by_field_name("value") if child.type == "init_declarator" else None
            if value is not None:
                self._put(level, f"{safe_name(name)} = {self.expressions.say(value)}")

    def _expression_statement(self, node: Node, level: int) -> None:
        for child in node.named_children:
            self._effect(child, level)

    def _effect(self, node: Node, level: int) -> None:
        """A statement's expression: assignments, counters, calls."""
        if node.type == "comma_expression":
            for child in node.named_children:
                self._effect(child, level)
        elif node.type == "parenthesized_expression" and node.named_children:
            self._effect(node.named_children[0], level)
        elif node.type == "assignment_expression":
            self._assignment(node, level)
        elif node.type == "update_expression":
            argument = node.child_by_field_name("argument")
            if argument is not None:
                self._step(argument, "+" if "++" in text(node) else "-", level)
        elif node.type == "call_expression":
            self._call(node, level)
        elif node.type not in ("identifier", "number_literal"):
            self._put(level, self.expressions.say(node))

    def _assignment(self, node: Node, level: int) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = text(node.child_by_field_name("operator"))
        if left is None or right is None:
            return
        if right.type == "assignment_expression":
            self._assignment(right, level)
        said = self.expressions.say(right)
        target = self.expressions.say(left)
        if left.type == "identifier" and sign in ("+=", "-=") and self.scope.points_to(left) == "page":
            self._put(level, f"{target} = {target}[{said if sign == '+=' else f'-({said})'}]")
        elif sign in _ASSIGNED and _is_place(target):
            self._put(level, f"{target} {sign} {said}")
        else:
            self._put(level, f"unknown({target}, {said})")

    def _step(self, node: Node, sign: str, level: int) -> None:
        target = self.expressions.say(node)
        if self.scope.points_to(node) == "page" and target.isidentifier():
            self._put(level, f"{target} = {target}[{'1' if sign == '+' else '-1'}]")
        elif _is_place(target):
            self._put(level, f"{target} {sign}= 1")

    def _call(self, node: Node, level: int) -> None:
        name = text(node.child_by_field_name("function"))
        arguments = node.child_by_field_name("arguments")
        args = list(arguments.named_children) if arguments is not None else []
        line = self._store(name, args)
        self._put(level, line or self.expressions.say(node))

    def _store(self, name: str, args: list[Node]) -> str:
        """The statement for a call that stores: WRITE_ONCE, atomics, bits, memset, lists; '' for others."""
        say, target = self.expressions.say, self.expressions.target
        if name in ("WRITE_ONCE", "smp_store_release", "rcu_assign_pointer") and len(args) == 2:
            place = target(args[0])
            return f"{place} = {say(args[1])}" if _is_place(place) else ""
        if name in ("atomic_set", "atomic_long_set", "atomic_set_release") and len(args) == 2:
            place = target(args[0])
            return f"{place} = {say(args[1])}" if _is_place(place) else ""
        if name in _SETTERS and len(args) == 2:
            place = target(args[1])
            return f"{place} {_SETTERS[name]}{self.expressions.bit(args[0])}" if _is_place(place) else ""
        counted = _ATOMIC.match(name)
        if counted and args:
            place = target(args[-1] if counted[1] in ("add", "sub") else args[0])
            step = say(args[0]) if counted[1] in ("add", "sub") else "1"
            sign = "+=" if counted[1] in ("inc", "add") else "-="
            return f"{place} {sign} {step}" if _is_place(place) else ""
        if name == "memset" and len(args) == 3 and self.scope.points_to(args[0]) in ("page", "folio"):
            return f"zero({say(args[0])})" if say(args[1]) == "0" else ""
        if name in ("INIT_LIST_HEAD", *_LISTS) and args:
            return self._list(name, args)
        return ""

    def _list(self, name: str, args: list[Node]) -> str:
        place = self.expressions.target(args[0])
        if not _is_place(place) or "." not in place:
            return ""
        return f"{name}({place})" if name == "INIT_LIST_HEAD" else f'{place} = unknown("{name}")'

    def _return_statement(self, node: Node, level: int) -> None:
        value = node.named_children[0] if node.named_children else None
        self._put(level, f"return {self.expressions.say(value)}" if value is not None else "return")

    def _goto_statement(self, node: Node, level: int) -> None:
        self._put(level, 'unknown("goto")')

    # ---------------------------------------------------------------------------------------- control flow

    def _if_statement(self, node: Node, level: int) -> None:
        self._put(level, f"if {self.expressions.say(node.child_by_field_name('condition'))}:")
        consequence = node.child_by_field_name("consequence")
        if consequence is not None:
            self._body(consequence, level + 1)
        alternative = node.child_by_field_name("alternative")
        if alternative is not None and alternative.named_children:
            self._put(level, "else:")
            self._body(alternative.named_children[-1], level + 1)

    def _while_statement(self, node: Node, level: int) -> None:
        self._put(level, self.expressions.say(node.child_by_field_name("condition")))
        self._loop(node, level)

    def _do_statement(self, node: Node, level: int) -> None:
        self._loop(node, level)

    def _loop(self, node: Node, level: int) -> None:
        """A loop whose bounds the notation cannot say: walked once, marked as not known."""
        self._put(level, "for loop_ in range(0, unknown()):")
        body = node.child_by_field_name("body")
        if body is not None:
            self._body(body, level + 1)
        else:
            self._put(level + 1, "pass")

    def _for_statement(self, node: Node, level: int) -> None:
        bounds = self._bounds(node)
        body = node.child_by_field_name("body")
        if bounds is None or body is None:
            start = node.child_by_field_name("initializer")
            if start is not None:
                self._effect(start, level) if "expression" in start.type else self._statement(start, level)
            self._loop(node, level)
            return
        name, first, last, step, others = bounds
        start = node.child_by_field_name("initializer")
        if start is not None and start.type == "comma_expression":
            self._effect(start, level)
        ending = f"range({first}, {last}{f', {step}' if step != '1' else ''})"
        self._put(level, f"for {safe_name(name)} in {ending}:")
        self._body(body, level + 1)
        for other in others:
            self._effect(other, level + 1)

    def _bounds(self, node: Node) -> tuple[str, str, str, str, list[Node]] | None:
        """Variable, first, end, step of ``for (i = a; i < b; i++)`` and the other steps; None for others."""
        condition = node.child_by_field_name("condition")
        if condition is None or condition.type != "binary_expression":
            return None
        variable = text(condition.child_by_field_name("left"))
        sign = text(condition.child_by_field_name("operator"))
        if not variable.isidentifier() or sign not in ("<", "<=", "!=") or self.scope.locals.get(variable):
            return None
        first = self._first(node.child_by_field_name("initializer"), variable)
        steps = list(_commas(node.child_by_field_name("update")))
        step = next((s for one in steps if (s := self._stride(one, variable))), "")
        if not step:
            return None
        others = [one for one in steps if not self._stride(one, variable)]
        last = self.expressions.say(condition.child_by_field_name("right"))
        return variable, first or safe_name(variable), f"{last} + 1" if sign == "<=" else last, step, others

    def _first(self, node: Node | None, variable: str) -> str:
        if node is None:
            return ""
        if node.type == "declaration":
            for child in node.children_by_field_name("declarator"):
                value = child.child_by_field_name("value")
                if declared(child)[0] == variable and value is not None:
                    return self.expressions.say(value)
        for one in _commas(node):
            if one.type == "assignment_expression" and text(one.child_by_field_name("left")) == variable:
                return self.expressions.say(one.child_by_field_name("right"))
        return ""

    def _stride(self, node: Node, variable: str) -> str:
        if node.type == "update_expression" and text(node.child_by_field_name("argument")) == variable:
            return "1" if "++" in text(node) else ""
        left, sign = text(node.child_by_field_name("left")), text(node.child_by_field_name("operator"))
        if node.type == "assignment_expression" and left == variable and sign == "+=":
            return self.expressions.say(node.child_by_field_name("right"))
        return ""

    def _switch_statement(self, node: Node, level: int) -> None:
        subject = self.expressions.say(node.child_by_field_name("condition"))
        body = node.child_by_field_name("body")
        pending: list[str] = []
        seen: list[str] = []
        for case in body.named_children if body is not None else ():
            if case.type != "case_statement":
                continue
            value = case.child_by_field_name("value")
            label = self.expressions.say(value) if value is not None else ""
            pending.append(label)
            statements = [c for c in case.named_children if c != value]
            if not statements:
                continue
            tests = [f"{subject} == {one}" for one in pending if one]
            if "" in pending:
                others = " and ".join(f"{subject} != {one}" for one in seen)
                tests = [others or "1"]
            seen += [one for one in pending if one]
            pending = []
            self._put(level, f"if {' or '.join(tests)}:")
            inner = len(self.lines)
            for statement in statements:
                self._statement(statement, level + 1)
            if len(self.lines) == inner:
                self._put(level + 1, "pass")

    # -------------------------------------------------------------------------------------- preprocessor

    def _preproc_ifdef(self, node: Node, level: int) -> None:
        self._branch(node, level)

    def _preproc_if(self, node: Node, level: int) -> None:
        self._branch(node, level)

    def _preproc_elif(self, node: Node, level: int) -> None:
        self._branch(node, level)

    def _branch(self, node: Node, level: int) -> None:
        alternative = node.child_by_field_name("alternative")
        skipped = (node.child_by_field_name("name"), node.child_by_field_name("condition"), alternative)
        self._put(level, f"if {preprocessor_test(condition_text(node))}:")
        before = len(self.lines)
        for child in node.named_children:
            if child not in skipped:
                self._statement(child, level + 1)
        if len(self.lines) == before:
            self._put(level + 1, "pass")
        if alternative is None:
            return
        self._put(level, "else:")
        before = len(self.lines)
        if alternative.type == "preproc_else":
            for child in alternative.named_children:
                self._statement(child, level + 1)
        else:
            self._branch(alternative, level + 1)
        if len(self.lines) == before:
            self._put(level + 1, "pass")


def preprocessor_test(condition: str) -> str:
    """A preprocessor condition in the notation: options by config(), macros of the layout by has()."""
    found = re.sub(r"(?:defined|IS_ENABLED)\s*\(?\s*(\w+)\s*\)?", lambda m: _symbol(m[1]), condition)
    found = found.replace("&&", " and ").replace("||", " or ")
    found = re.sub(r"!(?!=)", " not ", found).strip()
    try:
        ast.parse(found, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return "unknown()"
    return found if "config(" in found or "has(" in found else "unknown()"


def _symbol(name: str) -> str:
    if name == "NR_PAGES_IN_LARGE_FOLIO":
        return "has(folio._nr_pages)"
    return f'config("{name.removeprefix("CONFIG_")}")'


def _is_place(said: str) -> bool:
    """Whether a translated expression can be assigned to."""
    return bool(re.fullmatch(r"[A-Za-z_(][\w.()\[\] ,+*&|<>-]*", said)) and not said.endswith(")")


def _commas(node: Node | None) -> Iterator[Node]:
    if node is None:
        return
    if node.type == "comma_expression":
        for child in node.named_children:
            yield from _commas(child)
    else:
        yield node
