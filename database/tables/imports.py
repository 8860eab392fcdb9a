"""Files to import, in chunks, the progress of reading each, and the results of its lines."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from database.tables.columns import ID, NAME, Instant, Json, metadata, store_column

import_file = Table(
    "import_file",
    metadata,
    Column("id", ID, primary_key=True),
    store_column(),
    Column("type", String(32), nullable=False),
    Column("file_name", NAME, nullable=False),
    Column("layout", Json, nullable=False),
    Column("fingerprint", String(64)),  # of type, reference and content: the same again is the same import
    Column("size", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),  # as in loyalty.store.imports
    Column("error", Text),
    Column("offset", BigInteger, nullable=False),  # the next byte to read
    Column("line", BigInteger, nullable=False),  # the number of the line that begins there
    Column("skipping", Boolean, nullable=False, server_default=false()),
    Column("done", BigInteger, nullable=False),
    Column("repeated", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("created_by", NAME),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("start_after", Instant),  # when a worker checks whether its workflow runs; null: it needs none
    UniqueConstraint("store", "fingerprint"),
)
Index("ix_import_file_store_created_at", import_file.c.store, import_file.c.created_at)
Index(
    "ix_import_file_start_after",
    import_file.c.start_after,
    sqlite_where=import_file.c.start_after.is_not(None),
    postgresql_where=import_file.c.start_after.is_not(None),
)

Index(
    "ix_import_file_failed",
    import_file.c.store,
    import_file.c.finished_at,
    sqlite_where=import_file.c.status == "failed",
    postgresql_where=import_file.c.status == "failed",
)

import_chunk = Table(
    "import_chunk",
    metadata,
    Column("file", ID, ForeignKey("import_file.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    store_column(),
    Column("content", LargeBinary, nullable=False),
)

import_line = Table(
    "import_line",
    metadata,
    Column("file", ID, ForeignKey("import_file.id"), primary_key=True),
    Column("line", BigInteger, primary_key=True),
    store_column(),
    Column("status", String(16), nullable=False),  # done, repeated, refused
    Column("entity", ID),  # the member, transfer or event
    Column("key", NAME),  # of a refused line: the id or name in it
    Column("code", String(64)),
    Column("path", NAME),
    Column("message", Text),
    Column("created_at", Instant, nullable=False),
)
Index("ix_import_line_entity", import_line.c.entity)
