"""The part that spaCy plays: tokens that keep C expressions whole, and matching of word lists.

The pipeline is a tokenizer with rules of our own (no statistical model is needed or loaded) and a
PhraseMatcher that finds the phrases of ``vocab/``; of those that lie over each other the longest is kept.
A whole sentence costs some hundred microseconds, so callers send only sentences that a plain scan has picked
(see ``extraction.claims``).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from spacy.attrs import LOWER, NORM
from spacy.matcher import PhraseMatcher
from spacy.tokenizer import Tokenizer
from spacy.vocab import Vocab

from threadmine.vocab.lists import word_list

GLUE = "\u2060"
"""Stands for a blank inside a C expression, so that the expression stays one token (word joiner)."""

MAX_WORDS = 8_000
"""Words that spaCy may keep (about 5 MB); those that come later are forgotten with their sentence."""

MAX_HELD = 500
"""Texts after which the words beyond these are forgotten: ending a memory zone costs as much as a text."""

MAX_FORGOTTEN = 1_000_000
"""Words after which the pipeline is made anew: what is forgotten still leaves holes in spaCy's tables."""

_PREFIX = re.compile(r"""^(?:[(\[{"'`“”‘’<,;:!?—–…@&%~*]|\.{2,}|--+)""")
_SUFFIX = re.compile(r"""(?:(?<!\w\()\)|[\]}"'`“”‘’>,;:!?.—–…]|\.{2,}|--+|'s|’s|n't|n’t|'ll|'re|'ve|'d)$""")
_INFIX = re.compile(
    r"""(?<=[A-Za-z0-9)\]])(?:[—–]|--|/(?=[A-Za-z_])|[!=]=|=|\+(?=[A-Za-z_])|\.{3,}|;|,(?=[A-Za-z_]))"""
)
_WHOLE = re.compile(
    r"(?:[\w*&~]|->|::|\.(?=\w)|\[\w*\]|-(?=>))*\w\([^()\s]*\)$|[\w./-]+/[\w.-]+\.[chS]$|\w+\.[chS]$|(?:e\.g|i\.e|etc|vs|cf)\.$|[-=]+>$|\w+(?:(?:->|\.|::)\w+)+$"
    r"|[!&|+-]=$"
    r"|\(\(struct\u2060.*\)->\w+$"
)
_ARGUMENTS = re.compile(r"(?<=\w)\([^()\n]{1,100}\)")
_CAST = re.compile(r"\(\(struct \w+ \*\)[^()\n]{0,20}(?:\([^()\n]{0,40}\))?[^()\n]{0,10}\)->\w+")


class Term(NamedTuple):
    """One phrase of a word list found in a sentence: which list, what it stands for, where (tokens)."""

    group: str  # "cue", "member", "flag", "kind", "agent" or the name of a qualifier list
    value: str
    first: int
    last: int  # exclusive
    text: str


def keep_whole(text: str) -> str:
    """``text``, as long as it was, with blanks inside calls and casts glued so that they stay one token."""
    if "(" not in text:
        return text
    if "((struct" in text:
        text = _CAST.sub(lambda m: m.group().replace(" ", GLUE), text)
    return _ARGUMENTS.sub(lambda m: m.group().replace(" ", GLUE), text)


def inflect(verb: str, irregular: Mapping[str, list[str]]) -> list[str]:
    """The forms of an English verb: base, -s, -ed, -ing, with the usual changes of spelling."""
    if verb in irregular:
        return list(irregular[verb])
    if verb.endswith("e"):
        return [verb, verb + "s", verb + "d", verb[:-1] + "ing"]
    if verb.endswith(("s", "sh", "ch", "x", "o")):
        return [verb, verb + "es", verb + "ed", verb + "ing"]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"]
    return [verb, verb + "s", verb + "ed", verb + "ing"]


def _terms() -> Iterable[tuple[str, str, str]]:
    """(group, value, phrase) of every entry of the word lists; the first of equal phrases counts in its
    group.
    """
    concepts = word_list("concepts")
    for group, table in (("member", concepts["members"]), ("flag", concepts["flags"])):
        for entity, phrases in table.items():
            for phrase in phrases:
                yield group, entity, phrase
    for group in ("kind", "agent"):
        for word in concepts[f"{group}s"]["words"]:
            yield group, word, word
            if group == "kind" or word in ("driver", "filesystem", "caller", "user"):
                yield group, word, word + ("es" if word.endswith("x") else "s")
    cues = word_list("cues")
    irregular = cues["irregular"]
    for predicate, table in cues.items():
        if predicate == "irregular":
            continue
        for phrase in table.get("phrases", ()):
            yield "cue", predicate, phrase
        for verb in table.get("verbs", ()):
            for form in inflect(verb, irregular):
                yield "cue", predicate, form
    for group, table in word_list("qualifiers").items():
        for phrase in (*table.get("words", ()), *table.get("phrases", ())):
            yield group, phrase, phrase


class _Pipeline:
    """A tokenizer of our own and the phrases of the word lists, over one vocabulary.

    spaCy's own pipeline would first make that of English, with exceptions that are not ours.
    """

    def __init__(self) -> None:
        self.vocab = Vocab()
        vocab: Any = self.vocab  # its attribute getters are missing from spaCy's type stubs
        vocab.lex_attr_getters = {LOWER: str.lower, NORM: str.lower}
        self.tokenizer = Tokenizer(
            self.vocab,
            rules={},
            prefix_search=_unless_plain(_PREFIX.match),
            suffix_search=_unless_plain(_SUFFIX.search),
            infix_finditer=_infixes,
            token_match=_unless_plain(_WHOLE.match),
        )
        self.matcher = PhraseMatcher(self.vocab, attr="LOWER")
        self.meaning: dict[int, tuple[str, str]] = {}
        by_label: dict[tuple[str, str], list[str]] = {}
        taken: set[tuple[bool, str]] = set()
        for group, value, phrase in _terms():
            key = (group == "cue", f"{group if group not in _ENTITIES else ''}|{phrase}")
            if key not in taken:
                taken.add(key)
                by_label.setdefault((group, value), []).append(phrase)
        for (group, value), phrases in by_label.items():
            label = f"{group}|{value}"
            self.matcher.add(label, [self.tokenizer(phrase) for phrase in phrases])
            self.meaning[self.vocab.strings[label]] = (group, value)

    def read(self, whole: str) -> Reading:
        """A text as tokens and terms."""
        doc = self.tokenizer(whole)
        found = [(*self.meaning[label], first, last) for label, first, last in self.matcher(doc)]
        return Reading(array("I", doc.to_array(_SPAN).ravel().tolist()), _longest(found))


_SPAN: list[int | str] = ["IDX", "LENGTH"]
_ENTITIES = ("member", "flag", "kind", "agent")


_Found = tuple[str, str, int, int]  # group, value, first and last token


def _longest(found: list[_Found]) -> list[_Found]:
    """Of the terms of one sort (entities, cues, each list of qualifiers) that lie over each other the
    longest.
    """
    if len(found) > 1:
        found.sort(key=lambda t: (t[2] - t[3], t[2], t[0], t[1]))
    taken: dict[str, set[int]] = {}
    kept = []
    for term in found:
        group, _, first, last = term
        used = taken.setdefault("entity" if group in _ENTITIES else group, set())
        if used.isdisjoint(range(first, last)):
            used.update(range(first, last))
            kept.append(term)
    kept.sort(key=lambda t: (t[2], t[3], t[0], t[1]))
    return kept


_Search = Callable[[str], re.Match[str] | None]


def _unless_plain(search: _Search) -> _Search:
    """``search``, not asked about words and names of letters, digits and underscores, which most are."""

    def searched(text: str) -> re.Match[str] | None:
        return None if text.isidentifier() else search(text)

    return searched


def _infixes(text: str) -> Iterator[re.Match[str]]:
    return iter(()) if text.isidentifier() else _INFIX.finditer(text)


@lru_cache(maxsize=1)
def language() -> _Pipeline:
    """The pipeline, made once for a process."""
    return _Pipeline()


class Reading(NamedTuple):
    """A text as tokens and terms; plain values, so that it may outlive what spaCy knows of the text."""

    places: array[int]  # start and length in characters of each token, one behind the other
    terms: list[_Found]


@lru_cache(maxsize=512)
def read(text: str) -> Reading:
    """``text`` as tokens with its terms; token offsets are those of ``text``.

    spaCy would keep every word that it ever saw. It does so for the first of them, most of all that will
    come; later ones live in a memory zone that ends after some hundred texts. Threads take turns. The last
    readings are remembered: versions of a patch say the same again.
    """
    whole = keep_whole(text.replace("’", "'"))
    with _TURN:
        nlp = language()
        if _held.texts >= MAX_HELD:
            _held.forget()
        if len(nlp.vocab) > MAX_FORGOTTEN:
            _held.forget()
            language.cache_clear()
            nlp = language()
        if len(nlp.vocab) >= MAX_WORDS:
            _held.hold(nlp)
        return nlp.read(whole)


class _Held:
    """The memory zone that is open, if any, and how many texts were read in it."""

    def __init__(self) -> None:
        self.texts = 0
        self._zone = ExitStack()
        self._of: _Pipeline | None = None

    def hold(self, nlp: _Pipeline) -> None:
        """Opens a zone of this pipeline unless one is open, and counts a text."""
        if self._of is not nlp:
            self.forget()
            self._zone.enter_context(nlp.vocab.memory_zone())
            self._of = nlp
        self.texts += 1

    def forget(self) -> None:
        """Ends the zone and with it the words that came in it."""
        self._zone.close()
        self.texts, self._of = 0, None


_held = _Held()
_TURN = Lock()


def spans(reading: Reading) -> list[tuple[int, int]]:
    """Start and length in characters of each token of what was read."""
    return list(zip(reading.places[::2], reading.places[1::2], strict=True))


def terms(reading: Reading, text: str) -> list[Term]:
    """The terms found, in order; ``text`` is what was read."""
    places = reading.places
    found = []
    for group, value, first, last in reading.terms:
        begin, end = places[2 * first], places[2 * last - 2] + places[2 * last - 1]
        found.append(Term(group, value, first, last, text[begin:end]))
    return found
