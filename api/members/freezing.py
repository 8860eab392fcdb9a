"""Freeze members, who go on earning and cannot spend until they are unfrozen."""

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
    """Why a member is unfrozen; optional."""

    reason: Reason | None = None


@router.post(
    "/{member}/freeze",
    summary="Freeze a member",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(FreezeMember, {"reason": "Points are bought and sold on a marketplace."}),
)
async def freeze(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Freeze a member: they go on earning, and cannot spend; what expires waits.

    New points are pending until they are unfrozen; spending, holding and sending points, buying rewards and using
    coupons are refused. For a frozen member nothing happens, and the first reason stays.
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
    """Unfreeze a member: points pending due to the freeze become active, and what fell due meanwhile happens now.

    This runs within seconds of the response, activation before expiry. For a member who is not frozen nothing happens.
    """
    posted = await read_body(request, UnfreezeMember)

    def run(operation: OperationContext, tx: Transaction) -> None:
        unfreeze_member(operation, member_in_path(tx, change.store_request, member).id, posted.reason or "")

    return await change.respond(posted, operates(change, run))
