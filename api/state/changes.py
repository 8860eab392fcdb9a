"""Requests that change a store: run once per Idempotency-Key, the response stored in the transaction of the change."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from database import ReadTransaction, StoreDatabase, Transaction
from database.answers import KeptAnswer, KeyedRequest
from loyalty.references import EventRef
from telemetry.metrics import count_accepted_events
from workflows.cleanup import KEPT_FOR

MAX_WAIT_SECONDS = 5.0
"""How long a request waits for one with the same key that is running."""

FIRST_PAUSE_SECONDS = 0.02

RETRY_AFTER = 1


AnswerBody: TypeAlias = Mapping[str, Any] | Sequence[Any] | None
"""The body of the response; None: there is none."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The result of an operation, and the built-in events whose workflows are to start. `content` None: no body."""

    content: AnswerBody
    to_start: tuple[EventRef, ...] = ()
    stored: int | None = None
    """How many events it stored; None: as many as are to start."""
    batch_id: str | None = None
    """The id of the workflow that is to run all events; None: each has its own."""
    details: Mapping[str, Any] | None = None
    """The audit log's details beside the request, without personal data; None: none."""

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return 204 if self.content is None else 200


Content: TypeAlias = BaseModel | Mapping[str, Any] | None
"""The content of a request, by which repetitions are recognized."""

Operation: TypeAlias = Callable[[Transaction], Changed]
"""Changes a store, in one transaction; raises a Refusal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a change. `is_repeated`: it was given before, to a request with the same key."""

    status: int
    content: AnswerBody
    is_repeated: bool = False

    def response(self) -> Response:
        """Return the HTTP response."""
        headers = {"Idempotent-Replayed": "true"} if self.is_repeated else None
        if self.content is None:
            return Response(status_code=self.status, headers=headers)
        return ExactJson(self.content, status_code=self.status, headers=headers)


class KeyLocked(Exception):
    """Another transaction is running a request with the same key."""


@dataclass(frozen=True, slots=True)
class KeyedWork:
    """The work of a request with a key in its store, which is run once."""

    database: StoreDatabase
    request: KeyedRequest
    now: datetime

    async def known(self) -> KeptAnswer | None:
        """Return the first response for the key; None: there is none yet.

        Raise BadInput if its content was different.
        """
        known = await self.database.read(self._find)
        return None if known is None else _of_same_content(known, self.request)

    async def run(self, operation: Operation) -> Changed | KeptAnswer:
        """Run an operation and store its response; if there is one already, change nothing and return it.

        While the key is locked, look for its response at growing intervals that hold no transaction; raise StillRunning
        in the end, or BadInput as `known`.
        """
        pause, waited = FIRST_PAUSE_SECONDS, 0.0
        while True:
            try:
                done = await self.database.write(self._once(operation))
            except KeyLocked:
                if waited >= MAX_WAIT_SECONDS:
                    raise StillRunning(RETRY_AFTER) from None
            else:
                return _of_same_content(done, self.request) if isinstance(done, KeptAnswer) else done
            await asyncio.sleep(pause)
            waited += pause
            pause *= 2
            known = await self.known()  # without the lock, for which all waiting requests would compete
            if known is not None:
                return known

    def _find(self, tx: ReadTransaction) -> KeptAnswer | None:
        return tx.answers.find(self.request, since=self.now - KEPT_FOR)

    def _once(self, operation: Operation) -> Callable[[Transaction], Changed | KeptAnswer]:
        """Return an operation that stores its response under the key, and does nothing if there is one."""

        def run(tx: Transaction) -> Changed | KeptAnswer:
            if not tx.answers.lock_key(self.request):
                raise KeyLocked
            known = self._find(tx)
            if known is not None:
                return known
            changed = operation(tx)
            tx.answers.keep(self.request, changed.status, changed.content, now=self.now)
            return changed

        return run


@dataclass(frozen=True, slots=True)
class Change:
    """A request that changes a store."""

    request: Request
    store_request: StoreRequest
    key: str | None

    async def run(
        self, content: Content, prepare: Callable[[], Awaitable[Operation]], *, part: int | None = None
    ) -> Answer:
        """Run an operation and start the workflows of its events; for a known key, only return the first response.

        `part`: the number of the part of the request that the operation does; each part runs once. `prepare`
        validates the content, and is only called if there is something to do. Raise BadInput for a key that was used
        with other content, StillRunning, or what `prepare` and its operation raise.
        """
        if self.key is None:
            changed = await self.store_request.database.write(self._audited(await prepare()))
        else:
            request = keyed_request(self.request, self.store_request.caller, self.key, content, part)
            work = KeyedWork(self.store_request.database, request, self.store_request.now)
            done = await work.known() or await work.run(self._audited(await prepare()))
            if isinstance(done, KeptAnswer):
                return repeated(done)
            changed = done
        stored = len(changed.to_start) if changed.stored is None else changed.stored
        count_accepted_events(self.store_request.store, stored)
        starter = self.store_request.state.starter
        if changed.batch_id is None:
            await starter.start(changed.to_start)
        else:
            await starter.start_batch(changed.batch_id, changed.to_start)
        return Answer(changed.status, changed.content)

    def _audited(self, operation: Operation) -> Operation:
        """Return an operation that also writes the audit log, if its request is audited."""
        request = self.store_request.audited
        if request is None:
            return operation

        def run(tx: Transaction) -> Changed:
            changed = operation(tx)
            request.write(tx.connection, status=changed.status, answer=changed.content, details=changed.details)
            return changed

        return run

    async def respond(self, content: Content, prepare: Callable[[], Awaitable[Operation]]) -> Response:
        """Run as `run`, and return the HTTP response."""
        return (await self.run(content, prepare)).response()


def keyed_request(
    request: Request, caller: Caller, key: str, content: Content, part: int | None = None
) -> KeyedRequest:
    """Return the stored form of a request with a key, or of a part of one."""
    route = f"{request.method} {request.scope['route'].path}"
    if part is not None:
        route += f"#{part}"
    return KeyedRequest(client_of(caller), route, key, fingerprint(request, content))


def client_of(caller: Caller) -> str:
    """Return the client of stored responses: an administrator, with any key or login, or a member."""
    match caller:
        case AdminCaller(id=admin_id):
            return f"admin/{admin_id}"
        case MemberCaller(id=member_id):
            return f"member/{member_id}"


def repeated(known: KeptAnswer) -> Answer:
    """Return the stored response."""
    return Answer(known.status, known.content, is_repeated=True)


def _of_same_content(known: KeptAnswer, request: KeyedRequest) -> KeptAnswer:
    if known.fingerprint != request.fingerprint:
        message = "this key was used for a request with other content: choose a new key for each change"
        raise BadInput.at(NAME, message, "idempotencyKeyReused")
    return known


async def _admin_change(request: Request, store_request: AdminRequest, key: KeyHeader = None) -> Change:
    return Change(request, store_request, None if key is None else parse_key(key))


async def _caller_change(request: Request, store_request: CallerRequest, key: KeyHeader = None) -> Change:
    return Change(request, store_request, None if key is None else parse_key(key))


AdminChange: TypeAlias = Annotated[Change, Depends(_admin_change)]
"""A change by an admin, with an optional Idempotency-Key; a member gets 403."""
CallerChange: TypeAlias = Annotated[Change, Depends(_caller_change)]
"""A change by an admin or by a member, with an optional Idempotency-Key."""
