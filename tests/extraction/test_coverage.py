"""Sentences that say that a series changes every user of something."""

from __future__ import annotations

import pytest

from threadmine.extraction.claims.readings.coverage import covers


@pytest.mark.parametrize(
    "text",
    (
        "I am converting all callers of tray_put() in this series.",
        "All in-tree users are moved over by this patch set.",
        "Every driver is switched with this series.",
    ),
)
def test_a_series_that_changes_every_user(text: str) -> None:
    assert covers(text)


@pytest.mark.parametrize(
    "text",
    (
        "Please convert all callers in this series.",
        "Not all users are converted in this series.",
        "Are all users converted in this series?",
        "All patches of this series are small.",
        "The users are converted in this series.",
    ),
)
def test_others_state_nothing_of_the_kind(text: str) -> None:
    assert not covers(text)
