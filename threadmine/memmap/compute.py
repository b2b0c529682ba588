"""Computes struct layouts from declarations, as a compiler would, for any configuration and word size.

The declarations come from kernel headers (see cdecl). An option that nobody set is off; symbols that the
headers define under conditions are followed. Padding and alignment follow the System V ABI that Linux uses:
natural alignment, except that 64-bit integers align to 4 on i386.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from threadmine.memmap import facts
from threadmine.memmap.cdecl import Declaration, Define, Headers, Struct
from threadmine.memmap.layout import Layout, Member, StructLayout

MAX_DEPTH = 24
LISTED = frozenset(["list_head", "hlist_head", "hlist_node", "llist_head", "llist_node", "callback_head"])
"""Named structs whose members are listed with the member (``lru.next``); structs behind a typedef are too."""

_GUARD = re.compile(r"!defined\(\w*_H_*\)")
_SIZES = {"char": 1, "short": 2, "int": 4, "float": 4, "double": 8}
_SPELLINGS = {
    "unsigned long": "long unsigned int",
    "long": "long int",
    "unsigned": "unsigned int",
    "unsigned short": "short unsigned int",
    "short": "short int",
    "unsigned long long": "long long unsigned int",
    "long long": "long long int",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Size and alignment of a type in bytes, and its declarations where it is a struct or union."""

    size: int
    align: int
    struct: Struct | None = None
    spelled: str = ""


@dataclass
class Computer:
    """Lays structs out for one set of options.

    Args:
        headers: what was read from the kernel's headers.
        options: names that are set, without ``CONFIG_``; ``64BIT`` decides the word size.
        arch: decides the alignment of 64-bit integers.
    """

    headers: Headers
    options: frozenset[str]
    arch: str = "x86-64"
    _shapes: dict[str, Shape] = field(default_factory=dict)

    @property
    def word(self) -> int:
        return 8 if "64BIT" in self.options else 4

    # --------------------------------------------------------------------------------------- conditions

    def holds(self, conditions: tuple[str, ...]) -> bool:
        """Whether all conditions hold. Include guards count as holding, what cannot be understood as not."""
        return all(_GUARD.fullmatch(text.strip()) or self.number(text) for text in conditions)

    def defined(self, name: str, depth: int = 0) -> bool:
        """Whether ``#ifdef name`` would hold."""
        if name.startswith("CONFIG_"):
            return name.removeprefix("CONFIG_") in self.options
        return name in self.options or self._define(name, depth) is not None

    def _define(self, name: str, depth: int = 0) -> Define | None:
        if depth > MAX_DEPTH:
            return None
        found = None
        for define in basic_types().defines.get(name, []) + self.headers.defines.get(name, []):
            texts = [c.replace(f"defined({name})", "1") for c in define.conditions]
            if all(_GUARD.fullmatch(c) or self.number(c, depth + 1) for c in texts):
                found = define if define.is_set else None
        return found

    def number(self, text: str, depth: int = 0) -> int | None:
        """The value of a constant expression of C; None where it cannot be told."""
        if depth > MAX_DEPTH or len(text) > 2000:
            return None
        plain = re.sub(r"\b(?:defined|IS_ENABLED|IS_BUILTIN)\s*\(?\s*(\w+)\s*\)?", r" _defined('\1') ", text)
        plain = re.sub(r"\bsizeof\s*\(([^()]*)\)", lambda m: f" {self._sizeof(m[1])} ", plain)
        plain = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", plain)
        plain = plain.replace("&&", " and ").replace("||", " or ")
        plain = re.sub(r"!(?!=)", " not ", plain)
        try:
            tree = ast.parse(plain.strip(), mode="eval").body
            return self._evaluate(tree, depth)
        except (SyntaxError, ValueError, RecursionError, ZeroDivisionError, OverflowError, MemoryError):
            return None

    def _sizeof(self, text: str) -> int:
        shape = self.shape(text.strip())
        return shape.size if shape else 0

    def _evaluate(self, node: ast.expr, depth: int) -> int | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name):
            return self._symbol(node.id, depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_defined":
            argument = node.args[0]
            assert isinstance(argument, ast.Constant)  # made by number()
            return int(self.defined(str(argument.value), depth + 1))
        if isinstance(node, ast.BoolOp):
            return self._boolean(node, depth)
        if isinstance(node, ast.UnaryOp):
            value = self._evaluate(node.operand, depth)
            if value is None:
                return None
            return int(not value) if isinstance(node.op, ast.Not) else -value
        if isinstance(node, ast.Compare):
            return self._compare(node, depth)
        if isinstance(node, ast.BinOp):
            left, right = self._evaluate(node.left, depth), self._evaluate(node.right, depth)
            return None if left is None or right is None else _arithmetic(node.op, left, right)
        return None

    def _boolean(self, node: ast.BoolOp, depth: int) -> int | None:
        values = [self._evaluate(value, depth) for value in node.values]
        strong = isinstance(node.op, ast.Or)
        if any(v is not None and bool(v) is strong for v in values):
            return int(strong)
        return None if None in values else int(not strong)

    def _compare(self, node: ast.Compare, depth: int) -> int | None:
        left, right = self._evaluate(node.left, depth), self._evaluate(node.comparators[0], depth)
        if left is None or right is None:
            return None
        tests = {ast.Eq: left == right, ast.NotEq: left != right, ast.Lt: left < right, ast.Gt: left > right}
        tests |= {ast.LtE: left <= right, ast.GtE: left >= right}
        return int(tests[type(node.ops[0])])

    def _symbol(self, name: str, depth: int) -> int | None:
        if name == "BITS_PER_LONG":
            return self.word * 8
        if name in self.options or name.removeprefix("CONFIG_") in self.options:
            return 1
        define = self._define(name, depth)
        if define is None:
            return 0  # as the C preprocessor has it
        return self.number(define.value, depth + 1) if define.value else 1

    # -------------------------------------------------------------------------------------------- types

    def shape(self, kind: str, depth: int = 0) -> Shape | None:
        """Size and alignment of a type as it is spelled; None where it is not known."""
        kind = " ".join(kind.replace("*", " * ").split())
        if kind.endswith("*") or kind == "fnptr":
            return Shape(self.word, self.word, None, kind)
        if kind not in self._shapes:
            found = self._find(kind, depth)
            if found is None:
                return None
            self._shapes[kind] = found
        return self._shapes[kind]

    def _find(self, kind: str, depth: int) -> Shape | None:
        if depth > MAX_DEPTH:
            return None
        words = kind.split()
        if words[0] == "enum":
            return Shape(4, 4, None, kind)
        if words[0] in ("struct", "union"):
            struct = self._struct(self._macro(words[1]) if len(words) > 1 else "")
            return self._of(struct, depth) if struct else None
        if set(words) <= {"unsigned", "signed", "long", "short", "int", "char", "_Bool", "__int128"}:
            return self._integer(words)
        for headers in (self.headers, basic_types()):
            for declaration in headers.typedefs.get(kind, []):
                if self.holds(declaration.conditions):
                    return self._typedef(declaration, depth)
        return None

    def _typedef(self, declaration: Declaration, depth: int) -> Shape | None:
        if declaration.kind in ("struct", "union"):
            return self._of(Struct(declaration.kind, "", declaration.parts), depth)
        shape = self.shape(declaration.type, depth + 1)
        return Shape(shape.size, shape.align, shape.struct, "") if shape else None

    def _integer(self, words: list[str]) -> Shape:
        if "__int128" in words:
            return Shape(16, 16)
        if words.count("long") == 2:
            return Shape(8, 4 if self.arch == "i386" else 8)
        if "long" in words:
            return Shape(self.word, self.word)
        size = next((_SIZES[w] for w in words if w in ("char", "short")), 1 if "_Bool" in words else 4)
        return Shape(size, size)

    def _macro(self, name: str) -> str:
        """``rcu_head`` is callback_head by a #define."""
        define = self._define(name)
        return define.value if define and define.value.isidentifier() else name

    def _struct(self, name: str) -> Struct | None:
        for headers in (self.headers, basic_types()):
            for struct in headers.structs.get(name, []):
                if self.holds(struct.conditions):
                    return struct
        return None

    def _of(self, struct: Struct, depth: int) -> Shape | None:
        size, align, _ = self._lay(struct.kind, struct.parts, 0, "", depth + 1)
        align = max(align, self._alignment(struct.align))
        return Shape(-(-size // align) * align, align, struct)

    def _alignment(self, text: str) -> int:
        if not text:
            return 1
        if text.isidentifier():
            define = self._define(text)
            text = define.value if define else ""
            text = text.removeprefix("__aligned").strip()
            text = text[1:-1] if text.startswith("(") and text.endswith(")") else text
        value = self.number(text) if text else None
        return value if value and 0 < value <= 4096 else 1

    # ------------------------------------------------------------------------------------------- layout

    def _lay(
        self, kind: str, parts: tuple[Declaration, ...], base: int, path: str, depth: int
    ) -> tuple[int, int, list[tuple[Member, str]]]:
        """Size, alignment and members (with the source's spelling of their types) of a struct or union
        body."""
        cursor = _Cursor(kind == "union")
        members: list[tuple[Member, str]] = []
        number = 0
        for part in parts:
            if not self.holds(part.conditions):
                continue
            members += self._part(part, cursor, base, path, number, depth)
            number += 1
        return cursor.size, cursor.align, members

    def _part(
        self, part: Declaration, cursor: _Cursor, base: int, path: str, number: int, depth: int
    ) -> list[tuple[Member, str]]:
        if depth > MAX_DEPTH:
            return []
        if part.kind in ("struct", "union") and not part.name:
            return self._anonymous(part.kind, part.parts, part.align, "", cursor, base, path, number, depth)
        if part.kind in ("struct", "union"):
            shape = self._of(Struct(part.kind, "", part.parts, part.align), depth)
            kind = part.type if " " in part.type else f"{part.kind} {{...}}"
        else:
            if not part.name and part.type.startswith(("struct ", "union ")):
                tag = part.type.split()[1]
                struct = self._struct(tag)
                inner = struct.parts if struct else ()
                outer = struct.kind if struct else "struct"
                return self._anonymous(outer, inner, "", f":{tag}", cursor, base, path, number, depth)
            shape, kind = self.shape(part.type, depth + 1), self._spell(part.type)
        if shape is None:
            shape = Shape(self.word, self.word)
        name = self._macro(part.name) if part.name in ("rcu_head",) else part.name
        if part.bits:
            return self._bits(part, name, kind, shape, cursor, base, path)
        count = 1
        for dimension in part.array:
            count *= self.number(dimension) or 0 if dimension else 0
            kind += f"[{count}]"
        offset = cursor.take(shape.size * count, max(shape.align, self._alignment(part.align)))
        if not name:
            return []
        member = Member("", name, base + offset, shape.size * count, kind, None, None, path or "/")
        return [(member, part.type)]

    def _anonymous(
        self, kind: str, parts: tuple[Declaration, ...], align: str, tag: str, cursor: _Cursor,
        base: int, path: str, number: int, depth: int,
    ) -> list[tuple[Member, str]]:  # fmt: skip
        size, wanted, _ = self._lay(kind, parts, 0, "", depth + 1)
        wanted = max(wanted, self._alignment(align))
        offset = cursor.take(-(-size // wanted) * wanted, wanted)
        inner = f"{path}/{kind[0]}{tag}{number}"
        return self._lay(kind, parts, base + offset, inner, depth + 1)[2]

    def _bits(
        self, part: Declaration, name: str, kind: str, shape: Shape, cursor: _Cursor, base: int, path: str
    ) -> list[tuple[Member, str]]:
        width = self.number(part.bits) or 0
        bit = cursor.take_bits(width, shape.size * 8, shape.align)
        if not name:
            return []
        first = base * 8 + bit
        return [(Member("", name, first // 8, shape.size, kind, first, width, path or "/"), part.type)]

    def _spell(self, kind: str) -> str:
        words = kind.replace("*", " * ").split()
        stars = words.count("*")
        base = " ".join(w for w in words if w != "*")
        if base.startswith("struct "):
            base = f"struct {self._macro(base.split()[1])}"
        base = _SPELLINGS.get(base, base)
        return f"{base}{' *' * stars}"

    def struct(self, name: str) -> StructLayout | None:
        """The layout of ``struct name``; None where the headers do not define it."""
        struct = self._struct(name)
        if struct is None:
            return None
        size, align, found = self._lay(struct.kind, struct.parts, 0, "", 0)
        align = max(align, self._alignment(struct.align))
        members: list[Member] = []
        for member, kind in found:
            members.append(_owned(member, name))
            members += self._parts_of(member, kind, name)
        return StructLayout(name, -(-size // align) * align, tuple(members))

    def _parts_of(self, member: Member, kind: str, struct: str) -> list[Member]:
        """The members of a member, one level: of typedefs to structs and of list heads."""
        if "*" in kind or "[" in member.type:
            return []
        shape = self.shape(kind)
        tag = kind.split()[1] if kind.startswith("struct ") else ""
        if shape is None or shape.struct is None or (tag and self._macro(tag) not in LISTED):
            return []
        inner = self._lay(shape.struct.kind, shape.struct.parts, member.offset, member.path.rstrip("/"), 1)[2]
        return [_owned(m, struct, f"{member.name}.{m.name}", True) for m, _ in inner]

    def enum(self, name: str) -> dict[str, int]:
        """The values of ``enum name``; empty where the headers do not define it."""
        values: dict[str, int] = {}
        next_value = 0
        for item in self.headers.enums.get(name, []):
            if not self.holds(item.conditions):
                continue
            if item.value:
                words = re.sub(r"\b[A-Za-z_]\w*\b", lambda m: str(values.get(m[0], m[0])), item.value)
                number = self.number(words)
                next_value = next_value if number is None else number
            values[item.name] = next_value
            next_value += 1
        return values


@dataclass
class _Cursor:
    """Where the next member goes."""

    is_union: bool
    end: int = 0
    align: int = 1
    bit: int = -1

    @property
    def size(self) -> int:
        return max(self.end, -(-self.bit // 8))

    def take(self, size: int, align: int) -> int:
        self.align = max(self.align, align)
        if self.is_union:
            self.end = max(self.end, size)
            return 0
        offset = -(-self.size // align) * align
        self.end, self.bit = offset + size, -1
        return offset

    def take_bits(self, width: int, unit: int, align: int) -> int:
        """The first bit of a bit field of ``width`` bits in units of ``unit`` bits."""
        self.align = max(self.align, align if width else 1)
        if self.is_union:
            self.end = max(self.end, -(-width // 8))
            return 0
        start = self.bit if self.bit >= 0 else self.end * 8
        if not width or start % unit + width > unit:
            start = -(-start // unit) * unit
        self.bit = start + width
        return start


def _arithmetic(op: ast.operator, left: int, right: int) -> int | None:
    if isinstance(op, ast.LShift | ast.RShift) and not 0 <= right <= 128:
        return None
    if abs(left) > 1 << 130 or abs(right) > 1 << 130:
        return None
    known: dict[type[ast.operator], Callable[[int, int], int]] = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.LShift: operator.lshift,
        ast.RShift: operator.rshift,
        ast.BitAnd: operator.and_,
        ast.BitOr: operator.or_,
        ast.Div: operator.floordiv,
        ast.Mod: operator.mod,
    }
    function = known.get(type(op))
    return function(left, right) if function else None


def _owned(member: Member, struct: str, name: str = "", is_part: bool = False) -> Member:
    return Member(
        struct, name or member.name, member.offset, member.size, member.type, member.bit_offset,
        member.bit_size, member.path, is_part,
    )  # fmt: skip


@cache
def basic_types() -> Headers:
    """Types that every kernel has, for where the tree's own definition is not at hand."""
    headers = Headers()
    headers.read(facts.text("basic_types.txt"))
    return headers


STRUCTS = (
    "page", "folio", "ptdesc", "slab", "zpdesc", "dev_pagemap", "netmem_desc", "net_iov", "page_ext",
)  # fmt: skip
ENUMS = ("pageflags", "pagetype", "memory_type", "zone_type", "compound_dtor_id")


def layout_of(
    headers: Headers, kernel: str, arch: str, options: Mapping[str, bool], source: str, config: str
) -> Layout:
    """The layout of a kernel from its headers under ``options`` (all that are not set are off)."""
    chosen = frozenset(name for name, value in options.items() if value)
    computer = Computer(headers, chosen, arch)
    structs = {name: found for name in STRUCTS if (found := computer.struct(name)) is not None}
    enums = {name: values for name in ENUMS if (values := computer.enum(name))}
    return Layout(
        kernel=kernel, arch=arch, pointer_size=computer.word, source=source, structs=structs, enums=enums,
        asked=kernel, config=config, options=chosen,
    )  # fmt: skip
