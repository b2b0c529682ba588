"""Concerns that raise the same issue know each other; all threads are tracked anew to find them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_places",
        sa.Column("concern_id", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.Column("is_last", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_issue_places_concern_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("concern_id", name="pk_issue_places"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_issue_places_issue_id", "issue_places", ["issue_id"])
    op.execute(sa.text("UPDATE threads SET stale = :stale").bindparams(stale=True))


def downgrade() -> None:
    op.drop_table("issue_places")
