"""Packs layout facts (truth-format JSON: one file a kernel) into the package's compact layouts.json.gz.

Why: twenty kernels' struct layouts as plain JSON are megabytes and take long to read; most rows are equal
from kernel to kernel. Rows, structs and enums are pooled, so the file is small and read in milliseconds.

    python tools/memmap_layouts.py OUTPUT LAYOUT.json... [--configs CONFIG.json...] [--declared]
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SCHEMA = 1
ARCHES = {"amd64": "x86-64", "arm64": "arm64", "armmp": "arm", "armhf": "arm", "i386": "i386"}


class Pool:
    """Numbers things by their first appearance."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.index: dict[str, int] = {}

    def add(self, item: Any) -> int:
        key = json.dumps(item, sort_keys=True)
        if key not in self.index:
            self.index[key] = len(self.items)
            self.items.append(item)
        return self.index[key]


def kernel_name(source: str) -> tuple[str, str, str]:
    """Kernel, architecture and variant of ``6.19.14+deb13-cloud-amd64`` (``5.10.0-32-amd64`` is 5.10)."""
    found = re.match(r"(\d+\.\d+)(\.\d+)?(-rc\d+)?", source)
    if not found:
        raise SystemExit(f"no kernel version in {source!r}")
    kernel = found[1] + (found[2] or "") + (found[3] or "")
    if re.match(r"\d+\.\d+\.0-\d+-", source):  # Debian's ABI name, not a point release
        kernel = found[1]
    arch = next((a for word, a in ARCHES.items() if word in source), "x86-64")
    variant = next((v for v in ("cloud", "rt") if f"-{v}-" in source), "")
    return kernel, arch, variant


class Packer:
    """Collects kernels into pools."""

    def __init__(self) -> None:
        self.text = Pool()
        self.rows = Pool()
        self.structs = Pool()
        self.enums = Pool()
        self.kernels: list[dict[str, Any]] = []

    def struct(self, struct: dict[str, Any]) -> int:
        rows = []
        for m in struct["members"]:
            row = [self.text.add(m["name"]), m["offset"], m["size"], self.text.add(m["type"])]
            row += [self.text.add(m.get("anon_path", "/")), int(bool(m.get("sub")))]
            if "bit_offset" in m:
                row += [m["bit_offset"], m["bit_size"]]
            rows.append(self.rows.add(row))
        return self.structs.add([struct["size"], rows])

    def layout(self, facts: dict[str, Any]) -> None:
        kernel, arch, variant = kernel_name(facts["source"])
        self.add(facts, kernel=kernel, arch=arch, variant=variant, source=facts["source"], kind="btf")

    def config(self, facts: dict[str, Any], name: str) -> None:
        kernel, variant = name.removesuffix(".json").split("__")
        arch = "i386" if facts["pointer_size"] == 4 else "x86-64"
        self.add(facts, kernel=kernel, arch=arch, variant=variant, source=f"{kernel} {variant}", kind="gcc")
        self.kernels[-1]["options"] = sorted(d.removeprefix("CONFIG_") for d in facts["defs"])

    def add(self, facts: dict[str, Any], **entry: Any) -> None:
        entry["pointer_size"] = facts["pointer_size"]
        entry["structs"] = {name: self.struct(s) for name, s in facts["structs"].items()}
        enums = facts.get("enums", {})
        entry["enums"] = {name: self.enums.add(list(map(list, e.items()))) for name, e in enums.items()}
        self.kernels.append(entry)

    def declared(self, kernel: str, arch: str) -> None:
        """The layout of a distribution's configuration computed from packed declarations, so that no question
        has to wait for the computing."""
        from threadmine.memmap.compute import layout_of
        from threadmine.memmap.declared import declarations
        from threadmine.memmap.imported import layout_document
        from threadmine.memmap.options import distribution
        from threadmine.memmap.versions import parse_version

        options = dict.fromkeys(distribution(arch, parse_version(kernel)), True)
        source = f"declarations {kernel} {arch}"
        layout = layout_of(declarations(kernel), kernel, arch, options, source, "distribution")
        facts = layout_document(layout)
        self.add(facts, kernel=kernel, arch=arch, variant="", source=source, kind="declared")

    def dump(self) -> bytes:
        pools = {"text": self.text.items, "rows": self.rows.items, "structs": self.structs.items}
        document = {"schema": SCHEMA, **pools, "enums": self.enums.items, "kernels": self.kernels}
        text = json.dumps(document, separators=(",", ":"))
        return gzip.compress(text.encode(), 9, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    parser.add_argument("layouts", type=Path, nargs="+")
    parser.add_argument("--configs", type=Path, nargs="*", default=[])
    parser.add_argument("--declared", action="store_true", help="add what declarations.json.gz computes to")
    options = parser.parse_args()
    packer = Packer()
    for path in sorted(options.layouts):
        packer.layout(json.loads(path.read_text()))
    for path in sorted(options.configs):
        packer.config(json.loads(path.read_text()), path.name)
    if options.declared:
        from threadmine.memmap.declared import declared_kernels
        from threadmine.memmap.store import ARCHES

        for kernel in declared_kernels():
            for arch in ARCHES:
                packer.declared(kernel, arch)
    data = packer.dump()
    options.output.write_bytes(data)
    print(f"{options.output}: {len(packer.kernels)} layouts, {len(data)} bytes")


if __name__ == "__main__":
    main()
