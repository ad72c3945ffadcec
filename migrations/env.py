"""Alembic's entry: the connection comes from `engine.queue.migrate`, never from an ini file."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
context.run_migrations()
