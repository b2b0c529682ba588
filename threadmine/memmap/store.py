"""The model: which kernel's layout answers a question, and what its functions do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from threadmine.memmap import facts
from threadmine.memmap.effects import Effect, flag_operation, packed_effects
from threadmine.memmap.layout import Layout
from threadmine.memmap.names import Names
from threadmine.memmap.owned import known
from threadmine.memmap.program import Block, builtin_blocks
from threadmine.memmap.versions import Version, closest, in_range, parse_version
from threadmine.model import Unknown

if TYPE_CHECKING:
    from threadmine.memmap.imported import Imported

# What few questions need (computing, imported models, walking) is imported where it is needed, so that the
# first answer comes soon.

ARCHES = ("x86-64", "arm64", "arm", "i386")
STANDS_IN = {"arm64": "x86-64", "x86-64": "arm64", "arm": "i386", "i386": "arm"}
"""Same word size and byte order: the structs differ by configuration only."""

DISTRIBUTION = {"x86-64": "x64-default", "i386": "32-memcg"}
"""The gcc-made layouts that stand for a distribution's configuration."""


class Model:
    """Everything known of the kernels' struct pages. Immutable; get it by :func:`threadmine.memmap.load`."""

    names: Names

    def __init__(self) -> None:
        self.names = Names()

    # ------------------------------------------------------------------------------------------ kernels

    @cached_property
    def _entries(self) -> tuple[tuple[Version, dict[str, Any]], ...]:
        found = []
        for entry in facts.packed()["kernels"]:
            if entry["kind"] == "declared":
                continue
            version = parse_version(entry["kernel"])
            assert version is not None  # the packing script refuses sources without a version
            found.append((version, entry))
        found.sort(key=lambda pair: (pair[0].full, pair[1]["arch"], pair[1]["variant"], pair[1]["kind"]))
        return tuple(found)

    def kernels(self, arch: str = "x86-64") -> tuple[str, ...]:
        """Kernels with facts for ``arch``, oldest first: builds that were looked at, and declarations."""
        built = {version: e["kernel"] for version, e in self._entries if e["arch"] == arch and _plain(e)}
        series = {version.series for version in built}
        declared = {v: name for v, name in self._declared.items() if v.series not in series}
        every = {**declared, **built} if arch in ARCHES else {}
        return tuple(every[version] for version in sorted(every, key=lambda v: v.full))

    def sources(self) -> tuple[Layout, ...]:
        """Every built-in layout there is, variants and configurations included, oldest first."""
        return tuple(self._layout(number) for number in range(len(self._entries)))

    def nearest(
        self, version: str, arch: str = "x86-64", config: Mapping[str, bool] | None = None
    ) -> Layout | Unknown:
        """The layout that answers for a kernel.

        Args:
            version: "6.19.14", "v6.12", "7.3-rc7", or a full source name ("7.0.13+deb13-rt-amd64").
            arch: one of ARCHES.
            config: options set (True) or not (False) other than a distribution's; None for the
            distribution's.

        Returns:
            the layout, ``inferred`` where an other kernel (or an other architecture of the same word size)
            stands in; Unknown where the version or the architecture mean nothing.
        """
        if arch not in ARCHES:
            return Unknown(f"no facts about the architecture {arch}; known are {', '.join(ARCHES)}")
        own = self.imported(version.strip())
        if own is not None:
            return self._of_import(own, arch, config)
        wanted = parse_version(version)
        if wanted is None:
            return Unknown(f"{version!r} is no kernel version and no imported model")
        if config:
            return self._configured(wanted, arch, tuple(sorted(config.items())))
        return self._nearest(wanted, version.strip(), arch)

    def imported(self, name: str) -> Imported | None:
        """The imported model of this name; None where there is none. It goes before built-in facts."""
        if name not in known():
            return None
        from threadmine.memmap import imported

        return imported.load(name)

    def _of_import(self, own: Imported, arch: str, config: Mapping[str, bool] | None) -> Layout | Unknown:
        """The layout of an imported model: its own, or computed from its tree's declarations."""
        from threadmine.memmap.compute import layout_of
        from threadmine.memmap.options import changed, describe, distribution

        if own.layout is not None and not config:
            return replace(own.layout, asked=own.name)
        if own.headers is not None:
            options = changed(distribution(arch), config or {})
            source = f"declarations {own.name} {arch}"
            found = layout_of(
                own.headers, own.name, arch, dict.fromkeys(options, True), source, describe(config or {})
            )
            version = parse_version(own.version)
            return self._borrow(found, version, arch) if version else found
        if config and own.layout is not None:
            return Unknown(f"{own.name} was imported as built; it cannot be asked about other options")
        return self.nearest(own.version, arch, config)

    def version_of(self, kernel: str) -> Version | None:
        """The version whose effects hold for ``kernel``, an imported model's name included."""
        own = self.imported(kernel.strip())
        return parse_version(own.version if own else kernel)

    def likeness(self, layout: Layout) -> tuple[str, float]:
        """The built-in kernel whose layout is most like ``layout``, and the share of members in common."""
        marks = _marks(layout)
        best = ("", -1.0)
        for version, entry in self._entries:
            if entry["pointer_size"] != layout.pointer_size or entry["kind"] != "btf":
                continue
            other = _marks(self._layout([e for _, e in self._entries].index(entry)))
            share = len(marks & other) / max(len(marks | other), 1)
            if share >= best[1]:
                best = (str(version), share)
        return best

    @lru_cache(maxsize=1024)  # noqa: B019  (the model lives as long as the process)
    def _nearest(self, wanted: Version, text: str, arch: str) -> Layout | Unknown:
        by_source = [n for n, (_, e) in enumerate(self._entries) if text in _full_names(e)]
        if by_source:
            return self._layout(by_source[0])
        known = [n for n, (_, e) in enumerate(self._entries) if e["arch"] == arch and _plain(e)]
        chosen = closest(wanted, tuple(self._entries[n][0] for n in known))
        declared = closest(wanted, tuple(self._declared))
        if chosen is None or (declared and _better(declared, chosen, wanted)):
            assert declared is not None  # declarations of some kernel are always packaged
            layout = self._computed(declared, arch)
            return replace(layout, inferred=not same_series(declared, wanted), asked=str(wanted))
        best = min((n for n in known if self._entries[n][0] == chosen), key=self._preference)
        return replace(self._complete(best), inferred=not covers(chosen, wanted), asked=str(wanted))

    @lru_cache(maxsize=256)  # noqa: B019
    def _configured(self, wanted: Version, arch: str, config: tuple[tuple[str, bool], ...]) -> Layout:
        """The layout under a configuration: of a build with just these options, or computed from
        declarations."""
        from threadmine.memmap.options import changed, describe, distribution

        changes = dict(config)
        options = changed(distribution(arch, wanted), changes)
        name = describe(changes)
        matches = [
            n for n, (_, e) in enumerate(self._entries) if e["arch"] == arch and _same_build(e, options)
        ]
        built = closest(wanted, tuple(self._entries[n][0] for n in matches))
        declared = closest(wanted, tuple(self._declared))
        assert declared is not None  # declarations of some kernel are always packaged
        if built is not None and same_series(built, wanted):
            number = next(n for n in matches if self._entries[n][0] == built)
            layout = replace(self._complete(number), options=options, config=name)
            return replace(layout, inferred=not covers(built, wanted), asked=str(wanted))
        layout = self._computed(declared, arch, options, name)
        return replace(layout, inferred=not same_series(declared, wanted), asked=str(wanted))

    @cached_property
    def _declared(self) -> Mapping[Version, str]:
        """Kernels whose declarations are packaged."""
        found = ((parse_version(name), name) for name, _ in self._packed_declared)
        return {version: name for version, name in found if version is not None}

    @lru_cache(maxsize=64)  # noqa: B019
    def _computed(
        self, kernel: Version, arch: str, options: frozenset[str] | None = None, config: str = "distribution"
    ) -> Layout:
        """A layout computed from the declarations of ``kernel``; a distribution's (no options) is packed."""
        name = self._declared[kernel]
        if options is None:
            return self._borrow(self._from_pack(self._packed_declared[name, arch]), kernel, arch)
        from threadmine.memmap.compute import layout_of
        from threadmine.memmap.declared import declarations

        source = f"declarations {name} {arch}"
        settings = dict.fromkeys(options, True)
        layout = layout_of(declarations(name), str(kernel), arch, settings, source, config)
        return self._borrow(layout, kernel, arch)

    def _preference(self, number: int) -> int:
        return 0 if self._entries[number][1]["kind"] == "btf" else 1

    @cached_property
    def _packed_declared(self) -> Mapping[tuple[str, str], dict[str, Any]]:
        entries = [e for e in facts.packed()["kernels"] if e["kind"] == "declared"]
        return {(entry["kernel"], entry["arch"]): entry for entry in entries}

    @lru_cache(maxsize=256)  # noqa: B019
    def _layout(self, number: int) -> Layout:
        return self._from_pack(self._entries[number][1])

    def _from_pack(self, entry: dict[str, Any]) -> Layout:
        version = entry["kernel"]
        gcc = entry["kind"] == "gcc"
        where = entry["source"] if entry["kind"] == "declared" else f"layout {entry['source']}"
        where += " (gcc)" if gcc else ""
        return Layout(
            kernel=version,
            arch=entry["arch"],
            pointer_size=entry["pointer_size"],
            source=where.replace("+deb13", "").replace("+deb12", "").replace("+deb14", ""),
            structs={name: facts.struct(index, name) for name, index in entry["structs"].items()},
            enums={name: facts.enum(index) for name, index in entry["enums"].items()},
            asked=version,
            config="distribution" if _plain(entry) else entry["variant"],
            options=frozenset(entry["options"]) if gcc else None,
        )

    @lru_cache(maxsize=256)  # noqa: B019
    def _complete(self, number: int) -> Layout:
        """The layout with the structs and enums its own facts lack taken from the closest real kernel."""
        layout = self._layout(number)
        version, entry = self._entries[number]
        if entry["kind"] != "gcc":
            return layout
        declared = closest(version, tuple(self._declared))
        if declared is not None and same_series(declared, version):
            own = self._computed(declared, entry["arch"])
            layout = replace(layout, enums={**own.enums, **layout.enums})
        return self._borrow(layout, version, entry["arch"])

    def _borrow(self, layout: Layout, version: Version, arch: str) -> Layout:
        """``layout`` with the structs and enums it lacks from the closest real kernel of the same word
        size."""
        candidates = []
        for rank, other in enumerate((arch, STANDS_IN[arch], "x86-64")):
            real = [n for n, (_, e) in enumerate(self._entries) if e["kind"] == "btf" and e["arch"] == other]
            chosen = closest(version, tuple(self._entries[n][0] for n in real if _plain(self._entries[n][1])))
            if chosen is not None:
                number = next(n for n in real if self._entries[n][0] == chosen)
                candidates.append((chosen.series != version.series, rank, number))
        return _fill(layout, self._layout(min(candidates)[2])) if candidates else layout

    # ------------------------------------------------------------------------------------------ effects

    def effects(self, function: str, version: str, arch: str = "x86-64") -> tuple[Effect, ...]:
        """What ``function`` does in a kernel, its helpers' doings included (``via``).

        Empty if nothing is known. Old names and typos are accepted, and accessor families
        (``__SetPageHead``, ``folio_clear_lru``).
        """
        own = self.imported(version)
        return self._effects(function, version, arch, own.stamp if own else "")

    @lru_cache(maxsize=4096)  # noqa: B019
    def _effects(self, function: str, version: str, arch: str, stamp: str) -> tuple[Effect, ...]:
        """The effects; ``stamp`` tells imported models of one name apart."""
        wanted = self.version_of(version)
        layout = self.nearest(version, arch)
        if wanted is None or isinstance(layout, Unknown):
            return ()
        bare = function.strip().removesuffix("()")
        names = tuple(dict.fromkeys((bare, self.names.resolve(bare), *self.names.older(bare, wanted))))
        if not stamp and layout.pointer_size == 8:
            found: Iterable[tuple[Effect, ...]] = (
                tuple(row for row in packed_effects(name) if in_range(wanted, row.kernels)) for name in names
            )
        else:
            from threadmine.memmap.walk import DEPTH, Walker

            depth = 4 if self.blocks_of(version) else DEPTH
            walker = Walker(layout, wanted, self.blocks_of(version), depth)
            found = (walker.effects(name) for name in names)
        rows = next((rows for rows in found if rows), ())
        if rows or not any(flag_operation(name) for name in names):
            return rows
        from threadmine.memmap.walk import flag_effects

        return next((rows for name in names if (rows := flag_effects(name, layout))), ())

    def blocks_of(self, kernel: str) -> Mapping[str, tuple[Block, ...]] | None:
        """The functions of an imported source tree, packaged ones beside them; None for other kernels."""
        own = self.imported(kernel.strip())
        return {**builtin_blocks(), **own.blocks} if own and own.blocks else None

    def writers(self, member: str, version: str) -> tuple[Effect, ...]:
        """Every write to ``struct.member`` (or a bare member name) by a function with facts, in a kernel."""
        own = self.imported(version)
        return self._writers(member, version, own.stamp if own else "")

    @lru_cache(maxsize=1024)  # noqa: B019
    def _writers(self, member: str, version: str, stamp: str) -> tuple[Effect, ...]:
        name = member.split(".", 1)[-1] if "." in member else member
        struct = member.split(".", 1)[0].split("[")[0] if "." in member else ""
        own = self.imported(version.strip())
        if own and own.effects:
            rows: Iterable[Effect] = own.effects
        else:
            rows = (row for function in sorted(builtin_blocks()) for row in self.effects(function, version))
        found = []
        for row in rows:
            row_struct, _, row_name = row.member.partition(".")
            if (
                row.access == "write"
                and row_name.split(".")[0] == name
                and struct in ("", row_struct, "page")
            ):
                found.append(row)
        return tuple(found)

    def known_function(self, name: str) -> bool:
        """Whether there are facts about the function (accessor families and old names included)."""
        bare = name.strip().removesuffix("()")
        if bare in builtin_blocks() or flag_operation(bare) is not None:
            return True
        return self.names.resolve(bare) in builtin_blocks()

    # --------------------------------------------------------------------------------------------- time

    @cached_property
    def _releases(self) -> tuple[tuple[datetime, str], ...]:
        rows: dict[str, date] = facts.table("releases")
        return tuple(
            sorted((datetime(day.year, day.month, day.day, tzinfo=UTC), name) for name, day in rows.items())
        )

    def release_at(self, when: datetime) -> str:
        """The newest mainline release at ``when`` ("6.13"); the oldest known one for earlier dates.

        ``when`` without a zone counts as UTC.
        """
        moment = when if when.tzinfo else when.replace(tzinfo=UTC)
        name = self._releases[0][1]
        for day, release in self._releases:
            if day > moment:
                break
            name = release
        return name


def covers(known: Version, wanted: Version) -> bool:
    """Whether facts about ``known`` are facts about ``wanted`` (a bare series is covered by any of its
    points)."""
    if known.series != wanted.series:
        return False
    if wanted.point < 0 or known.point < 0:
        return True
    return known.full == wanted.full


def _marks(layout: Layout) -> frozenset[tuple[str, str, int]]:
    """What tells one kernel's layout from another's: members with their offsets, flags with their bits."""
    members = {
        (name, member.name, member.offset)
        for name, struct in layout.structs.items()
        for member in struct.members
    }
    flags = {("flag", name, bit) for name, bit in layout.enums.get("pageflags", {}).items()}
    return frozenset(members | flags)


def same_series(known: Version, wanted: Version) -> bool:
    """Whether both are of one series (6.12.43 and 6.12.107)."""
    return known.series == wanted.series


def _better(declared: Version, built: Version, wanted: Version) -> bool:
    """Whether declarations say more about ``wanted`` than the closest build does."""
    if same_series(built, wanted):
        return False
    return same_series(declared, wanted) or declared.series > built.series


def _same_build(entry: dict[str, Any], options: frozenset[str]) -> bool:
    """Whether a gcc-made layout was made with the same options, as far as struct layouts depend on them."""
    if entry["kind"] != "gcc":
        return False
    return frozenset(entry["options"]) & _SHAPING == options & _SHAPING


_SHAPING = frozenset(
    [
        "MEMCG",
        "SLAB_OBJ_EXT",
        "KMSAN",
        "LAST_CPUPID_NOT_IN_PAGE_FLAGS",
        "WANT_PAGE_VIRTUAL",
        "HAVE_ALIGNED_STRUCT_PAGE",
        "TRANSPARENT_HUGEPAGE",
        "SLUB_CPU_PARTIAL",
        "SPLIT_PTE_PTLOCKS",
        "HUGETLB_PMD_PAGE_TABLE_SHARING",
    ]
)


def _full_names(entry: dict[str, Any]) -> tuple[str, ...]:
    """Names that mean just this build: its source, and the version with its variant (7.0.13-rt)."""
    variant = entry["variant"] if entry["kind"] == "btf" else ""
    return (entry["source"], f"{entry['kernel']}-{variant}") if variant else (entry["source"],)


def _plain(entry: dict[str, Any]) -> bool:
    """Whether an entry stands for a distribution's usual kernel."""
    return entry["variant"] in ("", DISTRIBUTION.get(entry["arch"], ""))


def _fill(layout: Layout, other: Layout) -> Layout:
    """``layout`` with what it lacks from ``other``: only structs that hold no configuration-dependent
    overlay."""
    structs = dict(layout.structs)
    borrowed = {}
    same_words = layout.pointer_size == other.pointer_size
    for name, struct in other.structs.items():
        if name not in structs and same_words and name != "folio":
            structs[name] = struct
            borrowed[name] = other.source
    enums = {**other.enums, **layout.enums}
    return replace(layout, structs=structs, enums=enums, borrowed=borrowed)
