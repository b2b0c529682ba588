"""What a value is worth keeping of: words that were cut off in the middle, or say nothing, are left away."""

from __future__ import annotations

from threadmine.extraction.claims.words import GRAMMAR

NO_MARKS = " .,;:()?!-"


def worth(value: str) -> str:
    """``value`` without an article, conjunction or preposition at its end; empty where nothing is said.

    A preposition behind a participle belongs to it ("is looked at"), and a single word is a state of its own
    ("on", "in") where it is no adverb ("anyhow").
    """
    words = value.split()
    while len(words) > 1 and _hangs(words[-1], words[-2]):
        words.pop()
    told = " ".join(words).rstrip(NO_MARKS) if len(words) < len(value.split()) else value
    plain = told.lower()
    return "" if plain in GRAMMAR.saying_nothing or plain in GRAMMAR.hanging else told


def _hangs(word: str, before: str) -> bool:
    """Whether what a word begins is cut off behind it."""
    low = word.lower()
    if low in GRAMMAR.hanging or not any(c.isalnum() for c in low):
        return True
    return low in GRAMMAR.of_something and not before.lower().endswith(GRAMMAR.participles)
