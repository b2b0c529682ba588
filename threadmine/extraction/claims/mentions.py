"""Names that are only mentioned, and what is left to say of a name that no reading fits.

A member that somebody speaks of ("the page->lru part", "instead of page->lru") is no part of a statement; one
that stands in a clause with a verb is, whatever the clause says: its own words are kept then.
"""

from __future__ import annotations

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, text_of
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place
from threadmine.model import Predicate

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
    if thing.sort not in MEMBERISH or thing.first < 0:
        return False
    behind = words[thing.last] if thing.last < len(words) else ""
    if behind in GRAMMAR.topics and words[thing.first - 1] in GRAMMAR.determiners:
        return True
    at = thing.first - (2 if before[-1:] and before[-1] in GRAMMAR.determiners else 1)
    if at < 0 or any(c.first <= at <= c.last for c in read.cues):
        return False
    return words[at] == "about" or (words[at] in ("of", "on", "with") and words[at - 1] in GRAMMAR.topics)


def says_something(read: Read, clause: Clause, thing: Thing) -> bool:
    """Whether a clause that no reading fits says something of a member all the same: it is written in C, a
    verb is there, and nobody only speaks of it ("you probably mean page->lru").
    """
    words = read.words[clause.first : clause.last]
    if thing.concept or set_aside(read, thing) or not GRAMMAR.speakers.isdisjoint(words):
        return False
    if read.sentence.text.endswith("?") and GRAMMAR.finite.isdisjoint(words):
        return False  # "any chance to get rid of it?"
    verbs = (w for w in words if len(w) > 3 and w.isalpha() and w.endswith(("s", "ed")))
    return (
        bool(clause.cues)
        or not GRAMMAR.finite.isdisjoint(words)
        or not GRAMMAR.plural_nouns.issuperset(verbs)
    )


def rest(read: Read, clause: Clause, thing: Thing) -> Candidate:
    """What a clause says of a member, in its own words."""
    said = text_of(read, clause.first, clause.last)
    return Candidate(Predicate.OTHER, thing, None, clause, "", thing.first, 0, value=said, sure=True)


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
