"""``model``: asks the memmap model about structs, members and bytes; what it knows of functions and flags is
asked in ``model_functions``.

Every subcommand takes ``--kernel``, ``--arch`` and ``--config`` where they mean something, and ``--json``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from threadmine.cli import options
from threadmine.cli.app import App
from threadmine.cli.model_asked import Asked, emit, qualified, where_from
from threadmine.cli.model_functions import (
    effects_command,
    flags_command,
    import_command,
    simulate_command,
    writers_command,
)
from threadmine.errors import ModelError

if TYPE_CHECKING:
    from threadmine.memmap.layout import Layout


@click.group("model")
def model_command() -> None:
    """Ask the model of struct layouts and effects.

    The model knows struct page, folio, slab, ptdesc and their like of kernels from 5.10 on, and what
    functions write to them. Other kernels can be imported.
    """


for _command in (effects_command, writers_command, flags_command, simulate_command, import_command):
    model_command.add_command(_command)


@model_command.command("list")
@options.as_json
@click.pass_obj
def list_command(app: App, as_json: bool) -> None:
    """List the kernels with facts, and imported models."""
    from threadmine.cli.model_text import list_lines
    from threadmine.memmap import imported, load
    from threadmine.memmap.imported import load as load_one

    model = load()
    own = []
    for name in imported.names():
        try:
            found = load_one(name)
        except ModelError as error:
            app.out.note(f"left out: {error.line()}")
            continue
        own += [found] if found else []
    if as_json:
        kernels = [_listed(layout) for layout in model.sources()]
        rows = [
            {
                "name": one.name,
                "version": one.version,
                "stated": one.stated,
                "source": one.source,
                "layout": one.layout is not None,
            }
            for one in own
        ]
        emit(app, {"schema": 1, "kernels": kernels, "imported": rows})
        return
    app.out.lines(list_lines(model.sources(), own, app.out.width, app.out.style))


def _listed(layout: Layout) -> dict[str, Any]:
    return {
        "kernel": layout.kernel,
        "arch": layout.arch,
        "config": layout.config,
        "source": layout.source,
        "structs": {name: struct.size for name, struct in layout.structs.items()},
    }


@model_command.command("show")
@click.argument("struct", required=False)
@click.option("--struct", "named", metavar="STRUCT", help="The same as the argument.")
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Draw the bytes into this file.")
@click.option("--table", is_flag=True, help="A table of the members in place of the drawing.")
@where_from
@options.as_json
@click.pass_obj
def show_command(
    app: App,
    struct: str | None,
    named: str | None,
    svg: Path | None,
    table: bool,
    kernel: str | None,
    arch: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show a struct's bytes: one row a word, struct page and folio side by side.

    STRUCT is page, folio, slab, ptdesc, zpdesc, dev_pagemap, netmem_desc, net_iov, page_ext, or all.
    """
    from threadmine.cli.model_text import drawing_lines, member_lines
    from threadmine.memmap.imported import struct_document

    asked = Asked(kernel, arch, settings)
    name = (named or struct or "page").removeprefix("struct ").strip()
    shown = list(asked.layout.structs.values()) if name == "all" else [asked.struct(name)]
    if svg is not None:
        from threadmine.cli.model_svg import svg_text

        _write_file(svg, svg_text(asked.layout, [s.name for s in shown], asked.heading()))
        app.out.note(f"drew {', '.join(s.name for s in shown)} into {svg}")
        return
    if as_json:
        structs = {s.name: struct_document(s) for s in shown}
        enums = {"enums": {n: dict(v) for n, v in asked.layout.enums.items()}} if name == "all" else {}
        emit(app, {**asked.document(), "structs": structs, **enums})
        return
    app.out.note(asked.heading())
    make = member_lines if table else drawing_lines
    app.out.lines(line for s in shown for line in make(asked.layout, s, app.out.width, app.out.style))


def _write_file(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ModelError(f"cannot be written: {error.strerror}", str(path)) from error


@model_command.command("where")
@click.argument("member")
@where_from
@options.as_json
@click.pass_obj
def where_command(
    app: App, member: str, kernel: str | None, arch: str, settings: tuple[str, ...], as_json: bool
) -> None:
    """Show where a member is: struct, offset, page of the folio, over the kernels; and on which options."""
    from threadmine.cli.model_text import where_lines
    from threadmine.memmap.ask import depends_on, stays

    asked = Asked(kernel, arch, settings)
    found = stays(asked.model, member, arch if asked.model.kernels(arch) else "x86-64")
    if not found:
        raise asked.unknown_member(member, f"no struct ever had a member {member}")
    names = {(stay.struct, stay.name) for stay in found}

    def places(layout: Layout) -> tuple[tuple[str, str, int, int], ...]:
        every = ((s, n, layout.member(s, n)) for s, n in sorted(names))
        return tuple((s, n, m.offset, m.size) for s, n, m in every if m is not None)

    present = places(asked.layout)
    changes = depends_on(asked.model, asked.kernel, arch, places) if not asked.config else ()
    if as_json:
        rows = [
            {"struct": s.struct, "member": s.name, "kernels": s.kernels, "offset": s.offset, "size": s.size,
             "type": s.type, "page": s.page} for s in found
        ]  # fmt: skip
        here = [{"struct": s, "member": n, "offset": o, "size": z} for s, n, o, z in present]
        options = [
            {"option": name, "set": value, "places": list(answer)} for name, value, answer in _typed(changes)
        ]
        emit(app, {**asked.document(), "member": member, "here": here, "stays": rows, "depends_on": options})
        return
    app.out.note(asked.heading())
    app.out.lines(where_lines(found, present, _typed(changes), asked.layout, app.out.width, app.out.style))


def _typed(changes: tuple[tuple[str, bool, object], ...]) -> list[tuple[str, bool, tuple[Any, ...]]]:
    return [(name, value, tuple(answer)) for name, value, answer in changes if isinstance(answer, tuple)]


@model_command.command("at")
@click.argument("place")
@where_from
@options.as_json
@click.pass_obj
def at_command(
    app: App, place: str, kernel: str | None, arch: str, settings: tuple[str, ...], as_json: bool
) -> None:
    """Show which members lie at a place: page[1]+56, page+8..15, folio+120."""
    from threadmine.cli.model_text import at_lines
    from threadmine.memmap.ask import members_at, parse_spot
    from threadmine.memmap.imported import member_document

    asked = Asked(kernel, arch, settings)
    spot = parse_spot(place, asked.layout)
    found = members_at(asked.layout, spot)
    if as_json:
        rows = [{"struct": m.struct, **member_document(m)} for m in found]
        where = {"page": spot.page, "offset": spot.offset, "size": spot.size}
        emit(app, {**asked.document(), "place": where, "members": rows})
        return
    app.out.note(asked.heading())
    app.out.lines(at_lines(asked.layout, spot, found, app.out.width, app.out.style))


@model_command.command("overlaps")
@click.argument("member")
@click.argument("other", required=False)
@where_from
@options.as_json
@click.pass_obj
def overlaps_command(
    app: App,
    member: str,
    other: str | None,
    kernel: str | None,
    arch: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what shares bytes with a member (folio._nr_pages), or whether OTHER does."""
    from threadmine.cli.model_text import dependence_lines, overlap_lines
    from threadmine.memmap.ask import depends_on, overlapping, sharing
    from threadmine.model import Unknown

    asked = Asked(kernel, arch, settings)
    reference = qualified(asked, member)
    second = qualified(asked, other) if other else ""
    if other:
        relation = asked.layout.overlap(reference, second)
        if isinstance(relation, Unknown):
            raise asked.unknown_member(other, relation.reason)
        relations: tuple[Any, ...] = (relation,)
    else:
        try:
            relations = overlapping(asked.layout, reference)
        except ModelError as error:
            raise asked.unknown_member(member, error.what) from error
    changes: tuple[tuple[str, bool, object], ...] = ()
    if not asked.config:
        changes = depends_on(asked.model, asked.kernel, arch, lambda one: sharing(one, reference, second))
    if as_json:
        options = [{"option": name, "set": value, "shares": answer} for name, value, answer in changes]
        rows = [_relation(relation) for relation in relations]
        emit(app, {**asked.document(), "member": reference, "overlaps": rows, "depends_on": options})
        return
    app.out.note(asked.heading())
    app.out.lines(overlap_lines(reference, relations, app.out.width, app.out.style))
    app.out.lines(dependence_lines(changes))


def _relation(relation: Any) -> dict[str, Any]:
    places = {
        key: {"member": p.member.full_name, "page": p.page, "start": p.start, "end": p.end - 1}
        for key, p in (("a", relation.a), ("b", relation.b))
    }
    return {**places, "meets": relation.meets, "shared": relation.shared, "same": relation.same,
            "text": relation.text()}  # fmt: skip


@model_command.command("diff")
@click.argument("before")
@click.argument("after")
@click.argument("struct", required=False)
@click.option("--arch", default="x86-64", show_default=True, help="x86-64, arm64, arm or i386.")
@click.option("--config", "settings", metavar="NAME=y|n", multiple=True, help="An option set otherwise.")
@options.as_json
@click.pass_obj
def diff_command(
    app: App,
    before: str,
    after: str,
    struct: str | None,
    arch: str,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show how the structs of two kernels differ: members added, removed, moved; flags that changed."""
    from threadmine.cli.model_text import diff_lines
    from threadmine.memmap.ask import differences

    old, new = Asked(before, arch, settings), Asked(after, arch, settings)
    found = tuple(differences(old.layout, new.layout, (struct or "").removeprefix("struct ").strip()))
    if as_json:
        rows = [
            {"kind": c.kind, "struct": c.struct, "name": c.name, "before": c.before, "after": c.after}
            for c in found
        ]
        emit(app, {"schema": 1, "before": old.document(), "after": new.document(), "changes": rows})
        return
    app.out.note(f"from {old.heading()}\nto   {new.heading()}")
    app.out.lines(diff_lines(found, app.out.width, app.out.style))
    if not found:
        app.out.note("no difference")
