"""Page flags: their bit, which page of a compound holds them, and which names share a bit.

Bit numbers are facts of a layout (enum pageflags); how a flag is reached is a table by kernel
(data/flags.toml).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from threadmine.memmap import facts
from threadmine.memmap.layout import Layout
from threadmine.memmap.versions import in_range, parse_version

PAGE_TYPE_SHIFT = 24

WHERE = {
    "any": "each page of a compound has its own",
    "head": "the head page only",
    "only-head": "the head page only (asking a tail is a bug)",
    "no-tail": "the head page only (setting it on a tail is a bug)",
    "no-compound": "pages that are no compound",
    "second": "the first tail page, page[1]",
}


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag in one kernel. ``page`` is ``head``, ``any`` or ``page[1]``; ``word`` the member it lies in.

    ``aliases`` are the other names of the same bit, ``config`` the option it needs (empty: none).
    ``bit`` of a page type is the value of the top byte of ``page_type`` (or -1 where it was a bit pattern).
    """

    name: str
    bit: int
    word: str
    page: str
    policy: str
    aliases: tuple[str, ...] = ()
    config: str = ""
    kernel: str = ""

    @property
    def where(self) -> str:
        return WHERE.get(self.policy, self.page)


def flag_of(layout: Layout, name: str) -> Flag | None:
    """The flag ``name`` (``PG_locked``, ``locked``, ``PGTY_slab``, ``Slab``) of a kernel, or None if it has
    none."""
    bits = layout.enums.get("pageflags", {})
    full = canonical_flag(name)
    if full.startswith("PGTY_"):
        value = layout.enums.get("pagetype", {}).get(full)
        if value is None:
            return None
        return Flag(full, value, "page.page_type", "head", "head", kernel=layout.kernel)
    bit = bits.get(full)
    if bit is None or full.startswith("__"):
        as_type = f"PGTY_{full.removeprefix('PG_')}"
        return flag_of(layout, as_type) if as_type in layout.enums.get("pagetype", {}) else None
    aliases = tuple(sorted(n for n, b in bits.items() if b == bit and n != full and not n.startswith("__")))
    policy, config = policy_of(full, layout.kernel)
    second = policy == "second"
    word = "folio._flags_1" if second and layout.member("folio", "_flags_1") else "page.flags"
    page = "page[1]" if second else "any" if policy == "any" else "head"
    return Flag(full, bit, word, page, policy, aliases, config, layout.kernel)


@cache
def policy_of(name: str, kernel: str) -> tuple[str, str]:
    """How the flag is reached in ``kernel`` and the option it needs; ``any`` where no fact says."""
    row = facts.table("flags").get(name, {})
    version = parse_version(kernel)
    policies: list[list[str]] = row.get("policy", [])
    for kernels, policy in policies:
        if version is None or in_range(version, kernels):
            return policy, row.get("config", "")
    return (policies[-1][1] if policies else "any"), row.get("config", "")


@cache
def canonical_flag(name: str) -> str:
    """``PG_locked`` of ``locked``, ``PageLocked``'s ``Locked``, ``PG_locked``; page types as
    ``PGTY_slab``."""
    data = facts.table("flags")
    if name.startswith(("PG_", "PGTY_")):
        return name
    if name in data["accessors"]:
        return str(data["accessors"][name])
    if name in data["types"] and f"PG_{name.lower()}" not in data:
        return str(data["types"][name])
    return f"PG_{name.lower()}"
