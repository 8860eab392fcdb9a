"""Pending points keep the rule by which they expire, for when they become active early; those that exist keep their
date."""

import sqlalchemy as sa
from alembic import op

from database.tables import ExpiryRule

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lot", sa.Column("expiry", ExpiryRule(), nullable=True))


def downgrade() -> None:
    op.drop_column("lot", "expiry")
