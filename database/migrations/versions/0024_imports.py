"""Imports: files in chunks, how far each is read, and what came of its lines."""

import sqlalchemy as sa
from alembic import op

from database.tables import Instant, Json

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("layout", Json(), nullable=False),
        sa.Column("fingerprint", sa.String(64)),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("skipping", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("repeated", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(255)),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("updated_at", Instant(timezone=True), nullable=False),
        sa.Column("finished_at", Instant(timezone=True)),
        sa.Column("start_after", Instant(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_import_file"),
        sa.UniqueConstraint("store", "fingerprint", name="uq_import_file_store_fingerprint"),
    )
    op.create_index("ix_import_file_store_created_at", "import_file", ["store", "created_at"])
    is_to_start = sa.text("start_after IS NOT NULL")
    op.create_index(
        "ix_import_file_start_after",
        "import_file",
        ["start_after"],
        sqlite_where=is_to_start,
        postgresql_where=is_to_start,
    )
    is_failed = sa.text("status = 'failed'")
    op.create_index(
        "ix_import_file_failed",
        "import_file",
        ["store", "finished_at"],
        sqlite_where=is_failed,
        postgresql_where=is_failed,
    )
    op.create_table(
        "import_chunk",
        sa.Column("file", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file", "number", name="pk_import_chunk"),
        sa.ForeignKeyConstraint(["file"], ["import_file.id"], name="fk_import_chunk_file_import_file"),
    )
    op.create_table(
        "import_line",
        sa.Column("file", sa.String(36), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("store", sa.String(255), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("entity", sa.String(36)),
        sa.Column("key", sa.String(255)),
        sa.Column("code", sa.String(64)),
        sa.Column("path", sa.String(255)),
        sa.Column("message", sa.Text()),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file", "line", name="pk_import_line"),
        sa.ForeignKeyConstraint(["file"], ["import_file.id"], name="fk_import_line_file_import_file"),
    )
    op.create_index("ix_import_line_entity", "import_line", ["entity"])


def downgrade() -> None:
    op.drop_table("import_line")
    op.drop_table("import_chunk")
    op.drop_table("import_file")
