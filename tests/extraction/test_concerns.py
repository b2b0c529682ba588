"""What a mail asks for: sentences of our own writing, labelled, and what they are tied to."""

from __future__ import annotations

import time

import pytest

from threadmine import memmap
from threadmine.extraction.concerns import find_concerns
from threadmine.model import Concern, ConcernKind, Origin, RawMail
from threadmine.parse.message import parse_mail
from threadmine.vocab.concerns_cues import Cues, read_words

HEAD = """\
From: Rita Reviewer <rita@example.org>
Subject: Re: [PATCH v3 2/4] mm: keep the widget count in the tail page
Date: Tue, 04 Feb 2025 10:00:00 +0000
Message-ID: <reply@example.org>
In-Reply-To: <patch@example.org>

"""
QUOTED = """\
On Mon, Feb 03, 2025 at 09:00:00AM +0000, Paul Poster wrote:
> Signed-off-by: Paul Poster <paul@example.org>
> ---
> diff --git a/mm/widget.c b/mm/widget.c
> --- a/mm/widget.c
> +++ b/mm/widget.c
> @@ -10,6 +10,9 @@ static int widget_first(void)
>  static void widget_reset(struct page *page)
>  {
>  	struct folio *folio = page_folio(page);
> +	folio->_nr_pages = 0;
> +	page->mapping = NULL;
>  	widget_note(page);
"""


def concerns_of(text: str, quoted: str = QUOTED, head: str = HEAD) -> tuple[Concern, ...]:
    raw = RawMail((head + quoted + "\n" + text + "\n").encode(), Origin("test"))
    return find_concerns(parse_mail(raw), memmap.load())


ASKS = [
    ("Why is the count cleared twice?", ConcernKind.QUESTION),
    ("What happens when the order is zero here?", ConcernKind.QUESTION),
    ("Do we really have to hold the lock here?", ConcernKind.QUESTION),
    ("It shouldn't be cleared here, right?", ConcernKind.QUESTION),
    ("Wrong title.", ConcernKind.NIT),
    ("I am not sure whether my numbers tell, but this is racy.", ConcernKind.OBJECTION),
    ("I would have made this static.", ConcernKind.NIT),
    ("Are we sure that nobody reads this afterwards?", ConcernKind.QUESTION),
    ("Could you please move this into the caller?", ConcernKind.REQUEST),
    ("Why not just call widget_init() here?", ConcernKind.REQUEST),
    ("Shouldn't this be done under the lock?", ConcernKind.REQUEST),
    ("It would be good to have a comment that says who frees it.", ConcernKind.REQUEST),
    ("I would rather keep the helper where it was.", ConcernKind.REQUEST),
    ("Let's drop the second argument.", ConcernKind.REQUEST),
    ("You could just pass the folio.", ConcernKind.REQUEST),
    ("This is racy, the page may be gone by then.", ConcernKind.OBJECTION),
    ("I don't see what protects the list here.", ConcernKind.OBJECTION),
    ("Pointless, the caller has cleared it already.", ConcernKind.OBJECTION),
    ("This doesn't even compile without CONFIG_WIDGET.", ConcernKind.OBJECTION),
    ("I think the flag should be renamed to WIDGET_BUSY.", ConcernKind.NIT),
    ("s/widgit/widget/", ConcernKind.NIT),
    ("Please split this hunk into a separate patch.", ConcernKind.PROCESS),
    ("Can you rebase this on top of mm-unstable?", ConcernKind.PROCESS),
]


@pytest.mark.parametrize(("text", "kind"), ASKS)
def test_a_sentence_that_asks_is_a_concern_of_its_kind(text: str, kind: ConcernKind) -> None:
    (concern,) = concerns_of(text)
    assert (concern.quote, concern.kind) == (text, kind)
    assert concern.cue


COURTESY = [
    "Thanks for working on this, it looks good to me.",
    "Reviewed-by: Rita Reviewer <rita@example.org>",
    "Will fix in the next version.",
    "That makes sense.",
    "Nice catch!",
    "I tested this on two machines and saw no difference.",
    "Good thing we don't get paid by the line, right?",
]


@pytest.mark.parametrize("text", COURTESY)
def test_courtesy_tags_and_plans_are_no_concern(text: str) -> None:
    assert concerns_of(text) == ()


def test_quoted_text_is_not_the_writers() -> None:
    quoted = "On Mon, Feb 03, 2025 at 09:00:00AM +0000, Paul Poster wrote:\n> Why? Please drop it.\n"
    assert concerns_of("I have no idea.", quoted) == ()


def test_two_sentences_that_ask_are_two() -> None:
    found = concerns_of("Does it need zeroing? If so, why not do that in widget_init()?")
    assert [concern.kind for concern in found] == [ConcernKind.QUESTION, ConcernKind.REQUEST]


def test_an_objection_and_its_reason_are_one() -> None:
    (concern,) = concerns_of("This is fragile. I don't like that the order is kept in the flags.")
    assert concern.quote == "This is fragile. I don't like that the order is kept in the flags."


def test_the_same_words_again_raise_one_point() -> None:
    quoted = QUOTED + "\nPlease use a helper.\n\n>  	return;\n\nPlease use a helper.\n"
    assert len(concerns_of("\n", quoted)) == 1


def test_the_span_shows_the_quote_in_the_body() -> None:
    raw = RawMail((HEAD + QUOTED + "\nCould you add a\ncomment here?\n").encode(), Origin("test"))
    message = parse_mail(raw)
    (concern,) = find_concerns(message, memmap.load())
    assert message.body[concern.start : concern.end] == "Could you add a\ncomment here?"
    assert concern.id == Concern.make_id(message.message_id, concern.start, concern.end)


def test_a_concern_is_tied_to_the_quoted_hunk_above() -> None:
    quoted = QUOTED.removesuffix(">  	widget_note(page);\n")
    (concern,) = concerns_of("Why is this cleared here?", quoted)
    assert (concern.about_file, concern.about_function, concern.about_line) == (
        "mm/widget.c",
        "widget_reset",
        14,
    )
    assert concern.about_text.endswith("page->mapping = NULL;")
    assert concern.targets == ("page.mapping", "widget_reset")


def test_names_in_the_sentence_come_before_those_around_it() -> None:
    (concern,) = concerns_of("Why does prep_compound_page() not set folio->_nr_pages?")
    assert concern.targets == ("folio._nr_pages", "prep_compound_page")


def test_this_means_all_of_a_quoted_sentence_that_is_broken_over_lines() -> None:
    quoted = (
        "On Mon, Feb 03, 2025 at 09:00:00AM +0000, Paul Poster wrote:\n"
        "> Nobody looks at page->mapping here, and nobody\n> sets folio->_nr_pages either.\n"
    )
    (concern,) = concerns_of("I don't think this is right.", quoted)
    assert concern.targets == ("page.mapping", "folio._nr_pages")


def test_the_author_of_the_patch_explains_and_does_not_request() -> None:
    head = HEAD.replace("Rita Reviewer <rita", "Paul Poster <paul")
    assert (
        concerns_of("The count should be zero at this point. The callers need to hold the lock.", head=head)
        == ()
    )
    assert [c.kind for c in concerns_of("Would you prefer a helper?", head=head)] == [ConcernKind.QUESTION]


def test_a_reviewer_without_a_name_is_not_the_author() -> None:
    head = HEAD.replace("Rita Reviewer <rita@example.org>", "rita@example.org")
    for quoted in (QUOTED, "> The count is cleared.\n"):
        found = concerns_of("Please clear this under the lock.", quoted, head)
        assert [c.kind for c in found] == [ConcernKind.REQUEST]


NO_ASK = [
    "We could use a bitmap, but that would not fit.",
    "What you want is the largest page.",
    "Consider the callers of widget_init().",
    "Once I have written that down, I will send it.",
    "This should simplify things.",
    "Some nits below:",
    "I'm not sure whether I can reproduce it. I'll run it again tonight.",
    "I'm not sure how I ended up with that number.",
    "The existing locking is rather tricky.",
    "I would have liked to see that a year ago.",
    "I would have done this much sooner.",
    "I don't think you should wait for my series.",
    "I don't think this needs a respin.",
    "Back then I complained that the name was misleading.",
]


@pytest.mark.parametrize("text", NO_ASK)
def test_describing_musing_and_declining_is_no_asking(text: str) -> None:
    assert concerns_of(text) == ()


def test_what_goes_on_with_a_request_belongs_to_it() -> None:
    (concern,) = concerns_of("Please take the lock first. That way you can drop the check.")
    assert concern.quote.endswith("drop the check.")


def test_an_answer_is_no_request() -> None:
    quoted = (
        "On Mon, Feb 03, 2025 at 09:00:00AM +0000, Paul Poster wrote:\n> Which value should it have then?\n"
    )
    assert concerns_of("It should be zero at this point.", quoted) == ()


def test_a_posted_patch_holds_no_concerns_but_questions_to_its_readers() -> None:
    head = HEAD.replace("Re: [PATCH v3 2/4]", "[PATCH v3 0/4]").replace(
        "In-Reply-To: <patch@example.org>\n", ""
    )
    text = "What is a widget? It is a page.\n\nAny comments on the naming?\n"
    assert [concern.quote for concern in concerns_of(text, "", head)] == ["Any comments on the naming?"]
    invited = "Widgets are counted. Please let me know if this is too slow for somebody."
    assert [concern.kind for concern in concerns_of(invited, "", head)] == [ConcernKind.QUESTION]


def test_what_a_robot_asks_carries_its_name() -> None:
    head = HEAD.replace("Rita Reviewer <rita@example.org>", "kernel test robot <lkp@intel.com>")
    found = concerns_of("Could this read the count of a freed page?", head=head)
    assert [concern.source for concern in found] == ["kernel test robot"]


def test_an_unknown_word_list_in_the_vocabulary_is_an_error() -> None:
    with pytest.raises(KeyError):
        Cues(["@nosuch thing"], {})
    with pytest.raises(ValueError, match="without a plain word"):
        Cues(["^ .. $"], {})


@pytest.mark.parametrize(
    "text",
    [
        "?" * 100_000,
        "why not " * 20_000,
        "a_b->" * 30_000,
        "> " * 50_000 + "why?",
        "(" * 100_000,
        "why not this? " * 40_000,
    ],
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    read_words(text[:1200])
    begin = time.process_time()
    assert len(concerns_of(text)) <= 200
    assert time.process_time() - begin < 20
