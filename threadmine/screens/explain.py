"""Why a claim was judged as it was: how it was read, each rule that was asked, the facts, the bytes."""

from __future__ import annotations

from threadmine import memmap
from threadmine.db.queries import Queries
from threadmine.memmap import Model
from threadmine.model import Claim, ClaimRow, Polarity, Unknown, Verdict
from threadmine.render import safe_line
from threadmine.screens.acting import Desk, Here, here_of
from threadmine.screens.bytemap import byte_lines
from threadmine.screens.drawing import VERDICT_STYLE
from threadmine.screens.page import Page, PageScreen
from threadmine.screens.paper import BLANK, Line, heading, line
from threadmine.verify.asking import message_from
from threadmine.verify.engine import judge
from threadmine.verify.rule import Trace

NAME = 10
RULE = 26
"""Cells before the answer of a rule: its name and the kernel it was asked for."""


def explanation(row: ClaimRow, queries: Queries, model: Model) -> tuple[Line, ...]:
    """The whole way from the sentence to the verdict; judged anew, by the code that judges mail on ingest."""
    trace = Trace()
    claim = row.claim
    message = message_from(queries.message(claim.message_id))
    verdict = judge(claim, message, model, trace=trace)
    kind = verdict.kind
    made = [
        line(
            (f" {kind.value.upper()} ", f"reverse {VERDICT_STYLE[kind]}"),
            (f" {verdict.reason}", "bold"),
            hang=2,
        ),
        BLANK,
        line((f"“{safe_line(claim.quote)}”", "italic"), hang=1),
        line((f" {claim.author.display}", "dim")),
    ]
    if kind is not row.verdict.kind:
        stored = f"stored as {row.verdict.kind.value}; facts or rules have changed since"
        made.append(line((stored, "yellow")))
    made += _reading(claim)
    made += _rules(trace, claim)
    made += _facts(verdict)
    kernel = verdict.kernel
    layout = model.nearest(kernel.version, kernel.arch)
    made += byte_lines((claim.subject, claim.object, *claim.entities), layout)
    return tuple(made)


def _reading(claim: Claim) -> list[Line]:
    made = list(heading("How it was read"))
    for name, value in (
        ("says", f"{'that it is not so that ' if _is_negative(claim) else ''}{_statement(claim)}"),
        ("cue", claim.cue),
        ("names", ", ".join(claim.entities)),
        ("as", f"{claim.polarity.value}, {claim.modality.value}, {claim.tense.value}"),
        ("if", claim.condition),
        ("inferred", "; ".join(claim.inferred)),
    ):
        if value:
            made.append(line((f"  {name:<{NAME}}", "dim"), value, hang=NAME + 2))
    return made


def _statement(claim: Claim) -> str:
    parts = (claim.subject, claim.predicate.value, claim.object, claim.value)
    return " ".join(part for part in parts if part)


def _is_negative(claim: Claim) -> bool:
    return claim.polarity is Polarity.NEGATIVE


def _rules(trace: Trace, claim: Claim) -> list[Line]:
    made = list(heading("Rules that were asked"))
    if _is_negative(claim):
        made.append(line((f"  each says whether {_statement(claim)}; the sentence denies it", "dim"), hang=2))
    if not trace.trials:
        made.append(line(("  none is about such a statement", "dim")))
    for trial in trace.trials:
        answer = trial.answer
        is_unknown = isinstance(answer, Unknown)
        truth = "no fact" if isinstance(answer, Unknown) else answer.truth.value
        made.append(
            line(
                (f"  {trial.rule:<16} {trial.kernel:<6} ", "dim"),
                (f"{truth:<8} ", "dim" if is_unknown else "bold"),
                safe_line(answer.reason),
                hang=RULE + 9,
            )
        )
    return made


def _facts(verdict: Verdict) -> list[Line]:
    made = list(heading("Facts")) if verdict.evidence else []
    for item in verdict.evidence:
        made.append(line((f"  {item.fact}", "green"), (f"  [{item.source}]", "dim"), hang=4))
    return made


class ExplainScreen(PageScreen):
    """Shows the way to the verdict of one claim."""

    def __init__(self, desk: Desk, row: ClaimRow) -> None:
        super().__init__(desk)
        self._row = row

    def make(self) -> Page:
        return Page("the verdict explained", explanation(self._row, self.queries, memmap.load()))

    def current(self) -> Here | None:
        return here_of(self._row)

    def status(self) -> str:
        return "each rule says what it knows; e shows the sentence in its thread"
