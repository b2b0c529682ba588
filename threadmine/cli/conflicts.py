"""``conflicts`` and ``matrix``: series against series, and series against members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.model import Moment, SeriesRow, Unknown
from threadmine.render.records import Record

if TYPE_CHECKING:
    from threadmine.db.queries import Queries
    from threadmine.digest.conflicts import Conflict, Use
    from threadmine.memmap.layout import Layout


@click.command("conflicts")
@options.terms
@click.option("--all", "every", is_flag=True, help="Also pairs that were in flight together in the past.")
@click.option(
    "--direct", is_flag=True, help="Count only lines that name a member, not helpers that touch it."
)
@click.option("--other-name", is_flag=True, help="Only bytes that the two series call by different names.")
@options.limit
@options.as_json
@click.pass_obj
def conflicts_command(
    app: App,
    terms: tuple[str, ...],
    every: bool,
    direct: bool,
    other_name: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """Find series in flight that write the same bytes.

    Two series meet where one changes a member and the other changes or uses the same bytes, under this name
    or another: folio._nr_pages lies inside page[1].memcg_data. In flight is the newest version of a series
    for eight weeks after its last mail. At least one of the two series meets the TERMS of the query language.
    """
    from threadmine.cli.asking import asking
    from threadmine.digest.conflicts import conflicts, in_flight
    from threadmine.query import Where, of_series, parse

    with app.queries() as queries:
        current = queries.series(where=Where(parse("is:current has:target"), app.now))
        chosen = current if every else [row for row in current if in_flight(row, app.now)]
        wanted = {row.id for row in asking(app, queries, terms).keep(chosen, of_series)}
        touched = queries.touched(row.id for row in chosen)
        found = [
            one
            for one in conflicts(chosen, lambda row: touched[row.id], _layouts(), direct)
            if {one.first.id, one.second.id} & wanted
            and (not other_name or any(meeting.text for meeting in one.meetings))
        ][:limit]
    if as_json:
        app.out.items(map(_record, found))
    else:
        app.out.lines(_lines(app, found, other_name))
    if not found:
        past = "" if every else "; --all looks at the past, too"
        app.out.note(f"no two of {len(chosen)} series in flight meet in the same bytes{past}")


def _layouts() -> Callable[[Moment], Layout | Unknown]:
    """The layout of the mainline kernel at a date."""
    from threadmine import memmap

    model = memmap.load()

    def at(when: Moment) -> Layout | Unknown:
        version = model.kernels()[-1] if isinstance(when, Unknown) else model.release_at(when)
        return model.nearest(version, "x86-64")

    return at


def _lines(app: App, found: Sequence[Conflict], other_name: bool) -> Iterator[str]:
    from threadmine.render import age, safe_line, wrap
    from threadmine.render.lists import person

    style, width = app.out.style, app.out.width
    for one in found:
        for letter, row in (("A", one.first), ("B", one.second)):
            label = row.version_text or f"v{row.version}"
            yield f"{letter}  {style(row.id, 'id')}  {style(f'{label} {safe_line(row.title)}', 'title')}"
            yield f"   {style(person(row.author), 'person')}, last mail {age(row.last_activity, app.now)} ago"
        for meeting in one.meetings:
            if other_name and not meeting.text:
                continue
            first, second = meeting.first, meeting.second
            names = first.member if first.member == second.member else f"{first.member} and {second.member}"
            yield f"   {style(names, 'field')}: A {_does(first)}; B {_does(second)}"
            if meeting.text:
                yield from wrap(f"{meeting.text} ({meeting.kernel})", width, "     ", "     ")
        yield ""


def _does(use: Use) -> str:
    """``writes it in 3/12, through folio_set_order()``."""
    patches = ", ".join(use.patches[:3]) + (f" +{len(use.patches) - 3}" if len(use.patches) > 3 else "")
    through = "" if use.direct else f", through {', '.join(f'{name}()' for name in use.helpers[:2])}"
    return f"{'writes' if use.changes else 'reads'} it in {patches or 'its patch'}{through}"


def _record(one: Conflict) -> Record:
    return {
        "series": [one.first.id, one.second.id],
        "titles": [one.first.title, one.second.title],
        "meetings": [
            {
                "members": [meeting.first.member, meeting.second.member],
                "writes": [meeting.first.changes, meeting.second.changes],
                "direct": [meeting.first.direct, meeting.second.direct],
                "patches": [list(meeting.first.patches), list(meeting.second.patches)],
                "helpers": [list(meeting.first.helpers), list(meeting.second.helpers)],
                "bytes": meeting.text or None,
                "kernel": meeting.kernel,
            }
            for meeting in one.meetings
        ],
    }


@click.command("matrix")
@options.terms
@click.option("--all-versions", is_flag=True, help="Every version, not only the newest in hand.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "svg", "json"]),
    default="text",
    help="A table, CSV, a heat map or JSON. Default: text.",
)
@click.pass_obj
def matrix_command(app: App, terms: tuple[str, ...], all_versions: bool, form: str) -> None:
    """Set series against the members they touch.

    TERMS are those of the query language: touches:page.mapping, since:1y, series:netmem. As text, members
    stand down and series across; as CSV and as a heat map, series stand down.
    """
    from threadmine.cli.export import csv_cell, csv_row
    from threadmine.render.heat import heat_lines, heat_rows, heat_svg, marks

    with app.queries() as queries:
        rows = _series_of(app, queries, terms, all_versions)
        touched = queries.touched(row.id for row in rows)
        found = marks([(row, touched[row.id]) for row in rows])
    rows = [row for row in rows if found[row.id]]
    if form == "csv":
        app.out.raw("".join(csv_row([csv_cell(cell) for cell in line]) for line in heat_rows(rows, found)))
    elif form == "svg":
        app.out.raw("\n".join(heat_svg(rows, found)) + "\n")
    elif form == "json":
        app.out.items({"series": row.id, "version": row.version, "members": found[row.id]} for row in rows)
    elif rows:
        app.out.lines(heat_lines(rows, found, app.out.width, app.out.style))
    if not rows:
        app.out.note("no series matches")


def _series_of(app: App, queries: Queries, terms: tuple[str, ...], all_versions: bool) -> list[SeriesRow]:
    from threadmine.cli.asking import asking

    rows = asking(app, queries, terms).series()
    return [row for row in rows if all_versions or not row.superseded_by]
