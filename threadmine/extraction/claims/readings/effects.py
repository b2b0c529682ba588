"""Readings of what functions do to members: set, clear, read."""

from __future__ import annotations

from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, excepted, text_of
from threadmine.extraction.claims.readings.around import CORE, Around, implied
from threadmine.extraction.claims.readings.lock_names import is_lock
from threadmine.extraction.claims.readings.placing import elsewhen, listed_behind, main_doers, placed
from threadmine.extraction.claims.readings.several import every, last_run, run
from threadmine.extraction.claims.said import is_doer
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_CLEFT = frozenset({"what", "that", "which", "who", "only"})
_CALLERS_OF = (("callers", "of"), ("caller", "of"), ("users", "of"))
_BIDDEN = frozenset(
    {
        "up",
        "must",
        "should",
        "have",
        "has",
        "need",
        "needs",
        "responsibility",
        "responsible",
        "duty",
        "supposed",
    }
)
_OVERWRITING = frozenset(
    f"{stem}{end}" for stem in ("overwrit", "clobber") for end in ("e", "es", "ten", "ing", "", "s", "ed")
) | {"overwrote"}
_RECAST = frozenset({"changed", "modified", "adjusted", "updated"})
_LEAVING = frozenset({"leave", "leaves", "left", "leaving"})
_LEFT = frozenset(
    {"stale", "dangling", "uninitialised", "uninitialized", "unset", "inconsistent", "corrupted"}
)
_UNDER = frozenset({"under", "holding"})
_ASSIGNING = frozenset({"|=", "+=", "-=", "&= ~"})
_BEHIND_THAT = frozenset(
    {"before", "after", "in", "first", "to", ",", ".", "and", "when", "once", "under", "with"}
)
_COUNTS = ("_refcount", "_mapcount", "_pincount", "count", ".ref", ".share")
"""Ends of members that are counted: set to zero they are set, not cleared."""


def effect(around: Around) -> list[Candidate]:
    """sets, clears, reads: an actor and the members it works on."""
    left, right = around.members(around.left), around.members(around.right)
    if _is_aside(around) or (around.cue.text.lower() == "clear" and around.word_at(-1) in GRAMMAR.be):
        return []
    if _is_idiom(around):
        return _other(around)
    if around.passive and not left and around.cue.text.lower() in _RECAST and around.functions(around.left):
        return []  # "f() must be changed not to expect x"
    if around.cue.text in _ASSIGNING and left and left[-1].last == around.cue.first:
        return [_assigned(around, left[-1])]
    if around.passive and left:
        return _done_to(around, last_run(left, around.read))
    if not right and left and (who := _relative(around, left[-1])) is not None:
        return [around.make(_kind(around, left[-1]), who, left[-1], 5)]
    if not right and left and GRAMMAR.having & set(around.read.words[around.clause.first : around.cue.first]):
        return []  # "the head page has PG_head set": a state
    if right and is_lock(right[0].entity) and around.cue.text.lower() in GRAMMAR.locking:
        return _locks(around, right[0])
    if right and (kept := _left_so(around, right[0])):
        return kept
    place = around.where()
    if (
        not (right or left)
        and around.cue.text.lower() in GRAMMAR.removing
        and (gone := _not_called(around, place))
    ):
        return gone
    actors = _actors(around, place, right)
    actor = actors[-1] if actors else _somebody(around)
    if right and actors and _is_up_to_callers(around, actors[-1]):
        return [around.make(Predicate.REQUIRES, actors[-1], one, 6) for one in run(right, around.read)]
    right = _objects(around, right)
    if not right and (actors or actor is CORE) and around.predicate is Predicate.READS and not left:
        right = around.ahead()
    if right:
        doers = actors if actor is not None and actor in actors else [actor]
        return _worked_on(around, doers, right)
    if left and (meanwhile := _only_while(around)):
        one = around.make(Predicate.REQUIRES, left[-1], meanwhile, 5)
        return [replace(one, cue=f"{one.cue} while")]
    if left and actor:
        return [around.make(_kind(around, left[-1]), actor, left[-1], 3, around.value())]
    if left:
        return [around.make(Predicate.STATE, left[-1], None, 2, around.behind())]
    return _by_name(around, actors, place)


def _assigned(around: Around, member: Thing) -> Candidate:
    """ "f() does x &= ~FLAG", "x |= FLAG": a line of code in the text."""
    doers = [t for t in around.functions(around.left) if t.last <= member.first] or around.where()
    kind = Predicate.CLEARS if "~" in around.cue.text else Predicate.SETS
    value = text_of(around.read, around.cue.last, around.clause.last)
    return around.make(kind, doers[-1] if doers else around.context, member, 5, value)


def _actors(around: Around, place: list[Thing], right: list[Thing]) -> list[Thing]:
    """Who does it, as far as names tell: before the verb, where it is done, in a list, at the end."""
    if (near := _right_before(around)) is not None:
        return [near]
    main = main_doers(around)
    actors = main or last_run(around.functions(around.left), around.read) or place or _listed(around)
    return _with_parts(around, actors) or _told_last(around, right)


def _right_before(around: Around) -> Thing | None:
    """The part of the kernel right before the verb of a relative clause ("the count that drivers drop"), who
    does it, whatever function the clause began with.
    """
    words, at = around.read.words, around.cue.first
    while at > around.clause.first and (
        words[at - 1] in GRAMMAR.helpers or words[at - 1] in GRAMMAR.leading_on
    ):
        at -= 1
    near = around.left[-1] if around.left else None
    if near is None or near.last != at or near.sort is not Sort.AGENT or near.first < 1:
        return None
    return near if words[near.first - 1] in ("that", "which") else None


def _objects(around: Around, right: list[Thing]) -> list[Thing]:
    """What is worked on: the members behind the verb, not the lock that it is done under, or what "it" is."""
    words, at = around.read.words, around.cue.last
    under = [t for t in right if not _UNDER.isdisjoint(words[max(at, t.first - 2) : t.first])]
    worked = [t for t in right if t not in under]
    pointed = (
        words[at : at + 1] == ("that",) and words[at + 1 : at + 2] != () and words[at + 1] in _BEHIND_THAT
    )
    bare = (pointed or words[at : at + 1] in (("it",), ("them",))) and (under or not worked)
    return around.stood_for() if bare or not worked else worked


def overwritten(around: Around) -> list[Candidate]:
    """sets: a function that overwrites a member; empty where two members share bytes."""
    if around.cue.text.lower() not in _OVERWRITING:
        return []
    left, right = around.members(around.left), around.members(around.right)
    doers = around.functions(around.right if around.passive else around.left)
    objects = left if around.passive else right
    if not doers or not objects or (left and right):
        return []
    pairs = every(run(doers, around.read), run(objects, around.read))
    return [around.make(Predicate.SETS, who, one, 6) for who, one in pairs]


def _is_up_to_callers(around: Around, function: Thing) -> bool:
    """Whether callers of a function have to do it before ("it's up to the callers of f() to clear x")."""
    words = around.read.words
    before = words[max(around.clause.first, function.first - 2) : function.first]
    told = words[max(around.clause.first, function.first - 8) : around.cue.last]
    return before in _CALLERS_OF and not _BIDDEN.isdisjoint(told)


def _listed(around: Around) -> list[Thing]:
    """The functions that a colon introduces ("two places modify x: f() and g()")."""
    plain = around.read.words[around.clause.first : around.cue.first]
    return listed_behind(around) if around.clause.opening in ("which", "that") or len(plain) > 1 else []


def _relative(around: Around, member: Thing) -> Thing | None:
    """Who does something to what stands before: "the flag that f() has set", "the member f() clears"."""
    words = around.read.words
    who = next((t for t in around.left if t.first >= member.last and is_doer(t)), None)
    if who is None or not GRAMMAR.helpers.issuperset(words[who.last : around.cue.first]):
        return None
    between = words[member.last : who.first]
    return who if between in ((), ("that",), ("which",)) else None


def _with_parts(around: Around, actors: list[Thing]) -> list[Thing]:
    """The functions that do it, with parts of the kernel named beside them ("the swap code and f()")."""
    doers = [t for t in around.left if is_doer(t)]
    side = last_run(doers, around.read)
    return side if actors and len(side) > len(actors) and actors[-1] in side else actors


def _told_last(around: Around, right: list[Thing]) -> list[Thing]:
    """ "The one that clears x is f()", "what clears x is the swap code": who does it is named last."""
    words = around.read.words
    if not right or not _CLEFT.intersection(words[around.clause.first : around.cue.first]):
        return []
    behind = [t for t in around.right if t.first > right[0].last and is_doer(t)]
    if behind and GRAMMAR.be.intersection(words[max(right[0].last, behind[0].first - 3) : behind[0].first]):
        return behind[:1]
    return []


def _worked_on(
    around: Around, doers: list[Thing] | list[Thing | None], right: list[Thing]
) -> list[Candidate]:
    """Each doer with each member behind the verb ("compares x with y" names both)."""
    both = around.cue.text.lower() in GRAMMAR.comparing
    objects = right if both else run(right, around.read)
    named = doers[-1] is not None and doers[-1].sort is Sort.FUNCTION
    return [
        around.make(_kind(around, one), who, one, 5 if named else 3, around.value())
        for who, one in every(doers, objects)
    ]


def _not_called(around: Around, place: list[Thing]) -> list[Candidate]:
    """ "Drop the folio_get() from f()": f does not call it."""
    called = [t for t in around.functions(around.right) if t not in place]
    if not (place and called) or place[0].first < called[0].first:
        return []
    made = (around.make(Predicate.CALLS, place[0], one, 5) for one in run(called, around.read))
    return [replace(one, cue=f"{one.cue} no") for one in made]


def _only_while(around: Around) -> Thing | None:
    """What must hold for a member to change: "x may only change while the lock is held"."""
    words, last = around.read.words, around.clause.last
    if last >= len(words) or words[last] not in GRAMMAR.strong_conditions:
        return None
    before = words[around.clause.first : around.cue.last]
    if "only" not in before and not GRAMMAR.not_words & set(before) and not around.denied():
        return None
    things = (t for t in around.read.things if last < t.first <= last + 4 and t.sort in MEMBERISH)
    return next(things, None)


def _kind(around: Around, thing: Thing) -> Predicate:
    """sets to nothing is clears, but for counters; so is a flag that is dropped."""
    if around.predicate is not Predicate.SETS:
        return around.predicate
    if around.word_before(thing) in ("from", "through") and around.cue.text.lower() in GRAMMAR.locking:
        return Predicate.READS  # "takes the node from page->flags"
    if thing.sort is Sort.FLAG and around.cue.text.lower() in GRAMMAR.removing:
        return Predicate.CLEARS
    nothing = around.value().lower().split(" ")[0] in GRAMMAR.nothing
    return Predicate.CLEARS if nothing and not thing.entity.endswith(_COUNTS) else Predicate.SETS


def _somebody(around: Around) -> Thing | None:
    """The doer that is no function before the verb ("the only reader of x is f()")."""
    nobody = not GRAMMAR.nobody.isdisjoint(around.read.words[around.clause.first : around.cue.first])
    if nobody and (other := excepted(around.read, around.clause)) is not None:
        return other
    behind = around.functions(around.right)
    if around.cue.text.lower().endswith("er of") and behind:
        return behind[0]
    return around.doer()


def _locks(around: Around, lock: Thing) -> list[Candidate]:
    """Who takes a lock needs it; giving it up is something else."""
    doers = around.functions(around.left)[-1:] or around.where()
    gives_up = around.cue.text.lower() in GRAMMAR.releasing
    predicate = Predicate.OTHER if gives_up else Predicate.REQUIRES
    return [around.make(predicate, doers[0] if doers else around.unsaid, lock, 4, around.cue.text)]


def _lock_taken(around: Around, lock: Thing) -> list[Candidate]:
    """ "The lock is taken in f()": f needs it."""
    cue, doers = around.cue.text.lower(), around.functions(around.right)
    taken = cue in GRAMMAR.locking or cue in ("touched", "used")
    if not taken or cue in GRAMMAR.releasing or not doers or elsewhen(around, doers[0]):
        return []
    return [around.make(Predicate.REQUIRES, one, lock, 5) for one in run(doers, around.read)]


def _left_so(around: Around, member: Thing) -> list[Candidate]:
    """state: "this leaves x stale": nobody writes it."""
    words = around.read.words
    said = words[member.last : member.last + 1]
    if around.cue.text.lower().split()[0] not in _LEAVING or said == () or said[0] not in _LEFT:
        return []
    return [around.make(Predicate.STATE, member, None, 6, said[0])]


def _is_aside(around: Around) -> bool:
    """Whether a participle only tells a state beside ("with the refcount frozen, x is stable", "has PG_x set
    and a refcount of zero").
    """
    words, first, at = around.read.words, around.clause.first, around.cue.first
    behind = words[around.cue.last : around.cue.last + 1]
    beside = around.left and 0 <= at - around.left[-1].last <= (3 if behind == (",",) else 0)
    if around.passive or not beside or behind not in ((",",), ("and",)):
        return False
    before = words[first : around.left[-1].first]
    return bool(before) and (
        before[0] == "with" if behind == (",",) else not GRAMMAR.having.isdisjoint(before)
    )


def _is_idiom(around: Around) -> bool:
    """Whether "take" takes nothing: "takes care of", "takes a page as its argument"."""
    behind = around.read.words[around.cue.last : around.clause.last]
    if around.cue.text.lower() not in GRAMMAR.locking or not behind:
        return False
    return behind[0] in GRAMMAR.taken or not GRAMMAR.arguments.isdisjoint(behind[:8])


def _other(around: Around) -> list[Candidate]:
    """What a function does with something, whatever it is."""
    named = around.functions(around.left) or ([around.unsaid] if around.unsaid else [])
    return [around.make(Predicate.OTHER, one, None, 2, around.from_cue()) for one in named[-1:]]


def _done_to(around: Around, objects: list[Thing]) -> list[Candidate]:
    """The passive: by whom, where, or (nobody named) the state that results."""
    if is_lock(objects[0].entity) and (held := _lock_taken(around, objects[0])):
        return held
    functions = [t for t in around.functions(around.right) if not elsewhen(around, t)]
    under = [
        t
        for t in around.right
        if _UNDER & set(around.read.words[max(around.cue.last, t.first - 2) : t.first])
    ]
    if under and under[0].sort in (Sort.FUNCTION, Sort.MEMBER):
        return [around.make(Predicate.REQUIRES, one, under[0], 5) for one in objects]
    actor = _doing(around, functions) or placed(around)
    if actor is None and around.predicate is Predicate.READS and around.denied(5):
        return [around.make(Predicate.READS, CORE, one, 5) for one in objects]
    if actor is None and around.predicate is not Predicate.READS and (patched := around.patched()):
        return [around.make(_kind(around, one), patched, one, 5, around.value()) for one in objects]
    if actor is None and around.predicate is not Predicate.READS:
        return [around.make(Predicate.STATE, one, None, 4, around.from_cue()) for one in objects]
    fit = 5 if functions or (actor is not None and actor.sort is Sort.FUNCTION) else 3
    doers: list[Thing | None] = [*_with_others(around, actor, functions)]
    return [around.make(_kind(around, one), who, one, fit) for who, one in every(doers, objects)]


def _with_others(around: Around, actor: Thing | None, functions: list[Thing]) -> list[Thing | None]:
    """The doer behind the verb with those beside it ("by both f() and g()", "neither by f() nor by g()")."""
    behind = [t for t in functions if actor is not None and t.first >= actor.first >= 0]
    return [*run(behind, around.read)] if actor in behind else [actor]


def _doing(around: Around, functions: list[Thing]) -> Thing | None:
    """Who does what is said in the passive: behind "by", else the first function behind the verb."""
    by = around.by()
    if by is not None and (not functions or by.first < 0 or by.first < functions[0].first):
        return by
    return functions[0] if functions else by


def _by_name(around: Around, actors: list[Thing], place: list[Thing]) -> list[Candidate]:
    """Functions alone: what they work on follows from their names ("the page_count() check in f()")."""
    about = next((found for t in around.functions(around.left) if (found := implied(t))), None)
    if about and place and around.predicate is Predicate.READS:
        return [around.make(around.predicate, place[0], about, 4)]
    if "_once" in around.cue.text.lower():
        return [around.make(around.predicate, one, implied(one), 4 if one.implied else 1) for one in actors]
    return [around.make(Predicate.OTHER, one, None, 1, around.behind()) for one in actors[-1:]]
