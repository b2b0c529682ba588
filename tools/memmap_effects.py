"""Walks every packaged function for every release and packs the effects it finds, each with its kernels.

Why: walking a function takes milliseconds, and verdicts ask for hundreds of functions and kernels. The
notation in threadmine/memmap/data/functions.txt stays the source; run this after every change of it or of
the layouts.

    python tools/memmap_effects.py threadmine/memmap/data/effects.json.gz
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from threadmine.memmap import facts, load
from threadmine.memmap.effects import Effect
from threadmine.memmap.layout import Layout
from threadmine.memmap.program import builtin_blocks
from threadmine.memmap.versions import parse_version
from threadmine.memmap.walk import Walker

FIRST = (5, 10)
STABLE = {"6.1": "6.1.176", "6.12": "6.12.107"}
"""Stable releases from which on a function differs from its mainline release."""

Row = tuple[Any, ...]


def releases() -> list[str]:
    """Mainline releases the facts reach over, oldest first."""
    found = [(parse_version(name), name) for name in facts.table("releases")]
    return [name for version, name in sorted((v, n) for v, n in found if v and v.series >= FIRST)]


def walked(function: str, kernel: str) -> list[Row]:
    """The effects of a function in one kernel, as rows without their kernels."""
    version, layout = parse_version(kernel), load().nearest(kernel)
    assert version is not None and isinstance(layout, Layout)
    return [row_of(effect) for effect in Walker(layout, version).effects(function)]


def row_of(effect: Effect) -> Row:
    return (
        effect.member, effect.page, effect.access, effect.value, effect.condition, effect.source, effect.via,
        effect.flags,
    )  # fmt: skip


def spans(kernels: list[str], holds: Iterable[bool]) -> list[str]:
    """Runs of kernels as text; open where they reach the first or the last release."""
    found: list[str] = []
    start = -1
    flags = [*holds, False]
    for place, yes in enumerate(flags):
        if yes and start < 0:
            start = place
        if not yes and start >= 0:
            first = "" if start == 0 else kernels[start]
            last = "" if place == len(kernels) else kernels[place - 1]
            found.append(kernels[start] if start == place - 1 and first and last else f"{first}..{last}")
            start = -1
    return found


def packed(function: str, kernels: list[str]) -> list[list[Any]]:
    """The rows of a function over all kernels, each with the range it holds in."""
    by_kernel = {kernel: walked(function, kernel) for kernel in [*kernels, *STABLE.values()]}
    order: dict[Row, float] = {}
    for rows in reversed(list(by_kernel.values())):
        for place, row in enumerate(rows):
            order.setdefault(row, place)
    found = []
    for row in sorted(order, key=lambda row: order[row]):
        text = spans(kernels, [row in by_kernel[kernel] for kernel in kernels])
        for series, point in STABLE.items():
            if row in by_kernel[point] and row not in by_kernel[series]:
                text.append(f"{point}..{series}")
        found.append([",".join(text) if text != [".."] else "", *row])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    kernels = releases()
    functions = {name: packed(name, kernels) for name in sorted(builtin_blocks())}
    words: dict[str, int] = {}

    def number(text: str) -> int:
        return words.setdefault(text, len(words))

    rows = {
        name: [[number(v) if isinstance(v, str) else [number(w) for w in v] for v in row] for row in found]
        for name, found in functions.items()
    }
    text = json.dumps({"schema": 1, "words": list(words), "functions": rows}, separators=(",", ":"))
    data = gzip.compress(text.encode(), 9, mtime=0)
    options.output.write_bytes(data)
    count = sum(len(found) for found in functions.values())
    print(f"{options.output}: {len(functions)} functions, {count} effects, {len(data)} bytes")


if __name__ == "__main__":
    main()
