"""Readings of which function calls which, and in what order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from threadmine.extraction.claims.clauses import Candidate, is_order
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.placing import elsewhen, listed_behind, placed
from threadmine.extraction.claims.readings.several import every, joined, last_run, run
from threadmine.extraction.claims.referents import referent_words
from threadmine.extraction.claims.sentence import ENTITIES, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_ADDING = frozenset({"add", "introduce", "implement", "provide", "create", "export"})
_REACHED = frozenset({"reachable", "reached", "called", "invoked", "entered"})
_CALL_NOUNS = (("path",), ("paths",), ("site",), ("sites",), ("chain",), ("chains",), ("graph",), ("trace",))
_FOLLOWING = ("following", "follows", "follow")
_DOING_A = ("does a", "do a", "did a", "doing a")
_COMPARED = frozenset({"unlike", "like", "than", "besides", "except"})
_AHEAD = frozenset({"with", "after", "before", "from", "via", "through", "by", "for", "since", "once"})
_THIS_FUNCTION = tuple(("this", noun) for noun in ("function", "helper", "routine"))
_MOVING = frozenset(
    {"move", "moves", "moved", "moving", "hoist", "hoisting", "push", "pushing", "pull", "pulling", "shift"}
)
_CALLS_TO = tuple(
    (noun, link)
    for noun in ("call", "calls", "invocation", "invocations", "calling")
    for link in ("to", "of")
)
_CALLED_FROM = frozenset({"from", "in", "inside", "within", "by"})
_CALLED_BY = tuple((noun, link) for noun in ("call", "calls") for link in ("from", "in", "by"))
_OBJECTS = (
    GRAMMAR.determiners
    | GRAMMAR.objects
    | GRAMMAR.pronouns
    | GRAMMAR.places
    | {"it", "here", "first", "again"}
)


def calls(around: Around) -> list[Candidate]:
    """A function calls functions; an arrow to an assignment sets a member."""
    left, right = around.functions(around.left), around.functions(around.right)
    cue = around.cue.text.lower()
    if around.denied() and _is_limited(around):
        named = left or right
        return [around.make(Predicate.OTHER, named[-1], None, 2, around.from_cue())] if named else []
    if cue in GRAMMAR.turning and not around.passive and not left and run(right, around.read) == right:
        return [around.make(Predicate.OTHER, one, None, 2, around.from_cue()) for one in right]
    special = _ordered(around, left, right) or _noun(around, left, right) or _made_anew(around, right)
    if special:
        return special
    named = left or right
    if named and not (left and right) and (said := around.judged(named[-1])):
        return said
    if cue in _DOING_A and not (right and right[0].first - around.cue.last <= 2):
        return []  # "I did a quick grep"
    if cue == "call" and around.read.words[around.cue.last : around.cue.last + 1] in _CALL_NOUNS:
        return []  # "all call paths into f()"
    if cue.startswith("reach") and around.word_at(-1) in ("before", "without"):
        return []
    if cue == "done":
        return _done(around)
    if ("coded" in cue or "open-cod" in cue) and right and right[0].first == around.cue.last:
        return [around.make(Predicate.EQUALS, left[-1] if left else around.context, right[0], 4)]
    if around.passive and left:
        return _called(around, left, right)
    if cue in ("called", "invoked") and left and not right and left[-1].last == around.cue.first:
        return _called(around, left, right)  # "I don't see f() called there"
    if cue == "->":
        return _arrow(around, left, right)
    if cue.endswith(" to") and not any(t.first <= around.cue.last + 1 for t in right):
        return []  # "between the two calls to avoid it"
    return _calls(around, left, right)


def as_verb(around: Around) -> list[Candidate]:
    """ "We put_page() it", "no need to lock_page() the tail": a function's name that is a verb is a call."""
    words, found = around.read.words, []
    for thing in around.functions(list(around.clause.things)):
        if thing.first <= around.clause.first or words[thing.first - 1] not in referent_words().verbal:
            continue
        if thing.last >= around.clause.last or words[thing.last] not in _OBJECTS:
            continue
        others = [t for t in around.clause.things if t.sort is Sort.FUNCTION and t is not thing]
        placed = [t for t in others if around.word_before(t) in GRAMMAR.places]
        doer = placed[0] if placed else around.context
        one = around.make(Predicate.CALLS, doer, thing, 5)
        found.append(replace(one, cue=thing.text, cue_at=thing.first))
    return found


def _is_limited(around: Around) -> bool:
    """Whether it is denied how often or how directly something is called, not that it is ("not any more")."""
    words = around.read.words
    return any(
        words[i] in GRAMMAR.limits and words[i - 1] not in ("any", "no")
        for i in range(around.cue.last, around.clause.last)
    )


def _calls(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """The plain case: the caller before the verb, or "in f()"; what it calls behind it."""
    members = around.members(around.right)
    place = around.where() if not left else []
    if not right and members and left and around.cue.text.lower() in GRAMMAR.replacing:
        return [around.make(Predicate.SETS, left[-1], one, 4) for one in run(members, around.read)]
    if left and right and _is_replaced(around):
        return [around.make(Predicate.OTHER, left[-1], right[0], 2, around.from_cue())]
    if not left and right and around.cue.text.lower() in ("replaces", "replaced") and _is_replaced(around):
        return [around.make(Predicate.OTHER, right[0], None, 2, around.from_cue())]
    if left and right and _is_reached(around, left[-1]):
        return [around.make(Predicate.CALLS, one, left[-1], 6) for one in run(right, around.read)]
    if left and right and is_order(around.read) and around.read.words[0] in _ADDING and left[0].first <= 2:
        left = left[:1]  # "Add f(), to free the page via g()"
    at = around.cue.last
    itself = around.context if around.read.words[at : at + 2] in _THIS_FUNCTION else None
    if itself is not None:
        others = [t for t in left if t.entity != itself.entity]
        return [around.make(Predicate.CALLS, others[-1] if others else None, itself, 5)]
    if not left and (apart := _each_in_its_place(around, right)):
        return [around.make(Predicate.CALLS, who, one, 6) for who, one in apart]
    left = [t for t in left if around.word_before(t) not in _COMPARED]
    meant = around.stood_for(Sort.FUNCTION)
    right = meant or [t for t in right if t not in place]
    if right:
        caller = left[-1] if left else place[0] if place else around.doer()
        fit = 6 if left or place else 3 if caller else 2
        pairs = every(_callers(around, left) or [caller], run(right, around.read))
        return [around.make(Predicate.CALLS, who, one, fit) for who, one in pairs]
    if left:
        return [around.make(Predicate.OTHER, left[-1], members[0] if members else None, 1, around.behind())]
    return []


def _callers(around: Around, left: list[Thing]) -> list[Thing]:
    """The functions of a list before the verb; one behind a preposition is none of them ("with f(), g() calls
    h()").
    """
    found = last_run(left, around.read)
    if len(found) == 2 and around.word_before(found[0]) in _AHEAD:
        between = around.read.words[found[0].last : found[1].first]
        found = found[1:] if between == (",",) else found
    return found


def _each_in_its_place(around: Around, right: list[Thing]) -> list[tuple[Thing, Thing]]:
    """ "f() in g() and h() in k()": who calls which of several."""
    pairs = list(zip(right[1::2], right[::2], strict=False))
    inside = all(around.word_before(place) in GRAMMAR.places for place, _ in pairs)
    bare = all(around.word_before(one) not in GRAMMAR.places for _, one in pairs)
    return pairs if len(pairs) > 1 and len(right) == 2 * len(pairs) and inside and bare else []


def _is_replaced(around: Around) -> bool:
    """Whether a function takes the place of another one ("f() replaces g()") and does not call it."""
    replacing = around.cue.text.lower() in GRAMMAR.replacing
    return replacing and "with" not in around.read.words[around.cue.last : around.clause.last]


def _is_reached(around: Around, function: Thing) -> bool:
    """Whether a function is reached through another one ("f() is reachable via g()")."""
    between = around.read.words[function.last : around.cue.first]
    return around.cue.text.lower() in ("via", "goes through") and not _REACHED.isdisjoint(between)


def _called(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """The passive: by which function, from which, or under which lock."""
    held = _held(around) if not right else None
    if held is not None:
        return [around.make(Predicate.REQUIRES, left[-1], held, 5, around.behind())]
    right = [t for t in right if not elsewhen(around, t)]
    callers: list[Thing | None] = [*run(right, around.read)] or [*listed_behind(around)]
    inside = placed(around)
    callers = callers or [around.by() or (inside if inside not in left[-1:] else None)]
    fit = 6 if callers[0] is not None and callers[0].sort is Sort.FUNCTION else 2
    called = last_run([t for t in left if t not in callers], around.read)
    return [around.make(Predicate.CALLS, who, one, fit) for who, one in every(callers, called)]


def _arrow(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """ "f() -> g() -> x = 0": each step of a chain."""
    if not left or left[-1].last != around.cue.first:
        return []  # "the 2 -> 1 transition"
    members = around.members(around.right)
    if right and right[0].first <= around.cue.last + 1:
        return [around.make(Predicate.CALLS, left[-1], right[0], 6)]
    if members and not right:
        return [around.make(Predicate.SETS, left[-1], members[0], 5, around.value())]
    return []


def _ordered(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """ "f() is called before g()", "call f() before g()": an order of steps."""
    words = around.read.words
    steps = [*left[-1:], *right] if left else right
    for one, other in pairwise(steps):
        between = words[max(one.last, around.cue.last if one in left else 0) : other.first]
        if len(between) > 6 or {"by", "from"} & set(between):
            continue
        if GRAMMAR.earlier & set(between):
            return [around.make(Predicate.PRECEDES, one, other, 6)]
        if GRAMMAR.later & set(between):
            return [around.make(Predicate.PRECEDES, other, one, 6)]
    return []


def _noun(around: Around, left: list[Thing], right: list[Thing]) -> list[Candidate]:
    """ "The put_page() call in f()", "the only caller of g() is f()"."""
    words, cue = around.read.words, around.cue.text.lower()
    place = [t for t in right if around.word_before(t) in GRAMMAR.places and around.word_before(t) != "of"]
    moved = _moved_to(around)
    if cue in ("call", "calls") and left and left[-1].last == around.cue.first and moved is not None:
        return [around.make(Predicate.CALLS, moved, left[-1], 6)]
    if cue in ("call", "calls") and left and left[-1].last == around.cue.first and place:
        return [around.make(Predicate.CALLS, place[0], left[-1], 6)]
    if cue not in ("caller of", "callers of") or len(right) < 2 or left:
        return []
    if words[right[0].last : right[1].first] in (("from",), ("in",)):
        return [around.make(Predicate.CALLS, right[1], right[0], 6)]
    if not GRAMMAR.be & set(words[right[0].last : right[1].first]):
        return []
    return [around.make(Predicate.CALLS, one, right[0], 6) for one in run(right[1:], around.read)]


def _moved_to(around: Around) -> Thing | None:
    """Where something is moved to ("move the f() call from g() into h()": h), None where nothing is moved."""
    words = around.read.words
    if _MOVING.isdisjoint(words[around.clause.first : around.cue.first]):
        return None
    functions = [t for t in around.clause.things if t.sort is Sort.FUNCTION and t.first > around.clause.first]
    return next((t for t in functions if words[t.first - 1] in ("into", "to", "inside")), None)


def call_said(around: Around) -> list[Candidate]:
    """ "The call of f() from g()", "g()'s call to f()", "the f() call in g()": said with a noun."""
    words, functions = around.read.words, around.functions(list(around.clause.things))
    if len(functions) < 2 or {"call", "calls", "calling", "invocation", "invocations"}.isdisjoint(
        words[around.clause.first : around.clause.last]
    ):
        return []
    for one, other in pairwise(functions):
        before = words[max(0, one.first - 2) : one.first]
        first = _is_called_first(before, words[one.last : other.first])
        if first is not None:
            who, what = (other, one) if first else (one, other)
            found = around.make(Predicate.CALLS, who, what, 6)
            return [replace(found, cue="call", cue_at=one.last if before not in _CALLS_TO else one.first - 2)]
    return []


def _is_called_first(before: tuple[str, ...], between: tuple[str, ...]) -> bool | None:
    """Of two functions beside the noun "call", whether the first is the one called; None where no call is."""
    if before in _CALLED_BY and between in (("to",), ("of",)):
        return False
    if between[:1] == ("'s",):
        return False if between[1:] in _CALLS_TO else None
    noun = between[:1] in (("call",), ("calls",))
    linked = len(between) == 1 + noun and between[-1] in _CALLED_FROM
    return True if linked and (noun or before in _CALLS_TO) else None


def _made_anew(around: Around, right: list[Thing]) -> list[Candidate]:
    """ "Convert f() to g()", "switch f() over to g()": f calls g."""
    if (
        around.cue.text.lower() not in (GRAMMAR.turning | GRAMMAR.replacing)
        or len(right) < 2
        or around.passive
    ):
        return []
    between = around.read.words[right[0].last : right[1].first]
    if around.cue.text.lower() in GRAMMAR.replacing and {"with", "by"} & set(between):
        where = around.where()
        doer = where[0] if where and where[0] not in right[:2] else around.context
        return [around.make(Predicate.CALLS, doer, right[1], 6)]
    if right[0].first - around.cue.last > 3 or not {"to", "into"} & set(between) or len(between) > 4:
        return []
    usage = around.word_before(right[0]) in ("of", "to")  # "convert the users of f() to g()"
    return [around.make(Predicate.CALLS, around.context if usage else right[0], right[1], 6)]


def _held(around: Around) -> Thing | None:
    """The lock or the like that a call is made under ("is called under the lock")."""
    words = around.read.words
    for thing in around.members(around.right):
        if GRAMMAR.held & set(words[max(around.cue.last, thing.first - 3) : thing.first]):
            return thing
    return None


def _done(around: Around) -> list[Candidate]:
    """ "That is done by f() in g()": g calls f; "f() is done in g()": g calls f."""
    left, right = around.functions(around.left), around.functions(around.right)
    words = around.read.words
    there = around.cue.last < around.clause.last and words[around.cue.last] in GRAMMAR.places
    being = GRAMMAR.be | {"gets", "get", "got", "be"}
    stated = not being.isdisjoint(words[max(around.clause.first, around.cue.first - 4) : around.cue.first])
    if left and not (stated or left[-1].last == around.cue.first):
        return []  # "g() relies on the accounting done by f()"
    if not right or not (there or around.word_before(right[0]) in ("by", "in", "from")):
        return []
    if left and left[-1].last >= 0 and not around.gapped and not elsewhen(around, right[0]):
        return [around.make(Predicate.CALLS, right[0], one, 5) for one in last_run(left, around.read)]
    place = [t for t in right[1:] if around.word_before(t) in GRAMMAR.places]
    if words[around.cue.last] == "by" and place:
        return [around.make(Predicate.CALLS, place[0], right[0], 5)]
    return []


def precedes(around: Around) -> list[Candidate]:
    """One step before another; "after" and "until" turn them round."""
    left = [t for t in around.left if t.sort in ENTITIES]
    right = [t for t in around.right if t.sort in ENTITIES]
    between = around.cue.text.lower().endswith("between")
    if not left and len(right) > 1 and (between or not joined(around.read, right[0], right[1])):
        left, right = right[:1], right[1:]
        if around.cue.text.lower().split()[0] in ("after", "before"):
            left, right = right, left  # "after f() has run, g() ..."
    if not (left and right):
        return []
    first, second = left[-1], right[0]
    if around.cue.text.lower() in _FOLLOWING and second.first > around.cue.last + 1:
        return []  # "following the pattern of f()"
    behind = around.read.words[around.cue.last : max(second.first, 0)]
    if first.sort is Sort.FUNCTION and first not in around.clause.things and "call" in behind:
        return [around.make(Predicate.CALLS, first, second, 4)]  # "before we call g()": the code at hand does
    if around.cue.text.lower() in ("follows", "follow") and first.sort is Sort.FUNCTION is not second.sort:
        return [around.make(Predicate.READS, first, second, 4)]
    cue = set(around.cue.text.lower().split())
    if GRAMMAR.later & cue and not {"followed", "earlier", "before"} & cue:
        first, second = second, first
    both = left[-1].sort is Sort.FUNCTION and right[0].sort is Sort.FUNCTION
    return [around.make(Predicate.PRECEDES, first, second, 6 if both else 3)]
