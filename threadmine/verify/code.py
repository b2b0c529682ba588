"""Walks calls: what a function does itself, and what the functions it calls do, with the way there.

A mail says "prep_compound_page() sets _nr_pages" and means that it is set when it returns. So effects are
looked
for some calls deep, and the way is part of the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from threadmine.memmap.calls import INDIRECT, FunctionFacts, Guard, MemberUse, load_code
from threadmine.memmap.effects import FlagOperation, flag_operation
from threadmine.model import Unknown
from threadmine.verify.tables import hubs, primitives

DEPTH = 4
"""How many calls deep an effect still counts as the function's own."""

MAX_VISITED = 400
"""Functions looked at for one question; beyond that the answer is "could not tell"."""


@dataclass(frozen=True, slots=True)
class Step:
    """A function reached from the one asked about. ``way`` starts with that one; ``sure``: no condition on
    it."""

    facts: FunctionFacts
    way: tuple[str, ...]
    sure: bool

    @property
    def spelled(self) -> str:
        return " -> ".join(f"{name}()" for name in self.way)


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything reached from a function. ``complete`` False: a call through a pointer, or too many
    functions."""

    start: FunctionFacts
    steps: tuple[Step, ...]
    complete: bool
    leaves: frozenset[str]  # callees without facts of their own


@lru_cache(maxsize=300)
def reach(name: str, version: str, depth: int = DEPTH, full: bool = False) -> Reach | Unknown:
    """The functions within ``depth`` calls of ``name`` in ``version``, nearest first.

    Args:
        name: the function to start from.
        version: a kernel.
        depth: how many calls deep.
        full: also what stands under two conditions, and what the hubs (put_page, release_pages ...) do: to be
            asked where an absence counts. Without it only what can fairly be called the function's own doing.
    """
    code = load_code()
    start = code.function(name, version)
    if isinstance(start, Unknown):
        return start
    steps = [Step(start, (name,), True)]
    seen, leaves, complete, position = {name}, set[str](), True, 0
    while position < len(steps):
        step = steps[position]
        position += 1
        below = len(step.way) > 1
        inside_hub = below and step.facts.name in hubs()
        for call in step.facts.calls:
            callee = call.callee
            if callee == INDIRECT or "." in callee:
                complete = False
            if callee in seen or callee == INDIRECT:
                continue
            aside = inside_hub or (below and not call.sure) or undoes(callee, name)
            if aside and not full and not primitive(callee):
                continue
            seen.add(callee)
            near = len(step.way) <= depth and code.known(callee)
            facts = code.function(callee, version) if near else None
            if facts is None or isinstance(facts, Unknown):
                leaves.add(callee)
            elif len(steps) >= MAX_VISITED:
                complete = False
            else:
                steps.append(Step(facts, (*step.way, callee), step.sure and call.sure))
    return Reach(start, tuple(steps), complete, frozenset(leaves))


_UNDO = re.compile(
    r"(?:^|_)(?:un\w+|\w*unmap|free\w*|err\w*|put|cleanup|undo|fini\w*|exit|abort|rollback|kill|remove|destroy)(?:_|$)"
)


@lru_cache(maxsize=4_000)
def undoes(callee: str, start: str) -> bool:
    """Whether a callee is on the way back (error handling, tear-down) of a function that is not."""
    return _UNDO.search(callee) is not None and _UNDO.search(start) is None


@lru_cache(maxsize=4_000)
def primitive(name: str) -> bool:
    """Whether a function is a small accessor, looked into even where it is called under a condition."""
    return name.startswith(
        ("page_ref_", "folio_ref_", "set_page_", "folio_set_", "put_page_testzero", "folio_put_test")
    )


@dataclass(frozen=True, slots=True)
class Found:
    """An effect on a member or flag, with the function that does it."""

    step: Step
    use: MemberUse
    through: str = ""  # the primitive that does it

    @property
    def value(self) -> str:
        """What is stored: a constant that is handed down the calls in place of a parameter's name."""
        value, code = self.use.value, load_code()
        for caller, callee in zip(self.step.way[-2::-1], self.step.way[:0:-1], strict=False):
            below, above = code.function(callee, self.version), code.function(caller, self.version)
            if isinstance(below, Unknown) or isinstance(above, Unknown) or value not in below.parameters:
                break
            handed = above.callees[callee].handed.split(",") if callee in above.callees else []
            place = below.parameters.index(value)
            value = handed[place] if place < len(handed) else ""
        return value

    @property
    def version(self) -> str:
        return self.step.facts.kernel.split("/")[-1]

    @property
    def spelled(self) -> str:
        what = {"r": "reads", "w": "writes", "a": "hands on the address of"}[self.use.access]
        value = f" ({self.value})" if self.value else ""
        where = self.step.facts.name
        by = f" through {self.through}()" if self.through else ""
        return f"{where}() {what} {self.use.name}{value}{by}" + (
            f", reached by {self.step.spelled}" if len(self.step.way) > 1 else ""
        )


def uses_of(found: Reach, members: frozenset[str], access: str) -> Iterator[Found]:
    """Where functions reached access one of ``members`` (``struct.member``) in a way out of ``access``
    (``rwa``).

    A pointer whose type could not be told counts where the member's name matches.
    """
    bare = frozenset(m.split(".", 1)[1] for m in members)
    yield from _by_primitives(found, members, access)
    for step in found.steps:
        for use in step.facts.members:
            if use.access in access and (use.name in members or (use.struct == "?" and use.member in bare)):
                yield Found(step, use)


def _by_primitives(found: Reach, members: frozenset[str], access: str) -> Iterator[Found]:
    """What the function itself does through ``get_page()`` and the like, and what is read so below it."""
    for step in found.steps:
        for call in step.facts.calls:
            for name, how, value in primitives().get(call.callee, ()):
                struct, _, member = name.partition(".")
                counts = how in access and member and (name in members or f"folio.{member}" in members)
                if counts and (how == "r" or step is found.steps[0]):
                    yield Found(step, MemberUse(struct, member, how, value), call.callee)


@dataclass(frozen=True, slots=True)
class FlagUse:
    """An accessor of a flag that is called."""

    step: Step
    accessor: str
    kind: str  # set, clear, test

    @property
    def spelled(self) -> str:
        ways = f", reached by {self.step.spelled}" if len(self.step.way) > 1 else ""
        return f"{self.step.facts.name}() calls {self.accessor}(){ways}"


def operation(accessor: str) -> FlagOperation | None:
    """What an accessor such as ``__SetPageHead`` does to which flag, or None."""
    return flag_operation(accessor)


def flag_uses(found: Reach, flag: str, kinds: frozenset[str]) -> Iterator[FlagUse]:
    """Where functions reached set, clear or test ``flag`` through one of its accessors."""
    for step in found.steps:
        for call in step.facts.calls:
            what = operation(call.callee)
            told = what is not None and (what.kind in kinds or ("test" in kinds and tests_too(call.callee)))
            if what is not None and told and same_flag(what.flag, flag):
                yield FlagUse(step, call.callee, what.kind)
            for written, how, value in primitives().get(call.callee, ()) if step is found.steps[0] else ():
                kind = "set" if value == "1" else "clear"
                if written == flag and how == "w" and kind in kinds:
                    yield FlagUse(step, call.callee, kind)


def tests_too(accessor: str) -> bool:
    """Whether an accessor that changes a flag tells how it was: ``folio_test_clear_active()``."""
    return accessor.startswith("Test") or "_test_set_" in accessor or "_test_clear_" in accessor


def same_flag(known: str, flag: str) -> bool:
    """Whether two names are of one flag: people write PG_buddy for the page type PGTY_buddy."""
    return known == flag or known.removeprefix("PGTY_") == flag.removeprefix("PG_")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guard of a function that is reached."""

    step: Step
    guard: Guard

    @property
    def spelled(self) -> str:
        how = {"warn": "warns if", "bug": "stops if"}.get(self.guard.effect, f"does {self.guard.effect} if")
        ways = f", reached by {self.step.spelled}" if len(self.step.way) > 1 else ""
        return f"{self.step.facts.name}() {how} {self.guard.test}{ways}"


def guards_of(found: Reach, depth: int = DEPTH, sure: bool = False) -> Iterator[Guarded]:
    """Guards of the functions within ``depth`` calls; ``sure``: only where no condition stands on the way."""
    for step in found.steps:
        if len(step.way) - 1 <= depth and (step.sure or not sure):
            for guard in step.facts.guards:
                yield Guarded(step, guard)
