"""The pages docs/commands.md, queries.md and exports.md, made from the program: they cannot drift."""

from __future__ import annotations

from collections.abc import Iterator

import click

from threadmine.cli.catalogue import CATALOGUE, SECTIONS
from threadmine.cli.main import available, threadmine
from threadmine.query.terms import HAS, IS, TERMS
from threadmine.render.columns import COLUMNS

STREAMS = """\
Data goes to standard output, narration to standard error. Exit status: 0 done, 1 failed (the reason on
standard error, in one line, with what to do), 2 wrong usage, 130 interrupted."""

QUERIES = """\
# The query language

Made from the parser's own tables by `tools/docs.py`; do not edit by hand.

`threadmine search`, `issues`, `claims`, `touches`, `fields` and `series` take the same terms, and so does
the limit of the screen:

```text
field:folio._nr_pages state:open,disputed (author:ada OR NOT is:robot) age:>2w "order 0"
```

Terms that stand side by side must all be met (`AND` may be written). `OR` binds less, `NOT` or a `-` in
front binds more, brackets decide. What is no term is text that must occur, capitals aside; a phrase stands
in quotation marks. `AND`, `OR` and `NOT` are written in capitals. An error shows the place:

```text
threadmine: no term 'fild:' at character 1: >>fild:x<<; did you mean field: or file:?
```

A row that a term has no meaning for (a message has no verdict) does not meet it.

| term | meaning | values | example |
| --- | --- | --- | --- |
"""


EXPORTS = """\
# Exports

Made from the program's own table by `tools/docs.py`; do not edit by hand.

`threadmine export claims|concerns|fields|series|messages|overviews` writes JSON Lines: UTF-8, one object a
line, every key always there (null where unknown), each with `"schema": 1`. `--since`, `--series`, `--field`
and terms of the [query language](queries.md) cut it down. `issues`, `claims`, `fields`, `touches`, `series`,
`board`, `findings`, `search`, `show`, `conflicts` and `digest` print one document
`{"schema": 1, "items": [...]}` with `--json`. A change of meaning bumps `schema`; an additional key does not.

Other forms: `--format csv` (RFC 4180; lists as JSON in their cell, cells that a spreadsheet would run as a
formula with an apostrophe in front), `--format mbox` (messages: text and main headers, mboxrd) and
`--format dot` (messages: threads; series: which version follows which) for Graphviz.
"""


def commands(
    group: click.Group = threadmine, prefix: str = "threadmine"
) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, those of groups included, in the order of the help."""
    context = click.Context(group, info_name=prefix)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield f"{prefix} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")


def commands_page() -> str:
    """docs/commands.md."""
    lines = [
        "# Commands",
        "",
        "Made from the parser by `tools/docs.py`; do not edit by hand.",
        "",
        "```text",
        click.Context(threadmine, info_name="threadmine", max_content_width=100).get_help(),
        "```",
        "",
        *STREAMS.splitlines(),
    ]
    every = list(commands())
    for section in SECTIONS:
        names = [entry.name for entry in CATALOGUE if entry.section == section and available(entry)]
        chosen = [(name, command) for name, command in every if _top(name, names)]
        if chosen:
            lines += ["", f"## {section}"]
        for name, command in chosen:
            lines += ["", f"### {name}", "", *_command(name, command)]
    return "\n".join(lines) + "\n"


def _top(name: str, names: list[str]) -> bool:
    word = name.split(" ", 1)[1]
    return word in names or any(word.startswith(f"{own} ") and word not in _ALL for own in names)


_ALL = frozenset(entry.name for entry in CATALOGUE)


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name)
    yield from ("```text", " ".join([name, *command.collect_usage_pieces(context)]), "```", "")
    yield from (" ".join(part.split()) for part in _paragraphs(command.help or ""))
    records = [
        record
        for parameter in command.params
        if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context))
    ]
    if records:
        yield from ("", "| option | meaning |", "| --- | --- |")
        yield from (f"| `{_cell(option)}` | {_cell(text)} |" for option, text in records)


def _paragraphs(text: str) -> Iterator[str]:
    parts = [part for part in text.split("\n\n") if part.strip()]
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield part


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def queries_page() -> str:
    """docs/queries.md."""
    lines = QUERIES.splitlines()
    for kind in TERMS.values():
        values = _cell(", ".join(kind.words) if kind.words else _VALUES[kind.value.value])
        lines.append(f"| `{kind.name}:` | {kind.help} | {values} | `{kind.example}` |")
    for name, words in (("is", IS), ("has", HAS)):
        lines += ["", f"## `{name}:`", "", "| word | meaning |", "| --- | --- |"]
        lines += [f"| `{word}` | {meaning} |" for word, meaning in words.items()]
    return "\n".join(lines) + "\n"


_VALUES = {
    "text": "part of it, capitals aside",
    "name": "the whole name",
    "member": "struct.member, page[1].member or a bare name",
    "number": "2, >2, <=3, 2..4",
    "span": ">2w, <3d, 1w..4w; h d w mo y",
    "moment": "7d, 2w, 2026-01-16, 2026-W03, yesterday",
}


def exports_page() -> str:
    """docs/exports.md."""
    lines = EXPORTS.splitlines()
    for kind, columns in COLUMNS.items():
        lines += ["", f"## {kind}", "", "| key | meaning |", "| --- | --- |"]
        lines += [f"| `{name}` | {_cell(meaning)} |" for name, meaning in columns.items()]
    return "\n".join(lines) + "\n"
