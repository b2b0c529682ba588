"""A series is said to change every user of something ("I am converting all callers in this series").

Such a sentence names no member and no function, yet it can be checked: the mail's diffstat says which files
the series touches.
"""

from __future__ import annotations

import re

from threadmine.extraction.claims.clauses import Candidate, Clause
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.model import Predicate

_SERIES = re.compile(r"(?i)\b(?:in|by|with|of) (?:this|the|my|our|that) (?:patch ?set|series)\b")
_CHANGE = re.compile(r"(?i)\b(?:convert|mov|switch|replac|adapt|port)(?:e|es|ed|s|ing|e[sd])?\b")
_ALL = re.compile(r"(?i)\b(?:all|every)\b")
_USERS = re.compile(
    r"(?i)\b((?:in-tree |existing |remaining |current )?(?:users?|callers?|drivers?|call sites|instances))\b"
)
_NOT = re.compile(r"(?i)\b(?:not|should|could|would|please|can|must|will|unless|if)\b|n't\b|\?")


def covers(text: str) -> bool:
    """Whether a sentence says, plainly, that a series changes every user of something."""
    if not _may_cover(text):
        return False
    said = all(part.search(text) for part in (_SERIES, _CHANGE, _ALL, _USERS))
    return said and _NOT.search(text) is None


def _may_cover(text: str) -> bool:
    """The cheap test: one of these is in every match of the pattern for a series."""
    return "series" in text or "set" in text


def coverage(read: Read) -> Candidate | None:
    """The statement of a sentence that :func:`covers`, None of any other."""
    text = read.sentence.text
    if not _may_cover(text):
        return None
    users = _USERS.search(text)
    change = _CHANGE.search(text)
    if users is None or change is None or not covers(text):
        return None
    first = next((i for i, word in enumerate(read.words) if word in change.group().lower()), 0)
    clause = Clause(0, len(read.words), read.things, read.cues, read.words[0])
    series = Thing(-1, -1, "series", "series", Sort.AGENT)
    every = f"all {users.group(1).lower()}"
    return Candidate(
        Predicate.OTHER,
        series,
        Thing(-1, -1, users.group(), every, Sort.AGENT),
        clause,
        change.group(),
        first,
        1,
        sure=True,
    )
