"""The notes on a series that ``b4 review tui`` shows: gathered from the database, written below ``.git``."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from threadmine.errors import NotFoundError, ThreadmineError
from threadmine.model import IssueRow, SeriesRow, StoredMessage, VerdictKind
from threadmine.render.text import safe_line
from threadmine.track.asked import read_asked
from threadmine.track.dropped import Dropped, dropped
from threadmine.track.notes import Comment, Notes, annotate
from threadmine.track.patches import PatchText, match_patches, read_patch

if TYPE_CHECKING:
    from threadmine.db.queries import Queries


def notes_of(queries: Queries, row: SeriesRow, chain: list[SeriesRow]) -> Notes:
    """What there is to say about one version of a series.

    Args:
        queries: the database.
        row: the version.
        chain: all its versions, oldest first.
    """
    earlier = chain[: chain.index(row)]
    mails = {mail.message_id: mail for one in chain for mail in queries.messages(series=one.id)}
    issues = [issue for one in earlier for issue in queries.issues(series=one.id)]
    found = dropped(issues, mails.values(), [one.id for one in (*earlier, row)])
    left = tuple(one for one in found if one.sure)
    numbers = {name: number for number, name in row.patches}
    comments: dict[int, list[Comment]] = {}
    series: list[str] = []
    places = _places(row, earlier, mails)
    for one in left:
        number, anchor = _place(one.row, mails, places)
        text = _words(one)
        if number:
            comments.setdefault(number, []).append(Comment(text, anchor))
        else:
            series.append(text)
    for claim in queries.claims(series=row.id, verdict=VerdictKind.REFUTED):
        text = f'"{safe_line(claim.claim.quote)}" does not hold: {safe_line(claim.verdict.reason)}'
        if claim.claim.message_id in numbers:
            comments.setdefault(numbers[claim.claim.message_id], []).append(Comment(text))
        elif claim.claim.message_id == row.cover:
            series.append(text)
    patches = {
        number: annotate(mails[name].body, mails[name].body.find("diff --git "), comments[number])
        for number, name in row.patches
        if number in comments and "diff --git " in mails[name].body
    }
    return Notes(_series_text(row, left, series), patches)


def _series_text(row: SeriesRow, left: tuple[Dropped, ...], texts: list[str]) -> str:
    count = len(left)
    head = (
        f"{count} concern{'s' if count != 1 else ''} of earlier versions not settled in {row.version_text}."
    )
    return "\n\n".join([head, *texts]) + "\n"


def _words(one: Dropped) -> str:
    row = one.row
    who, said = safe_line(row.concern.author.display), safe_line(row.concern.quote)
    return f'{who} on v{row.version} {row.patch}: "{said}" ({"; ".join(one.reasons)}) {row.url}'


_Places = dict[str, tuple[PatchText, PatchText | None]]


def _places(row: SeriesRow, earlier: list[SeriesRow], mails: dict[str, StoredMessage]) -> _Places:
    """For each patch of the earlier versions: itself, and the patch of this version that it has become."""
    new = _patches(row, mails)
    found: _Places = {}
    for one in earlier:
        old = _patches(one, mails)
        matches = match_patches(old, new)
        found.update((patch.message_id, (patch, matches.get(patch.message_id))) for patch in old)
    return found


def _patches(row: SeriesRow, mails: dict[str, StoredMessage]) -> list[PatchText]:
    read = (read_patch(mails[name]) for _, name in row.patches if name in mails)
    return [patch for patch in read if patch is not None]


def _place(row: IssueRow, mails: dict[str, StoredMessage], places: _Places) -> tuple[int, str]:
    """The number of the patch that a concern is about now (0: none), and the line it is about."""
    mail = mails.get(row.concern.message_id)
    parent = mail
    while parent is not None and parent.message_id not in places:
        parent = mails.get(parent.in_reply_to or "")
    if mail is None or parent is None:
        return 0, ""
    _, new = places[parent.message_id]
    if new is None:
        return 0, ""
    asked = read_asked(row.concern, mail)
    return new.number, next((line for line in reversed(asked.added) if line in new.added), "")


def write_notes(notes: Notes, repository: str, ref: str, identity: str) -> Path:
    """Writes the files and returns their folder.

    Raises:
        NotFoundError: there is no repository, or it has no such ref.
        ThreadmineError: the files cannot be written.
    """
    tip = _git(repository, "rev-parse", "--verify", f"{ref}^{{commit}}")
    folder = Path(_git(repository, "rev-parse", "--path-format=absolute", "--git-dir")) / "b4-review" / tip
    files = {"identity.txt": identity + "\n", "series.txt": notes.series}
    files.update({f"{number:04d}.txt": text for number, text in notes.patches.items()})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ThreadmineError(f"cannot write the notes ({error.strerror})", str(folder)) from error
    return folder


def _git(repository: str, *arguments: str) -> str:
    command = ["git", "-C", repository, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except FileNotFoundError as error:
        raise NotFoundError("git is not installed", remedy="install git") from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["git failed"])[0]
        raise NotFoundError(
            reason, repository, "name a git repository with -C and a ref with --ref"
        ) from error
    return done.stdout.strip()
