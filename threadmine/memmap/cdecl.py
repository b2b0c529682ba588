"""Reads struct, enum and #define declarations from C headers, keeping the conditions they stand under.

No preprocessor is run: a member below ``#ifdef CONFIG_MEMCG`` is kept with that condition, so that one
reading serves every configuration. Only declarations are understood, and only as far as kernel headers use
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 40

_COMMENT = re.compile(r"/\*[\s\S]*?\*/|//[^\n]*")
_TOKEN = re.compile(
    r"[A-Za-z_]\w*|0[xX][0-9a-fA-F]+|\d+|\"[^\"\n]*\"|'[^'\n]*'|\.\.\.|<<|>>|[-+*/%&|^~!<>=?:;,.(){}\[\]#]"
)
_DIRECTIVE = re.compile(r"\s*#\s*(\w+)\s*(.*)")
_QUALIFIERS = frozenset(
    [
        "const",
        "volatile",
        "__rcu",
        "__user",
        "__iomem",
        "__percpu",
        "__private",
        "__randomize_layout",
        "__no_randomize_layout",
        "static",
        "extern",
        "inline",
        "__force",
        "__bitwise",
        "__always_inline",
        "__maybe_unused",
        "__read_mostly",
        "__packed",
        "____cacheline_aligned",
        "____cacheline_aligned_in_smp",
        "____cacheline_internodealigned_in_smp",
        "__must_check",
    ]
)
_CALLED = frozenset(
    ["__aligned", "__attribute__", "__counted_by", "__counted_by_ptr", "__guarded_by", "__no_sanitize"]
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the source with the index of the conditions it stands under."""

    text: str
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declaration:
    """One member: ``kind`` is ``member``, ``struct`` or ``union`` (the latter two with ``parts``).

    An unnamed struct or union is one whose members belong to the outer one. ``type`` is spelled as in the
    source, with ``*`` for pointers; ``array`` holds dimensions as source text; ``bits`` a bit field's width.
    """

    kind: str
    name: str
    type: str
    conditions: tuple[str, ...] = ()
    array: tuple[str, ...] = ()
    bits: str = ""
    parts: tuple[Declaration, ...] = ()
    align: str = ""


@dataclass(frozen=True, slots=True)
class Struct:
    """A struct or union definition. ``align`` is the text of its alignment attribute or macro."""

    kind: str
    name: str
    parts: tuple[Declaration, ...]
    align: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Define:
    """``#define name value`` under conditions; ``#undef name`` where ``is_set`` is False."""

    name: str
    value: str
    conditions: tuple[str, ...]
    is_set: bool = True


@dataclass(frozen=True, slots=True)
class EnumItem:
    """``name = value`` of an enum; ``value`` is empty where it counts on."""

    name: str
    value: str
    conditions: tuple[str, ...]


@dataclass
class Headers:
    """What was read: definitions by name, in the order met."""

    structs: dict[str, list[Struct]] = field(default_factory=dict)
    typedefs: dict[str, list[Declaration]] = field(default_factory=dict)
    enums: dict[str, list[EnumItem]] = field(default_factory=dict)
    defines: dict[str, list[Define]] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Adds the declarations of one header."""
        tokens = list(_tokens(text, self))
        _Reader(tokens, self).read()


def _tokens(text: str, headers: Headers) -> Iterator[Token]:
    """The source's words outside of comments and directives, with their conditions; #defines are
    collected."""
    plain = _COMMENT.sub(lambda m: "\n" * m[0].count("\n") + " ", text).replace("\\\n", " ")
    stack: list[list[str]] = []
    current: tuple[str, ...] = ()
    for line in plain.split("\n"):
        directive = _DIRECTIVE.match(line)
        if not directive:
            for word in _TOKEN.findall(line):
                yield Token(word, current)
            continue
        _branch(directive[1], directive[2].strip(), stack)
        current = tuple(conditions[-1] for conditions in stack)
        if directive[1] in ("define", "undef"):
            _define(directive[2], current, headers, directive[1] == "define")


def _branch(word: str, rest: str, stack: list[list[str]]) -> None:
    """Keeps the stack of open conditionals: each level lists the conditions of its branches so far."""
    if word in ("if", "ifdef", "ifndef"):
        text = {"if": rest, "ifdef": f"defined({rest})", "ifndef": f"!defined({rest})"}[word]
        stack.append([text])
    elif word == "elif" and stack:
        before = " && ".join(f"!({c})" for c in _own(stack[-1]))
        stack[-1].append(f"{before} && ({rest})")
    elif word == "else" and stack:
        stack[-1].append(" && ".join(f"!({c})" for c in _own(stack[-1])))
    elif word == "endif" and stack:
        stack.pop()


def _own(branches: list[str]) -> list[str]:
    return branches[:1] + [b.rsplit(" && (", 1)[-1].removesuffix(")") for b in branches[1:]]


def _define(rest: str, conditions: tuple[str, ...], headers: Headers, is_set: bool) -> None:
    found = re.match(r"(\w+)(\([^)]*\))?\s*(.*)", rest)
    if found:
        value = "" if found[2] else found[3].strip()
        define = Define(found[1], value, conditions, is_set)
        headers.defines.setdefault(found[1], []).append(define)


class _Reader:
    """A reader of declarations over tokens; what it does not understand it skips to the next ``;`` or
    brace."""

    def __init__(self, tokens: list[Token], headers: Headers) -> None:
        self.tokens = tokens
        self.headers = headers
        self.at = 0

    def _peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def read(self) -> None:
        """Finds struct, union, enum and typedef definitions wherever they stand at the outer level."""
        while self.at < len(self.tokens):
            word = self._peek()
            if word in ("struct", "union") and self._peek(2) == "{":
                self._definition()
            elif word == "enum" and "{" in (self._peek(1), self._peek(2)):
                self._enum()
            elif word == "typedef":
                self._typedef()
            elif word == "{":
                self._skip_block()
            else:
                self.at += 1

    def _definition(self) -> None:
        conditions = self.tokens[self.at].conditions
        kind, name = self._peek(), self._peek(1)
        self.at += 2
        parts = self._body(conditions)
        align = self._attributes()
        self.headers.structs.setdefault(name, []).append(Struct(kind, name, parts, align, conditions))

    def _typedef(self) -> None:
        self.at += 1
        for declaration in self._declaration(()):
            if declaration.name:
                self.headers.typedefs.setdefault(declaration.name, []).append(declaration)

    def _enum(self) -> None:
        conditions = self.tokens[self.at].conditions
        self.at += 1
        name = ""
        if self._peek() != "{":
            name = self._peek()
            self.at += 1
        self.at += 1
        items = []
        while self.at < len(self.tokens) and self._peek() != "}":
            items.append(self._enum_item(len(conditions)))
        self.at += 1
        self.headers.enums.setdefault(name, items)

    def _enum_item(self, outer: int) -> EnumItem:
        token = self.tokens[self.at]
        self.at += 1
        if self._peek() == "(":  # a macro that makes items
            self._skip_parentheses()
        value: list[str] = []
        if self._peek() == "=":
            self.at += 1
            depth = 0
            while self.at < len(self.tokens) and (depth or self._peek() not in (",", "}")):
                depth += {"(": 1, ")": -1}.get(self._peek(), 0)
                value.append(self._peek())
                self.at += 1
        if self._peek() == ",":
            self.at += 1
        return EnumItem(token.text, " ".join(value), token.conditions[outer:])

    # ------------------------------------------------------------------------------------------ bodies

    def _body(self, outer: tuple[str, ...], depth: int = 0) -> tuple[Declaration, ...]:
        """The declarations between braces; ``at`` stands on the opening one."""
        self.at += 1
        parts: list[Declaration] = []
        while self.at < len(self.tokens) and self._peek() != "}":
            before = self.at
            parts += self._declaration(outer, depth)
            if self.at == before:
                self.at += 1
        self.at += 1
        return tuple(parts)

    def _declaration(self, outer: tuple[str, ...], depth: int = 0) -> list[Declaration]:
        if depth > MAX_DEPTH or self.at >= len(self.tokens):
            return []
        conditions = self.tokens[self.at].conditions[len(outer) :]
        inner = self.tokens[self.at].conditions
        words: list[str] = []
        while self.at < len(self.tokens):
            word = self._peek()
            if word in ("struct", "union") and "{" in (self._peek(1), self._peek(2)):
                return self._nested(conditions, inner, depth)
            if word == "enum" and "{" in (self._peek(1), self._peek(2)):
                self._enum()
                words += ["int"]
                continue
            if word in ("DECLARE_FLEX_ARRAY", "DECLARE_BITMAP"):
                return [self._macro(word, conditions)]
            if word == ";":
                self.at += 1
                return self._tagged(words, conditions)
            if word == "}" or word == "":
                return []
            if word in _QUALIFIERS:
                self.at += 1
            elif word in _CALLED:
                self.at += 1
                self._skip_parentheses()
            elif self._ends_name(words):
                return self._names(words, conditions)
            else:
                words.append(word)
                self.at += 1
        return []

    def _ends_name(self, words: list[str]) -> bool:
        """Whether the type is complete and the next token begins a declarator."""
        if not words:
            return False
        word = self._peek()
        if word in ("*", "(", ":"):
            return True
        following = self._peek(1)
        typed = words[-1] not in ("struct", "union", "enum")
        return (
            typed
            and word.isidentifier()
            and (following in (";", ",", "[", ":", "(") or following in _QUALIFIERS or following in _CALLED)
        )

    def _tagged(self, words: list[str], conditions: tuple[str, ...]) -> list[Declaration]:
        """``struct tag;`` within a struct: its members belong to the outer one (a tagged anonymous
        member)."""
        if len(words) == 2 and words[0] in ("struct", "union"):
            return [Declaration("member", "", " ".join(words), conditions)]
        return []

    def _names(self, words: list[str], conditions: tuple[str, ...]) -> list[Declaration]:
        found = []
        base = " ".join(words)
        while self.at < len(self.tokens) and self._peek() not in (";", "}"):
            stars = ""
            while self._peek() == "*" or self._peek() in _QUALIFIERS:
                stars += "*" if self._peek() == "*" else ""
                self.at += 1
            if self._peek() == "(":
                name, kind = self._function_pointer(), "fnptr"
            else:
                name, kind = (
                    ("" if self._peek() == ":" else self._take()),
                    base + (f" {stars}" if stars else ""),
                )
            array, bits = self._suffix()
            if self._peek() == "(":  # a function declaration
                self._skip_parentheses()
            align = self._attributes(stop=(",", ";"))
            found.append(Declaration("member", name, kind, conditions, array, bits, (), align))
            if self._peek() == ",":
                self.at += 1
        self.at += self._peek() == ";"
        return found

    def _suffix(self) -> tuple[tuple[str, ...], str]:
        array: list[str] = []
        bits = ""
        while self._peek() == "[":
            self.at += 1
            words = []
            while self.at < len(self.tokens) and self._peek() != "]":
                words.append(self._take())
            self.at += 1
            array.append(" ".join(words))
        if self._peek() == ":":
            self.at += 1
            words = []
            while self.at < len(self.tokens) and self._peek() not in (";", ",", "}"):
                words.append(self._take())
            bits = " ".join(words)
        return tuple(array), bits

    def _nested(self, conditions: tuple[str, ...], inner: tuple[str, ...], depth: int) -> list[Declaration]:
        kind = self._take()
        tag = "" if self._peek() == "{" else self._take()
        parts = self._body(inner, depth + 1)
        if tag:
            self.headers.structs.setdefault(tag, []).append(Struct(kind, tag, parts))
        align = self._attributes(stop=("[", ";", ",", ":"), names=True)
        name = self._take() if self._peek().isidentifier() else ""
        stars = 0
        while self._peek() == "*":
            stars += 1
            self.at += 1
            name = self._take() if self._peek().isidentifier() else name
        array, _ = self._suffix()
        align = align or self._attributes()
        self.at += self._peek() == ";"
        if stars:
            return [Declaration("member", name, f"{kind} {tag or '(anonymous)'} *", conditions, array)]
        return [Declaration(kind, name, f"{kind} {tag}".strip(), conditions, array, "", parts, align)]

    def _macro(self, word: str, conditions: tuple[str, ...]) -> Declaration:
        """DECLARE_FLEX_ARRAY(type, name) and DECLARE_BITMAP(name, bits) as what they expand to."""
        self.at += 2
        words: list[str] = []
        while self.at < len(self.tokens) and self._peek() != ",":
            words.append(self._take())
        self.at += 1
        last: list[str] = []
        while self.at < len(self.tokens) and self._peek() != ")":
            last.append(self._take())
        self.at += 1
        self.at += self._peek() == ";"
        if word == "DECLARE_BITMAP":
            size = f"({' '.join(last)} + BITS_PER_LONG - 1) / BITS_PER_LONG"
            return Declaration("member", words[-1], "unsigned long", conditions, (size,))
        empty = Declaration("struct", f"__empty_{last[-1]}", "struct", ())
        flexible = Declaration("member", last[-1], " ".join(words), (), ("",))
        return Declaration("struct", "", "struct", conditions, (), "", (empty, flexible))

    # ------------------------------------------------------------------------------------------ small steps

    def _take(self) -> str:
        word = self._peek()
        self.at += 1
        return word

    def _attributes(self, stop: tuple[str, ...] = (";", ","), names: bool = False) -> str:
        """The alignment among the attributes at this place; other attributes are passed over."""
        align = ""
        while self.at < len(self.tokens):
            word = self._peek()
            if word in _CALLED:
                self.at += 1
                inner = self._parenthesised()
                if word == "__aligned":
                    align = inner
                elif "aligned" in inner:
                    align = inner.split("aligned", 1)[-1].strip("_ ()") or "16"
            elif word in _QUALIFIERS or (word.isidentifier() and word.startswith("_") and not names):
                align = align or (word if word not in _QUALIFIERS else "")
                self.at += 1
            else:
                break
        return align

    def _function_pointer(self) -> str:
        """The name in ``(*name)(arguments)``; stands after it all."""
        self.at += 1
        name = ""
        while self.at < len(self.tokens) and self._peek() != ")":
            if self._peek().isidentifier():
                name = self._peek()
            self.at += 1
        self.at += 1
        if self._peek() == "(":
            self._skip_parentheses()
        return name

    def _parenthesised(self) -> str:
        start = self.at
        self._skip_parentheses()
        return " ".join(t.text for t in self.tokens[start + 1 : self.at - 1])

    def _skip_parentheses(self) -> None:
        self._skip("(", ")")

    def _skip_block(self) -> None:
        self._skip("{", "}")

    def _skip(self, opening: str, closing: str) -> None:
        depth = 0
        while self.at < len(self.tokens):
            word = self._take()
            depth += {opening: 1, closing: -1}.get(word, 0)
            if depth <= 0:
                return
