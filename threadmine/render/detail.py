"""One thing in full: a concern or a claim in its place in the mail, a message, the story of a series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from threadmine.model import (
    Chapter,
    ClaimRow,
    Holding,
    IssueRow,
    SeriesRow,
    StoredMessage,
    ThreadRow,
    Unknown,
)
from threadmine.people import uncertain_name
from threadmine.render.chapters import chapter_lines
from threadmine.render.excerpt import MARK, QUOTED, excerpt
from threadmine.render.lists import claim_lines, concern_place, issue_lines, person, statement
from threadmine.render.style import PLAIN, Style, badge
from threadmine.render.text import age, as_utc, clip, date_text, join_words, lines_of, safe, safe_line, wrap


def concern_detail(
    row: IssueRow,
    mail: StoredMessage | None,
    columns: int,
    now: datetime,
    style: Style = PLAIN,
    again: Sequence[IssueRow] = (),
) -> Iterator[str]:
    """A concern: who asked what, the sentence in its place, its state and the words that say so.

    ``again`` are all that raise the same issue, oldest first.
    """
    concern, status = row.concern, row.status
    yield from _title(concern.id, status.state.value, concern.kind.value, columns, style)
    yield from _who(row, mail, now, columns, style)
    if concern.targets:
        yield _pair("about", style(", ".join(map(safe_line, concern.targets)), "field"))
    if place := concern_place(row):
        yield _pair("place", place)
    if concern.source != "human":
        yield _pair("robot", safe_line(concern.source))
    if row.triage:
        yield _pair("triage", safe_line(row.triage))
    yield ""
    yield from in_place(mail, concern.start, concern.end, concern.quote, columns, style)
    yield ""
    yield from _state(row, columns, style)
    if len(again) > 1:
        yield ""
        yield f"raised {len(again)} times:"
        yield from (clip(_occurrence(one, row), columns) for one in again)


def _occurrence(one: IssueRow, shown: IssueRow) -> str:
    """``  q1 2026-01-14 v5 1/5 open  Ada: the first words`` of one that raised the issue."""
    concern = one.concern
    place = " ".join(part for part in (f"v{one.version}" if one.version else "", one.patch) if part)
    who = "this one" if concern.id == shown.concern.id else safe_line(concern.author.display)
    words = f"{concern.id}  {date_text(concern.date)[:10]}  {place}  {one.status.state.value}  {who}"
    return f"  {words}: {safe_line(concern.quote)}"


def _state(row: IssueRow, columns: int, style: Style) -> Iterator[str]:
    status = row.status
    label, _ = badge(status.state.value)
    if not status.evidence and status.state.value == "open":
        yield f"{style(label, 'open')}: no later message or version settles it"
    else:
        yield f"{style(label, status.state.value)}, because:"
    for item in status.evidence:
        yield from wrap(f'{item.effect.value}: "{safe_line(item.quote)}"', columns, "  - ", "    ")
        yield style(f"    <{safe_line(item.message_id)}>", "dim")
    if status.addressed_in:
        yield style(f"  fixed in {safe_line(status.addressed_in)}", "addressed")
    if status.addressed_evidence:
        yield from wrap(safe_line(status.addressed_evidence), columns, "    ", "    ")
    if row.severity:
        yield style(f"  rests on a statement that is wrong: {safe_line(row.severity)}", "refuted")


def claim_detail(
    row: ClaimRow, mail: StoredMessage | None, columns: int, now: datetime, style: Style = PLAIN
) -> Iterator[str]:
    """A claim: the sentence in its place, how it was read, the verdict with its reason and evidence."""
    claim, verdict = row.claim, row.verdict
    yield from _title(claim.id, verdict.kind.value, claim.predicate.value, columns, style)
    yield from _who(row, mail, now, columns, style)
    yield _pair("read as", statement(row))
    if claim.cue:
        yield _pair("cue", safe_line(claim.cue))
    if claim.inferred:
        yield _pair("inferred", "; ".join(map(safe_line, claim.inferred)))
    yield ""
    yield from in_place(mail, claim.start, claim.end, claim.quote, columns, style)
    yield ""
    label, _ = badge(verdict.kind.value)
    kernel = verdict.kernel
    context = safe_line(f"Linux {kernel.version}, {kernel.arch}, {kernel.config} config")
    how = kernel.found.value.replace("-", " ")
    yield f"{style(label, verdict.kind.value)} for {context} (kernel by {how})"
    if verdict.reason:
        yield from wrap(safe_line(verdict.reason), columns, "  ", "  ")
    for item in verdict.evidence:
        source = style(f"{safe_line(item.source)} (rule {safe_line(item.rule)})", "dim")
        if item.fact in verdict.reason:
            yield f"  - {source}"
        else:
            yield from wrap(safe_line(item.fact), columns, "  - ", "    ")
            yield f"    {source}"
    for holding in verdict.holds:
        yield f"  {holding_text(holding)}"
    others = [place for place in row.places if place != claim.message_id]
    if others:
        yield ""
        yield "said again or quoted in:"
        yield from (f"  <{safe_line(place)}>" for place in others)


def holding_text(item: Holding) -> str:
    """``holds: 6.15..7.3 x86-64 MEMCG``."""
    words = (item.kernel, item.arch, item.config, f"order {item.order}" if item.order else "")
    return (
        f"{'holds' if item.holds else 'does not hold'}: {safe_line(' '.join(word for word in words if word))}"
    )


def in_place(
    mail: StoredMessage | None, start: int, end: int, quote: str, columns: int, style: Style = PLAIN
) -> Iterator[str]:
    """The sentence among the lines around it, marked with ``>>``; the bare quote without a mail."""
    lines = excerpt(mail.body, start, end) if mail is not None and end > start else ()
    if not any(line.kind == MARK for line in lines):
        yield from wrap(f'"{safe_line(quote)}"', columns, "  >> ", "     ")
        return
    for line in lines:
        if line.kind == MARK:
            before, inside = line.text[: line.mark_start], line.text[line.mark_start : line.mark_end]
            yield style(">> ", "mark") + before + style(inside, "mark") + line.text[line.mark_end :]
        else:
            text = line.text.rstrip()
            yield f"   {style(text, 'dim') if line.kind == QUOTED else text}" if text else ""


def _title(own_id: str, state: str, kind: str, columns: int, style: Style) -> Iterator[str]:
    label, _ = badge(state)
    yield f"{style(own_id, 'id')}  {style(label, state)}  {kind}"


def _who(
    row: IssueRow | ClaimRow, mail: StoredMessage | None, now: datetime, columns: int, style: Style
) -> Iterator[str]:
    part = row.concern if isinstance(row, IssueRow) else row.claim
    quoted = " (known from a quotation)" if part.quoted else ""
    yield _pair("from", f"{style(person(part.author), 'person')}, {_stamp(part.date, now)}{quoted}")
    tag = " ".join(word for word in (f"v{row.version}" if row.version else "", row.patch) if word)
    subject = safe_line(row.subject or (mail.subject if mail else ""))
    if subject:
        yield _pair("in", clip(subject, columns - 10))
    if row.series_title:
        yield _pair("series", safe_line(f"{row.series_id} {row.series_title} {tag}".strip()))
    yield _pair("message", f"<{safe_line(part.message_id)}>")
    if row.url:
        yield _pair("link", style(safe_line(row.url), "url"))


def _stamp(date: object, now: datetime) -> str:
    if isinstance(date, Unknown):
        return f"no date ({safe_line(date.reason)})"
    assert isinstance(date, datetime)
    return f"{as_utc(date):%Y-%m-%d %H:%M} UTC ({age(date, now)} ago)"


def _pair(name: str, value: str) -> str:
    return f"  {name + ':':<9} {value}"


def message_detail(
    mail: StoredMessage,
    thread: Sequence[ThreadRow],
    issues: Sequence[IssueRow],
    claims: Sequence[ClaimRow],
    columns: int,
    now: datetime,
    style: Style = PLAIN,
) -> Iterator[str]:
    """A message: head, text, what was found in it, its thread."""
    yield style(safe_line(mail.subject) or "(no subject)", "title")
    address = f" <{safe_line(mail.author.address)}>" if mail.author.address else ""
    robot = f" [robot: {safe_line(mail.bot)}]" if mail.bot else ""
    yield _pair("from", style(person(mail.author), "person") + address + robot)
    yield _pair("date", _stamp(mail.date, now))
    yield _pair("message", f"<{safe_line(mail.message_id)}>")
    if mail.in_reply_to:
        yield _pair("answers", f"<{safe_line(mail.in_reply_to)}>")
    if mail.list_name:
        yield _pair("list", safe_line(mail.list_name))
    if mail.series_id:
        yield _pair("series", safe_line(mail.series_id))
    yield _pair("signed", safe_line(mail.attestation))
    yield ""
    yield from _body(mail, style)
    if issues:
        yield from ("", style("What is asked in it", "heading"), "")
        yield from issue_lines(issues, columns, now, style)
    if claims:
        yield from ("", style("What is stated in it", "heading"), "")
        yield from claim_lines(claims, columns, now, style)
    if len(thread) > 1:
        yield from ("", style("Its thread", "heading"), "")
        yield from thread_lines(thread, mail.message_id, columns, style)


def _body(mail: StoredMessage, style: Style) -> Iterator[str]:
    """The text; above what a page leaves undecided stands who may have written it."""
    body = mail.body.rstrip("\n")
    at = 0
    names: tuple[str, ...] = ()
    for stretch in mail.stretches:
        text = body[stretch.start : stretch.end]
        if stretch.candidates and stretch.candidates != names:
            yield from _text(body[at : stretch.start])
            at = stretch.start
            told = safe_line(uncertain_name(stretch.candidates, bool(stretch.writer)))
            yield style(f"[written by {told}: the page does not tell]", "dim")
        elif names and not stretch.candidates and text.strip("> \t\n"):
            yield from _text(body[at : stretch.start])
            at = stretch.start
            if stretch.depth:
                yield style(f"[written by {safe_line(stretch.writer) or 'somebody unknown'}]", "dim")
            else:
                yield style(f"[written by {person(mail.author)}]", "dim")
        if stretch.candidates or text.strip("> \t\n"):
            names = stretch.candidates
    yield from _text(body[at:])


def _text(text: str) -> Iterator[str]:
    if text:
        yield from (line.expandtabs(8) for line in lines_of([safe(text.removesuffix("\n"))]))


def thread_lines(rows: Sequence[ThreadRow], here: str, columns: int, style: Style = PLAIN) -> Iterator[str]:
    """A thread as an indented tree; the message ``here`` is marked with ``>>``."""
    for row in rows:
        lead = ">> " if row.message_id == here else "   "
        indent = "  " * min(row.level, 12)
        counts = join_words(
            f"{count} {name}" for count, name in ((row.concerns, "asked"), (row.claims, "stated")) if count
        )
        if row.known_from:
            counts = "not here"
        nothing = "(an answer)" if row.known_from else "(no subject)"
        text = f"{indent}{safe_line(row.subject) or nothing}"
        tail = f"  {person(row.author)}, {date_text(row.date)}" + (f"  [{counts}]" if counts else "")
        room = columns - len(lead) - len(tail)
        line = lead + (clip(text, max(room, 20)) + tail)
        yield style(line, "mark") if row.message_id == here else line
    pages = dict.fromkeys(row.known_from for row in rows if row.known_from)
    for page in pages:
        missing = sum(row.known_from == page for row in rows)
        known = "1 message is" if missing == 1 else f"{missing} messages are"
        yield ""
        yield from wrap(
            f"{known} known from the overview of <{safe_line(page)}> alone: its page was read, "
            f"their mail was not (threadmine pull {safe_line(page)} brings it).",
            columns,
            "   ",
            "   ",
        )


def series_detail(
    versions: Sequence[SeriesRow],
    issues: Sequence[IssueRow],
    columns: int,
    now: datetime,
    style: Style = PLAIN,
    chapters: Sequence[Chapter] = (),
) -> Iterator[str]:
    """The story of a series: its versions, oldest first, each with what is in it, what has changed since the
    one before (``chapters``, one for each) and who asked for more; then what is still open.
    """
    told = {chapter.series_id: chapter for chapter in chapters}
    for row in versions:
        label = row.version_text or f"v{row.version}"
        yield style(f"{label} {safe_line(row.title)}", "title") + f"  {style(row.id, 'id')}"
        yield _pair("from", f"{style(person(row.author), 'person')}, {_stamp(row.date, now)}")
        whole = "complete" if row.complete else "not complete"
        yield _pair("patches", f"{len(row.patches)} of {row.total or len(row.patches)}, {whole}")
        if row.supersedes:
            how = f" (known by {safe_line(row.linked_by)})" if row.linked_by else ""
            yield _pair("follows", safe_line(row.supersedes) + how)
        if row.archive_note:
            yield _pair("archive", f"{safe_line(row.archive_note)} (said by an archive page)")
        if row.base:
            yield _pair("base", safe_line(row.base))
        if row.trailers:
            yield _pair("tags", join_words(f"{safe_line(tag)} {count}" for tag, count in row.trailers))
        if row.fields:
            yield from wrap(", ".join(map(safe_line, row.fields)), columns, "  fields:   ", "            ")
        if row.cover:
            yield _pair("cover", f"<{safe_line(row.cover)}>")
        own = [issue for issue in issues if issue.series_id == row.id and issue.version == row.version]
        waiting = sum(issue.status.state.is_open for issue in own)
        yield _pair("issues", f"{len(own)}, of them still open: {waiting}")
        if row.id in told:
            yield from chapter_lines(told[row.id], columns, style)
        yield ""
    waiting_rows = [issue for issue in issues if issue.status.state.is_open]
    if waiting_rows:
        yield style("Still open", "heading")
        yield ""
        yield from issue_lines(waiting_rows, columns, now, style)
