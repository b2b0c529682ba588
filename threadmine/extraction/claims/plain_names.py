"""Who or what is named by plain words: before a verb, behind a preposition, in a list.

The one place where readings turn words that are no C names into a thing; where such a name begins and ends is
said in :mod:`threadmine.extraction.claims.nouns`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from threadmine.extraction.claims import nouns
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR

MAX_LIST = 6
"""The most items of a list of users."""

_ACTORS = (Sort.FUNCTION, Sort.AGENT, Sort.KIND, Sort.STRUCT)
_PLAIN = (Sort.AGENT, Sort.KIND)
_NAMING = ("the", "by", "our", "its", "some", "this", "that")
"""What stands before a name of plain words, so that a verb in it is none ("the page reset code")."""

_VAGUE = ("code", "caller", "callers")
"""Words that name nobody by themselves ("this code")."""


def noun_phrase(read: Read, first: int, last: int, longest: int = 4) -> Thing | None:
    """The plain words ``first`` to ``last`` as a thing ("the free path": ``free path``), None for anything
    else.
    """
    words = read.words
    if first >= len(words) or (words[first] not in GRAMMAR.determiners and first == 0):
        return None  # "Forbid calling": a verb, as likely as a noun
    while first < last and (words[first] in GRAMMAR.determiners or words[first] in GRAMMAR.fillers):
        first += 1
    while last > first and (words[last - 1] in GRAMMAR.helpers or words[last - 1] in GRAMMAR.leading_on):
        last -= 1
    code = words[last - 1] in GRAMMAR.heads  # "the page reset code": no verb in there
    inside = any(c.first < last and first < c.last for c in read.cues)
    if not 0 < last - first <= longest or (inside and not (code and words[first - 1] in _NAMING)):
        return None
    part = words[first:last]
    if part[0] in _VAGUE:
        return None
    if part[-1] == "'s" or part[-1].endswith("ly"):
        return None
    if any(w != "'s" and (not w.replace("-", "").isalnum() or w in GRAMMAR.no_nouns) for w in part):
        return None
    return _thing(read, first, last)


def before(read: Read, floor: int, end: int) -> Thing | None:
    """The name that ends before token ``end``, beyond "does", "still" and the like; None where there is none.

    What is on no list is a name there if it ends in a word for code ("the page setup code").
    """
    words = read.words
    end = _before_helpers(words, floor, end)
    if end <= floor:
        return None
    known = next((t for t in read.things if t.last == end), None)
    if known is not None:
        return known if known.sort in _ACTORS and known.first >= floor else None
    return _plain_before(read, floor, end) if words[end - 1] in GRAMMAR.heads else None


def _before_helpers(words: tuple[str, ...], floor: int, end: int) -> int:
    """The token behind the noun before token ``end``, beyond "does", "still", "both" and the like."""
    while end > floor and (
        words[end - 1] in GRAMMAR.helpers or words[end - 1] in GRAMMAR.fillers or words[end - 1] in _OF_ALL
    ):
        end -= 1
    return end


_OF_ALL = frozenset({"both", "all", "usually", "often", "typically", "really", "normally"})


def _plain_before(read: Read, floor: int, end: int) -> Thing | None:
    """The plain words that end before token ``end`` and are a name; its last word is the head."""
    inside = {i for t in read.things for i in range(t.first, t.last) if t.last > floor}
    first = nouns.begin(read.words, end - 1, floor, inside - _of_plain(read, end), _verbs(read))
    if first == end - 1 and (first == floor or read.words[first - 1] in GRAMMAR.determiners):
        return None  # "the code"
    return _thing(read, first, end)


def _of_plain(read: Read, end: int) -> set[int]:
    """The tokens of kinds and parts of the kernel before token ``end``: they may be part of a longer name."""
    return {i for t in read.things if t.sort in _PLAIN and t.last < end for i in range(t.first, t.last)}


def _verbs(read: Read) -> set[int]:
    return {c.first for c in read.cues}


def all_before(read: Read, floor: int, end: int) -> list[Thing]:
    """The names of a list that ends before token ``end`` ("the block layer and the network stack")."""
    end = _before_helpers(read.words, floor, end)
    last = before(read, floor, end) or (_item_before(read, floor, end) if end > floor else None)
    found = [last] if last is not None else []
    while found and len(found) < MAX_LIST and (stop := _joint_before(read.words, floor, found[0].first)):
        one = _item_before(read, floor, stop)
        if one is None:
            break
        found.insert(0, one)
    return list(_with_head(found, read.words)) if any(t in read.things for t in found) else []


def _joint_before(words: tuple[str, ...], floor: int, first: int) -> int:
    """The token behind the item before a name that begins at ``first``; 0 where nothing joins them."""
    at = first
    while at > floor and words[at - 1] in GRAMMAR.determiners:
        at -= 1
    joined = at
    while at > floor and words[at - 1] in ("and", ",", "or", "/"):
        at -= 1
    return at if floor < at < joined else 0


def _item_before(read: Read, floor: int, end: int) -> Thing | None:
    """One item of a list of names, before a joint: a known one, or plain words that stand alone there."""
    words = read.words
    known = next((t for t in read.things if t.last == end), None)
    if known is not None:
        return known if known.sort in _ACTORS and known.first >= floor else None
    if not nouns.may_end(words[end - 1]):
        return None
    inside = {i for t in read.things for i in range(t.first, t.last)}
    first = nouns.begin(words, end - 1, floor, inside, _verbs(read))
    edge = words[first - 1] if first > floor else ""
    alone = edge in ("", ",", "and", "both", "by") or edge in GRAMMAR.determiners
    return _thing(read, first, end) if alone else None


def behind(read: Read, first: int, last: int) -> Thing | None:
    """The name that begins at token ``first``, with its article: a known one, or the plain words up to the
    next mark, preposition or verb.
    """
    words = read.words
    while first < last and (words[first] in GRAMMAR.determiners or words[first] in ("both", "only")):
        first += 1
    known = next((t for t in read.things if t.first == first), None)
    if known is not None and (known.sort not in _PLAIN or not _goes_on(read, known.last, last)):
        return known
    stop = first
    while stop < last and words[stop].replace("-", "").isalnum() and words[stop] not in GRAMMAR.no_nouns:
        stop += 1
    whole = noun_phrase(read, first, stop) if first > 0 else None
    if known is not None:
        return whole if whole is not None and whole.first <= known.first < whole.last else known
    return whole


def _goes_on(read: Read, at: int, last: int) -> bool:
    """Whether a noun stands at token ``at``, behind a known name ("page table freeing code")."""
    words = read.words
    return at < last and any(words[i] in GRAMMAR.heads for i in range(at, min(last, at + 2)))


def all_behind(read: Read, first: int, last: int) -> list[Thing]:
    """The names of a list that begins at token ``first`` ("by m68k and by the highmem code")."""
    found: list[Thing] = []
    words, at = read.words, first
    while at < last and len(found) < MAX_LIST:
        one = behind(read, at, last)
        if one is None or one.sort not in (*_ACTORS, Sort.CONSTANT):
            break
        found.append(one)
        at = one.last
        if at >= last or words[at] not in ("and", ",", "or", "/"):
            break
        while at < last and words[at] in ("and", ",", "or", "/", "by", "as", "well", "also"):
            at += 1
    return list(_with_head(found, words))


def _with_head(found: list[Thing], words: tuple[str, ...]) -> Iterator[Thing]:
    """The items of a list, with the noun that only the last one has ("the accounting and profiling code")."""
    last = found[-1] if found else None
    head = words[last.last - 1] if last is not None else ""
    for one in found:
        bare = one is not last and one.sort is Sort.AGENT and one.last - one.first == 1
        shared = last is not None and words[last.first - 1] in ("and", "or") and last.last - last.first > 1
        of_pages = shared and head in _PAGES and not one.text.endswith("s")
        if bare and ((shared and head in GRAMMAR.heads and not one.concept) or of_pages):
            name = f"{one.text} {nouns.singular(head)}"
            yield replace(one, entity=name, text=f"{one.text} {head}", sort=last.sort if last else one.sort)
        else:
            yield one


_PAGES = frozenset({"pages", "folios"})
"""What several kinds of page share as the last word of their names ("slab and hugetlb pages")."""


def _thing(read: Read, first: int, last: int) -> Thing:
    text = read.sentence.text[read.offsets[first] : read.offsets[last - 1] + len(read.tokens[last - 1])]
    return Thing(first, last, text, nouns.singular(text), Sort.AGENT)
