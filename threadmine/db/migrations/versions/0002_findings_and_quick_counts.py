"""Findings of the program; states and dates beside the names they count for, so that the board is quick."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FILL = (
    """UPDATE claim_names SET
    is_refuted = (SELECT c.verdict = 'refuted' FROM claims c WHERE c.id = claim_names.claim_id),
    sent_at = (SELECT c.sent_at FROM claims c WHERE c.id = claim_names.claim_id)""",
    """UPDATE concern_names SET
    is_open = (SELECT q.state IN ('open', 'acknowledged', 'disputed')
               FROM concerns q WHERE q.id = concern_names.concern_id),
    sent_at = (SELECT q.sent_at FROM concerns q WHERE q.id = concern_names.concern_id)""",
)


def upgrade() -> None:
    op.add_column("claim_names", sa.Column("is_refuted", sa.Boolean(), server_default="0", nullable=False))
    op.add_column("claim_names", sa.Column("sent_at", BIG, nullable=True))
    op.add_column("concern_names", sa.Column("is_open", sa.Boolean(), server_default="1", nullable=False))
    op.add_column("concern_names", sa.Column("sent_at", BIG, nullable=True))
    for statement in FILL:
        op.execute(statement)
    op.create_index("ix_claims_author", "claims", ["author_address", "author_name", "verdict", "sent_at"])
    op.create_index("ix_concerns_author", "concerns", ["author_address", "author_name", "state", "sent_at"])
    op.create_table(
        "findings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("end", sa.Integer(), server_default="0", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_findings_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_message_key", "findings", ["message_key"])


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_index("ix_concerns_author", "concerns")
    op.drop_index("ix_claims_author", "claims")
    for table, column in (("concern_names", "is_open"), ("claim_names", "is_refuted")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("sent_at")
            batch.drop_column(column)
