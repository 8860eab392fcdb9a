"""Lists of transfers: their filters, their pages, and what a member sees; and points by day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.api.points.shop import POINTS, Shop
from tests.kit.api import fault


async def a_ledger(shop: Shop) -> dict[str, str]:
    """A ledger with a transfer of each kind, by names."""
    added = await shop.add(100, comment="Sorry", externalTransferId="mail-1")
    pending = await shop.add(7.5, lockedUntilDays=7)
    spent = await shop.spend(10, externalTransferId="till-1")
    undone = await shop.spend(20)
    await shop.post(f"{undone}/cancel")
    block = await shop.block(5)
    captured = (await shop.post(f"{block}/capture", {"points": 3})).json()["transferId"]
    sent = await shop.transfer(8)
    other = await shop.add(1, customer=shop.bert, walletCode="shared")
    await shop.post(f"{other}/expire")
    return {
        "added": added,
        "pending": pending,
        "spent": spent,
        "undone": undone,
        "block": block,
        "captured": captured,
        "sent": sent,
        "other": other,
    }


async def test_transfers_are_listed_the_newest_first_without_what_changes_others(shop_anywhere: Shop):
    shop = shop_anywhere
    named = await a_ledger(shop)

    listed = await shop.api.get(f"{POINTS}?_itemsOnPage=50")

    kinds = ["expire", "add", "receive", "send", "capture", "hold", "spend", "spend", "add", "add"]
    shown = [each["kind"] for each in listed["items"]]
    assert shown[:2] + sorted(shown[2:4]) + shown[4:] == kinds  # both sides of a transfer have one moment
    assert listed["total"] == {"all": 10, "filtered": 10, "estimated": False}
    assert {each["transferId"] for each in listed["items"]} > set(named.values())
    oldest = await shop.items("_itemsOnPage=2&_page=2&_orderBy[createdAt]=asc")
    assert [each["transferId"] for each in oldest] == [named["spent"], named["undone"]]
    sums = sum(_signed(each) for each in listed["items"] if each["customerId"] == shop.anna)
    assert sums == await shop.active()


def _signed(shown: dict) -> float:
    """What a transfer adds to the points that can be spent, as a client computes it."""
    adds = shown["type"] in ("adding", "p2p_adding")
    return 0 if shown["cancelled"] or shown["pending"] else shown["value"] if adds else -shown["value"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=adding", ["other", "pending", "added"]),
        ("type=spending", ["captured", "undone", "spent"]),
        ("type=blocked", ["block"]),
        ("type=p2p_spending", ["sent"]),
        ("type=nothing", []),
        ("value=10", ["spent"]),
        ("value[lt]=8", ["-", "other", "captured", "block", "pending"]),
        ("value[gte]=20&value[lte]=100.0", ["undone", "added"]),
        ("comment=Sorry", ["added"]),
        ("comment[like]=ORR", ["added"]),
        ("createdBy=member", []),
        ("cancelled=true", ["block", "undone"]),
        ("pending=true", ["pending"]),
        ("externalTransferId=till-1", ["spent"]),
        ("walletType:code=shared", ["-", "other"]),
        ("walletType:code=nothing", []),
        ("member:email=BERT@example.com", ["-", "other", "-"]),
        ("member:email=nobody@example.com", []),
        ("member:phoneNumber=1", []),
        ("member:loyaltyCardNumber=1", []),
        ("member:id=nothing", []),
        ("actionCause:internalEventName=points_held", ["block"]),
        ("actionCause:customEventId=nothing", []),
        ("actionCause:transactionId=7", []),
        ("actionCause:campaignId=7", []),
        ("createdAt[lt]=2020-01-01", []),
        ("registeredOn[gt]=2020-01-01&type=blocked", ["block"]),
        ("lockedUntil[gt]=2020-01-01", ["pending"]),
        ("lockedUntil[lt]=2020-01-01", []),
        ("expiresAt[lt]=2020-01-01", []),
        ("expiresAt[gt]=2020-01-01&type=adding", ["pending", "added"]),
        ("kind=cancel", ["-"]),
        ("kind=release", ["-"]),
        ("accountId=nothing", []),
    ],
)
async def test_transfers_are_filtered(shop_anywhere: Shop, query: str, found: list[str]):
    shop = shop_anywhere
    named = {transfer_id: name for name, transfer_id in (await a_ledger(shop)).items()}

    items = await shop.items(f"_itemsOnPage=50&{query}")

    assert [named.get(each["transferId"], "-") for each in items] == found


async def test_transfers_are_filtered_by_ids(shop_anywhere: Shop):
    shop = shop_anywhere
    named = await a_ledger(shop)
    spent = await shop.show(named["spent"])

    by_id = await shop.items(f"transferId={named['spent'].upper()}")
    by_account = await shop.items(f"accountId={spent['accountId']}&type=blocked")
    by_wallet = await shop.items(f"walletId={spent['accountId']}&type=blocked")
    by_member = await shop.items(f"member:id={shop.anna.upper()}&type=blocked")
    about = await shop.items(f"relatedTransferId={named['undone']}")

    assert by_id == [spent]
    assert [each["transferId"] for each in by_account] == [named["block"]]
    assert by_account == by_wallet == by_member
    assert [each["kind"] for each in about] == ["cancel"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("walletCode=points", "unknownFilter"),
        ("value=many", "invalid"),
        ("value=NaN", "invalid"),
        ("value=1e30", "invalid"),
        ("value[like]=1", "unknownOperator"),
        ("pending=perhaps", "invalid"),
        ("createdAt=yesterday", "invalid"),
        ("_orderBy[value]=asc", "unknownOrder"),
        ("_page=0", "outOfRange"),
    ],
)
async def test_a_filter_that_means_nothing_is_refused(shop: Shop, query: str, code: str):
    answer = await shop.api.http.get(f"{POINTS}?{query}")

    assert answer.status_code == 400
    assert [each["code"] for each in answer.json()["errors"]] == [code]


async def test_a_member_sees_their_own_transfers_alone(shop_anywhere: Shop):
    shop = shop_anywhere
    await a_ledger(shop)
    token = {"Authorization": f"Bearer {shop.token}"}

    own = await shop.api.get("/api/DEFAULT/member/points?_itemsOnPage=50", headers=token)
    blocked = await shop.api.get("/api/DEFAULT/member/points?type=blocked", headers=token)

    assert {each["customerId"] for each in own["items"]} == {shop.anna}
    assert len(own["items"]) == 7
    assert [each["kind"] for each in blocked["items"]] == ["hold"]
    refused = await shop.api.http.get(f"/api/DEFAULT/member/points?member:id={shop.bert}", headers=token)
    assert fault(refused, "member:id")["code"] == "unknownFilter"


async def test_points_by_day(shop_anywhere: Shop):
    shop = shop_anywhere
    await a_ledger(shop)
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()

    earned, spent, pending = [
        await shop.api.get(f"{POINTS}/history?pointType={each}&lastDays=2&futureDays=8")
        for each in ("earned", "spent", "pending")
    ]

    days = [(today + timedelta(days=number)).isoformat() for number in range(-2, 9)]
    assert list(earned) == list(spent) == list(pending) == days
    assert {day: value for day, value in earned.items() if value} == {days[2]: 107.5}
    assert {day: value for day, value in spent.items() if value} == {days[2]: 13}
    assert {day: value for day, value in pending.items() if value} == {days[9]: 7.5}


async def test_points_by_month_and_year_and_of_another_wallet(shop_anywhere: Shop):
    shop = shop_anywhere
    await a_ledger(shop)
    today = datetime.now(ZoneInfo("Europe/Warsaw")).date()

    by_month = await shop.api.get(f"{POINTS}/history?pointType=earned&interval=month&lastDays=0")
    by_year = await shop.api.get(f"{POINTS}/history?pointType=expired&interval=year&lastDays=0&walletCode=shared")
    coming = await shop.api.get(f"{POINTS}/history?pointType=expired&interval=day&lastDays=0&futureDays=120")

    assert by_month == {today.replace(day=1).isoformat(): 107.5}
    assert by_year == {today.replace(month=1, day=1).isoformat(): 1}
    assert sum(coming.values()) == await shop.active() + 7.5 + 8


@pytest.mark.parametrize(
    "query",
    [
        "pointType=nothing",
        "pointType=earned&lastDays=-1",
        "pointType=earned&lastDays=100000",
        "pointType=earned&lastDays=401",
        "pointType=earned&interval=fortnight",
        "pointType=earned&walletCode=nothing",
        "pointType=earned&lastDays=x",
    ],
)
async def test_a_history_that_means_nothing_is_refused(shop: Shop, query: str):
    assert (await shop.api.http.get(f"{POINTS}/history?{query}")).status_code == 400


async def test_every_moment_has_an_offset(shop: Shop):
    shown = await shop.show(await shop.add(10, lockedUntilDays=1))

    for name in ("createdAt", "lockedUntil", "expiresAt"):
        assert datetime.fromisoformat(shown[name]).astimezone(UTC)
