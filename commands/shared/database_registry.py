"""The registry in a database that this process may write to."""

import getpass
from collections.abc import Mapping

from commands.shared.registry import Deployed, Revision
from database import Database
from database.programs import Programs
from loyalty.losses import DeployConsent
from loyalty.store.settings import NoticeDays


class DatabaseRegistry:
    """The registry in a database that this process may write to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._programs = Programs(database)

    async def stores(self) -> list[str]:
        return await self._database.access_read(lambda access: access.stores())

    async def revisions(self, store: str, most: int) -> list[Revision]:
        headers = await self._database.store(store).read(lambda tx: tx.revisions.all(most))
        return [
            Revision(
                number=each.number,
                hash=each.hash,
                at=each.deployed_at,
                by=each.deployed_by,
                in_force=each is headers[0],
                note=each.note,
                in_console=each.in_console,
            )
            for each in headers
        ]

    async def files(self, store: str, number: int) -> Mapping[str, bytes]:
        return await self._programs.files(store, number)

    async def notice_days(self, store: str) -> NoticeDays:
        return await self._database.store(store).read(lambda tx: tx.settings.notice_days()) or NoticeDays()

    async def deploy(
        self,
        store: str,  # noqa: ARG002 - program.yaml among the files says it, too
        files: Mapping[str, bytes],
        *,
        based_on: int,
        pulled: int | None,
        note: str,
        consent: DeployConsent,
    ) -> Deployed:
        _, number, is_new = await self._programs.deploy(
            files, by=_local_user(), based_on=based_on, pulled=pulled, note=note, consent=consent
        )
        return Deployed(number, is_new)

    async def roll_back(self, store: str, to: int, *, based_on: int, consent: DeployConsent) -> Deployed:
        _, number, is_new = await self._programs.roll_back(
            store, to, by=_local_user(), based_on=based_on, consent=consent
        )
        return Deployed(number, is_new)


def _local_user() -> str:
    """Return the name of the local user, as the author of a revision."""
    try:
        return f"{getpass.getuser()} (laurel deploy)"
    except (OSError, KeyError):  # a container may run as a number without a name
        return "laurel deploy"
