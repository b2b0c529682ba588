"""Attribution lines: who wrote the text that is quoted below them.

``On Mon, 5 Jan 2026 at 10:00, Ann Author <a@x> wrote:`` in the languages and wrappings of mail clients, also
over several lines and inside quotations, and the header blocks that Outlook puts above what it quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from threadmine.vocab.mail import ATTRIBUTION_STARTS, WROTE

_VERBS = "|".join(re.escape(verb) for verb in WROTE)
_CLOSE = re.compile(r"(?:" + _VERBS + r")(?:\s{0,3}\([^()\n]{0,80}\))?\s{0,3}(?::|：|\.\.\.|…)[ \t]*\Z")
_CLOSE_BEFORE_NAME = re.compile(r"\b(?:schrieb|skrev|schreef)\s[^\n]{1,100}:[ \t]*\Z")
_END_MARKS = (":\n", ": \n", "：\n", "...\n", "…\n")
_TAIL = 140
_LAST = (*WROTE, ")")
_QUOTE = re.compile(r"[ \t]?(?:>[ \t]?)*")
_START = re.compile(
    r"(?:\*|>)?\s*(?:(?:"
    + "|".join(ATTRIBUTION_STARTS)
    + r")\b|\d{1,4}[-./年]|(?:mon|tue|wed|thu|fri|sat|sun)\w*,)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s*[AaPp]\.?[Mm]\.?)?(?:\s*(?:UTC|GMT|[A-Z]{3,4})?[+-]\d{4})?"
    r"(?:\s*(?:UTC|GMT|CES?T|[EP][SD]T|JST|IST|Z)\b)?(?:\s*\([^()]{1,40}\))?"
)
_YEAR = re.compile(r"(?:19|20)\d\d\b|\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\d{4}年\d{1,2}月\d{1,2}日\S{0,3}")
_ADDRESS = re.compile(
    r"\s*[<(\[](?:mailto:)?[^<>()\[\]\s]*(?:@|\(a\)|\.\.\.| at )[^<>()\[\]]*[>)\]]|\s*\[off-list ref\]"
)
_OUTLOOK = re.compile(
    r"-{2,}\s?(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Forwarded message"
    r"|邮件原件|原始邮件)\s?-{2,}",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    r"\*?(From|Sent|Date|To|Cc|Subject|Von|Gesendet|An|Betreff)\*?\s?[:：]\*?\s*(.*)", re.IGNORECASE
)
_FROM_LINE = re.compile(r"\n([ \t]?(?:>[ \t]?)*)\*?(?:From|Von)\*?\s?:")
_OUTLOOK_WORDS = (
    "Sent:",
    "Gesendet:",
    "riginal Message",
    "orwarded message",
    "rwarded Message",
    "邮件原件",
    "原始邮件",
)
_EDGE = " \t,;:*\"'“”‘’-–—"
_MAX_LINES = 4
_MAX_TEXT = 600


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines ``start``..``end`` of a body name ``writer`` as the writer of the next deeper quotation.

    ``depth`` counts the quote marks in front of the lines. ``unmarked`` tells Outlook's way: what follows
    stands one level deeper without a mark of its own.
    """

    start: int
    end: int
    depth: int
    writer: str
    unmarked: bool = False


def find_attributions(body: str) -> list[Attribution]:
    """All attribution lines of a body, in order, none inside another."""
    found: list[Attribution] = []
    for end in _line_ends(body):
        hit = _ending_at(body, end)
        if hit is not None:
            found.append(hit)
    if ("From:" in body or "Von:" in body) and any(word in body for word in _OUTLOOK_WORDS):
        found += _outlook_blocks(body)
    if len(found) > 1:
        found.sort(key=lambda a: (a.start, -a.end))
        found = [a for i, a in enumerate(found) if i == 0 or a.start >= found[i - 1].end]
    return found


def _line_ends(body: str) -> list[int]:
    """Where lines end that could be the last of an attribution: those with a colon or dots at the end."""
    ends: list[int] = []
    for mark in _END_MARKS:
        at = body.find(mark)
        while at >= 0:
            ends.append(at + len(mark) - 1)
            at = body.find(mark, at + len(mark))
    if body.endswith(":"):
        ends.append(len(body))
    return ends


def _ending_at(body: str, line_end: int) -> Attribution | None:
    """The attribution that ends with the line that ends at ``line_end``, if there is one."""
    line_start = body.rfind("\n", 0, line_end) + 1
    tail = body[max(line_start, line_end - _TAIL) : line_end]
    word = tail.rstrip(" \t\xa0:：.…")
    if not word.endswith(_LAST) and not ("schr" in tail or "skr" in tail):
        return None
    if _CLOSE.search(tail) is None:
        if _CLOSE_BEFORE_NAME.search(tail) is None:
            return None
        name_of = _writer_after
    else:
        name_of = _writer
    mark = _QUOTE.match(body, line_start)
    depth = mark.group().count(">") if mark else 0
    start = line_start
    for _ in range(_MAX_LINES):
        text = _joined(body, start, line_end)
        writer = name_of(text)
        opens = writer is not None and _opens(text)
        above = None if opens else _line_above(body, start, depth)
        if writer is not None and (opens or above is None or not _wrapped(body, above, start)):
            return Attribution(start, min(line_end + 1, len(body)), depth, writer)
        if above is None or line_end - above > _MAX_TEXT:
            return None
        start = above
    return None


def _opens(text: str) -> bool:
    """Whether the text begins as an attribution does: with a date word, or with a name and an address."""
    return _START.match(text) is not None


def _wrapped(body: str, above: int, start: int) -> bool:
    """Whether the line above (it begins at ``above``) seems to be the first part of the same attribution."""
    text = _QUOTE.sub("", body[above : start - 1], count=1)
    return _START.match(text) is not None and _dated(text) and _CLOSE.search(text[-_TAIL:]) is None


def _dated(text: str) -> bool:
    return _YEAR.search(text) is not None or _TIME.search(text) is not None


def _line_above(body: str, start: int, depth: int) -> int | None:
    """Where the line above begins, if it is of the same depth and not blank."""
    if start < 2:
        return None
    above = body.rfind("\n", 0, start - 1) + 1
    mark = _QUOTE.match(body, above)
    marks = mark.group().count(">") if mark else 0
    text = body[mark.end() if mark else above : start - 1]
    if marks != depth or not text.strip() or len(text) > 300:
        return None
    return above


def _joined(body: str, start: int, end: int) -> str:
    return " ".join(_QUOTE.sub("", line, count=1).strip() for line in body[start:end].split("\n"))


@lru_cache(maxsize=4096)
def _writer(text: str) -> str | None:
    """The name in a whole attribution text; None if the text is no attribution."""
    match = re.search(r"\s*(?:" + _VERBS + r")[^\n]{0,90}\Z", text)
    if match is None:
        return None
    head = text[: match.start()].strip()
    if not head:
        return None
    dated = _dated(head)
    addressed = _ADDRESS.search(head)
    if not dated and addressed is None:
        return _bare_name(head)
    return _name_between(head, addressed.start() if addressed else len(head))


def _name_between(head: str, stop: int) -> str | None:
    """The name after the date and before the address (or before the date where it comes last)."""
    begin = 0
    for pattern in (_YEAR, _TIME):
        for match in pattern.finditer(head, 0, stop):
            begin = max(begin, match.end())
    name = _tidy(head[begin:stop])
    if not name and begin == 0:
        name = _tidy(head[:stop])
    if not name:
        first = next((m.start() for m in _YEAR.finditer(head)), None)
        if first:
            name = _tidy(re.sub(r"^(?:\*\s*)?", "", head[:first]))
            name = "" if _START.match(name) else name
    if not name:
        address = re.search(r"[^\s<>()\[\]]+@[^\s<>()\[\]]+", head)
        name = address.group() if address else ""
    if len(name) > 80 or name.count(" ") > 7:
        return None
    return name


def _tidy(text: str) -> str:
    text = text.strip(_EDGE)
    text = re.sub(r"^(?:at|um|à|,)\s+", "", text)
    for tail in (" via ", " (by way of"):
        at = text.find(tail)
        if at > 0:
            text = text[:at]
    return " ".join(text.split()).strip(_EDGE)


def _bare_name(head: str) -> str | None:
    """``Ann Author wrote:``: nothing but a name of two to five words that begin with capitals."""
    name = _tidy(re.sub(r"^\*\s*", "", head))
    name = re.sub(r"^On\s+", "", name)
    words = name.split()
    if not 1 <= len(words) <= 5 or len(name) > 60:
        return None
    capital = sum(1 for word in words if word[:1].isupper() or not word[:1].isascii())
    pronouns = {
        "i",
        "you",
        "he",
        "she",
        "it",
        "we",
        "they",
        "who",
        "that",
        "this",
        "as",
        "somebody",
        "someone",
    }
    if words[0].lower() in pronouns or capital < len(words) or len(words) < 2:
        return None
    return name


def _writer_after(text: str) -> str | None:
    """``Am 5.1.2026 um 10:00 schrieb Ann Author:``."""
    match = re.search(r"\b(?:schrieb|skrev|schreef)\s+([^\n]{1,120}?)\s*:\s*\Z", text)
    if match is None or not _dated(text):
        return None
    address = _ADDRESS.search(match.group(1))
    return _tidy(match.group(1)[: address.start()] if address else match.group(1)) or None


def _outlook_blocks(body: str) -> list[Attribution]:
    """Header blocks (From, Sent, To, Subject) that stand above text quoted without marks."""
    found: list[Attribution] = []
    for match in _FROM_LINE.finditer("\n" + body):
        start = match.start()  # the pattern's newline is the one put in front
        writer, end, fields = _read_block(body, start)
        above = body.rfind("\n", 0, max(start - 1, 0)) + 1
        announced = start > 0 and _OUTLOOK.search(body[above:start]) is not None
        if writer and len(fields) >= 3 and (announced or fields & {"sent", "gesendet"}):
            begin = above if announced else start
            found.append(Attribution(begin, end, match.group(1).count(">"), writer, unmarked=True))
    return found


def _read_block(body: str, start: int) -> tuple[str, int, set[str]]:
    writer, at, fields = "", start, set[str]()
    for _ in range(30):
        end = body.find("\n", at)
        end = len(body) if end < 0 else end
        mark = _QUOTE.match(body, at)
        line = body[mark.end() if mark else at : end].strip()
        match = _HEADER_LINE.match(line)
        if match is None and (not line or not fields):
            break
        if match is not None:
            field = match.group(1).lower()
            fields.add(field)
            if field in ("from", "von"):
                address = _ADDRESS.search(match.group(2))
                writer = _tidy(match.group(2)[: address.start()] if address else match.group(2))
        at = end + 1
        if at > len(body):
            break
    return writer, min(at, len(body)), fields
