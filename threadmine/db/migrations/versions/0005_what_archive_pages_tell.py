"""What archive pages tell besides messages: rows of thread overviews, and notes on threads and series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "overview_rows",
        sa.Column("message_key", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("parent_stated", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("this_message", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["known_ids.key"], name="fk_overview_rows_message_key"),
        sa.PrimaryKeyConstraint("message_key", "number", name="pk_overview_rows"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "archive_notes",
        sa.Column("message_key", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["known_ids.key"], name="fk_archive_notes_message_key"),
        sa.PrimaryKeyConstraint("message_key", "name", name="pk_archive_notes"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("archive_notes")
    op.drop_table("overview_rows")
