"""Chains of versions: what ties them, what must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from threadmine.model import Person, SeriesRow, Unknown
from threadmine.track.versions import (
    ManualLink,
    VersionFacts,
    VersionLink,
    change_id_in,
    link_versions,
    references_in,
    superseded_in,
)

PAUL = Person("Paul Poster", "paul@example.org")
START = datetime(2025, 1, 1, tzinfo=UTC)


def fact(
    name: str,
    title: str = "mm: count widgets in the tail page",
    version: int = 1,
    day: int = 0,
    author: Person = PAUL,
    text: str = "",
    total: int = 3,
    change_id: str = "",
    refers_to: tuple[str, ...] = (),
    titles: tuple[str, ...] = (),
    cover: bool = True,
    patches: int = 3,
) -> VersionFacts:
    date = START + timedelta(days=day)
    row = SeriesRow(
        id=name,
        title=title,
        author=author,
        list_name="linux-mm",
        version=version,
        version_text=text or f"v{version}",
        cover=f"{name}-0@example.org" if cover else None,
        patches=tuple((n, f"{name}-{n}@example.org") for n in range(1, patches + 1)),
        total=total,
        complete=True,
        thread_id=f"t-{name}",
        date=date,
        last_activity=date,
    )
    return VersionFacts(row, change_id, frozenset(refers_to), frozenset(titles))


def chain(*facts: VersionFacts, manual: tuple[ManualLink, ...] = ()) -> list[tuple[str, str]]:
    """The (series, before) pairs that are linked."""
    return [(link.series_id, link.supersedes) for link in link_versions(facts, manual) if link.supersedes]


def test_the_same_title_by_the_same_author_in_order_of_time() -> None:
    found = link_versions([fact("b", version=2, day=7), fact("a"), fact("c", version=3, day=14)])
    assert found == (
        VersionLink("b", "a", "c", "subject"),
        VersionLink("a", "", "b", ""),
        VersionLink("c", "b", "", "subject"),
    )


def test_a_change_id_wins_over_a_new_title() -> None:
    a = fact("a", change_id="20250101-widgets-1a2b")
    b = fact("b", title="slab: something else", version=2, day=300, change_id="20250101-widgets-1a2b")
    assert link_versions([a, b])[1].linked_by == "change-id"


def test_a_link_in_the_cover_letter() -> None:
    a = fact("a", title="mm, sparse: introduce compound widgets")
    b = fact(
        "b", title="mm, dax: introduce compound gadgets", version=2, day=30, refers_to=("a-0@example.org",)
    )
    assert link_versions([a, b])[1].linked_by == "link"


def test_patches_tie_a_series_that_was_retitled() -> None:
    titles = ("mm widget split", "mm widget join", "mm widget free")
    a = fact("a", title="mm: introduce compound widgets", version=4, titles=titles)
    b = fact("b", title="mm: introduce widget devmaps", version=5, day=40, titles=(*titles[:2], "mm gadget"))
    assert link_versions([a, b])[1].linked_by == "patches"


def test_somebody_else_takes_over() -> None:
    b = fact("b", version=2, day=60, author=Person("Nina New", "nina@example.org"))
    assert chain(fact("a", text="RFC v1"), b) == [("b", "a")]


def test_rfc_then_patch_then_a_number_that_starts_again() -> None:
    facts = [fact("a", text="RFC v1"), fact("b", day=5), fact("c", version=2, day=9)]
    assert chain(*facts) == [("b", "a"), ("c", "b")]


def test_strangers_stay_out() -> None:
    other = fact("x", title="mm: widgets in the head page of a slab", day=3)
    alike = fact(
        "y",
        title="mm: count widgets in the tail page",
        day=4,
        author=Person("Nina New", "n@example.org"),
        total=1,
    )
    late = fact("z", version=2, day=900)
    assert chain(fact("a"), other, alike, late) == []


def test_a_patch_replaced_in_the_thread_is_no_version() -> None:
    part = fact("p", title="mm: count widgets in the tail page", day=1, cover=False, patches=1, total=12)
    assert chain(fact("a"), part) == []


def test_what_was_said_by_hand_wins() -> None:
    a, b = fact("a"), fact("b", version=2, day=7)
    assert chain(a, b, manual=(ManualLink("a", "b", apart=True),)) == []
    other = fact("o", title="slab: unrelated words", day=9)
    found = link_versions([a, other], (ManualLink("o", "a"),))
    assert found[1] == VersionLink("o", "a", "", "manual")


def test_an_unknown_date_does_not_stop_linking() -> None:
    a = fact("a")
    a = replace(a, row=replace(a.row, date=Unknown("no date")))
    assert chain(a, fact("b", version=2)) == [("b", "a")]


def test_ids_in_a_cover_letter() -> None:
    text = (
        "v1: https://lore.kernel.org/linux-mm/2025.1-a@example.org/\n"
        "v2: https://lore.kernel.org/r/2025.2-b@example.org\n"
        "change-id: 20250101-widgets-1a2b\n"
    )
    assert references_in(text) == {"2025.1-a@example.org", "2025.2-b@example.org"}
    assert change_id_in(text) == "20250101-widgets-1a2b"
    assert change_id_in("nothing") == ""


def test_what_it_says_it_supersedes_is_the_version_before_whatever_the_title() -> None:
    text = "Widgets anew.\n\nSupersedes: <a-0@example.org>\nv1: <20250101.1-x@example.org>\n"
    assert superseded_in(text) == {"a-0@example.org"}
    assert references_in(text) == {"20250101.1-x@example.org"}
    other = fact(
        "b", title="gadgets for everybody", version=2, day=7, author=Person("Mia", "mia@example.org")
    )
    assert chain(fact("a"), other) == []
    assert chain(fact("a"), replace(other, replaces=superseded_in(text))) == [("b", "a")]
