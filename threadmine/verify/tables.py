"""The rules' own facts and word lists (tables.toml), read when first asked for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("threadmine.verify") / "tables.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Packed:
    """A quantity kept in some bits of a word: ``word`` is a member, ``page`` the page of the compound."""

    words: frozenset[str]
    kernels: str
    word: str
    fact: str
    page: int = 0
    config: str = ""
    bits: int = 0  # how many it takes, 0 where that depends or is not known


@cache
def packed() -> tuple[Packed, ...]:
    """Quantities that are packed into words."""
    return tuple(
        Packed(
            frozenset(r["words"]),
            r["kernels"],
            r["word"],
            r["fact"],
            r.get("page", 0),
            r.get("config", ""),
            r.get("bits", 0),
        )
        for r in _data()["packed"]
    )


@cache
def tests_of(what: str) -> frozenset[str]:
    """Predicate functions that ask about a member (``page._refcount``) or a kind of page ("compound
    page")."""
    return frozenset(_data()["tests"].get(what, ()))


@cache
def zero_tests_of(member: str) -> frozenset[str]:
    """Predicate functions that are true where a member (``page._refcount``) is 0, or nearly overflows."""
    return frozenset(_data()["zero_tests"].get(member, ()))


@cache
def equalities() -> tuple[tuple[str, frozenset[str], str], ...]:
    """Expressions that give the same value by definition: (kernels, expressions, the fact) of each class."""
    return tuple((row["kernels"], frozenset(row["same"]), row["fact"]) for row in _data()["equalities"])


@cache
def every() -> dict[str, str]:
    """Function -> the kind of page all of which go through it."""
    return dict(_data()["every"])


_AROUND = re.compile(
    r"^(?:the|our|core|generic|in-kernel) |(?:'s)?(?: (?:code|paths?|subsystem|side|logic|code paths?))+$"
)
"""What may stand around the name of a part of the kernel."""


@cache
def places_of(what: str) -> tuple[str, ...]:
    """Files and folders (ending in /) in which a part of the kernel lives; empty where it is not known."""
    return _looked_up("places", what)


@cache
def acts_of(what: str) -> tuple[str, ...]:
    """The functions that do something that people name by a word or two ("swapin", "the free path")."""
    return _looked_up("acts", what)


@cache
def unseen() -> frozenset[str]:
    """Members that are also written in ways that are not seen (by macros that hide their name)."""
    return frozenset(_data()["unseen"]["members"])


@cache
def masks() -> dict[str, tuple[str, ...]]:
    """Constants that stand for all page flags but a few -> those few."""
    return {mask: tuple(but) for mask, but in _data()["masks"].items()}


@cache
def asserting() -> tuple[tuple[str, frozenset[str]], ...]:
    """Locks with the functions that assert that they are held."""
    return tuple((lock, frozenset(names)) for lock, names in _data()["asserting"].items())


def _looked_up(table: str, what: str) -> tuple[str, ...]:
    low = " ".join(what.lower().split())
    known = _data()[table]
    bare = _AROUND.sub("", _AROUND.sub("", low))
    return tuple(known.get(low, ()) or known.get(bare, ()))


@cache
def hubs() -> frozenset[str]:
    """Functions that so many others call that what they do is not their callers' doing."""
    return frozenset(_data()["hubs"]["functions"])


@cache
def targets_of(member: str) -> tuple[tuple[str, str], ...]:
    """What a word (``page.mapping``) can point to, with the kernels: (range, struct) pairs."""
    return tuple((kernels, struct) for kernels, struct in _data()["points_to"].get(member, ()))


@cache
def lock_words() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Lock -> how sentences call it, in the order of looking."""
    return tuple((lock, tuple(words)) for lock, words in _data()["locks"].items())


@cache
def primitives() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Function -> (member or flag, ``w`` or ``r``, value) of what it is known to do, however it does that."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in _data()["primitives"]:
        what = (row["writes"], "w", row["value"]) if "writes" in row else (row["reads"], "r", "")
        for function in row["functions"]:
            found.setdefault(function, []).append(what)
    return {function: tuple(writes) for function, writes in found.items()}


@cache
def tail_page_of(member: str) -> int:
    """The page of a compound in which older kernels keep a member of struct page (1: first tail); 0: any."""
    return int(_data()["tail_members"].get(member, 0))


@dataclass(frozen=True, slots=True)
class Left:
    """What a function leaves behind: a member's value, in some kernels; read by hand."""

    member: str
    values: tuple[str, ...]
    kernels: str
    fact: str
    source: str


@cache
def leaves(function: str) -> tuple[Left, ...]:
    """What is known of what a function leaves behind; empty where nothing is."""
    return tuple(
        Left(row["member"], tuple(row["values"]), row["kernels"], row["fact"], row["source"])
        for row in _data()["leaves"]
        if function in row["functions"]
    )


@dataclass(frozen=True, slots=True)
class Constant:
    """The value of a macro or enumerator; ``offset`` names what a configuration adds to it."""

    kernels: str
    value: int
    offset: str
    source: str


@cache
def constants(name: str) -> tuple[Constant, ...]:
    """What is known of the value of a constant; empty where nothing is."""
    return tuple(Constant(*row) for row in _data()["constants"].get(name, ()))


@cache
def entered() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Function -> (what holds whenever it is entered, the fact, its source), read by hand."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in _data()["entered"]:
        for function in row["functions"]:
            found.setdefault(function, []).append((row["holds"], row["fact"], row["source"]))
    return {function: tuple(rows) for function, rows in found.items()}


@cache
def called() -> dict[str, str]:
    """What people call a member, in lower case -> the member."""
    return {words: member for member, names in _data()["called"].items() for words in names}
