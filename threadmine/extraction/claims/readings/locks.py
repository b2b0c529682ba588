"""Readings of who takes, holds or needs which lock, and what a lock is for.

"f(), g() and h() take mm->mmap_lock", "x is only changed under cost_lock", "f() runs without the RCU read
lock", "tree_lock serialises all updates of x". Few locks are members that the model knows; any other name
that ends like a lock's counts as well.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.lock_names import is_lock, listed, named_locks
from threadmine.extraction.claims.readings.phrases import Look, Words
from threadmine.extraction.claims.readings.several import every, last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_HAVING = listed("having", "active")
_HAD = listed("having", "passive")
_NEEDING = listed("having", "needing")
_STOPPING = listed("having", "stopping")
_WITH = listed("under", "with")
_WITHOUT = listed("under", "without")
_FREE = listed("under", "free")
_BETWEEN = listed("under", "between")
_GUARDING = listed("guarding", "active")
_GUARDED = listed("guarding", "between")
_DEEDS = listed("guarding", "deeds")
_GERUNDS = listed("guarding", "gerunds")
_NOUNS = listed("guarding", "nouns")
_KEEPING = listed("guarding", "keeping")
_ALIVE = listed("guarding", "alive")
_KEEPERS = (".ref", "count", "PG_locked")
_COVER = frozenset({"protection", "coverage"})
_WORDS = _HAVING | _HAD | _NEEDING | _WITH | _WITHOUT | _FREE | _GUARDING | _COVER

_PASSED = (
    GRAMMAR.helpers | GRAMMAR.fillers | {"both", "all", "itself", "each", "either", "need", "needs", "cannot"}
)
_BEFORE_LOCK = GRAMMAR.determiners | {"only", "either", "both", "at", "least", "also", "even"}
_PEOPLE = frozenset({"we", "you", "one", "they", "i"})
_PLACED = GRAMMAR.places | GRAMMAR.needing | {"by", "for", "calling", "call"}
_DOERS = (Sort.FUNCTION, Sort.AGENT, Sort.KIND)
_NOT = frozenset({"not", "n't", "never", "cannot", "can't", "mustn't", "doesn't", "don't"})
_CALLED = frozenset({"called", "run", "done", "used", "entered", "invoked", "call"})
_CALLERS = frozenset({"caller", "callers"})
_ASIDE = frozenset({"after", "before", "like", "unlike", "than"})
_IT = frozenset({"it", "them", "this", "that"})

MAX_LOCKS = 8
"""The most locks that are looked at in one clause."""

REACH = 5
"""The most tokens from a verb to the function that it is told of."""


def may_lock(look: Look, here: Words) -> bool:
    """Whether a clause may speak of a lock: the cheap test before :func:`locks`."""
    text = look.read.sentence.text
    named = "lock" in text or "_sem" in text or "mutex" in text
    return (named and not _WORDS.isdisjoint(here)) or not _KEEPING.isdisjoint(here)


def locks(look: Look) -> list[Candidate]:
    """requires: who needs which lock; empty for anything else."""
    found: list[Candidate] = []
    before: Thing | None = None
    told: list[Candidate] = []
    for lock in islice(named_locks(look), MAX_LOCKS):
        joined = before is not None and run([before, lock], look.read)[1:] != []
        told = [replace(one, object=lock) for one in told] if joined and told else _told_of(look, lock)
        found += told
        before = lock
    return found or _of_it(look) or _keeps(look)


def _told_of(look: Look, lock: Thing) -> list[Candidate]:
    """What a clause says of one of its locks."""
    return (
        _guards(look, lock)
        or _taken(look, lock, lock.first - 1)
        or _is_held(look, lock)
        or _under(look, lock)
        or _covered(look, lock)
    )


def _make(look: Look, subject: Thing, lock: Thing, at: int, cue: str = "") -> list[Candidate]:
    if subject.entity == lock.entity:
        return []
    sure = subject.sort is not Sort.AGENT
    one = look.make(Predicate.REQUIRES, subject, lock, at, 7, _how(look.words[at]), cue, sure=sure)
    clause = replace(look.clause, conditional=False) if look.clause.conditional else look.clause
    return [replace(one, clause=clause, inherited=subject not in look.clause.things)]


def _how(verb: str) -> str:
    """Whether a lock is taken or held, as far as the verb says so."""
    if verb in _NEEDING or verb in ("required", "needed"):
        return ""
    return "taken" if verb in (_HAVING | _HAD) and not verb.startswith(("hold", "held")) else "held"


def _all(look: Look, who: list[Thing], lock: Thing, at: int, cue: str = "") -> list[Candidate]:
    return [one for subject, _ in every(who, [lock]) for one in _make(look, subject, lock, at, cue)]


# ---- who has it


def _doers(look: Look, end: int) -> tuple[list[Thing], int]:
    """Who does what the verb at token ``end`` says, and where the words between begin; empty where nobody
    is named right before it.
    """
    at = end
    floor = look.clause.first
    while (
        at > floor
        and at - 1 not in look.inside
        and (
            look.words[at - 1] in _PASSED
            or look.words[at - 1] in _STOPPING
            or look.words[at - 1].endswith("ly")
        )
    ):
        at -= 1
    thing = look.inside.get(at - 1) if at > floor else None
    if thing is None or thing.sort not in _DOERS:
        return [], at
    named = [t for t in look.clause.things if t.last <= at and t.sort in _DOERS]
    if "and" in look.words[at:end] or thing.entity in _CALLERS:
        named = _leading(look, named) or ([] if thing.entity in _CALLERS else named)
    return last_run(named, look.read), at


def _leading(look: Look, named: list[Thing]) -> list[Thing]:
    """Who goes on with a second verb ("f() walks x and takes the lock"), or whose callers do something ("f()
    requires the caller to hold it"): the functions that the clause begins with.
    """
    return run([t for t in named if t.sort is Sort.FUNCTION], look.read)


def _placed(look: Look, behind: int) -> list[Thing]:
    """The functions in which something is done: behind token ``behind``, else before it ("in f() we")."""
    for thing in look.read.things:
        if thing.sort is Sort.FUNCTION and thing.first >= behind:
            near = look.words[max(behind, thing.first - 2) : thing.first]
            if thing.first <= behind + REACH and not _PLACED.isdisjoint(near):
                return run([t for t in look.read.things if t.first >= thing.first], look.read)
            break
    before = [t for t in look.clause.things if t.sort is Sort.FUNCTION and t.last <= behind]
    inside = before and look.words[before[0].first - 1] in ("in", "inside", "within", "for")
    return before[:1] if inside and before[0].first <= look.clause.first + 2 else []


def _taken(look: Look, lock: Thing, at: int) -> list[Candidate]:
    """ "f() and g() take the lock", "we hold it in f()", "changing x needs the lock"."""
    while look.word(at) in _BEFORE_LOCK:
        at -= 1
    word = look.word(at)
    if word not in _HAVING and word not in _NEEDING:
        return []
    doers, begin = _doers(look, at)
    between = look.words[begin:at]
    stopped = not _STOPPING.isdisjoint(between) or "no" in between
    if word.endswith("ing") and not (stopped or not GRAMMAR.be.isdisjoint(between)):
        return _gerund(look, lock, at)
    cue = f"{word} no" if stopped else ""
    if word in _NEEDING and (changed := _changing(look, at)):
        return _all(look, changed, lock, at, cue)
    if doers:
        return _all(look, doers, lock, at, cue)
    speaks = look.word(begin - 1) in _PEOPLE or begin == look.clause.first or "no" in between
    if not speaks:
        return []
    here = look.memory.context if look.word(begin - 1) == "we" else None
    who = _to_change(look, at) or _placed(look, lock.last) or ([here] if here is not None else [])
    return _all(look, who, lock, at, cue)


def _gerund(look: Look, lock: Thing, at: int) -> list[Candidate]:
    """ "Holding the lock in f() is pointless": the clause begins with it."""
    judged = look.words[lock.last : look.clause.last]
    if at > look.clause.first + 1 or look.words[at] not in ("holding", "taking"):
        return []
    vain = {"no", "pointless", "unnecessary", "needless", "useless", "needed", "necessary"}.intersection(
        judged
    )
    if not vain:
        return []
    denied = bool(
        {"no", "not", "n't", "pointless", "unnecessary", "needless", "useless"}.intersection(judged)
    )
    here = look.memory.here
    behind = [here] if here is not None and here.sort is Sort.FUNCTION and here in look.read.things else []
    who = _placed(look, lock.last) or behind
    return _all(look, who, lock, at, "no lock" if denied else "")


def _changing(look: Look, at: int) -> list[Thing]:
    """The members of "changing x (needs the lock)", "any access to x"."""
    first = look.clause.first
    members = [t for t in look.clause.things if t.sort in MEMBERISH and t.last <= at]
    if not members or (
        look.words[first] not in _GERUNDS and _NOUNS.isdisjoint(look.words[first : first + 3])
    ):
        return []
    return members if len(run(members, look.read)) == len(members) else []


def _to_change(look: Look, at: int) -> list[Thing]:
    """The members of "to change x (we have to hold the lock)"."""
    members = [t for t in look.clause.things if t.sort in MEMBERISH and t.last <= at]
    aim = members and "to" in look.words[max(look.clause.first, members[0].first - 3) : members[0].first]
    return run(members, look.read) if aim else []


def _is_held(look: Look, lock: Thing) -> list[Candidate]:
    """ "The lock is not taken in f()", "the lock must be held by g()", "the lock isn't needed for f()"."""
    at = lock.last
    while at < look.clause.last and (look.words[at] in _PASSED or look.words[at].endswith("ly")):
        at += 1
    if look.word(at) not in _HAD or GRAMMAR.be.isdisjoint(look.words[lock.last : at]):
        return []
    if look.word(lock.first - 1) in ("that", "the") and (told := _assured(look, lock)):
        return _all(look, told, lock, at)
    behind = _placed(look, at + 1)
    agent = look.inside.get(at + 2) if look.word(at + 1) == "by" else None
    if not behind and agent is not None and agent.sort in _DOERS:
        behind = [agent]
    return _all(look, behind, lock, at)


def _assured(look: Look, lock: Thing) -> list[Thing]:
    """Who "asserts that the lock is held"."""
    at = lock.first - 1
    while look.word(at) in GRAMMAR.determiners and look.word(at) != "that":
        at -= 1
    cue = next((c for c in look.clause.cues if c.first <= at - 1 < c.last and c.value == "requires"), None)
    return _doers(look, cue.first)[0] if cue is not None and look.word(at) == "that" else []


def _under(look: Look, lock: Thing) -> list[Candidate]:
    """ "x is only changed under the lock", "f() runs without it", "f() reads x lock-free of the lock"."""
    at = lock.first - 1
    while look.word(at) in _BETWEEN and look.word(at) not in _WITH | _WITHOUT:
        at -= 1
    word = look.word(at)
    free = look.word(at) in _FREE
    if word not in _WITH and word not in _WITHOUT and not free:
        return []
    if word == "with" and look.word(lock.last) not in ("held", "taken", "already", "still"):
        return []  # "with lru_lock contention"
    begin = at
    while look.word(begin - 1) in ("while", "only", "without", "when"):
        begin -= 1
    denied = free or not _WITHOUT.isdisjoint(look.words[begin : lock.first])
    before = look.words[look.clause.first : begin]
    if denied and not _NOT.isdisjoint(before):
        return _all(look, _who(look, begin, lock), lock, at, "lock held")  # "not changed without it"
    barred = not _NOT.isdisjoint(before) and not _CALLED.isdisjoint(before)
    return _all(look, _who(look, begin, lock), lock, at, "without lock" if denied or barred else "")


def _who(look: Look, begin: int, lock: Thing) -> list[Thing]:
    """Who or what the words "under the lock" that begin at token ``begin`` are said of."""
    before = [t for t in look.clause.things if t.last <= begin]
    functions = [t for t in before if t.sort is Sort.FUNCTION]
    told = _done_to(look, before, begin)
    if told:
        return told
    if functions:
        main = [t for t in functions if look.words[t.first - 1] not in _ASIDE or not t.first]
        return last_run(main or functions, look.read)
    members = [t for t in before if t.sort in MEMBERISH and not is_lock(t.entity)]
    deed = not _DEEDS.isdisjoint(look.words[members[-1].last : begin]) if members else False
    if deed:
        return last_run(members, look.read)
    if members:
        return []
    if not any(
        look.words[i].isalpha() and look.words[i] not in GRAMMAR.cut_words
        for i in range(look.clause.first, begin)
    ):
        here = look.memory.here if look.clause.first else None
        if here is not None:
            return [here] if here.sort is Sort.FUNCTION and here in look.read.things else []
        first = next((t for t in look.read.things if t.first >= lock.last), None)
        return [first] if first is not None and first.sort is Sort.FUNCTION else []
    agents = [t for t in before if t.sort in (Sort.AGENT, Sort.KIND) and t.concept]
    verb = any(c.first >= agents[-1].last and c.first < begin for c in look.clause.cues) if agents else False
    return last_run(agents, look.read) if verb else _placed(look, lock.last)


def _done_to(look: Look, before: list[Thing], begin: int) -> list[Thing]:
    """The members beside which a participle tells what is done to them ("x, updated under the lock")."""
    last = next((t for t in reversed(before) if t.sort in (Sort.FUNCTION, *MEMBERISH)), None)
    if last is None or last.sort is Sort.FUNCTION or is_lock(last.entity):
        return []
    at = last.last + (look.word(last.last) == ",")
    done = look.word(at).endswith(GRAMMAR.participles) and at < begin
    members = [t for t in before if t.sort in MEMBERISH and not is_lock(t.entity)]
    return last_run(members, look.read) if done else []


def _guards(look: Look, lock: Thing) -> list[Candidate]:
    """ "The lock serialises all updates of x and y": both need it."""
    at = lock.last
    while look.word(at) in _PASSED:
        at += 1
    if look.word(at) not in _GUARDING or not GRAMMAR.be.isdisjoint(look.words[lock.last : at]):
        return []
    first = at + 1
    while first not in look.inside and look.word(first) in _GUARDED:
        first += 1
    members = [t for t in look.clause.things if t.first >= first and t.sort in MEMBERISH]
    if not members or members[0].first > first:
        return []
    return _all(look, run(members, look.read), lock, at)


def _covered(look: Look, lock: Thing) -> list[Candidate]:
    """ "Add lru_lock protection to f()"."""
    if look.word(lock.last) not in _COVER:
        return []
    gone = not _STOPPING.isdisjoint(look.words[look.clause.first : lock.first])
    cue = f"{look.words[lock.last]} no" if gone else ""
    return _all(look, _placed(look, lock.last + 1) or _to(look, lock.last + 1), lock, lock.last, cue)


def _to(look: Look, at: int) -> list[Thing]:
    """The functions right behind "to" at token ``at``."""
    thing = look.inside.get(at + 1) if look.word(at) == "to" else None
    return [thing] if thing is not None and thing.sort is Sort.FUNCTION else []


def _keeps(look: Look) -> list[Candidate]:
    """ "A pgmap reference keeps x valid", "the lock is enough to keep x stable": x needs it."""
    for at in range(look.clause.first + 1, look.clause.last - 2):
        if look.words[at] not in _KEEPING or at in look.inside:
            continue
        first = at + 1
        while look.word(first) in GRAMMAR.determiners:
            first += 1
        kept = look.inside.get(first)
        if kept is None or kept.sort not in MEMBERISH or look.word(kept.last) not in _ALIVE:
            return []
        before = [t for t in look.clause.things if t.last <= at and t.sort in MEMBERISH]
        keeper = before[-1] if before else None
        if keeper is None or not (is_lock(keeper.entity) or keeper.entity.endswith(_KEEPERS)):
            return []
        return _make(look, kept, keeper, at)
    return []


def _of_it(look: Look) -> list[Candidate]:
    """ "The lock is hot: f(), g() and h() all take it"."""
    first = look.clause.first
    for at in range(first, look.clause.last - 1):
        if look.words[at] not in _HAVING or look.words[at + 1] not in _IT or look.words[at].endswith("ing"):
            continue
        doers, _ = _doers(look, at)
        named = [t for t in look.read.things if t.last <= first or t.last <= at]
        lock = next((t for t in reversed(named) if t not in doers), None)
        if doers and lock is not None and lock.sort in MEMBERISH and is_lock(lock.entity):
            return _all(look, doers, lock, at)
    return []
