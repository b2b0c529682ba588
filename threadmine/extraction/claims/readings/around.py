"""A cue with the things before and behind it: what every rule of reading looks at."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from threadmine.extraction.claims.clauses import (
    MEMBERISH,
    VALUE_WORDS,
    Candidate,
    Clause,
    Memory,
    is_order,
    text_of,
)
from threadmine.extraction.claims.plain_names import noun_phrase
from threadmine.extraction.claims.readings.several import run
from threadmine.extraction.claims.readings.subjects import stands_beside
from threadmine.extraction.claims.referents import doer_behind, object_of, orders_before, referent_words
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.extraction.text import Place
from threadmine.model import Predicate

_BY_FUNCTIONS = (Predicate.SETS, Predicate.CLEARS, Predicate.READS, Predicate.CALLS)
_OF_SOMETHING = (Predicate.REQUIRES, Predicate.VALID_FOR)
_BY_SOMEBODY = (*_BY_FUNCTIONS, Predicate.REQUIRES, Predicate.USES)
_PAGEISH = re.compile(r"(?i)order|page|folio|alloc|mapping|\d")
_PATCH = frozenset({"patch", "change", "commit", "series", "patchset", "conversion", "this"})
_ASKED_FOR = frozenset({"who", "what"})
_NOBODYS = (
    GRAMMAR.fillers
    | GRAMMAR.pronouns
    | GRAMMAR.helpers
    | GRAMMAR.prefaces
    | GRAMMAR.determiners
    | GRAMMAR.openers
    | GRAMMAR.no_nouns
    | GRAMMAR.cut_words
    | GRAMMAR.generic
    | GRAMMAR.avoiding
    | {"there", "here", "need", "needs", "no", "blindly", "simply", "please", "really", "ensure", "sure"}
)
_HERE = frozenset({"here", "this", "now"})
_FOR = frozenset({"for", "on", "with", "to"})
_ABOUT = frozenset({"for", "in", "on", "within", "inside", "with"})

AHEAD = 8
"""Tokens behind the cue in which a clause that says what is needed begins ("that x is zero")."""

ACTORS = (Sort.FUNCTION, Sort.AGENT, Sort.KIND, Sort.STRUCT)
"""Things that can do something."""


class Around(NamedTuple):
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
    between: tuple[Thing, ...] = ()  # who may be meant, where that is undecided

    @property
    def unsaid(self) -> Thing | None:
        """The function that does what a clause without a subject says ("Clears the flags")."""
        return self.memory.context if self.gapped and not self.between else None

    @property
    def context(self) -> Thing | None:
        """The function whose code the text is about."""
        return self.memory.context

    def patched(self) -> Thing | None:
        """The function that a patch changes, where its message says what comes about with it."""
        told = self.read.marked("proposed", 0, self.cue.last)
        of_patch = told is not None and not _PATCH.isdisjoint(told.value.split())
        return self.context if of_patch and self.read.sentence.place is Place.COMMIT else None

    @property
    def predicate(self) -> Predicate:
        return Predicate(self.cue.value)

    def make(
        self, predicate: Predicate, subject: Thing | None, object_: Thing | None, fit: int, value: str = ""
    ) -> Candidate:
        """A candidate of this clause; a missing doer is the unsaid one, and never the object itself."""
        somewhere = subject is None and self._is_called_somewhere(predicate)
        unsaid = self.unsaid if predicate in _BY_FUNCTIONS and not somewhere else None
        known = self.meant(subject) or unsaid
        itself = known is not None and object_ is not None and known.entity == object_.entity
        if itself and object_ is not None:
            known = next((t for t in (self.unsaid, self.context) if t and t.entity != object_.entity), None)
        if (
            known is None
            and not (itself and predicate is Predicate.CALLS)
            and predicate in _BY_SOMEBODY
            and not self.between
            and not self._strange()
        ):
            named = (t for t in self.clause.things if self._acts(t, predicate) and t is not object_)
            known = next(named, None)
            if known is None and not self._has_own_subject():
                near = None if self._unsaid_caller(predicate) else self._only_one()
                here = None if somewhere else self.context
                known = here or near if predicate is Predicate.REQUIRES else near or here
            known = None if known and object_ and known.entity == object_.entity else known
        if (
            predicate is Predicate.CALLS
            and known is not None
            and stands_beside(self.read, self.clause, self.cue, known)
        ):
            known = None
        if known is not None and self._is_asked() and known not in self.clause.things:
            known = None
        if object_ is None and predicate in _OF_SOMETHING and predicate is self.predicate:
            object_ = self.whatever()
            if predicate is Predicate.VALID_FOR and object_ and not _PAGEISH.search(object_.entity):
                object_ = None
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
            between=self.between if known is None else (),
        )

    def _only_one(self) -> Thing | None:
        """The one function that the sentence names further up, else the one that the one before names; none
        where something is to be done to it ("so drop f() and clear x").
        """
        if orders_before(self.read, self.clause):
            return None
        here = {
            t.entity: t for t in self.read.things if t.sort is Sort.FUNCTION and t.last <= self.clause.first
        }
        if here:
            return next(iter(here.values())) if len(here) == 1 else None
        said = self.memory.before()
        doers = said.doers() if said is not None else []
        return doers[0] if len(doers) == 1 else None

    def _acts(self, thing: Thing, predicate: Predicate) -> bool:
        """Whether a kind of page or part of the kernel stands where the doer would: before the verb, or
        behind a word for a place. A user may stand anywhere.
        """
        if thing.sort not in (Sort.KIND, Sort.AGENT) or predicate is Predicate.USES:
            return thing.sort in (Sort.KIND, Sort.AGENT)
        near = self.read.words[max(self.clause.first, thing.first - 2) : thing.first]
        return thing.last <= self.cue.first or not GRAMMAR.places.isdisjoint(near)

    def _is_asked(self) -> bool:
        """Whether who does it is just what is asked ("Who clears it?")."""
        words, text = self.read.words, self.read.sentence.text
        return words[self.clause.first] in _ASKED_FOR and text.rstrip().endswith("?")

    def _has_own_subject(self) -> bool:
        """Whether plain words stand before the verb, so that somebody does it who is named, if by no name of
        code ("the refcount system has to tolerate that").
        """
        words = self.read.words
        verb = words[self.cue.first : self.cue.first + 1]  # a reading without a cue looks behind its clause
        of_patch = self.read.sentence.place is not Place.REPLY and not GRAMMAR.orders.isdisjoint(verb)
        if of_patch or is_order(self.read) or words[self.cue.first - 1] == "to":
            return False
        things = {i for t in self.clause.things for i in range(t.first, t.last)}
        skipped = GRAMMAR.fillers | GRAMMAR.helpers
        for i in range(self.cue.first - 1, self.clause.first - 1, -1):
            if i in things or not words[i].isalpha():
                return False
            if words[i] not in skipped and not words[i].endswith("ly"):
                return words[i] not in _NOBODYS
        return False

    def _unsaid_caller(self, predicate: Predicate) -> bool:
        """Whether it is not said who calls a function: not the one that was named last."""
        return self.passive and predicate is Predicate.CALLS

    def _is_called_somewhere(self, predicate: Predicate) -> bool:
        """Whether it is said how or when a function is called, by nobody and not "here" ("is called as a
        callback", "is called via other paths"): not by the function that the text is about.
        """
        if not (self.passive and predicate is Predicate.CALLS):
            return False
        words = self.read.words[self.cue.last : self.clause.last]
        return _HERE.isdisjoint(self.read.words) and any(w.isalpha() for w in words)

    def _strange(self) -> bool:
        """Whether it is somebody whom the text does not know ("somebody clears it", "those who clear it")."""
        return self.clause.opening == "who" or not referent_words().strangers.isdisjoint(
            self.read.words[self.clause.first : self.cue.first]
        )

    def meant(self, subject: Thing | None) -> Thing | None:
        """The function that "the function" is, and in a comment that whose callers must do something."""
        if subject is None or subject.sort is not Sort.AGENT:
            return subject
        word = subject.entity.lower()
        if self.predicate is Predicate.REQUIRES and word in referent_words().callers and self._of_caller():
            said = self.memory.before()
            named = said.doers() if said is not None else []
            return named[0] if len(named) == 1 and named[0].sort is Sort.FUNCTION else subject
        inside = self.read.sentence.place is Place.COMMENT and word in ("caller", "callers")
        here = self.context if inside or word in ("function", "helper", "routine") else None
        return here or subject

    def _of_caller(self) -> bool:
        """Whether a sentence of prose begins with "the caller": of the function spoken of before."""
        words = self.read.words[self.clause.first : self.clause.first + 2]
        return self.read.sentence.place is not Place.COMMENT and words[:1] in (("the",), ("its",))

    def members(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort in MEMBERISH]

    def functions(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort is Sort.FUNCTION]

    def actors(self, side: list[Thing]) -> list[Thing]:
        return [t for t in side if t.sort in ACTORS]

    def where(self) -> list[Thing]:
        """The functions behind "in", "from", "as part of" on the right: where the thing is done."""
        words = self.read.words
        begin = self.cue.last - (words[self.cue.last - 1] != "through")  # "goes through f()"
        for thing in self.functions(self.right):
            if GRAMMAR.places & set(words[max(begin, thing.first - 2) : thing.first]):
                return run([t for t in self.functions(self.right) if t.first >= thing.first], self.read)
        return []

    def by(self) -> Thing | None:
        """Who does it, behind "by": a thing or the plain words there."""
        words = self.read.words
        for i in range(self.cue.last, self.clause.last - 1):
            if words[i] == "by" and words[i - 1] != "not":
                return self._pronoun(i + 1) or self.named(i + 1)
        return None

    def _pronoun(self, at: int) -> Thing | None:
        """The function that "it" or "this function" behind "by" stands for."""
        word = self.read.words[at]
        if word not in GRAMMAR.pronouns:
            return None
        return doer_behind(self.read, self.clause, at, self.memory)

    def ahead(self) -> list[Thing]:
        """The member of the clause behind the cue ("waits until x is cleared", "checks whether x is set")."""
        words = self.read.words
        first = self.cue.last
        while first < len(words) and first < self.cue.last + AHEAD and words[first] not in GRAMMAR.what:
            first += 1
        if first >= len(words) or words[first] not in GRAMMAR.what:
            return []
        last = next(
            (i for i in range(first, min(len(words), first + AHEAD)) if words[i] == "so"), first + AHEAD
        )
        return [t for t in self.read.things if first < t.first <= last and t.sort in MEMBERISH][:1]

    def word_at(self, offset: int) -> str:
        """The word ``offset`` tokens from the cue's first, empty outside the clause."""
        at = self.cue.first + offset
        return self.read.words[at] if self.clause.first <= at < self.clause.last else ""

    def word_before(self, thing: Thing) -> str:
        """The word before a thing of this clause, empty for one that was named elsewhere."""
        return self.read.words[thing.first - 1] if thing.first > 0 and thing in self.clause.things else ""

    def named(self, first: int) -> Thing | None:
        """Who is named from token ``first`` on: a function, or the plain words around a part of the kernel
        ("the page migration code"), where they are few.
        """
        there = [t for t in self.right if t.first >= first and t.sort in ACTORS]
        if there and there[0].sort in (Sort.FUNCTION, Sort.STRUCT):
            return there[0]
        whole = self.plain(first)
        apart = whole is None or not (there and whole.first <= there[0].first < whole.last)
        if there and apart and (whole is None or there[0].first < whole.last):
            return there[0]
        return whole

    def for_whom(self) -> Thing | None:
        """The kind of page or part of the kernel that the clause is about ("For hugetlb, ...", "in slab
        pages").
        """
        words = self.read.words
        for thing in self.clause.things:
            if thing.sort not in (Sort.KIND, Sort.AGENT, Sort.CONSTANT):
                continue
            before = words[max(self.clause.first, thing.first - 2) : thing.first]
            if before and (
                before[-1] in _ABOUT or (before[-1] in GRAMMAR.determiners and before[0] in _ABOUT)
            ):
                return thing
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

    def whatever(self) -> Thing | None:
        """The plain words behind the cue that say what is needed or dealt with ("needs a stable head")."""
        words = self.read.words
        first = self.cue.last
        if words[first - 1] in ("to", "be") or first >= self.clause.last or words[first] in GRAMMAR.no_nouns:
            return None
        stop = first
        while stop < self.clause.last and words[stop] not in GRAMMAR.no_nouns and words[stop][0].isalnum():
            stop += 1
        return noun_phrase(self.read, first, stop)

    def doer(self) -> Thing | None:
        """Who does it, before the cue: a function, a part of the kernel, or plain words."""
        named = self.functions(self.left) or self.actors(self.left)
        if named and named[-1].sort is Sort.AGENT and named[-1].first >= 0:
            whole = noun_phrase(self.read, self.clause.first, self.cue.first)
            if whole is not None and whole.first <= named[-1].first and named[-1].last <= whole.last:
                exact = (whole.first, whole.last) == (named[-1].first, named[-1].last)
                exact = exact or any(whole.first <= c.first < named[-1].first for c in self.read.cues)
                named = named if exact else [whole]
        if named:
            return CORE if named[-1].entity in GRAMMAR.nobody else named[-1]
        return None if self.left else noun_phrase(self.read, self.clause.first, self.cue.first)

    def stood_for(self, sort: Sort = Sort.MEMBER) -> list[Thing]:
        """The members (or functions) that "it" or "both" right behind the cue stands for."""
        meant = object_of(self.read, self.clause, self.cue, self.memory, sort is Sort.FUNCTION)
        taken = {t.entity for t in self.left[-1:]}
        return [t for t in meant if t.entity not in taken]

    def judged(self, function: Thing) -> list[Candidate]:
        """ "f() is broken for tail pages", "calling f() on a tail page is a bug": what f is right for."""
        words = self.read.words
        kinds = (t for t in self.clause.things if t.sort is Sort.KIND and t.first > function.last)
        kind = next((t for t in kinds if _FOR & set(words[max(function.last, t.first - 2) : t.first])), None)
        said = next((w for w in words[self.clause.first : self.clause.last] if w in GRAMMAR.judging), "")
        allowed = GRAMMAR.permitting & set(words[max(self.clause.first, self.cue.first - 4) : self.cue.first])
        if kind is None or not (said or (allowed and not self.functions(self.left))):
            return []
        return [replace(self.make(Predicate.VALID_FOR, function, kind, 4), cue=f"{self.cue.text} {said}")]

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
        return text_of(
            self.read, self.cue.last, min(next(ends, self.clause.last), self.cue.last + VALUE_WORDS)
        )

    def denied(self, near: int = 3) -> bool:
        """Whether a "not" stands in the ``near`` words before the cue."""
        words = self.read.words[max(self.clause.first, self.cue.first - near) : self.cue.first]
        return any(w in ("not", "n't", "never") for w in words)

    def value(self) -> str:
        """What a member is set to."""
        words = self.read.words
        for i in range(self.cue.last, self.clause.last - 1):
            if words[i] in ("to", "with", "=", "as"):
                return text_of(self.read, i + 1, min(i + 4, self.clause.last))
        return ""


CORE = Thing(-1, -1, "core mm", "core mm", Sort.AGENT, inferred="nobody does it: the core of mm does not")
"""Who does not read what "nothing reads"."""


def implied(function: Thing) -> Thing | None:
    """The member that a function is about by its name alone (``page_private``: ``page.private``)."""
    if not function.implied or function.sort is not Sort.FUNCTION:
        return None
    entity = function.implied[0]
    note = f"{function.entity}() is about {entity}"
    return Thing(function.first, function.last, entity, entity, Sort.MEMBER, inferred=note)
