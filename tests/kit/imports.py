"""Files to import, stored as the API stores them, and the activity that reads them."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from activities.imports import ImportActivities
from database import Database, Transaction
from database.imports import CHUNK_BYTES
from database.programs import Programs
from loyalty.ids import new_id
from loyalty.imports.layouts import layout_of
from loyalty.references import EventRef, ImportProgress, ImportRef
from loyalty.store.imports import ImportLine, ImportType

STORE = "DEFAULT"


async def store_file(database: Database, type_: ImportType, content: bytes | str, *, store: str = STORE) -> ImportRef:
    """A file that is stored whole, so that its import can begin; of the same content, the import that there is."""
    whole = content.encode() if isinstance(content, str) else content
    import_id, now = new_id(), datetime.now(UTC)
    layout, place = layout_of(whole[:CHUNK_BYTES], type_)
    fingerprint = hashlib.sha256(type_.encode() + whole).hexdigest()

    def add(tx: Transaction) -> str:
        tx.imports.begin(import_id, type_, "file", layout, place, by="", now=now)
        for number, begin in enumerate(range(0, len(whole), CHUNK_BYTES)):
            tx.imports.add_chunk(import_id, number, whole[begin : begin + CHUNK_BYTES])
        return tx.imports.complete(import_id, fingerprint, size=len(whole), lines=whole.count(b"\n"), now=now)

    return ImportRef(store, await database.store(store).write(add))


class Importing:
    """Reads imports in this process; what it starts is recorded."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.batches: list[list[EventRef]] = []
        self.activities = ImportActivities(database, Programs(database), self._start)

    async def _start(self, batch_id: str, events: Sequence[EventRef]) -> None:
        assert batch_id.startswith("batch/")
        self.batches.append(list(events))

    async def read(self, ref: ImportRef) -> ImportProgress:
        """Read a file to its end."""
        while (progress := await self.activities.read_import(ref)).status in ("queued", "running"):
            pass
        return progress

    async def lines(self, ref: ImportRef) -> list[ImportLine]:
        """What came of each line."""
        from database.pages import PageRequest

        page = PageRequest(1000, newest_first=False)
        found = await self.database.store(ref.store).read(lambda tx: tx.imports.items(ref.id, page))
        return [
            ImportLine(each.line, each.status, each.entity, each.key, each.code, each.path, each.message)
            for each in found.records
        ]
