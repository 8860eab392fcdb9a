"""Moving points over HTTP: what each request does, and what it answers."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.points.shop import Shop
from tests.kit.api import fault


async def test_points_are_added_and_the_event_that_says_so_is_started(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(12.5, comment="Sorry")

    shown = await shop.show(added)
    assert (shown["type"], shown["kind"], shown["value"], shown["balance"]) == ("adding", "add", 12.5, 12.5)
    assert (shown["comment"], shown["createdBy"], shown["number"]) == ("Sorry", "admin", 1)
    assert (shown["pending"], shown["cancelled"], shown["customerId"]) == (False, False, shop.anna)
    assert shown["actionCause"]["internalEventName"] == "points_added"
    assert [event.type for event in shop.api.started] == ["points_added"]
    assert await shop.active() == 12.5


async def test_added_points_may_be_locked_and_expire_after_so_many_days_from_then(shop_anywhere: Shop):
    shop = shop_anywhere
    now = datetime.now(UTC)

    shown = await shop.show(await shop.add(10, lockedUntilDays=7, expiresInDays=30))

    assert shown["pending"] is True
    assert datetime.fromisoformat(shown["lockedUntil"]) - now == pytest.approx(
        timedelta(days=7), abs=timedelta(hours=2)
    )
    expires = datetime.fromisoformat(shown["expiresAt"]) - now
    assert expires == pytest.approx(timedelta(days=37), abs=timedelta(hours=2))
    assert await shop.account() == {
        "active": 0,
        "earned": 10,
        "spent": 0,
        "expired": 0,
        "locked": 10,
        "blocked": 0,
        "transferred": 0,
    }


async def test_without_days_the_wallet_says_when_points_are_locked_and_expire(shop: Shop):
    in_points = await shop.show(await shop.add(10))
    in_stars = await shop.show(await shop.add(10, walletCode="stars"))
    at_once = await shop.show(await shop.add(10, walletCode="stars", lockedUntilDays=0))

    assert ("lockedUntil" in in_points, "expiresAt" in in_points) == (False, True)
    assert ("lockedUntil" in in_stars, "expiresAt" in in_stars) == (True, False)
    assert (in_stars["pending"], at_once["pending"]) == (True, False)


@pytest.mark.parametrize("name", ["email=ANNA@example.com", "id"])
async def test_a_member_is_named_by_id_or_identity(shop: Shop, name: str):
    added = await shop.add(1, customer=shop.anna.upper() if name == "id" else name)

    assert (await shop.show(added.upper()))["customerId"] == shop.anna


async def test_points_are_spent(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)

    shown = await shop.show(await shop.spend(40.25))

    assert (shown["type"], shown["value"], shown["balance"]) == ("spending", 40.25, 59.75)
    assert (await shop.account())["spent"] == 40.25


async def test_too_few_points_are_refused_with_what_is_there_and_what_is_needed(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    await shop.add(50, lockedUntilDays=7)
    await shop.block(30)

    for path in ("spend", "block"):
        refused = fault(await shop.post(path, {"customer": shop.anna, "points": 70.5}), "transfer.points")
        assert refused["code"] == "notEnoughPoints"
        assert refused["parameters"] == {"wallet": "points", "balance": 70, "needed": 70.5}
    moved = {"sender": shop.anna, "receiver": shop.bert, "points": 70.01}
    assert fault(await shop.post("transfer", moved), "transfer.points")["code"] == "notEnoughPoints"
    assert await shop.active() == 70


async def test_blocked_points_cannot_be_spent_and_come_back_by_cancelling(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    block = await shop.block(60, until="2099-12-31", comment="a hotel")

    shown = await shop.show(block)
    assert (shown["type"], shown["cancelled"], shown["blockedUntil"]) == (
        "blocked",
        False,
        "2100-01-01T00:00:00.000+01:00",
    )
    assert ((await shop.account())["blocked"], await shop.active()) == (60, 40)

    assert (await shop.post(f"{block}/cancel")).status_code == 204

    assert (await shop.show(block))["cancelled"] is True
    assert ((await shop.account())["blocked"], await shop.active()) == (0, 100)


@pytest.mark.parametrize(("captured", "spent", "left"), [({"points": 25}, 25, 75), ({}, 60, 40), (None, 60, 40)])
async def test_blocked_points_are_captured_and_the_rest_is_released(shop_anywhere: Shop, captured, spent, left):
    shop = shop_anywhere
    await shop.add(100)
    block = await shop.block(60)

    answer = await shop.post(f"{block}/capture", captured)

    shown = await shop.show(answer.json()["transferId"])
    assert (shown["kind"], shown["type"], shown["relatedTransferId"]) == ("capture", "spending", block)
    account = await shop.account()
    assert (account["active"], account["spent"], account["blocked"]) == (left, spent, 0)
    assert (await shop.show(block))["cancelled"] is True


async def test_points_move_between_members_and_keep_their_dates(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.show(await shop.add(100, expiresInDays=10))

    sent = await shop.show(await shop.transfer(30, comment="a gift"))

    (received,) = await shop.items(f"member:id={shop.bert}")
    assert (sent["type"], received["type"]) == ("p2p_spending", "p2p_adding")
    assert received["relatedTransferId"] == sent["transferId"]
    assert received["expiresAt"] == added["expiresAt"]
    assert (await shop.active(), await shop.active(shop.bert)) == (70, 30)
    assert ((await shop.account())["transferred"], (await shop.account(shop.bert))["earned"]) == (30, 0)
    assert [event.type for event in shop.api.started] == ["points_added", "points_sent", "points_received"]


async def test_a_member_sends_points_by_themselves(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)

    answer = await shop.send({"receiver": shop.bert, "points": 30})

    assert answer.status_code == 200, answer.text
    shown = await shop.show(answer.json()["transferId"])
    assert (shown["customerId"], shown["createdBy"], shown["value"]) == (shop.anna, "member", 30)
    assert (await shop.active(), await shop.active(shop.bert)) == (70, 30)


async def test_a_wallet_may_limit_what_a_member_sends(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100, walletCode="shared")
    for _ in range(2):
        await shop.transfer(1, walletCode="shared")

    answer = await shop.send({"receiver": shop.bert, "points": 1, "walletCode": "shared"})

    refused = fault(answer, "transfer.points")
    assert refused["code"] == "transferLimitReached"
    assert refused["parameters"] == {"sent": 2, "most": 2, "every": "year", "unit": "times"}


async def test_pending_points_are_activated(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(10, lockedUntilDays=7)

    assert (await shop.post(f"{added}/activate")).status_code == 204

    shown = await shop.show(added)
    assert (shown["pending"], "lockedUntil" in shown, "unlockedAt" in shown) == (False, False, True)
    assert await shop.active() == 10
    assert fault(await shop.post(f"{added}/activate"), "transfer")["code"] == "notPending"


async def test_points_are_expired(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(10)
    await shop.spend(4)

    assert (await shop.post(f"{added}/expire", {"comment": "fraud"})).status_code == 204

    newest, *_ = await shop.items()
    assert (newest["type"], newest["value"], newest["relatedTransferId"]) == ("expired", 6, added)
    assert newest["comment"] == "fraud"
    assert await shop.active() == 0
    assert fault(await shop.post(f"{added}/expire"), "transfer")["code"] == "nothingLeft"


async def test_an_expiry_is_cancelled_with_a_new_date(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(10)
    await shop.post(f"{added}/expire")
    expired = (await shop.items())[0]["transferId"]

    assert fault(await shop.post(f"{expired}/cancel"), "transfer.expiresAt")["code"] == "newDateNeeded"
    assert (await shop.post(f"{expired}/cancel", {"expiresAt": "2099-01-31"})).status_code == 204

    assert await shop.active() == 10
    assert (await shop.show(added))["expiresAt"] == "2099-02-01T00:00:00.000+01:00"


async def test_a_cancelled_spend_gives_points_back(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    spent = await shop.spend(30)

    assert (await shop.post(f"{spent}/cancel", {"comment": "returned"})).status_code == 204

    (cancelling,) = await shop.items(f"relatedTransferId={spent}")
    assert (cancelling["kind"], cancelling["comment"]) == ("cancel", "returned")
    assert (await shop.show(spent))["cancelled"] is True
    assert (await shop.active(), (await shop.account())["spent"]) == (100, 0)


async def test_an_addition_is_cancelled_also_when_part_of_it_is_spent_moved_or_expired(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(100)
    await shop.spend(30)
    await shop.transfer(20)

    assert (await shop.post(f"{added}/cancel")).status_code == 204

    assert (await shop.active(), await shop.active(shop.bert)) == (-50, 20)
    await shop.add(60)
    assert await shop.active() == 10


async def test_a_wallet_without_debt_forgives_what_cannot_be_taken_and_the_answer_says_how_much(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(100, walletCode="stars", lockedUntilDays=0)
    await shop.spend(70, walletCode="stars")

    answer = await shop.post(f"{added}/cancel")

    assert (answer.status_code, answer.json()["shortfall"]) == (200, 70)
    assert (await shop.show(answer.json()["transferId"]))["kind"] == "cancel"
    assert await shop.active(wallet="stars") == 0


async def test_a_transfer_between_members_is_cancelled_on_both_sides(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    sent = await shop.transfer(30)

    assert (await shop.post(f"{sent}/cancel")).status_code == 204

    assert (await shop.active(), await shop.active(shop.bert)) == (100, 0)
    assert (await shop.account())["transferred"] == 0
    received, *_ = await shop.items(f"member:id={shop.bert}")
    assert received["cancelled"] is True
    answer = await shop.post(f"{received['transferId']}/cancel")
    assert fault(answer, "transfer")["code"] == "alreadyCancelled"


@pytest.mark.parametrize("path", ["add", "spend", "block"])
async def test_an_external_id_makes_a_request_idempotent(shop_anywhere: Shop, path: str):
    shop = shop_anywhere
    await shop.add(100)
    asked = {"customer": shop.anna, "points": 10, "externalTransferId": "till-7-4711"}

    first, second = [await shop.post(path, asked) for _ in range(2)]
    other = await shop.post(path, asked | {"points": 11})

    assert second.json() == first.json()
    shown = await shop.show(first.json()["transferId"])
    assert shown["externalTransferId"] == "till-7-4711"
    refused = fault(other, "transfer.externalTransferId")
    assert (refused["code"], refused["parameters"]) == ("transferIdReused", {"transferId": shown["transferId"]})
    assert len(await shop.items()) == 2


async def test_external_ids_are_shared_by_all_operations_and_members(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100, externalTransferId="1")
    await shop.transfer(30, externalTransferId="2")
    same = await shop.transfer(30, externalTransferId="2")

    as_spend = await shop.post("spend", {"customer": shop.anna, "points": 100, "externalTransferId": "1"})
    of_bert = await shop.post("add", {"customer": shop.bert, "points": 100, "externalTransferId": "1"})

    assert (await shop.show(same))["externalTransferId"] == "2"
    assert fault(as_spend, "transfer.externalTransferId")["code"] == "transferIdReused"
    assert fault(of_bert, "transfer.externalTransferId")["code"] == "transferIdReused"


MOVES = ["add", "spend", "block", "transfer", "cancel", "expire", "activate", "capture", "member"]


@pytest.mark.parametrize("move", MOVES)
async def test_every_move_with_a_key_happens_once(shop_anywhere: Shop, move: str):
    shop = shop_anywhere
    added = await shop.add(100, lockedUntilDays=7 if move == "activate" else 0)
    block = await shop.block(10) if move == "capture" else ""
    key = {"Idempotency-Key": "5f0c9f9e-6c1d-4c57-9a51-2f6f4a4c2d10"}
    member = {"customer": shop.anna, "points": 10}
    both = {"sender": shop.anna, "receiver": shop.bert, "points": 10}
    contents = {"add": member, "spend": member, "block": member, "transfer": both}

    async def post():
        if move == "member":
            return await shop.send({"receiver": shop.bert, "points": 10}, **key)
        path = move if move in contents else f"{block or added}/{move}"
        return await shop.post(path, contents.get(move), **key)

    first = await post()
    before = await shop.items("kind[eq]=add"), await shop.account(), await shop.account(shop.bert)
    second = await post()

    assert first.status_code in (200, 204), first.text
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (await shop.items("kind[eq]=add"), await shop.account(), await shop.account(shop.bert)) == before


async def test_a_wallet_is_shown_by_its_id(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    listed = (await shop.api.get(f"/api/DEFAULT/member/{shop.anna}/wallet"))["items"][0]

    assert await shop.api.get(f"/api/DEFAULT/wallet/{listed['walletId'].upper()}") == listed
    unused = (await shop.api.get(f"/api/DEFAULT/member/{shop.bert}/wallet"))["items"][0]["walletId"]
    for name in (unused, "nothing"):
        assert (await shop.api.http.get(f"/api/DEFAULT/wallet/{name}")).status_code == 404
