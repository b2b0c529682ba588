"""Quote depths found again where a page shows only the openings of quotations.

The viewer prints a line ``quoted`` for each level that opens below the first and nothing where levels close:
going from depth p to depth d shows ``max(d, 1) - max(p, 1)`` such lines. A change of depth has no blank line
at its border. What remains open is settled by the cheapest reading of all lines together: attribution lines
and sign-offs fix depths, a paragraph that ends early marks a border, a writer does not address himself.
Depths that cost nearly as little as the cheapest are possible too; where they belong to different people, the
line keeps them all as candidates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from threadmine.parse.attribution import find_attributions
from threadmine.people import straight_name
from threadmine.vocab.mail import REPLY_OPENERS

_MARKER = "quoted"
_MAX = 24
_NEVER = 1e6
_MARGIN = 0.6
_MAX_LINES = 4000

_STAY = {
    "clear answer": 1.5,
    "clear": 0.6,
    "answer": 1.0,
    "capital": 0.2,
    "sentence": 0.0,
    "code": 0.0,
    "no": 0.0,
}
"""Staying at a depth over a border: after a paragraph that ended early, before a word that opens an answer
or another; before such a word elsewhere; before a capital in mid sentence; where a sentence ends with its
line; in code; in the middle of a sentence."""

_LEAVE = {
    "clear answer": 0.0,
    "clear": 0.0,
    "answer": 0.1,
    "capital": 1.0,
    "sentence": 0.5,
    "code": 4.0,
    "no": 4.0,
}
"""Leaving the depth at such a border."""

_OPEN_FIRST = 0.2  # going from new text to depth 1, which shows nothing
_OPEN_ELSEWHERE = 1.5
_BEHIND_SECOND = -1  # the state of new text that follows text of depth 2
_TO_NEW_TEXT = 0.1
_TO_OTHER = 0.8
_TO_UNKNOWN = 0.9
_END_AT_FIRST = 0.1
_END_DEEPER = 0.7
_WRONG_SIGN_OFF = 3.0
_ADDRESSES_HIMSELF = 2.0
_BEYOND = 0.8

_SIGN_OFF = re.compile(r"[A-Z][a-z]+$")
_ADDRESSED = re.compile(r"(?:Hi |Hello |Dear |Hey )?([A-Z][a-z]+),(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with its quote marks back; ``undecided`` maps its line numbers to the possible writers."""

    text: str
    undecided: dict[int, tuple[str, ...]]


@dataclass(slots=True)
class _Line:
    text: str
    opened: int  # lines "quoted" right above
    blank: int  # blank lines right above
    attribution: str = ""  # the writer that this line introduces; on its last line only
    in_attribution: bool = False
    next_opened: bool = False  # levels open right below, or the text ends
    depths: tuple[int, ...] = field(default=())


def find_depths(lines: Sequence[str], author: str) -> Decoded:
    """The lines of a message with quote marks for the depths found.

    Args:
        lines: the text with its ``quoted`` lines, headers and footer taken off.
        author: name of the writer of the new text.
    """
    shown = _shown(lines[:_MAX_LINES])
    if not shown:
        return Decoded("", {})
    _note_attributions(shown)
    writers = _writers(shown, author)
    costs = _Costs(shown, writers)
    _settle(shown, costs)
    return _rebuilt(shown, writers)


def _shown(lines: Sequence[str]) -> list[_Line]:
    out: list[_Line] = []
    opened = blank = 0
    for line in lines:
        if line.strip() == _MARKER:
            opened += 1
        elif not line.strip():
            blank += 1
        else:
            if out and opened:
                out[-1].next_opened = True
            out.append(_Line(line.rstrip(), opened, blank if out else 0))
            opened = blank = 0
    if out:
        out[-1].next_opened = True
    return out


def _note_attributions(shown: Sequence[_Line]) -> None:
    text = "\n".join(line.text for line in shown) + "\n"
    starts = [0]
    for line in shown:
        starts.append(starts[-1] + len(line.text) + 1)
    for found in find_attributions(text):
        inside = [n for n in range(len(shown)) if found.start <= starts[n] < found.end]
        for n in inside:
            shown[n].in_attribution = True
        if inside:
            shown[inside[-1]].attribution = found.writer


def _writers(shown: Sequence[_Line], author: str) -> dict[int, str]:
    """The writer of each depth by the chain of attribution lines at the top."""
    writers = {0: author}
    depth = 0
    for number, line in enumerate(shown):
        if number and not line.in_attribution:
            break
        if number and not (shown[number - 1].in_attribution and not shown[number - 1].attribution):
            depth = max(depth, 1) + line.opened if line.opened or depth else 1
        if line.attribution:
            writers[depth + 1] = straight_name(line.attribution)
    return writers


class _Costs:
    """What it costs to read a line at a depth, given the depth of the line before it."""

    def __init__(self, shown: Sequence[_Line], writers: dict[int, str]) -> None:
        self.shown = shown
        self.writers = writers
        self.known = max(writers)
        self.kinds = [self._kind(number) for number in range(len(shown))]

    def start(self, depth: int) -> float:
        """The first line is new text, or the attribution line of the parent."""
        return 0.0 if depth == 0 else 0.5 if depth == 1 and self.shown[0].opened else _NEVER

    def alone(self, number: int, depth: int) -> float:
        """The line at this depth, whatever stands before it."""
        line = self.shown[number]
        writer = self.writers.get(depth, "")
        first = writer.split()[0].lower() if writer else ""
        cost = 0.0
        if _SIGN_OFF.match(line.text.strip()) and self._is_name(line.text.strip()):
            word = line.text.strip().lower()
            cost += 0.0 if first and (first.startswith(word) or word.startswith(first)) else _WRONG_SIGN_OFF
        addressed = _ADDRESSED.match(line.text)
        if addressed is not None and first and addressed.group(1).lower() == first:
            cost += _ADDRESSES_HIMSELF
        if line.next_opened:
            cost += 0.0 if depth == 0 else _END_AT_FIRST if depth == 1 else _END_DEEPER
        return cost

    def _is_name(self, word: str) -> bool:
        low = word.lower()
        firsts = [w.split()[0].lower() for w in self.writers.values() if w]
        return any(f.startswith(low) or low.startswith(f) for f in firsts) and len(low) > 2

    def step(self, number: int, before: int, depth: int) -> float:
        """Going from depth ``before`` on the line above to ``depth`` on this line."""
        line, above = self.shown[number], self.shown[number - 1]
        if line.opened:
            beyond = max(0, depth - self.known) * _BEYOND
            return beyond if depth == max(before, 1) + line.opened else _NEVER
        if above.in_attribution and not above.attribution:
            return 0.0 if depth == before else _NEVER  # inside a wrapped attribution
        if above.attribution and before == 0:
            return 0.0 if depth == 1 else 3.0 if depth == 0 else _NEVER
        if line.blank:
            return 0.0 if depth == before else _NEVER
        if depth > before:
            return _LEAVE[self.kinds[number]] + _OPEN_FIRST if (before, depth) == (0, 1) else _NEVER
        if depth == before:
            return _STAY[self.kinds[number]]
        return _LEAVE[self.kinds[number]] + self._target(before, depth)

    def move(self, number: int, before: int, state: int) -> float:
        """The same between states, which tell new text behind depth 2 from other new text."""
        if state == _BEHIND_SECOND and before not in (2, _BEHIND_SECOND):
            return _NEVER
        if state == 0 and before in (2, _BEHIND_SECOND):
            return _NEVER
        cost = self.step(number, max(before, 0), max(state, 0))
        if (
            state == 1
            and before == 0
            and not self.shown[number].opened
            and not self.shown[number - 1].attribution
        ):
            cost += _OPEN_ELSEWHERE
        return cost

    def _target(self, before: int, depth: int) -> float:
        if depth == 0:
            return _TO_NEW_TEXT
        nearest = max((d for d in self.writers if d < before), default=0)
        if depth == nearest:
            return 0.0
        return _TO_OTHER if depth in self.writers else _TO_UNKNOWN

    def _kind(self, number: int) -> str:
        """What the border above a line looks like, see ``_STAY`` and ``_LEAVE``."""
        line = self.shown[number]
        if not number or line.opened or line.blank:
            return "no"
        text, above = line.text, self.shown[number - 1].text
        if text[:1] in " \t":
            return "code"
        if above[:1] in " \t":
            return "clear"
        word = text.split()[0]
        if not (text[:1].isupper() or text[:1] in '"“' or text == "+1"):
            return "no"
        answers = word.strip(",.!?:").lower() in REPLY_OPENERS
        if len(above) + 1 + len(word) <= self._width(number) - 2:
            return "clear answer" if answers else "clear"
        if above[-1:] in ".?!:)…":
            return "answer" if answers else "sentence"
        return "answer" if answers else "capital"

    def _width(self, number: int) -> int:
        """How wide the paragraph around a border is written."""
        near = [line.text for line in self.shown[max(0, number - 4) : number + 3]]
        return max(len(text) for text in near)


def _settle(shown: Sequence[_Line], costs: _Costs) -> None:
    """Fills ``depths`` of every line: the cheapest first, then those that cost nearly as little.

    New text (depth 0) comes in two states: behind text of depth 2 it may be followed by depth 1 without a
    sign (the answer to that text goes on), elsewhere hardly.
    """
    deepest = min(_MAX, 1 + sum(line.opened for line in shown))
    states = [*range(deepest + 1), _BEHIND_SECOND]
    forward = [[costs.start(s) + costs.alone(0, s) if s >= 0 else _NEVER for s in states]]
    for number in range(1, len(shown)):
        last = [(state, cost) for state, cost in zip(states, forward[-1], strict=True) if cost < _NEVER]
        forward.append(
            [
                min((cost + costs.move(number, p, s) for p, cost in last), default=_NEVER)
                + costs.alone(number, max(s, 0))
                for s in states
            ]
        )
    backward = [0.0 for _ in states]
    for number in range(len(shown) - 1, -1, -1):
        total: dict[int, float] = {}
        for state, ahead, behind in zip(states, forward[number], backward, strict=True):
            depth = max(state, 0)
            total[depth] = min(total.get(depth, _NEVER), ahead + behind)
        best = min(total.values())
        near = [depth for depth, cost in total.items() if cost <= best + _MARGIN]
        shown[number].depths = tuple(sorted(near, key=lambda d: (total[d], -d)))
        if number:
            alone = [costs.alone(number, max(s, 0)) + b for s, b in zip(states, backward, strict=True)]
            backward = [
                min(costs.move(number, p, s) + rest for s, rest in zip(states, alone, strict=True))
                for p in states
            ]


def _rebuilt(shown: Sequence[_Line], writers: dict[int, str]) -> Decoded:
    out: list[str] = []
    undecided: dict[int, tuple[str, ...]] = {}
    last = 0
    for line in shown:
        depth = line.depths[0]
        names = tuple(dict.fromkeys(writers.get(d, "") for d in line.depths))
        if len(names) > 1 and not line.in_attribution:
            depth = max(1, *(d for d in line.depths if d)) if any(line.depths) else 1
        out += [_marked("", last if depth == last else 0)] * line.blank
        if len(names) > 1 and not line.in_attribution:
            undecided[len(out)] = tuple(sorted(name or "unknown" for name in names))
        out.append(_marked(line.text, depth))
        last = depth
    return Decoded("\n".join(out) + "\n", undecided)


def _marked(text: str, depth: int) -> str:
    return ("> " * depth + text).rstrip() if depth else text
