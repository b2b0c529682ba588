"""Messages may be stored first and mined later: those that wait are listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("message_key", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_waiting_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_waiting"),
    )
    op.create_index("uq_waiting_message_key", "waiting", ["message_key"], unique=True)


def downgrade() -> None:
    op.drop_table("waiting")
