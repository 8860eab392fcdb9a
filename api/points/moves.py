"""Requests that move points, as operations."""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, TypeAlias

from api.http.errors import BadInput
from api.points.schemas import Transfer
from api.state.changes import Change, Operation
from api.state.dependencies import StoreRequest
from api.state.operations import operates
from database import Transaction
from loyalty.calendar import read_date, start_of
from loyalty.events.operations import OperationContext
from loyalty.points.dates import lot_dates as dates_by_hand
from loyalty.points.refusals import DateInPast

Move: TypeAlias = Callable[[OperationContext, Transaction], dict[str, Any] | None]
"""Runs an operation; returns the body of the response, None for a response without."""


def moves(change: Change, move: Move) -> Callable[[], Awaitable[Operation]]:
    """Return what `Change.run` runs for a request that moves points."""
    return operates(change, move)


def check_requested_at(store_request: StoreRequest, transfer: Transfer) -> None:
    """Raise BadInput for a `requestedAt` that is not a date."""
    if transfer.requested_at is not None:
        parse_date(transfer.requested_at, store_request.program.zone, path="transfer.requestedAt")


def parse_date(text: str, zone: tzinfo, *, path: str) -> datetime:
    """Return a date and time; raise BadInput at the path."""
    try:
        return read_date(text, zone)
    except ValueError as error:
        raise BadInput.at(path, str(error), "invalidDate") from None


def parse_until(text: str | None, store_request: StoreRequest, *, path: str) -> datetime | None:
    """Return a moment, or the end of a day without a time, in the future; raise BadInput at the path."""
    if text is None:
        return None
    zone = store_request.program.zone
    moment = parse_date(text, zone, path=path)
    with contextlib.suppress(ValueError):  # a text with a time is not a date
        moment = start_of(date.fromisoformat(text) + timedelta(days=1), zone)
    if moment <= store_request.now:
        raise BadInput.at(path, str(DateInPast(moment)), "dateInPast")
    return moment


def lot_dates(
    operation: OperationContext, wallet_code: str | None, *, locked_days: int | None, expires_days: int | None
) -> tuple[datetime | None, datetime | None]:
    """Return from when points added now can be spent, and when they expire; None: at once, and by the wallet."""
    return dates_by_hand(
        operation.program, wallet_code, now=operation.now, locked_days=locked_days, expires_days=expires_days
    )
