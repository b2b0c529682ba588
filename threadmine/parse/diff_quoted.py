"""Places quoted pieces of a diff: which file, line and function a reviewer writes about.

A reply quotes part of a patch behind ``>`` marks and breaks it where it has something to say. The quoted
lines are counted on across such breaks, so that a remark between them gets file, line and function of the
line above it. Trimmed quotations lose lines, hence numbers after a cut are approximate and marked so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from threadmine.model import Hunk, Side, Stretch, StretchKind
from threadmine.parse.diff_files import hunk_run, plain_paths, read_hunk
from threadmine.parse.diff_scopes import UNKNOWN_SCOPE, scopes_of

MAX_QUOTED_HUNKS = 2_000
MAX_PREFIX = 60
MAX_LINES = 5_000  # of one quoted hunk that are placed

_PREFIX = re.compile(r"[ \t]{0,3}(?:[>|][ \t]?){1,30}")
_SNIP = re.compile(
    r"[ \t]*(?:\[?[ \t]*(?:\.{2,}|…|snip\w*|cut|<snip>|<cut>|skip\w*)[ \t\].>]*)*\n?\Z", re.IGNORECASE
)
_GIT_LINE = re.compile(r"diff --git \S+ (\S+)")
_SIDES = {"+": Side.ADDED, "-": Side.REMOVED}
_MARKS = ("@@ -", "+++ ", "diff --git ")


class Place(NamedTuple):
    """A line of a quoted diff. ``line`` counts in the new file (old file for a ``-`` line), 0 where unknown.

    ``approximate``: quoted lines above it were cut, so the number is too small by as many.
    """

    file: str
    line: int
    function: str
    function_source: str
    side: Side
    text: str
    start: int
    approximate: bool


@dataclass(frozen=True, slots=True)
class QuotedHunk:
    """A hunk, or a piece of one, that stands behind quote marks.

    ``runs`` are the stretches of body that hold its lines, in order (text of the reply stands between them);
    the header line is in none. ``prefix`` is the quote mark of each line. ``header`` has line numbers 0 where
    the quotation lost its ``@@`` line. ``start``/``end`` go from its first line (the header) to its last.
    """

    body: str = field(repr=False)
    file: str
    header: Hunk
    depth: int
    prefix: str
    runs: tuple[tuple[int, int], ...]
    start: int
    end: int
    has_header: bool = True

    def places(self) -> tuple[Place, ...]:
        """Every quoted line of the hunk, in order (the first MAX_LINES of it)."""
        return _places(self)

    def place(self, offset: int) -> Place | None:
        """The last quoted line at or before ``offset``; None before the first."""
        found = _places(self)
        at = bisect_right(found, offset, key=lambda place: place.start)
        return found[at - 1] if at else None

    def _rows(self) -> Iterator[tuple[str, str, int, bool]]:
        """(mark, text, offset, lines were cut above) of each quoted line."""
        cut = not self.has_header
        bare = self.prefix.rstrip()
        for begin, end in self.runs:
            pos = begin
            while pos < end:
                after = self.body.find("\n", pos) + 1 or len(self.body)
                raw = self.body[pos:after].rstrip("\n")
                line = (
                    raw.removeprefix(self.prefix) if raw.startswith(self.prefix) else raw.removeprefix(bare)
                )
                if line[:1] in ("+", "-", " "):
                    if line[:1] == " " and _SNIP.match(line) and line.strip():
                        cut = True
                    else:
                        yield line[0], line[1:], pos, cut
                elif not line.strip():
                    yield " ", "", pos, cut
                pos = after
            cut = cut or self._cut_after(end)

    def _cut_after(self, end: int) -> bool:
        """Whether a mark like ``[...]`` of the same depth follows the run that ends at ``end``."""
        line = self.body[end : self.body.find("\n", end) + 1 or len(self.body)]
        rest = line.removeprefix(self.prefix.rstrip()).strip()
        return bool(rest) and line.startswith(self.prefix.rstrip()) and _SNIP.match(rest) is not None


@lru_cache(maxsize=16)
def _places(hunk: QuotedHunk) -> tuple[Place, ...]:
    rows = list(islice(hunk._rows(), MAX_LINES))
    new_scopes = iter(scopes_of([text for mark, text, *_ in rows if mark != "-"], hunk.header.heading))
    old_scopes = iter(scopes_of([text for mark, text, *_ in rows if mark != "+"], hunk.header.heading))
    old, new = hunk.header.old_start, hunk.header.new_start
    found: list[Place] = []
    for mark, text, start, cut in rows:
        old_scope = next(old_scopes) if mark != "+" else None
        scope = next(new_scopes) if mark != "-" else None
        scope = scope or old_scope or UNKNOWN_SCOPE
        line = (old if mark == "-" else new) if hunk.has_header else 0
        side = _SIDES.get(mark, Side.CONTEXT)
        found.append(Place(hunk.file, line, scope.label, scope.source, side, text, start, cut))
        old += mark != "+"
        new += mark != "-"
    return tuple(found)


def place_before(hunks: Sequence[QuotedHunk], offset: int) -> Place | None:
    """The nearest quoted diff line above ``offset``, or None where no quoted hunk stands above it.

    Args:
        hunks: what :func:`find_quoted_hunks` gave.
        offset: where the reply's own text begins.
    """
    best: Place | None = None
    first = -1
    above = [(hunk.end, index) for index, hunk in enumerate(hunks) if hunk.start < offset]
    for end, index in sorted(above, reverse=True):  # placing lines is dear: those that end last come first
        if best is not None and end <= best.start:
            break
        found = hunks[index].place(offset)
        if found and (best is None or (found.start, -index) > (best.start, -first)):
            best, first = found, index
    return best


def find_quoted_hunks(body: str, stretches: Sequence[Stretch]) -> tuple[QuotedHunk, ...]:
    """Every quoted hunk, in order of its first line.

    Args:
        body: the decoded text of a mail.
        stretches: the body's stretches; those of kind DIFF that are quoted and lost their header are taken as
            hunks without numbers, and an attribution line ends what was quoted more deeply before it.
    """
    found = _with_header(body, _attributions(body, stretches))
    found += _without_header(body, stretches, found)
    return tuple(sorted(found, key=lambda hunk: (hunk.start, hunk.depth)))


def _attributions(body: str, stretches: Sequence[Stretch]) -> list[tuple[int, int]]:
    """(offset, depth) of each attribution line: below it, deeper quotation is of another mail."""
    return [(each.start, each.depth) for each in stretches if each.kind is StretchKind.ATTRIBUTION]


def _marks(body: str) -> list[tuple[int, str, str]]:
    """(line start, prefix, mark) of every quoted diff header line."""
    found: list[tuple[int, str, str]] = []
    for mark in _MARKS:
        at = body.find(mark)
        while at >= 0 and len(found) < MAX_QUOTED_HUNKS * 3:
            line = body.rfind("\n", 0, at) + 1
            prefix = body[line:at]
            if (
                0 < len(prefix) <= MAX_PREFIX
                and (match := _PREFIX.match(prefix))
                and match.end() == len(prefix)
            ):
                found.append((line, prefix, mark))
            at = body.find(mark, at + len(mark))
    return sorted(found)


def _with_header(body: str, attributions: Sequence[tuple[int, int]]) -> list[QuotedHunk]:
    marks = _marks(body)
    files: dict[int, str] = {}
    found: list[QuotedHunk] = []
    for index, (line, prefix, mark) in enumerate(marks):
        depth = _depth(prefix)
        if mark == "+++ ":
            files[depth] = _path_here(body, line, prefix)
            continue
        if mark == "diff --git ":
            match = _GIT_LINE.match(body, line + len(prefix))
            files[depth] = match.group(1).removeprefix("b/") if match else ""
            continue
        hunk = read_hunk(body, line, prefix)
        if hunk is None or len(found) >= MAX_QUOTED_HUNKS:
            continue
        limit = next((at for at, other, _ in marks[index + 1 :] if _depth(other) == depth), len(body))
        limit = min([limit, *(at for at, level in attributions if at > line and level < depth)])
        runs = _runs(body, hunk, prefix, limit)
        end = runs[-1][1] if runs else hunk.end
        found.append(QuotedHunk(body, files.get(depth, ""), hunk, depth, prefix, runs, line, end))
    return found


def _depth(prefix: str) -> int:
    return prefix.count(">") + prefix.count("|")


def _path_here(body: str, line: int, prefix: str) -> str:
    """The path of a quoted ``+++`` line, with the help of the ``---`` line above it."""
    text = body[line + len(prefix) + 4 : body.find("\n", line)]
    above = body.rfind("\n", 0, line - 1) + 1 if line else 0
    old = body[above + len(prefix) + 4 : line - 1] if body.startswith(prefix + "--- ", above) else text
    before, after = plain_paths(old, text)
    return after or before


def _runs(body: str, hunk: Hunk, prefix: str, limit: int) -> tuple[tuple[int, int], ...]:
    """The runs of lines of one hunk, going on below each break until its lines are used up or ``limit``."""
    pattern = hunk_run(prefix)
    old, new = hunk.old_count, hunk.new_count
    runs: list[tuple[int, int]] = []
    pos = body.find("\n", hunk.start) + 1 or len(body)
    while pos < limit and (old > 0 or new > 0):
        end = min(pattern.match(body, pos).end(), limit)  # type: ignore[union-attr]  # empty runs match too
        end, old, new = _take(body, pos, end, prefix, (old, new))
        if end > pos:
            runs.append((pos, end))
        pos = _next_line(body, end, prefix, limit)
    return tuple(runs)


def _take(body: str, pos: int, end: int, prefix: str, left: tuple[int, int]) -> tuple[int, int, int]:
    """Takes the lines from ``pos`` to ``end`` off those ``left`` (old, new): the end and what is left."""
    old, new = left
    bare = prefix.rstrip()
    while pos < end and (old > 0 or new > 0):
        char = body[pos + len(prefix) : pos + len(prefix) + 1] if body.startswith(prefix, pos) else " "
        if char in ("+", "-", " ", "\n") and body.startswith(bare, pos):
            old -= char != "+"
            new -= char != "-"
        pos = body.find("\n", pos) + 1 or len(body)
    return pos, old, new


def _next_line(body: str, pos: int, prefix: str, limit: int) -> int:
    """Offset of the next line of just this depth that can stand in a hunk, or ``limit``."""
    mark = "\n" + prefix
    at = body.find(mark, max(pos - 1, 0), limit)
    while at >= 0:
        char = body[at + len(mark) : at + len(mark) + 1]
        if char and char in "+- \\":
            return at + 1
        at = body.find(mark, at + 1, limit)
    return limit


def _without_header(body: str, stretches: Sequence[Stretch], known: Sequence[QuotedHunk]) -> list[QuotedHunk]:
    """Quoted diff lines whose ``@@`` line the reviewer cut away: place unknown, file from further up."""
    found: list[QuotedHunk] = []
    for each in stretches:
        if each.kind is not StretchKind.DIFF or each.depth == 0 or len(found) >= MAX_QUOTED_HUNKS:
            continue
        start = _after_known(each, known)
        match = _PREFIX.match(body, start)
        if match is None or start >= each.end:
            continue
        prefix = match.group(0)
        if (end := hunk_run(prefix).match(body, start)) is None or end.end() == start:
            continue
        above = [hunk for hunk in known if hunk.depth == each.depth and hunk.start < start]
        file = above[-1].file if above else ""
        heading = above[-1].header.heading if above else ""
        stop = min(end.end(), each.end)
        header = Hunk(0, 0, 0, 0, heading if above else "", start, stop)
        found.append(QuotedHunk(body, file, header, each.depth, prefix, ((start, stop),), start, stop, False))
    return found


def _after_known(stretch: Stretch, known: Sequence[QuotedHunk]) -> int:
    """Where the part of a stretch begins that no hunk with a header covers."""
    start = stretch.start
    for hunk in known:
        if hunk.depth == stretch.depth and hunk.start < stretch.end and hunk.end > start:
            start = max(start, hunk.end)
    return start
