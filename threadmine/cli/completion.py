"""``completion`` and ``man``: made from the commands themselves, so that they cannot drift."""

from __future__ import annotations

from collections.abc import Iterator

import click
from click.shell_completion import get_completion_class

from threadmine import __version__
from threadmine.cli.app import App
from threadmine.errors import UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: threadmine completion bash > ~/.local/share/bash-completion/completions/threadmine
    """
    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"no completion for {shell}")
    app: App = ctx.obj
    app.out.raw(found(ctx.find_root().command, {}, "threadmine", "_THREADMINE_COMPLETE").source() + "\n")


@click.command("man")
@click.pass_context
def man_command(ctx: click.Context) -> None:
    """Print the manual page.

    Install it with: threadmine man > ~/.local/share/man/man1/threadmine.1
    """
    app: App = ctx.obj
    app.out.raw("\n".join(manual(ctx.find_root())) + "\n")


def manual(root: click.Context) -> Iterator[str]:
    """The manual page in troff's man macros, from the parser."""
    group = root.command
    assert isinstance(group, click.Group)
    yield f'.TH THREADMINE 1 "" "threadmine {__version__}" "User Commands"'
    yield ".SH NAME"
    yield r"threadmine \- what is open, said and true about struct members on kernel lists"
    yield from (".SH SYNOPSIS", ".B threadmine", "[OPTIONS] COMMAND [ARGS]...", ".SH DESCRIPTION")
    yield from _paragraphs(group.help or "")
    yield ".SH OPTIONS"
    yield from _options(group, root)
    yield ".SH COMMANDS"
    for name in group.list_commands(root):
        command = group.get_command(root, name)
        if command is not None:
            yield from _command(command, f"threadmine {name}", root)
    yield ".SH EXIT STATUS"
    yield "0 done; 1 failed, with the reason on standard error; 2 wrong usage; 130 interrupted."
    yield ".SH FILES"
    yield "Settings are read from the section [threadmine] of git\\-config(1)."


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=None)
    yield f".SS {_troff(name)} {_troff(' '.join(command.collect_usage_pieces(context)))}"
    yield from _paragraphs(command.help or "")
    yield from _options(command, context)
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            inner = command.get_command(context, word)
            if inner is not None:
                yield from _command(inner, f"{name} {word}", context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            yield from (".TP", rf"\fB{_troff(record[0])}\fR", _troff(record[1]))


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(part for part in text.split("\n\n") if part.strip()):
        if number:
            yield ".PP"
        yield _troff(" ".join(paragraph.split()))


def _troff(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped
