"""Stale bytes: what an earlier folio left in pages that were made something else since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from threadmine.memmap.layout import Layout
from threadmine.memmap.simulate import Machine
from threadmine.memmap.values import Store


@dataclass(frozen=True, slots=True)
class Stale:
    """Bytes that ``member`` of the folio at page ``origin`` left in page ``page``, which is something else
    now."""

    page: int
    offset: int
    data: bytes
    member: str
    origin: int
    now: tuple[str, ...]
    since: str

    def text(self) -> str:
        now = " and ".join(self.now) or "no member"
        return (
            f"page[{self.page}]+{self.offset}: {self.member} of the earlier folio at page[{self.origin}] "
            f"({self.data.hex()}) now lies in {now} of page[{self.page}], {self.since}"
        )


def stale_bytes(machine: Machine) -> Iterator[Stale]:
    """Bytes that were written as part of an earlier folio into pages that were made something else since."""
    layout = machine.layout
    last = _last_writers(machine.stores)
    owner: dict[int, int] = {}
    for number, extent in enumerate(machine.extents):
        for page in range(extent.head, extent.head + (1 << extent.order)):
            owner[page] = number
    seen: set[tuple[int, int]] = set()
    for (page, _), number in sorted(last.items()):
        store = machine.stores[number]
        holder = machine.extents[owner[page]] if page in owner else None
        if holder is None or number >= holder.after or (number, page) in seen:
            continue
        if not _belongs_elsewhere(store, page, holder.head):
            continue
        kept = [
            o for o in range(store.offset, store.offset + len(store.data)) if last.get((page, o)) == number
        ]
        data = bytes(machine.memory.page(page)[kept[0] : kept[-1] + 1])
        if any(data):
            seen.add((number, page))
            since = f"made order {holder.order} by {holder.by}() at page[{holder.head}]"
            member = f"{store.member} ({store.flag})" if store.flag else store.member
            now = _names_now(layout, store, kept[0], len(data))
            yield Stale(page, kept[0], data, member, store.origin, now, since)


def _names_now(layout: Layout, store: Store, offset: int, size: int) -> tuple[str, ...]:
    """What the bytes are called in a page of its own: the flag that has the bit there, or the members."""
    flag = layout.flag(store.flag) if store.flag else None
    if flag is not None and flag.page == "page[1]" and flag.aliases:
        return tuple(f"page.flags ({name})" for name in flag.aliases)
    return tuple(m.full_name for m in layout.members_at("page", offset, size))


def _last_writers(stores: list[Store]) -> dict[tuple[int, int], int]:
    """Which store each byte is of: of a flags word only the changed bytes count, of others all."""
    last: dict[tuple[int, int], int] = {}
    for number, store in enumerate(stores):
        partial = store.member.endswith((".flags", "._flags_1", ".flags.f"))
        for place, (new, old) in enumerate(zip(store.data, store.before, strict=True)):
            if new != old or not partial:
                last[store.page, store.offset + place] = number
    return last


def _belongs_elsewhere(store: Store, page: int, head: int) -> bool:
    """Whether a store says something about another folio than the one the page belongs to now."""
    if store.origin != page:
        return store.origin != head
    return store.member in ("page.mapping", "page.compound_head", "page.compound_info") and page == head
