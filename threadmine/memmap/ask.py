"""Questions to the model that take more than one look.

Where a member is through time, what shares its bytes, how two kernels differ, which options an answer
depends on. Pure: answers are values, printing is done elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from threadmine.errors import ModelError
from threadmine.memmap.effects import Effect
from threadmine.memmap.layout import OVERLAYS, Layout, Member, Overlap
from threadmine.memmap.names import aliases_of
from threadmine.memmap.store import Model
from threadmine.model import Unknown

SHOWN_OPTIONS = (
    "MEMCG", "SLAB_OBJ_EXT", "KMSAN", "LAST_CPUPID_NOT_IN_PAGE_FLAGS", "WANT_PAGE_VIRTUAL",
    "HAVE_ALIGNED_STRUCT_PAGE", "MM_ID", "TRANSPARENT_HUGEPAGE",
)  # fmt: skip
"""Options that shape the structs; each is tried alone against the distribution's setting."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A member at one place over a run of kernels (``first`` to ``last`` of the known ones)."""

    struct: str
    name: str
    offset: int
    size: int
    type: str
    first: str
    last: str
    page: int

    @property
    def kernels(self) -> str:
        return self.first if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two kernels. ``kind``: added, removed, renamed, moved, resized, retyped."""

    kind: str
    struct: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A byte range in the array of struct pages: ``page`` counts from the head."""

    page: int
    offset: int
    size: int


_SPOT = re.compile(
    r"\s*(?P<struct>page|folio)?\s*(?:\[\s*(?P<page>\d{1,6})\s*\])?\s*"
    r"\+\s*(?P<offset>0[xX][0-9a-fA-F]{1,6}|\d{1,6})(?:\.\.(?P<last>\d{1,6}))?\s*$"
)


def parse_spot(text: str, layout: Layout) -> Spot:
    """The bytes that ``page[1]+56``, ``folio+120`` or ``page+8..15`` name.

    Raises:
        ModelError: the text is no such place, or lies outside of the page.
    """
    found = _SPOT.match(text)
    if not found:
        raise ModelError(f"{text!r} is no place", remedy="write it like page[1]+56, page+8..15 or folio+120")
    offset = int(found["offset"], 0)
    size = int(found["last"]) - offset + 1 if found["last"] else 1
    page = int(found["page"] or 0)
    if found["struct"] == "folio":
        page, offset = page + offset // layout.page_size, offset % layout.page_size
    if offset >= layout.page_size or size < 1 or offset + size > layout.page_size:
        raise ModelError(f"{text} is outside of struct page, which has {layout.page_size} bytes")
    return Spot(page, offset, size)


def members_at(layout: Layout, spot: Spot) -> tuple[Member, ...]:
    """Members of every overlaid struct that have a byte there; for tail pages only page's and folio's."""
    found: list[Member] = []
    for name in OVERLAYS:
        if name == "folio":
            start = spot.page * layout.page_size + spot.offset
            found += [m for m in layout.members_at(name, start, spot.size) if m.type != "struct page"]
        elif name == "page" or not spot.page:
            found += layout.members_at(name, spot.offset, spot.size)
    return tuple(found)


def overlapping(layout: Layout, reference: str) -> tuple[Overlap, ...]:
    """Every member of another struct, or of the same union, that shares a byte with ``reference``.

    Raises:
        ModelError: there is no such member in this kernel.
    """
    place = layout.place(reference)
    if isinstance(place, Unknown):
        raise ModelError(place.reason)
    spot = Spot(place.page, place.start, place.end - place.start)
    found = []
    for member in members_at(layout, spot):
        if member.full_name == place.member.full_name:
            continue
        other = member.full_name
        if member.struct != "folio" and spot.page:
            other = f"{member.struct}[{spot.page}].{member.name}"
        relation = layout.overlap(reference, other)
        if isinstance(relation, Overlap) and relation.meets:
            found.append(relation)
    return tuple(found)


def sharing(layout: Layout, reference: str, other: str = "") -> tuple[str, ...] | str:
    """The members that share bytes with ``reference`` (or just ``other``), or why that cannot be told."""
    if other:
        relation = layout.overlap(reference, other)
        if isinstance(relation, Unknown):
            return relation.reason
        return (relation.b.member.full_name,) if relation.meets else ()
    try:
        found = overlapping(layout, reference)
    except ModelError as error:
        return error.what
    return tuple(relation.b.member.full_name for relation in found)


def stays(model: Model, name: str, arch: str) -> tuple[Stay, ...]:
    """Where a member (``_nr_pages``, ``folio._nr_pages``) was, struct by struct, runs of kernels together."""
    struct, _, bare = name.partition(".")
    if struct.split("[")[0] not in model.names.structs:
        struct, bare = "", name
    found: list[Stay] = []
    for own in sorted(model.names.structs) if not struct else (struct.split("[")[0],):
        last: Stay | None = None
        for kernel in model.kernels(arch):
            layout = model.nearest(kernel, arch)
            if isinstance(layout, Unknown) or own in layout.borrowed:
                continue
            member = _any_name(layout, own, bare)
            if member is None:
                last = None if layout.struct(own) else last
                continue
            last = _extend(found, last, member, layout, kernel)
    return tuple(found)


def _any_name(layout: Layout, struct: str, name: str) -> Member | None:
    for spelling in (name, *aliases_of(struct, name)):
        member = layout.member(struct, spelling)
        if member is not None:
            return member
    return None


def _extend(found: list[Stay], last: Stay | None, member: Member, layout: Layout, kernel: str) -> Stay:
    page = member.offset // layout.page_size if member.struct == "folio" else 0
    key = (member.struct, member.name, member.offset, member.size)
    if last is not None and (last.struct, last.name, last.offset, last.size) == key:
        found.remove(last)
        fresh = Stay(*key, member.type, last.first, kernel, page)
    else:
        fresh = Stay(*key, member.type, kernel, kernel, page)
    found.append(fresh)
    return fresh


def differences(before: Layout, after: Layout, struct: str = "") -> Iterator[Change]:
    """What differs between two kernels, struct by struct (or in one), flags last."""
    names = [struct] if struct else [*before.structs, *(n for n in after.structs if n not in before.structs)]
    for name in names:
        old, new = before.struct(name), after.struct(name)
        if old is None and new is None:
            raise ModelError(f"neither kernel has a struct {name}")
        if old is None or new is None:
            yield Change(
                "added" if old is None else "removed", name, "", _struct_size(old), _struct_size(new)
            )
            continue
        if old.size != new.size:
            yield Change("resized", name, "", _struct_size(old), _struct_size(new))
        yield from _member_changes(name, old.by_name, new.by_name)
    if not struct:
        yield from _flag_changes(before, after)


def _struct_size(struct: object) -> str:
    size = getattr(struct, "size", None)
    return "" if size is None else f"{size} bytes"


def _member_changes(
    struct: str, before: Mapping[str, Member], after: Mapping[str, Member]
) -> Iterator[Change]:
    renamed = _renamed(struct, before, after)
    for name, member in before.items():
        other = after.get(renamed.get(name, name))
        if member.is_part:
            continue
        if other is None:
            yield Change("removed", struct, name, _spell(member), "")
            continue
        if name in renamed:
            yield Change("renamed", struct, name, name, other.name)
        if (member.offset, member.bit_offset) != (other.offset, other.bit_offset):
            yield Change("moved", struct, other.name, _spell(member), _spell(other))
        elif member.size != other.size:
            yield Change("resized", struct, other.name, _spell(member), _spell(other))
        elif _plain_type(member.type) != _plain_type(other.type):
            yield Change("retyped", struct, other.name, member.type, other.type)
    for name, member in after.items():
        if name not in before and name not in renamed.values() and not member.is_part:
            yield Change("added", struct, name, "", _spell(member))


def _renamed(struct: str, before: Mapping[str, Member], after: Mapping[str, Member]) -> dict[str, str]:
    """Members that go by another name afterwards: old name -> new one."""
    found: dict[str, str] = {}
    for name, member in before.items():
        if name in after or member.is_part:
            continue
        for other in aliases_of(struct, name):
            if other in after and other not in before and other not in found.values():
                found[name] = other
                break
    return found


def _flag_changes(before: Layout, after: Layout) -> Iterator[Change]:
    for enum in ("pageflags", "pagetype"):
        old, new = before.enums.get(enum, {}), after.enums.get(enum, {})
        for name in [*old, *(n for n in new if n not in old)]:
            if old.get(name) != new.get(name):
                kind = "added" if name not in old else "removed" if name not in new else "moved"
                bits = [f"bit {values[name]}" if name in values else "" for values in (old, new)]
                yield Change(kind, enum, name, bits[0], bits[1])


def _spell(member: Member) -> str:
    text = f"+{member.offset}..{member.end - 1} {member.type}" if member.size else f"+{member.offset}"
    return f"{text}:{member.bit_size}" if member.bit_size is not None else text


def _plain_type(kind: str) -> str:
    """Types that say the same in BTF and in a compiler's words."""
    return {"pgoff_t": "long unsigned int"}.get(kind, kind)


def depends_on(
    model: Model, version: str, arch: str, question: Callable[[Layout], object]
) -> tuple[tuple[str, bool, object], ...]:
    """Which single options change the answer of ``question`` from the distribution's.

    Returns:
        (option, set or not, the answer then) for each option that makes a difference.
    """
    plain = model.nearest(version, arch)
    if isinstance(plain, Unknown):
        raise ModelError(plain.reason)
    usual = model.nearest(version, arch, {"SWAP": True})
    answer = question(usual) if isinstance(usual, Layout) else question(plain)
    found = []
    for name in SHOWN_OPTIONS:
        for value in (True, False):
            other = model.nearest(version, arch, {name: value})
            if isinstance(other, Layout) and question(other) != answer:
                found.append((name, value, question(other)))
    return tuple(found)


_ACCESS = {"r": "read", "w": "write", "a": "read"}


def code_effects(function: str, version: str, layout: Layout) -> tuple[Effect, ...]:
    """What the code facts say of a function that has no block: members it touches itself, flags, calls.

    They do not tell the page of the compound; ``kernels`` names the trees that say so.
    """
    from threadmine.memmap.calls import load_code
    from threadmine.memmap.walk import flag_effects

    found = load_code().function(function.strip().removesuffix("()"), version)
    if isinstance(found, Unknown):
        return ()
    rows = [
        Effect(
            function, use.name, "", _ACCESS.get(use.access, "read"), use.value, "", found.kernel, found.source
        )
        for use in found.members
        if use.struct in layout.structs
    ]
    for call in found.calls:
        condition = "" if call.sure else "somewhere"
        flags = flag_effects(call.callee, layout)
        for row in flags:
            rows.append(replace(row, function=function, kernels=found.kernel, via=call.callee))
        if not flags and call.callee.isidentifier():
            rows.append(Effect(function, call.callee, "", "call", "", condition, found.kernel, found.source))
    return tuple(dict.fromkeys(rows))


def code_writers(member: str, version: str, layout: Layout) -> tuple[Effect, ...]:
    """Writes to ``struct.member`` (or a bare name, of any struct of the layout) that the code facts know."""
    from threadmine.memmap.calls import load_code

    struct, _, name = member.rpartition(".")
    structs = (struct,) if struct in layout.structs else tuple(layout.structs)
    rows = []
    for own in structs:
        if layout.member(own, name) is None:
            continue
        for function in load_code().users(f"{own}.{name}", version):
            found = code_effects(function, version, layout)
            rows += [row for row in found if row.access == "write" and row.member == f"{own}.{name}"]
    return tuple(rows)
