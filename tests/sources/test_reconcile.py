"""Pages, quotations and raw mail give one copy of each message, in whichever order they come."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path

import pytest

from tests.parse.pages import samples
from threadmine.db.session import open_database
from threadmine.pipeline import ingest_paths

RAW = {
    "parent.eml": """\
From: Cleo Gamma <cleo@example.org>
Date: Mon, 2 Mar 2026 10:00:00 +0100
Subject: Where the flag lives
Message-ID: <cleo-1@example.org>

The flag lives in the head page.
I have looked at all of the code that reads it, and at the comments above it.
""",
    "middle.eml": """\
From: Bela Beta <bela@example.org>
Date: Tue, 3 Mar 2026 11:00:00 +0100
Subject: Re: Where the flag lives
Message-ID: <bela-2@example.org>
In-Reply-To: <cleo-1@example.org>
References: <cleo-1@example.org>

On 3/2/26 10:00, Cleo Gamma wrote:
> The flag lives in the head page.

Not any more. It was moved when the second page got its own words for that purpose.
""",
    "answer.eml": """\
From: Ann Alpha <ann@example.org>
Date: Tue, 3 Mar 2026 12:00:00 +0100
Subject: Re: Where the flag lives
Message-ID: <ann-3@example.org>
In-Reply-To: <bela-2@example.org>
References: <cleo-1@example.org> <bela-2@example.org>

On 3 Mar 2026, at 11:00, Bela Beta wrote:

> Not any more. It was moved when the second page got its own words for that purpose.

It moved to the second page a year ago, see the log.
""",
}
LONGER = {
    "> Not any more.": (
        "> Not any more. It was moved when the second page got its own words for\n> that purpose."
    ),
    ">> The flag lives in the head page.": (
        ">> The flag lives in the head page.\n"
        ">> I have looked at all of the code that reads it, and at the comments\n>> above it."
    ),
}
PAGE = samples.MAIL_ARCHIVE
for short, whole in LONGER.items():
    PAGE = PAGE.replace(short, whole)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    out = {}
    for name, text in {**RAW, "page.txt": PAGE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        out[name] = str(tmp_path / name)
    return out


def stored(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as connection:
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY 1").fetchall()
            for table, columns in (
                ("messages", "message_id, author_name, in_reply_to, thread_id, quoted_only"),
                ("claims", "id, quote"),
                ("concerns", "id, quote"),
                ("threads", "id, root_id"),
                ("known_ids", "message_id, thread_id"),
            )
        }


def ingest(path: Path, *sources: str) -> dict[str, list[tuple[object, ...]]]:
    for source in sources:
        with open_database(f"sqlite:///{path}") as database:
            assert not ingest_paths(database, [source]).failures
    return stored(path)


def test_a_page_alone_gives_its_message_and_two_stand_ins(tmp_path: Path, files: dict[str, str]) -> None:
    rows = ingest(tmp_path / "a.db", files["page.txt"])["messages"]
    assert sorted((row[1], row[4]) for row in rows) == [("Ann Alpha", 0), ("Bela Beta", 1), ("Cleo Gamma", 1)]
    assert ingest(tmp_path / "a.db", files["page.txt"])["messages"] == rows


@pytest.mark.parametrize("order", list(itertools.permutations([*RAW, "page.txt"])))
def test_every_order_ends_with_the_three_real_mails(
    tmp_path: Path, files: dict[str, str], order: tuple[str, ...]
) -> None:
    rows = ingest(tmp_path / "b.db", *(files[name] for name in order))
    clean = ingest(tmp_path / "clean.db", *(files[name] for name in RAW))
    assert [row[0] for row in rows["messages"]] == [
        "ann-3@example.org",
        "bela-2@example.org",
        "cleo-1@example.org",
    ]
    assert rows == clean


def test_raw_mail_whose_parent_is_missing(tmp_path: Path, files: dict[str, str]) -> None:
    rows = ingest(tmp_path / "c.db", files["answer.eml"])["messages"]
    assert sorted((row[1], row[4]) for row in rows) == [("Ann Alpha", 0), ("Bela Beta", 1)]
    more = ingest(tmp_path / "c.db", files["middle.eml"])["messages"]
    assert sorted((row[1], row[4]) for row in more) == [("Ann Alpha", 0), ("Bela Beta", 0), ("Cleo Gamma", 1)]


def test_a_quotation_makes_no_series(tmp_path: Path, files: dict[str, str]) -> None:
    patch = RAW["answer.eml"].replace("Subject: Re: Where", "Subject: [PATCH v3 2/3] mm: where")
    (tmp_path / "patch.eml").write_text(patch, encoding="utf-8")
    ingest(tmp_path / "d.db", str(tmp_path / "patch.eml"))
    with sqlite3.connect(tmp_path / "d.db") as connection:
        subjects = connection.execute("SELECT subject FROM messages WHERE quoted_only").fetchall()
        heads = connection.execute("SELECT author_name FROM series").fetchall()
    assert subjects == [("Re: [PATCH v3 2/3] mm: where the flag lives",)]
    assert heads == [("Ann Alpha",)]


@pytest.mark.corpus
@pytest.mark.parametrize("pages_first", [False, True])
def test_seeds_that_are_there_as_raw_mail(corpus: Path, tmp_path: Path, pages_first: bool) -> None:
    """The first development family holds what seeds 002 and 004 show: no message and no claim twice."""
    family = [str(corpus / "corpus/dev/mbox/D01-drm-pagemap-thp")]
    pages = sorted(str(p) for p in (corpus / "seeds").iterdir() if p.name[:3] in ("002", "004"))
    alone = ingest(tmp_path / "alone.db", *family)
    both = ingest(tmp_path / "both.db", *(pages + family if pages_first else family + pages))
    assert both == alone
    assert len(both["messages"]) == 90
