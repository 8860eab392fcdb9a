"""Changes by hand on older routes: where a store requires it, they need a reason and are bounded."""

from decimal import Decimal
from typing import Annotated, TypeAlias

from fastapi import Depends, Header

from access import CorrectionKind
from api.authentication.callers import AdminCaller, MemberCaller
from api.http.errors import BadInput, Forbidden
from api.state.changes import AdminChange, CallerChange, Change
from api.state.dependencies import StoreRequest
from database import ReadTransaction
from loyalty.corrections.by_hand import ChangeByHand, note_by_hand
from loyalty.corrections.changes import CorrectedChange, kind_of
from loyalty.corrections.measuring import measure
from loyalty.corrections.operations import Corrector
from loyalty.corrections.refusals import CommentNeeded
from loyalty.events.operations import OperationContext
from loyalty.points.amounts import points_of, wallet_of
from loyalty.program.wallets import ONE, Points

NAME = "Correction-Reason"

_AS_CORRECTION = "make the change as a correction (POST /api/{storeCode}/correction), which takes one"

ReasonHeader: TypeAlias = Annotated[
    str | None,
    Header(
        alias=NAME,
        max_length=255,
        description="The code of the reason for a change by hand; required if the store requires one.",
    ),
]


class ByHand:
    """A request that may change something by hand, and its reason."""

    def __init__(self, change: Change, reason: str | None) -> None:
        self.change = change
        self.reason = reason

    def note(
        self,
        operation: OperationContext,
        member_id: str,
        kind: CorrectionKind,
        unit: str,
        amount: Points,
        comment: str | None = None,
        *,
        is_correctable: bool = True,
    ) -> None:
        """Store the reason, and count the change for the caller's bounds. Members need none.

        `comment`: None on a route that takes none; `is_correctable`: whether a correction could do the same. Raise
        BadInput if the reason is missing, or needs a comment that the route does not take; UnknownReason, CommentNeeded
        or AboveBound.
        """
        store_request = self.change.store_request
        if isinstance(store_request.caller, MemberCaller) or not _is_asked(operation, self.reason):
            return
        reason = self.reason or ""
        request = self.change.request
        action = f"{request.method} {request.scope['route'].path}"
        noted = ChangeByHand(member_id, action, kind, unit, amount, reason, comment or "")
        try:
            note_by_hand(operation, noted, corrector_of(store_request))
        except CommentNeeded as error:
            if comment is not None:
                raise
            cure = f"{_AS_CORRECTION}, or name another reason" if is_correctable else "name another reason"
            message = f"the reason {error.reason[:80]} needs a comment, which this route does not take: {cure}"
            raise BadInput.at(NAME, message, "commentNeeded") from None

    def note_points(
        self,
        operation: OperationContext,
        member_id: str,
        wallet: str | None,
        amount: Decimal | int,
        comment: str,
        external_id: str | None = None,
    ) -> None:
        """Call `note` for an amount in a wallet; a repeated request with the same id is noted already."""
        known = None if external_id is None else operation.tx.ledger.reported_transfer(external_id)
        if known is None:
            found = wallet_of(operation.program, wallet)
            self.note(operation, member_id, "points", found.code, points_of(found, amount), comment)

    def note_transfer(self, operation: OperationContext, transfer_id: str, comment: str) -> None:
        """Call `note` for an operation on an existing transfer."""
        found = operation.tx.ledger.transfer(transfer_id)
        if found is not None:
            self.note(operation, found.member, "points", found.wallet, found.points, comment)

    def note_change(self, operation: OperationContext, member_id: str, change: CorrectedChange) -> None:
        """Call `note` for what a correction could do, too."""
        if _is_asked(operation, self.reason):
            measured = measure(operation, member_id, change)
            self.note(operation, member_id, kind_of(change), measured.unit, measured.amount)

    def note_gift(self, operation: OperationContext, member_id: str, reward: str, quantity: int) -> None:
        """Call `note` for rewards that are given."""
        self.note(operation, member_id, "reward", reward, Points(quantity * ONE))

    def note_issued(self, operation: OperationContext, member_id: str, reward: str, comment: str | None = None) -> None:
        """Call `note` for an operation on an issued reward, which no correction does."""
        self.note(operation, member_id, "reward", reward, Points(ONE), comment, is_correctable=False)


def corrector_of(store_request: StoreRequest) -> Corrector:
    """Return the calling administrator, and their bounds; raise Forbidden for a member."""
    caller = store_request.caller
    if not isinstance(caller, AdminCaller):
        raise Forbidden
    return Corrector(caller.id, caller.username, caller.rights.bounds)


def require_unbounded(tx: ReadTransaction, store_request: StoreRequest, what: str) -> None:
    """Raise Forbidden for a caller with bounds, where the store requires them, for a change that is not counted."""
    if tx.corrections.rules().required and corrector_of(store_request).bounds:
        raise Forbidden(
            f"{what} is not counted for the bounds of your role, which this store requires: ask one without"
        )


def _is_asked(operation: OperationContext, reason: str | None) -> bool:
    """Return whether to note a change; raise BadInput if its reason is missing."""
    if reason is not None:
        return True
    if not operation.tx.corrections.rules().required:
        return False
    message = f"this store requires a reason of every change by hand: send its code as {NAME}"
    raise BadInput.at(NAME, message, "missing")


async def _by_hand(change: AdminChange, reason: ReasonHeader = None) -> ByHand:
    return ByHand(change, reason)


async def _caller_by_hand(change: CallerChange, reason: ReasonHeader = None) -> ByHand:
    return ByHand(change, reason)


ChangedByHand: TypeAlias = Annotated[ByHand, Depends(_by_hand)]
"""A change by an administrator, with an optional reason; a member gets 403."""
CallerChangedByHand: TypeAlias = Annotated[ByHand, Depends(_caller_by_hand)]
"""A change by an administrator, with an optional reason, or by a member."""
