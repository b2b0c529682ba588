"""Readings of what functions do: set, clear, read, call, need."""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate
from threadmine.extraction.claims.readings.around import Around, every, implied, last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

CORE = Thing(-1, -1, "core mm", "core mm", Sort.AGENT, inferred="nobody reads it: the core of mm does not")
"""Who does not read what "nothing reads"."""


def effect(around: Around) -> list[Candidate]:
    """sets, clears, reads: an actor and the members it works on."""
    left, right = around.members(around.left), around.members(around.right)
    if _is_idiom(around):
        return _other(around)
    if around.passive and left:
        return _done_to(around, last_run(left, around.read))
    if not right and left and GRAMMAR.having & set(around.read.words[around.clause.first : around.cue.first]):
        return []  # "the head page has PG_head set": a state
    place = around.where()
    if right and right[0].entity in GRAMMAR.locks and around.cue.text.lower() in GRAMMAR.locking:
        doers = around.functions(around.left)[-1:] or place
        gives_up = around.cue.text.lower() in GRAMMAR.releasing
        predicate = Predicate.OTHER if gives_up else Predicate.REQUIRES
        doer = doers[0] if doers else around.unsaid
        return [around.make(predicate, doer, right[0], 4, around.cue.text)]
    actors = last_run(around.functions(around.left), around.read) or place
    actor = actors[-1] if actors else around.doer()
    if actor is not None and actor.entity in GRAMMAR.nobody and around.predicate is Predicate.READS:
        actor = CORE
    right = right or around.stood_for()
    if right:
        fit = 5 if actor and actor.sort is Sort.FUNCTION else 3
        doers = actors if actor is not None and actor in actors else [actor]
        pairs = every(doers, run(right, around.read))
        return [around.make(around.predicate, who, one, fit, around.value()) for who, one in pairs]
    if left and actor:
        return [around.make(around.predicate, actor, left[-1], 3, around.value())]
    if left:
        return [around.make(Predicate.STATE, left[-1], None, 2, around.behind())]
    return _by_name(around, actors, place)


def _is_idiom(around: Around) -> bool:
    """Whether "take" takes nothing: "takes care of", "takes a page as its argument"."""
    behind = around.read.words[around.cue.last : around.clause.last]
    if around.cue.text.lower() not in GRAMMAR.locking or not behind:
        return False
    return behind[0] in GRAMMAR.taken or bool(
        {"argument", "parameter", "arguments", "parameters"} & set(behind[:8])
    )


def _other(around: Around) -> list[Candidate]:
    """What a function does with something, whatever it is."""
    named = around.functions(around.left) or ([around.unsaid] if around.unsaid else [])
    return [around.make(Predicate.OTHER, one, None, 2, around.from_cue()) for one in named[-1:]]


def _done_to(around: Around, objects: list[Thing]) -> list[Candidate]:
    """The passive: by whom, where, or (nobody named) the state that results."""
    functions = around.functions(around.right)
    actor = functions[0] if functions else around.by()
    if actor is None and around.predicate is Predicate.READS and around.denied():
        return [around.make(Predicate.READS, CORE, one, 5) for one in objects]
    if actor is None and around.predicate is not Predicate.READS:
        return [around.make(Predicate.STATE, one, None, 4, around.from_cue()) for one in objects]
    fit = 5 if functions else 3
    return [around.make(around.predicate, actor, one, fit) for one in objects]


def _by_name(around: Around, actors: list[Thing], place: list[Thing]) -> list[Candidate]:
    """Functions alone: what they work on follows from their names ("the page_count() check in f()")."""
    about = next((found for t in around.functions(around.left) if (found := implied(t))), None)
    if about and place and around.predicate is Predicate.READS:
        return [around.make(around.predicate, place[0], about, 4)]
    if "_once" in around.cue.text.lower():
        return [around.make(around.predicate, one, implied(one), 4 if one.implied else 1) for one in actors]
    return [around.make(around.predicate, one, None, 1, around.behind()) for one in actors[-1:]]


def calls(around: Around) -> list[Candidate]:
    """A function calls functions; an arrow to an assignment sets a member."""
    left, right = around.functions(around.left), around.functions(around.right)
    members = around.members(around.right)
    if around.denied() and GRAMMAR.limits & set(around.read.words[around.cue.last : around.clause.last]):
        named = left or right
        return [around.make(Predicate.OTHER, named[-1], None, 2, around.from_cue())] if named else []
    if around.cue.text.lower() == "done":
        return _done(around)
    if "coded" in around.cue.text.lower() and right and right[0].first == around.cue.last:
        return [around.make(Predicate.EQUALS, left[-1] if left else around.context, right[0], 4)]
    if around.passive and left:
        held = _held(around) if not right else None
        if held is not None:
            return [around.make(Predicate.REQUIRES, left[-1], held, 5, around.behind())]
        caller = right[0] if right else around.by()
        return [
            around.make(Predicate.CALLS, caller, one, 6 if right else 2)
            for one in last_run(left, around.read)
        ]
    if around.cue.text == "->" and not (left and left[-1].last == around.cue.first):
        return []  # "the 2 -> 1 transition"
    if around.cue.text == "->" and left and members and not right:
        return [around.make(Predicate.SETS, left[-1], members[0], 5, around.value())]
    if around.cue.text.lower().endswith(" to") and not any(t.first <= around.cue.last + 1 for t in right):
        return []  # "between the two calls to avoid it"
    place = around.where() if not left else []
    right = [t for t in right if t not in place] or around.stood_for(Sort.FUNCTION)
    if right:
        caller = left[-1] if left else place[0] if place else around.doer()
        fit = 6 if left or place else 3 if caller else 2
        pairs = every(last_run(left, around.read) or [caller], run(right, around.read))
        return [around.make(Predicate.CALLS, who, one, fit) for who, one in pairs]
    if left:
        return [around.make(Predicate.OTHER, left[-1], members[0] if members else None, 1, around.behind())]
    return []


def _held(around: Around) -> Thing | None:
    """The lock or the like that a call is made under ("is called under the lock")."""
    words = around.read.words
    for thing in around.members(around.right):
        if GRAMMAR.held & set(words[max(around.cue.last, thing.first - 3) : thing.first]):
            return thing
    return None


def _done(around: Around) -> list[Candidate]:
    """ "That is done by f() in g()": g calls f; "the clearing of x is done in g()": g clears x."""
    left, right = around.functions(around.left), around.functions(around.right)
    words = around.read.words
    if around.cue.last >= around.clause.last or words[around.cue.last] not in GRAMMAR.places or not right:
        return []
    if left and left[-1].last >= 0 and not around.gapped:
        return [around.make(Predicate.CALLS, right[0], one, 5) for one in last_run(left, around.read)]
    place = [t for t in right[1:] if words[t.first - 1] in GRAMMAR.places]
    if words[around.cue.last] == "by" and place:
        return [around.make(Predicate.CALLS, place[0], right[0], 5)]
    return []


def _guarded(around: Around) -> list[Candidate]:
    """ "The lock guards the list", "the list is protected by the lock": the list needs the lock."""
    left, right = around.members(around.left), around.members(around.right)
    if left and (around.passive or around.cue.text.lower().endswith(" by")):
        lock = right[0] if right else around.by() or around.plain(around.cue.last)
        return [around.make(Predicate.REQUIRES, one, lock, 5) for one in last_run(left, around.read)]
    locks = [t for t in left if t.entity in GRAMMAR.locks]
    if locks and right:
        guarded = [t for t in run(right, around.read) if t.entity != locks[-1].entity]
        return [around.make(Predicate.REQUIRES, one, locks[-1], 6) for one in guarded]
    return []


def requires(around: Around) -> list[Candidate]:
    """A function (said or understood) and the member, lock or call that it needs."""
    if around.cue.text.lower() in GRAMMAR.guarding and (found := _guarded(around)):
        return found
    actors = around.functions(around.left)
    left, right = around.members(around.left), around.members(around.right) or around.functions(around.right)
    right = right or around.stood_for()
    if actors:
        place = around.where()
        objects: list[Thing | None] = [*run([t for t in right if t not in place], around.read)] or [None]
        return [
            around.make(Predicate.REQUIRES, who, one, 5 if right else 3, around.behind())
            for who, one in every(last_run(actors, around.read), objects)
        ]
    if left:
        place = around.where()
        kinds = [t for t in around.left if t.sort is Sort.KIND]
        doer = place[0] if place else around.unsaid or around.context or (kinds[0] if kinds else None)
        if doer is None and right and right[0].sort in MEMBERISH:
            return [around.make(Predicate.REQUIRES, left[-1], right[0], 5, around.behind())]
        return [around.make(Predicate.REQUIRES, doer, left[-1], 4, around.behind())]
    doer = around.doer() or around.unsaid or around.context
    if right:
        return [
            around.make(Predicate.REQUIRES, doer, one, 3, around.behind()) for one in run(right, around.read)
        ]
    return [around.make(Predicate.REQUIRES, doer, None, 1, around.behind())] if around.left else []
