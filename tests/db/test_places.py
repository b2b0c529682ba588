"""Where messages belong: versions of series in a thread, what a reply answers, the order of a tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from threadmine.db.places import (
    Light,
    arrange_series,
    group_threads,
    parents,
    thread_id_of,
    thread_root,
    tree_order,
)
from threadmine.model import stand_in_id


def light(
    name: str, refs: str = "", number: int | None = None, total: int | None = None, **more: object
) -> Light:
    fields: dict[str, object] = {
        "sent_at": int(str(more.pop("at", 0))),
        "author": "ada@example.org",
        "title": name,
        "is_candidate": number is not None,
        "number": number,
        "total": total,
    }
    fields.update(more)
    return Light(message_id=name, references=tuple(refs.split()), **fields)  # type: ignore[arg-type] # a test


def shape(messages: list[Light]) -> dict[str, tuple[list[int], bool]]:
    """Head of each series -> (numbers of its patches, complete)."""
    return {d.head.message_id: (sorted(d.patches), d.is_complete) for d in arrange_series(messages).series}


def test_two_versions_in_one_thread() -> None:
    mails = [
        light("c1", "", 0, 2),
        light("a1", "c1", 1, 2, at=1),
        light("a2", "c1", 2, 2, at=2),
        light("c2", "c1", 0, 2, at=5, version=2),
        light("b1", "c1 c2", 1, 2, at=6, version=2),
    ]
    assert shape(mails) == {"c1": ([1, 2], True), "c2": ([1], False)}


def test_two_series_of_one_version_in_one_thread_keep_to_their_covers() -> None:
    mails = [
        light("c1", "", 0, 2),
        light("a1", "c1", 1, 2, at=1),
        light("a2", "c1", 2, 2, at=2),
        light("x", "c1", 0, 2, at=5, author="max@example.org"),
        light("x1", "c1 x", 1, 2, at=6, author="max@example.org"),
        light("x2", "c1 x", 2, 2, at=7, author="max@example.org"),
    ]
    assert shape(mails) == {"c1": ([1, 2], True), "x": ([1, 2], True)}


def test_a_series_without_a_cover_is_headed_by_its_first_patch() -> None:
    mails = [light("p1", "", 1, 3), light("p2", "p1", 2, 3, at=1), light("p3", "p1", 3, 3, at=2)]
    assert shape(mails) == {"p1": ([1, 2, 3], True)}


def test_a_better_copy_of_one_patch_stays_in_its_series() -> None:
    mails = [
        light("c", "", 0, 2, version=3),
        light("p1", "c", 1, 2, version=3, at=1),
        light("p2", "c", 2, 2, version=3, at=2),
        light("again", "c p2", 2, 2, at=9),
        light("better", "c p1", 1, 2, version=3, subversion="1", at=9),
    ]
    assert shape(mails) == {"c": ([1, 2], True)}
    places = arrange_series(mails).places
    assert places["again"] == (places["c"][0], 2)
    assert places["better"] == (places["c"][0], 1)


def test_somebody_else_s_patch_in_the_thread_is_a_series_of_its_own() -> None:
    mails = [
        light("c", "", 0, 1),
        light("p1", "c", 1, 1, at=1),
        light("fix", "c p1", None, None, at=5, is_candidate=True, author="max@example.org"),
    ]
    assert shape(mails) == {"c": ([1], True), "fix": ([1], True)}


def test_replies_belong_to_the_patch_they_answer_at_any_depth() -> None:
    mails = [
        light("c", "", 0, 2),
        light("p1", "c", 1, 2, at=1),
        light("p2", "c", 2, 2, at=2),
        light("r", "c p2", at=3),
        light("rr", "r", at=4),  # only In-Reply-To
        light("rrr", "ghost rr", at=5),
        light("other", "nowhere", at=6),
    ]
    places = arrange_series(mails).places
    assert [places[name][1] for name in ("c", "p1", "r", "rr", "rrr")] == [0, 1, 2, 2, 2]
    assert places["other"] == ("", None)


def test_rfc_resend_and_subversion_are_versions_of_their_own() -> None:
    mails = [
        light("a", "", 1, 1, is_rfc=True),
        light("b", "a", 1, 1, at=1, version=2),
        light("c", "b", 1, 1, at=2, version=2, is_resend=True, author="max@example.org"),
        light("d", "c", 1, 1, at=3, version=2, subversion="1", author="rev@example.org"),
    ]
    texts = [draft.version_text for draft in arrange_series(mails).series]
    assert texts == ["RFC v1", "v2", "RESEND v2", "v2.1"]


def test_the_tree_is_in_reading_order_and_circles_are_cut() -> None:
    mails = [
        light("late", "root", at=9),
        light("root", "", at=1),
        light("child", "root late", at=10),
        light("early", "root", at=2),
        light("x", "y", at=3),
        light("y", "x", at=4),
    ]
    order = tree_order(mails)
    assert order[:4] == [("root", 0), ("early", 1), ("late", 1), ("child", 2)]
    assert sorted(order[4:]) == [("x", 0), ("y", 1)]
    assert tree_order(mails[::-1]) == order


def test_threads_and_their_roots() -> None:
    groups = group_threads([("a", ["g"]), ("b", ["g"]), ("c", []), ("d", ["d"])])
    assert sorted(map(sorted, groups)) == [["a", "b", "g"], ["c"], ["d"]]
    assert thread_root({"a": True, "g": False, "b": True}) == "g"
    assert thread_root({"x": True, "y": True}) == "x"  # a circle has no root


def test_siblings_stand_in_the_order_of_their_dates_and_undated_ones_last() -> None:
    mails = [
        light("b", "a", at=2),
        light("a"),
        light("d", "a c", at=4),
        light("c", "a", at=1),
        light("u", "a", sent_at=None),
    ]
    assert tree_order(mails) == [("a", 0), ("c", 1), ("d", 2), ("b", 1), ("u", 1)]


def test_a_missing_parent_keeps_its_children_together() -> None:
    mails = [light("x", "gone", at=1), light("y", "gone", at=2), light("z", "gone y", at=3), light("o")]
    assert tree_order(mails) == [("o", 0), ("x", 0), ("y", 0), ("z", 1)]
    threads = group_threads((mail.message_id, mail.references) for mail in mails)
    assert sorted(map(sorted, threads)) == [["gone", "x", "y", "z"], ["o"]]


def test_a_loop_is_cut_at_its_earliest_message_and_nothing_is_lost() -> None:
    mails = [light("a", "b"), light("b", "c", at=1), light("c", "a", at=2), light("s", "s")]
    order = tree_order(mails)
    assert sorted(name for name, _ in order) == ["a", "b", "c", "s"]
    assert order[0] == ("a", 0)


def test_what_is_known_from_quotations_stands_in_for_missing_mail() -> None:
    stand_in = stand_in_id("gone@example.org")
    mails = [light("answer", "root gone@example.org", at=3), light("root"), light(stand_in, "root", at=1)]
    assert tree_order(mails) == [("root", 0), (stand_in, 1), ("answer", 2)]


NAMES = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3), st.integers(0, 5)), max_size=12))
def test_any_order_of_messages_gives_the_same_tree(items: list[tuple[str, list[str], int]]) -> None:
    by_id = {name: light(name, " ".join(refs), at=at) for name, refs, at in items}
    mails = list(by_id.values())
    order = tree_order(mails)
    assert sorted(name for name, _ in order) == sorted(by_id)
    assert order == tree_order(mails[::-1]) and parents(mails) == parents(mails[::-1])
    levels = dict(order)
    assert all(levels[name] == levels[above] + 1 for name, above in parents(mails).items() if above)


@given(st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3)), max_size=12))
def test_threads_and_their_ids_do_not_depend_on_the_order(items: list[tuple[str, list[str]]]) -> None:
    forward, backward = group_threads(items), group_threads(items[::-1])
    assert sorted(map(sorted, forward)) == sorted(map(sorted, backward))
    roots = [dict.fromkeys(names, False) for names in forward]
    ids = [thread_id_of(thread_root(names)) for names in roots]
    assert len(set(ids)) == len(ids)
