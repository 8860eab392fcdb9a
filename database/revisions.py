"""Revisions of a store's program: every one ever deployed, numbered, with the hash of its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from database.locks import REVISIONS
from database.queries import Queries, WriteQueries, columns_of
from database.secret_keys import keys_of
from database.stored_secrets import signing_secret_of
from database.tables import revision, store


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A program to deploy: its files, who deploys it, and why."""

    files: Mapping[str, str]
    content_hash: str
    by: str
    note: str = ""
    in_console: bool = False
    """Whether it was edited in the console, so that no folder has it yet."""


@dataclass(frozen=True, slots=True)
class RevisionHeader:
    """A revision without its files. `hash` is the hash of the files, `deployed_at` aware UTC."""

    number: int
    hash: str
    deployed_at: datetime
    deployed_by: str
    note: str
    in_console: bool
    """Whether it was edited in the console, and not in a folder."""


@dataclass(frozen=True, slots=True)
class Revision(RevisionHeader):
    """A revision with its files, by path."""

    files: Mapping[str, str]


class AnotherInForce(Exception):
    """The revision in force is not the one that a deploy is based on: the deploy would undo its changes.

    `number` 0: none is in force; then `by` and `at` are None.
    """

    def __init__(self, number: int, *, by: str | None, at: datetime | None, based_on: int) -> None:
        self.number, self.by, self.at, self.based_on = number, by, at, based_on
        cure = "see `laurel revisions` and `laurel diff`, then deploy again"
        super().__init__(f"{self.in_force}, and this is based on {based_on or 'none'}: {cure}")

    @property
    def in_force(self) -> str:
        """Describe the revision in force, its author and its date."""
        if self.at is None:
            return "no revision is in force"
        when = f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"revision {self.number} is in force, deployed by {self.by} at {when}"


class NotPulled(AnotherInForce):
    """A folder lacks edits of the console, which a deploy of it would undo.

    `number`: the latest revision of the console; `based_on`: the revision that the folder was last pulled from, or 0.
    """

    def __init__(self, number: int, *, by: str | None, at: datetime | None, based_on: int) -> None:
        super().__init__(number, by=by, at=at, based_on=based_on)
        self.args = (f"{self.edited}, and these files do not have it: bring it into the folder by `laurel pull DIR`",)

    @property
    def edited(self) -> str:
        """Describe the revision that was edited in the console, its author and its date."""
        when = "" if self.at is None else f" at {self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"revision {self.number} was edited in the console by {self.by}{when}"


class RevisionQueries(Queries):
    """Reads the revisions of one store's program."""

    def latest(self) -> RevisionHeader | None:
        """Return the revision in force."""
        return next(iter(self.all(1)), None)

    def all(self, most: int | None = None) -> list[RevisionHeader]:
        """Return the revisions, the latest first; at most `most` if that is given."""
        here = select(*columns_of(RevisionHeader, revision)).where(revision.c.store == self.store)
        latest_first = here.order_by(revision.c.number.desc()).limit(most)
        return [RevisionHeader(*row) for row in self.connection.execute(latest_first)]

    def latest_of_console(self) -> RevisionHeader | None:
        """Return the last revision that was edited in the console."""
        here = select(*columns_of(RevisionHeader, revision)).where(
            revision.c.store == self.store, revision.c.in_console
        )
        found = self.connection.execute(here.order_by(revision.c.number.desc()).limit(1)).first()
        return None if found is None else RevisionHeader(*found)

    def get(self, number: int) -> Revision | None:
        """Return one revision."""
        return self.find_one(Revision, revision, number=number)

    def files(self, number: int) -> dict[str, str] | None:
        """Return the files of a revision."""
        here = select(revision.c.files).where(revision.c.store == self.store, revision.c.number == number)
        return self.connection.execute(here).scalar_one_or_none()

    def hash_of(self, number: int) -> str:
        """Return the hash of the files of a revision that exists."""
        here = select(revision.c.hash).where(revision.c.store == self.store, revision.c.number == number)
        return str(self.connection.execute(here).scalar_one())


class Revisions(RevisionQueries, WriteQueries):
    """The revisions of one store's program."""

    def open_store(self, *, secret: str, now: datetime) -> bool:
        """Add the store; return False if it exists."""
        sealed = keys_of(self.connection).encrypt(secret, of=signing_secret_of(self.store))
        return self.insert_if_absent(store, {"code": self.store, "created_at": now, "secret": sealed})

    def put_in_force(
        self,
        new: NewRevision,
        *,
        based_on: int | None,
        now: datetime,
        pulled: int | None = None,
        check: Callable[[int], None] = lambda _number: None,
    ) -> tuple[int, bool]:
        """Store a revision, in force from now on; return its number, and whether it is new.

        The files in force again change nothing. Raise AnotherInForce if another revision is in force than the one it is
        based on (0: none yet; None: any), and NotPulled if the console created one after `pulled`, from which the
        folder was pulled (0: never; None: it is not from a folder). `check` gets the number of the replaced revision,
        and raises if it must not be replaced.
        """
        self.lock(REVISIONS)  # before reading what is in force: of two deploys at once, the second sees the first
        latest = self.latest()
        number = latest.number if latest else 0
        if latest is not None and latest.hash == new.content_hash:
            return number, False
        if based_on is not None and based_on != number:
            by, at = (latest.deployed_by, latest.deployed_at) if latest else (None, None)
            raise AnotherInForce(number, by=by, at=at, based_on=based_on)
        edited = None if pulled is None else self.latest_of_console()
        if pulled is not None and edited is not None and edited.number > pulled:
            raise NotPulled(edited.number, by=edited.deployed_by, at=edited.deployed_at, based_on=pulled)
        check(number)
        row = {
            "number": number + 1,
            "hash": new.content_hash,
            "files": dict(new.files),
            "deployed_at": now,
            "deployed_by": new.by,
            "note": new.note,
            "in_console": new.in_console,
        }
        self.insert(revision, row)
        return number + 1, True

    def is_in_force(self, number: int) -> bool:
        """Return whether a revision is in force; deploys wait until the transaction ends."""
        self.lock_shared(REVISIONS)
        newest = select(func.max(revision.c.number)).where(revision.c.store == self.store)
        return bool(self.connection.execute(newest).scalar_one() == number)
