"""The signs by which a pair of names is weighed: what stands beside, between and around them.

A sentence is looked at as a row of stems in which names are replaced by their sort, so that what is learned
of one function holds for every other. An attribute is a number of :data:`BITS` bits, made from what it is (a
template) and the stem or sort that fills it; two attributes may share a number, which costs little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from threadmine.extraction.claims.sentence import Read, Sort, Thing

BITS = 17
"""Bits of an attribute's number."""

MAX_OPTIONS = 10
"""Names of one sentence that are looked at, the first ones."""

MAX_STEMS = 90
"""Tokens of one sentence that are looked at."""

SIDE = 3
"""Tokens on each side of a name that count by their distance."""

Numbers = npt.NDArray[np.uint32]

_SHIFT = np.uint32(32 - BITS)
_FACTOR = np.uint32(0x9E3779B1)
_C_NAME = re.compile(r"(?:->)?[A-Za-z]\w*_\w+(?:(?:->|\.)\w+)*(?:\(\)|\[\])?")
_ENDINGS = ("ing", "ed", "es", "s")
_KEPT = 3
"""Letters that a stem has at least."""


class Option(NamedTuple):
    """Somebody or something that a statement can be about.

    ``at``: its place among the stems, -1 where the sentence does not name it. ``source``: ``s`` it is named,
    ``x`` it is named and nobody declares it, ``i`` it is the word that a flag lies in, ``h`` it is the
    function whose code the text is about.
    """

    thing: Thing
    at: int
    source: str


class View(NamedTuple):
    """A sentence as it is weighed."""

    stems: tuple[str, ...]
    tokens: tuple[int, ...]  # at which each stem stands
    ids: Numbers  # of the stems
    bag: Numbers  # of the different words
    options: tuple[Option, ...]
    place: str
    marks: tuple[str, ...]  # of the sentence as a whole


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without the ending of its form."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _KEPT:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=20_000)
def _id(text: str) -> int:
    return crc32(text.encode())


def mixed(template: str, filled: Numbers) -> Numbers:
    """The numbers of the attributes of one template, filled with ``filled``."""
    return ((filled ^ np.uint32(_id(template))) * _FACTOR) >> _SHIFT


def named(texts: Sequence[str]) -> Numbers:
    """The numbers of attributes that are told by their text alone."""
    return (np.array([_id(text) for text in texts], dtype=np.uint32) * _FACTOR) >> _SHIFT


def look_at(read: Read, context: Thing | None) -> View:
    """What is weighed of a sentence; ``context``: the function whose code it is about."""
    stems: list[str] = []
    tokens: list[int] = []
    found: dict[str, Option] = {}
    at_token = {thing.first: thing for thing in reversed(read.things) if thing.first >= 0}
    token = 0
    while token < len(read.words) and len(stems) < MAX_STEMS:
        tokens.append(token)
        thing = at_token.get(token)
        source = "s" if thing is not None else "x"
        thing = thing or _undeclared(read, token)
        if thing is None:
            stems.append(stem(read.words[token]))
            token += 1
            continue
        if len(found) < MAX_OPTIONS:
            found.setdefault(last_part(thing.entity), Option(thing, len(stems), source))
        stems.append(f"<{thing.sort.value}>")
        token = max(thing.last, token + 1)
    options = list(found.values())
    flag = next((o for o in options if o.thing.sort is Sort.FLAG and o.thing.entity.startswith("PG_")), None)
    if flag is not None and "flags" not in found:
        options.append(Option(_page_flags(flag.thing), flag.at, "i"))
    if context is not None and last_part(context.entity) not in found:
        options.append(Option(context, -1, "h"))
    ids = np.array([_id(s) for s in stems], dtype=np.uint32)
    words = sorted({s for s in stems if s[0].isalpha() and len(s) > 1})
    bag = np.array([_id(s) for s in words], dtype=np.uint32)
    marks = _marks(read, stems, options)
    return View(tuple(stems), tuple(tokens), ids, bag, tuple(options), read.sentence.place.value, marks)


def _undeclared(read: Read, token: int) -> Thing | None:
    """A name in C that neither the model nor the mail declares."""
    text = read.tokens[token]
    if "_" not in text or _C_NAME.fullmatch(text) is None:
        return None
    name = text.removesuffix("()").removesuffix("[]").replace("->", ".").strip(".")
    sort = Sort.FUNCTION if text.endswith(")") else Sort.CONSTANT if name.isupper() else Sort.MEMBER
    return Thing(token, token + 1, text, name, sort, known=False)


def _page_flags(flag: Thing) -> Thing:
    return Thing(
        flag.first, flag.last, flag.text, "page.flags", Sort.MEMBER, inferred="page.flags: where it lies"
    )


def last_part(entity: str) -> str:
    """The member of ``struct.member``, else the whole name, in lower case."""
    return entity.rsplit(".", 1)[-1].lower()


def _marks(read: Read, stems: Sequence[str], options: Sequence[Option]) -> tuple[str, ...]:
    return (
        "always",
        f"place={read.sentence.place.value}",
        f"item={read.sentence.item}",
        f"names={min(len(options), 6)}",
        f"length={min(len(stems) // 6, 8)}",
        f"asks={read.sentence.text.endswith('?')}",
        f"first={stems[0] if stems else ''}",
    )


def of_sentence(view: View) -> Numbers:
    """The attributes of the sentence as a whole."""
    pairs = [f"{a} {b}" for a, b in pairwise(view.stems)]
    return np.concatenate([named(view.marks), mixed("word", view.bag), mixed("two", _ids(pairs))])


def _ids(texts: Sequence[str]) -> Numbers:
    return np.array([crc32(text.encode()) for text in texts], dtype=np.uint32)


def of_role(view: View, option: Option | None, role: str) -> Numbers:
    """The attributes of a name (or of none) in a role, ``S`` subject or ``O`` object."""
    if option is None:
        return np.concatenate(
            [named([f"{role}none", f"{role}none {view.place}"]), mixed(f"{role}none", view.bag)]
        )
    sort = option.thing.sort.value
    kind = f"{role}{sort}{option.source}"
    told = [
        kind,
        f"{kind} {view.place}",
        f"{role}{sort}",
        f"{role}{option.source}",
        f"{kind} {option.thing.concept}",
    ]
    if option.at < 0:
        return np.concatenate([named([*told, f"{kind} {len(view.options) > 2}"]), mixed(kind, view.bag)])
    at, stems = option.at, view.stems
    before = all(o.at >= at for o in view.options if o.source in "sx")
    told += [f"{role}at{min(at, 4)}", f"{role}first{before}", f"{kind} first{before}"]
    padded = ("^",) * SIDE + stems + ("$",) * SIDE
    mid = at + SIDE
    for far in range(1, SIDE + 1):
        told += [f"{role}L{far} {padded[mid - far]}", f"{role}R{far} {padded[mid + far]}"]
    told += [
        f"{role}L {padded[mid - 2]} {padded[mid - 1]}",
        f"{role}R {padded[mid + 1]} {padded[mid + 2]}",
        f"{kind}L {padded[mid - 1]}",
        f"{kind}R {padded[mid + 1]}",
    ]
    return np.concatenate([named(told), mixed(f"{role}{sort}", view.bag)])


def of_pair(view: View, subject: Option | None, object_: Option | None) -> Numbers:
    """The attributes of two names (either may be none) together."""
    kinds = f"{_kind(subject)}>{_kind(object_)}"
    told = [kinds, *(f"{kinds} {mark}" for mark in view.marks[1:6])]
    if subject is None or object_ is None or subject.at < 0 or object_.at < 0:
        one = subject if subject is not None and subject.at >= 0 else None
        if one is None:
            return np.concatenate([named(told), mixed(kinds, view.bag)])
        behind = view.ids[one.at + 1 : one.at + 6]
        return np.concatenate([named(told), mixed(f"{kinds} behind", behind), mixed(kinds, view.bag)])
    low, high = sorted((subject.at, object_.at))
    way = ">" if subject.at < object_.at else "<"
    between = view.ids[low + 1 : high]
    stems = view.stems[low + 1 : high]
    far = min(8, high - low)
    told += [
        f"far{way}{far}",
        f"{kinds} far{way}{far}",
        f"names between{way}{sum(s[0] == '<' for s in stems)}",
    ]
    if len(stems) <= 4:
        told.append(f"all{way} {' '.join(stems)}")
    pairs = [f"{a} {b}" for a, b in pairwise(stems)]
    return np.concatenate(
        [
            named(told),
            mixed(f"between{way}", between),
            mixed(f"{kinds} between{way}", between),
            mixed(f"between two{way}", _ids(pairs)),
            mixed(kinds, view.bag),
        ]
    )


def _kind(option: Option | None) -> str:
    return "none" if option is None else option.thing.sort.value + option.source
