"""Tells which members a call touches, so that ``prep_compound_page()`` counts as writing nine of them.

The facts are the model's effects of the kernel that the mail is about; where it has none, the list of
accessors says which member a helper is about and its name says whether it changes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from threadmine.extraction.ctypes import vocabulary
from threadmine.extraction.names import lexicon_of
from threadmine.memmap import Effect, Model
from threadmine.model import Access, Unknown

MAX_MEMBERS = 24  # of one helper
MAX_KNOWN = 5_000  # helpers remembered for one kernel

_FLAG_ACCESSOR = re.compile(
    r"(?:__)?(?:(?:Test)?(?:Set|Clear)?Page[A-Z]\w*|folio_(?:test|set|clear|change)_\w+)\Z"
)
_CHANGES = re.compile(
    r"(?:\A|_)(?:set|clear|inc|dec|add|sub|get|put|put_testzero|init|reset|attach|detach|freeze|unfreeze|grab|charge|"
    r"request|release|tryget|unqueue|deferred_split|Set)(?:_|\Z)|__SetPage|__ClearPage"
)
_ONLY_LOOKS = re.compile(r"_(?:count|is|test|has)(?:_|\Z)|(?:folio|page)_get_private")


@dataclass(frozen=True, slots=True)
class HelperTouch:
    """One member that a helper touches; ``fact`` is what says so."""

    struct: str
    member: str
    access: Access
    fact: str


@dataclass
class Helpers:
    """What the helpers of one kernel touch, remembered by name."""

    model: Model
    version: str
    _known: dict[str, tuple[HelperTouch, ...]] = field(default_factory=dict)

    def touches(self, function: str) -> tuple[HelperTouch, ...]:
        """The members that a call of ``function`` touches, in the order it does; empty for unknown ones."""
        if not may_touch(self.model, function):
            return ()
        found = self._known.get(function)
        if found is None:
            if len(self._known) > MAX_KNOWN:
                self._known.clear()
            found = self._known[function] = self._look_up(function)
        return found

    def _look_up(self, function: str) -> tuple[HelperTouch, ...]:
        effects = self.model.effects(function, self.version)
        if rows := _from_effects(effects, self.model.names.members):
            return rows
        listed = lexicon_of(self.model.names).accessors.get(function, ())
        return _from_accessor(function, tuple(name for name in listed if self._has_struct(name)))

    def _has_struct(self, name: str) -> bool:
        """Whether this kernel has the member's struct: folio_nr_pages() reads no folio before there are any.

        A member that is missing may be the one that the series is about to add, with its helper.
        """
        layout = self.model.nearest(self.version)
        return isinstance(layout, Unknown) or layout.struct(name.partition(".")[0]) is not None


@lru_cache(maxsize=2_048)  # of the words that are met, the scan remembers what comes out
def may_touch(model: Model, function: str) -> bool:
    """Whether ``function`` is known to do more to members than convert pointers, in any kernel."""
    words = vocabulary()
    if words.returns.get(function, "dev_pagemap") != "dev_pagemap" or function in words.no_touch:
        return False  # page_folio() reads a member to find the folio: no news about that member
    if _FLAG_ACCESSOR.match(function) or function in model.names.functions:
        return True
    return function in lexicon_of(model.names).accessors and not function.startswith("percpu_")


@lru_cache(maxsize=64)
def helpers_of(model: Model, version: str) -> Helpers:
    """The helpers as they are in one kernel; made once for each."""
    return Helpers(model, version)


def _from_effects(
    effects: tuple[Effect, ...], members: Mapping[str, tuple[str, ...]]
) -> tuple[HelperTouch, ...]:
    """Writes with those of inner helpers; where a function writes nothing, what it reads itself."""
    writes = [effect for effect in effects if effect.access == "write"]
    reads = [effect for effect in effects if effect.access == "read"]
    chosen = writes or [effect for effect in reads if not effect.via] or reads
    found: dict[tuple[str, str], HelperTouch] = {}
    for effect in chosen:
        struct, _, member = effect.member.partition(".")
        struct, member = struct.partition("[")[0], re.split(r"[.\[]", member, maxsplit=1)[0]
        if struct in members.get(member, ()) and (struct, member) not in found and len(found) < MAX_MEMBERS:
            access = Access.WRITE if writes else Access.READ
            fact = f"effects of {effect.function} ({effect.kernels or 'all kernels'})"
            found[struct, member] = HelperTouch(struct, member, access, fact)
    return tuple(found.values())


def _from_accessor(function: str, members: tuple[str, ...]) -> tuple[HelperTouch, ...]:
    changes = _CHANGES.search(function) is not None and _ONLY_LOOKS.search(function) is None
    access = Access.WRITE if changes else Access.READ
    pairs = (name.partition(".") for name in members)
    return tuple(HelperTouch(struct, member, access, "list of accessors") for struct, _, member in pairs)
