"""The board sorts issues by struct member, and a sentence often leaves the member to the code it
stands under.

Targets are the members, flags and functions that the sentence names, by C name or by a phrase ("the
refcount"); what its "this" and "it" mean is looked for in the writer's sentence before, then in the two
quoted lines right above, nearest first (lines further up were right in none of twelve annotated cases); the
function that those lines are in is a target of most asks that stand below a quoted hunk. A constant counts
only where it stands for a member, or where nothing else is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from threadmine.extraction.concerns_place import About
from threadmine.extraction.names import MailFacts, Name, NameKind, find_names, lexicon_of
from threadmine.extraction.text import Sentence
from threadmine.model import ConcernKind, unique
from threadmine.vocab.concerns_names import COMMON_NAMES, COMMON_STARTS, SPELLED_OTHERWISE
from threadmine.vocab.lists import word_list

if TYPE_CHECKING:
    from threadmine.memmap import Model

MAX_TARGETS = 5
_MAY_NAME = re.compile(r"[a-z0-9]_|_[a-z]|\(|->|[a-z][A-Z]|\w\.\w|['\"`]|\b(?:field|member|flag|bit)s?\b")
_AROUND = 2  # targets of a sentence that names none itself
_LINES = 6  # quoted lines looked at for a function, and as prose
_NEAREST = 2  # quoted lines of code that a remark without names is about
_BEFORE = 3  # the writer's sentences before this one that are looked at
_POINTS = re.compile(r"(?i)\b(?:this|that|it|its|these|those|them|they|here|there|both|same|so)\b")
"""Words that mean what was said or shown before."""

_TWO = re.compile(r"(?i)\b(?:both|(?:these|those|the) two)\b")
_WORD = re.compile(r"[\w'@]+(?:->?[\w']+)*")
_NAMES_ANEW = re.compile(r"(?i)\b(?:renam\w+|call(?:ed)?|nam(?:e|ed|ing)|nit)\b")


@dataclass(frozen=True, slots=True)
class Near:
    """What stands around a sentence: the writer's sentences before it (back to the quotation), the one
    after it in its paragraph, and the place above.
    """

    before: Sequence[Sentence]
    after: Sequence[Sentence]
    place: About


@dataclass(frozen=True, slots=True)
class _Named:
    """What a text names: members and flags, functions, constants, each in the order of the text.

    ``shown``: what code shows of the memory map, also through the helpers that it calls.
    """

    things: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()


class Targets:
    """Finds what the concerns of one mail are about.

    Args:
        body: the mail's text; a variable that it declares is told by it.
        model: for the names of members, functions and flags.
    """

    def __init__(self, body: str, model: Model) -> None:
        self._body = body
        self._lexicon = lexicon_of(model.names)
        self._mail = MailFacts(body)
        self._known: dict[tuple[str, bool], _Named] = {}

    def of(self, sentence: Sentence, kind: ConcernKind, near: Near) -> tuple[str, ...]:
        """The names the sentence is about, at most ``MAX_TARGETS``.

        Args:
            sentence: the sentence that asks.
            kind: what it wants; a new name that it proposes is not what it is about.
            near: what stands around it, asked where the sentence names little or nothing.
        """
        own = self._own(sentence.text, kind)
        if kind is ConcernKind.PROCESS:
            return unique((*own.things, *own.functions))[:MAX_TARGETS]
        found = [*own.things, *own.functions]
        if not own.things and (not own.functions or _POINTS.search(sentence.text)):
            found += self._meant(near, sentence.text, own)[: 1 if own.functions else _AROUND]
        if near.place.function and len(found) < _AROUND:
            found.append(near.place.function)
        if not found:
            found += self._functions_around(near)[:_AROUND] or self._last_resort(own, near)
        return unique(found)[:MAX_TARGETS]

    def _own(self, text: str, kind: ConcernKind) -> _Named:
        """What the sentence itself names, without a name that it proposes for something."""
        named = self._names(text)
        if kind is not ConcernKind.NIT or not _NAMES_ANEW.search(text):
            return named
        functions = tuple(name for name in named.functions if self._body.count(name) > text.count(name))
        return _Named(named.things, (), functions, ())

    def _meant(self, near: Near, text: str, own: _Named) -> tuple[str, ...]:
        """The members and flags that "this" can mean: of the sentence before, else of the lines above.

        A sentence that names functions is about these; what code above it names is then left alone.
        """
        for other in reversed(near.before[-_BEFORE:]):
            if things := self._names(other.text).things:
                return things
        lines = near.place.lines[-_LINES:]
        if _TWO.search(text) and (both := self._of_two(lines)):
            return both
        if not near.place.is_code and _POINTS.search(text) and (said := self._names(" ".join(lines)).things):
            return said  # lines of prose are one text, broken anywhere
        for line in () if own.functions else reversed(lines[-_NEAREST:]):
            if things := self._names(line, prose=False).shown:
                return things
        return self._names(near.after[0].text).things if near.after else ()

    def _of_two(self, lines: Sequence[str]) -> tuple[str, ...]:
        """What the last two lines name, for "these two"."""
        pair = [self._names(line, prose=False) for line in lines[-2:]]
        found = [one.shown[:1] or one.functions[:1] for one in pair]
        return unique(name for names in found for name in names)

    def _functions_around(self, near: Near) -> tuple[str, ...]:
        """The functions that the sentences before and the lines above name, nearest first."""
        texts = [other.text for other in reversed(near.before[-_BEFORE:])]
        texts += [*reversed(near.place.lines[-_LINES:]), *(other.text for other in near.after[:1])]
        return next((found for text in texts if (found := self._names(text, prose=False).functions)), ())

    def _last_resort(self, own: _Named, near: Near) -> tuple[str, ...]:
        """The constants of the sentence, else of the lines above; a name of the title was mostly wrong."""
        if own.constants:
            return own.constants[:_AROUND]
        for line in reversed(near.place.lines[-_LINES:]):
            if constants := self._names(line, prose=False).constants:
                return constants[:1]
        return ()

    def _names(self, text: str, prose: bool = True) -> _Named:
        """What a text names; in code words stand for nothing."""
        key = (text, prose)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._read(text, prose)
        return known

    def _read(self, text: str, prose: bool) -> _Named:
        names = find_names(text, self._lexicon, self._mail) if _MAY_NAME.search(text) else ()
        things: list[str] = []
        shown: list[str] = []
        functions: list[str] = []
        constants: list[str] = []
        for name in names:
            entity = SPELLED_OTHERWISE.get(name.entity, name.entity)
            if name.kind is NameKind.CONSTANT:
                things += name.implied
                shown += name.implied
                constants.append(entity)
            elif name.kind in (NameKind.MEMBER, NameKind.EXPRESSION, NameKind.FLAG):
                if (
                    not prose
                    and name.kind is not NameKind.FLAG
                    and text[name.start : name.end].isidentifier()
                ):
                    continue  # a variable that is called as some member is
                things.append(entity)
                shown.append(entity)
            elif self._is_function(name):
                functions.append(entity)
        if prose:
            said = {thing.rsplit(".", 1)[-1] for thing in things}
            things += (one for one in _phrases(text) if one.rsplit(".", 1)[-1] not in said)
        return _Named(unique(things), unique(shown), unique(functions), unique(constants))

    def _is_function(self, name: Name) -> bool:
        """No struct (all here is about struct page), no helper that all code uses, no bare word."""
        if name.kind is not NameKind.FUNCTION:
            return False
        spelled = name.entity.rsplit(".", 1)[-1]  # dev_pagemap_ops.page_free is no dev_info()
        if spelled in COMMON_NAMES or spelled.startswith(COMMON_STARTS):
            return False
        return "_" in name.entity or name.entity in self._lexicon.functions


def _phrases(text: str) -> Iterator[str]:
    """The members and flags that the words of a text stand for ("the refcount"), longest phrase first."""
    known = _phrases_by_word()
    words = _WORD.findall(text.lower())
    at = 0
    while at < len(words):
        for phrase, member in known.get(words[at], ()):
            if words[at : at + len(phrase)] == phrase:
                yield member
                at += len(phrase) - 1
                break
        at += 1


@cache
def _phrases_by_word() -> Mapping[str, Sequence[tuple[list[str], str]]]:
    """The phrases that stand for members by their first word, the longest first."""
    concepts = word_list("concepts")
    tables: Iterable[Mapping[str, list[str]]] = (concepts["members"], concepts["flags"])
    found: dict[str, list[tuple[list[str], str]]] = {}
    for table in tables:
        for member, phrases in table.items():
            for phrase in phrases:
                words = _WORD.findall(phrase)
                found.setdefault(words[0], []).append((words, member))
    return {word: sorted(phrases, key=lambda one: -len(one[0])) for word, phrases in found.items()}
