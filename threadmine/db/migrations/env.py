"""What Alembic runs: on the connection it is handed, or on ``sqlalchemy.url`` when run by a developer."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine

from threadmine.db.schema import Base


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    context.run_migrations()


handed = context.config.attributes.get("connection")
if handed is not None:
    migrate(handed)
else:
    url = context.config.get_main_option("sqlalchemy.url") or "sqlite://"
    with create_engine(url).begin() as own:
        migrate(own)
