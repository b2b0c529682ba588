"""Every command, option and query term is in the reference pages, and nothing else is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from tests import world
from tests.conftest import ROOT
from threadmine.cli.export import KINDS
from threadmine.cli.main import execute
from threadmine.cli.reference import commands, commands_page, exports_page, queries_page
from threadmine.query.terms import TERMS
from threadmine.render.columns import COLUMNS

COMMANDS = dict(commands())


def written(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_docs(name: str) -> None:
    page = written("commands.md")
    heading = f"\n### {name}\n"
    assert heading in page, f"{name} is not in docs/commands.md; run tools/docs.py"
    section = page.split(heading)[1].split("\n### ")[0]
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            for option in parameter.opts:
                assert option in section, f"{option} of {name} is not in docs/commands.md; run tools/docs.py"


def test_the_docs_have_no_command_that_is_gone() -> None:
    for name in re.findall(r"^### (threadmine .+)$", written("commands.md"), re.MULTILINE):
        assert name in COMMANDS


def test_every_command_says_what_it_does() -> None:
    for name, command in COMMANDS.items():
        assert command.help and len(command.help.split()) > 2, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts}"


def test_every_query_term_is_in_the_docs() -> None:
    page = written("queries.md")
    assert page == queries_page(), "run tools/docs.py"
    for name in TERMS:
        assert f"| `{name}:` |" in page


def test_every_export_key_is_in_the_docs(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert written("exports.md") == exports_page(), "run tools/docs.py"
    database = world.make(tmp_path / "world.db")
    assert set(COLUMNS) == set(KINDS)
    for kind, columns in COLUMNS.items():
        assert execute(["--db", database, "export", kind]) == 0
        for line in capfd.readouterr().out.splitlines():
            assert list(json.loads(line)) == ["schema", *columns], kind


def test_the_page_of_commands_is_markdown_with_whole_tables() -> None:
    for line in commands_page().splitlines():
        if line.startswith("| `"):
            assert len(re.findall(r"(?<!\\)\|", line)) == 3, line
