"""Alembic's entry: run migrations on the connection that `database.migrate` hands over."""

from alembic import context

from database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
