"""Readings of what members and flags are: their state."""

from __future__ import annotations

from threadmine.extraction.claims.clauses import Candidate, is_order, text_of
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

_TELLING = frozenset(
    {
        "zero",
        "non-zero",
        "nonzero",
        "stale",
        "invalid",
        "uninitialized",
        "garbage",
        "leaked",
        "leftover",
        "underflow",
        "underflows",
        "underflowed",
        "overflows",
        "overflowed",
        "saturates",
    }
)
"""Cues of one word that are the state themselves."""

_LEADING_TO = frozenset({"to", "of", "as", "being", "been", "up", "is", "right"})
"""How cues end behind which the state stands ("drops to")."""

_REFERENCES = ("reference", "references", "ref", "refs")
_NEW = frozenset({"new", "new here", "brand new"})
"""What a member is that was not there before."""


def state(around: Around) -> list[Candidate]:
    """A member or flag (or a kind of page) is, has or becomes something."""
    left, right = around.members(around.left), around.members(around.right)
    if around.cue.text.lower().endswith("count of"):
        return _counted(around)
    if _goes_on(around):
        return [
            around.make(Predicate.OTHER, one, None, 1, around.behind()) for one in last_run(left, around.read)
        ]
    flags = [t for t in right if t.sort is Sort.FLAG]
    if left and flags and left[-1].entity.endswith(".flags"):
        return [
            around.make(Predicate.STATE, left[-1], one, 5, around.behind()) for one in run(flags, around.read)
        ]
    if left and left[-1].sort is Sort.MEMBER and around.behind().lower() in _NEW:
        return [around.make(Predicate.MEMBER_OF, left[-1], None, 5)]
    if left:
        fit = 4 if left[-1].last >= around.cue.first - 4 else 3
        return [
            around.make(Predicate.STATE, one, None, fit, _value(around))
            for one in last_run(left, around.read)
        ]
    if right and not _is_far(around, right[0]):
        return _holds(around, run(right, around.read))
    value = _value(around)
    functions = around.functions(around.right)
    if around.left and around.left[-1].sort is Sort.FUNCTION and (said := around.judged(around.left[-1])):
        return said
    if around.left and around.left[-1].sort in (Sort.FUNCTION, Sort.KIND, Sort.CONSTANT):
        fit = 2 if around.left[-1].sort is Sort.FUNCTION else 1
        goal = functions[0] if functions else None
        return [
            around.make(Predicate.STATE, one, goal, fit, value) for one in last_run(around.left, around.read)
        ]
    return [around.make(Predicate.STATE, functions[0], None, 1, "")] if functions else []


def _value(around: Around) -> str:
    """What is said of the subject; a cue that holds the state itself ("is NULL", "stale") tells it."""
    words, first, last = around.read.words, around.cue.first, around.cue.last
    if last - first == 1 and words[first] not in _TELLING:
        return around.state()
    if words[last - 1] in _LEADING_TO:
        return around.state()
    while first < last and (words[first] in GRAMMAR.being or words[first] in GRAMMAR.helpers):
        first += 1
    if first == last:
        return around.state()
    told = around.state()
    denied = "not " if told.startswith("not ") else ""
    rest = told.removeprefix("not ")
    return f"{denied}{text_of(around.read, first, last)} {rest}".rstrip()


REACH = 4
"""Tokens from "is" to the member that is in that state ("there is still a stale page->mapping")."""


def _is_far(around: Around, member: Thing) -> bool:
    """Whether "is" says something of another thing, and the member only stands behind it ("that is another
    story with x").
    """
    return around.cue.text.lower() in GRAMMAR.be and member.first > around.cue.last + REACH


def _counted(around: Around) -> list[Candidate]:
    """ "A refcount of one": whatever stands before it is said of something else."""
    at = around.cue.first
    if is_order(around.read):
        return []  # "Remove the refcount of 1"
    count = next((t for t in around.clause.things if t.first <= at < t.last and t.sort is Sort.MEMBER), None)
    return [around.make(Predicate.STATE, count, None, 3, around.behind())] if count is not None else []


def _goes_on(around: Around) -> bool:
    """Whether the word behind "is" makes it no state: "is to avoid", "is doing the same"."""
    words = around.read.words
    at = around.cue.last
    while at < around.clause.last and words[at] in GRAMMAR.helpers and words[at] != "to":
        at += 1
    if at >= around.clause.last or not GRAMMAR.be & set(words[around.cue.first : around.cue.last]):
        return False
    doing = words[at].endswith("ing") and around.read.tokens[at].islower()  # no "TAIL_MAPPING"
    return words[at] == "to" or (doing and words[at] not in GRAMMAR.states_in_ing)


def _gets(around: Around) -> bool:
    """Whether the verb says that a reference is taken ("f() gets a reference on the folio")."""
    return around.cue.text.lower() in ("get", "gets", "got", "getting")


def _holds(around: Around, members: list[Thing]) -> list[Candidate]:
    """ "struct page has a memcg_data member", "a free page has a refcount of one"."""
    holders = around.functions(around.left)
    if holders and members[0].entity in GRAMMAR.locks and around.cue.text.lower() in GRAMMAR.having:
        return [around.make(Predicate.REQUIRES, holders[-1], members[0], 5)]
    if holders and members[0].text.lower().endswith(_REFERENCES) and _gets(around):
        return [around.make(Predicate.SETS, holders[-1], members[0], 5)]
    agents = [t for t in around.left if t.sort is Sort.AGENT and t.concept]
    if agents and around.word_at(1) == "no" and not members[0].concept:
        return [around.make(Predicate.USES, agents[-1], one, 4) for one in members]  # "MGLRU has no x"
    structs = [t for t in around.left if t.sort is Sort.STRUCT]
    value = text_of(around.read, around.cue.first, around.clause.last)
    if structs and around.cue.text.lower() in GRAMMAR.having and not members[0].concept:
        return [around.make(Predicate.MEMBER_OF, one, structs[-1], 5) for one in members]
    return [around.make(Predicate.STATE, one, None, 3, value) for one in members]
