"""What a query can ask of a row: one neutral view of issues, claims, touches, series and messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from threadmine.model import (
    ClaimRow,
    IssueRow,
    Moment,
    Person,
    SeriesRow,
    StoredMessage,
    TouchRow,
    Unknown,
    VerdictKind,
)
from threadmine.query.names import split_name


@dataclass(frozen=True, slots=True)
class Facts:
    """One row, as terms see it. ``flags`` are words of ``is:``, ``has`` words of ``has:``."""

    text: tuple[str, ...]
    author: Person
    date: Moment
    members: tuple[str, ...] = ()
    series_id: str = ""
    series_title: str = ""
    version: int = 0
    list_name: str = ""
    message_id: str = ""
    state: str = ""
    kind: str = ""
    verdict: str = ""
    predicate: str = ""
    files: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    triage: str = ""
    flags: frozenset[str] = frozenset()
    has: frozenset[str] = frozenset()


def of_issue(row: IssueRow) -> Facts:
    """An issue."""
    concern, status = row.concern, row.status
    is_open = status.state.is_open
    return Facts(
        text=(concern.quote, row.subject, row.series_title, concern.about_text),
        author=concern.author,
        date=concern.date,
        members=concern.targets,
        series_id=row.series_id,
        series_title=row.series_title,
        version=row.version,
        list_name=row.list_name,
        message_id=concern.message_id,
        state=status.state.value,
        kind=concern.kind.value,
        files=_some(concern.about_file),
        functions=_some(concern.about_function, *_bare(concern.targets)),
        triage=row.triage,
        flags=_words(
            open=is_open,
            settled=not is_open,
            refuted=bool(row.severity),
            quoted=concern.quoted,
            robot=concern.source != "human",
        ),
        has=_words(
            series=bool(row.series_id),
            patch=bool(row.patch),
            date=not isinstance(concern.date, Unknown),
            target=bool(concern.targets),
            place=bool(concern.about_file),
            evidence=bool(status.evidence or status.addressed_evidence),
            reply=bool(status.evidence),
            fix=bool(status.addressed_in),
            triage=bool(row.triage),
        ),
    )


def of_claim(row: ClaimRow) -> Facts:
    """A claim."""
    claim, verdict = row.claim, row.verdict
    decided = verdict.kind not in (VerdictKind.UNDECIDED, VerdictKind.PLANNED)
    return Facts(
        text=(claim.quote, row.subject, row.series_title, claim.subject, claim.object, verdict.reason),
        author=claim.author,
        date=claim.date,
        members=claim.entities,
        series_id=row.series_id,
        series_title=row.series_title,
        version=row.version,
        list_name=row.list_name,
        message_id=claim.message_id,
        verdict=verdict.kind.value,
        predicate=claim.predicate.value,
        functions=_some(claim.subject, *_bare(claim.entities)),
        flags=_words(refuted=verdict.kind is VerdictKind.REFUTED, decided=decided, quoted=claim.quoted),
        has=_words(
            series=bool(row.series_id),
            patch=bool(row.patch),
            date=not isinstance(claim.date, Unknown),
            target=bool(claim.entities),
            evidence=bool(verdict.evidence),
        ),
    )


def of_touch(row: TouchRow) -> Facts:
    """A touched member."""
    touch = row.touch
    return Facts(
        text=(row.series_title, touch.name, touch.file, touch.function, touch.via),
        author=row.author,
        date=row.date,
        members=(touch.name,),
        series_id=row.series_id,
        series_title=row.series_title,
        version=row.version,
        list_name=row.list_name,
        message_id=row.message_id,
        kind=touch.access.value,
        files=_some(touch.file),
        functions=_some(touch.function, touch.via),
        has=_words(
            series=bool(row.series_id),
            patch=bool(row.patch),
            date=not isinstance(row.date, Unknown),
            target=True,
            place=bool(touch.file),
        ),
    )


def of_series(row: SeriesRow) -> Facts:
    """One version of a series; its date is that of its last activity."""
    return Facts(
        text=(row.title, row.version_text, row.base),
        author=row.author,
        date=row.last_activity,
        members=row.fields,
        series_id=row.id,
        series_title=row.title,
        version=row.version,
        list_name=row.list_name,
        message_id=head_of(row),
        flags=_words(open=row.open_concerns > 0, settled=row.open_concerns == 0, **_standing(row)),
        has=_words(
            series=True,
            patch=bool(row.patches),
            date=not isinstance(row.date, Unknown),
            target=bool(row.fields),
            reply=bool(row.trailers),
        ),
    )


def head_of(row: SeriesRow) -> str:
    """The message that a version of a series begins with: its cover letter, or its first patch in hand."""
    return row.cover or (row.patches[0][1] if row.patches else "")


def of_message(row: StoredMessage) -> Facts:
    """A message."""
    return Facts(
        text=(row.subject, row.body),
        author=row.author,
        date=row.date,
        series_id=row.series_id,
        list_name=row.list_name,
        message_id=row.message_id,
        files=row.paths,
        flags=_words(quoted=row.quoted_only, robot=bool(row.bot)),
        has=_words(
            series=bool(row.series_id),
            patch=row.has_patch,
            date=not isinstance(row.date, Unknown),
            target=False,
        ),
    )


def standing(row: SeriesRow | None) -> frozenset[str]:
    """The words of ``is:`` that a row has from its series."""
    return frozenset() if row is None else _words(**_standing(row))


def _standing(row: SeriesRow) -> dict[str, bool]:
    return {
        "current": not row.superseded_by,
        "superseded": bool(row.superseded_by),
        "complete": row.complete,
        "rfc": "RFC" in row.version_text,
    }


def _bare(names: Iterable[str]) -> tuple[str, ...]:
    """The names without a structure: functions and flags."""
    return tuple(member for struct, member in map(split_name, names) if not struct)


def _words(**words: bool) -> frozenset[str]:
    return frozenset(word for word, holds in words.items() if holds)


def _some(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)
