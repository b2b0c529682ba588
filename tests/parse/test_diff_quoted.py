"""Quoted pieces of a diff get file, line and function, across the reply's own text."""

from __future__ import annotations

from threadmine.model import Side, Stretch, StretchKind
from threadmine.parse.diff import find_quoted_hunks, place_before

REPLY = """\
On Monday, Ada Byrne wrote:
> diff --git a/mm/tray.c b/mm/tray.c
> index 1111111..2222222 100644
> --- a/mm/tray.c
> +++ b/mm/tray.c
> @@ -10,6 +10,12 @@ void tray_init(struct tray *tray)
>  	tray->used = 0;
>  }
>
> +static void tray_reset(struct tray *tray)
> +{
> +	tray->used = -1;

Why minus one?

> +	tray->pages = 0;
> +}
> +
>  int tray_free(struct tray *tray)
>  {
>  	tray->used = 0;

This one is wrong.

> @@ -50,4 +56,4 @@ int tray_free(struct tray *tray)
>  	a();
> [...]
> -	b();
> +	c();

And here?
"""


def test_place_of_a_remark_between_quoted_lines() -> None:
    hunks = find_quoted_hunks(REPLY, ())
    assert len(hunks) == 2
    place = place_before(hunks, REPLY.index("Why minus"))
    assert place is not None
    assert (place.file, place.line, place.function) == ("mm/tray.c", 15, "tray_reset")
    assert (place.side, place.text, place.approximate) == (Side.ADDED, "\ttray->used = -1;", False)
    place = place_before(hunks, REPLY.index("This one"))
    assert place is not None
    assert (place.line, place.function, place.function_source) == (21, "tray_free", "hunk")


def test_lines_after_a_cut_are_approximate() -> None:
    place = place_before(find_quoted_hunks(REPLY, ()), REPLY.index("And here"))
    assert place is not None
    assert (place.function, place.function_source) == ("tray_free", "heading")
    assert place.approximate


def test_nothing_above_the_first_hunk() -> None:
    assert place_before(find_quoted_hunks(REPLY, ()), 5) is None


def test_deeper_quotation_is_counted_by_itself() -> None:
    body = (
        "> > @@ -5,3 +5,4 @@ int f(void)\n> >  \ta();\n> > +\tb();\n>\n> Not b, please.\n>\n"
        "> >  \tc();\n> >  \td();\n\n"
        "Agreed.\n"
    )
    (hunk,) = find_quoted_hunks(body, ())
    assert hunk.depth == 2
    assert [place.text.strip() for place in hunk.places()] == ["a();", "b();", "c();", "d();"]
    place = place_before([hunk], body.index("Agreed"))
    assert place is not None and place.line == 8


def test_marks_without_a_blank() -> None:
    body = ">+++ b/x.c\n>@@ -5,2 +5,3 @@ int f(void)\n> \ta();\n>+\tb();\n> \tc();\nHm?\n"
    (hunk,) = find_quoted_hunks(body, ())
    assert hunk.file == "x.c"
    assert [(place.side.value, place.line) for place in hunk.places()] == [(" ", 5), ("+", 6), (" ", 7)]


def test_quotation_without_header_has_no_number_but_the_file() -> None:
    start = REPLY.index("> @@ -50")
    body = REPLY[:start] + "> +\tx();\n> +\ty();\n\nSure?\n"
    stretch = Stretch(start, start + len("> +\tx();\n> +\ty();\n"), 1, StretchKind.DIFF)
    place = place_before(find_quoted_hunks(body, (stretch,)), body.index("Sure"))
    assert place is not None
    assert (place.file, place.line, place.text, place.approximate) == ("mm/tray.c", 0, "\ty();", True)


def test_an_attribution_ends_deeper_quotation() -> None:
    first = "> @@ -5,9 +5,9 @@ int f(void)\n>  \ta();\n"
    body = first + "On Tuesday, Bo wrote:\n> -not a diff line\n> +nor this\n"
    at = len(first)
    stretch = Stretch(at, body.index("> -not"), 0, StretchKind.ATTRIBUTION)
    (hunk,) = find_quoted_hunks(body, (stretch,))
    assert [place.text for place in hunk.places()] == ["\ta();"]


def test_hostile_quotation_ends() -> None:
    for body in (
        "> @@ -1,999999 +1,999999 @@\n" + "> +x\n\n" * 50_000,
        ">" * 100_000 + "@@ -1 +1 @@\n",
        "> +++ b/x\n" * 50_000,
        "> @@ -1,9 +1,9 @@\n" * 50_000,
    ):
        hunks = find_quoted_hunks(body, ())
        assert len(hunks) <= 2_000
        place_before(hunks, len(body))
