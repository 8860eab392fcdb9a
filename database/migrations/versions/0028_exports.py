"""Files that are exported, in chunks."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("criteria", Json(), nullable=False),
        sa.Column("conditions", Json(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("chunks", sa.Integer(), nullable=False),
        sa.Column("after_at", Instant(timezone=True)),
        sa.Column("after_id", sa.String(36)),
        sa.Column("created_by", sa.String(255)),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("finished_at", Instant(timezone=True)),
        sa.Column("start_after", Instant(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_export_file"),
    )
    op.create_index("ix_export_file_store_created_at", "export_file", ["store", "created_at"])
    is_to_start, is_failed = sa.text("start_after IS NOT NULL"), sa.text("status = 'failed'")
    op.create_index(
        "ix_export_file_start_after",
        "export_file",
        ["start_after"],
        sqlite_where=is_to_start,
        postgresql_where=is_to_start,
    )
    op.create_index(
        "ix_export_file_failed",
        "export_file",
        ["store", "finished_at"],
        sqlite_where=is_failed,
        postgresql_where=is_failed,
    )
    op.create_table(
        "export_chunk",
        sa.Column("file", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file", "number", name="pk_export_chunk"),
        sa.ForeignKeyConstraint(["file"], ["export_file.id"], name="fk_export_chunk_file_export_file"),
    )


def downgrade() -> None:
    op.drop_table("export_chunk")
    op.drop_table("export_file")
