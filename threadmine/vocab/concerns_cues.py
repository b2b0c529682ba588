"""Whether a sentence asks for something is told by a few hundred phrases; matching them has to cost
microseconds.

The phrases stand in ``vocab/concerns.toml`` and ``vocab/replies.toml``. Each is compiled once into a
pattern over the sentence's words and filed under its rarest word, so that a sentence tries only phrases one
of whose words it holds. Nothing here decides what a match means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from threadmine.vocab.lists import word_list

_SUBST = re.compile(r"\bs/[^/\s][^/\n]{0,60}/[^/\n]{0,60}/?")
_CODE = re.compile(
    r"[&*!~]*[A-Za-z_]\w*(?:(?:->|::|\.(?=[a-z_]))[A-Za-z_]\w*)*\([^()\s]{0,60}\)"
    r"|[&*!~]*[A-Za-z_]\w*(?:->|::)[\w>.:-]{1,80}"
    r"|[A-Za-z0-9.-]*/[A-Za-z0-9_./-]{1,80}\.[chSs]\b"
    r"|[&*!~]*[A-Za-z0-9]*_\w*|0x[0-9A-Fa-f]+"
)
_C_SIGN = re.compile(r"[_(/]|->|::|0x")
_TOKEN = re.compile(r"[a-z][a-z0-9']*(?:-[a-z]+)*|[0-9][a-z0-9.%]*|[,;:?!]")
_MARKED = re.compile(_TOKEN.pattern + r"|[\x01\x02]")
_SHORT = {"'s": " is", "'re": " are", "'ll": " will", "'d": " would", "'m": " am", "'ve": " have"}
_SPELLED = re.compile(
    r"(?<= )(i|you|we|they|he|she|it|that|this|there|what|who|where|how|here|these|those)"
    r"('s|'re|'ll|'d|'m|'ve)(?= )"
)
_DRAWN = re.compile(r"(?<= )(do|does|did|would|should|could|must|has|have|had|need) not(?= )")
_NEGATED = {
    "isn't": "is not",
    "aren't": "are not",
    "wasn't": "was not",
    "weren't": "were not",
    "cannot": "can't",
}
_COMMON = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "it",
        "its",
        "these",
        "those",
        "they",
        "we",
        "you",
        "i",
        "he",
        "she",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "to",
        "of",
        "in",
        "on",
        "for",
        "with",
        "at",
        "as",
        "by",
        "from",
        "not",
        "no",
        "do",
        "does",
        "did",
        "don't",
        "have",
        "has",
        "had",
        "can",
        "could",
        "would",
        "will",
        "should",
        "may",
        "might",
        "must",
        "just",
        "also",
        "so",
        "but",
        "and",
        "or",
        "if",
        "when",
        "there",
        "here",
        "what",
        "which",
        "who",
        "how",
        "all",
        "any",
        "some",
        "more",
        "CODE",
        ",",
        ":",
        "?",
        "good",
        "nice",
    ]
)


MAX_SPELLED = 12
"""Texts that a phrase may stand for up to which each of them is looked for."""


class Words(NamedTuple):
    """A sentence made ready for matching; a named tuple, which is quick to make.

    ``text`` holds the words in lower case with one blank around each, C expressions as ``CODE``,
    substitutions (``s/a/b/``) as ``SUBST``; ``begin`` is where the sentence proper starts in it, discourse
    markers left behind.
    """

    text: str
    begin: int
    words: frozenset[str]
    plain: int
    code: int
    capital: bool = False

    @property
    def is_question(self) -> bool:
        return self.text.endswith("? ")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled cue; ``source`` is how the vocabulary spells it.

    ``spelled`` are all texts that ``text``, a regular expression, matches, where they are few: looking for
    those is quicker, and most expressions need never be compiled.
    """

    source: str
    text: str
    anchored: bool
    spelled: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str]:
        """The compiled phrase; most are never looked up, so it is made when first needed."""
        return _pattern(self.text)

    def found(self, words: Words) -> bool:
        """Whether the sentence holds this cue."""
        text, begin = words.text, words.begin
        if self.spelled:
            if self.anchored:
                return text.startswith(self.spelled, begin) or text.startswith(self.spelled, 1)
            return any(map(text.__contains__, self.spelled))
        if self.anchored:
            return self.pattern.match(text, begin) is not None or self.pattern.match(text, 1) is not None
        return self.pattern.search(text) is not None


class Cues:
    """A group of phrases, filed so that a look-up touches few of them.

    Args:
        phrases: cues in the notation of ``vocab/concerns.toml``.
        lists: the word lists that ``@name`` stands for.

    Raises:
        ValueError: a phrase without a plain word, which could never be looked up.
    """

    def __init__(self, phrases: Iterable[str], lists: Mapping[str, Sequence[str]] | None = None) -> None:
        self._by_word: dict[str, list[Phrase]] = {}
        for source in phrases:
            phrase, keys = _compile(source, lists or {})
            for key in keys:
                self._by_word.setdefault(key, []).append(phrase)
        self._keys = frozenset(self._by_word)

    def matches(self, words: Words) -> Iterator[Phrase]:
        """The cues that the sentence holds, in the order of their words."""
        for word in sorted(self._keys & words.words):
            for phrase in self._by_word[word]:
                if phrase.found(words):
                    yield phrase

    def first(self, words: Words) -> str:
        """The first cue found, as the vocabulary spells it, or the empty text."""
        if self._keys.isdisjoint(words.words):
            return ""
        shared = self._keys & words.words
        for word in sorted(shared) if len(shared) > 1 else shared:
            for phrase in self._by_word[word]:
                if phrase.found(words):
                    return phrase.source
        return ""


def _compile(source: str, lists: Mapping[str, Sequence[str]]) -> tuple[Phrase, tuple[str, ...]]:
    pattern: list[str] = []
    spelled = [""]
    keys: tuple[str, ...] = ()
    rank = 10**6
    tokens = source.split()
    for token in tokens:
        if token == "..":
            pattern.append(r"(?:\S+ ){0,3}")
            spelled = []
        elif token == "$":
            pattern.append(r"(?:[?!] )*$")
            spelled = []
        elif token != "^":
            optional = token.endswith("?") and len(token) > 1
            choices = _choices(token.removesuffix("?"), lists)
            body = "|".join(re.escape(word) for word in choices)
            pattern.append(f"(?:(?:{body}) )?" if optional else f"(?:{body}) ")
            ends = [*(f"{word} " for word in choices), *([""] if optional else ())]
            spelled = [before + end for before in spelled for end in ends]
            spelled = spelled if len(spelled) <= MAX_SPELLED else []
            common = sum(word in _COMMON for word in choices) * 1000 + len(choices)
            if not optional and common < rank:
                keys, rank = choices, common
    if not keys:
        raise ValueError(f"cue without a plain word: {source!r}")
    anchored = tokens[0] == "^"
    text = "".join(pattern)
    if anchored:
        return Phrase(source, text, True, tuple(spelled)), keys
    return Phrase(source, f"(?<= ){text}", False, tuple(f" {one}" for one in spelled)), keys


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _choices(token: str, lists: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The words a token stands for; an unknown ``@name`` is a mistake in the vocabulary."""
    found: list[str] = []
    for word in token.split("|"):
        found += lists[word[1:]] if word.startswith("@") else [word]
    return tuple(dict.fromkeys(word for word in found if word))


@cache
def vocabulary(name: str) -> Mapping[str, Mapping[str, Cues]]:
    """The cue groups of ``vocab/<name>.toml`` as section -> group -> cues (``lead_in`` is left out)."""
    data = word_list(name)
    lists = data.get("words", {})
    return {
        section: {group: Cues(phrases, lists) for group, phrases in groups.items()}
        for section, groups in data.items()
        if isinstance(groups, dict) and section != "words"
    }


@cache
def _lead_in() -> re.Pattern[str]:
    listed = word_list("concerns")["lead_in"]
    phrases = sorted((str(phrase) for phrase in listed), key=len, reverse=True)
    return re.compile("(?:(?:" + "|".join(re.escape(p) for p in phrases) + ") (?:[,:!] )?){0,4}")


@cache
def _leading() -> frozenset[str]:
    """The words that a lead-in can begin with."""
    return frozenset(str(phrase).split()[0] for phrase in word_list("concerns")["lead_in"])


def read_words(sentence: str) -> Words:
    """``sentence`` as the matcher sees it; takes time linear in its length."""
    plain = sentence
    if "/" in plain and "s/" in plain:
        plain = _SUBST.sub(" \x01 ", plain)
    code = 0
    if "_" in plain or "(" in plain or "->" in plain or "/" in plain or "::" in plain or "0x" in plain:
        parts = []
        for part in plain.split():
            if not part.isalpha() and _C_SIGN.search(part) is not None:
                part, count = _CODE.subn(" \x02 ", part)
                code += count
            parts.append(part)
        plain = " ".join(parts)
    found = _TOKEN.findall(plain.lower().replace("’", "'")) if plain is sentence else _with_marks(plain)
    text = f" {' '.join(found)} "
    marks = sum(map(text.count, ",;:?!"))
    if "'" in text or " cannot " in text:
        text = " ".join(_NEGATED.get(word, word) for word in text.split(" "))
        text = _SPELLED.sub(lambda match: match[1] + _SHORT[match[2]], text)
    if " not " in text:
        text = _DRAWN.sub(r"\1n't", text).replace(" can not ", " can't ").replace(" will not ", " won't ")
    words = text.split()
    lead = _lead_in().match(text, 1) if words and words[0] in _leading() else None
    begin = lead.end() if lead else 1
    return Words(text, begin, frozenset(words), len(found) - code - marks, code, sentence[:1].isupper())


def _with_marks(plain: str) -> list[str]:
    """The words of a text in which substitutions and C expressions have been marked."""
    marks = {"\x01": "SUBST", "\x02": "CODE"}
    return [marks.get(word, word) for word in _MARKED.findall(plain.lower().replace("’", "'"))]
