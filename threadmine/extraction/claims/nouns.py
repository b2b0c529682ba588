"""Names of plain words: where "the old balloon driver" begins and ends, and how it is written.

Annotators write what is no C name with all the words that tell it from others of its sort, in the singular
and without an article: ``device driver``, ``swap entry writeback``, ``page of a ring buffer``. All readings
name such things by what stands here. Words alone are looked at; what is a verb is known from the cues and
from what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Container

from threadmine.extraction.claims.words import GRAMMAR

MAX_WORDS = 5
"""The most words before the head of a name."""

MAX_NOUN_IN_ING = 5
"""The most letters of a word in -ing that is no verb ("ring", "string" being as good as one)."""

Words = tuple[str, ...]

_PLAIN = re.compile(r"[a-z0-9][\w.-]*$")
_PLURAL_PARTS = frozenset({"bits", "bytes", "words"})
_DOING = ("tion", "sion")
"""How nouns of doing end ("page cache truncation")."""

_BARE_PAGES = frozenset({"page", "pages", "folio", "folios"})
_HYPHENED = re.compile(r"[a-z0-9]+-[a-z]+$")
_OPEN = (
    GRAMMAR.no_nouns
    | GRAMMAR.determiners
    | GRAMMAR.helpers
    | GRAMMAR.fillers
    | GRAMMAR.pronouns
    | GRAMMAR.places
    | GRAMMAR.be
    | GRAMMAR.unnamed
    | GRAMMAR.cut_words
    | GRAMMAR.strong_conditions
)
_BEFORE_DOING = frozenset({"the", "a", "an", "and", "our", "its"})
_POINTS = GRAMMAR.determiners | {
    "of",
    "for",
    "in",
    "on",
    "with",
    "by",
    "from",
    "than",
    "as",
    "at",
    "no",
    "several",
}


def begin(words: Words, first: int, floor: int, taken: Container[int], verbs: Container[int]) -> int:
    """The first token of the name whose known words begin at token ``first``.

    Args:
        words: the sentence, in lower case.
        first: where the known words begin.
        floor: no token before this one belongs to the name.
        taken: tokens of other things.
        verbs: tokens of words that are verbs here.
    """
    at = first
    while at > max(floor, first - MAX_WORDS) and at - 1 not in taken:
        step = _before(words, at, floor, verbs)
        if step == at or step in taken:
            break
        at = step
    bare = first - 1
    while at < first and ((at == bare and words[at] in _BARE_PAGES) or _is_verb(words, at, floor)):
        at += 1
    return at


def _before(words: Words, at: int, floor: int, verbs: Container[int]) -> int:
    """The token of the modifier before token ``at``, with what belongs to it; ``at`` where there is none."""
    word = words[at - 1]
    before = words[at - 2] if at - 2 >= floor else ""
    if word == "'s" and before not in _BARE_PAGES and _is_modifier(before):
        return at - 2
    if _HYPHENED.match(word) and word not in _OPEN:
        return at - 1
    if not _is_modifier(word):
        return at
    if word.endswith("ing") and len(word) > MAX_NOUN_IN_ING:
        named = before in _BEFORE_DOING or _is_modifier(before)
        return at - 1 if named and words[at] in GRAMMAR.heads else at
    if word in GRAMMAR.bare_verbs and before not in GRAMMAR.before_nouns:
        return at
    if word.endswith("ed"):
        if before.endswith("ly") and before not in _OPEN:
            return at - 2
        return at - 1 if not before or before in _POINTS else at
    if at - 1 in verbs and before not in GRAMMAR.before_nouns:
        return at
    return at - 1


def _is_modifier(word: str) -> bool:
    if word in _OPEN or not _PLAIN.match(word) or word.isdigit() or word.endswith("ly"):
        return False
    return not word.endswith("s") or word.endswith(("ss", "us", "is", "fs"))


def may_end(word: str) -> bool:
    """Whether a word can be the head of a name."""
    plural = word.endswith("s") and _is_modifier(word[:-1])
    return (_is_modifier(word) or plural) and not word.endswith(("ed", "ing"))


def _is_verb(words: Words, at: int, floor: int) -> bool:
    """Whether the first word of a name is rather a verb before it ("we allocate large folios")."""
    before = words[at - 1] if at > floor else ""
    if before in GRAMMAR.before_verbs:
        return "-" not in words[at]
    return before in ("", "and", "or", ",", "but") and words[at] in GRAMMAR.orders


def end(words: Words, last: int, ceiling: int, taken: Container[int], plural: bool) -> int:
    """The token behind the nouns that go on with the name before token ``last`` ("swap entry writeback").

    ``plural``: nothing goes on behind a noun in the plural ("pages support x").
    """
    at = last
    while at < ceiling and at not in taken and not plural:
        word = words[at]
        if word.endswith("ing") and at + 1 < ceiling and words[at + 1] in GRAMMAR.heads:
            at += 1  # "page table freeing code"
            continue
        if word not in GRAMMAR.heads and word not in GRAMMAR.page_heads and not word.endswith(_DOING):
            break
        plural = word.endswith("s")
        at += 1
    return at


def plural(name: str, head: str) -> str:
    """``name`` with its last word as ``head``, which stands in the text."""
    return " ".join([*name.split(" ")[:-1], head])


def singular(text: str) -> str:
    """``text`` with its last word in the singular, as far as a plain -s tells; bits stay bits."""
    last = text.rsplit(" ", 1)[-1]
    plural = text.endswith("s") and not text.endswith(("ss", "us", "is")) and len(text) > 3
    if plural and text.endswith("fs") and not text.endswith(("refs", "bufs")):
        return text  # "btrfs", "tmpfs"
    if last.lower() in _PLURAL_PARTS and last != text:
        return text
    if text.endswith("entries"):
        return f"{text[:-3]}y"
    return text[:-1] if plural else text
