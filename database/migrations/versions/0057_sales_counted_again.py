"""Sales are counted again by a new program one after the other, and the counts replace the old ones together."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counted_sale", sa.Column("recounted_by", sa.Integer))
    op.add_column("counted_sale", sa.Column("new_sold", sa.BigInteger))
    op.add_column("counted_sale", sa.Column("new_amount", sa.BigInteger))


def downgrade() -> None:
    for name in ("new_amount", "new_sold", "recounted_by"):
        op.drop_column("counted_sale", name)
