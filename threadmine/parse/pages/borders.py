"""What a line, and the border above it, look like: the attributes by which depths are weighed.

All are general: how full a line is before the next word, how sentences end and begin, whether code stays
together, who is addressed, who signs. Their weights are data (``depths.toml``), fitted by
``tools/fit_viewer.py``; an attribute without a weight counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from threadmine.parse.pages.shown import Line

_CODE = re.compile(
    r"[ \t]|[-+@#*/{}]|diff |index [0-9a-f]|\S.*[;{}]$|"
    r"(?:static|struct|void|int|if|for|while|return)\b.*[({;]"
)
_TRAILER = re.compile(r"[A-Z][a-z]+(?:-[a-z]+)*-(?:by|to): |Cc: |Fixes: |Link: |Closes: |Fixes ")
_DIFF = re.compile(r"[-+@]|diff --git |index [0-9a-f]{7}|--- |\+\+\+ ")
_LIST = re.compile(r"(?:[-*•o]|\(?\d{1,2}[.)\]:]|\[\d{1,2}\]|[a-z]\))\s")
_THANKS = re.compile(
    r"(?:many thanks|thanks|thank you|thx|cheers|regards|best regards|kind regards|best|br|sincerely)"
    r"[,.!]*(?:\s.{0,20})?$",
    re.IGNORECASE,
)
_GREETING = re.compile(r"(?:hi|hello|hey|dear)\b.{0,40}$", re.IGNORECASE)
_NAME = re.compile(r"[-–—~/ ]*([A-Z][\w.]+(?: [A-Z][\w.]*){0,2})[.,]?$")
_ADDRESSED = re.compile(
    r"(?:Hi |Hello |Dear |Hey |@)?([A-Z]\w+)[,:](?:\s|$)|(?:Hi|Hello|Dear|Hey) ([A-Z]\w+)\b"
)
_CAPITAL = re.compile(r"\b[A-Z][a-z]{2,}\b")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]{3,}")
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I've|I'd|I'll|my|me)\b")
_SECOND_PERSON = re.compile(r"\b(?:[Yy]ou|[Yy]our|you're|you've|you'd)\b")
_ENDS = ".?!:,;)"
_MARKS = {" ": "blank", "\t": "tab", "+": "+", "-": "-", "@": "@"}
_LITTLE = 25
_FEW = 4
"""Lines looked at above and below for the width of a paragraph."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines ``first``..``last`` (its end not included) between two signs that tell something."""

    first: int
    last: int


def blocks_of(shown: Sequence[Line]) -> list[Block]:
    """The stretches of lines between blank lines, opened levels and attribution lines, by line."""
    out: list[Block] = []
    first = 0
    for number in range(1, len(shown) + 1):
        if number < len(shown):
            line, above = shown[number], shown[number - 1]
            if not (line.opened or line.blank or line.in_attribution != above.in_attribution):
                continue
        out += [Block(first, number)] * (number - first)
        first = number
    return out


class Looks:
    """The attributes of the lines of one page."""

    def __init__(self, shown: Sequence[Line], writers: Mapping[int, str], top: int) -> None:
        self._shown = shown
        self._top = top
        self._ends_named = bool(writers.get(top))  # the attribution lines name the writer of their last level
        self._blocks = blocks_of(shown)
        self._code = [_CODE.match(line.text) is not None for line in shown]
        self._diff = [_DIFF.match(line.text) is not None for line in shown]
        self._trailer = [_TRAILER.match(line.text) is not None for line in shown]
        self._firsts = {depth: first_name(name) for depth, name in writers.items() if name}
        self._words = [
            frozenset(word.lower() for word in _WORD.findall(line.text) if word.lower() not in _COMMON)
            for line in shown
        ]
        self._named = [
            self._names_in(line, trailer) for line, trailer in zip(shown, self._trailer, strict=True)
        ]
        prose = sorted(len(line.text) for line, code in zip(shown, self._code, strict=True) if not code)
        self._usual = prose[len(prose) * 9 // 10] if prose else 72

    def border(self, number: int) -> list[str]:
        """The attributes of the border above line ``number``, between it and the line above."""
        text, above = self._shown[number].text, self._shown[number - 1].text
        word = text.split(None, 1)[0]
        room = self._room(number, word)
        end = above[-1:] if above[-1:] in _ENDS else "word" if above[-1:].isalnum() else "other"
        start = _start(text)
        closes = "." if end in ".!" else end if end in "?:)" else "-"
        found = ["border", f"room {room}", f"end {end}", f"start {start}", f"{room} {closes} {start}"]
        found += self._kinds(number, text, above)
        low = word.strip(",.!?:'\"()").lower()
        if low:
            found += [f"word {low}", f"word {low} {'full' if room == 'full' else 'room'}"]
        found += self._around(number, room, start)
        found += self._content(number)
        return found

    def _room(self, number: int, word: str) -> str:
        """How much room is left on the line above for the first word of this one."""
        near = self._shown[max(0, number - _FEW - 1) : number + _FEW]
        slack = max(len(line.text) for line in near) - len(self._shown[number - 1].text) - 1 - len(word)
        return "full" if slack <= 1 else "near" if slack <= 6 else "some" if slack <= 20 else "much"

    def _kinds(self, number: int, text: str, above: str) -> list[str]:
        found: list[str] = []
        was, now = self._code[number - 1], self._code[number]
        if was or now:
            found.append(f"code {'above' if was else ''}{'below' if now else ''}")
            found.append(f"marks {_mark(above)} {_mark(text)}")
        if self._trailer[number - 1] or self._trailer[number]:
            found.append(f"trailer {self._trailer[number - 1]:d}{self._trailer[number]:d}")
        if _LIST.match(text):
            found.append("list below")
        if _LIST.match(above):
            found.append("list above")
        if _THANKS.match(text):
            found.append("thanks below")
        if _THANKS.match(above):
            found.append("thanks above")
        if _GREETING.match(text):
            found.append("greeting below")
        if _NAME.match(above):
            found.append("name above")
        if above.endswith(("...", "…", "]")):
            found.append("dots above")
        if text.startswith(("[", "...", "…", "<")):
            found.append("cut below")
        return found

    def _around(self, number: int, room: str, start: str) -> list[str]:
        shown, block = self._shown, self._blocks[number]
        over, under = number - block.first, block.last - number
        found = [f"lines above {min(over, 3)}", f"lines below {min(under, 3)}"]
        if len(shown[number - 1].text) < _LITTLE:
            found.append("little above")
        if len(shown[number].text) < _LITTLE:
            found.append("little below")
            if under == 1:
                found.append("little alone")
        if under == 1 and block.last < len(shown) and shown[block.last].opened:
            found.append("one line, then opened")
        if block.last == len(shown):
            found.append("last block")
        if block.last < len(shown) and shown[block.last].opened:
            found.append(f"then opened {min(shown[block.last].opened, 6)}")
            found.append(f"then opened {room} {start}")
        wide = [len(shown[n].text) for n in range(max(block.first, number - _FEW), number)]
        below = [len(shown[n].text) for n in range(number, min(block.last, number + _FEW))]
        if len(wide) > 1 and len(below) > 1:
            gap = max(below) - max(wide)
            found.append(f"width {'same' if abs(gap) < 5 else 'wider' if gap > 0 else 'narrower'}")
        if over and block.first and shown[block.first].opened and not shown[block.first].in_attribution:
            found.append(f"opened above {min(over, 5)}")
        return found

    def _content(self, number: int) -> list[str]:
        """Words that the two sides share, and who speaks of whom."""
        block = self._blocks[number]
        over = frozenset().union(*self._words[max(block.first, number - 3) : number])
        under = frozenset().union(*self._words[number : min(block.last, number + 2)])
        found: list[str] = []
        if over and under:
            share = len(over & under)
            found.append(f"shared {min(share, 3)}")
        asked = self._shown[number - 1].text.endswith("?")
        text = self._shown[number].text
        for name, pattern in (("I", _FIRST_PERSON), ("you", _SECOND_PERSON)):
            if pattern.search(text):
                found.append(f"{name} below")
                if asked:
                    found.append(f"asked, {name} below")
            if pattern.search(self._shown[number - 1].text):
                found.append(f"{name} above")
        return found

    def line(self, number: int) -> list[str]:
        """The attributes of a line that tell something of its depth, whatever stands around it."""
        line = self._shown[number]
        text = line.text
        found = ["line"]
        if line.in_attribution:
            return ["attribution"]
        if self._code[number]:
            found.append("code")
        if self._diff[number]:
            found.append("diff")
            found.append(f"diff {_mark(text)}")
        if self._trailer[number]:
            found.append("trailer")
        if _THANKS.match(text):
            found.append("thanks")
        if _GREETING.match(text):
            found.append("greeting")
        if _FIRST_PERSON.search(text):
            found.append("I")
        if _SECOND_PERSON.search(text):
            found.append("you")
        if text.endswith("?"):
            found.append("question")
        if line.next_opened and not line.in_attribution:
            found.append(f"opens {min(line.next_opened, 3)}")
            found += ["opens"] * min(line.next_opened, 8)
        if line.is_last:
            found.append("end")
            if _NAME.match(text):
                found.append("end name")
        if line.opened:
            found.append("opened")
        if len(text) > self._usual + 8:
            found.append("long")
        return found

    def at_depth(self, number: int, depth: int) -> list[str]:
        """The attributes that a line has at one depth: who would write it, how deep it would open."""
        line = self._shown[number]
        if line.in_attribution:
            return []
        found: list[str] = []
        if line.opened:
            beyond = depth - self._top
            known = "named" if self._ends_named else "open"
            found.append(f"beyond {known} {max(-3, min(3, beyond))}")
            found += [f"deep {known}"] * beyond
        for how, word in self._named[number]:
            found.append(f"{how} {self._kin(word, depth)}")
        return found

    def _names_in(self, line: Line, trailer: bool) -> list[tuple[str, str]]:
        """The first names of known writers in a line, each with how it stands there."""
        text, firsts = line.text, self._firsts.values()
        if line.in_attribution or not any(first[:3] in text.lower() for first in firsts):
            return []
        if trailer:
            return [("tag of", word) for word in _capitals(text.partition(":")[2]) if word in firsts]
        signed = _NAME.match(text)
        if signed is not None and len(text) < _LITTLE:
            word = signed.group(1).split()[0].lower()
            return [("signed", word)] if any(_same(word, first) for first in firsts) else []
        addressed = _ADDRESSED.match(text)
        if addressed is not None:
            word = (addressed.group(1) or addressed.group(2)).lower()
            if any(_same(word, first) for first in firsts):
                return [("addressed", word)]
        return [("named", word) for word in _capitals(text) if word in firsts]

    def _kin(self, word: str, depth: int) -> str:
        """Who the writer at ``depth`` is to the person named: himself, the one who answers, or another."""
        firsts = self._firsts
        if depth not in firsts:
            return "nobody known"
        if _same(word, firsts[depth]):
            return "self"
        if depth + 1 in firsts and _same(word, firsts[depth + 1]):
            return "answered"
        if depth - 1 in firsts and _same(word, firsts[depth - 1]):
            return "answering"
        return "other"


def first_name(name: str) -> str:
    """The first word of a name in small letters."""
    words = name.split()
    return words[0].lower() if words else ""


def _same(word: str, first: str) -> bool:
    return len(word) > 1 and bool(first) and (first.startswith(word) or word.startswith(first))


def _capitals(text: str) -> list[str]:
    """The words that begin with a capital, each once, in small letters."""
    return sorted({word.lower() for word in _CAPITAL.findall(text)})


def _mark(text: str) -> str:
    return _MARKS.get(text[:1], "x")


def _start(text: str) -> str:
    first = text[:1]
    if first.isupper():
        return "upper"
    return "lower" if first.islower() else "digit" if first.isdigit() else "other"


_COMMON = frozenset(
    {
        *(
            "this",
            "that",
            "with",
            "from",
            "have",
            "will",
            "would",
            "should",
            "could",
            "there",
            "their",
            "they",
        ),
        *(
            "then",
            "than",
            "what",
            "when",
            "where",
            "which",
            "also",
            "just",
            "only",
            "more",
            "some",
            "because",
        ),
        *("about", "into", "your", "does", "don", "been", "were", "here", "very", "much", "like", "think"),
        *("page", "folio", "code", "patch", "need", "want", "make", "same", "other", "these", "those"),
        *("after", "before", "still", "even", "such", "over"),
    }
)
"""Words too common for the two sides of a border to share by more than chance."""
