"""The cheap look that decides which sentences are read at all.

Nine of ten mails of a list say nothing about a struct member, and reading a sentence costs a hundred
microseconds; so the words of a message's own prose are first compared, as a set, with the words that can
matter: members and functions that the model knows, the words of ``vocab/concepts.toml``, and C names with a
telling part in them (``page``, ``folio``, ``pgmap``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from threadmine.extraction.claims.readings.coverage import covers
from threadmine.extraction.claims.readings.kinds import names_kinds
from threadmine.extraction.comments import added_comments
from threadmine.extraction.names import Lexicon
from threadmine.extraction.text import Sentence, sentences
from threadmine.model import Message, StretchKind
from threadmine.vocab.lists import word_list

_TO_BLANKS = str.maketrans({chr(c): " " for c in range(128) if not (chr(c).isalnum() or chr(c) == "_")})
_BEFORE_ARROW = re.compile(
    r"(?:page|folio|slab|pgmap|pagemap|ptdesc|zpdesc|niov|netmem|\bp|head|tail)\w{0,12}(?:\[\w*\])?\Z",
    re.IGNORECASE,
)
"""What stands before the arrow in an access of a member."""

MAX_BEFORE_ARROW = 60
"""Characters before an arrow that are looked at."""

_CONTRACT = re.compile(
    r"(?i)\bcallers?\b|^context: |\b(?:be|is) called\b|\block\b"
    r"|\bfunction (?:assumes|expects|requires|needs)\b"
)
"""What the description of a function says to its callers."""

_GOES_ON = re.compile(
    r"(?i)\b(?:it|them|both|these|those|they)\b"
    r"(?=.{0,80}\b(?:null|zero|cleared|clear|set|unused|stable|initiali[sz]ed|reset)\b)"
    r"|\b(?:clears?|sets?|resets?|reads?|writes?|looks? at|initiali[sz]es?|touch(?:es)?|checks?|increments?"
    r"|decrements?|changes?|modif(?:y|ies)|cleared|initiali[sz]ed)\b.{0,12}\b(?:it|them|both|this|that)\b"
)
"""What a sentence holds that says of something named in the one before what it is, or what is done to it."""

MAX_GOING_ON = 240
"""Characters of such a sentence."""

_LOCK = re.compile(r" lock(?:(?<=\bpage lock)|(?<=\bfolio lock)|(?<=\blru lock)|(?<=\blruvec lock))s?\b")
"""Locks among the members and flags, as people name them; begins with what is quick to look for."""

_CALL = re.compile(r"\b[a-z]\w{0,40}_\w{1,60}\(")
_C_NAME = re.compile(r"[A-Za-z0-9]_[A-Za-z]|\w\(\)")
_SIZE = re.compile(r"\bstruct page\W[^.]{0,40}\d ?-?bytes?\b|\d ?-?bytes?\b[^.]{0,40}\bstruct page\b")
"""What is said of the size of struct page."""

_PLACES = ("struct page", "struct folio", "page struct", "head page", "tail page")
_INSIDE = re.compile(
    r"(?i)\b(?:stor|kept|keep|liv|stay|resid|remain|embedd|encod|plac|put|record|remember)\w{0,4} [^.]{0,40}"
    r"\b(?:struct (?:page|folio)|page struct(?:ure)?|(?:head|tail) page)\b"
    r"|\bstruct (?:page|folio) (?:holds|carries|contains|stores|keeps)\b"
)
"""What is said to lie in struct page, or in the head or a tail page."""

MAX_SENTENCES = 500
"""Sentences of prose, and of comments, read in one message; nobody has more to say."""

MAX_REMARK, MAX_QUOTED = 1_500, 4_000
"""Characters of a reply that only remarks on the code above it, and of that code that are looked at."""

MAX_ARROWS, MAX_VARIABLE = 400, 30
"""Members in C that are looked at in one message, and characters of the variable before one."""

_MEMBER = re.compile(r"[A-Za-z_]\w{2,40}")

_CODE = (StretchKind.DIFF, StretchKind.CODE)
_READ = (StretchKind.PROSE, StretchKind.CODE)


@dataclass(frozen=True)
class Wanted:
    """The words that make a sentence worth reading."""

    words: frozenset[str]  # lower case
    all: frozenset[str]  # and those that count only beside a sentence with one of the others
    parts: re.Pattern[str]  # of C names
    near: frozenset[str] = frozenset()  # functions and structs around the memory map, likewise

    def in_text(self, text: str) -> bool:
        """Whether one of the words, or a C name with one of the parts, is in ``text``."""
        return self._holds(text, self.words)

    def in_c(self, text: str) -> bool:
        """Whether a C name of memory management stands in ``text``, or any call or member."""
        if "->" in text:
            return True
        if "_" not in text:
            return False
        if "(" in text and _CALL.search(text):
            return True
        names = text.lower().translate(_TO_BLANKS).split()
        return not self.near.isdisjoint(names) or any(name.count("_") > 1 for name in names)

    def weakly_in(self, text: str) -> bool:
        """Whether one of the words, weak ones included, or such a C name is in ``text``."""
        return self._holds(text, self.all)

    def in_comment(self, text: str) -> bool:
        """Whether a comment may say something: it has such a word, or tells callers what they must do."""
        return self.weakly_in(text) or _CONTRACT.search(text) is not None

    def in_prose(self, text: str) -> bool:
        """Whether ``text`` holds such a word or name, or says that a series changes every user."""
        return self.weakly_in(text) or self.in_c(text) or covers(text)

    def _holds(self, text: str, words: frozenset[str]) -> bool:
        if ("->" in text and _has_arrow(text)) or _LOCK.search(text):
            return True
        if "page[" in text or ("struct page" in text and "byte" in text and _SIZE.search(text)):
            return True
        if any(place in text for place in _PLACES) and _INSIDE.search(text):
            return True
        found = text.lower().translate(_TO_BLANKS).split()
        return not words.isdisjoint(found) or ("_" in text and self.in_names(found))

    def in_names(self, names: Iterable[str]) -> bool:
        """Whether one of ``names`` has an underscore, as C names have, and one of the parts."""
        written = [name for name in names if "_" in name]
        return bool(written) and self.parts.search(" ".join(written)) is not None


def _has_arrow(text: str) -> bool:
    """Whether a member is accessed behind a variable of ours: ``page->``, ``head[i]->``."""
    at = text.find("->")
    while at >= 0:
        if _BEFORE_ARROW.search(text, max(0, at - MAX_BEFORE_ARROW), at):
            return True
        at = text.find("->", at + 2)
    return False


_wanted: dict[int, tuple[Lexicon, Wanted]] = {}


def wanted(lexicon: Lexicon) -> Wanted:
    """The words worth reading for, with ``lexicon``; made once."""
    known = _wanted.get(id(lexicon))
    if known is None or known[0] is not lexicon:
        table = word_list("relevance")
        words, weak, parts = (frozenset(table[part]["words"]) for part in ("sentence", "weak", "names"))
        members = {member.lower() for member in lexicon.members if "_" in member and "." not in member}
        flags = {flag.lower() for flag in lexicon.flags}
        functions = {function.lower() for function in lexicon.functions}
        strong = words | members | flags | functions
        near = frozenset(
            name.lower() for name in (*lexicon.routines, *lexicon.neighbours) if name.count("_") > 1
        )
        known = (
            lexicon,
            Wanted(strong, strong | weak | lexicon.telling, re.compile("|".join(sorted(parts))), near),
        )
        _wanted[id(lexicon)] = known
    return known[1]


def _answers_code(message: Message, own: str, worth: Wanted) -> bool:
    """Whether a short reply about pages stands under quoted code that names what is worth reading for."""
    if len(own) > MAX_REMARK or not worth.weakly_in(own):
        return False
    quoted = (s for s in message.stretches if s.depth == 1 and s.kind in _CODE)
    return any(worth.in_text(message.body[s.start : min(s.end, s.start + MAX_QUOTED)]) for s in quoted)


def _written(body: str, lexicon: Lexicon) -> frozenset[str]:
    """The members that a mail writes in C behind a variable of a known struct, and that no kernel has: those
    that its patch brings in.
    """
    found: set[str] = set()
    at = body.find("->")
    for _ in range(MAX_ARROWS):
        if at < 0:
            break
        member = _MEMBER.match(body, at + 2)
        if member is not None and "_" in member.group() and member.group() not in lexicon.members:
            before = body[max(0, at - MAX_VARIABLE) : at]
            if any(len(end) > 1 and before.endswith(end) for end, _ in lexicon.variables):
                found.add(member.group().lower())
        at = body.find("->", at + 2)
    return frozenset(found)


class Picked(NamedTuple):
    """A sentence that is looked at. ``by_weight``: only by weight, as no word of it is worth reading for."""

    sentence: Sentence
    by_weight: bool = False


def _worth_reading(message: Message, worth: Wanted, new: frozenset[str]) -> Iterator[Picked]:
    """The sentences with a word worth reading for, those that go on about what is named right before, and
    those with any name in C, which are only weighed.
    """
    body = message.body
    before: Sentence | None = None

    def in_prose(text: str) -> bool:
        return worth.in_prose(text) or (
            "_" in text and bool(new) and not new.isdisjoint(text.lower().translate(_TO_BLANKS).split())
        )

    for one in sentences(message, lambda text: _has_c_name(text) or in_prose(text)):
        if in_prose(one.text) or (before is not None and _goes_on(body, before, one)):
            yield Picked(one)
            before = one
        elif _has_c_name(one.text):
            yield Picked(one, by_weight=True)


def _has_c_name(text: str) -> bool:
    """Whether something in ``text`` is written like a name in C."""
    return ("_" in text or "()" in text) and _C_NAME.search(text) is not None


def _goes_on(body: str, before: Sentence, one: Sentence) -> bool:
    """Whether ``one`` follows ``before`` and says something of "it" or "them"."""
    if before.paragraph != one.paragraph or len(one.text) > MAX_GOING_ON or one.text.endswith("?"):
        return False
    return not body[before.end : one.start].strip() and _GOES_ON.search(one.text) is not None


def pick(message: Message, lexicon: Lexicon) -> tuple[Picked, ...]:
    """The sentences of ``message`` worth looking at, in order, comments last."""
    worth = wanted(lexicon)
    body = message.body
    own = "\n".join(body[s.start : s.end] for s in message.stretches if s.depth == 0 and s.kind in _READ)
    in_text = in_comment = worth.in_text
    prose: tuple[Picked, ...] = ()
    if worth.in_text(own) or _answers_code(message, own, worth):
        in_text = worth.weakly_in
        prose = tuple(islice(_worth_reading(message, worth, _written(body, lexicon)), MAX_SENTENCES))
        in_comment = worth.in_comment
    elif names_kinds(own):  # such a sentence needs no name in C
        picked = (Picked(s) for s in sentences(message, names_kinds) if names_kinds(s.text))
        prose = tuple(islice(picked, MAX_SENTENCES))
    number = prose[-1].sentence.paragraph + 1 if prose else 0
    comments = (
        Picked(s)
        for s in added_comments(message, number, in_comment, lexicon.structs)
        if in_text(f"{s.text} {s.code}")
        or s.scope.startswith("struct ")
        or (_CONTRACT.search(s.text) is not None and worth.in_names((s.scope.lower(),)))
    )
    return prose + tuple(islice(comments, MAX_SENTENCES))
