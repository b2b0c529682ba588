"""The query language as conditions of SQL, so that the database finds the rows and not this program.

Every term becomes a condition that each row meeting the query meets. Where no other row does, it is exact,
and may stand under NOT; where the database cannot tell (the capitals of letters beyond ASCII, a refuted claim
behind an issue) it is wider: the rows that come are tested again by who asks (``asking.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, and_, bindparam, false, func, not_, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from threadmine.db.rows import clean
from threadmine.db.schema import Message, SeriesField, SeriesVersion
from threadmine.db.terms import SERIES_FIELD
from threadmine.query import Where
from threadmine.query.match import age_bounds, list_key, version_bounds
from threadmine.query.names import plain_name
from threadmine.query.parser import And, Node, Not, Or, Term
from threadmine.query.parser import Text as Words
from threadmine.query.when import parse_when

DAY = 86_400.0
_PLAIN_PATH = re.compile(r"[\w./+()-]+")  # with other signs a list of paths, kept as JSON, may look otherwise

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Known:
    """A condition that every row meeting a query meets; ``exact``: and no other row does."""

    sql: Condition
    exact: bool = True


NEVER = Known(false())
PERHAPS = Known(true(), exact=False)


class contains(FunctionElement[bool]):  # noqa: N801 - functions of SQL are written so
    """That the first text has the second, a pattern, in it, ASCII capitals aside."""

    type = Boolean()
    inherit_cache = True


@compiles(contains)
def _contains(element: contains, compiler: SQLCompiler, **more: Any) -> str:
    """In SQLite LIKE as it is: ``lower()`` would copy every text."""
    column, pattern = (compiler.process(clause, **more) for clause in element.clauses)
    like = "LIKE" if compiler.dialect.name == "sqlite" else "ILIKE"
    return f"({column} {like} {pattern} ESCAPE '/')"


class day_after(FunctionElement[str]):  # noqa: N801
    """The ten characters after the first place of the second text in the first one."""

    type = Text()
    inherit_cache = True


@compiles(day_after)
def _day_after(element: day_after, compiler: SQLCompiler, **more: Any) -> str:
    text, mark = (compiler.process(clause, **more) for clause in element.clauses)
    place = "instr" if compiler.dialect.name == "sqlite" else "strpos"
    return f"substr({text}, {place}({text}, {mark}) + length({mark}), 10)"


def always(sql: Condition, exact: bool = True) -> Callable[[Where], Known]:
    """A condition that does not depend on the query."""
    return lambda _: Known(sql, exact)


def has_text(columns: Iterable[Any], wanted: str) -> Known:
    """That one of the texts has ``wanted`` in it, capitals aside.

    Letters beyond ASCII match anything: databases do not agree on their capitals.
    """
    signs = [f"/{sign}" if sign in "%_/" else sign for sign in clean(wanted)]
    pattern = "%".join(["", *("" if not sign.isascii() else sign for sign in _runs(signs)), ""])
    found = [contains(column, bindparam(None, pattern, unique=True)) for column in columns]
    return Known(or_(*found) if found else false(), exact=wanted.isascii())


def _runs(signs: Iterable[str]) -> list[str]:
    """The signs with those of ASCII that stand together joined."""
    runs: list[str] = []
    for sign in signs:
        if runs and sign.isascii() and runs[-1].isascii():
            runs[-1] += sign
        else:
            runs.append(sign)
    return runs


@dataclass(frozen=True, slots=True)
class Kind:
    """How the rows of one question answer the terms. What has no meaning for them is left out.

    Args:
        text: what words are looked for in.
        called: the condition that the message or series of a row has a text in its title.
        writer: name and address of who wrote it.
        sent_at: its date in seconds.
        list_name: the mailing list.
        of_series: the condition that a row belongs to a series version that meets a condition on
            ``SeriesVersion``; for conditions that few versions meet.
        with_series: the same for conditions that many meet: the joined series is looked at.
        about: the condition that a row is about a member.
        in_struct: the condition that a row is about a member of a structure.
        authors: a wider condition on the writer that an index answers.
        untitled: what a row is called by where it belongs to no series.
        words: the columns of ``state:``, ``kind:``, ``verdict:``, ``predicate:``.
        files: the paths it is about.
        sent_to: the condition that its message meets a condition on the recipients.
        functions: the condition that the name of a function has a text in it.
        has, is_: what the words of these terms mean; ``is_`` without those that the series answers.
    """

    text: tuple[Any, ...]
    writer: tuple[Any, Any]
    sent_at: Any
    list_name: Any
    of_series: Callable[[Condition], Condition]
    with_series: Callable[[Condition], Condition]
    called: Callable[[str], Known] | None = None
    about: Callable[[str], Condition] | None = None
    in_struct: Callable[[str], Condition] | None = None
    authors: Callable[[Condition], Condition] | None = None
    untitled: Any = None
    words: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Any, ...] = ()
    sent_to: Callable[[Condition], Condition] = field(default=lambda condition: condition)
    functions: Callable[[str], Known] | None = None
    has: Mapping[str, Condition] = field(default_factory=dict)
    is_: Mapping[str, Callable[[Where], Known]] = field(default_factory=dict)


def condition(where: Where | None, kind: Kind) -> Known:
    """What the database can be asked of a query for rows of this kind.

    Raises:
        UsageError: a value cannot be understood (a date, a number).
    """
    return Known(true()) if where is None else _node(where.tree, where, kind)


def _node(node: Node, where: Where, kind: Kind) -> Known:
    if isinstance(node, Words):
        own = has_text(kind.text, node.words)
        return own if kind.called is None else Known(or_(own.sql, kind.called(node.words).sql), own.exact)
    if isinstance(node, Not):
        inner = _node(node.inner, where, kind)
        return Known(not_(inner.sql)) if inner.exact else PERHAPS
    if isinstance(node, And | Or):
        parts = [_node(part, where, kind) for part in node.parts]
        exact = all(part.exact for part in parts)
        if isinstance(node, And):
            return Known(and_(true(), *(part.sql for part in parts)), exact)
        return Known(or_(false(), *(part.sql for part in parts)), exact)
    return _TERMS[node.name](node, where, kind)


# ----------------------------------------------------------------------------------------- single terms


def _names(term: Term, where: Where) -> tuple[str, ...]:
    wanted = plain_name(clean(term.values[0]))
    return (wanted, *where.also(wanted))


def _field(term: Term, where: Where, kind: Kind) -> Known:
    return NEVER if kind.about is None else Known(or_(*map(kind.about, _names(term, where))))


def _struct(term: Term, where: Where, kind: Kind) -> Known:
    return NEVER if kind.in_struct is None else Known(kind.in_struct(clean(term.values[0].strip())))


def _series(term: Term, where: Where, kind: Kind) -> Known:
    wanted = term.values[0]
    titled = has_text([SeriesVersion.title], wanted)
    own = kind.of_series(or_(SeriesVersion.id == clean(wanted.casefold()), titled.sql))
    if kind.untitled is not None:
        loose = and_(not_(kind.with_series(true())), has_text([kind.untitled], wanted).sql)
        own = or_(own, loose)
    return Known(own, titled.exact)


def _version(term: Term, where: Where, kind: Kind) -> Known:
    low, high = version_bounds(term.values[0])
    bounds = [SeriesVersion.version >= max(low, 1)]
    if high != float("inf"):
        bounds.append(SeriesVersion.version <= high)
    return Known(kind.with_series(and_(*bounds)))


def _author(term: Term, where: Where, kind: Kind) -> Known:
    own = has_text(kind.writer, term.values[0])
    return own if kind.authors is None else Known(kind.authors(own.sql), own.exact)


def _person(term: Term, where: Where, kind: Kind) -> Known:
    own = has_text(kind.writer, term.values[0])
    sender = has_text([SeriesVersion.author_name, SeriesVersion.author_address], term.values[0])
    return Known(or_(own.sql, kind.of_series(sender.sql)), own.exact)


def _list(term: Term, where: Where, kind: Kind) -> Known:
    wanted = list_key(clean(term.values[0]))
    if not wanted.isascii():
        return PERHAPS
    return Known(or_(on_list(kind.list_name, wanted), kind.sent_to(to_list(wanted))))


def to_list(wanted: str) -> Condition:
    """That a message has a list among its recipients (``linux-mm``, ``linux-mm.kvack.org``)."""
    name, dot, host = wanted.partition(".")
    return has_text([Message.recipients], f"<{name}@{host}>" if dot else f"<{name}@").sql


def on_list(column: Any, wanted: str) -> Condition:
    """That a list's name is ``wanted`` (as ``list_key`` gives it), or begins with it before its first dot."""
    plain = func.lower(column)
    for sign, instead in (("<", ""), (">", ""), ("@", ".")):
        plain = func.replace(plain, sign, instead)
    named = [plain == wanted]
    if wanted and "." not in wanted:
        named.append(and_(plain >= f"{wanted}.", plain < f"{wanted}/"))
    return and_(column != "", or_(*named))


def _word(term: Term, where: Where, kind: Kind) -> Known:
    column = kind.words.get(term.name)
    return NEVER if column is None else Known(column.in_(term.values))


def _touches(term: Term, where: Where, kind: Kind) -> Known:
    ids = select(SeriesField.series_id).where(or_(*map(SERIES_FIELD.match, _names(term, where))))
    return Known(kind.of_series(SeriesVersion.id.in_(ids)))


def _writes(term: Term, where: Where, kind: Kind) -> Known:
    named = or_(*map(SERIES_FIELD.match, _names(term, where)))
    ids = select(SeriesField.series_id).where(named, SeriesField.writes > 0)
    return Known(kind.of_series(SeriesVersion.id.in_(ids)))


def _file(term: Term, where: Where, kind: Kind) -> Known:
    if not kind.files:
        return NEVER
    found = has_text(kind.files, term.values[0].removesuffix("()"))
    return Known(found.sql, found.exact and _PLAIN_PATH.fullmatch(term.values[0]) is not None)


def _function(term: Term, where: Where, kind: Kind) -> Known:
    return NEVER if kind.functions is None else kind.functions(term.values[0].removesuffix("()"))


def _age(term: Term, where: Where, kind: Kind) -> Known:
    low, high = age_bounds(term.values[0])
    now = where.now.timestamp()
    bounds = [kind.sent_at.is_not(None)]
    if high != float("inf"):
        bounds.append(kind.sent_at >= now - high * DAY)
    if low != float("-inf"):
        bounds.append(kind.sent_at <= now - low * DAY)
    return Known(and_(*bounds))


def _since(term: Term, where: Where, kind: Kind) -> Known:
    start = parse_when(term.values[0], where.now)
    return Known(and_(kind.sent_at.is_not(None), kind.sent_at >= start.timestamp()))


def _until(term: Term, where: Where, kind: Kind) -> Known:
    end = parse_when(term.values[0], where.now)
    return Known(and_(kind.sent_at.is_not(None), kind.sent_at < end.timestamp()))


def _has(term: Term, where: Where, kind: Kind) -> Known:
    return Known(or_(false(), *(kind.has[value] for value in term.values if value in kind.has)))


_STANDING: dict[str, Condition] = {
    "current": SeriesVersion.superseded_by == "",
    "superseded": SeriesVersion.superseded_by != "",
    "complete": SeriesVersion.complete.is_(True),
    "rfc": SeriesVersion.version_text.contains("RFC"),
}


def _is(term: Term, where: Where, kind: Kind) -> Known:
    found = [kind.is_[value](where) for value in term.values if value in kind.is_]
    found += [Known(kind.with_series(_STANDING[value])) for value in term.values if value in _STANDING]
    return Known(or_(false(), *(one.sql for one in found)), all(one.exact for one in found))


_TERMS: dict[str, Callable[[Term, Where, Kind], Known]] = {
    "field": _field,
    "struct": _struct,
    "series": _series,
    "version": _version,
    "author": _author,
    "person": _person,
    "list": _list,
    "state": _word,
    "kind": _word,
    "verdict": _word,
    "predicate": _word,
    "touches": _touches,
    "writes": _writes,
    "file": _file,
    "function": _function,
    "age": _age,
    "since": _since,
    "until": _until,
    "has": _has,
    "is": _is,
}
