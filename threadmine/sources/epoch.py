"""public-inbox v2 epochs: git repositories with one mail per commit, read without a checkout.

Each commit's tree holds the mail as the blob ``m``, or a deleted mail as ``d``; an empty ``m`` is a mail that
was purged from history. Bundles are cloned into a temporary folder first.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, SortMode

from threadmine.errors import SourceError
from threadmine.model import Origin, RawMail, Skipped

_BUNDLE = b"# v"
_BRANCHES = ("refs/heads/master", "refs/heads/main")


def is_bundle(head: bytes) -> bool:
    """Whether a file's first bytes are those of a git bundle."""
    return head.startswith(_BUNDLE) and b"git bundle\n" in head[:32]


def is_repository(path: Path) -> bool:
    """Whether a folder is a git repository, bare or with a work tree."""
    return ((path / "HEAD").is_file() and (path / "objects").is_dir()) or (path / ".git" / "HEAD").is_file()


def epochs_below(path: Path) -> list[Path]:
    """The epochs of a public-inbox clone (``LIST/git/0.git``, ``LIST/0.git``), in their order."""
    found: list[tuple[int, Path]] = []
    for folder in (path / "git", path):
        if folder.is_dir():
            for entry in folder.iterdir():
                number = entry.name.removesuffix(".git")
                if entry.is_dir() and number.isdigit() and is_repository(entry):
                    found.append((int(number), entry))
        if found:
            break
    return [entry for _, entry in sorted(found)]


def git_environment() -> dict[str, str]:
    """An environment for git that no configuration of the machine or of the caller reaches."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    return env


@contextmanager
def opened_bundle(bundle: Path) -> Iterator[Path]:
    """A temporary bare clone of a bundle."""
    with tempfile.TemporaryDirectory(prefix="threadmine-") as folder:
        target = Path(folder) / "epoch.git"
        command = ["git", "clone", "-q", "--mirror", "--", str(bundle.resolve()), str(target)]
        try:
            done = subprocess.run(command, env=git_environment(), capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise SourceError("git is needed to read a bundle", str(bundle), "install git") from error
        if done.returncode:
            detail = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise SourceError(
                f"git cannot read this bundle ({detail})", str(bundle), "fetch or copy it again"
            )
        yield target


def read_epoch(path: Path, source: str, list_name: str = "") -> Iterator[RawMail | Skipped]:
    """The mails of one epoch, oldest commit first; ``Origin.place`` is the commit."""
    try:
        repository = pygit2.Repository(str(path))
        head = _head(repository)
        if head is None:
            return
        for commit in repository.walk(head, SortMode.REVERSE | SortMode.TOPOLOGICAL):
            yield _mail(repository, commit, Origin(source, str(commit.id), list_name))
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise SourceError(
            f"this git repository cannot be read ({error})", source, "run git fsck on it"
        ) from error


def _head(repository: pygit2.Repository) -> pygit2.Oid | None:
    for name in _BRANCHES:
        if name in repository.references:
            return repository.references[name].peel(ObjectType.COMMIT).id
    if repository.is_empty or repository.head_is_unborn:
        return None
    return repository.head.peel(ObjectType.COMMIT).id


def _mail(repository: pygit2.Repository, commit: pygit2.Commit, origin: Origin) -> RawMail | Skipped:
    entries = {entry.name: entry for entry in commit.tree}
    if "m" in entries:
        _, data = repository.read(entries["m"].id)
        if data:
            return RawMail(data, origin)
        return Skipped(origin, "a mail that was purged from the archive")
    if "d" in entries:
        return Skipped(origin, "a mail that was deleted from the archive")
    return Skipped(origin, "a commit without a mail")
