"""Walks a function's block without running it and lists what it does to which member of which page.

Used to make the effect rows. Branches on the kernel or the layout are decided, branches on options and
values are both walked, with their condition kept in words.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from threadmine.memmap.effects import Effect, flag_operation
from threadmine.memmap.layout import OVERLAYS, Layout
from threadmine.memmap.program import Block, block_for
from threadmine.memmap.versions import Version, in_range

DEPTH = 8
MAX_ROWS = 5000
_AUG = {ast.BitOr: "|=", ast.BitAnd: "&=", ast.Add: "+=", ast.Sub: "-="}


@dataclass(frozen=True, slots=True)
class Spot:
    """A struct page or folio somewhere in a compound: ``base`` plus ``offset`` pages."""

    struct: str
    base: str
    offset: int = 0
    member: str = ""  # set where the thing pointed to is a member (a list head)

    def text(self, shift: int = 0) -> str:
        pages = self.offset + shift
        if self.base in ("head", "page") and pages > 0:
            return f"page[{pages}]"
        if pages > 0 and self.base not in ("tail", "every page"):
            return f"{self.base} + {pages}"
        return self.base


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the walk stands: the names that are bound, the conditions around, the helpers it came through."""

    env: dict[str, Spot | str]
    conditions: tuple[str, ...] = ()
    via: tuple[str, ...] = ()


class Walker:
    """Lists the effects of functions in one kernel."""

    def __init__(
        self,
        layout: Layout,
        version: Version,
        blocks: Mapping[str, tuple[Block, ...]] | None = None,
        depth: int = DEPTH,
    ) -> None:
        self.layout = layout
        self.version = version
        self.blocks = blocks
        self.depth = depth

    def effects(self, name: str) -> tuple[Effect, ...]:
        """The effects of ``name``, those of its helpers included, without repeats, in the order they
        happen."""
        block = block_for(name, self.version, self.blocks)
        if block is None:
            return ()
        env: dict[str, Spot | str] = {}
        compound = any(n in ("order", "new_order", "tail") for n, _ in block.params)
        for param, kind in block.params:
            if kind in ("list_head", "dev_pagemap", "net_iov", "page_ext"):
                env[param] = Spot(kind, kind)
            elif kind and kind != "member":
                base = (
                    param if param in ("tail", "head") else "head" if compound or kind == "folio" else "page"
                )
                env[param] = Spot(kind, base)
            elif kind == "member":
                env[param] = Spot("list_head", "page", 0, "list_head")
            else:
                env[param] = param
        rows = islice(self._body(block, block.tree.body, _Frame(env)), MAX_ROWS)
        return tuple(dict.fromkeys(replace(row, function=name) for row in rows))

    # ------------------------------------------------------------------------------------------- statements

    def _body(self, block: Block, body: list[ast.stmt], frame: _Frame) -> Iterator[Effect]:
        for statement in body:
            yield from self._statement(block, statement, frame)

    def _statement(self, block: Block, node: ast.stmt, frame: _Frame) -> Iterator[Effect]:
        if isinstance(node, ast.If):
            yield from self._if(block, node, frame)
        elif isinstance(node, ast.For):
            assert isinstance(node.target, ast.Name)
            inner = {**frame.env, node.target.id: _loop(node), **_stepping(node, frame)}
            yield from self._body(block, node.body, replace(frame, env=inner))
        elif isinstance(node, ast.Assign):
            yield from self._assign(block, node, frame)
        elif isinstance(node, ast.AugAssign):
            operator = _AUG.get(type(node.op), "=")
            yield from self._expression(block, node.value, frame)
            yield from self._write(block, node.target, f"{operator} {_say(node.value)}", frame)
        elif isinstance(node, ast.Expr | ast.Return) and node.value is not None:
            yield from self._expression(block, node.value, frame)

    def _if(self, block: Block, node: ast.If, frame: _Frame) -> Iterator[Effect]:
        decided = self._decide(node.test)
        if decided is not False:
            if decided is None:
                yield from self._expression(block, node.test, frame)
            inner = frame if decided else _under(frame, _say(node.test))
            yield from self._body(block, node.body, inner)
        if decided is not True and node.orelse:
            inner = frame if decided is False else _under(frame, f"not ({_say(node.test)})")
            yield from self._body(block, node.orelse, inner)

    def _decide(self, test: ast.expr) -> bool | None:
        """The truth of a test on the kernel or the layout alone; None for all else."""
        if isinstance(test, ast.BoolOp):
            parts = [self._decide(value) for value in test.values]
            strong = isinstance(test.op, ast.Or)
            if any(part is strong for part in parts):
                return strong
            return None if None in parts else not strong
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            inner = self._decide(test.operand)
            return None if inner is None else not inner
        if isinstance(test, ast.Call) and isinstance(test.func, ast.Name):
            if test.func.id == "kernel" and isinstance(test.args[0], ast.Constant):
                return in_range(self.version, str(test.args[0].value))
            if test.func.id == "has" and isinstance(test.args[0], ast.Attribute):
                struct, _, member = ast.unparse(test.args[0]).partition(".")
                return self.layout.member(struct, member) is not None
        return None

    def _assign(self, block: Block, node: ast.Assign, frame: _Frame) -> Iterator[Effect]:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            spot = self._spot(node.value, frame)
            frame.env[target.id] = spot if spot else target.id
            if spot is None:
                yield from self._expression(block, node.value, frame)
            return
        yield from self._expression(block, node.value, frame)
        value = node.value
        bound = frame.env.get(value.id) if isinstance(value, ast.Name) else None
        yield from self._write(block, target, bound if isinstance(bound, str) else _say(value), frame)

    # ------------------------------------------------------------------------------------------ expressions

    def _write(self, block: Block, target: ast.expr, value: str, frame: _Frame) -> Iterator[Effect]:
        place = self._member(target, frame)
        if place:
            yield self._row(block, place, "write", value, frame)

    def _expression(self, block: Block, node: ast.expr, frame: _Frame) -> Iterator[Effect]:
        if isinstance(node, ast.Call):
            yield from self._call(block, node, frame)
            return
        place = self._member(node, frame) if isinstance(node, ast.Attribute | ast.Subscript) else None
        if place:
            yield self._row(block, place, "read", "", frame)
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from self._expression(block, child, frame)

    def _call(self, block: Block, node: ast.Call, frame: _Frame) -> Iterator[Effect]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in ("kernel", "has", "config", "addr", *OVERLAYS):
            return
        if name in ("need", "keep"):
            words = str(node.args[1].value) if isinstance(node.args[1], ast.Constant) else ""
            access = "require" if name == "need" else "keep"
            for place in self._members_in(node.args[0], frame):
                text = words if access == "keep" else _say(node.args[0])
                yield self._row(block, place, access, text, frame)
            return
        operation = flag_operation(name)
        spot = self._spot(node.args[0], frame) if node.args else None
        if operation and spot:
            yield from self._flag(block, spot, operation.flag, operation.kind, name, frame)
            return
        if name == "change_bit" and len(node.args) == 3:
            target = self._member(node.args[0], frame)
            if target and isinstance(node.args[2], ast.Constant):
                sign = {"set": "|= ", "clear": "&= ~"}.get(str(node.args[2].value), "^= ")
                yield self._row(block, target, "write", f"{sign}{_say(node.args[1])}", frame)
            return
        if name == "zero" and spot:
            yield self._row(block, (spot, "page"), "write", "0", frame)
            return
        for arg in node.args:
            yield from self._expression(block, arg, frame)
        callee = block_for(name, self.version, self.blocks)
        if callee is None or name in frame.via:
            return
        yield Effect(
            "", name, spot.text() if spot else "", "call", "", _join(frame), block.kernels, block.source,
            frame.via[0] if frame.via else "",
        )  # fmt: skip
        if len(frame.via) >= self.depth:
            return
        env: dict[str, Spot | str] = {}
        for (param, kind), arg in zip(callee.params, node.args, strict=False):
            found = self._spot(arg, frame) or (self._list(arg, frame) if kind == "member" else None)
            bound = frame.env.get(arg.id) if isinstance(arg, ast.Name) else None
            env[param] = found if found else bound if isinstance(bound, str) else _say(arg)
        inner = _Frame(env, frame.conditions, (*frame.via, name))
        yield from self._body(callee, callee.tree.body, inner)

    def _flag(
        self, block: Block, spot: Spot, flag: str, kind: str, name: str, frame: _Frame
    ) -> Iterator[Effect]:
        second = flag in ("PG_large_rmappable", "PG_partially_mapped", "PG_has_hwpoisoned", "PG_double_map")
        place = (replace(spot, struct="page", offset=spot.offset + 1) if second else spot, "flags")
        if kind == "test":
            yield replace(self._row(block, place, "read", flag, frame), flags=(flag,))
            return
        value = f"|= {flag}" if kind == "set" else f"&= ~{flag}"
        row = self._row(block, place, "write", value, frame)
        yield replace(row, flags=(flag,), via=row.via or name)

    def _row(self, block: Block, place: tuple[Spot, str], access: str, value: str, frame: _Frame) -> Effect:
        spot, name = place
        name = name.removesuffix(".f") if name.endswith("flags.f") else name
        shift = 0
        struct = spot.struct
        if struct == "folio":
            member = self.layout.member("folio", name)
            shift = member.offset // self.layout.page_size if member else 0
        full = f"{struct}.{name}" if struct != "list_head" else f"list_head.{name.split('.')[-1]}"
        flags = tuple(word for word in value.replace("~", " ").split() if word.startswith("PG_"))
        return Effect(
            "", full, spot.text(shift), access, value, _join(frame), block.kernels, block.source,
            frame.via[0] if frame.via else "", flags,
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------ places

    def _spot(self, node: ast.expr, frame: _Frame) -> Spot | None:
        """What page or folio an expression points to."""
        if isinstance(node, ast.Name):
            found = frame.env.get(node.id)
            return found if isinstance(found, Spot) else None
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("folio", "page")
        ):
            inner = self._spot(node.args[0], frame)
            if inner is None and isinstance(node.args[0], ast.Call):
                return self._returned(node.func.id, node.args[0], frame)
            return replace(inner, struct=node.func.id) if inner else None
        if isinstance(node, ast.Subscript):
            inner = self._spot(node.value, frame)
            return _step(inner, node.slice, frame) if inner and inner.struct != "list_head" else None
        return None

    def _returned(self, struct: str, call: ast.Call, frame: _Frame) -> Spot:
        """What a function returns a pointer to: the head of its argument, or a page of its own."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        inner = self._spot(call.args[0], frame) if call.args else None
        if name in ("page_folio", "compound_head", "_compound_head") and inner:
            return Spot(struct, "head" if inner.base == "tail" else inner.base, inner.offset)
        return Spot(struct, "head" if struct == "folio" else "page")

    def _list(self, node: ast.expr, frame: _Frame) -> Spot | None:
        place = self._member(node, frame)
        return replace(place[0], member=place[1]) if place else None

    def _member(self, node: ast.expr, frame: _Frame) -> tuple[Spot, str] | None:
        """The (spot, member) an attribute chain names: ``p.lru.next`` gives lru.next."""
        if isinstance(node, ast.Subscript):
            return self._member(node.value, frame) if isinstance(node.value, ast.Attribute) else None
        if not isinstance(node, ast.Attribute):
            return None
        spot = self._spot(node.value, frame)
        if spot is not None:
            return spot, f"{spot.member}.{node.attr}" if spot.member else node.attr
        outer = self._member(node.value, frame)
        return (outer[0], f"{outer[1]}.{node.attr}") if outer else None

    def _members_in(self, node: ast.expr, frame: _Frame) -> Iterator[tuple[Spot, str]]:
        if isinstance(node, ast.Attribute | ast.Subscript):
            place = self._member(node, frame)
            if place:
                yield place
                return
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            spot = self._spot(node.args[0], frame)
            if spot and node.func.id in ("folio_test_large", "PageTail", "PageHead"):
                tail = "compound_info" if self.layout.member("page", "compound_info") else "compound_head"
                yield spot, tail if node.func.id == "PageTail" else "flags"
                return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from self._members_in(child, frame)


def _loop(node: ast.For) -> str:
    """In words, which pages a loop goes over."""
    arguments = node.iter.args if isinstance(node.iter, ast.Call) else []
    if len(arguments) == 3:
        return "each new head"
    first = arguments[0] if arguments else None
    return "tail" if isinstance(first, ast.Constant) and first.value == 1 else "every page"


def _stepping(node: ast.For, frame: _Frame) -> dict[str, Spot | str]:
    """Pointers that the loop moves on by one page each time (``p = p[1]``): they go over the pages."""
    found: dict[str, Spot | str] = {}
    for statement in node.body:
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Subscript):
            continue
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Name) and isinstance(value.value, ast.Name) and value.value.id == target.id:
            spot = frame.env.get(target.id)
            if isinstance(spot, Spot):
                found[target.id] = replace(spot, base="tail" if spot.offset == 1 else "every page", offset=0)
    return found


def _step(spot: Spot, index: ast.expr, frame: _Frame) -> Spot:
    try:
        value = ast.literal_eval(index)
    except ValueError:
        words = frame.env.get(index.id, "tail") if isinstance(index, ast.Name) else "tail"
        return replace(spot, base=str(words), offset=0)
    return replace(spot, offset=spot.offset + int(value))


def _say(node: ast.expr) -> str:
    return ast.unparse(node).replace("'", "").replace("config(", "(")


def _under(frame: _Frame, condition: str) -> _Frame:
    return replace(frame, env=dict(frame.env), conditions=(*frame.conditions, condition))


def _join(frame: _Frame) -> str:
    return " and ".join(dict.fromkeys(frame.conditions))


def flag_effects(name: str, layout: Layout) -> tuple[Effect, ...]:
    """The effect of an accessor of a flag (``SetPageDirty``, ``folio_test_clear_lru``); empty if it is
    none."""
    operation = flag_operation(name)
    flag = layout.flag(operation.flag) if operation else None
    if operation is None or flag is None:
        return ()
    values = {"set": f"|= {flag.name}", "clear": f"&= ~{flag.name}", "change": f"^= {flag.name}", "test": ""}
    access = "read" if operation.kind == "test" else "write"
    page = "page" if flag.page == "any" else flag.page
    source = "include/linux/page-flags.h"
    value = values[operation.kind]
    return (Effect(name, flag.word, page, access, value, flag.config, "", source, "", (flag.name,)),)
