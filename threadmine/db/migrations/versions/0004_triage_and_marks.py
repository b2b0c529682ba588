"""What people set by hand: triage of issues, and series that they tied together or apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "triage_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_triage_events"),
    )
    op.create_index("ix_triage_events_issue_id", "triage_events", ["issue_id"])
    op.create_table(
        "series_marks",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("apart", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name="pk_series_marks"),
    )


def downgrade() -> None:
    op.drop_table("series_marks")
    op.drop_table("triage_events")
