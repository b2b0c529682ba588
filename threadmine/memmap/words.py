"""The words that the notation has of its own: casts, tests, warnings, and what the simulator does then."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from threadmine.memmap.layout import OVERLAYS, Member
from threadmine.memmap.values import NotFollowed, Pointer, Value
from threadmine.memmap.versions import in_range

if TYPE_CHECKING:
    from threadmine.memmap.simulate import Machine


def _text(node: ast.Call, position: int) -> str:
    argument = node.args[position] if position < len(node.args) else None
    return str(argument.value) if isinstance(argument, ast.Constant) else ""


def _is_member(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) or (
        isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)
    )


def _cast(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    assert isinstance(node.func, ast.Name)
    try:
        return Pointer(node.func.id, machine.pointer(node.args[0], names).address)
    except NotFollowed as error:
        return machine.miss(error)


def _address(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    argument = node.args[0]
    try:
        if isinstance(argument, ast.Attribute | ast.Subscript) and _is_member(argument):
            return machine.place(argument, names)[0]
        return machine.pointer(argument, names).address
    except NotFollowed as error:
        return machine.miss(error)


def _warn(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    guessed = machine.guessed
    holds = machine.true(node.args[0], names)
    if machine.guessed > guessed:
        return 0  # a warning about something that is not known is none
    if holds:
        machine.warnings.append(f"{machine.stack[-1]}: {ast.unparse(node.args[0])}")
    return int(holds)


def _need(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    guessed = machine.guessed
    if not machine.true(node.args[0], names) and machine.guessed == guessed:
        machine.unmet.append(f"{machine.stack[-1]}: {_text(node, 1)}")
    return 0


def _has(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    struct, _, member = ast.unparse(node.args[0]).partition(".")
    return int(machine.layout.member(struct, member) is not None)


def _change_bit(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    """``change_bit(p.flags, mask, "set")``: changes the bit and gives what it was."""
    try:
        address, member, size = machine.place(node.args[0], names)
    except NotFollowed as error:
        return machine.miss(error)
    mask = machine.number(node.args[1], names)
    at = machine.memory.index(address, size)
    old = int.from_bytes(machine.memory.data[at : at + size], machine.layout.byte_order)
    kind = _text(node, 2)
    new = old | mask if kind == "set" else old & ~mask if kind == "clear" else old ^ mask
    machine.store(address, (new & ((1 << 8 * size) - 1)).to_bytes(size, machine.layout.byte_order), member)
    return int(bool(old & mask))


def _zero(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    pointer = machine.pointer(node.args[0], names)
    size = machine.layout.page_size
    machine.store(pointer.address, bytes(size), Member("page", "page", 0, size, "struct page"))
    return 0


def _head(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    """The head of a page: itself, or what its compound_head word says (a pointer, or a mask since 7.1)."""
    pointer = machine.pointer(node.args[0], names)
    name = "compound_info" if machine.layout.member("page", "compound_info") else "compound_head"
    address, _, size = machine.member("page", pointer.address, name)
    at = machine.memory.index(address, size)
    word = int.from_bytes(machine.memory.data[at : at + size], machine.layout.byte_order)
    if not word & 1:
        return Pointer("page", pointer.address)
    top = 1 << (size * 8 - 1)
    masked = machine.option("HUGETLB_PAGE_OPTIMIZE_VMEMMAP") and name == "compound_info" and word & top
    return Pointer("page", pointer.address & (word - 1) if masked else word - 1)


def _index(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    first, second = machine.pointer(node.args[0], names), machine.pointer(node.args[1], names)
    return (first.address - second.address) // machine.layout.page_size


def _not_told(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
    """Reads what the facts do not tell (the zone bits of flags): no warning may depend on it."""
    machine.value(node.args[0], names)
    machine.guessed += 1
    return 0


def _number_of(
    function: Callable[[Machine, int], int],
) -> Callable[[Machine, ast.Call, dict[str, Value]], Value]:
    def run(machine: Machine, node: ast.Call, names: dict[str, Value]) -> Value:
        return function(machine, machine.number(node.args[0], names))

    return run


def _mask_from(machine: Machine, shift: int) -> int:
    return (-1 << shift) & ((1 << (machine.layout.pointer_size * 8)) - 1)


SPECIAL: Mapping[str, Callable[[Machine, ast.Call, dict[str, Value]], Value]] = {
    **dict.fromkeys(OVERLAYS, _cast),
    "unknown": lambda machine, node, names: machine.guess(
        _text(node, 0) or "a part of the source taken as 0"
    ),
    "page_folio": _head,
    "compound_head": _head,
    "_compound_head": _head,
    "addr": _address,
    "warn": _warn,
    "need": _need,
    "has": _has,
    "zero": _zero,
    "change_bit": _change_bit,
    "index": _index,
    "keep": lambda machine, node, names: 0,
    "not_told": _not_told,
    "read": lambda machine, node, names: machine.value(node.args[0], names),
    "kernel": lambda machine, node, names: int(in_range(machine.version, _text(node, 0))),
    "config": lambda machine, node, names: int(machine.option(_text(node, 0))),
    "int32": _number_of(lambda machine, value: (value & 0xFFFFFFFF) - ((value & 0x80000000) << 1)),
    "log2": _number_of(lambda machine, value: max(value - 1, 0).bit_length()),
    "is_power_of_2": _number_of(lambda machine, value: int(value > 0 and value & (value - 1) == 0)),
    "mask_from": _number_of(_mask_from),
}
