"""Graphs for Graphviz: threads by who answers whom, series by which version follows which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from threadmine.model import SeriesRow, StoredMessage
from threadmine.render.text import clip, date_text, safe_line

LABEL = 60


def _quote(text: str) -> str:
    """``text`` as a string of DOT: nothing in it can end the string or begin an escape."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(*lines: str) -> str:
    escaped = (clip(safe_line(line), LABEL).replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def thread_dot(mails: Iterable[StoredMessage]) -> Iterator[str]:
    """Messages as boxes (patches filled), an edge from each to its answers; missing parents dashed."""
    yield 'digraph threads {\n  rankdir=LR;\n  node [shape=box, fontname="sans-serif", fontsize=10];\n'
    seen: set[str] = set()
    parents: dict[str, None] = {}
    for mail in mails:
        seen.add(mail.message_id)
        filled = ", style=filled, fillcolor=lightgrey" if mail.has_patch else ""
        label = _label(mail.subject, f"{mail.author.display}, {date_text(mail.date)}")
        yield f"  {_quote(safe_line(mail.message_id))} [label={label}{filled}];\n"
        if mail.in_reply_to:
            parents[mail.in_reply_to] = None
            yield f"  {_quote(safe_line(mail.in_reply_to))} -> {_quote(safe_line(mail.message_id))};\n"
    for name in parents:
        if name not in seen:
            yield f"  {_quote(safe_line(name))} [label={_label(name)}, style=dashed];\n"
    yield "}\n"


def series_dot(rows: Iterable[SeriesRow]) -> Iterator[str]:
    """Versions as boxes, an edge from each to the one that follows it, labelled with how that is known."""
    yield 'digraph series {\n  rankdir=LR;\n  node [shape=box, fontname="sans-serif", fontsize=10];\n'
    every = list(rows)
    known = {row.id for row in every}
    for row in every:
        label = row.version_text or f"v{row.version}"
        shown = _label(f"{label} {row.title}", f"{row.author.display}, {date_text(row.date)}")
        yield f"  {_quote(row.id)} [label={shown}];\n"
        if row.supersedes in known:
            how = f" [label={_label(row.linked_by)}]" if row.linked_by else ""
            yield f"  {_quote(row.supersedes)} -> {_quote(row.id)}{how};\n"
    yield "}\n"
