"""References and locks of pages that are named in plain words.

"isolate_page() takes a reference", "the folio has to be locked": no name in C says that these are the
refcount and PG_locked. A reference is one to a page where a verb of taking, holding or giving it up stands
beside it, and neither its owner nor the sentence names anything else that is counted (``vocab/counts.toml``).
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from threadmine.extraction.claims.words import GRAMMAR
from threadmine.extraction.nlp import Term
from threadmine.vocab.lists import word_list

_WORDS = word_list("counts")
_NOUNS = frozenset(_WORDS["references"]["nouns"])
_VERBS = frozenset(_WORDS["references"]["verbs"])
_HAVING = frozenset(_WORDS["references"]["having"])
_DONE = frozenset(_WORDS["references"]["done"])
_OTHERS = frozenset(_WORDS["references"]["others"])
_FOREIGN = frozenset(_WORDS["references"]["foreign"])
_LOCKED = frozenset({"locked"})
_BETWEEN = frozenset(_WORDS["locked"]["between"])

_PAGES = frozenset({"page", "pages", "subpage", "subpages"})
_FOLIOS = frozenset({"folio", "folios"})
_OURS = _PAGES | _FOLIOS
_BEFORE = frozenset(_WORDS["references"]["modifiers"]) | GRAMMAR.determiners | _OURS
_OF = frozenset({"on", "to", "of", "for", "from"})

_NUMBERED = ("refcount-", "ref-count-", "reference-count-")
"""How a word begins that names a count with its number ("refcount-0")."""

_COUNTED = _NOUNS | _LOCKED
"""One of these stands in a sentence that is looked at here."""

MAX_BEFORE = 5
"""The most words between a verb and the reference that is its object."""

MAX_OWNER = 5
"""The most words from "on" to the page that a reference is on."""

MAX_AFTER = 9
"""The most words between a reference and the participle that says what is done with it."""

Words = tuple[str, ...]


def counted(words: Words, taken: Container[int]) -> Iterator[Term]:
    """The references and locks in a sentence that no phrase of the word lists names, as terms.

    Args:
        words: the sentence, in lower case.
        taken: tokens of the members and flags that phrases name.
    """
    numbered = any(word.startswith(_NUMBERED) for word in words)
    if _COUNTED.isdisjoint(words) and not numbered:
        return
    for at, word in enumerate(words):
        if at in taken:
            continue
        if word in _NOUNS and (entity := _referent(words, at)):
            yield Term("member", entity, at, at + 1, word)
        elif numbered and word.startswith(_NUMBERED) and word.rsplit("-", 1)[1][:1].isdigit():
            yield Term("member", "page._refcount", at, at + 1, word)
        elif word in _LOCKED and (first := _locked_page(words, at)) is not None:
            yield Term("flag", "PG_locked", first, at + 1, " ".join(words[first : at + 1]))


def _referent(words: Words, at: int) -> str:
    """The count of the page or folio that a reference at token ``at`` is to, empty for anything else."""
    verb = at - 1
    while (
        verb >= 0
        and at - verb <= MAX_BEFORE
        and words[verb] in _BEFORE
        and words[verb] not in _VERBS | _HAVING
    ):
        verb -= 1
    own = _OURS.intersection(words[max(0, verb + 1) : at])
    behind = _owner(words, at + 1)
    if verb >= 0 and words[verb] in _FOREIGN:
        return ""
    if behind == "other" or not (own or behind or _is_about_pages(words)):
        return ""
    of_page = at > 0 and words[at - 1] in _OURS  # "DAX page references"
    before = words[verb] if verb >= 0 else ""
    if before == "up" and verb > 0:
        before = words[verb - 1]  # "gives up its reference"
    taken = before in _VERBS or (before in _HAVING and not _OURS.isdisjoint(words))
    if not of_page and not taken and not _is_done(words, at + 1):
        return ""
    named = own or ({behind} if behind else _OURS.intersection(words))
    return "folio._refcount" if named and named <= _FOLIOS else "page._refcount"


def _owner(words: Words, at: int) -> str:
    """The page or folio behind "on" or "to" at token ``at``; "other" where it is something else, empty where
    nobody is named.
    """
    if words[at : at + 1] == () or words[at] not in _OF:
        return ""
    first = words[at + 1] if at + 1 < len(words) else ""
    if not first.isalpha() and _OURS.isdisjoint(first.replace("_", " ").split()):
        return "other"  # "a reference to mm->owner"
    if first not in GRAMMAR.determiners | _OURS | _FOREIGN and words[at] in ("on", "of"):
        return ""  # "a reference on first use"
    if words[at] == "to" and first not in GRAMMAR.determiners | _OURS | _FOREIGN:
        return ""  # "takes a reference to keep it alive"
    for word in words[at + 1 : at + 1 + MAX_OWNER]:
        if word in _OURS:
            return word
        if word in _FOREIGN:
            return "other"
        if word in GRAMMAR.pronouns and word not in GRAMMAR.determiners:
            return ""
    return "" if words[at] in ("from", "for") else "other"


def _is_about_pages(words: Words) -> bool:
    """Whether a sentence speaks of pages, or of nothing else that is counted."""
    return not _OURS.isdisjoint(words) or _OTHERS.isdisjoint(words)


def _is_done(words: Words, at: int) -> bool:
    """Whether behind a reference stands what is done with it ("a reference on the page is taken")."""
    behind = words[at : at + MAX_AFTER]
    return any(
        word in _DONE and (i == 0 or not GRAMMAR.be.isdisjoint(behind[max(0, i - 3) : i]))
        for i, word in enumerate(behind)
    )


def _locked_page(words: Words, at: int) -> int | None:
    """The token of the page that is "locked" at token ``at``, None where none is."""
    first = at - 1
    while first > 0 and at - first <= MAX_BEFORE and words[first] in _BETWEEN:
        first -= 1
    return first if first >= 0 and words[first] in _OURS else None
