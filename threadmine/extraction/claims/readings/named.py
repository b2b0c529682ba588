"""What a sentence says of a function or a kind of page that none of its statements names.

"pte_free_half() wakes the waiter up", "the page goes back to the list in page_table_free()", "tail pages are
never on the LRU": the verb is on no list, yet somebody states something of what is named. It is kept in the
clause's own words: a function as ``other``, a kind of page as a ``state``. Wishes, opinions, thanks and what
only points to code are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threadmine.extraction.claims.clauses import Candidate, Clause, is_order, text_of, value_from
from threadmine.extraction.claims.mentions import compared
from threadmine.extraction.claims.readings.several import joined
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("beside")["named"]
_INSIDE = frozenset(_WORDS["inside"])
_PARTS = frozenset(_WORDS["parts"])
_WISHING = frozenset(_WORDS["wishing"])
_ABOUT = frozenset(_WORDS["about"])
_OPINION = frozenset(word_list("beside")["being"]["opinion"])
_FINITE = frozenset({"is", "are", "was", "were", "does", "has", "have", "had", "isn't", "aren't", "wasn't"})
_WITHIN = frozenset({"in", "inside", "within"})
_CALL = frozenset({"call", "calls", "check"})
_LETTING = frozenset({"let", "let's", "lets"})
_HELPING = GRAMMAR.finite | GRAMMAR.having | GRAMMAR.be
_VERBLESS = frozenset({"size", "offset"})
_SIGNS = frozenset({"=", "==", "<", ">", "+", ";", "#", "!", "{", "}", "&", "|", "=>"})

MIN_WORDS = 2
"""English words of a clause below which it is code."""

JUDGED = 4
"""Words behind a form of "be" in which an opinion would stand."""


def functions_named(read: Read, every: Sequence[Clause], named: set[str]) -> Iterator[Candidate]:
    """What ``every`` clause says of the functions that are not ``named`` by another statement."""
    if _is_talk(read) or not any(t.sort is Sort.FUNCTION and t.entity not in named for t in read.things):
        return
    for clause in every:
        aside = clause.conditional and clause.opening not in ("after", "before")
        if aside or _speaks_of_itself(read, clause) or _is_code(read, clause):
            continue
        before: Candidate | None = None
        for thing in clause.things:
            if thing.sort is not Sort.FUNCTION or "_" not in thing.text.strip("_") or compared(read, thing):
                continue
            one = _of_function(read, clause, thing, before) if thing.entity not in named else None
            before = one
            if one is not None:
                named.update(t.entity for t in (thing, one.subject) if t is not None)
                yield one


def _is_talk(read: Read) -> bool:
    """Whether a sentence asks, wishes, thanks or judges, and states nothing of what it names."""
    if read.sentence.text.endswith("?") or "retraction" in read.marks:
        return True
    if read.sentence.place in (Place.COMMIT, Place.COVER):
        return not _WISHING.isdisjoint(set(read.words) - _LETTING)
    named = any(t.first == 0 for t in read.things)
    ordered = read.sentence.place is Place.REPLY and is_order(read) and not named
    return ordered or "request" in read.marks or not _WISHING.isdisjoint(read.words)


def _speaks_of_itself(read: Read, clause: Clause) -> bool:
    """Whether the writer speaks of himself or to somebody ("I tried f()"), and not only of how sure he is."""
    doubt = {
        i for term in read.marks.get("doubt", ()) for i in (term.first - 1, *range(term.first, term.last))
    }
    said = (w for i, w in enumerate(read.words[clause.first : clause.last], clause.first) if i not in doubt)
    return any(word in GRAMMAR.speakers for word in said)


def _is_code(read: Read, clause: Clause) -> bool:
    """Whether a clause is a line of code, a trace or a diagram, with hardly a word of English."""
    inside = {i for t in read.things for i in range(t.first, t.last)}
    rest = [read.words[i] for i in range(clause.first, clause.last) if i not in inside]
    return not _SIGNS.isdisjoint(rest) or sum(w.isalpha() and len(w) > 1 for w in rest) < MIN_WORDS


def _of_function(read: Read, clause: Clause, thing: Thing, before: Candidate | None) -> Candidate | None:
    if _is_about(read, clause, thing.first):
        return None
    caller = _caller(read, clause, thing)
    if caller is not None and _has_verb(read, clause):
        return Candidate(Predicate.CALLS, caller, thing, clause, read.tokens[caller.first - 1], thing.last, 3)
    placed = _is_placed(read, clause, thing)
    verb = -1 if placed else _verb_of(read, clause, thing)
    if verb >= 0:
        if _is_opinion(read, clause, verb):
            return None
        value = value_from(read, clause, verb)
        return Candidate(Predicate.OTHER, thing, None, clause, read.tokens[verb], verb, 2, value=value)
    left = before.subject if before is not None else None
    goes_on = left is not None and joined(read, left, thing)
    if not goes_on and not _has_verb(read, clause):
        return None
    value = text_of(read, clause.first, clause.last)
    return Candidate(Predicate.OTHER, thing, None, clause, "", thing.first, 1, value=value)


def _caller(read: Read, clause: Clause, thing: Thing) -> Thing | None:
    """The function in which a function stands ("the last put_page() in f()"), None where none is named."""
    words, at = read.words, thing.last
    while at < clause.last and words[at] in _CALL:
        at += 1
    if at >= clause.last or words[at] not in _WITHIN:
        return None
    at += 1
    while at < clause.last and words[at] in GRAMMAR.determiners:
        at += 1
    return next((t for t in clause.things if t.first == at and t.sort is Sort.FUNCTION), None)


def _is_placed(read: Read, clause: Clause, thing: Thing) -> bool:
    """Whether something is said to be done in, by or for a function, or to be a part of it."""
    words, at = read.words, thing.first - 1
    while at > clause.first and (words[at] in GRAMMAR.determiners or words[at] in ("both", "either", "(")):
        at -= 1
    return at >= clause.first and words[at] in _INSIDE


def _verb_of(read: Read, clause: Clause, thing: Thing) -> int:
    """The token of the verb that a function is the subject of, -1 where none is."""
    words, at = read.words, _last_of_run(read, clause, thing).last
    while at < clause.last and words[at] in _PARTS:
        at += 1
    several = any(
        t.first > clause.first and t.last == at and words[t.first - 1] in ("and", "or", "/")
        for t in clause.things
    )
    helped = False
    while at < clause.last and (
        words[at] in GRAMMAR.helpers
        or words[at] in GRAMMAR.fillers
        or words[at] in _HELPING
        or words[at] in ("both", "all", "n't")
        or words[at].endswith("ly")
    ):
        if words[at] in _FINITE and at + 1 < clause.last:
            return at
        helped = helped or words[at] in _HELPING or words[at] in ("never", "not", "n't", "to")
        at += 1
    if at >= clause.last or any(t.first <= at < t.last for t in read.things):
        return -1
    word = words[at]
    if not word.isalpha() or len(word) < 3 or word in GRAMMAR.no_nouns or word in GRAMMAR.determiners:
        return -1
    if helped or (word.endswith("s") and word not in GRAMMAR.plural_nouns | GRAMMAR.after_uses):
        return at
    return at if several and not word.endswith(("ed", "ing", "ly", "s")) and at < clause.last - 1 else -1


def _last_of_run(read: Read, clause: Clause, thing: Thing) -> Thing:
    """The last of the functions in a row that begins with a thing ("f() and g() both ...")."""
    last = thing
    for other in clause.things:
        if other.first >= last.last and other.sort is Sort.FUNCTION and joined(read, last, other):
            last = other
    return last


def _is_opinion(read: Read, clause: Clause, verb: int) -> bool:
    said = read.words[verb : min(clause.last, verb + 1 + JUDGED)]
    return not _OPINION.isdisjoint(said)


def _is_about(read: Read, clause: Clause, at: int) -> bool:
    """Whether what is said is said of words about a function ("the changelog of f()")."""
    return not _ABOUT.isdisjoint(read.words[max(clause.first, at - 3) : at])


def _has_verb(read: Read, clause: Clause) -> bool:
    """Whether a clause says something: a verb is in it."""
    words = read.words
    inside = {i for t in clause.things for i in range(t.first, t.last)}
    ordered = read.sentence.place in (Place.COMMIT, Place.COVER) and is_order(read) and clause.first == 0
    if ordered or any(c.value not in _VERBLESS for c in clause.cues):
        return True
    return any(
        words[i] in _HELPING
        or (len(words[i]) > 3 and words[i].endswith(("s", "ed")) and words[i] not in GRAMMAR.plural_nouns)
        for i in range(clause.first + 1, clause.last)
        if i not in inside
    )


def kinds_named(read: Read, every: Sequence[Clause], said: Sequence[Candidate]) -> Iterator[Candidate]:
    """What a clause that no reading fits says of a kind of page that is its subject."""
    if not any(t.sort is Sort.KIND for t in read.things) or _is_talk(read):
        return
    for clause in every:
        told = any(one.clause is clause and not _is_weak(one) for one in said)
        if clause.conditional or told or not clause.things:
            continue
        kind = clause.things[0]
        if kind.sort is not Sort.KIND or not _leads(read, clause, kind):
            continue
        if not _is_general(read, clause, kind) or _speaks_of_itself(read, clause):
            continue
        verb = _verb_of_kind(read, clause, kind)
        if verb < 0 or _is_opinion(read, clause, verb):
            continue
        value = value_from(read, clause, verb)
        yield Candidate(Predicate.STATE, kind, None, clause, read.tokens[verb], verb, 2, value=value)


def _is_weak(one: Candidate) -> bool:
    """Whether a reading says of a kind of page what is read better in the clause's own words."""
    return one.fit <= 1 and one.object is None and one.subject is not None and one.subject.sort is Sort.KIND


def _leads(read: Read, clause: Clause, thing: Thing) -> bool:
    """Whether a clause begins with a thing, so that it is what the clause is about."""
    words = read.words[clause.first : thing.first]
    led = (GRAMMAR.determiners, GRAMMAR.cut_words, GRAMMAR.fillers, GRAMMAR.prefaces, (",", "that"))
    return all(word.endswith("ly") or any(word in some for some in led) for word in words)


def _is_general(read: Read, clause: Clause, kind: Thing) -> bool:
    """Whether a kind of page is meant, and not one page of it."""
    before = read.words[max(clause.first, kind.first - 1) : kind.first]
    return read.words[kind.last - 1].endswith("s") or before in (
        ("a",),
        ("an",),
        ("every",),
        ("no",),
        ("any",),
    )


def _verb_of_kind(read: Read, clause: Clause, kind: Thing) -> int:
    words, at = read.words, kind.last
    while (
        at < clause.last
        and words[at] not in _HELPING
        and (words[at] in GRAMMAR.helpers or words[at] in GRAMMAR.fillers or words[at].endswith("ly"))
    ):
        at += 1
    if at + 1 >= clause.last or any(t.first <= at < t.last for t in read.things):
        return -1
    word = words[at]
    if word in _HELPING:
        return at
    if not word.isalpha() or len(word) < 3 or word in GRAMMAR.no_nouns or word in GRAMMAR.determiners:
        return -1
    single = not words[kind.last - 1].endswith("s")
    return at if word.endswith("s") is single and not word.endswith(("ed", "ing", "ly")) else -1
