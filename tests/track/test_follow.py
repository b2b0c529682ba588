"""Whether a later version did it: patches of our own writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from threadmine.model import (
    Concern,
    ConcernKind,
    ConcernState,
    ConcernStatus,
    Effect,
    Person,
    StateEvidence,
    StoredMessage,
)
from threadmine.track.asked import read_asked
from threadmine.track.changelog import Change, changes_in
from threadmine.track.follow import follow
from threadmine.track.patches import PatchText, match_patches, read_patch
from threadmine.track.versiontext import VersionText

RITA = Person("Rita Reviewer", "rita@example.org")
PAUL = Person("Paul Poster", "paul@example.org")
START = datetime(2025, 2, 3, tzinfo=UTC)

PATCH = """\
Widgets are counted in the tail page.

Signed-off-by: Paul Poster <paul@example.org>
---
 mm/{file}.c | 4 ++++
 1 file changed, 4 insertions(+)

diff --git a/mm/{file}.c b/mm/{file}.c
--- a/mm/{file}.c
+++ b/mm/{file}.c
@@ -10,3 +10,{count} @@ static int widget_first(void)
 static void widget_reset(struct page *page)
 {{
{lines}
 {tab}widget_note(page);
"""


def patch_mail(
    name: str, *lines: str, number: int = 1, title: str = "count widgets", file: str = "widget"
) -> StoredMessage:
    body = PATCH.format(
        file=file, tab="\t", count=3 + len(lines), lines="\n".join(f"+\t{line}" for line in lines)
    )
    return StoredMessage(
        message_id=f"{name}@example.org",
        thread_id="t",
        in_reply_to=None,
        subject=f"[PATCH {number}/2] mm: {title}",
        author=PAUL,
        date=START,
        list_name="linux-mm",
        has_patch=True,
        body=body,
        patch_number=number,
    )


def patch(
    name: str, *lines: str, number: int = 1, title: str = "count widgets", file: str = "widget"
) -> PatchText:
    found = read_patch(patch_mail(name, *lines, number=number, title=title, file=file))
    assert found is not None
    return found


def version(label: str, *patches: PatchText, changes: tuple[Change, ...] = ()) -> VersionText:
    return VersionText(label, START + timedelta(days=int(label[1:])), patches, changes)


V1 = version("v1", patch("p1", "page->count = 0;", "widget_drop(page);"))


def after(
    text: str,
    *later: VersionText,
    state: ConcernState = ConcernState.ACKNOWLEDGED,
    kind: ConcernKind = ConcernKind.REQUEST,
    below: str = "",
    promise: str = "",
) -> ConcernStatus:
    """What follows from a concern raised under ``page->count = 0;`` of v1."""
    body = f"> @@ -10,3 +10,5 @@ static int widget_first(void)\n> +\tpage->count = 0;\n\n{text}\n\n{below}"
    mail = replace(patch_mail("r"), message_id="r@example.org", author=RITA, body=body, has_patch=False)
    start = body.index(text)
    concern = Concern(
        "q1", mail.message_id, RITA, START + timedelta(days=1, hours=1), text, start, start + len(text), kind,
        about_function="widget_reset",
    )  # fmt: skip
    said = (StateEvidence("a@example.org", promise, Effect.PROMISE),) if promise else ()
    status = ConcernStatus("q1", state, said)
    return follow(concern, status, read_asked(concern, mail), "p1@example.org", (V1, *later))


SAME = version("v2", patch("p2", "page->count = 0;", "widget_drop(page);"))
GONE = version("v2", patch("p2", "widget_drop(page);"))


def test_promised_and_the_line_is_gone() -> None:
    status = after("This should be done by the caller.", GONE)
    assert (status.state, status.addressed_in) == (ConcernState.ADDRESSED, "v2")
    assert "page->count = 0;" in status.addressed_evidence


def test_promised_and_the_line_is_still_there() -> None:
    status = after("This should be done by the caller.", SAME)
    assert (status.state, status.addressed_in) == (ConcernState.ACKNOWLEDGED, "")
    assert status.addressed_evidence.startswith("promised or agreed, but not done: v2: the line is unchanged")


def test_the_first_version_that_did_it_counts() -> None:
    third = version("v3", patch("p3", "widget_drop(page);"))
    assert after("This should be done by the caller.", SAME, third).addressed_in == "v3"


def test_a_line_that_moved_to_another_patch_is_not_done() -> None:
    moved = version(
        "v2",
        patch("p2", "widget_drop(page);"),
        patch("q2", "page->count = 0;", number=2, title="b", file="g"),
    )
    status = after("This should be done by the caller.", moved)
    assert status.state is ConcernState.ACKNOWLEDGED
    assert "moved" in status.addressed_evidence


@pytest.mark.parametrize("state", [ConcernState.OPEN, ConcernState.DISPUTED])
def test_a_changed_line_is_not_enough_where_nobody_agreed(state: ConcernState) -> None:
    assert after("This should be done by the caller.", GONE, state=state).state is state


def test_a_small_thing_is_done_without_a_word_where_another_line_takes_the_place() -> None:
    other = version("v2", patch("p2", "page->count = NONE;"))
    status = after("This should be done by the caller.", other, state=ConcernState.OPEN)
    assert (status.state, status.addressed_in) == (ConcernState.ADDRESSED, "v2")
    large = after("This is racy.", other, kind=ConcernKind.OBJECTION, state=ConcernState.OPEN)
    assert large.state is ConcernState.OPEN


def test_a_patch_rewritten_under_another_title_is_found_by_what_it_is_for() -> None:
    old = [patch("a1", "one();", title="arch: add widget_free, the long way", file="f")]
    new = [
        patch("a2", "other();", title="arch: add widget_free for shared pages", file="f"),
        patch("b2", "other();", title="lib: add widget_free for shared pages", file="f", number=2),
    ]
    assert {one: other.message_id for one, other in match_patches(old, new).items()} == {
        old[0].message_id: new[0].message_id
    }


def test_an_answered_question_is_addressed_where_its_own_line_changes_only() -> None:
    question = "Why is this done here?"
    answered = ConcernState.ANSWERED
    assert after(question, GONE, state=answered, kind=ConcernKind.QUESTION).state is ConcernState.ADDRESSED
    other = version("v2", patch("p2", "page->count = 0;", "widget_free(page);"))
    assert after(question, other, state=answered, kind=ConcernKind.QUESTION).state is answered


def test_a_name_that_was_asked_for_appears() -> None:
    renamed = version("v2", patch("p2", "page->count = WIDGET_NONE;", "widget_drop(page);"))
    text = "Please call the constant WIDGET_NONE."
    status = after(text, renamed, state=ConcernState.OPEN, kind=ConcernKind.NIT)
    assert (status.state, status.addressed_in) == (ConcernState.ADDRESSED, "v2")
    assert "WIDGET_NONE" in status.addressed_evidence


def test_a_call_that_was_asked_for_appears_in_the_function() -> None:
    done = version("v2", patch("p2", "widget_clear_count(page);", "widget_drop(page);"))
    status = after("Please use widget_clear_count() here.", done, state=ConcernState.OPEN)
    assert status.addressed_evidence == "v2: widget_reset() now has widget_clear_count"


def test_the_proposed_code_appears() -> None:
    done = version("v2", patch("p2", "if (!page_count(page))", "\twidget_drop(page);"))
    below = "\tif (!page_count(page))\n\t\twidget_drop(page);\n"
    status = after("Shouldn't this look more like that?", done, state=ConcernState.OPEN, below=below)
    assert status.state is ConcernState.ADDRESSED


def test_what_was_declined_is_not_addressed_by_chance() -> None:
    done = version("v2", patch("p2", "widget_clear_count(page);"))
    status = after("Please use widget_clear_count() here.", done, state=ConcernState.DISPUTED)
    assert status.state is ConcernState.DISPUTED


def test_the_changelog_says_so() -> None:
    told = version(
        "v2", patch("p2", "page->count = 0;"), changes=(Change(2, "Take the widget lock around it (Rita)"),)
    )
    status = after("You need to take the widget lock.", told, state=ConcernState.OPEN)
    assert (status.state, status.addressed_in) == (ConcernState.ADDRESSED, "v2")
    assert "changelog" in status.addressed_evidence


def test_a_comment_that_was_asked_for() -> None:
    told = version("v2", patch("p2", "/* Nobody else sees the page yet. */", "page->count = 0;"))
    status = after("It would be good to have a comment here.", told)
    assert status.addressed_evidence.startswith("v2: adds a comment")


def test_a_version_posted_before_the_concern_says_nothing() -> None:
    early = VersionText("v2", START, GONE.patches)
    assert after("This should be done by the caller.", early).state is ConcernState.ACKNOWLEDGED


def test_a_dropped_patch_settles_what_was_against_it() -> None:
    other = version("v2", patch("q2", "gadget();", title="gadgets", file="gadget"))
    assert after("This should be done by the caller.", other).addressed_in == ""
    assert after("This is racy.", other, kind=ConcernKind.OBJECTION).addressed_in == "v2"
    assert (
        after("This is racy.", other, kind=ConcernKind.OBJECTION, state=ConcernState.OPEN).addressed_in == ""
    )


def test_a_dropped_patch_is_not_what_was_promised() -> None:
    other = version("v2", patch("q2", "gadget();", title="gadgets", file="gadget"))
    racy = ("This is racy.", other)
    assert after(*racy, kind=ConcernKind.OBJECTION, promise="I'll take the lock.").addressed_in == ""
    assert after(*racy, kind=ConcernKind.OBJECTION, promise="I'll drop it.").addressed_in == "v2"


def test_patches_are_matched_one_to_one_and_best_first() -> None:
    old = [
        patch("a", "one();", "two();", number=1, title="first"),
        patch("b", "three();", number=2, title="second"),
    ]
    new = [
        patch("x", "three();", "four();", number=1, title="second again"),
        patch("y", "one();", "two();", number=2, title="the first one"),
    ]
    found = {name: other.message_id for name, other in match_patches(old, new).items()}
    assert found["a@example.org"] == "y@example.org"
    assert len(set(found.values())) == len(found)


CHANGELOG = """\
Changes since v1:
- Rename the helper (Rita)
- Take the lock around
  the whole walk
v3:
 * Nothing but tags

Changes since v6.4-rc1 of mainline do not count.
"""


def test_a_changelog_is_read_by_version() -> None:
    assert list(changes_in(CHANGELOG)) == [
        Change(2, "Rename the helper (Rita)"),
        Change(2, "Take the lock around the whole walk"),
        Change(3, "Nothing but tags"),
    ]


def test_what_follows_a_changelog_is_no_item() -> None:
    """The patch that items are about, and git's list of authors and titles."""
    text = """\
Changes since v1:
01/02 mm: count widgets
 - take the lock
02/02 mm: count gadgets
 - as before

Paul Poster (2):
  mm: count widgets
  mm: count gadgets
"""
    assert list(changes_in(text)) == [Change(2, "take the lock"), Change(2, "as before")]


def test_a_line_that_stands_twice_tells_nothing() -> None:
    """``widget_drop()`` is called in two places; that one of them stays does not say which."""
    twice = ("page->count = 0;", "page->count = 0;", "widget_drop(page);")
    first = version("v1", patch("p1", *twice))
    body = "> +\tpage->count = 0;\n\nThis should be done by the caller.\n"
    mail = replace(patch_mail("r"), author=RITA, body=body, has_patch=False)
    quote = "This should be done by the caller."
    start = body.index(quote)
    concern = Concern(
        "q1", "r@example.org", RITA, START, quote, start, start + len(quote), ConcernKind.REQUEST
    )
    status = ConcernStatus("q1", ConcernState.ACKNOWLEDGED)
    found = follow(concern, status, read_asked(concern, mail), "p1@example.org", (first, SAME))
    assert "cannot tell" in found.addressed_evidence


def test_a_line_asked_into_another_patch_is_done_when_it_moves() -> None:
    moved = version(
        "v2",
        patch("p2", "widget_drop(page);"),
        patch("q2", "page->count = 0;", number=2, title="b", file="g"),
    )
    assert after("Please move this to the next patch.", moved).addressed_in == "v2"
