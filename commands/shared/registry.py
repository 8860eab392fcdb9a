"""The interface of the registry: the revisions of programs, by store."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from commands.shared.errors import CommandError
from loyalty.losses import DeployConsent
from loyalty.store.settings import NoticeDays


class RegistryError(CommandError):
    """The registry cannot do what was requested; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A deployed revision; `at` is aware."""

    number: int
    hash: str
    at: datetime
    by: str
    in_force: bool
    note: str
    in_console: bool
    """Whether it was edited in the console, and not in a folder."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """The result of a deployment: the revision in force, and whether it is new."""

    number: int
    is_new: bool


class Registry(Protocol):
    """The revisions of all stores.

    Methods that change it raise ProgramFaults, AnotherInForce, NotPulled, UnnamedLosses, UnknownRevision,
    UnknownStore or RegistryError.
    """

    async def stores(self) -> list[str]:
        """Return the codes of all stores."""

    async def revisions(self, store: str, most: int) -> list[Revision]:
        """Return at most `most` revisions of a store, the latest first; none for an unknown store."""

    async def files(self, store: str, number: int) -> Mapping[str, bytes]:
        """Return the files of a revision."""

    async def notice_days(self, store: str) -> NoticeDays:
        """Return the days of notices in the store's settings, which override its program; none for an unknown store."""

    async def deploy(
        self,
        store: str,
        files: Mapping[str, bytes],
        *,
        based_on: int,
        pulled: int | None,
        note: str,
        consent: DeployConsent,
    ) -> Deployed:
        """Put a program in force, if revision `based_on` is in force (0: none).

        `pulled`: the revision that the folder of the files was last pulled from (0: never); None: not from a folder.
        """

    async def roll_back(self, store: str, to: int, *, based_on: int, consent: DeployConsent) -> Deployed:
        """Put an earlier revision in force again, as a new one, if revision `based_on` is in force."""
