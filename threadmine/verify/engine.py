"""Judges a claim: which kernel, which rules, and what negation, tense and doubt make of what they find.

No verdict without a fact: where no rule finds one, the claim stays undecided and the reason says what is
missing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property, lru_cache

from threadmine.memmap import Model
from threadmine.model import (
    Claim,
    Evidence,
    Holding,
    KernelContext,
    Message,
    Modality,
    Polarity,
    Predicate,
    Tense,
    Unknown,
    Verdict,
    VerdictKind,
)
from threadmine.verify.clauses import statements
from threadmine.verify.context import context_of, earlier_releases, following_releases, versions_in_question
from threadmine.verify.layouts import LayoutRule, by_option, holdings
from threadmine.verify.reading import (
    borrows_subject,
    covered,
    denies,
    excepts,
    given_as_reason,
    hypothetical,
    only_for_some,
    plain_without_names,
    restricted,
    rests_on_inference,
    scoped_polarity,
    speaks_plainly,
    suggests,
    tells_of_before,
)
from threadmine.verify.readings import ACTIONS, readings
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Finding, Question, Rule, Trace, Trial, Truth
from threadmine.verify.rules import RULES
from threadmine.verify.voices import FROM_THE_PATCH, not_own, placed_in_a_patch, to_come

KINDS = {
    Truth.TRUE: VerdictKind.CONFIRMED,
    Truth.FALSE: VerdictKind.REFUTED,
    Truth.PARTLY: VerdictKind.CONDITIONAL,
}

DECIDED = tuple(KINDS.values())

MAX_LATER = 4
"""How many releases a series may take until it is merged."""

_UNIVERSAL = re.compile(
    r"\b(?:every|any|all|each) (?:\w+ )?(?:config\w*|build|setup|kernel|architecture|arch)s?\b"
    r"|\b(?:regardless|independent(?:ly)?) of (?:the )?config\w*|\bunconditionally\b"
    r"|\balways (?:exists?|there|present)\b",
    re.I,
)
"""A statement that one configuration can make untrue."""


def judge(
    claim: Claim, message: Message, model: Model, *, kernel: str = "", trace: Trace | None = None
) -> Verdict:
    """What the model says of a claim.

    Args:
        claim: the claim as it was read.
        message: the mail it stands in; gives the date and the patch.
        model: the memmap facts.
        kernel: a version the user asked for ("6.19"); empty: the one the text or the date tells.
        trace: filled with every rule that was tried, for `threadmine explain`.

    Returns:
        a verdict; UNDECIDED or PLANNED where no fact decides, with the reason.
    """
    context = context_of(claim, message, model, kernel)
    if claim.is_weighed_lightly:
        unsure = "no reading fits the sentence, and its words alone are not sure"
        if claim.tense in (Tense.PLANNED, Tense.PROPOSED):
            return Verdict(VerdictKind.PLANNED, f"a plan; {unsure}", context)
        return _undecided(context, unsure)
    question = _Asked(claim, message, model)
    polarity = scoped_polarity(claim, question.subject, question.object)
    if polarity is None:
        return _undecided(context, "read as a positive statement, but a negation stands between its names")
    if polarity is not claim.polarity:
        turned = claim.polarity is Polarity.NEGATIVE and not denies(claim)
        claim = replace(claim, polarity=polarity)
        question = _Asked(claim, message, model)
        question.turned = turned
    if claim.tense is Tense.PLANNED or to_come(claim, question.subject, question.object):
        return _planned(question, context, trace)
    if claim.tense is Tense.PROPOSED:
        return _proposed(question, context, trace)
    verdict = _present(question, context, trace)
    if verdict.kind in DECIDED and (why := not_own(claim, message, question.subject, question.object)):
        shown = _proposed(question, context, trace) if why == FROM_THE_PATCH else verdict
        if shown is not verdict and shown.kind is VerdictKind.CONFIRMED:
            return shown  # the message's own lines show it
        return _undecided(context, f"{why}; {verdict.reason}", verdict.evidence)
    return verdict


class _Asked(Question):
    """A question with the rules whose business it is, and the names of those that were asked."""

    turned = False  # it was read as a denial, and no word of its sentence denies anything

    @cached_property
    def answered(self) -> set[str]:
        return set()

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules_for(self.claim.predicate) if rule.applies(self))


@lru_cache(maxsize=64)
def rules_for(predicate: Predicate) -> tuple[Rule, ...]:
    """The rules that are asked about a predicate, in the order of asking."""
    return tuple(rule for rule in RULES if predicate in rule.predicates)


# ------------------------------------------------------------------------------------------- by tense


def _present(question: _Asked, context: KernelContext, trace: Trace | None) -> Verdict:
    """A statement about the code as it is or was: true in one of the kernels it may mean, or wrong in all."""
    claim = question.claim
    versions = versions_in_question(context)
    before = claim.tense is Tense.PAST or tells_of_before(claim.quote)
    if before:
        versions += earlier_releases(context.version)
    versions += _later(question, versions)
    missing: list[str] = []
    against: list[tuple[Rule, Finding]] = []
    asked = 0
    for version in versions:
        near = version in versions_in_question(context) and claim.polarity is Polarity.POSITIVE
        decided = _ask(question, version, context.arch, trace, missing, near)
        if decided is None:
            continue
        rule, finding = decided
        asked += len(versions) if rule.kernel_free else 1
        if _out_of_reach(rule, question):
            said = "not said of the code as it is (a condition, a wish or a question)"
            why = f"{said}; {finding.reason}"
            return _said_plainly(question, context, trace) or _undecided(context, why)
        if _of_claim(claim, finding.truth) is not Truth.FALSE:
            if not rule.checks_limits and _limited(question) and not covered(claim, finding.reason):
                return _undecided(context, f"it says more than the fact does: {finding.reason}")
            verdict = _verdict(question, context, version, rule, finding)
            return _since(verdict, against[0][1]) if against and claim.tense is Tense.PRESENT else verdict
        against.append((rule, finding))
    if not against:
        other = _read_otherwise(question, context, trace)
        return other or _undecided(context, _what_is_missing(missing))
    rule, finding = against[0]
    if (
        before
        or question.turned
        or asked < len(versions_in_question(context))
        or not _may_refute(question, against)
    ):
        why = _against(claim, finding)
        return _said_plainly(question, context, trace) or _undecided(context, why)
    return _verdict(question, context, context.version, rule, finding)


def _limited(question: _Asked) -> bool:
    """Whether the claim narrows what it says: in its own words, or "only" in front of its object."""
    claim = question.claim
    return restricted(claim) or only_for_some(claim, question.subject, question.object)


def _out_of_reach(rule: Rule, question: _Asked) -> bool:
    """Whether a rule's facts say nothing of what a sentence only asks, suggests or supposes."""
    if not rule.needs_names or isinstance(rule, LayoutRule):
        return False
    if not rule.about_code:
        return question.claim.modality in (Modality.CONDITIONAL, Modality.QUESTION)
    return _supposed(question, rule.told_as_order)


def _since(verdict: Verdict, before: Finding) -> Verdict:
    """What is so in the coming release and was not in the newest at the time: conditional on the kernel."""
    if verdict.kind is not VerdictKind.CONFIRMED:
        return verdict
    reason = f"{verdict.reason}; not so before: {before.reason}"
    return replace(verdict, kind=VerdictKind.CONDITIONAL, reason=reason)


def _supposed(question: _Asked, told_as_order: bool = False, borrowed: bool = True) -> bool:
    """Whether it is a question, a suggestion, or of what would be: facts about code do not reach that.

    ``told_as_order``: comments tell such a thing in the imperative ("Return NULL if ...").
    ``borrowed`` False: its subject does not count, being another one in another reading.
    """
    claim = question.claim
    if claim.modality in (Modality.CONDITIONAL, Modality.QUESTION):
        return True
    if borrowed and borrows_subject(claim):
        return True
    reason = given_as_reason(claim, question.subject, question.object)
    if reason:  # "since f() calls g(), we could drop this": only the rest is a suggestion
        claim = replace(claim, quote=reason)
    if not told_as_order and suggests(claim, question.message.body):
        return True
    return hypothetical(claim, question.subject, question.object)


def _later(question: _Asked, versions: tuple[str, ...]) -> tuple[str, ...]:
    """The first later kernel that has the function, where none of ``versions`` has: a series describes it."""
    name, code = question.subject.text, question.code
    if question.subject.kind is not Kind.FUNCTION or question.claim.polarity is Polarity.NEGATIVE:
        return ()
    having = code.versions_of(name)
    if not having or any(not isinstance(code.function(name, v), Unknown) for v in versions):
        return ()
    newest = versions[-1]
    arch = _ARCH.match(question.message.subject.title)
    if arch is not None and not _in_arch(question, having, arch[1]):
        return ()
    return tuple(v for v in following_releases(newest, MAX_LATER) if v in having)[:1]


_ARCH = re.compile(r"\W*(s390|powerpc|sparc|arm64|arm|riscv|mips|x86|loongarch|parisc|alpha|m68k)\b", re.I)


def _in_arch(question: _Asked, versions: tuple[str, ...], arch: str) -> bool:
    """Whether the function is that of an architecture alone: facts of several of that name are all in one."""
    facts = question.code.function(question.subject.text, versions[-1])
    return not isinstance(facts, Unknown) and all(f"arch/{arch.lower()}/" in path for path in facts.files)


def _read_otherwise(question: _Asked, context: KernelContext, trace: Trace | None) -> Verdict | None:
    """A confirmation by another reading of the sentence, or None: such readings never refute."""
    modality = question.claim.modality
    if modality in (Modality.CONDITIONAL, Modality.QUESTION) or suggests(
        question.claim, question.message.body
    ):
        return None
    supposed = _supposed(question)
    elsewhere = supposed and _supposed(question, borrowed=False)
    for other in readings(question):
        own = other.subject == question.claim.subject
        verdict = _confirmed(other, question, context, trace, supposed if own else elsewhere)
        if verdict is not None:
            return verdict
    return _said_plainly(question, context, trace) if supposed else None


def _said_plainly(question: _Asked, context: KernelContext, trace: Trace | None) -> Verdict | None:
    """A confirmation of what one clause plainly states, where the row was read of another or with a doubt."""
    if question.claim.modality in (Modality.CONDITIONAL, Modality.QUESTION):
        return None
    for other in statements(question):
        verdict = _confirmed(other, question, context, trace)
        if verdict is not None:
            return verdict
    return None


def _confirmed(
    other: Claim, question: _Asked, context: KernelContext, trace: Trace | None, supposed: bool = False
) -> Verdict | None:
    """The confirmation of another reading; ``supposed``: only by where bytes lie."""
    again = _Asked(other, question.message, question.model)
    for version in versions_in_question(context):
        decided = _ask(again, version, context.arch, trace, [])
        if decided is None or _of_claim(other, decided[1].truth) is not Truth.TRUE:
            continue
        if supposed and (question.claim.predicate in ACTIONS or not isinstance(decided[0], LayoutRule)):
            continue  # where bytes lie is so whatever "would" be, unless it is said what "could" be done
        verdict = _verdict(again, context, version, *decided)
        read = f"{other.subject} {other.predicate.replace('_', ' ')} {other.object or other.value}"
        negated = "not: " if other.polarity is Polarity.NEGATIVE else ""
        return replace(verdict, reason=f"{verdict.reason} [read as {negated}{read}]")
    return None


def _proposed(question: _Asked, context: KernelContext, trace: Trace | None) -> Verdict:
    """What a series does: judged by the message's own hunks where they show it, else a plan."""
    missing: list[str] = []
    for rule in question.rules:
        if rule.name in ("hunk", "coverage"):
            answer = _try(rule, question, context.version, context.arch, trace)
            if isinstance(answer, Unknown):
                missing.append(answer.reason)
            elif _of_claim(question.claim, answer.truth) is Truth.TRUE:
                return Verdict(VerdictKind.CONFIRMED, answer.reason, context, (), answer.evidence)
    return _so_today(question, context, trace) or _planned(question, context, trace, "proposed by the series")


def _so_today(question: _Asked, context: KernelContext, trace: Trace | None) -> Verdict | None:
    """A confirmation of what only its place makes a proposal: the code does so without the series, too."""
    claim, subject, target = question.claim, question.subject, question.object
    if not placed_in_a_patch(claim, subject, target):
        return None
    again = _Asked(replace(claim, tense=Tense.PRESENT), question.message, question.model)
    if not_own(again.claim, question.message, subject, target):
        return None
    verdict = _present(again, context, trace)
    if verdict.kind is not VerdictKind.CONFIRMED or "[read as" in verdict.reason:
        return None
    if any(each.rule == "hunk" for each in verdict.evidence):
        return None  # the lines that it takes away
    return replace(verdict, reason=f"{verdict.reason}; so today, without the series")


def _planned(question: _Asked, context: KernelContext, trace: Trace | None, what: str = "a plan") -> Verdict:
    """Never judged wrong; today's state is told where a fact is at hand."""
    decided = _ask(question, context.version, context.arch, trace, [])
    if decided is None:
        return Verdict(VerdictKind.PLANNED, f"{what}; no release has it to be checked against", context)
    finding = decided[1]
    return Verdict(VerdictKind.PLANNED, f"{what}; today: {finding.reason}", context, (), finding.evidence)


# ------------------------------------------------------------------------------------------ asking rules


def _ask(
    question: _Asked,
    version: str,
    arch: str,
    trace: Trace | None,
    missing: list[str],
    neighbours: bool = False,
) -> tuple[Rule, Finding] | None:
    """The first rule that has a fact about the claim in ``version``; why the others had none goes to
    ``missing``. ``neighbours``: ask each of those that stand for a kernel by itself, too."""
    for rule in question.rules:
        if rule.kernel_free and rule.name in question.answered:
            continue
        question.answered.add(rule.name)
        answer = _try(rule, question, version, arch, trace)
        if isinstance(answer, Unknown):
            both = _neighbours(rule, question, version, arch, trace) if neighbours else None
            if both is not None:
                return rule, both
            missing.append(answer.reason)
        else:
            return rule, answer
    return None


def _neighbours(rule: Rule, question: _Asked, version: str, arch: str, trace: Trace | None) -> Finding | None:
    """What both neighbours of a kernel that was not read say, each by facts of its own."""
    if isinstance(rule, LayoutRule) or rule.kernel_free or question.subject.kind is not Kind.FUNCTION:
        return None
    code = question.code
    span = code.span(version)
    if isinstance(span, Unknown) or len(span) < 2:
        return None
    answers = [_try(rule, question, code.versions[n], arch, trace) for n in span]
    found = [a for a in answers if isinstance(a, Finding)]
    if len(found) == len(span) and len({a.truth for a in found}) == 1:
        return replace(found[0], firm=all(a.firm for a in found))
    return None


def _try(rule: Rule, question: Question, version: str, arch: str, trace: Trace | None) -> Finding | Unknown:
    if isinstance(rule, LayoutRule):
        answer = rule.find(question, version, arch)
    else:
        answer = rule.find(question, version)
    if trace is not None:
        trace.trials.append(Trial(rule.name, version, answer))
    return answer


_ASIDE = (
    "not about",
    "does not say",
    "says more",
    "no flag of page",
    "'' names",
    "'nothing'",
    "whether nobody",
)
"""How rules begin that were asked about another sort of statement: the poorest reasons."""


def _what_is_missing(reasons: list[str]) -> str:
    """The most telling reason: a missing fact before a name that is not understood before "not my
    business"."""
    if not reasons:
        return "no rule covers such a statement"
    telling = [r for r in reasons if not r.startswith(_ASIDE)]
    facts = [r for r in telling if r.startswith(("no fact", "no place", "no check", "no one function"))]
    return (facts or telling or reasons)[0]


# ------------------------------------------------------------------------------------------- the verdict


def _of_claim(claim: Claim, truth: Truth) -> Truth:
    return truth.opposite if claim.polarity is Polarity.NEGATIVE else truth


def _may_refute(question: Question, against: list[tuple[Rule, Finding]]) -> bool:
    """Whether a claim may be called wrong: plainly said, and every finding certain of what was meant."""
    claim = question.claim
    if claim.modality in (Modality.QUESTION, Modality.CONDITIONAL) or not all(f.firm for _, f in against):
        return False
    if all(not rule.needs_names for rule, _ in against):
        return plain_without_names(claim)
    if rests_on_inference(claim) or excepts(claim):
        return False
    stated = question.read(claim.value) if claim.value else ()
    targets = [*question.objects, *(r for r in stated if r.kind is Kind.FUNCTION)]
    if question.object.kind is Kind.NOTHING:
        targets = [r for r in stated if r.kind is Kind.WORDS] or targets
    return any(speaks_plainly(claim, a, b) for a in question.subjects for b in targets)


def _against(claim: Claim, finding: Finding) -> str:
    """Why a claim that the facts do not match is not called wrong."""
    if claim.modality is Modality.QUESTION:
        return f"a question, not called wrong; the facts: {finding.reason}"
    why = (
        "it may mean something else"
        if not finding.firm
        else "the sentence is not plain enough to call it wrong"
    )
    return f"as read it does not match the facts, but {why}: {finding.reason}"


def _verdict(
    question: Question, context: KernelContext, version: str, rule: Rule, finding: Finding
) -> Verdict:
    claim = question.claim
    kind = KINDS[_of_claim(claim, finding.truth)]
    seen = context if version == context.version else _moved(context, version)
    if not isinstance(rule, LayoutRule):
        return Verdict(kind, finding.reason, seen, finding.holds, finding.evidence)
    holds = finding.holds or _holds(rule, question)
    options = _options(rule, question, seen, kind)
    if kind is VerdictKind.REFUTED and not options:
        options = tuple(h for h in holds if h.holds and h.config)  # several options together can make it true
    if options:
        named = ", ".join(dict.fromkeys(h.config for h in options))
        word = "does not hold" if kind is VerdictKind.CONFIRMED else "holds"
        reason = f"{finding.reason}; {word} with {named}"
        every = tuple(dict.fromkeys((*options, *holds)))
        return Verdict(VerdictKind.CONDITIONAL, reason, seen, every, finding.evidence)
    return Verdict(kind, finding.reason, seen, holds, finding.evidence)


def _options(
    rule: LayoutRule, question: Question, context: KernelContext, kind: VerdictKind
) -> tuple[Holding, ...]:
    """Options that turn the verdict round, if the claim is about every configuration or would be refuted."""
    universal = _UNIVERSAL.search(f"{question.claim.quote} {question.claim.value}") is not None
    if kind is VerdictKind.CONDITIONAL or (kind is VerdictKind.CONFIRMED and not universal):
        return ()
    opposite = question.claim.polarity is Polarity.NEGATIVE
    found = by_option(rule, question, context.version, context.arch, opposite)
    return tuple(h for h in found if h.holds is (kind is VerdictKind.REFUTED))


def _holds(rule: LayoutRule, question: Question) -> tuple[Holding, ...]:
    opposite = question.claim.polarity is Polarity.NEGATIVE
    return tuple(holdings(rule, question, opposite))


def _moved(context: KernelContext, version: str) -> KernelContext:
    return KernelContext(version, context.found, context.arch, context.config)


def _undecided(context: KernelContext, reason: str, evidence: tuple[Evidence, ...] = ()) -> Verdict:
    return Verdict(VerdictKind.UNDECIDED, reason, context, (), evidence)
