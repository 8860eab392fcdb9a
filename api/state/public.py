"""Changes without a login: the caller proves their identity by a code, or learns nothing."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from starlette.requests import Request

from api.http.requests import address_of
from api.state.dependencies import AppState
from database import Transaction
from loyalty.events.operations import OperationContext
from loyalty.references import EventRef
from loyalty.refusals import InvalidCode
from telemetry.metrics import count_accepted_events

T = TypeVar("T")


class _Counted(Exception):
    """Raised to end a request that stays counted by the rate limiter."""


async def run_public(state: AppState, store: str, work: Callable[[OperationContext], T]) -> T:
    """Run an operation in one transaction, and start the workflows of its events; raise UnknownStore."""
    revision, program = await state.services.programs.current(store)
    now = datetime.now(UTC)

    def run(tx: Transaction) -> tuple[T, tuple[EventRef, ...]]:
        context = OperationContext(tx, program, revision, now, "member")
        return work(context), tuple(context.to_start)

    result, to_start = await state.services.database.store(store).write(run)
    count_accepted_events(store, len(to_start))
    await state.starter.start(to_start)
    return result


async def run_with_code(
    state: AppState, request: Request, store: str, name: str, work: Callable[[OperationContext], bool]
) -> None:
    """Run an operation that needs a code, under the rate limit; raise InvalidCode if the code is not valid.

    `name`: the owner of the code, or the code itself.
    """
    await state.services.programs.current(store)  # raises UnknownStore before anything is counted
    async with state.code_rate_limiter.attempt(store, name, address_of(request)):
        if not await run_public(state, store, work):
            raise InvalidCode


async def run_counted(
    state: AppState, request: Request, store: str, name: str, work: Callable[[OperationContext], None]
) -> None:
    """Run an operation that sends a code, under the rate limit."""
    await state.services.programs.current(store)
    with contextlib.suppress(_Counted):
        async with state.code_rate_limiter.attempt(store, name, address_of(request)):
            await run_public(state, store, work)
            raise _Counted
