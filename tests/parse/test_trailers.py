"""Trailers are found in new text, anywhere in it, and nowhere else."""

from __future__ import annotations

from threadmine.model import Person
from threadmine.parse.diff import parse_patch
from threadmine.parse.quotes import find_stretches
from threadmine.parse.trailers import find_trailers


def trailers(body: str) -> list[tuple[str, str, Person | None]]:
    found = find_trailers(body, find_stretches(body, parse_patch(body)))
    for trailer in found:
        assert body[trailer.start :].lower().lstrip().startswith(trailer.tag.lower()[:2])
    return [(t.tag, t.value, t.person) for t in found]


def test_between_two_remarks_and_in_odd_spelling() -> None:
    quoted = "> Acked-by: Not Me <not@example.org>\n\n"
    body = f"{quoted}Good.\n\nreviewed-by: Ann Alpha <ann@example.org>\n\nOne more thing.\n"
    assert trailers(body) == [
        ("Reviewed-by", "Ann Alpha <ann@example.org>", Person("Ann Alpha", "ann@example.org"))
    ]


def test_wrapped_remarked_and_without_people() -> None:
    body = (
        'Text of it.\n\nFixes: 0123456789ab ("mm: a very long title that was\nwrapped")\n'
        "Tested-by: Bob Beta # on arm64\nCo-developed-by: Cleo Gamma <cleo@example.org> # v2\n"
        "Link: https://example.org/x\nCc: stable@example.org\nAcked-by: Dora Delta\n <dora@example.org>\n"
    )
    assert trailers(body) == [
        ("Fixes", '0123456789ab ("mm: a very long title that was wrapped")', None),
        ("Tested-by", "Bob Beta # on arm64", Person("Bob Beta", "")),
        ("Co-developed-by", "Cleo Gamma <cleo@example.org> # v2", Person("Cleo Gamma", "cleo@example.org")),
        ("Link", "https://example.org/x", None),
        ("Cc", "stable@example.org", Person("", "stable@example.org")),
        ("Acked-by", "Dora Delta <dora@example.org>", Person("Dora Delta", "dora@example.org")),
    ]


def test_prose_with_a_colon_is_no_trailer() -> None:
    assert (
        trailers("Note: this is not so.\nLink: see above.\nFixes: it was broken before.\nBy-the-way: no.\n")
        == []
    )
