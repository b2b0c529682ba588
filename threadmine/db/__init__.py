"""The database: schema, migrations, storing and asking. The only room that knows SQL."""
