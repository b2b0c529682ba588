"""Mail as it comes, and a message read: its text by depth and writer, trailers, patch, archive notes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from threadmine.model.basics import Moment


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


class Stretch(NamedTuple):
    """Whole lines of a body that belong to one writer and are of one kind.

    A named tuple: a mail has a dozen of them, and a frozen dataclass takes three times as long to make.

    ``depth`` is the number of quote levels (0: new text). ``writer`` is the writer's name as the attribution
    line gives it, empty where depth is 0 (the author) or unknown. ``candidates`` holds the possible writers
    where the depth could not be decided, likeliest first; ``writer`` is then the first of them, where he is
    clearly likelier than the others, else empty.
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

    A ``bare`` message has its headers and its text; what the text consists of (stretches, trailers, patch,
    the patch's author) has not been looked at yet, which is most of the work of reading it:
    ``threadmine.parse.apart`` does that.
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
    bare: bool = False  # stretches, trailers and patch are not known yet

    @property
    def writer(self) -> Person:
        """Who wrote the commit message and the diff: the patch's own author, else the sender."""
        return self.patch_author or self.author
