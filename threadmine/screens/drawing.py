"""Rows of the database turned into styled text. Pure: no widget, no query.

Every word that comes from a mail goes through ``render.safe`` and into ``rich.text.Text`` objects, never into
markup, so that a mail cannot act on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.text import Text

from threadmine.model import (
    Claim,
    ClaimRow,
    Concern,
    ConcernState,
    IssueRow,
    Moment,
    StoredMessage,
    ThreadRow,
    Unknown,
    VerdictKind,
)
from threadmine.render import age, safe, safe_line
from threadmine.screens.paper import BLANK, Line, line, pair

STATE_STYLE = {
    ConcernState.OPEN: "bold red",
    ConcernState.DISPUTED: "bold magenta",
    ConcernState.ACKNOWLEDGED: "yellow",
    ConcernState.ANSWERED: "green",
    ConcernState.ADDRESSED: "bold green",
    ConcernState.WITHDRAWN: "dim",
}
VERDICT_STYLE = {
    VerdictKind.CONFIRMED: "bold green",
    VerdictKind.REFUTED: "bold red",
    VerdictKind.CONDITIONAL: "bold yellow",
    VerdictKind.PLANNED: "cyan",
    VerdictKind.UNDECIDED: "dim",
}
QUOTE_STYLE = ("dim", "dim cyan", "dim green", "dim magenta")
MAX_BODY_LINES = 5000
WHAT_SHOWN = 400
MOST_INDENT = 12


def when(moment: Moment) -> str:
    """A date a reader can place, or why there is none."""
    if isinstance(moment, Unknown):
        return f"no date ({safe(moment.reason)})"
    return moment.strftime("%Y-%m-%d %H:%M %z").strip()


def issue_cell(row: IssueRow, name: str, now: datetime) -> Text:
    """What a column of a list shows of an issue."""
    concern, state = row.concern, row.status.state
    if name == "state":
        return Text(state.value, style=STATE_STYLE[state])
    if name == "waits for":
        return Text(safe_line(row.waits_for.display) if row.waits_for and state.is_open else "", style="dim")
    if name == "kind":
        return Text(concern.kind.value, style="cyan")
    if name == "what":
        text = Text("✗ " if row.severity else "", style="bold red")
        if row.triage:
            text.append(f"[{safe_line(row.triage)}] ", style="not bold cyan")
        return text.append(safe_line(concern.quote, WHAT_SHOWN), style="not bold default")
    return _cell(row, concern, name, now)


def claim_cell(row: ClaimRow, name: str, now: datetime) -> Text:
    """What a column of a list shows of a claim."""
    if name == "state":
        return Text(row.verdict.kind.value, style=VERDICT_STYLE[row.verdict.kind])
    if name == "kind":
        return Text(row.claim.predicate.value, style="cyan")
    if name == "what":
        return Text(safe_line(row.claim.quote, WHAT_SHOWN))
    return _cell(row, row.claim, name, now)


def _cell(row: IssueRow | ClaimRow, said: Concern | Claim, name: str, now: datetime) -> Text:
    if name == "age":
        return Text(f"{age(said.date, now):>3}", style="dim")
    if name == "who":
        return Text(safe_line(said.author.display))
    if name == "series":
        return Text(safe_line(row.series_title), style="dim")
    if name == "where":
        return Text(f"v{row.version} {row.patch}".strip() if row.version else "", style="dim")
    return Text("")


def place_of(row: IssueRow | ClaimRow) -> str:
    """Series, version, patch and list in a line; the subject where there is no series."""
    where = f" ({row.list_name})" if row.list_name else ""
    if not row.series_title:
        return f"{row.subject}{where}"
    return f"{row.series_title} v{row.version}{' ' + row.patch if row.patch else ''}{where}"


def thread_cell(row: ThreadRow, name: str, now: datetime) -> Text:
    """What a column of a thread shows of a mail."""
    if name == "age":
        return Text(f"{age(row.date, now):>3}", style="dim")
    if name == "from":
        return Text(safe_line(row.author.display))
    if name == "asks":
        return Text(f"{row.concerns or '':>4}", style="bold red")
    if name == "says":
        return Text(f"{row.claims or '':>4}", style="magenta")
    indent = "  " * min(row.level, MOST_INDENT) + ("└ " if row.level else "")
    text = Text().append(indent, style="dim")
    if row.known_from:
        return text.append(
            f"not here: {safe_line(row.subject, WHAT_SHOWN) or '(an answer)'}", style="dim italic"
        )
    return text.append(safe_line(row.subject, WHAT_SHOWN), style="bold" if row.has_patch else "")


def absent_lines(row: ThreadRow) -> tuple[Line, ...]:
    """What stands in place of a mail that only the overview of an archive page tells of."""
    page = safe_line(row.known_from)
    return (
        *pair("from", safe_line(row.author.display), "bold"),
        *pair("date", when(row.date)),
        *pair("subject", safe_line(row.subject) or "(an answer)", "bold"),
        BLANK,
        line(("This mail is not here.", "bold")),
        line(f"The archive page of <{page}> lists it in its thread overview."),
        line(f"To bring it: threadmine pull {page}"),
    )


def mail_lines(message: StoredMessage, marks: Iterable[tuple[int, int]] = ()) -> tuple[tuple[Line, ...], int]:
    """A whole mail, quotations dimmed by depth, diffs coloured, ``marks`` (spans of its body) reversed.

    Returns:
        The lines, and the number of the first one with a mark (0 where there is none).
    """
    made = [
        *pair("from", str(message.author), "bold"),
        *pair("date", when(message.date)),
        *pair("subject", safe_line(message.subject), "bold"),
        *pair("id", message.message_id, "dim"),
        BLANK,
    ]
    spans = sorted(marks)
    position = first = 0
    for number, raw in enumerate(message.body.split("\n")):
        if number == MAX_BODY_LINES:
            left = message.body.count("\n") - number
            made.append(line((f"… {left} more lines; o opens the message in the browser", "dim")))
            break
        shown = Text(_shown(raw), style=line_style(raw))
        for start, end in spans:
            start, end = max(0, start - position), min(end - position, len(raw))
            if start < end:
                shown.stylize("reverse", len(_shown(raw[:start])), len(_shown(raw[:end])))
                first = first or len(made)
        made.append(Line(shown, hang=2))
        position += len(raw) + 1
    return tuple(made), first


def _shown(text: str) -> str:
    return safe(text).expandtabs(8)


def line_style(text: str) -> str:
    """How a line of a mail is coloured: by depth of quotation, or as a line of a diff."""
    depth = 0
    for char in text[:40]:
        if char == ">":
            depth += 1
        elif char != " ":
            break
    if depth:
        return QUOTE_STYLE[depth % len(QUOTE_STYLE)]
    if text.startswith("@@"):
        return "cyan"
    if text.startswith("+"):
        return "green"
    if text.startswith("-"):
        return "red"
    return ""
