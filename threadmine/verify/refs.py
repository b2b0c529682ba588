"""Reads what a claim's subject or object names: a member, a flag, a function, a file, or plain words.

Claims come from people's sentences; the same member is written ``page[1].memcg_data``, ``page->memcg_data``
or
``struct page.memcg_data``. Rules want one form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from threadmine.memmap import Model, facts
from threadmine.memmap.calls import load_code
from threadmine.memmap.effects import flag_operation
from threadmine.memmap.layout import OVERLAYS
from threadmine.model import Unknown
from threadmine.verify.tables import called


class Kind(StrEnum):
    """What a name names."""

    MEMBER = "member"
    FLAG = "flag"
    FUNCTION = "function"
    FILE = "file"
    STRUCT = "struct"
    WORDS = "words"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Ref:
    """One named thing. ``page`` is the index of ``page[1]``, None where none is given."""

    kind: Kind
    text: str
    struct: str = ""
    member: str = ""
    page: int | None = None

    @property
    def name(self) -> str:
        """``page.memcg_data``, ``prep_compound_page``, ``PG_locked``: without index, arrows and
        parentheses."""
        return f"{self.struct}.{self.member}" if self.kind is Kind.MEMBER else self.text

    @property
    def reference(self) -> str:
        """As :meth:`Layout.overlap` wants it (``page[1].memcg_data``)."""
        index = f"[{self.page}]" if self.page is not None and self.struct != "folio" else ""
        return f"{self.struct}{index}.{self.member}"

    @property
    def overlays(self) -> bool:
        """Whether it is a member of one of the structs that lie over the array of struct pages."""
        return self.kind is Kind.MEMBER and self.struct in OVERLAYS


_MEMBER = re.compile(r"(?:struct\s+)?([A-Za-z_]\w*)(?:\s*\[\s*(\d{1,6})\s*\])?\s*(?:\.|->)\s*([A-Za-z_]\w*)")
_CAST = re.compile(r"\(\s*struct\s+(\w+)\s*\*\s*\)[^;=]{0,80}->\s*([A-Za-z_]\w*)")
_VARIABLES = (
    ("folio", "folio"),
    ("page", "page"),
    ("pgmap", "dev_pagemap"),
    ("slab", "slab"),
    ("ptdesc", "ptdesc"),
)
"""What a variable's name says of its type, where a claim names a member through a variable."""

_NAMED = {
    "vma": "vm_area_struct",
    "mm": "mm_struct",
    "vmf": "vm_fault",
    "memcg": "mem_cgroup",
    "objcg": "obj_cgroup",
    "pgdat": "pglist_data",
    "mapping": "address_space",
    "tlb": "mmu_gather",
    "sc": "scan_control",
    "si": "swap_info_struct",
    "ci": "swap_cluster_info",
}
"""Variables that are called so wherever mm's code has them."""

_FLAG = re.compile(r"(?:PG|PGTY)_\w+$")
_FUNCTION = re.compile(r"[A-Za-z_]\w+$")
_FILE = re.compile(r"[\w./-]+/[\w.-]+\.[chS]$|[\w./-]+/$")
_PAGE_INDEX = re.compile(
    r"\bpages?\s?\[\s*([1-9]\d{0,2})\s*\]|\b(?:\w{1,12}_)?page\s\+\s([1-9])\b"
    r"|\b(first|second|third) tail page\b|\b(second|third|fourth) (?:struct )?page\b"
)
_FIELD = re.compile(r"([a-z_]\w+) (?:field|member)")
"""A member named by itself: its struct is one of those over struct page."""

_ORDINAL = {"first": 1, "second": 2, "third": 3}
_NTH_PAGE = {"second": 1, "third": 2, "fourth": 3}


def read_refs(text: str, condition: str, model: Model) -> tuple[Ref, ...]:
    """What ``text`` names; more than one for ``{a,b}`` and ``a, b``. Never empty.

    Args:
        text: subject or object of a claim.
        condition: the claim's condition, where ``page[1]`` may stand.
        model: knows the names of structs and flags.
    """
    body = text.strip().strip("{}")
    parts = [p for p in re.split(r"\s*,\s*", body) if p] if "(" not in body else [body]
    return tuple(_read(part, condition, model) for part in parts) or (Ref(Kind.NOTHING, ""),)


@lru_cache(maxsize=1_000)
def _read(text: str, condition: str, model: Model) -> Ref:
    plain = text.strip().lstrip("&*").removesuffix("()").strip()
    if not plain:
        return Ref(Kind.NOTHING, "")
    if _FILE.match(plain):
        return Ref(Kind.FILE, plain)
    if _FLAG.match(plain):
        return Ref(Kind.FLAG, plain)
    cast = _CAST.search(plain)
    if cast:
        return Ref(Kind.MEMBER, plain, cast[1], cast[2])
    field = _FIELD.fullmatch(plain)
    if field and plain not in called():
        having = model.names.members.get(field[1], ())
        struct = next((s for s in ("page", "folio", *having) if s in having), "")
        plain = f"{struct}.{field[1]}" if struct else plain
    found = _MEMBER.match(plain)
    if found and _is_member_end(plain, found.end()):
        struct, index, member = _struct_of(found[1], model), found[2], found[3]
        struct = _struct_with(member, struct, model)
        page = int(index) if index else page_index(condition) if struct != "folio" else None
        return Ref(Kind.MEMBER, plain, struct, member, page)
    bare = re.sub(r"\(.*\)$", "", plain.removeprefix("struct ")).strip()
    if bare in model.names.structs and (plain.startswith("struct ") or not load_code().known(bare)):
        return Ref(Kind.STRUCT, bare)
    bare = _meant(bare)
    if _FUNCTION.match(bare) and (load_code().known(bare) or "(" in text or flag_operation(bare) is not None):
        return Ref(Kind.FUNCTION, bare)
    if (
        _FUNCTION.match(bare)
        and "_" in bare.strip("_")
        and bare not in model.names.members
        and bare.islower()
    ):
        return Ref(Kind.FUNCTION, bare)
    known = called().get(" ".join(plain.lower().split()))
    if known:
        struct, _, member = known.partition(".")
        return Ref(Kind.MEMBER, plain, struct, member, page_index(condition) if struct != "folio" else None)
    return Ref(Kind.WORDS, plain)


def _meant(name: str) -> str:
    """A function's name as it is spelled in the kernel, where people often spell it otherwise."""
    typos: dict[str, str] = facts.table("names")["typos"]
    known = typos.get(name, name)
    return known if known != name and load_code().known(known) and not load_code().known(name) else name


def _struct_of(name: str, model: Model) -> str:
    """The struct itself, or the one that a variable of that name would point to (``new_page``: page)."""
    if name in ("mops", "movable_ops"):
        return "movable_operations"
    if name in model.names.structs or name.endswith(("_ops", "_operations")) or load_code().has_struct(name):
        return name
    if name in _NAMED:
        return _NAMED[name]
    return next((struct for part, struct in _VARIABLES if part in name), name)


def _struct_with(member: str, struct: str, model: Model) -> str:
    """``struct``, or the one that really has the member (``page._pincount`` is meant of the folio)."""
    having = model.names.members.get(member, ())
    if not having or struct in having or struct not in OVERLAYS:
        return struct
    return next((other for other in ("folio", "page") if other in having), struct)


def _is_member_end(text: str, end: int) -> bool:
    rest = text[end:].strip()
    return not rest or rest[0] in ".[-(=" or rest.startswith(("low ", "bit"))


@lru_cache(maxsize=4_000)
def page_index(text: str) -> int | None:
    """The page of a compound that words speak of: ``page[1]``, "second tail page"; None where none."""
    found = _PAGE_INDEX.search(text)
    if not found:
        return None
    if found[4]:
        return _NTH_PAGE[found[4]]
    return int(found[1] or found[2]) if found[1] or found[2] else _ORDINAL[found[3]]


_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,16}\b|\b\d{1,9}\b")


def numbers(text: str) -> tuple[int, ...]:
    """The whole numbers in ``text`` (``0x38`` is 56), in order."""
    return tuple(int(n, 16 if n.startswith("0x") else 10) for n in _NUMBER.findall(text))


def unnamed(ref: Ref, what: str) -> Unknown:
    """That ``ref`` is no ``what`` ("function", "member or flag"), in words a reader understands."""
    kind = what.removesuffix(" that is known")
    return Unknown(f"{ref.text!r} is no {kind} that is known" if ref.text else f"the claim names no {kind}")
