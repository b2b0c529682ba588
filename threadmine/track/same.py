"""Whether two concerns raise the same issue, on other patches, versions or threads.

The same words, or the same members and function with much the same words. Careful rather than complete:
merging two issues hides one of them; what this leaves apart a person can merge (``threadmine triage ID
merge OTHER``).
"""

from __future__ import annotations

import re

from threadmine.model import Concern

MIN_WORDS = 5
"""Words, dull ones aside, that a concern must have to be told from others by its words alone."""

_WORD = re.compile(r"[a-z_][a-z0-9_]{2,}")
_DULL = frozenset(
    [
        "the",
        "and",
        "this",
        "that",
        "for",
        "you",
        "are",
        "not",
        "but",
        "can",
        "with",
        "here",
        "have",
        "has",
        "what",
    ]
)


def same_issue(one: Concern, other: Concern) -> bool:
    """Whether both ask for the same thing."""
    first, second = _words(one.quote), _words(other.quote)
    if not first or not second:
        return False
    shared = len(first & second)
    share = shared / len(first | second)
    if shared >= MIN_WORDS and share >= 0.8:
        return True
    targets = _members(one) & _members(other)
    about = one.about_function and one.about_function == other.about_function
    return bool(targets) and bool(about) and shared >= 3 and share >= 0.4


def _words(quote: str) -> frozenset[str]:
    return frozenset(_WORD.findall(quote.lower())) - _DULL


def _members(concern: Concern) -> frozenset[str]:
    return frozenset(target.rsplit(".", 1)[-1] for target in concern.targets)
