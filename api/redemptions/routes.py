"""Issued rewards: list and show them, use their coupons, change their status, cancel them."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import NotFound
from api.http.paging import ListQuery, page_of_list, page_of_records
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.members.paths import MemberInPath
from api.redemptions.filters import LIST_QUERY, OWN_QUERY, filtered_issued
from api.redemptions.schemas import (
    CouponUsage,
    IssuedReward,
    IssuedRewards,
    PostCouponCode,
    PostStatus,
    StatusHistory,
)
from api.redemptions.views import history_view, issued_view
from api.rewards.lookup import logged_in_member
from api.state.by_hand import ChangedByHand
from api.state.changes import AdminChange, Change
from api.state.dependencies import AdminRequest, CallerRequest, StoreRequest
from api.state.member_lookup import member_in_path
from api.state.operations import operates
from database import ReadTransaction, Transaction
from loyalty.events.operations import OperationContext
from loyalty.rewards.operations import CANCELED, cancel_reward, change_status, reissue_coupon, use_coupon
from loyalty.store import rewards

router = APIRouter(prefix="/api/{storeCode}", tags=["Reward"])

IssuedInPath: TypeAlias = Annotated[str, Path(alias="issuedReward", description="An issuedRewardId.")]
HISTORY_QUERY = ListQuery({})

_CODE = {"couponCode": "COFFEE-7KQ2M9XW"}


@router.get(
    "/redemption",
    summary="List issued rewards",
    response_model=IssuedRewards,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_redemptions(request: Request, store_request: AdminRequest) -> Response:
    """List the rewards that members bought, were given, or were issued by reactors, the latest first."""
    return await _list(request, store_request, LIST_QUERY)


@router.get(
    "/member/reward/bought",
    summary="List the caller's issued rewards",
    response_model=IssuedRewards,
    openapi_extra=OWN_QUERY.openapi_parameters(),
    tags=["Member"],
)
async def list_own(request: Request, store_request: CallerRequest) -> Response:
    """List the rewards of the logged-in member, the latest first."""
    return await _list(request, store_request, OWN_QUERY, member_id=logged_in_member(store_request))


@router.get("/redemption/{issuedReward}", summary="Show an issued reward", response_model=IssuedReward)
async def show_redemption(issued_id: IssuedInPath, store_request: AdminRequest) -> Response:
    """Return one issued reward, as it is now."""
    program = store_request.program
    return ExactJson(
        await store_request.database.read(lambda tx: issued_view(tx, program, _require_issued(tx, issued_id)))
    )


@router.post(
    "/redemption/{issuedReward}/cancel", summary="Cancel an issued reward", status_code=204, response_class=Response
)
async def cancel(issued_id: IssuedInPath, by_hand: ChangedByHand) -> Response:
    """Cancel an unused reward: give back its points, limits and stock; its code is never issued again."""

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = _require_issued(tx, issued_id)
        by_hand.note_issued(operation, found.member, found.reward)
        cancel_reward(operation, found.id)

    return await by_hand.change.respond(None, operates(by_hand.change, run))


@router.post(
    "/redemption/{issuedReward}/status",
    summary="Change the status of an issued reward",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostStatus, {"status": "shipped", "comment": "By bike"}),
)
async def post_status(request: Request, issued_id: IssuedInPath, by_hand: ChangedByHand) -> Response:
    """Move an issued reward to another status that its file allows; `canceled` cancels it."""
    posted = await read_body(request, PostStatus)

    def run(operation: OperationContext, tx: Transaction) -> None:
        found = _require_issued(tx, issued_id)
        if posted.status == CANCELED:
            by_hand.note_issued(operation, found.member, found.reward, posted.comment)
        change_status(operation, found.id, posted.status, posted.comment)

    return await by_hand.change.respond(posted, operates(by_hand.change, run))


@router.get(
    "/redemption/{issuedReward}/status/history",
    summary="List the statuses of an issued reward",
    response_model=StatusHistory,
    openapi_extra=HISTORY_QUERY.openapi_parameters(),
)
async def list_statuses(request: Request, issued_id: IssuedInPath, store_request: AdminRequest) -> Response:
    """List every status that an issued reward has had, the first one first."""
    zone = store_request.program.zone
    page, _ = HISTORY_QUERY.parse(request.query_params, zone)
    views = await store_request.database.read(lambda tx: history_view(tx, _require_issued(tx, issued_id), zone))
    return ExactJson(page_of_list(views, page))


@router.post(
    "/member/{member}/reward/redeem",
    summary="Use a coupon",
    response_model=CouponUsage,
    openapi_extra=request_body(PostCouponCode, _CODE),
    tags=["Member"],
)
async def redeem(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Mark a member's coupon as used."""
    return await _mark(request, member, change, use_coupon)


@router.post(
    "/member/{member}/reward/reissue",
    summary="Mark a used coupon as unused",
    response_model=CouponUsage,
    openapi_extra=request_body(PostCouponCode, _CODE),
    tags=["Member"],
)
async def reissue(request: Request, member: MemberInPath, by_hand: ChangedByHand) -> Response:
    """Mark a member's coupon as unused, so that it can be used again."""

    def again(operation: OperationContext, member_id: str, code: str) -> rewards.IssuedReward:
        for each in operation.tx.rewards.with_code(code, member_id)[:1]:
            by_hand.note_issued(operation, member_id, each.reward)
        return reissue_coupon(operation, member_id, code)

    return await _mark(request, member, by_hand.change, again)


async def _mark(
    request: Request,
    member: str,
    change: Change,
    mark: Callable[[OperationContext, str, str], rewards.IssuedReward],
) -> Response:
    posted = await read_body(request, PostCouponCode)

    def run(operation: OperationContext, tx: Transaction) -> dict[str, Any]:
        owner = member_in_path(tx, change.store_request, member)
        marked = mark(operation, owner.id, posted.coupon_code)
        return {"code": posted.coupon_code, "used": marked.status == "used", "customerId": owner.id}

    return await change.respond(posted, operates(change, run))


async def _list(
    request: Request, store_request: StoreRequest, query: ListQuery, *, member_id: str | None = None
) -> Response:
    program = store_request.program
    page, filters = query.parse(request.query_params, program.zone)

    def read(tx: ReadTransaction) -> dict[str, Any]:
        found = filtered_issued(tx, program, page, filters, member_id=member_id)
        return page_of_records(found, lambda each: issued_view(tx, program, each))

    return ExactJson(await store_request.database.read(read))


def _require_issued(tx: ReadTransaction, issued_id: str) -> rewards.IssuedReward:
    """Return the issued reward of a path; raise NotFound."""
    found = tx.rewards.get(issued_id.lower())
    if found is None:
        raise NotFound(f"no issued reward {issued_id[:80]} in {tx.store}")
    return found
