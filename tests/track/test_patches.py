"""What patches add in each function: found without reading every hunk, and the same as by reading all."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from threadmine.model import Person, Side, StoredMessage
from threadmine.parse.diff import hunk_lines
from threadmine.track.patches import PatchText, is_comment, read_patch, squash_line

BODY = """\
Count widgets.

diff --git a/mm/widget.c b/mm/widget.c
--- a/mm/widget.c
+++ b/mm/widget.c
@@ -10,3 +10,4 @@ static int widget_first(void)
 \tint count;
+\tcount = widget_sum(page);
 \treturn count;
 }
@@ -40,2 +41,8 @@ static int widget_last(void)
 }
+SYSCALL_DEFINE2(widget, int, first, int, last)
+{
+\t/* nothing_here is only talked about */
+\tif (capable_of(first))
+\t\twidget_start(last);
+}
+
@@ -60,2 +67,6 @@
 struct widget {
+\tunsigned long tail_count;
+\tstruct page *owner;
 };
+
+#define WIDGET_ORDER max_order(first)
"""


def patch(body: str) -> PatchText:
    found = read_patch(
        StoredMessage(
            message_id="p1@example.org",
            thread_id="t",
            in_reply_to=None,
            subject="[PATCH] mm: count widgets",
            author=Person("Paul Poster", "paul@example.org"),
            date=datetime(2025, 2, 3, tzinfo=UTC),
            list_name="linux-mm",
            has_patch=True,
            body=body,
        )
    )
    assert found is not None
    return found


def by_reading_all(one: PatchText) -> dict[str, set[str]]:
    """The identifiers on added lines by function, every hunk read."""
    found: dict[str, set[str]] = {}
    for each in one.files:
        for hunk in each.hunks:
            for line in hunk_lines(one.body, hunk):
                if line.side is Side.ADDED and line.function and not is_comment(line.text):
                    found.setdefault(line.function, set()).update(re.findall(r"[A-Za-z_]\w{2,}", line.text))
    return found


def test_every_function_is_found_without_reading_every_hunk() -> None:
    one = patch(BODY)
    labels = by_reading_all(one)
    assert {"widget_first", "sys_widget"} <= labels.keys()
    for label, names in labels.items():
        assert patch(BODY).by_function.get(label) == names
    assert one.by_function.get("widget_first") == {"count", "widget_sum", "page"}
    assert {"capable_of", "widget_start", "last"} <= one.by_function.get("sys_widget")
    assert "nothing_here" not in one.by_function.get("sys_widget")


def test_a_function_that_is_not_there_has_the_default() -> None:
    assert patch(BODY).by_function.get("widget_sum") == frozenset()
    assert patch(BODY).by_function.get("no_such_name", ("default",)) == {"default"}


@pytest.mark.parametrize("line", ["\tint  a\u00a0;\t", "a\x0bb\x1cc\u2003d", ""])
def test_white_space_of_any_kind_does_not_count(line: str) -> None:
    assert squash_line(line) == "".join(c for c in line if not c.isspace())
