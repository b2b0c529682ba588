"""What is stored comes back, once, under its thread, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.db.letters import ADA, REV, dump, fresh_database, letter, mined, rich_letter, series, subject
from threadmine.db.queries import Queries
from threadmine.db.session import Database
from threadmine.db.store import SeriesLink, Store
from threadmine.model import (
    Access,
    ConcernState,
    ConcernStatus,
    Effect,
    Mined,
    Origin,
    StateEvidence,
    Trailer,
    VerdictKind,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database(tmp_path) as opened:
        yield opened


def test_a_message_comes_back_as_it_was(database: Database) -> None:
    message = rich_letter()
    assert Store(database).store_thread([mined(message)]) == 1
    found = Queries(database).message("<rich@example.org>")
    assert found.subject == message.subject.raw
    assert (found.author, found.date, found.body) == (message.author, message.date, message.body)
    assert found.trailers == message.trailers
    assert found.stretches == message.stretches
    assert found.in_reply_to == "two@example.org"
    assert (found.list_name, found.bot, found.attestation) == (
        "linux-mm.example.org",
        "examplebot",
        "unknown",
    )
    assert not found.has_patch  # a Patch without files is no diff


def test_threads_stored_together_are_as_if_stored_one_by_one(tmp_path: Path) -> None:
    first = [[mined(m)] for m in (letter("left", ["middle"], hours=2), letter("right", ["root"], hours=3))]
    later = [
        [mined(letter("middle", ["root"], hours=1))],  # joins the two threads above
        [mined(m, touched=[("folio", "_nr_pages", Access.WRITE)]) for m in series("gamma", 2)],
        [mined(letter("b", ["right"], hours=4))],
        [],
    ]
    with fresh_database(tmp_path, "one.db") as one, fresh_database(tmp_path, "all.db") as together:
        for threads in (first, later):
            stored = sum(Store(one).store_thread(thread) for thread in threads)
            assert Store(together).store_threads([(thread, {}) for thread in threads]) == stored
        assert dump(together) == dump(one)
        assert Store(together).store_threads([(thread, {}) for thread in later]) == 0
        assert dump(together) == dump(one)


def test_a_thread_that_cannot_be_stored_takes_none_before_it_along(database: Database) -> None:
    broken = replace(mined(letter("broken")), verdicts=())
    threads = [([mined(letter("a"))], {}), ([broken], {}), ([mined(letter("b"))], {})]
    with pytest.raises(ValueError, match="zip"):
        Store(database).store_threads(threads)
    assert Store(database).known(["a@example.org", "broken@example.org", "b@example.org"]) == {
        "a@example.org"
    }


def test_claims_and_concerns_come_back_as_they_were(database: Database) -> None:
    one = mined(letter("a"), verdict=VerdictKind.REFUTED)
    Store(database).store_thread([one])
    queries = Queries(database)
    claim = queries.claim(one.claims[0].id)
    assert (claim.claim, claim.verdict) == (one.claims[0], one.verdicts[0])
    issue = queries.issue(one.concerns[0].id)
    assert issue.concern == one.concerns[0]
    assert issue.status == ConcernStatus(one.concerns[0].id, ConcernState.OPEN)
    assert issue.severity == "refuted-claim"
    assert queries.thread_concerns(claims_thread(queries, "a")) == one.concerns


def claims_thread(queries: Queries, name: str) -> str:
    return queries.message(f"{name}@example.org").thread_id


def test_undated_and_odd_text_is_kept(database: Database) -> None:
    body = "lone \udcff surrogate, \x00 NUL, \u202e override\n"
    Store(database).store_thread([Mined(letter("odd", hours=None, body=body))])
    found = Queries(database).message("odd@example.org")
    assert found.body == body.replace("\udcff", "\ufffd").replace("\x00", "\ufffd")
    assert found.date == letter("odd", hours=None).date
    assert [m.message_id for m in Queries(database).messages()] == ["odd@example.org"]


def test_storing_again_changes_nothing(database: Database) -> None:
    letters = [mined(m, touched=[("folio", "_nr_pages", Access.WRITE)]) for m in series("s", 3)]
    store = Store(database)
    assert store.store_thread(letters) == 4
    before = dump(database)
    assert store.store_thread(letters) == 0
    assert store.store_thread(letters[2:]) == 0
    assert dump(database) == before
    assert store.unknown([m.message for m in letters]) == []
    assert store.known(["s-1@example.org", "never@example.org"]) == {"s-1@example.org"}


def test_threads_merge_when_the_missing_parent_arrives(database: Database) -> None:
    store, queries = Store(database), Queries(database)
    store.store_thread([Mined(letter("left", ["middle"], hours=2))])
    store.store_thread([Mined(letter("right", ["root"], hours=3))])
    assert claims_thread(queries, "left") != claims_thread(queries, "right")
    assert store.store_thread([Mined(letter("middle", ["root"], hours=1))]) == 1
    assert claims_thread(queries, "left") == claims_thread(queries, "right")
    tree = [(row.message_id.split("@")[0], row.level) for row in queries.thread("left@example.org")]
    assert tree == [("middle", 0), ("left", 1), ("right", 0)]
    assert queries.counts().threads == 1
    assert queries.thread("root@example.org") == queries.thread("right@example.org")  # asked by a ghost


def test_a_series_is_one_row_a_version_with_its_patches(database: Database) -> None:
    store, queries = Store(database), Queries(database)
    first = series("alpha", 2)
    store.store_thread([mined(m, touched=[("folio", "_nr_pages", Access.WRITE)]) for m in first[1:]])
    (row,) = queries.series()
    assert (row.cover, row.complete, row.title) == (None, True, "alpha: part 1")
    answer = letter(
        "ack", ["alpha-0", "alpha-2"], author=REV, hours=5, trailers=(Trailer("Acked-by", str(REV), REV, 0),)
    )
    store.store_thread([Mined(first[0]), Mined(answer)])
    (row,) = queries.series()
    assert (row.cover, row.title, row.total) == ("alpha-0@example.org", "alpha", 2)
    assert row.patches == ((1, "alpha-1@example.org"), (2, "alpha-2@example.org"))
    assert row.base == "b" * 40
    assert dict(row.trailers) == {"Acked-by": 1, "Signed-off-by": 2}
    assert row.fields == ("folio._nr_pages",)
    assert row.last_activity == answer.date
    assert queries.message("ack@example.org").patch_number == 2
    assert queries.series("https://lore.kernel.org/all/ack@example.org/") == (row,)


def test_an_incomplete_series_says_so(database: Database) -> None:
    Store(database).store_thread(
        [Mined(m) for m in series("beta", 3) if not m.message_id.startswith("beta-2")]
    )
    (row,) = Queries(database).series()
    assert (row.complete, row.total, len(row.patches)) == (False, 3, 2)


def test_copies_that_differ_count_once_and_are_remembered(database: Database, tmp_path: Path) -> None:
    plain = letter("a", body="The text.\n")
    footed = replace(
        plain, body="The text.\n_______\nlist footer\n", origin=Origin("other.mbox", "#1", "lkml")
    )
    store = Store(database)
    assert store.store_thread([Mined(plain)]) == 1
    assert store.store_thread([Mined(footed)]) == 0
    assert store.unknown([plain, footed]) == []
    with fresh_database(tmp_path, "reverse.db") as other:
        reverse = Store(other)
        assert reverse.store_thread([Mined(footed)]) == 1
        assert reverse.store_thread([Mined(plain)]) == 0
        assert dump(other) == dump(database)
    assert len(dump(database)["copies"]) == 1


def test_real_mail_replaces_what_was_known_from_quotes(database: Database) -> None:
    quoted = replace(letter("a", body="Only quoted.\n"), quoted_only=True)
    store, queries = Store(database), Queries(database)
    store.store_thread([mined(quoted)])
    store.store_thread([mined(letter("a", body="The whole of it.\n"))])
    found = queries.message("a@example.org")
    assert (found.quoted_only, found.body) == (False, "The whole of it.\n")
    assert queries.counts().claims == 1
    assert [m.message_id for m in queries.search("whole")] == ["a@example.org"]
    assert queries.search("quoted") == ()


def test_states_are_kept_with_their_evidence_and_threads_become_fresh(database: Database) -> None:
    one = mined(letter("a"))
    store, queries = Store(database), Queries(database)
    store.store_thread([one])
    (thread,) = queries.stale_threads()
    evidence = StateEvidence("b@example.org", "Done in v2.", Effect.FIX)
    status = ConcernStatus(one.concerns[0].id, ConcernState.ADDRESSED, (evidence,), "v2", "mm/example.c:7")
    store.save_statuses([status], [thread])
    assert queries.issue(one.concerns[0].id).status == status
    assert queries.stale_threads() == ()
    store.store_thread([Mined(letter("b", ["a"]))])
    assert queries.stale_threads() == (thread,)
    assert queries.issue(one.concerns[0].id).status == status  # until it is computed anew


def test_links_of_series_survive_a_later_answer(database: Database) -> None:
    store, queries = Store(database), Queries(database)
    store.store_thread([Mined(m) for m in series("gamma", 1)])
    (row,) = queries.series()
    store.save_links([SeriesLink(row.id, supersedes="s000000000000", linked_by="manual")])
    store.store_thread([Mined(letter("late", ["gamma-1"], author=REV, hours=9))])
    (row,) = queries.series()
    assert (row.supersedes, row.linked_by) == ("s000000000000", "manual")


def test_positions_are_kept(database: Database) -> None:
    store = Store(database)
    assert store.position("epoch 0") == ""
    store.save_position("epoch 0", "abc")
    store.save_position("epoch 0", "def")
    assert store.position("epoch 0") == "def"


def test_hostile_references_are_bounded(database: Database) -> None:
    many = [f"ghost{n}" for n in range(5000)]
    store = Store(database)
    store.store_thread([Mined(letter("flood", many))])
    assert len(dump(database)["known_ids"]) <= 201
    circle = [Mined(letter("x", ["y"], hours=1)), Mined(letter("y", ["x"], hours=0))]
    store.store_thread(circle)
    assert len(Queries(database).thread("x@example.org")) == 2


def test_a_deep_thread_is_no_trouble(database: Database) -> None:
    deep = [Mined(letter("n0", subject=subject("deep", is_patch=True)))]
    deep += [Mined(letter(f"n{n}", [f"n{n - 1}"], hours=n, author=ADA)) for n in range(1, 3000)]
    Store(database).store_thread(deep)
    tree = Queries(database).thread("n2999@example.org")
    assert tree[-1].level == 2999
    assert Queries(database).message("n2999@example.org").series_id
