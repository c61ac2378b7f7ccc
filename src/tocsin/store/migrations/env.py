"""How Alembic reaches the database: through the connection that `migrate` hands over."""

from alembic import context

from tocsin.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    # The caller holds the transaction, so that a migration that fails leaves nothing behind.
    transactional_ddl=False,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=False,
)
context.run_migrations()
