"""public-inbox v2 epochs: git repositories with one mail per commit, read without a checkout.

Each commit's tree holds the mail as the blob ``m``, or a deleted mail as ``d``; an empty ``m`` is a mail that
was purged from history. A deletion comes as :class:`Withdrawn`, because the mail may have been read by an
earlier run. Reading goes on from the last commit read; where history was rewritten so that this commit is
gone from it, the epoch is read from its start again (known mails are dropped later, by their ids).
Bundles are cloned into a temporary folder, addresses into a mirror that is fetched the next time.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import tempfile
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, SortMode

from threadmine.errors import SourceError
from threadmine.model import Origin, RawMail, Skipped, Withdrawn
from threadmine.parse.headers import clean_id, split_headers
from threadmine.parse.message import parse_mail

_BUNDLE = b"# v"
_BRANCHES = ("refs/heads/master", "refs/heads/main")
_FETCH_SECONDS = 3600
_MEBIBYTE = 1024 * 1024
_MAILS_BETWEEN_FREEING = 1000


def is_bundle(head: bytes) -> bool:
    """Whether a file's first bytes are those of a git bundle."""
    return head.startswith(_BUNDLE) and b"git bundle\n" in head[:32]


def is_repository(path: Path) -> bool:
    """Whether a folder is a git repository, bare or with a work tree."""
    return ((path / "HEAD").is_file() and (path / "objects").is_dir()) or (path / ".git" / "HEAD").is_file()


def epochs_below(path: Path) -> list[Path]:
    """The epochs of a public-inbox clone (``LIST/git/0.git``, ``LIST/0.git``), in their order."""
    for folder in (path / "git", path):
        found: list[tuple[int, Path]] = []
        if folder.is_dir():
            for entry in folder.iterdir():
                number = entry.name.removesuffix(".git")
                if entry.is_dir() and number.isdigit() and is_repository(entry):
                    found.append((int(number), entry))
        if found:
            return [entry for _, entry in sorted(found)]
    return []


def git_environment() -> dict[str, str]:
    """An environment for git that no configuration of the machine or of the caller reaches."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, GIT_TERMINAL_PROMPT="0", LC_ALL="C")
    return env


def _git(*words: str, where: str, problem: str, remedy: str) -> None:
    """Runs git; what it says last becomes the reason of the error."""
    try:
        done = subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", *words],
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_FETCH_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise SourceError("git is needed for this", where, "install git") from error
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"git took longer than {_FETCH_SECONDS} seconds", where, "try again") from error
    if done.returncode:
        detail = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SourceError(f"{problem} ({detail})", where, remedy)


@contextmanager
def opened_bundle(bundle: Path) -> Iterator[Path]:
    """A temporary bare clone of a bundle."""
    with tempfile.TemporaryDirectory(prefix="threadmine-") as folder:
        target = Path(folder) / "epoch.git"
        _git(
            "clone", "-q", "--mirror", "--", str(bundle.resolve()), str(target),
            where=str(bundle), problem="git cannot read this bundle", remedy="fetch or copy it again",
        )  # fmt: skip
        yield target


# ------------------------------------------------------------------------------------- addresses


def is_address(target: str) -> bool:
    """Whether a target is the address of a git repository or of a list, not a path."""
    return target.startswith(("http://", "https://", "git://", "file://", "ssh://"))


def mirrored(address: str, folder: Path) -> list[Path]:
    """Local mirrors of all epochs at an address, fetched up to date, oldest first.

    Args:
        address: of one epoch (``https://HOST/LIST/0``), or of a list: its epochs are tried in their order.
        folder: where mirrors are kept from one run to the next.

    Raises:
        SourceError: nothing can be cloned there.
    """
    address = address.rstrip("/").removesuffix(".git")
    last = urllib.parse.urlsplit(address).path.rsplit("/", 1)[-1]
    if last.isdigit():
        return [_mirror(address, folder)]
    found: list[Path] = []
    while True:
        try:
            found.append(_mirror(f"{address}/{len(found)}", folder))
        except SourceError:
            if not found:
                raise
            return found


def _mirror(address: str, folder: Path) -> Path:
    name = hashlib.blake2b(address.encode(), digest_size=8).hexdigest() + ".git"
    target = folder / name
    problem, remedy = (
        "git cannot fetch this",
        "check the address: a list's epochs are HOST/LIST/0, HOST/LIST/1 ...",
    )
    if is_repository(target):
        _git("-C", str(target), "fetch", "-q", "--prune", "origin", "+refs/*:refs/*",
             where=address, problem=problem, remedy=remedy)  # fmt: skip
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as fresh:
        _git("clone", "-q", "--mirror", "--", address, f"{fresh}/epoch.git",
             where=address, problem=problem, remedy=remedy)  # fmt: skip
        repository = pygit2.Repository(f"{fresh}/epoch.git")
        if _head(repository) is None:
            raise SourceError("there is no epoch here", address, remedy)
        with contextlib.suppress(OSError):  # another run was faster
            Path(f"{fresh}/epoch.git").rename(target)
    return target


# --------------------------------------------------------------------------------------- reading


def read_epoch(
    path: Path, source: str, list_name: str = "", since: str = ""
) -> Iterator[RawMail | Skipped | Withdrawn]:
    """The mails of one epoch, oldest commit first; ``Origin.place`` is the commit.

    Args:
        path: the repository.
        source: what it is called in origins.
        list_name: the mailing list, where known.
        since: the last commit that was read before; empty for all. Where it is no longer part of the history
            (rewritten after a purge), everything is read.
    """
    _set_up_libgit2()
    try:
        repository = pygit2.Repository(str(path))
        commits = _commits(repository, since)
        blobs = _blobs(repository, commits)
        odb: pygit2.Odb | None = None
        for number, commit_id in enumerate(commits):
            if number % _MAILS_BETWEEN_FREEING == 0:
                odb = None  # else it holds on to what is cached
                repository.free()  # what libgit2 caches of packs has no setting that bounds it
            if odb is None:
                odb = repository.odb
            origin = Origin(source, commit_id.hex(), list_name)
            yield _mail(odb, number, origin, blobs)
    except (pygit2.GitError, KeyError, ValueError) as error:
        raise SourceError(
            f"this git repository cannot be read ({error})", source, "run git fsck on it"
        ) from error


def id_of(mail: RawMail) -> str:
    """The Message-ID of raw mail, made up from its content where it has none."""
    return clean_id(split_headers(mail.data).first("message-id")) or parse_mail(mail).message_id


def newest_commit(path: Path) -> str:
    """The commit that a reader that read everything stands at; empty for an empty epoch."""
    head = _head(pygit2.Repository(str(path)))
    return "" if head is None else str(head)


def is_rewritten(path: Path, since: str) -> bool:
    """Whether ``since``, the last commit that was read, is no longer part of the history."""
    repository = pygit2.Repository(str(path))
    head = _head(repository)
    return head is None or not _is_ancestor(repository, since, head)


def _set_up_libgit2() -> None:
    """Keeps libgit2 from holding an archive in memory: it caches objects and maps packs as long as it may.

    Nor does it hash again each object that it reads, a quarter of the time that reading takes: git does not
    either, and zlib's checksum finds damage.
    """
    pygit2.settings.mwindow_size = 1 * _MEBIBYTE
    pygit2.settings.mwindow_mapped_limit = 16 * _MEBIBYTE
    pygit2.settings.cache_max_size(4 * _MEBIBYTE)
    pygit2.settings.enable_strict_hash_verification(False)


def _head(repository: pygit2.Repository) -> pygit2.Oid | None:
    for name in _BRANCHES:
        if name in repository.references:
            return repository.references[name].peel(ObjectType.COMMIT).id
    if repository.is_empty or repository.head_is_unborn:
        return None
    return repository.head.peel(ObjectType.COMMIT).id


def _commits(repository: pygit2.Repository, since: str) -> list[bytes]:
    """The ids of the commits after ``since``, oldest first (20 bytes each: a million fit)."""
    head = _head(repository)
    if head is None:
        return []
    walk = repository.walk(head, SortMode.TOPOLOGICAL)
    if since and _is_ancestor(repository, since, head):
        walk.hide(pygit2.Oid(hex=since))
    found = [commit.id.raw for commit in walk]
    found.reverse()
    return found


def _is_ancestor(repository: pygit2.Repository, since: str, head: pygit2.Oid) -> bool:
    try:
        known = repository[since]
    except (KeyError, ValueError):
        return False
    if not isinstance(known, pygit2.Commit):
        return False
    return known.id == head or repository.descendant_of(head, known.id)


@dataclass(frozen=True, slots=True)
class _Blobs:
    """What each commit holds, found in one look at its tree: 20 bytes a commit, so that a million fit."""

    ids: bytearray
    """The blobs of the commits in their order, zeros for one that holds neither mail nor deletion."""
    deleted: dict[bytes, int]
    """The blobs of mails that are deleted, each with the number of the last commit that does it."""
    deleting: set[int]
    """The numbers of the commits that hold a deletion and no mail."""

    def of(self, number: int) -> bytes:
        return bytes(self.ids[number * 20 : number * 20 + 20])


_NO_BLOB = bytes(20)


def _blobs(repository: pygit2.Repository, commits: Sequence[bytes]) -> _Blobs:
    found = _Blobs(bytearray(), {}, set())
    for number, commit_id in enumerate(commits):
        commit = repository[pygit2.Oid(raw=commit_id)]
        assert isinstance(commit, pygit2.Commit)  # the walk gives nothing else
        tree = commit.tree
        blob = tree["m"].id.raw if "m" in tree else b""
        if "d" in tree:
            gone = tree["d"].id.raw
            found.deleted[gone] = number
            if not blob:
                blob = gone
                found.deleting.add(number)
        found.ids.extend(blob or _NO_BLOB)
    return found


def _mail(odb: pygit2.Odb, number: int, origin: Origin, blobs: _Blobs) -> RawMail | Skipped | Withdrawn:
    blob = blobs.of(number)
    if blob == _NO_BLOB:
        return Skipped(origin, "a commit without a mail")
    is_deletion = number in blobs.deleting
    if not is_deletion and blobs.deleted.get(blob, -1) > number:
        return Skipped(origin, "a mail that was deleted from the archive later")
    _, data = odb.read(pygit2.Oid(raw=blob))
    if is_deletion:
        name = id_of(RawMail(data, origin)) if data else ""
        return Withdrawn(name, origin) if name else Skipped(origin, "the deletion of a mail")
    if data:
        return RawMail(data, origin)
    return Skipped(origin, "a mail that was purged from the archive")
