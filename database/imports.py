"""Imports: files in chunks, the progress of reading each, and the results of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, select, update

from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries, insert_into
from database.tables import admin, import_chunk, import_file, import_line
from loyalty.store.imports import FilePlace, ImportLine, ImportStatus, ImportType, Layout, LineStatus, StoredImport

CHUNK_BYTES = 256 * 1024
"""The size of every chunk of a file but the last one."""

RELAY_DELAY = timedelta(seconds=30)
"""How long a worker leaves an import to its workflow before it checks whether that runs."""

UNFINISHED: Sequence[ImportStatus] = ("uploading", "queued", "running", "paused")

_UPLOADER = select(admin.c.username).where(admin.c.id == import_file.c.created_by).scalar_subquery()
_FILE_COLUMNS = [
    *(column for column in import_file.c if column.name not in ("store", "fingerprint", "start_after")),
    _UPLOADER.label("uploader"),
]


@dataclass(frozen=True, slots=True)
class ImportItem:
    """The result of a line, as lists show it."""

    line: int
    status: LineStatus
    entity: str | None
    key: str | None
    code: str | None
    path: str | None
    message: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportToStart:
    """An import whose workflow should run."""

    store: str
    id: str


class ImportQueries(Queries):
    """Reads the imports of one store."""

    def get(self, import_id: str) -> StoredImport | None:
        """Return one import."""
        row = self.connection.execute(
            select(*_FILE_COLUMNS).where(import_file.c.store == self.store, import_file.c.id == import_id)
        ).first()
        return None if row is None else _record(*row)

    def page(self, page: PageRequest) -> PageResult[StoredImport]:
        """Return a page of the imports whose files are complete, in the order of arrival."""
        within = and_(import_file.c.store == self.store, import_file.c.status != "uploading")
        return find_page(
            self.connection,
            _record,
            import_file,
            page,
            within=within,
            order_by=import_file.c.created_at,
            columns=_FILE_COLUMNS,
        )

    def items(self, import_id: str, page: PageRequest) -> PageResult[ImportItem]:
        """Return a page of the results of an import's lines, in the order of the lines."""
        within = and_(import_line.c.store == self.store, import_line.c.file == import_id)
        return find_page(
            self.connection,
            ImportItem,
            import_line,
            page,
            within=within,
            order_by=import_line.c.line,
            then_by=(import_line.c.file,),
        )

    def refused_after(self, import_id: str, line: int, *, limit: int) -> list[ImportItem]:
        """Return the refused lines after a line."""
        columns = [import_line.c[name] for name in ImportItem.__dataclass_fields__]
        here = (
            select(*columns)
            .where(import_line.c.store == self.store, import_line.c.file == import_id)
            .where(import_line.c.status == "refused", import_line.c.line > line)
            .order_by(import_line.c.line)
            .limit(limit)
        )
        return [ImportItem(*row) for row in self.connection.execute(here)]

    def piece(self, import_id: str, offset: int) -> bytes:
        """Return some bytes of a file from an offset on; none at its end."""
        content = self.connection.execute(
            select(import_chunk.c.content).where(
                import_chunk.c.store == self.store,
                import_chunk.c.file == import_id,
                import_chunk.c.number == offset // CHUNK_BYTES,
            )
        ).scalar()
        return b"" if content is None else bytes(content)[offset % CHUNK_BYTES :]

    def unfinished(self) -> int:
        """Return how many imports are uploaded or not finished."""
        here = select(func.count()).select_from(import_file).where(import_file.c.store == self.store)
        return self.connection.execute(here.where(import_file.c.status.in_(UNFINISHED))).scalar_one()


class Imports(ImportQueries, WriteQueries):
    """The imports of one store."""

    def begin(
        self,
        import_id: str,
        type_: ImportType,
        file_name: str,
        layout: Layout,
        place: FilePlace,
        *,
        by: str,
        now: datetime,
    ) -> None:
        """Store that the upload of a file begins."""
        row = {
            "id": import_id,
            "type": type_,
            "file_name": file_name,
            "layout": {"format": layout.format, "columns": list(layout.columns), "delimiter": layout.delimiter},
            "size": 0,
            "lines": 0,
            "status": "uploading",
            "offset": place.offset,
            "line": place.line,
            "done": 0,
            "repeated": 0,
            "refused": 0,
            "created_by": by,
            "created_at": now,
            "updated_at": now,
        }
        self.insert(import_file, row)

    def add_chunk(self, import_id: str, number: int, content: bytes) -> None:
        """Store the next chunk of a file."""
        self.insert(import_chunk, {"file": import_id, "number": number, "content": content})

    def complete(self, import_id: str, fingerprint: str, *, size: int, lines: int, now: datetime) -> str:
        """Start an import whose file is complete; return its id.

        If an import of the same content exists, its id is returned, and the file is removed; a cancelled or failed one
        is resumed.
        """
        self.lock(f"import/{fingerprint}")
        here = and_(import_file.c.store == self.store, import_file.c.fingerprint == fingerprint)
        known = self.connection.execute(select(import_file.c.id, import_file.c.status).where(here)).first()
        if known is None:
            values = {"fingerprint": fingerprint, "size": size, "lines": lines, "status": "queued"}
            self._update(import_id, values | {"start_after": now, "updated_at": now})
            return import_id
        delete_files(self.connection, [import_id])
        self.change(str(known.id), "queued", since=("cancelled", "failed"), now=now)
        return str(known.id)

    def change(
        self,
        import_id: str,
        status: ImportStatus,
        *,
        since: Sequence[ImportStatus],
        now: datetime,
        error: str | None = None,
    ) -> bool:
        """Change the status of an import if it is one of `since`; return whether it was."""
        values: dict[str, Any] = {"status": status, "error": error, "updated_at": now}
        values["start_after"] = now if status == "queued" else None
        values["finished_at"] = now if status in ("done", "cancelled", "failed") else None
        return self._update(import_id, values, import_file.c.status.in_(since))

    def advance(self, before: StoredImport, place: FilePlace, *, is_end: bool, now: datetime) -> bool:
        """Store the progress of an import; return False, without a change, if it has changed meanwhile.

        The transaction that stores it locks the row until it ends, so each page is applied once.
        """
        values = {
            "offset": place.offset,
            "line": place.line,
            "skipping": place.skipping,
            "status": "done" if is_end else "running",
            "finished_at": now if is_end else None,
            "start_after": None if is_end else now + RELAY_DELAY,
            "updated_at": now,
        }
        stands = and_(
            import_file.c.offset == before.place.offset,
            import_file.c.skipping.is_(before.place.skipping),
            import_file.c.status.in_(("queued", "running")),
        )
        return self._update(before.id, values, stands)

    def add_lines(self, import_id: str, lines: Sequence[ImportLine], *, now: datetime) -> None:
        """Store the results of lines, and count them."""
        if not lines:
            return
        rows = [
            {
                "file": import_id,
                "line": each.line,
                "store": self.store,
                "status": each.status,
                "entity": each.entity,
                "key": each.key if each.key is None else each.key[:255],
                "code": each.code,
                "path": each.path,
                "message": each.message,
                "created_at": now,
            }
            for each in lines
        ]
        self.connection.execute(insert_into(self._dialect, import_line), rows)
        counts = {name: sum(each.status == name for each in lines) for name in ("done", "repeated", "refused")}
        self._update(import_id, {name: import_file.c[name] + count for name, count in counts.items()})

    def _update(self, import_id: str, values: dict[str, Any], *where: Any) -> bool:
        here = update(import_file).where(import_file.c.store == self.store, import_file.c.id == import_id, *where)
        return self.connection.execute(here.values(values).returning(import_file.c.id)).first() is not None


def _record(*row: Any) -> StoredImport:
    found = dict(zip((column.name for column in _FILE_COLUMNS), row, strict=True))
    place = FilePlace(found.pop("offset"), found.pop("line"), bool(found.pop("skipping")))
    return StoredImport(**found | {"layout": Layout(**found["layout"]), "place": place})


def take_imports(connection: Connection, *, now: datetime) -> list[ImportToStart]:
    """Return the imports of any store whose workflow should run and may not, and hide them for a while."""
    due = update(import_file).where(import_file.c.start_after <= now).values(start_after=now + RELAY_DELAY)
    return [ImportToStart(*row) for row in connection.execute(due.returning(import_file.c.store, import_file.c.id))]


def delete_old_imports(connection: Connection, *, files_before: datetime, all_before: datetime, limit: int) -> int:
    """Delete chunks of imports that ended long ago or were never complete, and imports that ended even longer ago.

    At most `limit` chunks and `limit` lines at once; return how many rows were deleted.
    """
    never = and_(import_file.c.status == "uploading", import_file.c.updated_at < files_before)
    ended = import_file.c.finished_at < files_before
    old = select(import_file.c.id).where(never | ended)
    deleted = _delete_some(connection, import_chunk, (import_chunk.c.file, import_chunk.c.number), old, limit)
    older = select(import_file.c.id).where(never | (import_file.c.finished_at < all_before))
    deleted += _delete_some(connection, import_line, (import_line.c.file, import_line.c.line), older, limit)
    if not deleted:
        delete_files(connection, list(connection.execute(older.limit(limit)).scalars()))
    return deleted


def _delete_some(connection: Connection, table: Any, key: Sequence[Any], files: Any, limit: int) -> int:
    some: Sequence[Row[Any]] = connection.execute(select(*key).where(key[0].in_(files)).limit(limit)).all()
    for file, number in map(tuple, some):
        connection.execute(delete(table).where(key[0] == file, key[1] == number))
    return len(some)


def delete_files(connection: Connection, import_ids: Sequence[str]) -> None:
    """Delete imports with all their rows."""
    for import_id in import_ids:
        for table in (import_chunk, import_line):
            connection.execute(delete(table).where(table.c.file == import_id))
        connection.execute(delete(import_file).where(import_file.c.id == import_id))
