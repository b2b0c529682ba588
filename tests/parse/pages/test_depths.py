"""Depths found again on pages that we render ourselves, so that the true ones are known."""

from __future__ import annotations

import math
import random
import time

import pytest

from threadmine.parse.pages import depths
from threadmine.parse.pages.depths import doubts, find_depths
from threadmine.parse.pages.likely import Weights, likely_depths, weights
from threadmine.parse.pages.moves import COLUMNS, LEVELS
from threadmine.parse.pages.shown import MAX_LINES, shown_lines, writers_of

PEOPLE = ("Dora Delta", "Cleo Gamma", "Bela Beta", "Ann Alpha")
OPENERS = ("Yes, ", "No, ", "Hmm, ", "Right, ", "Sure, ", "I think ")


def attribution(depth: int) -> str:
    """The line at ``depth`` that names the writer one level deeper."""
    return f"On Wed, Mar {4 - depth:02}, 2026 at 09:00:00AM +0000, {PEOPLE[depth + 1]} wrote:"


def rendered(parts: list[tuple[int, str]]) -> tuple[list[str], list[int]]:
    """Paragraphs with their depths as the viewer shows them, and the depth of each line that is not blank."""
    out: list[str] = []
    truth: list[int] = []
    before = -1
    for depth, text in parts:
        if before == depth:
            out.append("")
        out += ["quoted"] * (max(depth, 1) - max(before, 1))
        out += text.split("\n")
        truth += [depth] * len(text.split("\n"))
        before = depth
    return out, truth


def conversation(seed: int) -> list[tuple[int, str]]:
    """A mail that answers level by level, twice; every paragraph ends early and begins like an answer."""
    pick = random.Random(seed)
    parts = [(depth, attribution(depth)) for depth in range(3)]
    for _ in range(2):
        for depth in (3, 2, 1, 0):
            words = [
                pick.choice(("the", "page", "owner", "clears", "it", "again", "later")) for _ in range(24)
            ]
            text = pick.choice(OPENERS) + " ".join(words)
            lines = [text[:70].rstrip(), text[70:110].strip() + "."]
            parts.append((depth, "\n".join(lines)))
    return [*parts, (0, "Dora")]


@pytest.mark.parametrize("seed", range(12))
def test_a_mail_of_our_own_has_its_depths_where_they_are_decided(seed: int) -> None:
    out, truth = rendered(conversation(seed))
    shown = shown_lines(out)
    assert len(shown) == len(truth)
    writers, top = writers_of(shown, PEOPLE[0])
    assert writers == dict(enumerate(PEOPLE)) and top == 3
    found = doubts(shown, writers, top)
    decided = [
        (PEOPLE[depth], doubt.names[0]) for depth, doubt in zip(truth, found, strict=True) if doubt.is_sure
    ]
    assert len(decided) > len(truth) // 2
    assert all(name == right for name, right in decided)
    for depth, doubt in zip(truth, found, strict=True):
        assert doubt.is_sure or len(doubt.names) > 1
        assert not doubt.is_sure or doubt.depth == depth


def test_a_greeting_between_attribution_lines_does_not_end_their_chain() -> None:
    lines = ["Hi,", "", attribution(0), "Hello,", "", attribution(1), "quoted", "Where is that?", "In mm."]
    writers, top = writers_of(shown_lines(lines), PEOPLE[0])
    assert (writers, top) == ({0: "Dora Delta", 1: "Cleo Gamma", 2: "Bela Beta"}, 2)


def test_text_that_quotes_nothing_is_the_authors() -> None:
    found = find_depths(["The page is cleared", "by its owner.", "", "No, twice."], PEOPLE[0])
    assert found.undecided == {} and ">" not in found.text


def test_a_name_for_two_levels_is_one_person() -> None:
    lines = [
        attribution(0),
        attribution(1).replace("Bela Beta", "Dora Delta (Firm)"),
        "quoted",
        "It is cleared.",
    ]
    shown = shown_lines(lines)
    writers, top = writers_of(shown, PEOPLE[0])
    assert doubts(shown, writers, top)[-1].names == ("Dora Delta",)


def test_probabilities_are_those_of_all_readings() -> None:
    """One line below an attribution line is quoted; the next stays, or closes, e times as likely."""
    shown = shown_lines([attribution(0), "one", "two"])
    never = -100.0
    move = {"begins quoted": never, "new text below attribution": never, "close 0": 1.0, "close 1": 1.0}
    given = Weights({}, {}, {}, move)
    first, one, two = likely_depths(shown, {0: "Dora Delta", 1: "Cleo Gamma"}, 1, given)
    assert first.depths == {0: pytest.approx(1.0)} and one.depths == {1: pytest.approx(1.0)}
    assert two.depths == {0: pytest.approx(math.e / (1 + math.e)), 1: pytest.approx(1 / (1 + math.e))}
    assert two.stays == pytest.approx(1 / (1 + math.e))


def test_the_weights_have_their_columns_and_no_names() -> None:
    given = weights()
    assert all(len(values) == len(COLUMNS) for values in given.border.values())
    assert all(len(values) == len(LEVELS) for values in given.line.values())
    words = {name.split()[1] for name in given.border if name.startswith("word ")}
    assert {"yes", "no"} <= words and all(word == word.lower() for word in words)


@pytest.mark.parametrize(
    "lines",
    [
        ["quoted"] * 5000,
        ["quoted", "x"] * 3000,
        ["x" * 40_000] * 50,
        [attribution(0), *["> > quoted", "quoted", "-- ", "A?" * 400, "\t+ x;"] * 1000],
        ["On " * 3000 + "wrote:"] * 20,
    ],
)
def test_hostile_pages_are_bounded(lines: list[str]) -> None:
    begun = time.process_time()
    found = find_depths(lines, "Dora Delta")
    assert time.process_time() - begun < 20
    assert len(found.text.split("\n")) <= MAX_LINES + 1


def test_the_same_page_gives_the_same_answer() -> None:
    out, _ = rendered(conversation(1))
    assert find_depths(out, PEOPLE[0]) == find_depths(out, PEOPLE[0])
    assert depths.find_depths([], PEOPLE[0]).text == ""
