"""Points: move them, and list transfers."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import MemberCaller
from api.http.errors import Forbidden, NotFound
from api.http.paging import ListQuery, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.points.filters import LIST_QUERY, MEMBER_QUERY, filtered_transfers
from api.points.moves import check_requested_at, lot_dates, moves, parse_until
from api.points.schemas import (
    CancelledTransfer,
    PostAdd,
    PostBlock,
    PostCancel,
    PostCapture,
    PostMemberTransfer,
    PostReason,
    PostSpend,
    PostTransfer,
    TransferDetails,
    TransferId,
    Transfers,
)
from api.points.views import transfer_view
from api.state.by_hand import ChangedByHand
from api.state.changes import CallerChange
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from api.state.member_lookup import require_member, require_member_of_id
from database import ReadTransaction, Transaction
from database.transfer_pages import find_transfer
from loyalty.events.operations import OperationContext
from loyalty.points.amounts import wallet_of
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points
from loyalty.points.operations import (
    AddPoints,
    SpendPoints,
    TransferPoints,
    activate_points,
    add_points,
    expire_points,
    spend_points,
    transfer_points,
)

router = APIRouter(prefix="/api/{storeCode}", tags=["Points"])

TransferInPath: TypeAlias = Annotated[str, Path(alias="transfer", description="A transferId.")]

_ADD = {"transfer": {"customer": "email=anna@example.com", "points": 100, "comment": "Sorry for the wait"}}
_SPEND = {"transfer": {"customer": "email=anna@example.com", "points": 10, "externalTransferId": "till-7-4711"}}
_BLOCK = {"transfer": {"customer": "email=anna@example.com", "points": 10, "until": "2099-12-31"}}
_MOVE = {"transfer": {"sender": "email=anna@example.com", "receiver": "email=bert@example.com", "points": 5}}
_SEND = {"transfer": {"receiver": "7239e6f7-e52e-466b-8c24-699709b64076", "points": 5}}
_REASON = {"transfer": {"comment": "A wrong receipt"}}

_SHORTFALL: dict[int | str, dict[str, Any]] = {
    200: {"model": CancelledTransfer, "description": "Cancelled, but not everything could be taken back."}
}


@router.post("/points/add", summary="Add points", response_model=TransferId, openapi_extra=request_body(PostAdd, _ADD))
async def add(request: Request, by_hand: ChangedByHand) -> Response:
    """Add points to a member's wallet, for a reason of your own. Rules add theirs by themselves."""
    posted = await read_body(request, PostAdd)
    change = by_hand.change
    new, store_request = posted.transfer, change.store_request

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        check_requested_at(store_request, new)
        pending_until, expires_at = lot_dates(
            operation, new.wallet_code, locked_days=new.locked_until_days, expires_days=new.expires_in_days
        )
        added = AddPoints(
            require_member(tx, new.customer, path="transfer.customer", region=operation.program.region),
            new.points,
            new.wallet_code,
            pending_until=pending_until,
            expires_at=expires_at,
            qualifies=new.qualifies,
            comment=new.comment,
            external_id=new.external_transfer_id,
        )
        by_hand.note_points(operation, added.member, added.wallet, added.amount, added.comment, added.external_id)
        return {"transferId": add_points(operation, added)}

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/spend", summary="Spend points", response_model=TransferId, openapi_extra=request_body(PostSpend, _SPEND)
)
async def spend(request: Request, by_hand: ChangedByHand) -> Response:
    """Take points from a member's wallet, those first that expire first. `notEnoughPoints` if there are too few."""
    posted = await read_body(request, PostSpend)
    change = by_hand.change
    spent, store_request = posted.transfer, change.store_request

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        check_requested_at(store_request, spent)
        member_id = require_member(tx, spent.customer, path="transfer.customer", region=operation.program.region)
        asked = SpendPoints(
            member_id, spent.points, spent.wallet_code, comment=spent.comment, external_id=spent.external_transfer_id
        )
        by_hand.note_points(operation, asked.member, asked.wallet, asked.amount, asked.comment, asked.external_id)
        return {"transferId": spend_points(operation, asked)}

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/block", summary="Block points", response_model=TransferId, openapi_extra=request_body(PostBlock, _BLOCK)
)
async def block(request: Request, by_hand: ChangedByHand) -> Response:
    """Set points aside, until they are captured, or released by cancelling, or by the moment `until`."""
    posted = await read_body(request, PostBlock)
    change = by_hand.change
    blocked, store_request = posted.transfer, change.store_request

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        check_requested_at(store_request, blocked)
        asked = HoldPoints(
            require_member(tx, blocked.customer, path="transfer.customer", region=operation.program.region),
            blocked.points,
            blocked.wallet_code,
            until=parse_until(blocked.until, store_request, path="transfer.until"),
            comment=blocked.comment,
            external_id=blocked.external_transfer_id,
        )
        by_hand.note_points(operation, asked.member, asked.wallet, asked.amount, asked.comment, asked.external_id)
        return {"transferId": hold_points(operation, asked)}

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/transfer",
    summary="Transfer points between members",
    response_model=TransferId,
    openapi_extra=request_body(PostTransfer, _MOVE),
)
async def transfer(request: Request, by_hand: ChangedByHand) -> Response:
    """Transfer points from one member to another; they keep their dates. The response names the sender's transfer."""
    posted = await read_body(request, PostTransfer)
    change = by_hand.change
    moved, store_request = posted.transfer, change.store_request

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        check_requested_at(store_request, moved)
        asked = TransferPoints(
            require_member(tx, moved.sender, path="transfer.sender", region=operation.program.region),
            require_member(tx, moved.receiver, path="transfer.receiver", region=operation.program.region),
            moved.points,
            moved.wallet_code,
            comment=moved.comment,
            external_id=moved.external_transfer_id,
        )
        by_hand.note_points(operation, asked.sender, asked.wallet, asked.amount, asked.comment, asked.external_id)
        return {"transferId": transfer_points(operation, asked)}

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/{transfer}/capture",
    summary="Spend blocked points",
    response_model=TransferId,
    openapi_extra=request_body(PostCapture, {"transfer": {"points": 5}}),
)
async def capture(request: Request, transfer_id: TransferInPath, by_hand: ChangedByHand) -> Response:
    """Spend what a `blocked` transfer set aside, wholly or in part; the rest can be spent again."""
    posted = await read_body(request, PostCapture)
    change = by_hand.change
    captured = posted.transfer

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        _require_transfer(tx, transfer_id)
        by_hand.note_transfer(operation, transfer_id.lower(), captured.comment)
        spent = capture_points(operation, transfer_id.lower(), captured.points, captured.comment)
        return {"transferId": spent}

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/{transfer}/cancel",
    summary="Cancel a transfer",
    status_code=204,
    response_class=Response,
    responses=_SHORTFALL,
    openapi_extra=request_body(PostCancel, _REASON),
)
async def cancel(request: Request, transfer_id: TransferInPath, by_hand: ChangedByHand) -> Response:
    """Cancel a transfer, once: points go back to where they came from; `blocked` ones can be spent again.

    If the member has spent points that are taken back, they owe them. If the wallet bounds debt and the bound is
    reached, the response is 200 with the `shortfall`.
    """
    posted = await read_body(request, PostCancel)
    change = by_hand.change
    asked, store_request = posted.transfer, change.store_request

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any] | None:
        wallet_code = _require_transfer(tx, transfer_id)
        by_hand.note_transfer(operation, transfer_id.lower(), asked.comment)
        expires_at = parse_until(asked.expires_at, store_request, path="transfer.expiresAt")
        done = cancel_transfer(
            operation, CancelTransfer(transfer_id.lower(), expires_at=expires_at, comment=asked.comment)
        )
        if not done.shortfall:
            return None
        shortfall = wallet_of(operation.program, wallet_code).amount(done.shortfall)
        return {"transferId": done.transfer, "shortfall": shortfall}

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/{transfer}/expire",
    summary="Expire points",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostReason, _REASON),
)
async def expire(request: Request, transfer_id: TransferInPath, by_hand: ChangedByHand) -> Response:
    """Expire what is left of the points that a transfer added."""
    posted = await read_body(request, PostReason)
    change = by_hand.change

    def run(operation: OperationContext, tx: Transaction) -> None:
        _require_transfer(tx, transfer_id)
        by_hand.note_transfer(operation, transfer_id.lower(), posted.transfer.comment)
        expire_points(operation, transfer_id.lower(), posted.transfer.comment)

    return await change.respond(posted, moves(change, run))


@router.post(
    "/points/{transfer}/activate",
    summary="Activate pending points",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostReason, _REASON),
)
async def activate(request: Request, transfer_id: TransferInPath, by_hand: ChangedByHand) -> Response:
    """Activate the pending points that a transfer added; their expiry counts from now."""
    posted = await read_body(request, PostReason)
    change = by_hand.change

    def run(operation: OperationContext, tx: Transaction) -> None:
        _require_transfer(tx, transfer_id)
        by_hand.note_transfer(operation, transfer_id.lower(), posted.transfer.comment)
        activate_points(operation, transfer_id.lower(), posted.transfer.comment)

    return await change.respond(posted, moves(change, run))


@router.post(
    "/member/points",
    summary="Send points to another member",
    response_model=TransferId,
    openapi_extra=request_body(PostMemberTransfer, _SEND),
    tags=["Member"],
)
async def send(request: Request, change: CallerChange) -> Response:
    """Send points of the logged-in member to another member."""
    sender = _logged_in_member(change.store_request)
    posted = await read_body(request, PostMemberTransfer)
    sent, store_request = posted.transfer, change.store_request

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        check_requested_at(store_request, sent)
        receiver = require_member_of_id(tx, sent.receiver, path="transfer.receiver")
        asked = TransferPoints(
            sender,
            receiver,
            sent.points,
            sent.wallet_code,
            comment=sent.comment,
            external_id=sent.external_transfer_id,
        )
        return {"transferId": transfer_points(operation, asked)}

    return await change.respond(posted, moves(change, run))


@router.get(
    "/member/points",
    summary="List the caller's transfers",
    response_model=Transfers,
    openapi_extra=MEMBER_QUERY.openapi_parameters(),
    tags=["Member"],
)
async def list_own(request: Request, store_request: CallerRequest) -> Response:
    """List the transfers of the logged-in member, the newest first."""
    return await _list(request, store_request, MEMBER_QUERY, member_id=_logged_in_member(store_request))


@router.get(
    "/points", summary="List transfers", response_model=Transfers, openapi_extra=LIST_QUERY.openapi_parameters()
)
async def list_transfers(request: Request, store_request: AdminRequest) -> Response:
    """List the transfers of all members, the newest first.

    A transfer that only changes another one (`activate`, `release`, `settle`, `cancel`) shows in the state of that one,
    and is listed only with a filter by `kind`, `transferId` or `relatedTransferId`.
    """
    return await _list(request, store_request, LIST_QUERY)


@router.get("/points/{transfer}", summary="Show a transfer", response_model=TransferDetails)
async def show(transfer_id: TransferInPath, store_request: AdminRequest) -> Response:
    """Return one transfer, with its state as of now."""
    program = store_request.program

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = find_transfer(tx, transfer_id.lower())
        if found is None:
            raise _unknown(transfer_id, store_request.store)
        return transfer_view(found, program, deployed_at=_deployed_at(tx, store_request))

    return ExactJson(await store_request.database.read(read))


async def _list(
    request: Request, store_request: StoreRequest, query: ListQuery, *, member_id: str | None = None
) -> Response:
    program = store_request.program
    page, filters = query.parse(request.query_params, program.zone)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = filtered_transfers(tx, program, page, filters, member_id=member_id)
        deployed_at = _deployed_at(tx, store_request)
        return page_of_records(
            found, lambda each: transfer_view(each, program, deployed_at=deployed_at), lambda each: each.transfer.id
        )

    return ExactJson(await store_request.database.read(read))


def _logged_in_member(store_request: StoreRequest) -> str:
    """Return the id of the calling member; raise Forbidden for an administrator, or for a member of another store."""
    caller = store_request.caller
    if not isinstance(caller, MemberCaller) or caller.store != store_request.store:
        raise Forbidden("this is for members of the store: log in as one")
    return caller.id


def _require_transfer(tx: ReadTransaction, transfer_id: str) -> str:
    """Return the wallet of the transfer in a path; raise NotFound."""
    found = tx.ledger.transfer(transfer_id.lower())
    if found is None:
        raise _unknown(transfer_id, tx.store)
    return found.wallet


def _unknown(transfer_id: str, store: str) -> NotFound:
    return NotFound(f"no transfer {transfer_id[:80]} in {store}")


def _deployed_at(tx: ReadTransaction, store_request: StoreRequest) -> datetime:
    """Return when the revision in force was deployed."""
    latest = tx.revisions.latest()
    return latest.deployed_at if latest else store_request.now
