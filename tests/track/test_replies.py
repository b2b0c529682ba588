"""What replies do to a concern, in threads of our own writing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from threadmine.model import Concern, ConcernKind, ConcernState, ConcernStatus, Effect, Person, StoredMessage
from threadmine.track.replies import statuses

RITA = Person("Rita Reviewer", "rita@example.org")
PAUL = Person("Paul Poster", "paul@example.org")
ASK = "Shouldn't the count be cleared under the lock?"
START = datetime(2025, 2, 3, tzinfo=UTC)


def mail(name: str, author: Person, body: str, parent: str | None, hours: int) -> StoredMessage:
    return StoredMessage(
        message_id=f"{name}@example.org",
        thread_id="t1",
        in_reply_to=f"{parent}@example.org" if parent else None,
        subject="Re: [PATCH 1/2] mm: widgets",
        author=author,
        date=START + timedelta(hours=hours),
        list_name="linux-mm",
        has_patch=False,
        body=body,
    )


def concern_in(body: str, quote: str = ASK, kind: ConcernKind = ConcernKind.REQUEST) -> Concern:
    start = body.index(quote)
    return Concern("q1", "ask@example.org", RITA, START, quote, start, start + len(quote), kind)


def status_after(*replies: tuple[Person, str], kind: ConcernKind = ConcernKind.REQUEST) -> ConcernStatus:
    """The state after replies that each quote the concern and add a text."""
    body = f"Hi,\n\n> +	count = 0;\n\n{ASK}\n"
    mails = [mail("ask", RITA, body, None, 0)]
    for at, (author, text) in enumerate(replies, 1):
        parent = "ask" if at == 1 else f"r{at - 1}"
        mails.append(mail(f"r{at}", author, f"On Monday somebody wrote:\n> {ASK}\n\n{text}\n", parent, at))
    (status,) = statuses(mails, [concern_in(body, kind=kind)])
    return status


CASES = [
    ("Ok.", ConcernKind.REQUEST, ConcernState.ACKNOWLEDGED, Effect.AGREE),
    ("Good point, thanks.", ConcernKind.REQUEST, ConcernState.ACKNOWLEDGED, Effect.AGREE),
    ("Will do in v2.", ConcernKind.REQUEST, ConcernState.ACKNOWLEDGED, Effect.PROMISE),
    ("I'll move it below the lock.", ConcernKind.OBJECTION, ConcernState.ACKNOWLEDGED, Effect.PROMISE),
    ("No, the caller holds it.", ConcernKind.REQUEST, ConcernState.DISPUTED, Effect.DISAGREE),
    ("I don't think that is needed.", ConcernKind.OBJECTION, ConcernState.DISPUTED, Effect.DISAGREE),
    ("No, the caller holds it.", ConcernKind.QUESTION, ConcernState.ANSWERED, Effect.DISAGREE),
    ("The caller holds it all the time.", ConcernKind.QUESTION, ConcernState.ANSWERED, Effect.ANSWER),
    ("I'll move it below the lock.", ConcernKind.QUESTION, ConcernState.ACKNOWLEDGED, Effect.PROMISE),
    ("I will take a closer look at that.", ConcernKind.REQUEST, ConcernState.ACKNOWLEDGED, Effect.DEFER),
    ("I'll be unable to document that.", ConcernKind.REQUEST, ConcernState.DISPUTED, Effect.DISAGREE),
    ("Let him answer that, he wrote the helper.", ConcernKind.QUESTION, ConcernState.OPEN, Effect.REDIRECT),
]


@pytest.mark.parametrize(("text", "kind", "state", "effect"), CASES)
def test_an_answer_moves_a_concern(text: str, kind: ConcernKind, state: ConcernState, effect: Effect) -> None:
    status = status_after((PAUL, text), kind=kind)
    assert status.state is state
    assert [(one.effect, one.quote) for one in status.evidence] == [(effect, text)]


def test_without_a_reply_it_is_open() -> None:
    assert status_after().state is ConcernState.OPEN


def test_agreement_alone_is_never_addressed() -> None:
    status = status_after((PAUL, "Yes, you are right. Fixed."))
    assert (status.state, status.addressed_in) == (ConcernState.ACKNOWLEDGED, "")


def test_the_asker_can_give_in() -> None:
    status = status_after((PAUL, "No, the caller holds it."), (RITA, "Ah, makes sense, never mind."))
    assert status.state is ConcernState.WITHDRAWN


def test_the_asker_can_insist() -> None:
    first = "The order of the two is the same as in the old code."
    status = status_after((PAUL, first), (RITA, "I don't think so."), kind=ConcernKind.OBJECTION)
    assert status.state is ConcernState.DISPUTED


def test_thanks_of_the_asker_leave_a_promise_as_it_is() -> None:
    status = status_after((PAUL, "Will fix."), (RITA, "Great, thanks."))
    assert status.state is ConcernState.ACKNOWLEDGED


def test_only_the_text_under_the_quotation_counts() -> None:
    body = f"> +	count = 0;\n\n{ASK}\n\n> +	other();\n\nThis looks odd to me.\n"
    reply = f"> {ASK}\n\nNo, the caller holds it.\n\n> This looks odd to me.\n\nWill rename it.\n"
    mails = [mail("ask", RITA, body, None, 0), mail("r1", PAUL, reply, "ask", 1)]
    first = concern_in(body)
    second = concern_in(body, "This looks odd to me.", ConcernKind.OBJECTION)
    states = [status.state for status in statuses(mails, [first, second])]
    assert states == [ConcernState.DISPUTED, ConcernState.ACKNOWLEDGED]


def test_a_rewrapped_quotation_is_the_same() -> None:
    body = f"{ASK}\n"
    reply = "> > Shouldn't the count be\n> > cleared  under\n> > the lock?\n\nYes.\n"
    mails = [mail("ask", RITA, body, None, 0), mail("r1", PAUL, reply, "ask", 1)]
    (status,) = statuses(mails, [concern_in(body)])
    assert status.state is ConcernState.ACKNOWLEDGED


def test_a_quotation_cut_behind_the_concern_still_answers_it() -> None:
    body = f"{ASK} The second walk would then find what the first one has left over, I am afraid.\n"
    reply = "> find what the first one has left over, I am afraid.\n\nRight, I'll change it.\n"
    mails = [mail("ask", RITA, body, None, 0), mail("r1", PAUL, reply, "ask", 1)]
    (status,) = statuses(mails, [concern_in(body)])
    assert status.state is ConcernState.ACKNOWLEDGED


def test_other_branches_of_the_thread_have_no_say() -> None:
    body = f"{ASK}\n"
    mails = [
        mail("top", PAUL, "A patch.", None, 0),
        mail("ask", RITA, body, "top", 1),
        mail("else", PAUL, f"> {ASK}\n\nNo.\n", "top", 2),
    ]
    (status,) = statuses(mails, [concern_in(body)])
    assert status.state is ConcernState.OPEN


def test_robots_do_not_answer() -> None:
    from dataclasses import replace

    body = f"{ASK}\n"
    robot = replace(
        mail("r1", Person("bot", "bot@example.org"), f"> {ASK}\n\nNo.\n", "ask", 1), bot="a robot"
    )
    (status,) = statuses([mail("ask", RITA, body, None, 0), robot], [concern_in(body)])
    assert status.state is ConcernState.OPEN


def test_a_ring_of_replies_ends() -> None:
    body = f"{ASK}\n"
    one = mail("ask", RITA, body, "r1", 0)
    other = mail("r1", PAUL, f"> {ASK}\n\nSure.\n", "ask", 1)
    (status,) = statuses([one, other], [concern_in(body)])
    assert status.state is ConcernState.ACKNOWLEDGED


def test_a_question_that_only_wants_to_know_is_answered_by_a_promise_too() -> None:
    body = "Hi,\n\n> +\tcount = 0;\n\nWhich lock protects the count here?\n"
    ask = mail("ask", RITA, body, None, 0)
    reply = mail(
        "r1", PAUL, "> Which lock protects the count here?\n\nI'll write that down in v2.\n", "ask", 1
    )
    concern = concern_in(body, "Which lock protects the count here?", ConcernKind.QUESTION)
    (status,) = statuses([ask, reply], [concern])
    assert status.state is ConcernState.ANSWERED


def test_the_asker_may_say_that_it_is_not_important() -> None:
    status = status_after((PAUL, "No, the caller holds it."), (RITA, "It is no big deal."))
    assert status.state is ConcernState.WITHDRAWN


POINTS = ["Please drop the second check.", "Why is the order passed in?"]
WHOLE = [
    ("Thanks! I'll address all of these in v2.", [ConcernState.ACKNOWLEDGED] * 2),
    ("I did not have the time for each comment.", [ConcernState.OPEN] * 2),
    (
        "> Please drop the second check.\n\nNo, the others need it.\n",
        [ConcernState.DISPUTED, ConcernState.OPEN],
    ),
    (
        "> Please drop the second check.\n\nNo, the others need it. I'll fix the rest.\n",
        [ConcernState.DISPUTED, ConcernState.ACKNOWLEDGED],
    ),
    ("It works on my machine.", [ConcernState.OPEN] * 2),
]


@pytest.mark.parametrize(("reply", "states"), WHOLE)
def test_a_promise_for_all_points_counts_for_each(reply: str, states: list[ConcernState]) -> None:
    body = "Hi,\n\n> +	count = 0;\n\n" + "\n\n> +	order = 1;\n\n".join(POINTS) + "\n"
    concerns = [
        Concern(
            f"q{at}",
            "ask@example.org",
            RITA,
            START,
            quote,
            body.index(quote),
            body.index(quote) + len(quote),
            kind,
        )
        for at, (quote, kind) in enumerate(
            zip(POINTS, (ConcernKind.REQUEST, ConcernKind.QUESTION), strict=True)
        )
    ]
    mails = [mail("ask", RITA, body, None, 0), mail("r1", PAUL, reply + "\n", "ask", 1)]
    assert [status.state for status in statuses(mails, concerns)] == states


def test_an_answer_without_a_quotation_is_to_the_only_point() -> None:
    body = "> +	count = 0;\n\nWhat protects the list?\n"
    concern = concern_in(body, "What protects the list?", ConcernKind.QUESTION)
    mails = [mail("ask", RITA, body, None, 0), mail("r1", PAUL, "The lock of the pool does.\n", "ask", 1)]
    (status,) = statuses(mails, [concern])
    assert status.state is ConcernState.ANSWERED
