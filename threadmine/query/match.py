"""Whether a row meets a query, and what of the query a database can be asked beforehand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from threadmine.errors import UsageError
from threadmine.model import Person, SeriesRow, Unknown
from threadmine.query.aside import is_aside
from threadmine.query.facts import Facts, standing
from threadmine.query.names import any_member, plain_name, split_name
from threadmine.query.parser import And, Node, Not, Or, QueryError, Term, Text
from threadmine.query.when import is_after, parse_span, parse_when

_RANGE = re.compile(r"(?:(?P<op>>=|<=|>|<|=)?(?P<one>[^.<>=]+)|(?P<low>[^.<>=]*)\.\.(?P<high>[^.<>=]*))")


@dataclass(frozen=True)
class Surroundings:
    """What a row alone does not tell.

    Args:
        now: the present, for ages.
        series: the series version with an id, None where there is none.
        writers: ids of the series versions that write a member.
        also: other names that kernels gave a member.
        sent_to: ids of the messages that have a list among their recipients.
    """

    now: datetime
    series: Callable[[str], SeriesRow | None] = field(default=lambda _: None)
    writers: Callable[[str], frozenset[str]] = field(default=lambda _: frozenset())
    also: Callable[[str], tuple[str, ...]] = field(default=lambda _: ())
    sent_to: Callable[[str], frozenset[str]] = field(default=lambda _: frozenset())


Test = Callable[[Facts], bool]


def compile_query(node: Node, around: Surroundings, query: str = "") -> Test:
    """A function that says whether a row meets the query.

    Args:
        node: what :func:`~threadmine.query.parser.parse` gave.
        around: the present, and how to look up series.
        query: the text, for errors.

    Raises:
        QueryError: a value cannot be understood (a date, a number).
    """
    if isinstance(node, Text):
        words = node.words.casefold()
        return lambda facts: any(words in text.casefold() for text in facts.text)
    if isinstance(node, Not):
        inner = compile_query(node.inner, around, query)
        return lambda facts: not inner(facts)
    if isinstance(node, And):
        tests = [compile_query(part, around, query) for part in node.parts]
        return lambda facts: all(test(facts) for test in tests)
    if isinstance(node, Or):
        tests = [compile_query(part, around, query) for part in node.parts]
        return lambda facts: any(test(facts) for test in tests)
    try:
        return _TESTS[node.name](node, around)
    except QueryError:
        raise
    except UsageError as error:
        raise QueryError(f"{node.name}: {error.what}", query, node.start, node.end, error.remedy) from error


# ----------------------------------------------------------------------------------------- single terms


def _field(term: Term, around: Surroundings) -> Test:
    wanted = plain_name(term.values[0])
    names = (wanted, *around.also(wanted))
    return lambda facts: any(any_member(facts.members, name) for name in names)


def _struct(term: Term, around: Surroundings) -> Test:
    wanted = term.values[0].strip()
    return lambda facts: any(split_name(name)[0] == wanted for name in facts.members)


def _series(term: Term, around: Surroundings) -> Test:
    wanted = term.values[0].casefold()

    def test(facts: Facts) -> bool:
        title = facts.series_title
        if not title and facts.series_id:
            series = around.series(facts.series_id)
            title = series.title if series is not None else ""
        return facts.series_id == wanted or (bool(title) and wanted in title.casefold())

    return test


def _author(term: Term, around: Surroundings) -> Test:
    wanted = term.values[0].casefold()
    return lambda facts: _is(facts.author, wanted)


def _person(term: Term, around: Surroundings) -> Test:
    wanted = term.values[0].casefold()

    def test(facts: Facts) -> bool:
        series = around.series(facts.series_id) if facts.series_id else None
        return _is(facts.author, wanted) or (series is not None and _is(series.author, wanted))

    return test


def _is(person: Person, wanted: str) -> bool:
    return wanted in person.name.casefold() or wanted in person.address.casefold()


def list_key(name: str) -> str:
    """A list's name (``<linux-mm.kvack.org>``, ``linux-mm@kvack.org``) as it is compared."""
    return name.casefold().replace("<", "").replace(">", "").replace("@", ".")


def is_list(name: str, wanted: str) -> bool:
    """Whether a list's name is the one meant (``linux-mm``, with or without its host)."""
    have, want = list_key(name), list_key(wanted)
    return bool(have) and (have == want or have.split(".")[0] == want)


def _list(term: Term, around: Surroundings) -> Test:
    wanted = term.values[0]
    return lambda facts: is_list(facts.list_name, wanted) or facts.message_id in around.sent_to(wanted)


def _attribute(name: str) -> Callable[[Term, Surroundings], Test]:
    def make(term: Term, around: Surroundings) -> Test:
        return lambda facts: getattr(facts, name) in term.values

    return make


def _part_of(name: str) -> Callable[[Term, Surroundings], Test]:
    def make(term: Term, around: Surroundings) -> Test:
        wanted = term.values[0].casefold().removesuffix("()")
        return lambda facts: any(wanted in text.casefold() for text in getattr(facts, name))

    return make


def _touches(term: Term, around: Surroundings) -> Test:
    wanted = plain_name(term.values[0])
    names = (wanted, *around.also(wanted))

    def test(facts: Facts) -> bool:
        series = around.series(facts.series_id) if facts.series_id else None
        return series is not None and any(any_member(series.fields, name) for name in names)

    return test


def _writes(term: Term, around: Surroundings) -> Test:
    wanted = plain_name(term.values[0])
    writers = frozenset[str]().union(*(around.writers(name) for name in (wanted, *around.also(wanted))))
    return lambda facts: facts.series_id in writers


def _flags(term: Term, around: Surroundings) -> Test:
    def test(facts: Facts) -> bool:
        flags = facts.flags | standing(around.series(facts.series_id) if facts.series_id else None)
        if facts.triage and is_aside(facts.triage, around.now.date()):
            flags = flags - {"open"} | {"aside"}
        return any(value in flags for value in term.values)

    return test


def _has(term: Term, around: Surroundings) -> Test:
    return lambda facts: any(value in facts.has for value in term.values)


def version_bounds(text: str) -> tuple[float, float]:
    """The lowest and the highest version that ``2``, ``>1`` or ``2..4`` means.

    Raises:
        UsageError: ``text`` is no version and no range of versions.
    """

    def number(text: str) -> float:
        digits = text.strip().lower().removeprefix("v")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < _MOST_DIGITS):
            raise UsageError(f"'{text}' is no version", remedy="write 2, >1 or 2..4")
        return float(digits)

    return _bounds(text, number, 1.0)


_MOST_DIGITS = 10


def _version(term: Term, around: Surroundings) -> Test:
    low, high = version_bounds(term.values[0])

    def test(facts: Facts) -> bool:
        version = facts.version
        if not version and facts.series_id:
            series = around.series(facts.series_id)
            version = series.version if series is not None else 0
        return version > 0 and low <= version <= high

    return test


def age_bounds(text: str) -> tuple[float, float]:
    """The least and the greatest age in days that ``>2w``, ``<3d`` or ``1w..4w`` means.

    Raises:
        UsageError: ``text`` is no length of time.
    """

    def days(text: str) -> float:
        found = parse_span(text)
        if found is None:
            raise UsageError(f"'{text}' is no length of time", remedy="write >2w, <3d or 1w..4w")
        return found / timedelta(days=1)

    return _bounds(text, days, 0.0)


def _age(term: Term, around: Surroundings) -> Test:
    low, high = age_bounds(term.values[0])

    def test(facts: Facts) -> bool:
        if isinstance(facts.date, Unknown):
            return False
        age = (around.now - facts.date) / timedelta(days=1)
        return low <= age <= high

    return test


def _bounds(text: str, read: Callable[[str], float], step: float) -> tuple[float, float]:
    """Lower and upper bound of ``3``, ``>3``, ``2..4``; ``step`` is what strictly more or less means."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"'{text}' is no range", remedy="write >N, <N or N..M")
    if found["one"] is None:
        low = read(found["low"]) if found["low"] else 0.0
        return low, read(found["high"]) if found["high"] else float("inf")
    value = read(found["one"])
    operator = found["op"] or ("=" if step else ">=")
    if operator in (">", ">="):
        return value + (step if operator == ">" else 0.0), float("inf")
    if operator in ("<", "<="):
        return 0.0 if step else float("-inf"), value - (step if operator == "<" else 0.0)
    return value, value


def _since(term: Term, around: Surroundings) -> Test:
    start = parse_when(term.values[0], around.now)
    return lambda facts: is_after(facts.date, start)


def _until(term: Term, around: Surroundings) -> Test:
    end = parse_when(term.values[0], around.now)
    return lambda facts: not isinstance(facts.date, Unknown) and not is_after(facts.date, end)


_TESTS: dict[str, Callable[[Term, Surroundings], Test]] = {
    "field": _field,
    "struct": _struct,
    "series": _series,
    "version": _version,
    "author": _author,
    "person": _person,
    "list": _list,
    "state": _attribute("state"),
    "kind": _attribute("kind"),
    "verdict": _attribute("verdict"),
    "predicate": _attribute("predicate"),
    "touches": _touches,
    "writes": _writes,
    "file": _part_of("files"),
    "function": _part_of("functions"),
    "age": _age,
    "since": _since,
    "until": _until,
    "has": _has,
    "is": _flags,
}


# ------------------------------------------------------------------------------- what can be asked before


@dataclass(frozen=True, slots=True)
class Narrow:
    """Conditions that every row which meets the query must meet, in the words of the database's questions.

    They only make it quicker: the rows that come are tested with the whole query still.
    """

    field: str | None = None
    states: tuple[str, ...] = ()
    kind: str | None = None
    verdict: str | None = None
    predicate: str | None = None
    author: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[str, ...] = ()


def narrow(node: Node, now: datetime) -> Narrow:
    """What of a query holds for every row that meets it: its terms that stand under AND alone."""
    parts = node.parts if isinstance(node, And) else (node,)
    found: dict[str, str] = {}
    states: tuple[str, ...] = ()
    words = []
    for part in parts:
        if isinstance(part, Text):
            words.append(part.words)
        elif isinstance(part, Term) and part.name == "state":
            states = part.values
        elif isinstance(part, Term) and len(part.values) == 1:
            found.setdefault(part.name, part.values[0])
    return Narrow(
        field=plain_name(found["field"]) if "field" in found else None,
        states=states,
        kind=found.get("kind"),
        verdict=found.get("verdict"),
        predicate=found.get("predicate"),
        author=found.get("author"),
        since=parse_when(found["since"], now) if "since" in found else None,
        until=parse_when(found["until"], now) if "until" in found else None,
        words=tuple(words),
    )
