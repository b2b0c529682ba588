"""A quotation without its header is found again in the patch that it was cut from."""

from __future__ import annotations

from threadmine.model import Side
from threadmine.parse.diff import parse_patch
from threadmine.parse.diff_locate import locate
from threadmine.parse.diff_quoted import Place

PATCH = """\
diff --git a/mm/tray.c b/mm/tray.c
--- a/mm/tray.c
+++ b/mm/tray.c
@@ -10,4 +10,6 @@ void tray_reset(struct tray *tray)
 \tspin_lock(&tray->lock);
-\ttray->used = 0;
+\ttray->used = -1;
+\ttray->pages = NULL;
+
 \tspin_unlock(&tray->lock);
 \treturn;
diff --git a/mm/pool.c b/mm/pool.c
--- a/mm/pool.c
+++ b/mm/pool.c
@@ -30,3 +30,4 @@ void pool_reset(struct pool *pool)
 \tspin_lock(&pool->lock);
+\tpool->first = tray;
 \tspin_unlock(&tray->lock);
 \tend(pool);
"""


def found(quotation: str) -> Place | None:
    patch = parse_patch(PATCH)
    assert patch is not None
    return locate(PATCH, patch, quotation)


def test_last_quoted_line_tells_the_place() -> None:
    place = found("spin_lock(&tray->lock); - tray->used = 0; + tray->used = -1; + tray->pages = NULL;")
    assert place is not None
    assert (place.file, place.line, place.function) == ("mm/tray.c", 12, "tray_reset")
    assert (place.side, place.text, place.approximate) == (Side.ADDED, "\ttray->pages = NULL;", False)


def test_removed_line_counts_in_the_old_file() -> None:
    place = found("-\ttray->used = 0;")
    assert place is not None
    assert (place.side, place.line) == (Side.REMOVED, 11)


def test_neighbours_tell_equal_lines_apart() -> None:
    place = found("pool->first = tray; spin_unlock(&tray->lock);")
    assert place is not None
    assert (place.file, place.function) == ("mm/pool.c", "pool_reset")


def test_equal_lines_in_two_functions_have_no_place() -> None:
    assert found("spin_unlock(&tray->lock);") is None


def test_prose_and_short_lines_have_no_place() -> None:
    assert found("This is no code at all.") is None
    assert found("return;") is None
    assert found("") is None
    assert found("xspin_lock(&pool->lock);") is None
