"""From ``field:folio._nr_pages state:open (author:ada OR NOT is:robot) "order 0"`` to a tree.

Words stand together with AND; ``OR`` binds less, ``NOT`` or ``-`` more, brackets decide. Anything that is
no term is text to be found. An error names the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from threadmine.errors import UsageError
from threadmine.query.terms import TERMS, TermKind, Value

DEEPEST = 40
"""Brackets and NOTs within each other."""

LONGEST = 4_000
"""Characters of a query."""


class QueryError(UsageError):
    """A query that cannot be understood.

    Args:
        what: what is wrong.
        query: the whole query.
        start, end: the characters of it that are wrong.
        remedy: what to write instead.
    """

    def __init__(self, what: str, query: str, start: int, end: int, remedy: str = "") -> None:
        self.query, self.start, self.end = query, start, end
        marked = f"{query[:start]}>>{query[start:end]}<<{query[end:]}"
        super().__init__(f"{what} at character {start + 1}: {marked}", remedy=remedy)


@dataclass(frozen=True, slots=True)
class Term:
    """``name:value``; several values after commas are alternatives."""

    name: str
    values: tuple[str, ...]
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """Words to be found as they stand, capitals aside."""

    words: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none at all is a query that everything meets."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Node = Term | Text | Not | And | Or


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "(", ")", "AND", "OR", "NOT", "term", "text"
    start: int
    end: int
    name: str = ""
    value: str = ""


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<bracket>[()])
    |(?P<minus>-(?=[^\s)]))
    |(?P<name>[A-Za-z]+):(?:"(?P<quoted>[^"]*)"|(?P<open>")|(?P<plain>(?:[^\s()"]|\(\))*))
    |"(?P<phrase>[^"]*)"
    |(?P<lost>")
    |(?P<word>(?:[^\s()"]|\(\))+)""",
    re.VERBOSE,
)


def _tokens(query: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(query):
        start, end = found.span()
        kind = found.lastgroup
        if kind == "space":
            continue
        if kind == "bracket":
            yield _Token(found[0], start, end)
        elif kind == "minus":
            yield _Token("NOT", start, end)
        elif kind in ("lost", "open"):
            raise QueryError("a quotation mark is not closed", query, start, len(query))
        elif found["name"] is not None:
            yield _named(query, found)
        elif kind == "phrase":
            yield _Token("text", start, end, value=found["phrase"])
        elif found[0] in ("AND", "OR", "NOT"):
            yield _Token(found[0], start, end)
        else:
            yield _Token("text", start, end, value=found[0])


def _named(query: str, found: re.Match[str]) -> _Token:
    """A term; a word before a colon that is none may be text: ``mm:`` at the head of a subject."""
    start, end = found.span()
    name = found["name"].lower()
    value = found["quoted"] if found["quoted"] is not None else found["plain"] or ""
    if name in TERMS:
        if not value.strip():
            hint = f"for example {TERMS[name].example}"
            raise QueryError(f"{name}: has no value", query, start, end, hint)
        return _Token("term", start, end, name, value)
    near = get_close_matches(name, TERMS, n=2, cutoff=0.7)
    if near:
        hint = f"did you mean {' or '.join(f'{word}:' for word in near)}? (quote it to search for it as text)"
        raise QueryError(f"no term '{name}:'", query, start, end, hint)
    return _Token("text", start, end, value=found[0].replace('"', ""))


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.tokens = list(_tokens(query))
        self.place = 0

    def whole(self) -> Node:
        if not self.tokens:
            return And(())
        node = self.either(0)
        if self.place < len(self.tokens):
            token = self.tokens[self.place]
            raise QueryError("a bracket closes that was not opened", self.query, token.start, token.end)
        return node

    def peek(self) -> str:
        return self.tokens[self.place].kind if self.place < len(self.tokens) else ""

    def either(self, depth: int) -> Node:
        parts = [self.both(depth)]
        while self.peek() == "OR":
            self.place += 1
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self, depth: int) -> Node:
        parts = [self.single(depth)]
        while self.peek() not in ("", "OR", ")"):
            if self.peek() == "AND":
                self.place += 1
            parts.append(self.single(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def single(self, depth: int) -> Node:
        if self.place >= len(self.tokens):
            end = len(self.query)
            raise QueryError("the query ends where a term should stand", self.query, end, end)
        token = self.tokens[self.place]
        if depth > DEEPEST:
            raise QueryError("too many brackets within each other", self.query, token.start, token.end)
        self.place += 1
        if token.kind == "NOT":
            return Not(self.single(depth + 1))
        if token.kind == "(":
            node = self.either(depth + 1)
            if self.peek() != ")":
                raise QueryError("a bracket is not closed", self.query, token.start, token.end)
            self.place += 1
            return node
        if token.kind == "term":
            return self.term(token)
        if token.kind == "text":
            return Text(token.value)
        raise QueryError(f"'{token.kind}' where a term should stand", self.query, token.start, token.end)

    def term(self, token: _Token) -> Term:
        kind = TERMS[token.name]
        values: tuple[str, ...] = (token.value,)
        if kind.value is Value.WORD:
            values = tuple(self.word(kind, value, token) for value in token.value.lower().split(","))
        return Term(token.name, values, token.start, token.end)

    def word(self, kind: TermKind, value: str, token: _Token) -> str:
        if value in kind.words:
            return value
        near = get_close_matches(value, kind.words, n=2, cutoff=0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it may be {', '.join(kind.words)}"
        raise QueryError(f"{kind.name}: cannot be '{value}'", self.query, token.start, token.end, hint)


def parse(query: str) -> Node:
    """The tree of a query; an empty one is met by everything.

    Raises:
        QueryError: it cannot be understood; the message shows where.
    """
    if len(query) > LONGEST:
        raise QueryError("the query is too long", query[:40] + " ...", 0, 0, f"at most {LONGEST} characters")
    return _Parser(query).whole()


def has_terms(query: str) -> bool:
    """Whether ``query`` is more than words: it has a term, a bracket or an operator."""
    return any(token.kind != "text" for token in _tokens(query))
