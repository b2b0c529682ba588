"""Which part of a body is whose: stretches of text by quote depth, writer and kind.

Depth comes from the quote marks, writers from the attribution lines above the quotations. Runs of lines with
the same marks are found by one pattern, so that a body costs a few steps per change of depth and one step per
line that could be prose.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from threadmine.model import Patch, Stretch, StretchKind
from threadmine.parse.attribution import Attribution, find_attributions
from threadmine.parse.blocks import BlockState, sort_text
from threadmine.parse.limits import MAX_DEPTH

_RUN = re.compile(
    r"(>(?:[ \t]?>)*)[^\n]*(?:\n\1(?![ \t]?>)[^\n]*)*"  # lines with the same marks
    r"|(?:[^>\n][^\n]*)?(?:\n(?!>)[^\n]*)*"  # lines without any
)
_RUN_INDENTED = re.compile(
    r"( >(?:[ \t]?>)*)[^\n]*(?:\n\1(?![ \t]?>)[^\n]*)*"
    r"|(?:(?! >)[^\n]+)?(?:\n(?! >)[^\n]*)*"
)
"""The same where a client has put a blank in front of all marks."""

_LEAST_INDENTED = 3
_K = StretchKind


class _Run(NamedTuple):
    """Lines with the same quote marks; ``mark`` characters of marks in front of each."""

    start: int
    end: int
    depth: int
    mark: int


def find_stretches(body: str, patch: Patch | None) -> tuple[Stretch, ...]:
    """All of a body in order: whose text it is and of what kind.

    Args:
        body: the decoded text.
        patch: what ``parse_patch`` found in it; its files are taken as the diff at depth 0.
    """
    if not body:
        return ()
    attributions = find_attributions(body) if ">" in body or "ubject:" in body else []
    runs = _repair(body, _runs(body, bool(attributions) and _is_indented(body)))
    diffs = _diff_ranges(patch)
    walker = _Walker(body, attributions, diffs)
    for run in runs:
        walker.take(run)
    return tuple(walker.found)


def _is_indented(body: str) -> bool:
    """Whether a client has put a blank in front of every quote mark."""
    return body.count("\n >") >= _LEAST_INDENTED and "\n>" not in body


def _runs(body: str, indented: bool) -> list[_Run]:
    runs: list[_Run] = []
    at, size = 0, len(body)
    match_run = (_RUN_INDENTED if indented else _RUN).match
    while at < size:
        match = match_run(body, at)
        if match is None:
            break
        marks = match.group(1)
        end = min(match.end() + 1, size)
        if marks is None:
            runs.append(_Run(at, end, 0, 0))
        else:
            runs.append(_Run(at, end, min(marks.count(">"), MAX_DEPTH), len(marks)))
        at = end
    return runs


def _repair(body: str, runs: list[_Run]) -> list[_Run]:
    """Blank lines between quotations and the torn-off ends of wrapped quoted lines go to the quotation."""
    out: list[_Run] = []
    for i, run in enumerate(runs):
        if run.depth == 0 and out and out[-1].depth > 0:
            text = body[run.start : run.end]
            before = out[-1]
            if not text.strip():
                out[-1] = before._replace(end=run.end)
                continue
            after = runs[i + 1] if i + 1 < len(runs) else None
            if after is not None and after.depth == before.depth and _is_torn(body, before, text):
                out[-1] = before._replace(end=run.end)
                continue
        if out and out[-1].depth == run.depth and out[-1].mark == run.mark and run.depth:
            out[-1] = out[-1]._replace(end=run.end)
            continue
        out.append(run)
    return out


def _is_torn(body: str, before: _Run, text: str) -> bool:
    """One short line, no capital, right below a long quoted line: the mail client broke that line."""
    if text.count("\n") > 1 or len(text) > 40 or not text[:1].islower():
        return False
    above = body.rfind("\n", 0, before.end - 1) + 1
    return before.end - above >= 68 and body[before.end - 2 : before.end - 1] not in ".:;?!>"


def _diff_ranges(patch: Patch | None) -> tuple[tuple[int, int], ...]:
    """Where the diff at depth 0 stands; files that follow each other make one range."""
    if patch is None:
        return ()
    ranges: list[tuple[int, int]] = []
    for file in patch.files:
        if ranges and file.start <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], max(file.end, ranges[-1][1]))
        else:
            ranges.append((file.start, file.end))
    return tuple(ranges)


class _Walker:
    """Goes over the runs once, keeping the writers of the levels and what the levels left open."""

    def __init__(
        self, body: str, attributions: list[Attribution], diffs: tuple[tuple[int, int], ...]
    ) -> None:
        self.body = body
        self.attributions = attributions
        self.diffs = diffs
        self.next_attribution = 0
        self.writers: dict[int, str] = {}
        self.states: dict[int, BlockState] = {}
        self.extra = 0
        self.found: list[Stretch] = []

    def take(self, run: _Run) -> None:
        """Cuts a run at its attributions and diffs and adds the stretches between."""
        at = run.start
        while self.next_attribution < len(self.attributions):
            attribution = self.attributions[self.next_attribution]
            if attribution.start >= run.end:
                break
            self.next_attribution += 1
            if attribution.start < at:
                continue
            self._text(run, at, attribution.start)
            at = min(attribution.end, run.end)
            self._attribution(run, attribution, at)
        self._text(run, at, run.end)

    def _attribution(self, run: _Run, attribution: Attribution, end: int) -> None:
        depth = run.depth + self.extra
        self._add(attribution.start, end, depth, _K.ATTRIBUTION)
        self.writers = {level: name for level, name in self.writers.items() if level <= depth}
        self.writers[depth + 1] = attribution.writer
        for level in [level for level in self.states if level > depth]:
            del self.states[level]
        if attribution.unmarked:
            self.extra = min(self.extra + 1, MAX_DEPTH)

    def _text(self, run: _Run, start: int, end: int) -> None:
        """Text of one run without attributions: the patch's own diff apart, the rest by its lines."""
        if run.depth == 0 and not self.extra:
            for first, last in self.diffs:
                if first < start or first >= end:
                    continue
                self._sorted(run, start, first)
                start = min(last, end)
                self._add(first, start, 0, _K.DIFF)
        self._sorted(run, start, end)

    def _sorted(self, run: _Run, start: int, end: int) -> None:
        if start >= end:
            return
        depth = run.depth + self.extra
        text = self.body[start:end]
        state = self.states.get(depth)
        if state is None:
            state = self.states[depth] = BlockState()
        bare = _without_marks(text, run.mark) if run.mark else text
        kinds = sort_text(bare, state, depth > 0)
        if kinds is None:
            self._add(start, end, depth, _K.PROSE)
            return
        at = begin = start
        kind = kinds[0]
        for line, this in zip(text.split("\n"), kinds, strict=False):
            if this is not kind:
                self._add(begin, at, depth, kind)
                begin, kind = at, this
            at += len(line) + 1
        self._add(begin, end, depth, kind)

    def _add(self, start: int, end: int, depth: int, kind: StretchKind) -> None:
        if start >= end:
            return
        writer = self.writers.get(depth, "") if depth else ""
        if self.found:
            last = self.found[-1]
            if last.depth == depth and last.kind is kind and last.writer == writer:
                self.found[-1] = Stretch(last.start, end, depth, kind, writer)
                return
        self.found.append(Stretch(start, end, depth, kind, writer))


def _without_marks(text: str, mark: int) -> str:
    """A run without its quote marks, and without the blank after them where every line has it."""
    start = "\n" + text[:mark]
    text = "\n" + text
    bare = text.replace(start + " ", "\n")
    if start not in bare:
        return bare[1:]
    # blank lines in a row share a line break, which count() would count once
    apart = bare.replace("\n", "\n\n").count(start + "\n") + bare.count(start + "\t") + bare.endswith(start)
    if bare.count(start) != apart:
        bare = text
    return bare.replace(start, "\n")[1:]
