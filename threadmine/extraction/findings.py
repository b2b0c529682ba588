"""Looks in a patch for mistakes that reviewers overlook: the program's own findings.

Three of them, each seen in real series: an order compared with a number of pages, an object used after the
callback or function that frees it, and a narrow store that is meant to clear a wider member on the same
bytes. A finding has to be nearly always right, so that every rule prefers silence: only lines that the patch
adds count, and whatever makes it doubtful (a branch, another assignment, arithmetic) ends the search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from threadmine.extraction.ctypes import vocabulary
from threadmine.extraction.fields import shortened, version_at
from threadmine.extraction.fields_access import in_comment, in_string
from threadmine.memmap import Layout, Member, Model
from threadmine.model import (
    Access,
    Evidence,
    FileDiff,
    Message,
    PatchFinding,
    Side,
    Touch,
    Unknown,
    fold,
)
from threadmine.parse.diff import HunkLine, hunk_lines

MAX_FINDINGS = 50
MAX_LINE = 400
MAX_FREES = 200  # in one file's diff
MAX_AFTER = 40  # lines after a free that are looked at

_ORDER = (
    r"(?:\w{1,40}(?:->|\.)){0,3}(?:\w{1,40}_)?order"
    r"|(?:folio|compound|thp|folio_large)_order\([^()]{1,60}\)"
)
_ORDER_LINE = re.compile(r"\n\+[^\n]*order[^\n]*")
_COUNT = (
    r"MAX_ORDER_NR_PAGES|HPAGE_P[MU]D_NR|pageblock_nr_pages|(?:\w{1,40}(?:->|\.)){0,3}(?:\w{1,40}_)?nr_pages"
    r"|(?:folio_nr_pages|compound_nr|thp_nr_pages|folio_large_nr_pages)\([^()]{1,60}\)"
)
_COMPARE = r"[ \t]*(?:<=|>=|==|!=|<(?!<)|>(?!>))[ \t]*"
_ORDER_FIRST = re.compile(rf"(?<![\w.>])(?P<order>{_ORDER}){_COMPARE}(?P<count>{_COUNT})(?![\w(.-])")
_COUNT_FIRST = re.compile(rf"(?<![\w.>])(?P<count>{_COUNT}){_COMPARE}(?P<order>{_ORDER})(?![\w(.-])")
_BEFORE = re.compile(r"(?:[(,!=?:]|&&|\|\||\breturn|\A)[ \t]*\Z")
_AFTER = re.compile(r"[ \t]*(?:[),;?:]|&&|\|\||\Z)")

_ENDS = re.compile(r"(?:break|return|goto|continue|case|default|else|\w+:\s*\Z|[}#])")
_LOOKS = (
    "folio_nr_pages",
    "folio_order",
    "compound_order",
    "page_pgmap",
    "folio_pgmap",
    "page_to_nid",
    "folio_nid",
)
_VARIABLE = re.compile(r"[A-Za-z_]\w{0,60}(?:(?:->|\.)[A-Za-z_]\w{0,60}){0,3}\Z")
_EMBEDDED = re.compile(r"&[ \t]*([A-Za-z_]\w{0,60})(?:->|\.)\w{1,60}\Z")
_CONVERTED = re.compile(r"(\w{1,60})\([ \t]*([A-Za-z_]\w{0,60})[ \t]*(?:,[^()]{0,40})?\)\Z")

_SHIFTED = re.compile(r"\(struct \w{1,40} \*\)[ \t]*\([^()]{0,60}[-+][ \t]*\w{1,20}\)")
_MEANT = re.compile(r"\b(?:clear|zero|wip|reset|eras|both|null)\w*", re.IGNORECASE)


def find_findings(message: Message, model: Model, touches: Sequence[Touch] = ()) -> tuple[PatchFinding, ...]:
    """What looks wrong in the lines that a patch adds, in order.

    Args:
        message: a parsed message; without a diff nothing is found.
        model: for the sizes of members at the message's date.
        touches: what ``fields.find_touches`` gave for the message (the third rule starts from them).
    """
    if message.patch is None or not message.patch.files:
        return ()
    found: list[PatchFinding] = []
    for each in message.patch.files:
        if each.path.endswith((".c", ".h")) and len(found) < MAX_FINDINGS:
            found += _in_file(message, each)
    found += _narrow_stores(message, model, touches)
    return tuple(sorted(found[:MAX_FINDINGS], key=lambda finding: (finding.start, finding.rule)))


def _in_file(message: Message, diff: FileDiff) -> Iterator[PatchFinding]:
    body = message.body
    for hunk in map(shortened, diff.hunks):
        has_order = body.find("order", hunk.start, hunk.end) >= 0 and any(
            "nr" in text.lower() for text in _ORDER_LINE.findall(body, hunk.start, hunk.end)
        )
        frees = body.find("free", hunk.start, hunk.end) >= 0 and _names_a_free(body[hunk.start : hunk.end])
        if not has_order and not frees:
            continue
        lines = [line for line in hunk_lines(body, hunk) if line.side is not Side.REMOVED]
        if has_order:
            yield from _order_as_count(message, diff, lines)
        if frees:
            yield from _used_after_free(message, diff, lines)


# ----------------------------------------------------------------------------- an order is no number of pages


def _order_as_count(message: Message, diff: FileDiff, lines: Sequence[HunkLine]) -> Iterator[PatchFinding]:
    for line in lines:
        text = line.text[:MAX_LINE]
        if line.side is not Side.ADDED or "order" not in text:
            continue
        match = _ORDER_FIRST.search(text) or _COUNT_FIRST.search(text)
        if match is None or in_comment(text, match.start()) or in_string(text, match.start()):
            continue
        if not _BEFORE.search(text[: match.start()]) or not _AFTER.match(text, match.end()):
            continue
        order, count = match["order"], match["count"]
        words = (
            f"{order} is an order (a power of two), {count} a number of pages: they are compared as they are"
        )
        fact = "an order n stands for 2^n pages"
        yield _finding(message, diff, line, "order-as-count", words, Evidence("order-as-count", fact, "C"))


# --------------------------------------------------------------------------------- used after it was freed


@cache
def _frees() -> re.Pattern[str]:
    """Matches the beginning of a call that ends the life of its argument."""
    words = vocabulary()
    callbacks = "|".join(sorted(words.freeing_callbacks))
    functions = "|".join(sorted(words.freeing_functions))
    return re.compile(rf"(?:->|\.)({callbacks})\(|(?<![\w.>])({functions})\(")


def _names_a_free(text: str) -> bool:
    words = vocabulary()
    return any(f"{name}(" in text for name in words.freeing_callbacks | words.freeing_functions)


def _used_after_free(message: Message, diff: FileDiff, lines: Sequence[HunkLine]) -> Iterator[PatchFinding]:
    frees = 0
    for index, line in enumerate(lines):
        text = line.text[:MAX_LINE]
        match = _frees().search(text)
        if match is None or frees >= MAX_FREES:
            continue
        frees += 1
        if in_comment(text, match.start()) or "=" in text[: match.start()]:
            continue
        freed = _freed(text, match.end(), match.group(2) or "")
        use = _use_after(lines, index, freed) if freed else None
        if use is None or (line.side is not Side.ADDED and use.side is not Side.ADDED):
            continue
        name = match.group(1) or match.group(2)
        words = f"{freed} is used after {name}() in line {line.new_line}, which may have given it away"
        fact = f"{name}() ends the life of {freed}: {fold(text)}"
        source = f"hunk {message.message_id}:{diff.path}:{line.new_line}"
        yield _finding(message, diff, use, "use-after-free", words, Evidence("use-after-free", fact, source))


def _freed(text: str, start: int, function: str) -> str:
    """The variable whose object the call with arguments from ``start`` on frees, "" where unclear."""
    depth, at = 1, start
    while at < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    if depth or text[at:].strip() not in (";", ""):
        return ""
    arguments = text[start : at - 1].strip()
    if function == "kmem_cache_free":
        arguments = arguments.partition(",")[2].strip()
    elif function.startswith(("__free_pages", "free_frozen_pages")):
        arguments = arguments.partition(",")[0].strip()
    if embedded := _EMBEDDED.match(arguments):
        return embedded.group(1)
    if (converted := _CONVERTED.match(arguments)) and converted.group(1) in vocabulary().returns:
        return converted.group(2)
    return arguments if _VARIABLE.match(arguments) else ""


def _use_after(lines: Sequence[HunkLine], index: int, freed: str) -> HunkLine | None:
    """The first line below that looks into ``freed`` before the block ends or it is set anew."""
    function, indent = lines[index].function, _indent(lines[index].text)
    name = re.escape(freed)
    looks = "|".join(_LOOKS)
    use = re.compile(rf"(?<![\w.>]){name}->|\b(?:{looks})\({name}\)")
    again = re.compile(
        rf"(?<![\w.>])(?:{name}|{re.escape(freed.partition('->')[0])})[ \t]*=(?!=)|&{name}\b(?!->)"
    )
    number = lines[index].new_line
    for line in lines[index + 1 : index + 1 + MAX_AFTER]:
        text = line.text[:MAX_LINE]
        code = text.strip()
        number += 1
        if line.new_line != number or line.function != function:
            return None
        if not code or in_comment(text, len(text) - len(text.lstrip())):
            continue
        if _indent(text) < indent or (_indent(text) == indent and _ENDS.match(code)) or again.search(text):
            return None
        if (match := use.search(text)) and not in_comment(text, match.start()):
            return None if "sizeof" in text or "typeof" in text else line
    return None


def _indent(text: str) -> int:
    """Columns before the code, a tab as eight."""
    return len(text.expandtabs(8)) - len(text.expandtabs(8).lstrip())


# ------------------------------------------------------------------------------ half of a word is cleared


def _narrow_stores(message: Message, model: Model, touches: Sequence[Touch]) -> Iterator[PatchFinding]:
    stores = [
        touch
        for touch in touches
        if touch.access is Access.WRITE and touch.side is Side.ADDED and not touch.via
    ]
    if not stores or message.patch is None:
        return
    layout = model.nearest(version_at(model, message.date))
    if isinstance(layout, Unknown):
        return
    for touch in stores:
        begin = message.body.rfind("\n", 0, touch.start) + 1
        end = message.body.find("\n", touch.start)
        text = message.body[begin + 1 : end if end >= 0 else len(message.body)][:MAX_LINE]
        if not re.search(rf"(?:->|\.){touch.member}[ \t]*=[ \t]*0[ \t]*;", text):
            continue
        pair = _wider_member(layout, touch)
        if pair is None:
            continue
        narrow, wide = pair
        above = _comment_above(message.body, begin)
        named = wide.name in f"{above} {text.partition(';')[2]}" and _MEANT.search(
            above + text.partition(";")[2]
        )
        if named or _SHIFTED.search(text):
            yield _narrow_finding(message, layout, touch, narrow, wide, (begin, text))


def _wider_member(layout: Layout, touch: Touch) -> tuple[Member, Member] | None:
    """The stored member and the wider member of struct page that lies around it; None where there is none."""
    narrow = layout.member(touch.struct, touch.member)
    if narrow is None or narrow.size != 4:
        return None
    at = narrow.offset % layout.page_size
    around = [
        member
        for member in layout.members_at("page", at, narrow.size)
        if member.size == 8 and member.offset <= at and at + narrow.size <= member.offset + member.size
    ]
    return (narrow, around[0]) if around else None


def _comment_above(body: str, line: int) -> str:
    """The comment right above the line at ``line``, at most eight lines of it."""
    found: list[str] = []
    for _ in range(8):
        above = body.rfind("\n", 0, line - 1) + 1
        text = body[above + 1 : line - 1].strip()
        if above >= line or not text.startswith(("*", "/*", "//")):
            break
        found.append(text)
        line = above
    return " ".join(reversed(found))


def _narrow_finding(
    message: Message, layout: Layout, touch: Touch, narrow: Member, wide: Member, line: tuple[int, str]
) -> PatchFinding:
    page, at = divmod(narrow.offset, layout.page_size)
    begin, text = line
    left = f"{at + 4}..{wide.offset + 7}" if at == wide.offset else f"{wide.offset}..{at - 1}"
    words = (
        f"the store to {narrow.struct}.{narrow.name} clears 4 of the 8 bytes of page.{wide.name} on the same "
        f"place: bytes {left} keep what they had"
    )
    fact = (
        f"{narrow.struct}.{narrow.name} is {narrow.struct}+{narrow.offset}..{narrow.offset + 3} = "
        f"page[{page}]+{at}..{at + 3}, page.{wide.name} +{wide.offset}..{wide.offset + 7} ({layout.kernel})"
    )
    evidence = Evidence("narrow-store", fact, f"layout {layout.source}")
    return PatchFinding(
        id=PatchFinding.make_id(message.message_id, "narrow-store", begin),
        message_id=message.message_id,
        rule="narrow-store",
        text=words,
        quote=fold(text),
        file=touch.file,
        function=touch.function,
        line=touch.line,
        start=begin,
        end=begin + 1 + len(text),
        evidence=(evidence,),
    )


def _finding(
    message: Message, diff: FileDiff, line: HunkLine, rule: str, text: str, evidence: Evidence
) -> PatchFinding:
    return PatchFinding(
        id=PatchFinding.make_id(message.message_id, rule, line.start),
        message_id=message.message_id,
        rule=rule,
        text=text,
        quote=fold(line.text),
        file=diff.path,
        function=line.function,
        line=line.new_line,
        start=line.start,
        end=line.start + 1 + len(line.text),
        evidence=(evidence,),
    )
