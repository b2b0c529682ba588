"""Finds members that a diff declares, takes away or documents: the hunks inside ``struct page { ... }``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threadmine.model import Access, Side
from threadmine.parse.diff import HunkLine

_KERNELDOC_MEMBER = re.compile(r"\s*\*\s*@(\w{1,64})[:.]")
_KERNELDOC_STRUCT = re.compile(r"\s*\*\s*struct (\w{1,64})\b")
_DEFINITION = re.compile(r"(?:typedef )?(?:struct|union) (\w{1,64})\s*\{")
_ATTRIBUTE = re.compile(
    r"\b(?:__(?:rcu|percpu|user|iomem|force|packed|private|bitwise|randomize_layout|read_mostly|attribute__|"
    r"(?:guarded|counted|pt_guarded)_by|aligned|cacheline_\w+)|____cacheline_\w+)\b(?:\({1,2}[^()]{0,60}\){1,2})?"
)
_FUNCTION_POINTER = re.compile(r"\(\s*\*+\s*(\w{1,64})\s*\)\s*\(")
_BITS = re.compile(r"\s*:\s*\w{1,40}\s*\Z")
_ARRAY = re.compile(r"\s*\[[^\[\]]{0,60}\]\s*\Z")
_NAME = re.compile(r"(\w{1,64})\Z")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//.*\Z")
_NO_TYPE = frozenset(("return", "goto", "struct", "union", "enum", "else", "do", "unsigned", "const"))
_SIDE_ACCESS = {Side.ADDED: Access.DECLARE, Side.REMOVED: Access.REMOVE}
MAX_LINE = 300


@dataclass(frozen=True, slots=True)
class StructTouch:
    """A line that declares, removes or documents ``member`` of ``struct``; ``column`` counts in its text."""

    line: HunkLine
    struct: str
    member: str
    access: Access
    column: int


def struct_touches(lines: Sequence[HunkLine], structs: frozenset[str]) -> Iterator[StructTouch]:
    """What the changed lines of one hunk do to the definitions of ``structs``, in order of the lines."""
    for index, line in enumerate(lines):
        if line.side is Side.CONTEXT or len(line.text) > MAX_LINE:
            continue
        if documented := _KERNELDOC_MEMBER.match(line.text):
            struct = _documented_struct(lines, index)
            if struct in structs:
                yield StructTouch(line, struct, documented.group(1), Access.COMMENT, documented.start(1))
            continue
        struct = line.function.removeprefix("struct ") if line.function.startswith("struct ") else ""
        if struct in structs and line.text[:1] in (" ", "\t"):
            for name in declared_names(line.text):
                access = _SIDE_ACCESS[line.side]
                yield StructTouch(line, struct, name, access, max(line.text.find(name), 0))


def declared_names(text: str) -> tuple[str, ...]:
    """The members that one line of a struct definition declares; none for braces, comments and half lines."""
    code = _COMMENT.sub("", text).strip()
    if not code.endswith(";") or code.startswith(("}", "#", "*")):
        return ()
    code = _ATTRIBUTE.sub(" ", code[:-1]).strip()
    if pointer := _FUNCTION_POINTER.search(code):
        return (pointer.group(1),)
    if "(" in code or "=" in code:
        return ()
    parts = code.split(",")
    names = [_declarator(part) for part in parts]
    words = parts[0].replace("*", " ").split()
    if len(words) < 2 or words[0] in ("return", "goto", "break"):
        return ()
    return tuple(name for name in names if name and name not in _NO_TYPE)


def _declarator(text: str) -> str:
    """The name at the end of ``unsigned long flags``, ``int a : 3`` or ``struct list_head list[2]``."""
    text = _BITS.sub("", text.strip())
    for _ in range(3):
        text = _ARRAY.sub("", text)
    found = _NAME.search(text.strip())
    return found.group(1) if found and not found.group(1)[0].isdigit() else ""


def _documented_struct(lines: Sequence[HunkLine], index: int) -> str:
    """The struct whose kernel-doc comment the line at ``index`` is part of, "" where no line shows it."""
    for line in reversed(lines[:index]):
        if found := _KERNELDOC_STRUCT.match(line.text):
            return found.group(1)
        if line.text.lstrip()[:1] not in ("*", "/", ""):
            break
    for line in lines[index:]:
        if found := _DEFINITION.match(line.text):
            return found.group(1)
        if line.text.lstrip()[:1] not in ("*", "/", ""):
            break
    scope = lines[index].function
    return scope.removeprefix("struct ") if scope.startswith("struct ") else ""
