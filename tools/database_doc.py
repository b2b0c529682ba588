"""Writes the tables of docs/database.md from the schema's own comments: ``python tools/database_doc.py``.

A test holds the page against the schema, so that the two cannot part.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import Table

from threadmine.db.schema import Base

PAGE = Path(__file__).resolve().parent.parent / "docs" / "database.md"
BEGIN = "<!-- made by tools/database_doc.py: begin -->"
END = "<!-- made by tools/database_doc.py: end -->"


def describe() -> str:
    """All tables with their columns as Markdown, in the order of their names."""
    parts = [_table(table) for table in sorted(Base.metadata.sorted_tables, key=lambda table: table.name)]
    return "\n\n".join(parts)


def _table(table: Table) -> str:
    docs = {mapper.local_table: mapper.class_.__doc__ or "" for mapper in Base.registry.mappers}
    lines = [f"### {table.name}", "", " ".join(docs[table].split()), ""]
    lines += ["| column | type | meaning |", "| --- | --- | --- |"]
    for column in table.columns:
        kind = str(column.type).lower()
        marks = ["key"] if column.primary_key else []
        marks += [f"→ {key.target_fullname}" for key in column.foreign_keys]
        kind = "text" if kind.startswith("varchar") else kind
        where = f" ({', '.join(marks)})" if marks else ""
        comment = (column.comment or "").replace("|", "\\|").replace("<", "&lt;")
        lines.append(f"| `{column.name}` | {kind}{where} | {comment} |")
    return "\n".join(lines)


def page(text: str) -> str:
    """The page with its tables made anew."""
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    return f"{head}{BEGIN}\n\n{describe()}\n\n{END}{tail}"


def main() -> int:
    text = PAGE.read_text(encoding="utf-8")
    made = page(text)
    PAGE.write_text(made, encoding="utf-8")
    print(f"{PAGE.name}: {'unchanged' if made == text else 'written'}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
