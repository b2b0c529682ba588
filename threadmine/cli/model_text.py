"""The model's answers as text for people: tables, drawings of bytes, what a simulation changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from threadmine.render.style import Style
from threadmine.render.table import Cell, Column, table

if TYPE_CHECKING:
    from threadmine.memmap.ask import Change, Spot, Stay
    from threadmine.memmap.effects import Effect
    from threadmine.memmap.flags import Flag
    from threadmine.memmap.imported import Imported
    from threadmine.memmap.layout import Layout, Member, Overlap, StructLayout
    from threadmine.memmap.scenario import Simulation

MOST_STATE = 16


def list_lines(layouts: Sequence[Layout], own: Sequence[Imported], width: int, style: Style) -> Iterator[str]:
    """Kernels with facts: version, architecture, configuration, sizes of page and folio, source."""
    columns = (
        Column("kernel"),
        Column("arch"),
        Column("page", right=True),
        Column("folio", right=True),
        Column("structs", right=True),
        Column("configuration", flexible=True),
        Column("facts from", flexible=True),
    )
    rows: list[Sequence[str | Cell]] = []
    for layout in layouts:
        folio = layout.struct("folio")
        rows.append(
            (
                layout.kernel,
                layout.arch,
                str(layout.page_size),
                str(folio.size) if folio else "",
                str(len(layout.structs)),
                layout.config,
                layout.source.removeprefix("layout "),
            )
        )
    for model in own:
        layout_or_none = model.layout
        size = str(layout_or_none.page_size) if layout_or_none else ""
        arch = layout_or_none.arch if layout_or_none else "any"
        rows.append(
            (Cell(model.name, "id"), arch, size, "", "", f"imported, like {model.version}", model.source)
        )
    yield from table(columns, rows, width, style)


def member_lines(layout: Layout, struct: StructLayout, width: int, style: Style) -> Iterator[str]:
    """A table of a struct's members."""
    yield style(f"struct {struct.name}: {struct.size} bytes", "title")
    columns = (
        Column("offset", right=True),
        Column("size", right=True),
        Column("bits"),
        Column("member", style="field"),
        Column("type", flexible=True),
        Column("in", flexible=True, style="dim"),
    )
    rows = []
    for member in struct.members:
        bits = "" if member.bit_size is None else f"{member.bit_offset}:{member.bit_size}"
        where = _folio_page(layout, member) or member.path
        name = f"  {member.name}" if member.is_part else member.name
        rows.append((str(member.offset), str(member.size), bits, name, member.type, where))
    yield from table(columns, rows, width, style)
    yield ""


def _folio_page(layout: Layout, member: Member) -> str:
    if member.struct != "folio" or member.offset < layout.page_size:
        return ""
    page, offset = divmod(member.offset, layout.page_size)
    return f"page[{page}]+{offset}"


def drawing_lines(layout: Layout, struct: StructLayout, width: int, style: Style) -> Iterator[str]:
    """The struct's bytes: one row a word; each lane names the members that lie there."""
    from threadmine.memmap.drawing import lanes_for, rows

    lanes = lanes_for(layout, struct.name)
    yield style(f"struct {struct.name}: {struct.size} bytes", "title")
    label = 8 if "page" in lanes else 5
    room = max(16, (width - label - 4 - 3 * (len(lanes) - 1)) // len(lanes))
    rule = "─" * label + "┬" + "┬".join("─" * (room + 2) for _ in lanes)
    titles = " │ ".join(_fit(f"struct {name}", room) for name in lanes)
    yield f"{'':{label}}  {titles}".rstrip()
    page = -1
    for row in rows(layout, struct.name):
        if row.page != page:
            page = row.page
            yield rule.replace("┬", "┼")
            if "page" in lanes:
                yield style(f"page[{page}]", "bold")
        cells = " │ ".join(style(_fit(_lane(lane), room), "field") for lane in row.lanes)
        yield f"{'+' + str(row.offset):>{label - 1}} │ {cells}".rstrip()
    yield ""


def _lane(boxes: Sequence[Any]) -> str:
    """The names over one word: members that follow each other by a blank bar, those of a union by commas."""
    if not boxes:
        return "·"
    groups: dict[tuple[int, int], list[str]] = {}
    for box in boxes:
        groups.setdefault((box.start, box.end), []).append(box.name if box.begins else f"…{box.name}")
    spans = list(groups)
    whole = max(end for _, end in spans) - min(start for start, _ in spans)
    parts = []
    for span in sorted(spans):
        names = ", ".join(groups[span])
        at = f"+{span[0]}:" if span[1] - span[0] < whole else ""
        parts.append(at + names)
    return " ".join(parts)


def _fit(text: str, room: int) -> str:
    return text[: room - 1] + "…" if len(text) > room else f"{text:{room}}"


def where_lines(
    stays: Iterable[Stay],
    here: Sequence[tuple[str, str, int, int]],
    changes: Sequence[tuple[str, bool, tuple[Any, ...]]],
    layout: Layout,
    width: int,
    style: Style,
) -> Iterator[str]:
    """Where a member is now and was before, and which options move it."""
    for struct, name, offset, size in here:
        yield style(f"{struct}.{name}", "field") + f" {_range(layout, struct, offset, size)}"
    if not here:
        yield "not in this kernel"
    yield ""
    columns = (
        Column("member", style="field"),
        Column("kernels"),
        Column("offset", right=True),
        Column("size", right=True),
        Column("page", right=True),
        Column("type", flexible=True),
    )
    rows = [
        (f"{s.struct}.{s.name}", s.kernels, str(s.offset), str(s.size), f"page[{s.page}]", s.type)
        for s in stays
    ]
    yield from table(columns, rows, width, style)
    if changes:
        yield ""
    for option, value, places in changes:
        then = ", ".join(f"{s}.{n} {_plain(o, z)}" for s, n, o, z in places) or "it does not exist"
        yield f"with {option}={'y' if value else 'n'}: {then}"


def _range(layout: Layout, struct: str, offset: int, size: int) -> str:
    text = _plain(offset, size)
    page, inner = divmod(offset, layout.page_size)
    if struct == "folio" and page:
        text += f" = page[{page}]{_plain(inner, size)}"
    return text


def _plain(offset: int, size: int) -> str:
    return f"+{offset}..{offset + size - 1}" if size > 1 else f"+{offset}"


def at_lines(
    layout: Layout, spot: Spot, members: Sequence[Member], width: int, style: Style
) -> Iterator[str]:
    """The members at a place."""
    yield f"page[{spot.page}]{_plain(spot.offset, spot.size)}:"
    if not members:
        yield "  no member (padding, or past the structs)"
        return
    columns = (
        Column("member", style="field"),
        Column("bytes"),
        Column("type", flexible=True),
    )
    rows = [(m.full_name, _range(layout, m.struct, m.offset, m.size), m.type) for m in members]
    yield from table(columns, rows, width, style)


def overlap_lines(reference: str, relations: Sequence[Overlap], width: int, style: Style) -> Iterator[str]:
    """What shares bytes with a member."""
    if not relations:
        yield f"nothing shares a byte with {reference}"
        return
    if len(relations) == 1 and not relations[0].meets:
        yield relations[0].text()
        return
    first = relations[0].a
    yield style(first.member.full_name, "field") + f": {first}"
    columns = (
        Column("shares", right=True),
        Column("with", style="field"),
        Column("which is"),
        Column("type"),
    )
    rows = []
    for relation in relations:
        shared = "all" if relation.same else f"{relation.shared} bytes"
        other = relation.b
        rows.append((shared, other.member.full_name, str(other), other.member.type))
    yield from table(columns, rows, width, style)


def dependence_lines(changes: Iterable[tuple[str, bool, object]]) -> Iterator[str]:
    """On which options the answer depends."""
    for option, value, answer in changes:
        if isinstance(answer, str):
            then = answer
        else:
            names = answer if isinstance(answer, tuple) else ()
            then = f"shared with {', '.join(names)}" if names else "nothing is shared"
        yield f"with {option}={'y' if value else 'n'}: {then}"


def diff_lines(changes: Iterable[Change], width: int, style: Style) -> Iterator[str]:
    """Differences of two kernels."""
    paint = {"added": "add", "removed": "remove"}
    columns = (
        Column("what"),
        Column("member", style="field"),
        Column("before", flexible=True),
        Column("after", flexible=True),
    )
    rows = []
    for change in changes:
        name = f"{change.struct}.{change.name}" if change.name else f"struct {change.struct}"
        if change.struct in ("pageflags", "pagetype"):
            name = change.name
        rows.append((Cell(change.kind, paint.get(change.kind, "")), name, change.before, change.after))
    if rows:
        yield from table(columns, rows, width, style)


def effect_lines(rows: Iterable[Effect], width: int, style: Style) -> Iterator[str]:
    """What functions do, one row an effect, calls apart."""
    columns = (
        Column("function", flexible=True, least=12),
        Column("does"),
        Column("to", style="field"),
        Column("of"),
        Column("value", flexible=True),
        Column("if", flexible=True, least=6),
        Column("kernels", style="dim"),
    )
    lines = []
    for row in rows:
        name = f"{row.function} ({row.via})" if row.via else row.function
        lines.append((name, row.access, row.member, row.page, row.value, row.condition, row.kernels or "all"))
    yield from table(columns, lines, width, style)


def flag_lines(flags: Iterable[Flag], width: int, style: Style) -> Iterator[str]:
    """Page flags and page types."""
    columns = (
        Column("flag", style="field"),
        Column("bit", right=True),
        Column("in"),
        Column("held by", flexible=True),
        Column("same bit", flexible=True),
        Column("needs", flexible=True, style="dim"),
    )
    rows = [
        (f.name, str(f.bit), f.word, f.where, ", ".join(f.aliases), f.config)
        for f in sorted(flags, key=lambda f: (f.word, f.bit, f.name))
    ]
    yield from table(columns, rows, width, style)


def simulation_lines(found: Simulation, layout: Layout, width: int, style: Style) -> Iterator[str]:
    """What a simulation changed, its warnings, the stale bytes, and the bytes afterwards."""
    options = " ".join(f"{name}={'y' if value else 'n'}" for name, value in found.options)
    yield f"{found.scenario}, order {found.order}, memory {found.fill}, struct page at {found.base:#x}"
    if options:
        yield style(f"asked for: {options}", "dim")
    yield ""
    columns = (
        Column("page", right=True),
        Column("bytes"),
        Column("now", flexible=True, least=8),
        Column("as struct page", flexible=True, style="field"),
        Column("as struct folio", flexible=True, style="field"),
    )
    rows = [
        (
            str(write.page),
            _plain(write.offset, write.size),
            write.data.hex(),
            ", ".join(write.page_members),
            ", ".join(write.folio_members),
        )
        for write in found.writes
    ]
    yield from table(columns, rows, width, style)
    yield f"{sum(write.size for write in found.writes)} bytes changed"
    for warning in found.warnings:
        yield style(f"warns: {warning}", "refuted")
    for need in dict.fromkeys(found.unmet):
        yield style(f"not as it must be: {need}", "refuted")
    for guess in found.guesses:
        yield style(f"not in the source that was read: {guess}", "dim")
    for stale in found.stale:
        yield style(f"stale: {stale.text()}", "conditional")
    yield ""
    yield from _state_lines(found, layout, style)


def _state_lines(found: Simulation, layout: Layout, style: Style) -> Iterator[str]:
    word = layout.pointer_size
    changed = {(w.page, o) for w in found.writes for o in range(w.offset, w.offset + w.size)}
    for number, page in enumerate(found.state[:MOST_STATE]):
        words = []
        for start in range(0, len(page), word):
            text = page[start : start + word].hex()
            hot = any((number, offset) in changed for offset in range(start, start + word))
            words.append(style(text, "mark") if hot else text)
        half = (len(words) + 1) // 2
        yield f"page[{number}]".ljust(9) + " ".join(words[:half])
        yield " " * 9 + " ".join(words[half:])
    if len(found.state) > MOST_STATE:
        yield f"... and {len(found.state) - MOST_STATE} pages more (--json has them)"
