"""Findings of the program; states and dates beside the names they count for, so that the board is quick."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FILL = {
    "claim_names": """INSERT INTO claim_names_new (member, struct, claim_id, is_refuted, sent_at)
    SELECT n.member, n.struct, n.claim_id, c.verdict = 'refuted', c.sent_at
    FROM claim_names n JOIN claims c ON c.id = n.claim_id""",
    "concern_names": """INSERT INTO concern_names_new (member, struct, concern_id, is_open, sent_at)
    SELECT n.member, n.struct, n.concern_id, q.state IN ('open', 'acknowledged', 'disputed'), q.sent_at
    FROM concern_names n JOIN concerns q ON q.id = n.concern_id""",
}

VIEWS = {
    "v_open_issues": """CREATE VIEW v_open_issues AS
    SELECT q.id, q.kind, q.state, q.author_name AS author, q.date, q.quote, n.struct, n.member,
           m.message_id, m.subject, m.list_name AS list, s.title AS series, s.version_text AS version,
           m.patch_number AS patch
    FROM concerns q
    JOIN messages m ON m.key = q.message_key
    LEFT JOIN series s ON s.id = m.series_id
    LEFT JOIN concern_names n ON n.concern_id = q.id
    WHERE q.state IN ('open', 'acknowledged', 'disputed')""",
    "v_claims": """CREATE VIEW v_claims AS
    SELECT c.id, c.verdict, c.author_name AS author, c.date, c.quote, c.predicate, c.subject, c.object,
           c.value, c.polarity, c.modality, c.tense, c.reason, c.kernel, n.struct, n.member,
           m.message_id, s.title AS series, s.version_text AS version, m.patch_number AS patch
    FROM claims c
    JOIN messages m ON m.key = c.message_key
    LEFT JOIN series s ON s.id = m.series_id
    LEFT JOIN claim_names n ON n.claim_id = c.id""",
}


def upgrade() -> None:
    for view in VIEWS:
        op.execute(f"DROP VIEW {view}")
    _names(
        "claim_names",
        "claim_id",
        "claims",
        sa.Column("is_refuted", sa.Boolean(), server_default="0", nullable=False),
    )
    _names(
        "concern_names",
        "concern_id",
        "concerns",
        sa.Column("is_open", sa.Boolean(), server_default="1", nullable=False),
    )
    for statement in VIEWS.values():
        op.execute(statement)
    _findings()
    op.create_index("ix_claims_author", "claims", ["author_address", "author_name", "verdict", "sent_at"])
    op.create_index("ix_concerns_author", "concerns", ["author_address", "author_name", "state", "sent_at"])


def downgrade() -> None:
    raise NotImplementedError("keep a copy of the database before a newer threadmine opens it")


def _names(name: str, id_column: str, owner: str, state: sa.Column[bool]) -> None:
    """Makes a table of names anew: struct before the id in its key, with the state and the date."""
    op.create_table(
        f"{name}_new",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("struct", sa.Text(), nullable=False),
        sa.Column(id_column, sa.Text(), nullable=False),
        state,
        sa.Column("sent_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            [id_column], [f"{owner}.id"], name=f"fk_{name}_{id_column}", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "member", "struct", id_column, name=f"pk_{name}_2"
        ),  # PostgreSQL: one name space with the old
        sqlite_with_rowid=False,
    )
    op.execute(FILL[name])
    op.drop_table(name)
    op.rename_table(f"{name}_new", name)
    op.create_index(f"ix_{name}_{id_column}", name, [id_column])


def _findings() -> None:
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
