"""Tells the struct behind an expression in a diff, as far as the diff's own lines and common names say.

A hunk is a keyhole: the declaration of ``p`` in ``p->mapping`` may be ten lines above it. What the lines show
(declarations, parameters, casts, results of known functions) is taken for certain; a name that means the same
all over the kernel (``folio``, ``head_page``) is believed only where nothing contradicts it, and marked. Else
the type is not told: a member of an unknown struct touches nothing we know of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from threadmine.vocab.lists import word_list

MAX_LINE = 400  # characters of a line that are looked at
MAX_DECLARATIONS = 2_000

_DECLARATION = re.compile(  # begins with plain letters, not with \b: those are looked for much quicker
    r"struct(?<=\bstruct)[ \t]+(\w{1,64})[ \t]*(?:const[ \t]+)?"
    r"(\*[ \t*]*(?:const\b|__rcu\b|__iomem\b)?[ \t]*|[ \t])(\w{1,64})"
)
_NEXT_NAME = re.compile(
    r"(?:\[[^\]\n]{0,40}\])?[ \t]*(?:=[^,;(){}\n]{0,80}(?:\([^()\n]{0,80}\))?[^,;(){}\n]{0,40})?"
    r",[ \t]*\*+[ \t]*(\w{1,64})"
)
_TYPEDEF = re.compile(r"\b(\w+_t)[ \t]+(\w{1,64})\b")
_CAST = re.compile(r"[(\s]*\([ \t]*(?:const[ \t]+)?struct[ \t]+(\w{1,64})[ \t]*(?:const[ \t]*)?\*+[ \t]*\)")
_FIRST_NAME = re.compile(r"[*&\s]*([A-Za-z_]\w{0,64})[ \t]*(?:[+-][^?:]*|\+\+|--)?\Z")
_KEYWORDS = frozenset(
    ("if", "while", "for", "switch", "return", "sizeof", "typeof", "else", "likely", "unlikely")
)


@dataclass(frozen=True)
class Vocabulary:
    """The lists of vocab/ctypes.toml, ready to look up."""

    returns: Mapping[str, str]
    pointers: Mapping[str, str]
    typedefs: Mapping[str, str]
    variables: Mapping[str, str]
    not_variables: frozenset[str]
    writer_names: frozenset[str]
    writer_prefixes: tuple[str, ...]
    readers: frozenset[str]
    matches: Mapping[str, tuple[str, str]]
    member_macros: frozenset[str]
    loops: frozenset[str]
    no_touch: frozenset[str]
    freeing_callbacks: frozenset[str]
    freeing_functions: frozenset[str]


@cache
def vocabulary() -> Vocabulary:
    """The word lists, read once."""
    data = word_list("ctypes")
    return Vocabulary(
        returns=_by_name(data["returns"]),
        pointers=_by_name(data["pointers"]),
        typedefs=_by_name(data["typedefs"]),
        variables=_by_name(data["variables"]),
        not_variables=frozenset(data["not_variables"]["names"]),
        writer_names=frozenset(data["writers"]["names"]),
        writer_prefixes=tuple(data["writers"]["prefixes"]),
        readers=frozenset(data["writers"]["readers"]),
        matches={macro: (pair[0], pair[1]) for macro, pair in data["matches"].items()},
        member_macros=frozenset(data["member_macros"]["names"]),
        loops=frozenset(data["member_macros"]["loops"]),
        no_touch=frozenset(data["no_touch"]["names"]),
        freeing_callbacks=frozenset(data["freeing"]["callbacks"]),
        freeing_functions=frozenset(data["freeing"]["functions"]),
    )


def _by_name(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: struct for struct, names in table.items() for name in names}


# ------------------------------------------------------------------------------------- expressions


class BaseKind(StrEnum):
    """What stands before ``->`` or ``.``."""

    VARIABLE = "variable"
    CALL = "call"
    CAST = "cast"
    MEMBER = "member"
    STRUCT = "struct"  # "struct page.flags" in a comment


@dataclass(frozen=True, slots=True)
class Base:
    """``name`` is the variable, function, member or struct; ``start`` the column where it begins."""

    kind: BaseKind
    name: str
    start: int
    indexed: bool = False


def base_before(line: str, operator: int) -> Base | None:
    """The expression that ends before the ``->`` or ``.`` at column ``operator``; None where it is odd."""
    at = _skip_back(line, operator)
    indexed = False
    while at > 0 and line[at - 1] == "]":
        at = _open_of(line, at - 1, "[", "]")
        if at < 0:
            return None
        indexed = True
        at = _skip_back(line, at)
    if at > 0 and line[at - 1] == ")":
        return _parenthesised(line, at)
    start = _word_start(line, at)
    name = line[start:at]
    if not name or name[0].isdigit():
        return None
    before = _skip_back(line, start)
    if line[:before].endswith(("->", ".")):
        inner = base_before(line, before - (2 if line[before - 1] == ">" else 1))
        return Base(BaseKind.MEMBER, name, inner.start if inner else start, indexed)
    if line[:before].endswith("struct") and before < start:
        return Base(BaseKind.STRUCT, name, start, indexed)
    return Base(BaseKind.VARIABLE, name, start, indexed)


def _parenthesised(line: str, at: int) -> Base | None:
    """A call, a cast or a bracketed expression whose ``)`` is at ``at - 1``."""
    opened = _open_of(line, at - 1, "(", ")")
    if opened < 0:
        return None
    word = _word_start(line, opened)
    name = line[word:opened]
    if name and name not in _KEYWORDS:
        if line[:word].endswith(("->", ".")):
            return None
        return Base(BaseKind.CALL, name, word)
    inner = line[opened + 1 : at - 1]
    if cast := _CAST.match(inner):
        return Base(BaseKind.CAST, cast.group(1), opened)
    if found := _FIRST_NAME.match(inner):
        return Base(BaseKind.VARIABLE, found.group(1), opened, True)
    base = base_before(inner.rstrip(), len(inner.rstrip())) if len(inner) < MAX_LINE else None
    return Base(base.kind, base.name, opened, base.indexed) if base else None


def _skip_back(line: str, at: int) -> int:
    while at > 0 and line[at - 1] in " \t":
        at -= 1
    return at


def _word_start(line: str, at: int) -> int:
    while at > 0 and (line[at - 1].isalnum() or line[at - 1] == "_"):
        at -= 1
    return at


def _open_of(line: str, at: int, opening: str, closing: str) -> int:
    """Column of the bracket that the one at ``at`` closes, -1 where it is not on the line."""
    depth = 0
    for index in range(at, -1, -1):
        if line[index] == closing:
            depth += 1
        elif line[index] == opening:
            depth -= 1
            if depth == 0:
                return index
    return -1


# ------------------------------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Declaration:
    """``struct`` is the variable's type, ``side`` the diff mark of its line."""

    offset: int
    side: str
    name: str
    struct: str
    pointer: bool


@dataclass(frozen=True, slots=True)
class Declared:
    """What a hunk declares: variables and parameters by name, and functions by the struct they return."""

    variables: Mapping[str, tuple[Declaration, ...]]
    functions: Mapping[str, str]


def declared_in(body: str, start: int, end: int) -> Declared:
    """Reads the declarations between two offsets of a diff (marks are part of the text)."""
    typedefs = vocabulary().typedefs
    variables: dict[str, list[Declaration]] = {}
    functions: dict[str, str] = {}

    def note(offset: int, name: str, struct: str, pointer: bool) -> None:
        line = body.rfind("\n", 0, offset) + 1
        side = body[line] if body[line] in "+-" else " "
        variables.setdefault(name, []).append(Declaration(offset, side, name, struct, pointer))

    for count, found in enumerate(_DECLARATION.finditer(body, start, end)):
        struct, stars, name = found.groups()
        if count >= MAX_DECLARATIONS:
            break
        if body[found.end() : found.end() + 1] == "(":
            functions[name] = struct
            continue
        note(found.start(), name, struct, "*" in stars)
        at = found.end()
        while more := _NEXT_NAME.match(body, at, end):
            note(found.start(), more.group(1), struct, True)
            at = more.end()
    if any(body.find(name, start, end) >= 0 for name in typedefs):
        for found in _TYPEDEF.finditer(body, start, end):
            if found.group(1) in typedefs:
                note(found.start(), found.group(2), typedefs[found.group(1)], True)
    return Declared({name: tuple(rows) for name, rows in variables.items()}, functions)


@cache
def _other_type(name: str) -> re.Pattern[str]:
    """Matches a declaration of ``name`` with a type that is no struct."""
    types = (
        r"(?:\b(?:int|long|short|char|void|bool|unsigned|size_t|[us](?:8|16|32|64))|\b\w+_t|\benum[ \t]+\w+)"
    )
    return re.compile(types + r"[ \t]*(?:const[ \t]+)?\*{0,2}[ \t]*" + re.escape(name) + r"\b")


def declared_otherwise(body: str, start: int, end: int, name: str) -> bool:
    """Whether the text declares ``name`` as a number, a ``char *`` and the like."""
    return name in vocabulary().variables and _other_type(name).search(body, start, end) is not None


def by_convention(name: str) -> str:
    """The struct that a variable of this name points to all over the kernel, "" where there is no custom."""
    words = vocabulary()
    if name in words.not_variables or name.rpartition("_")[2] in words.not_variables:
        return ""
    if struct := words.variables.get(name):
        return struct
    head, _, last = name.rpartition("_")
    return words.variables.get(last, "") if head and head not in ("nr", "max", "num", "n") else ""
