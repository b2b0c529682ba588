"""What a comment says of the member it stands beside, in fragments without a subject.

"Protected by ->ptl, used for THPs", "Same as page flags. Powerpc only", "Tail pages of compound page": the
member is the one that the ``@name:`` of kernel-doc names, or that the code beside the comment declares. A
comment is cut at its marks; each piece is looked up in ``vocab/comments.toml`` by the phrase it begins with,
and what follows the phrase is who uses the member, what it overlaps, needs or points to. A piece that is
nothing but a kind of page or a part of the kernel says who uses the member.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from threadmine.extraction.claims.clauses import MEMBERISH, Candidate, Clause, Memory, text_of
from threadmine.extraction.claims.nouns import singular
from threadmine.extraction.claims.sentence import ENTITIES, Read, Sort, Thing
from threadmine.extraction.claims.words import GRAMMAR
from threadmine.model import Predicate
from threadmine.vocab.lists import word_list

MAX_NAME = 4
"""The most words of a user's name that is taken whole."""

LISTED = 2
"""The fewest names of a list, and the most words of a name in one."""

_MARKS = frozenset({",", ";", ".", ":", "(", ")", "-", "--", "–", "—", "!", "…"})
_JOINS = frozenset({"and", "or", "/", "&", "+"})
_ARRAYS = frozenset({"array", "vector", "table"})
_ALSO = frozenset({"or", "for", "and"})
_PREDICATES = {
    "uses": Predicate.USES,
    "unused": Predicate.USES,
    "overlaps": Predicate.OVERLAPS,
    "requires": Predicate.REQUIRES,
    "points_to": Predicate.POINTS_TO,
    "state": Predicate.STATE,
}


@dataclass(frozen=True, slots=True)
class _Words:
    """The lists of ``vocab/comments.toml``; ``phrases`` as (words, key), longest first."""

    phrases: tuple[tuple[tuple[str, ...], str], ...]
    before: frozenset[str]
    ends: frozenset[str]
    empty: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    table = word_list("comments")
    phrases = [(tuple(p.split()), key) for key in _PREDICATES for p in table[key]["phrases"]]
    phrases.sort(key=lambda entry: -len(entry[0]))
    before, ends, empty = (frozenset(table[part]["words"]) for part in ("before", "ends", "empty"))
    return _Words(tuple(phrases), before, ends, empty)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tokens ``first`` to ``last`` of a comment; ``start`` is behind the phrase ``key`` it begins with."""

    first: int
    last: int
    key: str
    start: int


def remarks(read: Read, memory: Memory) -> list[Candidate]:
    """The statements that a comment makes about the member it describes; empty where it is written in
    sentences.
    """
    own = memory.headed or memory.described
    declared = read.sentence.scope.startswith(("struct ", "enum ")) or " = " in read.sentence.code
    if own is None or own.sort not in MEMBERISH or not declared:
        return []
    pieces = list(_pieces(read))
    if pieces and pieces[0].key and len(pieces) > 1 and read.words[pieces[0].first] in ("for", "in", "under"):
        return []  # "For tail pages, the value stored here ...": a sentence
    found: list[Candidate] = []
    for piece in pieces:
        found.extend(_of_piece(read, piece, own, memory.pointee))
    if len(found) == 1 and found[0].predicate is Predicate.USES and not any(piece.key for piece in pieces):
        found.extend(_of_list(read, pieces, own))
    return found


def _of_list(read: Read, pieces: list[_Piece], own: Thing) -> list[Candidate]:
    """The other users of a list of names, of which one is known ("x86 pgd, s390")."""
    names = [(piece, _name(read, piece.first, piece.last)) for piece in pieces]
    if len(names) < LISTED or any(name is None or p.last - p.first > LISTED for p, name in names):
        return []
    return [_uses(read, piece, name, own) for piece, name in names if name is not None]


def _pieces(read: Read) -> Iterator[_Piece]:
    """The comment cut at its marks, each piece with its phrase."""
    words = read.words
    inside = {i for t in read.things for i in range(t.first, t.last)}
    begin = max((t.last for t in read.things if t.first == 0 and words[0] == "@"), default=0)
    for at in range(begin, len(words) + 1):
        if at == len(words) or (words[at] in _MARKS and at not in inside):
            if begin < at:
                yield _piece(read, begin, at)
            begin = at + 1


def _piece(read: Read, first: int, last: int) -> _Piece:
    table = _words()
    words = read.words
    at = first
    while at < last:
        for phrase, key in table.phrases:
            if words[at : at + len(phrase)] == phrase and at + len(phrase) <= last:
                return _Piece(first, last, key, at + len(phrase))
        if words[at] not in table.before and not any(t.first <= at < t.last for t in read.things):
            break
        at += 1
    return _Piece(first, last, "", first)


def _of_piece(read: Read, piece: _Piece, own: Thing, pointee: str) -> list[Candidate]:
    things = [t for t in read.things if piece.start <= t.first < piece.last]
    if piece.key in ("uses", "unused") or read.words[piece.last - 1] == "only":
        return [_uses(read, piece, user, own) for user in _users(read, piece, things)]
    if not piece.key and pointee and read.words[piece.first] in _ARRAYS:
        target = _target(read, piece, things, own, pointee)
        return [_make(read, piece, Predicate.POINTS_TO, own, target)]
    if not piece.key and (user := _for_whom(read, piece)):
        return [_uses(read, piece, user, own)]
    if piece.key == "overlaps":
        members = [t for t in things if t.sort in MEMBERISH and t.entity != own.entity]
        return [_make(read, piece, Predicate.OVERLAPS, own, one) for one in members[:1]]
    if piece.key == "requires":
        needed = [t for t in things if t.sort in ENTITIES] or _names(read, piece)
        return [_make(read, piece, Predicate.REQUIRES, own, one) for one in needed[:1]]
    if piece.key == "points_to":
        target = _target(read, piece, things, own, pointee)
        return [_make(read, piece, Predicate.POINTS_TO, own, target)] if target else []
    if piece.key == "state":
        return [_make(read, piece, Predicate.STATE, own, None)]
    return _of_name(read, piece, things, own, pointee)


def _target(read: Read, piece: _Piece, things: list[Thing], own: Thing, pointee: str) -> Thing | None:
    """What is pointed to: a C name, the struct that is declared, or the plain words."""
    named = [t for t in things if t.sort is Sort.STRUCT]
    words = [t for t in _names(read, piece) if t.sort not in MEMBERISH][:1]
    if words and "_" in words[0].text:
        return words[0]
    if pointee:
        note = f"{own.entity} is declared a struct {pointee} *"
        return Thing(own.first, own.last, pointee, pointee, Sort.STRUCT, inferred=note)
    return next(iter(named or words), None)


def _of_name(read: Read, piece: _Piece, things: list[Thing], own: Thing, pointee: str) -> list[Candidate]:
    """A piece that only names something: another member that lies there, what is pointed to, or who uses
    the member.
    """
    if (
        pointee
        and not own.entity.endswith(f".{pointee}")
        and pointee in read.words[piece.first : piece.first + MAX_NAME]
    ):
        target = _target(read, piece, [], own, pointee)
        return [_make(read, piece, Predicate.POINTS_TO, own, target)] if target else []
    if piece.last - piece.first > MAX_NAME + 2:
        return []
    if not things:
        return _first_of(read, piece, own)
    thing = things[0]
    before = set(read.words[piece.first : thing.first]) - GRAMMAR.determiners
    if thing.entity in GRAMMAR.locks:
        return []
    if thing.sort is Sort.MEMBER and not before and thing.last == piece.last:
        same = thing.entity.rsplit(".", 1)[-1] == own.entity.rsplit(".", 1)[-1]
        return [] if same else [_make(read, piece, Predicate.OVERLAPS, own, thing)]
    parts = _names(read, piece) if not before - _ALSO or _JOINS & before else []
    users = {(t.first, t.last) for t in things if t.sort in (Sort.KIND, Sort.AGENT)}
    if users.intersection((part.first, part.last) for part in parts):
        return [_uses(read, piece, user, own) for user in parts]
    return []


def _first_of(read: Read, piece: _Piece, own: Thing) -> list[Candidate]:
    """Plain words beside a pointer: what it points to ("first free object")."""
    beside = f"*{own.entity.rsplit('.', 1)[-1]}" in read.sentence.code
    if not beside or piece.first or piece.last < len(read.words) or piece.last < 2 or read.cues:
        return []
    target = _name(read, piece.first, piece.last)
    return [_make(read, piece, Predicate.POINTS_TO, own, target)] if target else []


def _for_whom(read: Read, piece: _Piece) -> Thing | None:
    """The part of the kernel or kind of page behind the last "for" ("number of cups for device private")."""
    words = read.words[piece.first : piece.last]
    if "for" not in words:
        return None
    at = piece.last - words[::-1].index("for")
    while at < piece.last and read.words[at] in GRAMMAR.determiners:
        at += 1
    sorts = (Sort.KIND, Sort.AGENT, Sort.CONSTANT)
    return next((t for t in read.things if (t.first, t.last) == (at, piece.last) and t.sort in sorts), None)


def _users(read: Read, piece: _Piece, things: list[Thing]) -> list[Thing]:
    """Who uses the member: the names behind the phrase; "used as a list by X" names X."""
    start = piece.start
    behind = read.words[start : piece.last]
    if piece.key == "uses" and "by" in behind:
        start += behind.index("by") + 1
    elif read.words[start - 1] == "as":
        whom = _for_whom(read, piece)
        return [whom] if whom else []
    functions = [t for t in things if t.sort is Sort.FUNCTION and t.first >= start]
    return functions or _names(read, _Piece(piece.first, piece.last, piece.key, start))


def _names(read: Read, piece: _Piece) -> list[Thing]:
    """The names from ``piece.start`` on, joined by "and", up to a word that no name holds."""
    table, words = _words(), read.words
    found: list[Thing] = []
    first = at = piece.start
    while at <= piece.last:
        inside = any(t.first < at < t.last for t in read.things)
        over = at == piece.last or (words[at] in table.ends and not inside)
        if over or (words[at] in _JOINS and not inside):
            named = _name(read, first, at)
            if named is not None:
                found.append(named)
            if over:
                break
            first = at + 1
        at += 1
    return found


def _name(read: Read, first: int, last: int) -> Thing | None:
    """Tokens ``first`` to ``last`` as a thing: a known one, or the plain words in the singular."""
    words = read.words
    while first < last and words[first] in GRAMMAR.determiners:
        first += 1
    inside = [t for t in read.things if first <= t.first and t.last <= last]
    exact = [t for t in inside if (t.first, t.last) == (first, last)]
    if exact and exact[0].sort in ENTITIES:
        return exact[0]
    named = [t for t in inside if t.sort in (Sort.KIND, Sort.AGENT)]
    if first >= last or (last - first == 1 and words[first] in _words().empty):
        return None
    gerund = words[first].endswith("ing") or words[last - 1].endswith("ing")
    if last - first > MAX_NAME or (gerund and named):
        return named[-1] if named and not words[last - 1].endswith("ing") else named[0] if named else None
    if gerund and last - first == 1:
        return None
    text = singular(text_of(read, first, last))
    if text[1:].islower():  # it begins the comment
        text = text[0].lower() + text[1:]
    return Thing(first, last, text, text, Sort.AGENT) if any(c.isalpha() for c in text) else None


def _uses(read: Read, piece: _Piece, user: Thing, own: Thing) -> Candidate:
    return _make(read, piece, Predicate.USES, user, own)


def _make(
    read: Read, piece: _Piece, predicate: Predicate, subject: Thing | None, goal: Thing | None
) -> Candidate:
    things = tuple(t for t in read.things if piece.first <= t.first < piece.last)
    clause = Clause(piece.first, piece.last, things, (), read.words[piece.first])
    cue = text_of(read, piece.first, piece.start) if piece.key else ""
    begin = piece.first if predicate is Predicate.STATE else piece.start
    return Candidate(
        predicate,
        subject,
        goal,
        clause,
        cue,
        piece.first,
        6,
        value=text_of(read, begin, piece.last),
        sure=True,
    )
