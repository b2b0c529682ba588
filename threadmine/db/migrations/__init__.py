"""Alembic migrations, run by :func:`threadmine.db.session.open_database`."""
