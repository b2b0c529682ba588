"""``make bench``: messages per CPU second, peak memory and query times, on corpus/bulk.bundle.

Each measurement is a process of its own; its CPU seconds are those the kernel counts (user and system), from
its first import to its last commit; the best of several runs counts, because other programs on the machine
cost time, too, and the first run compiles the modules, as installing the program does. notmuch and mu index
the same mail from a Maildir where they are installed (Debian: notmuch, maildir-utils): they, and a loop of
plain Python, tell how fast the machine is.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import ROOT, corpus_path

MODES = {
    "parse": "read + parse",
    "store": "read + parse + store",
    "all": "everything",
}
GOALS = {"store": 2500, "all": 700}
RUNS = 2
LOOP = 2_000_000
FEW = 2_000
MAX_GROWTH = 0.2
MANY = 10_000


# ------------------------------------------------------------------------------- inside one process


def measure(mode: str, source: str, count: int, database: str) -> dict[str, float]:
    """Does ``mode`` with the first ``count`` messages; CPU seconds, bytes of mail and peak memory (KiB)."""
    from threadmine import pipeline
    from threadmine.db.session import open_database
    from threadmine.ingest import parse_all
    from threadmine.model import Message, RawMail, RawPage
    from threadmine.sources import read_path
    from threadmine.sources.path import Found

    size = 0

    def counted(items: Iterator[Found]) -> Iterator[Found]:
        nonlocal size
        for item in islice(items, count):
            size += len(item.data) if isinstance(item, RawMail | RawPage) else 0
            yield item

    messages = parse_all(counted(read_path(source)), bare=mode == "store")
    if mode == "parse":
        done = sum(isinstance(item, Message) for item in messages)
        failures = 0
    else:
        with open_database(database) as opened:
            report = pipeline.ingest_messages(opened, messages, mining=mode == "all")
        done, failures = report.read, len(report.failures)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    git = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "messages": done,
        "failures": failures,
        "bytes": size,
        "seconds": usage.ru_utime + usage.ru_stime,
        "git": git.ru_utime + git.ru_stime,
        "peak": usage.ru_maxrss,
    }


def run(mode: str, source: str, count: int, database: Path, runs: int = 1) -> dict[str, float]:
    """:func:`measure` in a process of its own; the quickest of ``runs``."""
    return min((_run(mode, source, count, database) for _ in range(runs)), key=lambda found: found["seconds"])


def _run(mode: str, source: str, count: int, database: Path) -> dict[str, float]:
    for name in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        name.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--inside", mode, source, str(count), str(database)]
    compiled = {"PYTHONPYCACHEPREFIX": str(database.parent / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **compiled})
    if done.returncode:
        raise SystemExit(f"bench: {mode} failed:\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


# ------------------------------------------------------------------------------------ other programs


def write_maildir(source: str, count: int, folder: Path) -> int:
    """Writes the mails as a Maildir; returns how many."""
    from threadmine.model import RawMail
    from threadmine.sources import read_path

    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    number = 0
    for item in islice(read_path(source), count):
        if isinstance(item, RawMail):
            number += 1
            (folder / "cur" / f"{number:07}.bench:2,S").write_bytes(item.data)
    return number


def cpu_of(command: list[str], environment: dict[str, str]) -> float | None:
    """CPU seconds of a command and what it starts; None where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(f"  {command[0]} failed: {done.stderr.strip()[-200:]}")
        return None
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loop_seconds() -> float:
    """CPU seconds of a loop of plain Python, the best of five: how fast the machine is just now."""
    from bench_queries import timed

    return min(timed(lambda: sum(number & 7 for number in range(LOOP))) for _ in range(5))


def others(source: str, count: int, folder: Path, whole: float) -> None:
    """Prints what notmuch and mu need for the same mail, and how ``whole`` (messages a second) compares."""
    present = [name for name in ("notmuch", "mu") if shutil.which(name)]
    for name in ("notmuch", "mu"):
        if name not in present:
            package = {"notmuch": "notmuch", "mu": "maildir-utils"}[name]
            print(f"{name:24} not installed (Debian: {package})")
    if not present:
        return
    mail = folder / "mail"
    number = write_maildir(source, count, mail)
    if "notmuch" in present:
        config = folder / "notmuch-config"
        config.write_text(f"[database]\npath={mail}\n[user]\nname=Bench\nprimary_email=bench@example.org\n")
        show_compared(
            "notmuch new", number, cpu_of(["notmuch", "new"], {"NOTMUCH_CONFIG": str(config)}), whole
        )
    if "mu" in present:
        home = {"MUHOME": str(folder / "mu"), "XDG_CACHE_HOME": str(folder / "cache")}
        made = cpu_of(["mu", "init", f"--maildir={mail}"], home)
        if made is not None:
            show_compared("mu index", number, cpu_of(["mu", "index", "--quiet"], home), whole)


def show_compared(name: str, number: float, seconds: float | None, whole: float) -> None:
    if seconds:
        show_rate(name, number, seconds, f"(everything is {whole * seconds / number:.1f} times as quick)")


def show_rate(name: str, number: float, seconds: float | None, more: str = "") -> None:
    if seconds:
        rate, each = number / seconds, seconds / number * 1000
        print(f"{name:24} {rate:8,.0f} messages a CPU second {each:8.3f} ms each  {more}".rstrip())


# ----------------------------------------------------------------------------------------------- main


def bench(source: str, count: int, memory: bool, with_others: bool, screen: bool, runs: int) -> None:
    from bench_queries import time_queries  # not at the top: the processes that measure import this module
    from bench_screen import time_screen

    print(f"{'machine':24} {loop_seconds() * 1000:8.0f} ms for {LOOP:,} turns of a loop of plain Python")
    with TemporaryDirectory(prefix="threadmine-bench-") as name:
        folder = Path(name)
        database = folder / "bench.db"
        peaks: dict[str, dict[str, float]] = {}
        for mode, title in MODES.items():
            found = peaks[mode] = run(mode, source, count, database, runs)
            mean = found["bytes"] / max(found["messages"], 1) / 1000
            goal = f"(goal {GOALS[mode]:,})" if mode in GOALS else f"({mean:.1f} kB each)"
            if found["failures"]:
                goal += f"  {found['failures']:.0f} failures"
            show_rate(title, found["messages"], found["seconds"], goal)
        print(f"{'git':24} {peaks['store']['git']:8.2f} s to unpack the bundle, not counted above")
        size = database.stat().st_size / 1e6
        print(f"{'database':24} {size:8.1f} MB for {found['bytes'] / 1e6:.1f} MB of mail")
        if with_others:
            whole = peaks["all"]
            others(source, count, folder, whole["messages"] / whole["seconds"])
        time_queries(database)
        if screen:
            time_screen(database)
        if memory:
            show_memory(source, peaks, folder / "small.db")


def show_memory(source: str, whole: dict[str, dict[str, float]], database: Path) -> None:
    """Prints the peak memory for the first 2,000 messages beside that for ``whole``, all that were read."""
    print()
    for mode in ("store", "all"):
        few, many = run(mode, source, FEW, database), whole[mode]
        for found in (few, many):
            size = f"{found['messages']:6,.0f} messages {found['peak'] / 1024:6.0f} MiB"
            print(f"peak memory, {MODES[mode]:22} {size}")
        growth = many["peak"] / few["peak"] - 1
        print(f"{'':12} grows by {growth:.0%}{'  OVER' if growth > MAX_GROWTH else ''}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", nargs="?", help="mail to read (default: corpus/bulk.bundle)")
    parser.add_argument("--count", type=int, default=MANY, help=f"messages (default: {MANY:,})")
    parser.add_argument("--no-memory", action="store_true", help="leave the memory measurement out")
    parser.add_argument("--no-others", action="store_true", help="leave notmuch and mu out")
    parser.add_argument("--no-screen", action="store_true", help="leave the screen out")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs, the best counts (default: {RUNS})")
    chosen = parser.parse_args()
    source = chosen.source or str(corpus_path() / "corpus" / "bulk.bundle")
    if not Path(source).exists():
        print(f"no mail at {source}: set THREADMINE_CORPUS", file=sys.stderr)
        return 1
    parts = (not chosen.no_memory, not chosen.no_others, not chosen.no_screen)
    bench(source, chosen.count, *parts, chosen.runs)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        _, _, mode_, source_, count_, database_ = sys.argv
        print(json.dumps(measure(mode_, source_, int(count_), database_)))
    else:
        sys.exit(main())
