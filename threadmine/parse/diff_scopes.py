"""Tells which function each line of a hunk is really in.

git's text after the second ``@@`` names the last definition *before* the hunk, which is the wrong one as soon
as the hunk begins between two functions or holds the beginning of another. The kernel puts names and braces
of functions at column 0, so the hunk's own lines say more: they are read first, the heading is a fallback.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_SIGNATURE = 12  # lines that a signature without a brace may still take at the end of a hunk


class ScopeKind(StrEnum):
    """What surrounds a line. UNKNOWN: neither the hunk nor its heading says."""

    FUNCTION = "function"
    AGGREGATE = "aggregate"  # struct, union, enum
    DATA = "data"  # an initialiser
    FILE = "file"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scope:
    """``source`` is ``hunk`` where the hunk's lines say it, ``heading`` where only the ``@@`` line does."""

    kind: ScopeKind
    name: str = ""
    source: str = ""
    start: int = -1  # index of the line where the definition begins, -1 before the hunk

    @property
    def label(self) -> str:
        """The function or ``struct x`` as people name it, "" at file scope."""
        return self.name if self.kind in (ScopeKind.FUNCTION, ScopeKind.AGGREGATE) else ""


FILE_SCOPE = Scope(ScopeKind.FILE, "", "hunk")
UNKNOWN_SCOPE = Scope(ScopeKind.UNKNOWN)

_LABEL = re.compile(r"[A-Za-z_]\w*[ \t]*:(?!:)(?![ \t]*\d)")
_AGGREGATE = re.compile(r"(?:(?:typedef|static|const|extern)[ \t]+)*(struct|union|enum)\b[ \t]*(\w*)")
_ONLY_NAME = re.compile(r"\s*(?:__\w+\s*)*(?:\{.*)?\Z")
_CALL = re.compile(r"([A-Za-z_]\w*)[ \t]*\(")
_DECORATION = re.compile(
    r"__(?:attribute__|printf|scanf|section|aligned|acquires|releases|must_hold|alloc_size|malloc|counted_by|"
    r"cond_acquires|diagnose_as|alloc_align|no_kcsan|nonnull)\Z"
)
_MACRO_DEFINITION = re.compile(r"#[ \t]*define[ \t]+(\w+)")
_INCLUDE = re.compile(r"#[ \t]*(?:include|pragma once)\b")
_SYSCALL = re.compile(r"(COMPAT_)?SYSCALL(?:32)?_DEFINE\d?\Z")
_ARGUMENT = re.compile(r"[ \t]*([A-Za-z_]\w*)[ \t]*(?:,[ \t]*([A-Za-z_]\w*))?")
_TYPE_LINE = re.compile(r"[A-Za-z_][\w \t*]*\Z")
_INDENTED = ("\t", " ", "")
_NO_FUNCTION = ("EXPORT_", "MODULE_", "module_", "DEFINE_PER_CPU", "DECLARE_", "LIST_HEAD", "ATOMIC_INIT")


def scopes_of(lines: Sequence[str], heading: str) -> list[Scope]:
    """The scope of each line.

    Args:
        lines: one side of a hunk (context and ``+``, or context and ``-``), diff marks removed.
        heading: the text after the second ``@@``, may be empty or wrong.
    """
    scan = _Scan(lines)
    for index, line in enumerate(lines):
        if scan.pending < 0 and not scan.macro and line[:1] in _INDENTED:
            scan.out[index] = scan.current  # most lines are: what `take` would do, without the calls
        else:
            scan.take(index, line.rstrip())
    return scan.finish(heading)


def heading_scope(heading: str) -> Scope:
    """What the text after the second ``@@`` says, as far as it names a function or an aggregate."""
    text = heading.strip()
    if not text or text.startswith(_NO_FUNCTION) or text.endswith(";") or text[0] in "#}{/*":
        return UNKNOWN_SCOPE
    if "=" in text.partition("(")[0]:
        return Scope(ScopeKind.DATA, "", "heading")
    if (found := _AGGREGATE.match(text)) and _ONLY_NAME.match(text, found.end()):
        return Scope(ScopeKind.AGGREGATE, f"{found.group(1)} {found.group(2)}".strip(), "heading")
    name = function_name(text)
    return Scope(ScopeKind.FUNCTION, name, "heading") if name else UNKNOWN_SCOPE


def function_name(text: str) -> str:
    """The name that a definition beginning with ``text`` defines, or "" where it defines no function."""
    for found in _CALL.finditer(text):
        name = found.group(1)
        if _DECORATION.match(name):
            continue
        if name in ("if", "while", "for", "switch", "return", "sizeof", "typeof", "defined"):
            return ""
        if name.isupper() or _SYSCALL.match(name):
            return _macro_made_name(name, text[found.end() :])
        return name
    return ""


def _macro_made_name(macro: str, arguments: str) -> str:
    """The function that ``SYSCALL_DEFINE3(read, ...)`` or ``TEST_F(fixture, name)`` defines."""
    if macro.startswith(_NO_FUNCTION):
        return ""
    found = _ARGUMENT.match(arguments)
    if found is None:
        return macro
    if macro.startswith("TEST_F") and found.group(2):
        return f"{found.group(1)}.{found.group(2)}"
    if syscall := _SYSCALL.match(macro):
        return f"{'compat_' if syscall.group(1) else ''}sys_{found.group(1)}"
    return found.group(1)


class _Scan:
    """One pass over the lines of a side; ``current`` None means: still what was open before the hunk."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.out: list[Scope | None] = [None] * len(lines)
        self.current: Scope | None = None
        self.leading_file = False  # the hunk's first lines turned out to be outside of any function
        self.decided = False
        self.pending = -1  # index where a signature began that has no brace yet
        self.name = ""
        self.aggregate = ""
        self.macro = False

    def take(self, index: int, line: str) -> None:
        first = line[:1]
        if self.macro:
            self.out[index] = self.out[index - 1]
            self.macro = line.endswith("\\")
        elif first in ("", " ", "\t"):
            self._inner(index, line)
        elif first == "}":
            self._decide(outside=False)
            self.out[index] = self.current
            self.current = FILE_SCOPE
            self.pending = -1
        elif first == "{":
            self._commit(index) if self.pending >= 0 else self._decide(outside=False)
            self.out[index] = self.current
        elif first == "#":
            self._directive(index, line)
        elif first == "/" or line.startswith("*"):
            if first == "/" and self.current is None:
                self._decide(outside=True)
            self.out[index] = self.current
        elif _LABEL.match(line) and "?" not in line:
            self._decide(outside=False)
            self.out[index] = self.current
        elif first.isalpha() or first == "_":
            self._outer(index, line)
        else:
            self.out[index] = self.current

    def _decide(self, *, outside: bool) -> None:
        """The first line that tells where the hunk began."""
        if not self.decided:
            self.decided = True
            self.leading_file = outside
            if outside:
                self.current = FILE_SCOPE

    def _directive(self, index: int, line: str) -> None:
        found = _MACRO_DEFINITION.match(line)
        if _INCLUDE.match(line):
            self._decide(outside=True)
        if found and line.endswith("\\"):
            self.macro = True
            self.out[index] = Scope(ScopeKind.FUNCTION, found.group(1), "hunk", index)
        else:
            self.out[index] = self.current

    def _inner(self, index: int, line: str) -> None:
        """An indented or empty line: inside something, or the rest of a signature."""
        self.out[index] = self.current
        if self.pending < 0:
            return
        if not self.name and "(" in line:
            self.name = function_name(line)
        if line.endswith("{"):
            self._commit(index)
            self.out[index] = self.current
        elif not line or line.endswith(";"):
            self.pending = -1

    def _outer(self, index: int, line: str) -> None:
        """Something at column 0: a declaration, a definition or the type line above one."""
        self._decide(outside=True)
        carried = self.pending if self.pending >= 0 and not self.name and not self.aggregate else -1
        self.current, self.pending = FILE_SCOPE, -1
        self.out[index] = FILE_SCOPE
        if line.endswith((";", ",")) and "{" not in line and (line.endswith(";") or "(" not in line):
            return
        self.pending = carried if carried >= 0 and index - carried <= 2 else index
        before = line.partition("{")[0]
        found = _AGGREGATE.match(line)
        self.aggregate = ""
        self.name = ""
        if "=" in before.partition("(")[0]:
            self.aggregate = "="
        elif found and "(" not in before and (line.endswith("{") or not before[found.end() :].strip()):
            self.aggregate = f"{found.group(1)} {found.group(2)}".strip()
        elif "(" in line:
            self.name = function_name(line)
        elif not _TYPE_LINE.match(line):
            self.pending = -1
            return
        if line.endswith("{"):
            self._commit(index)
        elif line.endswith("}") and self.name:
            self._commit(index)
            self.current = FILE_SCOPE

    def _commit(self, index: int) -> None:
        """A brace opens: what was pending is a definition, from its first line on."""
        start, self.pending = self.pending, -1
        if self.aggregate == "=":
            scope = Scope(ScopeKind.DATA, "", "hunk", start)
        elif self.aggregate:
            scope = Scope(ScopeKind.AGGREGATE, self.aggregate, "hunk", start)
        else:
            scope = Scope(ScopeKind.FUNCTION, self.name, "hunk", start) if self.name else UNKNOWN_SCOPE
        self._fill(start, index, scope)
        self.current = scope

    def _fill(self, start: int, index: int, scope: Scope) -> None:
        for at in range(start, index + 1):
            self.out[at] = scope

    def finish(self, heading: str) -> list[Scope]:
        """The scopes, with the lines before the first sign filled from the heading."""
        count = len(self.out)
        named = self.pending >= 0 and self.name and count - self.pending <= MAX_SIGNATURE
        if named and not self.name.isupper():
            self._fill(self.pending, count - 1, Scope(ScopeKind.FUNCTION, self.name, "hunk", self.pending))
        before = FILE_SCOPE if self.leading_file else heading_scope(heading)
        return [before if scope is None else scope for scope in self.out]
