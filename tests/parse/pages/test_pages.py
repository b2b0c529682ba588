"""The five page formats on pages of our own writing, and what is not such a page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.parse.pages import samples
from threadmine.ingest import page_messages
from threadmine.model import Message, Origin, Person, RawPage, StretchKind, Unknown
from threadmine.parse.pages import Page, is_page, read_page

ALL = {
    "openwall": samples.OPENWALL,
    "lore": samples.LORE,
    "viewer": samples.VIEWER,
    "patchew": samples.PATCHEW,
    "mail-archive": samples.MAIL_ARCHIVE,
}


def page(text: str) -> Page:
    found = read_page(text.encode(), Origin("page.txt"))
    assert found is not None
    return found


def only(text: str) -> Message:
    (message,) = page(text).messages
    return message


def said(message: Message) -> dict[str, tuple[int, str, tuple[str, ...]]]:
    """First words of each prose stretch: depth, writer, candidates."""
    out = {}
    for stretch in message.stretches:
        if stretch.kind is StretchKind.PROSE:
            words = " ".join(message.body[stretch.start : stretch.end].replace(">", " ").split()[:3])
            out[words] = (stretch.depth, stretch.writer, stretch.candidates)
    return out


@pytest.mark.parametrize("site", ALL)
def test_each_format_is_known_by_its_content(site: str) -> None:
    assert page(ALL[site]).site == site
    assert is_page(ALL[site].encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "From: a@example.org\nSubject: x\n\nbody\n",
        "Reply to it\n",
        "<html><body>hello</body></html>",
        "Thread (3",
    ],
)
def test_what_is_no_page(text: str) -> None:
    assert read_page(text.encode(), Origin("x")) is None


def test_openwall() -> None:
    message = only(samples.OPENWALL)
    assert message.message_id == "ow-1@mail.example.org" and not message.id_made_up
    assert message.author == Person("Ann Alpha", "ann@...mple.org")
    assert message.date == datetime.fromisoformat("2026-03-02T10:00:00+01:00")
    assert [p.name for p in message.cc] == ["Cleo Gamma", ""]
    assert message.subject.version == 2 and message.subject.is_reply
    assert said(message) == {
        "The counter lives": (2, "Ann Alpha", ()),
        "I do not": (1, "Bela Beta", ()),
        "It does, look": (0, "", ()),
    }


def test_lore_and_its_overview() -> None:
    found = page(samples.LORE)
    (message,) = found.messages
    assert (message.message_id, message.in_reply_to) == ("lore-3@example.org", "lore-2@example.org")
    assert message.date == datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert message.body.endswith("Thanks, I see it now.\n") and "overview" not in message.body
    assert found.stated_messages == 6
    assert message.overview == found.rows and message.archive_notes == (("messages", "6"),)
    assert [r.message_id for r in found.rows] == ["", "", "", "lore-2@example.org", "lore-3@example.org", ""]
    rows = [(r.subject, r.author, r.parent) for r in found.rows]
    assert rows == [
        ("[PATCH 0/2] mm: count heads", "Bela Beta", None),
        ("[PATCH 1/2] mm: count", "Bela Beta", 0),
        ("", "Cleo Gamma", 1),
        ("", "Ann Alpha", -1),
        ("", "Cleo Gamma", 3),
        ("[PATCH 2/2] mm: count more", "Bela Beta", 0),
    ]
    assert [r.number for r in found.rows if r.this_message] == [4]
    assert found.rows[2].date == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_lore_saved_by_a_browser() -> None:
    found = page(samples.LORE_HTML)
    (message,) = found.messages
    assert (message.message_id, message.in_reply_to) == ("lore-3@example.org", "lore-2@example.org")
    assert message.date == datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert "\tif (x)\n\t\treturn;\n" in message.body
    assert said(message)["In the second"][:2] == (1, "Ann Alpha")
    assert [r.parent for r in found.rows] == [None, 0, 1]
    assert [r.message_id for r in found.rows] == [f"lore-{n}@example.org" for n in (0, 1, 3)]
    assert [r.subject for r in found.rows] == ["[PATCH 0/2] mm: count heads", "[PATCH 1/2] mm: count", ""]
    assert found.rows[2].this_message and found.rows[2].author == "Cleo Gamma"


def test_openwall_saved_by_a_browser() -> None:
    message = only(samples.OPENWALL_HTML)
    assert message.message_id == "ow-1@mail.example.org" and message.author.name == "Ann Alpha"
    assert message.body.startswith("On 1 Mar 2026") and "\tif (x)\n" in message.body
    assert said(message)["I do not"][:2] == (1, "Bela Beta") and "blists" not in message.body


def test_mail_archive_saved_by_a_browser() -> None:
    message = only(samples.MAIL_ARCHIVE_HTML)
    assert message.author.name == "Ann Alpha" and message.subject.raw == "Re: [PATCH 1/2] mm: flags"
    assert message.date == datetime.fromisoformat("2026-03-03T02:00:00-08:00")
    assert message.body.startswith("On 3 Mar 2026") and message.body.endswith("second page.\n")


def test_patchew_saved_by_a_browser() -> None:
    found, text = page(samples.PATCHEW_HTML), page(samples.PATCHEW)
    assert found.site == "patchew" and found.superseded
    assert [(m.author.name, m.subject.raw) for m in found.messages] == [
        (m.author.name, m.subject.raw) for m in text.messages
    ]
    parents = [
        found.messages.index(m)
        for r in found.messages
        for m in found.messages
        if r.in_reply_to == m.message_id
    ]
    assert parents == [0, 1, 2]
    assert found.messages[1].patch is not None and found.messages[1].patch.files[0].new_path == "mm/a.c"


def test_the_viewer_saved_by_a_browser() -> None:
    message, text = only(samples.VIEWER_HTML), only(samples.VIEWER)
    assert (message.author, message.date, message.subject.raw) == (text.author, text.date, text.subject.raw)
    assert said(message) == said(text)


def test_viewer_without_quote_marks() -> None:
    message = only(samples.VIEWER)
    assert message.author == Person("Dora Delta", "dora@example.org")
    assert message.date == datetime(2026, 3, 5, 7, tzinfo=UTC) and message.list_id == "linux-mm"
    found = said(message)
    assert found["The second page"][:2] == (3, "Ann Alpha")
    assert found["Why? The next"][:2] == (2, "Bela Beta")
    # it may answer the text above it, or be Cleo's answer that Dora left in: the page does not tell, but the
    # answer of him whose text stands above is the likelier one
    assert found["This is done"] == (1, "Cleo Gamma", ("Cleo Gamma", "Dora Delta"))
    assert found["And what about"][:2] == (3, "Ann Alpha")
    assert found["Because it has"][:2] == (1, "Cleo Gamma")
    assert "Keyboard" not in message.body and "quoted" not in message.body


def test_viewer_keeps_the_candidates_where_it_cannot_decide() -> None:
    text = samples.VIEWER.replace(
        "Why? The next owner clears it by himself as far as I can see from the code here.\n",
        "Somebody clears it by himself as far as I can see from the code that I have read\n"
        "up to now here. Perhaps you have seen more of it than me, and can tell us so now.\n",
    )
    undecided = [s for s in only(text).stretches if s.candidates]
    assert undecided
    for stretch in undecided:
        assert stretch.writer in ("", stretch.candidates[0])
        assert len(stretch.candidates) > 1 and stretch.depth > 0
    assert all({"Ann Alpha", "Bela Beta", "Cleo Gamma", "Dora Delta"} >= set(s.candidates) for s in undecided)


def test_lines_of_the_patch_in_a_reviewers_text_are_the_patchs() -> None:
    """A reviewer who goes through a patch leaves its marks away; the patch is known from his text alone."""
    items = list(page_messages(RawPage(samples.PASTED.encode(), Origin("p"))))
    message, *quoted = [item for item in items if isinstance(item, Message)]
    lines = [s for s in message.stretches if s.kind is StretchKind.CODE]
    assert [(s.depth, s.writer) for s in lines] == [(4, ""), (4, "")]
    assert said(message)["Why? Nobody reads"][:2] == (1, "Bela Beta")
    names = [m.author.name for m in quoted]
    assert names == ["Bela Beta", "Ann Alpha", ""]  # "Then I would rather" is Dora's own answer
    patch = quoted[-1]
    assert (patch.subject.raw, patch.in_reply_to) == ("[PATCH v3 2/4] mm: clear the second page", None)
    assert patch.author == Person("", "") and patch.quoted_only
    assert [line.strip()[:20] for line in patch.body.splitlines()] == [
        "page[1].owner = NULL",
        "atomic_set(&head->us",
    ]
    assert quoted[-2].in_reply_to == patch.message_id
    assert "owner = NULL" not in quoted[0].body


@pytest.mark.parametrize("subject", ["Re: [PATCH 1/2] mm: flags", "Re: flags"])
def test_code_that_a_writer_proposes_or_cites_is_his_own(subject: str) -> None:
    text = f"Subject: {subject}\n\n{samples.PROPOSED}"
    items = list(page_messages(RawPage(text.encode(), Origin("p"))))
    messages = [item for item in items if isinstance(item, Message)]
    assert [m.author.name for m in messages] == ["Ann Alpha", "Bela Beta"]
    assert max(s.depth for s in messages[0].stretches) == 1


def test_pasted_lines_of_a_message_that_answers_no_patch_stay() -> None:
    text = samples.PASTED.replace("[PATCH v3 2/4] ", "")
    assert max(s.depth for s in only(text).stretches) == 3


def test_patchew() -> None:
    found = page(samples.PATCHEW)
    assert found.superseded
    assert found.messages[0].archive_notes == (("superseded", "There is a newer version"),)
    names = [m.author.name for m in found.messages]
    assert names == ["Ann Alpha", "Ann Alpha", "Bela Beta", "Ann Alpha"]
    ids = [m.message_id for m in found.messages]
    assert [m.in_reply_to for m in found.messages][2:] == [ids[1], ids[2]]
    assert all(isinstance(m.date, Unknown) and "ago" in m.date.reason for m in found.messages)
    assert found.messages[1].patch is not None and found.messages[1].patch.files[0].new_path == "mm/a.c"
    assert said(found.messages[3])["Whose heads are"][:2] == (1, "Bela Beta")


def test_mail_archive_knows_the_writer_by_the_signature() -> None:
    message = only(samples.MAIL_ARCHIVE)
    assert message.author.name == "Ann Alpha" and isinstance(message.date, Unknown)
    assert said(message)["The flag lives"][:2] == (2, "Cleo Gamma")


def test_what_is_only_quoted_becomes_messages() -> None:
    items = list(page_messages(RawPage(samples.MAIL_ARCHIVE.encode(), Origin("p"))))
    messages = [item for item in items if isinstance(item, Message)]
    assert [(m.author.name, m.quoted_only) for m in messages] == [
        ("Ann Alpha", False),
        ("Bela Beta", True),
        ("Cleo Gamma", True),
    ]
    assert [m.in_reply_to for m in messages] == [messages[1].message_id, messages[2].message_id, None]
    assert all(m.message_id.endswith("@quoted.invalid") for m in messages[1:])
    assert messages[2].body == "The flag lives in the head page.\n"
    again = list(page_messages(RawPage(samples.MAIL_ARCHIVE.encode(), Origin("q"))))
    assert [m.message_id for m in again if isinstance(m, Message)] == [m.message_id for m in messages]


def test_what_the_page_itself_shows_is_not_made_again_from_quotes() -> None:
    items = list(page_messages(RawPage(samples.PATCHEW.encode(), Origin("p"))))
    assert [m.quoted_only for m in items if isinstance(m, Message)] == [False] * 4
