"""The first schema: mail, threads, series, claims, concerns, touched members, search and views.

Frozen: later changes of ``schema`` come as later revisions, never as edits here.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SEARCH = "CREATE VIRTUAL TABLE search USING fts5(subject, text, tokenize=\"unicode61 tokenchars '_'\")"

VIEWS = (
    """CREATE VIEW v_open_issues AS
    SELECT q.id, q.kind, q.state, q.author_name AS author, q.date, q.quote, n.struct, n.member,
           m.message_id, m.subject, m.list_name AS list, s.title AS series, s.version_text AS version,
           m.patch_number AS patch
    FROM concerns q
    JOIN messages m ON m.key = q.message_key
    LEFT JOIN series s ON s.id = m.series_id
    LEFT JOIN concern_names n ON n.concern_id = q.id
    WHERE q.state IN ('open', 'acknowledged', 'disputed')""",
    """CREATE VIEW v_claims AS
    SELECT c.id, c.verdict, c.author_name AS author, c.date, c.quote, c.predicate, c.subject, c.object,
           c.value, c.polarity, c.modality, c.tense, c.reason, c.kernel, n.struct, n.member,
           m.message_id, s.title AS series, s.version_text AS version, m.patch_number AS patch
    FROM claims c
    JOIN messages m ON m.key = c.message_key
    LEFT JOIN series s ON s.id = m.series_id
    LEFT JOIN claim_names n ON n.claim_id = c.id""",
    """CREATE VIEW v_field_series AS
    SELECT f.struct, f.member, f.reads, f.writes, f.others, s.id AS series_id, s.title AS series,
           s.version_text AS version, s.author_name AS author, s.list_name AS list,
           s.sent_at
    FROM series_fields f
    JOIN series s ON s.id = f.series_id""",
    """CREATE VIEW v_touches AS
    SELECT t.struct, t.member, t.access, t.side, t.file, t.function, t.line, t.via, m.message_id,
           m.title AS patch_title, m.patch_number AS patch, s.title AS series, s.version_text AS version
    FROM touches t
    JOIN messages m ON m.key = t.message_key
    LEFT JOIN series s ON s.id = m.series_id""",
)


def upgrade() -> None:
    for make in (
        _positions,
        _threads,
        _known_ids,
        _copies,
        _messages,
        _bodies,
        _claims,
        _concerns,
        _series,
        _touches,
        _trailers,
        _claim_names,
        _concern_names,
        _series_fields,
        _series_patches,
    ):
        make()
    for view in VIEWS:
        op.execute(view)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SEARCH)


def downgrade() -> None:
    raise NotImplementedError("the first schema has nothing before it")


def _positions() -> None:
    op.create_table(
        "positions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_positions"),
    )


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("root_id", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("messages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_at", BIG, nullable=True),
        sa.Column("last_at", BIG, nullable=True),
        sa.Column("stale", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
    )


def _known_ids() -> None:
    op.create_table(
        "known_ids",
        sa.Column("key", BIG, autoincrement=False, nullable=False),
        sa.Column("id_hash", BIG, nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("has_parent", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_known_ids_thread_id"),
        sa.PrimaryKeyConstraint("key", name="pk_known_ids"),
    )
    op.create_index("ix_known_ids_thread_id", "known_ids", ["thread_id"])
    op.create_index("uq_known_ids_id_hash", "known_ids", ["id_hash"], unique=True)


def _copies() -> None:
    op.create_table(
        "copies",
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("list_name", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["known_ids.key"], name="fk_copies_message_key"),
        sa.PrimaryKeyConstraint("message_key", "content_hash", name="pk_copies"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("key", BIG, autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("refs", sa.Text(), server_default="[]", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("is_reply", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_patch", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_rfc", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_resend", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version_stated", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("subversion", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("tags", sa.Text(), server_default="[]", nullable=False),
        sa.Column("author_name", sa.Text(), server_default="", nullable=False),
        sa.Column("author_address", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("date_problem", sa.Text(), server_default="", nullable=False),
        sa.Column("list_name", sa.Text(), server_default="", nullable=False),
        sa.Column("has_patch", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("is_cover", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("base_commit", sa.Text(), server_default="", nullable=False),
        sa.Column("change_id", sa.Text(), server_default="", nullable=False),
        sa.Column("patch_id", sa.Text(), server_default="", nullable=False),
        sa.Column("paths", sa.Text(), server_default="[]", nullable=False),
        sa.Column("bot", sa.Text(), server_default="", nullable=False),
        sa.Column("quoted_only", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("id_made_up", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("attestation", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("recipients", sa.Text(), server_default="", nullable=False),
        sa.Column("headers", sa.Text(), server_default="", nullable=False),
        sa.Column("defects", sa.Text(), server_default="", nullable=False),
        sa.Column("series_id", sa.Text(), server_default="", nullable=False),
        sa.Column("patch_number", sa.Integer(), nullable=True),
        sa.Column("content_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["key"], ["known_ids.key"], name="fk_messages_key"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_messages_thread_id"),
        sa.PrimaryKeyConstraint("key", name="pk_messages"),
    )
    op.create_index("ix_messages_sent_at", "messages", ["sent_at"])
    op.create_index("ix_messages_series_id", "messages", ["series_id"])
    op.create_index("ix_messages_thread_id", "messages", ["thread_id"])


def _bodies() -> None:
    op.create_table(
        "bodies",
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_bodies_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_key", name="pk_bodies"),
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("author_name", sa.Text(), server_default="", nullable=False),
        sa.Column("author_address", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("date_problem", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("end", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "predicate",
            sa.Enum(
                "overlaps",
                "offset",
                "size",
                "member_of",
                "resides",
                "sets",
                "clears",
                "reads",
                "calls",
                "requires",
                "state",
                "uses",
                "points_to",
                "equals",
                "is_a",
                "valid_for",
                "precedes",
                "other",
                name="predicate",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("object", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("condition", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "polarity",
            sa.Enum("positive", "negative", name="polarity", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column(
            "modality",
            sa.Enum(
                "asserted", "hedged", "question", "conditional", name="modality", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column(
            "tense",
            sa.Enum("present", "past", "planned", "proposed", name="tense", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("entities", sa.Text(), server_default="[]", nullable=False),
        sa.Column("cue", sa.Text(), server_default="", nullable=False),
        sa.Column("inferred", sa.Text(), server_default="[]", nullable=False),
        sa.Column("quoted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "confirmed",
                "refuted",
                "conditional",
                "planned",
                "undecided",
                name="verdictkind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("kernel", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "kernel_found",
            sa.Enum(
                "stated", "base-commit", "date", "option", name="kernelfrom", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("arch", sa.Text(), server_default="", nullable=False),
        sa.Column("config", sa.Text(), server_default="", nullable=False),
        sa.Column("holds", sa.Text(), server_default="[]", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_claims_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("ix_claims_message_key", "claims", ["message_key"])
    op.create_index("ix_claims_sent_at", "claims", ["sent_at"])
    op.create_index("ix_claims_verdict_sent_at", "claims", ["verdict", "sent_at"])


def _concerns() -> None:
    op.create_table(
        "concerns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("author_name", sa.Text(), server_default="", nullable=False),
        sa.Column("author_address", sa.Text(), server_default="", nullable=False),
        sa.Column("date", sa.Text(), nullable=True),
        sa.Column("date_problem", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("end", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "request",
                "objection",
                "nit",
                "process",
                name="concernkind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("targets", sa.Text(), server_default="[]", nullable=False),
        sa.Column("about_text", sa.Text(), server_default="", nullable=False),
        sa.Column("about_file", sa.Text(), server_default="", nullable=False),
        sa.Column("about_line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("about_function", sa.Text(), server_default="", nullable=False),
        sa.Column("about_depth", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cue", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.Text(), server_default="human", nullable=False),
        sa.Column("quoted", sa.Boolean(), server_default="0", nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "answered",
                "acknowledged",
                "disputed",
                "addressed",
                "withdrawn",
                name="concernstate",
                native_enum=False,
                length=20,
            ),
            server_default="open",
            nullable=False,
        ),
        sa.Column("state_evidence", sa.Text(), server_default="[]", nullable=False),
        sa.Column("addressed_in", sa.Text(), server_default="", nullable=False),
        sa.Column("addressed_evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("triage", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_concerns_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_concerns"),
    )
    op.create_index("ix_concerns_message_key", "concerns", ["message_key"])
    op.create_index("ix_concerns_sent_at", "concerns", ["sent_at"])
    op.create_index("ix_concerns_state_sent_at", "concerns", ["state", "sent_at"])


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.Text(), nullable=False),
        sa.Column("head_key", BIG, nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("author_name", sa.Text(), server_default="", nullable=False),
        sa.Column("author_address", sa.Text(), server_default="", nullable=False),
        sa.Column("list_name", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version_text", sa.Text(), server_default="", nullable=False),
        sa.Column("cover", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("complete", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("last_at", BIG, nullable=True),
        sa.Column("base", sa.Text(), server_default="", nullable=False),
        sa.Column("change_id", sa.Text(), server_default="", nullable=False),
        sa.Column("trailers", sa.Text(), server_default="[]", nullable=False),
        sa.Column("supersedes", sa.Text(), server_default="", nullable=False),
        sa.Column("superseded_by", sa.Text(), server_default="", nullable=False),
        sa.Column("linked_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["head_key"], ["messages.key"], name="fk_series_head_key"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_series_thread_id"),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
    )
    op.create_index("ix_series_head_key", "series", ["head_key"])
    op.create_index("ix_series_sent_at", "series", ["sent_at"])
    op.create_index("ix_series_thread_id", "series", ["thread_id"])


def _touches() -> None:
    op.create_table(
        "touches",
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("struct", sa.Text(), server_default="", nullable=False),
        sa.Column("member", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "access",
            sa.Enum(
                "read", "write", "declare", "remove", "comment", name="access", native_enum=False, length=20
            ),
            nullable=False,
        ),
        sa.Column("side", sa.Enum("+", "-", " ", name="side", native_enum=False, length=20), nullable=False),
        sa.Column("file", sa.Text(), server_default="", nullable=False),
        sa.Column("function", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("via", sa.Text(), server_default="", nullable=False),
        sa.Column("inferred", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_touches_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_key", "position", name="pk_touches"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_touches_member", "touches", ["member", "message_key"])


def _trailers() -> None:
    op.create_table(
        "trailers",
        sa.Column("message_key", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tag", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("start", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_key"], ["messages.key"], name="fk_trailers_message_key", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_key", "position", name="pk_trailers"),
        sqlite_with_rowid=False,
    )


def _claim_names() -> None:
    op.create_table(
        "claim_names",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=False),
        sa.Column("struct", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claims.id"], name="fk_claim_names_claim_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member", "claim_id", "struct", name="pk_claim_names"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claim_names_claim_id", "claim_names", ["claim_id"])


def _concern_names() -> None:
    op.create_table(
        "concern_names",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("concern_id", sa.Text(), nullable=False),
        sa.Column("struct", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concern_id"], ["concerns.id"], name="fk_concern_names_concern_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member", "concern_id", "struct", name="pk_concern_names"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_concern_names_concern_id", "concern_names", ["concern_id"])


def _series_fields() -> None:
    op.create_table(
        "series_fields",
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("struct", sa.Text(), nullable=False),
        sa.Column("reads", sa.Integer(), server_default="0", nullable=False),
        sa.Column("writes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("others", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name="fk_series_fields_series_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "member", "struct", name="pk_series_fields"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_series_fields_member", "series_fields", ["member", "struct", "series_id"])


def _series_patches() -> None:
    op.create_table(
        "series_patches",
        sa.Column("series_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("message_key", BIG, nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["messages.key"], name="fk_series_patches_message_key"),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name="fk_series_patches_series_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "number", name="pk_series_patches"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_series_patches_message_key", "series_patches", ["message_key"])
