"""Drafts of one store's program: at most one per administrator, with the files that it changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, select, tuple_

from database.locks import draft_lock
from database.queries import Queries, WriteQueries
from database.tables import draft, draft_backtest, draft_file


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file that a draft changes. `text` None: it is removed."""

    path: str
    text: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft: the revision on which it is based, and the changed files by path."""

    based_on: int
    changed_at: datetime
    files: Mapping[str, DraftFile]

    @property
    def texts(self) -> Mapping[str, str | None]:
        """The changed texts by path; None for a file that is removed."""
        return {path: file.text for path, file in self.files.items()}


@dataclass(frozen=True, slots=True)
class _Head:
    based_on: int
    changed_at: datetime


class DraftQueries(Queries):
    """Reads the drafts of one store's program."""

    def get(self, admin: str) -> StoredDraft | None:
        """Return the draft of an administrator; None if there are no changes."""
        head = self.find_one(_Head, draft, admin=admin)
        if head is None:
            return None
        files = self.find_all(DraftFile, draft_file, ("path",), admin=admin)
        return StoredDraft(head.based_on, head.changed_at, {each.path: each for each in files})


class Drafts(DraftQueries, WriteQueries):
    """The drafts of one store's program."""

    def lock_of(self, admin: str) -> None:
        """Lock the draft of an administrator until this transaction ends."""
        self.lock(draft_lock(admin))

    def put(self, admin: str, path: str, text: str | None, *, based_on: int, now: datetime) -> None:
        """Store a changed file (None: it is removed) of a draft that is based on a revision."""
        self.upsert(draft, {"admin": admin, "based_on": based_on, "changed_at": now})
        self.upsert(draft_file, {"admin": admin, "path": path, "text": text, "changed_at": now})

    def move(self, admin: str, *, based_on: int, now: datetime) -> None:
        """Base a draft on another revision."""
        self.update(draft, {"admin": admin}, based_on=based_on, changed_at=now)

    def restore(self, admin: str, path: str) -> None:
        """Restore a file to that of the revision; a draft without changes is removed."""
        own = and_(draft_file.c.store == self.store, draft_file.c.admin == admin)
        self.connection.execute(delete(draft_file).where(own, draft_file.c.path == path))
        if not self.find_all(DraftFile, draft_file, (), admin=admin):
            self.discard(admin)

    def discard(self, admin: str) -> None:
        """Remove the draft of an administrator, with its backtest."""
        for table in (draft_file, draft, draft_backtest):
            self.connection.execute(delete(table).where(table.c.store == self.store, table.c.admin == admin))


def discard_drafts_of(connection: Connection, admin: str, *, but_in: str | None) -> None:
    """Remove the drafts of an administrator in every store but one, with their backtests."""
    for table in (draft_file, draft, draft_backtest):
        elsewhere = table.c.store.is_distinct_from(but_in)
        connection.execute(delete(table).where(table.c.admin == admin, elsewhere))


def delete_old_drafts(connection: Connection, *, before: datetime, limit: int) -> int:
    """Remove at most `limit` drafts of any store that were last changed before a moment; return how many.

    Backtests that began before it are removed, too.
    """
    key = (draft.c.store, draft.c.admin)
    old = select(*key).where(draft.c.changed_at < before).order_by(*key).limit(limit).with_for_update(skip_locked=True)
    keys = [tuple(each) for each in connection.execute(old)]
    for table in (draft_file, draft):
        connection.execute(delete(table).where(tuple_(table.c.store, table.c.admin).in_(keys)))
    connection.execute(delete(draft_backtest).where(draft_backtest.c.begun_at < before))
    return len(keys)
