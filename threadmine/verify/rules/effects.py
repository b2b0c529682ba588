"""A function sets, clears or reads a member or a flag: by what it and the functions it calls really do."""

from __future__ import annotations

import re
from dataclasses import replace

from threadmine.memmap.calls import FunctionFacts
from threadmine.memmap.effects import flag_operation
from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Claim, Modality, Polarity, Predicate, Unknown, VerdictKind
from threadmine.verify.code import DEPTH, FlagUse, Found, Reach, flag_uses, reach, uses_of
from threadmine.verify.context import arch_of
from threadmine.verify.layouts import layouts_for
from threadmine.verify.members import in_head, members_of_page, page_of, same_bytes, word_of
from threadmine.verify.refs import Kind, Ref, page_index, unnamed
from threadmine.verify.rule import Case, Finding, Question, Rule, Truth, spell
from threadmine.verify.rules.counting import CONSTANT, direction, goes
from threadmine.verify.rules.doers import function_names, reaches_of
from threadmine.verify.rules.residence import packed_quantities
from threadmine.verify.tables import leaves, masks, primitives, unseen

ACCESS = {Predicate.SETS: "w", Predicate.CLEARS: "w", Predicate.READS: "ra"}
FLAG_KINDS = {
    Predicate.SETS: frozenset({"set"}),
    Predicate.CLEARS: frozenset({"clear"}),
    Predicate.READS: frozenset({"test"}),
}
EMPTY = frozenset({"0", "NULL", "false", "&=", "MAX_ORDER_NR_PAGES_NONE"})
_STEPS = re.compile(r"\b(?:first|then|afterwards|step by step|in two|twice)\b", re.I)
_SECOND_PAGE = re.compile(r"page\[1\]|second page|next page|page ?\+ ?1|_flags_1|first tail|order", re.I)
HEAD_PAGES = frozenset({"head", "page", "every page", "each page", "all"})
_FOR_ORDER = re.compile(r"order > [1-9]")
_NUMBER = re.compile(r"\b\d+\b")
_CALL = re.compile(r"\b([A-Za-z_]\w+)\(\)")
_ONCE = re.compile(r"^\(?\)?(?: \w+){0,2} (?:us\w+|with|through|by) (?:a )?(WRITE_ONCE|READ_ONCE)\b")
_PART = re.compile(r"__page_(\d)")
READERS_DEPTH, WRITERS_DEPTH, MASKED_DEPTH = 3, 4, 2
MAX_WALKED = 120
"""Functions of a file that are walked for one claim."""


class EffectRule(Rule):
    """``prep_compound_tail()`` sets page.mapping to TAIL_MAPPING."""

    name = "effect"
    predicates = frozenset({Predicate.SETS, Predicate.CLEARS, Predicate.READS})

    cases = (
        Case(Predicate.SETS, "prep_compound_tail", "page.mapping", value="TAIL_MAPPING"),
        Case(Predicate.SETS, "prep_compound_page", "folio._large_mapcount"),
        Case(Predicate.SETS, "prep_compound_page", "PG_head"),
        Case(Predicate.SETS, "free_zone_device_page", "page._refcount", value="1", kernel="5.19"),
        Case(Predicate.CLEARS, "free_zone_device_folio", "folio.mapping"),
        Case(Predicate.CLEARS, "free_zone_device_folio", "PG_anon_exclusive"),
        Case(
            Predicate.CLEARS,
            "__init_zone_device_page",
            "folio._deferred_list",
            condition="page[2]",
            kernel="6.12",
        ),
        Case(
            Predicate.CLEARS,
            "__init_zone_device_page",
            "folio._deferred_list",
            kernel="6.12",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.CLEARS, "free_pages_prepare", "PG_head"),
        Case(Predicate.CLEARS, "free_pages_prepare", "PG_hwpoison", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SETS, "__split_folio_to_order", "PG_dirty"),
        Case(
            Predicate.READS,
            "vma_needs_copy",
            "vm_area_struct.anon_vma",
        ),
        Case(Predicate.READS, "page_pgmap", "folio.pgmap"),
        Case(Predicate.READS, "folio_test_hugetlb", "page.page_type", kernel="6.12"),
        Case(Predicate.SETS, "__folio_set_hugetlb", "page.page_type", kernel="6.12"),
        Case(Predicate.READS, "rmap.c", "page.mapping", kernel="5.15"),
        Case(Predicate.READS, "_compound_head", "page.compound_info", kernel="7.1"),
        Case(
            Predicate.READS,
            "_compound_head",
            "page.compound_info",
            kernel="7.0",
            verdict=VerdictKind.CONDITIONAL,
        ),
        Case(Predicate.SETS, "the anonymous fault path", "PG_swapbacked", kernel="6.12"),
        Case(Predicate.CLEARS, "folio split", "PG_mlocked", kernel="6.12", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SETS, "prep_compound_tail", "page.compound_head"),
        Case(
            Predicate.SETS, "__page_set_anon_rmap", "page.mapping", value="with WRITE_ONCE()", kernel="5.15"
        ),
        Case(
            Predicate.SETS,
            "__page_set_anon_rmap",
            "page.mapping",
            value="with WRITE_ONCE()",
            kernel="5.9",
            verdict=VerdictKind.REFUTED,
        ),
        Case(
            Predicate.READS,
            "lru_gen_exit_memcg",
            "lru_gen_folio.nr_pages",
            value="memchr_inv()",
        ),
        Case(
            Predicate.READS,
            "lru_gen_exit_memcg",
            "lru_gen_folio.nr_pages",
            value="nobody_knows_it()",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.SETS, "prep_compound_tail", "page.memcg_data", polarity=Polarity.NEGATIVE),
        Case(Predicate.SETS, "prep_compound_tail", "page.memcg_data", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SETS, "prep_compound_page", "folio._deferred_list", verdict=VerdictKind.CONDITIONAL),
        Case(Predicate.SETS, "prep_compound_page", "folio._deferred_list", condition="order > 1"),
        Case(
            Predicate.SETS,
            "prep_compound_page",
            "folio.mapping",
            polarity=Polarity.NEGATIVE,
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.SETS, "prep_compound_page", "folio.mapping", verdict=VerdictKind.UNDECIDED),
        Case(Predicate.SETS, "vm_insert_page", "vm_area_struct.vm_flags"),
        Case(
            Predicate.SETS,
            "vm_insert_page",
            "vm_area_struct.vm_flags",
            polarity=Polarity.NEGATIVE,
            quote="vm_insert_page() does not set vm_area_struct.vm_flags.",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.SETS, "a_function_of_nobody", "page.mapping", verdict=VerdictKind.UNDECIDED),
    )

    def find(self, question: Question, version: str) -> Finding | Unknown:
        answers = [self._target(question, version, target) for target in question.objects]
        unknown = next((a for a in answers if isinstance(a, Unknown)), None)
        findings = [a for a in answers if not isinstance(a, Unknown)]
        if unknown is not None or not findings:
            return unknown or Unknown("nothing that could be set or read is named")
        return next((f for f in findings if f.truth is not Truth.TRUE), findings[0])

    def _target(self, question: Question, version: str, target: Ref) -> Finding | Unknown:
        target = _resolved(target, version)
        own = self._accessor(question, target, version) or self._primitive(question, target, version)
        if own is not None:
            return own
        names = function_names(question, question.subject, version)
        if isinstance(names, Unknown):
            return names
        if target.kind not in (Kind.MEMBER, Kind.FLAG):
            return unnamed(target, "member or flag")
        full = question.claim.polarity is Polarity.NEGATIVE
        if len(names) > 1 and not full and target.kind is Kind.MEMBER:
            names = _touching(question, names, target, version) or names[:1]
        if len(names) > MAX_WALKED:
            return Unknown(f"{question.subject.text!r} is too wide to be walked: {len(names)} functions")
        reaches = reaches_of(names, version, full)
        if not reaches:
            return Unknown(f"no facts about {names[0]}() in {version}")
        if target.kind is Kind.FLAG:
            return self._flag(question, reaches, target, version)
        return self._member(question, reaches, target, version)

    def _accessor(self, question: Question, target: Ref, version: str) -> Finding | None:
        """What an accessor of a flag does, which macros make and no tree shows as a function."""
        subject = question.subject
        operation = flag_operation(subject.text) if subject.kind is Kind.FUNCTION else None
        here = question.code.function(subject.text, version)
        if operation is None or not isinstance(here, Unknown):
            return None  # where a function of that name is known, what it does is known
        word = word_of(question.model, operation.flag, version)
        said = target.kind is Kind.FLAG and _bare_flag(target.text) == _bare_flag(operation.flag)
        if not said and not (target.kind is Kind.MEMBER and target.member == word):
            return None
        if operation.kind not in FLAG_KINDS[question.claim.predicate] and said:
            return None
        if not said and (operation.kind == "test") is not (question.claim.predicate is Predicate.READS):
            return None
        text = f"{subject.text}() is made to {operation.kind} {operation.flag} ({version})"
        return Finding(Truth.TRUE, text, self.fact(text, f"flags {version}"), firm=False)

    def _primitive(self, question: Question, target: Ref, version: str) -> Finding | None:
        """What a function does for which others are known by: ``folio_unlock()`` clears PG_locked."""
        claim, subject = question.claim, question.subject
        here = question.code.function(subject.text, version)
        if subject.kind is not Kind.FUNCTION or isinstance(here, Unknown):
            return None
        said, reads = claim.value.strip(), claim.predicate is Predicate.READS
        sign = direction(question, target)
        if not said and not reads and _NUMBER.search(claim.quote):
            return None  # of which value it speaks is not told
        for name, access, value in primitives().get(subject.text, ()):
            meant = name.rpartition(".")[2] in (target.member, target.text) and (access == "r") is reads
            meant = meant and (value or sign).startswith(sign)
            emptied = claim.predicate is Predicate.CLEARS
            if meant and emptied is (value == "0" and access == "w") and said in ("", value):
                does = "reads" if reads else f"stores {value} in"
                text = f"{subject.text}() {does} {name} ({here.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, here.source), firm=False)
        return None

    # ------------------------------------------------------------------------------------------ members

    def _member(
        self, question: Question, reaches: list[Reach], target: Ref, version: str
    ) -> Finding | Unknown:
        claim = question.claim
        same, over = same_bytes(question.model, target, version)
        part = _PART.fullmatch(target.member)
        if part and target.struct == "folio":
            same, over = members_of_page(question.model, int(part[1]), version), frozenset()
        access = ACCESS[claim.predicate]
        depth = READERS_DEPTH if claim.predicate is Predicate.READS else WRITERS_DEPTH
        hits = [
            hit for found in reaches for hit in uses_of(found, same, access) if len(hit.step.way) - 1 <= depth
        ]
        if claim.predicate is Predicate.READS:
            hits = [h for h in hits if h.use.access == "r" or h.use.name in same]
        hits = [h for h in hits if self._fits(claim.predicate, h)]
        sign = direction(question, target)
        if sign and hits:
            hits = [h for h in hits if goes(h, sign)]
            if not hits:
                how = "raised" if sign == "+" else "lowered"
                return Unknown(f"no place is known where {reaches[0].start.name}() has {target.name} {how}")
        checked = self._checked(question, target, reaches[0].start, version)
        if checked is not None:
            return checked
        if hits:
            return self._as_named(question, target, version, hits, self._with_value(question, hits, reaches))
        zeroed = self._zeroed(question, reaches, target, version)
        if zeroed is not None:
            return zeroed
        near = over
        if target.struct == "folio" and not in_head(question.model, target, version):
            near = frozenset(
                name for name in over if name.startswith("folio.")
            )  # of which page is not told else
        covering = [
            h for found in reaches for h in uses_of(found, near, access) if self._fits(claim.predicate, h)
        ]
        if covering:
            text = f"{covering[0].spelled}, which shares bytes with {target.name}"
            return Finding(Truth.TRUE, text, self.fact(text, covering[0].step.facts.source))
        return self._absent(question, reaches, target, same | over)

    @staticmethod
    def _as_named(
        question: Question, target: Ref, version: str, hits: list[Found], answer: Finding | Unknown
    ) -> Finding | Unknown:
        """The answer; where the kernel has the member under another name only, it holds in part."""
        other = hits[0].use.member
        if isinstance(answer, Unknown) or answer.truth is not Truth.TRUE or not target.overlays:
            return answer
        shapes = [
            layout.struct(target.struct) for layout in layouts_for(question.model, version, "x86-64")[:1]
        ]
        missing = any(shape is not None and shape.member(target.member) is None for shape in shapes)
        if not missing or any(hit.use.member == target.member for hit in hits):
            return answer
        return replace(
            answer, truth=Truth.PARTLY, reason=f"{answer.reason}; {target.member} is called {other} there"
        )

    def _zeroed(self, question: Question, reaches: list[Reach], target: Ref, version: str) -> Finding | None:
        """Whether the function zeroes the struct page in which the member lies, without a condition."""
        claim = question.claim
        if claim.predicate is not Predicate.CLEARS or not target.overlays:
            return None
        arch = arch_of(f"{claim.condition} {claim.quote}")
        page = page_of(question.model, target, version, arch)
        said = target.page if target.page is not None else page_index(f"{question.words} {claim.quote}")
        if page is None or page != (said or 0):
            return None
        for step in (step for found in reaches for step in found.steps if step.sure and len(step.way) <= 3):
            call = step.facts.callees.get("mm_zero_struct_page")
            if call is not None and call.sure:
                text = f"{step.spelled} zeroes all of a struct page, so {target.name} ({step.facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, step.facts.source), firm=False)
        return None

    def _checked(
        self, question: Question, target: Ref, first: FunctionFacts, version: str
    ) -> Finding | Unknown | None:
        """What the hand-checked effects add to a store: which page it is in, and for which orders it is made.

        ``folio->mapping`` is the head's: that a function sets the mapping of tail pages says nothing of it.
        """
        claim = question.claim
        if claim.predicate is Predicate.READS:
            return None
        rows = [
            row
            for row in question.model.effects(first.name, version)
            if row.access == "write" and _same_member(row.member, target)
        ]
        if not rows:
            return None
        head = target.struct == "folio" and in_head(question.model, target, version)
        there = [row for row in rows if not head or row.page in HEAD_PAGES]
        if not there:
            pages = spell(dict.fromkeys(row.page for row in rows))
            return Unknown(f"{first.name}() writes {rows[0].member} of {pages}, not of the head ({version})")
        orders = [row for row in there if _FOR_ORDER.fullmatch(row.condition)]
        if len(orders) < len(there) or "order" in f"{question.words} {claim.quote}".lower():
            return None
        row = orders[0]
        how = f" (in {row.via}())" if row.via else ""
        text = f"{first.name}() writes {row.member}{how} only for {row.condition} ({version})"
        source = f"effects {row.kernels or version} {row.function}"
        return Finding(Truth.PARTLY, text, self.fact(text, source))

    @staticmethod
    def _fits(predicate: Predicate, hit: Found) -> bool:
        if predicate is not Predicate.CLEARS:
            return True
        value = hit.value
        if not value:
            return "list" in hit.use.member or hit.use.member == "lru"
        return value in EMPTY or not (CONSTANT.match(value) or value.endswith("="))

    def _with_value(self, question: Question, hits: list[Found], reaches: list[Reach]) -> Finding | Unknown:
        claim, hit = question.claim, hits[0]
        calls = _CALL.findall(claim.value) or _uses_once(claim)
        if calls:
            return self._through(question, hits, reaches, calls[0])
        if _STEPS.search(claim.value):
            return Unknown(f"{hit.spelled}; in which steps is not known")
        wanted = claim.value.strip()
        values = [h.value for h in hits]
        if claim.predicate is Predicate.SETS and CONSTANT.match(wanted) and wanted not in values:
            counted = any(v[:1] in ("+", "-") for v in values)  # what it comes to is not told
            if all(CONSTANT.match(v) for v in values) and wanted[0] not in "+-" and not counted:
                text = f"{hit.spelled}; no store of {wanted} is known ({hit.step.facts.kernel})"
                return Finding(Truth.FALSE, text, self.fact(text, hit.step.facts.source), firm=False)
            return Unknown(f"{hit.spelled}; whether it stores {wanted} is not known")
        else:
            hit = next((h for h in hits if h.value == wanted and wanted), hit)
        text = f"{hit.spelled} ({hit.step.facts.kernel})"
        truth = Truth.TRUE
        if self._second_only(question, hits):
            truth, text = Truth.PARTLY, f"{text}; that is the second page's flags word only"
        # of a struct that there is one of for each page it is the same one; of a vma it may be another
        own = question.object.overlays or (len(hit.step.way) == 1 and not hit.through)
        return Finding(truth, text, self.fact(text, hit.step.facts.source), firm=own and not claim.condition)

    def _left(self, question: Question, target: Ref, first: FunctionFacts) -> Finding | None:
        """What a function is known to leave behind, however far below it is stored."""
        claim, version = question.claim, parse_version(first.kernel.split("/")[-1])
        said = claim.value.strip().lower()
        if (
            claim.predicate is not Predicate.SETS
            or version is None
            or question.subject.kind is not Kind.FUNCTION
        ):
            return None
        sign = direction(question, target)
        for row in leaves(first.name):
            stated = said in row.values or any(v and said.startswith(f"{v} ") for v in row.values)
            agrees = not sign or any(v.startswith(sign) for v in row.values)
            if row.member == target.member and stated and agrees and in_range(version, row.kernels):
                text = f"{row.fact} ({first.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, row.source), firm=False)
        return None

    @staticmethod
    def _second_only(question: Question, hits: list[Found]) -> bool:
        """Whether all that is done to "the flags" is done to page[1]'s, and the sentence does not say so."""
        if question.object.name not in ("page.flags", "folio.flags") or question.object.page:
            return False
        said = _SECOND_PAGE.search(f"{question.words} {question.claim.quote}")
        return said is None and all(h.use.name == "folio._flags_1" for h in hits)

    def _through(
        self, question: Question, hits: list[Found], reaches: list[Reach], macro: str
    ) -> Finding | Unknown:
        """The claim says by what it is stored (``with WRITE_ONCE()``): the function itself must use that."""
        on_way = next((h for h in hits if macro in h.step.way), None)
        together = next((h for h in hits if len(h.step.way) == 1 and macro in h.step.facts.callees), None)
        seen = on_way or (together if len(reaches) > 1 else None)
        if seen is not None:
            text = f"{seen.spelled} and {seen.step.way[0]}() uses {macro}() ({seen.step.facts.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, seen.step.facts.source), firm=False)
        own = [h for h in hits if len(h.step.way) == 1]
        if not own:
            return Unknown(f"{hits[0].spelled}; whether by {macro}() is not known")
        facts = own[0].step.facts
        if macro in facts.callees:
            text = f"{own[0].spelled} and uses {macro}() ({facts.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, facts.source))
        either = [question.code.function(facts.name, one) for one in facts.kernel.split("/")]
        kept = question.code.known(macro) or macro in ("WRITE_ONCE", "READ_ONCE")  # calls of others are not
        used = any(not isinstance(f, Unknown) and macro in f.callees for f in either)
        if len(reaches) > 1 or not kept or used:
            return Unknown(f"{own[0].spelled}; whether by {macro}() is not known")
        text = f"{own[0].spelled} and uses no {macro}() ({facts.kernel})"
        return Finding(Truth.FALSE, text, self.fact(text, facts.source))

    # -------------------------------------------------------------------------------------------- flags

    def _flag(self, question: Question, reaches: list[Reach], target: Ref, version: str) -> Finding | Unknown:
        kinds = FLAG_KINDS[question.claim.predicate]
        hits: list[FlagUse] = [h for found in reaches for h in flag_uses(found, target.text, kinds)]
        if question.claim.modality is Modality.HEDGED:  # which of several ways is meant is not known
            hits = [hit for hit in hits if len(hit.step.way) == 1]
        if hits:
            text = f"{hits[0].spelled} ({hits[0].step.facts.kernel})"
            firm = _flatly_denied(question, hits[0])
            return Finding(Truth.TRUE, text, self.fact(text, hits[0].step.facts.source), firm=firm)
        bits = [h for found in reaches for h in uses_of(found, frozenset({f"flag.{target.text}"}), "rw")]
        wanted = {Predicate.SETS: "1", Predicate.CLEARS: "0", Predicate.READS: ""}[question.claim.predicate]
        bit = next((h for h in bits if h.use.value == wanted), None)
        if bit is not None:
            text = f"{bit.spelled} ({bit.step.facts.kernel})"
            return Finding(Truth.TRUE, text, self.fact(text, bit.step.facts.source), firm=False)
        masked = self._masked(question, reaches, target)
        if masked is not None:
            return masked
        word = frozenset({"page.flags", "folio.flags", "folio._flags_1"})
        others = [h for found in reaches for h in uses_of(found, word, "wa")]
        others = [h for h in others if h.step.facts.name not in ADDRESSES]
        others = [h for h in others if not _other_way(question.claim.predicate, h, target.text)]
        touched = [h for h in others if not h.use.value.startswith("PG_") or h.use.value == target.text]
        if touched:
            return Unknown(f"{touched[0].spelled}; which bits is not known")
        return self._absent(question, reaches, target, frozenset())

    def _masked(self, question: Question, reaches: list[Reach], target: Ref) -> Finding | None:
        """Whether a function or-s the flag's bit into a word, or masks it out, itself or one call deep."""
        way = {Predicate.SETS: "+", Predicate.CLEARS: "-"}.get(question.claim.predicate, "?")
        many = [m for m, but in masks().items() if target.text.startswith("PG_") and target.text not in but]
        meant = (target.text, *(many if way == "-" else ()))
        for step in (step for found in reaches for step in found.steps if len(step.way) <= MASKED_DEPTH):
            changes = step.facts.changes
            kept = way == "-" and f"+{target.text}" in changes  # masked out with the others, and put back
            done = next((name for name in meant if f"{way}{name}" in changes and not kept), "")
            if done:
                does = "or-s in" if way == "+" else "masks out"
                text = f"{step.spelled} {does} {done} ({step.facts.kernel})"
                return Finding(Truth.TRUE, text, self.fact(text, step.facts.source), firm=False)
        return None

    # ------------------------------------------------------------------------------------------ absence

    def _absent(
        self, question: Question, reaches: list[Reach], target: Ref, members: frozenset[str]
    ) -> Finding | Unknown:
        predicate, first = question.claim.predicate, reaches[0].start
        kept = self._kept(question, target, first)
        if kept is not None:
            return kept
        left = self._left(question, target, first)
        if left is not None:
            return left
        verb = {"sets": "writes", "clears": "clears", "reads": "reads"}[predicate.value]
        what = target.name
        if question.claim.polarity is Polarity.POSITIVE:
            return Unknown(f"no place is known where {first.name}() {verb} {what} ({first.kernel})")
        if not all(found.complete for found in reaches):
            return Unknown(f"no place is known where {first.name}() {verb} {what}; it calls through pointers")
        if not self._all_kept(question, reaches, target):
            return Unknown(f"not all that is done to struct {target.struct} was read")
        if self._untold(question, reaches, target, members):
            return Unknown(f"whether {first.name}() {verb} {what} is not told by what is known of it")
        addressed = next((h for found in reaches for h in uses_of(found, members, "a")), None)
        if addressed is not None and predicate is not Predicate.READS:
            return Unknown(f"{addressed.spelled}: whether it is written there is not known")
        if first.inferred and self._in_one(reaches, target, members, predicate):
            return Unknown(f"{first.name}() changed between the kernels {first.kernel}")
        text = f"neither {first.name}() nor what it calls {verb} {what} ({first.kernel}, {DEPTH} calls deep)"
        return Finding(Truth.FALSE, text, self.fact(text, first.source), firm=False)

    @staticmethod
    def _all_kept(question: Question, reaches: list[Reach], target: Ref) -> bool:
        """Whether what all those functions do to the member's struct was kept (``CodeFacts.tells_of``)."""
        if target.kind is not Kind.MEMBER:
            return True
        steps = (step for found in reaches for step in found.steps)
        kept = all(question.code.tells_of(target.struct, step.facts) for step in steps)
        return kept and target.name not in unseen()

    @staticmethod
    def _untold(question: Question, reaches: list[Reach], target: Ref, members: frozenset[str]) -> bool:
        """Whether an absence says nothing: nobody is known to touch the member, or the flag is changed
        otherwise."""
        if target.kind is Kind.FLAG:
            others = frozenset({"set", "clear"}) - FLAG_KINDS[question.claim.predicate]
            changing = question.claim.predicate is not Predicate.READS
            return changing and any(any(flag_uses(found, target.text, others)) for found in reaches)
        names = sorted(members or {target.name})
        return not any(question.code.users(name, v) for name in names for v in question.code.versions)

    @staticmethod
    def _in_one(reaches: list[Reach], target: Ref, members: frozenset[str], predicate: Predicate) -> bool:
        """Whether one of the kernels that stand for a version does it after all."""
        version = reaches[0].start.kernel.split("/")[0]
        for found in reaches:
            for one in found.start.kernel.split("/"):
                each = reach(found.start.name, one or version, DEPTH, True)
                if isinstance(each, Unknown):
                    continue
                if any(uses_of(each, members, ACCESS[predicate])):
                    return True
                if target.kind is Kind.FLAG and any(flag_uses(each, target.text, FLAG_KINDS[predicate])):
                    return True
        return False

    def _kept(self, question: Question, target: Ref, first: FunctionFacts) -> Finding | None:
        """What the effects say a function leaves as it was, although one might expect otherwise."""
        if question.claim.predicate is Predicate.READS:
            return None
        for effect in question.model.effects(first.name, first.kernel.split("/")[0]):
            if effect.access != "keep" or effect.via:
                continue
            if target.name == effect.member or target.text in effect.flags:
                text = f"{first.name}() leaves {effect.member} of the {effect.page} page: {effect.value}"
                source = f"effects {effect.kernels or first.kernel} {first.name}"
                return Finding(Truth.FALSE, text, self.fact(text, source), firm=False)
        return None


ADDRESSES = frozenset({"const_folio_flags", "folio_flags", "const_page_flags", "page_flags"})
"""Accessors hand on the address of the flags: the bit is told by who calls them."""


def _other_way(predicate: Predicate, hit: Found, flag: str) -> bool:
    """Whether a store to the flags word is none of this bit: it goes the other way, or tells its bits."""
    if hit.use.value not in ("|=", "&="):
        return False
    if (hit.use.value == "|=") is (predicate is Predicate.CLEARS):
        return True
    told = any(change.startswith("+PG_") for change in hit.step.facts.changes)
    return hit.use.value == "|=" and told and flag not in hit.step.facts.constants


def _bare_flag(flag: str) -> str:
    return flag.removeprefix("PGTY_").removeprefix("PG_")


def _flatly_denied(question: Question, hit: FlagUse) -> bool:
    """Whether a sentence says "never sets PG_x" and no more, of a function that does it itself, always."""
    claim = question.claim
    call = hit.step.facts.callees.get(hit.accessor)
    if claim.polarity is not Polarity.NEGATIVE or claim.condition or len(hit.step.way) > 1:
        return False
    ends = re.search(rf"\b(?:never|does not|doesn't) \w+ {re.escape(claim.object)}\W*$", claim.quote)
    return ends is not None and call is not None and call.sure


def _uses_once(claim: Claim) -> list[str]:
    """The macro that the sentence says the function itself uses ("f() now uses WRITE_ONCE()")."""
    at = claim.quote.find(claim.subject)
    found = _ONCE.match(claim.quote[at + len(claim.subject) :]) if at >= 0 and claim.subject else None
    return [found[1]] if found else []


def _same_member(name: str, target: Ref) -> bool:
    """Whether an effect's member is the target's (``folio._deferred_list.next`` is part of the list)."""
    struct, _, member = name.partition(".")
    return member.split(".")[0] == target.member and struct in (target.struct, "page", "folio")


def _touching(question: Question, names: tuple[str, ...], target: Ref, version: str) -> tuple[str, ...]:
    """Those of a file's functions that touch the member themselves: the index knows, no need to walk all."""
    same, over = same_bytes(question.model, target, version)
    known = {*same, *over, f"?.{target.member}"}
    users = {user for name in known for user in question.code.users(name, version)}
    return tuple(name for name in names if name in users)


def _resolved(target: Ref, version: str) -> Ref:
    """A packed quantity ("the order byte") as the word it is kept in."""
    parsed = parse_version(version)
    known = packed_quantities(target.text) if target.kind in (Kind.WORDS, Kind.FUNCTION) else ()
    quantity = next((p for p in known if parsed is not None and in_range(parsed, p.kernels)), None)
    if quantity is None:
        return target
    struct, _, member = quantity.word.partition(".")
    return Ref(Kind.MEMBER, quantity.word, struct, member, quantity.page or None)
