"""A member points to a struct: by the member's declared type."""

from __future__ import annotations

import re

from threadmine.memmap import Layout
from threadmine.memmap.versions import in_range, parse_version
from threadmine.model import Predicate, Unknown, VerdictKind
from threadmine.verify.layouts import LayoutRule
from threadmine.verify.refs import Kind, unnamed
from threadmine.verify.rule import Case, Finding, Question, Truth
from threadmine.verify.tables import targets_of


class PointsToRule(LayoutRule):
    """``folio.pgmap`` points to a struct dev_pagemap."""

    name = "points-to"
    predicates = frozenset({Predicate.POINTS_TO})

    cases = (
        Case(Predicate.POINTS_TO, "folio.pgmap", "dev_pagemap"),
        Case(Predicate.POINTS_TO, "page.pgmap", "struct dev_pagemap", kernel="5.19"),
        Case(Predicate.POINTS_TO, "page.mapping", "struct address_space"),
        Case(Predicate.POINTS_TO, "page.mapping", "anon_vma"),
        Case(Predicate.POINTS_TO, "netmem_desc.pp", "the page pool"),
        Case(Predicate.POINTS_TO, "slab.slab_cache", "kmem cache"),
        Case(Predicate.POINTS_TO, "slab.obj_exts", "an array of struct slabobj_ext"),
        Case(Predicate.POINTS_TO, "ptdesc.pt_mm", "mm_struct"),
        Case(Predicate.POINTS_TO, "slab.freelist", "the first free object"),
        Case(Predicate.POINTS_TO, "dev_pagemap.ops", "dev_pagemap_ops"),
        Case(
            Predicate.POINTS_TO,
            "page.mapping",
            "anon_vma",
            value="without the PAGE_MAPPING_ANON bit",
            verdict=VerdictKind.UNDECIDED,
        ),
        Case(Predicate.POINTS_TO, "page.mapping", "kmem_cache", verdict=VerdictKind.UNDECIDED),
    )

    def at(self, question: Question, layout: Layout) -> Finding | Unknown:
        subject = question.subject
        if subject.kind is not Kind.MEMBER:
            return unnamed(subject, "member")
        member = layout.find(subject.struct, subject.member)
        if isinstance(member, Unknown):
            return member
        named = question.claim.object or question.claim.value
        wanted = _plain(named)
        declared = re.sub(r"\b(?:struct|const|volatile)\s+", "", member.type).strip(" *")
        version = parse_version(layout.kernel)
        for kernels, struct in targets_of(subject.name):
            if version is not None and in_range(version, kernels) and struct in _words(f"{wanted} {named}"):
                text = (
                    f"{member.full_name} points to a struct {struct}, as its low bits tell ({layout.kernel})"
                )
                return Finding(Truth.TRUE, text, self.fact(text, f"code {layout.kernel}"), firm=False)
        if "*" not in member.type or declared != wanted:
            # a pointer may carry another type than the declared one (anon_vma in mapping)
            return Unknown(
                f"{member.full_name} is declared {member.type}; no fact that it points to {wanted}"
            )
        text = f"{member.full_name} is declared {member.type} ({layout.kernel})"
        return Finding(Truth.TRUE, text, self.fact(text, layout.source))


def _plain(named: str) -> str:
    """A struct's name as facts spell it: "the page pool" is page_pool, "memcg" is mem_cgroup."""
    low = (
        re.sub(r"^(?:an?|the|its|their|struct|owning)\s+", "", named.lower())
        .removeprefix("struct ")
        .strip(" *")
    )
    low = re.sub(r"\s+(?:struct|structure|pointer|object)s?$", "", low)
    return _CALLED.get(low, low if " " in low and low.count(" ") > 1 else low.replace(" ", "_"))


_CALLED = {
    "memcg": "mem_cgroup",
    "memory cgroup": "mem_cgroup",
    "objcg": "obj_cgroup",
    "pgmap": "dev_pagemap",
    "inode mapping": "address_space",
    "kmem cache": "kmem_cache",
    "slab cache": "kmem_cache",
    "mm": "mm_struct",
    "head page": "page",
    "the head": "page",
    "head": "page",
}


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
