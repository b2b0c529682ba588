"""The tables, each column with a comment: docs/database.md is made from this module.

Messages have numbers (``key``) in the order in which their ids were first seen, so that what comes together
lies together on the disk. They are the only thing in the database that depends on the order of ingest, and
mean nothing outside it; everything else refers to Message-IDs and to ids made from them. Messages that are
known only because others refer to them ("ghosts") have a row in ``known_ids`` and none in ``messages``.
"""

from __future__ import annotations

import enum
import hashlib
import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from threadmine.model import (
    Access,
    ConcernKind,
    ConcernState,
    KernelFrom,
    Modality,
    Polarity,
    Predicate,
    Side,
    Tense,
    VerdictKind,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

BigKey = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER is what SQLite makes its rowid of


def id_hash(message_id: str) -> int:
    """63 bits that stand for a message-id: how its number is looked up."""
    digest = hashlib.blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class Json(TypeDecorator[Any]):
    """A list kept as JSON text: the same in every kind of database, and readable by SQL's JSON functions."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if value and value != "[]" else []  # most are empty


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


def by_value(kind: type[enum.Enum]) -> Enum:
    """An enum stored as its value in a text column."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,
        length=20,
    )


def text(comment: str, default: str = "") -> Mapped[str]:
    return mapped_column(Text, default=default, server_default=default, comment=comment)


def number(comment: str) -> Mapped[int]:
    return mapped_column(Integer, default=0, server_default="0", comment=comment)


def flag(comment: str) -> Mapped[bool]:
    return mapped_column(Boolean(create_constraint=False), default=False, server_default="0", comment=comment)


def listing(comment: str) -> Mapped[Any]:
    return mapped_column(Json, default=list, server_default="[]", comment=comment)


def key_of_message(comment: str = "The message (messages.key)") -> Mapped[int]:
    return mapped_column(
        BigKey, ForeignKey("messages.key", ondelete="CASCADE"), primary_key=True, comment=comment
    )


class Thread(Base):
    """A set of messages that refer to each other, directly or through ids that were never seen."""

    __tablename__ = "threads"

    id: Mapped[str] = mapped_column(Text, primary_key=True, comment="t and 12 hex digits, from the root's id")
    root_id: Mapped[str] = text("Message-ID of the root; it may be one that was never seen")
    subject: Mapped[str] = text("Title of the earliest message, without its brackets")
    messages: Mapped[int] = number("Messages in hand")
    first_at: Mapped[int | None] = mapped_column(BigKey, comment="Earliest date, seconds since 1970 UTC")
    last_at: Mapped[int | None] = mapped_column(BigKey, comment="Latest date, seconds since 1970 UTC")
    stale: Mapped[bool] = flag("Mail came in since the states of its concerns were last computed")


class KnownId(Base):
    """Every Message-ID seen, of messages and of those they refer to, with the thread it is in."""

    __tablename__ = "known_ids"

    key: Mapped[int] = mapped_column(
        BigKey, primary_key=True, autoincrement=False, comment="Number in the order of first sight"
    )
    id_hash: Mapped[int] = mapped_column(BigKey, comment="63 bits of the hash of message_id")
    message_id: Mapped[str] = text("Message-ID without <>")
    thread_id: Mapped[str] = mapped_column(
        Text, ForeignKey("threads.id"), index=True, comment="The thread it is in"
    )
    has_parent: Mapped[bool] = flag("Some message names an id that stands before this one")

    __table_args__ = (Index("uq_known_ids_id_hash", "id_hash", unique=True),)


class Message(Base):
    """A message, without its body."""

    __tablename__ = "messages"

    key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("known_ids.key"),
        primary_key=True,
        autoincrement=False,
        comment="Its number (known_ids.key)",
    )
    message_id: Mapped[str] = mapped_column(
        Text, comment="Message-ID without <>; made up where it ends in .invalid"
    )
    thread_id: Mapped[str] = mapped_column(Text, ForeignKey("threads.id"), comment="The thread it is in")
    in_reply_to: Mapped[str | None] = mapped_column(Text, comment="Message-ID it answers, or null")
    refs: Mapped[Any] = listing("References, oldest first")
    subject: Mapped[str] = text("Subject as sent, decoded")
    title: Mapped[str] = text("Subject without brackets and Re:")
    is_reply: Mapped[bool] = flag("Subject begins with Re: or the like")
    is_patch: Mapped[bool] = flag("Subject says that it is a patch or a cover letter")
    is_rfc: Mapped[bool] = flag("RFC in the brackets")
    is_resend: Mapped[bool] = flag("RESEND in the brackets")
    version: Mapped[int] = mapped_column(
        Integer, default=1, server_default="1", comment="N of vN, 1 where none is stated"
    )
    version_stated: Mapped[bool] = flag("The subject states the version")
    subversion: Mapped[str] = text("1 of v5.1")
    number: Mapped[int | None] = mapped_column(Integer, comment="3 of [PATCH 3/12]")
    total: Mapped[int | None] = mapped_column(Integer, comment="12 of [PATCH 3/12]")
    tags: Mapped[Any] = listing("Other words in the brackets")
    author_name: Mapped[str] = text("Display name of From")
    author_address: Mapped[str] = text("Address of From")
    date: Mapped[str | None] = mapped_column(Text, comment="Date, ISO 8601 with offset, or null")
    sent_at: Mapped[int | None] = mapped_column(BigKey, comment="Date, seconds since 1970 UTC, or null")
    date_problem: Mapped[str] = text("Why the date is unknown, where it is")
    list_name: Mapped[str] = text("Mailing list, from List-Id or the source")
    has_patch: Mapped[bool] = flag("The body has a diff of its own")
    is_cover: Mapped[bool] = flag("Cover letter of a series")
    base_commit: Mapped[str] = text("base-commit: of the patch")
    change_id: Mapped[str] = text("change-id: of the patch")
    patch_id: Mapped[str] = text("git patch-id --stable of the diff")
    paths: Mapped[Any] = listing("Files the patch changes")
    bot: Mapped[str] = text("Name of the robot that wrote it, empty for people")
    quoted_only: Mapped[bool] = flag("Known only from what others quote")
    id_made_up: Mapped[bool] = flag("The mail had no Message-ID")
    attestation: Mapped[str] = text("What is known of its signature: unknown, good, bad ...", "unknown")
    recipients: Mapped[Any] = text("To and Cc, one a line: To: Name <address>")
    headers: Mapped[Any] = text("A few other headers, one a line")
    defects: Mapped[Any] = text("What was wrong with the mail, one a line: code: detail")
    series_id: Mapped[str] = text("Series version it belongs to or answers, empty where none")
    patch_number: Mapped[int | None] = mapped_column(
        Integer, comment="Number of the patch in that series that it is or answers (0: the cover)"
    )
    content_hash: Mapped[str] = text("Hash of what the mail says; of several copies the smallest counts")
    source: Mapped[str] = text("File, repository or address it was read from")
    place: Mapped[str] = text("Position in the source")

    __table_args__ = (
        Index("ix_messages_thread_id", "thread_id"),
        Index("ix_messages_sent_at", "sent_at"),
        Index("ix_messages_series_id", "series_id"),
        Index("ix_messages_author", "author_address", "author_name", "sent_at"),
    )


class Body(Base):
    """The decoded body of a message; offsets of claims and concerns count its characters."""

    __tablename__ = "bodies"

    message_key: Mapped[int] = key_of_message()
    text: Mapped[str] = mapped_column(Text, comment="text/plain parts joined, line ends \\n")
    stretches: Mapped[str] = mapped_column(
        Text,
        default="",
        server_default="",
        comment="Who wrote what, as JSON: [start, end, quote depth, kind, writer, other candidates ...]",
    )


class Copy(Base):
    """Another copy of a message that says something else under the same Message-ID (list footers, say)."""

    __tablename__ = "copies"

    message_key: Mapped[int] = mapped_column(
        BigKey, ForeignKey("known_ids.key"), primary_key=True, comment="Key of the Message-ID"
    )
    content_hash: Mapped[str] = mapped_column(Text, primary_key=True, comment="Hash of what this copy says")
    source: Mapped[str] = text("File, repository or address it was read from")
    place: Mapped[str] = text("Position in the source")
    list_name: Mapped[str] = text("Mailing list of this copy")


class TrailerRow(Base):
    """Reviewed-by and the like, one row a line."""

    __tablename__ = "trailers"

    message_key: Mapped[int] = key_of_message()
    position: Mapped[int] = mapped_column(Integer, primary_key=True, comment="Count in the message, from 0")
    tag: Mapped[str] = text("Tag in its usual capitals: Reviewed-by")
    value: Mapped[str] = text("What stands after the colon")
    name: Mapped[str | None] = mapped_column(Text, comment="Person's name, null where it is no person")
    address: Mapped[str | None] = mapped_column(Text, comment="Person's address, null where it is no person")
    start: Mapped[int] = number("Character in the body")

    __table_args__ = ({"sqlite_with_rowid": False},)


class SeriesVersion(Base):
    """One version of a series of patches, made from subjects and threading."""

    __tablename__ = "series"

    id: Mapped[str] = mapped_column(
        Text, primary_key=True, comment="s and 12 hex digits, from its cover or first patch"
    )
    thread_id: Mapped[str] = mapped_column(
        Text, ForeignKey("threads.id"), index=True, comment="Thread it was sent in"
    )
    head_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("messages.key"),
        index=True,
        comment="Cover letter, or the first patch in hand",
    )
    title: Mapped[str] = text("Title of the cover letter, or of the first patch")
    author_name: Mapped[str] = text("Who sent it")
    author_address: Mapped[str] = text("Address it was sent from")
    list_name: Mapped[str] = text("Mailing list")
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1", comment="N of vN")
    version_text: Mapped[str] = text("Version as written: RFC v2")
    cover: Mapped[str | None] = mapped_column(Text, comment="Message-ID of the cover letter, or null")
    total: Mapped[int] = number("Patches that the subjects announce")
    complete: Mapped[bool] = flag("All of them are in hand")
    sent_at: Mapped[int | None] = mapped_column(BigKey, index=True, comment="Date of the head, seconds UTC")
    last_at: Mapped[int | None] = mapped_column(
        BigKey, comment="Date of the latest patch or answer, seconds UTC"
    )
    base: Mapped[str] = text("base-commit, from the cover or the first patch that states one")
    change_id: Mapped[str] = text("change-id, likewise")
    trailers: Mapped[Any] = listing("Counts of trailers in patches and answers as [tag, count]")
    supersedes: Mapped[str] = text("Series before it, empty where none is known")
    superseded_by: Mapped[str] = text("Series after it, empty where none is known")
    linked_by: Mapped[str] = text(
        "How the link to the version before was found: change-id, subject, link, manual"
    )


class SeriesPatch(Base):
    """The patches of a series version by their number; the cover letter apart."""

    __tablename__ = "series_patches"

    series_id: Mapped[str] = mapped_column(
        Text, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, comment="The series version"
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, comment="N of N/M, 1 for a single patch")
    message_key: Mapped[int] = mapped_column(
        BigKey, ForeignKey("messages.key"), index=True, comment="The patch (messages.key)"
    )

    __table_args__ = ({"sqlite_with_rowid": False},)


class ClaimRecord(Base):
    """A statement that the model can check, with the verdict on it."""

    __tablename__ = "claims"

    id: Mapped[str] = mapped_column(Text, primary_key=True, comment="c and 12 hex digits, stable")
    message_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("messages.key", ondelete="CASCADE"),
        index=True,
        comment="Message that shows it",
    )
    author_name: Mapped[str] = text("Who wrote it")
    author_address: Mapped[str] = text("Writer's address, where known")
    date: Mapped[str | None] = mapped_column(Text, comment="When it was written, ISO 8601, or null")
    date_problem: Mapped[str] = text("Why the date is unknown, where it is")
    sent_at: Mapped[int | None] = mapped_column(BigKey, comment="Date in seconds UTC, for sorting")
    quote: Mapped[str] = text("The sentence, verbatim, white space folded")
    start: Mapped[int] = number("First character in the body")
    end: Mapped[int] = number("Character after the last")
    predicate: Mapped[Predicate] = mapped_column(
        by_value(Predicate), comment="What it says: overlaps, sets ..."
    )
    subject: Mapped[str] = text("What it speaks of")
    object: Mapped[str] = text("What it relates that to")
    value: Mapped[str] = text("Value, where it gives one")
    condition: Mapped[str] = text("Condition, where it states one")
    polarity: Mapped[Polarity] = mapped_column(by_value(Polarity), comment="positive or negative")
    modality: Mapped[Modality] = mapped_column(by_value(Modality), comment="asserted, hedged, question ...")
    tense: Mapped[Tense] = mapped_column(by_value(Tense), comment="present, past, planned, proposed")
    entities: Mapped[Any] = listing("Members, functions and flags it names")
    cue: Mapped[str] = text("The words that made it a claim")
    inferred: Mapped[Any] = listing("What was concluded and not stated")
    quoted: Mapped[bool] = flag("Known only from a quotation")
    verdict: Mapped[VerdictKind] = mapped_column(by_value(VerdictKind), comment="confirmed, refuted ...")
    reason: Mapped[str] = text("Why, in a sentence that a maintainer can check")
    kernel: Mapped[str] = text("Kernel it was judged against")
    kernel_found: Mapped[KernelFrom] = mapped_column(
        by_value(KernelFrom), comment="How that kernel was found: stated, base-commit, date, option"
    )
    arch: Mapped[str] = text("Architecture it was judged for")
    config: Mapped[str] = text("Configuration it was judged for")
    holds: Mapped[Any] = listing("Where it holds, as [kernel, holds, arch, config, order]")
    evidence: Mapped[Any] = listing("Facts behind the verdict, as [rule, fact, source]")
    sameness: Mapped[str] = text("The same for all restatements of a claim: k and 12 hex digits")

    __table_args__ = (
        Index("ix_claims_verdict_sent_at", "verdict", "sent_at"),
        Index("ix_claims_sent_at", "sent_at"),
        Index("ix_claims_sameness", "sameness"),
        Index("ix_claims_author", "author_address", "author_name", "verdict", "sent_at"),
    )


class ClaimName(Base):
    """The names in a claim, taken apart for search by member."""

    __tablename__ = "claim_names"

    member: Mapped[str] = mapped_column(Text, primary_key=True, comment="Member, function or flag")
    struct: Mapped[str] = mapped_column(
        Text, primary_key=True, comment="Structure, empty where none is named"
    )
    claim_id: Mapped[str] = mapped_column(
        Text, ForeignKey("claims.id", ondelete="CASCADE"), primary_key=True, index=True, comment="The claim"
    )
    is_refuted: Mapped[bool] = flag("The claim is refuted (claims.verdict, repeated for the board)")
    sent_at: Mapped[int | None] = mapped_column(
        BigKey, comment="Date of the claim (claims.sent_at, repeated)"
    )

    __table_args__ = ({"sqlite_with_rowid": False},)


class ConcernRecord(Base):
    """What somebody wants answered or changed, with where it stands."""

    __tablename__ = "concerns"

    id: Mapped[str] = mapped_column(Text, primary_key=True, comment="q and 12 hex digits, stable")
    message_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("messages.key", ondelete="CASCADE"),
        index=True,
        comment="Message that raises it",
    )
    author_name: Mapped[str] = text("Who raised it")
    author_address: Mapped[str] = text("Address, where known")
    date: Mapped[str | None] = mapped_column(Text, comment="When it was raised, ISO 8601, or null")
    date_problem: Mapped[str] = text("Why the date is unknown, where it is")
    sent_at: Mapped[int | None] = mapped_column(BigKey, comment="Date in seconds UTC, for sorting")
    quote: Mapped[str] = text("The sentence, verbatim, white space folded")
    start: Mapped[int] = number("First character in the body")
    end: Mapped[int] = number("Character after the last")
    kind: Mapped[ConcernKind] = mapped_column(
        by_value(ConcernKind), comment="question, request, objection ..."
    )
    targets: Mapped[Any] = listing("Members, functions and flags it is about")
    about_text: Mapped[str] = text("Quoted text that it answers, folded")
    about_file: Mapped[str] = text("File of the quoted hunk")
    about_line: Mapped[int] = number("Line in the new file, 0 where unknown")
    about_function: Mapped[str] = text("Function the quoted hunk is in")
    about_depth: Mapped[int] = number("Quote depth of that text")
    cue: Mapped[str] = text("The words that made it a concern")
    origin: Mapped[str] = text("human, or the robot's name", "human")
    quoted: Mapped[bool] = flag("Known only from a quotation")
    state: Mapped[ConcernState] = mapped_column(
        by_value(ConcernState),
        default=ConcernState.OPEN,
        server_default="open",
        comment="open, answered, acknowledged, disputed, addressed, withdrawn",
    )
    state_evidence: Mapped[Any] = listing("Words that moved it, as [message_id, quote, effect]")
    addressed_in: Mapped[str] = text("Version that has the change: v3")
    addressed_evidence: Mapped[str] = text("What changed")
    triage: Mapped[str] = text("What a person set by hand")

    __table_args__ = (
        Index("ix_concerns_state_sent_at", "state", "sent_at"),
        Index("ix_concerns_sent_at", "sent_at"),
        Index("ix_concerns_author", "author_address", "author_name", "state", "sent_at"),
    )


class ConcernName(Base):
    """The names a concern is about, taken apart for search by member."""

    __tablename__ = "concern_names"

    member: Mapped[str] = mapped_column(Text, primary_key=True, comment="Member, function or flag")
    struct: Mapped[str] = mapped_column(
        Text, primary_key=True, comment="Structure, empty where none is named"
    )
    concern_id: Mapped[str] = mapped_column(
        Text,
        ForeignKey("concerns.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        comment="The concern",
    )
    is_open: Mapped[bool] = mapped_column(
        Boolean(create_constraint=False),
        default=True,
        server_default="1",
        comment="Somebody still has to act on it (concerns.state, repeated for the board)",
    )
    sent_at: Mapped[int | None] = mapped_column(
        BigKey, comment="Date of the concern (concerns.sent_at, repeated)"
    )

    __table_args__ = ({"sqlite_with_rowid": False},)


class IssuePlace(Base):
    """A concern that raises an issue which others raise, too; one that stands alone has no row."""

    __tablename__ = "issue_places"

    concern_id: Mapped[str] = mapped_column(
        Text, ForeignKey("concerns.id", ondelete="CASCADE"), primary_key=True, comment="The concern"
    )
    issue_id: Mapped[str] = text("The concern that raised the issue first (concerns.id)")
    is_last: Mapped[bool] = flag("The last that raised it: it stands for the issue in lists and counts")

    __table_args__ = (Index("ix_issue_places_issue_id", "issue_id"), {"sqlite_with_rowid": False})


class FindingRecord(Base):
    """Something in a patch that looks wrong and that the program saw by itself."""

    __tablename__ = "findings"

    id: Mapped[str] = mapped_column(Text, primary_key=True, comment="f and 12 hex digits, stable")
    message_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("messages.key", ondelete="CASCADE"),
        index=True,
        comment="The patch (messages.key)",
    )
    rule: Mapped[str] = text("What was looked for")
    text: Mapped[str] = mapped_column(Text, comment="What is wrong, in one sentence")
    quote: Mapped[str] = mapped_column(Text, comment="The line")
    file: Mapped[str] = mapped_column(Text, comment="File")
    function: Mapped[str] = mapped_column(Text, comment="Function the line is in")
    line: Mapped[int] = number("Line in the new file")
    start: Mapped[int] = number("First character in the body")
    end: Mapped[int] = number("Character after the last")
    evidence: Mapped[Any] = listing("Facts behind it, as [rule, fact, source]")


class TouchRecord(Base):
    """One line of a patch that touches one struct member."""

    __tablename__ = "touches"

    message_key: Mapped[int] = key_of_message("The patch (messages.key)")
    position: Mapped[int] = mapped_column(Integer, primary_key=True, comment="Count in the message, from 0")
    struct: Mapped[str] = text("Structure, empty where it could not be told")
    member: Mapped[str] = text("Member")
    access: Mapped[Access] = mapped_column(by_value(Access), comment="read, write, declare, remove, comment")
    side: Mapped[Side] = mapped_column(by_value(Side), comment="+, - or blank (context)")
    file: Mapped[str] = text("File")
    function: Mapped[str] = text("Function the line is in")
    line: Mapped[int] = number("Line, in the old file for -, else in the new one")
    start: Mapped[int] = number("Character in the body")
    via: Mapped[str] = text("Helper that touches it, empty where the line names it")
    inferred: Mapped[str] = text("How the structure was told")

    __table_args__ = (Index("ix_touches_member", "member", "message_key"), {"sqlite_with_rowid": False})


class SeriesField(Base):
    """Which members a series version touches on changed lines: one row a member."""

    __tablename__ = "series_fields"

    series_id: Mapped[str] = mapped_column(
        Text, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, comment="The series version"
    )
    member: Mapped[str] = mapped_column(Text, primary_key=True, comment="Member")
    struct: Mapped[str] = mapped_column(Text, primary_key=True, comment="Structure, empty where unknown")
    reads: Mapped[int] = number("Changed lines that read it")
    writes: Mapped[int] = number("Changed lines that write it")
    others: Mapped[int] = number("Changed lines that declare, remove or comment on it")

    __table_args__ = (
        Index("ix_series_fields_member", "member", "struct", "series_id"),
        {"sqlite_with_rowid": False},
    )


class Position(Base):
    """How far a source has been read, for incremental reading."""

    __tablename__ = "positions"

    source: Mapped[str] = mapped_column(Text, primary_key=True, comment="Source: repository path or address")
    position: Mapped[str] = text("Last commit, or another mark of the source's own")


class OverviewRecord(Base):
    """A line of the thread overview of an archive page; whether its message is in hand is seen when asked."""

    __tablename__ = "overview_rows"

    message_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("known_ids.key"),
        primary_key=True,
        comment="The message whose page shows the overview (known_ids.key)",
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True, comment="Count in the overview, from 0")
    message_id: Mapped[str] = text("Message-ID of the row, empty where the page does not tell it")
    date: Mapped[str | None] = mapped_column(Text, comment="Date to the minute, ISO 8601, or null")
    subject: Mapped[str] = text("Subject, empty for a reply that keeps that of its parent")
    author: Mapped[str] = text("Name of the writer")
    parent: Mapped[int | None] = mapped_column(
        Integer, comment="Number of the row above it, null for the root, -1 where the page does not tell"
    )
    parent_stated: Mapped[bool] = flag("The page itself says so; else it follows from the order of the rows")
    this_message: Mapped[bool] = flag("The row of the message that the page shows")

    __table_args__ = ({"sqlite_with_rowid": False},)


class ArchiveNote(Base):
    """What else an archive page says of a message, its thread or its series."""

    __tablename__ = "archive_notes"

    message_key: Mapped[int] = mapped_column(
        BigKey, ForeignKey("known_ids.key"), primary_key=True, comment="The message (known_ids.key)"
    )
    name: Mapped[str] = mapped_column(
        Text,
        primary_key=True,
        comment="messages: how many the thread has; superseded: a newer version is there",
    )
    value: Mapped[str] = text("What the page says")

    __table_args__ = ({"sqlite_with_rowid": False},)


class TriageEvent(Base):
    """What a person did to an issue. Never touched by an ingest: the issue's id outlives its row."""

    __tablename__ = "triage_events"

    id: Mapped[str] = mapped_column(
        Text,
        primary_key=True,
        comment="e and 12 hex digits, from all the rest: importing twice changes nothing",
    )
    issue_id: Mapped[str] = text("The issue (concerns.id), whether it is in the database or not")
    action: Mapped[str] = text("close, reopen, assign, snooze, note, merge or split")
    value: Mapped[str] = text("Whom it is assigned to, until when it sleeps, which issue it is merged into")
    note: Mapped[str] = text("Why")
    who: Mapped[str] = text("Who did it")
    at: Mapped[str] = text("When, ISO 8601")

    __table_args__ = (Index("ix_triage_events_issue_id", "issue_id"),)


class TrackedVersion(Base):
    """With which patches a version was last set against the concerns of the versions before it."""

    __tablename__ = "tracked_versions"

    series_id: Mapped[str] = mapped_column(Text, primary_key=True, comment="The version (series.id)")
    patches: Mapped[str] = text("Hash of its cover letter and patches, those sent again included")


class SeriesMark(Base):
    """What a person said of two series: that they are versions of each other, or that they are not."""

    __tablename__ = "series_marks"

    one: Mapped[str] = mapped_column(Text, primary_key=True, comment="A series (series.id), the smaller id")
    other: Mapped[str] = mapped_column(Text, primary_key=True, comment="The other one")
    apart: Mapped[bool] = flag("They are not versions of each other")
    who: Mapped[str] = text("Who said so")
    at: Mapped[str] = text("When, ISO 8601")
