"""The form that buys a reward for a member, or gives it."""

from typing import Any

from api.rewards.routes import list_of_member, list_rewards
from api.state.by_hand import NAME
from console.pages.forms import Field, Form
from console.pages.page import StorePage
from console.pages.reasons import reason_field

REWARD, WAY = "_reward", "_way"
WAYS = {"gift": "A gift, without points", "points": "Bought for points of the member"}
_ALL = {"_itemsOnPage": "50"}


async def giving_form(page: StorePage, member: str) -> Form:
    """Return the form; each reward that the member may not buy now shows the reason."""
    return Form(
        [
            Field(REWARD, "Reward", "choice", required=True, choices=await _rewards(page, member)),
            Field(WAY, "How", "choice", required=True, choices=WAYS, value="gift"),
            Field("quantity", "How many", "whole", value="1"),
            Field("units", "Points for each", "number", hint="Only where the reward leaves the price to the member."),
            Field("couponValue", "Worth of the coupon", "number", hint="Else as the reward says."),
            Field("dateValid", "Can be used until", "moment", hint="Else as the reward says."),
            await reason_field(page),
        ]
    )


def purchase_of(form: Form, member: str) -> dict[str, Any]:
    """Return the API body that the form sends."""
    asked = {name: value for name, value in form.body().items() if name not in (REWARD, WAY, NAME)}
    return {**asked, "customerId": member, "withoutPoints": form[WAY].value == "gift"}


async def _rewards(page: StorePage, member: str) -> dict[str, str]:
    """Return the rewards of the program by code, with their price, or the reason if the member may not buy them now."""
    if not page.may(list_rewards):
        return {}
    offered = (await page.call(list_of_member, query=_ALL, member=member))["items"]
    reasons = {each["code"]: each["reason"]["message"] for each in offered if each["reason"]}
    every = (await page.call(list_rewards, query=_ALL))["items"]
    return {each["code"]: _label(each, reasons.get(each["code"])) for each in every}


def _label(reward: dict[str, Any], reason: str | None) -> str:
    price = "" if reward["costInPoints"] is None else f", {reward['costInPoints']} points"
    return f"{reward['name'][:60]}{price}" + (f" (not for sale to them now: {reason[:120]})" if reason else "")
