"""Corrections by hand with their reasons, and bounds of roles."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("role", sa.Column("bounds", Json()))
    op.add_column("store", sa.Column("corrections", Json()))
    op.create_table(
        "correction",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("member", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("unit", sa.String(255), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("change", Json(), nullable=False),
        sa.Column("reason", sa.String(255), nullable=False),
        sa.Column("cause", sa.String(36)),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("asked_by", sa.String(36), nullable=False),
        sa.Column("asked_name", sa.String(255), nullable=False),
        sa.Column("asked_at", Instant(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        *_acts("decided"),
        *_acts("undone"),
        sa.Column("carried_by", sa.String(36)),
        sa.Column("done_at", Instant(timezone=True)),
        sa.Column("outcome", Json()),
        sa.ForeignKeyConstraint(["member"], ["member.id"], name="fk_correction_member"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_store_asked_at", "correction", ["store", "asked_at"])
    op.create_index("ix_correction_member", "correction", ["member", "asked_at"])
    op.create_index("ix_correction_carried_by", "correction", ["carried_by", "done_at"])


def downgrade() -> None:
    op.drop_table("correction")
    op.drop_column("store", "corrections")
    op.drop_column("role", "bounds")


def _acts(act: str) -> list["sa.Column[object]"]:
    return [
        sa.Column(f"{act}_by", sa.String(36)),
        sa.Column(f"{act}_name", sa.String(255)),
        sa.Column(f"{act}_at", Instant(timezone=True)),
        sa.Column(f"{act}_comment", sa.Text()),
    ]
