"""The types that travel between the rooms, in the field's words.

All are frozen; sequences are tuples. What a mail *states* and what was *inferred* from it are separate
members. "Could not tell" is an :class:`Unknown` with its reason, never None; None means "there is none"
(a message that answers nothing has no parent).

Offsets named ``start`` and ``end`` are characters in ``Message.body`` (half open) unless they say otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

# --------------------------------------------------------------------------------------------- basics


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be told, with the reason in words a maintainer understands."""

    reason: str


Moment = datetime | Unknown
"""A point in time with its zone offset, or why there is none."""


def stable_id(letter: str, *parts: object) -> str:
    """A short id that depends on ``parts`` alone: the same over re-runs, machines and orders of ingest.

    Args:
        letter: one letter that says what kind of thing it names (``c`` claim, ``q`` concern, ``s`` series).
        parts: what makes the thing itself; turned to text, None as the empty text.
    """
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return letter + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


QUOTED_ID = "@quoted.invalid"
"""Ends the made-up ids of messages that are known from quotations alone."""


def stand_in_id(key: str) -> str:
    """The id of the stand-in for a real message-id (or for what else tells the message)."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest() + QUOTED_ID


def fold(text: str) -> str:
    """``text`` with every run of white space made one blank, ends trimmed (quotes are stored this way)."""
    return " ".join(text.split())


def message_url(message_id: str) -> str:
    """Where a message can be read; empty for ids that were made up here.

    An id is what a stranger wrote: everything that is no plain character of an address is percent-encoded.
    """
    if not message_id or message_id.endswith(".invalid"):
        return ""
    return f"https://lore.kernel.org/all/{quote(message_id, safe=_PLAIN_IN_URL, errors='replace')}/"


_PLAIN_IN_URL = "@!$&'()*+,;=:"


# ----------------------------------------------------------------------------------- mail as it comes


@dataclass(frozen=True, slots=True)
class Origin:
    """Where raw bytes came from, for error lines and for incremental reading.

    ``source`` is the path, repository or address; ``place`` the position in it (``#12`` the 12th message of
    a mailbox counted from 1, a commit id of an epoch, a file name below a folder); ``list_name`` the mailing
    list if the source tells.
    """

    source: str
    place: str = ""
    list_name: str = ""

    def __str__(self) -> str:
        return f"{self.source}{':' if self.place else ''}{self.place}"


@dataclass(frozen=True, slots=True)
class RawMail:
    """One message as bytes (RFC 822, mbox escaping already undone)."""

    data: bytes
    origin: Origin


@dataclass(frozen=True, slots=True)
class RawPage:
    """A saved archive page as bytes: it may show several messages, or parts of them."""

    data: bytes
    origin: Origin


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something a source met and did not read as mail, or a mail that could not be parsed.

    ``failed`` tells a fault (a cut file, an unreadable mail) from what was left out on purpose (a picture in
    a folder of mail).
    """

    origin: Origin
    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A mail that its archive has deleted or purged since it was read from there (``origin.source``)."""

    message_id: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a mail that did not stop it from being read (``code`` is a short kebab name)."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Display name and address as one mail gives them. Either may be empty."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.address else self.name

    @property
    def display(self) -> str:
        """The name if there is one, else the part of the address before the @."""
        return self.name or self.address.split("@")[0]


# ------------------------------------------------------------------------------------ parsed messages


class StretchKind(StrEnum):
    """What a stretch of a body is. Only PROSE and CODE_COMMENT carry statements of their own."""

    PROSE = "prose"
    CODE = "code"  # code proposed or pasted in the text, without diff marks
    DIFF = "diff"  # from "diff --git" or "--- a/" to the end of the last hunk
    DIFFSTAT = "diffstat"
    TRAILER = "trailer"
    ATTRIBUTION = "attribution"  # "On ... wrote:"
    SIGNATURE = "signature"
    FOOTER = "footer"  # list footers, PGP blocks, disclaimers
    LOG = "log"  # console output, backtraces, tables of figures
    CHANGELOG = "changelog"  # "Changes since v3:" and the like
    SHORTLOG = "shortlog"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole lines of a body that belong to one writer and are of one kind.

    ``depth`` is the number of quote levels (0: new text). ``writer`` is the writer's name as the attribution
    line gives it, empty where depth is 0 (the author) or unknown. ``candidates`` holds the possible writers
    where the depth could not be decided.
    """

    start: int
    end: int
    depth: int
    kind: StretchKind
    writer: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trailer:
    """``Reviewed-by: A <a@x>``; ``tag`` in its usual capitals, ``person`` None where it is no person."""

    tag: str
    value: str
    person: Person | None
    start: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject line taken apart. ``version`` is 1 where none is stated (``version_stated`` False).

    ``number``/``total`` are those of ``[PATCH 3/12]``, None where it has none. ``tags`` are the other
    bracket words (tree and list names: ``net-next``, ``mm-unstable``). ``title`` is what remains.
    """

    raw: str
    title: str
    is_reply: bool = False
    is_patch: bool = False
    is_rfc: bool = False
    is_resend: bool = False
    version: int = 1
    version_stated: bool = False
    subversion: str = ""  # "1" of v5.1
    number: int | None = None
    total: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hunk:
    """One hunk of a diff; its lines stay in the body (``start``..``end``, the ``@@`` line included).

    ``heading`` is git's text after the second ``@@``: a hint only, often the function before the right one.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FileDiff:
    """Changes to one file. Paths without ``a/`` and ``b/``; ``/dev/null`` shown as the empty path."""

    old_path: str
    new_path: str
    hunks: tuple[Hunk, ...]
    start: int
    end: int
    is_binary: bool = False

    @property
    def path(self) -> str:
        """The path after the change, or before it where the file was removed."""
        return self.new_path or self.old_path


@dataclass(frozen=True, slots=True)
class Patch:
    """What a message changes: its diff (depth 0 only) and what stands around it.

    ``message_end`` is where the commit message ends (at ``---`` or the diff). ``patch_id`` is filled as
    ``git patch-id --stable`` computes it, or empty. ``diffstat_paths`` are the paths a diffstat lists.
    ``prerequisites`` are format-patch's lines without their first word (``patch-id 1234...``,
    ``change-id x:v3``, ``message-id <...>``). A cover letter has a patch without ``files``.
    """

    files: tuple[FileDiff, ...]
    message_end: int
    base_commit: str = ""
    change_id: str = ""
    patch_id: str = ""
    diffstat_paths: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()

    @property
    def has_diff(self) -> bool:
        """Whether there is a diff, and not only a diffstat or a base."""
        return bool(self.files)


NOTE_MESSAGES = "messages"
"""The archive note that says how many messages a thread has."""

NOTE_SUPERSEDED = "superseded"
"""The archive note of a series of which the archive knows a newer version."""


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A line of the thread overview below an archive page: a message that is known to be, without its text.

    ``parent`` is the number of the row it hangs below, None for the root, ``-1`` where the page does not
    tell. ``this_message``: the row of the message that the page shows. ``message_id`` is empty where the page
    does not tell it; ``subject`` is empty for a reply that keeps the subject of what it answers.
    """

    number: int
    date: Moment
    subject: str
    author: str
    this_message: bool = False
    parent: int | None = -1
    parent_stated: bool = False
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, read. ``body`` is the decoded text (text/plain parts joined, line ends ``\\n``).

    ``message_id`` has no ``<>``. A mail without one gets a made-up id from its content that ends in
    ``@missing.invalid`` (``id_made_up`` True). ``references`` is oldest first and holds In-Reply-To last.
    """

    message_id: str
    subject: Subject
    author: Person
    date: Moment
    body: str
    origin: Origin
    id_made_up: bool = False
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    to: tuple[Person, ...] = ()
    cc: tuple[Person, ...] = ()
    list_id: str = ""
    stretches: tuple[Stretch, ...] = ()
    trailers: tuple[Trailer, ...] = ()
    patch: Patch | None = None
    is_cover: bool = False
    quoted_only: bool = False  # known from a quotation alone
    defects: tuple[Defect, ...] = ()
    bot: str = ""  # name of the robot that wrote it, empty for people
    headers: tuple[tuple[str, str], ...] = ()  # a few others kept: X-Mailer, X-Change-ID, List-Id ...
    stands_for: str = ""  # quoted_only: the Message-ID of the real message, where references tell it
    around: str = ""  # quoted_only: the text that it is quoted in, while that is in hand
    from_page: bool = False  # read from an archive page, not from raw mail
    attestation: str = "unknown"  # what signatures say: "unknown", "none", "good: NAME", "bad: REASON" ...
    patch_author: Person | None = None  # who wrote the patch, where the sender only posts it
    overview: tuple[OverviewRow, ...] = ()  # from_page: the messages of its thread that the page lists
    archive_notes: tuple[tuple[str, str], ...] = ()  # from_page: what else the archive says, by name

    @property
    def writer(self) -> Person:
        """Who wrote the commit message and the diff: the patch's own author, else the sender."""
        return self.patch_author or self.author


# ------------------------------------------------------------------------------------ fields touched


class Access(StrEnum):
    """How a line touches a member."""

    READ = "read"
    WRITE = "write"
    DECLARE = "declare"
    REMOVE = "remove"  # a declaration taken away
    COMMENT = "comment"


class Side(StrEnum):
    """Which side of a diff a line is on."""

    ADDED = "+"
    REMOVED = "-"
    CONTEXT = " "


@dataclass(frozen=True, slots=True)
class Touch:
    """One line of a patch that touches one member.

    ``struct`` may be ``""`` where the type could not be told (``inferred`` says how it was or was not).
    ``line`` counts in the new file for ``+`` and context, in the old file for ``-``. ``via`` names the helper
    that touches the member, empty where the line names the member itself.
    """

    struct: str
    member: str
    access: Access
    side: Side
    file: str
    function: str
    line: int
    start: int
    via: str = ""
    inferred: str = ""

    @property
    def name(self) -> str:
        return f"{self.struct}.{self.member}" if self.struct else self.member


# --------------------------------------------------------------------------------- claims and verdicts


class Predicate(StrEnum):
    """What a claim says of its subject; the words of gold/GUIDE.md."""

    OVERLAPS = "overlaps"
    OFFSET = "offset"
    SIZE = "size"
    MEMBER_OF = "member_of"
    RESIDES = "resides"
    SETS = "sets"
    CLEARS = "clears"
    READS = "reads"
    CALLS = "calls"
    REQUIRES = "requires"
    STATE = "state"
    USES = "uses"
    POINTS_TO = "points_to"
    EQUALS = "equals"
    IS_A = "is_a"
    VALID_FOR = "valid_for"
    PRECEDES = "precedes"
    OTHER = "other"


class Polarity(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"


class Modality(StrEnum):
    ASSERTED = "asserted"
    HEDGED = "hedged"
    QUESTION = "question"
    CONDITIONAL = "conditional"


class Tense(StrEnum):
    """PROPOSED: true once the series under discussion is applied. PLANNED: a wish for later."""

    PRESENT = "present"
    PAST = "past"
    PLANNED = "planned"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that the model could check, as somebody wrote it.

    ``quote`` is the sentence or list item, verbatim, white space folded; ``start``/``end`` its place.
    ``entities`` are ``struct.member``, ``function`` or ``PG_flag``. ``cue`` is the text that made it a claim;
    ``inferred`` lists what was not stated but concluded (the struct of a bare member).
    """

    id: str
    message_id: str
    author: Person
    date: Moment
    quote: str
    start: int
    end: int
    predicate: Predicate
    subject: str
    object: str = ""
    value: str = ""
    condition: str = ""
    polarity: Polarity = Polarity.POSITIVE
    modality: Modality = Modality.ASSERTED
    tense: Tense = Tense.PRESENT
    entities: tuple[str, ...] = ()
    cue: str = ""
    inferred: tuple[str, ...] = ()
    quoted: bool = False

    @staticmethod
    def make_id(
        message_id: str, start: int, end: int, predicate: str, subject: str, object_: str, value: str
    ) -> str:
        """The claim's stable id (contract: derived from message, span and triple)."""
        return stable_id("c", message_id, start, end, predicate, subject, object_, value)


class VerdictKind(StrEnum):
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    CONDITIONAL = "conditional"
    PLANNED = "planned"
    UNDECIDED = "undecided"


class KernelFrom(StrEnum):
    """How the kernel context of a verdict was found."""

    STATED = "stated"
    BASE_COMMIT = "base-commit"
    DATE = "date"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class KernelContext:
    """The kernel a claim is judged against: ``version`` (``6.19``), ``arch`` and how it was found."""

    version: str
    found: KernelFrom
    arch: str = "x86-64"
    config: str = "distribution"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact behind a verdict: the rule that used it, the fact in words, and where the fact is from."""

    rule: str
    fact: str
    source: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a claim holds and where it does not."""

    kernel: str  # "6.15..7.3"
    holds: bool
    arch: str = ""
    config: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model says of a claim. Without evidence the kind is UNDECIDED or PLANNED."""

    kind: VerdictKind
    reason: str
    kernel: KernelContext
    holds: tuple[Holding, ...] = ()
    evidence: tuple[Evidence, ...] = ()


# -------------------------------------------------------------------------------------------- concerns


class ConcernKind(StrEnum):
    QUESTION = "question"
    REQUEST = "request"
    OBJECTION = "objection"
    NIT = "nit"
    PROCESS = "process"


class ConcernState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    ACKNOWLEDGED = "acknowledged"
    DISPUTED = "disputed"
    ADDRESSED = "addressed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act on it (as score.py counts "still open")."""
        return self in (ConcernState.OPEN, ConcernState.ACKNOWLEDGED, ConcernState.DISPUTED)


class Effect(StrEnum):
    """What a reply does to a concern."""

    ANSWER = "answer"
    AGREE = "agree"
    DISAGREE = "disagree"
    FIX = "fix"
    WITHDRAW = "withdraw"
    PROMISE = "promise"
    REDIRECT = "redirect"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class StateEvidence:
    """The words of a later message that moved a concern."""

    message_id: str
    quote: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Concern:
    """What somebody wants answered or changed.

    ``about_*`` tell the place it is about: the nearest quoted hunk above (``about_text`` is the quoted text
    that it answers, folded and bounded). ``source`` is ``human`` or the robot's name.
    """

    id: str
    message_id: str
    author: Person
    date: Moment
    quote: str
    start: int
    end: int
    kind: ConcernKind
    targets: tuple[str, ...] = ()
    about_text: str = ""
    about_file: str = ""
    about_line: int = 0
    about_function: str = ""
    about_depth: int = 0
    cue: str = ""
    source: str = "human"
    quoted: bool = False

    @staticmethod
    def make_id(message_id: str, start: int, end: int) -> str:
        return stable_id("q", message_id, start, end)


@dataclass(frozen=True, slots=True)
class ConcernStatus:
    """Where a concern stands, with the words that say so; computed from the thread, never from one mail."""

    concern_id: str
    state: ConcernState
    evidence: tuple[StateEvidence, ...] = ()
    addressed_in: str = ""
    addressed_evidence: str = ""


# --------------------------------------------------------------------------------- the program's own remarks


@dataclass(frozen=True, slots=True)
class PatchFinding:
    """Something in a patch that looks wrong and that the program saw by itself, apart from people's concerns.

    ``rule`` names what was looked for; ``text`` says in one sentence what is wrong, ``quote`` is the line.
    ``line`` counts in the new file; ``start``/``end`` are the line's place in the body.
    """

    id: str
    message_id: str
    rule: str
    text: str
    quote: str
    file: str
    function: str
    line: int
    start: int
    end: int
    evidence: tuple[Evidence, ...] = ()

    @staticmethod
    def make_id(message_id: str, rule: str, start: int) -> str:
        return stable_id("f", message_id, rule, start)


# ------------------------------------------------------------------------------ what mining one mail gives


@dataclass(frozen=True, slots=True)
class Mined:
    """Everything found in one message. Pure: depends on the message and the model alone."""

    message: Message
    claims: tuple[Claim, ...] = ()
    verdicts: tuple[Verdict, ...] = ()  # one per claim, same order
    concerns: tuple[Concern, ...] = ()
    touches: tuple[Touch, ...] = ()
    findings: tuple[PatchFinding, ...] = ()


# ------------------------------------------------------------------------------------- rows of questions


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
    last_activity: Moment = Unknown("no dated message")


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


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """``items`` without repeats, first occurrence kept."""
    return tuple(dict.fromkeys(items))
