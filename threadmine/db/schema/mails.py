"""Tables of mail: threads, message-ids, messages, bodies, other copies, trailers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from threadmine.db.schema.columns import Base, BigKey, flag, key_of_message, listing, number, text


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


class Waiting(Base):
    """A message that was read and stored, and is still to be mined: its text has not been taken apart yet."""

    __tablename__ = "waiting"

    number: Mapped[int] = mapped_column(
        BigKey, primary_key=True, autoincrement=False, comment="Number in the order of reading"
    )
    message_key: Mapped[int] = mapped_column(
        BigKey,
        ForeignKey("messages.key", ondelete="CASCADE"),
        comment="The message (messages.key)",
    )

    __table_args__ = (Index("uq_waiting_message_key", "message_key", unique=True),)


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
