"""A store's programs: every revision ever deployed, numbered, with the hash of its files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select

from database.queries import Queries
from database.tables import revision, store


class Revisions(Queries):
    """Revisions of one store's program."""

    def open_store(self, *, secret: str, now: datetime) -> bool:
        """Make the store; False where it is there already."""
        return self.insert_once(store, {"code": self.store, "created_at": now, "secret": secret})

    def add(self, files: Mapping[str, str], *, content_hash: str, by: str, now: datetime) -> int:
        """Keep a revision, and answer its number. It is in force from now on."""
        self.lock("revisions")
        latest = self.latest()
        number = 1 + (latest["number"] if latest else 0)
        row = {"number": number, "hash": content_hash, "files": dict(files), "deployed_at": now, "deployed_by": by}
        self.insert(revision, row)
        return number

    def latest(self) -> RowMapping | None:
        """The revision in force, without its files."""
        here = self._headers().order_by(revision.c.number.desc()).limit(1)
        return self.connection.execute(here).mappings().first()

    def all(self) -> list[RowMapping]:
        """Every revision without its files, the latest first."""
        return list(self.connection.execute(self._headers().order_by(revision.c.number.desc())).mappings())

    def files(self, number: int) -> dict[str, str] | None:
        """The files of a revision."""
        here = select(revision.c.files).where(revision.c.store == self.store, revision.c.number == number)
        return self.connection.execute(here).scalar_one_or_none()

    def _headers(self) -> Select[Any]:
        columns = (revision.c.number, revision.c.hash, revision.c.deployed_at, revision.c.deployed_by)
        return select(*columns).where(revision.c.store == self.store)
