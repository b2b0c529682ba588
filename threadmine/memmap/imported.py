"""Imported models: kernels that the user brought, kept as JSON below the XDG data directory.

An imported model holds a layout, or effects and declarations of a source tree, or both; it is named by the
user and stands beside the built-in kernels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from threadmine.errors import ModelError, UsageError
from threadmine.memmap import facts
from threadmine.memmap.cdecl import Headers
from threadmine.memmap.declared import pack, unpack
from threadmine.memmap.effects import Effect
from threadmine.memmap.layout import Layout, Member, StructLayout
from threadmine.memmap.owned import folder, known, names
from threadmine.memmap.program import Block

__all__ = ["Imported", "check_name", "folder", "known", "load", "names", "save"]

SCHEMA = 1
MAX_BYTES = 64 << 20
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}$")
EFFECT_KEYS = ("member", "page", "access", "value", "condition", "kernels", "source", "via", "flags")


@dataclass(frozen=True)
class Imported:
    """One imported model. ``version`` is the kernel version whose facts stand in where it has none itself.

    ``stated`` says whether the version was given or concluded from the likeness of layouts.
    """

    name: str
    version: str
    stated: bool
    layout: Layout | None = None
    headers: Headers | None = None
    effects: tuple[Effect, ...] = ()
    blocks: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    source: str = ""
    stamp: str = ""  # tells models that were stored under one name apart


def check_name(name: str) -> str:
    """``name`` if it can name a model (it becomes a file's name).

    Raises:
        UsageError: it holds other characters than letters, digits and ``._+-``.
    """
    if not _NAME.match(name) or name.endswith("."):
        raise UsageError(f"{name!r} cannot name a model", remedy="use letters, digits and . _ + -")
    if name.removeprefix("v") in facts.table("releases"):
        raise UsageError(f"{name} means the mainline release", remedy=f"give another --name, like {name}-own")
    return name


def save(model: Imported) -> Path:
    """Stores a model under its name, in place of one that was there; ModelError where the disk refuses."""
    path = folder() / f"{check_name(model.name)}.json"
    document = {
        "schema": SCHEMA,
        "name": model.name,
        "version": model.version,
        "stated": model.stated,
        "source": model.source,
        "layout": layout_document(model.layout) if model.layout else None,
        "headers": pack(model.headers) if model.headers else None,
        "effects": _effect_rows(model.effects),
        "blocks": {n: [[b.source, b.text] for b in found] for n, found in sorted(model.blocks.items())},
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ModelError(f"cannot store the model: {error.strerror}", str(path)) from error
    return path


def load(name: str) -> Imported | None:
    """The imported model ``name``; None where there is none.

    Raises:
        ModelError: its file is damaged.
    """
    path = folder() / f"{name}.json"
    if not _NAME.match(name) or not path.is_file():
        return None
    try:
        state = path.stat()
        if state.st_size > MAX_BYTES:
            raise ModelError("is too large for a model", str(path))
        return _read(path, state.st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ModelError("is no model that this version can read", str(path), "import it again") from error


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> Imported:
    document = json.loads(path.read_text(encoding="utf-8"))
    return replace(_imported(document), stamp=f"{path}@{changed}")


def _imported(document: dict[str, Any]) -> Imported:
    if document["schema"] != SCHEMA:
        raise ValueError(document["schema"])
    return Imported(
        name=document["name"],
        version=document["version"],
        stated=document["stated"],
        layout=layout_from(document["layout"]) if document["layout"] else None,
        headers=unpack(document["headers"]) if document["headers"] else None,
        effects=tuple(
            Effect(function, m, page, access, value, condition, kernels, source, via, tuple(flags))
            for function, rows in document["effects"].items()
            for m, page, access, value, condition, kernels, source, via, flags in rows
        ),
        blocks={
            name: tuple(Block(name, "", source, text) for source, text in rows)
            for name, rows in document["blocks"].items()
        },
        source=document["source"],
    )


def _effect_rows(effects: tuple[Effect, ...]) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    for effect in effects:
        row = [getattr(effect, key) for key in EFFECT_KEYS]
        found.setdefault(effect.function, []).append([list(v) if isinstance(v, tuple) else v for v in row])
    return found


def layout_document(layout: Layout) -> dict[str, Any]:
    """A layout as JSON values, in the format of ``threadmine model show all --json``."""
    return {
        "kernel": layout.kernel,
        "arch": layout.arch,
        "pointer_size": layout.pointer_size,
        "byte_order": layout.byte_order,
        "source": layout.source,
        "config": layout.config,
        "options": sorted(layout.options) if layout.options is not None else None,
        "structs": {name: struct_document(struct) for name, struct in layout.structs.items()},
        "enums": {name: dict(values) for name, values in layout.enums.items()},
    }


def struct_document(struct: StructLayout) -> dict[str, Any]:
    """A struct as JSON values: size and members, bit fields with ``bit_offset`` and ``bit_size``."""
    return {"size": struct.size, "members": [member_document(member) for member in struct.members]}


def member_document(member: Member) -> dict[str, Any]:
    """A member as JSON values."""
    row: dict[str, Any] = {"name": member.name, "offset": member.offset, "size": member.size}
    row |= {"type": member.type, "anon_path": member.path}
    if member.bit_size is not None:
        row |= {"bit_offset": member.bit_offset, "bit_size": member.bit_size}
    if member.is_part:
        row["sub"] = True
    return row


def layout_from(document: dict[str, Any]) -> Layout:
    """A layout from what :func:`layout_document` made."""
    structs = {}
    for name, struct in document["structs"].items():
        members = tuple(
            Member(
                name, row["name"], int(row["offset"]), int(row["size"]), row["type"], row.get("bit_offset"),
                row.get("bit_size"), row.get("anon_path", "/"), bool(row.get("sub")),
            )
            for row in struct["members"]
        )  # fmt: skip
        structs[name] = StructLayout(name, int(struct["size"]), members)
    options = document.get("options")
    return Layout(
        kernel=document["kernel"],
        arch=document["arch"],
        pointer_size=int(document["pointer_size"]),
        source=document["source"],
        structs=structs,
        enums=document.get("enums", {}),
        asked=document["kernel"],
        config=document.get("config", "distribution"),
        options=frozenset(options) if options is not None else None,
        byte_order="big" if document.get("byte_order") == "big" else "little",
    )
