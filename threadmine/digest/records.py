"""The digest for programs: the same matter as objects, in the words of the other exports."""

from __future__ import annotations

from collections.abc import Iterator

from threadmine.digest.items import Digest, NewSeries, Point, Statement
from threadmine.render.records import (
    Record,
    claim_record,
    finding_record,
    issue_record,
    moment,
    series_record,
)


def digest_records(found: Digest) -> Iterator[Record]:
    """One object per matter; ``section`` says where it belongs, the first one (``head``) what it is about."""
    scope = found.scope
    yield {
        "section": "head",
        "since": moment(found.since),
        "until": moment(found.until),
        "messages": found.messages,
        "threads": found.threads,
        "older_threads": found.older_threads,
        "scope": {
            "list": scope.list_name or None,
            "field": scope.field or None,
            "person": scope.person or None,
            "subsystem": scope.subsystem or None,
        },
    }
    yield from map(_series, found.series)
    for talk in found.talks:
        yield {
            "section": "talk",
            "title": talk.title,
            "message_id": talk.message_id,
            "messages": talk.messages,
            "people": [one.display for one in talk.people],
            "raised": talk.raised,
            "about": list(talk.about),
        }
    for topic in found.decisions:
        points = [_point("decision", point) for point in topic.points]
        yield {"section": "decision", "about": list(topic.about), "title": topic.title, "points": points}
    for section, statements in (
        ("wrong", found.wrong),
        ("conditional", found.conditional),
        ("plan", found.plans),
    ):
        yield from (_statement(section, item) for item in statements)
    for name, points_of in (
        ("unanswered", found.unanswered),
        ("dropped", found.dropped),
        ("promised", found.promised),
        ("settled", found.fixed),
    ):
        yield from (_point(name, point) for point in points_of)
    yield from ({"section": "finding", **finding_record(row)} for row in found.findings)
    for debt in found.debts:
        yield {
            "section": "debt",
            "person": debt.person.display,
            "promised": [point.row.concern.id for point in debt.promised],
            "asked": [point.row.concern.id for point in debt.asked],
        }
    yield {
        "section": "gaps",
        "incomplete": [row.id for row in found.gaps.incomplete],
        "headless_threads": found.gaps.headless,
        "undated_issues": found.gaps.undated,
        "quoted_messages": found.gaps.quoted,
    }


def _series(item: NewSeries) -> Record:
    return {
        "section": "series",
        **series_record(item.row),
        "writes": list(item.writes),
        "reads": list(item.reads),
        "changed": [
            {
                "member": change.member,
                "before": change.before.strip() or None,
                "after": change.after.strip() or None,
            }
            for change in item.changed
        ],
        "issues": [point.row.concern.id for point in item.points],
        "claims": [statement.row.claim.id for statement in item.statements],
        "unanswered_patches": list(item.unanswered),
    }


def _point(section: str, point: Point) -> Record:
    return {
        "section": section,
        **issue_record(point.row),
        "state": point.state.value,
        "new": point.is_new,
        "moved": None if point.moved is None else moment(point.moved),
        "moved_by": point.mover.display if point.mover else None,
    }


def _statement(section: str, item: Statement) -> Record:
    return {"section": section, **claim_record(item.row), "new": item.is_new}
