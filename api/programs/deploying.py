"""Deploys and rollbacks by HTTP, once for each Idempotency-Key; unlike other changes they need no program in force."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.http.idempotency import KeyHeader, parse_key
from api.state.auditing import audited
from api.state.changes import Answer, Changed, KeyedWork, keyed_request, repeated
from api.state.dependencies import MAX_STORE_CODE_LENGTH, AppState, CurrentAdmin, CurrentState, StoreCode
from database import StoreDatabase, Transaction
from database.answers import KeptAnswer
from database.programs import DeployWork, WriteDeploy

View: TypeAlias = Callable[[int, bool], Any]
"""Returns the response to a deploy from the number of the revision, and whether that is new."""


class Repeated(Exception):
    """The request was answered before, by a transaction that ended meanwhile."""

    def __init__(self, known: KeptAnswer) -> None:
        super().__init__("the request was answered before")
        self.known = known


@dataclass(frozen=True, slots=True)
class Deploy:
    """A request that puts a program in force."""

    request: Request
    state: AppState
    caller: CurrentAdmin
    database: StoreDatabase
    key: str | None
    in_console: bool = False
    """Whether it is requested in the console, so that no folder has it."""

    async def respond(
        self, content: BaseModel, view: View, deploy: Callable[[WriteDeploy], Awaitable[tuple[int, bool]]]
    ) -> Response:
        """Deploy by `deploy`, which gets the function that writes; for a known key, give the first response again."""
        if self.key is None:
            return Answer(200, view(*await deploy(self._write))).response()
        # A program may have megabytes, and hashing them must not block other requests.
        request = await asyncio.to_thread(keyed_request, self.request, self.caller, self.key, content)
        work = KeyedWork(self.database, request, datetime.now(UTC))
        if (known := await work.known()) is not None:
            return repeated(known).response()

        async def write(deploy_work: DeployWork) -> tuple[int, bool]:
            deployed: list[tuple[int, bool]] = []

            def run(tx: Transaction) -> Changed:
                deployed[:] = [self._audited(deploy_work)(tx)]
                return Changed(view(*deployed[0]))

            done = await work.run(run)
            if isinstance(done, KeptAnswer):
                raise Repeated(done)
            return deployed[0]

        try:
            return Answer(200, view(*await deploy(write))).response()
        except Repeated as before:
            return repeated(before.known).response()

    async def _write(self, deploy_work: DeployWork) -> tuple[int, bool]:
        return await self.database.write(self._audited(deploy_work))

    def _audited(self, deploy_work: DeployWork) -> DeployWork:
        """Return the work of a deploy that also writes the audit log."""
        request = audited(self.request)

        def run(tx: Transaction) -> tuple[int, bool]:
            number, is_new = deploy_work(tx)
            if request is not None:
                request.write(tx.connection, details={"revision": number, "isNew": is_new})
            return number, is_new

        return run


async def _deploy(
    request: Request, state: CurrentState, caller: CurrentAdmin, store: StoreCode, key: KeyHeader = None
) -> Deploy:
    database = state.services.database.store(store[:MAX_STORE_CODE_LENGTH])
    return Deploy(request, state, caller, database, None if key is None else parse_key(key))


DeployRequest: TypeAlias = Annotated[Deploy, Depends(_deploy)]
"""A deploy by an admin, which may have an Idempotency-Key; a member gets 403."""
