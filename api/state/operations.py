"""Requests that change a store, as operations of the domain."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from api.authentication.callers import AdminCaller, MemberCaller
from api.state.changes import AnswerBody, Change, Changed, Operation
from api.state.dependencies import StoreRequest
from database import Transaction
from loyalty.events.operations import OperationContext

Work: TypeAlias = Callable[[OperationContext, Transaction], AnswerBody]
"""Runs an operation; returns the body of the response, None for a response without."""


def operation_of(store_request: StoreRequest, work: Work) -> Operation:
    """Return work as an operation of the caller, by the program in force, now."""

    def run(tx: Transaction) -> Changed:
        context = operation_context(tx, store_request)
        answer = work(context, tx)
        return Changed(answer, tuple(context.to_start))

    return run


def operation_context(tx: Transaction, store_request: StoreRequest) -> OperationContext:
    """Return the unit of work of an operation of the caller, by the program in force, now."""
    return OperationContext(
        tx, store_request.program, store_request.revision, store_request.now, source_of(store_request)
    )


def operates(change: Change, work: Work) -> Callable[[], Awaitable[Operation]]:
    """Return what `Change.run` runs for a request that needs no preparation."""

    async def prepare() -> Operation:
        return operation_of(change.store_request, work)

    return prepare


def source_of(store_request: StoreRequest) -> str:
    """Return the caller as the source of transfers."""
    match store_request.caller:
        case AdminCaller():
            return "admin"
        case MemberCaller():
            return "member"
