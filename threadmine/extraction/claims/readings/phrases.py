"""A clause as the readings of layout see it, and the noun phrases that name a place in memory.

"The low byte of page[1].flags", "the first tail page's flags" are places. A place that is told of by its
number ("the second page") is written as struct folio writes it (``folio.__page_1``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, Memory, text_of
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place as Stands
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

Words = frozenset[str]
Phrases = dict[str, list[tuple[str, ...]]]

MAX_PART = 8
"""The most words that a part of a word of memory is told in ("the least significant two bits of")."""

_PAGE_TOKEN = re.compile(r"pages?\[(\d{1,2})\]?$", re.IGNORECASE)
_RANGE = re.compile(r"\d{1,2}(?:(?:-|\.\.|:)\d{1,2})?$")
_MANY = frozenset({"they", "these", "those", "them", "both"})
_STRUCTS_PAGE = frozenset({"folio", "page", "compound", "tail", "struct", "sub"})


_TABLES = word_list("layout")


def listed(table: str, name: str = "words") -> Words:
    """A list of ``vocab/layout.toml``."""
    return frozenset(_TABLES[table][name])


def phrased(table: str, name: str = "words") -> Phrases:
    """A list of phrases of ``vocab/layout.toml``, split into words, by their first word, longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(_TABLES[table][name], key=lambda text: (-len(text.split()), text)):
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found


_PAGES = {word: int(str(number)) for word, number in _TABLES["pages"].items()}
_FIELDS: dict[str, str] = {word: str(entity) for word, entity in _TABLES["fields"].items()}
_WORD_NOUNS = listed("sharing", "nouns")
_BEFORE_PARTS = listed("parts", "before")
PARTS = listed("parts")
_PART_JOINS = listed("parts", "joins")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies: tokens ``first`` to ``last``; ``part`` is the part of it ("low byte").

    ``thing`` is the member, struct or page; ``page`` the index of the page that is named by its number.
    """

    first: int
    last: int
    thing: Thing
    part: str = ""


@dataclass(frozen=True)
class Look:
    """A clause as the readings of layout see it."""

    read: Read
    clause: Clause
    memory: Memory

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the sentence."""
        return self.read.words

    @cached_property
    def things(self) -> dict[int, Thing]:
        """The things of the clause by their first token."""
        return {t.first: t for t in self.clause.things}

    @cached_property
    def inside(self) -> dict[int, Thing]:
        """The things of the sentence by each of their tokens."""
        return {at: t for t in self.read.things for at in range(t.first, t.last)}

    def word(self, at: int) -> str:
        """The word at a token of the clause, empty beyond it."""
        return self.words[at] if self.clause.first <= at < self.clause.last else ""

    def members(self, first: int, last: int) -> list[Thing]:
        """The members and flags that begin in tokens ``first`` to ``last``."""
        return [t for t in self.clause.things if first <= t.first < last and t.sort in MEMBERISH]

    def phrase_at(self, at: int, phrases: Phrases) -> int:
        """The token behind the longest of ``phrases`` that begins at ``at``, 0 where none does."""
        for phrase in phrases.get(self.words[at], ()):
            if self.words[at : at + len(phrase)] == phrase and at + len(phrase) <= self.clause.last:
                return at + len(phrase)
        return 0

    def make(
        self,
        predicate: Predicate,
        subject: Thing | None,
        goal: Thing | None,
        at: int,
        fit: int = 7,
        value: str = "",
        cue: str = "",
        sure: bool = True,
    ) -> Candidate:
        """A candidate of this clause around the word at token ``at``."""
        elsewhere = subject is not None and not self.clause.first <= subject.first < self.clause.last
        return Candidate(
            predicate,
            subject,
            goal,
            self.clause,
            cue or self._cue(at),
            at,
            fit,
            value=value,
            inherited=elsewhere,
            sure=sure,
        )

    def _cue(self, at: int) -> str:
        """The verb as it stands, with its denial ("isn't")."""
        asked = at == 0 and self.read.sentence.text.endswith("?")  # "isn't it there?" expects that it is
        denied = self.word(at + 1) == "n't" and not asked
        return self.read.tokens[at] + ("n't" if denied else "")

    def text(self, first: int, last: int) -> str:
        return text_of(self.read, first, last)

    def meant(self, at: int) -> list[Thing]:
        """What a pronoun or "which" before token ``at`` stands for, empty where the clause has a subject."""
        clause, words = self.clause, self.words
        before = [w for w in words[clause.first : at] if w.isalpha() and w not in GRAMMAR.helpers]
        bare = [w for w in before if w not in GRAMMAR.fillers and w not in GRAMMAR.prefaces]
        pronoun = [w for w in bare if w in GRAMMAR.pronouns]
        if len(pronoun) != len([w for w in bare if w not in GRAMMAR.generic]):
            return []
        if clause.opening in ("which", "that") and clause.first > 0:
            named = [t for t in self.read.things if t.last <= clause.first and t.sort in MEMBERISH]
            return named[-1:]
        if self.memory.described is not None and not bare and self.read.sentence.place is Stands.COMMENT:
            return [self.memory.described]
        if not pronoun and (bare or clause.first == 0):
            return []
        named = [t for t in self.read.things if t.last <= clause.first and t.sort in MEMBERISH]
        if _MANY & set(before) and (len(named) > 1 or self.memory.list):
            return list(named[-2:] if len(named) > 1 else self.memory.list)
        subject = self.memory.subject if self.memory.subject in named or not named else named[-1]
        if subject is not None and subject.sort in MEMBERISH:
            return [subject]
        return [self.memory.member] if self.memory.member is not None and not named else named[-1:]

    # ---- places

    def place(self, at: int) -> Place | None:
        """The place whose words begin at token ``at``, None where none does."""
        first = at
        at = self.past_determiners(at)
        return (
            self._part(first, at)
            or self._page(first, at)
            or self._named(first, at)
            or self._apposed(first, at)
        )

    def _apposed(self, first: int, at: int) -> Place | None:
        """ "One word, slab->counters"."""
        if self.word(at) in ("one", "single", "a"):
            at += 1
        if self.word(at) not in _WORD_NOUNS or self.word(at + 1) not in (",", "(", ":"):
            return None
        thing = self.inside.get(at + 2)
        if thing is None or thing.sort is not Sort.MEMBER or thing.first != at + 2:
            return None
        return Place(first, thing.last, thing)

    def past_determiners(self, at: int) -> int:
        while self.word(at) in GRAMMAR.determiners or self.word(at) in ("both", "same"):
            at += 1
        return at

    def _part(self, first: int, at: int) -> Place | None:
        """ "The low byte of X", "bits 0 to 7 of X"."""
        begin = at
        while at < begin + MAX_PART and (self.word(at) in _BEFORE_PARTS or self.word(at).isdigit()):
            at += 1
        if self.word(at) not in PARTS:
            return None
        at += 1
        while _RANGE.match(self.word(at)) or self.word(at) in ("to", "through", "-", "#", "number"):
            at += 1
        if self.word(at) not in _PART_JOINS:
            return None
        whole = self.place(at + 1)
        if whole is None:
            return None
        part = self.text(begin, at)
        return Place(first, whole.last, whole.thing, f"{part} of {whole.part}" if whole.part else part)

    def _page(self, first: int, at: int) -> Place | None:
        """ "The first tail page('s flags)", "page[1]", "page + 1", "the flags of the second page"."""
        match = _PAGE_TOKEN.match(self.word(at))
        if match:
            number, at = int(match[1]), at + 1 + (self.word(at + 1) == "]")
        elif self.word(at) == "page" and self.word(at + 1) == "+" and self.word(at + 2).isdigit():
            number, at = int(self.word(at + 2)), at + 3
        elif self.word(at) == "page" and self.word(at + 1) == "+1":
            number, at = 1, at + 2
        elif self.word(at) in _FIELDS and (of := self._flags_of(at)):
            return self._of_page(first, of.last, -1, of.thing, _FIELDS[self.word(at)])
        elif (named := self._by_number(at)) is not None:
            number, at = named
        else:
            return None
        thing = self._of_number(first, at, number)
        return self._field_of(first, at, number, thing) or Place(first, at, thing)

    def _field_of(self, first: int, at: int, number: int, page: Thing) -> Place | None:
        """The member behind "'s" ("the second tail page's mapping")."""
        if self.word(at) not in ("'s", "'"):
            return None
        named = self.inside.get(at + 1)
        entity = _FIELDS.get(self.word(at + 1), "")
        if named is not None and named.sort is Sort.MEMBER and named.first == at + 1:
            return self._of_page(first, named.last, number, page, named.entity)
        if not entity:
            return None
        last = at + 2 + (self.word(at + 2) in ("word", "field", "member"))
        return self._of_page(first, last, number, page, entity)

    def _by_number(self, at: int) -> tuple[int, int] | None:
        """(index, token behind) of "first tail page", "second struct page", "head page"."""
        word = self.word(at)
        if word == "head" and self.word(at + 1) in ("page", "pages"):
            return 0, at + 2
        number = _PAGES.get(word)
        if number is None:
            return None
        behind = at + 1
        tail = False
        while self.word(behind) in _STRUCTS_PAGE and self.word(behind + 1) in ("page", "struct"):
            tail = tail or self.word(behind) == "tail"
            behind += 1
        if self.word(behind) != "page":
            return None
        return number + tail, behind + 1

    def _flags_of(self, at: int) -> Place | None:
        """The page in "flags (word) of the second page"."""
        behind = at + 1 + (self.word(at + 1) in ("word", "field"))
        if self.word(behind) not in ("of", "in"):
            return None
        return self._page(behind + 1, self.past_determiners(behind + 1))

    def _of_page(self, first: int, last: int, number: int, page: Thing, entity: str) -> Place:
        index = str(number) if number > 0 else page.index
        text = self.text(first, last)
        thing = Thing(first, last, text, entity, Sort.MEMBER, index=index, inferred=f"“{text}”: {entity}")
        return Place(first, last, thing)

    def _of_number(self, first: int, last: int, number: int) -> Thing:
        text = self.text(first, last)
        if number == 0:
            plain = "head page" if "head" in text else "first page"
            return Thing(first, last, text, plain, Sort.KIND)
        entity = f"folio.__page_{number}"
        return Thing(
            first, last, text, entity, Sort.MEMBER, index=str(number), inferred=f"“{text}”: {entity}"
        )

    def _named(self, first: int, at: int) -> Place | None:
        """A member, a struct or "every tail page"."""
        thing = self.inside.get(at)
        if thing is None or thing.first not in (at, first):
            return None
        if thing.sort is Sort.KIND and thing.entity == "struct page":
            return Place(first, thing.last, replace(thing, entity="page", sort=Sort.STRUCT))
        if thing.sort in (Sort.MEMBER, Sort.STRUCT):
            last = thing.last
            if self.word(last) in ("'s", "field", "member", "word"):
                last += 1
            return Place(first, last, thing)
        if thing.sort is Sort.KIND and thing.entity in ("tail page", "head page"):
            return self._field_of(first, thing.last, -1, thing) or Place(first, thing.last, thing)
        return None
