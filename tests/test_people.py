"""One person under several names; never two under one."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.model import Person
from threadmine.people import (
    Directory,
    address_key,
    fits_hidden,
    likeliest_name,
    name_key,
    possible_names,
    straight_name,
    uncertain_name,
)

MAILMAP = """\
# a comment
Ann Alpha <ann@new.example.org> <ann@old.example.org>
Bela Beta <bela@example.org> B. Beta <bb@example.com>
"""


@pytest.mark.parametrize(
    ("name", "straight"),
    [
        ("Alpha, Ann", "Ann Alpha"),
        ("Ann Alpha (Example Works)", "Ann Alpha"),
        ('"Ann Alpha"', "Ann Alpha"),
        ("@Ann Alpha", "Ann Alpha"),
        ("Ann Alpha via A List", "Ann Alpha"),
        ("Ann Alpha, Jr.", "Ann Alpha, Jr."),
        ("Ann", "Ann"),
    ],
)
def test_names_are_straightened(name: str, straight: str) -> None:
    assert straight_name(name) == straight


def test_keys() -> None:
    assert name_key("Ánn  ALPHA (X)") == name_key("alpha, ann") == "ann alpha"
    assert address_key("Ann+list@Example.org") == "ann@example.org"


@pytest.mark.parametrize(
    ("hidden", "address", "fits"),
    [
        ("ann@...mple.org", "ann@example.org", True),
        ("ann@...mple.org", "ann@temple.org", False),
        ("ann@...mple.org", "bela@example.org", False),
        ("ann@....com", "ann@arm.com", True),
        ("ann@....com", "ann@farm.com", False),
    ],
)
def test_hidden_letters(hidden: str, address: str, fits: bool) -> None:
    assert fits_hidden(hidden, address) is fits


def test_one_identity_over_addresses_and_spellings() -> None:
    directory = Directory()
    people = [
        Person("Ann Alpha", "ann@example.org"),
        Person("Alpha, Ann", "ann.alpha@example.com"),
        Person("Ann Alpha (Example Works)", "ann@...mple.org"),
        Person("A. Alpha", "ann@example.org"),
        Person("Ann", "ann@elsewhere.example.org"),
        Person("Ann Other", "other@example.org"),
    ]
    for person in people:
        directory.add(person)
    assert all(directory.same(people[0], other) for other in people[1:4])
    assert not directory.same(people[0], people[4]) and not directory.same(people[0], people[5])
    (first, *_) = [i for i in directory.identities() if i.name == "Ann Alpha"]
    assert first.addresses == {"ann@example.org", "ann.alpha@example.com", "ann@...mple.org"}
    assert len(directory.identities()) == 3


def test_two_with_one_first_name_stay_two() -> None:
    directory = Directory()
    one, other, short = (
        Person("Matt Alpha", "m@a.example"),
        Person("Matt Beta", "m@b.example"),
        Person("Matt", ""),
    )
    for person in (one, other, short):
        directory.add(person)
    assert not directory.same(one, other) and not directory.same(one, short)


def test_mailmap_joins_and_names() -> None:
    directory = Directory(MAILMAP)
    old, new = Person("A. A.", "ann@old.example.org"), Person("Ann", "ann@new.example.org")
    directory.add(old)
    directory.add(new)
    assert directory.same(old, new)
    assert directory.identities()[0].name == "Ann Alpha"
    assert directory.same(Person("B. Beta", "bb@example.com"), Person("", "bela@example.org"))
    assert not directory.same(Person("Another", "bb@example.com"), Person("", "bela@example.org"))


def test_the_order_does_not_matter() -> None:
    people = [Person("Ann Alpha", f"{n}@example.org") for n in range(5)] + [Person("Cleo", "2@example.org")]
    found = []
    for order in (people, people[::-1]):
        directory = Directory()
        for person in order:
            directory.add(person)
        found.append([(i.name, i.addresses) for i in directory.identities()])
    assert found[0] == found[1]


QUESTION = """\
From: {name} <{address}>
Date: Mon, 2 Mar 2026 10:00:00 +0100
Subject: Re: [PATCH] mm: count
Message-ID: <{number}@example.org>
In-Reply-To: <0@example.org>

> +\tfolio->_nr_pages = 0;

Why is folio->_nr_pages cleared here?
"""


def test_the_board_counts_a_person_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threadmine.pipeline import ingest_paths

    writers = (
        ("Ann Alpha", "ann@example.org"),
        ("Alpha, Ann", "ann@example.com"),
        ("A. A.", "aa@example.net"),
    )
    for number, (name, address) in enumerate(writers, 1):
        text = QUESTION.format(name=f'"{name}"', address=address, number=number)
        (tmp_path / f"{number}.eml").write_text(text, encoding="utf-8")
    with open_database(f"sqlite:///{tmp_path}/t.db") as database:
        assert ingest_paths(database, [str(tmp_path / f"{n}.eml") for n in (1, 2, 3)]).new == 3
        found = Queries(database).people()
        assert sorted((p.person.name, p.issues) for p in found) == [("A. A.", 1), ("Ann Alpha", 2)]
        (tmp_path / "mailmap").write_text("Ann Alpha <ann@example.org> <aa@example.net>\n", encoding="utf-8")
        monkeypatch.setenv("THREADMINE_MAILMAP", str(tmp_path / "mailmap"))
        assert [(p.person.name, p.issues) for p in Queries(database).people()] == [("Ann Alpha", 3)]


def test_a_writer_whom_a_page_leaves_open() -> None:
    open_name = uncertain_name(("Ann Alpha", "Bela Beta", "unknown"), leads=False)
    led_name = uncertain_name(("Ann Alpha", "Bela Beta", "unknown"), leads=True)
    assert open_name == "Ann Alpha or Bela Beta or unknown"
    assert led_name == "probably Ann Alpha (or Bela Beta or unknown)"
    assert possible_names(open_name) == possible_names(led_name) == ("Ann Alpha", "Bela Beta", "unknown")
    assert (likeliest_name(led_name), likeliest_name(open_name), likeliest_name("Ann Alpha")) == (
        "Ann Alpha",
        "",
        "",
    )
    assert possible_names("Ann Alpha") == ("Ann Alpha",)
