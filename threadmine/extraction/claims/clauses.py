"""Clauses of a sentence, and what is remembered from one to the next.

Review mail is written in short clauses around one verb with names on both sides, so a sentence is cut at
its conjunctions and marks; a pronoun or a subject left out stands for what the memory holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from threadmine.extraction.claims.said import Said
from threadmine.extraction.claims.sentence import MEMBERISH as MEMBERISH
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.extraction.text import Sentence
from threadmine.model import Predicate

MAX_LIST = 24
"""The most members that "these fields" may stand for."""

VALUE_WORDS = 10
"""The most words of a value; what is longer says more than one thing."""

_NO_VERBS = ("size", "offset")
"""Predicates whose cues are nouns ("bits", "the first word")."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens ``first`` to ``last`` of a sentence with what stands in them."""

    first: int
    last: int
    things: tuple[Thing, ...]
    cues: tuple[Term, ...]
    opening: str  # the word it begins with
    condition: str = ""
    conditional: bool = False  # it only says when another clause holds


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible claim. ``fit`` says how much of the clause the reading uses (0: nothing but a name).

    ``listed`` are the other items of the enumeration that it is one item of.
    """

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
    listed: frozenset[str] = frozenset()
    sure: bool = False  # read off a form that states something whenever it is used
    between: tuple[Thing, ...] = ()  # who may be meant where the subject is left empty


def clauses(read: Read) -> tuple[Clause, ...]:
    """The clauses of a sentence that name something or hold a cue; a condition goes to the clause it is
    beside.
    """
    cuts = sorted({0, *_cuts(read), len(read.words)})
    spans = list(pairwise(cuts))
    conditional = [_is_condition(read, first) for first, _ in spans]
    found = []
    for number, (first, last) in enumerate(spans):
        things = tuple(t for t in read.things if first <= t.first < last)
        cues = tuple(c for c in read.cues if first <= c.first < last)
        if not things and not cues:
            continue
        condition = _condition(read, first, last)
        beside = number + 1 if number + 1 < len(spans) and conditional[number + 1] else number - 1
        there = 0 <= beside < len(spans) and conditional[beside] and not _is_asked(read, spans[beside][0])
        if not conditional[number] and not condition and there:
            condition = _told(read, *spans[beside])
        found.append(Clause(first, last, things, cues, read.words[first], condition, conditional[number]))
    return tuple(found)


def _is_condition(read: Read, first: int) -> bool:
    """Whether a clause beginning at token ``first`` only says when another one holds."""
    words = read.words
    if words[first : first + 2] in (("instead", "of"), ("rather", "than")):
        return True  # it says what is not done
    at = (
        first + 1
        if words[first] in ("only", "even", "and", "but", "so") and first + 1 < len(words)
        else first
    )
    return words[at] in GRAMMAR.strong_conditions or (words[at] in ("after", "before") and at > 0)


def _is_asked(read: Read, at: int) -> bool:
    """Whether "if" at token ``at`` says what is asked or not known, no condition ("tell if it is free")."""
    words = read.words
    return at > 0 and words[at] in ("if", "whether") and words[at - 1] in GRAMMAR.unknowing


def _cuts(read: Read) -> Iterator[int]:
    words = read.words
    inside = {i for t in read.things for i in range(t.first, t.last) if i > t.first or words[i] == "@"}
    inside.update(i for c in read.cues for i in range(c.first + 1, c.last))
    closing = -1
    last = 0
    for i, word in enumerate(words):
        if i in inside or i == 0 or i == closing:
            continue
        if word == "(" and i + 1 < len(words) and words[i + 1] in GRAMMAR.asides and ")" in words[i : i + 6]:
            closing = words.index(")", i)
        elif word == "-" and words[i + 1 : i + 2] == (">",):
            continue  # an arrow
        elif word in GRAMMAR.marks:
            last = i + 1
            yield last
        elif (word in GRAMMAR.breaks or words[i - 1] == ",") and _begins_clause(read, i, last):
            last = i
            yield i


def _begins_clause(read: Read, at: int, last: int) -> bool:
    """Whether a clause begins at the conjunction (or pronoun after a comma) at token ``at``."""
    words = read.words
    word = words[at]
    if word in GRAMMAR.cut_words:
        return not _joins_list(read, at)
    if word in GRAMMAR.strong_conditions or (word in ("after", "before") and not _gerund_behind(words, at)):
        return any(at < c.first for c in read.cues) and any(last <= c.first < at for c in read.cues)
    if words[at - 1] == "," and word in GRAMMAR.cut_after_comma:
        place_first = words[last] in GRAMMAR.openers and not any(last < c.first < at for c in read.cues)
        return not place_first and not _joins_list(read, at)
    led_in = _is_condition(read, last) or _is_aside(words, last) or _is_subordinate(read, last, at)
    beside = words[at - 1] == "," and led_in
    if beside and any(last < c.first < at for c in read.cues) and any(at <= c.first for c in read.cues):
        return True
    return word in ("and", "or") and _verb_on_both_sides(read, last, at)


def _is_aside(words: tuple[str, ...], first: int) -> bool:
    """Whether a clause begins like "Instead of calling f()," or "By clearing it,"."""
    if words[first : first + 2] in (("instead", "of"), ("rather", "than")):
        return True
    return (
        words[first] in GRAMMAR.openers
        and words[first + 1 : first + 2] != ()
        and words[first + 1].endswith("ing")
    )


def _is_subordinate(read: Read, first: int, at: int) -> bool:
    """Whether a clause like "Since f() clears it," ends before token ``at``, where the main clause begins."""
    words = read.words
    if words[first] not in GRAMMAR.subordinating or words[first + 1] in ("to", "for", "then"):
        return False
    begins = words[at] in GRAMMAR.determiners or words[at] in GRAMMAR.pronouns or words[at] in _SPEAKERS
    return "," not in words[first : at - 1] and (begins or any(t.first == at for t in read.things))


_SPEAKERS = frozenset({"we", "i", "you", "there"})


def _gerund_behind(words: tuple[str, ...], at: int) -> bool:
    """Whether no clause follows "after" or "before" but a doing ("before calling") or the end."""
    return at + 2 >= len(words) or words[at + 1].endswith("ing")


def _joins_list(read: Read, at: int) -> bool:
    """Whether the conjunction at ``at`` stands between two members of one list of things."""
    left = any(t.last in (at, at - 1) for t in read.things)
    right = [t for t in read.things if t.first in (at + 1, at + 2)]
    if not (left and right and read.words[at] in ("and", "or")):
        return False
    if right[0].first == at + 2 and any(c.first == at + 1 for c in read.cues):
        return False  # "drop f() and clear x"
    if read.words[right[0].last : right[0].last + 1] == (",",):
        return True  # "not touched by x or y, serialises z"
    behind = [c for c in read.cues if right[0].last <= c.first <= right[0].last + 1]
    return not behind or behind[0].text.lower() in _PLURAL


_PLURAL = ("are", "were", "aren't", "weren't")
"""What is said of both things before it ("x and y are set")."""


def _verb_on_both_sides(read: Read, last: int, at: int) -> bool:
    if _joins_list(read, at):
        return False
    verbs = [c for c in read.cues if c.value not in _NO_VERBS]
    before = any(last <= c.first and c.last <= at for c in verbs)
    after = any(at < c.first <= at + 4 and not _is_infinitive(read, at, c.first) for c in verbs)
    return before and after


def _is_infinitive(read: Read, at: int, verb: int) -> bool:
    """Whether a verb behind "and" only says how another thing has to be ("needs x to be set and y to be
    clear").
    """
    return verb > at + 2 and read.words[verb - 1] == "to"


def _condition(read: Read, first: int, last: int) -> str:
    """The condition that stands in a clause ("when the folio is freed", "for tail pages"), as text."""
    words = read.words
    for i in range(first, last - 1):
        if words[i] in GRAMMAR.strong_conditions and not _is_asked(read, i):
            stop = next((j for j in range(i + 1, last) if words[j] in (",", ".")), last)
            return _told(read, i, stop)
    for thing in read.things:
        in_clause = first < thing.first < last
        if in_clause and thing.sort is Sort.KIND and words[thing.first - 1] in GRAMMAR.weak_conditions:
            return text_of(read, thing.first - 1, thing.last)
        if in_clause and thing.text.startswith("CONFIG_"):
            return thing.text
    return ""


def _told(read: Read, first: int, last: int) -> str:
    """The text of a condition, empty where it is a conjunction alone and what it says stands elsewhere."""
    said = any(word[0].isalnum() and word not in GRAMMAR.fillers for word in read.words[first + 1 : last])
    return text_of(read, first, last) if said else ""


def text_of(read: Read, first: int, last: int) -> str:
    """The text of tokens ``first`` to ``last`` without marks around it."""
    if first >= last:
        return ""
    start = read.offsets[first]
    end = read.offsets[last] if last < len(read.offsets) else len(read.sentence.text)
    return read.sentence.text[start:end].strip(" .,;:()?!")


def value_from(read: Read, clause: Clause, first: int) -> str:
    """The words of a clause from token ``first`` on, no more than a value has."""
    return text_of(read, first, min(clause.last, first + VALUE_WORDS))


def excepted(read: Read, clause: Clause) -> Thing | None:
    """Who stands behind "but" or "except" where nobody else does it ("nobody reads it but f()")."""
    words = read.words
    for at in range(clause.first, min(clause.last + 1, len(words) - 1)):
        if words[at] in ("but", "except"):
            near = (
                t for t in read.things if at < t.first <= at + 3 and t.sort in (Sort.FUNCTION, Sort.AGENT)
            )
            found = next(near, None)
            verb = found is not None and any(found.last <= c.first <= found.last + 2 for c in read.cues)
            return None if verb else found
    return None


@dataclass
class Memory:
    """What pronouns may stand for: the last things of each sort in the same paragraph."""

    subject: Thing | None = None
    function: Thing | None = None
    function_here: bool = False  # named in the same paragraph
    member: Thing | None = None
    look_up: Callable[[], Thing | None] | None = None
    look_above: Callable[[], Said | None] | None = None
    said: Said | None = None  # what the sentence before names
    look_back: Callable[[], Said | None] | None = None
    here: Thing | None = None  # the subject of the clause before, in the same sentence
    described: Thing | None = None  # the member that a comment is about
    headed: Thing | None = (
        None  # the first member of the union or struct that a comment stands at the head of
    )
    pointee: str = ""  # the struct that it is declared to point to
    last: Candidate | None = None
    list: tuple[Thing, ...] = ()  # the members of the last enumeration

    @cached_property
    def context(self) -> Thing | None:
        """The function whose code the text is about; looked up when first asked."""
        return self.look_up() if self.look_up is not None else None

    def before(self) -> Said | None:
        """What the sentence before names: the last one read, or one that was not worth reading in between."""
        if self.look_back is not None:
            between, self.look_back = self.look_back(), None
            self.said = between or self.said
        return self.said

    def hear(self, said: Said | None, sentence: Sentence) -> None:
        """Remember what a sentence names; an item of a list goes on about what introduces the list, unless a
        function is what it is about itself.
        """
        about = said is not None and said.leads and said.topic[0].sort is Sort.FUNCTION
        if said is not None and (about or not sentence.item or self.said is None):
            self.said = said

    @cached_property
    def quoted(self) -> Said | None:
        """What the quotation right above names; looked up when first asked."""
        return self.look_above() if self.look_above is not None else None

    def describe(self, member: Thing | None, alone: bool, pointee: str) -> None:
        """Remember the member that a comment describes; not ``alone``: with others of its union."""
        self.headed = None
        if member is not None and alone:
            self.described, self.pointee = member, pointee
        elif member is not None:
            self.headed = member

    def note(self, things: Sequence[Thing], subject: Thing | None) -> None:
        """Remember the things of a clause and its subject."""
        for thing in things:
            if thing.sort is Sort.FUNCTION:
                self.function, self.function_here = thing, True
            elif thing.sort in MEMBERISH:
                self.member = thing
        if subject is not None:
            self.subject = subject

    def keep_list(self, found: Sequence[Candidate], item: bool) -> None:
        """Remember what was enumerated, in one clause or in the items of a list."""
        named = tuple(c.object for c in found if c.object is not None and c.object.sort in MEMBERISH)
        if len(named) > 1:
            self.list = named
        elif item and named:
            self.list = (*self.list, named[0])[-MAX_LIST:]


def is_order(read: Read) -> bool:
    """Whether the sentence begins with a bare verb ("Add", "Clear", "Move")."""
    if not read.words or not read.tokens[0][:1].isupper() or read.words[0] not in GRAMMAR.orders:
        return False
    return read.words[0] not in _ADJECTIVES or _PLURAL_VERBS.isdisjoint(read.words[2:FINITE])


FINITE = 7
"""The token before which "Free device private pages have ..." shows that it orders nothing."""

_ADJECTIVES = frozenset({"free", "open", "clean", "split", "zero"})
_PLURAL_VERBS = frozenset({"have", "are", "were", "do", "never", "always", "aren't", "don't"})
