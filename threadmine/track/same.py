"""Which concerns raise the same issue: on several patches, versions or threads.

The same words of the same person, the same words about the same member, or the same person under the same
line of code. Careful rather than complete: merging two issues hides one of them; what this leaves apart a
person can merge (``threadmine triage ID merge OTHER``). Pure, and blind to the order of what it is given.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from threadmine.model import Concern, Person, Raised
from threadmine.track.people import name_key
from threadmine.vocab.tracking import COMMON_ENGLISH

MIN_WORDS = 5
"""Words, dull ones aside, that a concern must have to be told from others by its words alone."""

SAME_WORDS = 0.8
"""Share of common words from which two sentences of one person say the same."""

ALIKE = 0.6
"""The same for sentences of two people about the same member."""

HARDLY_ALIKE = 0.4
"""The same for one person's about the same member or line, or for anybody's in the same function."""

MIN_LINE = 24
"""Characters, without white space, of a quoted line that can be told from others."""

MAX_BUCKET = 300
"""Concerns that share a word and a writer and are compared: bounds the work for hostile mail."""

_WORD = re.compile(r"[a-z_][a-z0-9_]{2,}")


@dataclass(frozen=True, slots=True)
class _Said:
    """A concern, taken apart for comparing."""

    raised: Raised
    who: str
    words: tuple[str, ...]  # each once, the longest first; a set of them takes six times the memory
    members: frozenset[str]
    line: str


def same_issue(one: Concern, other: Concern) -> bool:
    """Whether both ask for the same thing."""
    return _same(_said(raised_of(one)), _said(raised_of(other)))


def raised_of(concern: Concern) -> Raised:
    """A concern as it is compared with others."""
    return Raised(
        id=concern.id,
        message_id=concern.message_id,
        author=concern.author,
        sent_at=0,
        quote=concern.quote,
        targets=concern.targets,
        function=concern.about_function,
        about=concern.about_text,
        is_bot=concern.source != "human",
    )


def groups(concerns: Iterable[Raised]) -> tuple[tuple[str, ...], ...]:
    """The ids of those that raise the same issue, each group oldest first; who stands alone is left out."""
    said = sorted(map(_said, concerns), key=lambda one: (one.raised.sent_at, one.raised.id))
    first: dict[str, str] = {one.raised.id: one.raised.id for one in said}

    def find(name: str) -> str:
        while first[name] != name:
            first[name] = first[first[name]]
            name = first[name]
        return name

    for one, other in _pairs(said):
        roots = find(one.raised.id), find(other.raised.id)
        if roots[0] != roots[1] and _same(one, other):
            first[roots[1]] = roots[0]
    found: dict[str, list[str]] = {}
    for one in said:
        found.setdefault(find(one.raised.id), []).append(one.raised.id)
    return tuple(sorted(tuple(group) for group in found.values() if len(group) > 1))


def matching(fresh: Sequence[Raised], known: Sequence[Raised]) -> frozenset[str]:
    """The ids of those of ``known`` that raise an issue of one of ``fresh``."""
    if not fresh or not known:
        return frozenset()
    new = {one.id for one in fresh}
    said = [_said(one) for one in {one.id: one for one in (*known, *fresh)}.values()]
    said.sort(key=lambda one: (one.raised.sent_at, one.raised.id))
    found: set[str] = set()
    for one, other in _pairs(said):
        if (one.raised.id in new) != (other.raised.id in new) and _same(one, other):
            found |= {one.raised.id, other.raised.id} - new
    return frozenset(found)


def who(author: Person) -> str:
    """One person, whichever way the name is written; without a name the address tells."""
    return name_key(author.name) or author.address.casefold()


def _said(raised: Raised) -> _Said:
    line = "".join(raised.about.split())[-2 * MIN_LINE :]
    words = set(map(sys.intern, _WORD.findall(raised.quote.lower()))) - COMMON_ENGLISH
    return _Said(
        raised=raised,
        who=who(raised.author),
        words=tuple(sorted(words, key=lambda word: (-len(word), word))),
        members=frozenset(target.rsplit(".", 1)[-1] for target in raised.targets),
        line=line if len(line) >= MIN_LINE else "",
    )


def _same(one: _Said, other: _Said) -> bool:
    if one.raised.message_id == other.raised.message_id or not one.words or not other.words:
        return False
    shared = len(set(one.words).intersection(other.words))
    share = shared / (len(one.words) + len(other.words) - shared)
    about = bool(one.raised.function) and one.raised.function == other.raised.function
    if one.raised.is_bot or other.raised.is_bot:
        return about and shared >= MIN_WORDS and share >= SAME_WORDS
    if one.who == other.who and shared >= MIN_WORDS and share >= SAME_WORDS:
        return True
    if one.members & other.members:
        enough = HARDLY_ALIKE if one.who == other.who else ALIKE
        if shared >= MIN_WORDS and share >= enough:
            return True
        if about and shared >= 3 and share >= HARDLY_ALIKE:
            return True
    under = bool(one.line) and one.line == other.line and one.who == other.who
    return under and shared >= 3 and share >= HARDLY_ALIKE


def _pairs(said: Sequence[_Said]) -> Iterator[tuple[_Said, _Said]]:
    """Pairs worth comparing, earlier first: they share a writer, a member or a line, and a word that two
    sentences alike must share. A pair may come several times.
    """
    by_writer: dict[str, list[_Said]] = {}
    by_member: dict[str, list[_Said]] = {}
    by_line: dict[str, list[_Said]] = {}
    for one in said:
        by_writer.setdefault(one.who, []).append(one)
        for member in one.members:
            by_member.setdefault(member, []).append(one)
        if one.line:
            by_line.setdefault(one.line, []).append(one)
    for together, share in ((by_writer, SAME_WORDS), (by_member, HARDLY_ALIKE), (by_line, HARDLY_ALIKE)):
        for some in together.values():
            if len(some) > 1:
                yield from _sharing_a_word(some, share)


def _sharing_a_word(some: Sequence[_Said], share: float) -> Iterator[tuple[_Said, _Said]]:
    """Of two sets that share so much, the first few words in a fixed order meet: only those are filed."""
    filed: dict[str, list[_Said]] = {}
    for one in some:
        for word in one.words[: _prefix(len(one.words), share)]:
            filed.setdefault(word, []).append(one)
    for bucket in filed.values():
        for at, one in enumerate(bucket):
            for other in bucket[at + 1 : at + 1 + MAX_BUCKET]:
                yield one, other


def _prefix(count: int, share: float) -> int:
    return count - ceil(share * count) + 1 if count else 0
