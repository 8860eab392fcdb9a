"""Buy a reward, by a member or for one, and give it by hand."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import MemberCaller
from api.http.errors import BadInput, Forbidden
from api.http.requests import read_body, request_body
from api.points.moves import parse_until
from api.rewards.lookup import RewardInPath, logged_in_member, reward_in_path
from api.rewards.schemas import IssuedRewardId, PostBuy
from api.state.by_hand import CallerChangedByHand
from api.state.dependencies import StoreRequest
from api.state.member_lookup import require_member
from api.state.operations import operates
from database import ReadTransaction, Transaction
from loyalty.events.operations import OperationContext
from loyalty.rewards.operations import BuyReward, GiveReward, buy_reward, give_reward

router = APIRouter(prefix="/api/{storeCode}", tags=["Reward"])

_BUY = {"customerId": "email=anna@example.com", "quantity": 1, "withoutPoints": False}


@router.post(
    "/reward/{reward}/buy",
    summary="Buy a reward",
    response_model=list[IssuedRewardId],
    openapi_extra=request_body(PostBuy, _BUY),
)
async def buy(request: Request, name: RewardInPath, by_hand: CallerChangedByHand) -> Response:
    """Buy a reward with a member's points: pay, take it from stock and issue it; or refuse, with one reason.

    With `withoutPoints` an administrator gives it. A member's own token buys for that member.
    """
    posted = await read_body(request, PostBuy)
    change = by_hand.change
    store_request = change.store_request
    reward = reward_in_path(store_request.program, name)
    _check_fields(store_request, posted)
    until = parse_until(posted.date_valid, store_request, path="dateValid")

    def run(operation: OperationContext, tx: Transaction) -> list[dict[str, Any]]:
        member_id = _member(tx, store_request, posted)
        if posted.without_points or posted.coupon_value is not None or until is not None:
            by_hand.note_gift(operation, member_id, reward.name, posted.quantity)
        issued = _issue(operation, member_id, reward.name, posted, until)
        return [{"issuedRewardId": each} for each in issued]

    return await change.respond(posted, operates(change, run))


def _issue(
    operation: OperationContext, member_id: str, reward: str, posted: PostBuy, until: datetime | None
) -> list[str]:
    if posted.without_points:
        given = GiveReward(member_id, reward, posted.quantity, posted.coupon_value, until)
        return give_reward(operation, given)
    bought = BuyReward(
        member_id,
        reward,
        posted.quantity,
        posted.units,
        posted.reward_wallet_code,
        posted.coupon_value,
        until,
    )
    return buy_reward(operation, bought)


def _check_fields(store_request: StoreRequest, posted: PostBuy) -> None:
    """Raise BadInput for fields that members may not set, or that have no meaning without points."""
    is_member = isinstance(store_request.caller, MemberCaller)
    for field, is_given in (
        ("withoutPoints", posted.without_points),
        ("couponValue", posted.coupon_value is not None),
        ("dateValid", posted.date_valid is not None),
    ):
        if is_member and is_given:
            raise BadInput.at(field, "only administrators may say this: leave it out", "notAllowed")
    if posted.without_points:
        for field, value in (("units", posted.units), ("rewardWalletCode", posted.reward_wallet_code)):
            if value is not None:
                raise BadInput.at(field, "nothing is paid then: leave it out, or withoutPoints", "contradiction")


def _member(tx: ReadTransaction, store_request: StoreRequest, posted: PostBuy) -> str:
    """Return the member who gets the reward; raise BadInput, or Forbidden if a member buys for another."""
    if isinstance(store_request.caller, MemberCaller):
        own = logged_in_member(store_request)
        if posted.customer_id is not None and posted.customer_id.lower() != own:
            raise Forbidden("members buy for themselves: leave customerId out")
        return own
    if posted.customer_id is None:
        raise BadInput.at("customerId", "say who gets it: a customerId, or email=...", "missing")
    return require_member(tx, posted.customer_id, path="customerId")
