"""The rows of the board's list, issues or claims alike: asking for them, naming them, searching them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rich.text import Text

from threadmine.db.queries import Queries
from threadmine.model import Claim, ClaimRow, Concern, ConcernState, IssueRow, Moment
from threadmine.screens import drawing
from threadmine.screens.sides import Ask

Row = IssueRow | ClaimRow
ROWS_SHOWN = 500
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
class RowList:
    """One answer for the list: what was asked, and the rows."""

    ask: Ask
    mode: Mode
    rows: tuple[Row, ...]


def ask_rows(queries: Queries, ask: Ask, mode: Mode) -> RowList:
    """The newest rows that ``ask`` allows, at most ``ROWS_SHOWN``."""
    rows: tuple[Row, ...]
    if mode is Mode.CLAIMS:
        rows = queries.claims(
            field=ask.field, series=ask.series, author=ask.author, thread=ask.thread, limit=ROWS_SHOWN
        )
    else:
        rows = queries.issues(
            field=ask.field,
            series=ask.series,
            author=ask.author,
            thread=ask.thread,
            state=OPEN_STATES if mode is Mode.OPEN else None,
            limit=ROWS_SHOWN,
        )
    return RowList(ask, mode, rows)


def part(row: Row) -> Concern | Claim:
    """What was said, in either kind of row."""
    return row.concern if isinstance(row, IssueRow) else row.claim


def cells(row: Row, now: datetime) -> tuple[Text, ...]:
    """The cells of either kind of row."""
    return drawing.issue_cells(row, now) if isinstance(row, IssueRow) else drawing.claim_cells(row, now)


def detail(row: Row, body: str, now: datetime) -> Text:
    """Either kind of row in full."""
    if isinstance(row, IssueRow):
        return drawing.issue_detail(row, body, now)
    return drawing.claim_detail(row, body, now)


def searched(row: Row) -> str:
    """The text that a search looks through: what was said, by whom, about what, where."""
    names: tuple[str, ...]
    if isinstance(row, IssueRow):
        names = (*row.concern.targets, row.status.state, row.concern.kind)
    else:
        names = (*row.claim.entities, row.verdict.kind, row.claim.predicate)
    said = part(row)
    return " ".join((said.quote, said.author.name, *names, row.series_title, row.subject)).lower()


def arranged(rows: tuple[Row, ...], words: str, order: Order) -> tuple[Row, ...]:
    """The rows that hold every word of ``words``, sorted; equal rows keep their place."""
    wanted = words.lower().split()
    kept = [row for row in rows if not wanted or all(word in searched(row) for word in wanted)]
    if order in (Order.NEWEST, Order.OLDEST):
        kept.sort(key=lambda row: _seconds(part(row).date), reverse=order is Order.NEWEST)
    elif order is Order.PERSON:
        kept.sort(key=lambda row: part(row).author.display.lower())
    else:
        kept.sort(key=_state)
    return tuple(kept)


def _state(row: Row) -> str:
    return row.status.state.value if isinstance(row, IssueRow) else row.verdict.kind.value


def _seconds(moment: Moment) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else 0.0
