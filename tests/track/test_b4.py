"""``check`` and ``review-notes`` with the real b4, in a real git repository with mail that git wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from threadmine.db.session import open_database
from threadmine.pipeline import ingest_paths

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

FIRST = "static void widget_reset(struct page *page)\n{\n\twidget_note(page);\n}\n"
SECOND = FIRST.replace("\twidget_note", "\tpage->count = 0;\n\twidget_note")
REVIEW = """\
From: Rita Reviewer <rita@example.org>
To: Paul Poster <paul@example.org>
Subject: Re: [PATCH 1/1] mm: clear the widget count
Date: Tue, 04 Feb 2025 10:00:00 +0000
Message-ID: <review@example.org>
In-Reply-To: <{parent}>
References: <{parent}>

On Mon, Feb 03, 2025 at 09:00:00AM +0000, Paul Poster wrote:
> @@ -1,4 +1,5 @@
>  static void widget_reset(struct page *page)
>  {{
> +	page->count = 0;

Shouldn't this be done under the widget lock?

Rita
"""
ANSWER = """\
From: Paul Poster <paul@example.org>
To: Rita Reviewer <rita@example.org>
Subject: Re: [PATCH 1/1] mm: clear the widget count
Date: Tue, 04 Feb 2025 11:00:00 +0000
Message-ID: <answer@example.org>
In-Reply-To: <review@example.org>
References: <{parent}> <review@example.org>

On Tue, Feb 04, 2025 at 10:00:00AM +0000, Rita Reviewer wrote:
> Shouldn't this be done under the widget lock?

Yes, will do in v2.

Paul
"""


class Bench:
    """A repository with one commit, its patch mails in two versions, and a database that knows the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = folder / "linux"
        self.repository.mkdir()
        self.mail = folder / "mail"
        self.mail.mkdir()
        self.database = f"sqlite:///{folder / 'mail.db'}"
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "share"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": "2025-02-03T09:00:00+0000",
            "GIT_COMMITTER_DATE": "2025-02-03T09:00:00+0000",
            "THREADMINE_DB": self.database,
            "LC_ALL": "C.UTF-8",
        }
        self._commit()

    def _commit(self) -> None:
        self.git("init", "-q", "-b", "master")
        self.git("config", "user.name", "Paul Poster")
        self.git("config", "user.email", "paul@example.org")
        self.write(FIRST, "mm: add widgets")
        self.write(SECOND, "mm: clear the widget count\n\nNobody reads it afterwards.")

    def write(self, text: str, message: str) -> None:
        path = self.repository / "mm" / "widget.c"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "-s", "-m", message)

    def git(self, *arguments: str) -> str:
        return self.run(["git", *arguments])

    def run(self, command: Sequence[str], stdin: str = "") -> str:
        done = subprocess.run(
            command,
            cwd=self.repository,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def post(self, version: int) -> Path:
        """The commit as ``[PATCH vN 1/1]`` with a cover letter, as ``git format-patch`` writes it."""
        folder = self.mail / f"v{version}"
        self.git(
            "format-patch", "-q", "-1", "-n", f"-v{version}", "--thread", "--cover-letter",
            "--cover-from-description=subject", "-o", str(folder),
        )  # fmt: skip
        for path in folder.iterdir():
            text = path.read_text(encoding="utf-8").replace("*** SUBJECT HERE ***", "mm: widget counts")
            text = text.replace("*** BLURB HERE ***", "Widgets are counted.")
            text = text.replace(".git.paul@", f".v{version}.paul@")  # git makes ids from the second it is
            date = f"Date: Mon, {3 + 7 * (version - 1):02} Feb 2025 09:00:00 +0000"
            path.write_text(re.sub(r"(?m)^Date: .*$", date, text, count=1), encoding="utf-8")
        return folder

    def ingest(self, *paths: Path) -> None:
        with open_database(self.database) as database:
            report = ingest_paths(database, [str(path) for path in paths])
        assert not report.failures

    def threadmine(self, *arguments: str, stdin: str = "") -> str:
        return self.run([sys.executable, "-m", "threadmine", *arguments], stdin)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    found = Bench(tmp_path)
    first = found.post(1)
    patch = next(path for path in first.iterdir() if path.name.startswith("v1-0001"))
    parent = next(
        line.split("<")[1].rstrip(">")
        for line in patch.read_text(encoding="utf-8").split("\n")
        if line.lower().startswith("message-id:")
    )
    for name, text in (("review", REVIEW), ("answer", ANSWER)):
        (found.mail / f"{name}.eml").write_text(text.format(parent=parent), encoding="utf-8")
    found.ingest(first, found.mail / "review.eml", found.mail / "answer.eml")
    return found


B4_CHECKS = """\
import email, email.policy, json, sys
import b4
from b4.review import checks
b4._setup_main_config() if hasattr(b4, "_setup_main_config") else None
perpatch, series = checks.load_check_cmds()
message = email.message_from_string(sys.stdin.read(), policy=email.policy.default)
found = checks.run_perpatch_checks([("one", message)], perpatch, ".")
cover = checks.run_series_checks(("one", message), series, ".")
print(json.dumps([perpatch, series, found["one"], cover]))
"""

B4_NOTES = """\
import json, sys
from b4.review import _review
saved = []
_review.save_tracking = lambda *arguments: saved.append(arguments)
tracking = {"series": {}}
patches = [{}]
sha = sys.argv[1]
done = _review._integrate_agent_reviews(".", "cover", tracking, [sha], patches)
print(json.dumps([done, tracking["series"], patches]))
"""


def test_b4_runs_the_check_and_reads_its_result(bench: Bench) -> None:
    """The second version does not do what was promised: b4 gets one warning that says so."""
    second = bench.post(2)
    patch = next(path for path in second.iterdir() if path.name.startswith("v2-0001"))
    command = f"{sys.executable} -m threadmine check"
    bench.git("config", "b4.review-perpatch-check-cmd", command)
    bench.git("config", "b4.review-series-check-cmd", command)
    told = bench.run([sys.executable, "-c", B4_CHECKS], patch.read_text(encoding="utf-8"))
    perpatch, series, found, cover = json.loads(told.splitlines()[-1])
    assert perpatch == series == [command]
    assert found == cover
    (result,) = found
    assert (result["tool"], result["status"], result["summary"]) == ("threadmine", "warn", "1 open point")
    (detail,) = json.loads(result["details"])
    assert "Shouldn't this be done under the widget lock?" in detail["description"]
    assert "promised, but not done" in detail["description"]


def test_a_version_that_did_it_passes_silently(bench: Bench) -> None:
    done = SECOND.replace("\tpage->count = 0;", "\tspin_lock(&widget_lock);\n\twidget_zero(page);")
    path = bench.repository / "mm" / "widget.c"
    path.write_text(done, encoding="utf-8")
    bench.git("commit", "-q", "-a", "--amend", "--no-edit")
    second = bench.post(2)
    patch = next(path for path in second.iterdir() if path.name.startswith("v2-0001"))
    assert json.loads(bench.threadmine("check", stdin=patch.read_text(encoding="utf-8"))) == []


def test_without_a_database_the_message_alone_is_checked(bench: Bench) -> None:
    bench.environment["THREADMINE_DB"] = f"sqlite:///{bench.folder / 'none.db'}"
    text = (bench.mail / "review.eml").read_text(encoding="utf-8")
    assert json.loads(bench.threadmine("check", stdin=text)) == []


def test_b4_takes_up_the_notes(bench: Bench) -> None:
    """The comment stands under the line it is about, in b4's own reading of the files."""
    bench.ingest(bench.post(2))
    bench.threadmine("review-notes", "mm: widget counts")
    tip = bench.git("rev-parse", "HEAD").strip()
    folder = bench.repository / ".git" / "b4-review" / tip
    assert sorted(path.name for path in folder.iterdir()) == ["0001.txt", "identity.txt", "series.txt"]
    told = bench.run([sys.executable, "-c", B4_NOTES, tip])
    done, series, (patch,) = json.loads(told.splitlines()[-1])
    assert done
    ((address, review),) = series["reviews"].items()
    assert address == "threadmine@localhost.invalid"
    assert review["note"].startswith("1 concern of earlier versions not settled in v2.")
    (comment,) = patch["reviews"][address]["comments"]
    assert (comment["path"], comment["line"]) == ("b/mm/widget.c", 3)
    assert "widget lock" in comment["text"]


def test_dropped_lists_what_was_promised(bench: Bench) -> None:
    bench.ingest(bench.post(2))
    told = json.loads(bench.threadmine("dropped", "mm: widget counts", "--json"))
    (item,) = told["items"]
    assert item["quote"] == "Shouldn't this be done under the widget lock?"
    assert item["reasons"][0] == "promised, but not done"


def test_notes_without_a_repository_fail_in_one_line(bench: Bench) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "threadmine", "review-notes", "mm: widget counts", "-C", str(bench.folder)],
        env=bench.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
