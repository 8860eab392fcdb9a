"""Many requests at once about the same points: each does all of it, or is refused with a reason."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from typing import Any

import httpx2
import pytest

from tests.api.points.shop import Shop


async def outcomes(requests: Sequence[Awaitable[httpx2.Response]]) -> Counter[Any]:
    """How often each status or code is answered, to requests that are sent at once."""
    return Counter(_outcome(answer) for answer in await asyncio.gather(*requests))


def _outcome(answer: httpx2.Response) -> Any:
    return answer.json()["errors"][0]["code"] if answer.status_code == 400 else answer.status_code


async def test_of_25_spends_of_one_balance_as_many_succeed_as_there_are_points_for(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(150)

    found = await outcomes([shop.post("spend", {"customer": shop.anna, "points": 60}) for _ in range(25)])

    assert found == {200: 2, "notEnoughPoints": 23}
    account = await shop.account()
    assert (account["active"], account["spent"]) == (30, 120)


async def test_transfers_in_both_directions_neither_deadlock_nor_lose_points(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    await shop.add(100, customer=shop.bert)
    pairs = [(shop.anna, shop.bert), (shop.bert, shop.anna)] * 12

    found = await outcomes([shop.post("transfer", {"sender": a, "receiver": b, "points": 7}) for a, b in pairs])

    assert found == {200: 24}
    assert (await shop.active(), await shop.active(shop.bert)) == (100, 100)
    numbers = [each["number"] for each in await shop.items(f"_itemsOnPage=50&member:id={shop.anna}")]
    assert sorted(numbers) == list(range(1, 26))


async def test_blocks_and_spends_share_one_balance(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    transfer = {"customer": shop.anna, "points": 30}

    found = await outcomes([shop.post(path, transfer) for path in ["block", "spend"] * 8])

    assert found == {200: 3, "notEnoughPoints": 13}
    account = await shop.account()
    assert (account["active"], account["blocked"] + account["spent"]) == (10, 90)


@pytest.mark.parametrize("move", ["spend", "add", "transfer", "block"])
async def test_of_many_cancellations_of_one_transfer_one_is_carried_out(shop_anywhere: Shop, move: str):
    shop = shop_anywhere
    added = await shop.add(100)
    transfer_id = added if move == "add" else await getattr(shop, move)(40)

    found = await outcomes([shop.post(f"{transfer_id}/cancel") for _ in range(8)])

    refused = "notHeld" if move == "block" else "alreadyCancelled"
    assert found == {204: 1, refused: 7}
    assert await shop.active() == (0 if move == "add" else 100)


async def test_both_sides_of_a_transfer_are_cancelled_once(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    sent = await shop.transfer(40)
    (received,) = await shop.items(f"member:id={shop.bert}")

    found = await outcomes([shop.post(f"{each}/cancel") for each in [sent, received["transferId"]] * 4])

    assert found == {204: 1, "alreadyCancelled": 7}
    assert (await shop.active(), await shop.active(shop.bert)) == (100, 0)


async def test_a_block_is_captured_or_cancelled_and_never_both(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    block = await shop.block(60)

    found = await outcomes([shop.post(f"{block}/{name}") for name in ["capture", "cancel"] * 6])

    assert found["notHeld"] == 11
    account = await shop.account()
    assert (account["active"], account["spent"], account["blocked"]) in [(40, 60, 0), (100, 0, 0)]


async def test_one_idempotency_key_twenty_times_at_once_spends_once(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    key = {"Idempotency-Key": "5f0c9f9e-6c1d-4c57-9a51-2f6f4a4c2d10"}
    transfer = {"customer": shop.anna, "points": 10}

    answers = await asyncio.gather(*(shop.post("spend", transfer, **key) for _ in range(20)))

    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert await shop.active() == 90
    assert [event.type for event in shop.api.started] == ["points_added", "points_spent"]


async def test_one_idempotency_key_with_different_amounts_at_once_spends_once(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(1000)
    key = {"Idempotency-Key": "5f0c9f9e-6c1d-4c57-9a51-2f6f4a4c2d10"}

    found = await outcomes([shop.post("spend", {"customer": shop.anna, "points": n}, **key) for n in range(1, 13)])

    assert found == {200: 1, "idempotencyKeyReused": 11}
    assert len(await shop.items("type=spending")) == 1


async def test_one_external_id_of_several_members_at_once_is_used_once(shop_anywhere: Shop):
    shop = shop_anywhere
    members = [shop.anna, shop.bert] * 6

    found = await outcomes(
        [shop.post("add", {"customer": each, "points": 10, "externalTransferId": "1"}) for each in members]
    )

    assert found == {200: 6, "transferIdReused": 6}
    assert await shop.active() + await shop.active(shop.bert) == 10


async def test_points_are_activated_once(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(10, lockedUntilDays=7)

    found = await outcomes([shop.post(f"{added}/{name}") for name in ["activate"] * 8])

    assert found == {204: 1, "notPending": 7}
    assert await shop.active() == 10
