"""The sentence in its place: the lines of a mail around a claim or concern, the sentence marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from threadmine.render.text import safe

_QUOTED = re.compile(r"[ \t]*(?:[A-Za-z]{0,4}>|\|)")

QUOTED = "quoted"
NEW = "new"
MARK = "mark"


@dataclass(frozen=True, slots=True)
class ExcerptLine:
    """One line of a body, safe to print, tabs expanded.

    ``kind`` is ``quoted``, ``new`` or ``mark`` (it holds a part of the sentence); ``mark_start`` and
    ``mark_end`` are the characters of ``text`` that belong to the sentence (half open), -1 where none do.
    """

    text: str
    kind: str
    mark_start: int = -1
    mark_end: int = -1


def excerpt(body: str, start: int, end: int, above: int = 12, below: int = 4) -> tuple[ExcerptLine, ...]:
    """The lines that hold ``body[start:end]``, with up to ``above`` lines before and ``below`` after them.

    Blank lines at both ends are left out. A place outside the body is moved to its nearest edge.
    """
    start = min(max(start, 0), len(body))
    end = min(max(end, start), len(body))
    first = body.rfind("\n", 0, start) + 1
    last = _line_end(body, max(start, end - 1))
    for _ in range(above):
        if first == 0:
            break
        first = body.rfind("\n", 0, first - 1) + 1
    for _ in range(below):
        if last >= len(body):
            break
        last = _line_end(body, last + 1)
    lines = []
    place = first
    for text in body[first:last].split("\n"):
        lines.append(_line(text, start - place, end - place))
        place += len(text) + 1
    while lines and not lines[0].text.strip() and lines[0].kind != MARK:
        lines.pop(0)
    while lines and not lines[-1].text.strip() and lines[-1].kind != MARK:
        lines.pop()
    return tuple(lines)


def _line_end(body: str, place: int) -> int:
    found = body.find("\n", place)
    return len(body) if found < 0 else found


def _line(text: str, start: int, end: int) -> ExcerptLine:
    """One line; ``start`` and ``end`` of the sentence counted from its first character, perhaps outside."""
    start, end = max(start, 0), min(end, len(text))
    quoted = _QUOTED.match(text) is not None
    if start >= end:
        return ExcerptLine(_shown(text), QUOTED if quoted else NEW)
    before, marked = _shown(text[:start]), _shown(text[:end])
    if not marked.startswith(before):  # the cut of a very long line fell between the two
        return ExcerptLine(_shown(text), MARK, 0, len(_shown(text)))
    return ExcerptLine(_shown(text), MARK, len(before), len(marked))


def _shown(text: str) -> str:
    return safe(text).expandtabs(8)
