"""Makes small BTF blobs by hand, of either byte order, for tests of the reader."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT = range(1, 12)
FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(12, 20)


@dataclass
class Maker:
    """Collects types; each ``add`` gives the number of the new one."""

    order: str = "<"
    strings: bytearray = field(default_factory=lambda: bytearray(b"\0"))
    records: list[bytes] = field(default_factory=list)

    def name(self, text: str) -> int:
        if not text:
            return 0
        at = len(self.strings)
        self.strings += text.encode() + b"\0"
        return at

    def add(
        self, kind: int, name: str = "", size: int = 0, rest: bytes = b"", count: int = 0, flag: int = 0
    ) -> int:
        info = flag << 31 | kind << 24 | count
        self.records.append(struct.pack(self.order + "III", self.name(name), info, size) + rest)
        return len(self.records)

    def int_(self, name: str, size: int, bits: int = 0, shift: int = 0) -> int:
        return self.add(INT, name, size, struct.pack(self.order + "I", shift << 16 | (bits or size * 8)))

    def array(self, element: int, count: int, index: int) -> int:
        return self.add(ARRAY, "", 0, struct.pack(self.order + "III", element, index, count))

    def struct(
        self, name: str, size: int, members: list[tuple[str, int, int]], kind: int = STRUCT, flag: int = 0
    ) -> int:
        """``members`` are (name, type, offset in bits, or with ``flag`` width << 24 | offset)."""
        rest = b"".join(struct.pack(self.order + "III", self.name(n), t, o) for n, t, o in members)
        return self.add(kind, name, size, rest, len(members), flag)

    def enum(self, name: str, values: dict[str, int]) -> int:
        rest = b"".join(struct.pack(self.order + "Ii", self.name(n), v) for n, v in values.items())
        return self.add(ENUM, name, 4, rest, len(values), 1)

    def enum64(self, name: str, values: dict[str, int]) -> int:
        rest = b"".join(
            struct.pack(self.order + "III", self.name(n), v & 0xFFFFFFFF, v >> 32) for n, v in values.items()
        )
        return self.add(ENUM64, name, 8, rest, len(values))

    def blob(self) -> bytes:
        types = b"".join(self.records)
        strings = bytes(self.strings)
        head = struct.pack(self.order + "HBBI", 0xEB9F, 1, 0, 24)
        return (
            head + struct.pack(self.order + "IIII", 0, len(types), len(types), len(strings)) + types + strings
        )


def small_kernel(order: str = "<", word: int = 8) -> bytes:
    """BTF with a struct page, a folio, flags, and one type of every kind."""
    make = Maker(order)
    bits = word * 8
    long_ = make.int_("long unsigned int", word)
    int_ = make.int_("int", 4)
    list_head = len(make.records) + 2
    pointer = make.add(PTR, "", list_head)
    make.struct("list_head", 2 * word, [("next", pointer, 0), ("prev", pointer, bits)])
    atomic = make.struct("", 4, [("counter", int_, 0)])
    atomic_t = make.add(TYPEDEF, "atomic_t", atomic)
    proto = make.add(FUNC_PROTO, "", 0)
    function = make.add(PTR, "", proto)
    tagged = make.struct("tagged_part", word, [("inside", long_, 0)])
    union = make.struct("", 2 * word, [("lru", list_head, 0), ("", tagged, 0)], UNION)
    two = make.array(int_, 2, int_)
    fields = make.struct("", 4, [("low", int_, 3 << 24), ("high", int_, 5 << 24 | 3)], STRUCT, 1)
    members = [
        ("flags", long_, 0),
        ("", union, bits),
        ("pair", two, 3 * bits),
        ("call", function, 3 * bits + 64),
    ]
    members += [("_refcount", atomic_t, 4 * bits + 64), ("", fields, 4 * bits + 96)]
    size = 4 * word + 16
    make.struct("page", 4, [("decoy", int_, 0)])
    page = make.struct("page", size, members)
    const = make.add(CONST, "", page)
    make.add(VOLATILE, "", const)
    make.add(RESTRICT, "", const)
    make.add(FWD, "address_space", 0)
    make.add(TYPE_TAG, "user", long_)
    make.struct("folio", 2 * size, [("page", page, 0), ("_tail", long_, size * 8)])
    make.enum("pageflags", {"PG_locked": 0, "PG_head": 6, "__NR_PAGEFLAGS": 8})
    make.enum64("pagetype", {"PGTY_big": 1 << 40})
    make.add(FUNC, "f", proto)
    make.add(VAR, "v", long_, struct.pack(order + "I", 1))
    make.add(DATASEC, ".data", 8, struct.pack(order + "III", 1, 0, 8), 1)
    make.add(FLOAT, "double", 8)
    make.add(DECL_TAG, "tag", page, struct.pack(order + "i", -1))
    return make.blob()
