"""One issue or claim in full: the sentence in its place, what was answered, the evidence, the bytes, what the
later versions did, the links. Pure: what it draws was asked for before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from threadmine.memmap import Layout
from threadmine.model import ClaimRow, Holding, IssueRow, StoredMessage, Unknown
from threadmine.render import age, excerpt, safe, safe_line
from threadmine.screens.bytemap import byte_lines
from threadmine.screens.drawing import STATE_STYLE, VERDICT_STYLE, place_of, when
from threadmine.screens.paper import BLANK, LABEL, Line, heading, line, pair

if TYPE_CHECKING:
    from threadmine.track.history import Step

ABOVE = 8
SIDE_STYLE = {"+": "green", "-": "red", " ": "dim"}
BECAME = {
    "as it was": ("these lines are as they were", "bold red"),
    "changed": ("these lines changed", "bold green"),
    "patch gone": ("the patch is not in it", "yellow"),
}
"""How a later version has the place: what is said of it, and how that looks."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a row is drawn with.

    Args:
        now: the present, for ages.
        mails: the messages that the row names, by id: its own, and those of its evidence.
        layout: the kernel whose bytes are drawn.
        steps: the later versions; None while they are still being read.
    """

    now: datetime
    mails: Mapping[str, StoredMessage] = field(default_factory=dict)
    layout: Layout | Unknown = field(default_factory=lambda: Unknown("no layout"))
    steps: Sequence[Step] | None = ()


def detail(row: IssueRow | ClaimRow, around: Around) -> tuple[Line, ...]:
    """Either kind of row in full."""
    return issue_detail(row, around) if isinstance(row, IssueRow) else claim_detail(row, around)


def issue_detail(row: IssueRow, around: Around) -> tuple[Line, ...]:
    """An issue: the words in their place, what became of it, the bytes it is about."""
    concern, status = row.concern, row.status
    waits = f", waits for {row.waits_for.display}" if row.waits_for and status.state.is_open else ""
    made = [
        line(
            (f" {status.state.value.upper()} ", f"reverse {STATE_STYLE[status.state]}"),
            (f" {concern.kind.value} by {concern.author.display}", "bold"),
            f", {age(concern.date, around.now)} ago{waits}",
            hang=2,
        ),
        line((place_of(row), "dim"), hang=2),
    ]
    made += pair("about", ", ".join(concern.targets), "bold")
    if concern.about_file:
        place = f"{concern.about_file}:{concern.about_line}" if concern.about_line else concern.about_file
        made += pair("at", f"{place} {concern.about_function + '()' if concern.about_function else ''}")
    made += pair("triage", row.triage, "bold cyan")
    if row.occurrences > 1:
        made += pair("raised", f"in {row.occurrences} places (other mails, patches or versions)")
    if row.severity:
        made += pair("weight", "rests on a statement that is refuted", "bold red")
    if concern.source != "human":
        made += pair("robot", concern.source, "yellow")
    made += in_place(row, around)
    made += _became(row, around)
    made += byte_lines(concern.targets, around.layout)
    made += _links(row, concern.id)
    return tuple(made)


def _became(row: IssueRow, around: Around) -> list[Line]:
    """The replies, and the later versions with the lines that changed."""
    status = row.status
    made = list(heading("What became of it"))
    for evidence in status.evidence:
        mail = around.mails.get(evidence.message_id)
        who = f"{mail.author.display}, {age(mail.date, around.now)} ago" if mail else evidence.message_id
        made.append(line((f"{evidence.effect.value:<{LABEL}}", "bold"), (safe_line(who), "dim"), hang=LABEL))
        made.append(line(" " * LABEL, f"“{safe_line(evidence.quote)}”", hang=LABEL))
    if status.addressed_in:
        made.append(line((f"done in {status.addressed_in}", "bold green")))
    if status.addressed_evidence:
        made += pair("versions", safe_line(status.addressed_evidence))
    made += history_lines(around.steps)
    if len(made) == 2:
        made.append(line(("no reply and no later version settles it", "dim")))
    return made


def history_lines(steps: Sequence[Step] | None) -> list[Line]:
    """The place in each later version, the lines that changed below it."""
    if steps is None:
        return [line(("reading the later versions …", "dim"))]
    made = []
    for step in steps:
        if step.became not in BECAME:
            continue
        made.append(line((f"{step.version:<{LABEL}}", "bold"), BECAME[step.became]))
        for side, text in step.lines:
            shown = Text(f"{'':{LABEL}}{side}", style=SIDE_STYLE[side])
            shown.append(safe(text).expandtabs(8))
            made.append(Line(shown, hang=LABEL + 2))
    return made


def claim_detail(row: ClaimRow, around: Around) -> tuple[Line, ...]:
    """A claim: the verdict with its reason, the words in their place, the facts, the bytes."""
    claim, verdict = row.claim, row.verdict
    kernel = verdict.kernel
    made = [
        line(
            (f" {verdict.kind.value.upper()} ", f"reverse {VERDICT_STYLE[verdict.kind]}"),
            (f" said by {claim.author.display}", "bold"),
            f", {age(claim.date, around.now)} ago",
            hang=2,
        ),
        line((verdict.reason, "bold"), hang=2),
        line((place_of(row), "dim"), hang=2),
    ]
    made += in_place(row, around)
    made += heading("Why")
    read_as = " ".join(p for p in (claim.subject, claim.predicate.value, claim.object, claim.value) if p)
    made += pair("read as", f"{read_as}  ({claim.polarity}, {claim.modality}, {claim.tense})")
    made += pair("if", claim.condition)
    for note in claim.inferred:
        made += pair("inferred", note, "yellow")
    made += pair("kernel", f"{kernel.version} {kernel.arch}, {kernel.config} (from {kernel.found.value})")
    for evidence in verdict.evidence:
        made.append(
            line(
                (f"{'fact':<{LABEL}}", "dim"),
                (evidence.fact, "green"),
                (f"  [{evidence.source}]", "dim"),
                hang=LABEL,
            )
        )
    for holding in verdict.holds:
        made += pair("holds" if holding.holds else "fails", _where(holding))
    made.append(line(("v explains each rule that was asked", "dim italic")))
    made += byte_lines((claim.subject, claim.object, *claim.entities), around.layout)
    made += _links(row, claim.id)
    return tuple(made)


def _where(holding: Holding) -> str:
    order = f"order {holding.order}" if holding.order else ""
    return " ".join(part for part in (holding.kernel, holding.arch, holding.config, order) if part)


def in_place(row: IssueRow | ClaimRow, around: Around) -> list[Line]:
    """The sentence among the lines around it; the bare sentence where its mail is not in hand."""
    said = row.concern if isinstance(row, IssueRow) else row.claim
    mail = around.mails.get(said.message_id)
    made = [BLANK]
    if mail is None or said.end <= said.start:
        return [*made, line((f"“{safe_line(said.quote)}”", "italic"), hang=1)]
    for one in excerpt(mail.body, said.start, said.end, above=ABOVE):
        shown = Text(one.text, style="dim cyan" if one.kind == "quoted" else "")
        if one.mark_start >= 0:
            shown.stylize("reverse", one.mark_start, one.mark_end)
        made.append(Line(shown, hang=2))
    return made


def _links(row: IssueRow | ClaimRow, own_id: str) -> list[Line]:
    said = row.concern if isinstance(row, IssueRow) else row.claim
    made = [BLANK]
    made += pair("date", when(said.date))
    made += pair("link", row.url or said.message_id, "dim")
    made += pair("id", own_id, "dim")
    if isinstance(row, ClaimRow):
        for other in row.places:
            if other != said.message_id:
                made += pair("also in", other, "dim")
    return made
