"""Packs the declarations that the model's structs need from kernel trees into declarations.json.gz.

Why: a layout for a configuration or word size that nobody built is computed from declarations and conditions.
The trees are Debian's linux-source packages; a kernel without one is its neighbour with a few edits, which
are facts listed in tools/memmap_edits.toml and checked against the layouts of real kernels.

    python tools/memmap_declarations.py OUTPUT 6.12.107=TREE 7.3.4=TREE ...
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from threadmine.memmap.cdecl import Declaration, EnumItem, Headers
from threadmine.memmap.compute import ENUMS, STRUCTS
from threadmine.memmap.declared import keep, pack
from threadmine.memmap.source import read_headers

Edit = dict[str, Any]


def edited(headers: Headers, edits: list[Edit]) -> Headers:
    """``headers`` with edits applied: rename, remove, insert after, replace by an other kernel's."""
    for edit in edits:
        for name in edit["structs"]:
            structs = headers.structs.get(name, [])
            extra = tuple(_new({"add": edit["append"]})) if "append" in edit else ()
            headers.structs[name] = [replace(s, parts=_apply(s.parts, edit) + extra) for s in structs]
    return headers


def _apply(parts: tuple[Declaration, ...], edit: Edit) -> tuple[Declaration, ...]:
    found: list[Declaration] = []
    for part in parts:
        inner = replace(part, parts=_apply(part.parts, edit))
        if part.name and part.name == edit.get("remove"):
            continue
        if not part.name and part.parts and not inner.parts:
            continue
        if part.name and part.name == edit.get("rename"):
            inner = replace(inner, name=edit["to"])
        if part.name and part.name == edit.get("retype"):
            inner = replace(inner, type=edit["to"])
        if part.name and part.name == edit.get("before"):
            found += _new(edit)
        found.append(inner)
        if part.name and part.name == edit.get("after"):
            found += _new(edit)
    return tuple(found)


def _new(edit: Edit) -> list[Declaration]:
    headers = Headers()
    headers.read(f"struct added {{\n{edit['add']}\n}};")
    return list(headers.structs["added"][0].parts)


def edit_enum(headers: Headers, edit: Edit) -> None:
    """Adds, removes or renames an item of an enum."""
    items: list[EnumItem] = []
    for item in headers.enums[edit["enum"]]:
        if item.name == edit.get("remove"):
            continue
        items.append(item)
        if item.name == edit.get("after"):
            items.append(EnumItem(edit["add"], edit.get("value", ""), tuple(edit.get("conditions", []))))
    headers.enums[edit["enum"]] = items


def neighbour(base: Headers, kernel: Edit) -> Headers:
    """The headers of a kernel that is ``base`` with edits."""
    headers = Headers(dict(base.structs), dict(base.typedefs), dict(base.enums), dict(base.defines))
    for text in kernel.get("header", []):
        fresh = Headers()
        fresh.read(text)
        headers.structs.update(fresh.structs)
        headers.typedefs.update(fresh.typedefs)
        headers.enums.update(fresh.enums)
    for edit in kernel.get("edit", []):
        if "enum" in edit:
            edit_enum(headers, edit)
        else:
            edited(headers, [edit])
    return headers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("trees", nargs="+", help="VERSION=TREE")
    options = parser.parse_args()
    trees = dict(tree.split("=", 1) for tree in options.trees)
    table = tomllib.loads((Path(__file__).parent / "memmap_edits.toml").read_text())
    every = {name: read_headers(Path(path)) for name, path in trees.items()}
    kernels = {name: pack(keep(headers, STRUCTS, ENUMS)) for name, headers in every.items()}
    for kernel in table.get("kernel", []):
        headers = neighbour(every[kernel["base"]], kernel)
        every[kernel["name"]] = headers
        dropped = set(kernel.get("drop", []))
        structs = [name for name in STRUCTS if name not in dropped]
        enums = [name for name in ENUMS if name not in dropped]
        kernels[kernel["name"]] = pack(keep(headers, structs, enums))
    text = json.dumps({"schema": 1, "kernels": kernels}, separators=(",", ":"))
    data = gzip.compress(text.encode(), 9, mtime=0)
    options.output.write_bytes(data)
    print(f"{options.output}: {len(kernels)} kernels, {len(data)} bytes")


if __name__ == "__main__":
    main()
