"""Files that are exported, in chunks."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from database.tables.columns import ID, NAME, Instant, Json, metadata, store_column

export_file = Table(
    "export_file",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("type", String(32), nullable=False),
    Column("format", String(8), nullable=False),  # csv, jsonl
    Column("criteria", Json, nullable=False),  # as the client gave them
    Column("conditions", Json, nullable=False),  # as the rows are selected
    Column("status", String(16), nullable=False),  # pending, done, failed
    Column("error", Text),
    Column("rows", BigInteger, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("after_at", Instant),  # the last row that was written, by its date and its id
    Column("after_id", ID),
    Column("created_by", NAME),
    Column("created_at", Instant, nullable=False),  # newer rows are not exported
    Column("finished_at", Instant),
    Column("start_after", Instant),  # when a worker checks whether its workflow runs; null: it needs none
)
Index("ix_export_file_store_created_at", export_file.c.store, export_file.c.created_at)
Index(
    "ix_export_file_start_after",
    export_file.c.start_after,
    sqlite_where=export_file.c.start_after.is_not(None),
    postgresql_where=export_file.c.start_after.is_not(None),
)
Index(
    "ix_export_file_failed",
    export_file.c.store,
    export_file.c.finished_at,
    sqlite_where=export_file.c.status == "failed",
    postgresql_where=export_file.c.status == "failed",
)

export_chunk = Table(
    "export_chunk",
    metadata,
    Column("file", ID, ForeignKey("export_file.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    store_column(),
    Column("content", LargeBinary, nullable=False),
)
