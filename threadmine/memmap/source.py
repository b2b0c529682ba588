"""Reads a kernel tree: the declarations of the model's structs, for its layout under any configuration."""

from __future__ import annotations

import re
from pathlib import Path

from threadmine.errors import ModelError
from threadmine.memmap.cdecl import Headers

HEADERS = (
    "include/linux/mm_types.h", "include/linux/mm_types_task.h", "include/linux/page-flags.h",
    "include/linux/memremap.h", "include/linux/mmzone.h", "include/linux/page_ext.h", "include/linux/mm.h",
    "include/net/netmem.h", "mm/slab.h", "mm/zpdesc.h",
)  # fmt: skip
MAX_BYTES = 4 << 20


def read_headers(tree: Path) -> Headers:
    """The declarations of a kernel tree's mm headers.

    Raises:
        ModelError: the tree has no mm/ or no include/linux/mm_types.h.
    """
    if not (tree / "mm").is_dir() or not (tree / HEADERS[0]).is_file():
        raise ModelError("no kernel tree: it has no mm/ and include/linux/mm_types.h", str(tree))
    headers = Headers()
    for name in HEADERS:
        path = tree / name
        if path.is_file():
            headers.read(read_text(path))
    if "page" not in headers.structs:
        raise ModelError("defines no struct page", str(tree / HEADERS[0]))
    return headers


def read_text(path: Path) -> str:
    """A source file as text; ModelError where it cannot be read or is larger than any kernel source."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ModelError(f"is larger than {MAX_BYTES >> 20} MB", str(path))
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ModelError(error.strerror or "cannot be read", str(path)) from error


def tree_version(tree: Path) -> str:
    """The version in the tree's Makefile ("7.3.4", "7.3-rc7"); empty where there is none."""
    makefile = tree / "Makefile"
    if not makefile.is_file():
        return ""
    values = dict(
        re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S*)", read_text(makefile), re.M)
    )
    if not values.get("VERSION") or not values.get("PATCHLEVEL"):
        return ""
    version = f"{values['VERSION']}.{values['PATCHLEVEL']}"
    extra = re.match(r"-rc\d+", values.get("EXTRAVERSION", ""))
    if values.get("SUBLEVEL") and not extra:
        version += f".{values['SUBLEVEL']}"
    return version + (extra[0] if extra else "")
