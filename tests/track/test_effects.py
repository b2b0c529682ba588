"""One sentence of a reply, and what it does to the concern that stands above it."""

from __future__ import annotations

import pytest

from threadmine.model import Effect
from threadmine.track.effects import effect_of
from threadmine.track.text import Exchange

SENTENCES = {
    Effect.DISAGREE: (
        "That is not right.",
        "That's not correct, the lock is held.",
        "I don't agree with that.",
        "It doesn't make sense to do it there.",
        "That makes no sense to me.",
        "Not a good idea.",
        "That is no longer true.",
        "We could use it, but it would be slower.",
        "I agree, but it's out of scope.",
        "Sounds like overkill.",
        "It's fine as it is.",
        "I decided to keep it.",
        "That was my first idea, too, but it didn't work out.",
        "Not sure I agree.",
    ),
    Effect.AGREE: (
        "Indeed, this isn't correct.",
        "Good catch, that's not what I wanted.",
        "You're absolutely right.",
        "Sounds good to me.",
        "+1, that would be easier to review.",
        "Makes sense.",
        "Oops, that's not in the tree I tested.",
    ),
    Effect.PROMISE: ("I'm measuring it right now and will post the numbers.", "Will be gone in v3."),
    Effect.FIX: ("The fixup below should be folded in.", "It could, done."),
    Effect.ANSWER: ("The worker takes the lock before it looks at the list.",),
    None: ("I have no strong opinion here.", "No idea, to be honest.", "Good question."),
}


@pytest.mark.parametrize(
    ("said", "effect"), [(said, effect) for effect, group in SENTENCES.items() for said in group]
)
def test_a_sentence_agrees_or_denies(said: str, effect: Effect | None) -> None:
    assert effect_of(Exchange(quoted="x", said=(said,), code=False), by_asker=False)[0] is effect
