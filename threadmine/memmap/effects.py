"""What each function reads, writes and requires, as rows: derived from data/functions.txt for a kernel.

The rows come from walking a block without running it: every assignment, read and requirement with the page
of the compound it is about and the conditions that stand around it. Calls are followed, so that
"prep_compound_page sets _nr_pages" is a row with ``via`` set to the helper that does it.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from threadmine.memmap import facts
from threadmine.memmap.names import flag_in
from threadmine.memmap.program import builtin_blocks


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing a function does to one member.

    ``member`` is ``struct.member``, or the called function's name where ``access`` is ``call``. ``page`` is
    head, tail, page[1], page[2], every page. ``access`` is read, write, require, call, or keep (left as it
    was although one might expect otherwise). ``via`` names the helper that does it, empty where the
    function itself does.
    """

    function: str
    member: str
    page: str
    access: str
    value: str
    condition: str
    kernels: str
    source: str
    via: str = ""
    flags: tuple[str, ...] = ()


_FLAG_OP = re.compile(
    r"^(?P<bare>__)?(?:(?P<old>SetPage|ClearPage|TestSetPage|TestClearPage|Page)(?P<Name>[A-Z]\w*)"
    r"|folio_(?P<new>test_and_set|test_and_clear|test_set|test_clear|set|clear|test|change)_(?P<name>[a-z]\w*))$"
)
_KINDS = {
    "SetPage": "set",
    "ClearPage": "clear",
    "TestSetPage": "set",
    "TestClearPage": "clear",
    "Page": "test",
    "test_and_set": "set",
    "test_set": "set",
    "test_and_clear": "clear",
    "test_clear": "clear",
    "set": "set",
    "clear": "clear",
    "test": "test",
    "change": "change",
}


@dataclass(frozen=True, slots=True)
class FlagOperation:
    """An accessor such as ``__SetPageHead`` or ``folio_test_lru`` taken apart; ``kind`` set, clear or
    test."""

    flag: str
    kind: str
    struct: str


@cache
def flag_operation(name: str) -> FlagOperation | None:
    """What the accessor ``name`` does to which flag; None where ``name`` is no accessor of a known flag."""
    from threadmine.memmap.names import Names

    found = _FLAG_OP.match(name)
    if not found or name in builtin_blocks():
        return None
    flag = flag_in(name.removeprefix("__") if found["new"] else name)
    if not flag or flag not in Names().flags:
        return None
    kind = _KINDS[found["old"] or found["new"]]
    return FlagOperation(flag, kind, "folio" if found["new"] else "page")


@cache
def known_functions() -> frozenset[str]:
    """Names of functions with facts (accessor families are recognised by pattern, see flag_operation)."""
    renames = facts.table("names")["functions"]["renames"]
    return frozenset(builtin_blocks()) | {old for old, _, _ in renames}


@cache
def _packed() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(facts.data("effects.json.gz")))
    return document


@cache
def packed_effects(function: str) -> tuple[Effect, ...]:
    """The effects of a packaged function in every kernel, each with the range of kernels it holds in."""
    document = _packed()
    words = document["words"]
    found = []
    for row in document["functions"].get(function, ()):
        kernels, member, page, access, value, condition, source, via = (words[n] for n in row[:8])
        flags = tuple(words[n] for n in row[8])
        found.append(Effect(function, member, page, access, value, condition, kernels, source, via, flags))
    return tuple(found)
