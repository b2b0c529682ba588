"""Names that are only mentioned, and clauses that state nothing.

A member that somebody speaks of ("the page->lru part", "instead of page->lru") is no part of a statement, nor
is a function beside a verb that says nothing of it; what the writer does not know or takes back is none
either. What is said of a member that no reading fits is kept by :mod:`.readings.spoken`.
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.words import GRAMMAR, before_determiners
from threadmine.extraction.text import Place
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

TALK = ("request", "retraction")
"""Marks of a sentence that asks for something or takes something back."""

_LEADING = frozenset(word_list("beside")["mentioned"]["leading"])

REACH = 3
"""Tokens from an order to what is to be done ("Remove the f()")."""


def set_aside(read: Read, thing: Thing) -> bool:
    """Whether a thing is only named: as what is *not* meant ("instead of page->mapping"), or as what
    somebody speaks of ("a comment about page->lru", "the page->lru part").
    """
    words = read.words
    before = words[max(0, thing.first - 2) : thing.first]
    if before in (("instead", "of"), ("rather", "than"), ("than", "the")):
        return True
    if compared(read, thing):
        return True
    if thing.sort not in MEMBERISH or thing.first < 0:
        return False
    behind = words[thing.last] if thing.last < len(words) else ""
    if behind in GRAMMAR.topics and words[thing.first - 1] in GRAMMAR.determiners:
        return True
    at = thing.first - (2 if before[-1:] and before[-1] in GRAMMAR.determiners else 1)
    if at < 0 or any(c.first <= at <= c.last for c in read.cues):
        return False
    return words[at] == "about" or (words[at] in ("of", "on", "with") and words[at - 1] in GRAMMAR.topics)


def compared(read: Read, thing: Thing) -> bool:
    """Whether what is said of another thing is like or unlike this one ("Like f(), it takes a reference")."""
    if not 1 <= thing.first <= len(read.words) or read.words[thing.first - 1] not in ("like", "unlike"):
        return False
    return thing.first == 1 or read.words[thing.first - 2] in (",", "but", "and", "(")


def led_to(read: Read, clause: Clause, thing: Thing) -> bool:
    """Whether the sentence is about something else that the thing only tells ("the discussion of x")."""
    at = before_determiners(read.words, thing.first - 1, clause.first)
    before = read.words[at] if at >= clause.first else ""
    return before in GRAMMAR.places or before in _LEADING or before.endswith("ing")


def is_beside(read: Read, one: Candidate) -> bool:
    """Whether a name stands beside a verb that has another subject and says nothing of it ("you could place
    the f() call here").
    """
    subject, words = one.subject, read.words
    if one.predicate is not Predicate.OTHER or one.object is not None or subject is None or one.sure:
        return False
    if subject.first < 0 or subject.last <= one.clause.first:
        pointed = not GRAMMAR.pronouns.isdisjoint(words[one.clause.first : one.cue_at])
        return not (pointed or words[one.clause.first] == "@" or read.sentence.place is Place.COMMENT)
    if subject.last <= one.cue_at:
        between = words[subject.last : one.cue_at]
        return any(
            w not in GRAMMAR.helpers and w not in GRAMMAR.fillers and not w.endswith("ly") for w in between
        )
    said = set(words[one.clause.first : subject.first])
    ordered = one.clause.first == 0 and one.cue_at == 0 and subject.first <= one.cue_at + 1 + REACH
    return not (ordered or {"no", "gone"} & said)


def left_open(read: Read, clause: Clause) -> bool:
    """Whether a clause is what somebody does not know ("no idea if it was set")."""
    before = read.words[max(0, clause.first - 2) : clause.first]
    return read.words[clause.first] in ("if", "whether") and bool(GRAMMAR.unknowing & set(before))


def taken_back(read: Read, clause: Clause) -> bool:
    """Whether the writer says that he thought so and does not any more ("I was thinking it would clear
    them, but").
    """
    return read.marked("retraction", clause.first, clause.last) is not None
