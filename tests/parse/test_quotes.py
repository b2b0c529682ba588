"""Whose text is whose, and what kind of text it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threadmine.model import StretchKind as K
from threadmine.parse.attribution import find_attributions
from threadmine.parse.diff import parse_patch
from threadmine.parse.quotes import find_stretches


def rows(body: str) -> list[tuple[K, int, str, str]]:
    """Kind, depth, writer and first line of each stretch; checks that all of the body is covered."""
    found = find_stretches(body, parse_patch(body))
    at = 0
    for stretch in found:
        assert stretch.start == at
        assert at == 0 or body[at - 1] == "\n"
        at = stretch.end
    assert at == len(body)
    return [(s.kind, s.depth, s.writer, body[s.start : s.end].strip("\n").split("\n")[0]) for s in found]


THREE_LEVELS = """\
On Mon, 5 Jan 2026 10:00:00 +0100, Bela Beta <bela@example.org> wrote:
> On 04.01.26 09:12, Cleo Gamma wrote:
>> The counter lives in the second page.
>> On Sat, Jan 3, 2026 at 6:18 PM Dora Delta
>> <dora@example.org> wrote:
>>> It lives in the head page.
>
> I think it does not.

Both of you should look at the header.
"""


def test_writers_come_from_the_attribution_lines() -> None:
    assert [(k, d, w) for k, d, w, _ in rows(THREE_LEVELS)] == [
        (K.ATTRIBUTION, 0, ""),
        (K.ATTRIBUTION, 1, "Bela Beta"),
        (K.PROSE, 2, "Cleo Gamma"),
        (K.ATTRIBUTION, 2, "Cleo Gamma"),
        (K.PROSE, 3, "Dora Delta"),
        (K.PROSE, 1, "Bela Beta"),
        (K.PROSE, 0, ""),
    ]


@pytest.mark.parametrize("mark", ["> > > ", ">>> ", ">>>", "> >> ", ">\t>> "])
def test_depth_does_not_depend_on_blanks_between_marks(mark: str) -> None:
    assert rows(f"{mark}deep text here\n\nnew text\n")[0][:2] == (K.PROSE, 3)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("On Tue, Jan 13, 2026 at 03:29:12PM +0100, Ann Alpha wrote:", "Ann Alpha"),
        ("On 16 Sep 2025, at 8:21, Ann Alpha wrote:", "Ann Alpha"),
        ("On 9/18/25 12:49, Ann Alpha wrote:", "Ann Alpha"),
        ("On Fri, 2026-01-16 at 17:39 +0100, Ann Alpha wrote:", "Ann Alpha"),
        ("* Ann Alpha <ann@example.org> wrote:", "Ann Alpha"),
        ("Ann Alpha <ann@example.org> writes:", "Ann Alpha"),
        ("Ann Alpha wrote:", "Ann Alpha"),
        ('On Mon, Jan 5, 2026, "Alpha, Ann" <ann@example.org> wrote:', "Alpha, Ann"),
        ("Am 05.01.2026 um 10:00 schrieb Ann Alpha:", "Ann Alpha"),
        ("Le 05/01/2026 à 10:00, Ann Alpha a écrit :", "Ann Alpha"),
        ("On 1/5/26 10:00 AM, Ann Alpha via B4 Relay wrote:", "Ann Alpha"),
        ("Ann Alpha <ann@example.org> 于2026年1月5日周一 10:00写道：", "Ann Alpha"),
        ("On 2026-01-19 06:00, Ann Alpha [off-list ref] wrote...", "Ann Alpha"),
    ],
)
def test_attribution_lines(line: str, name: str) -> None:
    found = find_attributions(f"{line}\n> quoted\n")
    assert [(a.writer, a.start, a.end) for a in found] == [(name, 0, len(line) + 1)]


@pytest.mark.parametrize(
    "line",
    [
        "This is what I wrote:",
        "as you wrote:",
        "The helper writes:",
        "In the commit message it says:",
    ],
)
def test_sentences_are_no_attributions(line: str) -> None:
    assert find_attributions(f"Some text before it.\n{line}\n> x\n") == []


def test_nested_bare_attributions() -> None:
    found = rows(
        "Ann Alpha wrote:\n> Bob Beta wrote:\n> > Cleo Gamma wrote:\n> > > text of Cleo\n> > text of Bob\n"
    )
    assert [(d, w) for k, d, w, _ in found if k is K.PROSE] == [(3, "Cleo Gamma"), (2, "Bob Beta")]


def test_outlook_quotes_without_marks() -> None:
    body = (
        "I agree.\n\n-----Original Message-----\nFrom: Ann Alpha <ann@example.org>\nSent: Monday\n"
        "To: Bob\nSubject: RE: pages\n\nThe page is pinned.\n"
    )
    assert [(k, d, w) for k, d, w, _ in rows(body)] == [
        (K.PROSE, 0, ""),
        (K.ATTRIBUTION, 0, ""),
        (K.PROSE, 1, "Ann Alpha"),
    ]


def test_wrapped_quoted_lines_stay_with_their_writer() -> None:
    long = "> this line was so long that the mail client of the sender had to break it up in\n"
    found = rows(long + "two parts\n> and it went on\n\nNew text.\n")
    assert [(k, d) for k, d, _, _ in found] == [(K.PROSE, 1), (K.PROSE, 0)]


PATCH_MAIL = """\
From: Ann Alpha <ann@example.org>

The counter is wrong for compound pages, count the head only. It has
been so since the beginning.

Fixes: 0123456789ab ("mm: count")
Signed-off-by: Ann Alpha <ann@example.org>
[bela: spelling]
Reviewed-by: Bela Beta
  <bela@example.org>
---
Changes since v1:
 - count the head only
   and nothing else

 mm/count.c | 4 ++--
 1 file changed, 2 insertions(+), 2 deletions(-)

diff --git a/mm/count.c b/mm/count.c
index 0123456..789abcd 100644
--- a/mm/count.c
+++ b/mm/count.c
@@ -1,3 +1,3 @@ int count(void)
 {
-	return 1;
+	return 2;
 }
--\x20
2.43.0
"""


def test_a_client_that_puts_a_blank_in_front_of_every_mark() -> None:
    body = (
        "On 9/1/26 06:08, Bela Beta wrote:\n\n >> Where is it counted, and for which of the pages?\n >\n"
        " > In the head page, where all of the others can find it without any \nlooking around\n"
        " > for it.\n\nNot any more.\n\n > Really?\n\nYes.\n"
    )
    stretches = find_stretches(body, None)
    said = [(s.depth, s.writer, " ".join(body[s.start : s.end].split())[:20]) for s in stretches]
    assert [found for found in said if found[2]] == [
        (0, "", "On 9/1/26 06:08, Bel"),
        (2, "", ">> Where is it count"),
        (1, "Bela Beta", "> > In the head page"),
        (0, "", "Not any more."),
        (1, "Bela Beta", "> Really?"),
        (0, "", "Yes."),
    ]


def test_blanks_before_marks_in_other_text_are_no_quotation() -> None:
    body = "Compare the two:\n\n > is greater\n > is greater, too\n > and so is this\n\nSo it is.\n"
    assert {s.depth for s in find_stretches(body, None)} == {0}


def test_the_parts_of_a_patch_mail() -> None:
    assert [k for k, _, _, _ in rows(PATCH_MAIL)] == [
        K.PROSE,
        K.TRAILER,
        K.DIFFSTAT,
        K.CHANGELOG,
        K.DIFFSTAT,
        K.DIFF,
        K.SIGNATURE,
    ]


@pytest.mark.parametrize("mark", ["> ", ">"])
def test_quoted_hunks_interrupted_by_remarks(mark: str) -> None:
    quoted = "".join(mark + line + "\n" for line in PATCH_MAIL.split("\n")[18:27])
    more = f"{mark}+\tanother line;\n{mark} context\n"
    found = rows(f"On Mon, Ann Alpha <a@x> wrote:\n{quoted}\nWhy two?\n\n{more}\nAnd here?\n")
    assert [(k, d) for k, d, _, _ in found] == [
        (K.ATTRIBUTION, 0),
        (K.DIFF, 1),
        (K.PROSE, 0),
        (K.DIFF, 1),
        (K.PROSE, 0),
    ]


def test_blank_quoted_lines_in_a_row_do_not_hide_a_diff() -> None:
    diff = "> diff --git a/a.c b/a.c\n> --- a/a.c\n> +++ b/a.c\n> @@ -1,2 +1,2 @@\n>  x\n> -y\n> +z\n"
    body = f"> text\n>\n>\n{diff}\nOK?\n"
    assert [(k, d) for k, d, _, _ in rows(body)] == [(K.PROSE, 1), (K.DIFF, 1), (K.PROSE, 0)]


def test_pasted_code_logs_and_tables_are_no_prose() -> None:
    body = (
        "You could write it like this:\n\n\tif (folio_test_large(folio)) {\n\t\tcount++;\n\t}\n\n"
        "It crashes though:\n\n[   12.345678] BUG: unable to handle page fault\n"
        "[   12.345679]  do_thing+0x12/0x34\n\n"
        "And here are the figures of my machine:\n\n"
        "  base      12.1   13.4   99.1\n  patched   10.0   11.0   88.2\n"
    )
    assert [k for k, _, _, _ in rows(body)] == [K.PROSE, K.CODE, K.PROSE, K.LOG, K.PROSE, K.LOG]


def test_signature_and_list_footer() -> None:
    footer = "____________________________\nsome-list mailing list\nsome-list@example.org\n"
    body = f"It is fine for me.\n\n-- \nCheers,\n\nAnn\n{footer}"
    assert [k for k, _, _, _ in rows(body)] == [K.PROSE, K.SIGNATURE, K.FOOTER]


def test_shortlog_of_a_cover_letter() -> None:
    shortlog = "Ann Alpha (2):\n  mm: count\n  mm: count more\n"
    body = f"This series counts the pages again.\n\n{shortlog}\n mm/a.c | 2 +-\n 1 file changed\n"
    assert [k for k, _, _, _ in rows(body)] == [K.PROSE, K.SHORTLOG, K.DIFFSTAT]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=">|-+@ \t\nabcW:.wrote(){};=012", max_size=400))
def test_any_text_is_covered_exactly(body: str) -> None:
    rows(body)


@pytest.mark.parametrize(
    "body",
    [
        ">" * 200_000 + "\n",
        "> " * 100_000 + "\n",
        "a" * 500_000,
        "- " * 200_000 + "\n",
        ("On " * 200 + "wrote:\n") * 500,
        "x wrote:\n" * 20_000,
        "".join(">" * (i % 60) + " line\n" for i in range(20_000)),
        "1 " * 100_000 + "|\n",
        ("[" + " " * 300 + "\n") * 3_000,
        "From: a\n" * 20_000 + "Sent: b\n",
        ("a" * 300 + ":\n") * 3_000,
    ],
)
def test_hostile_bodies_cost_linear_time(body: str) -> None:
    start = time.process_time()
    rows(body)
    assert time.process_time() - start < 5
