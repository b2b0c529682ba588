"""Tables of bits in comments, each line a statement."""

from __future__ import annotations

from tests.extraction.helpers import mail
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import Claim, Predicate

PATCH = """Explain the bits.

Signed-off-by: Ada Example <ada@example.org>
---
 mm/a.c | 4 ++++
 1 file changed, 4 insertions(+)

diff --git a/mm/a.c b/mm/a.c
--- a/mm/a.c
+++ b/mm/a.c
@@ -1,2 +1,9 @@
 int a;
+/*
+ * {head}
+ * ||||||||
+ * |||||||+-- first half is in use
+ * ||||||+--- second half is in use
+ * |||||+---- first half waits for RCU
+ */
 int b;
"""


def of_table(head: str) -> list[Claim]:
    found = find_claims(mail(PATCH.replace("{head}", head), "[PATCH] mm: explain"), memmap.load())
    return [claim for claim in found if claim.predicate is Predicate.RESIDES]


def test_each_line_of_a_table_says_what_lies_in_the_word() -> None:
    found = of_table("76543210 low byte of struct page::_refcount")
    assert [claim.subject for claim in sorted(found, key=lambda c: c.subject)] == [
        "first half is in use",
        "first half waits for RCU",
        "second half is in use",
    ]
    assert {claim.object for claim in found} == {"page._refcount"}


def test_table_of_no_known_word_says_nothing() -> None:
    assert of_table("76543210 bits of a cookie") == []
