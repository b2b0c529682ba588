"""Writes the reference pages of docs/ that are made from the program: commands, query language, exports."""

from __future__ import annotations

from pathlib import Path

from threadmine.cli.reference import commands_page, exports_page, queries_page

DOCS = Path(__file__).resolve().parent.parent / "docs"

PAGES = {"commands.md": commands_page, "queries.md": queries_page, "exports.md": exports_page}


def main() -> None:
    """Writes every page."""
    DOCS.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
