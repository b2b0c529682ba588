"""`make demo`: from the sample mail to the board, one claim of each verdict, and the digest.

Everything goes through the command line that users have, in a database of its own that is thrown away.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from threadmine.cli.main import execute
from threadmine.db.queries import Queries
from threadmine.db.session import open_database
from threadmine.model import Unknown, VerdictKind

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "mail"


def main() -> int:
    """Runs the demonstration; returns the worst exit status."""
    if not any(SAMPLE.glob("*")):
        print(f"no sample mail in {SAMPLE}", file=sys.stderr)
        return 1
    os.environ.setdefault("GIT_PAGER", "cat")  # the demonstration is to be seen whole
    with tempfile.TemporaryDirectory(prefix="threadmine-demo-") as folder:
        os.environ["THREADMINE_DB"] = str(Path(folder) / "demo.db")
        # The sample holds a mail that is broken on purpose: its status is told, not returned.
        say(["ingest", str(SAMPLE.relative_to(Path.cwd()) if SAMPLE.is_relative_to(Path.cwd()) else SAMPLE)])
        return max(say(command) for command in commands())


def commands() -> Iterator[list[str]]:
    """What to show, from what is in the database."""
    with open_database(None, readonly=True) as database:
        queries = Queries(database)
        last = queries.counts().last_activity
        examples = [queries.claims(verdict=kind, limit=1) for kind in VerdictKind]
    end = datetime.now(UTC) if isinstance(last, Unknown) else last
    until = (end + timedelta(days=1)).date().isoformat()
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.fromisoformat(f"{until}T00:00:00+00:00").timestamp()))
    yield ["board"]
    for rows in examples:
        for row in rows:
            yield ["show", row.claim.id]
    yield ["digest", "--since", "14d", "--until", until]


def say(command: list[str]) -> int:
    """Prints a command as it would be typed, then runs it."""
    print(f"\n$ threadmine {' '.join(command)}\n", flush=True)
    status = execute(command)
    sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
