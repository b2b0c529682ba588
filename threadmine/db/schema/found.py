"""Tables of what mining found: claims, concerns, issues, findings, members touched."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from threadmine.db.schema.columns import Base, BigKey, by_value, flag, key_of_message, listing, number, text
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
