"""What ``b4 review`` is told about a patch or series: the protocol of its check commands.

``b4.review-perpatch-check-cmd`` and ``b4.review-series-check-cmd`` get a message on standard input and
print a JSON array of ``{tool, status, summary, url, details}``; ``details`` is itself a JSON array of
findings. An empty array means that there is nothing to say. Pure: what is reported comes in as rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from threadmine.model import ClaimRow, IssueRow, PatchFinding

TOOL = "threadmine"
MAX_DETAILS = 50

PASS, WARN, FAIL = "pass", "warn", "fail"
_ORDER = {PASS: 0, WARN: 1, FAIL: 2}


@dataclass(frozen=True, slots=True)
class Detail:
    """One finding of a check: ``status`` warn or fail, where it is about, and what it says."""

    status: str
    context: str
    text: str
    url: str = ""


def detail_of_issue(row: IssueRow, why: str = "") -> Detail:
    """An unsettled concern of an earlier version. One that rests on a wrong statement only warns as well."""
    who = row.concern.author.display
    place = row.concern.about_function or row.concern.about_file
    context = f"v{row.version} {row.patch}".strip() + (f" {place}" if place else "")
    state = row.status.state.value
    told = f" ({why})" if why else ""
    return Detail(WARN, context, f'{who} on v{row.version}: "{row.concern.quote}" is {state}{told}', row.url)


def detail_of_claim(row: ClaimRow) -> Detail:
    """A statement of the commit message that the model refutes."""
    return Detail(FAIL, "commit message", f'"{row.claim.quote}" does not hold: {row.verdict.reason}', row.url)


def detail_of_finding(finding: PatchFinding) -> Detail:
    """Something that the program itself sees in the patch."""
    return Detail(WARN, f"{finding.file}:{finding.line}", finding.text)


def check_result(details: Sequence[Detail]) -> list[dict[str, str]]:
    """The array that b4 reads: one entry for all findings, none where there are none."""
    if not details:
        return []
    shown = sorted(details, key=lambda one: -_ORDER[one.status])
    worst = shown[0].status
    return [
        {
            "tool": TOOL,
            "status": worst,
            "summary": ", ".join(_counts(details)),
            "url": next((one.url for one in shown if one.url), ""),
            "details": json.dumps(list(_rows(shown[:MAX_DETAILS])), ensure_ascii=False),
        }
    ]


def _counts(details: Iterable[Detail]) -> Iterator[str]:
    wrong = sum(one.status == FAIL for one in details)
    left = sum(one.status == WARN for one in details)
    if wrong:
        yield f"{wrong} wrong statement{'s' if wrong != 1 else ''}"
    if left:
        yield f"{left} open point{'s' if left != 1 else ''}"


def _rows(details: Iterable[Detail]) -> Iterator[dict[str, str]]:
    for one in details:
        yield {
            "status": one.status,
            "context": f"{TOOL}/{one.context}",
            "state": one.status,
            "description": one.text,
            "url": one.url,
        }
