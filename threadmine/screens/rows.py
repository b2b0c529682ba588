"""The rows of the board's list, issues or claims alike: asking for them, naming them, searching them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.text import Text

from threadmine.asking import Asking
from threadmine.db.queries import Queries
from threadmine.errors import ThreadmineError
from threadmine.model import Claim, ClaimRow, Concern, ConcernState, IssueRow, Moment, RowOrder, VerdictKind
from threadmine.query.aside import is_aside
from threadmine.screens import drawing
from threadmine.screens.sides import EVERYTHING, Ask

Row = IssueRow | ClaimRow
FIRST_ROWS = 200
MORE = 10
"""How many times as many rows are read when the cursor comes near the end of those in hand."""
MOST_ROWS = 20_000
OPEN_STATES = tuple(state for state in ConcernState if state.is_open)


class Mode(StrEnum):
    """What the list shows."""

    OPEN = "open issues"
    ALL = "issues"
    CLAIMS = "claims"


def next_order(order: RowOrder) -> RowOrder:
    """The order after this one, round the end."""
    members = list(RowOrder)
    return members[(members.index(order) + 1) % len(members)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is to show: the entry of the left pane, issues or claims, the typed limit, how it is
    sorted, and how many rows at most are read."""

    ask: Ask = EVERYTHING
    mode: Mode = Mode.OPEN
    limit: str = ""
    order: RowOrder = RowOrder.NEWEST
    most: int = FIRST_ROWS

    def more(self) -> Wanted:
        """The same with more rows."""
        return replace(self, most=min(self.most * MORE, MOST_ROWS))


@dataclass(frozen=True, slots=True)
class RowList:
    """One answer for the list: what was asked, the rows, whether there are more, or what is wrong."""

    wanted: Wanted
    rows: tuple[Row, ...]
    more: bool = False
    problem: str = ""


def ask_rows(queries: Queries, wanted: Wanted, now: datetime) -> RowList:
    """The first rows that the entry and the limit allow, ``wanted.most`` of them."""
    ask = wanted.ask
    given: dict[str, Any] = {"field": ask.field, "limit": wanted.most, "order": wanted.order}
    given |= {
        name: value for name, value in (("author", ask.author), ("thread", ask.thread)) if value is not None
    }
    try:
        asking = Asking(queries, _query(wanted), now)
        found: list[Row] = []
        for series in ask.versions or ((ask.series,) if ask.series else (None,)):
            found += _asked(asking, wanted, {**given, "series": series} if series else given)
    except ThreadmineError as error:
        return RowList(wanted, (), problem=error.line())
    more = len(found) >= wanted.most
    rows = arranged(found, wanted.order)[: wanted.most]
    if wanted.mode is Mode.OPEN:
        rows = tuple(
            row for row in rows if isinstance(row, IssueRow) and not is_aside(row.triage, now.date())
        )
    return RowList(wanted, rows, more)


def _query(wanted: Wanted) -> str:
    """The limit, with the struct of the left pane."""
    struct = wanted.ask.struct
    if not struct:
        return wanted.limit
    return f"({wanted.limit}) struct:{struct}" if wanted.limit else f"struct:{struct}"


def _asked(asking: Asking, wanted: Wanted, given: dict[str, Any]) -> Sequence[Row]:
    if wanted.mode is Mode.CLAIMS:
        return asking.claims(**given)
    states = OPEN_STATES if wanted.mode is Mode.OPEN and not asking.narrow.states else None
    return asking.issues(state=states, waits_for=wanted.ask.waits_for, **given)


def part(row: Row) -> Concern | Claim:
    """What was said, in either kind of row."""
    return row.concern if isinstance(row, IssueRow) else row.claim


def words_of_row(row: Row) -> str:
    """What a search looks through."""
    said = part(row)
    about = said.targets if isinstance(said, Concern) else said.entities
    state = row.status.state if isinstance(row, IssueRow) else row.verdict.kind
    return "\n".join((said.quote, said.author.display, row.subject, row.series_title, state, *about))


def columns(room: int) -> tuple[tuple[str, int], ...]:
    """Which columns a list ``room`` cells wide has, and how wide each is; the last takes the rest."""
    if room < 75:
        return (("state", 8), ("age", 4), ("who", 10), ("what", 0))
    if room < 100:
        return (("state", 12), ("age", 4), ("who", 14), ("kind", 9), ("where", 8), ("what", 0))
    if room < 130:
        return (
            ("state", 12),
            ("age", 4),
            ("who", 16),
            ("waits for", 16),
            ("kind", 9),
            ("where", 9),
            ("what", 0),
        )
    return (
        ("state", 12),
        ("age", 4),
        ("who", 16),
        ("waits for", 16),
        ("kind", 9),
        ("series", 24),
        ("where", 9),
        ("what", 0),
    )


def cell(row: Row, name: str, now: datetime, marked: bool = False) -> Text:
    """What a column shows of either kind of row; a marked one begins with a star."""
    made = (
        drawing.issue_cell(row, name, now)
        if isinstance(row, IssueRow)
        else drawing.claim_cell(row, name, now)
    )
    return Text("*", style="bold").append_text(made) if marked and name == "state" else made


def arranged(rows: Iterable[Row], order: RowOrder) -> tuple[Row, ...]:
    """The rows sorted, equal ones in their place: a member's several names are asked one by one."""
    kept = list(rows)
    if order in (RowOrder.NEWEST, RowOrder.OLDEST):
        newest = order is RowOrder.NEWEST
        kept.sort(key=lambda row: _seconds(part(row).date, first=newest), reverse=newest)
    elif order is RowOrder.PERSON:
        kept.sort(key=lambda row: part(row).author.display.lower())
    else:
        kept.sort(key=_rank)
    return tuple(kept)


STATE_RANK = {
    value: rank
    for group in (
        (
            ConcernState.OPEN,
            ConcernState.DISPUTED,
            ConcernState.ACKNOWLEDGED,
            ConcernState.ANSWERED,
            ConcernState.ADDRESSED,
            ConcernState.WITHDRAWN,
        ),
        (
            VerdictKind.REFUTED,
            VerdictKind.CONDITIONAL,
            VerdictKind.CONFIRMED,
            VerdictKind.PLANNED,
            VerdictKind.UNDECIDED,
        ),
    )
    for rank, value in enumerate(group)
}
"""What somebody has to act on first, as the database sorts it."""


def _rank(row: Row) -> int:
    return STATE_RANK[row.status.state if isinstance(row, IssueRow) else row.verdict.kind]


def _seconds(moment: Moment, first: bool) -> float:
    """For sorting; what has no date comes last either way."""
    return moment.timestamp() if isinstance(moment, datetime) else (float("-inf") if first else float("inf"))
