"""Why a merge was asked for, in the words of who asked."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member_merge", sa.Column("comment", sa.Text()))


def downgrade() -> None:
    op.drop_column("member_merge", "comment")
