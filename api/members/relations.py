"""Members: their channel and their referrer."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.requests import read_body, request_body
from api.members.paths import MemberInPath
from api.members.schemas import PostMemberChannel, PostReferral
from api.state.changes import AdminChange
from api.state.member_lookup import member_in_path
from api.state.operations import operates
from database import Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.changes import report_change
from loyalty.members.referrals import remove_referral, set_referral
from loyalty.refusals import UnknownChannel

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

_REFERRER = {"referrerId": "7239e6f7-e52e-466b-8c24-699709b64076"}
_CHANNEL = {"channelId": "0190f2a0-5c1d-7d3a-9f0e-3b1f6a2c4d5e"}


@router.post(
    "/{member}/channel",
    summary="Set a member's channel",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostMemberChannel, _CHANNEL),
)
async def post_channel(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Set the member's channel, replacing the present one."""
    posted = await read_body(request, PostMemberChannel)

    def run(operation: OperationContext, tx: Transaction) -> None:
        known = member_in_path(tx, change.store_request, member)
        operation.lock_members(known.id)
        give_channel(operation, tx, known.id, posted.channel_id)

    return await change.respond(posted, operates(change, run))


@router.post(
    "/{member}/referral",
    summary="Set a member's referrer",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostReferral, _REFERRER),
)
async def post_referral(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Set the member's referrer. Each member has at most one."""
    posted = await read_body(request, PostReferral)

    def run(operation: OperationContext, tx: Transaction) -> None:
        set_referral(operation, member_in_path(tx, change.store_request, member).id, posted.referrer_id.lower())

    return await change.respond(posted, operates(change, run))


@router.delete("/{member}/referral", summary="Remove a member's referrer", status_code=204, response_class=Response)
async def delete_referral(member: MemberInPath, change: AdminChange) -> Response:
    """Remove the member's referrer; what rules gave for the referral stays."""

    def run(operation: OperationContext, tx: Transaction) -> None:
        remove_referral(operation, member_in_path(tx, change.store_request, member).id)

    return await change.respond(None, operates(change, run))


def give_channel(operation: OperationContext, tx: Transaction, member_id: str, channel_id: str) -> None:
    """Set the channel of a member, who is locked, and report it if it has changed. Raise UnknownChannel."""
    tx.channels.lock_all()
    channel, known = tx.channels.get(channel_id.lower()), tx.members.get(member_id)
    if channel is None or known is None:
        raise UnknownChannel
    if known.channel != channel.id:
        tx.members.set_channel(member_id, channel.id, now=operation.now)
        report_change(operation, member_id, ["channel"])
