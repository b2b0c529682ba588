"""Rows that state nothing, whatever their words: about the writer himself, ideas put as questions, titles.

A reader of the list would not look such a sentence up: "I never had much to do with page->lru", "how about
moving it to f()?", "a helper around page->pgmap would be great", the titles of other patches. The lists are
in ``vocab/idle.toml``.
"""

from __future__ import annotations

import re
from itertools import pairwise

from threadmine.extraction.claims.clauses import Candidate, is_order
from threadmine.extraction.claims.sentence import Read, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.text import Place
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

_WORDS = word_list("idle")
_PERSONS = frozenset(_WORDS["people"]["persons"])
_KNOWING = frozenset(_WORDS["people"]["knowing"])
_BETWEEN = frozenset(_WORDS["people"]["between"])
_LEADS = frozenset(_WORDS["proposals"]["leads"])
_JUST = frozenset(_WORDS["proposals"]["just"])
_ASKS = tuple(tuple(phrase.split()) for phrase in _WORDS["proposals"]["asks"])
_PRAISE = tuple(f" {phrase} " for phrase in _WORDS["proposals"]["praise"])
_PROCESS = frozenset(_WORDS["process"]["words"])
_LIKING = frozenset(_WORDS["liking"]["words"])
_EMPTY = frozenset(_WORDS["empty"]["cues"])

_PREFIX = re.compile(r"(?:^|\s)[a-z][\w-]{0,20}(?:/[\w-]{1,20}){0,3}: [a-z]")
"""How a patch's title begins ("mm/gup: use ...")."""

_OTHER_TITLE = re.compile(r'\b[0-9a-f]{8,40}\s{1,3}\(["“][^"”]{0,200}["”]\)')
"""The title of another commit behind its hash."""

_MARKS = ('"', "“", "”")
_STEP = re.compile(r"(?:^|\s)#\d{1,2}\s")
_REMARK = re.compile(r"\)\s?;?\s?//")

_OPEN = (Predicate.STATE, Predicate.OTHER, Predicate.READS, Predicate.USES, Predicate.REQUIRES)
_LASTING = (
    Predicate.MEMBER_OF,
    Predicate.OVERLAPS,
    Predicate.RESIDES,
    Predicate.POINTS_TO,
    Predicate.OFFSET,
    Predicate.SIZE,
    Predicate.EQUALS,
    Predicate.IS_A,
)
"""What such a question takes for granted, or doubts, about the layout is worth keeping."""

MAX_LIKING = 5
"""Words at the beginning of a state in which an opinion stands."""

MAX_LEADS = 3
"""Words before a question or an idea that only lead to it ("so, also, ...")."""


def idle(read: Read, one: Candidate) -> bool:
    """Whether a candidate states nothing that could be looked up."""
    return (
        _is_pasted(read.sentence.text)
        or _is_in_title(read, one)
        or _is_proposal(read, one)
        or _is_about_people(read, one)
        or _is_process(read, one)
        or _is_ordered(read, one)
        or _is_empty(one)
        or (one.predicate is Predicate.STATE and _is_liking(one.value))
    )


def _is_pasted(text: str) -> bool:
    """Whether it is a line of output, a trace or a line of code with a remark behind it."""
    if text[:1] in _MARKS and text[-1:] in _MARKS and not any(mark in text[1:-1] for mark in _MARKS):
        return True
    if text.count("(&") > 1:
        return True  # a race drawn in columns
    return ("#" in text and len(_STEP.findall(text)) > 1) or (
        "//" in text and _REMARK.search(text) is not None
    )


def _is_in_title(read: Read, one: Candidate) -> bool:
    """Whether all that it names stands in the titles of patches."""
    text = read.sentence.text
    if ": " in text and len(_PREFIX.findall(text)) > 1:
        return True
    if '("' not in text and "(“" not in text:
        return False
    named = [t for t in (one.subject, one.object) if t is not None and t.first >= 0]
    title = _OTHER_TITLE.search(text)
    return bool(title and named) and all(
        title.start() <= read.offsets[thing.first] < title.end() for thing in named if title
    )


def _is_proposal(read: Read, one: Candidate) -> bool:
    """Whether it is an idea: "how about ...?", "... would be nice"."""
    said = f" {' '.join(read.words[one.clause.first : one.clause.last])} "
    if any(phrase in said for phrase in _PRAISE):
        return True
    if not read.sentence.text.endswith("?") or one.clause.first > MAX_LEADS or one.predicate in _LASTING:
        return False
    at = 0
    while at < min(MAX_LEADS, len(read.words)) and read.words[at] in _LEADS:
        at += 1
    return any(read.words[at : at + len(phrase)] == phrase for phrase in _ASKS)


def _is_about_people(read: Read, one: Candidate) -> bool:
    """Whether somebody tells what he himself did, has or knows ("I have no experience with x")."""
    if one.predicate not in _OPEN or one.sure:
        return False
    words, at = read.words, one.clause.first
    while at < one.clause.last - 1 and words[at] not in _PERSONS and words[at] in _LEADS:
        at += 1
    if words[at] not in _PERSONS:
        return False
    verb = at + 1
    while verb < one.clause.last - 1 and (words[verb] in _BETWEEN or words[verb].endswith("ly")):
        verb += 1
    if one.subject is not None and 0 <= one.cue_at - one.subject.last <= 1:
        return False  # "I have no idea, f() reads x"
    return words[verb] not in _KNOWING and _is_behind(one.subject, verb) and _is_behind(one.object, verb)


def _is_behind(thing: Thing | None, at: int) -> bool:
    return thing is None or thing.first > at


def _is_process(read: Read, one: Candidate) -> bool:
    """Whether what is needed is a version, a review or time."""
    if one.predicate is not Predicate.REQUIRES or (one.object is not None and one.object.first > one.cue_at):
        return False
    needed = read.words[one.cue_at + 1 : one.clause.last]
    return not _PROCESS.isdisjoint(needed) or ("more", "time") in pairwise(needed)


def _is_ordered(read: Read, one: Candidate) -> bool:
    """Whether a reviewer says what shall be done ("Add a check of x to f()", "just drop the check")."""
    if read.sentence.place is not Place.REPLY or one.clause.first > 0 or one.predicate is Predicate.VALID_FOR:
        return False
    words = read.words
    if words[-1] == "?" or words[:2] == ("instead", "of"):
        return False
    if is_order(read) and not any(t.first == 0 for t in read.things):
        return not any(
            words[i] == "," and words[i + 1] == "to" for i in range(len(words) - 1)
        )  # as a patch does
    at = 0
    while at < min(MAX_LEADS, len(words) - 1) and words[at] in _JUST:
        at += 1
    return at > 0 and words[at] in GRAMMAR.orders and one.cue_at >= at


def _is_empty(one: Candidate) -> bool:
    """Whether something is "valid" by a word that says so by the way only, and not for what."""
    if one.predicate is not Predicate.VALID_FOR or one.object is not None or one.value:
        return False
    return one.cue.lower() in _EMPTY


def _is_liking(value: str) -> bool:
    """Whether a state is an opinion ("rather nasty", "a different story") or a reason ("why it broke")."""
    if value.lower().startswith(("why ", "how ")) or " I " in value:
        return True
    return not _LIKING.isdisjoint(word.strip(".,;:\"'").lower() for word in value.split()[:MAX_LIKING])
