"""Kinds of page and folio, with what the kernel says of each (kinds.toml), and how words name them.

Much of what is said in review is about kinds: "a slab page can be compound", "device private pages do not use
->share", "an idle fsdax page has a count of 1". Those are facts about a kind in some kernels, not about a
function.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from threadmine.memmap.versions import in_range, parse_version


@dataclass(frozen=True, slots=True)
class Limited:
    """A name that counts in some kernels only (``compound ..6.14``)."""

    name: str
    kernels: str

    def holds(self, version: str) -> bool:
        parsed = parse_version(version)
        return not self.kernels or (parsed is not None and in_range(parsed, self.kernels))


@dataclass(frozen=True, slots=True)
class PageKind:
    """A kind of page or folio; the members are those of kinds.toml."""

    name: str
    words: frozenset[str]
    tests: frozenset[str]
    is_also: tuple[Limited, ...]
    may_be: tuple[Limited, ...]
    never: tuple[Limited, ...]
    uses: tuple[Limited, ...]
    not_uses: tuple[Limited, ...]
    struct: str = ""

    @property
    def user(self) -> bool:
        """Whether it is a part of the kernel that uses pages, and no kind of page itself."""
        return not (self.tests or self.is_also or self.may_be or self.never or self.struct)

    @property
    def part_of(self) -> frozenset[str]:
        """The wider kinds it is part of, in any kernel."""
        found: set[str] = set()
        stack = [self.name]
        while stack:
            for wider in kind(stack.pop()).is_also:
                if wider.name not in found:
                    found.add(wider.name)
                    stack.append(wider.name)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class StateFact:
    """What a member is like for some kinds of page, always or ``when`` something is said of them."""

    kinds: frozenset[str]
    member: str
    when: tuple[str, ...]
    values: tuple[str, ...]
    kernels: str
    not_kernels: str
    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class NeedFact:
    """What is needed for something by the rules of mm; ``needs`` is a lock or empty.

    With ``members`` it is a state of one of those that is needed, which ``words`` tell.
    """

    about: frozenset[str]
    needs: str
    words: tuple[str, ...]
    kernels: str
    text: str
    source: str
    members: frozenset[str] = frozenset()


@cache
def _data(name: str = "kinds") -> dict[str, Any]:
    return tomllib.loads((files("threadmine.verify") / f"{name}.toml").read_text(encoding="utf-8"))


def _limited(names: list[str]) -> tuple[Limited, ...]:
    return tuple(Limited(*(name.partition(" ")[::2])) for name in names)


@cache
def kinds() -> dict[str, PageKind]:
    """All kinds by name."""
    found = {}
    for name, row in _data()["kinds"].items():
        found[name] = PageKind(
            name=name,
            words=frozenset(row["words"]),
            tests=frozenset(row.get("tests", ())),
            is_also=_limited(row.get("is", [])),
            may_be=_limited(row.get("may_be", [])),
            never=_limited(row.get("never", [])),
            uses=_limited(row.get("uses", [])),
            not_uses=_limited(row.get("not_uses", [])),
            struct=row.get("struct", ""),
        )
    return found


def singular(kind: PageKind) -> str:
    """The kind in a word or two, for sentences: "slab page"."""
    shortest = min(kind.words, key=lambda word: (abs(len(word) - 9), word))
    return shortest.removesuffix("s") if not shortest.endswith("ss") else shortest


def spelled(kind: PageKind) -> str:
    """The kind as those who use a member: "slab pages", "the page cache"."""
    name = singular(kind)
    return f"{name}s" if name.endswith(("page", "folio", "netmem", "iov")) else name


def kind(name: str) -> PageKind:
    return kinds()[name]


@cache
def states() -> tuple[StateFact, ...]:
    """The facts about members by kind of page (kinds.toml, states.toml)."""
    return tuple(
        StateFact(
            frozenset(row["kind"]),
            row["member"],
            tuple(row.get("when", ())),
            tuple(row["value"]),
            row.get("kernels", ""),
            row.get("not_kernels", ""),
            row["fact"],
            row["source"],
        )
        for row in (*_data()["states"], *_data("states")["states"])
    )


@cache
def needs() -> tuple[NeedFact, ...]:
    """What is needed for something (needs.toml)."""
    return tuple(
        NeedFact(
            frozenset(row["about"]),
            row.get("needs", ""),
            tuple(row["words"]),
            row.get("kernels", ""),
            row["fact"],
            row["source"],
            frozenset(row.get("members", ())),
        )
        for row in _data("needs")["needs"]
    )


@cache
def _phrases() -> dict[str, tuple[tuple[str, str], ...]]:
    """The kinds' words by their first word, the longest first: (phrase, kind) pairs."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind in kinds().values():
        for phrase in kind.words:
            first = _TOKEN.match(phrase)
            found.setdefault(first[0] if first is not None else phrase, []).append((phrase, kind.name))
    return {first: tuple(sorted(pairs, key=lambda p: (-len(p[0]), p))) for first, pairs in found.items()}


_TOKEN = re.compile(r"\w[\w'-]*")


@lru_cache(maxsize=8_000)
def kinds_in(words: str) -> tuple[PageKind, ...]:
    """The kinds that words name, in their order; of phrases inside one another the longest."""
    low, phrases = " ".join(words.lower().split()), _phrases()
    found: dict[str, None] = {}
    end = 0
    for token in _TOKEN.finditer(low):
        start = token.start()
        for phrase, name in phrases.get(token[0], ()) if start >= end else ():
            after = low[start + len(phrase) : start + len(phrase) + 1]
            if low.startswith(phrase, start) and not (after.isalnum() or after in ("_", "-")):
                found[name], end = None, start + len(phrase)
                break
    return tuple(kind(name) for name in found)


def kind_of(words: str) -> PageKind | None:
    """The most special kind that words name, or None: of "order-9 device private folio" the second."""
    found = kinds_in(words)
    plain = {"page", "folio"}
    return next((k for k in found if k.name not in plain), found[0] if found else None)


@lru_cache(maxsize=8_000)
def relation(a: str, b: str, version: str) -> bool | None:
    """Whether every page of kind ``a`` is one of kind ``b``: True, False for none, None where not known."""
    wider = _closure(a, version)
    if b in wider:
        return True
    narrow = _closure(b, version)
    for one in wider:
        if any(other.name in narrow and other.holds(version) for other in kind(one).never):
            return False
    for one in narrow:
        if any(other.name in wider and other.holds(version) for other in kind(one).never):
            return False
    return None


def sometimes(a: str, b: str, version: str) -> bool:
    """Whether some pages of kind ``a`` are of kind ``b`` and others are not."""
    if any(other.name == b and other.holds(version) for other in kind(a).may_be):
        return True
    return a != b and a in _closure(b, version)


def _closure(name: str, version: str) -> frozenset[str]:
    found = {name}
    stack = [name]
    while stack:
        for wider in kind(stack.pop()).is_also:
            if wider.name not in found and wider.holds(version):
                found.add(wider.name)
                stack.append(wider.name)
    return frozenset(found)
