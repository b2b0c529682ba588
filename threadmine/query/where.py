"""A query as the database is asked it: the tree with what else decides its meaning, and no SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from threadmine.query.parser import Node


@dataclass(frozen=True, slots=True)
class Where:
    """What rows must meet.

    Args:
        tree: the query.
        now: the present, for ages and ``since:7d``.
        also: other names that kernels gave a member.
    """

    tree: Node
    now: datetime
    also: Callable[[str], tuple[str, ...]] = field(default=lambda _: ())
