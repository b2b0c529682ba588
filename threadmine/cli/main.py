"""The command ``threadmine``: finds the command, runs it, and turns every failure into one line and a status.

Nothing heavy is imported here: a command's module is loaded when that command is called.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, NoReturn

import click

from threadmine import __version__
from threadmine.cli.app import App
from threadmine.cli.catalogue import CATALOGUE, SECTIONS, Entry
from threadmine.cli.config import Config, parse_overrides
from threadmine.errors import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    ThreadmineError,
    UsageError,
)

PROGRAM = "threadmine"


def available(entry: Entry) -> bool:
    """Whether the module of a command is installed."""
    return find_spec(f"threadmine.cli.{entry.module}") is not None


class Catalogue(click.Group):
    """The group of all commands, loaded one by one, listed by what they are for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands that are installed."""
        return [entry.name for entry in CATALOGUE if available(entry)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        entry = next((entry for entry in CATALOGUE if entry.name == cmd_name), None)
        if entry is None or not available(entry):
            return None
        module = importlib.import_module(f"threadmine.cli.{entry.module}")
        command = getattr(module, entry.attribute, None)
        if not isinstance(command, click.Command):
            return None
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with two-word names (``series link``) and near matches for unknown ones."""
        pair = " ".join(args[:2])
        if len(args) > 1 and any(entry.name == pair for entry in CATALOGUE):
            command = self.get_command(ctx, pair)
            if command is not None:
                return pair, command, args[2:]
        command = self.get_command(ctx, args[0])
        if command is None and not args[0].startswith("-"):
            raise UsageError(unknown(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by group, from the catalogue alone."""
        shown = [entry for entry in CATALOGUE if available(entry)]
        room = max(len(entry.name) for entry in shown)
        for section in SECTIONS:
            rows = [(entry.name.ljust(room), entry.help) for entry in shown if entry.section == section]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)


def unknown(word: str, names: Sequence[str]) -> str:
    """What to say of a command that there is none of."""
    near = get_close_matches(word, names, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else f"see {PROGRAM} --help"
    return f"no command '{word}'; {hint}"


@click.group(
    cls=Catalogue,
    name=PROGRAM,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Dates are 7d, 2w, 3mo, 2026-01-16 or yesterday. Messages are named by message-id or lore link. "
    "Settings come from [threadmine] in git-config.",
)
@click.option(
    "--db",
    "database",
    metavar="URL",
    envvar="THREADMINE_DB",
    help="Database: a path or any SQLAlchemy URL. Default: SQLite below XDG_DATA_HOME.",
)
@click.option(
    "-c",
    "settings",
    metavar="SECTION.KEY=VALUE",
    multiple=True,
    help="Set a configuration value for this run, over git-config.",
)
@click.option(
    "--color", "--colour", type=click.Choice(["auto", "always", "never"]), help="When to use colour."
)
@click.option("--no-pager", is_flag=True, help="Never page long output.")
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def threadmine(
    ctx: click.Context, database: str | None, settings: tuple[str, ...], color: str | None, no_pager: bool
) -> None:
    """Mine kernel mailing-list threads: what is still open about each struct member, who said what about
    it, and whether it is true."""
    ctx.obj = App(database, Config(parse_overrides(settings)), color or "", not no_pager)


def execute(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line, says every failure in one line, and returns the status (0, 1, 2 or 130)."""
    try:
        done = threadmine.main(
            args=list(arguments) if arguments is not None else None,
            prog_name=PROGRAM,
            standalone_mode=False,
        )
        sys.stdout.flush()
        return done if isinstance(done, int) else EXIT_DONE
    except click.exceptions.NoArgsIsHelpError as error:
        _say(error.format_message())
        return EXIT_USAGE
    except click.UsageError as error:
        _say(_usage(error))
        return EXIT_USAGE
    except click.ClickException as error:
        return _fail(error.format_message())
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; what was stored before is kept")
        return EXIT_INTERRUPTED
    except ThreadmineError as error:
        _fail(error.line())
        return error.exit_status
    except BrokenPipeError:
        # The reader of a pipe (head, a pager) has seen enough: that is its right and no failure.
        _detach(sys.stdout)
        return EXIT_DONE
    except OSError as error:
        return _fail(_system(error))
    except MemoryError:
        return _fail("out of memory")
    except Exception as error:  # the last line of defence: a user gets one line, a developer the trace
        if os.environ.get("THREADMINE_DEBUG"):
            traceback.print_exc()
        remedy = "this is a bug: run it again with THREADMINE_DEBUG=1 and report the trace"
        return _fail(ThreadmineError(f"{type(error).__name__}: {error}", remedy=remedy).line())


def _say(text: str) -> None:
    try:
        sys.stderr.write(f"{text}\n" if "\n" in text else f"{PROGRAM}: {text}\n")
        sys.stderr.flush()
    except OSError:
        _detach(sys.stderr)


def _fail(text: str) -> int:
    _say(text)
    if not _flushes(sys.stdout):
        _detach(sys.stdout)
    return EXIT_FAILED


def _usage(error: click.UsageError) -> str:
    where = f"; see {error.ctx.command_path} --help" if error.ctx is not None else ""
    return f"{' '.join(error.format_message().split()).rstrip('.')}{where}"


def _system(error: OSError) -> str:
    remedies = {
        errno.ENOSPC: "make room and run it again; what was stored before is kept",
        errno.EACCES: "check the permissions",
        errno.EROFS: "the file system is read-only",
    }
    what = error.strerror or str(error)
    return ThreadmineError(what, str(error.filename or ""), remedies.get(error.errno or 0, "")).line()


def _flushes(stream: Any) -> bool:
    try:
        stream.flush()
    except OSError:
        return False
    return True


def _detach(stream: Any) -> None:
    """Sends what is left of a broken stream nowhere, so that the interpreter's own flush stays quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run() -> NoReturn:
    """Entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(execute())
