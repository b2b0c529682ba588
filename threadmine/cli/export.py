"""``export``: everything mined, for programs; JSON Lines as contract/EXPORT.md has it, and other forms."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.ask import series_reference
from threadmine.errors import UsageError
from threadmine.model import OverviewEntry, SeriesRow, StoredMessage
from threadmine.query import of_touch
from threadmine.query.when import is_after
from threadmine.render.records import (
    Record,
    claim_record,
    clean,
    issue_record,
    line,
    message_record,
    overview_record,
    series_record,
    touch_record,
)
from threadmine.render.text import safe

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a cell begins that some spreadsheet takes for a formula."""

CHUNK = 1 << 16
"""Characters written at a time."""

KINDS = ("claims", "concerns", "fields", "series", "messages", "overviews")

FORMS = {
    "jsonl": KINDS,
    "csv": KINDS,
    "mbox": ("messages",),
    "dot": ("messages", "series"),
}
"""Which form goes with which kind."""


class Selection:
    """What the options and terms leave of the database.

    Args:
        app: the run.
        queries: the database.
        terms: words of the query language.
        since, series, field: the options of these names.
    """

    def __init__(
        self,
        app: App,
        queries: Queries,
        terms: tuple[str, ...],
        since: str | None,
        series: str | None,
        field: str | None,
    ) -> None:
        from threadmine.cli.asking import asking

        self.queries = queries
        self.asking = asking(app, queries, terms)
        self.since = app.when(since)
        self.reference = series_reference(series)
        self.field = field

    def records(self, kind: str) -> Iterator[Record]:
        """The objects of one kind."""
        given = {"field": self.field, "series": self.reference, "since": self.since}
        if kind == "claims":
            yield from map(claim_record, self.asking.claims(**given))
        elif kind == "concerns":
            yield from map(issue_record, self.asking.issues(**given))
        elif kind == "fields":
            yield from self._touches()
        elif kind == "series":
            yield from map(series_record, self.series())
        elif kind == "overviews":
            yield from map(overview_record, self.overviews())
        else:
            yield from map(message_record, self.messages())

    def _touches(self) -> Iterator[Record]:
        from threadmine.cli.members import member_places

        place = member_places()
        if self.field is not None:
            wanted = {row.id for row in self.queries.series(self.reference)} if self.reference else None
            rows = self.asking.touches(self.field, since=self.since)
            found = [row for row in rows if wanted is None or row.series_id in wanted]
            yield from (touch_record(row, place(row)) for row in found)
            return
        for series in self.queries.series(self.reference):
            for row in self.asking.keep(self.queries.fields(series.id), of_touch):
                if is_after(row.date, self.since):
                    yield touch_record(row, place(row))

    def series(self) -> list[SeriesRow]:
        """The versions of series."""
        from threadmine.cli.members import plain

        rows = []
        for row in self.asking.series(ref=self.reference):
            named = self.field is None or any(_same(name, plain(self.field)) for name in row.fields)
            if named and is_after(row.last_activity, self.since):
                rows.append(row)
        return rows

    def overviews(self) -> Iterator[OverviewEntry]:
        """Rows of thread overviews; with a series, of its threads."""
        from threadmine.db.overview import overviews

        rows = self.queries.series(self.reference) if self.reference else ()
        threads = {row.thread_id for row in rows}
        for entry in overviews(self.queries.database):
            if (not self.reference or entry.thread_id in threads) and is_after(entry.row.date, self.since):
                yield entry

    def messages(self) -> Iterator[StoredMessage]:
        """The messages; with a series, those of its threads."""
        rows = self.queries.series(self.reference) if self.reference else ()
        threads = {row.thread_id for row in rows} if self.reference else None
        about = {row.message_id for row in self.queries.touches(self.field)} if self.field else None
        for mail in self.asking.messages(since=self.since, thread=threads):
            if about is None or mail.message_id in about:
                yield mail


def _same(name: str, wanted: str) -> bool:
    return name == wanted or ("." not in wanted and name.rpartition(".")[2] == wanted)


@click.command("export")
@click.argument("kind", type=click.Choice(KINDS))
@options.terms
@options.since
@options.series
@options.field
@click.option("--format", "form", type=click.Choice([*FORMS]), default="jsonl", help="Default: jsonl.")
@click.pass_obj
def export_command(
    app: App,
    kind: str,
    terms: tuple[str, ...],
    since: str | None,
    series: str | None,
    field: str | None,
    form: str,
) -> None:
    """Write what was mined, and the messages, for programs.

    JSON Lines, UTF-8, one object a line, every key always there. As csv, lists stand as JSON in their cell.
    Messages can also be written as mbox (their text and main headers) or dot (the threads for Graphviz),
    series as dot (which version follows which). TERMS are those of the query language.
    """
    if kind not in FORMS[form]:
        raise UsageError(
            f"{kind} cannot be written as {form}", remedy=f"{form} is for {', '.join(FORMS[form])}"
        )
    with app.queries(welcome=False) as queries:
        selection = Selection(app, queries, terms, since, series, field)
        write(app, texts(selection, kind, form))


def texts(selection: Selection, kind: str, form: str) -> Iterator[str]:
    """The text of an export, piece by piece."""
    from threadmine.render.dot import series_dot, thread_dot
    from threadmine.render.mbox import mbox_text

    if form == "mbox":
        return map(mbox_text, selection.messages())
    if form == "dot":
        return series_dot(selection.series()) if kind == "series" else thread_dot(selection.messages())
    records = selection.records(kind)
    return map(line, records) if form == "jsonl" else csv_lines(records)


def write(app: App, pieces: Iterable[str]) -> None:
    """Writes in large pieces: an archive has many small ones."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK:
            app.out.raw("".join(held))
            held, size = [], 0
    app.out.raw("".join(held))


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """The records as CSV (RFC 4180), heading first; lists and objects as JSON, formulas made harmless."""
    heading: list[str] = []
    for record in records:
        if not heading:
            heading = [*record]
            yield csv_row(heading)
        yield csv_row([csv_cell(record[name]) for name in heading])


def csv_cell(value: object) -> str:
    """One cell. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = safe(value, len(value))
        return f"'{text}" if _FORMULA.match(value) and len(text) > 1 else text
    return clean(json.dumps(value, ensure_ascii=False))


def csv_row(cells: list[str]) -> str:
    """One line of CSV (RFC 4180)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
