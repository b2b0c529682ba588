"""What questions give: messages, threads, series, issues and claims as the database holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from threadmine.model.basics import Moment, Unknown
from threadmine.model.found import Claim, Concern, ConcernStatus, PatchFinding, Touch, Verdict
from threadmine.model.mail import OverviewRow, Person, Stretch, Trailer

NO_ACTIVITY = Unknown("no dated message")


class RowOrder(StrEnum):
    """How a list of issues or claims is sorted; what has no date comes last."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    STATE = "by state"  # what somebody has to act on first, newest first within
    PERSON = "by person"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as the database holds it, with its place among the others."""

    message_id: str
    thread_id: str
    in_reply_to: str | None
    subject: str
    author: Person
    date: Moment
    list_name: str
    has_patch: bool
    body: str
    series_id: str = ""
    patch_number: int | None = None
    trailers: tuple[Trailer, ...] = ()
    attestation: str = "unknown"
    bot: str = ""
    quoted_only: bool = False
    stretches: tuple[Stretch, ...] = ()  # empty where an older threadmine stored it: find them anew
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    paths: tuple[str, ...] = ()  # files that the patch changes


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One line of a thread drawn as a tree; ``level`` 0 is the root."""

    message_id: str
    level: int
    subject: str
    author: Person
    date: Moment
    has_patch: bool
    concerns: int = 0
    claims: int = 0
    known_from: str = ""  # not in hand: the message whose archive page lists it in its overview


@dataclass(frozen=True, slots=True)
class OverviewEntry:
    """One row of a stored overview: ``page`` is the message whose page shows it, ``thread_id`` its thread.

    ``message_id`` is the message in hand that it is, or what the page tells of its id; empty where neither.
    """

    page: str
    thread_id: str
    row: OverviewRow
    message_id: str
    in_hand: bool


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One version of a series. ``patches``: message-ids by number, the cover letter apart."""

    id: str
    title: str
    author: Person
    list_name: str
    version: int
    version_text: str  # "v3", "RFC v2", "RESEND v1"
    cover: str | None
    patches: tuple[tuple[int, str], ...]
    total: int
    complete: bool
    thread_id: str
    date: Moment
    last_activity: Moment
    supersedes: str = ""
    superseded_by: str = ""
    linked_by: str = ""
    base: str = ""
    trailers: tuple[tuple[str, int], ...] = ()
    fields: tuple[str, ...] = ()
    open_concerns: int = 0
    state: str = ""  # "current", "superseded"
    archive_note: str = ""  # what an archive page says of it: "There is a newer version"


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A concern on the board, with its state and its place in a series."""

    concern: Concern
    status: ConcernStatus
    subject: str
    series_id: str = ""
    series_title: str = ""
    version: int = 0
    patch: str = ""  # "3/12"
    list_name: str = ""
    severity: str = ""  # "refuted-claim" where a refuted claim stands behind it, else ""
    triage: str = ""
    url: str = ""
    waits_for: Person | None = None  # who has to act on it: the series' author, unless the asker is that
    issue_id: str = ""  # of the concern that raised the same issue first, where it was raised several times
    occurrences: int = 1  # how often it was raised: on other patches, versions or threads


@dataclass(frozen=True, slots=True)
class TagChange:
    """A tag that a patch gained or lost from one version of a series to the next, and how that came."""

    tag: str
    person: Person
    patch: str  # "3/12" of the version it is told of, of the one before where the patch is gone
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """What happened from the version before to this one, and who asked what of it.

    ``fresh``, ``changed``, ``kept`` and ``gone`` are titles of patches; ``changes`` the items of the author's
    changelog; ``askers``: person, concerns, of them still open.
    """

    series_id: str
    fresh: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    gained: tuple[TagChange, ...] = ()
    lost: tuple[TagChange, ...] = ()
    askers: tuple[tuple[Person, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A concern as it is compared with others, to find the same issue raised again."""

    id: str
    message_id: str
    author: Person
    sent_at: int
    quote: str
    targets: tuple[str, ...] = ()
    function: str = ""
    about: str = ""  # the end of the quoted text that it answers
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim with its verdict and its place in a series. ``places``: every message that shows it."""

    claim: Claim
    verdict: Verdict
    subject: str
    series_id: str = ""
    series_title: str = ""
    version: int = 0
    patch: str = ""
    list_name: str = ""
    places: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding of the program with the patch it is about."""

    finding: PatchFinding
    subject: str
    author: Person  # of the patch
    date: Moment
    series_id: str = ""
    series_title: str = ""
    version: int = 0
    patch: str = ""
    list_name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class TouchRow:
    """A touched member with the series, version and patch that touches it."""

    touch: Touch
    series_id: str
    series_title: str
    version: int
    patch: str
    message_id: str
    date: Moment
    author: Person
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class FieldCount:
    """Counts for one struct member on the board."""

    struct: str
    member: str
    open_issues: int
    issues: int
    claims: int
    refuted: int
    touched_by: int  # series versions that touch it
    last_activity: Moment


@dataclass(frozen=True, slots=True)
class PersonCount:
    """What one person asked and claimed; one person is one address (or one name where there is none)."""

    person: Person
    open_issues: int
    issues: int
    claims: int
    refuted: int
    last_activity: Moment


@dataclass(frozen=True, slots=True)
class ThreadCount:
    """A thread as a list shows it; ``message_id`` is its earliest message in hand."""

    thread_id: str
    message_id: str
    subject: str
    messages: int
    open_issues: int
    last_activity: Moment


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the database holds; ``last_activity`` is the date of its newest message."""

    messages: int = 0
    threads: int = 0
    series: int = 0
    claims: int = 0
    refuted: int = 0
    concerns: int = 0
    open_concerns: int = 0
    touches: int = 0
    last_activity: Moment = NO_ACTIVITY


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did. ``failures``: (where, why) of each message that could not be read."""

    read: int = 0
    new: int = 0
    known: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    new_ids: tuple[str, ...] = field(default=())
    removed_ids: tuple[str, ...] = ()  # taken out, because their archive deleted or purged them
