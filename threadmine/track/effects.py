"""What the text under a quotation does to a concern in it, told by cues of ``vocab/replies.toml``.

Agreements and denials share their words ("right", "not right"), so what nods, what denies and what agrees
are looked for one after the other, and what stands behind a "but" counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from threadmine.model import Effect
from threadmine.track.text import Exchange
from threadmine.vocab.concerns_cues import Words, read_words, vocabulary

MAX_SAID = 12
"""Sentences under a quotation that are looked at."""

_OFFERED = re.compile(r" (?:could|can|would|might) ")
"""What is named as possible before a "but" declines it."""


def effect_of(exchange: Exchange, by_asker: bool) -> tuple[Effect | None, str]:
    """What the text under a quotation does to a concern in it, and the sentence that does it."""
    read = ((sentence, read_words(sentence)) for sentence in exchange.said[:MAX_SAID])
    if by_asker:
        return _askers_effect(read)
    stated = (
        (sentence, words)
        for at, (sentence, words) in enumerate(read)
        if not (words.is_question or (at and cue("others", words)) or cue("neutral", words))
    )
    effects = [(effect_in(words), sentence) for sentence, words in islice(stated, MAX_STATED)]
    for wanted, last in _PRECEDENCE:
        for effect, sentence in effects[:last]:
            if effect in wanted:
                return effect, sentence
    if effects:
        return Effect.ANSWER, effects[0][1]
    if exchange.code:
        return Effect.FIX, ""
    return None, ""


def effect_in(words: Words) -> Effect | None:
    """What one sentence does to a concern it is said of, None where no cue tells.

    "Yes, but" does what comes after the "but", if that says anything.
    """
    found = next((effect for effect, group in _ORDER if cue(group, words)), None)
    before, but, after = words.text.rpartition(" but ")
    if not but or found not in (Effect.AGREE, Effect.PROMISE):
        return found
    rest = words._replace(text=f" {after}", begin=1, words=frozenset(after.split()))
    then = next((effect for effect, group in _ORDER if cue(group, rest)), None)
    if then in (Effect.AGREE, Effect.REDIRECT, None):
        return Effect.DISAGREE if _OFFERED.search(before) else found
    return then


# Of several effects under one quotation the first group counts, looked for in that many stated sentences.
_PRECEDENCE = (
    ((Effect.FIX, Effect.PROMISE), 6),
    ((Effect.AGREE, Effect.DISAGREE), 3),
    ((Effect.REDIRECT, Effect.DEFER), 4),
)
MAX_STATED = max(last for _, last in _PRECEDENCE)
_ORDER = (
    (Effect.FIX, "fix"),
    (Effect.DISAGREE, "decline"),
    (Effect.DEFER, "look"),
    (Effect.PROMISE, "promise"),
    (Effect.AGREE, "nod"),
    (Effect.DISAGREE, "denial"),
    (Effect.AGREE, "agree"),
    (Effect.DISAGREE, "disagree"),
    (Effect.REDIRECT, "redirect"),
    (Effect.DEFER, "defer"),
)


def _askers_effect(read: Iterable[tuple[str, Words]]) -> tuple[Effect | None, str]:
    for sentence, words in read:
        if words.is_question:
            continue
        if cue("retract", words):
            return Effect.WITHDRAW, sentence
        if cue("accept", words):
            return Effect.AGREE, sentence
        if cue("disagree", words):
            return Effect.DISAGREE, sentence
    return None, ""


def cue(group: str, words: Words) -> str:
    """The cue of a group of ``vocab/replies.toml`` that a sentence holds, the empty text for none."""
    return vocabulary("replies")[group]["strong"].first(words)
