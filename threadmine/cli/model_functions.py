"""``model effects``, ``writers``, ``flags``, ``simulate``, ``import``: what functions do, and new facts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.model_asked import Asked, emit, where_from
from threadmine.errors import ModelError


@click.command("effects")
@click.argument("function")
@click.option("--own", is_flag=True, help="Only what the function does itself, not what its helpers do.")
@where_from
@options.as_json
@click.pass_obj
def effects_command(
    app: App,
    function: str,
    own: bool,
    kernel: str | None,
    arch: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what a function reads, writes and requires, on which page, under which condition."""
    from threadmine.cli.model_text import effect_lines
    from threadmine.memmap.ask import code_effects

    asked = Asked(kernel, arch, settings)
    found = asked.model.effects(function, asked.kernel, arch)
    if not found and asked.model.imported(asked.kernel) is None:
        found = code_effects(function, asked.kernel, asked.layout)
    if not found:
        if asked.model.known_function(function) or function in (asked.model.blocks_of(asked.kernel) or {}):
            raise ModelError(
                f"no effects of {function}() in {asked.layout.asked}", remedy="try another --kernel"
            )
        near = asked.model.names.near(function.removesuffix("()"), asked.model.names.functions)
        raise ModelError(
            f"no facts about {function}()", remedy=f"did you mean {', '.join(near)}" if near else ""
        )
    rows = [row for row in found if not own or not row.via]
    if as_json:
        emit(app, {**asked.document(), "function": function, "effects": [_effect(row) for row in rows]})
        return
    app.out.note(asked.heading())
    app.out.lines(effect_lines(rows, app.out.width, app.out.style))


def _effect(row: Any) -> dict[str, Any]:
    keys = ("function", "member", "page", "access", "value", "condition", "kernels", "source", "via")
    return {**{key: getattr(row, key) for key in keys}, "flags": list(row.flags)}


@click.command("writers")
@click.argument("member")
@where_from
@options.as_json
@click.pass_obj
def writers_command(
    app: App, member: str, kernel: str | None, arch: str, settings: tuple[str, ...], as_json: bool
) -> None:
    """Show which functions write a member."""
    from threadmine.cli.model_text import effect_lines
    from threadmine.memmap.ask import code_writers

    asked = Asked(kernel, arch, settings)
    bare = member.rpartition(".")[2]
    if bare not in asked.model.names.members:
        raise asked.unknown_member(member, f"no struct ever had a member {member}")
    rows = asked.model.writers(member, asked.kernel)
    if asked.model.imported(asked.kernel) is None:
        named = {row.function for row in rows}
        more = code_writers(member, asked.kernel, asked.layout)
        rows += tuple(row for row in more if row.function not in named)
    if as_json:
        emit(app, {**asked.document(), "member": member, "writers": [_effect(row) for row in rows]})
        return
    app.out.note(asked.heading())
    app.out.lines(effect_lines(rows, app.out.width, app.out.style))
    if not rows:
        app.out.note(f"no function with facts writes {member} in {asked.layout.asked}")


@click.command("flags")
@click.argument("flag", required=False)
@where_from
@options.as_json
@click.pass_obj
def flags_command(
    app: App, flag: str | None, kernel: str | None, arch: str, settings: tuple[str, ...], as_json: bool
) -> None:
    """Show page flags: bit, which page of a compound holds it, other names of the bit."""
    from threadmine.cli.model_text import flag_lines

    asked = Asked(kernel, arch, settings)
    names = [*asked.layout.enums.get("pageflags", {}), *asked.layout.enums.get("pagetype", {})]
    found = [f for n in ([flag] if flag else names) if (f := asked.layout.flag(n)) is not None]
    if flag and not found:
        near = asked.model.names.near(flag, asked.model.names.flags)
        raise ModelError(
            f"{asked.layout.asked} has no flag {flag}",
            remedy=f"did you mean {', '.join(near)}" if near else "",
        )
    if as_json:
        rows = [
            {"name": f.name, "bit": f.bit, "word": f.word, "page": f.page, "policy": f.policy,
             "aliases": list(f.aliases), "config": f.config} for f in found
        ]  # fmt: skip
        emit(app, {**asked.document(), "flags": rows})
        return
    app.out.note(asked.heading())
    app.out.lines(flag_lines(found, app.out.width, app.out.style))


@click.command("simulate")
@click.argument("calls", nargs=-1, required=True, metavar="SCENARIO|FUNCTION...")
@click.option("--order", type=int, default=2, show_default=True, help="log2 of the folio's pages.")
@click.option("--fill", type=click.Choice(("zero", "a5", "memcg")), help="What is in memory before.")
@click.option("--base", metavar="HEX", help="Address of the first struct page.")
@click.option("--pgmap", metavar="HEX", help="Address of the dev_pagemap of device pages.")
@where_from
@options.as_json
@click.pass_obj
def simulate_command(
    app: App,
    calls: tuple[str, ...],
    order: int,
    fill: str | None,
    base: str | None,
    pgmap: str | None,
    kernel: str | None,
    arch: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run functions on struct pages as bytes and show what they change.

    SCENARIO is prep_compound_page, prep_compound_head_order0, page_rmappable_folio, free_compound or
    zone_device_reinit. Any function with facts can be run, several in a row; NAME:PAGE:ORDER says on which
    page and with which order: prep_compound_page:0:3 zone_device_page_init:1:0.
    """
    from threadmine.cli.model_run import simulate, simulation_document
    from threadmine.cli.model_text import simulation_lines

    asked = Asked(kernel, arch, settings)
    result = simulate(asked, calls, order, fill, base, pgmap)
    if as_json:
        emit(app, simulation_document(asked.document(), result))
        return
    app.out.note(asked.heading())
    app.out.lines(simulation_lines(result, asked.layout, app.out.width, app.out.style))


@click.command("import")
@click.option("--btf", type=click.Path(path_type=Path), help="Raw BTF: /sys/kernel/btf/vmlinux, vmlinux.btf.")
@click.option("--vmlinux", type=click.Path(path_type=Path), help="A kernel image (ELF) with BTF or DWARF.")
@click.option("--source", type=click.Path(path_type=Path), help="A kernel tree: its structs and effects.")
@click.option("--name", help="What to call it; default: the version.")
@click.option("--version", metavar="V", help="The kernel version it is of.")
@click.option("--arch", default="", help="x86-64, arm64, arm or i386; default: told by the word size.")
@options.as_json
@click.pass_obj
def import_command(
    app: App,
    btf: Path | None,
    vmlinux: Path | None,
    source: Path | None,
    name: str | None,
    version: str | None,
    arch: str,
    as_json: bool,
) -> None:
    """Import a kernel's structs from BTF or an image, or structs and effects from a source tree.

    What is imported can be named with --kernel in every other question.
    """
    from threadmine.cli.model_run import import_model

    model, path = import_model(btf, vmlinux, source, name, version, arch)
    structs = {n: s.size for n, s in model.layout.structs.items()} if model.layout else {}
    if as_json:
        emit(
            app,
            {
                "schema": 1,
                "name": model.name,
                "version": model.version,
                "stated": model.stated,
                "structs": structs,
                "functions": len({effect.function for effect in model.effects}),
                "path": str(path),
            },
        )
        return
    how = "stated" if model.stated else "by likeness of the layout"
    app.out.note(f"imported {model.name}: kernel {model.version} ({how})")
    for struct, size in structs.items():
        app.out.raw(f"struct {struct}: {size} bytes\n")
    if model.effects:
        count = len({effect.function for effect in model.effects})
        app.out.raw(f"{count} functions touch them, {len(model.effects)} effects\n")
