"""The emails, phones and card numbers that members had before, by which anonymising finds sales that name them.

Labels of sales of anonymised members become an empty object, as which they are read.
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_identity",
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("key", sa.String(1024), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("member", "part", "key", name="pk_former_identity"),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_former_identity_member"),
    )
    op.execute("UPDATE customer_transaction SET labels = '{}' WHERE labels = '[]'")


def downgrade() -> None:
    op.drop_table("former_identity")
