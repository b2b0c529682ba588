"""From things and cues in a sentence to candidate statements: who does what to which member.

The grammar is that of review mail: short clauses around one verb with names on both sides. A sentence is
cut into clauses; in each clause every cue is tried with the things left and right of it (turned round for
the passive), and the reading that uses the most of what stands there is kept. A clause without a subject
takes the one before it. What is a claim and what is talk is decided elsewhere (:mod:`.accept`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.model import Predicate


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens ``first`` to ``last`` of a sentence with what stands in them."""

    first: int
    last: int
    things: tuple[Thing, ...]
    cues: tuple[Term, ...]
    opening: str  # the word it begins with
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible claim. ``fit`` says how much of the clause the reading uses (0: nothing but a name)."""

    predicate: Predicate
    subject: Thing | None
    object: Thing | None
    clause: Clause
    cue: str
    cue_at: int
    fit: int
    passive: bool = False
    inherited: bool = False
    value: str = ""
    listed: frozenset[str] = frozenset()  # the other items of the enumeration it is one item of


_BY_FUNCTIONS = (Predicate.SETS, Predicate.CLEARS, Predicate.READS, Predicate.CALLS)
_MEMBERISH = (Sort.MEMBER, Sort.FLAG)
_ACTORS = (Sort.FUNCTION, Sort.AGENT, Sort.KIND, Sort.STRUCT)


SECOND_READING = 4
"""The fit from which a clause is read in a second way as well."""

MAX_LIST = 24
"""The most members that "these fields" may stand for."""

ECHO_WORDS = 7
"""The most words of a clause that only repeats the verb of the one before."""


def clauses(read: Read) -> tuple[Clause, ...]:
    """The clauses of a sentence, those without any word left out."""
    cuts = sorted({0, *_cuts(read), len(read.words)})
    found = []
    for first, last in pairwise(cuts):
        things = tuple(t for t in read.things if first <= t.first < last)
        cues = tuple(c for c in read.cues if first <= c.first < last)
        if things or cues:
            found.append(Clause(first, last, things, cues, read.words[first], _condition(read, first, last)))
    return tuple(found)


def _cuts(read: Read) -> Iterator[int]:
    inside = {i for t in read.things for i in range(t.first, t.last) if i > t.first or read.words[i] == "@"}
    words = read.words
    for i, word in enumerate(words):
        if i in inside or i == 0:
            continue
        if word in GRAMMAR.marks:
            yield i + 1
        elif word in GRAMMAR.cut_words or (word in GRAMMAR.cut_after_comma and words[i - 1] == ","):
            if not _joins_list(read, i):
                yield i
        elif word == "and" and _verb_on_both_sides(read, i):
            yield i


def _joins_list(read: Read, at: int) -> bool:
    """Whether the conjunction at ``at`` stands between two members of one list of things."""
    left = any(t.last in (at, at - 1) for t in read.things)
    right = any(t.first in (at + 1, at + 2) for t in read.things)
    if not (left and right and read.words[at] in ("and", "or")):
        return False
    thing = next(t for t in read.things if t.first in (at + 1, at + 2))
    return not any(thing.last <= c.first <= thing.last + 1 for c in read.cues)


def _verb_on_both_sides(read: Read, at: int) -> bool:
    if _joins_list(read, at):
        return False
    before = any(c.last <= at for c in read.cues)
    after = any(at < c.first <= at + 4 for c in read.cues)
    return before and after


def _condition(read: Read, first: int, last: int) -> str:
    """The condition that stands in a clause ("when the folio is freed"), as text."""
    for i in range(first, last):
        if read.words[i] in GRAMMAR.strong_conditions and i + 1 < last:
            stop = next((j for j in range(i + 1, last) if read.words[j] in (",", ".")), last)
            return _text(read, i, stop)
    return ""


def _text(read: Read, first: int, last: int) -> str:
    if first >= last:
        return ""
    start = read.offsets[first]
    end = read.offsets[last] if last < len(read.offsets) else len(read.sentence.text)
    return read.sentence.text[start:end].strip(" .,;:()?!")


@dataclass
class Memory:
    """What pronouns may stand for: the last things of each sort in the same paragraph."""

    subject: Thing | None = None
    function: Thing | None = None
    member: Thing | None = None
    context: Thing | None = None  # the function whose code the text is about
    last: Candidate | None = None
    list: tuple[Thing, ...] = ()  # the members of the last enumeration

    def note(self, things: Sequence[Thing], subject: Thing | None) -> None:
        for thing in things:
            if thing.sort is Sort.FUNCTION:
                self.function = thing
            elif thing.sort in _MEMBERISH:
                self.member = thing
        if subject is not None:
            self.subject = subject

    def keep_list(self, found: Sequence[Candidate], item: bool) -> None:
        """Remember what was enumerated, in one clause or in the items of a list."""
        named = tuple(c.object for c in found if c.object is not None and c.object.sort in _MEMBERISH)
        if len(named) > 1:
            self.list = named
        elif item and named:
            self.list = (*self.list, named[0])[-MAX_LIST:]


def candidates(read: Read, memory: Memory) -> list[Candidate]:
    """The candidate statements of a sentence, best reading of each clause; ``memory`` is brought up to
    date.
    """
    found: list[Candidate] = []
    for clause in clauses(read):
        best = _of_clause(read, clause, memory)
        found.extend(best)
        subject = next((c.subject for c in best if c.subject is not None and not c.inherited), None)
        memory.note([t for t in clause.things if t.sort in ENTITIES], subject)
        memory.last = best[-1] if best else memory.last
        memory.keep_list(best, read.sentence.item)
    return _distinct(found)


def _distinct(found: list[Candidate]) -> list[Candidate]:
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for one in found:
        key = (
            one.predicate,
            one.subject.entity if one.subject else "",
            one.object.entity if one.object else "",
        )
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _of_clause(read: Read, clause: Clause, memory: Memory) -> list[Candidate]:
    echo = _echo(read, clause, memory)
    if echo is not None:
        return [echo]
    readings = [reading for cue in clause.cues for reading in [_try(read, clause, cue, memory)] if reading]
    if not readings:
        return _bare(read, clause)
    readings.sort(key=lambda found: (-found[0].fit, found[0].cue_at))
    best = readings[0]
    taken = _names(best)
    for other in readings[1:]:
        if (
            other[0].fit >= SECOND_READING
            and _names(other) - taken
            and other[0].predicate is not best[0].predicate
        ):
            best = [*best, *other]
            taken |= _names(other)
    return best


def _echo(read: Read, clause: Clause, memory: Memory) -> Candidate | None:
    """ "but folio_put() does not": the statement before, said of another subject."""
    last = memory.last
    words = read.words[clause.first : clause.last]
    if last is None or last.object is None or len(words) > ECHO_WORDS or len(clause.things) != 1:
        return None
    helper = next((i for i in range(clause.first, clause.last) if read.words[i] in GRAMMAR.echoes), -1)
    thing = clause.things[0]
    if (
        helper < thing.last
        or thing.sort is not Sort.FUNCTION
        or any(c.value not in ("state",) for c in clause.cues)
    ):
        return None
    return replace(
        last, subject=thing, clause=clause, cue=read.tokens[helper], cue_at=helper, inherited=False
    )


def _names(found: Iterable[Candidate]) -> set[str]:
    return {t.entity for c in found for t in (c.subject, c.object) if t is not None}


def _bare(read: Read, clause: Clause) -> list[Candidate]:
    """A clause with names and no cue: one candidate that says only what it is about."""
    named = [t for t in clause.things if t.sort in ENTITIES]
    if not named:
        return []
    second = named[1] if len(named) > 1 else None
    if read.words[clause.first] == "@" and second is None:
        return [Candidate(Predicate.USES, None, named[0], clause, "@", clause.first, 3)]
    return [Candidate(Predicate.OTHER, named[0], second, clause, "", clause.first, 0)]


def _try(read: Read, clause: Clause, cue: Term, memory: Memory) -> list[Candidate]:
    """The reading of ``clause`` around ``cue``, one candidate for each item of an enumeration."""
    left = [t for t in clause.things if t.last <= cue.first]
    right = [t for t in clause.things if t.first >= cue.last]
    passive = _passive(read, clause, cue)
    inherited = False
    if not left and _wants_subject(read, clause, cue):
        before = _inherit(read, clause, cue, memory)
        if before is not None:
            left, inherited = [before], True
    if not left and memory.list and "these" in read.words[clause.first : cue.first]:
        left, inherited = list(memory.list), True
    rule = _RULES[Predicate(cue.value)]
    found = rule(
        Around(read, clause, cue, left, right, passive, _unsaid(read, clause, cue, memory), memory.context)
    )
    return [
        replace(c, inherited=inherited or c.inherited)
        for c in found
        if c.subject is None or c.subject is not c.object
    ]


def _unsaid(read: Read, clause: Clause, cue: Term, memory: Memory) -> Thing | None:
    """The function that does what a clause without a subject says ("Clears the flags"), where it is known."""
    before = read.words[clause.first : cue.first]
    if any(w.isalpha() and w not in GRAMMAR.fillers and w not in GRAMMAR.pronouns for w in before):
        return None
    return memory.context


def _passive(read: Read, clause: Clause, cue: Term) -> bool:
    word = read.words[cue.last - 1]
    if not word.endswith(("ed", "en", "set", "put", "read", "held", "wn", "lt")) or cue.last - cue.first > 1:
        return False
    before = read.words[max(clause.first, cue.first - 4) : cue.first]
    return any(w in GRAMMAR.be for w in before)


def _wants_subject(read: Read, clause: Clause, cue: Term) -> bool:
    """Whether the words before the cue are a pronoun or nothing, so that the subject stands further up."""
    before = [w for w in read.words[clause.first : cue.first] if w.isalpha()]
    return (
        not before or any(w in GRAMMAR.pronouns for w in before) or clause.opening in ("and", "which", "but")
    )


def _inherit(read: Read, clause: Clause, cue: Term, memory: Memory) -> Thing | None:
    if clause.opening == "which":
        before = [t for t in read.things if t.last <= clause.first and t.sort in ENTITIES]
        return before[-1] if before else memory.subject
    text = " ".join(read.words[clause.first : cue.first])
    if "function" in text or "helper" in text:
        return memory.function
    if "field" in text or "flag" in text:
        return memory.member
    return memory.subject or memory.function or memory.member


@dataclass(frozen=True, slots=True)
class Around:
    """A cue with the things before and behind it in its clause."""

    read: Read
    clause: Clause
    cue: Term
    left: list[Thing]
    right: list[Thing]
    passive: bool
    unsaid: Thing | None = None
    context: Thing | None = None

    def make(
        self, predicate: Predicate, subject: Thing | None, object_: Thing | None, fit: int, value: str = ""
    ) -> Candidate:
        known = subject or (self.unsaid if predicate in _BY_FUNCTIONS else None)
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
        return [t for t in side if t.sort in _MEMBERISH]

    def functions(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort is Sort.FUNCTION]

    def actors(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort in _ACTORS]

    def where(self) -> list[Thing]:
        """The function behind "in", "from", "as part of" on the right: where the thing is done."""
        return [
            t
            for t in _run(self.functions(self.right), self.read)
            if GRAMMAR.places & set(self.read.words[max(self.cue.last, t.first - 2) : t.first])
            or (t.first > self.cue.last and self.read.words[t.first - 1] in GRAMMAR.joins)
        ]

    def unsaid_or_context(self) -> Thing | None:
        """The function the clause is about without naming it."""
        return self.unsaid or self.context

    def from_cue(self) -> str:
        """The cue and the words behind it, with a "not" before it."""
        first = self.cue.first
        while first > self.clause.first and self.read.words[first - 1] in GRAMMAR.not_words:
            first -= 1
        return _text(self.read, first, self.clause.last)

    def state(self) -> str:
        """What is said of the subject: the words behind "is", with the "not" that stands beside it."""
        words = self.read.words
        around = words[max(self.clause.first, self.cue.first - 2) : self.cue.last]
        denied = any(w in ("not", "n't", "never") or w.endswith("n't") for w in around)
        return ("not " if denied else "") + self.behind()

    def behind(self) -> str:
        """The words behind the cue to the end of the clause (a value, a state)."""
        stop = next(
            (i for i in range(self.cue.last, self.clause.last) if self.read.words[i] == ","), self.clause.last
        )
        return _text(self.read, self.cue.last, stop)


def _run(things: list[Thing], read: Read) -> list[Thing]:
    """The first of ``things`` and those joined to it by commas, "and", "or" or a slash."""
    if not things:
        return []
    run = [things[0]]
    for thing in things[1:]:
        gap = read.words[run[-1].last : thing.first]
        if len(gap) > 3 or any(w not in GRAMMAR.joins for w in gap):
            break
        run.append(thing)
    return run


def _last_run(things: list[Thing], read: Read) -> list[Thing]:
    """The last of ``things`` and those joined before it."""
    if not things:
        return []
    if things[-1].first < 0 or all(t.last <= 0 for t in things):
        return things
    run = [things[-1]]
    for thing in reversed(things[:-1]):
        gap = read.words[thing.last : run[0].first]
        if len(gap) > 3 or any(w not in GRAMMAR.joins for w in gap):
            break
        run.insert(0, thing)
    return run


def _effect(around: Around) -> list[Candidate]:
    """sets, clears, reads: an actor and the members it works on."""
    predicate = Predicate(around.cue.value)
    members_left, members_right = around.members(around.left), around.members(around.right)
    if around.passive and members_left:
        actors = around.functions(around.right) or around.actors(around.right)
        actor = actors[0] if actors else None
        fit = 5 if actor and actor.sort is Sort.FUNCTION else 3
        objects = _last_run(members_left, around.read)
        if actor is None and predicate is not Predicate.READS:
            return [around.make(Predicate.STATE, one, None, 4, around.from_cue()) for one in objects]
        return [around.make(predicate, actor, one, fit) for one in objects]
    actors = around.functions(around.left) or around.where() or around.actors(around.left)
    actor = actors[-1] if actors else None
    if members_right:
        fit = 5 if actor and actor.sort is Sort.FUNCTION else 3
        objects = _run(members_right, around.read)
        return [around.make(predicate, actor, one, fit, _value(around)) for one in objects]
    if members_left and actor:
        return [around.make(predicate, actor, members_left[-1], 3, _value(around))]
    if members_left:
        return [around.make(Predicate.STATE, members_left[-1], None, 2, around.behind())]
    if actor and actor.sort is Sort.FUNCTION:
        doers = _last_run(actors, around.read) if len(actors) > 1 else [actor]
        return [
            around.make(predicate, one, implied(one), 4 if implied(one) else 1, around.behind())
            for one in doers
        ]
    return []


def implied(function: Thing) -> Thing | None:
    """The member that a function is about by its name alone (``page_private``: ``page.private``)."""
    if not function.implied or function.sort is not Sort.FUNCTION:
        return None
    entity = function.implied[0]
    note = f"{function.entity}() is about {entity}"
    return Thing(function.first, function.last, entity, entity, Sort.MEMBER, inferred=note)


def _value(around: Around) -> str:
    words = around.read.words
    for i in range(around.cue.last, around.clause.last - 1):
        if words[i] in ("to", "with", "=", "as"):
            return _text(around.read, i + 1, min(i + 4, around.clause.last))
    return ""


def _calls(around: Around) -> list[Candidate]:
    left, right = around.functions(around.left), around.functions(around.right)
    if around.passive and left:
        callers = right or [t for t in around.right if t.sort is Sort.AGENT]
        return [around.make(Predicate.CALLS, callers[0] if callers else None, left[-1], 5 if right else 2)]
    place = around.where() if not left else []
    right = [t for t in right if t not in place]
    if right:
        callers = left or place or [t for t in around.left if t.sort in (Sort.AGENT, Sort.KIND)]
        fit = 6 if left or place else 3 if callers else 2
        return [
            around.make(Predicate.CALLS, callers[-1] if callers else None, one, fit)
            for one in _run(right, around.read)
        ]
    if left:
        members = around.members(around.right)
        return [around.make(Predicate.OTHER, left[-1], members[0] if members else None, 1, around.behind())]
    return []


def _requires(around: Around) -> list[Candidate]:
    """A function (said or understood) and the member, lock or call that it needs."""
    actors = around.functions(around.left)
    left, right = around.members(around.left), around.members(around.right) or around.functions(around.right)
    if actors:
        objects: list[Thing | None] = [*_run([t for t in right if t not in around.where()], around.read)] or [
            None
        ]
        fit = 5 if right else 3
        return [around.make(Predicate.REQUIRES, actors[-1], one, fit, around.behind()) for one in objects]
    if left:
        place = around.where()
        doer = place[0] if place else around.unsaid_or_context()
        if doer is None and right and right[0].sort in _MEMBERISH:
            return [around.make(Predicate.REQUIRES, left[-1], right[0], 5, around.behind())]
        return [around.make(Predicate.REQUIRES, doer, left[-1], 4, around.behind())]
    doer = around.left[-1] if around.left else around.unsaid_or_context()
    if not right:
        return [around.make(Predicate.REQUIRES, doer, None, 1, around.behind())] if around.left else []
    return [
        around.make(Predicate.REQUIRES, doer, one, 3, around.behind()) for one in _run(right, around.read)
    ]


def _state(around: Around) -> list[Candidate]:
    members = around.members(around.left)
    flags = [t for t in around.right if t.sort is Sort.FLAG]
    if members and flags and members[-1].entity.endswith(".flags"):
        return [
            around.make(Predicate.STATE, members[-1], one, 5, around.behind())
            for one in _run(flags, around.read)
        ]
    if members:
        fit = 4 if members[-1].last >= around.cue.first - 4 else 3
        return [
            around.make(Predicate.STATE, one, None, fit, around.behind())
            for one in _last_run(members, around.read)
        ]
    members = around.members(around.right)
    if members:
        return [
            around.make(Predicate.STATE, one, None, 3, _before_text(around))
            for one in _run(members, around.read)
        ]
    if around.left and around.left[-1].sort in (Sort.FUNCTION, Sort.KIND, Sort.CONSTANT):
        functions = around.functions(around.right)
        fit = 2 if around.left[-1].sort is Sort.FUNCTION else 1
        return [
            around.make(
                Predicate.STATE, around.left[-1], functions[0] if functions else None, fit, around.behind()
            )
        ]
    functions = around.functions(around.right)
    return [around.make(Predicate.STATE, functions[0], None, 1, "")] if functions else []


def _before_text(around: Around) -> str:
    return _text(around.read, around.cue.first, around.clause.last)


def _pair(around: Around) -> list[Candidate]:
    """overlaps, equals: two members (or things) said to be one."""
    predicate = Predicate(around.cue.value)
    sides = (
        (Sort.MEMBER, Sort.FLAG, Sort.CONSTANT) if predicate is Predicate.OVERLAPS else (*ENTITIES, Sort.KIND)
    )
    left = [t for t in around.left if t.sort in sides]
    right = [t for t in around.right if t.sort in sides]
    if left and right:
        strong = left[-1].sort in ENTITIES or right[0].sort in ENTITIES
        return [around.make(predicate, left[-1], one, 6 if strong else 2) for one in _run(right, around.read)]
    joined = _last_run(left, around.read) if len(left) > 1 else _run(right, around.read)
    if len(joined) > 1:
        return [around.make(predicate, joined[0], one, 5) for one in joined[1:]]
    if left or right:
        one = (left or right)[0]
        return [around.make(predicate, one, None, 3 if one.sort in _MEMBERISH else 1, around.behind())]
    return []


def _about(around: Around) -> list[Candidate]:
    """resides, points_to, member_of, offset, size: a member or flag and where or how it is."""
    predicate = Predicate(around.cue.value)
    left, right = around.members(around.left), around.members(around.right)
    others = [t for t in around.right if t.sort in (Sort.STRUCT, Sort.KIND)]
    if left:
        goal = right[0] if right else others[0] if others else None
        fit = 5 if right else 4
        return [
            around.make(predicate, one, goal, fit, around.behind()) for one in _last_run(left, around.read)
        ]
    if right:
        owner = around.left[-1] if around.left else None
        if predicate is Predicate.MEMBER_OF and owner is not None and owner.sort is Sort.KIND:
            return [
                around.make(Predicate.STATE, one, None, 4, _before_text(around))
                for one in _run(right, around.read)
            ]
        if predicate is Predicate.MEMBER_OF:
            return [around.make(predicate, one, owner, 4) for one in _run(right, around.read)]
        return [around.make(predicate, owner or right[0], right[0] if owner else None, 3)]
    functions = around.functions(around.left)
    return [around.make(predicate, functions[-1], None, 1, around.behind())] if functions else []


def _usable(around: Around) -> list[Candidate]:
    """valid_for, uses, is_a: an operation or member and the kind of page or part of the kernel."""
    predicate = Predicate(around.cue.value)
    entities = [t for t in around.left if t.sort in ENTITIES]
    kinds = [t for t in around.right if t.sort not in ENTITIES]
    objects = [t for t in around.right if t.sort in ENTITIES]
    if predicate is Predicate.USES:
        return _uses(around, entities, kinds, objects)
    subject = entities[-1] if entities else around.left[-1] if around.left else None
    goal = kinds[0] if kinds else objects[0] if objects else None
    if predicate is Predicate.VALID_FOR and objects and subject is None:
        return [around.make(predicate, objects[0], kinds[0] if kinds else None, 3)]
    if subject is None:
        return []
    if predicate is Predicate.IS_A and goal is None and subject.sort in _MEMBERISH:
        return [around.make(Predicate.STATE, subject, None, 3, around.behind())]
    fit = (3 if subject.sort in ENTITIES else 1) + (1 if goal else 0)
    return [around.make(predicate, subject, goal, fit, around.behind())]


def _uses(around: Around, entities: list[Thing], kinds: list[Thing], objects: list[Thing]) -> list[Candidate]:
    functions = around.functions(around.right)
    callers = around.functions(around.left)
    if functions and callers and not around.passive:
        return [around.make(Predicate.CALLS, callers[-1], one, 5) for one in _run(functions, around.read)]
    members = around.members(around.left)
    if members:
        user = kinds[0] if kinds else objects[0] if objects else None
        fit = 4 if user else 3
        return [
            around.make(Predicate.USES, user, one, fit, around.behind())
            for one in _last_run(members, around.read)
        ]
    members = around.members(around.right)
    if members:
        return [
            around.make(Predicate.USES, around.left[-1] if around.left else None, one, 4)
            for one in _run(members, around.read)
        ]
    if entities:
        return [around.make(Predicate.USES, kinds[0] if kinds else None, entities[-1], 2, around.behind())]
    return [around.make(Predicate.USES, None, functions[0], 1)] if functions else []


def _precedes(around: Around) -> list[Candidate]:
    left = [t for t in around.left if t.sort in ENTITIES]
    right = [t for t in around.right if t.sort in ENTITIES]
    if left and right:
        pair = (left[-1], right[0])
        if any(word in around.cue.text.lower() for word in ("after", "until", "later")):
            pair = (pair[1], pair[0])
        both = left[-1].sort is Sort.FUNCTION and right[0].sort is Sort.FUNCTION
        return [around.make(Predicate.PRECEDES, pair[0], pair[1], 6 if both else 3)]
    return []


_RULES = {
    Predicate.SETS: _effect,
    Predicate.CLEARS: _effect,
    Predicate.READS: _effect,
    Predicate.CALLS: _calls,
    Predicate.REQUIRES: _requires,
    Predicate.STATE: _state,
    Predicate.OVERLAPS: _pair,
    Predicate.EQUALS: _pair,
    Predicate.RESIDES: _about,
    Predicate.POINTS_TO: _about,
    Predicate.MEMBER_OF: _about,
    Predicate.OFFSET: _about,
    Predicate.SIZE: _about,
    Predicate.VALID_FOR: _usable,
    Predicate.USES: _usable,
    Predicate.IS_A: _usable,
    Predicate.PRECEDES: _precedes,
}
