"""One reading of a clause: a cue, the things around it, and the statement they make together.

There is one rule for each family of predicates. A rule returns one candidate for each item of an
enumeration, with a ``fit`` that says how much of the clause the reading explains, so that the best of
several readings can be chosen: 6 both slots are named and the cue is plain, 5 both are named, 4 one is
named and the cue is plain, down to 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, Memory, noun_phrase, text_of
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.model import Predicate

_BY_FUNCTIONS = (Predicate.SETS, Predicate.CLEARS, Predicate.READS, Predicate.CALLS)
_BY_SOMEBODY = (*_BY_FUNCTIONS, Predicate.REQUIRES, Predicate.USES)
_ACTORS = (Sort.FUNCTION, Sort.AGENT, Sort.KIND, Sort.STRUCT)


@dataclass(frozen=True, slots=True)
class Around:
    """A cue with the things before and behind it in its clause.

    ``gapped``: the clause leaves its subject out or has a pronoun there. ``memory`` knows the function
    whose code the text is about.
    """

    read: Read
    clause: Clause
    cue: Term
    left: list[Thing]
    right: list[Thing]
    passive: bool
    gapped: bool
    memory: Memory

    @property
    def unsaid(self) -> Thing | None:
        """The function that does what a clause without a subject says ("Clears the flags")."""
        return self.memory.context if self.gapped else None

    @property
    def context(self) -> Thing | None:
        """The function whose code the text is about."""
        return self.memory.context

    @property
    def predicate(self) -> Predicate:
        return Predicate(self.cue.value)

    def make(
        self, predicate: Predicate, subject: Thing | None, object_: Thing | None, fit: int, value: str = ""
    ) -> Candidate:
        """A candidate of this clause; a missing doer is the unsaid one, and never the object itself."""
        known = subject or (self.unsaid if predicate in _BY_FUNCTIONS else None)
        if known is not None and object_ is not None and known.entity == object_.entity:
            known = next((t for t in (self.unsaid, self.context) if t and t.entity != object_.entity), None)
        if known is None and predicate in _BY_SOMEBODY:
            named = (t for t in self.clause.things if t.sort in (Sort.KIND, Sort.AGENT) and t is not object_)
            known = next(named, None) or self.context
            known = None if known and object_ and known.entity == object_.entity else known
        return Candidate(
            predicate,
            known,
            object_,
            self.clause,
            self.cue.text,
            self.cue.first,
            fit,
            passive=self.passive,
            inherited=known is not subject,
            value=value,
        )

    def members(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort in MEMBERISH]

    def functions(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort is Sort.FUNCTION]

    def actors(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort in _ACTORS]

    def where(self) -> list[Thing]:
        """The functions behind "in", "from", "as part of" on the right: where the thing is done."""
        words = self.read.words
        for thing in self.functions(self.right):
            if GRAMMAR.places & set(words[max(self.cue.last, thing.first - 2) : thing.first]):
                return run([t for t in self.functions(self.right) if t.first >= thing.first], self.read)
        return []

    def by(self) -> Thing | None:
        """Who does it, behind "by": a thing or the plain words there."""
        words = self.read.words
        for i in range(self.cue.last, self.clause.last - 1):
            if words[i] == "by":
                named = [t for t in self.right if t.first > i and t.sort in _ACTORS]
                return named[0] if named else self.plain(i + 1)
        return None

    def plain(self, first: int) -> Thing | None:
        """The plain words from token ``first`` to the next mark, preposition or verb, as a thing."""
        words = self.read.words
        stop = first
        while (
            stop < self.clause.last
            and words[stop].replace("-", "").isalpha()
            and words[stop] not in GRAMMAR.no_nouns
        ):
            stop += 1
        return noun_phrase(self.read, first, stop)

    def doer(self) -> Thing | None:
        """Who does it, before the cue: a function, a part of the kernel, or plain words."""
        named = self.functions(self.left) or self.actors(self.left)
        if named:
            return named[-1]
        return None if self.left else noun_phrase(self.read, self.clause.first, self.cue.first)

    def from_cue(self) -> str:
        """The cue and the words behind it, with a "not" before it."""
        first = self.cue.first
        while first > self.clause.first and self.read.words[first - 1] in GRAMMAR.not_words:
            first -= 1
        return text_of(self.read, first, self.clause.last)

    def state(self) -> str:
        """What is said of the subject: the words behind "is", with the "not" that stands beside it."""
        words = self.read.words
        near = words[max(self.clause.first, self.cue.first - 2) : self.cue.last]
        behind = self.behind()
        denied = any(w in ("not", "never") or w.endswith("n't") for w in near)
        return f"not {behind}" if denied and not behind.startswith("not ") else behind

    def behind(self) -> str:
        """The words behind the cue to the end of the clause (a value, a state)."""
        words = self.read.words
        ends = (i for i in range(self.cue.last, self.clause.last) if words[i] in GRAMMAR.value_ends)
        return text_of(self.read, self.cue.last, next(ends, self.clause.last))

    def denied(self) -> bool:
        """Whether a "not" stands right before the cue."""
        words = self.read.words[max(self.clause.first, self.cue.first - 3) : self.cue.first]
        return any(w in ("not", "n't", "never") for w in words)

    def value(self) -> str:
        """What a member is set to."""
        words = self.read.words
        for i in range(self.cue.last, self.clause.last - 1):
            if words[i] in ("to", "with", "=", "as"):
                return text_of(self.read, i + 1, min(i + 4, self.clause.last))
        return ""


def run(things: list[Thing], read: Read) -> list[Thing]:
    """The first of ``things`` and those joined to it by commas, "and", "or" or a slash."""
    found = things[:1]
    for thing in things[1:]:
        if not _joined(read, found[-1], thing):
            break
        found.append(thing)
    return found


def last_run(things: list[Thing], read: Read) -> list[Thing]:
    """The last of ``things`` and those joined before it; all of them where they stand in the text before."""
    if things and all(t.last <= 0 for t in things):
        return things
    found = things[-1:]
    for thing in reversed(things[:-1]):
        if not _joined(read, thing, found[0]):
            break
        found.insert(0, thing)
    return found


def _joined(read: Read, left: Thing, right: Thing) -> bool:
    gap = read.words[left.last : right.first]
    return len(gap) <= 4 and all(w in GRAMMAR.joins for w in gap) and left.last >= 0


def implied(function: Thing) -> Thing | None:
    """The member that a function is about by its name alone (``page_private``: ``page.private``)."""
    if not function.implied or function.sort is not Sort.FUNCTION:
        return None
    entity = function.implied[0]
    note = f"{function.entity}() is about {entity}"
    return Thing(function.first, function.last, entity, entity, Sort.MEMBER, inferred=note)


def effect(around: Around) -> list[Candidate]:
    """sets, clears, reads: an actor and the members it works on."""
    left, right = around.members(around.left), around.members(around.right)
    if around.passive and left:
        return _done_to(around, last_run(left, around.read))
    if not right and left and GRAMMAR.having & set(around.read.words[around.clause.first : around.cue.first]):
        return []  # "the head page has PG_head set": a state
    place = around.where()
    if right and right[0].entity in GRAMMAR.locks and around.cue.text.lower() in GRAMMAR.locking:
        doers = around.functions(around.left)[-1:] or place
        return [around.make(Predicate.REQUIRES, doers[0] if doers else around.unsaid, right[0], 4, "held")]
    actors = last_run(around.functions(around.left), around.read) or place
    actor = actors[-1] if actors else around.doer()
    if right:
        fit = 5 if actor and actor.sort is Sort.FUNCTION else 3
        objects = run(right, around.read)
        return [around.make(around.predicate, actor, one, fit, around.value()) for one in objects]
    if left and actor:
        return [around.make(around.predicate, actor, left[-1], 3, around.value())]
    if left:
        return [around.make(Predicate.STATE, left[-1], None, 2, around.behind())]
    return _by_name(around, actors, place)


def _done_to(around: Around, objects: list[Thing]) -> list[Candidate]:
    """The passive: by whom, where, or (nobody named) the state that results."""
    functions = around.functions(around.right)
    actor = functions[0] if functions else around.by()
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
    if around.passive and left:
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
    right = [t for t in right if t not in place]
    if right:
        caller = left[-1] if left else place[0] if place else around.doer()
        fit = 6 if left or place else 3 if caller else 2
        return [around.make(Predicate.CALLS, caller, one, fit) for one in run(right, around.read)]
    if left:
        return [around.make(Predicate.OTHER, left[-1], members[0] if members else None, 1, around.behind())]
    return []


def requires(around: Around) -> list[Candidate]:
    """A function (said or understood) and the member, lock or call that it needs."""
    actors = around.functions(around.left)
    left, right = around.members(around.left), around.members(around.right) or around.functions(around.right)
    if actors:
        place = around.where()
        objects: list[Thing | None] = [*run([t for t in right if t not in place], around.read)] or [None]
        return [
            around.make(Predicate.REQUIRES, actors[-1], one, 5 if right else 3, around.behind())
            for one in objects
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


def state(around: Around) -> list[Candidate]:
    """A member or flag (or a kind of page) is, has or becomes something."""
    left, right = around.members(around.left), around.members(around.right)
    flags = [t for t in right if t.sort is Sort.FLAG]
    if left and flags and left[-1].entity.endswith(".flags"):
        return [
            around.make(Predicate.STATE, left[-1], one, 5, around.behind()) for one in run(flags, around.read)
        ]
    if left:
        fit = 4 if left[-1].last >= around.cue.first - 4 else 3
        return [
            around.make(Predicate.STATE, one, None, fit, around.state())
            for one in last_run(left, around.read)
        ]
    if right:
        return _holds(around, run(right, around.read))
    value = around.state()
    functions = around.functions(around.right)
    if around.left and around.left[-1].sort in (Sort.FUNCTION, Sort.KIND, Sort.CONSTANT):
        fit = 2 if around.left[-1].sort is Sort.FUNCTION else 1
        goal = functions[0] if functions else None
        return [
            around.make(Predicate.STATE, one, goal, fit, value) for one in last_run(around.left, around.read)
        ]
    return [around.make(Predicate.STATE, functions[0], None, 1, "")] if functions else []


def _holds(around: Around, members: list[Thing]) -> list[Candidate]:
    """ "struct page has a memcg_data member", "a free page has a refcount of one"."""
    structs = [t for t in around.left if t.sort is Sort.STRUCT]
    value = text_of(around.read, around.cue.first, around.clause.last)
    if structs and around.cue.text.lower() in GRAMMAR.having and not members[0].concept:
        return [around.make(Predicate.MEMBER_OF, one, structs[-1], 5) for one in members]
    return [around.make(Predicate.STATE, one, None, 3, value) for one in members]


def pair(around: Around) -> list[Candidate]:
    """overlaps, equals: two members (or things) said to be one."""
    predicate = around.predicate
    overlaps = predicate is Predicate.OVERLAPS
    sides = (Sort.MEMBER, Sort.FLAG) if overlaps else (*ENTITIES, Sort.KIND, Sort.CONSTANT)
    left = [t for t in around.left if t.sort in sides]
    right = [t for t in around.right if t.sort in sides]
    if left and right:
        strong = left[-1].sort in ENTITIES or right[0].sort in ENTITIES
        firsts, seconds = last_run(left, around.read), run(right, around.read)
        if len(firsts) > 1 and len(seconds) == len(firsts):
            return [around.make(predicate, a, b, 6) for a, b in zip(firsts, seconds, strict=True)]
        return [
            around.make(predicate, a, b, 6 if strong else 2)
            for a in firsts
            for b in seconds[: 8 // len(firsts) + 1]
        ]
    joined = last_run(left, around.read) if len(left) > 1 else run(right, around.read)
    if len(joined) > 1:
        return [around.make(predicate, joined[0], one, 5) for one in joined[1:]]
    if left or right:
        one = (left or right)[0]
        return [around.make(predicate, one, None, 3 if one.sort in MEMBERISH else 1, around.behind())]
    return []


def about(around: Around) -> list[Candidate]:
    """resides, points_to, offset, size: a member or flag and where, how far or how big it is."""
    predicate = around.predicate
    left, right = around.members(around.left), around.members(around.right)
    target = around.functions(around.right)
    if predicate is Predicate.RESIDES and left and target and not right:
        sets = GRAMMAR.setting & set(around.read.words[around.clause.first : around.cue.first])
        moved = Predicate.SETS if sets else Predicate.OTHER
        return [around.make(moved, target[-1], one, 4) for one in last_run(left, around.read)]
    structs = [t for t in around.left if t.sort is Sort.STRUCT]
    others = [t for t in around.right if t.sort in (Sort.STRUCT, Sort.KIND)]
    measured = predicate in (Predicate.SIZE, Predicate.OFFSET)
    if measured and not _is_plain_measure(around):
        return []
    if measured and not left and structs:
        return [around.make(predicate, structs[-1], None, 4, _nearby(around))]
    if left:
        goal = right[0] if right and not measured else others[0] if others else None
        if predicate is Predicate.POINTS_TO and goal is None:
            goal = _target(around)
        fit = 6 if measured or right else 4
        value = _nearby(around) if measured else around.behind()
        return [around.make(predicate, one, goal, fit, value) for one in last_run(left, around.read)]
    if right and measured:
        return [around.make(predicate, one, None, 5, _nearby(around)) for one in run(right, around.read)]
    if right:
        owner = (
            around.left[-1]
            if around.left
            else noun_phrase(around.read, around.clause.first, around.cue.first)
        )
        return [around.make(predicate, owner or right[0], right[0] if owner else None, 4 if owner else 2)]
    functions = around.functions(around.left)
    return [around.make(predicate, functions[-1], None, 1, around.behind())] if functions else []


def _target(around: Around) -> Thing | None:
    """What is pointed to, by the last of the plain words behind the cue ("the allocated memdesc":
    ``memdesc``).
    """
    phrase = around.plain(around.cue.last)
    return replace(phrase, entity=phrase.entity.split()[-1]) if phrase else None


def _is_plain_measure(around: Around) -> bool:
    """Whether the member is what the number is said of: "x is 8 bytes", "the size of x is 8 bytes"."""
    if not _nearby(around):
        return False
    words = around.read.words
    named = [t for t in around.left if t.sort in (*MEMBERISH, Sort.STRUCT)]
    if named:
        between = words[named[-1].last : around.cue.first]
        return all(w in GRAMMAR.measuring or w[0].isdigit() for w in between)
    named = [t for t in around.right if t.sort in (*MEMBERISH, Sort.STRUCT)]
    return bool(named) and around.cue.text.lower() in ("size of", "offset of", "sizeof", "bytes of")


_MEASURE = re.compile(
    r"(?:last|first|top|low(?:er)?|upper|bottom)? ?(?:offset|byte|bit)s? #?(?:0x)?\d\w*"
    r"|(?:(?:last|first|top|low(?:er)?|upper|bottom) )?(?:\d+|one|two|four|eight)[ -](?:bytes?|bits?|words?)"
    r"|(?:first|second|third|last) (?:double )?word|offset (?:0x)?\d\w*",
    re.IGNORECASE,
)


def _nearby(around: Around) -> str:
    """The number and unit beside a cue of size or offset ("8 bytes", "offset 120")."""
    first = max(around.clause.first, around.cue.first - 3)
    text = text_of(around.read, first, min(around.clause.last, around.cue.last + 4))
    match = _MEASURE.search(text)
    return match.group().strip() if match else ""


def member_of(around: Around) -> list[Candidate]:
    """A member or function exists, is gone, is added to or removed from a struct."""
    left, right = around.members(around.left), around.members(around.right)
    owner = next((t for t in (*around.right, *around.left) if t.sort is Sort.STRUCT), None)
    lower = around.cue.text.lower()
    if lower in GRAMMAR.lacking:
        if right and owner is not None:
            return [around.make(Predicate.MEMBER_OF, one, owner, 5) for one in run(right, around.read)]
        return state(around)
    named = [t for t in left if _is_definition(around, t, owner)]
    if named and (around.passive or lower not in GRAMMAR.taking):
        return [around.make(Predicate.MEMBER_OF, one, owner, 4) for one in last_run(named, around.read)]
    if (
        right
        and right[0].first - around.cue.last <= GRAMMAR_REACH
        and _is_definition(around, right[0], owner)
    ):
        return [around.make(Predicate.MEMBER_OF, one, owner, 4) for one in run(right, around.read)]
    if left and lower not in GRAMMAR.taking:
        return state(around)
    return []


def _is_definition(around: Around, thing: Thing, owner: Thing | None) -> bool:
    """Whether the member itself is meant, not a use of it: written as in C and not followed by "check" or
    "user".
    """
    if thing.concept and not (owner or thing.sort is Sort.FLAG):
        return False
    words = around.read.words
    behind = words[thing.last : thing.last + 1]
    return not behind or not behind[0].isalpha() or behind[0] not in GRAMMAR.after_uses


GRAMMAR_REACH = 3
"""Tokens between "remove" and the member that is removed."""


def usable(around: Around) -> list[Candidate]:
    """valid_for, is_a: an operation or member and the kind of page it is for, or is."""
    entities = [t for t in around.left if t.sort in ENTITIES]
    kinds = [t for t in around.right if t.sort not in ENTITIES]
    objects = [t for t in around.right if t.sort in ENTITIES]
    subject = entities[-1] if entities else around.left[-1] if around.left else None
    goal = kinds[0] if kinds else objects[0] if objects else None
    if around.predicate is Predicate.VALID_FOR and objects and subject is None:
        return [around.make(around.predicate, objects[0], kinds[0] if kinds else None, 3)]
    if subject is None:
        return []
    if around.predicate is Predicate.IS_A and goal is None and subject.sort in MEMBERISH:
        return [around.make(Predicate.STATE, subject, None, 3, around.state())]
    fit = (3 if subject.sort in ENTITIES else 1) + (1 if goal else 0)
    return [around.make(around.predicate, subject, goal, fit, around.behind())]


def uses(around: Around) -> list[Candidate]:
    """A part of the kernel or a kind of page uses a member; a function that uses functions calls them."""
    functions, callers = around.functions(around.right), around.functions(around.left)
    if functions and callers and not around.passive:
        return [around.make(Predicate.CALLS, callers[-1], one, 5) for one in run(functions, around.read)]
    members = around.members(around.left)
    if members:
        named = [t for t in around.right if t.sort in (*_ACTORS, *ENTITIES)]
        user = around.by() or (named[0] if named else around.plain(around.cue.last))
        fit = 4 if user else 3
        return [
            around.make(Predicate.USES, user, one, fit, around.behind())
            for one in last_run(members, around.read)
        ]
    members = around.members(around.right)
    if members:
        return [around.make(Predicate.USES, around.doer(), one, 4) for one in run(members, around.read)]
    if callers or functions:
        used = (callers or functions)[-1]
        return [around.make(Predicate.USES, around.by(), used, 2, around.behind())]
    return []


def precedes(around: Around) -> list[Candidate]:
    """One step before another; "after" and "until" turn them round."""
    left = [t for t in around.left if t.sort in ENTITIES]
    right = [t for t in around.right if t.sort in ENTITIES]
    if not (left and right):
        return []
    first, second = left[-1], right[0]
    if any(word in around.cue.text.lower() for word in ("after", "until", "later", "follow")):
        first, second = second, first
    both = left[-1].sort is Sort.FUNCTION and right[0].sort is Sort.FUNCTION
    return [around.make(Predicate.PRECEDES, first, second, 6 if both else 3)]


RULES = {
    Predicate.SETS: effect,
    Predicate.CLEARS: effect,
    Predicate.READS: effect,
    Predicate.CALLS: calls,
    Predicate.REQUIRES: requires,
    Predicate.STATE: state,
    Predicate.OVERLAPS: pair,
    Predicate.EQUALS: pair,
    Predicate.RESIDES: about,
    Predicate.POINTS_TO: about,
    Predicate.OFFSET: about,
    Predicate.SIZE: about,
    Predicate.MEMBER_OF: member_of,
    Predicate.VALID_FOR: usable,
    Predicate.IS_A: usable,
    Predicate.USES: uses,
    Predicate.PRECEDES: precedes,
}
"""The rule of each predicate that has cues."""
