"""A store's programs: every revision ever deployed, numbered, with the hash of its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select

from database.queries import Queries
from database.tables import revision, store
from loyalty.store.rows import Row


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A program to be put in force: its files, who wants it, and why."""

    files: Mapping[str, str]
    content_hash: str
    by: str
    note: str = ""


class AnotherInForce(Exception):
    """A revision is in force that whoever deploys has not seen: they would undo what it changed.

    `number` 0: none is; then nobody deployed it, and at no time.
    """

    def __init__(self, number: int, *, by: str | None, at: datetime | None, based_on: int) -> None:
        self.number, self.by, self.at, self.based_on = number, by, at, based_on
        cure = "see `laurel revisions` and `laurel diff`, then deploy again"
        super().__init__(f"{self.in_force}, and this is based on {based_on or 'none'}: {cure}")

    @property
    def in_force(self) -> str:
        """Which revision is in force, who deployed it, and when."""
        if self.at is None:
            return "no revision is in force"
        when = f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"revision {self.number} is in force, deployed by {self.by} at {when}"


class Revisions(Queries):
    """Revisions of one store's program."""

    def open_store(self, *, secret: str, now: datetime) -> bool:
        """Make the store; False where it is there already."""
        return self.insert_once(store, {"code": self.store, "created_at": now, "secret": secret})

    def put_in_force(self, new: NewRevision, *, based_on: int | None, now: datetime) -> tuple[int, bool]:
        """Keep a revision, in force from now on; answer its number, and whether that is new.

        The files that are in force already change nothing. Raise AnotherInForce where another revision is in force
        than the one it is based on (0: none yet; None: whichever).
        """
        self.lock("revisions")  # before the look at what is in force: of two at once, the second sees the first
        latest = self.latest()
        number = latest["number"] if latest else 0
        if latest is not None and latest["hash"] == new.content_hash:
            return number, False
        if based_on is not None and based_on != number:
            by, at = (latest["deployed_by"], latest["deployed_at"]) if latest else (None, None)
            raise AnotherInForce(number, by=by, at=at, based_on=based_on)
        row = {
            "number": number + 1,
            "hash": new.content_hash,
            "files": dict(new.files),
            "deployed_at": now,
            "deployed_by": new.by,
            "note": new.note,
        }
        self.insert(revision, row)
        return number + 1, True

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

    def hash_of(self, number: int) -> str:
        """The hash of the files of a revision that is there."""
        here = select(revision.c.hash).where(revision.c.store == self.store, revision.c.number == number)
        return str(self.connection.execute(here).scalar_one())

    def whole(self, number: int) -> Row | None:
        """A revision with its files."""
        return self.first(revision, number=number)

    def _headers(self) -> Select[Any]:
        columns = [column for column in revision.c if column is not revision.c.files]
        return select(*columns).where(revision.c.store == self.store)
