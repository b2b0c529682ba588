"""Subject lines as people write them."""

from __future__ import annotations

import pytest

from threadmine.parse.subject import parse_subject


@pytest.mark.parametrize(
    ("text", "number", "total", "version", "title"),
    [
        ("[PATCH v6 01/15] mm: count heads", 1, 15, 6, "mm: count heads"),
        ("[PATCHv2 00/14] mm: count heads", 0, 14, 2, "mm: count heads"),
        ("[v6 01/15] mm: count heads", 1, 15, 6, "mm: count heads"),
        ("[RFC PATCH net-next V3 2/7] a: b", 2, 7, 3, "a: b"),
        ("[PATCH v5.1 3/8] a: b", 3, 8, 5, "a: b"),
        ("[PATCH 5/17 v2] a: b", 5, 17, 2, "a: b"),
        ("[PATCH v3 28/30 fix 1/2] a: b", 1, 2, 3, "a: b"),
        ("[PATCH] a: b", None, None, 1, "a: b"),
        ("[PATCH mm-unstable v7 00/31] Split it", 0, 31, 7, "Split it"),
        ("[PATCH v3 1 of 4] a", 1, 4, 3, "a"),
        ("[PATCH v2][next] a: b", None, None, 2, "a: b"),
        ("[linux-cachefs] [PATCH v5 00/27] Memory things", 0, 27, 5, "Memory things"),
        ("a subject [with] brackets 3/4 later", None, None, 1, "a subject [with] brackets 3/4 later"),
    ],
)
def test_brackets(text: str, number: int | None, total: int | None, version: int, title: str) -> None:
    subject = parse_subject(text)
    assert (subject.number, subject.total, subject.version, subject.title) == (number, total, version, title)
    assert not subject.is_reply


def test_flags_and_tags() -> None:
    subject = parse_subject("[RFC RESEND PATCH net-next v4 2/3] net: do it")
    assert subject.is_rfc and subject.is_resend and subject.is_patch and subject.version_stated
    assert subject.tags == ("net-next",)
    plain = parse_subject("[LSF/MM/BPF TOPIC] Memory")
    assert not plain.is_patch and plain.tags == ("LSF/MM/BPF", "TOPIC") and plain.number is None
    assert parse_subject("[PATCH v5.1 3/8] a").subversion == "1"
    assert not parse_subject("[PATCH 3/8] a").version_stated


@pytest.mark.parametrize(
    "text", ["Re: a: b", "RE: Re: a: b", "Aw: a: b", "Re[2]: a: b", "回复：a: b", "Fwd: a: b", "re : a: b"]
)
def test_reply_marks(text: str) -> None:
    subject = parse_subject(text)
    assert subject.is_reply and subject.title == "a: b"


def test_a_subsystem_is_no_reply_mark() -> None:
    for text in ("mm: a", "net: a", "x86: a"):
        assert not parse_subject(text).is_reply
    assert parse_subject("Xyz: [PATCH 1/2] a").is_reply


def test_a_series_that_answers_a_mail_is_no_reply() -> None:
    subject = parse_subject("[RFC PATCH 0/3] Re: [PATCH v17 14/21] mm: isolate")
    assert not subject.is_reply and (subject.number, subject.total, subject.version) == (0, 3, 1)
    assert parse_subject("[a-list] Re: [PATCH 1/2] a").is_reply


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "[[[[", "[PATCH", "]" * 500, "[" * 5000, "Re: " * 5000, "[PATCH 1/"]
)
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(parse_subject(text).title, str)
