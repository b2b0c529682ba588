"""Which concerns were dropped, and in which order they matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from threadmine.model import (
    Concern,
    ConcernKind,
    ConcernState,
    ConcernStatus,
    Effect,
    IssueRow,
    Person,
    StateEvidence,
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
            "Please free the gadget that was allocated in the first loop.",
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


LINE = "v5: the line is unchanged: widget_drop(page);"


def sure(*issues: IssueRow, mails: tuple[StoredMessage, ...] = ()) -> list[str]:
    return [one.row.concern.id for one in dropped(issues, mails, ORDER) if one.sure]


def answer(effect: Effect, by: str = "answer") -> tuple[StateEvidence, ...]:
    return (StateEvidence(f"{by}@example.org", "So it is.", effect),)


def with_evidence(row: IssueRow, *evidence: StateEvidence) -> IssueRow:
    return replace(row, status=replace(row.status, evidence=evidence))


def test_what_can_be_shown_to_be_left_over_comes_first() -> None:
    """The line as it was, or never answered in the version before; an old point without a place is not."""
    other = "Please do not walk the second list before the lock is held."
    found = dropped(
        [issue("vague", series="s1"), issue("stays", other, series="s2", evidence=LINE)], (), ORDER
    )
    assert [(one.row.concern.id, one.sure) for one in found] == [("stays", True), ("vague", False)]
    assert sure(issue("new", series="s4")) == ["new"]


def test_a_line_in_other_surroundings_or_a_patch_that_is_gone_shows_nothing() -> None:
    around = "v5: the line is unchanged, but not what is around it: widget_drop(page);"
    assert sure(issue("q1", series="s2", evidence=around)) == []
    assert sure(issue("q1", series="s4", evidence=f"v5: {PATCH_GONE}")) == []


def test_agreement_is_no_promise() -> None:
    row = issue("q1", state=ConcernState.ACKNOWLEDGED, evidence=f"{NOT_DONE}: {LINE}")
    assert sure(with_evidence(row, *answer(Effect.PROMISE))) == ["q1"]
    assert sure(with_evidence(row, *answer(Effect.AGREE))) == []


def test_who_came_back_to_the_patch_and_did_not_repeat_it_has_let_it_go() -> None:
    asked = replace(mail("q1", "s3", 1, reply=True, day=0), author=RITA)
    again = replace(mail("later", "s4", 1, reply=True, day=8), author=RITA)
    elsewhere = replace(mail("later", "s4", 2, reply=True, day=8), author=RITA)
    row = issue("q1", series="s3", evidence=LINE)
    assert sure(row, mails=(asked, elsewhere)) == ["q1"]
    assert sure(row, mails=(asked, again)) == []


def test_looks_good_settles_what_was_asked_before_it() -> None:
    asked = replace(mail("q1", "s4", 1, reply=True, day=0), author=RITA)
    pleased = replace(mail("fine", "s4", 0, reply=True, day=3), author=RITA, body="This looks good to me.\n")
    half = replace(pleased, body="This looks good to me, but for the lock.\n")
    row = issue("q1", evidence=LINE)
    assert sure(row, mails=(asked, pleased)) == []
    assert sure(row, mails=(asked, half)) == ["q1"]


def test_a_tag_that_an_author_only_carries_along_is_not_given_again() -> None:
    """Rita tagged patch 2 in s2, before she asked on s3: that it stands in s4 and s5 says nothing."""
    given = replace(mail("tag", "s2", 2, tagged=True, reply=True, day=-5), author=RITA)
    asked = replace(mail("q1", "s3", 1, reply=True, day=0), author=RITA)
    carried = mail("p2", "s4", 2, tagged=True, day=4)
    row = issue("q1", series="s3", evidence=LINE)
    assert sure(row, mails=(given, asked, carried)) == ["q1"]
    assert sure(row, mails=(asked, replace(carried, message_id="new@example.org"))) == []


def test_a_person_is_known_under_another_address() -> None:
    asked = replace(mail("q1", "s4", 1, reply=True, day=0), author=RITA)
    tag = Trailer(
        "Acked-by",
        "Rita Reviewer <rita@work.example.org>",
        Person("Rita Reviewer", "rita@work.example.org"),
        0,
    )
    given = replace(mail("tag", "s5", 1, reply=True), trailers=(tag,))
    assert names(issue("q1"), mails=(asked, given)) == []


def test_what_was_said_to_somebody_else_is_not_owed_by_the_author() -> None:
    mia = Person("Mia Maintainer", "mia@example.org")
    proposal = replace(mail("proposal", "s4", 1, reply=True, day=-1), author=mia)
    asked = replace(mail("q1", "s4", 1, reply=True, day=0), author=RITA, in_reply_to="proposal@example.org")
    assert sure(issue("q1"), mails=(proposal, asked)) == []
    assert sure(issue("q1"), mails=(replace(proposal, author=PAUL), asked)) == ["q1"]


def test_remarks_and_nits_are_doubtful() -> None:
    assert sure(issue("q1", "You must have had a long day with these loops.", evidence=LINE)) == []
    assert (
        sure(
            issue(
                "q1", "The second loop is a bit long for my eyes here.", kind=ConcernKind.NIT, evidence=LINE
            )
        )
        == []
    )


def test_a_dispute_is_left_over_where_the_asker_had_the_last_word() -> None:
    asked = replace(mail("q1", "s4", 1, reply=True, day=0), author=RITA)
    last = replace(mail("last", "s4", 1, reply=True, day=1), author=RITA)
    row = issue("q1", state=ConcernState.DISPUTED, evidence=LINE)
    assert sure(with_evidence(row, *answer(Effect.DISAGREE)), mails=(asked,)) == []
    both = (*answer(Effect.DISAGREE), *answer(Effect.DISAGREE, by="last"))
    assert sure(with_evidence(row, *both), mails=(asked, last)) == ["q1"]


def test_a_question_that_leads_up_to_a_request_goes_with_it() -> None:
    ask = "Please write down why both may be in use at once."
    first = issue(
        "q1", "Can both of them be in use at the same time?", kind=ConcernKind.QUESTION, evidence=LINE
    )
    then = issue("q2", ask, state=ConcernState.ADDRESSED)
    below = replace(then, concern=replace(then.concern, message_id="q1@example.org", start=100, end=140))
    assert sure(first, then) == ["q1"]
    assert sure(first, below) == []


def test_a_promise_outlives_a_tag_that_was_given_with_the_ask() -> None:
    tagged = replace(mail("q1", "s4", 1, tagged=True, reply=True, day=0), author=RITA)
    row = issue("q1", state=ConcernState.ACKNOWLEDGED, evidence=f"{NOT_DONE}: {LINE}")
    assert sure(with_evidence(row, *answer(Effect.PROMISE)), mails=(tagged,)) == ["q1"]
    assert sure(with_evidence(row, *answer(Effect.FIX)), mails=(tagged,)) == []


def test_who_says_that_it_was_ignored_has_not_let_it_go() -> None:
    asked = replace(mail("q1", "s2", 1, reply=True, day=0), author=RITA)
    again = replace(
        mail("again", "s4", 1, reply=True, day=8), author=RITA, body="You ignored my comment on v2.\n"
    )
    row = issue("q1", series="s2")
    assert sure(row, mails=(asked, replace(again, body="Nice work.\n"))) == []
    (one,) = dropped([row], (asked, again), ORDER)
    assert one.sure
    assert "its asker said that it was ignored" in one.reasons
    elsewhere = replace(again, subject="Re: [PATCH 2/2] mm: widgets 2", patch_number=2)
    assert sure(row, mails=(asked, elsewhere)) == []
