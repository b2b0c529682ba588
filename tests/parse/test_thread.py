"""Trees of messages, whole, torn and looped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from threadmine.model import Unknown
from threadmine.parse.thread import Link, arrange

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def link(name: str, *parents: str, day: int = 0) -> Link:
    return Link(name, parents, T0 + timedelta(days=day))


def test_depth_first_by_date() -> None:
    found = arrange([link("b", "a", day=2), link("a"), link("d", "a", "c", day=4), link("c", "a", day=1)])
    assert [(p.message_id, p.level, p.parent) for p in found] == [
        ("a", 0, None),
        ("c", 1, "a"),
        ("d", 2, "c"),
        ("b", 1, "a"),
    ]
    assert {p.root for p in found} == {"a"}


def test_a_missing_parent_keeps_its_children_together() -> None:
    found = arrange(
        [link("x", "gone", day=1), link("y", "gone", day=2), link("z", "gone", "y", day=3), link("o")]
    )
    assert [(p.message_id, p.level, p.root) for p in found] == [
        ("o", 0, "o"),
        ("x", 0, "gone"),
        ("y", 0, "gone"),
        ("z", 1, "gone"),
    ]


def test_loops_are_cut_and_nothing_is_lost() -> None:
    found = arrange([link("a", "b"), link("b", "c", day=1), link("c", "a", day=2), link("s", "s")])
    assert sorted(p.message_id for p in found) == ["a", "b", "c", "s"]
    assert found[0].message_id == "a" and found[0].level == 0


def test_undated_messages_come_last() -> None:
    found = arrange([Link("u", ("a",), Unknown("none")), link("v", "a", day=9), link("a")])
    assert [p.message_id for p in found] == ["a", "v", "u"]


NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3), st.integers(0, 5)), max_size=12))
def test_every_message_appears_once_in_any_order(items: list[tuple[str, list[str], int]]) -> None:
    links = {name: link(name, *parents, day=day) for name, parents, day in items}
    forward = arrange(links.values())
    assert sorted(p.message_id for p in forward) == sorted(links)
    assert set(forward) == set(arrange(reversed(list(links.values()))))
