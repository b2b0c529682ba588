"""How long the screen takes: until its first view is drawn, and to answer a key.

CPU seconds of a process of its own, threads included, so that other programs do not count: from its first
import to the drawn board, and from each key to the screen at rest with all that its workers brought. Beside
it the longest time that the loop that reads the keys was held up (``held``), which is what fingers feel.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from threadmine.tui import ThreadmineApp

ROOT = Path(__file__).resolve().parent.parent
FIRST_SCREEN = 1.0
KEY = 0.1
SIZES = ((80, 24), (200, 60))
KEYS: tuple[tuple[str, str], ...] = (
    ("down in the left pane", "j"),
    ("page down in it", "pagedown"),
    ("to the list", "tab"),
    ("next issue", "j"),
    ("page of issues", "pagedown"),
    ("last issue", "G"),
    ("first issue", "g"),
    ("all issues", "a"),
    ("claims", "c"),
    ("issues again", "c"),
    ("sorted anew", "S"),
    ("by state", "S"),
    ("limit: open", "L"),
    ("limit: letter", "t"),
    ("limit: kept", "enter"),
    ("limit: cleared", "escape"),
    ("thread", "e"),
    ("next mail", "n"),
    ("close", "q"),
    ("patch", "d"),
    ("close", "q"),
    ("series", "s"),
    ("close", "q"),
    ("by series", "2"),
    ("by person", "3"),
    ("by thread", "4"),
    ("by field", "1"),
    ("model", "m"),
    ("close", "q"),
    ("keys", "question_mark"),
    ("close", "q"),
)


def time_screen(database: Path) -> bool:
    """Prints what the screen takes on a database; whether all is within the limits."""
    goals = f"first view < {FIRST_SCREEN:.0f} s, a key < {KEY * 1000:.0f} ms"
    print(f"\nthe screen, CPU time, on {database.name} ({goals})")
    fine = True
    for columns, lines in SIZES:
        found = _in_a_process(database, columns, lines)
        first = found["first"]
        over = first > FIRST_SCREEN
        print(f"{f'first view at {columns}x{lines}':28} {first * 1000:8.0f} ms{'  OVER' if over else ''}")
        fine = fine and not over
        for name, taken, held in found["keys"]:
            over = held > KEY
            print(f"  {name:26} {taken * 1000:8.0f} ms, held {held * 1000:6.0f} ms{'  OVER' if over else ''}")
            fine = fine and not over
    return fine


def _in_a_process(database: Path, columns: int, lines: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--inside", str(database), str(columns), str(lines)]
    with tempfile.TemporaryDirectory(prefix="threadmine-screen-") as home:
        own = {f"XDG_{name}_HOME": home for name in ("STATE", "CONFIG", "CACHE", "DATA")}
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **own})
    if done.returncode:
        raise SystemExit(f"bench_screen failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


# ------------------------------------------------------------------------------- inside the process


async def measure(app: ThreadmineApp, columns: int, lines: int) -> dict[str, Any]:
    """Runs the application without a terminal; times of the first view and of each key."""
    async with app.run_test(size=(columns, lines)) as pilot:
        await settle(pilot)
        first = time.process_time()
        taken = []
        for name, key in KEYS:
            before = time.process_time()
            watch = asyncio.create_task(_watch())
            await pilot.press(key)
            await settle(pilot)
            watch.cancel()
            held = await watch
            taken.append((name, time.process_time() - before, held))
        return {"first": first, "keys": taken}


async def _watch() -> float:
    """The longest that the loop was held up, in CPU time of this thread, until cancelled."""
    longest = 0.0
    try:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)
            await asyncio.sleep(0.001)
    except asyncio.CancelledError:
        return longest


async def settle(pilot: Pilot[None]) -> None:
    """Waits until the screen has drawn what its workers brought."""
    for _ in range(3):
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def inside(name: str, columns: int, lines: int) -> None:
    from threadmine.db.queries import Queries
    from threadmine.db.session import open_database
    from threadmine.tui import ThreadmineApp

    with open_database(name) as database:
        app = ThreadmineApp(Queries(database), clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
        print(json.dumps(asyncio.run(measure(app, columns, lines))))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("database", type=Path, help="a threadmine database")
    return 0 if time_screen(parser.parse_args().database) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sys.exit(main())
