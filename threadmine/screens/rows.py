"""The rows of the board's list, issues or claims alike: asking for them, naming them, searching them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rich.text import Text

from threadmine.asking import Asking
from threadmine.db.queries import Queries
from threadmine.errors import ThreadmineError
from threadmine.model import Claim, ClaimRow, Concern, ConcernState, IssueRow, Moment
from threadmine.query.aside import is_aside
from threadmine.screens import drawing
from threadmine.screens.sides import EVERYTHING, Ask

Row = IssueRow | ClaimRow
ROWS_SHOWN = 300
ROWS_READ = 5000
OPEN_STATES = tuple(state for state in ConcernState if state.is_open)


class Mode(StrEnum):
    """What the list shows."""

    OPEN = "open issues"
    ALL = "issues"
    CLAIMS = "claims"


class Order(StrEnum):
    """How the list is sorted; unknown dates come last."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    STATE = "by state"
    PERSON = "by person"

    def next(self) -> Order:
        members = list(Order)
        return members[(members.index(self) + 1) % len(members)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is to show: the entry of the left pane, issues or claims, and the typed limit."""

    ask: Ask = EVERYTHING
    mode: Mode = Mode.OPEN
    limit: str = ""
    order: Order = Order.NEWEST

    @property
    def most(self) -> int:
        """How many rows to read: what is shown, or more where they are still to be chosen from."""
        chosen = self.limit or self.ask.waits_for or self.order is not Order.NEWEST
        return ROWS_READ if chosen else ROWS_SHOWN


@dataclass(frozen=True, slots=True)
class RowList:
    """One answer for the list: what was asked, the rows, or what is wrong with the limit."""

    wanted: Wanted
    rows: tuple[Row, ...]
    problem: str = ""


def ask_rows(queries: Queries, wanted: Wanted, now: datetime) -> RowList:
    """The newest rows that the entry and the limit allow, at most ``wanted.most`` of them."""
    ask = wanted.ask
    given = {"series": ask.series, "author": ask.author, "thread": ask.thread, "limit": wanted.most}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        asking = Asking(queries, wanted.limit, now)
        if wanted.mode is Mode.CLAIMS:
            return RowList(wanted, tuple(asking.claims(field=ask.field, **given)))
        states = OPEN_STATES if wanted.mode is Mode.OPEN and not asking.narrow.states else None
        issues = asking.issues(field=ask.field, state=states, **given)
        if ask.waits_for:
            issues = [row for row in issues if row.waits_for and row.waits_for.address == ask.waits_for]
        if wanted.mode is Mode.OPEN:
            issues = [row for row in issues if not is_aside(row.triage, now.date())]
        return RowList(wanted, tuple(issues))
    except ThreadmineError as error:
        return RowList(wanted, (), error.line())


def part(row: Row) -> Concern | Claim:
    """What was said, in either kind of row."""
    return row.concern if isinstance(row, IssueRow) else row.claim


def columns(width: int) -> tuple[tuple[str, int], ...]:
    """Which columns a list ``width`` cells wide has, and how wide each is."""
    if width < 75:
        return (("state", 6), ("age", 4), ("who", 10), ("what", 200))
    if width < 110:
        return (("state", 12), ("age", 4), ("who", 14), ("kind", 9), ("what", 200))
    return (
        ("state", 12),
        ("age", 4),
        ("who", 18),
        ("waits for", 18),
        ("kind", 9),
        ("where", 10),
        ("what", 200),
    )


def cells(row: Row, now: datetime, marked: bool = False) -> dict[str, Text]:
    """What each column shows of either kind of row; a marked one begins with a star."""
    made = drawing.issue_cells(row, now) if isinstance(row, IssueRow) else drawing.claim_cells(row, now)
    if marked:
        made["state"] = Text("*", style="bold").append_text(made["state"])
    return made


def detail(row: Row, body: str, now: datetime) -> Text:
    """Either kind of row in full."""
    if isinstance(row, IssueRow):
        return drawing.issue_detail(row, body, now)
    return drawing.claim_detail(row, body, now)


def arranged(rows: tuple[Row, ...], order: Order) -> tuple[Row, ...]:
    """The rows sorted, equal ones in their place; at most ``ROWS_SHOWN``."""
    kept = list(rows)
    if order in (Order.NEWEST, Order.OLDEST):
        kept.sort(key=lambda row: _seconds(part(row).date), reverse=order is Order.NEWEST)
    elif order is Order.PERSON:
        kept.sort(key=lambda row: part(row).author.display.lower())
    else:
        kept.sort(key=_state)
    return tuple(kept[:ROWS_SHOWN])


def _state(row: Row) -> str:
    return row.status.state.value if isinstance(row, IssueRow) else row.verdict.kind.value


def _seconds(moment: Moment) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else 0.0
