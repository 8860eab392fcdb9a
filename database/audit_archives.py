"""Archives of the audit log: old entries, moved into a compressed file in the database."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

import rules
from database.audit_log import AuditEntry
from database.queries import columns_of
from database.tables import audit_archive, audit_log

MOST = 50_000
"""The most entries in one archive; the oldest are moved first, and the rest by archiving again."""


@dataclass(frozen=True, slots=True)
class AuditArchive:
    """An archive, without its content."""

    filename: str
    created_at: datetime
    entries: int


class AuditArchiveQueries:
    """Reads archives of the audit log."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def all(self) -> list[AuditArchive]:
        """Return the archives, the oldest first."""
        here = select(*columns_of(AuditArchive, audit_archive)).order_by(audit_archive.c.created_at)
        return [AuditArchive(*row) for row in self.connection.execute(here)]

    def content(self, filename: str) -> bytes | None:
        """Return the compressed JSON lines of an archive; None: there is no such archive."""
        here = select(audit_archive.c.content).where(audit_archive.c.filename == filename)
        return self.connection.execute(here).scalar_one_or_none()


class AuditArchives(AuditArchiveQueries):
    """Creates and removes archives of the audit log."""

    def archive(
        self, before: datetime, filename: str, view: Callable[[AuditEntry], Any], *, now: datetime
    ) -> AuditArchive | None:
        """Move entries before a moment into an archive, the oldest first; None: there are none."""
        old = (
            select(*columns_of(AuditEntry, audit_log))
            .where(audit_log.c.created_at < before)
            .order_by(audit_log.c.created_at, audit_log.c.id)
            .limit(MOST)
        )
        entries = [AuditEntry(*row) for row in self.connection.execute(old)]
        if not entries:
            return None
        lines = "".join(rules.exact.dumps(view(each)) + "\n" for each in entries)
        content = gzip.compress(lines.encode(), mtime=0)
        made = AuditArchive(filename, now, len(entries))
        row = {"filename": filename, "created_at": now, "entries": len(entries), "content": content}
        self.connection.execute(insert(audit_archive).values(row))
        ids = [each.id for each in entries]
        for at in range(0, len(ids), 500):
            self.connection.execute(delete(audit_log).where(audit_log.c.id.in_(ids[at : at + 500])))
        return made

    def remove(self, filename: str) -> bool:
        """Remove an archive permanently; return False if there is none."""
        gone = delete(audit_archive).where(audit_archive.c.filename == filename).returning(audit_archive.c.filename)
        return self.connection.execute(gone).first() is not None
