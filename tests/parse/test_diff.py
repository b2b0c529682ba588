"""Diffs in mail: files, hunks, what stands around them. Own samples; git is the oracle for patch ids."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadmine.model import Side
from threadmine.parse.diff import hunk_lines, line_numbers, parse_patch

GIT_MAIL = """\
mm: count the pages of a tray

A tray knows its pages. Say how many.

Signed-off-by: Ada Byrne <ada@example.org>
---
Changes since v1: renamed the helper.

 include/linux/tray.h |  3 ++-
 mm/tray.c            | 10 +++++++---
 2 files changed, 9 insertions(+), 4 deletions(-)

diff --git a/include/linux/tray.h b/include/linux/tray.h
index 1111111..2222222 100644
--- a/include/linux/tray.h
+++ b/include/linux/tray.h
@@ -4,4 +4,5 @@ struct tray {
 struct tray {
 \tint used;
-\tint pages;
+\tunsigned int pages;
+\tunsigned int spare;
 };
diff --git a/mm/tray.c b/mm/tray.c
index 3333333..4444444 100644
--- a/mm/tray.c
+++ b/mm/tray.c
@@ -10,6 +10,11 @@ void tray_init(struct tray *tray)
 \ttray->used = 0;
 }

+static unsigned int tray_pages(struct tray *tray)
+{
+\treturn tray->pages;
+}
+
 int tray_free(struct tray *tray)
 {
 \ttray->used = 0;
@@ -40,3 +44,3 @@ int tray_free(struct tray *tray)
 one
-two
+TWO
 three

base-commit: 0123456789abcdef0123456789abcdef01234567
prerequisite-patch-id: 89abcdef0123456789abcdef0123456789abcdef
prerequisite-change-id: 20260101-other-0011:v3
change-id: 20260102-tray-aabb
--\x20
2.47.0
"""


def test_git_mail_in_full() -> None:
    patch = parse_patch(GIT_MAIL)
    assert patch is not None
    assert [each.path for each in patch.files] == ["include/linux/tray.h", "mm/tray.c"]
    assert [len(each.hunks) for each in patch.files] == [1, 2]
    assert patch.base_commit == "0123456789abcdef0123456789abcdef01234567"
    assert patch.change_id == "20260102-tray-aabb"
    assert patch.prerequisites == (
        "patch-id 89abcdef0123456789abcdef0123456789abcdef",
        "change-id 20260101-other-0011:v3",
    )
    assert patch.diffstat_paths == ("include/linux/tray.h", "mm/tray.c")
    assert GIT_MAIL[: patch.message_end].endswith("<ada@example.org>\n")
    last = patch.files[1].hunks[1]
    assert GIT_MAIL[last.start : last.end].endswith(" three\n")


def test_hunks_end_where_the_header_counts_end() -> None:
    patch = parse_patch(GIT_MAIL)
    assert patch is not None
    for each in patch.files:
        for hunk in each.hunks:
            lines = list(hunk_lines(GIT_MAIL, hunk))
            assert sum(line.side is not Side.ADDED for line in lines) == hunk.old_count
            assert sum(line.side is not Side.REMOVED for line in lines) == hunk.new_count


@pytest.mark.parametrize(
    ("header", "old", "new", "binary"),
    [
        ("diff --git a/x.c b/x.c\nnew file mode 100644\nindex 0000000..1234567\n", "", "x.c", False),
        ("diff --git a/x.c b/x.c\ndeleted file mode 100644\nindex 1234567..0000000\n", "x.c", "", False),
        ("diff --git a/x.c b/y.c\nrename from x.c\nrename to y.c\n", "x.c", "y.c", False),
        ("diff --git a/x.c b/x.c\nold mode 100644\nnew mode 100755\n", "x.c", "x.c", False),
        ("diff --git a/a.p b/a.p\nindex 1..2\nBinary files a/a.p and b/a.p differ\n", "a.p", "a.p", True),
        ("diff --git a/a b c b/a b c\nold mode 100644\nnew mode 100755\n", "a b c", "a b c", False),
        ('diff --git "a/\\303\\244.c" "b/\\303\\244.c"\nold mode 100644\n', "ä.c", "ä.c", False),
        ("diff --git x.c x.c\n--- x.c\n+++ x.c\n@@ -1 +1 @@\n-a\n+b\n", "x.c", "x.c", False),
        ("diff --git i/x.c w/x.c\n--- i/x.c\n+++ w/x.c\n@@ -1 +1 @@\n-a\n+b\n", "x.c", "x.c", False),
        ("--- a/mm/x.c~fix-it\n+++ a/mm/x.c\n@@ -1 +1 @@\n-a\n+b\n", "mm/x.c", "mm/x.c", False),
        ("--- linux.orig/mm/x.c\t2026-01-01\n+++ linux/mm/x.c\t2026-01-02\n@@ -1 +1 @@\n-a\n+b\n",
         "mm/x.c", "mm/x.c", False),
        ("Index: linux/mm/x.c\n======\n--- linux.orig/mm/x.c\n+++ linux/mm/x.c\n@@ -1 +1 @@\n-a\n+b\n",
         "mm/x.c", "mm/x.c", False),
        ("--- /dev/null\n+++ b/mm/x.c\n@@ -0,0 +1 @@\n+b\n", "", "mm/x.c", False),
        ("@@ -1 +1 @@\n-a\n+b\n", "", "", False),
    ],
)  # fmt: skip
def test_file_headers(header: str, old: str, new: str, binary: bool) -> None:
    patch = parse_patch("Some text.\n\n" + header)
    assert patch is not None
    (each,) = patch.files
    assert (each.old_path, each.new_path, each.is_binary) == (old, new, binary)


def test_binary_patch_data_is_not_text_of_the_mail() -> None:
    data = "GIT binary patch\nliteral 4\nLcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n"
    body = (
        "x\n\ndiff --git a/logo b/logo\nindex 1111111..2222222 100644\n"
        + data
        + "diff --git a/y b/y\nold mode 1\n"
    )
    patch = parse_patch(body)
    assert patch is not None
    assert [each.is_binary for each in patch.files] == [True, False]
    assert patch.files[0].end == patch.files[1].start


def test_no_newline_marks_belong_to_the_hunk() -> None:
    body = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n$+b\n$Bye.\n".replace("$", "\\ No newline at end of file\n")
    patch = parse_patch(body)
    assert patch is not None
    (hunk,) = patch.files[0].hunks
    assert body[hunk.end :] == "Bye.\n"
    assert [(line.side.value, line.text) for line in hunk_lines(body, hunk)] == [("-", "a"), ("+", "b")]


@pytest.mark.parametrize(
    ("counts", "lines", "rest"),
    [
        ("-1,9 +1,9", " a\n+b\n c\n", "-- \n2.47.0\n"),  # too large
        ("-1,1 +1,1", " a\n+b\n+c\n d\n", "\n"),  # too small
        ("-1,2 +1,3", " a\n\n+b\n", "\nThanks\n"),  # a mailer cut the blank of an empty line
        ("-1,3 +1,3", " a\n+b(one,\ntwo)\n-c\n d\n", "\nThanks\n"),  # a mailer broke a line
    ],
)
def test_counts_are_hints(counts: str, lines: str, rest: str) -> None:
    body = f"--- a/x\n+++ b/x\n@@ {counts} @@ f()\n{lines}{rest}"
    patch = parse_patch(body)
    assert patch is not None
    (hunk,) = patch.files[0].hunks
    assert body[hunk.end :].lstrip("\n") == rest.lstrip("\n")


def test_broken_heading_line_is_no_line_of_the_hunk() -> None:
    body = "--- a/x\n+++ b/x\n@@ -7,2 +7,2 @@ static int take(struct tray\n*tray, int n)\n a\n-b\n+c\n\nBye\n"
    patch = parse_patch(body)
    assert patch is not None
    (hunk,) = patch.files[0].hunks
    assert [line.new_line for line in hunk_lines(body, hunk)] == [7, 8, 8]


def test_diff_behind_blanks_or_quote_marks_is_taken_only_on_demand() -> None:
    for mark in ("    ", "> "):
        body = "Look:\n\n" + "".join(
            mark + line + "\n" for line in GIT_MAIL[GIT_MAIL.index("diff") :].split("\n")
        )
        assert parse_patch(body) is None or not parse_patch(body).files  # type: ignore[union-attr]  # as tested
        patch = parse_patch(body, limit_depth0=False)
        assert patch is not None
        assert [each.path for each in patch.files] == ["include/linux/tray.h", "mm/tray.c"]
        texts = [line.text for line in hunk_lines(body, patch.files[0].hunks[0])]
        assert texts[:2] == ["struct tray {", "\tint used;"]


def test_cover_letter_has_stat_and_base_but_no_files() -> None:
    body = (
        "Hello,\n\ntwo patches.\n\nAda Byrne (2):\n  one\n  two\n\n mm/{old => new}/tray.c | 3 +--\n"
        " .../very/long.c | 1 +\n a.c => b.c | 0\n 3 files changed, 2 insertions(+)\n\n"
        "base-commit: abcdef0123\n-- \n2.47.0\n"
    )
    patch = parse_patch(body)
    assert patch is not None
    assert not patch.has_diff
    assert patch.diffstat_paths == ("mm/new/tray.c", ".../very/long.c", "b.c")
    assert patch.base_commit == "abcdef0123"
    assert body[: patch.message_end].endswith("two\n\n")


def test_plain_prose_is_no_patch() -> None:
    assert parse_patch("I changed two files.\n--- what\n+++ then\nnothing\n@@ here\n") is None


def test_line_numbers_of_an_offset_agree_with_the_lines() -> None:
    patch = parse_patch(GIT_MAIL)
    assert patch is not None
    for each in patch.files:
        for hunk in each.hunks:
            for line in hunk_lines(GIT_MAIL, hunk):
                assert line_numbers(GIT_MAIL, hunk, line.start) == (line.old_line, line.new_line)


# ------------------------------------------------------------------------------------------- patch ids


def git_patch_id(text: str) -> str:
    """What git itself says, or "" where it says nothing."""
    run = subprocess.run(
        ["git", "patch-id", "--stable"], input=text.encode(), capture_output=True, check=True, timeout=30
    )
    return run.stdout.decode().partition(" ")[0]


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is the oracle")


NO_NEWLINE = "\\ No newline at end of file\n"
MARKS = "diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n"
RENAME = (
    "diff --git a/x.c b/y.c\nsimilarity index 90%\nrename from x.c\nrename to y.c\nindex 1111111..2222222\n"
)
NEW = "diff --git a/x.c b/x.c\nnew file mode 100644\nindex 0000000..2222222\n--- /dev/null\n+++ b/x.c\n"


@needs_git
@pytest.mark.parametrize(
    "body",
    [
        GIT_MAIL.replace("}\n\n+static", "}\n \n+static"),
        MARKS + NO_NEWLINE + "+b\n" + NO_NEWLINE,
        RENAME + "--- a/x.c\n+++ b/y.c\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
        NEW + "@@ -0,0 +1,2 @@\n+ä b\n+\tc d\n",
    ],
)
def test_patch_id_is_that_of_git(body: str) -> None:
    patch = parse_patch(body)
    assert patch is not None
    assert patch.patch_id == git_patch_id(body) != ""


def test_patch_id_ignores_white_space_lines_and_order_of_files() -> None:
    one = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-a b\n+c\n"
    two = "diff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -5 +5 @@\n-a\n+b\n"
    first, second = parse_patch(one + two), parse_patch(two.replace("5", "9") + one.replace("a b", "a  b"))
    changed = parse_patch(one.replace("+c", "+d") + two)
    assert first is not None and second is not None and changed is not None
    assert first.patch_id == second.patch_id != changed.patch_id


@needs_git
@given(
    st.lists(
        st.tuples(st.sampled_from(["-", "+", " "]), st.text("ab \t\\+-@", max_size=6)),
        min_size=1,
        max_size=12,
    ).filter(lambda rows: any(mark != " " for mark, _ in rows))
)
def test_hunks_of_any_text_keep_their_lines(rows: list[tuple[str, str]]) -> None:
    old = sum(mark != "+" for mark, _ in rows)
    new = sum(mark != "-" for mark, _ in rows)
    text = "".join(f"{mark}{line}\n" for mark, line in rows)
    body = f"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,{old} +1,{new} @@\n{text}-- \n2.47.0\n"
    patch = parse_patch(body)
    assert patch is not None
    (hunk,) = patch.files[0].hunks
    assert [(line.side.value, line.text) for line in hunk_lines(body, hunk)] == rows
    assert body[hunk.end :] == "-- \n2.47.0\n"


# ------------------------------------------------------------------------------------------ hard cases


@pytest.mark.parametrize(
    "body",
    [
        "@@ -1,2 +1,2 @@\n" * 60_000,
        "diff --git a/x b/x\n" * 50_000,
        "--- a/x\n+++ b/x\n@@ -1,9999999 +1,9999999 @@ f\n" + "\n" * 1_000_000,
        "--- a/x\n+++ b/x\n@@ -1,9999999 +1,9999999 @@ f(\n" + "+x\nfoo\n" * 100_000,
        " 1 file changed\n" * 60_000,
        "@@ -" + "1" * 1_000_000 + " +1 @@\n",
        "diff --git " + "a" * 1_000_000,
        "\x00\n@@ -1 +1 @@\n-\x00\n+\x00\n",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\ud800\n+\udc80\n",
    ],
)
def test_hostile_bodies_end(body: str) -> None:
    patch = parse_patch(body)
    assert patch is None or all(each.end <= len(body) for each in patch.files)
