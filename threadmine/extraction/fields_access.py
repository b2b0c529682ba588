"""Reads from C how a line uses a member: does it change it, look at it, or only talk about it?"""

from __future__ import annotations

import re

from threadmine.extraction.ctypes import vocabulary
from threadmine.model import Access

_ASSIGNED = re.compile(r"(?:\[[^\[\]\n]{0,60}\]|\.\w{1,40})*[ \t]*(?:=(?!=)|[-+|&^*/%]=|<<=|>>=|\+\+|--)")
_COMMENT_LINE = re.compile(r"\s*(?:\*(?:[\s/]|\Z)|/\*|//)")
_DIRECT_WRITERS = frozenset(
    ("WRITE_ONCE", "rcu_assign_pointer", "RCU_INIT_POINTER", "swap", "memset", "memcpy", "smp_store_release")
)
_FIRST_ONLY = frozenset(
    ("memcpy", "memset", "memmove", "WRITE_ONCE", "rcu_assign_pointer", "smp_store_release")
)


def in_comment(line: str, column: int) -> bool:
    """Whether ``column`` lies in a comment, judged by the line alone (block comments begin with ``*``)."""
    if _COMMENT_LINE.match(line):
        close = line.find("*/")
        return close < 0 or close > column
    opened = max(line.rfind("/*", 0, column), line.rfind("//", 0, column))
    return opened >= 0 and "*/" not in line[opened:column]


def in_string(line: str, column: int) -> bool:
    """Whether ``column`` lies between double quotes."""
    text = line[:column]
    return '"' in text and (text.count('"') - text.count('\\"') - text.count("'\"'")) % 2 == 1


def access_of(line: str, start: int, end: int, above: str = "") -> Access:
    """How an expression is used.

    Args:
        line: the line without its diff mark.
        start: the column where the expression begins (``page`` of ``&page->lru``).
        end: the column behind the member's name.
        above: the line before it where that one does not end a statement, else "".
    """
    if _ASSIGNED.match(line, end):
        return Access.WRITE
    before = line[:start].rstrip()
    if before.endswith(("++", "--")):
        return Access.WRITE
    address = before.endswith("&") and not before.endswith("&&")
    if line.startswith("->", end):
        return Access.READ
    callee, argument = callee_of(above + before, len(above) + len(before))
    if not callee:
        return Access.READ
    return Access.WRITE if _writes(callee, argument, address) else Access.READ


def _writes(callee: str, argument: int, address: bool) -> bool:
    """Whether ``callee`` changes what its ``argument``-th argument (from 0) names."""
    words = vocabulary()
    if callee in _FIRST_ONLY and argument > 0:
        return False
    if not address:
        return callee in _DIRECT_WRITERS
    if callee in words.readers:
        return False
    return callee in words.writer_names or callee.startswith(words.writer_prefixes)


def callee_of(text: str, column: int) -> tuple[str, int]:
    """The function whose argument list ``column`` stands in and which argument (from 0), ("", 0) if none."""
    depth = 0
    argument = 0
    for index in range(column - 1, max(column - 400, -1), -1):
        char = text[index]
        if char in ")]":
            depth += 1
        elif char in "([":
            if depth:
                depth -= 1
                continue
            if char == "[":
                return "", 0
            start = index
            while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
                start -= 1
            if start < index:
                return text[start:index], argument
            argument = 0
        elif char == "," and depth == 0:
            argument += 1
        elif char in ";{}" and depth == 0:
            return "", 0
    return "", 0
