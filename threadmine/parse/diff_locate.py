"""Finds a quoted piece of code again in the patch that it was quoted from.

Reviewers cut quotations to the line they mean: file header and ``@@`` line are gone, and the reply alone
cannot say where the line stands. The patch that is answered can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from threadmine.model import Hunk, Patch, Side, fold
from threadmine.parse.diff import HunkLine, hunk_lines, marked_lines
from threadmine.parse.diff_quoted import Place

MIN_LENGTH = 8  # characters of code that tell a line from others
SURE_LENGTH = 14  # characters from which a line needs no quoted neighbour
MAX_LINES = 50_000
NEIGHBOURS = 3

_MARK = re.compile(r"(?:\A| )[-+] ?(?=\S)")


class _Row(NamedTuple):
    """A line of the patch, its white space folded; function and number are told when they are asked for."""

    file: str
    hunk: Hunk
    text: str
    start: int
    telling: str  # the text between blanks; empty where it tells nothing from other lines


def locate(body: str, patch: Patch, quotation: str) -> Place | None:
    """The place of the last line of ``quotation`` that the patch has, or None where it has none of them.

    Args:
        body: the text that ``patch`` was read from.
        patch: what the answered message changes.
        quotation: what a remark is about, white space folded; diff marks may stand in it.

    Where several lines of the patch read the same, the one whose neighbours are quoted, too, is taken; where
    that does not tell them apart and they stand in different functions, there is no answer.
    """
    text = " " + fold(_MARK.sub(" ", quotation)) + " "
    rows = _rows(body, patch)
    found = [
        (at + len(row.text), index)
        for index, row in enumerate(rows)
        if row.telling and (at := text.rfind(row.telling)) >= 0
    ]
    if not found:
        return None
    last = max(end for end, _ in found)
    best: list[tuple[int, int]] = sorted(
        ((_quoted_around(rows, index, text), -index) for end, index in found if end == last), reverse=True
    )
    same = [-index for score, index in best if score == best[0][0]]
    if best[0][0] == 0 and len(rows[same[0]].text) < SURE_LENGTH:
        return None
    lines = [_line(body, rows[index]) for index in same]
    if len({(rows[index].file, line.function) for index, line in zip(same, lines, strict=True)}) > 1:
        return None
    line = lines[0]
    number = line.old_line if line.side is Side.REMOVED else line.new_line
    return Place(
        rows[same[0]].file,
        number,
        line.function,
        line.function_source,
        line.side,
        line.text,
        line.start,
        len(same) > 1,
    )


@lru_cache(maxsize=8)
def _rows(body: str, patch: Patch) -> Sequence[_Row]:
    """All lines of a patch; several remarks on one patch are placed one after the other."""
    return tuple(_all_rows(body, patch))


def _all_rows(body: str, patch: Patch) -> Iterator[_Row]:
    count = 0
    for each in patch.files:
        for hunk in each.hunks:
            if count > MAX_LINES:
                return
            for _, text, start in marked_lines(body, hunk):
                count += 1
                folded = fold(text)
                yield _Row(each.path, hunk, folded, start, f" {folded} " if _tells(folded) else "")


def _line(body: str, row: _Row) -> HunkLine:
    return next(line for line in hunk_lines(body, row.hunk) if line.start == row.start)


def _tells(text: str) -> bool:
    """Whether a line is more than a brace or a word."""
    return len(text) >= MIN_LENGTH and any(char.isalpha() for char in text)


def _quoted_around(rows: Sequence[_Row], index: int, text: str) -> int:
    """How many of the lines above ``index`` are quoted, too."""
    above = rows[max(index - NEIGHBOURS, 0) : index]
    return sum(bool(row.text) and f" {row.text} " in text for row in above if row.file == rows[index].file)
