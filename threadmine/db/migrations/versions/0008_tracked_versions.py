"""Versions know with which patches they were tracked: a reply leaves the versions before it alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tracked_versions",
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("patches", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("series_id", name="pk_tracked_versions"),
    )


def downgrade() -> None:
    op.drop_table("tracked_versions")
