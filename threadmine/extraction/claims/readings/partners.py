"""Two functions of one sentence with nothing but words between them, and what those words are.

The forms in which one is said to call the other stand in :mod:`.dealings` and :mod:`.callers`, those of an
order in :mod:`.sequence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadmine.extraction.claims.clauses import Candidate, Clause
from threadmine.extraction.claims.readings.several import every as pairs
from threadmine.extraction.claims.readings.several import last_run, run
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("dealings")
LEADS = frozenset(_WORDS["leads"]["words"]) | GRAMMAR.determiners
CALLED = frozenset(_WORDS["called"]["words"])
NAMED = word_list("beside")["named"]
TAKING = frozenset(_WORDS["taking"]["words"])
HANDING = frozenset(_WORDS["handing"]["words"])
MEANS = frozenset(_WORDS["means"]["words"])
MEANS_SAID = tuple(tuple(phrase.split()) for phrase in _WORDS["means"]["phrases"])
_NO_SUBJECT = frozenset(NAMED["inside"]) | frozenset(_WORDS["no_subject"]["words"])
_CLOSED = (GRAMMAR.no_nouns | GRAMMAR.determiners) - frozenset(_WORDS["no_call"]["verbs_too"])
_PREPOSITIONS = frozenset(_WORDS["no_call"]["prepositions"])
_THERE = (("in",), ("inside",), ("within",))

REACH = 12
"""The most tokens between two functions that have to do with each other."""

NOUNS = 1
"""The most words of a name that stand between an article and a function ("the pgste f()")."""

LEAD_IN = 3
"""The most words before "in f()" at the beginning of a sentence."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two functions of a sentence with nothing but words between them."""

    read: Read
    clause: Clause
    functions: list[Thing]
    one: Thing
    other: Thing

    @property
    def between(self) -> tuple[str, ...]:
        return self.read.words[self.one.last : self.other.first]

    def make(
        self, predicate: Predicate, who: Sequence[Thing], what: Sequence[Thing], at: int, cue: str = ""
    ) -> list[Candidate]:
        """One candidate for each of ``who`` with each of ``what``, around the word at token ``at``."""
        said = cue or self.read.tokens[at]
        return [
            Candidate(predicate, one, other, self.clause, said, at, 6)
            for one, other in pairs(who, what)
            if one.entity != other.entity
        ]

    def doers(self) -> list[Thing]:
        """The first function with those that stand before it in its list."""
        return last_run([t for t in self.functions if t.last <= self.one.last], self.read)

    def objects(self) -> list[Thing]:
        """The second function with those behind it in its list, but for one that goes on as a subject ("f()
        calls g() and h() reads x") or stands in another place ("g() in f(), and h()").
        """
        words = self.read.words
        found = run([t for t in self.functions if t.first >= self.other.first], self.read)
        while len(found) > 1 and self._is_apart(found):
            found.pop()
        if len(found) == 2 and words[found[0].last : found[1].first] == (",", "and"):
            found.pop()
        return found

    def _is_apart(self, found: list[Thing]) -> bool:
        """Whether the last of a list of functions is no part of it."""
        at = found[-1].last
        placed = self.read.words[self.one.last : self.other.first][-1:] in (("in",), ("inside",), ("within",))
        there = placed and self.read.words[at : at + 1] in (("in",), ("inside",), ("within",))
        verb = self.read.words[at : at + 1]
        if there or goes_on(self.read, at):
            return True
        return GRAMMAR.plural_nouns.isdisjoint(verb) and is_finite(verb, False)


def is_subject(pair: Pair, thing: Thing) -> bool:
    """Whether a function stands where a subject does, not behind a preposition or a verb of calling."""
    words, at = pair.read.words, thing.first - 1
    while at >= pair.clause.first and words[at] in LEADS:
        if words[at] in ("this", "that"):
            return True  # "with this f() calls g()"
        at -= 1
    return at < 0 or words[at] not in _NO_SUBJECT


def is_finite(words: Sequence[str], base: bool) -> bool:
    """Whether a word has the form of a verb that somebody does; ``base``: it may be a bare one."""
    word = words[0] if words else ""
    if not word.replace("-", "").isalpha() or len(word) < 2:
        return False
    if word in _CLOSED:
        return False
    if word.endswith("s"):
        return not word.endswith(("ss", "us")) and word not in GRAMMAR.be
    return base and not word.endswith(("ing", "ly", "ed"))


def only_leads(pair: Pair, first: int, last: int) -> bool:
    """Whether the words from ``first`` to ``last`` only lead to the function behind them."""
    words = pair.read.words[first:last]
    known = [word in LEADS for word in words]
    if all(known):
        return True
    plain = [word for word, lead in zip(words, known, strict=True) if not lead]
    unfit = GRAMMAR.no_nouns | _PREPOSITIONS
    named = all(word.isalnum() and word not in unfit and not word.endswith("s") for word in plain)
    return named and len(plain) <= NOUNS and words[0] in GRAMMAR.determiners


def goes_on(read: Read, at: int) -> bool:
    """Whether a verb at token ``at`` makes a subject of the function before it ("notes g() is racy")."""
    words = read.words
    if at >= len(words):
        return False
    return words[at] in GRAMMAR.be or words[at] in GRAMMAR.finite or words[at] in GRAMMAR.having
