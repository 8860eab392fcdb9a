"""Rewards of the program and their supply: stock, codes and pauses."""

from fastapi import APIRouter
from starlette.responses import Response

from api.rewards.routes import list_rewards, show_reward
from api.rewards.stock import activate, deactivate, delete_coupon, list_coupons, post_coupons, put_stock
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE

router = APIRouter()

REWARDS = Table(
    "rewards",
    (
        Column("Reward", "name"),
        Column("Code", "code"),
        Column("Kind", "reward"),
        Column("Price", "costInPoints"),
        Column("Wallet", "sourceWalletTypeCode"),
        Column("Stock", "stock"),
        Column("Active", "active"),
    ),
    id="code",
)
COUPONS = Table(
    "codes",
    (
        Column("Code", "code", "personal"),
        Column("Uploaded", "createdAt", "moment"),
        Column("Issued", "issued"),
    ),
    by_key=True,
)

STOCK = Form([Field("stock", "Stock", "whole", empty="null", hint="Empty: without end.")])
CODES = Form([Field("coupons", "Codes", "area", required=True, hint="One in each line; a code that is there stays.")])


@router.get(f"{STORE}/rewards")
async def list_page(page: PageOfStore) -> Response:
    """Return the rewards of the program."""
    if page.asks_csv:
        return await page.csv_of(list_rewards, REWARDS)
    found = await page.list_of(list_rewards, REWARDS)
    return await page.render("rewards/list.html", block="rows", list=found)


@router.get(f"{STORE}/rewards/{{reward}}")
async def show_page(reward: str, page: PageOfStore) -> Response:
    """Return one reward, with its codes."""
    if page.asks_csv:
        return await page.csv_of(list_coupons, COUPONS, name=reward)
    return await _show(page, reward)


@router.post(f"{STORE}/rewards/{{reward}}/stock")
async def stock_page(reward: str, page: PageOfStore) -> Response:
    """Set the stock."""
    form = STOCK.filled(page.sent)
    try:
        await page.call(put_stock, body=form.body(), name=reward)
    except REFUSED as error:
        return await _show(page, reward, stock=form, refused=error)
    return page.redirect(page.url("rewards", reward), notice="The stock is set.")


@router.post(f"{STORE}/rewards/{{reward}}/codes")
async def codes_page(reward: str, page: PageOfStore) -> Response:
    """Upload codes."""
    form = CODES.filled(page.sent)
    codes = [line.strip() for line in form["coupons"].value.splitlines() if line.strip()]
    try:
        await page.call(post_coupons, body={"coupons": codes}, name=reward)
    except REFUSED as error:
        return await _show(page, reward, codes=form, refused=error)
    return page.redirect(page.url("rewards", reward), notice="The codes are stored.")


@router.post(f"{STORE}/rewards/{{reward}}/codes/{{code}}/delete")
async def delete_page(reward: str, code: str, page: PageOfStore) -> Response:
    """Delete an unissued code."""
    await page.call(delete_coupon, name=reward, code=code)
    return page.redirect(page.url("rewards", reward), notice="The code is deleted.")


@router.post(f"{STORE}/rewards/{{reward}}/pause")
async def pause_page(reward: str, page: PageOfStore) -> Response:
    """Pause the issuing of a reward."""
    await page.call(deactivate, name=reward)
    return page.redirect(page.url("rewards", reward), notice="The reward is paused.")


@router.post(f"{STORE}/rewards/{{reward}}/resume")
async def resume_page(reward: str, page: PageOfStore) -> Response:
    """Resume the issuing of a reward."""
    await page.call(activate, name=reward)
    return page.redirect(page.url("rewards", reward), notice="The reward is given again.")


async def _show(page: StorePage, reward: str, *, refused: Exception | None = None, **forms: Form) -> Response:
    """Return the page of a reward; `forms`: the sent and refused ones."""
    shown = await page.call(show_reward, name=reward)
    context = {
        "one": shown,
        "list": await page.list_of(list_coupons, COUPONS, name=reward) if "notIssuedCoupons" in shown else None,
        "stock": page.new_form(STOCK.shown({"stock": shown["stock"]})),
        "codes": page.new_form(CODES),
        "form_key": page.new_key(),
        **{name: form.refused(refused) for name, form in forms.items() if refused is not None},
    }
    if refused is None:
        return await page.render("rewards/reward.html", **context)
    return await page.refuse("rewards/reward.html", STOCK, refused, **context)
