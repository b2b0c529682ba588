"""Lines of one writer at one quote depth, sorted into kinds: prose, code, diff, trailers, logs and the rest.

The text comes without its quote marks. A first pass goes over the lines once and settles what a line's own
look or its place settles; a second pass finds code among what is left as prose.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from threadmine.model import StretchKind
from threadmine.parse import lines as look
from threadmine.parse.line_class import LOOK_AT, Look, look_of

_K = StretchKind
_LETTERS = frozenset(string.ascii_letters)
_CODE, _BLANK = Look.CODE, Look.BLANK
_SURE_LOGS = ("CONFIG_", "# CONFIG_", "[    ", "[   ", "[  ")
_REMEMBERED = 3000
"""Characters of a run that is remembered with its result."""

_PARAGRAPH = 4000


@dataclass(slots=True)
class BlockState:
    """What outlives a run of lines: a quoted diff goes on after the reply that interrupts it."""

    in_diff: bool = False
    changelog: bool = False


class _Sorter:
    """One pass over the lines of a run, writing a kind per line."""

    def __init__(self, lines: list[str], plain: dict[int, int], state: BlockState, quoted: bool) -> None:
        self.lines = lines
        self.plain = plain
        self.state = state
        self.quoted = quoted
        self.kinds: list[StretchKind] = [_K.PROSE] * len(lines)
        self.last = len(lines)
        self.code_at: list[int] = []

    def run(self) -> list[StretchKind]:
        """Sorts all lines; returns a kind for each."""
        i = self._leading_diff()
        plain, state, lines, last = self.plain, self.state, self.lines, self.last
        while i < last:
            if not state.changelog:
                after = plain.get(i)
                if after:
                    i = after
                    continue
                seen = look_of(lines[i])
                if seen <= _CODE:
                    if seen is _CODE:
                        self.code_at.append(i)
                    i += 1
                    continue
                i = self._step(i, seen)
            else:
                i = self._step(i, look_of(lines[i]))
        return self.kinds

    def fill(self, start: int, end: int, kind: StretchKind) -> int:
        """Gives lines ``start``..``end`` one kind and returns ``end``."""
        for i in range(start, end):
            self.kinds[i] = kind
        return end

    def _leading_diff(self) -> int:
        """A run that goes on with the diff that the run before it showed, or shows one without a head."""
        first = next((line for line in self.lines if line and not line.isspace()), "")
        if not first:
            return 0
        if self.state.in_diff and first[0] in " +-@\\\t" and not look.SIGN_MARK.match(first):
            return self._hunks(0, headless=True)
        if first[0] in "+-" and _reads_as_hunk([line for line in self.lines if line.strip()]):
            self.state.in_diff = True
            return self._hunks(0, headless=True)
        self.state.in_diff = False
        return 0

    def _step(self, i: int, seen: Look) -> int:
        state = self.state
        if seen <= _CODE:
            return self._changelog(i)
        if seen is _BLANK:
            if state.changelog:
                return self._changelog(i)
            if i:
                self.kinds[i] = self.kinds[i - 1]
            return i + 1
        done = self._looks(i, seen)
        if done > i:
            return done
        if state.changelog:
            return self._changelog(i)
        return i + 1

    def _looks(self, i: int, seen: Look) -> int:
        """Lines that look like something; ``i`` where the lines around say that it is not that."""
        simple = _SIMPLE.get(seen)
        if simple is not None:
            end = i + 1
            if seen is Look.LOG:
                while end < self.last and self.lines[end].startswith(_SURE_LOGS):
                    end += 1
        elif seen is Look.DIFF:
            self.state.in_diff = True
            return self._hunks(i, headless=False)
        elif seen is Look.CHANGELOG:
            if self.state.changelog or not self._opens_changelog(i):
                return i
            self.state.changelog = True
            self.kinds[i] = _K.CHANGELOG
            return i + 1
        else:
            end = _PLACED[seen](self, i)
        if end > i:
            self.state.changelog = False
            if simple is not None:
                self.fill(i, end, simple)
        return end

    def _sign(self, i: int) -> int:
        if self.lines[i].startswith("-- ") or self.last - i <= 10:
            return self._signature(i)
        return i

    def _signature(self, i: int) -> int:
        """From the mark to the end, but list footers below it keep their own kind."""
        for j in range(i + 1, self.last):
            if look.is_footer(self.lines[j][:LOOK_AT]):
                self.fill(i, j, _K.SIGNATURE)
                return self._footer(j)
        return self.fill(i, self.last, _K.SIGNATURE)

    def _footer(self, i: int) -> int:
        line = self.lines[i]
        if line.startswith(("-----BEGIN PGP SIGNED", "Hash: ")):
            self.kinds[i] = _K.FOOTER
            return i + 1
        if self.last - i > 30:
            self.kinds[i] = _K.FOOTER if not look.is_table(line[:LOOK_AT]) else _K.LOG
            return i + 1
        return self.fill(i, self.last, _K.FOOTER)

    def _closing(self, i: int) -> int:
        """``Best regards,`` and the name below it, where nothing but a name follows."""
        if self.last - i > 8:
            return i
        rest = [line.strip() for line in self.lines[i + 1 : self.last] if line.strip()]
        if rest and len(rest) <= 4 and all(len(line) <= 50 and len(line.split()) <= 6 for line in rest):
            return self.fill(i, self.last, _K.SIGNATURE)
        return i

    def _trailer(self, i: int) -> int:
        """A trailer with the lines that belong to it: ``[ann: fixed it]``, a wrapped address or title."""
        self.kinds[i] = _K.TRAILER
        j = i + 1
        opened = self.lines[i].count("(") > self.lines[i].count(")") or self.lines[i].count("<") > self.lines[
            i
        ].count(">")
        while j < self.last and j < i + 4:
            line = self.lines[j].strip()
            if line and (line.startswith("[") and line.endswith("]")):
                j += 1
            elif line and (opened or (line.startswith("<") and line.endswith(">") and "@" in line)):
                opened = False
                j += 1
            else:
                break
        return self.fill(i, j, _K.TRAILER)

    def _comment(self, i: int) -> int:
        """The middle of a C comment shown without the rest: lines with a star in front, one of them bare."""
        j = i
        while j < self.last and self.lines[j].startswith(" *"):
            j += 1
        block = self.lines[i:j]
        around = self.lines[max(i - 1, 0)]
        if len(block) > 1 and (
            around.lstrip().startswith("/*") or any(b.rstrip() in (" *", " */") for b in block)
        ):
            return self.fill(i, j, _K.CODE)
        return i

    def _shortlog(self, i: int) -> int:
        j = i + 1
        while j < self.last and self.lines[j][:1] in (" ", "\t") and self.lines[j].strip():
            j += 1
        return self.fill(i, j, _K.SHORTLOG) if j > i + 1 else i

    def _opens_changelog(self, i: int) -> bool:
        following = next((text for text in self.lines[i + 1 : self.last] if text.strip()), "")
        return bool(following) and following.strip() != "---"

    def _changelog(self, i: int) -> int:
        """Keeps to the changelog while lines are items, indented or follow on without a blank line."""
        line = self.lines[i]
        if line.strip():
            after_blank = i > 0 and not self.lines[i - 1].strip()
            heading = self.kinds[i - 2] if i > 1 else _K.PROSE
            goes_on = (
                not after_blank
                or line[0] in " \t"
                or look.BULLET.match(line) is not None
                or look_of(line) is Look.CHANGELOG
                or (heading is _K.CHANGELOG and look_of(self.lines[i - 2]) is Look.CHANGELOG)
            )
            if not goes_on:
                self.state.changelog = False
                return i
        self.kinds[i] = _K.CHANGELOG
        return i + 1

    def _hunks(self, i: int, headless: bool) -> int:
        """A diff from line ``i`` on; stops where no line of a diff can stand any more."""
        old = new = 0
        j = i
        while j < self.last:
            line = self.lines[j]
            head = line[:1]
            if head == "@":
                match = look.HUNK.match(line)
                if match is None:
                    break
                old, new = int(match.group(1) or 1), int(match.group(2) or 1)
            elif head in ("+", "-"):
                if line.rstrip() == "--" and old <= 0 and new <= 0:
                    break
                if line.rstrip() == "--" and j + 1 < self.last and self.lines[j + 1][:1].isdigit():
                    break
                old -= head == "-"
                new -= head == "+"
            elif head in (" ", "\t"):
                old, new = old - 1, new - 1
                if old < -3 and new < -3 and not headless:
                    break
            elif not head:
                if not self._diff_after(j):
                    break
            elif head != "\\" and not look.DIFF_HEAD.match(line):
                break
            j += 1
        self.fill(i, j, _K.DIFF)
        if j < self.last and self.lines[j].strip():
            self.state.in_diff = False
        return j if j > i else i + 1

    def _diff_after(self, j: int) -> bool:
        """Whether the diff goes on after a blank line (an empty line of context, trimmed on its way)."""
        for line in self.lines[j + 1 : j + 4]:
            if line.strip():
                if line.rstrip() == "--":
                    return True
                return line[0] in " +-\t\\" or look.DIFF_HEAD.match(line) is not None
        return self.quoted


_SIMPLE = {Look.CUT: _K.DIFFSTAT, Look.DIFFSTAT: _K.DIFFSTAT, Look.LOG: _K.LOG}
"""Lines that are what they look like, wherever they stand."""

_PLACED: dict[Look, Callable[[_Sorter, int], int]] = {
    Look.SIGN: _Sorter._sign,
    Look.FOOTER: _Sorter._footer,
    Look.TRAILER: _Sorter._trailer,
    Look.SHORTLOG: _Sorter._shortlog,
    Look.COMMENT: _Sorter._comment,
    Look.CLOSING: _Sorter._closing,
}
"""Lines that depend on the lines around; each gives the end of its stretch, or its own place for no."""


def _reads_as_hunk(shown: Sequence[str]) -> bool:
    """Whether lines without a head are those of a hunk: all begin with a mark and some with code."""
    if any(line[0] not in "+- \t\\@" for line in shown):
        return False
    code = sum(1 for line in shown if line[0] in "+-" and (line[1:2] in ("\t", "") or look.is_code(line[1:])))
    return code * 2 >= sum(1 for line in shown if line[0] in "+-") and code > 0


def _mark_code(lines: Sequence[str], kinds: list[StretchKind], code_at: Sequence[int]) -> None:
    """Turns prose lines that read as C into code, with the indented lines between them."""
    done = 0
    for i in code_at:
        if i < done or kinds[i] is not _K.PROSE:
            continue
        start = i
        while start > done and kinds[start - 1] is _K.PROSE and lines[start - 1].startswith("\t"):
            start -= 1
        done = _code_end(lines, kinds, i)
        if done - start > 1 or _stands_alone(lines, i):
            for k in range(start, done):
                kinds[k] = _K.CODE


def _code_end(lines: Sequence[str], kinds: Sequence[StretchKind], i: int) -> int:
    """Where the code that line ``i`` opens ends: lines that read as code or hang on such lines."""
    count = len(lines)
    end = i + 1
    while end < count and kinds[end] is _K.PROSE:
        line = lines[end]
        if not line.strip():
            following = next((k for k in range(end, min(end + 3, count)) if lines[k].strip()), None)
            if following is None or kinds[following] is not _K.PROSE:
                break
            if not look.is_code(lines[following][:LOOK_AT]):
                break
        elif not (look.is_code(line[:LOOK_AT]) or look.may_be_code(line)):
            break
        end += 1
    return end


def _stands_alone(lines: Sequence[str], i: int) -> bool:
    """A single line of code is one only if it is indented or a paragraph of its own."""
    if lines[i][:1] in (" ", "\t"):
        return True
    above = not lines[i - 1].strip() if i else True
    below = not lines[i + 1].strip() if i + 1 < len(lines) else True
    return above and below


def sort_text(text: str, state: BlockState, quoted: bool) -> Sequence[StretchKind] | None:
    """A kind for each line of a run of text, or None where all of it is prose.

    Args:
        text: the run without quote marks.
        state: what earlier runs of the same depth left open; changed in place.
        quoted: whether the run is a quotation (trimmed hunks are looked upon more kindly there).
    """
    if state.in_diff or state.changelog or len(text) > _REMEMBERED:
        return _sort_text(text, state, quoted)
    kinds, state.in_diff, state.changelog = _sorted_before(text, quoted)
    return kinds


@lru_cache(maxsize=2048)
def _sorted_before(text: str, quoted: bool) -> tuple[Sequence[StretchKind] | None, bool, bool]:
    """The same for a run with nothing open before it: quotations of quotations repeat their text."""
    state = BlockState()
    kinds = _sort_text(text, state, quoted)
    return (None if kinds is None else tuple(kinds)), state.in_diff, state.changelog


def _sort_text(text: str, state: BlockState, quoted: bool) -> list[StretchKind] | None:
    plain, rest = _plain_paragraphs(text)
    if not rest and not state.in_diff and not state.changelog:
        return None
    lines = text.split("\n")
    if text.endswith("\n"):
        lines.pop()
    sorter = _Sorter(lines, plain, state, quoted)
    kinds = sorter.run()
    if sorter.code_at:
        _mark_code(lines, kinds, sorter.code_at)
    if _K.LOG in kinds:
        _spread_logs(lines, kinds)
    return kinds


def _plain_paragraphs(text: str) -> tuple[dict[int, int], int]:
    """Paragraphs that can be nothing but prose, told by cheap tests on the whole of each.

    Returns their first lines with the lines after them, and how many paragraphs need a closer look.
    """
    plain: dict[int, int] = {}
    rest = 0
    line = 0
    for paragraph in text.split("\n\n"):
        breaks = paragraph.count("\n")
        size = len(paragraph)
        head = paragraph[:1]
        if (
            ":" in paragraph
            or ";" in paragraph
            or "|" in paragraph
            or "\n " in paragraph
            or "\t" in paragraph
            or "0x" in paragraph
            or "{" in paragraph
            or "}" in paragraph
            or "\n-" in paragraph
            or "\n+" in paragraph
            or "\n*" in paragraph
            or "\n#" in paragraph
            or "\n[" in paragraph
            or "\n/" in paragraph
            or "=" in paragraph
            or "\ndiff " in paragraph
            or not (head in _LETTERS or head in "(\"'`")
            or not 40 <= size < _PARAGRAPH
            or paragraph[:3].lower() in look.FOOTER_HINTS
        ):
            rest += not paragraph.isspace() and size > 0
        else:
            plain[line] = line + breaks + 2
        line += breaks + 2
    return plain, rest


def _spread_logs(lines: Sequence[str], kinds: list[StretchKind]) -> None:
    """A paragraph of which half is console output is console output as a whole."""
    start = 0
    count = len(lines)
    while start < count:
        if not lines[start].strip():
            start += 1
            continue
        end = start
        logs = 0
        while end < count and lines[end].strip():
            logs += kinds[end] is _K.LOG
            end += 1
        if logs and logs * 2 >= end - start:
            for k in range(start, end):
                if kinds[k] in (_K.PROSE, _K.CODE):
                    kinds[k] = _K.LOG
        start = end
