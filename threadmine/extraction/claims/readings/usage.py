"""Readings of who uses a member, what is legal for a kind of page, and what comes first."""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, excepted
from threadmine.extraction.claims.plain_names import all_before, all_behind, noun_phrase
from threadmine.extraction.claims.readings.around import ACTORS, Around
from threadmine.extraction.claims.readings.legal import says_little
from threadmine.extraction.claims.readings.several import every, last_run, run
from threadmine.extraction.claims.sentence import ENTITIES, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

NEAR = 2
"""Tokens from the verb to what something is."""

MAX_PURPOSE = 7
"""The most tokens from a member to the next one, with what the first is used for."""

MAX_USER = 6
"""The most tokens from "for" to "to use"."""

_PLACES = ("for", "in", "on", "with", "within", "inside", "by", "as")
_STILL_THERE = frozenset({"there", "here", "left", "now", "today", "anymore", "remaining", "still"})
_NO_USERS = frozenset({"typical", "same", "main", "common", "current", "usual", "first", "only"})
_SERVING = frozenset({"serves as", "serve as", "acts as", "doubles as"})
_STANDING = (("on",), ("in",), ("under",), ("at",))
_FOR_USE = (("use",), ("reuse",))
_ONCE = re.compile(r"(?:READ|WRITE)_ONCE\(")


def usable(around: Around) -> list[Candidate]:
    """valid_for, is_a: an operation or member and the kind of page it is for, or is."""
    turned = _passed(around) or _racing(around)
    if turned:
        return turned
    if around.cue.text.lower().endswith(" used") and around.members(around.left):
        return uses(around._replace(cue=around.cue._replace(value=Predicate.USES.value), passive=True))
    callers, called = around.functions(around.right), around.functions(around.left)
    if "called" in around.cue.text.lower() and callers and called:
        return [around.make(Predicate.CALLS, one, called[-1], 5) for one in run(callers, around.read)]
    entities = [t for t in around.left if t.sort in ENTITIES]
    kinds = [t for t in around.right if t.sort not in ENTITIES]
    objects = [t for t in around.right if t.sort in ENTITIES]
    subject = entities[-1] if entities else around.left[-1] if around.left else None
    goal = kinds[0] if kinds else objects[0] if objects else None
    if around.predicate is Predicate.IS_A:
        goal = _kind(around, goal)
    if around.predicate is Predicate.VALID_FOR and says_little(around, subject, goal):
        return []
    if around.predicate is Predicate.VALID_FOR and objects and subject is None:
        if "used" in around.cue.text.lower() and objects[0].sort in MEMBERISH:
            return []  # "it only seems to be used for keeping x stable"
        return [around.make(around.predicate, objects[0], kinds[0] if kinds else None, 3)]
    if subject is None or (goal is None and not _is_named(around, subject)) or _is_other(around):
        return []
    between = around.read.words[around.cue.last : objects[0].first] if objects else ()
    if around.predicate is Predicate.IS_A and not GRAMMAR.alike.isdisjoint(between):
        return [around.make(Predicate.EQUALS, subject, objects[0], 6)]
    if around.cue.text.lower() in GRAMMAR.crashing and not (subject.sort is Sort.FUNCTION and kinds):
        return []
    if around.predicate is Predicate.IS_A:
        return _is_something(around, subject, goal)
    fit = (3 if subject.sort in ENTITIES else 1) + (1 if goal else 0)
    subjects = last_run(entities, around.read) or [subject]
    return [around.make(around.predicate, one, goal, fit, around.behind()) for one in subjects]


def _racing(around: Around) -> list[Candidate]:
    """ "f() races with g()": what may happen at the same time, whatever is legal."""
    if not around.cue.text.lower().startswith("rac") or around.read.words[around.cue.last :][:1] != ("with",):
        return []
    doers = last_run([t for t in around.left if t.sort in ACTORS], around.read)
    goals = run([t for t in around.right if t.sort in (*ENTITIES, Sort.AGENT, Sort.KIND)], around.read)
    return [around.make(Predicate.OTHER, who, one, 4) for who, one in every(doers, goals)]


def placed(around: Around) -> list[Candidate]:
    """sets, clears, reads: "In f(), page->lru is initialised": f does it; empty for anything else."""
    words, first = around.read.words, around.clause.first
    working = around.predicate in (Predicate.SETS, Predicate.CLEARS, Predicate.READS)
    if not (working and around.passive) or words[first] not in ("in", "inside", "within"):
        return []
    place = [t for t in around.left if t.sort is Sort.FUNCTION and t.first <= first + 2]
    members = last_run(around.members(around.left), around.read)
    if not place or not members or around.by() is not None or around.functions(around.right):
        return []
    return [around.make(around.predicate, place[0], one, 6) for one in members]


def _is_something(around: Around, subject: Thing, goal: Thing | None) -> list[Candidate]:
    """What a member is, or a page that is represented by another thing; of a function it says too little."""
    if subject.sort in MEMBERISH:
        return [around.make(Predicate.STATE, subject, None, 3, around.state())]
    if subject.sort is Sort.FUNCTION or goal is None or around.word_at(-1) == ",":
        return []
    if around.read.words[around.cue.last : around.cue.last + 1] in _STANDING and goal.sort in MEMBERISH:
        return [around.make(Predicate.STATE, subject, None, 2, around.state())]  # "are never on the lists"
    near = goal.first <= around.cue.last + NEAR
    return [around.make(Predicate.IS_A, subject, goal, 2, around.behind())] if near else []


def _is_other(around: Around) -> bool:
    """Whether it is said what something is for or points to, not what it is ("regions to represent the
    pages", "is a pointer to").
    """
    words = around.read.words
    if around.predicate is Predicate.IS_A and words[around.cue.last : around.cue.last + 1] == ("pointer",):
        return True
    return around.predicate is Predicate.IS_A and words[around.cue.first - 1 : around.cue.last] == (
        "to",
        "represent",
    )


def _is_named(around: Around, subject: Thing) -> bool:
    """Whether a statement without an object names what it is about: "this is safe" alone says too little."""
    return around.predicate is not Predicate.VALID_FOR or subject in around.clause.things


def _kind(around: Around, goal: Thing | None) -> Thing | None:
    """What something is: the plain words right behind the cue, where they name a page or folio."""
    first = around.cue.last
    if around.read.words[first : first + 1] == ("not",):
        first += 1
    whole = around.plain(first)
    if whole is None or (goal is not None and goal.first < whole.last):
        return goal
    return whole if whole.entity.split()[-1] in ("page", "folio") else goal


def _passed(around: Around) -> list[Candidate]:
    """ "Tail pages are not handled by f()", "tail pages can be passed to f()"."""
    functions = around.functions(around.right)
    kinds = [t for t in around.left if t.sort is Sort.KIND]
    if around.predicate is not Predicate.VALID_FOR or not (functions and kinds):
        return []
    if around.functions(around.left) or not (around.passive or "passed" in around.cue.text.lower()):
        return []
    return [around.make(Predicate.VALID_FOR, functions[0], one, 5) for one in last_run(kinds, around.read)]


def _of_kinds(around: Around, functions: list[Thing]) -> list[Candidate]:
    """ "You cannot use f() on tail pages", "it is fine to use f() on tail pages"."""
    words = around.read.words
    if not functions or not GRAMMAR.permitting & set(words[around.clause.first : around.cue.first]):
        return []
    kinds = [t for t in around.right if t.sort is Sort.KIND and t.first > functions[0].last]
    if not kinds or not {"on", "for", "with"} & set(words[functions[0].last : kinds[0].first]):
        return []
    return [around.make(Predicate.VALID_FOR, functions[0], kinds[0], 5)]


def _lent(around: Around) -> Thing | None:
    """The member for which the bytes of another one are used ("was used for _nr_pages before")."""
    right = around.members(around.right)[:1]
    if not right or right[0].sort is not Sort.MEMBER or right[0].concept:
        return None
    gap = around.read.words[around.cue.last : right[0].first]
    ends = around.cue.text.lower().endswith((" for", " as"))
    return (
        right[0] if (ends and not gap) or gap in (("for",), ("as",), ("for", "the"), ("as", "the")) else None
    )


def _calls(around: Around, functions: list[Thing], callers: list[Thing]) -> list[Candidate]:
    """Functions that use functions."""
    by = around.passive or around.by() is not None or around.cue.text.lower().endswith(" by")
    if functions and callers and by:
        return [around.make(Predicate.CALLS, one, callers[-1], 5) for one in run(functions, around.read)]
    place = around.where() if functions and not callers else []
    called = [t for t in functions if t not in place]
    if place and called and place[0].first > called[0].first:
        return [around.make(Predicate.CALLS, place[0], one, 5) for one in run(called, around.read)]
    inside = ("in", "inside", "within")
    if functions and around.word_before(functions[0]) in inside:
        return []  # "use that helper in f()"
    if functions and not around.passive and (callers or around.cue.text.lower() in GRAMMAR.using):
        caller = callers[-1] if callers else around.doer()
        return [
            around.make(Predicate.CALLS, caller, one, 5 if callers else 3)
            for one in run(functions, around.read)
        ]
    return []


def _is_of_nature(around: Around) -> bool:
    """Whether the cue says what something is for ("meant for"): of a function, what it is legal for."""
    return around.cue.text.lower() in GRAMMAR.meant


def _used(around: Around, members: list[Thing]) -> list[Candidate]:
    """Members before the cue: who uses them stands behind "by", "for" or "in", or before them."""
    last = around.left[-1]
    if last.sort in ACTORS and last.first > members[-1].first and not around.passive:
        users = [last]  # "the list that slab uses", "x is what the driver uses"
    else:
        users = _users(around)
        named = users[0] if len(users) == 1 else None
        whom = around.for_whom() if named is not None and named not in around.read.things else None
        if whom is not None and whom.concept and whom.last <= around.cue.first:
            users = [whom]  # "on s390 x is used for gmap lists"
    if not users and (whom := around.for_whom()):
        users = [whom]
    if not users and around.cue.text.lower() in _SERVING:
        return []
    fit = 4 if users else 3
    pairs = every(users or [None], members)
    return [around.make(Predicate.USES, who, one, fit, around.behind()) for who, one in pairs]


def _is_active(around: Around) -> bool:
    """Whether what stands before the verb uses something, and is not used ("clears x and uses it for y")."""
    lower = around.cue.text.lower()
    if lower not in GRAMMAR.using or around.passive or around.by() is not None or lower.endswith("ed"):
        return False
    before = around.left[-1] if around.left else None
    between = before is not None and before.sort in ACTORS  # "the list that slab uses"
    return not between and around.word_at(-1) != "to"


def _users(around: Around) -> list[Thing]:
    """Who uses what stands before the cue ("used by X and Y", "free for X to use", "used for X")."""
    words = around.read.words
    if around.cue.text.lower() in _SERVING:
        return []  # what stands behind is what it serves as
    before = words[around.clause.first : around.cue.first]
    if before[-1:] == ("to",) and "for" in before[-MAX_USER:]:  # "free for the driver to use"
        at = around.cue.first - 1 - before[::-1].index("for")
        return _joined(around, at, around.cue.first - 1)
    by = next((i for i in range(around.cue.last - 1, around.clause.last) if words[i] == "by"), -1)
    first = by + 1 if by >= 0 else around.cue.last
    if by < 0 and first < around.clause.last and words[first] == "to":
        return []  # "can be used to keep it stable"
    if by < 0 and first < around.clause.last and words[first] in _PLACES:
        first += 1
    named = around.named(first)
    if named is None:
        return []
    listed = [t for t in all_behind(around.read, first, around.clause.last) if t.sort in ACTORS]
    if listed and listed[0].first <= named.first:
        return [*listed, *_again(around, listed[-1].last)] if by >= 0 else listed
    there = [t for t in around.right if t.first >= named.first and t.sort in ACTORS]
    more = run(there, around.read)[1:] if there and there[0] == named else []
    return [named, *more]


def _again(around: Around, at: int) -> list[Thing]:
    """The users behind another "by" ("used by x for this and by y for that")."""
    words = around.read.words
    for i in range(at + 1, around.clause.last - 1):
        if words[i] == "by" and words[i - 1] in ("and", ","):
            return [t for t in all_behind(around.read, i + 1, around.clause.last) if t.sort in ACTORS]
    return []


def _each_for_its_own(around: Around, members: list[Thing]) -> list[Thing]:
    """The members that are used, each with what it is used for ("x for the order and y for the list")."""
    found = run(members, around.read)
    for thing in members[len(found) :]:
        gap = around.read.words[found[-1].last : thing.first]
        purpose = gap[:1] in (("for",), ("as",)) and gap[-1] in ("and", ",") and len(gap) <= MAX_PURPOSE
        if not purpose or any(found[-1].last <= c.first < thing.first for c in around.clause.cues):
            break
        found.append(thing)
    return found


def _doers(around: Around) -> list[Thing | None]:
    """Who uses, before the verb: one, or several joined by "and"."""
    doer = around.doer()
    side = last_run([t for t in around.left if t.sort in ACTORS], around.read)
    if doer is not None and doer.sort in (Sort.AGENT, Sort.KIND) and doer.first >= 0:
        listed = all_before(around.read, around.clause.first, around.cue.first)
        side = listed if len(listed) >= len(side) and doer in listed else side
    return [*side] if doer is not None and doer in side else [doer]


def _joined(around: Around, first: int, last: int) -> list[Thing]:
    """The thing, or the plain words, that are tokens ``first`` to ``last``."""
    exact = [t for t in around.read.things if first <= t.first and t.last <= last and t.sort in ACTORS]
    whole = noun_phrase(around.read, first, last)
    return exact[:1] or ([whole] if whole is not None else [])


def _of_user(around: Around) -> list[Candidate]:
    """ "X is the only user of the member", "the only user of the member is X", "all its users are in X"."""
    cue = around.cue.text.lower()
    if not cue.endswith("r of") and not cue.endswith("rs of"):
        return []
    members = run(around.members(around.right), around.read)
    if not members or members[0].first > around.cue.last + 2:
        return []
    words, behind = around.read.words, members[-1].last
    while behind < around.clause.last and words[behind] in _STILL_THERE:
        behind += 1
    if behind == around.clause.last and (other := excepted(around.read, around.clause)) is not None:
        return [replace(around.make(Predicate.USES, other, one, 7), cue_at=other.first) for one in members]
    if behind + 1 < around.clause.last and words[behind] in GRAMMAR.be:
        first = behind + 1
        while first < around.clause.last and words[first] in (*_PLACES, "only", "all", "just", "now", "both"):
            first += 1
        who = around.named(first)
    else:
        doers = around.actors(around.left)
        end = next((i for i in range(around.clause.first, around.cue.first) if words[i] in GRAMMAR.be), 0)
        who = doers[-1] if doers else noun_phrase(around.read, around.clause.first, end) if end else None
    if who is None:
        return []
    return [around.make(Predicate.USES, who, one, 6) for one in members]


def _which(around: Around) -> list[Candidate]:
    """ "The member, which the generic code uses": it stands before the clause."""
    words, first = around.read.words, around.clause.first
    if around.clause.opening != "which" or around.passive or around.members(list(around.clause.things)):
        return []
    before = [t for t in around.read.things if first - 1 <= t.last <= first and t.sort in MEMBERISH]
    doers = [t for t in around.actors(list(around.clause.things)) if t.last <= around.cue.first]
    end = around.cue.first
    while end > first and words[end - 1] in (*GRAMMAR.fillers, *GRAMMAR.helpers):
        end -= 1
    who = doers[-1] if doers else noun_phrase(around.read, first + 1, end)
    return [around.make(Predicate.USES, who, one, 5) for one in before if who is not None]


def uses(around: Around) -> list[Candidate]:
    """A part of the kernel or a kind of page uses a member; a function that uses functions calls them."""
    return [one for one in _uses(around) if one.predicate is not Predicate.USES or _tells(around, one)]


def _tells(around: Around, one: Candidate) -> bool:
    """Whether a use says who uses what: of a function that is somebody named before it, and "the users" or
    "the same" are nobody.
    """
    who, what = one.subject, one.object
    if who is not None and who.entity.lower() in _NO_USERS:
        return False
    if what is None or what.sort is not Sort.FUNCTION:
        return True
    return who is not None and who.last <= what.first and what in around.clause.things


def _uses(around: Around) -> list[Candidate]:
    functions, callers = around.functions(around.right), around.functions(around.left)
    members = around.members(around.left)
    if around.cue.text.lower() == "used to" and around.word_at(-1) not in GRAMMAR.be:
        return []  # "it used to hold the lock"
    if found := _of_kinds(around, functions):
        return found
    if around.read.words[around.cue.last : around.cue.last + 1] in _FOR_USE and members:
        return [around.make(Predicate.STATE, members[-1], None, 4, around.from_cue())]  # "is free for use"
    if _is_of_nature(around) and (callers or not (members or around.members(around.right))):
        return usable(around._replace(cue=around.cue._replace(value=Predicate.VALID_FOR.value)))
    if found := _calls(around, functions, callers):
        return found
    if members and (shared := _lent(around)):
        return [around.make(Predicate.OVERLAPS, members[-1], shared, 6)]
    if found := _of_user(around) or _which(around):
        return found
    if members and not _is_active(around):
        return _used(around, last_run(members, around.read))
    by = around.by() if around.passive or around.cue.text.lower().endswith((" by", "used")) else None
    if by is not None:
        meant = around.memory.member  # "the bit is used by arm64"
        return [around.make(Predicate.USES, by, meant, 3)] if meant is not None else []
    members = around.members(around.right)
    once = [t for t in members if _ONCE.match(around.read.tokens[t.first])]
    if once:
        predicate = Predicate.READS if around.read.words[once[0].first].startswith("read") else Predicate.SETS
        return [around.make(predicate, around.doer(), one, 5) for one in run(once, around.read)]
    if members:
        locks = members[0].entity in GRAMMAR.locks and around.cue.text.lower() in GRAMMAR.using
        predicate = Predicate.REQUIRES if locks else Predicate.USES
        pairs = every(_doers(around), _each_for_its_own(around, members))
        return [around.make(predicate, who, one, 4) for who, one in pairs]
    if callers or functions:
        used = (callers or functions)[-1]
        return [around.make(Predicate.USES, around.by(), used, 2, around.behind())]
    return []
