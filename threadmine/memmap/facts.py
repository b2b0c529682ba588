"""Reads the packaged facts; nothing is read before somebody asks, and each file only once."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from threadmine.memmap.layout import Member, StructLayout

_DATA = Path(__file__).parent / "data"


@cache
def table(name: str) -> dict[str, Any]:
    """The packaged TOML table ``name`` (without ``.toml``)."""
    import tomllib

    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def text(name: str) -> str:
    """The packaged text file ``name``."""
    return (_DATA / name).read_text(encoding="utf-8")


def data(name: str) -> bytes:
    """The packaged file ``name`` as bytes."""
    return (_DATA / name).read_bytes()


@cache
def packed() -> dict[str, Any]:
    """The packed layouts as they are stored: pools of texts, rows, structs, enums, and the kernels."""
    document: dict[str, Any] = json.loads(gzip.decompress((_DATA / "layouts.json.gz").read_bytes()))
    return document


@cache
def struct(number: int, name: str) -> StructLayout:
    """The struct ``number`` of the pool, unpacked."""
    data = packed()
    size, rows = data["structs"][number]
    words = data["text"]
    members = []
    for index in rows:
        row = data["rows"][index]
        first, count = (row[6], row[7]) if len(row) > 6 else (None, None)
        kind, path = words[row[3]], words[row[4]]
        members.append(Member(name, words[row[0]], row[1], row[2], kind, first, count, path, bool(row[5])))
    return StructLayout(name, size, tuple(members))


@cache
def enum(number: int) -> dict[str, int]:
    """The enum ``number`` of the pool."""
    return dict(packed()["enums"][number])
