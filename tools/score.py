"""``make score``: mines the shared corpus into a temporary database and prints how it compares with the gold.

The judge is score/score.py of the corpus; nothing here looks at a gold row. Mail and seed pages go into
databases of their own, because the seeds are compared by author.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import ROOT, corpus_path

KINDS = ("claims", "concerns")
MAIL_GOLD = ("dev", "check")


def threadmine(database: Path, *words: str) -> str:
    """Runs the command on a database, prints what it complains of, and returns its standard output."""
    command = [sys.executable, "-m", "threadmine", "--db", str(database), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    narration = done.stderr.strip().splitlines()
    if done.returncode:
        said = narration[0][:200] if narration else "nothing said"
        print(f"  threadmine {words[0]}: exit {done.returncode}, {len(narration)} lines, the first: {said}")
    return done.stdout


def mine(sources: list[Path], database: Path) -> None:
    """Ingests what there is of ``sources`` and says how long it took."""
    start = os.times()
    threadmine(database, "ingest", "--quiet", *[str(source) for source in sources])
    end = os.times()
    seconds = end.children_user + end.children_system - start.children_user - start.children_system
    print(f"  mined in {seconds:.1f} CPU seconds")


def export(database: Path, folder: Path) -> dict[str, Path]:
    """The exports of claims and concerns as files."""
    files = {}
    for kind in KINDS:
        files[kind] = folder / f"{kind}.jsonl"
        files[kind].write_text(threadmine(database, "export", kind), encoding="utf-8")
    return files


def judge(corpus: Path, kind: str, gold: str, mined: Path, more: list[str]) -> None:
    """Prints what score.py says of one export."""
    script = corpus / "score" / "score.py"
    command = [sys.executable, str(script), kind, str(corpus / "gold" / f"{gold}.jsonl"), str(mined), *more]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"\n== {kind}, gold/{gold}.jsonl {' '.join(more)}".rstrip())
    print(done.stdout.rstrip())


def score(corpus: Path, folder: Path, database: Path, misses: int) -> None:
    """Mines and judges mail and seeds; databases and exports go into ``folder``."""
    print("corpus/dev/mbox")
    mine([corpus / "corpus" / "dev" / "mbox"], database)
    files = export(database, folder)
    for gold in MAIL_GOLD:
        for kind in KINDS:
            more = ["--misses", str(misses)] if misses and gold == "dev" else []
            judge(corpus, kind, gold, files[kind], more)
    print("\nseeds")
    mine(sorted((corpus / "seeds").glob("*.txt")), folder / "seeds.db")
    files = export(folder / "seeds.db", folder)
    for kind in KINDS:
        judge(corpus, kind, "seeds", files[kind], ["--by", "author"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--misses", type=int, default=0, help="show the first N misses of each sort (dev only)"
    )
    parser.add_argument("--keep", type=Path, help="keep the database of the mail here")
    chosen = parser.parse_args()
    corpus = corpus_path()
    if not (corpus / "gold").is_dir():
        print(f"no shared corpus at {corpus}: set THREADMINE_CORPUS", file=sys.stderr)
        return 1
    start = time.monotonic()
    with TemporaryDirectory(prefix="threadmine-score-") as name:
        score(corpus, Path(name), chosen.keep or Path(name) / "mail.db", chosen.misses)
    print(f"\n{time.monotonic() - start:.0f} s in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
