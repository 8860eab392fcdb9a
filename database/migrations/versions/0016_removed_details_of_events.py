"""Events whose body, decision, steps and messages were removed say when."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("removed_at", Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "removed_at")
