"""What the tables are made of: kinds of columns, names of constraints, the hash of a message-id."""

from __future__ import annotations

import enum
import hashlib
import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

BigKey = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER is what SQLite makes its rowid of


def id_hash(message_id: str) -> int:
    """63 bits that stand for a message-id: how its number is looked up."""
    digest = hashlib.blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


class Json(TypeDecorator[Any]):
    """A list kept as JSON text: the same in every kind of database, and readable by SQL's JSON functions."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        return json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if value and value != "[]" else []  # most are empty


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


def by_value(kind: type[enum.Enum]) -> Enum:
    """An enum stored as its value in a text column."""
    return Enum(
        kind,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=False,
        length=20,
    )


def text(comment: str, default: str = "") -> Mapped[str]:
    return mapped_column(Text, default=default, server_default=default, comment=comment)


def number(comment: str) -> Mapped[int]:
    return mapped_column(Integer, default=0, server_default="0", comment=comment)


def flag(comment: str) -> Mapped[bool]:
    return mapped_column(Boolean(create_constraint=False), default=False, server_default="0", comment=comment)


def listing(comment: str) -> Mapped[Any]:
    return mapped_column(Json, default=list, server_default="[]", comment=comment)


def key_of_message(comment: str = "The message (messages.key)") -> Mapped[int]:
    return mapped_column(
        BigKey, ForeignKey("messages.key", ondelete="CASCADE"), primary_key=True, comment=comment
    )
