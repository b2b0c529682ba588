"""Replies as pairs of a quotation and what was written under it: the unit in which concerns are answered.

A quotation is compared with white space and quote marks removed, since mail clients re-wrap, double and
lose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threadmine.model import StoredMessage, Stretch, StretchKind
from threadmine.parse.quotes import find_stretches

MAX_SQUASHED = 200_000
"""Characters of one quotation that are compared."""

_END = re.compile(r"[.!?]+[\"')\]]*(?=\s)|\n[ \t]*\n|:(?=[ \t]*\n)")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|eg|ie)|\.\.)\.$", re.IGNORECASE)
_CLOSING = re.compile(
    r"(?i:many )?(?i:thanks|thank you|thx|cheers|regards|best|best regards|kind regards|br)[,.! -]*"
    r"(?:[A-Z]\w+[,.! ]*){0,3}"
)
_GREETING = re.compile(r"(?i:h|hi|hello|hey|dear|good (?:morning|evening|day))\b[ \w.,'-]{0,40}[,!.:]?")
_OWN = frozenset({StretchKind.PROSE, StretchKind.CODE, StretchKind.DIFF, StretchKind.LOG})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One quotation and the new text right under it.

    ``quoted`` is squashed (:func:`squash`); ``said`` are the sentences of prose, folded; ``code`` whether
    code or a diff of the writer's own follows. A mail's text before any quotation has an empty ``quoted``.
    """

    quoted: str
    said: tuple[str, ...]
    code: bool = False


def squash(text: str) -> str:
    """``text`` without white space and quote marks, for comparing quotations."""
    return "".join(text.replace(">", " ").replace("|", " ").split())


def stretches_of(mail: StoredMessage) -> tuple[Stretch, ...]:
    """Who wrote which part of a mail; read anew where it was not stored with it."""
    return mail.stretches or find_stretches(mail.body, None)


def exchanges(mail: StoredMessage) -> tuple[Exchange, ...]:
    """The exchanges of a reply in order."""
    found: list[Exchange] = []
    quoted: list[str] = []
    said: list[str] = []
    code = False
    for stretch in stretches_of(mail):
        text = mail.body[stretch.start : stretch.end]
        if stretch.depth:
            if said or code:
                found.append(Exchange(_joined(quoted), tuple(said), code))
                quoted, said, code = [], [], False
            if stretch.kind is not StretchKind.ATTRIBUTION:
                quoted.append(text)
        elif stretch.kind in _OWN:
            if stretch.kind is StretchKind.PROSE:
                said += (sentence for sentence in split_sentences(text) if not _GREETING.fullmatch(sentence))
            elif text.strip():
                code = True
    if said and _CLOSING.fullmatch(said[-1]):
        said.pop()
    if said or code:
        found.append(Exchange(_joined(quoted), tuple(said), code))
    return tuple(found)


def _joined(quoted: Sequence[str]) -> str:
    return squash("".join(quoted)[-MAX_SQUASHED:])


def split_sentences(text: str) -> Iterator[str]:
    """The sentences of a piece of prose, white space folded; good enough to tell what a reply does."""
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATED.search(text, max(0, match.end() - 6), match.end()):
            continue
        if sentence := " ".join(text[start : match.end()].split()):
            yield sentence
        start = match.end()
    if sentence := " ".join(text[start:].split()):
        yield sentence
