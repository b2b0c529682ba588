"""Which members of which structs are the same bytes, and in which page of a folio they lie.

The same word is ``page.memcg_data`` and ``folio.memcg_data``, ``compound_head`` and ``compound_info``: facts
about functions name one of them, and a sentence another one.
"""

from __future__ import annotations

from functools import lru_cache

from threadmine.memmap import Model
from threadmine.memmap.layout import OVERLAYS
from threadmine.memmap.names import aliases_of
from threadmine.model import Unknown
from threadmine.verify.layouts import layouts_for
from threadmine.verify.refs import Ref

_MIRRORED = frozenset(
    f"{struct}.{member}"
    for struct in ("page", "netmem_desc")
    for member in ("pp_magic", "pp", "dma_addr", "pp_ref_count")
)
"""Members that struct net_iov has at the same place, so that code writes both through a net_iov."""


@lru_cache(maxsize=8_000)
def same_bytes(model: Model, target: Ref, version: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the same member in all structs over it, and of other members that cover all its bytes.

    The first are exact: the member's own name, its older and newer names, and the same name at the same
    place in
    another overlay struct. The second are union neighbours: a store to one of them changes the target too.
    """
    names = {target.name, *(f"{target.struct}.{alias}" for alias in aliases_of(target.struct, target.member))}
    over: set[str] = set()
    for layout in layouts_for(model, version, "x86-64")[:1]:
        if not target.overlays:
            break
        place = layout.place(target.reference)
        if isinstance(place, Unknown):
            if target.struct == "page":  # struct page had it, and the folio (or a ptdesc) has it now
                names |= {f"{s}.{target.member}" for s in OVERLAYS if layout.member(s, target.member)}
            continue
        if target.struct == "page" and target.page is None and target.member == "flags":
            names |= {"folio.flags", "folio._flags_1"}
        for struct in OVERLAYS:
            absolute = place.page * layout.page_size + place.start if struct == "folio" else place.start
            for member in layout.members_at(struct, absolute, place.member.size):
                covers = member.offset <= absolute and member.end >= absolute + place.member.size
                if member.name == place.member.name and covers:
                    names.add(member.full_name)
                elif covers and member.size <= 16:
                    over.add(member.full_name)
    names |= {f"net_iov.{target.member}"} if target.name in _MIRRORED else set()
    return frozenset(names), frozenset(over - names)


@lru_cache(maxsize=500)
def word_of(model: Model, flag: str, version: str) -> str:
    """The member that a flag is kept in: ``flags``, or ``page_type`` for what became a type of page."""
    for layout in layouts_for(model, version, "x86-64")[:1]:
        known = layout.flag(flag)
        if known is not None:
            return "page_type" if known.word == "page.page_type" else "flags"
    return "page_type" if flag.startswith("PGTY_") else "flags"


@lru_cache(maxsize=2_000)
def page_of(model: Model, target: Ref, version: str, arch: str) -> int | None:
    """The page of the folio in which a member lies; 0 for members of struct page."""
    if target.struct != "folio":
        return target.page or 0
    for layout in layouts_for(model, version, arch)[:1]:
        place = layout.place(target.reference)
        return None if isinstance(place, Unknown) else place.page
    return None


@lru_cache(maxsize=2_000)
def in_head(model: Model, target: Ref, version: str) -> bool:
    """Whether a folio's member lies in its first page."""
    for layout in layouts_for(model, version, "x86-64")[:1]:
        place = layout.place(target.reference)
        return not isinstance(place, Unknown) and place.page == 0
    return False


@lru_cache(maxsize=64)
def members_of_page(model: Model, page: int, version: str) -> frozenset[str]:
    """The members of struct folio that lie in its second, third ... page."""
    for layout in layouts_for(model, version, "x86-64")[:1]:
        shape = layout.struct("folio")
        if shape is not None:
            low, high = page * layout.page_size, (page + 1) * layout.page_size
            return frozenset(
                m.full_name for m in shape.members if low <= m.offset < high and m.size < high - low
            )
    return frozenset()
