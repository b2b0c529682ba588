"""Why a claim was judged as it was: how it was read, each rule that was asked, the facts, the bytes."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.message import Message as Event
from textual.widgets import Footer, Static

from threadmine import memmap
from threadmine.db.queries import Queries
from threadmine.memmap import Model
from threadmine.model import Claim, ClaimRow, Unknown, Verdict
from threadmine.render import safe
from threadmine.screens.drawing import VERDICT_STYLE
from threadmine.screens.moving import MovingScreen
from threadmine.verify.asking import message_from, words_of
from threadmine.verify.engine import judge
from threadmine.verify.rule import Trace


def explanation(row: ClaimRow, queries: Queries, model: Model) -> Text:
    """The whole way from the sentence to the verdict; judged anew, by the code that judges mail on ingest."""
    trace = Trace()
    message = message_from(queries.message(row.claim.message_id))
    verdict = judge(row.claim, message, model, trace=trace)
    text = Text()
    kind = verdict.kind
    text.append(f" {kind.value.upper()} ", style=f"reverse {VERDICT_STYLE[kind]}")
    text.append(f" {safe(verdict.reason)}\n\n", style="bold")
    text.append(f"“{safe(row.claim.quote)}”\n", style="italic")
    text.append(f"{safe(row.claim.author.display)}\n", style="dim")
    if kind is not row.verdict.kind:
        text.append(
            f"stored as {row.verdict.kind.value}; facts or rules have changed since\n", style="yellow"
        )
    _reading(text, row.claim)
    _rules(text, trace)
    _facts(text, verdict)
    text.append_text(bytes_text(row.claim, verdict, model))
    return text


def _heading(text: Text, words: str) -> None:
    text.append(f"\n{words}\n", style="bold underline")


def _reading(text: Text, claim: Claim) -> None:
    _heading(text, "How it was read")
    for name, value in (
        ("says", f"{claim.subject} {claim.predicate.value} {claim.object} {claim.value}".strip()),
        ("cue", claim.cue),
        ("names", ", ".join(claim.entities)),
        ("as", f"{claim.polarity.value}, {claim.modality.value}, {claim.tense.value}"),
        ("if", claim.condition),
        ("inferred", "; ".join(claim.inferred)),
    ):
        if value:
            text.append(f"  {name:<10}", style="dim")
            text.append(f"{safe(value)}\n")


def _rules(text: Text, trace: Trace) -> None:
    _heading(text, "Rules that were asked")
    if not trace.trials:
        text.append("  none is about such a statement\n", style="dim")
    for trial in trace.trials:
        answer = trial.answer
        truth = "no fact" if isinstance(answer, Unknown) else answer.truth.value
        text.append(f"  {trial.rule:<16} {trial.kernel:<8} ", style="dim")
        text.append(f"{truth:<8} ", style="dim" if isinstance(answer, Unknown) else "bold")
        text.append(f"{safe(answer.reason)}\n")


def _facts(text: Text, verdict: Verdict) -> None:
    if verdict.evidence:
        _heading(text, "Facts")
    for item in verdict.evidence:
        text.append(f"  {safe(item.fact)}", style="green")
        text.append(f"  [{safe(item.source)}]\n", style="dim")


def bytes_text(claim: Claim, verdict: Verdict, model: Model) -> Text:
    """The words of memory that the claim's members lie in, with all names that lie there; may be empty."""
    layout = model.nearest(verdict.kernel.version, verdict.kernel.arch)
    text = Text()
    words = () if isinstance(layout, Unknown) else words_of(claim, layout)
    if not words or isinstance(layout, Unknown):
        return text
    _heading(text, f"The bytes in {layout.kernel} ({layout.arch})")
    for word in words:
        text.append(f"  page[{word.page}]+{word.offset}..{word.offset + word.size - 1}\n", style="cyan")
        for struct, names in word.lanes:
            text.append(f"    struct {struct:<8}", style="dim")
            text.append(f"{safe(names)}\n")
    return text


class ExplainScreen(MovingScreen[None]):
    """Shows the way to the verdict of one claim."""

    BINDINGS: ClassVar = [Binding("q,escape,h,left", "app.pop_screen", "Close", tooltip="Close this view")]

    class Explained(Event):
        """The text has come back from its worker."""

        def __init__(self, text: Text) -> None:
            super().__init__()
            self.text = text

    def __init__(self, queries: Queries, row: ClaimRow) -> None:
        super().__init__()
        self._queries = queries
        self._row = row

    def compose(self) -> ComposeResult:
        yield Static("the verdict explained", id="title")
        with VerticalScroll(id="page"):
            yield Static("", id="text")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.set_focus(self.query_one("#page", VerticalScroll))
        self.explain()

    @work(thread=True, exclusive=True)
    def explain(self) -> None:
        self.post_message(self.Explained(explanation(self._row, self._queries, memmap.load())))

    def on_explain_screen_explained(self, event: Explained) -> None:
        self.query_one("#text", Static).update(event.text)
