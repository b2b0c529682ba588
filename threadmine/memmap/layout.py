"""Struct layouts as values: members, where they lie, and which of them share bytes.

A layout is that of one kernel build. Offsets and sizes are bytes from the start of the struct, bit offsets
are bits from the start of the struct. A folio overlays the struct pages of its range: its bytes from
sizeof(struct page) on are page[1], and so on; :meth:`Layout.overlap` does that arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from threadmine.model import Unknown

if TYPE_CHECKING:
    from threadmine.memmap.flags import Flag

OVERLAYS = ("page", "folio", "ptdesc", "slab", "zpdesc", "netmem_desc")
"""Structs that describe the same memory: they start where a struct page starts."""

_REFERENCE = re.compile(
    r"(?:struct\s+)?(?P<struct>[A-Za-z_]\w*)\s*(?:\[\s*(?P<index>\d{1,7})\s*\])?\s*(?:\.|->)\s*"
    r"(?P<member>[A-Za-z_][\w.]*)(?P<array>(?:\[\s*\d{0,4}\s*\])?)$"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One member. ``path`` is the chain of anonymous unions and structs it sits in (``/u1/s0``).

    ``is_part`` marks a sub-member of a named member (``lru.next``), listed after it.
    """

    struct: str
    name: str
    offset: int
    size: int
    type: str
    bit_offset: int | None = None
    bit_size: int | None = None
    path: str = "/"
    is_part: bool = False

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def full_name(self) -> str:
        return f"{self.struct}.{self.name}"


@dataclass(frozen=True)
class StructLayout:
    """One struct: its size in bytes and its members in declaration order."""

    name: str
    size: int
    members: tuple[Member, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Member]:
        """Members by name; of two with one name (bit field variants) the first wins."""
        found: dict[str, Member] = {}
        for member in self.members:
            found.setdefault(member.name, member)
        return found

    def member(self, name: str) -> Member | None:
        return self.by_name.get(name)

    def at(self, offset: int, size: int = 1) -> tuple[Member, ...]:
        """The top-level members that have a byte in ``offset .. offset + size - 1``."""
        end = offset + size
        return tuple(m for m in self.members if not m.is_part and m.offset < end and offset < m.end)


@dataclass(frozen=True, slots=True)
class Place:
    """A member in the array of struct pages: ``page`` counts from the folio's head, bytes within that
    page."""

    member: Member
    page: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"page[{self.page}]+{self.start}..{self.end - 1}"


@dataclass(frozen=True, slots=True)
class Overlap:
    """How two members lie to each other. ``shared`` counts the bytes they have in common.

    ``a`` and ``b`` are placed in the same array of struct pages.
    """

    a: Place
    b: Place
    meets: bool
    shared: int

    @property
    def page(self) -> int:
        return self.a.page

    @property
    def same(self) -> bool:
        """Whether they are exactly the same bytes."""
        return self.meets and (self.a.start, self.a.end) == (self.b.start, self.b.end)

    def text(self) -> str:
        """``folio._nr_pages is folio+120..123 = page[1]+56..59, inside page.memcg_data page[1]+56..63``."""
        first, second = self.a, self.b
        where = f"{first.member.full_name} is {_spell(first)}"
        if not self.meets:
            return f"{where}, {second.member.full_name} is {_spell(second)}: no byte in common"
        if self.same:
            how = "the same bytes as"
        elif self.shared == first.end - first.start:
            how = "inside"
        elif self.shared == second.end - second.start:
            how = "around"
        else:
            how = f"{self.shared} bytes in common with"
        return f"{where}, {how} {second.member.full_name} {second}"


def _spell(place: Place) -> str:
    member = place.member
    if member.struct == "page" or not place.page:
        return str(place)
    return f"{member.struct}+{member.offset}..{member.end - 1} = {place}"


@dataclass(frozen=True)
class Layout:
    """The structs and enums of one kernel build.

    ``inferred`` says that the kernel asked for has no facts of its own; ``asked`` is what was asked for.
    ``options`` are the settings (without ``CONFIG_``) it is known to be built with, None for a
    distribution's. ``borrowed`` names structs taken from a neighbouring kernel because this one's facts do
    not have them.
    """

    kernel: str
    arch: str
    pointer_size: int
    source: str
    structs: Mapping[str, StructLayout]
    enums: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    inferred: bool = False
    asked: str = ""
    config: str = "distribution"
    options: frozenset[str] | None = None
    borrowed: Mapping[str, str] = field(default_factory=dict)
    byte_order: Literal["little", "big"] = "little"

    @property
    def page_size(self) -> int:
        """sizeof(struct page) in bytes."""
        return self.structs["page"].size

    def struct(self, name: str) -> StructLayout | None:
        """The struct ``name`` (``struct page`` is accepted), or None where this kernel has none."""
        return self.structs.get(name.removeprefix("struct ").strip())

    def member(self, struct: str, name: str) -> Member | None:
        """The member as this very kernel names it; old names are for :meth:`find`."""
        layout = self.struct(struct)
        return layout.member(name) if layout else None

    def members_at(self, struct: str, offset: int, size: int = 1) -> tuple[Member, ...]:
        """The members of ``struct`` that have a byte in the range; none where there is no such struct."""
        layout = self.struct(struct)
        return layout.at(offset, size) if layout else ()

    def find(self, struct: str, name: str) -> Member | Unknown:
        """The member by this or an older or newer name (``folio._folio_nr_pages`` finds ``_nr_pages``)."""
        from threadmine.memmap.names import aliases_of

        layout = self.struct(struct)
        if layout is None:
            return Unknown(f"{self.kernel} has no struct {struct}")
        exact = layout.member(name)
        if exact is not None:
            return exact
        for other in aliases_of(struct, name):
            member = layout.member(other)
            if member is not None:
                return member
        return Unknown(f"struct {struct} has no member {name} in {self.kernel} ({self.arch})")

    def flag(self, name: str) -> Flag | None:
        """The page flag or page type ``name`` in this kernel (``PG_locked``, ``locked``, ``PGTY_slab``), or
        None."""
        from threadmine.memmap.flags import flag_of

        return flag_of(self, name)

    def place(self, reference: str, page: int | None = None) -> Place | Unknown:
        """Where ``reference`` (``folio._nr_pages``, ``page[1].memcg_data``) lies in the array of struct
        pages.

        Args:
            reference: ``struct.member`` with an index of pages if it is not the head's.
            page: the page an unindexed ``page.member`` (or slab, ptdesc ...) is meant in; the head if None.
        """
        parsed = _REFERENCE.match(reference.strip().removesuffix("()"))
        if not parsed:
            return Unknown(f"{reference!r} is no struct.member")
        struct, name = parsed["struct"], parsed["member"].rstrip(".")
        if struct not in OVERLAYS:
            return Unknown(f"struct {struct} does not lie in the array of struct pages")
        member = self.find(struct, name)
        if isinstance(member, Unknown):
            return member
        index = int(parsed["index"]) if parsed["index"] else (page or 0) if struct != "folio" else 0
        absolute = index * self.page_size + member.offset
        start = absolute % self.page_size
        return Place(member, absolute // self.page_size, start, start + member.size)

    def overlap(self, first: str, second: str) -> Overlap | Unknown:
        """How two references lie to each other; Unknown with the reason where either does not exist.

        An unindexed member of struct page is taken in the page where the folio member lies, because
        "_nr_pages overlaps memcg_data" means the memcg_data of that page.
        """
        a, b = self.place(first), self.place(second)
        if isinstance(a, Unknown):
            return a
        if isinstance(b, Unknown):
            return b
        if a.member.struct == "folio" and b.member.struct != "folio" and "[" not in second.split(".")[0]:
            b = _must(self.place(second, a.page))
        elif b.member.struct == "folio" and a.member.struct != "folio" and "[" not in first.split(".")[0]:
            a = _must(self.place(first, b.page))
        shared = 0
        if a.page == b.page:
            shared = max(0, min(a.end, b.end) - max(a.start, b.start))
        return Overlap(a, b, shared > 0, shared)


def _must(place: Place | Unknown) -> Place:
    assert isinstance(place, Place)  # the reference was placed before, only the page differs
    return place
