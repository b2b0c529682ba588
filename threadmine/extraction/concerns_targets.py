"""The board sorts issues by struct member, and a sentence often leaves the member to the code it
stands under.

Targets are the members, functions and flags that the sentence names; failing that those of the sentences
around it, then those of the quoted lines right above, nearest first, and the function those lines are in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from threadmine.extraction.concerns_place import About
from threadmine.extraction.names import Lexicon, Name, NameKind, find_names, lexicon_of
from threadmine.extraction.text import Sentence
from threadmine.model import unique
from threadmine.vocab.concerns_names import COMMON_NAMES, COMMON_STARTS

if TYPE_CHECKING:
    from threadmine.memmap import Model

MAX_TARGETS = 6
_MAY_NAME = re.compile(r"[a-z0-9]_|_[a-z]|\(|->|[a-z][A-Z]|\w\.\w|['\"`]|\b(?:field|member|flag|bit)s?\b")
_AROUND = 2  # names taken from what stands around the sentence
_LINES = 8  # quoted lines looked at
_BEFORE = 4  # the writer's sentences before this one that are looked at


@dataclass(frozen=True, slots=True)
class Near:
    """What stands around a sentence: the writer's sentences before it (back to the quotation), the one
    after it in its paragraph, the place above, and the title of the mail.
    """

    before: Sequence[Sentence]
    after: Sequence[Sentence]
    place: About
    title: str


def targets_of(sentence: Sentence, near: Near, model: Model) -> tuple[str, ...]:
    """The names the sentence is about, at most ``MAX_TARGETS``, nearest first.

    Args:
        sentence: the sentence that asks.
        near: what stands around it, asked where the sentence names little or nothing.
        model: for the names of members, functions and flags.
    """
    lexicon = lexicon_of(model.names)
    place = near.place
    function = (place.function,) if place.function and place.is_code else ()
    if named := _names(sentence.text, lexicon):
        return unique((*named, *function))[:2] if len(named) == 1 else named[:MAX_TARGETS]
    around = list(function)
    for other in (*reversed(near.before[-_BEFORE:]), *near.after[:1]):
        found = _names(other.text, lexicon)
        around += found
        if found:
            break
    if len(around) < _AROUND and place.lines:
        around += _names("\n".join(reversed(place.lines[-_LINES:])), lexicon)
    return unique(around or _names(near.title, lexicon))[:_AROUND]


def _names(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    return _known_names(text, _Same(lexicon)) if _MAY_NAME.search(text) is not None else ()


class _Same:
    """A lexicon as a key: the same only as itself."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.lexicon is other.lexicon

    def __hash__(self) -> int:
        return id(self.lexicon)


@lru_cache(maxsize=256)
def _known_names(text: str, same: _Same) -> tuple[str, ...]:
    """The names in a text; the sentences and lines above one concern stand above the next as well."""
    lexicon = same.lexicon
    return unique(name.entity for name in find_names(text, lexicon) if _is_target(name, lexicon))


def _is_target(name: Name, lexicon: Lexicon) -> bool:
    """No struct alone (all here is about struct page), no macro that every function uses, no bare word."""
    if name.kind is NameKind.STRUCT or name.entity in COMMON_NAMES or name.entity.startswith(COMMON_STARTS):
        return False
    return name.kind is not NameKind.FUNCTION or "_" in name.entity or name.entity in lexicon.functions
