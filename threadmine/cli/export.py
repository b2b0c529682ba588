"""``export``: everything mined, for programs; JSON Lines as contract/EXPORT.md has it, or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.ask import series_reference
from threadmine.errors import UsageError
from threadmine.query.when import is_after
from threadmine.render.records import (
    Record,
    claim_record,
    issue_record,
    line,
    message_record,
    series_record,
    touch_record,
)

if TYPE_CHECKING:
    from threadmine.db.queries import Queries

CHUNK = 1 << 16


class Selection:
    """What ``--since``, ``--series`` and ``--field`` leave of the database."""

    def __init__(self, app: App, since: str | None, series: str | None, field: str | None) -> None:
        self.since = app.when(since)
        self.series = series_reference(series)
        self.field = field

    def claims(self, queries: Queries) -> Iterator[Record]:
        rows = queries.claims(field=self.field, series=self.series, since=self.since)
        return map(claim_record, rows)

    def concerns(self, queries: Queries) -> Iterator[Record]:
        rows = queries.issues(field=self.field, series=self.series, since=self.since)
        return map(issue_record, rows)

    def fields(self, queries: Queries) -> Iterator[Record]:
        from threadmine.cli.members import member_places

        place = member_places()
        if self.field is not None:
            wanted = {row.id for row in queries.series(self.series)} if self.series else None
            for row in queries.touches(self.field, since=self.since):
                if wanted is None or row.series_id in wanted:
                    yield touch_record(row, place(row))
            return
        for series in queries.series(self.series):
            for row in queries.fields(series.id):
                if is_after(row.date, self.since):
                    yield touch_record(row, place(row))

    def series_versions(self, queries: Queries) -> Iterator[Record]:
        from threadmine.cli.members import plain

        for row in queries.series(self.series):
            named = self.field is None or any(_same(name, plain(self.field)) for name in row.fields)
            if named and is_after(row.last_activity, self.since):
                yield series_record(row)

    def messages(self, queries: Queries) -> Iterator[Record]:
        threads = {row.thread_id for row in queries.series(self.series)} if self.series else None
        about = {row.message_id for row in queries.touches(self.field)} if self.field else None
        for mail in queries.messages(since=self.since):
            if threads is not None and mail.thread_id not in threads:
                continue
            if about is None or mail.message_id in about:
                yield message_record(mail)


def _same(name: str, wanted: str) -> bool:
    return name == wanted or ("." not in wanted and name.rpartition(".")[2] == wanted)


KINDS: dict[str, Callable[[Selection, Queries], Iterable[Record]]] = {
    "claims": Selection.claims,
    "concerns": Selection.concerns,
    "fields": Selection.fields,
    "series": Selection.series_versions,
    "messages": Selection.messages,
}


@click.command("export")
@click.argument("kind", type=click.Choice([*KINDS]))
@options.since
@options.series
@options.field
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", help="Default: jsonl."
)
@click.pass_obj
def export_command(
    app: App, kind: str, since: str | None, series: str | None, field: str | None, form: str
) -> None:
    """Write claims, concerns, fields, series or messages for programs.

    JSON Lines, UTF-8, one object a line, every key always there. As CSV, lists stand as JSON in their cell.
    """
    if kind not in KINDS:
        raise UsageError(f"no export '{kind}'")
    selection = Selection(app, since, series, field)
    with app.queries(welcome=False) as queries:
        records = KINDS[kind](selection, queries)
        texts = map(line, records) if form == "jsonl" else csv_lines(records)
        held: list[str] = []
        size = 0
        for text in texts:
            held.append(text)
            size += len(text)
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
        text = value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "")
        return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1 else text
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def csv_row(cells: list[str]) -> str:
    """One line of CSV (RFC 4180)."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
