"""What ``model simulate`` and ``model import`` do, apart from printing it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadmine.errors import ModelError, UsageError

if TYPE_CHECKING:
    from threadmine.cli.model_asked import Asked
    from threadmine.memmap.imported import Imported
    from threadmine.memmap.layout import Layout
    from threadmine.memmap.program import Block
    from threadmine.memmap.scenario import Simulation

MAX_FILE = 1 << 30


def simulate(
    asked: Asked, calls: tuple[str, ...], order: int, fill: str | None, base: str | None, pgmap: str | None
) -> Simulation:
    """Runs a scenario or functions for a question.

    Raises:
        ModelError: an unknown function (with near names), an order out of range.
        UsageError: an address that is no hexadecimal number.
    """
    from threadmine.memmap.scenario import Setup, run, scenarios

    version = asked.model.version_of(asked.kernel)
    if version is None:
        raise ModelError(f"{asked.kernel!r} is no kernel version")
    names = asked.model.names
    resolved = []
    for call in calls:
        name, colon, rest = call.partition(":")
        own = asked.model.blocks_of(asked.kernel) or {}
        if name not in scenarios() and name not in own and not asked.model.known_function(name):
            near = names.near(name, names.functions | frozenset(scenarios()))
            raise ModelError(
                f"no scenario or function {name}", remedy=f"did you mean {', '.join(near)}" if near else ""
            )
        exact = name in scenarios() or name in own or name in names.functions
        known = name if exact else names.resolve(name)
        resolved.append(known + colon + rest)
    setup = Setup(
        asked.layout,
        str(version),
        _settings(asked),
        fill or "",
        address(base, asked.layout, "--base"),
        address(pgmap, asked.layout, "--pgmap"),
        blocks=_source_blocks(asked),
    )
    found = run(resolved[0] if len(resolved) == 1 else tuple(resolved), order, setup)
    return replace(found, kernel=asked.layout.asked or asked.kernel)


def _settings(asked: Asked) -> dict[str, bool]:
    """The options that effects ask for, where the question sets any."""
    from threadmine.memmap.options import changed, distribution

    if not asked.config:
        return {}
    chosen = changed(distribution(asked.arch), asked.config)
    names = ("MEMCG", "MM_ID", "PAGE_MAPCOUNT", "HUGETLB_PAGE_OPTIMIZE_VMEMMAP")
    return {**{name: name in chosen for name in names}, **asked.config}


def _source_blocks(asked: Asked) -> Mapping[str, tuple[Block, ...]] | None:
    """The functions of an imported tree, in a form that can be run; None where there is no tree."""
    own = asked.model.imported(asked.kernel)
    if own is None or not own.blocks:
        return None
    from threadmine.memmap.tree import runnable

    return runnable(own.blocks)


def address(text: str | None, layout: Layout, option: str) -> int:
    """An address given as hexadecimal (or decimal) digits; 0 where none was given."""
    if not text:
        return 0
    try:
        value = int(text, 0 if text.lower().startswith("0x") or text.isdigit() else 16)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is no address", remedy="give it as 0x...") from error
    if not 0 <= value < 1 << (layout.pointer_size * 8):
        raise UsageError(f"{option} {text} does not fit into {layout.pointer_size} bytes")
    return value


def simulation_document(head: Mapping[str, Any], found: Simulation) -> dict[str, Any]:
    """A simulation as JSON values, in the form of the contract."""
    return {
        **head,
        "scenario": found.scenario,
        "order": found.order,
        "fill": found.fill,
        "base": found.base,
        "warns": found.warns,
        "warnings": list(found.warnings),
        "unmet": list(found.unmet),
        "writes": [
            {
                "page": write.page,
                "offset": write.offset,
                "size": write.size,
                "bytes": write.data.hex(),
                "page_fields": list(write.page_members),
                "folio_fields": list(write.folio_members),
            }
            for write in found.writes
        ],
        "state": {str(number): page.hex() for number, page in enumerate(found.state)},
        "stale": [
            {
                "page": stale.page,
                "offset": stale.offset,
                "bytes": stale.data.hex(),
                "member": stale.member,
                "origin": stale.origin,
                "now": list(stale.now),
                "text": stale.text(),
            }
            for stale in found.stale
        ],
        "options": dict(found.options),
        "guesses": list(found.guesses),
    }


def import_model(
    btf: Path | None,
    vmlinux: Path | None,
    source: Path | None,
    name: str | None,
    version: str | None,
    arch: str,
) -> tuple[Imported, Path]:
    """Imports a kernel and stores it; returns the model and the file it is in.

    Raises:
        UsageError: not just one of the three kinds of input, or a name that cannot be one.
        ModelError: input that cannot be read as what it should be.
    """
    from threadmine.memmap import imported
    from threadmine.memmap.store import ARCHES
    from threadmine.memmap.versions import parse_version

    given = [kind for kind in (btf, vmlinux, source) if kind is not None]
    if len(given) != 1:
        raise UsageError("give one of --btf FILE, --vmlinux FILE or --source TREE")
    if arch and arch not in ARCHES:
        raise UsageError(f"no architecture {arch}; known are {', '.join(ARCHES)}")
    if version and parse_version(version) is None:
        raise UsageError(f"--version {version!r} is no kernel version")
    if name:
        imported.check_name(name)
    model = (
        from_tree(source, name, version)
        if source is not None
        else from_btf(given[0], btf is None, name, version, arch)
    )
    return model, imported.save(model)


def from_btf(path: Path, is_image: bool, name: str | None, version: str | None, arch: str) -> Imported:
    """A model of the structs that raw BTF, or an image's BTF, describes."""
    from threadmine.memmap import load
    from threadmine.memmap.btf import read_layout
    from threadmine.memmap.elf import Image, read_image
    from threadmine.memmap.imported import Imported
    from threadmine.memmap.versions import parse_version

    image = read_image(path) if is_image else Image(read_bytes(path), "")
    model = load()
    stated = version or image.version or _stated(name, path)
    layout = read_layout(image.btf, name or stated or "imported", arch, str(path), model.names.members)
    kernel = stated or model.likeness(layout)[0]
    parsed = parse_version(kernel)
    if parsed is None:
        raise ModelError("cannot be told to be of any kernel version", str(path), "say it with --version")
    title = name or (f"{stated}-own" if stated.count(".") == 1 else stated) or path.stem
    layout = replace(layout, kernel=title, asked=title)
    return Imported(title, str(parsed), bool(stated), layout, source=f"BTF {path}")


def _stated(name: str | None, path: Path) -> str:
    """The version that the name, or the running kernel's own file, states."""
    from threadmine.memmap.versions import parse_version

    if name and (found := parse_version(name)):
        return str(found)
    if str(path).startswith("/sys/kernel/btf/") and (found := parse_version(platform.release())):
        return str(found)
    return ""


def read_bytes(path: Path) -> bytes:
    """A file's bytes; ModelError where it cannot be read, is a folder, or is no kernel's BTF by size."""
    try:
        if path.is_dir():
            raise ModelError("is a folder, not a file", str(path))
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ModelError(error.strerror or "cannot be read", str(path)) from error
    if len(data) > MAX_FILE:
        raise ModelError(f"is larger than {MAX_FILE >> 30} GB", str(path))
    return data


def from_tree(tree: Path, name: str | None, version: str | None) -> Imported:
    """A model of a source tree: its structs' declarations and what its functions do to them."""
    from threadmine.memmap.compute import ENUMS, STRUCTS, layout_of
    from threadmine.memmap.declared import keep
    from threadmine.memmap.imported import Imported
    from threadmine.memmap.options import distribution
    from threadmine.memmap.source import read_headers, tree_version
    from threadmine.memmap.tree import tree_facts
    from threadmine.memmap.versions import parse_version

    headers = keep(read_headers(tree), STRUCTS, ENUMS)
    stated = version or tree_version(tree)
    if not stated:
        raise ModelError("does not say its version", str(tree), "say it with --version")
    title = name or (f"{stated}-own" if stated.count(".") == 1 else stated)
    options = dict.fromkeys(distribution("x86-64"), True)
    layout = layout_of(headers, title, "x86-64", options, f"source {tree}", "distribution")
    parsed = parse_version(stated)
    if parsed is None:
        raise ModelError(f"{stated!r} is no kernel version", str(tree), "say it with --version")
    found = tree_facts(tree, layout, parsed)
    return Imported(title, stated, True, None, headers, found.effects, found.blocks, f"source {tree}")
