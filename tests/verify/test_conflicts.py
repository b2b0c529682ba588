"""Series that write the same bytes under the same or another name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from threadmine.memmap import Layout, load
from threadmine.model import Access, Person, Side, Touch, TouchRow
from threadmine.verify.conflicts import find_conflicts

START = datetime(2026, 1, 5, tzinfo=UTC)


def layout() -> Layout:
    found = load().nearest("6.18")
    assert isinstance(found, Layout)
    return found


def row(series: str, name: str, access: Access = Access.WRITE, day: int = 0, via: str = "") -> TouchRow:
    struct, _, member = name.partition(".")
    touch = Touch(struct, member, access, Side.ADDED, "mm/tray.c", "f", 12, 0, via=via)
    date = START + timedelta(days=day)
    return TouchRow(
        touch, series, f"series {series}", 1, "1/1", f"{series}@example.org", date, Person("A", "")
    )


def test_same_member_by_two_series() -> None:
    (found,) = find_conflicts([row("b", "folio._nr_pages", day=1), row("a", "folio._nr_pages")], layout())
    assert (found.first, found.second) == ("a", "b")
    assert [(each.first, each.second, each.how) for each in found.shared] == [
        ("folio._nr_pages", "folio._nr_pages", "the same member")
    ]


def test_other_name_for_the_same_bytes() -> None:
    (found,) = find_conflicts([row("a", "page.memcg_data"), row("b", "folio._nr_pages", day=-1)], layout())
    assert (found.first, found.second) == ("b", "a")
    (shared,) = found.shared
    assert (shared.first, shared.second) == ("folio._nr_pages", "page.memcg_data")
    assert "page[1]+56" in shared.how
    assert [each.series_id for each in shared.first_rows] == ["b"]


def test_no_conflict() -> None:
    for other in (
        row("b", "folio.mapping"),  # other bytes
        row("b", "page.memcg_data", Access.READ),  # only looked at
        row("b", "page.memcg_data", via="commit_charge"),  # by a helper
        row("a", "page.memcg_data"),  # the same series
    ):
        assert find_conflicts([row("a", "folio._nr_pages"), other], layout()) == ()


def test_helpers_count_on_demand() -> None:
    rows = [row("a", "folio._nr_pages"), row("b", "page.memcg_data", via="commit_charge")]
    assert len(find_conflicts(rows, layout(), through_helpers=True)) == 1


def test_member_that_no_kernel_has_meets_only_itself() -> None:
    rows = [row("a", "folio._fresh"), row("b", "folio._fresh"), row("c", "folio._nr_pages")]
    (found,) = find_conflicts(rows, layout())
    assert {found.first, found.second} == {"a", "b"}


def test_most_members_in_common_first() -> None:
    rows = [
        row("a", "folio.mapping"),
        row("b", "folio.mapping"),
        row("c", "folio.index"),
        row("d", "folio.index"),
        row("c", "folio.private"),
        row("d", "folio.private"),
    ]
    found = find_conflicts(rows, layout())
    assert [(each.first, each.second, len(each.shared)) for each in found] == [("c", "d", 2), ("a", "b", 1)]
