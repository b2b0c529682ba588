"""Rules that are decided by where members lie: asked once a layout, so that "holds from 6.15 on" comes for
free."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from threadmine.memmap import Layout, Model
from threadmine.memmap.ask import depends_on
from threadmine.memmap.versions import parse_version
from threadmine.model import Holding, Unknown
from threadmine.verify.refs import Kind
from threadmine.verify.rule import Finding, Question, Rule, Truth

_LACKS = re.compile(r"\bhas no (?:struct|member)\b|^no struct\b")


class LayoutRule(Rule):
    """A rule that looks at one layout at a time: implement :meth:`at`."""

    every_kernel = True

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        """Whether the positive statement holds in ``layout``."""
        raise NotImplementedError

    def find(self, question: Question, version: str, arch: str = "x86-64") -> Finding | Unknown:
        """The answer of the kernel's own layout; where there is none, what both neighbours agree on."""
        answers: list[Finding] = []
        lacking: Unknown | None = None
        for layout in layouts_for(question.model, version, arch):
            answer = self.at(question, layout)
            if not isinstance(answer, Unknown):
                answers.append(answer)
            elif _LACKS.search(answer.reason):
                lacking = answer  # a neighbour that has it speaks for a kernel that must have it, too
            else:
                return answer
        if not answers:
            return lacking or Unknown(f"no layout facts for {version} ({arch})")
        if lacking is not None and any(answer.truth is not Truth.TRUE for answer in answers):
            return lacking
        if len({answer.truth for answer in answers}) > 1:
            return Unknown(f"the layouts around {version} disagree")
        return answers[0]


@lru_cache(maxsize=512)
def layouts_for(model: Model, version: str, arch: str) -> tuple[Layout, ...]:
    """The layout of a kernel, or those of its neighbours on both sides where it has none of its own."""
    nearest = model.nearest(version, arch)
    if isinstance(nearest, Unknown):
        return ()
    wanted = parse_version(version)
    if not nearest.inferred or wanted is None:
        return (nearest,)
    for kernel in model.kernels(arch):
        known = parse_version(kernel)
        if known is not None and known.series > wanted.series:
            after = model.nearest(kernel, arch)
            return (nearest,) if isinstance(after, Unknown) else (nearest, after)
    return (nearest,)


def holdings(rule: LayoutRule, question: Question, opposite: bool) -> Iterator[Holding]:
    """Where a claim holds and where not, over all kernels with layouts and over other configurations.

    Args:
        rule: the rule that decided.
        question: the claim.
        opposite: the claim is negative: turn what holds round.
    """
    for arch in ("x86-64", "i386", "arm"):
        yield from _ranges(rule, question, opposite, arch)
    yield from _configs(rule, question, opposite)


def _truth(rule: LayoutRule, question: Question, layout: Layout, opposite: bool) -> bool | None:
    answer = rule.at(question, layout)
    if isinstance(answer, Unknown):
        return None
    return (answer.truth is Truth.TRUE) != opposite


def _ranges(rule: LayoutRule, question: Question, opposite: bool, arch: str) -> Iterator[Holding]:
    run: list[str] = []
    value: bool | None = None
    for kernel in question.model.kernels(arch):
        layout = question.model.nearest(kernel, arch)
        if isinstance(layout, Unknown):
            continue
        now = _truth(rule, question, layout, opposite)
        if run and now is not value:
            if value is not None:
                yield Holding(_span(run), value, arch)
            run = []
        value = now
        run.append(kernel)
    if run and value is not None:
        yield Holding(_span(run), value, arch)


def _configs(rule: LayoutRule, question: Question, opposite: bool) -> Iterator[Holding]:
    """Options of the newest kernel with facts about them that give another answer than a distribution's."""
    flags = Kind.FLAG in (question.subject.kind, question.object.kind)
    turned: dict[frozenset[str], bool] = {}
    newest = ""
    for kernel, options, layout in _variants(question.model):
        plain = question.model.nearest(kernel, "x86-64")
        if isinstance(plain, Unknown):
            continue
        usual = _truth(rule, question, plain, opposite)
        holds = _truth(rule, question, layout, opposite)
        if usual is None or holds is usual or (holds is None and flags):
            continue
        newest, turned[options] = kernel, bool(holds)
    for options in sorted(turned, key=sorted):
        smaller = any(other < options and turned[other] == turned[options] for other in turned)
        if not smaller:
            yield Holding(newest, turned[options], "x86-64", ", ".join(sorted(options)))


@lru_cache(maxsize=4)
def _variants(model: Model) -> tuple[tuple[str, frozenset[str], Layout], ...]:
    """The configurations of the newest kernel that has some: kernel, what is set otherwise, layout."""
    known = [s for s in model.sources() if s.arch == "x86-64" and s.options is not None]
    if not known:
        return ()
    newest = known[-1].kernel
    same = [s for s in known if s.kernel == newest]
    usual = next((s.options for s in same if s.config == "distribution"), None) or frozenset()
    found = []
    for layout in same:
        options = layout.options or frozenset()
        changed = frozenset({*(options - usual), *(f"not {name}" for name in usual - options)})
        if changed:
            found.append((newest, changed, layout))
    return tuple(found)


def by_option(
    rule: LayoutRule, question: Question, version: str, arch: str, opposite: bool
) -> tuple[Holding, ...]:
    """The options that change whether a claim holds in one kernel, each with the answer it makes.

    A member that an option takes away makes a claim about it not hold.
    """

    def holds(layout: Layout) -> bool:
        return bool(_truth(rule, question, layout, opposite))

    return tuple(
        Holding(version, bool(answer), arch, option if value else f"not {option}")
        for option, value, answer in depends_on(question.model, version, arch, holds)
    )


def _span(kernels: list[str]) -> str:
    def short(kernel: str) -> str:
        parsed = parse_version(kernel)
        return f"{parsed.major}.{parsed.minor}" if parsed is not None else kernel

    first, last = short(kernels[0]), short(kernels[-1])
    return first if first == last else f"{first}..{last}"
