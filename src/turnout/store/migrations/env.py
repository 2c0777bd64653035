"""What Alembic runs: the steps, inside the transaction that the store has begun."""

from alembic import context

from turnout.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
