"""Requests that change a store: run once for each Idempotency-Key, the answer kept in the transaction of the change."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import AdminCaller, Caller, MemberCaller
from api.http.errors import BadInput, StillRunning
from api.http.idempotency import NAME, KeyHeader, fingerprint, parse_key
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from database import Transaction
from database.answers import KeptAnswer, KeyedRequest
from loyalty.references import EventRef
from workflows.cleanup import KEPT_FOR

MAX_WAIT_SECONDS = 5.0
"""How long a request waits for one with the same key that is running."""

FIRST_PAUSE_SECONDS = 0.02

RETRY_AFTER = 1


@dataclass(frozen=True, slots=True)
class Changed:
    """What an operation answers, and the built-in events whose workflows are to start. `content` None: no body."""

    content: Mapping[str, Any] | None
    to_start: tuple[EventRef, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return 204 if self.content is None else 200


Operation: TypeAlias = Callable[[Transaction], Changed]
"""Changes a store, in one transaction; raises a Refusal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a change. `is_repeated`: it was given before, to a request with the same key."""

    status: int
    content: Mapping[str, Any] | None
    is_repeated: bool = False

    def response(self) -> Response:
        """The answer over HTTP."""
        headers = {"Idempotent-Replayed": "true"} if self.is_repeated else None
        if self.content is None:
            return Response(status_code=self.status, headers=headers)
        return ExactJson(self.content, status_code=self.status, headers=headers)


class KeyLocked(Exception):
    """Another transaction runs a request with the same key."""


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes a store."""

    request: Request
    store_request: StoreRequest
    key: str | None

    async def run(self, content: BaseModel | None, prepare: Callable[[], Awaitable[Operation]]) -> Answer:
        """Run an operation and start the workflows of its events; with a known key, only give the first answer again.

        `prepare` validates the content, and is called only if there is something to do. Raise BadInput for a key that
        was used with other content, StillRunning, or what `prepare` and its operation raise.
        """
        if self.key is None:
            changed = await self.store_request.database.write(await prepare())
        else:
            request = self._keyed_request(self.key, content)
            known = await self._known(request)
            if known is not None:
                return _repeated(known, request)
            once = self._once(request, await prepare())
            done = await self._write_when_unlocked(request, once)
            if isinstance(done, KeptAnswer):
                return _repeated(done, request)
            changed = done
        await self.store_request.state.starter.start(changed.to_start)
        return Answer(changed.status, changed.content)

    async def respond(self, content: BaseModel | None, prepare: Callable[[], Awaitable[Operation]]) -> Response:
        """As `run`, as an answer over HTTP."""
        return (await self.run(content, prepare)).response()

    @property
    def _since(self) -> datetime:
        """When an answer must have been given to be known still."""
        return self.store_request.now - KEPT_FOR

    def _keyed_request(self, key: str, content: BaseModel | None) -> KeyedRequest:
        route = f"{self.request.method} {self.request.scope['route'].path}"
        return KeyedRequest(client_of(self.store_request.caller), route, key, fingerprint(self.request, content))

    def _once(self, request: KeyedRequest, operation: Operation) -> Callable[[Transaction], Changed | KeptAnswer]:
        """An operation that stores its answer under the key, and does nothing if there is one."""

        def run(tx: Transaction) -> Changed | KeptAnswer:
            if not tx.answers.lock_key(request):
                raise KeyLocked
            known = tx.answers.find(request, since=self._since)
            if known is not None:
                return known
            changed = operation(tx)
            tx.answers.keep(request, changed.status, changed.content, now=self.store_request.now)
            return changed

        return run

    async def _write_when_unlocked(
        self, request: KeyedRequest, work: Callable[[Transaction], Changed | KeptAnswer]
    ) -> Changed | KeptAnswer:
        """Run work; while the key is locked, look for its answer at growing intervals that hold no transaction."""
        pause, waited = FIRST_PAUSE_SECONDS, 0.0
        while True:
            try:
                return await self.store_request.database.write(work)
            except KeyLocked:
                if waited >= MAX_WAIT_SECONDS:
                    raise StillRunning(RETRY_AFTER) from None
            await asyncio.sleep(pause)
            waited += pause
            pause *= 2
            known = await self._known(request)  # without the lock, which all that wait would compete for
            if known is not None:
                return known

    async def _known(self, request: KeyedRequest) -> KeptAnswer | None:
        return await self.store_request.database.read(lambda tx: tx.answers.find(request, since=self._since))


def client_of(caller: Caller) -> str:
    """Who a caller is to kept answers: an administrator, by whichever key or login, or a member."""
    match caller:
        case AdminCaller(id=admin_id):
            return f"admin/{admin_id}"
        case MemberCaller(id=member_id):
            return f"member/{member_id}"


def _repeated(known: KeptAnswer, request: KeyedRequest) -> Answer:
    if known.fingerprint != request.fingerprint:
        message = "this key was used for a request with other content: choose a new key for each change"
        raise BadInput.at(NAME, message, "idempotencyKeyReused")
    return Answer(known.status, known.content, is_repeated=True)


async def _admin_change(request: Request, store_request: AdminRequest, key: KeyHeader = None) -> Change:
    return Change(request, store_request, None if key is None else parse_key(key))


async def _caller_change(request: Request, store_request: CallerRequest, key: KeyHeader = None) -> Change:
    return Change(request, store_request, None if key is None else parse_key(key))


AdminChange: TypeAlias = Annotated[Change, Depends(_admin_change)]
"""A change by an admin, which may have an Idempotency-Key; a member gets 403."""
CallerChange: TypeAlias = Annotated[Change, Depends(_caller_change)]
"""A change by an admin or by a member, which may have an Idempotency-Key."""
