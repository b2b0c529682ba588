"""Lines of one writer at one quote depth, sorted into kinds: prose, code, diff, trailers, logs and the rest.

The text comes without its quote marks. A first pass goes over the lines once and settles what a line's own
look or its place settles; a second pass finds code among what is left as prose.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

from threadmine.model import StretchKind
from threadmine.parse import lines as look

_K = StretchKind
_LOG_HEADS = frozenset(" [<\t#$?/0123456789")
_LETTERS = frozenset(string.ascii_letters)
_PROSE_ENDS = frozenset(string.ascii_letters + ".?!'\"-,)")
_SURE_LOGS = ("CONFIG_", "# CONFIG_", "[    ", "[   ", "[  ")
_PARAGRAPH = 4000
_LOOK_AT = 400
"""Characters of a line that the patterns see."""


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
        self.looked_at: list[int] = []

    def run(self) -> list[StretchKind]:
        """Sorts all lines; returns a kind for each."""
        i = self._leading_diff()
        plain, state = self.plain, self.state
        while i < self.last:
            after = plain.get(i, 0)
            i = after if after and not state.changelog else self._step(i)
        return self.kinds

    def fill(self, start: int, end: int, kind: StretchKind) -> int:
        """Gives lines ``start``..``end`` one kind and returns ``end``."""
        for i in range(start, end):
            self.kinds[i] = kind
        return end

    def _leading_diff(self) -> int:
        """A run that goes on with the diff that the run before it showed, or shows one without a head."""
        shown = [line for line in self.lines if line.strip()]
        if not shown:
            return 0
        if self.state.in_diff and shown[0][0] in " +-@\\\t" and not look.SIGN_MARK.match(shown[0]):
            return self._hunks(0, headless=True)
        if shown[0][0] in "+-" and _reads_as_hunk(shown):
            self.state.in_diff = True
            return self._hunks(0, headless=True)
        self.state.in_diff = False
        return 0

    def _step(self, i: int) -> int:
        line = self.lines[i]
        if not self.state.changelog and _is_plain(line):
            return i + 1
        self.looked_at.append(i)
        if not line or line.isspace():
            self.kinds[i] = self.kinds[i - 1] if i and not self.state.changelog else _K.PROSE
            if self.state.changelog:
                return self._changelog(i)
            return i + 1
        if len(line) > _LOOK_AT:
            line = line[:_LOOK_AT]
        head = line[0]
        if head in "-d@I=" and look.DIFF_START.match(line):
            self.state.in_diff = True
            return self._hunks(i, headless=False)
        if head in "-_=":
            done = self._rule_or_signature(i, line)
            if done > i:
                return done
        kind = self._by_look(i, line, head)
        if kind is not None:
            self.state.changelog = False
            return kind
        if self.state.changelog:
            return self._changelog(i)
        if len(line) < 110 and look.may_open_changelog(line) and self._opens_changelog(i, line):
            self.state.changelog = True
            self.kinds[i] = _K.CHANGELOG
        return i + 1

    def _rule_or_signature(self, i: int, line: str) -> int:
        """Lines of dashes: the cut of a patch, a signature mark, a list footer."""
        if line.rstrip() == "---":
            self.kinds[i] = _K.DIFFSTAT
            self.state.changelog = False
            return i + 1
        if look.SIGN_MARK.match(line):
            rest = self.last - i
            if line.startswith("-- ") or rest <= 10:
                return self._signature(i)
        elif look.is_footer(line):
            return self._footer(i)
        return i

    def _signature(self, i: int) -> int:
        """From the mark to the end, but list footers below it keep their own kind."""
        for j in range(i + 1, self.last):
            if look.is_footer(self.lines[j][:_LOOK_AT]):
                self.fill(i, j, _K.SIGNATURE)
                return self._footer(j)
        return self.fill(i, self.last, _K.SIGNATURE)

    def _footer(self, i: int) -> int:
        line = self.lines[i]
        if line.startswith(("-----BEGIN PGP SIGNED", "Hash: ")):
            self.kinds[i] = _K.FOOTER
            return i + 1
        if self.last - i > 30:
            self.kinds[i] = _K.FOOTER if not look.is_table(line[:_LOOK_AT]) else _K.LOG
            return i + 1
        return self.fill(i, self.last, _K.FOOTER)

    def _by_look(self, i: int, line: str, head: str) -> int | None:
        """Kinds that a line shows by itself; None where it shows none."""
        hint = "|" in line or "change" in line or " mode " in line or "%)" in line
        if hint and look.DIFFSTAT.match(line):
            self.kinds[i] = _K.DIFFSTAT
            return i + 1
        if ":" in line:
            if " " not in line[: line.find(":")].strip():
                match = look.TRAILER.match(line)
                if match is not None and _trailer_value(match.group(1), match.group(2)):
                    return self._trailer(i)
            if line.rstrip().endswith("):") and look.SHORTLOG_HEAD.match(line):
                return self._shortlog(i)
        if (head in _LOG_HEADS or "0x" in line or "CONFIG_" in line or ":" in line) and look.LOG.match(line):
            j = i + 1
            while j < self.last and self.lines[j].startswith(_SURE_LOGS):
                j += 1
            return self.fill(i, j, _K.LOG)
        if head == " " and line[1] == "*":
            end = self._comment(i)
            if end > i:
                return end
        if (".c:" in line or ".h:" in line) and look.SOURCE_PLACE.search(line):
            self.kinds[i] = _K.LOG
            return i + 1
        if head in " \t|+-=0123456789" and look.is_table(line):
            self.kinds[i] = _K.LOG
            return i + 1
        if len(line) > 15 and look.is_footer(line):
            return self._footer(i)
        if len(line) < 40 and self.last - i <= 8 and look.CLOSING.match(line):
            return self._closing(i)
        return None

    def _closing(self, i: int) -> int:
        """``Best regards,`` and the name below it, where nothing but a name follows."""
        rest = [line.strip() for line in self.lines[i + 1 : self.last] if line.strip()]
        if rest and len(rest) <= 4 and all(len(line) <= 50 and len(line.split()) <= 6 for line in rest):
            return self.fill(i, self.last, _K.SIGNATURE)
        return i + 1

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
        if j == i + 1:
            return i + 1
        return self.fill(i, j, _K.SHORTLOG)

    def _opens_changelog(self, i: int, line: str) -> bool:
        if not look.CHANGELOG_HEAD.match(line):
            return False
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
                or look.CHANGELOG_HEAD.match(line[:_LOOK_AT]) is not None
                or (
                    heading is _K.CHANGELOG
                    and look.CHANGELOG_HEAD.match(self.lines[i - 2][:_LOOK_AT]) is not None
                )
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


def _is_plain(line: str) -> bool:
    """Whether a line can be nothing but prose (or belong to what is around it), told by cheap tests alone."""
    size = len(line)
    if not 12 < size < _LOOK_AT or ":" in line or "|" in line or "0x" in line:
        return False
    end = line[-1]
    if end not in _PROSE_ENDS or (end in ",)" and ("*" in line or "=" in line)):
        return False
    head = line[0]
    if head in _LETTERS:
        if size < 40 and end not in ".?!":
            return False
        return line[:3].lower() not in look.FOOTER_HINTS and not line.startswith("diff ")
    if head in "-*":
        return line[1] == " " and line[2] in _LETTERS
    return head == " " and end not in ",)" and line.lstrip()[0] in _LETTERS and " mode " not in line


def _trailer_value(tag: str, value: str) -> bool:
    low = tag.lower()
    if low.endswith("-by"):
        return "@" in value or (value[:1].isupper() and len(value) < 80 and not value.rstrip().endswith("."))
    if low == "cc":
        return "@" in value
    if low == "fixes":
        return (value[:6].isalnum() and value[:1] in "0123456789abcdefABCDEF") or value.startswith(
            ("http", "commit ")
        )
    if low in ("link", "closes", "buglink", "references", "depends-on", "obsoleted-by", "patchwork"):
        return "://" in value or "@" in value or value.startswith("#")
    return " " not in value.strip()


def _reads_as_hunk(shown: Sequence[str]) -> bool:
    """Whether lines without a head are those of a hunk: all begin with a mark and some with code."""
    if any(line[0] not in "+- \t\\@" for line in shown):
        return False
    code = sum(1 for line in shown if line[0] in "+-" and (line[1:2] in ("\t", "") or look.is_code(line[1:])))
    return code * 2 >= sum(1 for line in shown if line[0] in "+-") and code > 0


def _mark_code(lines: Sequence[str], kinds: list[StretchKind], looked_at: Sequence[int]) -> None:
    """Turns prose lines that read as C into code, with the indented lines between them."""
    done = 0
    for i in looked_at:
        if i < done or kinds[i] is not _K.PROSE or not lines[i] or not look.is_code(lines[i][:_LOOK_AT]):
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
        line = lines[end][:_LOOK_AT]
        if not line.strip():
            following = next((k for k in range(end, min(end + 3, count)) if lines[k].strip()), None)
            if following is None or kinds[following] is not _K.PROSE:
                break
            if not look.is_code(lines[following][:_LOOK_AT]):
                break
        elif not (look.is_code(line) or look.may_be_code(line)):
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


def sort_text(text: str, state: BlockState, quoted: bool) -> list[StretchKind] | None:
    """A kind for each line of a run of text, or None where all of it is prose.

    Args:
        text: the run without quote marks.
        state: what earlier runs of the same depth left open; changed in place.
        quoted: whether the run is a quotation (trimmed hunks are looked upon more kindly there).
    """
    plain, rest = _plain_paragraphs(text)
    if not rest and not state.in_diff and not state.changelog:
        return None
    lines = text.split("\n")
    if text.endswith("\n"):
        lines.pop()
    sorter = _Sorter(lines, plain, state, quoted)
    kinds = sorter.run()
    if sorter.looked_at:
        _mark_code(lines, kinds, sorter.looked_at)
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
