"""Runs functions on an array of struct pages as bytes, by their effect facts and a kernel's layout.

Nothing is recorded in advance: each store goes to the bytes the layout gives for the member, so a layout
nobody has looked at before can be simulated too. The notation is that of data/functions.txt; it is
interpreted here within bounds on steps, depth and memory, and nothing of it ever runs as Python.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from threadmine.errors import ModelError
from threadmine.memmap.effects import flag_operation
from threadmine.memmap.layout import Member
from threadmine.memmap.program import QUIET, Block, block_for
from threadmine.memmap.values import Extent, Memory, NotFollowed, Pointer, Store, Value
from threadmine.memmap.versions import Version
from threadmine.memmap.words import SPECIAL

MAX_STEPS = 2_000_000
MAX_DEPTH = 24
MAX_ORDER = 14
_SIGNED = ("int", "atomic_t", "atomic_long_t", "s8", "s16", "s32", "s64", "long int", "short int")
_BINARY: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
SPLIT_FLAGS = (
    "PG_referenced", "PG_swapbacked", "PG_swapcache", "PG_mlocked", "PG_uptodate", "PG_active",
    "PG_workingset", "PG_locked", "PG_unevictable", "PG_arch_2", "PG_arch_3", "PG_dirty", "PG_dropbehind",
)  # fmt: skip
"""Flags that the pages of a split folio inherit."""
POISON = {"ppc64": 0x5DEADBEEF0000000}
"""What is added to poison pointers on 64 bit, where it is not the usual 0xdead000000000000."""
CHECK_AT_FREE = (
    "PG_lru", "PG_locked", "PG_private", "PG_private_2", "PG_writeback", "PG_reserved", "PG_slab",
    "PG_active", "PG_unevictable", "PG_mlocked",
)  # fmt: skip
SECOND_FLAGS = ("PG_has_hwpoisoned", "PG_hugetlb", "PG_large_rmappable", "PG_partially_mapped")


class _Return(Exception):  # a jump, not an error
    def __init__(self, value: Value) -> None:
        self.value = value


class Machine:
    """Interprets blocks on a Memory and keeps what happened: stores, warnings, unmet needs."""

    def __init__(
        self,
        memory: Memory,
        version: Version,
        options: Mapping[str, bool],
        blocks: Mapping[str, tuple[Block, ...]] | None = None,
        lenient: bool = False,
    ) -> None:
        self.memory = memory
        self.layout = memory.layout
        self.version: Version = version
        self.options = options
        self.blocks = blocks
        self.lenient = lenient
        self.guesses: set[str] = set()
        self.guessed = 0
        self.stores: list[Store] = []
        self.extents: list[Extent] = []
        self.warnings: list[str] = []
        self.unmet: list[str] = []
        self.hooks: dict[str, Callable[[], None]] = {}
        self.asked: set[str] = set()
        self._steps = 0
        self.stack: list[str] = []

    # -------------------------------------------------------------------------------------------- running

    def call(self, name: str, *args: Value) -> Value:
        """Runs ``name``; ModelError if nothing is known of it in this kernel."""
        block = block_for(name, self.version, self.blocks)
        if block is None:
            raise ModelError(f"no facts about {name}() in {self.version}")
        if len(self.stack) >= MAX_DEPTH:
            raise ModelError(f"{name}() is called {MAX_DEPTH} levels deep")
        names: dict[str, Value] = {}
        for (param, kind), value in zip(block.params, args, strict=False):
            if isinstance(value, Pointer) and kind in ("page", "folio"):
                value = Pointer(kind, value.address)
            names[param] = value
        for param, _ in block.params[len(args) :]:
            names[param] = 0
        self._claim(block, names)
        self.stack.append(name)
        try:
            self._run(block.tree.body, names)
        except _Return as done:
            return done.value
        finally:
            self.stack.pop()
        return 0

    def run_body(self, block: Block, names: dict[str, Value]) -> None:
        """Runs a scenario's steps with its names bound."""
        self.stack.append(block.name)
        try:
            self._run(block.tree.body, names)
        finally:
            self.stack.pop()

    def _claim(self, block: Block, names: dict[str, Value]) -> None:
        """Notes that a call makes pages into something new, for telling stale bytes later."""
        params = [name for name, _ in block.params]
        if len(params) < 2 or params[0] not in ("page", "folio") or params[-1] != "order":
            return
        pointer, order = names[params[0]], names["order"]
        if isinstance(pointer, Pointer) and isinstance(order, int) and 0 <= order <= MAX_ORDER:
            head = (pointer.address - self.memory.base) // self.layout.page_size
            self.extents.append(Extent(head, order, block.name, len(self.stores)))

    def _run(self, body: list[ast.stmt], names: dict[str, Value]) -> None:
        for statement in body:
            self._statement(statement, names)

    def _statement(self, node: ast.stmt, names: dict[str, Value]) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise ModelError(f"more than {MAX_STEPS:,} steps; a smaller --order needs fewer")
        if isinstance(node, ast.If):
            self._run(node.body if self.true(node.test, names) else node.orelse, names)
        elif isinstance(node, ast.For):
            self._for(node, names)
        elif isinstance(node, ast.Assign):
            self._assign(node.targets[0], self.value(node.value, names), names)
        elif isinstance(node, ast.AugAssign):
            old = self.number(node.target, names)
            new = self._apply(node.op, old, self.number(node.value, names))
            self._assign(node.target, new, names)
        elif isinstance(node, ast.Return):
            raise _Return(self.value(node.value, names) if node.value else 0)
        elif isinstance(node, ast.Expr):
            self.value(node.value, names)
        elif not isinstance(node, ast.Pass):
            raise ModelError(f"the notation has no {type(node).__name__}")

    def _for(self, node: ast.For, names: dict[str, Value]) -> None:
        if not isinstance(node.iter, ast.Call) or not isinstance(node.target, ast.Name):
            raise ModelError("a loop of the notation goes over range()")
        limits = [self.number(arg, names) for arg in node.iter.args]
        for number in range(*limits):
            names[node.target.id] = number
            self._run(node.body, names)

    def _assign(self, target: ast.expr, value: Value, names: dict[str, Value]) -> None:
        if isinstance(target, ast.Name):
            names[target.id] = value
            return
        try:
            address, member, size = self.place(target, names)
        except NotFollowed as error:
            self.miss(error)
            return
        number = value.address if isinstance(value, Pointer) else value
        data = (number & ((1 << (8 * size)) - 1)).to_bytes(size, self.layout.byte_order)
        self.store(address, data, member)

    def store(self, address: int, data: bytes, member: Member, flag: str = "", head: int = -1) -> None:
        """Puts bytes at an address and notes it.

        ``flag`` names the flag that a change of a flags word is about, ``head`` the page it was asked of.
        """
        at = self.memory.index(address, len(data))
        before = bytes(self.memory.data[at : at + len(data)])
        self.memory.data[at : at + len(data)] = data
        page, offset = divmod(at, self.layout.page_size)
        origin = head if head >= 0 else page - member.offset // self.layout.page_size
        by = self.stack[-1] if self.stack else ""
        self.stores.append(Store(page, offset, data, before, by, member.full_name, origin, flag))

    # ------------------------------------------------------------------------------------------ expressions

    def value(self, node: ast.expr, names: dict[str, Value]) -> Value:
        """What an expression gives."""
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name):
            return names[node.id] if node.id in names else self._constant(node.id)
        if isinstance(node, ast.IfExp):
            return self.value(node.body if self.true(node.test, names) else node.orelse, names)
        if isinstance(node, ast.Call):
            return self._call(node, names)
        if isinstance(node, ast.BinOp):
            return self._apply(node.op, self.number(node.left, names), self.number(node.right, names))
        if isinstance(node, ast.UnaryOp):
            return self._unary(node, names)
        if isinstance(node, ast.BoolOp):
            wanted = isinstance(node.op, ast.Or)
            return int(wanted if any(self.true(v, names) is wanted for v in node.values) else not wanted)
        if isinstance(node, ast.Compare):
            left, right = self.number(node.left, names), self.number(node.comparators[0], names)
            return int(_COMPARE[type(node.ops[0])](left, right))
        if isinstance(node, ast.Subscript) and not isinstance(node.value, ast.Attribute):
            pointer = self.pointer(node.value, names)
            step = self.number(node.slice, names) * self.layout.page_size
            return Pointer(pointer.struct, pointer.address + step)
        if isinstance(node, ast.Attribute | ast.Subscript):
            return self._load(node, names)
        raise ModelError(f"the notation has no {type(node).__name__}")

    def number(self, node: ast.expr, names: dict[str, Value]) -> int:
        value = self.value(node, names)
        return value.address if isinstance(value, Pointer) else value

    def true(self, node: ast.expr, names: dict[str, Value]) -> bool:
        return self.number(node, names) != 0

    def pointer(self, node: ast.expr, names: dict[str, Value]) -> Pointer:
        value = self.value(node, names)
        if not isinstance(value, Pointer):
            raise NotFollowed(f"{ast.unparse(node)} is no pointer")
        return value

    def _unary(self, node: ast.UnaryOp, names: dict[str, Value]) -> int:
        value = self.number(node.operand, names)
        if isinstance(node.op, ast.Not):
            return int(not value)
        return ~value if isinstance(node.op, ast.Invert) else -value

    def _apply(self, op: ast.operator, left: int, right: int) -> int:
        if isinstance(op, ast.LShift):
            if not 0 <= right <= 64:
                raise ModelError(f"a shift by {right}")
            return left << right
        function = _BINARY.get(type(op))
        if function is None:
            raise ModelError(f"the notation has no {type(op).__name__}")
        return function(left, right)

    def _load(self, node: ast.expr, names: dict[str, Value]) -> int:
        try:
            address, member, size = self.place(node, names)
        except NotFollowed as error:
            return self.miss(error)
        at = self.memory.index(address, size)
        signed = member.type.split("[")[0] in _SIGNED
        return int.from_bytes(self.memory.data[at : at + size], self.layout.byte_order, signed=signed)

    def place(self, node: ast.expr, names: dict[str, Value]) -> tuple[int, Member, int]:
        """Address, member and size in bytes of ``p.member``, ``p.member.part`` or ``p.member[i]``."""
        if isinstance(node, ast.Subscript):
            address, member, size = self.place(node.value, names)
            element = size // _elements(member)
            return address + self.number(node.slice, names) * element, member, element
        if not isinstance(node, ast.Attribute):
            raise ModelError(f"{ast.unparse(node)} is no member")
        chain, inner = [node.attr], node.value
        while isinstance(inner, ast.Attribute):
            chain.insert(0, inner.attr)
            inner = inner.value
        pointer = self.pointer(inner, names)
        if pointer.member is not None:
            chain.insert(0, pointer.member.name)
            start = pointer.address - pointer.member.offset
            return self.member(pointer.member.struct, start, ".".join(chain))
        return self.member(pointer.struct, pointer.address, ".".join(chain))

    def member(self, struct: str, address: int, name: str) -> tuple[int, Member, int]:
        member = self.layout.member(struct, name)
        if member is None:
            found = self.layout.find(struct, name)
            if not isinstance(found, Member):
                raise NotFollowed(found.reason)
            member = found
        return address + member.offset, member, member.size

    # ------------------------------------------------------------------------------------------------- calls

    def _call(self, node: ast.Call, names: dict[str, Value]) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        special = SPECIAL.get(name)
        if special is not None:
            return special(self, node, names)
        if name in self.hooks:
            self.hooks[name]()
            return 0
        operation = flag_operation(name)
        if operation is not None:
            try:
                return self._flag(operation.flag, operation.kind, self.pointer(node.args[0], names))
            except NotFollowed as error:
                return self.miss(error)
        args: list[Value] = []
        block = block_for(name, self.version, self.blocks)
        kinds = [kind for _, kind in block.params] if block else []
        for position, arg in enumerate(node.args):
            kind = kinds[position] if position < len(kinds) else ""
            if kind == "member" and isinstance(arg, ast.Attribute):
                address, member, _ = self.place(arg, names)
                args.append(Pointer("member", address, member))
            else:
                args.append(self.value(arg, names))
        if block is None and name in QUIET:
            self.guessed += 1
            return 0
        if block is None and self.lenient:
            return self.guess(f"{name}() taken as 0")
        return self.call(name, *args)

    def miss(self, error: NotFollowed) -> int:
        """0 in place of what lies outside of the memory, noted; the failure where facts must be exact."""
        if not self.lenient:
            raise error
        return self.guess(f"{error.what}; left out")

    def guess(self, what: str) -> int:
        """0 for what a source's block does not say, noted; ModelError where blocks must say all."""
        if not self.lenient:
            raise ModelError(f"the facts do not say: {what}")
        self.guesses.add(what)
        self.guessed += 1
        return 0

    def _flag(self, flag: str, kind: str, pointer: Pointer) -> int:
        facts = self.layout.flag(flag)
        if facts is None:
            return 0  # this kernel is built without the flag: its accessors do nothing
        address = pointer.address + (self.layout.page_size if facts.page == "page[1]" else 0)
        place, member, size = self.member("page", address, "flags")
        at = self.memory.index(place, size)
        word = int.from_bytes(self.memory.data[at : at + size], self.layout.byte_order)
        mask = 1 << facts.bit
        if kind == "test":
            return word & mask
        new = word | mask if kind == "set" else word & ~mask if kind == "clear" else word ^ mask
        head = (pointer.address - self.memory.base) // self.layout.page_size
        self.store(place, new.to_bytes(size, self.layout.byte_order), member, flag, head)
        return word & mask

    # --------------------------------------------------------------------------------------------- constants

    def _constant(self, name: str) -> int:
        bits = self.layout.pointer_size * 8
        if name.startswith("PG_"):
            return self._mask((name,))
        enums = self.layout.enums.get("memory_type", {})
        if name in enums:
            return enums[name]
        poison = POISON.get(self.layout.arch, 0xDEAD000000000000) if bits == 64 else 0
        flags = self.layout.enums.get("pageflags", {})
        known = {
            "NULL": 0,
            "UINT_MAX": 0xFFFFFFFF,
            "ORDER_MASK": 0xFF,
            "TAIL_MAPPING": 0x400 + poison,
            "PP_SIGNATURE": 0x40 + poison,
            "PP_MAGIC_MASK": ~0x3,
            "PAGE_TYPE_LIMIT": -(1 << 24),
            "PAGE_FLAGS_SECOND": 0xFF | self._mask(SECOND_FLAGS),
            "PAGE_FLAGS_CHECK_AT_FREE": self._mask(CHECK_AT_FREE),
            "PAGE_FLAGS_CHECK_AT_PREP": ((1 << flags.get("__NR_PAGEFLAGS", 24)) - 1)
            & ~self._mask(("PG_hwpoison",)),
            "SPLIT_INHERITS": self._mask(SPLIT_FLAGS),
            "sizeof_page": self.layout.page_size,
            "BITS_PER_LONG": bits,
        }
        if name not in known:
            return self.guess(f"{name} taken as 0")
        return known[name]

    def _mask(self, names: tuple[str, ...]) -> int:
        bits = self.layout.enums.get("pageflags", {})
        return sum({1 << bits[name] for name in names if name in bits})

    def option(self, name: str) -> bool:
        """Whether the option is set, noting that the answer depends on it."""
        self.asked.add(name)
        return self.options.get(name, False)


def _elements(member: Member) -> int:
    """How many elements an array member has (``int[2]``: 2)."""
    count = member.type.rpartition("[")[2].rstrip("]")
    return int(count) if member.type.endswith("]") and count.isdigit() and int(count) else 1
