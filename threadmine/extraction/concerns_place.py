"""Why: "this is racy" means the lines quoted above it; a concern is tied to its hunk before it can be
followed.

What a sentence stands under is the nearest text of somebody else (or code the writer pasted) above it.
Where that is a quoted patch, file, line and function come from the hunk that ``parse.diff`` rebuilds from
the quotation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from threadmine.model import Message, Side, Stretch, StretchKind, fold
from threadmine.parse.diff import Place, QuotedHunk, find_quoted_hunks, place_before

MAX_ABOUT = 600
"""Characters of the text above that are kept: its end, which stands nearest to the answer."""

_OUTER_COMMENT = ("/*", " *")
_COMMENT_LINES = 40  # of a comment that are looked at
_SIGNATURE = 3  # lines below a comment in which the name of its function stands
_TITLE = re.compile(r" \*[ \t]{1,4}([a-z_]\w{2,60})(?:\(\))?[ \t]{1,4}[-:][ \t]")
"""The first line of kernel-doc: `` * name() - what it does``."""
_DEFINED = re.compile(r"[A-Za-z_][\w \t*]{0,80}?\b([a-z_]\w{2,60})\(")
_ABOVE = 3  # lines below the end of a function at which a remark may still be about it
_SKIPPED = frozenset(
    {StretchKind.ATTRIBUTION, StretchKind.SIGNATURE, StretchKind.FOOTER, StretchKind.TRAILER}
)
_CODE = frozenset({StretchKind.CODE, StretchKind.DIFF})


@dataclass(frozen=True, slots=True)
class About:
    """What a sentence answers: the text, its quote depth, and where a quoted patch has it.

    ``lines`` are the last lines of it without quote marks, nearest last; ``line`` is 0 where no hunk tells.
    """

    text: str = ""
    depth: int = 0
    file: str = ""
    line: int = 0
    function: str = ""
    lines: tuple[str, ...] = ()
    is_code: bool = False
    writer: str = ""

    @property
    def is_question(self) -> bool:
        """Whether the text above ends by asking something."""
        return self.depth > 0 and not self.is_code and self.text.endswith("?")


NOTHING = About()


class Surroundings:
    """The quoted stretches of a message, asked for the one above a place; hunks are read when needed."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._stretches = [
            s for s in message.stretches if s.kind not in _SKIPPED and (s.depth or s.kind in _CODE)
        ]
        self._ends = [stretch.end for stretch in self._stretches]
        self._under = -1
        self._asked = 0
        self._known: dict[int, About] = {}
        self._hunks: Sequence[QuotedHunk] | None = None

    def above(self, start: int) -> About:
        """What stands above the character ``start`` of the body."""
        at = bisect_left(self._ends, start + 1) - 1
        if at < 0:
            return NOTHING
        if at not in self._known:
            stretch = self._stretches[at]
            lines = _last_lines(self._message.body, stretch)
            text = fold(" ".join(lines))[-MAX_ABOUT:]
            writer = "" if stretch.candidates else stretch.writer
            self._known[at] = About(
                text, stretch.depth, lines=lines, is_code=stretch.kind in _CODE, writer=writer
            )
        return self._known[at]

    def follows(self, start: int) -> int:
        """How many sentences under the same quotation were asked about before; asked once for each."""
        at = self.quote_before(start)
        self._asked = self._asked + 1 if at == self._under else 0
        self._under = at
        return self._asked

    def quote_before(self, start: int) -> int:
        """Where the last quotation above the character ``start`` ends, 0 where there is none."""
        at = bisect_left(self._ends, start + 1) - 1
        return self._ends[at] if at >= 0 else 0

    def placed(self, start: int) -> About:
        """As :meth:`above`, with file, line and function where a quoted hunk stands above."""
        about = self.above(start)
        if not about.depth:
            return about
        if self._hunks is None:
            has_diff = any(
                stretch.depth and stretch.kind is StretchKind.DIFF for stretch in self._message.stretches
            )
            self._hunks = find_quoted_hunks(self._message.body, self._message.stretches) if has_diff else ()
        place = place_before(self._hunks, start) if self._hunks else None
        if place is None:
            return about
        function = (
            self._documented(place)
            or place.function
            or self._function_before(place.start)
            or self._carried(place)
        )
        return replace(about, file=place.file, line=place.line, function=function)

    def _documented(self, place: Place) -> str:
        """The function whose comment a line above all code is part of: that of its title, or the next one."""
        if not place.text.startswith(_OUTER_COMMENT):
            return ""
        for hunk in self._hunks or ():
            if hunk.start <= place.start <= hunk.end:
                lines = hunk.places()
                at = next((i for i, one in enumerate(lines) if one.start == place.start), 0)
                for line in reversed(lines[max(0, at - _COMMENT_LINES) : at + 1]):
                    if not line.text.startswith(_OUTER_COMMENT):
                        break
                    if title := _TITLE.match(line.text):
                        return title[1]
                below = (line for line in lines[at + 1 : at + _COMMENT_LINES])
                code = [line for line in below if not line.text.startswith(_OUTER_COMMENT)][:_SIGNATURE]
                named = (_DEFINED.match(line.text) for line in code if line.side is not Side.REMOVED)
                return next((found[1] for found in named if found), "")
        return ""

    def _carried(self, place: Place) -> str:
        """The function that began in a piece of the hunk above, where a reply stands between the two."""
        function, depth = "", 0
        for hunk in self._hunks or ():
            if hunk.start > place.start:
                break
            if hunk.has_header or hunk.depth != depth:
                function, depth = "", hunk.depth
            for line in hunk.places():
                if line.start > place.start:
                    break
                if line.function:
                    function = line.function
                elif line.text.startswith("}"):
                    function = ""
        return function

    def _function_before(self, start: int) -> str:
        """The function that ends just above a line outside of all (``}``, ``#endif``), or the empty text."""
        for hunk in self._hunks or ():
            if hunk.start <= start <= hunk.end:
                above = [place for place in hunk.places() if place.start < start][-_ABOVE:]
                return next((place.function for place in reversed(above) if place.function), "")
        return ""


def _last_lines(body: str, stretch: Stretch, limit: int = 12) -> tuple[str, ...]:
    """The last lines of a stretch, marks taken off, blank ones left out."""
    begin = max(stretch.start, stretch.end - 2000)
    found: list[str] = []
    for line in reversed(body[begin : stretch.end].split("\n")):
        text = line.lstrip("> \t") if stretch.depth else line
        if text.strip():
            found.append(text)
            if len(found) == limit:
                break
    return tuple(reversed(found))
