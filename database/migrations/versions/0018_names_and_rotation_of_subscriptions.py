"""Subscriptions have a name and a date, are found by what is shown of them, and their secrets can be rotated."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("subscription", "store"):
        op.add_column(table, sa.Column("previous_secret", sa.Text()))
        op.add_column(table, sa.Column("previous_secret_until", Instant(timezone=True)))
    op.add_column("subscription", sa.Column("name", sa.String(255)))
    op.add_column("subscription", sa.Column("active_from", Instant(timezone=True)))
    for name in ("shown_url", "searchable"):
        op.add_column("subscription", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    subscription = sa.Table("subscription", sa.MetaData(), autoload_with=connection)
    for row in connection.execute(sa.select(subscription)).all():
        address, sign, _ = row.url.partition("?")
        shown = f"{address}?********" if sign else address
        found_by = {"shown_url": shown, "searchable": f"\n{row.event_name}\n{shown}".casefold()}
        connection.execute(subscription.update().where(subscription.c.id == row.id).values(found_by))


def downgrade() -> None:
    for name in ("searchable", "shown_url", "active_from", "name"):
        op.drop_column("subscription", name)
    for table in ("store", "subscription"):
        op.drop_column(table, "previous_secret_until")
        op.drop_column(table, "previous_secret")
