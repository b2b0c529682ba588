"""Who wrote what is kept beside each body, so that tracking and screens need not read it anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bodies", sa.Column("stretches", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("bodies", "stretches")
