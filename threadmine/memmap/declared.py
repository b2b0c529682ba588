"""The packaged declarations of kernels whose headers were read: for configurations that no build was looked
at.

``pack`` and ``unpack`` turn Headers into JSON and back; only what the described structs need is kept.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from threadmine.memmap import facts
from threadmine.memmap.cdecl import Declaration, Define, EnumItem, Headers, Struct

_WORD = re.compile(r"[A-Za-z_]\w*")

Row = list[Any]


def keep(headers: Headers, structs: Iterable[str], enums: Iterable[str]) -> Headers:
    """The part of ``headers`` that ``structs`` and ``enums`` depend on, by names of types, macros,
    conditions."""
    kept = Headers()
    queue = list(structs)
    for name in enums:
        if name in headers.enums:
            kept.enums[name] = headers.enums[name]
            for item in headers.enums[name]:
                queue += _words(item.value, *item.conditions)
    seen: set[str] = set()
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        for struct in headers.structs.get(name, []):
            kept.structs.setdefault(name, []).append(struct)
            queue += _words(struct.align, *struct.conditions) + _needs(struct.parts)
        for declaration in headers.typedefs.get(name, []):
            kept.typedefs.setdefault(name, []).append(declaration)
            queue += _needs((declaration,))
        for define in headers.defines.get(name, []):
            kept.defines.setdefault(name, []).append(define)
            queue += _words(define.value, *define.conditions)
    return kept


def _words(*texts: str) -> list[str]:
    return [word for text in texts for word in _WORD.findall(text)]


def _needs(parts: tuple[Declaration, ...]) -> list[str]:
    names: list[str] = []
    for part in parts:
        if "*" not in part.type:
            names += _words(part.type)
        names += _words(part.bits, part.align, *part.array, *part.conditions)
        names += _needs(part.parts)
        if part.name == "rcu_head":
            names.append("rcu_head")
    return names


def pack(headers: Headers) -> dict[str, Any]:
    """``headers`` as JSON values."""
    return {
        "structs": {
            n: [[s.kind, _pack(s.parts), s.align, list(s.conditions)] for s in found]
            for n, found in sorted(headers.structs.items())
        },
        "typedefs": {n: _pack(tuple(found)) for n, found in sorted(headers.typedefs.items())},
        "enums": {
            n: [[i.name, i.value, list(i.conditions)] for i in items]
            for n, items in sorted(headers.enums.items())
        },
        "defines": {
            n: [[d.value, list(d.conditions), d.is_set] for d in found]
            for n, found in sorted(headers.defines.items())
        },
    }


def _pack(parts: tuple[Declaration, ...]) -> list[Row]:
    rows = []
    for p in parts:
        row = [p.kind, p.name, p.type, list(p.conditions), list(p.array), p.bits, _pack(p.parts), p.align]
        while row[-1] in ("", []):
            row.pop()
        rows.append(row)
    return rows


def unpack(data: dict[str, Any]) -> Headers:
    """Headers from what :func:`pack` made."""
    headers = Headers()
    for name, rows in data["structs"].items():
        headers.structs[name] = [Struct(r[0], name, _unpack(r[1]), r[2], tuple(r[3])) for r in rows]
    for name, rows in data["typedefs"].items():
        headers.typedefs[name] = list(_unpack(rows))
    for name, rows in data["enums"].items():
        headers.enums[name] = [EnumItem(r[0], r[1], tuple(r[2])) for r in rows]
    for name, rows in data["defines"].items():
        headers.defines[name] = [Define(name, r[0], tuple(r[1]), r[2]) for r in rows]
    return headers


def _unpack(rows: list[Row]) -> tuple[Declaration, ...]:
    found = []
    for row in rows:
        full = row + [[], [], "", [], ""][len(row) - 3 :]
        found.append(
            Declaration(
                full[0], full[1], full[2], tuple(full[3]), tuple(full[4]), full[5], _unpack(full[6]), full[7]
            )
        )
    return tuple(found)


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gzip.decompress(facts.data("declarations.json.gz")))
    return document


def declared_kernels() -> tuple[str, ...]:
    """Kernels whose declarations are packaged."""
    return tuple(_document()["kernels"])


@cache
def declarations(kernel: str) -> Headers:
    """The packaged declarations of ``kernel`` (one of :func:`declared_kernels`)."""
    return unpack(_document()["kernels"][kernel])
