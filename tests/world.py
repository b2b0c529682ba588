"""A small invented archive with everything mined by hand: for tests of commands, digest and pages.

Independent of the rules that find claims and concerns, so that those tests say what they are about.
"""

from __future__ import annotations

from pathlib import Path

from threadmine.db.session import Database, open_database
from threadmine.db.store import SeriesLink, Store
from threadmine.model import (
    Access,
    Claim,
    Concern,
    ConcernKind,
    ConcernState,
    ConcernStatus,
    Effect,
    Evidence,
    Holding,
    KernelContext,
    KernelFrom,
    Message,
    Mined,
    Modality,
    Origin,
    PatchFinding,
    Polarity,
    Predicate,
    RawMail,
    Side,
    StateEvidence,
    Tense,
    Touch,
    Verdict,
    VerdictKind,
)
from threadmine.parse.message import parse_mail

ADA = "Ada Author <ada@example.org>"
REV = "Rev Viewer <rev@example.org>"
MAX = "Max Maintainer <max@example.org>"
EVIL = "Eve \x1b[31m <eve@example.org>"

KERNEL = KernelContext("6.19", KernelFrom.DATE)


def mail(
    name: str, author: str, date: str, subject: str, body: str, parent: str = "", root: str = ""
) -> Message:
    """A parsed mail ``<name@example.org>`` to linux-mm."""
    lines = [
        f"From: {author}",
        f"Date: {date}",
        f"Subject: {subject}",
        f"Message-ID: <{name}@example.org>",
        "To: linux-mm@example.org",
        "List-Id: <linux-mm.example.org>",
        "Content-Type: text/plain; charset=utf-8",
    ]
    if parent:
        lines.append(f"In-Reply-To: <{parent}@example.org>")
        refs = [root, parent] if root and root != parent else [parent]
        lines.append("References: " + " ".join(f"<{ref}@example.org>" for ref in refs))
    data = "\n".join([*lines, "", body]).encode()
    return parse_mail(RawMail(data, Origin("world.mbox", f"#{name}")))


def concern(message: Message, quote: str, kind: ConcernKind, *targets: str, function: str = "") -> Concern:
    start = message.body.index(quote)
    return Concern(
        id=Concern.make_id(message.message_id, start, start + len(quote)),
        message_id=message.message_id,
        author=message.author,
        date=message.date,
        quote=quote,
        start=start,
        end=start + len(quote),
        kind=kind,
        targets=targets,
        about_file="mm/memremap.c",
        about_line=478,
        about_function=function,
    )


def claim(
    message: Message,
    quote: str,
    predicate: Predicate,
    subject: str,
    object_: str,
    kind: VerdictKind,
    reason: str,
    tense: Tense = Tense.PRESENT,
    modality: Modality = Modality.ASSERTED,
    polarity: Polarity = Polarity.POSITIVE,
) -> tuple[Claim, Verdict]:
    start = message.body.index(quote)
    end = start + len(quote)
    found = Claim(
        id=Claim.make_id(message.message_id, start, end, predicate, subject, object_, ""),
        message_id=message.message_id,
        author=message.author,
        date=message.date,
        quote=quote,
        start=start,
        end=end,
        predicate=predicate,
        subject=subject,
        object=object_,
        polarity=polarity,
        modality=modality,
        tense=tense,
        entities=(subject, object_),
        cue=predicate.value,
    )
    facts = (
        ()
        if kind in (VerdictKind.UNDECIDED, VerdictKind.PLANNED)
        else (Evidence("layout", reason, "layout 6.19"),)
    )
    holds = (Holding("6.15..7.3", kind is not VerdictKind.REFUTED, "x86-64", "MEMCG"),) if facts else ()
    return found, Verdict(kind, reason, KERNEL, holds, facts)


def touch(struct: str, member: str, access: Access, side: Side, line: int, via: str = "") -> Touch:
    return Touch(struct, member, access, side, "mm/memremap.c", "zone_device_page_init", line, line, via)


def messages() -> dict[str, Message]:
    """The mails, oldest first: a series in two versions with reviews, an answer to nothing, a hostile one."""
    body = "Hello,\n\n"
    found = [
        mail(
            "v1-0",
            ADA,
            "Mon, 12 Jan 2026 10:00:00 +0000",
            "[PATCH 0/2] mm: rework device page setup",
            body + "The field _nr_pages overlaps memcg_data of the second page.\n",
        ),
        mail(
            "v1-1",
            ADA,
            "Mon, 12 Jan 2026 10:01:00 +0000",
            "[PATCH 1/2] mm: clear _nr_pages",
            body + "Clear it.\n\nSigned-off-by: Ada Author <ada@example.org>\n",
            "v1-0",
        ),
        mail(
            "v1-2",
            ADA,
            "Mon, 12 Jan 2026 10:02:00 +0000",
            "[PATCH 2/2] mm: set pgmap early",
            body + "Set it.\n",
            "v1-0",
        ),
        mail(
            "r1",
            REV,
            "Tue, 13 Jan 2026 09:00:00 +0000",
            "Re: [PATCH 1/2] mm: clear _nr_pages",
            "> Clear it.\n\nWhy is this cleared in every page?\n\nPlease drop the cast here.\n",
            "v1-1",
            "v1-0",
        ),
        mail(
            "r2",
            ADA,
            "Wed, 14 Jan 2026 09:00:00 +0000",
            "Re: [PATCH 1/2] mm: clear _nr_pages",
            "> Please drop the cast here.\n\nWill do in the next version.\n",
            "r1",
            "v1-0",
        ),
        mail(
            "r3",
            MAX,
            "Thu, 15 Jan 2026 09:00:00 +0000",
            "Re: [PATCH 2/2] mm: set pgmap early",
            "I object to setting pgmap in the loop.\n\nprep_compound_head() handles order 0 as well.\n"
            "\nLater the memdesc will hold the flags.\n",
            "v1-2",
            "v1-0",
        ),
        mail(
            "r4",
            ADA,
            "Fri, 16 Jan 2026 09:00:00 +0000",
            "Re: [PATCH 2/2] mm: set pgmap early",
            "> I object to setting pgmap in the loop.\n\nI do not think so, it is needed.\n",
            "r3",
            "v1-0",
        ),
        mail(
            "v2-0",
            ADA,
            "Tue, 03 Feb 2026 10:00:00 +0000",
            "[PATCH v2 0/2] mm: rework device page setup",
            body + "The field _nr_pages overlaps memcg_data of the second page.\n",
        ),
        mail(
            "v2-1",
            ADA,
            "Tue, 03 Feb 2026 10:01:00 +0000",
            "[PATCH v2 1/2] mm: clear _nr_pages",
            body + "Clear it.\n",
            "v2-0",
        ),
        mail(
            "r5",
            REV,
            "Wed, 04 Feb 2026 12:00:00 +0000",
            "Re: [PATCH v2 1/2] mm: clear _nr_pages",
            "What about order 0 folios?\n",
            "v2-1",
            "v2-0",
        ),
        mail(
            "evil",
            EVIL,
            "Thu, 05 Feb 2026 12:00:00 +0000",
            "Re: \x1b]0;owned\x07 <script>alert(1)</script>",
            "From here\nIs *this* `safe` \u202egnihton <img src=x onerror=alert(2)>?\n",
            "missing",
        ),
    ]
    return {message.message_id.split("@")[0]: message for message in found}


def mined(found: dict[str, Message]) -> list[Mined]:
    """What careful readers found in them."""
    question, objection = ConcernKind.QUESTION, ConcernKind.OBJECTION
    overlap = "The field _nr_pages overlaps memcg_data of the second page."
    lies = "_nr_pages is page[1]+56..59, inside memcg_data page[1]+56..63"
    concerns = {
        "r1": [
            concern(found["r1"], "Why is this cleared in every page?", question, "folio._nr_pages"),
            concern(found["r1"], "Please drop the cast here.", ConcernKind.REQUEST, "folio._nr_pages"),
        ],
        "r3": [
            concern(
                found["r3"],
                "I object to setting pgmap in the loop.",
                objection,
                "folio.pgmap",
                function="zone_device_page_init",
            )
        ],
        "r5": [concern(found["r5"], "What about order 0 folios?", question, "folio._nr_pages")],
        "evil": [
            concern(found["evil"], "Is *this* `safe` \u202egnihton <img src=x onerror=alert(2)>?", question)
        ],
    }
    claims = {
        name: [
            claim(
                found[name],
                overlap,
                Predicate.OVERLAPS,
                "folio._nr_pages",
                "page.memcg_data",
                VerdictKind.CONFIRMED,
                lies,
            )
        ]
        for name in ("v1-0", "v2-0")
    }
    claims["r3"] = [
        claim(
            found["r3"],
            "prep_compound_head() handles order 0 as well.",
            Predicate.VALID_FOR,
            "prep_compound_head",
            "order 0",
            VerdictKind.REFUTED,
            "folio_set_order() warns on order 0",
        ),
        claim(
            found["r3"],
            "Later the memdesc will hold the flags.",
            Predicate.RESIDES,
            "page.flags",
            "memdesc",
            VerdictKind.PLANNED,
            "a plan",
            Tense.PLANNED,
        ),
    ]
    touches = {
        "v1-1": [touch("folio", "_nr_pages", Access.WRITE, Side.ADDED, 10)],
        "v1-2": [
            touch("folio", "pgmap", Access.WRITE, Side.ADDED, 12),
            touch("page", "compound_head", Access.READ, Side.REMOVED, 14, "page_folio"),
        ],
        "v2-1": [
            touch("folio", "_nr_pages", Access.WRITE, Side.ADDED, 10),
            touch("page", "memcg_data", Access.WRITE, Side.ADDED, 11, "folio_set_memcg"),
        ],
    }
    line = "Clear it."
    start = found["v1-1"].body.index(line)
    seen = PatchFinding(
        id=PatchFinding.make_id("v1-1@example.org", "narrow-store", start),
        message_id="v1-1@example.org",
        rule="narrow-store",
        text="the store clears 4 of 8 bytes",
        quote="folio->_nr_pages = 0;",
        file="mm/memremap.c",
        function="zone_device_page_init",
        line=10,
        start=start,
        end=start + len(line),
        evidence=(Evidence("layout", lies, "layout 6.19"),),
    )
    return [
        Mined(
            message,
            claims=tuple(item for item, _ in claims.get(name, ())),
            verdicts=tuple(verdict for _, verdict in claims.get(name, ())),
            concerns=tuple(concerns.get(name, ())),
            touches=tuple(touches.get(name, ())),
            findings=(seen,) if name == "v1-1" else (),
        )
        for name, message in found.items()
    ]


def statuses(found: list[Mined]) -> list[ConcernStatus]:
    """Where the concerns stand."""
    ids = {item.quote: item.id for one in found for item in one.concerns}
    return [
        ConcernStatus(
            ids["Please drop the cast here."],
            ConcernState.ADDRESSED,
            (StateEvidence("r2@example.org", "Will do in the next version.", Effect.PROMISE),),
            "v2",
            "the cast is gone from zone_device_page_init()",
        ),
        ConcernStatus(
            ids["I object to setting pgmap in the loop."],
            ConcernState.DISPUTED,
            (StateEvidence("r4@example.org", "I do not think so, it is needed.", Effect.DISAGREE),),
        ),
    ]


def fill(database: Database) -> None:
    """Stores the world."""
    store = Store(database)
    found = mined(messages())
    for one in found:
        store.store_thread([one])
    store.save_statuses(statuses(found))
    with_ids = {row.version: row.id for row in _series(database)}
    store.save_links(
        [
            SeriesLink(with_ids[1], superseded_by=with_ids[2]),
            SeriesLink(with_ids[2], supersedes=with_ids[1], linked_by="subject"),
        ]
    )


def _series(database: Database):  # type: ignore[no-untyped-def]  # rows of the database under test
    from threadmine.db.queries import Queries

    return [row for row in Queries(database).series() if row.title == "mm: rework device page setup"]


def make(path: Path) -> str:
    """A database file with the world in it; its name."""
    with open_database(str(path)) as database:
        fill(database)
    return str(path)
