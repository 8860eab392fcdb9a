"""What the decisions on sales read is kept, so that a return decides them again. It begins with this migration."""

import sqlalchemy as sa
from alembic import op

from database.tables import Json

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_facts",
        sa.Column("event", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("facts", Json(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name="fk_decision_facts_event"),
        sa.PrimaryKeyConstraint("event", name="pk_decision_facts"),
    )


def downgrade() -> None:
    op.drop_table("decision_facts")
