"""What functions call, touch, test and return, by kernel: the facts that tools/verify_calls.py gathered.

Why apart from the effects: those are hand-checked and say what a function does to which page of a compound;
these are broad (some 20,000 functions) and complete for the kernels whose trees were read, so that an absence
can be a fact too. A kernel between two that were read is judged by both of them: what they agree on holds
(``inferred``), what they disagree on is unknown.
"""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from typing import Any

from threadmine.memmap.versions import parse_version
from threadmine.model import Unknown

SURE = 1
"""Flag of a call: no condition stands around it."""

REPEATED = 2
"""Flag of a call: it stands more than once in the function."""

STORE = "="
"""How a store among the steps of a function is marked: ``=folio.mapping``."""

INDIRECT = "*"
"""The callee of a call through a pointer that could not be resolved."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function that is called; ``sure`` where no condition stands around the call.

    ``handed``: the arguments that are constants or the caller's own parameters (``page,1``), empty for
    others.
    """

    callee: str
    sure: bool
    repeated: bool
    handed: str = ""


@dataclass(frozen=True, slots=True)
class MemberUse:
    """A member that a function touches itself. ``access``: ``r``, ``w``, ``a`` (address taken).

    ``struct`` is ``?`` where the type of the pointer could not be told. ``value`` is what is stored, where
    that is a single word, or the operator (``|=``), or ``+1``/``-1``; else empty.
    """

    struct: str
    member: str
    access: str
    value: str

    @property
    def name(self) -> str:
        return f"{self.struct}.{self.member}"


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition under which a function returns at once (``return -EINVAL``), warns or stops (``bug``).

    ``test`` is one disjunct: ``!order``, ``folio_test_anon()``, ``order>MAX_ORDER``.
    """

    effect: str
    test: str

    @property
    def rejects(self) -> bool:
        """Whether the caller did something that is not allowed (an error, a warning, a stop)."""
        return self.effect in ("warn", "bug") or self.effect.startswith(("return -E", "return ERR_PTR"))


_FUNCTION = re.compile(rb'^\{"f":"([^"]*)"', re.MULTILINE)


class FunctionFacts:
    """What one function does in one kernel; each sort of fact is unpacked when it is first asked for.

    ``kernel`` and ``source`` name the trees that say so; ``inferred``: the kernel asked for was not read
    itself.
    """

    def __init__(
        self, code: CodeFacts, row: dict[str, Any], mask: int, kernel: str, source: str, inferred: bool
    ) -> None:
        self._code, self._row, self._mask = code, row, mask
        self.name: str = row["f"]
        self.kernel, self.source, self.inferred = kernel, source, inferred

    def _kept(self, key: str) -> list[list[Any]]:
        """The facts of one sort that all trees agree on."""
        mask = self._mask
        return [entry for entry in _expanded(self._row, key) if entry[-1] & mask == mask]

    @cached_property
    def files(self) -> tuple[str, ...]:
        return self._code.files_of(self.name, self._mask)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        kept = self._kept("a")
        return tuple(kept[0][0].split(",")) if kept and kept[0][0] else ()

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """In the order in which they first stand in the function."""
        return tuple(step for step in self.steps if step.callee[0] != STORE)

    @cached_property
    def steps(self) -> tuple[Call, ...]:
        """Calls, and stores to members (``=folio.mapping``), in the order in which they first stand."""
        mask = self._mask
        bits: dict[str, int] = {}
        flags: dict[str, int] = {}
        handed: dict[str, str] = {}
        for callee, flag, words, its in _expanded(self._row, "c"):
            if its & mask:
                bits[callee] = bits.get(callee, 0) | its
                flags[callee] = flags.get(callee, flag) & flag
                handed[callee] = words if handed.get(callee, words) == words else ""
        return tuple(
            Call(callee, bool(flag & SURE), bool(flag & REPEATED), handed[callee])
            for callee, flag in flags.items()
            if bits[callee] & mask == mask
        )

    @cached_property
    def callees(self) -> dict[str, Call]:
        return {call.callee: call for call in self.calls}

    @cached_property
    def members(self) -> tuple[MemberUse, ...]:
        return tuple(_member_use(name, access, value) for name, access, value, _ in self._kept("m"))

    @cached_property
    def guards(self) -> tuple[Guard, ...]:
        return tuple(Guard(effect, test) for effect, test, _ in self._kept("g"))

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """Flags and the like that it names (``__GFP_COMP``)."""
        return tuple(entry[0] for entry in self._kept("k"))

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """Flags and counters it changes: ``+PG_dirty`` is set or counted up, ``-`` cleared, ``=`` either."""
        return tuple(entry[0] for entry in self._kept("o"))

    @cached_property
    def drops(self) -> tuple[str, ...]:
        """Locks that it lets go of."""
        return tuple(entry[0] for entry in self._kept("u"))

    @cached_property
    def results(self) -> tuple[str, ...]:
        """Constants it returns (``NULL``, ``-EINVAL``)."""
        return tuple(entry[0] for entry in self._kept("r"))

    @cached_property
    def places(self) -> dict[str, frozenset[str]]:
        """Callee -> what holds at its calls: ``L:lruvec.lru_lock``, ``count==0``, ``folio_test_lru()``."""
        return {callee: _tokens(place) for callee, place, _ in self._kept("h")}

    @cached_property
    def entry(self) -> frozenset[str]:
        """What holds whenever the function is entered, by all calls that were read."""
        return frozenset(t for place, _ in self._kept("e") for t in _tokens(place))

    @cached_property
    def stores(self) -> dict[str, frozenset[str]]:
        """``struct.member`` -> the locks the function holds wherever it writes it."""
        return {member: _tokens(place) for member, place, _ in self._kept("w")}

    @cached_property
    def takes(self) -> dict[str, bool]:
        """Lock -> whether the function always takes it (not under a condition)."""
        return {lock: bool(sure) for lock, sure, _ in self._kept("t")}

    @cached_property
    def says(self) -> tuple[str, ...]:
        """Names of locks, or ``reference``, that the comment above it says its caller must hold."""
        return tuple(entry[0] for entry in self._kept("d"))

    @cached_property
    def serves(self) -> tuple[str, ...]:
        """Members of tables of operations that it is given to (``dev_pagemap_ops.folio_free``)."""
        return tuple(entry[0] for entry in self._kept("i"))

    @property
    def is_macro(self) -> bool:
        return bool(self._row.get("x", 0) & self._mask)


class CodeFacts:
    """The facts of all kernels; one function's line is unpacked when it is first asked for."""

    def __init__(self, data: bytes) -> None:
        first, _, rest = data.partition(b"\n")
        self._files_line, _, rest = rest.partition(b"\n")
        self._users_line, _, self._rest = rest.partition(b"\n")
        head = json.loads(first)
        self.versions: tuple[str, ...] = tuple(head["versions"])
        self.sources: tuple[str, ...] = tuple(head["sources"])
        self._structs: dict[str, dict[str, int]] = head["structs"]
        self._values: dict[str, list[list[int]]] = head["values"]
        self._home: tuple[str, ...] = tuple(head["home"][0])
        self._at_home: frozenset[str] = frozenset(head["home"][1])
        parsed = [parse_version(v) for v in self.versions]
        self._series = [v.series for v in parsed if v is not None]

    @cached_property
    def _lines(self) -> dict[str, int]:
        """Function -> where its line begins: ``{"f":"name",...``."""
        return {match[1].decode(): match.start() for match in _FUNCTION.finditer(self._rest)}

    @lru_cache(maxsize=600)  # noqa: B019  (lives as long as the process)
    def _row(self, name: str) -> dict[str, Any] | None:
        start = self._lines.get(name)
        if start is None:
            return None
        end = self._rest.find(b"\n", start)
        row: dict[str, Any] = json.loads(self._rest[start : end if end >= 0 else len(self._rest)])
        return row

    def names(self) -> Iterator[str]:
        """Every function of any kernel, sorted."""
        return iter(self._lines)

    def known(self, name: str) -> bool:
        """Whether any kernel's facts hold a function or macro of that name."""
        return name in self._lines

    @lru_cache(maxsize=256)  # noqa: B019
    def span(self, version: str) -> tuple[int, ...] | Unknown:
        """The trees that answer for a kernel: the one of its series, or its neighbours on both sides."""
        wanted = parse_version(version)
        if wanted is None:
            return Unknown(f"{version!r} is no kernel version")
        exact = [n for n, s in enumerate(self._series) if s == wanted.series]
        if exact:
            return (exact[0],)
        below = [n for n, s in enumerate(self._series) if s < wanted.series]
        above = [n for n, s in enumerate(self._series) if s > wanted.series]
        if not below or not above:
            edge = "older" if not below else "newer"
            return Unknown(f"no function facts for {version}: {edge} than the kernels that were read")
        return (below[-1], above[0])

    def exact(self, version: str) -> bool:
        """Whether the very series was read."""
        span = self.span(version)
        return not isinstance(span, Unknown) and len(span) == 1

    @lru_cache(maxsize=1_500)  # noqa: B019
    def function(self, name: str, version: str) -> FunctionFacts | Unknown:
        """The facts that hold for ``name`` in ``version``: what all trees of its span agree on.

        An absence is certain only if each of ``kernel`` (parts between slashes), asked by itself, shows it.

        Returns:
            Unknown where no tree of the span has the function.
        """
        span = self.span(version)
        if isinstance(span, Unknown):
            return span
        row = self._row(name)
        if row is None:
            return Unknown(f"no facts about {name}()")
        mask = sum(1 << n for n in span)
        have: int = row["v"] & mask
        if not have:
            return Unknown(f"{name}() is not in the mm code of {'/'.join(self.versions[n] for n in span)}")
        # where only one neighbour has the function, it came or went in between: the other says nothing
        there = tuple(n for n in span if have >> n & 1)
        kernel = "/".join(self.versions[n] for n in there)
        source = "code " + " and ".join(self.sources[n] for n in there)
        return FunctionFacts(self, row, have, kernel, source, inferred=len(span) > 1)

    def versions_of(self, name: str) -> tuple[str, ...]:
        """The kernels that were read and have the function, oldest first."""
        row = self._row(name)
        return tuple(v for n, v in enumerate(self.versions) if row and row["v"] >> n & 1)

    def has_struct(self, struct: str) -> bool:
        """Whether any kernel's facts hold the members of that struct."""
        return struct in self._structs

    def struct_members(self, struct: str, version: str) -> frozenset[str] | Unknown:
        """Members that the trees of a version's span declare in ``struct``."""
        span = self.span(version)
        if isinstance(span, Unknown):
            return span
        members = self._structs.get(struct)
        if not members:
            return Unknown(f"no facts about the members of struct {struct}")
        mask = sum(1 << n for n in span)
        return frozenset(m for m, bits in members.items() if bits & mask == mask)

    def tells_of(self, struct: str, facts: FunctionFacts) -> bool:
        """Whether all that a function does to members of a struct was kept.

        Of structs that half the kernel uses (vm_area_struct) only what mm and a few files do to them is.
        """
        return struct not in self._at_home or all(path.startswith(self._home) for path in facts.files)

    def value_of(self, constant: str, version: str) -> int | Unknown:
        """The plain number that files of mm define a constant as, in all trees of a version's span."""
        span = self.span(version)
        if isinstance(span, Unknown):
            return span
        mask = sum(1 << n for n in span)
        for value, bits in self._values.get(constant, ()):
            if bits & mask == mask:
                return value
        return Unknown(f"no fact about the value of {constant} in {version}")

    @lru_cache(maxsize=2_000)  # noqa: B019
    def mentioning(self, name: str) -> tuple[str, ...]:
        """Functions of any kernel whose facts hold ``name`` (callee, ``struct.member``, constant), sorted."""
        needle, data, found, position = f'"{name}"'.encode(), self._rest, [], 0
        while (hit := data.find(needle, position)) >= 0:
            start = data.rfind(b"\n", 0, hit) + 1
            end = data.find(b"\n", hit)
            found.append(data[start + 6 : data.index(b'"', start + 6)].decode())
            position = end if end > 0 else len(data)
        return tuple(f for f in found if f != name)

    @lru_cache(maxsize=2_000)  # noqa: B019
    def in_file(self, path: str, version: str) -> tuple[str, ...]:
        """The functions that stand in a file (``fs/dax.c``), or below a folder (``drivers/gpu/``), sorted.

        ``mm/vmscan.c#lru_gen`` are those of a file with a word in their name.
        """
        path, _, word = path.partition("#")
        span = self.span(version)
        if isinstance(span, Unknown):
            return ()
        mask = sum(1 << n for n in span)
        if path.endswith("/"):
            files = [rows for place, rows in self._files.items() if place.startswith(path)]
        else:
            files = [self._files.get(path, ())]
        found = {f for rows in files for bits, functions in rows if bits & mask == mask for f in functions}
        return tuple(sorted(f for f in found if word in f))

    def has_file(self, path: str) -> bool:
        """Whether any kernel's facts hold a function of that file."""
        return path in self._files

    @lru_cache(maxsize=1_000)  # noqa: B019
    def users(self, name: str, version: str) -> tuple[str, ...]:
        """The functions that touch ``struct.member`` (or name a constant) in all trees of a span, sorted."""
        span = self.span(version)
        if isinstance(span, Unknown):
            return ()
        mask = sum(1 << n for n in span)
        rows = self._users.get(name, ())
        return tuple(sorted(f for bits, functions in rows if bits & mask == mask for f in functions))

    @cached_property
    def _users(self) -> dict[str, tuple[tuple[int, tuple[str, ...]], ...]]:
        return _grouped(self._users_line)

    @cached_property
    def _files(self) -> dict[str, tuple[tuple[int, tuple[str, ...]], ...]]:
        return _grouped(self._files_line)

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, str]]]:
        """Function -> (bits, file) pairs."""
        found: dict[str, list[tuple[int, str]]] = {}
        for path, rows in self._files.items():
            for bits, functions in rows:
                for function in functions:
                    found.setdefault(function, []).append((bits, path))
        return found

    def files_of(self, name: str, mask: int) -> tuple[str, ...]:
        """The files a function stands in, in all kernels of ``mask`` (bits by position in ``versions``)."""
        return tuple(path for bits, path in self._places.get(name, ()) if bits & mask == mask)


WIDTHS = dict.fromkeys("akrideou", 1) | dict.fromkeys("ghwt", 2) | dict.fromkeys("cm", 3)
"""How many values a fact of each sort has, before the bits of the kernels that have it."""

_EMPTY = {"c": ("", 0, ""), "m": ("", "r", ""), "g": ("", ""), "h": ("", ""), "w": ("", ""), "t": ("", 0)}


def _expanded(row: dict[str, Any], key: str) -> list[list[Any]]:
    """One sort of a row's facts, with what their compact form leaves out: empty values, the row's own bits.

    Done when they are first asked for.
    """
    facts: list[Any] = row.get(key, [])
    done: set[str] = row.setdefault("", set())
    if not facts or key in done:
        return facts
    done.add(key)
    own, width, empty = row["v"], WIDTHS[key], _EMPTY.get(key, ("",))
    for number, fact in enumerate(facts):
        if isinstance(fact, str):
            facts[number] = [fact, *empty[1:], own]
        elif len(fact) <= width:
            facts[number] = [*fact, *empty[len(fact) :], own]
    return facts


def _grouped(line: bytes) -> dict[str, tuple[tuple[int, tuple[str, ...]], ...]]:
    """An index line unpacked: key -> (bits, functions) pairs."""
    found: dict[str, list[tuple[int, str]]] = json.loads(line)
    return {key: tuple((bits, tuple(names.split())) for bits, names in rows) for key, rows in found.items()}


LOCK = "L:"
"""How a lock is marked among what holds at a place."""


@lru_cache(maxsize=4_000)
def _tokens(place: str) -> frozenset[str]:
    return frozenset(place.split(",")) - {""}


def _member_use(name: str, access: str, value: str) -> MemberUse:
    struct, _, member = name.partition(".")
    return MemberUse(struct, member, access, value)


@cache
def load_code() -> CodeFacts:
    """The packaged facts (unpacked once, a few 10 ms; a function's line only when it is asked for)."""
    return CodeFacts(lzma.decompress((files("threadmine.memmap.data") / "calls.json.xz").read_bytes()))
