"""What the screen remembers, and what a broken file of it does (nothing)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from threadmine.screens.memory import MOST_LIMITS, Memory, keep, memory_path, recall

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_kept_and_recalled() -> None:
    assert recall() == Memory()
    memory = Memory().visited("a.db", NOW).with_limit("kind:nit").with_limit("is:open").with_limit("kind:nit")
    keep(memory)
    assert recall() == memory
    assert memory.limits == ("kind:nit", "is:open")
    assert memory.last_visit("a.db") == NOW
    assert memory.last_visit("b.db") is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"visits": 3, "limits": []}', '{"visits": {"a": "yesterday"}}']
)
def test_a_broken_file_is_forgotten(text: str) -> None:
    memory_path().parent.mkdir(parents=True, exist_ok=True)
    memory_path().write_text(text, encoding="utf-8")
    assert recall().last_visit("a") is None


def test_it_does_not_grow() -> None:
    memory = Memory()
    for number in range(3 * MOST_LIMITS):
        memory = memory.with_limit(f"word{number}")
    assert len(memory.limits) == MOST_LIMITS
    assert memory.with_limit("  ") == memory
