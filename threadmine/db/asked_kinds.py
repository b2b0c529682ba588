"""What the terms of the query language mean for each kind of row: columns and sub-questions."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, case, exists, func, literal, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from threadmine.db.asked import Condition, Kind, Known, always, day_after, has_text
from threadmine.db.names import NameColumns
from threadmine.db.schema import (
    Body,
    ClaimName,
    ClaimRecord,
    ConcernName,
    ConcernRecord,
    Message,
    SeriesField,
    SeriesPatch,
    SeriesVersion,
    TouchRecord,
)
from threadmine.db.terms import OPEN_STATES, SERIES_FIELD, TOUCH_FIELD, in_states
from threadmine.model import VerdictKind
from threadmine.query import Where
from threadmine.query.aside import SNOOZED

Key = InstrumentedAttribute[int]
Name = InstrumentedAttribute[str]

DECIDED = (VerdictKind.CONFIRMED, VerdictKind.REFUTED, VerdictKind.CONDITIONAL)


def _among_series(column: Key) -> Callable[[Condition], Condition]:
    """That the message of a row (``column`` is its key) belongs to a series that meets a condition."""

    def made(condition: Condition) -> Condition:
        chosen = select(SeriesVersion.id).where(condition).correlate(None)
        mails = select(Message.key).where(Message.series_id.in_(chosen)).correlate(None)
        return column.in_(mails)

    return made


def _titled(column: Key) -> Callable[[str], Known]:
    """That the message of a row, or its series, has a text in its title."""

    mail = aliased(Message)

    def made(wanted: str) -> Known:
        series, subject = has_text([SeriesVersion.title], wanted), has_text([mail.subject], wanted)
        versions = select(SeriesVersion.id).where(series.sql).correlate(None)
        titled = or_(subject.sql, mail.series_id.in_(versions))
        return Known(exists().where(mail.key == column, titled), subject.exact)

    return made


def _joined(condition: Condition) -> Condition:
    return and_(SeriesVersion.id.is_not(None), condition)


def _named(own_id: Name, owner: Name, names: type[ClaimName] | type[ConcernName], what: str) -> Condition:
    """That a row has a name that is the member ``what``."""
    return own_id.in_(select(owner).where(NameColumns(names.struct, names.member).match(what)))


def _of_struct(own_id: Name, owner: Name, names: type[ClaimName] | type[ConcernName], what: str) -> Condition:
    return own_id.in_(select(owner).where(names.struct == what))


def _called(
    column: Name, own_id: Name, owner: Name, names: type[ClaimName] | type[ConcernName]
) -> Callable[[str], Known]:
    """That the function a row is about, or a name without a structure in it, has a text in it."""

    def made(wanted: str) -> Known:
        direct, named = has_text([column], wanted), has_text([names.member], wanted)
        ids = select(owner).where(names.struct == "", named.sql)
        return Known(or_(direct.sql, own_id.in_(ids)), direct.exact)

    return made


def _writers(
    table: type[ClaimRecord] | type[ConcernRecord] | type[Message],
) -> Callable[[Condition], Condition]:
    """The condition on the writer with the addresses it is true of, which the index of authors finds."""

    def made(condition: Condition) -> Condition:
        addresses = select(table.author_address).where(condition).correlate(None).distinct()
        return and_(table.author_address.in_(addresses), condition)

    return made


def _refuted_near(column: Key) -> Condition:
    """That a message, or the one it answers, has a refuted claim: what a "refuted" issue needs at least."""
    wrong = select(ClaimRecord.message_key).where(ClaimRecord.verdict == VerdictKind.REFUTED)
    other = aliased(Message)
    names = select(other.message_id).where(other.key.in_(wrong))
    return or_(column.in_(wrong), Message.in_reply_to.in_(names))


def _open_of(series: type[SeriesVersion]) -> Condition:
    return exists().where(
        Message.series_id == series.id,
        ConcernRecord.message_key == Message.key,
        ConcernRecord.state.in_(OPEN_STATES),
    )


def _aside(where: Where) -> Known:
    """That people took an issue off the list by hand, as ``query.aside`` reads what they set."""
    marked = literal("; ") + ConcernRecord.triage + "; "
    asleep = and_(
        marked.contains(f"; {SNOOZED}"),
        day_after(marked, literal(f"; {SNOOZED}")) > where.now.date().isoformat(),
    )
    off = or_(marked.contains("; closed; "), marked.contains("; merged into "), asleep)
    return Known(and_(ConcernRecord.triage != "", off))


def _still_open(where: Where) -> Known:
    return Known(and_(in_states(OPEN_STATES), not_(_aside(where).sql)))


ISSUES = Kind(
    text=(ConcernRecord.quote, ConcernRecord.about_text),
    called=_titled(ConcernRecord.message_key),
    writer=(ConcernRecord.author_name, ConcernRecord.author_address),
    sent_at=ConcernRecord.sent_at,
    list_name=Message.list_name,
    of_series=_among_series(ConcernRecord.message_key),
    with_series=_joined,
    about=lambda name: _named(ConcernRecord.id, ConcernName.concern_id, ConcernName, name),
    in_struct=lambda name: _of_struct(ConcernRecord.id, ConcernName.concern_id, ConcernName, name),
    authors=_writers(ConcernRecord),
    words={"state": ConcernRecord.state, "kind": ConcernRecord.kind},
    files=(ConcernRecord.about_file,),
    functions=_called(ConcernRecord.about_function, ConcernRecord.id, ConcernName.concern_id, ConcernName),
    has={
        "series": Message.series_id != "",
        "patch": Message.patch_number.is_not(None),
        "date": ConcernRecord.date.is_not(None),
        "target": ConcernRecord.targets != [],
        "place": ConcernRecord.about_file != "",
        "evidence": or_(ConcernRecord.state_evidence != [], ConcernRecord.addressed_evidence != ""),
        "reply": ConcernRecord.state_evidence != [],
        "fix": ConcernRecord.addressed_in != "",
        "triage": ConcernRecord.triage != "",
    },
    is_={
        "open": _still_open,
        "aside": _aside,
        "settled": always(ConcernRecord.state.not_in(OPEN_STATES)),
        "refuted": always(_refuted_near(ConcernRecord.message_key), exact=False),
        "quoted": always(ConcernRecord.quoted.is_(True)),
        "robot": always(ConcernRecord.origin != "human"),
    },
)

CLAIMS = Kind(
    text=(
        ClaimRecord.quote,
        ClaimRecord.subject,
        ClaimRecord.object,
        ClaimRecord.reason,
    ),
    called=_titled(ClaimRecord.message_key),
    writer=(ClaimRecord.author_name, ClaimRecord.author_address),
    sent_at=ClaimRecord.sent_at,
    list_name=Message.list_name,
    of_series=_among_series(ClaimRecord.message_key),
    with_series=_joined,
    about=lambda name: _named(ClaimRecord.id, ClaimName.claim_id, ClaimName, name),
    in_struct=lambda name: _of_struct(ClaimRecord.id, ClaimName.claim_id, ClaimName, name),
    authors=_writers(ClaimRecord),
    words={"verdict": ClaimRecord.verdict, "predicate": ClaimRecord.predicate},
    functions=_called(ClaimRecord.subject, ClaimRecord.id, ClaimName.claim_id, ClaimName),
    has={
        "series": Message.series_id != "",
        "patch": Message.patch_number.is_not(None),
        "date": ClaimRecord.date.is_not(None),
        "target": ClaimRecord.entities != [],
        "evidence": ClaimRecord.evidence != [],
    },
    is_={
        "refuted": always(ClaimRecord.verdict == VerdictKind.REFUTED),
        "decided": always(ClaimRecord.verdict.in_(DECIDED)),
        "quoted": always(ClaimRecord.quoted.is_(True)),
    },
)

TOUCHES = Kind(
    text=(
        func.coalesce(func.nullif(SeriesVersion.title, ""), Message.subject),
        case(
            (TouchRecord.struct != "", TouchRecord.struct + "." + TouchRecord.member),
            else_=TouchRecord.member,
        ),
        TouchRecord.file,
        TouchRecord.function,
        TouchRecord.via,
    ),
    writer=(Message.author_name, Message.author_address),
    sent_at=Message.sent_at,
    list_name=Message.list_name,
    of_series=_among_series(TouchRecord.message_key),
    with_series=_joined,
    about=TOUCH_FIELD.match,
    in_struct=lambda name: TouchRecord.struct == name,
    untitled=Message.subject,
    files=(TouchRecord.file,),
    functions=lambda wanted: has_text([TouchRecord.function, TouchRecord.via], wanted),
    has={
        "series": Message.series_id != "",
        "patch": Message.patch_number.is_not(None),
        "date": Message.date.is_not(None),
        "target": true(),
        "place": TouchRecord.file != "",
    },
)

SERIES = Kind(
    text=(SeriesVersion.title, SeriesVersion.version_text, SeriesVersion.base),
    writer=(SeriesVersion.author_name, SeriesVersion.author_address),
    sent_at=SeriesVersion.last_at,
    list_name=SeriesVersion.list_name,
    sent_to=lambda condition: SeriesVersion.head_key.in_(
        select(Message.key).where(condition).correlate(None)
    ),
    of_series=lambda condition: condition,
    with_series=lambda condition: condition,
    about=lambda name: SeriesVersion.id.in_(select(SeriesField.series_id).where(SERIES_FIELD.match(name))),
    in_struct=lambda name: SeriesVersion.id.in_(
        select(SeriesField.series_id).where(SeriesField.struct == name)
    ),
    has={
        "series": true(),
        "patch": exists().where(SeriesPatch.series_id == SeriesVersion.id),
        "date": SeriesVersion.sent_at.is_not(None),
        "target": exists().where(SeriesField.series_id == SeriesVersion.id),
        "reply": SeriesVersion.trailers != [],
    },
    is_={"open": always(_open_of(SeriesVersion)), "settled": always(~_open_of(SeriesVersion))},
)

MESSAGES = Kind(
    text=(Message.subject, Body.text),
    writer=(Message.author_name, Message.author_address),
    sent_at=Message.sent_at,
    list_name=Message.list_name,
    of_series=lambda condition: Message.series_id.in_(
        select(SeriesVersion.id).where(condition).correlate(None)
    ),
    with_series=_joined,
    authors=_writers(Message),
    files=(Message.paths,),
    has={
        "series": Message.series_id != "",
        "patch": Message.has_patch.is_(True),
        "date": Message.date.is_not(None),
    },
    is_={"quoted": always(Message.quoted_only.is_(True)), "robot": always(Message.bot != "")},
)

KINDS = {"issues": ISSUES, "claims": CLAIMS, "touches": TOUCHES, "series": SERIES, "messages": MESSAGES}
