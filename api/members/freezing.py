"""Freezing members, who go on earning and spend nothing until they are unfrozen."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from api.http.requests import RequestModel, read_body, request_body
from api.members.paths import MemberInPath
from api.state.changes import AdminChange
from api.state.member_lookup import member_in_path
from api.state.operations import operates
from database import Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.freezing import MAX_REASON, freeze_member, unfreeze_member

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

Reason: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_REASON)]


class FreezeMember(RequestModel):
    """Why a member is frozen."""

    reason: Reason


class UnfreezeMember(RequestModel):
    """Why a member is unfrozen, if that is to be kept."""

    reason: Reason | None = None


@router.post(
    "/{member}/freeze",
    summary="Freeze a member",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(FreezeMember, {"reason": "Points are bought and sold on a marketplace."}),
)
async def freeze(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Freeze a member: they go on earning, and spend nothing; what expires waits.

    What they are given is pending until they are unfrozen; spending, holding and sending points, buying rewards and
    using coupons are refused. One who is frozen stays so, for the reason that was given first.
    """
    posted = await read_body(request, FreezeMember)

    def run(operation: OperationContext, tx: Transaction) -> None:
        freeze_member(operation, member_in_path(tx, change.store_request, member).id, posted.reason)

    return await change.respond(posted, operates(change, run))


@router.post(
    "/{member}/unfreeze",
    summary="Unfreeze a member",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(UnfreezeMember, {"reason": "Checked: it was a mistake."}),
)
async def unfreeze(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Unfreeze a member: points that were pending for that become active, and what fell due meanwhile happens now.

    It is run within seconds of the answer, what becomes active before what expires. One who is not frozen stays so.
    """
    posted = await read_body(request, UnfreezeMember)

    def run(operation: OperationContext, tx: Transaction) -> None:
        unfreeze_member(operation, member_in_path(tx, change.store_request, member).id, posted.reason or "")

    return await change.respond(posted, operates(change, run))
