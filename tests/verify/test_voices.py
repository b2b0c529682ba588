"""A fact that matches the words confirms nothing that the writer does not say himself of what is so."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.extraction.test_readings import message_of as mail_of
from threadmine import memmap
from threadmine.extraction.claims import find_claims
from threadmine.model import VerdictKind
from threadmine.verify.asking import message_of
from threadmine.verify.engine import judge

WHEN = datetime(2026, 3, 1, tzinfo=UTC)

OWN = """\
page_kasan_tag() reads page->flags.
Right now page_kasan_tag() reads page->flags.
page_kasan_tag() does not set page->flags either.
The documentation says that page_kasan_tag() reads page->flags.
I have no better idea, page_kasan_tag() reads page->flags.
The "tag" is there, page_kasan_tag() reads page->flags.
commit: Since that commit page_kasan_tag() now reads page->flags.
commit: The tag is now a byte, because page_kasan_tag() reads page->flags.
commit: Until now page_kasan_tag() reads page->flags.
commit: As a result, page_kasan_tag() still reads page->flags.
commit: Currently page_kasan_tag() reads page->flags, but the tag is now a byte of its own.
""".splitlines()

NOT_OWN = """\
Either page_kasan_tag() reads page->flags or the tag is kept elsewhere.
The tag is looked up at boot, or page_kasan_tag() either reads page->flags or asks the shadow memory.
My idea is that page_kasan_tag() reads page->flags.
Another idea would be that page_kasan_tag() reads page->flags.
The comments mention that page_kasan_tag() reads page->flags but I cannot see that.
The changelog claims that page_kasan_tag() reads page->flags. That is no longer the case.
Mia wrote "page_kasan_tag() reads page->flags all the time" in her reply.
From now on page_kasan_tag() reads page->flags.
commit: page_kasan_tag() now reads page->flags.
commit: As a result, page_kasan_tag() reads page->flags.
""".splitlines()


def verdicts(text: str) -> list[VerdictKind]:
    """What is said of each claim of the sentence, or of the mail where it is a commit message."""
    message = mail_of(text) if text.startswith("commit: ") else message_of(text, WHEN)
    model = memmap.load()
    return [judge(claim, message, model, kernel="6.18").kind for claim in find_claims(message, model)]


@pytest.mark.parametrize("text", OWN)
def test_what_the_writer_says_himself_is_confirmed(text: str) -> None:
    assert VerdictKind.CONFIRMED in verdicts(text)


@pytest.mark.parametrize("text", NOT_OWN)
def test_what_he_leaves_open_or_hands_on_is_undecided(text: str) -> None:
    found = verdicts(text)
    assert found
    assert set(found) == {VerdictKind.UNDECIDED}
