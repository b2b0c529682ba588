"""Claims know their restatements; the writers of messages have an index."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from threadmine.db.values import sameness
from threadmine.model import Claim, Modality, Person, Polarity, Predicate, Tense, Unknown

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHUNK = 1_000

SAID = """SELECT id, author_name, author_address, quote, predicate, subject, object, value, "condition",
polarity, modality, tense, entities FROM claims WHERE id > :last ORDER BY id LIMIT :most"""


def upgrade() -> None:
    op.add_column("claims", sa.Column("sameness", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    last = ""
    while found := connection.execute(sa.text(SAID), {"last": last, "most": CHUNK}).all():
        values = [{"id": row.id, "sameness": sameness(_claim(row))} for row in found]
        connection.execute(sa.text("UPDATE claims SET sameness = :sameness WHERE id = :id"), values)
        last = found[-1].id
    op.create_index("ix_claims_sameness", "claims", ["sameness"])
    op.create_index("ix_messages_author", "messages", ["author_address", "author_name", "sent_at"])


def downgrade() -> None:
    op.drop_index("ix_messages_author", "messages")
    op.drop_index("ix_claims_sameness", "claims")
    op.drop_column("claims", "sameness")


def _claim(row: sa.Row[*tuple[object, ...]]) -> Claim:
    """What of a claim makes it the same as another."""
    return Claim(
        id=row.id,
        message_id="",
        author=Person(row.author_name, row.author_address),
        date=Unknown("not asked for"),
        quote=row.quote,
        start=0,
        end=0,
        predicate=Predicate(row.predicate),
        subject=row.subject,
        object=row.object,
        value=row.value,
        condition=row.condition,
        polarity=Polarity(row.polarity),
        modality=Modality(row.modality),
        tense=Tense(row.tense),
        entities=tuple(json.loads(row.entities)),
    )
