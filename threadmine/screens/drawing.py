"""Rows of the database turned into styled text. Pure: no widget, no query.

Every word that comes from a mail goes through ``render.safe`` and into ``rich.text.Text`` objects, never into
markup, so that a mail cannot act on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.text import Text

from threadmine.model import (
    ClaimRow,
    ConcernState,
    FieldCount,
    IssueRow,
    Moment,
    StoredMessage,
    ThreadRow,
    Unknown,
    VerdictKind,
)
from threadmine.render import age, excerpt, safe

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


def when(moment: Moment) -> str:
    """A date a reader can place, or why there is none."""
    if isinstance(moment, Unknown):
        return f"no date ({safe(moment.reason)})"
    return moment.strftime("%Y-%m-%d %H:%M %z").strip()


def field_label(count: FieldCount) -> Text:
    """One member in the tree: name, open issues, refuted claims."""
    text = Text(safe(count.member))
    if count.open_issues:
        text.append(f" {count.open_issues}", style="bold red")
    if count.refuted:
        text.append(f" ✗{count.refuted}", style="bold magenta")
    if not count.open_issues and not count.refuted:
        text.stylize("dim")
    return text


def issue_cells(row: IssueRow, now: datetime) -> dict[str, Text]:
    """What the columns of a list show of an issue."""
    state = row.status.state
    waits_for = row.waits_for.display if row.waits_for and state.is_open else ""
    return {
        "state": Text(state.value, style=STATE_STYLE[state]),
        "age": Text(age(row.concern.date, now), style="dim"),
        "who": Text(safe(row.concern.author.display)),
        "waits for": Text(safe(waits_for), style="dim"),
        "kind": Text(row.concern.kind.value, style="cyan"),
        "where": Text(_short_place(row.version, row.patch), style="dim"),
        "what": Text(("✗ " if row.severity else "") + safe(row.concern.quote)[:300]),
    }


def claim_cells(row: ClaimRow, now: datetime) -> dict[str, Text]:
    """What the columns of a list show of a claim."""
    kind = row.verdict.kind
    return {
        "state": Text(kind.value, style=VERDICT_STYLE[kind]),
        "age": Text(age(row.claim.date, now), style="dim"),
        "who": Text(safe(row.claim.author.display)),
        "waits for": Text(""),
        "kind": Text(row.claim.predicate.value, style="cyan"),
        "where": Text(_short_place(row.version, row.patch), style="dim"),
        "what": Text(safe(row.claim.quote)[:300]),
    }


def _short_place(version: int, patch: str) -> str:
    return f"v{version} {patch}".strip() if version else ""


def _heading(text: Text, badge: str, style: str, rest: str) -> None:
    text.append(f" {badge} ", style=f"reverse {style}")
    text.append(f" {safe(rest)}\n", style="bold")


def _line(text: Text, label: str, value: str, style: str = "") -> None:
    if value:
        text.append(f"{label:<9}", style="dim")
        text.append(f"{safe(value)}\n", style=style)


def _place(series: str, version: int, patch: str, list_name: str) -> str:
    if not series:
        return list_name
    return f"{series} v{version}{' ' + patch if patch else ''}{'  (' + list_name + ')' if list_name else ''}"


def _excerpt(text: Text, body: str, start: int, end: int) -> None:
    text.append("\n")
    for line in excerpt(body, start, end):
        shown = Text(line.text, style="dim cyan" if line.kind == "quoted" else "")
        if line.mark_start >= 0:
            shown.stylize("reverse", line.mark_start, line.mark_end)
        text.append_text(shown)
        text.append("\n")


def issue_detail(row: IssueRow, body: str, now: datetime) -> Text:
    """One issue in full: the words in their place, what became of it, the links."""
    concern, status, text = row.concern, row.status, Text()
    _heading(
        text,
        status.state.value.upper(),
        STATE_STYLE[status.state],
        f"{concern.kind.value} by {concern.author.display}",
    )
    _line(text, "date", f"{when(concern.date)} ({age(concern.date, now)} ago)")
    _line(text, "series", _place(row.series_title, row.version, row.patch, row.list_name))
    _line(text, "about", ", ".join(concern.targets), "bold")
    if concern.about_file:
        place = f"{concern.about_file}:{concern.about_line}" if concern.about_line else concern.about_file
        _line(text, "at", f"{place} {concern.about_function + '()' if concern.about_function else ''}")
    _line(text, "triage", row.triage, "bold cyan")
    if row.severity:
        _line(text, "weight", row.severity.replace("-", " "), "bold red")
    if concern.source != "human":
        _line(text, "source", concern.source, "yellow")
    _excerpt(text, body, concern.start, concern.end)
    for evidence in status.evidence:
        text.append(f"\n{evidence.effect.value}: ", style="bold")
        text.append(safe(evidence.quote))
        text.append(f"\n  {safe(evidence.message_id)}\n", style="dim")
    if status.addressed_in:
        text.append("\n")
        _line(text, "in", f"{status.addressed_in}: {status.addressed_evidence}", "green")
    text.append("\n")
    _line(text, "link", row.url or concern.message_id, "dim")
    _line(text, "id", concern.id, "dim")
    return text


def claim_detail(row: ClaimRow, body: str, now: datetime) -> Text:
    """One claim in full: the words in their place, the verdict with the facts behind it."""
    claim, verdict, text = row.claim, row.verdict, Text()
    _heading(text, verdict.kind.value.upper(), VERDICT_STYLE[verdict.kind], f"{claim.author.display} says")
    _line(text, "verdict", verdict.reason, "bold")
    kernel = verdict.kernel
    _line(text, "kernel", f"{kernel.version} {kernel.arch}, {kernel.config} (from {kernel.found.value})")
    for evidence in verdict.evidence:
        _line(text, "fact", f"{evidence.fact}  [{evidence.source}]", "green")
    for holding in verdict.holds:
        where = " ".join(
            part for part in (holding.kernel, holding.arch, holding.config, holding.order) if part
        )
        _line(text, "holds" if holding.holds else "fails", where)
    read_as = " ".join(p for p in (claim.subject, claim.predicate.value, claim.object, claim.value) if p)
    qualifiers = [claim.polarity.value, claim.modality.value, claim.tense.value]
    _line(text, "read as", f"{read_as}  ({', '.join(qualifiers)})")
    _line(text, "if", claim.condition)
    for note in claim.inferred:
        _line(text, "inferred", note, "yellow")
    _line(text, "date", f"{when(claim.date)} ({age(claim.date, now)} ago)")
    _line(text, "series", _place(row.series_title, row.version, row.patch, row.list_name))
    _excerpt(text, body, claim.start, claim.end)
    text.append("\n")
    _line(text, "link", row.url or claim.message_id, "dim")
    _line(text, "id", claim.id, "dim")
    return text


def thread_cells(row: ThreadRow, now: datetime) -> tuple[Text, ...]:
    """The cells of one mail in a thread: age, writer, marks, indented subject."""
    marks = f"{'P' if row.has_patch else ' '}{row.concerns or ''}"
    indent = "  " * min(row.level, 20) + ("└ " if row.level else "")
    return (
        Text(age(row.date, now), style="dim"),
        Text(safe(row.author.display)[:18]),
        Text(marks, style="red"),
        Text(indent + safe(row.subject)[:200]),
    )


def mail_text(message: StoredMessage, marks: Iterable[tuple[int, int]] = ()) -> Text:
    """A whole mail: quotations dimmed by depth, diffs coloured, ``marks`` (spans) shown reversed."""
    text = Text()
    _line(text, "from", str(message.author), "bold")
    _line(text, "date", when(message.date))
    _line(text, "subject", message.subject, "bold")
    _line(text, "id", message.message_id, "dim")
    text.append("\n")
    spans = sorted(marks)
    position = 0
    for number, raw in enumerate(message.body.split("\n")):
        if number == MAX_BODY_LINES:
            text.append(f"… {message.body.count(chr(10)) - number} more lines\n", style="dim")
            break
        shown = Text(safe(raw), style=_line_style(raw))
        if any(start < position + len(raw) + 1 and end > position for start, end in spans):
            shown.stylize("reverse")
        text.append_text(shown)
        text.append("\n")
        position += len(raw) + 1
    return text


def _line_style(line: str) -> str:
    depth = 0
    for char in line[:40]:
        if char == ">":
            depth += 1
        elif char != " ":
            break
    if depth:
        return QUOTE_STYLE[depth % len(QUOTE_STYLE)]
    if line.startswith("@@"):
        return "cyan"
    if line.startswith("+"):
        return "green"
    if line.startswith("-"):
        return "red"
    return ""
