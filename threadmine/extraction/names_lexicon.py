"""What a name is, and the names that the model knows in the forms that people write.

What counts as a name comes from the model's facts (every struct, member and flag that any kernel had); the
vocabulary adds how people spell them, what functions are about and what their variables are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from threadmine.vocab.lists import word_list

# Which struct an ambiguous member is taken for where nothing tells; first match wins.
_PREFERENCE = ("page", "folio", "dev_pagemap", "slab", "ptdesc", "zpdesc", "netmem_desc")

CALLBACKS = {
    "page_free": "dev_pagemap_ops",
    "folio_free": "dev_pagemap_ops",
    "migrate_to_ram": "dev_pagemap_ops",
    "memory_failure": "dev_pagemap_ops",
    "folio_split": "dev_pagemap_ops",
    "isolate_page": "movable_operations",
    "migrate_page": "movable_operations",
    "putback_page": "movable_operations",
}
"""Functions that are called through a pointer, and the struct that holds it."""

_FLAG_CALL = re.compile(
    r"(?:(?:__)?(?:Test)?(?:Set|Clear)?Page|folio_(?:test_|set_|clear_|test_set_|test_clear_|mark_)|__folio_(?:set|clear)_)(\w{2,30})$"
)


class NameKind(StrEnum):
    """What a name names."""

    MEMBER = "member"
    FUNCTION = "function"
    FLAG = "flag"
    CONSTANT = "constant"
    STRUCT = "struct"
    EXPRESSION = "expression"  # C notation whose struct the model does not know


@dataclass(frozen=True, slots=True)
class Name:
    """One name in a text.

    ``entity`` is ``struct.member``, ``function``, ``PG_flag``, the struct's or the constant's name.
    ``implied`` are entities that the name is about as well (``page_count`` is about ``page._refcount``).
    ``index`` is the page index of ``page[1].x``. Offsets are characters of the text that was searched.
    """

    start: int
    end: int
    text: str
    entity: str
    kind: NameKind
    implied: tuple[str, ...] = ()
    index: str = ""
    inferred: str = ""


class NameFacts(Protocol):
    """What the model must tell about names (``memmap`` gives it)."""

    @property
    def structs(self) -> Iterable[str]: ...

    @property
    def members(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def functions(self) -> Iterable[str]: ...

    @property
    def flags(self) -> Iterable[str]: ...

    @property
    def routines(self) -> frozenset[str]: ...

    @property
    def other_members(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def other_structs(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Lexicon:
    """The names known to the model in the forms that people write, ready to look up."""

    structs: frozenset[str]
    members: Mapping[str, tuple[str, ...]]
    functions: frozenset[str]
    flags: Mapping[str, str]  # any spelling -> PG_name
    accessors: Mapping[str, tuple[str, ...]]  # function -> members it is about
    constants: tuple[tuple[str, str], ...]  # prefix -> member
    variables: tuple[tuple[str, str], ...]  # end of a variable's name -> struct
    plain: frozenset[str]
    others: Mapping[str, str]  # members of structs outside the model
    beside: frozenset[str]
    telling: frozenset[str] = frozenset()  # single words that name a member where the mail has it in C
    said_of: frozenset[str] = frozenset()  # and those that do so before one of ``verbs``
    verbs: frozenset[str] = frozenset()
    routines: frozenset[str] = frozenset()  # functions of memory management, whatever they touch
    around: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # members of other structs
    neighbours: frozenset[str] = frozenset()  # those structs
    single: frozenset[str] = frozenset()  # structs of one word that is no English (``zpdesc``)
    whole: frozenset[str] = frozenset()  # every word without an underscore that may be a name


def lexicon_of(facts: NameFacts) -> Lexicon:
    """The lexicon for a model's names; made once for each model."""
    known = _lexicons.get(id(facts))
    if known is None or known[0] is not facts:
        known = (facts, _build(facts))
        _lexicons[id(facts)] = known
    return known[1]


_lexicons: dict[int, tuple[NameFacts, Lexicon]] = {}


def _build(facts: NameFacts) -> Lexicon:
    vocabulary = word_list("accessors")
    flags: dict[str, str] = {}
    for flag in sorted(facts.flags):
        if not flag.startswith("PG_"):
            continue
        for spelling in _spellings(flag):
            flags.setdefault(spelling, flag)
    flags.update({str(alias): str(flag) for alias, flag in vocabulary["flag_aliases"].items()})
    accessors: dict[str, tuple[str, ...]] = {}
    for member, entry in vocabulary.items():
        if "." in member:
            for name in entry["names"]:
                accessors[name] = (*accessors.get(name, ()), member)
    plain = vocabulary["plain"]
    members = {**_lacking(facts), **facts.members}
    single = frozenset(vocabulary["structs"]["words"])
    return Lexicon(
        structs=frozenset(facts.structs),
        members=members,
        functions=frozenset(facts.functions) | frozenset(accessors),
        flags=flags,
        accessors=accessors,
        constants=tuple((str(k), str(v)) for k, v in vocabulary["constants"].items()),
        variables=tuple((str(k), str(v)) for k, v in vocabulary["variables"].items()),
        others={str(k): str(v) for k, v in vocabulary["other_members"].items()},
        plain=frozenset(plain["words"]),
        beside=frozenset(plain["beside"]),
        telling=frozenset(plain["telling"]),
        said_of=frozenset(plain["said_of"]),
        verbs=frozenset(plain["verbs"]),
        routines=facts.routines,
        around=facts.other_members,
        neighbours=facts.other_structs,
        single=single,
        whole=frozenset(name for name in (*members, *flags, *single) if "_" not in name),
    )


def _lacking(facts: NameFacts) -> Mapping[str, tuple[str, ...]]:
    """Members of the described structs that only the facts of the code know (``page.rcu_head``)."""
    ours = frozenset(facts.structs)
    found = {name: tuple(s for s in owners if s in ours) for name, owners in facts.other_members.items()}
    return {name: owners for name, owners in found.items() if owners and "_" in name}


def _spellings(flag: str) -> Iterable[str]:
    """``PG_anon_exclusive``, ``AnonExclusive``, ``anon_exclusive`` (the last two only where they are no
    plain word).
    """
    short = flag[3:]
    camel = "".join(part.capitalize() for part in short.split("_"))
    yield flag
    yield "/" + short.replace("_", "")  # in a list with slashes, any capitals
    for page in (f"Page{camel}", f"Page{short.upper()}"):
        yield from (page, f"SetPage{page[4:]}", f"ClearPage{page[4:]}", f"TestSet{page}", f"TestClear{page}")
    if "_" in short and not short.endswith(("_1", "_2", "_3")):
        yield short
        yield camel
        yield camel.lower()


def flag_of_call(name: str, lexicon: Lexicon) -> str:
    """The flag that ``PageDirty``, ``folio_set_dirty`` and the like are about, or empty."""
    match = _FLAG_CALL.match(name)
    if not match:
        return ""
    rest = match.group(1)
    return lexicon.flags.get(f"PG_{rest.lower()}", "") or lexicon.flags.get(f"Page{rest}", "")


def prefer(owners: tuple[str, ...]) -> str:
    """The struct a member is taken for where nothing tells which of ``owners`` is meant."""
    for struct in _PREFERENCE:
        if struct in owners:
            return struct
    return owners[0]
