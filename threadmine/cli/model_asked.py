"""What every subcommand of ``model`` begins with: which kernel is asked, and how an answer is introduced."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from threadmine.cli.app import App
from threadmine.errors import ModelError
from threadmine.render.records import clean

if TYPE_CHECKING:
    from threadmine.memmap.layout import Layout, StructLayout
    from threadmine.memmap.store import Model

Command = TypeVar("Command", bound=Callable[..., Any])


def where_from(command: Command) -> Command:
    """The options that say which kernel is asked about."""
    command = click.option(
        "--config", "settings", metavar="NAME=y|n", multiple=True, help="An option set otherwise than usual."
    )(command)
    command = click.option(
        "--arch", default="x86-64", show_default=True, help="x86-64, arm64, arm or i386 (32 bit)."
    )(command)
    return click.option(
        "--kernel", metavar="VERSION|NAME", help="A version, or an imported model; default: the newest known."
    )(command)


class Asked:
    """A question's model, layout and configuration, with the words that introduce the answer."""

    def __init__(self, kernel: str | None, arch: str, settings: tuple[str, ...]) -> None:
        from threadmine.memmap import load
        from threadmine.memmap.options import parse_config
        from threadmine.model import Unknown

        self.model: Model = load()
        self.config = parse_config(settings)
        self.arch = arch
        self.kernel = kernel or self.newest()
        found = self.model.nearest(self.kernel, arch, self.config or None)
        if isinstance(found, Unknown):
            raise ModelError(found.reason, remedy=self._near_kernels())
        self.layout: Layout = found

    def newest(self) -> str:
        known = self.model.kernels(self.arch) or self.model.kernels()
        return known[-1]

    def _near_kernels(self) -> str:
        import difflib

        from threadmine.memmap import imported

        known = (*self.model.kernels(), *imported.names())
        near = difflib.get_close_matches(self.kernel, known, n=3)
        return f"known: {', '.join(near)}" if near else "threadmine model list shows what is known"

    def heading(self) -> str:
        """``6.19.14, x86-64, configuration of the distribution (layout 6.19.14-amd64)``."""
        layout = self.layout
        config = "configuration of the distribution" if layout.config == "distribution" else layout.config
        config = "configuration as it was built" if config == "as built" else config
        text = f"{layout.asked or layout.kernel}, {layout.arch}, {config} ({layout.source})"
        return f"{text}, inferred: no facts of this very kernel" if layout.inferred else text

    def struct(self, name: str) -> StructLayout:
        """The struct; ModelError with near names where this kernel has none."""
        found = self.layout.struct(name)
        if found is None:
            known = self.model.names.near(name, frozenset(self.layout.structs))
            every = ", ".join(self.layout.structs)
            raise ModelError(
                f"no struct {name} in {self.layout.asked or self.layout.kernel}",
                remedy=f"did you mean {', '.join(known)}" if known else f"it has {every}",
            )
        return found

    def document(self) -> dict[str, Any]:
        """The keys that every JSON answer begins with."""
        layout = self.layout
        return {
            "schema": 1,
            "kernel": layout.asked or layout.kernel,
            "arch": layout.arch,
            "pointer_size": layout.pointer_size,
            "config": layout.config,
            "inferred": layout.inferred,
            "facts_of": layout.kernel,
            "source": layout.source,
        }

    def unknown_member(self, name: str, reason: str) -> ModelError:
        """The failure for a member that is not there, with names like it."""
        struct, _, bare = name.rpartition(".")
        shape = self.layout.struct(struct.split("[")[0]) if struct else None
        pool = frozenset(shape.by_name) if shape else frozenset(self.model.names.members)
        near = self.model.names.near(bare, pool)
        return ModelError(reason, remedy=f"did you mean {', '.join(near)}" if near else "")


def emit(app: App, document: dict[str, Any]) -> None:
    """One JSON document to standard output."""
    app.out.raw(clean(json.dumps(document, ensure_ascii=False)) + "\n")


def qualified(asked: Asked, member: str) -> str:
    """``folio._nr_pages`` of ``_nr_pages``: the struct of this kernel that has it, folio before page."""
    if "." in member and member.split(".")[0].split("[")[0] in asked.layout.structs:
        return member
    for struct in ("folio", "page", *asked.layout.structs):
        if asked.layout.member(struct, member) is not None:
            return f"{struct}.{member}"
    for struct in ("folio", "page", *asked.layout.structs):
        shape = asked.layout.struct(struct)
        if shape is not None and not hasattr(asked.layout.find(struct, member), "reason"):
            return f"{struct}.{member}"
    raise asked.unknown_member(member, f"no struct of {asked.layout.kernel} has a member {member}")
