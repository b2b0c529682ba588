"""A cue that stands for few texts is looked for by those, and found where its expression finds it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadmine.vocab.concerns_cues import Phrase, _compile, read_words

_CUES = (
    "please drop|remove it?",
    "^ why not",
    "^ so? why|how",
    "move it? to",
    "nit :",
    "this .. away",
    "^ ok $",
)
_WORDS = (
    "please",
    "drop",
    "remove",
    "it",
    "why",
    "not",
    "so",
    "how",
    "move",
    "to",
    "nit",
    ":",
    "away",
    "ok?",
    "?",
)
_SENTENCES = st.lists(st.sampled_from(_WORDS), max_size=8).map(" ".join)


def by_expression(phrase: Phrase) -> Phrase:
    return replace(phrase, spelled=())


@given(cue=st.sampled_from(_CUES), sentence=_SENTENCES)
def test_both_ways_find_the_same(cue: str, sentence: str) -> None:
    phrase, _ = _compile(cue, {})
    words = read_words(sentence)
    assert phrase.found(words) is by_expression(phrase).found(words)


@pytest.mark.parametrize(
    ("cue", "spelled"),
    [
        (
            "please drop|remove it?",
            (" please drop it ", " please drop ", " please remove it ", " please remove "),
        ),
        ("^ why not", ("why not ",)),
        ("this .. away", ()),
        ("^ ok $", ()),
    ],
)
def test_only_what_stands_for_few_texts_is_spelled_out(cue: str, spelled: tuple[str, ...]) -> None:
    phrase, _ = _compile(cue, {})
    assert phrase.spelled == spelled
