"""Every name the model knows, old and new, so that a claim in old words finds the right bytes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from threadmine.memmap import facts, neighbours
from threadmine.memmap.flags import canonical_flag
from threadmine.memmap.versions import Version, in_range


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of a member that has several; ``kernels`` is when it was in use."""

    structs: tuple[str, ...]
    name: str
    kernels: str
    others: tuple[tuple[str, str], ...]
    why: str


@cache
def _aliases() -> dict[str, tuple[Alias, ...]]:
    found: dict[str, list[Alias]] = {}
    for row in facts.table("names")["alias"]:
        names = [(name, kernels) for name, kernels in row["names"]]
        for name, kernels in names:
            others = tuple(other for other in names if other[0] != name)
            alias = Alias(tuple(row["structs"]), name, kernels, others, row["why"])
            found.setdefault(name, []).append(alias)
    return {name: tuple(rows) for name, rows in found.items()}


@cache
def aliases_of(struct: str, name: str) -> tuple[str, ...]:
    """Other names of the member ``name`` of ``struct``, the typo's meaning first; empty where there are
    none."""
    typos: dict[str, str] = facts.table("names")["typos"]
    found: list[str] = []
    for spelling in dict.fromkeys((name, typos.get(name, name))):
        if spelling != name:
            found.append(spelling)
        for alias in _aliases().get(spelling, ()):
            if struct in alias.structs or not struct:
                found += [other for other, _ in alias.others]
    return tuple(dict.fromkeys(n for n in found if n != name))


@cache
def macro_of(struct: str, name: str) -> str:
    """The name that a macro stands for in every kernel (``rcu_head``: ``callback_head``); else empty."""
    rows = (row for row in _aliases().get(name, ()) if struct in row.structs and not row.kernels)
    return next((other for row in rows for other, kernels in row.others if not kernels), "")


class Names:
    """Names of structs, members, functions and flags over all kernels with facts."""

    @cached_property
    def structs(self) -> frozenset[str]:
        """Structs the layouts describe."""
        return frozenset(name for kernel in facts.packed()["kernels"] for name in kernel["structs"])

    @cached_property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """Member name -> structs that had it in any kernel (sorted); aliases and ``lru.next`` included."""
        found: dict[str, set[str]] = {}
        for struct, number in self._struct_numbers():
            data = facts.packed()
            for index in data["structs"][number][1]:
                found.setdefault(data["text"][data["rows"][index][0]], set()).add(struct)
        for name, aliases in _aliases().items():
            for alias in aliases:
                found.setdefault(name, set()).update(alias.structs)
        return {name: tuple(sorted(structs)) for name, structs in sorted(found.items())}

    def _struct_numbers(self) -> list[tuple[str, int]]:
        kernels: list[dict[str, Any]] = facts.packed()["kernels"]
        return sorted({(name, number) for kernel in kernels for name, number in kernel["structs"].items()})

    @cached_property
    def _present(self) -> frozenset[str]:
        """Member names in use in the newest kernel with facts."""
        data = facts.packed()
        newest = [k for k in data["kernels"] if k["kind"] == "btf" and not k["variant"]][-1]
        numbers = [data["structs"][n][1] for n in newest["structs"].values()]
        return frozenset(data["text"][data["rows"][i][0]] for rows in numbers for i in rows)

    @cached_property
    def flags(self) -> frozenset[str]:
        """``PG_...`` and ``PGTY_...`` of all kernels, those without a built-in layout's bit included."""
        found = {name for name in facts.table("flags") if name.startswith("PG_")}
        for enum in facts.packed()["enums"]:
            found.update(name for name, _ in enum if name.startswith(("PG_", "PGTY_")))
        return frozenset(found)

    @cached_property
    def functions(self) -> frozenset[str]:
        """Functions with effect facts, with their old names."""
        from threadmine.memmap.effects import known_functions

        return known_functions()

    @cached_property
    def routines(self) -> frozenset[str]:
        """Functions of memory management, with or without facts on what they do to a page."""
        return neighbours.routines()

    @cached_property
    def other_members(self) -> Mapping[str, tuple[str, ...]]:
        """Member name -> structs around the descriptors that had it in any kernel (sorted)."""
        return neighbours.other_members()

    @cached_property
    def other_structs(self) -> frozenset[str]:
        """Structs around the descriptors that any kernel had."""
        return neighbours.other_structs() - self.structs

    def resolve(self, name: str) -> str:
        """The present name of a member, function or flag; ``name`` itself where nothing better is known.

        ``_folio_nr_pages`` gives ``_nr_pages``, ``prep_comound_head`` gives ``prep_compound_head``,
        ``PageHWPoison`` gives ``PG_hwpoison``.
        """
        bare = name.strip().removesuffix("()")
        bare = facts.table("names")["typos"].get(bare, bare)
        aliases = _aliases().get(bare)
        if aliases and bare not in self._present:
            return _newest(aliases[0])
        for old, _, new in facts.table("names")["functions"]["renames"]:
            if old == bare:
                return str(new)
        flag = flag_in(bare)
        return flag if flag and flag in self.flags else bare

    def older(self, function: str, version: Version) -> tuple[str, ...]:
        """Names ``function`` had in ``version`` (``free_zone_device_page`` of ``free_zone_device_folio``)."""
        renames: list[list[str]] = facts.table("names")["functions"]["renames"]
        return tuple(old for old, when, new in renames if new == function and in_range(version, when))

    def alias(self, name: str) -> tuple[Alias, ...]:
        """What is known of ``name`` as one of several names of a member."""
        return _aliases().get(facts.table("names")["typos"].get(name, name), ())

    def near(self, name: str, among: Mapping[str, object] | frozenset[str] | None = None) -> tuple[str, ...]:
        """Up to three known names that look like ``name``, best first (for "did you mean")."""
        pool = sorted(among if among is not None else {*self.members, *self.functions, *self.flags})
        return tuple(difflib.get_close_matches(name, pool, n=3, cutoff=0.6))


def _newest(alias: Alias) -> str:
    current = [name for name, kernels in alias.others if kernels == "" or kernels.endswith("..")]
    return current[0] if current else alias.name


_ACCESSOR = re.compile(
    r"(?:__)?(?:(?:Set|Clear|TestSet|TestClear)?Page(?P<page>[A-Z]\w*)"
    r"|folio_(?:test_and_set|test_and_clear|test_set|test_clear|set|clear|test|change)_(?P<folio>\w+))$"
)


def flag_in(function: str) -> str:
    """The flag an accessor is about (``__SetPageHead``: PG_head, ``folio_test_lru``: PG_lru), or ''."""
    if function.startswith(("PG_", "PGTY_")):
        return function
    found = _ACCESSOR.match(function)
    return canonical_flag(found["page"] or found["folio"]) if found else ""
