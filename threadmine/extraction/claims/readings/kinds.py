"""Readings of what a kind of page is: "slab pages are not folios", "fsdax pages become normal pages"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from threadmine.extraction.claims import nouns
from threadmine.extraction.claims.clauses import Candidate
from threadmine.extraction.claims.nouns import singular
from threadmine.extraction.claims.readings.around import Around
from threadmine.extraction.claims.readings.several import every
from threadmine.extraction.claims.sentence import Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate

MAX_NAME = 4
"""The most words of a kind's name."""

_KIND = re.compile(
    r"[\w-]*(?:pages?|folios?|thps?|\w*desc(?:riptor)?s?|memdescs?|net_iovs?|netmems?|zspages?|slabs?)$"
)
_POINTING = frozenset({"this", "that", "these", "those", "the", "such", "its", "their", "our", "your"})
_ANY = frozenset({"a", "an", "every", "each", "any", "all", "some", "most", "many", "no"})
_SAID_BY_NATURE = re.compile(
    r"(?i)(?:pages?|folios?|thps?|descs?|net_iovs?|slabs?)\s+(?:\w+\s+){0,2}?(?:is|are|isn't|aren't|becomes?|be)\s+"
    r"(?:\w+\s+){0,3}?[\w-]*\s?(?:pages?|folios?|thps?)\b"
)


def names_kinds(text: str) -> bool:
    """Whether a sentence may say that pages of one kind are pages of another one."""
    return ("page" in text or "folio" in text) and _SAID_BY_NATURE.search(text) is not None


def kind_is(around: Around) -> list[Candidate]:
    """is_a: a kind of page and the kind that it is, is not or becomes; empty for anything else."""
    words, at = around.read.words, around.cue.first
    if around.cue.text.lower() in GRAMMAR.turning:
        return [] if around.functions(around.left) else _made_into(around)
    if words[at] in ("must", "can") and words[at + 1 : at + 2] == ("be",):
        at += 1
    if words[at] not in GRAMMAR.being:
        return []
    if at == around.clause.first and around.read.sentence.text.endswith("?"):
        asked = next(_listed(around, at + 1), None)  # "Aren't zspages compound pages?"
        return _each(around, [asked], asked.last) if asked is not None else []
    return _each(around, _subjects(around), at + 1)


def _each(around: Around, subjects: list[Thing], first: int) -> list[Candidate]:
    """Each subject with each kind from token ``first`` on."""
    return [
        around.make(Predicate.IS_A, who, one, 5)
        for who, one in every(subjects, list(_listed(around, first)))
        if who.entity != one.entity
    ]


def _made_into(around: Around) -> list[Candidate]:
    """ "Turn zsmalloc pages into movable_ops pages"."""
    words = around.read.words
    span = range(around.cue.last, min(around.clause.last, around.cue.last + 2 * MAX_NAME))
    at = next((i for i in span if words[i] in ("into", "to")), 0)
    made = _ending_at(around.read, around.cue.last, at) if at else None
    into = next(_listed(around, at + 1), None) if at else None
    if (
        made is None
        or into is None
        or not GRAMMAR.determiners.issuperset(words[around.cue.last : made.first])
    ):
        return []
    return [around.make(Predicate.IS_A, made, into, 5)]


def _subjects(around: Around) -> list[Thing]:
    """The kinds before the verb, or what a pronoun there stands for."""
    read, words, begin = around.read, around.read.words, around.clause.first
    end = around.cue.first
    while end > begin and (words[end - 1] in GRAMMAR.helpers or words[end - 1] in ("all", "both")):
        end -= 1
    who = _ending_at(read, begin, end)
    if who is None:
        before = around.left[-1] if around.left and around.gapped else None
        return [_one(before)] if before is not None and _is_kind(before) else []
    if not _is_generic(read, who):
        return []
    found = [who]
    while found[0].first - 1 > begin and words[found[0].first - 1] in ("and", "or", ",", "nor"):
        another = _ending_at(read, begin, found[0].first - 1)
        if another is None:
            break
        found.insert(0, another)
    return found


def _is_generic(read: Read, who: Thing) -> bool:
    """Whether a kind is meant and not one page of it ("the page is a tail page")."""
    words = read.words
    before = words[who.first - 1] if who.first else ""
    if "of" in words[who.first : who.last]:
        return words[who.first].endswith("s")
    if who.entity in ("page", "folio"):
        return before in _ANY
    plural = words[who.last - 1].endswith("s")
    return plural or before in _ANY or before not in _POINTING or "zero" in who.entity


def _listed(around: Around, first: int) -> Iterator[Thing]:
    """The kinds that begin at token ``first``, joined by "or"."""
    words, last = around.read.words, around.clause.last
    at = first
    while at < last:
        while at < last and words[at] in GRAMMAR.before_kinds:
            at += 1
        one = _beginning_at(around.read, at, last)
        if one is None:
            return
        yield one
        at = one.last
        if at >= last or words[at] not in ("or", "and", "nor"):
            return
        at += 1


def _beginning_at(read: Read, first: int, last: int) -> Thing | None:
    """The kind whose name begins at token ``first``."""
    words = read.words
    if first >= last:
        return None
    if words[first] == "compound" and (
        first + 1 >= last or words[first + 1] not in ("page", "pages", "folio", "folios")
    ):
        return Thing(first, first + 1, "compound", "compound page", Sort.KIND)
    named = next((t for t in read.things if t.first == first), None)
    if named is not None and _is_kind(named):
        return _one(named)
    for stop in range(first + 1, min(last, first + MAX_NAME) + 1):
        if (
            not words[stop - 1].replace("-", "").replace("_", "").isalnum()
            or words[stop - 1] in GRAMMAR.no_nouns
        ):
            return None
        if _KIND.match(words[stop - 1]):
            return _plain(read, first, stop)
    return None


def _ending_at(read: Read, first: int, last: int) -> Thing | None:
    """The kind whose name ends before token ``last``, and begins at ``first`` or later."""
    words = read.words
    if last <= first:
        return None
    named = next((t for t in read.things if t.last == last), None)
    if named is not None and _is_kind(named):
        return _one(named)
    if whole := _of_something(read, first, last):
        return whole
    if not _KIND.match(words[last - 1]):
        return None
    begin = last - 1
    while (
        begin > first
        and last - begin < MAX_NAME
        and words[begin - 1].replace("-", "").replace("_", "").isalnum()
        and words[begin - 1] not in GRAMMAR.no_nouns
        and words[begin - 1] not in GRAMMAR.determiners
        and words[begin - 1] not in GRAMMAR.fillers
        and not any(c.first < begin <= c.last for c in read.cues)
    ):
        begin -= 1
    return _plain(read, begin, last)


def _of_something(read: Read, first: int, last: int) -> Thing | None:
    """ "Pages of a ring buffer": the kind whose name has an "of" in it and ends before token ``last``."""
    words = read.words
    for at in range(last - 1, max(first, last - MAX_NAME - 1), -1):
        if words[at] == "of" and _KIND.match(words[at - 1]):
            begin = nouns.begin(words, at - 1, first, (), {c.first for c in read.cues})
            whole = _plain(read, begin, last)
            head, tail = words[at - 1], whole.text.split(" of ", 1)[1]
            if head not in GRAMMAR.page_heads:
                return None
            return replace(whole, entity=f"{singular(whole.text[: -len(tail) - 4])} of {tail}")
    return None


def _plain(read: Read, first: int, last: int) -> Thing:
    start, end = read.offsets[first], read.offsets[last - 1] + len(read.tokens[last - 1])
    text = read.sentence.text[start:end]
    lone = read.words[first:last] in (("page",), ("pages",), ("folio",), ("folios",))
    return Thing(
        first, last, text, singular(text.lower() if lone else text), Sort.AGENT if lone else Sort.KIND
    )


def _one(thing: Thing) -> Thing:
    """The kind in the singular, as people name it."""
    return replace(thing, entity=singular(thing.entity))


def _is_kind(thing: Thing) -> bool:
    if thing.sort is Sort.KIND:
        return True
    return (
        thing.sort in (Sort.AGENT, Sort.STRUCT)
        and _KIND.match(thing.entity.lower().split(" ")[-1]) is not None
    )
