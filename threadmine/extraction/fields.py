"""Finds which struct members each line of a patch touches, and how.

One exact scan over the changed lines tells which hunks name a member or a known helper at all; only those are
looked at by line. A member counts where the struct behind it can be told (see ``ctypes``): ``p->mapping`` of
an unknown ``p`` touches nothing. Context lines count only where the same hunk changes a line with that
member.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice, pairwise

from threadmine.extraction.ctypes import (
    MAX_LINE,
    BaseKind,
    Declaration,
    Declared,
    base_before,
    by_convention,
    declared_in,
    declared_otherwise,
    vocabulary,
)
from threadmine.extraction.fields_access import access_of, in_comment, in_string
from threadmine.extraction.fields_helpers import Helpers, helpers_of, may_touch
from threadmine.extraction.fields_scan import Scan
from threadmine.extraction.fields_structs import struct_touches
from threadmine.memmap import Model
from threadmine.model import Access, FileDiff, Hunk, Message, Moment, Side, Touch
from threadmine.parse.diff import HunkLine, hunk_lines

MAX_TOUCHES = 5_000
MAX_HITS = 20_000  # names in one file's diff that are looked at
MAX_HUNK = 400_000  # characters of a hunk that are read
MAX_REACH = 50_000  # characters above a name that its declaration is looked for in
MAX_CALL = 240  # characters of a call that an assignment is looked at for
NEWEST = "7.3"

_HIT = re.compile(r"(?:->|\.)[ \t]?([A-Za-z_]\w*+)|\b([A-Za-z_]\w*+)\(")
_SOURCE = re.compile(r"\.(?:c|h|S|inc|rst|txt)\Z")
_WORD = re.compile(r"\w+")
_ENTRY = re.compile(r"\bstruct (\w+)[ \t]*,")
_ENDS_STATEMENT = (";", "{", "}", ":", "*/")


@dataclass(frozen=True)
class _Facts:
    """What the scan looks for, made once for a model."""

    members: dict[str, frozenset[str]]  # member -> structs that ever had it
    structs: frozenset[str]
    definition: re.Pattern[str]  # begins a definition or its kernel-doc, somewhere in a hunk
    heading: re.Pattern[str]  # the same in the text after the @@


@lru_cache(maxsize=4)
def _facts_of(model: Model) -> _Facts:
    names = model.names
    structs = frozenset(names.structs)
    members: dict[str, frozenset[str]] = {}
    for name, owners in names.members.items():
        if "." not in name:
            members[name] = frozenset(owners)
    words = "|".join(sorted(structs))
    definition = re.compile(rf"struct (?:{words})(?:[ \t]*\{{|[ \t]*-|\n)")
    heading = re.compile(rf"(?:typedef )?struct (?:{words})\b(?![^\n]*\()")
    return _Facts(members, structs, definition, heading)


def find_touches(message: Message, model: Model) -> tuple[Touch, ...]:
    """Every member that the message's own diff touches, in order of the lines.

    Args:
        message: a parsed message; without a diff there is nothing to find.
        model: names of members and effects of helpers; helpers are taken as they were at the message's date.
    """
    if message.patch is None or not message.patch.files:
        return ()
    facts = _facts_of(model)
    version = version_at(model, message.date)
    helpers, scan = helpers_of(model, version), _scan_of(model)
    found: list[Touch] = []
    for each in message.patch.files:
        if each.hunks and _SOURCE.search(each.path) and len(found) < MAX_TOUCHES:
            file = _File(message.body, each, facts, helpers, scan)
            if file.is_of_interest(each.start, each.end):
                found += file.touches()
    return tuple(found[:MAX_TOUCHES])


def version_at(model: Model, moment: Moment) -> str:
    """The newest release at a date, the newest of all where the date is unknown."""
    return _version_on(model, moment.date()) if isinstance(moment, datetime) else NEWEST


@lru_cache(maxsize=4096)
def _version_on(model: Model, day: date) -> str:
    return model.release_at(datetime(day.year, day.month, day.day, tzinfo=UTC))


@lru_cache(maxsize=4)
def _scan_of(model: Model) -> Scan:
    def is_call(name: str) -> bool:
        return name in _MACROS or may_touch(model, name)

    return Scan(_facts_of(model).members, vocabulary().variables, is_call)


def shortened(hunk: Hunk) -> Hunk:
    """The hunk without what lies beyond MAX_HUNK characters."""
    return hunk if hunk.end - hunk.start <= MAX_HUNK else replace(hunk, end=hunk.start + MAX_HUNK)


@dataclass
class _Hit:
    """A member or helper that the scan found: offsets of the name in the body, line not read yet."""

    start: int
    end: int
    name: str
    operator: int  # offset of -> or ., -1 for a call


@dataclass
class _File:
    """The diff of one file with what its hunks declare, read as far as the hits ask for it."""

    body: str
    diff: FileDiff
    facts: _Facts
    helpers: Helpers
    scan: Scan
    _declared: dict[int, Declared] = field(default_factory=dict)
    _lines: dict[int, list[HunkLine]] = field(default_factory=dict)
    _otherwise: dict[tuple[int, str], bool] = field(default_factory=dict)
    _places: dict[str, list[tuple[int, Declaration]]] | None = None  # every declaration in the file by name

    def touches(self) -> Iterator[Touch]:
        is_source = not self.diff.path.endswith((".rst", ".txt"))
        hits = 0
        for number, whole in enumerate(self.diff.hunks):
            hunk = shortened(whole)
            if not self.is_of_interest(hunk.start, hunk.end) and not self.facts.heading.match(hunk.heading):
                continue
            found = [*self._definitions(number, hunk)] if is_source else []
            for hit in islice(self._hits(hunk), max(MAX_HITS - hits, 0)):
                hits += 1
                found += self._resolve(number, hunk, hit, is_source)
            yield from _ordered(found)

    # --------------------------------------------------------------------------------- the exact scan

    def is_of_interest(self, start: int, end: int) -> bool:
        """Whether a changed line between two offsets names a member, a helper or a struct of ours at all."""
        if self.scan.finds(self.body, start, end):
            return True
        return self.facts.definition.search(self.body, start, end) is not None

    def _hits(self, hunk: Hunk) -> Iterator[_Hit]:
        members, touches = self.facts.members, self.helpers.touches
        begin = self.body.find("\n", hunk.start) + 1 or hunk.end
        for match in _HIT.finditer(self.body, begin, hunk.end):
            name = match.group(1)
            if name is not None:
                if name in members or self._own_member(match.start()):
                    yield _Hit(match.start(1), match.end(1), name, match.start())
            elif touches(match.group(2)) or match.group(2) in _MACROS:
                yield _Hit(match.start(2), match.end(2), match.group(2), -1)

    def _own_member(self, operator: int) -> bool:
        """Whether an unknown member stands behind a variable that is surely one of ours (a new member)."""
        if self.body[operator - 4 : operator] not in _OWN_ENDS:
            return False
        start = operator
        while start > 0 and (self.body[start - 1].isalnum() or self.body[start - 1] == "_"):
            start -= 1
        return self.body[start:operator] in vocabulary().variables

    def _definitions(self, number: int, hunk: Hunk) -> Iterator[Touch]:
        """Members that the hunk declares, removes or documents."""
        inside = self.facts.heading.match(hunk.heading)
        if not inside and not self.facts.definition.search(self.body, hunk.start, hunk.end):
            return
        for row in struct_touches(self._hunk_lines(number, hunk), self.facts.structs):
            line = row.line
            at = line.start + 1 + row.column
            yield self._touch(line, row.struct, row.member, row.access, at)

    # ----------------------------------------------------------------------------------- one hit

    def _resolve(self, number: int, hunk: Hunk, hit: _Hit, is_source: bool) -> list[Touch]:
        begin = self.body.rfind("\n", 0, hit.start) + 1
        side = self.body[begin]
        if side not in "+- " or (side == " " and hit.operator < 0):
            return []
        end = self.body.find("\n", hit.start)
        line = self.body[begin + 1 : min(end if end >= 0 else len(self.body), begin + MAX_LINE)]
        column = hit.start - begin - 1
        if column >= len(line):
            return []
        comment = not is_source or in_comment(line, column)
        if not comment and in_string(line, column):
            return []
        if comment and (side == " " or hit.operator < 0):
            return []
        if hit.operator < 0:
            return self._call(number, hunk, hit, line, column)
        return self._member(number, hunk, hit, line, comment)

    def _member(self, number: int, hunk: Hunk, hit: _Hit, line: str, comment: bool) -> list[Touch]:
        offset = self.body.rfind("\n", 0, hit.start) + 1
        operator = hit.operator - offset - 1
        if operator <= 0:
            return []
        base = base_before(line, operator)
        if base is None:
            return []
        pointer = line.startswith("->", operator)
        struct, inferred = self._struct_of(
            number, hunk, base.kind, base.name, hit.start, pointer or base.indexed
        )
        embedded = pointer or base.indexed or comment or base.kind is BaseKind.MEMBER
        if not struct or (inferred and not embedded):
            return []
        if not comment and hit.name in vocabulary().pointers and self.body.startswith(".", hit.end):
            return []  # folio->page.flags touches flags, the page is only on the way
        if hit.name not in self.facts.members or struct not in self.facts.members[hit.name]:
            if inferred or struct not in self.facts.structs or comment:
                return []
            if line.startswith("(", operator + 2 + len(hit.name)):
                return []
        if comment:
            access = Access.COMMENT
        else:
            access = access_of(line, base.start, hit.end - offset - 1, self._above(hunk, offset))
        row = self._line_at(number, hunk, offset)
        return [self._touch(row, struct, hit.name, access, hit.start, inferred=inferred)] if row else []

    def _above(self, hunk: Hunk, offset: int) -> str:
        """The line above the one at ``offset`` if a statement goes on over both, else ""."""
        begin = self.body.rfind("\n", 0, offset - 1) + 1
        if begin <= hunk.start:
            return ""
        text = self.body[begin + 1 : offset - 1].rstrip()[-MAX_LINE:]
        return "" if text.endswith(_ENDS_STATEMENT) else text + " "

    def _call(self, number: int, hunk: Hunk, hit: _Hit, line: str, column: int) -> list[Touch]:
        """A helper or a macro that names members, on a changed line."""
        before = line[:column].rstrip()
        if before.endswith(("->", ".")) or (
            line[:1] not in (" ", "\t") and hit.name not in vocabulary().matches
        ):
            return []  # a callback of that name, or the helper's own definition
        if before.lstrip().startswith("#") or line.startswith("#"):
            return []
        offset = self.body.rfind("\n", 0, hit.start) + 1
        if hit.name in _MACROS:
            pairs = self._macro(number, hunk, hit, line, column)
            row = self._line_at(number, hunk, offset)
            return [
                self._touch(
                    row,
                    struct,
                    member,
                    Access.READ,
                    hit.start,
                    via=hit.name if is_match else "",
                    inferred=why,
                )
                for struct, member, is_match, why in pairs
                if row
            ]
        row = self._line_at(number, hunk, offset)
        if row is None:
            return []
        return [
            self._touch(
                row, each.struct, each.member, each.access, hit.start, via=hit.name, inferred=each.fact
            )
            for each in self.helpers.touches(hit.name)
        ]

    def _macro(
        self, number: int, hunk: Hunk, hit: _Hit, line: str, column: int
    ) -> Iterator[tuple[str, str, bool, str]]:
        """(struct, member, is an overlap statement, inferred) of ``offsetof()``, ``FOLIO_MATCH()``, ..."""
        words = vocabulary()
        close = line.find(")", column)
        text = line[column + len(hit.name) + 1 : close if close >= 0 else len(line)]
        arguments = [part.strip() for part in text.split(",")]
        if pair := words.matches.get(hit.name):
            for struct, member in zip(pair, arguments, strict=False):
                if member.isidentifier() and struct in self.facts.structs:
                    yield struct, member, True, ""
        elif hit.name in words.loops:
            member = arguments[-1].partition(".")[0] if len(arguments) > 1 else ""
            struct, why = self._struct_of(number, hunk, BaseKind.VARIABLE, arguments[0], hit.start, True)
            if struct and struct in self.facts.members.get(member, ()):
                yield struct, member, False, why
        else:
            for struct, member in pairwise(arguments):
                struct, member = struct.removeprefix("struct ").strip(), member.partition(".")[0]
                if struct in self.facts.members.get(member, ()):
                    yield struct, member, False, ""

    # ------------------------------------------------------------------------------- types

    def _struct_of(
        self, number: int, hunk: Hunk, kind: BaseKind, name: str, at: int, pointer: bool
    ) -> tuple[str, str]:
        """The struct behind an expression, and what it was concluded from ("" where the hunk says it)."""
        words = vocabulary()
        if kind in (BaseKind.CAST, BaseKind.STRUCT):
            return (name, "") if name in self.facts.structs else ("", "")
        if kind is BaseKind.CALL:
            declared = self._declarations(number, hunk).functions.get(name)
            return (declared, "") if declared else (words.returns.get(name, ""), "")
        if kind is BaseKind.MEMBER:
            struct = words.pointers.get(name, "")
            return struct, f"a member called {name}" if struct else ""
        return self._variable(number, hunk, name, at, pointer)

    def _variable(self, number: int, hunk: Hunk, name: str, at: int, pointer: bool) -> tuple[str, str]:
        side = self.body[self.body.rfind("\n", 0, at) + 1]
        rows = self._declarations(number, hunk).variables.get(name, ())
        best = [row for row in rows if row.offset < at and row.side in (" ", side)]
        if best and not self._function_ends(best[-1].offset, at):
            return self._declared_struct(best[-1], pointer), ""
        heading = declared_in(hunk.heading, 0, len(hunk.heading)).variables.get(name, ())
        if heading and not self._function_ends(hunk.start, at):
            return self._declared_struct(heading[-1], pointer), "declared in the @@ line"
        if assigned := self._assigned(hunk, name, at):
            return assigned
        if struct := self._elsewhere(number, name, side):
            return struct, "declared so elsewhere in this file's diff"
        struct = by_convention(name)
        if not struct or self._is_no_struct(number, hunk, name):
            return "", ""
        return struct, "by the variable's name"

    @staticmethod
    def _declared_struct(row: Declaration, pointer: bool) -> str:
        """The declared struct, unless ``p.x`` is written of a pointer (then it is another ``p``)."""
        return row.struct if pointer or not row.pointer else ""

    def _elsewhere(self, number: int, name: str, side: str) -> str:
        """The struct that other hunks of the file give a variable of that name, the nearest above first."""
        if self._places is None:
            self._places = {}
            for at, hunk in enumerate(self.diff.hunks):
                for each, declared in self._declarations(at, shortened(hunk)).variables.items():
                    self._places.setdefault(each, []).extend((at, row) for row in declared)
        rows = [(at, row.struct) for at, row in self._places.get(name, ()) if row.side in (" ", side)]
        if len({row[1] for row in rows}) == 1:
            return rows[0][1]
        above = [row[1] for row in rows if row[0] < number]
        return above[-1] if above else ""

    def _assigned(self, hunk: Hunk, name: str, at: int) -> tuple[str, str] | None:
        """The struct that the nearest ``name = function(...)`` above gives, where the function is known."""
        mark = f"{name} = "
        found = self.body.rfind(mark, max(hunk.start, at - MAX_REACH), at)
        if found < 0 or self.body[found - 1] not in " \t(*" or self._function_ends(found, at):
            return None
        rest = self.body[found + len(mark) : found + len(mark) + MAX_CALL]
        function = _WORD.match(rest)
        if function is None:
            return None
        words = vocabulary()
        struct = words.returns.get(function.group(0), "")
        if not struct and function.group(0) in words.member_macros:
            entry = _ENTRY.search(rest.partition(";")[0])
            struct = entry.group(1) if entry and entry.group(1) in self.facts.structs else ""
        return (struct, f"assigned from {function.group(0)}()") if struct else None

    def _function_ends(self, start: int, end: int) -> bool:
        """Whether a brace at column 0 lies between two offsets."""
        body = self.body
        return end - start > MAX_REACH or any(
            body.find(mark, start, end) >= 0 for mark in ("\n }", "\n+}", "\n-}")
        )

    def _is_no_struct(self, number: int, hunk: Hunk, name: str) -> bool:
        """Whether the hunk declares ``name`` as a number, a ``char *`` and the like."""
        key = (number, name)
        if key not in self._otherwise:
            self._otherwise[key] = declared_otherwise(self.body, hunk.start, hunk.end, name)
        return self._otherwise[key]

    def _declarations(self, number: int, hunk: Hunk) -> Declared:
        found = self._declared.get(number)
        if found is None:
            begin = self.body.find("\n", hunk.start) + 1
            found = self._declared[number] = declared_in(self.body, begin, hunk.end)
        return found

    # ------------------------------------------------------------------------------- lines

    def _hunk_lines(self, number: int, hunk: Hunk) -> list[HunkLine]:
        found = self._lines.get(number)
        if found is None:
            found = self._lines[number] = list(hunk_lines(self.body, hunk))
        return found

    def _line_at(self, number: int, hunk: Hunk, offset: int) -> HunkLine | None:
        rows = self._hunk_lines(number, hunk)
        at = bisect_right(rows, offset, key=lambda row: row.start) - 1
        return rows[at] if at >= 0 and rows[at].start == offset else None

    def _touch(
        self,
        line: HunkLine,
        struct: str,
        member: str,
        access: Access,
        start: int,
        via: str = "",
        inferred: str = "",
    ) -> Touch:
        number = line.old_line if line.side is Side.REMOVED else line.new_line
        function = line.function
        return Touch(
            struct,
            member,
            access,
            line.side,
            self.diff.path,
            function,
            number,
            start,
            via=via,
            inferred=inferred,
        )


_OWN_ENDS = frozenset(name[-4:] for name in vocabulary().variables)
_MACROS = vocabulary().member_macros | vocabulary().loops | frozenset(vocabulary().matches)


def _ordered(found: list[Touch]) -> Iterator[Touch]:
    """Touches of one hunk by place, each once; on context lines only beside a changed line of theirs."""
    changed = {each.member for each in found if each.side is not Side.CONTEXT and not each.via}
    seen: set[tuple[object, ...]] = set()
    for each in sorted(found, key=lambda touch: (touch.start, touch.struct, touch.member, touch.via)):
        if each.side is Side.CONTEXT and each.member not in changed:
            continue
        key = (each.struct, each.member, each.access, each.side, each.line, each.via)
        if key not in seen:
            seen.add(key)
            yield each
