"""The same mail in any order, in any portions, gives the same rows."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.letters import ADA, REV, dump, fresh_database, letter, mined, series, subject
from threadmine import pipeline
from threadmine.db.store import Store
from threadmine.model import Access, Message, Mined, Origin, VerdictKind

NAMES = [f"m{n}" for n in range(8)]

subjects = st.one_of(
    st.none(),
    st.builds(
        subject,
        st.sampled_from(["alpha", "beta"]),
        st.sampled_from([None, 0, 1, 2]),
        st.just(2),
        st.sampled_from([1, 2]),
        is_patch=st.just(True),
    ),
)

messages = st.builds(
    lambda name, refs, subject_, body, hours, author, place, quoted: replace(
        letter(name, refs, subject=subject_, body=body, hours=hours, author=author, origin=place),
        quoted_only=quoted,
    ),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from([*NAMES, "ghost1", "ghost2"]), max_size=3),
    subjects,
    st.sampled_from(["First text, rather long.\n", "Other text, rather long.\n"]),
    st.sampled_from([0, 1, 2, None]),
    st.sampled_from([ADA, REV]),
    st.sampled_from([Origin("a.mbox", "#1", "linux-mm"), Origin("b.mbox", "#1", "lkml")]),
    st.booleans(),
)


def found_in(message: Message) -> Mined:
    """Mined by hand; what is found depends on the message's text."""
    verdict = VerdictKind.REFUTED if "Other" in message.body else VerdictKind.CONFIRMED
    touched = [("folio", "_nr_pages", Access.WRITE), ("page", "flags.f", Access.READ)]
    return mined(message, verdict=verdict, touched=touched if message.subject.is_patch else ())


def stored(portions: list[list[Message]]) -> dict[str, list[tuple[object, ...]]]:
    folder = Path(mkdtemp(prefix="threadmine-test-"))
    try:
        with fresh_database(folder) as database:
            store = Store(database)
            for portion in portions:
                store.store_thread([found_in(message) for message in portion])
            return dump(database)
    finally:
        shutil.rmtree(folder)


@settings(max_examples=120, deadline=None)
@given(st.lists(messages, min_size=1, max_size=9), st.randoms(use_true_random=False), st.integers(1, 4))
def test_any_order_and_any_portions_give_the_same_rows(
    mails: list[Message], chance: random.Random, size: int
) -> None:
    expected = stored([mails])
    shuffled = [*mails]
    chance.shuffle(shuffled)
    portions = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    assert stored(portions) == expected
    assert stored([*portions, mails]) == expected


def test_series_and_answers_in_a_hundred_orders(tmp_path: Path) -> None:
    mails = [*series("alpha", 3), *series("beta", 2, version=2, refs=["alpha-0"], hours=30)]
    mails += [
        letter("why", ["alpha-0", "alpha-2"], author=REV, hours=4),
        letter("because", ["alpha-0", "alpha-2", "why"], hours=5),
        letter("lost", ["unseen", "because"], author=REV, hours=6),
        letter("stray", ["nowhere"], hours=7),
    ]
    chance = random.Random(7)
    expected = stored([mails])
    for _ in range(100):
        chance.shuffle(mails)
        cut = chance.randrange(1, len(mails))
        assert stored([mails[:cut], mails[cut:]]) == expected


def test_the_pipeline_gives_the_same_whatever_the_batches(tmp_path: Path, monkeypatch: object) -> None:
    mails = [mail for n in range(12) for mail in series(f"s{n}", 3, hours=n)]
    mails += [letter(f"r{n}", [f"s{n}-0", f"s{n}-1"], author=REV, hours=40 + n) for n in range(12)]
    dumps = []
    for number, chance in enumerate((random.Random(1), random.Random(2), random.Random(3))):
        chance.shuffle(mails)
        with fresh_database(tmp_path, f"{number}.db") as database:
            for start in range(0, len(mails), 7 + number):
                pipeline.ingest_messages(database, mails[start : start + 7 + number], miner=found_in)
            dumps.append(dump(database))
    assert dumps[0] == dumps[1] == dumps[2]
