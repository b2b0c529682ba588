"""From things and cues in a sentence to candidate statements: who does what to which member.

In each clause every cue is tried with the things left and right of it (turned round for the passive), and
the reading that explains most of what stands there is kept; a second one is kept where it is about
something else. A clause without a subject takes the one before it. What is a claim and what is talk is
decided elsewhere (:mod:`.accept`).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, Memory, clauses
from threadmine.extraction.claims.mentions import is_beside, left_open, set_aside, taken_back
from threadmine.extraction.claims.plain_names import noun_phrase
from threadmine.extraction.claims.readings import RULES, SPECIAL, Around, as_verb, call_said, minded, nominal
from threadmine.extraction.claims.readings.beside import beside
from threadmine.extraction.claims.readings.dealings import dealings
from threadmine.extraction.claims.readings.layout import layout
from threadmine.extraction.claims.readings.legal import legal
from threadmine.extraction.claims.readings.milestones import milestones
from threadmine.extraction.claims.readings.named import functions_named, kinds_named
from threadmine.extraction.claims.readings.remarks import remarks
from threadmine.extraction.claims.readings.settled import by_means, in_place_of, joined_to
from threadmine.extraction.claims.readings.spoken import in_own_words, of_locks, says_something, spoken_of
from threadmine.extraction.claims.readings.tables import bit_table
from threadmine.extraction.claims.readings.users import which
from threadmine.extraction.claims.readings.verbs import unlisted
from threadmine.extraction.claims.referents import DOING, orders_before, subject_of, wanted
from threadmine.extraction.claims.said import said_in
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing
from threadmine.extraction.claims.told import is_governed, is_told, names_of, pairs_of
from threadmine.extraction.claims.voice import (
    before_aside,
    behind_aside,
    goes_on_passive,
    is_passive,
    pronoun_behind,
)
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.extraction.text import Place
from threadmine.model import Predicate

SECOND_READING = 3
"""The fit from which a clause is read in a second way as well."""

_PLAIN = (Predicate.STATE, Predicate.OTHER)

ECHO_WORDS = 7
"""The most words of a clause that only repeats the verb of the one before."""


def candidates(read: Read, memory: Memory) -> list[Candidate]:
    """The candidate statements of a sentence, clause by clause; ``memory`` is brought up to date."""
    found: list[Candidate] = []
    others: list[Candidate] = []
    if read.sentence.place is Place.COMMENT and (said := bit_table(read, memory) or remarks(read, memory)):
        return _distinct(said)
    memory.here = None
    every = clauses(read)
    for clause in every:
        best, rest = _of_clause(read, clause, memory)
        found.extend(best)
        others.extend(rest)
        subject = next(
            (c.subject for c in best if c.subject is not None and not c.inherited and _is_topic(c.subject)),
            None,
        )
        memory.note([t for t in clause.things if t.sort in ENTITIES], subject)
        memory.last = best[-1] if best else memory.last
        memory.here = next((c.subject for c in best if c.subject is not None), memory.here)
        memory.keep_list(best, read.sentence.item)
    memory.hear(said_in(read), read.sentence)
    found = [c for c in found if not left_open(read, c.clause) and not taken_back(read, c.clause)]
    found = of_locks(read, [c for c in found if not is_beside(read, c)])
    main = [c for c in found if not c.clause.conditional]
    kept = main or found
    said = _distinct([*kept, *_left_over(read, kept, others)])
    closed = [c for c in every if not left_open(read, c) and not taken_back(read, c)]
    if dealt := [*dealings(read, closed, memory), *milestones(read, closed)]:
        said = _distinct(joined_to(said, dealt))
        memory.last = dealt[-1]
    said = in_place_of(read, by_means(read, said))
    firm = [c for c in said if not _is_of_function(c)]
    named = names_of(firm) | {name for c in firm for name in c.listed}
    more = list(beside(read, closed, named, memory))
    more += functions_named(read, closed, named)
    more += spoken_of(read, closed, [*firm, *more], named)
    more += kinds_named(read, closed, [*firm, *more])
    again = {c.subject.entity for c in more if c.subject is not None}
    return [c for c in said if c in firm or c.subject is None or c.subject.entity not in again] + more


def _is_of_function(one: Candidate) -> bool:
    """Whether a candidate only says that a function is in some state, which is hardly ever meant so."""
    return one.predicate is Predicate.STATE and one.subject is not None and one.subject.sort is Sort.FUNCTION


def _is_topic(thing: Thing) -> bool:
    """Whether "it" may stand for a thing: something with a name, no plain words taken for a doer."""
    return thing.sort is not Sort.AGENT or thing.concept


def _left_over(read: Read, found: list[Candidate], others: list[Candidate]) -> list[Candidate]:
    """What no kept reading names, and a lesser one does: the sentence says that of it, too."""
    used = names_of(found) | {name for c in found for name in c.listed}
    left = []
    for candidate in found:
        for thing in candidate.clause.things:
            if thing.sort not in ENTITIES or thing.entity in used:
                continue
            lesser = [c for c in others if c.clause is candidate.clause and thing in (c.subject, c.object)]
            said = thing.sort in MEMBERISH and says_something(read, candidate.clause, thing)
            if not lesser and not said:
                continue
            one = lesser[0] if lesser else in_own_words(read, candidate.clause, thing)
            used |= {thing.entity} | names_of([one])
            left.append(one)
    return left


def _distinct(found: list[Candidate]) -> list[Candidate]:
    """Each statement once; one that only names what another states is left out."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for one in found:
        subject, object_ = (t.entity if t else "" for t in (one.subject, one.object))
        measure = one.value if one.predicate in (Predicate.SIZE, Predicate.OFFSET) else ""
        key = (one.predicate.value, subject, f"{object_}{measure}")
        if key not in seen:
            seen.add(key)
            kept.append(one)
    return kept


def _of_clause(read: Read, clause: Clause, memory: Memory) -> tuple[list[Candidate], list[Candidate]]:
    """The best reading of a clause (with others that are about something else), and the lesser ones, best
    first.
    """
    echo = _echo(read, clause, memory)
    if echo is not None:
        return [echo], []
    readings = [reading for cue in clause.cues if (reading := _try(read, clause, cue, memory))]
    if clause.things and (said := _nominal(read, clause, memory)):
        readings.append(said)
    if laid := list(layout(read, clause, memory)):
        laid_out = [c for found in laid for c in found]
        verbs = {c.cue_at for c in laid_out}
        others = [f for f in readings if f[0].predicate is Predicate.USES or f[0].cue_at not in verbs]
        readings = [*laid, *(found for found in others if not is_told(found[0], laid_out))]
    if not readings:
        return _uncued(read, clause, memory) or _bare(read, clause), []
    readings.sort(key=lambda found: (-_worth(found[0]), found[0].predicate in _PLAIN, found[0].cue_at))
    best = readings[0]
    lesser: list[Candidate] = []
    for other in readings[1:]:
        if is_governed(best[0], other[0]):
            continue
        new = names_of(other) - names_of(best)
        full = other[0].subject is not None and other[0].object is not None and not other[0].inherited
        another = bool(new) and (other[0].predicate is not best[0].predicate or full)
        another = another or (full and pairs_of(best).isdisjoint(pairs_of(other)))
        if other[0].predicate in _PLAIN and other[0].subject is not None:
            another = another and other[0].subject.entity not in names_of(best)
        if another and other[0].fit >= SECOND_READING:
            best = [*best, *other]
        else:
            lesser.extend(other)
    return best, lesser


def _echo(read: Read, clause: Clause, memory: Memory) -> Candidate | None:
    """ "but folio_put() does not": the statement before, said of another subject."""
    last = memory.last
    if last is None or last.object is None or clause.last - clause.first > ECHO_WORDS:
        return None
    thing = clause.things[0] if len(clause.things) == 1 else _of_two(read, clause, memory)
    if thing is None:
        return None
    helper = next((i for i in range(clause.first, clause.last) if read.words[i] in GRAMMAR.echoes), -1)
    other_verb = any(c.value != "state" for c in clause.cues)
    turned = helper == thing.first - 1 and read.words[helper - 1] in ("so", "as", "neither", "nor")
    if (helper < thing.last and not turned) or thing.sort is not Sort.FUNCTION or other_verb:
        return None
    denied = read.words[helper + 1 : helper + 2] in (("n't",), ("n’t",))
    cue = read.tokens[helper] + "n't" * denied
    return replace(last, subject=thing, clause=clause, cue=cue, cue_at=helper, inherited=False)


def _of_two(read: Read, clause: Clause, memory: Memory) -> Thing | None:
    """The function that "the latter does" is said of; None where the clause names or says something else."""
    if clause.things or {"former", "latter"}.isdisjoint(read.words[clause.first : clause.last]):
        return None
    said = memory.before()
    doers = said.doers() if said is not None else []
    if len(doers) != 2:
        return None
    return doers["latter" in read.words[clause.first : clause.last]]


def _bare(read: Read, clause: Clause) -> list[Candidate]:
    """A clause with names and no cue: what its verb says, or whom a line of kernel-doc names as the user."""
    if said := which(read, clause) or unlisted(read, clause):
        return said
    named = [t for t in clause.things if t.sort in ENTITIES]
    if not named or read.words[clause.first] != "@" or named[0].first != clause.first:
        members = (t for t in named if t.sort in MEMBERISH and says_something(read, clause, t))
        return [in_own_words(read, clause, one) for one in islice(members, 1)]
    if named[0].sort not in MEMBERISH:
        return []
    user = next((t for t in clause.things if t.sort in (Sort.KIND, Sort.AGENT)), None)
    if user is None:
        return [Candidate(Predicate.OTHER, named[0], None, clause, "@", clause.first, 3)]
    return [Candidate(Predicate.USES, user, named[0], clause, "@", clause.first, 3)]


def _try(read: Read, clause: Clause, cue: Term, memory: Memory) -> list[Candidate]:
    """The reading of ``clause`` around ``cue``, one candidate for each item of an enumeration."""
    if cue.text == "==" and read.words[0] == "@":
        return []  # kernel-doc says when the member is used, not what it equals
    things = [t for t in clause.things if not set_aside(read, t)]
    left = [t for t in things if t.last <= cue.first]
    right = [t for t in things if t.first >= cue.last]
    inherited = False
    between: tuple[Thing, ...] = ()
    passive = is_passive(read, clause, cue) or goes_on_passive(read, clause, cue, memory)
    if read.words[cue.first - 1] == "," and memory.described is not None:
        left, inherited = [memory.described], True
    elif _of_these(read, clause, cue, left) and memory.list:
        left, inherited = list(memory.list), True
    elif (head := before_aside(read, clause, cue)) is not None:
        clause, left = behind_aside(read, clause, cue), [head]
    elif passive and left and pronoun_behind(read, cue, left):
        meant, between = _meant(read, clause, cue, memory, passive)
        left, inherited = [*left, *meant], bool(meant)
    elif (not left or _goes_on(read, cue, left)) and _wants_subject(read, clause, cue, passive):
        left, between = _meant(read, clause, cue, memory, passive)
        inherited = bool(left)
    named = any(t.sort in ENTITIES for t in right)
    if left and not named and not inherited and clause.opening in ("which", "that"):
        before = _inherit(read, clause, cue, memory)
        right = [before] if before is not None else right
    around = Around(read, clause, cue, left, right, passive, _gapped(read, clause, cue), memory, between)
    found = next((said for special in SPECIAL if (said := special(around))), [])
    found = found or RULES[Predicate(cue.value)](around)
    found = [c for c in found if not ((inherited or c.inherited) and _says_nothing(read, c))]
    if not inherited and len(found) < 2:
        return found
    every = names_of(found) if len(found) > 1 else set()
    return [
        replace(c, inherited=inherited or c.inherited, listed=frozenset(every - names_of([c]))) for c in found
    ]


def _says_nothing(read: Read, one: Candidate) -> bool:
    """Whether of a function named elsewhere nothing is said that names anything ("it accesses itself")."""
    if one.object is not None or one.subject is None or one.subject.sort is not Sort.FUNCTION:
        return False
    plain = one.predicate in (Predicate.OTHER, Predicate.STATE, Predicate.REQUIRES)
    return plain and one.subject not in read.things


def _worth(one: Candidate) -> int:
    """How good a reading is beside others of its clause: a state is what is left when nothing else is
    said.
    """
    return one.fit - (one.predicate is Predicate.STATE)


def _nominal(read: Read, clause: Clause, memory: Memory) -> list[Candidate]:
    """What a clause says with a noun of doing, whatever its verb is."""
    end = Term("cue", "", clause.last, clause.last, "")
    around = Around(read, clause, end, list(clause.things), [], False, False, memory)
    return minded(around) or nominal(around) or call_said(around) or as_verb(around)


def _uncued(read: Read, clause: Clause, memory: Memory) -> list[Candidate]:
    """What a clause without a cue says a function is, or is not, for."""
    end = Term("cue", "", clause.last, clause.last, "")
    return legal(Around(read, clause, end, list(clause.things), [], False, False, memory))


def _of_these(read: Read, clause: Clause, cue: Term, left: list[Thing]) -> bool:
    """Whether the subject is "these fields (of a struct)", which were or will be named."""
    return "these" in read.words[clause.first : cue.first] and all(t.sort is Sort.STRUCT for t in left)


def _gapped(read: Read, clause: Clause, cue: Term) -> bool:
    """Whether nothing but a pronoun or a filler stands where the subject would ("Also clears the flags")."""
    before = read.words[clause.first : cue.first]
    allowed = (GRAMMAR.fillers, GRAMMAR.pronouns, GRAMMAR.helpers, ("we", "blindly", "simply"))
    return all(not w.isalpha() or w.endswith("ly") or any(w in words for words in allowed) for w in before)


def _meant(
    read: Read, clause: Clause, cue: Term, memory: Memory, passive: bool
) -> tuple[list[Thing], tuple[Thing, ...]]:
    """What the pronoun or gap before the cue stands for, and who may be meant where that is undecided."""
    if clause.opening == "who":
        whose = _before_who(read, clause.first)
        return ([whose] if whose is not None else []), ()
    if cue.value == Predicate.USES.value and (user := _user_before(read, clause)) is not None:
        return [user], ()
    here = memory.here if clause.opening in ("and", "then") else None
    if cue.value == Predicate.CALLS.value and not passive and here is not None and here.sort in _OTHERS:
        return [here], ()  # "users should call f() and call g()"
    meant = subject_of(read, clause, cue, memory, wanted(read, clause, cue, passive))
    if meant.known:
        return list(meant.things), meant.between
    before = _inherit(read, clause, cue, memory)
    if before is not None and before.sort is Sort.FUNCTION and cue.value == Predicate.STATE.value:
        spoken = read.words[clause.first : cue.first]
        before = before if _PAGES.isdisjoint(spoken) else None  # "the folio can be reallocated"
    return ([before] if before is not None else []), ()


def _before_who(read: Read, at: int) -> Thing | None:
    """The people or code that "who" at token ``at`` stands for ("the owners of the page who clear it")."""
    words, last = read.words, at
    if "of" in words[max(0, at - 5) : at]:
        last = max(i for i in range(at) if words[i] == "of")
    last -= words[last - 1] in ('"', "'", ",")
    return noun_phrase(read, last - 1, last) if last > 1 and words[last - 1] != "those" else None


_OTHERS = (Sort.AGENT, Sort.KIND)
_PAGES = frozenset({"page", "folio"})


def _user_before(read: Read, clause: Clause) -> Thing | None:
    """The part of the kernel or kind of page that did something in the clause before and goes on ("s390 fits
    two of them into a page, and uses x for that").
    """
    if clause.first == 0 or read.words[clause.first] not in ("and", "but", "so", "then"):
        return None
    for thing in reversed(read.things):
        if thing.last > clause.first or thing.sort not in (Sort.AGENT, Sort.KIND):
            continue
        at = thing.last
        while at < clause.first and read.words[at] in GRAMMAR.helpers:
            at += 1
        verb = any(c.first == at for c in read.cues)
        if verb or (at < clause.first and read.words[at].endswith("s") and read.words[at].isalpha()):
            return thing
    return None


_LEADING_ON = frozenset({"supposed", "expected", "meant", "able", "likely", "bound"})
"""Between a subject and the verb that says what it does ("which is not supposed to be read")."""


def _wants_subject(read: Read, clause: Clause, cue: Term, passive: bool) -> bool:
    """Whether nothing but a pronoun stands before the cue, so that the subject was named further up."""
    before = [w for w in read.words[clause.first : cue.first] if w.isalpha()]
    passed = GRAMMAR.fillers | GRAMMAR.helpers | _LEADING_ON
    bare = [w for w in before if w not in passed and not w.endswith("ly")]
    if not bare:
        return clause.first > 0 or _leaves_out(cue, before, passive) or read.sentence.place is Place.COMMENT
    if len(bare) == 2 and bare[0] in GRAMMAR.determiners and bare[1] in GRAMMAR.generic:
        return True
    if bare == ["this", "one"] and clause.first == 0:
        return True
    if all(w in GRAMMAR.cut_words or w in GRAMMAR.pronouns or w in GRAMMAR.prefaces for w in bare):
        return bare[-1] in GRAMMAR.pronouns or bare[0] in GRAMMAR.cut_words
    if bare[-1] in GRAMMAR.pronouns or (bare[-1] in ("we", "you") and not _is_placed(read, clause)):
        return True
    return len(bare) == 2 and bare[0] in GRAMMAR.pronouns and bare[1] in GRAMMAR.generic


def _is_placed(read: Read, clause: Clause) -> bool:
    """Whether a clause names the function in which something is done ("we call it as part of f()")."""
    functions = (t for t in clause.things if t.sort is Sort.FUNCTION)
    return any(
        not GRAMMAR.places.isdisjoint(read.words[max(clause.first, t.first - 2) : t.first]) for t in functions
    )


def _goes_on(read: Read, cue: Term, left: list[Thing]) -> bool:
    """Whether a verb follows "and" and no name of code stands before it ("walks the lists and sets x")."""
    return read.words[cue.first - 1] in ("and", "then") and all(
        t.sort in (Sort.AGENT, Sort.KIND) for t in left
    )


def _leaves_out(cue: Term, before: list[str], passive: bool) -> bool:
    """Whether a verb that begins a sentence is told of somebody ("Clears x", "Already cleared by f()")."""
    verb = cue.text.split()[0].lower()
    return Predicate(cue.value) in DOING and (passive or verb.endswith("s") or "does" in before)


def _inherit(read: Read, clause: Clause, cue: Term, memory: Memory) -> Thing | None:
    """What a pronoun or a gap stands for: within a sentence something named in it, at its beginning what
    came before.
    """
    if clause.opening == "which":
        before = [t for t in read.things if t.last <= clause.first and t.sort is not Sort.CONSTANT]
        return before[-1] if before else memory.subject
    if memory.described is not None:
        return memory.described
    if clause.first > 0 and orders_before(read, clause):
        return memory.context
    if clause.first > 0 and not (clause.first == 2 and read.words[1] == ":"):  # "Note: ..." begins there
        before = [t for t in read.things if t.last <= clause.first and t.sort in ENTITIES]
        if memory.subject in before or not before:
            return memory.subject if before or read.words[0] in GRAMMAR.pronouns else None
        return before[-1]
    words = read.words[clause.first : cue.first]
    if "function" in words or "helper" in words:
        return memory.function
    if "field" in words or "flag" in words:
        return memory.member
    if read.sentence.place is Place.COMMENT:
        if memory.context is not None and GRAMMAR.pronouns.isdisjoint(words):
            return memory.context  # an order, which the code around it carries out
        here = memory.function if memory.function_here else memory.context
        return memory.subject or here or memory.function or memory.member
    if memory.subject is not None:
        return memory.subject
    near = memory.context if read.sentence.place is Place.REPLY else None
    return near or memory.function or memory.member
