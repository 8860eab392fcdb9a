"""Exports: pages of rows of a store by their dates and ids, and the chunks of the resulting files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from database.export_sources import SOURCES
from database.pages import Condition, PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries
from database.tables import export_chunk, export_file
from loyalty.store.exports import ExportFormat, ExportStatus, ExportType, StoredExport

RELAY_DELAY = timedelta(seconds=30)
"""How long a worker leaves an export to its workflow before it checks whether that runs."""

_COLUMNS = [export_file.c[name] for name in StoredExport.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class ExportedRow:
    """A row of a table: the values of its columns, and its position in the order of the export."""

    values: Sequence[Any]
    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class ExportToStart:
    """An export whose workflow should run."""

    store: str
    id: str


class ExportQueries(Queries):
    """Reads the exports of one store, and the rows that they export."""

    def get(self, export_id: str) -> StoredExport | None:
        """Return one export."""
        return self.find_one(StoredExport, export_file, id=export_id)

    def page(self, page: PageRequest) -> PageResult[StoredExport]:
        """Return a page of the exports, in the order in which they were requested."""
        return find_page(
            self.connection,
            StoredExport,
            export_file,
            page,
            within=export_file.c.store == self.store,
            order_by=export_file.c.created_at,
            columns=_COLUMNS,
        )

    def rows(self, export: StoredExport, *, limit: int) -> list[ExportedRow]:
        """Return the rows of an export that follow the written ones."""
        source = SOURCES[export.type]
        here: list[ColumnElement[bool]] = [source.table.c.store == self.store, source.dated <= export.created_at]
        if source.within is not None:
            here.append(source.within)
        for field, operator, value in export.conditions:
            kind, column = source.filters[field]
            given = datetime.fromisoformat(value) if kind == "instant" else value
            here.append(Condition(field, operator, given).on(column))
        if export.after_at is not None:
            later = and_(source.dated == export.after_at, source.table.c.id > export.after_id)
            here.append(or_(source.dated > export.after_at, later))
        columns = [cell.column for cell in source.cells.values()]
        wanted = select(source.dated, source.table.c.id, *columns).where(*here)
        found = self.connection.execute(wanted.order_by(source.dated, source.table.c.id).limit(limit))
        return [ExportedRow(values, at, row_id) for at, row_id, *values in found]

    def chunk(self, export_id: str, number: int) -> bytes | None:
        """Return a chunk of the file of an export; None: there is none."""
        found = self.connection.execute(
            select(export_chunk.c.content).where(
                export_chunk.c.store == self.store, export_chunk.c.file == export_id, export_chunk.c.number == number
            )
        ).scalar()
        return None if found is None else bytes(found)


class Exports(ExportQueries, WriteQueries):
    """The exports of one store."""

    def add(
        self,
        export_id: str,
        type_: ExportType,
        format_: ExportFormat,
        *,
        criteria: Any,
        conditions: Sequence[Sequence[Any]],
        by: str,
        now: datetime,
    ) -> None:
        """Store a requested export."""
        row = {
            "id": export_id,
            "type": type_,
            "format": format_,
            "criteria": criteria,
            "conditions": [list(each) for each in conditions],
            "status": "pending",
            "rows": 0,
            "chunks": 0,
            "created_by": by,
            "created_at": now,
            "start_after": now,
        }
        self.insert(export_file, row)

    def advance(
        self, before: StoredExport, content: bytes, last: ExportedRow | None, *, rows: int, is_end: bool, now: datetime
    ) -> bool:
        """Add a chunk to a file, and store its last row; return False, without a change, if another attempt did."""
        stands = and_(export_file.c.chunks == before.chunks, export_file.c.status == "pending")
        values: dict[str, Any] = {
            "chunks": before.chunks + 1,
            "rows": before.rows + rows,
            "status": "done" if is_end else "pending",
            "finished_at": now if is_end else None,
            "start_after": None if is_end else now + RELAY_DELAY,
        }
        if last is not None:
            values |= {"after_at": last.at, "after_id": last.id}
        here = update(export_file).where(export_file.c.store == self.store, export_file.c.id == before.id, stands)
        if self.connection.execute(here.values(values).returning(export_file.c.id)).first() is None:
            return False
        self.insert(export_chunk, {"file": before.id, "number": before.chunks, "content": content})
        return True

    def change(self, export_id: str, status: ExportStatus, *, now: datetime, error: str | None = None) -> bool:
        """Set a pending export aside, or resume a failed one; return whether it had that status."""
        is_failed = status == "failed"
        here = and_(export_file.c.store == self.store, export_file.c.id == export_id)
        before = export_file.c.status == ("pending" if is_failed else "failed")
        values = {
            "status": status,
            "error": error,
            "finished_at": now if is_failed else None,
            "start_after": None if is_failed else now,
        }
        changed = update(export_file).where(here, before).values(values).returning(export_file.c.id)
        return self.connection.execute(changed).first() is not None


def take_exports(connection: Connection, *, now: datetime) -> list[ExportToStart]:
    """Return the exports of any store whose workflow should run and may not, and hide them for a while."""
    due = update(export_file).where(export_file.c.start_after <= now).values(start_after=now + RELAY_DELAY)
    return [ExportToStart(*row) for row in connection.execute(due.returning(export_file.c.store, export_file.c.id))]


def delete_old_exports(connection: Connection, *, before: datetime, limit: int) -> int:
    """Delete exports that ended long ago, at most `limit` chunks at once; return how many chunks."""
    old = select(export_file.c.id).where(export_file.c.finished_at < before)
    key = (export_chunk.c.file, export_chunk.c.number)
    some = connection.execute(select(*key).where(export_chunk.c.file.in_(old)).limit(limit)).all()
    for file, number in map(tuple, some):
        connection.execute(delete(export_chunk).where(export_chunk.c.file == file, export_chunk.c.number == number))
    if not some:
        connection.execute(delete(export_file).where(export_file.c.id.in_(old.limit(limit))))
    return len(some)
