"""How sentences name locks, and what the facts say of who holds them.

The same lock is "pgdat->lru_lock", "the lru lock", "lru_lock" and, since 5.11, "lruvec->lru_lock"; the page
lock is PG_locked, "the folio lock", "lock_page()". Facts name locks by struct and member, or as in
verify_calls.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from threadmine.memmap.calls import LOCK, FunctionFacts, load_code
from threadmine.memmap.effects import flag_operation
from threadmine.model import Predicate, Unknown
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Question
from threadmine.verify.tables import asserting, lock_words

_MEMBER = re.compile(r"\b(\w+)(?:->|\.)(\w*(?:lock|sem)\w*)\b")
_BARE = re.compile(r"\b([a-z_]\w*_(?:lock|sem|rwsem)|rcu|mmap_lock)\b")
MAX_CALLERS = 60


@lru_cache(maxsize=8_000)
def lock_in(text: str) -> str:
    """The lock that words name: ``lruvec.lru_lock``, ``?.lru_lock`` without its struct, ``rcu``; or empty."""
    if not _MAY_NAME.search(text):
        return ""
    low = " ".join(text.lower().replace("()", "").split())
    for lock, pattern in _patterns():
        if pattern.search(low):
            return lock
    member = _MEMBER.search(text)
    if member:
        struct = _STRUCTS.get(member[1], member[1])
        told = member[2] == "lock" or struct.endswith("_struct") or load_code().has_struct(struct)
        return f"{struct if told else '?'}.{member[2]}"  # the name of a variable tells no struct
    bare = _BARE.search(text)
    return f"?.{bare[1]}" if bare else ""


_MAY_NAME = re.compile(r"lock|sem\b|rcu|ptl", re.I)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (lock, re.compile(rf"(?<![\w.>])(?:{'|'.join(map(re.escape, words))})(?!\w)"))
        for lock, words in lock_words()
    )


_STRUCTS = {
    "pgdat": "pglist_data",
    "mm": "mm_struct",
    "mapping": "address_space",
    "node": "pglist_data",
    "memcg": "mem_cgroup",
    "pcp": "per_cpu_pages",
}


def same_lock(wanted: str, token: str) -> bool:
    """Whether a token of a place (``L:lruvec.lru_lock``) is the lock that a sentence means."""
    if not token.startswith(LOCK):
        return False
    known = token.removeprefix(LOCK)
    if known == wanted:
        return True
    struct, _, name = wanted.partition(".")
    other, _, last = known.rpartition(".")
    return bool(name) and last == name and ("?" in (struct, other) or not other)


def holds(place: frozenset[str], lock: str) -> bool:
    return any(same_lock(lock, token) for token in place)


def takes(facts: FunctionFacts, lock: str) -> bool:
    """Whether the function takes the lock itself."""
    return any(same_lock(lock, f"{LOCK}{one}") for one in facts.takes)


def drops(facts: FunctionFacts, lock: str) -> bool:
    """Whether the function lets go of the lock itself."""
    return any(same_lock(lock, f"{LOCK}{one}") for one in facts.drops)


def asserts(facts: FunctionFacts, lock: str) -> bool:
    """Whether the function asserts that the lock is held."""
    named = any(g.effect == "held" and same_lock(lock, f"{LOCK}{g.test}") for g in facts.guards)
    return named or any(
        same_lock(lock, f"{LOCK}{one}") and not names.isdisjoint(facts.callees) for one, names in asserting()
    )


def says(facts: FunctionFacts, lock: str) -> bool:
    """Whether the comment above the function says that its caller must hold the lock."""
    name = lock.rpartition(".")[2].lower()
    return name in facts.says


def callers_of(name: str, version: str) -> tuple[FunctionFacts, ...]:
    """The functions that call ``name`` in ``version``, sorted by name; at most MAX_CALLERS."""
    code = load_code()
    found = []
    for caller in code.mentioning(name):
        facts = code.function(caller, version)
        if not isinstance(facts, Unknown) and name in facts.callees:
            found.append(facts)
            if len(found) == MAX_CALLERS:
                break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Site:
    """A function that writes a member or changes a flag, and whether the lock is held there."""

    function: str
    kernel: str
    source: str
    held: bool


@lru_cache(maxsize=500)
def flag_sites(flag: str, lock: str, version: str) -> tuple[Site, ...]:
    """Where a flag is set or cleared."""
    found: dict[str, Site] = {}
    for accessor in _accessors(flag):
        for facts in callers_of(accessor, version):
            held = holds(facts.places.get(accessor, frozenset()) | facts.entry, lock)
            before = found.get(facts.name)
            both = held and (before is None or before.held)
            found[facts.name] = Site(facts.name, facts.kernel, facts.source, both)
    return tuple(found[name] for name in sorted(found))


@lru_cache(maxsize=500)
def member_sites(members: frozenset[str], lock: str, version: str) -> tuple[Site, ...]:
    """Where one of some members is written, or its address handed on."""
    return tuple(sorted(_member_sites(members, lock, version), key=lambda site: site.function))


def _member_sites(members: frozenset[str], lock: str, version: str) -> Iterator[Site]:
    code = load_code()
    names = sorted({name for member in members for name in code.users(member, version)})
    for name in names:
        facts = code.function(name, version)
        if isinstance(facts, Unknown) or name.endswith("_init"):
            continue
        uses = [use for use in facts.members if use.name in members and use.access in "wa"]
        if not uses:
            continue
        stores = [facts.stores.get(use.name, frozenset()) for use in uses]
        at_all = frozenset.intersection(*stores) if stores else frozenset()
        if holds(at_all | facts.entry, lock) or takes(facts, lock):
            yield Site(name, facts.kernel, facts.source, True)
        elif facts.files and facts.files[0].startswith("include/"):
            for caller in callers_of(name, version):
                held = holds(caller.places.get(name, frozenset()) | caller.entry, lock) or takes(caller, lock)
                yield Site(caller.name, caller.kernel, caller.source, held)
        else:
            yield Site(name, facts.kernel, facts.source, False)


_WAYS = (
    "SetPage{0}", "ClearPage{0}", "__SetPage{0}", "__ClearPage{0}", "TestSetPage{0}", "TestClearPage{0}",
    "folio_set_{1}", "folio_clear_{1}", "__folio_set_{1}", "__folio_clear_{1}", "folio_test_clear_{1}",
    "folio_test_set_{1}",
)  # fmt: skip


@lru_cache(maxsize=100)
def _accessors(flag: str) -> tuple[str, ...]:
    low = flag.removeprefix("PG_")
    camels = dict.fromkeys(("".join(p.capitalize() for p in low.split("_")), low.upper(), low.capitalize()))
    names = [way.format(camel, low) for way in _WAYS for camel in camels]
    known = dict.fromkeys(n for n in names if (op := flag_operation(n)) is not None and op.flag == flag)
    return tuple(known)


def lock_named(question: Question) -> str:
    """The lock that object, value or condition name, or the empty text.

    A struct that the sentence does not name was inferred: lru_lock was in pglist_data before 5.11.
    """
    claim, target = question.claim, question.object
    if target.kind is Kind.FLAG:
        return "PG_locked" if target.text == "PG_locked" else ""
    valid = claim.predicate is Predicate.VALID_FOR
    named = lock_in(claim.object)
    if not named and (target.kind is Kind.NOTHING or valid):
        named = lock_in(claim.value) or (lock_in(claim.condition) if valid else "")
    struct, _, member = named.partition(".")
    said = _STRUCT_SAID.get(struct)
    if said is None or not claim.quote or said.search(claim.quote):
        return named
    return f"?.{member}"


_STRUCT_SAID = {
    "lruvec": re.compile(r"\blruvec\b", re.I),
    "pglist_data": re.compile(r"\bpgdat\b|\bpglist_data\b|\bnode->", re.I),
}
