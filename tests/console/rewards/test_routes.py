"""Pages of rewards."""

import pytest

from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of
from tests.kit.programs import files

VOUCHER = """\
reward: voucher
title: A voucher
price: 100
coupon: {codes: uploaded, value: 20, type: percentage}
"""
REWARD = f"{HOME}/rewards/voucher"


@pytest.fixture
async def shop(api: Api) -> Api:
    await api.programs.deploy(files(rewards__voucher=VOUCHER), by="test")
    return api


async def test_stock_codes_and_pauses_of_a_reward_are_set(shop: Api, visitor: Visitor) -> None:
    page = await visitor.get(REWARD)
    key = hidden_of(page)

    stocked = await visitor.post(f"{REWARD}/stock", {"stock": "5"})
    wrong = await visitor.post(f"{REWARD}/stock", {"stock": "many"})
    uploaded = await visitor.post(f"{REWARD}/codes", {"coupons": "SPRING-1\nSPRING-2\n\n"})
    again = await visitor.post(f"{REWARD}/codes", {"coupons": ""})
    deleted = await visitor.post(f"{REWARD}/codes/SPRING-2/delete")
    paused = await visitor.post(f"{REWARD}/pause", key)
    shown = await shop.get("/api/DEFAULT/reward/voucher")

    assert [each.status_code for each in (stocked, uploaded, deleted, paused)] == [303] * 4
    assert (wrong.status_code, again.status_code) == (400, 400)
    assert 'value="many"' in wrong.text
    assert (shown["stock"], shown["notIssuedCoupons"], shown["active"]) == (5, 1, False)
    assert "SPRING-1" in await visitor.page(REWARD)
    assert "A voucher" in await visitor.page(f"{HOME}/rewards")


async def test_an_unknown_reward_is_no_page(shop: Api, visitor: Visitor) -> None:
    assert (await visitor.get(f"{HOME}/rewards/nothing")).status_code == 404
    assert (await shop.get("/api/DEFAULT/reward"))["items"]
