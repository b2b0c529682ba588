"""Whole archives: the epochs of lists, read on from where the last run stopped.

What an archive deletes or purges after it was read is taken out again. A purge rewrites the history of an
epoch: then all of it is read again, and what it no longer holds (or holds in other words) goes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from threadmine.db.rows import clean
from threadmine.db.schema import id_hash
from threadmine.db.session import Database
from threadmine.db.store import Store
from threadmine.db.values import content_hash
from threadmine.errors import SourceError
from threadmine.ingest import Found, parse_all
from threadmine.model import IngestReport, Message, Origin, RawMail, Skipped, Withdrawn, unique
from threadmine.pipeline import Progress, ingest_messages
from threadmine.sources import epoch as source


@dataclass(frozen=True, slots=True)
class Epoch:
    """One repository to read, and the name under which its position is kept."""

    repository: Path
    name: str
    list_name: str = ""


def ingest_epochs(
    database: Database, targets: Iterable[str], progress: Progress | None = None, mining: bool = True
) -> IngestReport:
    """Reads public-inbox v2 epochs into the database, each from the last commit read before.

    Args:
        database: opened for writing.
        targets: directories (of an epoch, or of a list's clone), bundles, or addresses of either.
        progress: told how far it is.
        mining: False leaves the mining of what is read to a later run.

    A target that cannot be read is a failure of the report; the others go on. The position of an epoch is
    kept when all of its mail is stored, so that a run that was cut short is done again, to the same end.
    """
    reports: list[IngestReport] = []
    for target in targets:
        try:
            for epoch in _epochs(target):
                reports.append(_ingest(database, epoch, progress, mining))
        except SourceError as error:
            reason = f"{error.what}; {error.remedy}" if error.remedy else error.what
            reports.append(IngestReport(failures=((error.where or target, reason),)))
    return _total(reports)


def _epochs(target: str) -> Iterator[Epoch]:
    if source.is_address(target):
        for number, mirror in enumerate(source.mirrored(target, _cache() / "epochs")):
            parts = target.rstrip("/").removesuffix(".git").split("/")
            name = parts[-2] if parts[-1].isdigit() else parts[-1]
            yield Epoch(mirror, f"{target.rstrip('/')}#{number}", name)
        return
    path = Path(target)
    if path.is_file():
        with path.open("rb") as stream:
            if not source.is_bundle(stream.read(32)):
                raise SourceError("this is no git bundle", target, "give a directory, an address or a bundle")
        with source.opened_bundle(path) as repository:
            yield Epoch(repository, str(path.resolve()))
    elif source.is_repository(path):
        yield Epoch(path, str(path.resolve()))
    elif found := source.epochs_below(path):
        for repository in found:
            yield Epoch(repository, str(repository.resolve()), path.name)
    elif path.exists():
        raise SourceError("there is no epoch in this folder", target, "give the folder of a list's clone")
    else:
        raise SourceError("there is no such file or folder", target, "check the path")


def _cache() -> Path:
    from platformdirs import user_cache_path

    return Path(os.environ.get("THREADMINE_CACHE") or user_cache_path("threadmine"))


def _ingest(database: Database, epoch: Epoch, progress: Progress | None, mining: bool) -> IngestReport:
    store = Store(database)
    key = f"epoch:{epoch.name}"
    newest = source.newest_commit(epoch.repository)
    since = store.position(key)
    if newest == since:
        return IngestReport()
    mails = source.read_epoch(epoch.repository, epoch.name, epoch.list_name, since)
    if since and source.is_rewritten(epoch.repository, since):
        report = _ingest_rewritten(database, epoch, mails, progress, mining)
    else:
        report = ingest_messages(database, parse_all(mails, not mining), progress, mining=mining)
    store.save_position(key, newest)
    return report


def _ingest_rewritten(
    database: Database,
    epoch: Epoch,
    mails: Iterable[RawMail | Skipped | Withdrawn],
    progress: Progress | None,
    mining: bool,
) -> IngestReport:
    """Reads all of an epoch whose history was rewritten, and takes out what is no longer in it."""
    store = Store(database)
    held: set[int] = set()
    noted = _noted(parse_all(mails, not mining), held)
    report = ingest_messages(database, noted, progress, mining=mining)
    gone = {name for name, hashed in store.given_by(epoch.name) if _mark(name, hashed) not in held}
    if not gone:
        return report
    withdrawn = [Withdrawn(name, Origin(epoch.name)) for name in sorted(gone)]
    out = ingest_messages(database, withdrawn, mining=mining)
    again = source.read_epoch(epoch.repository, epoch.name, epoch.list_name)
    edited = (mail for mail in again if isinstance(mail, RawMail) and source.id_of(mail) in gone)
    back = ingest_messages(database, parse_all(edited, not mining), mining=mining)
    removed = tuple(name for name in out.removed_ids if name not in set(back.new_ids))
    return replace(report, new_ids=unique((*report.new_ids, *back.new_ids)), removed_ids=removed)


def _noted(items: Iterable[Found], held: set[int]) -> Iterator[Found]:
    """The items; a mark of what each message says goes into ``held``."""
    for item in items:
        if isinstance(item, Message):
            held.add(_mark(clean(item.message_id), content_hash(item)))
        yield item


def _mark(message_id: str, hashed: str) -> int:
    """63 bits for a message that says something: an archive has many."""
    return id_hash(f"{message_id}\x1f{hashed}")


def _total(reports: Iterable[IngestReport]) -> IngestReport:
    found = list(reports)
    return IngestReport(
        read=sum(report.read for report in found),
        new=sum(report.new for report in found),
        known=sum(report.known for report in found),
        skipped=tuple(item for report in found for item in report.skipped),
        failures=tuple(item for report in found for item in report.failures),
        new_ids=unique(name for report in found for name in report.new_ids),
        removed_ids=unique(name for report in found for name in report.removed_ids),
    )
