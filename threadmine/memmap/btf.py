"""Reads BTF, the type format that kernels carry (/sys/kernel/btf/vmlinux), and finds the model's structs in
it.

Own reader: kinds 1 to 19, both byte orders, 32 and 64 bit, bit fields by kind_flag, tagged anonymous
members and names that occur more than once. Every length and every reference is checked; damaged data is a
ModelError.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from threadmine.errors import ModelError
from threadmine.memmap.compute import ENUMS, LISTED, STRUCTS
from threadmine.memmap.layout import Layout, Member, StructLayout

MAGIC = 0xEB9F
MAX_TYPES = 4_000_000
MAX_DEPTH = 32
MAX_MEMBERS = 4096
ALL_ENUMS = (*ENUMS, "folio_references", "hugetlb_page_flags", "objext_flags", "page_memcg_data_flags")

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(1, 12)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)
_FIXED = {INT: 4, ARRAY: 12, VAR: 4, DECL_TAG: 4}
_EACH = {STRUCT: 12, UNION: 12, ENUM: 8, FUNC_PROTO: 8, DATASEC: 12, ENUM64: 12}
_LONGS = ("long unsigned int", "unsigned long", "long int", "long")
_PASS = {TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG}


@dataclass(frozen=True, slots=True)
class Type:
    """One type record: its kind, where its name is, its size or the type it refers to, and its details'
    place."""

    kind: int
    name: int
    count: int
    flag: bool
    size: int  # size in bytes, or the number of the type referred to
    at: int  # offset of what follows the record


class Btf:
    """The types of one BTF blob.

    Raises:
        ModelError: the data is empty, damaged, or of a kind this reader does not know.
    """

    def __init__(self, data: bytes, where: str = "") -> None:
        self.where = where
        self.data = data
        self.order = self._byte_order()
        self._types = [Type(0, 0, 0, False, 0, 0)]
        self._strings = b""
        self._read()

    def _bad(self, what: str) -> ModelError:
        return ModelError(f"is no usable BTF: {what}", self.where)

    def _byte_order(self) -> str:
        if not self.data:
            raise self._bad("it is empty")
        if len(self.data) < 24:
            raise self._bad("it is shorter than a BTF header")
        for order in "<>":
            if struct.unpack_from(order + "H", self.data)[0] == MAGIC:
                return order
        raise self._bad("it does not begin with the BTF magic")

    def _read(self) -> None:
        version, _, length = struct.unpack_from(self.order + "BBI", self.data, 2)
        if version != 1:
            raise self._bad(f"version {version}")
        type_at, type_size, string_at, string_size = struct.unpack_from(self.order + "IIII", self.data, 8)
        end = len(self.data)
        if length < 24 or length + type_at + type_size > end or length + string_at + string_size > end:
            raise self._bad("it is cut off")
        self._strings = self.data[length + string_at : length + string_at + string_size]
        if not self._strings or self._strings[:1] != b"\0":
            raise self._bad("it has no strings; types of a module need the kernel's own BTF")
        self._records(length + type_at, length + type_at + type_size)

    def _records(self, at: int, end: int) -> None:
        record = struct.Struct(self.order + "III")
        while at < end:
            if at + 12 > end:
                raise self._bad(f"type {len(self._types)} is cut off")
            name, info, size = record.unpack_from(self.data, at)
            kind, count = info >> 24 & 0x1F, info & 0xFFFF
            if not 1 <= kind <= ENUM64:
                raise self._bad(f"type {len(self._types)} is of unknown kind {kind}")
            at += 12
            self._types.append(Type(kind, name, count, bool(info >> 31), size, at))
            at += _FIXED.get(kind, 0) + _EACH.get(kind, 0) * count
            if at > end:
                raise self._bad(f"type {len(self._types) - 1} is cut off")
            if len(self._types) > MAX_TYPES:
                raise self._bad(f"more than {MAX_TYPES:,} types")

    # ------------------------------------------------------------------------------------------- access

    def __len__(self) -> int:
        return len(self._types)

    def type(self, number: int) -> Type:
        if not 0 <= number < len(self._types):
            raise self._bad(f"a reference to type {number}, which does not exist")
        return self._types[number]

    def name(self, at: int) -> str:
        """The string at an offset of the string section."""
        if at >= len(self._strings):
            raise self._bad("a name outside of the strings")
        end = self._strings.find(b"\0", at)
        if end < 0:
            raise self._bad("a name without an end")
        return self._strings[at:end].decode("utf-8", "replace")

    def resolve(self, number: int) -> tuple[int, Type]:
        """The type behind typedefs and qualifiers."""
        for _ in range(MAX_DEPTH):
            found = self.type(number)
            if found.kind not in _PASS:
                return number, found
            number = found.size
        raise self._bad("types that refer to each other without end")

    def named(self, kinds: tuple[int, ...], names: frozenset[str]) -> dict[str, list[int]]:
        """The numbers of the types of these kinds with these names."""
        wanted = {}
        for name in names:
            at = -1
            encoded = b"\0" + name.encode() + b"\0"
            while (at := self._strings.find(encoded, at + 1)) >= 0:
                wanted[at + 1] = name
        found: dict[str, list[int]] = {}
        for number, entry in enumerate(self._types):
            if entry.kind in kinds and entry.name in wanted:
                found.setdefault(wanted[entry.name], []).append(number)
        return found

    # -------------------------------------------------------------------------------------------- types

    def pointer_size(self) -> int:
        """Bytes of a pointer, by the kernel's long, or by its list heads."""
        for entry in self._types:
            if entry.kind == INT and entry.size in (4, 8) and self.name(entry.name) in _LONGS:
                return entry.size
        for number in self.named((STRUCT,), frozenset(("list_head",))).get("list_head", []):
            if self.type(number).size in (8, 16):
                return self.type(number).size // 2
        raise self._bad("it does not tell the size of a pointer")

    def size(self, number: int, word: int, depth: int = 0) -> int:
        """Bytes of a type."""
        if depth > MAX_DEPTH:
            raise self._bad("types nested without end")
        _, found = self.resolve(number)
        if found.kind in (INT, STRUCT, UNION, ENUM, FLOAT, ENUM64, DATASEC):
            return found.size
        if found.kind == PTR:
            return word
        if found.kind == ARRAY:
            element, _, count = struct.unpack_from(self.order + "III", self.data, found.at)
            size: int = self.size(element, word, depth + 1) * count
            return size
        return 0

    def spell(self, number: int, depth: int = 0) -> str:
        """A type as C spells it: ``struct list_head *``, ``int[2]``, ``fnptr`` for a pointer to a
        function."""
        if depth > MAX_DEPTH:
            raise self._bad("types nested without end")
        if number == 0:
            return "void"
        found = self.type(number)
        name = self.name(found.name) if found.name else ""
        if found.kind == PTR:
            return self._pointer(found.size, depth)
        if found.kind == ARRAY:
            element, _, count = struct.unpack_from(self.order + "III", self.data, found.at)
            return f"{self.spell(element, depth + 1)}[{count}]"
        if found.kind in (CONST, VOLATILE, RESTRICT):
            word = {CONST: "const", VOLATILE: "volatile", RESTRICT: "restrict"}[found.kind]
            return f"{word} {self.spell(found.size, depth + 1)}"
        if found.kind == TYPE_TAG:
            return self.spell(found.size, depth + 1)
        words = {STRUCT: "struct", UNION: "union", ENUM: "enum", ENUM64: "enum"}
        if found.kind == FWD:
            return f"{'union' if found.flag else 'struct'} {name}"
        return f"{words[found.kind]} {name or '{...}'}" if found.kind in words else name

    def _pointer(self, target: int, depth: int) -> str:
        inner = self.type(target) if target else None
        while inner is not None and inner.kind == TYPE_TAG:
            target = inner.size
            inner = self.type(target) if target else None
        if inner is not None and inner.kind == FUNC_PROTO:
            return "fnptr"
        text = self.spell(target, depth + 1)
        return f"{text} *"

    def enum(self, number: int) -> dict[str, int]:
        """The values of an enum."""
        found = self.type(number)
        values: dict[str, int] = {}
        for index in range(found.count):
            if found.kind == ENUM64:
                name, low, high = struct.unpack_from(self.order + "III", self.data, found.at + 12 * index)
                value = high << 32 | low
                values[self.name(name)] = value - (1 << 64) if found.flag and value >> 63 else value
            else:
                name, value = struct.unpack_from(self.order + "Ii", self.data, found.at + 8 * index)
                values[self.name(name)] = value if found.flag or value >= 0 else value + (1 << 32)
        return values

    # ------------------------------------------------------------------------------------------ structs

    def raw_members(self, found: Type) -> Iterator[tuple[str, int, int, int | None]]:
        """Name, type number, offset in bits and width of the bit field (None for none) of each member."""
        for index in range(found.count):
            name, kind, offset = struct.unpack_from(self.order + "III", self.data, found.at + 12 * index)
            width = None
            if found.flag:
                width, offset = offset >> 24 or None, offset & 0xFFFFFF
            else:
                width, offset = self._old_bits(kind, offset)
            yield self.name(name), kind, offset, width

    def _old_bits(self, kind: int, offset: int) -> tuple[int | None, int]:
        """Bit fields as they were described before kind_flag: by an int type narrower than its bytes."""
        _, found = self.resolve(kind)
        if found.kind != INT:
            return None, offset
        encoding = struct.unpack_from(self.order + "I", self.data, found.at)[0]
        width, shift = encoding & 0xFF, encoding >> 16 & 0xFF
        if width == found.size * 8 and not shift:
            return None, offset
        return width, offset + shift

    def layout(self, number: int, name: str, word: int) -> StructLayout:
        """The struct's members as the model lists them."""
        members: list[Member] = []
        self._members(number, name, 0, "", "", word, members, 0)
        return StructLayout(name, self.type(number).size, tuple(members))

    def _members(
        self, number: int, struct_name: str, base: int, path: str, prefix: str, word: int,
        members: list[Member], depth: int,
    ) -> None:  # fmt: skip
        if depth > MAX_DEPTH:
            raise self._bad("structs nested without end")
        for index, (name, kind, bits, width) in enumerate(self.raw_members(self.type(number))):
            if len(members) > MAX_MEMBERS:
                raise self._bad(f"struct {struct_name} has more than {MAX_MEMBERS} members")
            inner_number, inner = self.resolve(kind)
            offset = base + bits // 8
            if not name and inner.kind in (STRUCT, UNION):
                tag = self.name(inner.name) if inner.name else ""
                step = f"{path}/{'s' if inner.kind == STRUCT else 'u'}{':' + tag if tag else ''}{index}"
                self._members(inner_number, struct_name, offset, step, prefix, word, members, depth + 1)
                continue
            if not name:
                continue
            full = f"{prefix}{name}"
            first = base * 8 + bits if width else None
            size = self.size(kind, word)
            spelled = self.spell(kind)
            members.append(
                Member(struct_name, full, offset, size, spelled, first, width, path or "/", bool(prefix))
            )
            if self._is_listed(kind, inner):
                self._members(inner_number, struct_name, offset, path, f"{full}.", word, members, depth + 1)

    def _is_listed(self, kind: int, inner: Type) -> bool:
        """Whether a member's own members are listed with it: typedefs to structs, list heads, lock parts."""
        if inner.kind not in (STRUCT, UNION) or not inner.size:
            return False
        name = self.name(inner.name) if inner.name else ""
        if name in LISTED or name in ("raw_spinlock", "spinlock", "__raw_tickets"):
            return True
        return self._through_typedef(kind) or (not name and inner.size <= 16)

    def _through_typedef(self, number: int) -> bool:
        for _ in range(MAX_DEPTH):
            found = self.type(number)
            if found.kind == TYPEDEF:
                return True
            if found.kind not in _PASS:
                return False
            number = found.size
        return False


def best(btf: Btf, numbers: list[int], name: str, known: Mapping[str, tuple[str, ...]]) -> int:
    """Which of several structs of one name is the kernel's: the one with most of the members it is known
    for."""

    def score(number: int) -> tuple[int, int]:
        names = {member for member, *_ in btf.raw_members(btf.type(number))}
        return sum(name in known.get(member, ()) for member in names), btf.type(number).size

    return max(numbers, key=score)


_TELLTALES = (
    ("arm64", "cpuinfo_arm64"),
    ("s390x", "lowcore"),
    ("ppc64", "paca_struct"),
    ("riscv64", "riscv_isainfo"),
    ("x86-64", "cpuinfo_x86"),
    ("arm", "cpuinfo_arm"),
)
"""Structs that only one architecture has."""


def architecture(btf: Btf, word: int) -> str:
    """The architecture by the structs it alone has, else by word size and byte order."""
    names = frozenset(name for _, name in _TELLTALES)
    found = btf.named((STRUCT,), names)
    for arch, name in _TELLTALES:
        if name in found:
            return "i386" if arch == "x86-64" and word == 4 else arch
    if btf.order == ">":
        return f"{word * 8}-bit big-endian"
    return "x86-64" if word == 8 else "i386"


def read_layout(
    data: bytes, kernel: str, arch: str, where: str, known: Mapping[str, tuple[str, ...]]
) -> Layout:
    """The layout that BTF describes.

    Args:
        data: raw BTF.
        kernel: what to call it.
        arch: its architecture; '' to tell it by the word size.
        where: the file, for messages and as the source.
        known: member name -> structs it belongs to, to choose between structs of one name.

    Raises:
        ModelError: damaged BTF, or BTF without struct page.
    """
    btf = Btf(data, where)
    word = btf.pointer_size()
    structs = {}
    for name, numbers in btf.named((STRUCT,), frozenset(STRUCTS)).items():
        number = best(btf, numbers, name, known)
        structs[name] = btf.layout(number, name, word)
    if "page" not in structs or structs["page"].size < 16:
        raise ModelError("has no struct page; is it a kernel's BTF?", where)
    enums = {}
    for name, numbers in btf.named((ENUM, ENUM64), frozenset(ALL_ENUMS)).items():
        enums[name] = btf.enum(max(numbers, key=lambda n: btf.type(n).count))
    return Layout(
        kernel=kernel,
        arch=arch or architecture(btf, word),
        pointer_size=word,
        source=f"BTF {where}",
        structs={name: structs[name] for name in STRUCTS if name in structs},
        enums=enums,
        asked=kernel,
        config="as built",
        byte_order="little" if btf.order == "<" else "big",
    )
