"""Signs that a version did what was asked, each in patches and sentences of our own writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from threadmine.model import (
    Concern,
    ConcernKind,
    ConcernState,
    ConcernStatus,
    Effect,
    Person,
    StateEvidence,
    StoredMessage,
    Trailer,
)
from threadmine.track.asked import read_asked
from threadmine.track.changelog import Change
from threadmine.track.follow import follow
from threadmine.track.patches import PatchText, read_patch
from threadmine.track.series import amended
from threadmine.track.versiontext import VersionText

RITA = Person("Rita Reviewer", "rita@example.org")
PAUL = Person("Paul Poster", "paul@example.org")
START = datetime(2025, 2, 3, tzinfo=UTC)
ASKED_AT = START + timedelta(hours=1)


def mail(
    name: str, body: str, subject: str = "[PATCH 1/2] mm: count widgets", days: int = 0
) -> StoredMessage:
    return StoredMessage(
        message_id=f"{name}@example.org",
        thread_id="t",
        in_reply_to=None,
        subject=subject,
        author=PAUL,
        date=START + timedelta(days=days),
        list_name="linux-mm",
        has_patch="diff --git" in body,
        body=body,
        patch_number=1,
    )


def patch_body(
    *lines: str,
    message: str = "Widgets are counted.",
    function: str = "widget_reset",
    path: str = "mm/widget.c",
) -> str:
    """A patch in one function; lines come with their diff marks."""
    added = sum(line.startswith("+") for line in lines)
    removed = sum(line.startswith("-") for line in lines)
    kept = len(lines) - added - removed
    return (
        f"{message}\n\nSigned-off-by: Paul Poster <paul@example.org>\n---\n"
        f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n"
        f"@@ -10,{3 + removed + kept} +10,{3 + added + kept} @@ static int widget_first(void)\n"
        f" static void {function}(struct page *page)\n {{\n" + "\n".join(lines) + "\n }\n"
    )


def patch(name: str, *lines: str, title: str = "count widgets", **rest: str) -> PatchText:
    found = read_patch(mail(name, patch_body(*lines, **rest), f"[PATCH 1/2] mm: {title}"))
    assert found is not None
    return found


def version(number: int, *patches: PatchText, changes: tuple[Change, ...] = ()) -> VersionText:
    return VersionText(f"v{number}", START + timedelta(days=number), patches, changes)


def after(
    old: PatchText,
    above: str,
    text: str,
    *later: VersionText,
    below: str = "",
    kind: ConcernKind = ConcernKind.REQUEST,
    state: ConcernState = ConcernState.ACKNOWLEDGED,
    effect: Effect = Effect.PROMISE,
    file: str = "",
    about: str = "",
) -> ConcernStatus:
    """What the later versions make of a concern raised under the quoted lines ``above``."""
    quoted = "".join(f"> {line}\n" for line in above.split("\n"))
    body = f"{quoted}\n{text}\n\n{below}"
    raised = replace(mail("r", body), author=RITA, has_patch=False)
    start = body.index(text)
    concern = Concern(
        "q1", "r@example.org", RITA, ASKED_AT, text, start, start + len(text), kind,
        about_text=" ".join(above.split()), about_file=file,
        targets=(about,) if about else (),
    )  # fmt: skip
    status = ConcernStatus("q1", state, (StateEvidence("a@example.org", "Will do.", effect),))
    versions = (VersionText("v1", START, (old,)), *later)
    return follow(concern, status, read_asked(concern, raised), old.message_id, versions)


COUNT = "+\tpage->widget_count = 0;"
DROP = "+\twidget_drop_all(page);"


def test_a_removed_line_is_followed_too() -> None:
    """The quotation has no header: the answered patch itself says where the line stands."""
    old = patch("p1", "-\twidget_lock_all(page);", DROP)
    text = "Please keep this."
    kept = after(old, "-\twidget_lock_all(page);", text, version(2, patch("p2", DROP)))
    assert kept.addressed_in == "v2"
    assert kept.addressed_evidence == "v2: the line is changed or gone: -widget_lock_all(page);"
    same = after(old, "-\twidget_lock_all(page);", text, version(2, patch("p2", "-\twidget_lock_all(page);")))
    assert same.state is ConcernState.ACKNOWLEDGED
    assert "unchanged: -widget_lock_all(page);" in same.addressed_evidence


def test_the_evidence_shows_the_line_that_took_its_place() -> None:
    new = version(2, patch("p2", "+\tpage->widget_count = WIDGET_NONE;", DROP))
    found = after(patch("p1", COUNT, DROP), COUNT, "Zero is a valid count.", new)
    assert found.addressed_evidence == (
        "v2: the line is changed or gone: page->widget_count = 0;; now: page->widget_count = WIDGET_NONE;"
    )


def test_a_lost_semicolon_is_no_change() -> None:
    new = version(2, patch("p2", "+\tpage->widget_count = 0 ;;", DROP))
    found = after(patch("p1", COUNT, DROP), COUNT, "Zero is a valid count.", new)
    assert found.state is ConcernState.ACKNOWLEDGED


def test_a_line_that_every_function_has_tells_nothing() -> None:
    old = patch("p1", "+\treturn ret;", DROP)
    found = after(old, "+\treturn ret;", "This is wrong.", version(2, patch("p2", DROP)))
    assert found.state is ConcernState.ACKNOWLEDGED


def test_a_function_is_followed_under_another_name() -> None:
    lines = [f"+\twidget_step_{number}(page);" for number in range(6)]
    old = patch("p1", *lines, function="widget_reset")
    new = patch("p2", *lines[:-1], "+\twidget_finish(page);", function="widget_clear_all")
    text = "I think widget_reset() should do less, and let the caller finish."
    found = after(old, "static int widget_first(void)", text, version(2, new), about="widget_reset")
    assert found.addressed_evidence == "v2: widget_reset() is changed: it now has widget_finish"


def test_other_code_in_the_function_is_what_was_asked_for_where_it_was_promised() -> None:
    """The function changes for reasons of its own, too; a name that the ask speaks of tells more."""
    old = patch("p1", "+\twidget_step_one(page);", "+\twidget_spin(page);")
    new = version(2, patch("p2", "+\twidget_step_one(page);", "+\twidget_trace(page);"))
    above = "static int widget_first(void)"
    text = "I am not a fan of the order in widget_reset()."
    assert after(old, above, text, new, about="widget_reset").addressed_in == "v2"
    agreed = after(old, above, text, new, about="widget_reset", effect=Effect.AGREE)
    assert agreed.state is ConcernState.ACKNOWLEDGED
    text = "I am not a fan of widget_spin() being called by widget_reset()."
    found = after(old, above, text, new, about="widget_reset", effect=Effect.AGREE)
    assert found.addressed_evidence == "v2: widget_reset() is changed: it has no widget_spin any more"


def test_layout_counts_only_for_those_who_asked_for_it() -> None:
    old = patch("p1", "+\twidget_drop_all(page,", "+\t\tWIDGET_COUNTED);")
    new = version(2, patch("p2", "+\twidget_drop_all(page,", "+\t\t\tWIDGET_COUNTED);"))
    above = "+\twidget_drop_all(page,\n+\t\tWIDGET_COUNTED);"
    nit = after(old, above, "Please align this with the bracket.", new, kind=ConcernKind.NIT)
    assert nit.addressed_evidence == "v2: the line is laid out otherwise: WIDGET_COUNTED);"
    other = after(old, above, "Please drop the flag.", new)
    assert other.state is ConcernState.ACKNOWLEDGED


def test_a_proposed_comment_appears() -> None:
    new = version(2, patch("p2", "+\t/* Nobody else can see this page yet. */", COUNT))
    found = after(
        patch("p1", COUNT), COUNT, "How about saying why?", new,
        below="\t/* Nobody else can see this page yet. */\n", state=ConcernState.OPEN,
    )  # fmt: skip
    assert found.addressed_evidence.startswith("v2: has the proposed comment: /* Nobody else")


def test_opinions_are_no_comments_in_the_code() -> None:
    new = version(2, patch("p2", COUNT, "+\t/* Widgets are counted from one. */"))
    found = after(patch("p1", COUNT), COUNT, "Would you like to give some comments?", new)
    assert found.state is ConcernState.ACKNOWLEDGED


def test_a_comment_that_answers_another_ask_is_none() -> None:
    """Far from the line a comment has to speak of what was asked."""
    far = [f"+\twidget_step_{number}(page);" for number in range(20)]
    old = patch("p1", COUNT, *far)
    told = "+\t/* Gadgets are freed by their owner. */"
    text = "The locking deserves a comment."
    assert after(old, COUNT, text, version(2, patch("p2", COUNT, *far, told))).addressed_in == ""
    assert after(old, COUNT, text, version(2, patch("p2", told, COUNT, *far))).addressed_in == "v2"
    told = "+\t/* No locking is needed. */"
    assert after(old, COUNT, text, version(2, patch("p2", COUNT, *far, told))).addressed_in == "v2"


def test_a_commit_message_that_was_written_anew() -> None:
    old = patch("p1", COUNT, message="The widgets are split before the driver frees them once more.")
    new = patch(
        "p2", COUNT, message="Undo the preparation of compound widgets, which the page keeps too long."
    )
    found = after(
        old, "something nobody wrote", "The wording is confusing.", version(2, new), kind=ConcernKind.NIT
    )
    assert found.addressed_evidence == "v2: its commit message is written anew"
    same = after(
        old, "something nobody wrote", "The wording is confusing.", version(2, old), kind=ConcernKind.NIT
    )
    assert same.state is ConcernState.ACKNOWLEDGED


def test_a_changelog_item_about_another_file_is_not_this_one() -> None:
    item = Change(2, "gadget.c: check the WIDGET_COUNTED flag")
    text = "You should check the WIDGET_COUNTED flag."
    new = version(2, patch("p2", COUNT), changes=(item,))
    state = ConcernState.OPEN
    assert after(patch("p1", COUNT), COUNT, text, new, file="mm/widget.c", state=state).state is state
    assert after(patch("p1", COUNT), COUNT, text, new, file="mm/gadget.c", state=state).addressed_in == "v2"


def test_a_name_for_orientation_is_not_what_was_asked_for() -> None:
    new = version(2, patch("p2", "+\twidget_put_last(page);", DROP))
    text = "Put the count after calling widget_put_last()."
    assert after(patch("p1", COUNT), "nothing", text, new).addressed_in == ""
    text = "The count is wrong in widget_put_last()."
    assert after(patch("p1", COUNT), "nothing", text, new).addressed_in == ""
    text = "Please call widget_put_last()."
    assert after(patch("p1", COUNT), "nothing", text, new).addressed_in == "v2"


def test_a_new_patch_that_names_the_asker_takes_a_question_up() -> None:
    fresh = patch(
        "n2", "+\tWRITE_ONCE(page->widget_count, 0);",
        title="stop tearing", message="Rita saw that the store can be torn.", path="mm/other.c",
    )  # fmt: skip
    above = "but widget_reset() now uses WRITE_ONCE(),"
    text = "Am I missing a series before this one?"
    question = ConcernKind.QUESTION
    old = patch("p1", COUNT)
    found = after(old, above, text, version(2, old, fresh), kind=question)
    assert found.addressed_evidence == "v2: a new patch takes it up: mm stop tearing"
    unagreed = after(
        old, above, text, version(2, old, fresh),
        kind=question, state=ConcernState.ANSWERED, effect=Effect.ANSWER,
    )  # fmt: skip
    assert unagreed.state is ConcernState.ANSWERED


def test_a_surer_sign_soon_after_counts_before_a_change_nearby() -> None:
    """v2 touches the function, v3 has the constant that was asked for."""
    second = version(2, patch("p2", COUNT, "+\twidget_note_it(page);"))
    third = version(3, patch("p3", "+\tpage->widget_count = WIDGET_NONE;", DROP))
    text = "widget_reset() should have WIDGET_NONE in it."
    assert after(patch("p1", COUNT, DROP), "nothing", text, second, third).addressed_in == "v3"


SENT_AGAIN = """\
Here it is with the lock.

From: Paul Poster <paul@example.org>
Subject: [PATCH v1 1/2] mm: count widgets

"""


def test_a_patch_sent_again_in_its_thread_counts_for_its_version() -> None:
    first = patch("p1", COUNT, DROP)
    body = SENT_AGAIN + patch_body("+\tspin_lock(&widget_lock);", DROP)
    again = mail("p1b", body, "Re: [PATCH 1/2] mm: count widgets", days=2)
    signed = replace(again, trailers=(Trailer("Signed-off-by", str(PAUL), PAUL, 0),))
    states = list(amended(VersionText("v1", START, (first,)), [signed]))
    assert [patch.message_id for patch in states[0].patches] == ["p1b@example.org"]
    assert states[0].patches[0].message.strip().startswith("Widgets are counted.")
    found = after(first, COUNT, "Take the lock before this.", *states)
    assert (found.state, found.addressed_in) == (ConcernState.ADDRESSED, "v1")
    assert "(patch 1 sent again on 2025-02-05)" in found.addressed_evidence
    assert not list(amended(VersionText("v1", START, (first,)), [again])), "shown in passing"


def test_a_changelog_may_name_the_asker_in_short() -> None:
    item = Change(2, "Explain why rcu_widget is there, per RitaR")
    text = "Is rcu_widget in use at the same time?"
    kind, state = ConcernKind.QUESTION, ConcernState.OPEN
    new = version(2, patch("p2", COUNT), changes=(item,))
    assert after(patch("p1", COUNT), COUNT, text, new, kind=kind, state=state).addressed_in == "v2"
    other = version(2, patch("p2", COUNT), changes=(replace(item, text="Explain rcu_widget, per MiaM"),))
    assert after(patch("p1", COUNT), COUNT, text, other, kind=kind, state=state).state is ConcernState.OPEN


def test_a_comment_that_somebody_asked_for_may_be_told_without_other_words() -> None:
    item = Change(2, "new: RitaR asked for a more helpful comment, this is my attempt")
    text = "It would be good to at least document why these places may do that."
    new = version(2, patch("p2", COUNT), changes=(item,))
    assert after(patch("p1", COUNT), COUNT, text, new).addressed_evidence.startswith(
        "v2: its changelog says: new"
    )
    text = "It would be good to take the lock in these places."
    assert after(patch("p1", COUNT), COUNT, text, new).state is ConcernState.ACKNOWLEDGED


def test_a_tag_of_the_asker_on_a_later_version_shows_that_a_promise_was_kept() -> None:
    """No line tells; the tag that v3 carries was given on v2."""
    tagged = "Widgets are counted.\n\nReviewed-by: Rita Reviewer <rita@example.org>"
    plain, carrying = patch("p2", COUNT), patch("p3", COUNT, message=tagged)
    text, above = "This needs a test.", "something nobody wrote"
    found = after(patch("p1", COUNT), above, text, version(2, plain), version(3, carrying))
    assert found.addressed_evidence == "v2: Rita Reviewer, who asked, gave it Reviewed-by"
    at_once = after(patch("p1", COUNT), above, text, version(2, carrying), version(3, carrying))
    assert at_once.state is ConcernState.ACKNOWLEDGED
    question = after(
        patch("p1", COUNT), above, "Is this tested?", version(2, plain), version(3, carrying),
        kind=ConcernKind.QUESTION, state=ConcernState.ANSWERED, effect=Effect.AGREE,
    )  # fmt: skip
    assert question.state is ConcernState.ANSWERED
    unpromised = after(
        patch("p1", COUNT), above, text, version(2, plain), version(3, carrying), state=ConcernState.OPEN
    )
    assert unpromised.state is ConcernState.OPEN
