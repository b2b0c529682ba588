"""What a mail known from a quotation says of its series is held against the mail that quotes it."""

from __future__ import annotations

from dataclasses import replace

from tests.verify.test_rules import question_of
from threadmine import memmap
from threadmine.model import Predicate, VerdictKind
from threadmine.verify.engine import judge
from threadmine.verify.rule import Case
from threadmine.verify.rules.coverage import CoverageRule

QUOTED = Case(Predicate.OTHER, "series", "all users", quote="I am converting all users in this series.")
AROUND = next(case.body for case in CoverageRule.cases if case.verdict is VerdictKind.REFUTED)


def test_the_quoting_mail_holds_the_diffstat() -> None:
    claim, message = question_of(QUOTED)
    message = replace(message, quoted_only=True, around=AROUND)
    verdict = judge(claim, message, memmap.load())
    assert verdict.kind is VerdictKind.REFUTED and "drivers/scsi/sg.c" in verdict.reason


def test_alone_it_stays_undecided() -> None:
    claim, message = question_of(QUOTED)
    assert judge(claim, message, memmap.load()).kind is VerdictKind.UNDECIDED
