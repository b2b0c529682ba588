"""Lines of the patch under review that a reviewer pasted into his own text without a mark.

A page of one message does not show the patch, and a reviewer who goes through it statement by statement
often leaves the diff's marks away. Such a line stands alone between whole sentences, is one C statement with
the indentation that it has in its function, and is followed by the remark on it; a reviewer does so several
times. Those are the patch's words, not his: they get the quote depth of the patch, one below the deepest
text. A statement that the sentence above leads up to ("then you could have", "handles that too:") is his own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from threadmine.parse.subject import parse_subject

_MARKS = re.compile(r"(?:>[ \t]?(?=>))*>[ ]?|")
_STATEMENT = re.compile(
    r"(?P<indent>\t+|(?: {8})+)(?P<code>[^\s/*#][^\n]{2,160};)[ \t]*(?:/\*[^\n]{0,160}\*/|//[^\n]{0,160})?$"
)
_SHAPE = re.compile(r"->|\w\(|[^=!<>]=[^=]|\+\+|--")
_WORDS = re.compile(r"(?:\b[A-Za-z][a-z']+ ){4}")
_DIFF = re.compile(r"(?m)^[> \t]*(?:@@ -\d|diff --git |\+\+\+ b/)")
_SENTENCE_END = (".", "?", "!", ")", "…")
_LEAST = 2
"""Statements of one indentation at one depth: a single one may be the reviewer's example."""


@dataclass(frozen=True, slots=True)
class _Line:
    depth: int
    text: str


def mark_pasted(body: str, subject: str) -> tuple[str, frozenset[int]]:
    """The body with the pasted lines marked as the patch's, and the numbers of these lines.

    Args:
        body: text with its quote marks, white space kept.
        subject: of the message; only an answer to a patch is looked at.
    """
    parsed = parse_subject(subject)
    if not (parsed.is_reply and parsed.is_patch) or parsed.number == 0 or _DIFF.search(body):
        return body, frozenset()
    lines = body.split("\n")
    seen = [_line(text) for text in lines]
    found = [number for number in range(len(seen)) if _is_pasted(seen, number)]
    kinds = [(seen[n].depth, _indent(seen[n])) for n in found]
    found = [n for n, kind in zip(found, kinds, strict=True) if kinds.count(kind) >= _LEAST]
    if not found:
        return body, frozenset()
    depth = 1 + max(line.depth for line in seen)
    for number in found:
        lines[number] = "> " * depth + seen[number].text
    return "\n".join(lines), frozenset(found)


def _line(text: str) -> _Line:
    match = _MARKS.match(text)
    marks = match.group() if match is not None else ""
    return _Line(marks.count(">"), text[len(marks) :])


def _indent(line: _Line) -> str:
    match = _STATEMENT.match(line.text)
    return match["indent"] if match is not None else ""


def _is_pasted(lines: Sequence[_Line], number: int) -> bool:
    """Whether a line is one statement alone, between whole sentences (or the edge of its level)."""
    line = lines[number]
    match = _STATEMENT.match(line.text)
    if match is None or not _SHAPE.search(match["code"]) or _WORDS.search(match["code"]):
        return False
    above = _paragraph_end(lines, number)
    below = _paragraph_start(lines, number)
    if above is None or below is None:
        return False
    ends = not above or above.endswith(_SENTENCE_END) or _announces(above)
    return ends and below[:1].isupper()


def _announces(sentence: str) -> bool:
    """Whether a sentence before a statement says that all of the patch is gone through."""
    words = set(re.findall(r"[a-z]+", sentence.lower()[-80:]))
    return sentence.endswith(":") and not words.isdisjoint(_EACH)


_EACH = frozenset(
    {"each", "every", "following", "through", "line", "lines", "thing", "things", "hunk", "patch"}
)


def _paragraph_end(lines: Sequence[_Line], number: int) -> str | None:
    """The last line of the paragraph above, empty at the edge of a level; None where there is no blank."""
    depth = lines[number].depth
    at = number - 1
    if at < 0 or lines[at].depth != depth:
        return ""
    if lines[at].text.strip():
        return None
    while at >= 0 and lines[at].depth == depth and not lines[at].text.strip():
        at -= 1
    return lines[at].text.strip() if at >= 0 and lines[at].depth == depth else ""


def _paragraph_start(lines: Sequence[_Line], number: int) -> str | None:
    """The first line of the paragraph below, of the same writer; None where there is none behind a blank."""
    depth = lines[number].depth
    at = number + 1
    if at >= len(lines) or lines[at].depth != depth or lines[at].text.strip():
        return None
    while at < len(lines) and lines[at].depth == depth and not lines[at].text.strip():
        at += 1
    return lines[at].text if at < len(lines) and lines[at].depth == depth else None
