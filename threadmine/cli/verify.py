"""``verify`` judges sentences from the command line or a mail client; ``explain`` tells why.

Both run the very code that judges mail on ingest, with a trace of every rule that was asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.show import full_id, mail_of
from threadmine.errors import NotFoundError, UsageError
from threadmine.model import Claim, ClaimRow, Unknown, Verdict

if TYPE_CHECKING:
    from threadmine.render.style import Style
    from threadmine.verify.rule import Trace

MAX_INPUT = 4_000_000
"""Bytes that are read from standard input; more is no sentence and no mail."""


def _kernel_option(command: options.Command) -> options.Command:
    return click.option(
        "--kernel",
        metavar="VERSION",
        help="Judge against this kernel (6.12, 6.19.14), whatever the text says.",
    )(command)


@click.command("verify")
@click.argument("text", metavar="TEXT|-")
@_kernel_option
@options.as_json
@click.pass_obj
def verify_command(app: App, text: str, kernel: str | None, as_json: bool) -> None:
    """Judge what a sentence says of struct members, flags and kernel functions.

    TEXT is a sentence or several; - reads them, or a whole mail, from standard input. Without --kernel the
    kernel is the one that the text names, else the newest at the mail's date (for a bare sentence: today).
    """
    from threadmine import memmap
    from threadmine.extraction.claims import find_claims
    from threadmine.verify.asking import checked_kernel, message_of
    from threadmine.verify.engine import judge

    chosen = checked_kernel(kernel)
    message = message_of(_read(text), app.now)
    model = memmap.load()
    rows = [
        ClaimRow(claim, judge(claim, message, model, kernel=chosen), message.subject.raw)
        for claim in find_claims(message, model)
    ]
    if as_json:
        from threadmine.render.records import claim_record

        app.out.items(claim_record(row) for row in rows)
        return
    if not rows:
        app.out.note("No statement about a known member, flag or function was found in that text.")
    app.out.lines(line for row in rows for line in _verdict_lines(row, app.out.width, app.out.style))


@click.command("explain")
@click.argument("claim_id", metavar="CLAIM-ID")
@_kernel_option
@options.as_json
@click.pass_obj
def explain_command(app: App, claim_id: str, kernel: str | None, as_json: bool) -> None:
    """Show how a claim was read and judged: the sentence, each rule that was tried, the facts, the bytes."""
    from threadmine import memmap
    from threadmine.verify.asking import checked_kernel, message_from
    from threadmine.verify.engine import judge
    from threadmine.verify.rule import Trace

    chosen = checked_kernel(kernel)
    with app.queries(welcome=False) as queries:
        own_id = full_id(queries, claim_id)
        if not own_id.startswith("c"):
            raise UsageError(f"{own_id} is no claim", remedy="ids of claims begin with c")
        row = queries.claim(own_id)
        mail = mail_of(queries, row.claim.message_id)
    if mail is None:
        raise NotFoundError(
            f"the mail of {own_id} is not stored",
            remedy="only its sentence is known; `threadmine show` has it",
        )
    trace = Trace()
    verdict = judge(row.claim, message_from(mail), memmap.load(), kernel=chosen, trace=trace)
    if as_json:
        app.out.items([_explained(row, verdict, trace)])
        return
    from threadmine.render.detail import claim_detail

    width, style = app.out.width, app.out.style
    lines: list[str] = list(claim_detail(_with(row, verdict), mail, width, app.now, style))
    if verdict.kind is not row.verdict.kind and not chosen:
        lines += ["", f"stored as {row.verdict.kind.value}; the facts or rules have changed since"]
    lines += _reading_lines(row.claim, style)
    lines += _trace_lines(trace, width, style)
    lines += _bytes_lines(row.claim, verdict, style)
    app.out.lines(lines)


def _with(row: ClaimRow, verdict: Verdict) -> ClaimRow:
    from dataclasses import replace

    return replace(row, verdict=verdict)


def _read(text: str) -> str:
    """The text itself, or standard input for ``-``.

    Raises:
        UsageError: there is nothing to read.
    """
    if text == "-":
        text = sys.stdin.buffer.read(MAX_INPUT).decode("utf-8", "replace")
    if not text.strip():
        raise UsageError(
            "there is no text to judge", remedy="give a sentence, or - to read one from standard input"
        )
    return text


# ------------------------------------------------------------------------------------------------ for people


def _verdict_lines(row: ClaimRow, columns: int, style: Style) -> Iterator[str]:
    """One judged sentence: the verdict, the sentence, how it was read, the reason, the facts."""
    from threadmine.render.detail import holding_text
    from threadmine.render.lists import statement
    from threadmine.render.style import badge
    from threadmine.render.text import safe_line, wrap

    verdict = row.verdict
    label, _ = badge(verdict.kind.value)
    context = f"{verdict.kernel.version}, {verdict.kernel.arch}, {verdict.kernel.config} config"
    yield f"{style(label, verdict.kind.value)}  {style(context, 'dim')}"
    yield from wrap(f'"{safe_line(row.claim.quote)}"', columns, "  ", "   ")
    yield from wrap(f"read as: {statement(row)}", columns, "  ", "    ")
    yield from wrap(safe_line(verdict.reason), columns, "  ", "    ")
    for item in verdict.evidence:
        yield style(f"  - {safe_line(item.source)} (rule {safe_line(item.rule)})", "dim")
    for holding in verdict.holds:
        yield f"  {holding_text(holding)}"
    yield ""


def _reading_lines(claim: Claim, style: Style) -> Iterator[str]:
    from threadmine.render.text import safe_line

    yield ""
    yield style("How it was read", "heading")
    for name, value in (
        ("cue", claim.cue),
        ("entities", ", ".join(claim.entities)),
        ("polarity", claim.polarity.value),
        ("modality", claim.modality.value),
        ("tense", claim.tense.value),
        ("condition", claim.condition),
        ("inferred", "; ".join(claim.inferred)),
    ):
        if value:
            yield f"  {name:10}{safe_line(value)}"


def _trace_lines(trace: Trace, columns: int, style: Style) -> Iterator[str]:
    from threadmine.render.text import safe_line, wrap

    yield ""
    yield style("Rules that were asked", "heading")
    if not trace.trials:
        yield "  none is about such a statement"
    for trial in trace.trials:
        answer = trial.answer
        if isinstance(answer, Unknown):
            word, reason = "no fact", answer.reason
        else:
            word, reason = answer.truth.value, answer.reason
        head = f"  {trial.rule:16} {trial.kernel:6} {word:8} "
        yield from wrap(safe_line(reason), columns, head, " " * len(head))


def _bytes_lines(claim: Claim, verdict: Verdict, style: Style) -> Iterator[str]:
    """The words of memory that the claim's members lie in, with all names that lie there."""
    from threadmine import memmap
    from threadmine.verify.asking import words_of

    layout = memmap.load().nearest(verdict.kernel.version, verdict.kernel.arch)
    if isinstance(layout, Unknown):
        return
    rows = words_of(claim, layout)
    if not rows:
        return
    yield ""
    yield style(f"The bytes in {layout.kernel} ({layout.arch})", "heading")
    for row in rows:
        end = row.offset + row.size - 1
        yield f"  page[{row.page}]+{row.offset}..{end}"
        for title, names in row.lanes:
            yield f"    struct {title:7} {names}"


# -------------------------------------------------------------------------------------------- for programs


def _explained(row: ClaimRow, verdict: Verdict, trace: Trace) -> dict[str, Any]:
    from threadmine.render.records import claim_record

    record = claim_record(_with(row, verdict))
    tried = []
    for trial in trace.trials:
        known = not isinstance(trial.answer, Unknown)
        truth = trial.answer.truth.value if not isinstance(trial.answer, Unknown) else None
        tried.append(
            {
                "rule": trial.rule,
                "kernel": trial.kernel,
                "decided": known,
                "truth": truth,
                "reason": trial.answer.reason,
            }
        )
    return {**record, "stored_verdict": row.verdict.kind.value, "rules": tried}
