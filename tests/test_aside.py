"""What people took off the list by hand."""

from __future__ import annotations

from datetime import date

import pytest

from threadmine.query.aside import is_aside

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize("triage", ["closed", "merged into q1; 1 note", "snoozed until 2026-03-02"])
def test_aside(triage: str) -> None:
    assert is_aside(triage, TODAY)


@pytest.mark.parametrize("triage", ["", "assigned to closed", "snoozed until 2026-03-01", "2 notes"])
def test_still_on_the_list(triage: str) -> None:
    assert not is_aside(triage, TODAY)
