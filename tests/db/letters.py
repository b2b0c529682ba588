"""Messages made by hand for the tests of the database, independent of the parser and the rules."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import select

from threadmine.db.schema import Base, KnownId
from threadmine.db.session import Database, open_database
from threadmine.model import (
    Access,
    Claim,
    Concern,
    ConcernKind,
    Defect,
    Evidence,
    Holding,
    KernelContext,
    KernelFrom,
    Message,
    Mined,
    Moment,
    Origin,
    Patch,
    Person,
    Predicate,
    Side,
    Stretch,
    StretchKind,
    Subject,
    Touch,
    Trailer,
    Unknown,
    Verdict,
    VerdictKind,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ADA = Person("Ada Author", "ada@example.org")
REV = Person("Rev Viewer", "rev@example.org")


def subject(
    title: str, number: int | None = None, total: int | None = None, version: int = 1, **more: Any
) -> Subject:
    """A patch's subject where ``number`` is given, else a reply's."""
    if number is None and not more.get("is_patch"):
        return Subject(raw=f"Re: {title}", title=title, is_reply=True)
    place = "" if number is None else f" {number}/{total}"
    raw = f"[PATCH v{version}{place}] {title}"
    more.setdefault("is_patch", True)
    return Subject(
        raw=raw, title=title, version=version, version_stated=version > 1, number=number, total=total, **more
    )


def letter(
    name: str,
    refs: Iterable[str] = (),
    *,
    subject: Subject | None = None,
    body: str = "",
    hours: float | None = 0,
    author: Person = ADA,
    origin: Origin | None = None,
    **more: Any,
) -> Message:
    """A message ``name@example.org`` that refers to ``refs``, sent ``hours`` after START (None: undated)."""
    references = tuple(f"{ref}@example.org" for ref in refs)
    text = body or f"What {name} says about folio->_nr_pages.\n"
    date: Moment = Unknown("no Date header") if hours is None else START + timedelta(hours=hours)
    return Message(
        message_id=f"{name}@example.org",
        subject=subject or Subject(raw=f"Re: {name}", title=name, is_reply=True),
        author=author,
        date=date,
        body=text,
        origin=origin or Origin("box.mbox", f"#{name}", "linux-mm"),
        in_reply_to=references[-1] if references else None,
        references=references,
        stretches=(Stretch(0, len(text), 0, StretchKind.PROSE),),
        **more,
    )


def mined(
    message: Message,
    *,
    entity: str = "folio._nr_pages",
    target: str = "folio._nr_pages",
    verdict: VerdictKind = VerdictKind.CONFIRMED,
    kind: ConcernKind = ConcernKind.QUESTION,
    touched: Iterable[tuple[str, str, Access]] = (),
) -> Mined:
    """The message with one claim, one concern, and the touches given as (struct, member, access)."""
    quote, end = message.body[:10], 10
    claim = Claim(
        id=Claim.make_id(message.message_id, 0, end, "sets", "prep_compound_page", entity, ""),
        message_id=message.message_id,
        author=message.author,
        date=message.date,
        quote=quote,
        start=0,
        end=end,
        predicate=Predicate.SETS,
        subject="prep_compound_page",
        object=entity,
        entities=("prep_compound_page", entity),
        inferred=("struct",),
        cue="sets",
    )
    judged = Verdict(
        kind=verdict,
        reason="as the layout says",
        kernel=KernelContext("6.19", KernelFrom.DATE),
        holds=(Holding("6.15..6.19", holds=True, config="MEMCG"),),
        evidence=(Evidence("layout", "120..123", "layout 6.19"),),
    )
    concern = Concern(
        id=Concern.make_id(message.message_id, 0, end),
        message_id=message.message_id,
        author=message.author,
        date=message.date,
        quote=quote,
        start=0,
        end=end,
        kind=kind,
        targets=(target,),
        about_text="quoted before",
        about_file="mm/example.c",
        about_line=7,
        about_function="example_fill",
        about_depth=1,
        cue="why",
    )
    touches = tuple(
        Touch(struct, member, access, Side.ADDED, "mm/example.c", "example_fill", 7 + index, 0)
        for index, (struct, member, access) in enumerate(touched)
    )
    return Mined(message, (claim,), (judged,), (concern,), touches)


def series(
    name: str, total: int, version: int = 1, refs: Iterable[str] = (), hours: float = 0
) -> list[Message]:
    """A cover letter and its patches, in order."""
    cover = letter(f"{name}-0", refs, subject=subject(name, 0, total, version), hours=hours, is_cover=True)
    patches = [
        letter(
            f"{name}-{number}",
            [*refs, f"{name}-0"],
            subject=subject(f"{name}: part {number}", number, total, version),
            hours=hours + number / 60,
            patch=Patch((), 0, base_commit="b" * 40 if number == 1 else ""),
            trailers=(Trailer("Signed-off-by", f"{ADA}", ADA, 0),),
        )
        for number in range(1, total + 1)
    ]
    return [cover, *patches]


def rich_letter() -> Message:
    """A message with something in every member."""
    return letter(
        "rich",
        ["one", "two"],
        subject=Subject(
            raw="[PATCH RFC RESEND net-next v3.1 02/05] mm: türlich \U0001f600",
            title="mm: türlich \U0001f600",
            is_patch=True,
            is_rfc=True,
            is_resend=True,
            version=3,
            version_stated=True,
            subversion="1",
            number=2,
            total=5,
            tags=("net-next", 'a "quoted" tag'),
        ),
        to=(REV,),
        cc=(ADA, Person("", "list@example.org")),
        trailers=(
            Trailer("Reviewed-by", str(REV), REV, 3),
            Trailer("Link", "https://example.org/x", None, 9),
        ),
        patch=Patch((), 5, base_commit="c" * 40, change_id="20260105-x", patch_id="d" * 40),
        defects=(Defect("bad-date", "two\nlines"),),
        bot="examplebot",
        headers=(("X-Mailer", "pine"),),
        list_id="linux-mm.example.org",
    )


@cache
def _template() -> Path:
    """An empty database, migrated once: copying it is much quicker than making it."""
    path = Path(mkdtemp(prefix="threadmine-test-")) / "empty.db"
    open_database(str(path)).close()  # the last connection takes the log into the file
    return path


def fresh_database(folder: Path, name: str = "test.db") -> Database:
    """An empty database of its own in ``folder``."""
    path = folder / name
    shutil.copy(_template(), path)
    return open_database(str(path))


def dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, sorted, with the numbers of messages replaced by their ids."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with database.read() as connection:
        names = dict(connection.execute(select(KnownId.key, KnownId.message_id)).all())
        for table in Base.metadata.sorted_tables:
            rows = [
                tuple(
                    names[value] if column.name in ("key", "message_key", "head_key") else value
                    for column, value in zip(table.columns, row, strict=True)
                )
                for row in connection.execute(select(table))
            ]
            found[table.name] = sorted(rows, key=repr)
        if database.is_sqlite:
            words = connection.exec_driver_sql("SELECT rowid, subject, text FROM search").all()
            found["search"] = sorted((names[row[0]], row[1], row[2]) for row in words)
    return found
