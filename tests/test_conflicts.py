"""Series that meet in the same bytes, with the real layouts; and the matrix drawn of them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from threadmine import memmap
from threadmine.api import Archive
from threadmine.cli.export import csv_row
from threadmine.digest.conflicts import conflicts, in_flight, uses
from threadmine.memmap.layout import Layout
from threadmine.model import Access, Moment, Person, SeriesRow, Side, Touch, TouchRow, Unknown
from threadmine.render import width
from threadmine.render.heat import heat_lines, heat_rows, heat_svg, marks

DAY = datetime(2026, 1, 10, tzinfo=UTC)
ADA = Person("Ada <Author>", "ada@example.org")


def series(name: str, date: datetime = DAY, newer: str = "") -> SeriesRow:
    return SeriesRow(
        id=name,
        title=f"mm: <b>{name}</b>",
        author=ADA,
        list_name="",
        version=1,
        version_text="v1",
        cover=None,
        patches=(),
        total=3,
        complete=True,
        thread_id="t",
        date=date,
        last_activity=date,
        superseded_by=newer,
    )


def touch(name: str, access: Access = Access.WRITE, side: Side = Side.ADDED, via: str = "") -> TouchRow:
    struct, _, member = name.partition(".")
    found = Touch(struct, member, access, side, "mm/x.c", "f", 1, 1, via)
    return TouchRow(found, "", "", 1, "1/3", "m@example.org", DAY, ADA)


def layout(when: Moment) -> Layout | Unknown:
    model = memmap.load()
    return model.nearest("6.19", "x86-64")


def meet(
    first: list[TouchRow], second: list[TouchRow], later: timedelta = timedelta()
) -> list[tuple[str, str, str]]:
    touched = {"sa": first, "sb": second}
    found = conflicts([series("sa"), series("sb", DAY + later)], lambda row: touched[row.id], layout)
    return [(one.first.member, one.second.member, one.text) for pair in found for one in pair.meetings]


def test_two_names_for_the_same_bytes_meet() -> None:
    (one,) = meet([touch("folio._nr_pages")], [touch("page.memcg_data", Access.READ)])
    assert one[:2] == ("folio._nr_pages", "page.memcg_data")
    assert "page[1]+56..59, inside page.memcg_data page[1]+56..63" in one[2]


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ([touch("folio.mapping")], [touch("folio.mapping")], 1),
        ([touch("folio.mapping", Access.READ)], [touch("folio.mapping", Access.READ)], 0),
        ([touch("folio._nr_pages")], [touch("folio.memcg_data")], 0),  # page[1] and page[0]
        ([touch("folio.mapping")], [touch("folio.page")], 0),  # the whole struct page
        ([touch("page.lru")], [touch("page.lru.next")], 0),
        ([touch("folio.mapping", Access.COMMENT)], [touch("folio.mapping")], 0),
        ([touch("folio.mapping", side=Side.CONTEXT)], [touch("folio.mapping")], 0),
        ([touch(".mapping")], [touch("folio.mapping")], 0),
        ([touch("folio.no_such_member")], [touch("page.mapping")], 0),
    ],
)
def test_what_meets_and_what_does_not(first: list[TouchRow], second: list[TouchRow], count: int) -> None:
    assert len(meet(first, second)) == count


def test_only_what_was_in_flight_together_meets() -> None:
    pair = [touch("folio.mapping")], [touch("folio.mapping")]
    assert len(meet(*pair, later=timedelta(weeks=7))) == 1
    assert meet(*pair, later=timedelta(weeks=9)) == []
    assert in_flight(series("sa"), DAY + timedelta(weeks=7))
    assert not in_flight(series("sa"), DAY + timedelta(weeks=9))
    assert not in_flight(series("sa", newer="sb"), DAY)


def test_uses_tell_direct_from_helpers() -> None:
    rows = [
        touch("folio.mapping", via="f"),
        touch("folio.index", Access.READ),
        touch("folio.index", Access.REMOVE),
    ]
    index, mapping = uses(rows)
    assert (index.member, index.changes, index.direct) == ("folio.index", True, True)
    assert (mapping.direct, mapping.helpers) == (False, ("f",))
    assert [use.member for use in uses(rows, direct_only=True)] == ["folio.index"]


def test_the_matrix_in_every_form() -> None:
    rows = [series("sa"), series("sb")]
    touched = {"sa": [touch("folio.mapping"), touch("page.flags", Access.READ)], "sb": [touch("page.flags")]}
    found = marks([(row, touched[row.id]) for row in rows])
    lines = list(heat_lines(rows, found, 80))
    assert lines[1].split() == ["page.flags", "+R", "+W"] and all(width(line) <= 80 for line in lines)
    table = list(csv.reader(io.StringIO("".join(map(csv_row, heat_rows(rows, found))))))
    assert table[0] == ["series", "version", "title", "author", "page.flags", "folio.mapping"]
    assert table[2] == ["sb", "v1", "mm: <b>sb</b>", "Ada <Author>", "+W", ""]
    picture = ElementTree.fromstring("\n".join(heat_svg(rows, found)))
    tips = [tip.text for tip in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert "v1 mm: <b>sa</b>: folio.mapping +W" in tips and len(tips) == 4


@pytest.mark.corpus
def test_a_true_pair_of_the_corpus(corpus: Path, tmp_path: Path) -> None:
    """Large device pages set pgmap, the rework of movable pages changes lru: both lie in bytes 8 to 23."""
    with Archive(str(tmp_path / "two.db"), readonly=False) as archive:
        boxes = [corpus / f"corpus/dev/mbox/{name}" for name in ("D02-thp-zone-device", "D07-movable-ops")]
        assert not archive.ingest([str(box) for box in boxes]).failures
        current = [row for row in archive.queries.series() if not row.superseded_by]
        touched = archive.queries.touched(row.id for row in current)
    model = memmap.load()
    found = conflicts(
        current,
        lambda row: touched[row.id],
        lambda when: model.nearest("6.15", "x86-64"),
    )
    told = {
        (meeting.first.member, meeting.second.member): meeting.text
        for pair in found
        if "zone device pages" in pair.first.title and "movable_ops" in pair.second.title
        for meeting in pair.meetings
        if meeting.first.changes and meeting.second.changes
    }
    assert told["folio.pgmap", "page.lru"] == "folio.pgmap is page[0]+8..15, inside page.lru page[0]+8..23"
