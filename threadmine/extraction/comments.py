"""Comments that a message's author adds: on the + lines of a patch and in code proposed in a reply.

A comment beside a member's declaration or above an assignment often says more about the member than the
commit message does. Each comment is cut into sentences with the code it stands beside and the function or
struct it is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from threadmine.extraction.text import MAX_PROSE, Place, Sentence, split_text
from threadmine.model import Hunk, Message, StretchKind
from threadmine.parse.diff import hunk_lines

_ADDED = re.compile(r"\n\+(?:[^\n]*/[*/]|[ \t]*\*[ \t/@])[^\n]*")  # the first line of a hunk is its header
_INLINE = re.compile(r"/\*+(?P<text>.*?)(?:\*/|$)|(?<![:\w])//(?P<line>.*)$")
_CONTINUED = re.compile(r"^[ \t]*\*(?!/)(?P<text>.*?)(?:\*/)?[ \t]*$")
_STAR = re.compile(r"[ \t]*\*(?:[ \t]|$)")
_KERNEL_DOC = re.compile(r"^[ \t]*(?:@[\w.]+:|struct \w+ - |\w+\(\) - |[-*] (?=\S))")
_SOURCES = (".c", ".h", ".S")
_DEFINED = re.compile(r"\n?(?:[+ ][ \t]*(?:\*/)?[ \t]*\n)?[+ ](struct \w+) \{")
_FUNCTION = re.compile(
    r"\n?(?:[+ ][ \t]*(?:\*/)?[ \t]*\n)?[+ ](?:[a-z_]\w*[ \t*]+){1,6}(?:\n[+ ])?([a-z_]\w+)\([^;\n]*(?:\n|$)"
)
_REST = re.compile(r"\n[+ ][ \t]*\*(?!/)[^\n]*")
_TABLE = re.compile(r"\w\S*(?:\t| {4,})[^\n]*[(>=]")
_MEMBER = re.compile(r"[ \t]*@(\w+):")
_NEXT_STRUCT = re.compile(r"\n@@ [^\n]*@@ (struct \w+) \{")
_DESCRIBED = re.compile(r"[ \t]*(struct \w+|\w+(?=\(\) - )|[a-z]\w{0,60}_\w{1,60}(?= - ))")
_STRUCT = re.compile(r"struct (?<=\bstruct )(\w+) \{")  # begins with plain letters: quick to look for
_NOT_YET = re.compile(r"$|[/*#{]|(?:struct|union)(?: \w+)? \{$")
MAX_REST = 60
"""Lines of a longer comment that are passed over for what is defined below it."""

NEXT_HEADER = 120
"""Characters behind a hunk in which the first line of the next one stands."""

MAX_AHEAD = 3_000
"""Characters below a comment in which the next hunk is looked for."""

MAX_LINE = 2_000
"""Characters of a line beyond which it is no comment that somebody wrote."""

MAX_CODE = 300
"""Characters of a line that is looked at for code."""

MAX_BELOW = 12
"""Lines below a comment in which the declaration that it is about is looked for."""


class _Line(NamedTuple):
    """One line of a comment: its text without marks, its place in the body, the code before it."""

    text: str
    start: int
    end: int
    code: str
    scope: str = ""


def added_comments(
    message: Message, number: int, worth: Callable[[str], bool], structs: frozenset[str] = frozenset()
) -> Iterator[Sentence]:
    """The sentences of the comments that ``message`` adds.

    Args:
        message: the mail.
        number: paragraphs count on from here.
        worth: whether a text may hold what is looked for; hunks without a comment that does are passed over.
        structs: inside the definition of one of these every comment is worth it.
    """
    for lines in _blocks(message, worth, structs):
        yield from _sentences(lines, number, _ahead(message.body, lines))
        number += 1 + sum(not line.text for line in lines)


def _ahead(body: str, lines: list[_Line]) -> str:
    """The struct (as ``struct x``) or function that is defined below a comment, or empty: right below it, or
    where it only adds to a longer one, below that; or in the next hunk, where a member that it describes is
    declared.
    """
    at = lines[-1].end
    for _ in range(MAX_REST):
        rest = _REST.match(body, at)
        if rest is None:
            break
        at = rest.end()
    match = _DEFINED.match(body, at) or _FUNCTION.match(body, at)
    if match:
        return match.group(1)
    name = next((m.group(1) for line in lines if (m := _MEMBER.match(line.text))), "")
    below = _NEXT_STRUCT.search(body, at, at + MAX_AHEAD) if name else None
    return below.group(1) if below and f"{name};" in body[below.end() : below.end() + MAX_AHEAD] else ""


def _blocks(message: Message, worth: Callable[[str], bool], structs: frozenset[str]) -> Iterator[list[_Line]]:
    body = message.body
    seen = 0
    if message.patch is not None:
        for each in message.patch.files:
            if not each.path.endswith(_SOURCES) or not _ADDED.search(body, each.start, each.end):
                continue
            for hunk in each.hunks:
                seen += hunk.end - hunk.start
                added = _ADDED.findall(body, hunk.start, hunk.end) if seen < MAX_PROSE else []
                defined = (
                    structs.intersection(_STRUCT.findall(body, hunk.start, hunk.end + NEXT_HEADER))
                    if added
                    else ()
                )
                if added and (defined or worth("".join(added))):
                    yield from _of_hunk(body, hunk, worth, bool(defined))
    for stretch in message.stretches:
        if (
            stretch.depth == 0
            and stretch.kind is StretchKind.CODE
            and "*" in body[stretch.start : stretch.end]
        ):
            for block in _group(_lines(body, stretch.start, stretch.end, None)):
                if worth(_text(block)):
                    yield block


def _of_hunk(body: str, hunk: Hunk, worth: Callable[[str], bool], all_of_it: bool) -> Iterator[list[_Line]]:
    """The comments of a hunk that are worth it, each line with the function or struct that it is in."""
    scopes: dict[int, str] | None = None
    for block in _group(_lines(body, hunk.start, hunk.end, "+")):
        if all_of_it or worth(_text(block)):
            if scopes is None:
                scopes = {line.start: line.function for line in hunk_lines(body, hunk)}
            said = next((line for line in block if line.text), block[0])
            if f"\n-{body[said.start + 1 : said.end].rstrip()}\n" in body:
                continue  # moved, not said
            block = [line._replace(scope=scopes.get(line.start, "")) for line in block]
            yield _with_declaration(body, block)


def _with_declaration(body: str, block: list[_Line]) -> list[_Line]:
    """A comment above a member's declaration, or beside the opening of a union, with that declaration as its
    code.
    """
    first, last = block[0], block[-1]
    opens = first.code.endswith("{")
    if (
        (first.code and not opens)
        or not first.scope.startswith("struct ")
        or first.code == first.scope + " {"
    ):
        return block
    code = _declaration_below(body, last.end + 1, "{ " if opens else "")
    return [first._replace(code=code or first.code), *block[1:]]


def _declaration_below(body: str, at: int, opened: str) -> str:
    """The first declaration in the lines from offset ``at`` on, with a brace before it where it is the first
    of a union or struct (``opened``: of the one on the line above); empty where something else comes first.
    """
    for _ in range(MAX_BELOW):
        end = body.find("\n", at, at + MAX_CODE)
        if end < 0 or body[at] not in "+ ":
            return ""
        code = body[at + 1 : end].split("/*", 1)[0].split("//", 1)[0].strip()
        if code.endswith(";"):
            return "" if code.startswith("}") else opened + code
        if not _NOT_YET.match(code):
            return ""
        if code.endswith("{"):
            opened = "{ "
        at = end + 1
    return ""


def _text(block: list[_Line]) -> str:
    return "\n".join(f"{line.text} {line.code}" for line in block)


def _lines(body: str, start: int, end: int, mark: str | None) -> Iterator[tuple[str, int] | None]:
    """(text, offset) of each line with ``mark``, None for another; all lines where ``mark`` is None."""
    at = start
    for text in body[start:end].split("\n"):
        if mark is None:
            yield text.removeprefix("+"), at
        else:
            yield (text[1:], at) if text.startswith(mark) else None
        at += len(text) + 1


def _group(rows: Iterator[tuple[str, int] | None]) -> Iterator[list[_Line]]:
    """Runs of lines that are one comment."""
    block: list[_Line] = []
    open_ = False
    for row in rows:
        line = _comment_line(row, open_) if row else None
        if line is None:
            open_ = False
        elif row:
            opens = "/*" in row[0]
            if (opens or line.code) and block:
                yield block
                block = []
            open_ = "*/" not in row[0] and (open_ or opens)
            block.append(line)
            begun_above = not line.code and not opens and "*/" not in row[0]
            if not open_ and not begun_above:
                yield block
                block = []
            continue
        if block:
            yield block
            block = []
    if block:
        yield block


def _comment_line(row: tuple[str, int], inside: bool) -> _Line | None:
    text, start = row
    if len(text) > MAX_LINE:
        return None
    if inside and _TABLE.search(text, 0, MAX_CODE) and not _MEMBER.match(text.lstrip(" \t*")):
        return _Line("", start, start + len(text) + 1, "")  # columns: code side by side, a drawing
    inline = _INLINE.search(text)
    if inline:
        said = inline["text"] if inline["text"] is not None else inline["line"]
        return _Line(_folded(said).strip(" *"), start, start + len(text) + 1, text[: inline.start()].strip())
    continued = _CONTINUED.match(text) if inside or _STAR.match(text) else None
    if continued:
        return _Line(_folded(continued["text"]), start, start + len(text) + 1, "")
    if inside and text.strip():
        return _Line(_folded(text.split("*/", 1)[0]), start, start + len(text) + 1, "")
    return None


def _folded(text: str) -> str:
    return " ".join(text.split())


def _sentences(lines: list[_Line], number: int, ahead: str) -> Iterator[Sentence]:
    """The comment's sentences; an ``@member:`` of kernel-doc begins a new one, a blank line a paragraph."""
    code = lines[0].code
    scope = next((line.scope for line in lines if line.scope), "")
    described = next((m.group(1) for line in lines[:3] if (m := _DESCRIBED.match(line.text))), "")
    scope = described or ahead or scope
    part: list[_Line] = []
    for at, line in enumerate([*lines, None]):
        if line is None or not line.text or _KERNEL_DOC.match(line.text):
            shown = _declared_below(lines, at) if part and part[-1].text.endswith(":") else ""
            yield from _part(part, number, code or shown, scope)
            part = []
        if line is not None and line.text:
            part.append(line)
        elif line is not None:
            number += 1


def _declared_below(lines: list[_Line], at: int) -> str:
    """The declarations that a comment shows from its line ``at`` on, one behind the other."""
    shown = [line.text for line in lines[at : at + MAX_BELOW] if line.text.endswith((";", "{"))]
    return " ".join(text for text in shown if text.endswith(";") and not text.startswith("}"))


def _part(lines: list[_Line], number: int, code: str, scope: str) -> Iterator[Sentence]:
    if not lines:
        return
    text = " ".join(line.text for line in lines)
    starts = []
    at = 0
    for line in lines:
        starts.append((at, line))
        at += len(line.text) + 1
    for begin, end in split_text(text):
        first = [line for place, line in starts if place <= begin][-1]
        last = [line for place, line in starts if place < end][-1]
        yield Sentence(
            text[begin:end], first.start, last.end, Place.COMMENT, number, code=code, scope=scope
        )  # fmt: skip
