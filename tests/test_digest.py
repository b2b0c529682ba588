"""The digest over a small archive mined by hand: what stands where, as it was known at the time."""

from __future__ import annotations

import email
import email.policy
import json
import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests import world
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.digest import Digest, Scope, digest
from threadmine.digest.feeds import atom_lines, mail, mbox_lines, xml_text
from threadmine.digest.layout import blocks
from threadmine.digest.maintainers import matches, subsystem_patterns
from threadmine.digest.markup import html_lines, markdown_lines, markdown_text
from threadmine.digest.plain import COLUMNS, plain_lines
from threadmine.digest.records import digest_records
from threadmine.errors import NotFoundError, UsageError
from threadmine.query.when import parse_week
from threadmine.render.records import document


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    path = world.make(tmp_path_factory.mktemp("world") / "world.db")
    with open_database(path, readonly=True) as database:
        yield Queries(database)


def week(queries: Queries, name: str, scope: Scope | None = None, weeks: int = 26) -> Digest:
    return digest(queries, *parse_week(name), scope, timedelta(weeks=weeks))


def quotes(points: object) -> list[str]:
    return [point.row.concern.quote for point in points]  # type: ignore[attr-defined]  # points of a digest


def test_a_week_knows_nothing_of_later_ones(queries: Queries) -> None:
    found = week(queries, "2026-W03")
    assert [item.row.version for item in found.series] == [1]
    assert quotes(found.promised) == ["Please drop the cast here."]  # v2, which fixes it, comes in W06
    assert quotes(found.unanswered) == ["Why is this cleared in every page?"]
    assert not found.fixed and not found.dropped
    assert [topic.about for topic in found.decisions] == [("folio.pgmap",)]


def test_states_go_back_to_the_last_words_said(queries: Queries) -> None:
    day = datetime(2026, 1, 14, tzinfo=UTC)
    found = digest(queries, day - timedelta(days=1), day)
    assert quotes(found.unanswered) == ["Why is this cleared in every page?", "Please drop the cast here."]
    found = digest(queries, day, day + timedelta(days=2))
    assert quotes(found.decisions[0].points) == ["I object to setting pgmap in the loop."]
    assert found.decisions[0].points[0].state.value == "open"  # the refusal comes on the 16th
    assert found.decisions[0].points[0].is_new


def test_a_new_version_is_set_against_the_one_before(queries: Queries) -> None:
    found = week(queries, "2026-W06")
    (series,) = found.series
    assert [(change.member, change.before, change.after) for change in series.changed] == [
        ("folio.pgmap", "+W", ""),
        ("page.compound_head", "-R", ""),
        ("page.memcg_data", "", "+W"),
    ]
    assert series.unanswered == () and quotes(series.points) == ["What about order 0 folios?"]
    assert quotes(found.dropped) == ["Why is this cleared in every page?"]
    assert quotes(found.fixed) == ["Please drop the cast here."]
    assert quotes(found.decisions[0].points) == ["I object to setting pgmap in the loop."]


def test_statements_are_sorted_by_what_they_are_worth(queries: Queries) -> None:
    found = week(queries, "2026-W06")
    assert [item.row.claim.quote for item in found.wrong] == ["prep_compound_head() handles order 0 as well."]
    assert not found.wrong[0].is_new
    assert [item.row.claim.quote for item in found.plans] == ["Later the memdesc will hold the flags."]
    confirmed = [item for item in found.series[0].statements if item.row.verdict.kind.value == "confirmed"]
    assert len(confirmed) == 1 and not confirmed[0].is_new  # said in v1 already


def test_threads_that_moved_are_told(queries: Queries) -> None:
    (talk,) = week(queries, "2026-W06").talks  # the others bring a new version
    assert talk.message_id == "evil@example.org" and talk.raised == 1
    day = datetime(2026, 1, 15, tzinfo=UTC)
    (talk,) = digest(queries, day, day + timedelta(days=2)).talks
    assert (
        talk.title == "[PATCH 2/2] mm: set pgmap early"
        and talk.messages == 2
        and talk.about == ("folio.pgmap",)
    )
    assert [person.display for person in talk.people] == ["Max Maintainer", "Ada Author"]


def test_debts_name_who_promised_and_who_was_asked(queries: Queries) -> None:
    (debt,) = week(queries, "2026-W03").debts
    assert debt.person.display == "Ada Author"
    assert quotes(debt.promised) == ["Please drop the cast here."]
    assert quotes(debt.asked) == ["Why is this cleared in every page?"]


def test_what_nobody_raised_is_told(queries: Queries) -> None:
    assert [row.finding.rule for row in week(queries, "2026-W03").findings] == ["narrow-store"]
    assert not week(queries, "2026-W06").findings
    text = "\n".join(plain_lines(week(queries, "2026-W03")))
    assert "Seen in patches, raised by nobody" in text and "`folio->_nr_pages = 0;`" in text


def test_gaps_are_told(queries: Queries) -> None:
    gaps = week(queries, "2026-W06").gaps
    assert [row.version for row in gaps.incomplete] == [2] and gaps.headless == 1
    text = "\n".join(plain_lines(week(queries, "2026-W06")))
    assert "[v2] mm: rework device page setup: 1 of 2 patches" in text


def test_the_horizon_leaves_out_what_stood_still(queries: Queries) -> None:
    assert week(queries, "2026-W30", weeks=4).older_threads == 0
    assert week(queries, "2026-W20", weeks=26).older_threads > 0


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(list_name="linux-mm"), 4),
        (Scope(list_name="netdev"), 0),
        (Scope(field="pgmap"), 1),
        (Scope(field="folio._nr_pages"), 2),
        (Scope(person="max@"), 1),
        (Scope(subsystem="X", paths=("mm/",)), 4),
        (Scope(subsystem="X", paths=("net/",)), 0),
    ],
)
def test_scopes_cut_down(queries: Queries, scope: Scope, expected: int) -> None:
    found = week(queries, "2026-W06", scope)
    total = [
        *found.unanswered,
        *found.dropped,
        *(point for topic in found.decisions for point in topic.points),
    ]
    assert len(total) == expected


def test_the_same_question_has_the_same_answer(queries: Queries) -> None:
    first, second = (list(plain_lines(week(queries, "2026-W06"))) for _ in range(2))
    assert first == second


def test_plain_text_fits_a_mailing_list(queries: Queries) -> None:
    lines = list(plain_lines(week(queries, "2026-W06")))
    assert all(len(line) <= COLUMNS or line.startswith("[") for line in lines)
    assert lines[0] == "threadmine digest, week 2026-W06 (2026-02-02 to 2026-02-08)"
    assert "[1] https://lore.kernel.org/all/v2-0@example.org/" in lines
    assert any(line.startswith("  - NEW Rev Viewer on folio._nr_pages:") for line in lines)


def test_every_matter_links_to_its_message(queries: Queries) -> None:
    for block in blocks(week(queries, "2026-W06")):
        if block.id[:1] in ("q", "c"):
            assert block.link.startswith("https://lore.kernel.org/all/")


class Elements(HTMLParser):
    """Collects elements and attributes; complains of unbalanced ones."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_runs_nothing_and_loads_nothing(queries: Queries) -> None:
    page = Elements()
    page.feed("\n".join(html_lines(week(queries, "2026-W06"))))
    page.close()
    assert not page.open
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "h2",
        "p",
        "ul",
        "li",
        "a",
        "code",
        "span",
    }
    assert {tag for tag, _ in page.seen} <= allowed
    for tag, attributes in page.seen:
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        if tag == "a":
            assert (attributes["href"] or "").startswith("https://lore.kernel.org/")


def test_markdown_shows_hostile_text_as_it_is(queries: Queries) -> None:
    text = "\n".join(markdown_lines(week(queries, "2026-W06")))
    assert r"\<img src=x onerror=alert\(2\)\>" in text and "<img" not in text.replace(r"\<img", "")
    assert markdown_text("1. [x](y)") == r"1\. \[x\]\(y\)"
    assert markdown_text("- a") == r"\- a"


def test_atom_is_well_formed(queries: Queries) -> None:
    found = week(queries, "2026-W06")
    feed = ElementTree.fromstring("\n".join(atom_lines(found)).encode())
    name = "{http://www.w3.org/2005/Atom}"
    assert feed.tag == f"{name}feed"
    assert feed.findtext(f"{name}updated") == "2026-02-09T00:00:00Z"
    other = ElementTree.fromstring("\n".join(atom_lines(week(queries, "2026-W03"))).encode())
    assert feed.findtext(f"{name}id") == other.findtext(f"{name}id")
    entry = f"{name}entry/{name}id"
    assert feed.findtext(entry) != other.findtext(entry)
    assert xml_text("a\x00\ufffe\x0bb") == "ab"


def test_mbox_holds_one_plain_message(queries: Queries, tmp_path: Path) -> None:
    found = week(queries, "2026-W06")
    path = tmp_path / "digest.mbox"
    path.write_text("\n".join(mbox_lines(found, "Ada Author <ada@example.org>", ["list@example.org"])) + "\n")
    box = mailbox.mbox(str(path))
    assert len(box) == 1
    message = email.message_from_bytes(bytes(box[0]), policy=email.policy.default)
    assert message["From"] == "Ada Author <ada@example.org>" and message["To"] == "list@example.org"
    assert message["Subject"] == "threadmine digest, week 2026-W06 (2026-02-02 to 2026-02-08)"
    body = message.get_content()
    assert body.replace("\r\n", "\n").splitlines() == [*plain_lines(found)]
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip


@pytest.mark.parametrize("sender", ["", "nobody", "a@example.org\nBcc: x@example.org", "<@example.org>"])
def test_senders_that_are_none_are_refused(queries: Queries, sender: str) -> None:
    with pytest.raises(UsageError):
        mail(week(queries, "2026-W06"), sender)


def test_json_has_the_sections(queries: Queries) -> None:
    items = json.loads(document(digest_records(week(queries, "2026-W06"))))["items"]
    sections = [item["section"] for item in items if item["section"] != "talk"]
    assert sections == ["head", "series", "decision", "wrong", "plan", "unanswered", "unanswered", "dropped",
                        "settled", "debt", "gaps"]  # fmt: skip
    assert items[0]["since"] == "2026-02-02T00:00:00+00:00"
    assert items[1]["changed"][0] == {"member": "folio.pgmap", "before": "+W", "after": None}


MAINTAINERS = """\
Maintainers List
----------------

MEMORY MANAGEMENT - CORE
M:\tMax Maintainer <max@example.org>
F:\tmm/memory.c
F:\tinclude/linux/mm*.h

NETWORKING
F:\tnet/
F:\tdrivers/*/phy/
"""


def test_maintainers_patterns() -> None:
    patterns = subsystem_patterns(MAINTAINERS, "memory management - core")
    assert patterns == ("mm/memory.c", "include/linux/mm*.h")
    assert matches("include/linux/mm_types.h", patterns) and not matches("include/linux/x/mm.h", patterns)
    deep = subsystem_patterns(MAINTAINERS, "NETWORKING")
    assert matches("net/core/dev.c", deep) and matches("drivers/net/phy/a.c", deep)
    assert not matches("drivers/net/x/phy/a.c", deep) and not matches("net", deep)
    with pytest.raises(NotFoundError, match="NETWORKING"):
        subsystem_patterns(MAINTAINERS, "networkin")
