"""``fields`` and ``touches``: which members a series touches, and which series touch a member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.ask import say_nothing
from threadmine.cli.versions import one_series
from threadmine.errors import NotFoundError
from threadmine.model import SeriesRow, TouchRow

if TYPE_CHECKING:
    from threadmine.db.queries import Queries


@click.command("fields")
@click.argument("series")
@options.terms
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="The version; default: the newest.")
@click.option("--all-versions", is_flag=True, help="Every version, and what changed between them.")
@click.option("--lines", is_flag=True, help="One line per touching line in place of the grid.")
@options.as_json
@click.pass_obj
def fields_command(
    app: App,
    series: str,
    terms: tuple[str, ...],
    version: int | None,
    all_versions: bool,
    lines: bool,
    as_json: bool,
) -> None:
    """Show which members each patch of a series touches.

    SERIES is an id, a message-id, a lore link, or words of the title. The grid has a row for each struct
    member, in the order of the layout, and a column for each patch. TERMS are those of the query language:
    struct:folio, function:prep_compound, file:mm/memremap.c.
    """
    from threadmine.cli.asking import asking
    from threadmine.cli.members import member_places
    from threadmine.query import of_touch
    from threadmine.render.records import touch_record

    with app.queries() as queries:
        versions = chosen_versions(queries, series, version, all_versions)
        asked = asking(app, queries, terms)
        found = [(row, asked.keep(queries.fields(row.id), of_touch)) for row in versions]
    place = member_places()
    if as_json:
        app.out.items(touch_record(row, place(row)) for _, rows in found for row in rows)
    else:
        app.out.lines(_sheets(app, found, lines))
    if not any(rows for _, rows in found):
        app.out.note("no struct member that the model knows is touched")


def chosen_versions(queries: Queries, reference: str, version: int | None, every: bool) -> list[SeriesRow]:
    """The versions of the series that ``reference`` names, oldest first: one, or all.

    Raises:
        NotFoundError: there is no such series or version, or there are several such series.
    """
    meant, versions = one_series(queries, reference)
    if every:
        return versions
    if version is None:
        return [meant]
    wanted = [row for row in versions if row.version == version]
    if not wanted:
        have = ", ".join(row.version_text or f"v{row.version}" for row in versions)
        raise NotFoundError(f"no v{version} of '{reference}' was read", remedy=f"in hand: {have}")
    return wanted


def _sheets(app: App, found: Sequence[tuple[SeriesRow, Sequence[TouchRow]]], lines: bool) -> Iterator[str]:
    from threadmine.cli.members import member_places
    from threadmine.render import safe_line
    from threadmine.render.matrix import LEGEND, changes, fields_lines, patch_key, touch_lines

    style, width, place = app.out.style, app.out.width, member_places()
    before: Sequence[TouchRow] | None = None
    for series, rows in found:
        label = series.version_text or f"v{series.version}"
        yield style(f"{label} {safe_line(series.title)}", "title") + f"  {style(series.id, 'id')}"
        if lines:
            yield from touch_lines(
                sorted(rows, key=lambda row: (patch_key(row.patch), row.touch.start)), width, style
            )
        elif rows:
            yield from fields_lines(rows, place, width, style)
        if before is not None:
            yield from _changed(changes(before, rows), label)
        before = rows
        yield ""
    if not lines and any(rows for _, rows in found):
        yield from (style(line, "dim") for line in LEGEND)


def _changed(differences: Sequence[tuple[str, str, str]], label: str) -> Iterator[str]:
    yield f"  changed in {label}:" if differences else f"  {label} touches the same members in the same way"
    for name, old, new in differences:
        yield f"    {name}: {old.strip() or 'untouched'} -> {new.strip() or 'untouched'}"


@click.command("touches")
@click.argument("member")
@options.terms
@click.option("--write", is_flag=True, help="Only series that write it.")
@click.option("--lines", is_flag=True, help="Show every touching line.")
@options.since
@options.as_json
@click.pass_obj
def touches_command(
    app: App,
    member: str,
    terms: tuple[str, ...],
    write: bool,
    lines: bool,
    since: str | None,
    as_json: bool,
) -> None:
    """Show which series touch a member.

    MEMBER is struct.member (folio._nr_pages, page[1].memcg_data) or a bare name. Newest series first. TERMS
    are those of the query language: author:ada function:prep_compound.
    """
    from threadmine.cli.asking import asking
    from threadmine.cli.members import member_places
    from threadmine.model import Access
    from threadmine.render.matrix import touching_lines
    from threadmine.render.records import touch_record

    with app.queries() as queries:
        access = Access.WRITE if write else None
        rows = asking(app, queries, terms).touches(member, access=access, since=app.when(since))
        empty = not rows and queries.counts().messages > 0
    if as_json:
        place = member_places()
        app.out.items(touch_record(row, place(row)) for row in rows)
    else:
        app.out.lines(touching_lines(rows, app.out.width, app.now, app.out.style, lines))
    say_nothing(app, bool(rows), empty, member, "series")
