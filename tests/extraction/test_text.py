"""Sentences, list items and comments with their places."""

from __future__ import annotations

from tests.extraction.helpers import mail
from threadmine.extraction.comments import added_comments
from threadmine.extraction.text import Place, sentences


def texts(body: str) -> list[str]:
    return [s.text for s in sentences(mail(body))]


def test_sentences_end_where_people_end_them() -> None:
    assert texts("First one, e.g. this. _nr_pages comes next. Why? Because.\n") == [
        "First one, e.g. this.",
        "_nr_pages comes next.",
        "Why?",
        "Because.",
    ]


def test_list_items_keep_their_introduction() -> None:
    found = list(sentences(mail("It no longer sets:\n1. folio->_nr_pages,\n2. folio->_pincount.\n")))
    assert [s.text for s in found] == ["It no longer sets:", "folio->_nr_pages,", "folio->_pincount."]
    assert [s.lead for s in found] == ["", "It no longer sets:", "It no longer sets:"]
    assert [s.item for s in found] == [False, True, True]


def test_code_in_the_text_is_no_sentence() -> None:
    assert texts("We could do\n\n\tpage->mapping = NULL;\n\nand be done.\n") == [
        "We could do",
        "and be done.",
    ]


def test_spans_are_places_in_the_body() -> None:
    message = mail("One sentence here.\n  Another   one\nthere.\n")
    for sentence in sentences(message):
        assert message.body[sentence.start : sentence.end].split() == sentence.text.split()


PATCH = """\
Describe the member.

Signed-off-by: Ada Example <ada@example.org>
---
 include/linux/mm_types.h | 4 ++++
 1 file changed, 4 insertions(+)

diff --git a/include/linux/mm_types.h b/include/linux/mm_types.h
index 111..222 100644
--- a/include/linux/mm_types.h
+++ b/include/linux/mm_types.h
@@ -10,4 +10,8 @@ struct ptdesc {
 \tunsigned long a;
+\t/*
+\t * The second word is free for the owner.
+\t * Nobody else looks at it.
+\t */
+\tunsigned long pt_owner;\t/* holds the owner's cookie */
 \tunsigned long b;
-\tunsigned long c; /* this one goes */
 };
"""


def test_added_comments_are_read_with_their_struct() -> None:
    found = list(added_comments(mail(PATCH, "[PATCH] mm: describe"), 0, lambda text: True))
    assert [s.text for s in found] == [
        "The second word is free for the owner.",
        "Nobody else looks at it.",
        "holds the owner's cookie",
    ]
    assert {s.place for s in found} == {Place.COMMENT}
    assert found[2].code == "unsigned long pt_owner;"
    assert found[2].scope == "struct ptdesc"


PATCH_IN_REPLY = """I would do it like this:

{head}Drop the second check.

Signed-off-by: Ada Example <ada@example.org>
---
 mm/a.c | 1 -
 1 file changed, 1 deletion(-)

diff --git a/mm/a.c b/mm/a.c
--- a/mm/a.c
+++ b/mm/a.c
@@ -1,2 +1,1 @@ int f(void)
-\tg();
 \th();
"""


def test_patch_in_a_reply_has_its_own_message() -> None:
    for head in ("-- >8 --\n\n", "[PATCH] mm: drop a check\n\n", "Subject: mm: drop a check\n\n"):
        found = {s.text: s.place for s in sentences(mail(PATCH_IN_REPLY.replace("{head}", head)))}
        assert found["I would do it like this:"] is Place.REPLY
        assert found["Drop the second check."] is Place.COMMIT
    bare = {s.text: s.place for s in sentences(mail(PATCH_IN_REPLY.replace("{head}", "")))}
    assert bare["Drop the second check."] is Place.REPLY
