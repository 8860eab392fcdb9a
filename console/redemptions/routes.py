"""Issued rewards: list and show them, give one to a member, cancel, use and move them on."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.http.errors import BadInput, NotFound
from api.members.routes import show_member
from api.redemptions.routes import (
    cancel,
    list_redemptions,
    list_statuses,
    post_status,
    redeem,
    reissue,
    show_redemption,
)
from api.rewards.buying import buy
from api.rewards.lookup import reward_in_path
from console.pages.calls import Endpoint
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.reasons import reason_field
from console.pages.tables import Column, Table
from console.redemptions.giving import REWARD, giving_form, purchase_of
from console.route_rules import STORE

router = APIRouter()

REDEMPTIONS = Table(
    "issued-rewards",
    (
        Column("When", "redemptionDate", "moment"),
        Column("Reward", "name"),
        Column("Member", "customerId"),
        Column("E-mail", "customerData.email", "personal"),
        Column("Cost", "costInPoints"),
        Column("Status", "status"),
        Column("Code", "issuedCoupon.code", "personal"),
        Column("Id", "issuedRewardId"),
    ),
    by_key=True,
)

GIVE = "redemptions/give.html"
ISSUED = f"{STORE}/redemptions/{{issued}}"


@router.get(f"{STORE}/redemptions")
async def list_page(page: PageOfStore) -> Response:
    """Return the issued rewards of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_redemptions, REDEMPTIONS)
    found = await page.list_of(list_redemptions, REDEMPTIONS)
    return await page.render("redemptions/list.html", block="rows", list=found)


@router.get(f"{STORE}/members/{{member}}/give")
async def give_form(member: str, page: PageOfStore) -> Response:
    """Return the form that gives a reward to a member."""
    shown = await page.call(show_member, member=member)
    form = page.new_form(await giving_form(page, shown["customerId"]))
    return await page.render(GIVE, form=form.shown(page.request.query_params), member=shown)


@router.post(f"{STORE}/members/{{member}}/give")
async def give_page(member: str, page: PageOfStore) -> Response:
    """Give a reward to a member, or buy it for their points."""
    shown = await page.call(show_member, member=member)
    form = (await giving_form(page, shown["customerId"])).filled(page.sent)
    try:
        if form[REWARD].value not in form[REWARD].choices:
            raise BadInput.at(REWARD, "choose a reward", "missing")
        issued = await page.call(buy, body=purchase_of(form, shown["customerId"]), name=form[REWARD].value)
    except REFUSED as error:
        return await page.refuse(GIVE, form, error, member=shown)
    return page.redirect(page.url("redemptions", issued[0]["issuedRewardId"]), notice="The reward is issued.")


@router.get(ISSUED)
async def show_page(issued: str, page: PageOfStore) -> Response:
    """Return one issued reward: its coupon, its statuses, and the possible actions."""
    one = await page.call(show_redemption, issued_id=issued)
    return await _show(page, one, page.new_form(await _decision(page, one)))


@router.post(f"{ISSUED}/cancel")
async def cancel_page(issued: str, page: PageOfStore) -> Response:
    """Cancel it: give back points, limits and stock."""
    return await _do(page, issued, cancel, {}, "It is cancelled: what it cost is given back.", issued_id=issued)


@router.post(f"{ISSUED}/status")
async def status_page(issued: str, page: PageOfStore) -> Response:
    """Move it to another status."""
    body = {"status": page.sent.first("status"), "comment": page.sent.first("comment")}
    return await _do(page, issued, post_status, body, "The status is changed.", issued_id=issued)


@router.post(f"{ISSUED}/use")
async def use_page(issued: str, page: PageOfStore) -> Response:
    """Mark its coupon as used."""
    return await _mark(page, issued, redeem, "The coupon is used.")


@router.post(f"{ISSUED}/reissue")
async def reissue_page(issued: str, page: PageOfStore) -> Response:
    """Make its coupon usable again."""
    return await _mark(page, issued, reissue, "The coupon can be used again.")


async def _mark(page: StorePage, issued: str, endpoint: Endpoint, notice: str) -> Response:
    one = await page.call(show_redemption, issued_id=issued)
    code = one["issuedCoupon"]["code"] if "issuedCoupon" in one else ""
    return await _do(page, issued, endpoint, {"couponCode": code}, notice, member=one["customerId"])


async def _do(
    page: StorePage, issued: str, endpoint: Endpoint, body: Mapping[str, Any], notice: str, **path: Any
) -> Response:
    try:
        await page.call(endpoint, body=body, **path)
    except REFUSED as error:
        if isinstance(error, NotFound):
            raise
        one = await page.call(show_redemption, issued_id=issued)
        form = (await _decision(page, one)).filled(page.sent)
        return await _show(page, one, form, refused=error)
    return page.redirect(page.url("redemptions", issued), notice=notice)


async def _show(page: StorePage, one: Mapping[str, Any], form: Form, *, refused: Exception | None = None) -> Response:
    statuses = (await page.call(list_statuses, query={"_itemsOnPage": "50"}, issued_id=one["issuedRewardId"]))["items"]
    context = {"one": one, "statuses": statuses}
    if refused is None:
        return await page.render("redemptions/redemption.html", form=form, **context)
    return await page.refuse("redemptions/redemption.html", form, refused, **context)


async def _decision(page: StorePage, one: Mapping[str, Any]) -> Form:
    """Return the fields of a change of an issued reward: the reason; if it has statuses, a status and a comment."""
    try:
        statuses = reward_in_path(page.store_request.program, one["rewardId"]).statuses
    except NotFound:
        statuses = ()
    moved = [
        Field("status", "Next status", "choice", choices={each: each for each in statuses}),
        Field("comment", "Comment"),
    ]
    return Form([await reason_field(page), *(moved if statuses else [])])
