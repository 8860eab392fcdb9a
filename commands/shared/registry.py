"""Where the revisions of programs are kept, as the command line reaches it.

A database that this process may write to, or the API of a running Laurel: see `commands.shared.api_registry`.
"""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from commands.shared.errors import CannotDo
from database import Database
from database.programs import Programs


class RegistryError(CannotDo):
    """What was asked of the registry cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision ever deployed; `at` is aware."""

    number: int
    hash: str
    at: datetime
    by: str
    in_force: bool
    note: str


@dataclass(frozen=True, slots=True)
class Deployed:
    """What came of a deploy: the revision in force, and whether it is a new one."""

    number: int
    is_new: bool


class Registry(Protocol):
    """The programs of all stores, by revision.

    Changing it raises ProgramFaults, AnotherInForce, UnknownRevision, UnknownStore or RegistryError.
    """

    async def stores(self) -> list[str]:
        """Their codes."""

    async def revisions(self, store: str, most: int) -> list[Revision]:
        """The latest revisions of a store, the latest first; none of one that is not there."""

    async def files(self, store: str, number: int) -> Mapping[str, bytes]:
        """The files of a revision."""

    async def deploy(self, store: str, files: Mapping[str, bytes], *, based_on: int, note: str) -> Deployed:
        """Put a program in force."""

    async def roll_back(self, store: str, to: int, *, based_on: int) -> Deployed:
        """Put an earlier revision in force again, as a new one."""


class OfDatabase:
    """The registry in a database that this process may write to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._programs = Programs(database)

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def revisions(self, store: str, most: int) -> list[Revision]:
        rows = await self._database.store(store).read(lambda tx: tx.revisions.all())
        return [
            Revision(row["number"], row["hash"], row["deployed_at"], row["deployed_by"], row is rows[0], row["note"])
            for row in rows[:most]
        ]

    async def files(self, store: str, number: int) -> Mapping[str, bytes]:
        return await self._programs.files(store, number)

    async def deploy(
        self,
        store: str,  # noqa: ARG002 - the files say it, too
        files: Mapping[str, bytes],
        *,
        based_on: int,
        note: str,
    ) -> Deployed:
        _, number, is_new = await self._programs.deploy(files, by=_whoever(), based_on=based_on, note=note)
        return Deployed(number, is_new)

    async def roll_back(self, store: str, to: int, *, based_on: int) -> Deployed:
        _, number, is_new = await self._programs.roll_back(store, to, by=_whoever(), based_on=based_on)
        return Deployed(number, is_new)


def _whoever() -> str:
    """The user of this machine, who needs no login."""
    try:
        return f"{getpass.getuser()} (laurel deploy)"
    except (OSError, KeyError):  # a container may run as a number without a name
        return "laurel deploy"
