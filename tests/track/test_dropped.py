"""Which concerns were dropped, and in which order they matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from threadmine.model import (
    Concern,
    ConcernKind,
    ConcernState,
    ConcernStatus,
    IssueRow,
    Person,
    StoredMessage,
    Trailer,
)
from threadmine.track.dropped import dropped
from threadmine.track.follow import NOT_DONE, PATCH_GONE

RITA = Person("Rita Reviewer", "rita@example.org")
PAUL = Person("Paul Poster", "paul@example.org")
START = datetime(2025, 2, 3, tzinfo=UTC)
ORDER = ["s1", "s2", "s3", "s4", "s5"]


def issue(
    name: str,
    quote: str = "Please take the widget lock around the whole walk of the list.",
    series: str = "s4",
    state: ConcernState = ConcernState.OPEN,
    kind: ConcernKind = ConcernKind.REQUEST,
    evidence: str = "",
    severity: str = "",
    triage: str = "",
    author: Person = RITA,
) -> IssueRow:
    concern = Concern(name, f"{name}@example.org", author, START, quote, 0, len(quote), kind)
    status = ConcernStatus(name, state, addressed_evidence=evidence)
    return IssueRow(
        concern, status, "Re: [PATCH 1/2] mm: widgets", series, "widgets", int(series[1:]), "1/2",
        severity=severity, triage=triage, waits_for=None if author is PAUL else PAUL,
    )  # fmt: skip


def mail(
    name: str, series: str, number: int, tagged: bool = False, reply: bool = False, day: int = 9
) -> StoredMessage:
    tag = Trailer("Reviewed-by", "Rita Reviewer <rita@example.org>", RITA, 0)
    prefix = "Re: " if reply else ""
    return StoredMessage(
        f"{name}@example.org", "t", None, f"{prefix}[PATCH {number}/2] mm: widgets {number}", PAUL,
        START + timedelta(days=day), "linux-mm", not reply, "", series, number, (tag,) if tagged else (),
    )  # fmt: skip


def names(*issues: IssueRow, mails: tuple[StoredMessage, ...] = ()) -> list[str]:
    return [one.row.concern.id for one in dropped(issues, mails, ORDER)]


def test_only_what_is_open_on_earlier_versions_is_dropped() -> None:
    settled = [
        issue(state.value, state=state)
        for state in (ConcernState.ANSWERED, ConcernState.ADDRESSED, ConcernState.WITHDRAWN)
    ]
    assert names(issue("q1"), issue("q2", series="s5"), *settled) == ["q1"]


def test_what_matters_comes_first() -> None:
    words = "An entirely other remark on the order of these two calls here."
    found = names(
        issue(
            "gone",
            "A third remark that speaks of gadgets and their colour only.",
            evidence=f"v5: {PATCH_GONE}",
        ),
        issue("plain"),
        issue("wrong", words, severity="refuted-claim"),
        issue(
            "promised",
            "Nobody frees the gadget that was allocated in the first loop.",
            state=ConcernState.ACKNOWLEDGED,
            evidence=f"{NOT_DONE}: v5: the line is unchanged: x();",
        ),
    )
    assert found == ["wrong", "promised", "plain", "gone"]


def test_the_same_point_again_is_one_issue_that_weighs_more() -> None:
    (one,) = dropped([issue("q1", series="s2"), issue("q2", series="s4")], (), ORDER)
    assert one.row.concern.id == "q2"
    assert one.places == ("q1@example.org", "q2@example.org")
    assert "asked 2 times" in one.reasons


def test_old_points_that_nobody_repeats_come_later() -> None:
    other = "The second loop should not look at pages that are gone already."
    assert names(issue("old", series="s1"), issue("new", other, series="s4")) == ["new", "old"]


def test_what_the_author_asks_is_not_dropped() -> None:
    assert names(issue("q1", author=PAUL)) == []


def test_triage_sets_aside() -> None:
    assert names(issue("q1", triage="closed; assigned to Ada")) == []
    assert names(issue("q1", triage="assigned to Ada")) == ["q1"]


def test_a_later_tag_on_the_same_patch_settles_it() -> None:
    asked = replace(mail("q1", "s4", 1, reply=True, day=0), author=RITA)
    assert names(issue("q1"), mails=(asked, mail("tag", "s5", 1, tagged=True, reply=True))) == []
    assert names(issue("q1"), mails=(asked, mail("tag", "s4", 2, tagged=True, reply=True))) == ["q1"]


def test_one_who_tagged_most_of_the_newest_version_is_content_but_for_promises() -> None:
    mails = (mail("p1", "s5", 1), mail("p2", "s5", 2, tagged=True))
    assert names(issue("q1"), mails=mails) == []
    promised = issue(
        "q1", state=ConcernState.ACKNOWLEDGED, evidence=f"{NOT_DONE}: v5: the line is unchanged: x();"
    )
    assert names(promised, mails=mails) == ["q1"]
