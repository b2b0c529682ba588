"""Relations that a statement about a layout comes down to, each decided on one kernel's layout.

Kept apart from the layouts so that verdicts and tests ask in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

from threadmine.memmap.layout import Layout, Overlap
from threadmine.model import Unknown

RELATIONS = (
    "overlap",
    "same",
    "absent",
    "exists",
    "in_page",
    "is_last_bytes",
    "sizeof_pages",
    "outside_order0",
)


@dataclass(frozen=True, slots=True)
class Relation:
    """``kind`` is one of RELATIONS; ``a`` and ``b`` are references (``page[1].memcg_data``), ``b`` may list
    alternatives with ``|``; ``page``, ``size`` and ``pages`` are the figures some relations need."""

    kind: str
    a: str
    b: str = ""
    page: int = 0
    size: int = 0
    pages: int = 0


def holds(layout: Layout, relation: Relation) -> bool | Unknown:
    """Whether the relation holds in this kernel; Unknown with the reason where it cannot be asked there."""
    if relation.kind in ("absent", "exists"):
        struct, _, name = relation.a.partition(".")
        if layout.struct(struct.split("[")[0]) is None:
            return Unknown(f"{layout.kernel} has no struct {struct}")
        found = layout.member(struct.split("[")[0], name) is not None
        return found is (relation.kind == "exists")
    if relation.kind == "sizeof_pages":
        struct_layout = layout.struct(relation.a)
        if struct_layout is None:
            return Unknown(f"{layout.kernel} has no struct {relation.a}")
        return struct_layout.size == relation.pages * layout.page_size
    if relation.kind in ("overlap", "same"):
        return _related(layout, relation)
    return _placed(layout, relation)


def _related(layout: Layout, relation: Relation) -> bool | Unknown:
    answer: bool | Unknown = Unknown(f"no member {relation.b}")
    for other in relation.b.split("|"):
        full = other if "." in other else f"{relation.b.split('.')[0]}.{other}"
        found = layout.overlap(relation.a, full)
        if isinstance(found, Overlap):
            if found.same if relation.kind == "same" else found.meets:
                return True
            answer = False
        elif isinstance(answer, Unknown):
            answer = found
    return answer


def _placed(layout: Layout, relation: Relation) -> bool | Unknown:
    place = layout.place(relation.a)
    if isinstance(place, Unknown):
        return place
    if relation.kind == "in_page":
        return place.page == relation.page
    if relation.kind == "outside_order0":
        return place.page > 0
    if relation.kind == "is_last_bytes":
        start = layout.page_size - relation.size
        return place.page == relation.page and (place.start, place.end) == (start, layout.page_size)
    return Unknown(f"no relation {relation.kind}")
