"""What is refused, for each request that moves points: 400 with a code and a path, and nothing is moved."""

import json
from typing import Any

import httpx2
import pytest

from tests.api.points.shop import POINTS, Shop, program
from tests.kit.api import fault
from tests.kit.programs import files

AMOUNT_MOVES = ["add", "spend", "block", "transfer", "member", "capture"]
TRANSFER_MOVES = ["cancel", "expire", "activate", "capture"]
NOBODY = "7239e6f7-e52e-466b-8c24-699709b64076"

BAD_AMOUNTS = [
    (0, "invalidAmount"),
    (-1, "invalidAmount"),
    (-0.01, "invalidAmount"),
    (0.001, "invalidAmount"),
    (10**9 + 1, "invalidAmount"),
    ("10", "numberType"),
    (True, "numberType"),
    ([10], "numberType"),
    ({}, "numberType"),
]


async def move(shop: Shop, name: str, **changed: Any) -> httpx2.Response:
    """A request of each kind that would be fine but for what is changed; a field that is None is left out."""
    member = {"customer": shop.anna, "points": 10}
    transfers = {
        "add": member,
        "spend": member,
        "block": member,
        "transfer": {"sender": shop.anna, "receiver": shop.bert, "points": 10},
        "member": {"receiver": shop.bert, "points": 10},
        "capture": {"points": 10},
    }
    content = transfers[name] | changed
    content = {key: value for key, value in content.items() if value is not None}
    if name == "member":
        return await shop.send(content)
    path = f"{await shop.block(20)}/capture" if name == "capture" else name
    return await shop.post(path, content)


async def ledger(shop: Shop) -> list[str]:
    """Every transfer but the holds that captures need."""
    return [each["transferId"] for each in await shop.items("_itemsOnPage=50") if each["kind"] != "hold"]


@pytest.mark.parametrize("name", AMOUNT_MOVES)
async def test_an_amount_that_cannot_be_moved_is_refused(shop_anywhere: Shop, name: str):
    shop = shop_anywhere
    await shop.add(1000)
    before = await ledger(shop)

    for amount, code in BAD_AMOUNTS:
        refused = fault(await move(shop, name, points=amount), "transfer.points")
        assert refused["code"] == code, amount

    assert await ledger(shop) == before


@pytest.mark.parametrize("name", [name for name in AMOUNT_MOVES if name != "capture"])
async def test_an_amount_must_be_given(shop: Shop, name: str):
    assert fault(await move(shop, name, points=None), "transfer.points")["code"] == "missing"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "1e16", "0." + "1" * 40, "+1", "0x1"])
@pytest.mark.parametrize("path", ["add", "spend", "block", "transfer", f"{NOBODY}/capture"])
async def test_what_is_no_number_of_json_or_too_large_is_refused(shop: Shop, path: str, number: str):
    names = {"customer": shop.anna, "sender": shop.anna, "receiver": shop.bert}
    content = json.dumps({"transfer": names | {"points": 0}}).replace('"points": 0', f'"points": {number}')

    answer = await shop.api.http.post(f"{POINTS}/{path}", content=content)

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["code"] in ("malformedJson", "numberTooLarge", "numberTooLong", "invalidAmount")


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"', '{"transfer": 1}', '{"transfer": null}', '{"transfer": []}'])
@pytest.mark.parametrize(
    "path", ["add", "spend", "block", "transfer", *(f"{NOBODY}/{name}" for name in TRANSFER_MOVES)]
)
async def test_a_body_of_another_shape_is_refused(shop: Shop, path: str, body: str):
    answer = await shop.api.http.post(f"{POINTS}/{path}", content=body)

    assert answer.status_code in ((400, 404) if not body and NOBODY in path else (400,)), answer.text


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("add", "customer"),
        ("spend", "customer"),
        ("block", "customer"),
        ("transfer", "sender"),
        ("transfer", "receiver"),
        ("member", "receiver"),
    ],
)
async def test_a_member_who_is_unknown_or_gone_is_refused(shop_anywhere: Shop, name: str, field: str):
    shop = shop_anywhere
    await shop.add(100)

    refused = [
        fault(await move(shop, name, **{field: member}), f"transfer.{field}")["code"]
        for member in (NOBODY, "nobody", "email=nobody@example.com")
    ]

    own = name == "member"
    assert refused == ["unknownMember", *(["invalidId"] * 2 if own else ["unknownMember"] * 2)]


async def test_a_member_finds_out_of_nobody_by_their_email(shop: Shop):
    await shop.add(100)

    answer = await shop.send({"receiver": "email=bert@example.com", "points": 1})

    assert fault(answer, "transfer.receiver")["code"] == "invalidId"


async def test_a_member_of_another_store_is_unknown(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    stranger = await in_other_store(shop)

    for name, field in (("add", "customer"), ("transfer", "receiver"), ("member", "receiver")):
        assert fault(await move(shop, name, **{field: stranger}), f"transfer.{field}")["code"] == "unknownMember"
    answer = await shop.send({"receiver": stranger, "points": 1}, shop.token)
    other = {"Authorization": f"Bearer {shop.token}"}
    elsewhere = await shop.api.post(
        "/api/OTHER/member/points", {"transfer": {"receiver": stranger, "points": 1}}, headers=other
    )
    assert (answer.status_code, elsewhere.status_code) == (400, 403)


async def in_other_store(shop: Shop) -> str:
    """The id of a member of another store."""
    texts = files(program=program().replace("store: DEFAULT", "store: OTHER"))
    await shop.api.programs.deploy(texts, by="test")
    new = {"customer": {"email": "anna@example.com"}}
    return (await shop.api.post("/api/OTHER/member", new)).json()["customerId"]


@pytest.mark.parametrize("name", TRANSFER_MOVES)
async def test_a_transfer_of_another_store_and_an_unknown_one_are_not_found(shop_anywhere: Shop, name: str):
    shop = shop_anywhere
    stranger = await in_other_store(shop)
    added = await shop.api.post("/api/OTHER/points/add", {"transfer": {"customer": stranger, "points": 10}})
    transfer_id = added.json()["transferId"]

    statuses = [(await shop.post(f"{each}/{name}")).status_code for each in (transfer_id, NOBODY, "nothing", "x" * 300)]

    assert statuses == [404, 404, 404, 404]
    assert (await shop.api.http.get(f"{POINTS}/{transfer_id}")).status_code == 404
    assert (await shop.api.get(f"/api/OTHER/points/{transfer_id}"))["cancelled"] is False


@pytest.mark.parametrize("name", ["add", "spend", "block", "transfer", "member"])
async def test_a_wallet_that_the_program_does_not_have_is_refused(shop_anywhere: Shop, name: str):
    refused = fault(await move(shop_anywhere, name, walletCode="miles"), "transfer.walletCode")

    assert (refused["code"], refused["parameters"]) == ("unknownWallet", {"wallets": ["points", "stars", "shared"]})


@pytest.mark.parametrize("name", ["spend", "block", "transfer", "member"])
async def test_points_of_another_wallet_are_not_taken(shop_anywhere: Shop, name: str):
    shop = shop_anywhere
    await shop.add(100)

    refused = fault(await move(shop, name, walletCode="shared"), "transfer.points")

    assert refused["parameters"] == {"wallet": "shared", "balance": 0, "needed": 10}


@pytest.mark.parametrize("name", ["transfer", "member"])
async def test_nobody_sends_points_to_themselves(shop_anywhere: Shop, name: str):
    shop = shop_anywhere
    await shop.add(100)

    refused = fault(await move(shop, name, receiver=shop.anna), "transfer.receiver")

    assert refused["code"] == "sameMember"


async def test_more_is_not_captured_than_is_held_and_nothing_twice(shop_anywhere: Shop):
    shop = shop_anywhere
    added = await shop.add(100)
    block = await shop.block(60)

    refused = fault(await shop.post(f"{block}/capture", {"points": 60.01}), "transfer.points")
    assert (refused["code"], refused["parameters"]) == ("moreThanHeld", {"held": 60, "asked": 60.01})
    assert (await shop.post(f"{block}/capture", {"points": 60})).status_code == 200

    for path in (f"{block}/capture", f"{added}/capture", f"{block}/cancel"):
        assert fault(await shop.post(path), "transfer")["code"] == "notHeld"
    assert (await shop.account())["spent"] == 60


async def test_a_transfer_is_cancelled_once(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    spent = await shop.spend(10)
    await shop.post(f"{spent}/cancel")

    assert fault(await shop.post(f"{spent}/cancel"), "transfer")["code"] == "alreadyCancelled"
    (cancelling,) = await shop.items(f"relatedTransferId={spent}")
    refused = fault(await shop.post(f"{cancelling['transferId']}/cancel"), "transfer")
    assert (refused["code"], refused["parameters"]) == ("notCancellable", {"kind": "cancel"})


async def test_what_adds_no_points_neither_expires_nor_is_activated(shop_anywhere: Shop):
    shop = shop_anywhere
    await shop.add(100)
    spent = await shop.spend(10)

    assert fault(await shop.post(f"{spent}/expire"), "transfer")["code"] == "nothingLeft"
    assert fault(await shop.post(f"{spent}/activate"), "transfer")["code"] == "notPending"


@pytest.mark.parametrize(
    ("name", "changed", "path", "code"),
    [
        ("block", {"until": "2020-01-01"}, "transfer.until", "dateInPast"),
        ("block", {"until": "soon"}, "transfer.until", "invalidDate"),
        ("block", {"until": "9999-12-31"}, "transfer.until", "invalidDate"),
        ("add", {"requestedAt": "yesterday"}, "transfer.requestedAt", "invalidDate"),
        ("spend", {"requestedAt": ""}, "transfer.requestedAt", "invalidDate"),
        ("transfer", {"requestedAt": "2024-02-30"}, "transfer.requestedAt", "invalidDate"),
        ("add", {"expiresInDays": 0}, "transfer.expiresInDays", "greaterThanEqual"),
        ("add", {"expiresInDays": 10**6}, "transfer.expiresInDays", "lessThanEqual"),
        ("add", {"expiresInDays": 1.5}, "transfer.expiresInDays", "intType"),
        ("add", {"lockedUntilDays": -1}, "transfer.lockedUntilDays", "greaterThanEqual"),
        ("add", {"comment": "x" * 256}, "transfer.comment", "stringTooLong"),
        ("spend", {"externalTransferId": ""}, "transfer.externalTransferId", "stringTooShort"),
        ("spend", {"externalTransferId": 7}, "transfer.externalTransferId", "stringType"),
        ("transfer", {"sender": ""}, "transfer.sender", "stringTooShort"),
        ("add", {"comment": "a\0b"}, "transfer.comment", "unkeepableText"),
    ],
)
async def test_other_fields_out_of_their_range_are_refused(shop: Shop, name: str, changed: dict, path: str, code: str):
    await shop.add(1000)

    assert fault(await move(shop, name, **changed), path)["code"] == code


async def test_a_new_date_for_expired_points_lies_in_the_future(shop: Shop):
    added = await shop.add(10)
    await shop.post(f"{added}/expire")
    expired = (await shop.items())[0]["transferId"]

    past = fault(await shop.post(f"{expired}/cancel", {"expiresAt": "2020-01-01"}), "transfer.expiresAt")
    text = fault(await shop.post(f"{expired}/cancel", {"expiresAt": "never"}), "transfer.expiresAt")

    assert (past["code"], text["code"]) == ("dateInPast", "invalidDate")


async def test_members_may_not_move_the_points_of_others_nor_admins_as_a_member(shop: Shop):
    as_member = {"Authorization": f"Bearer {shop.token}"}
    added = await shop.add(10)

    statuses = {
        (await shop.post(path, {"customer": shop.anna, "points": 1}, **as_member)).status_code
        for path in ("add", "spend", "block", "transfer", *(f"{added}/{name}" for name in TRANSFER_MOVES))
    }
    statuses |= {
        (await shop.api.http.get(f"{POINTS}{rest}", headers=as_member)).status_code
        for rest in ("", f"/{added}", "/history?pointType=earned")
    }
    own = await shop.api.post("/api/DEFAULT/member/points", {"transfer": {"receiver": shop.bert, "points": 1}})
    listed = await shop.api.http.get("/api/DEFAULT/member/points")

    assert statuses == {403}
    assert (own.status_code, listed.status_code) == (403, 403)
    assert (await shop.api.http.post(f"{POINTS}/add", headers={"Authorization": ""})).status_code == 401
