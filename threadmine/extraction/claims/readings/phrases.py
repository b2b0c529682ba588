"""Noun phrases of memory: the place that something is in, and the things that are in it.

"The low byte of page[1].flags", "the first tail page's flags", "the same word as page->lru" are places; "the
zone and node bits, the tag and the order of a large folio" are four things. What a place is told of by its
number ("the second page") is written as struct folio writes it (``folio.__page_1``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

MAX_ITEM = 5
"""The most words of the name of a quantity."""

_PAGE_TOKEN = re.compile(r"pages?\[(\d{1,2})\]?$", re.IGNORECASE)
_RANGE = re.compile(r"\d{1,2}(?:(?:-|\.\.|:)\d{1,2})?$")
_MANY = frozenset({"they", "these", "those", "them", "both"})
_SEPARATORS = frozenset({",", "and", "or", "/", "&", "+"})
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
_WORD_NOUNS = listed("sharing", "nouns")
_BEFORE_PARTS = listed("parts", "before")
_PARTS = listed("parts")
_PART_JOINS = listed("parts", "joins")
_STOPS = listed("stops")
_HEADS = listed("quantities", "heads")
_VAGUE = listed("vague")


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
        denied = self.word(at + 1) == "n't"
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
        if self.word(at) not in _PARTS:
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
        elif self.word(at) in ("flags", "flag") and (of := self._flags_of(at)):
            return self._of_page(first, of.last, -1, of.thing)
        elif (named := self._by_number(at)) is not None:
            number, at = named
        else:
            return None
        thing = self._of_number(first, at, number)
        if self.word(at) in ("'s", "'") and self.word(at + 1) in ("flags", "flag"):
            at += 2 + (self.word(at + 2) in ("word", "field"))
            return self._of_page(first, at, number, thing)
        return Place(first, at, thing)

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

    def _of_page(self, first: int, last: int, number: int, page: Thing) -> Place:
        index = str(number) if number > 0 else page.index
        text = self.text(first, last)
        thing = Thing(
            first, last, text, "page.flags", Sort.MEMBER, index=index, inferred=f"“{text}”: page.flags"
        )
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
        if thing is None or (thing.first != at and thing.first != first):
            return None
        if thing.sort in (Sort.MEMBER, Sort.STRUCT):
            last = thing.last
            if self.word(last) in ("'s", "field", "member", "word"):
                last += 1
            return Place(first, last, thing)
        if thing.sort is Sort.KIND and thing.entity in ("tail page", "head page"):
            return Place(first, thing.last, thing)
        return None

    # ---- contents

    def contents_before(self, at: int) -> list[Thing]:
        """The things named right before the verb at token ``at``: members, flags or plain quantities."""
        end = self.before_helpers(at)
        if end > self.clause.first and self.words[end - 1] in ("and", "or", "but"):
            first = self.members(self.clause.first, end)[:1]  # "x is a flag and lives there"
            return [t for t in first if self.clause.first < end - 1]
        begin = end
        start = 0 if self.words[self.clause.first] in ("and", "or") else self.clause.first  # a list was cut
        while begin > start and self._is_nominal(begin - 1):
            begin -= 1
        return self.contents(begin, end)

    def before_helpers(self, at: int) -> int:
        skipped = (
            "both",
            "all",
            "each",
            "together",
            "themselves",
            "itself",
            "thus",
            "therefore",
            "really",
            "normally",
            "usually",
            "always",
        )
        words = self.words
        while at > self.clause.first and (
            words[at - 1] in GRAMMAR.helpers
            or words[at - 1] in skipped
            or words[at - 1 : at + 1] == ("used", "to")
        ):
            at -= 1
        return at

    def contents_behind(self, at: int) -> list[Thing]:
        """The things named right behind the verb that ends before token ``at``."""
        end = at
        while self.word(end) in ("also", "both", "now", "only", "just", "already", "all", "still"):
            at = end = end + 1
        while end < self.clause.last and self._is_nominal(end):
            end += 1
        return self.contents(at, end)

    def _is_nominal(self, at: int) -> bool:
        word = self.words[at]
        if at in self.inside or word in _SEPARATORS or word in ("of", "'s", "'"):
            return True
        if word in GRAMMAR.no_nouns or word in _STOPS or word in GRAMMAR.be:
            return False
        return word.replace("-", "").replace("_", "").isalnum() and not word.endswith("ly")

    def contents(self, begin: int, end: int) -> list[Thing]:
        """The items of an enumeration in tokens ``begin`` to ``end``."""
        spans = list(self._items(begin, end))
        found = []
        for number, (first, last) in enumerate(spans):
            one = self._item(first, last)
            if one is None:
                continue
            if (
                one.sort is Sort.AGENT
                and one.last - one.first == 1
                and (head := self._shared_head(spans[number + 1 :]))
            ):
                text = f"{one.text} {head}"
                one = replace(one, text=text, entity=text)
            found.append(one)
        return found

    def _items(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        first = begin
        for at in range(begin, end + 1):
            if at == end or (self.words[at] in _SEPARATORS and at not in self.inside):
                if first < at:
                    yield first, at
                first = at + 1

    def _shared_head(self, behind: list[tuple[int, int]]) -> str:
        """ "bits" in "zone and node bits", "zone, node and section bits"."""
        for first, last in behind:
            if self.words[first] in GRAMMAR.determiners or any(
                at in self.inside for at in range(first, last)
            ):
                return ""
            if last - first > 1:
                head = self.words[last - 1]
                return head if last - first == 2 and head in _HEADS else ""
        return ""

    def _item(self, first: int, last: int) -> Thing | None:
        """One thing of an enumeration: what is named in it, or its plain words."""
        first, last = self._head_of(first, last)
        if first >= last:
            return None
        thing = next((t for t in self.read.things if t.first >= first and t.last == last), None)
        if thing is not None and thing.sort in (*MEMBERISH, Sort.CONSTANT) and not thing.concept:
            return thing
        if thing is not None and thing.sort in MEMBERISH and first <= thing.first:
            return self._concept(thing)
        part = self.words[first:last]
        if last - first > MAX_ITEM or not all(self._is_plain(w) for w in part) or part[0] in _VAGUE:
            return None
        if part[-1] in _VAGUE:
            return None
        text = self.text(first, last)
        return order(Thing(first, last, text, text, Sort.AGENT))

    def _head_of(self, first: int, last: int) -> tuple[int, int]:
        """An item without what stands before and behind its noun: articles, owners, "of a large folio"."""
        words = self.words
        for at in range(last - 1, first, -1):
            if words[at] in ("'s", "'") and at not in self.inside:
                first = at + 1
                break
        for at in range(last - 1, first, -1):
            if words[at] in GRAMMAR.determiners and words[at - 1] != "of" and at not in self.inside:
                first = at  # "on 32-bit the section number"
                break
        while first < last and (
            words[first] in GRAMMAR.determiners or words[first] in GRAMMAR.fillers or words[first] == "of"
        ):
            first += 1
        of = next((at for at in range(first + 1, last) if words[at] == "of" and at not in self.inside), -1)
        if of < 0:
            return first, last
        behind = set(words[of + 1 : last]) - GRAMMAR.determiners
        kinds = any(
            t.sort in (Sort.KIND, Sort.STRUCT) and t.first > of for t in self.read.things if t.last <= last
        )
        member = any(t.sort in MEMBERISH and not t.concept and of < t.first < last for t in self.read.things)
        if member or words[first] in ("number", "nr", "count"):
            return first, last
        return (
            (first, of)
            if kinds or behind & {"page", "folio", "it", "pages", "folios", "slab"}
            else (first, last)
        )

    def _concept(self, thing: Thing) -> Thing | None:
        if thing.entity == "folio._flags_1":
            return replace(
                thing,
                entity="folio_order",
                sort=Sort.FUNCTION,
                concept=False,
                inferred=f"“{thing.text}” is taken for folio_order",
            )
        return thing

    @staticmethod
    def _is_plain(word: str) -> bool:
        return word.replace("-", "").replace("_", "").isalnum() and not (
            word not in ("of",) and word in GRAMMAR.no_nouns
        )


_ORDER = frozenset({"order", "folio order", "page order", "compound order", "stored order", "large order"})


def order(thing: Thing) -> Thing:
    """ "The order" that lies somewhere is what folio_order() tells."""
    if thing.entity.lower() not in _ORDER:
        return thing
    return replace(
        thing, entity="folio_order", sort=Sort.FUNCTION, inferred="“order” is taken for folio_order"
    )
